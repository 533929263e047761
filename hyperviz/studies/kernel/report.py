"""Say what the kernels of one's own points show: summary, table, spectra, code, words."""

from __future__ import annotations

import math
import pathlib

import numpy as np
import pandas as pd

from hyperviz.studies.common.recipe import command
from hyperviz.studies.common.tidy import tidy
from hyperviz.studies.common.verdict import Verdict
from hyperviz.studies.kernel.settings import KernelSettings
from hyperviz.studies.kernel.study import NAMES, KernelResult, arrays

SETTINGS = ("depth_f", "depth_g", "activation_f", "activation_g", "bandwidth", "ridge")


def verdict(result: KernelResult) -> Verdict:
    """Return the summary: how many points, condition numbers, effective dimensions; no claim of the paper."""
    if len(result.spectra) < len(NAMES):
        return Verdict(f"{_points(result)}.", "measuring")
    hyper, prior = (summary(result, name) for name in ("hyperkernel", "nngp"))
    return Verdict(f"{_points(result)}. {hyper} {prior}", "measured")


def _points(result: KernelResult) -> str:
    said, (x, z, points) = result.settings, result.points
    of = f"x in {x.shape[1]:,} and z in {z.shape[1]:,} dimensions"
    return f"{points[0].upper() + points[1:]}, {of}, L = {said.depth_f}, H = {said.depth_g}"


def summary(result: KernelResult, name: str) -> str:
    """Return one kernel's condition number and effective dimension in a sentence."""
    found = result.spectra[name]
    singular = f"singular in float64 ({number(found.with_ridge)} with the ridge)"
    condition = number(found.condition) if math.isfinite(found.condition) else singular
    return (
        f"{NAMES[name]}: condition number {condition}, effective dimension {found.dimension:.3g} of "
        f"{len(found.values):,} at ε = {result.settings.ridge:g}."
    )


def number(value: float) -> str:
    """Return 12.3, 5,480 or 4.5·10⁶."""
    if value < 1e4:
        return f"{value:.3g}" if value < 1000 else f"{value:,.0f}"
    digits, power = f"{value:.1e}".split("e")
    return f"{digits}·10{str(int(power)).translate(str.maketrans('0123456789', '⁰¹²³⁴⁵⁶⁷⁸⁹'))}"


def progress(result: KernelResult) -> str:
    """Return how far the run is, in a sentence."""
    if result.finished:
        return f"{_points(result)}. Finished."
    return f"{_points(result)}: {'eigenvalues' if result.kernels else 'kernels'} are being computed."


def fraction(result: KernelResult) -> float:
    """Return how much of the run is done, 0 to 1."""
    return result.progress


def alt(result: KernelResult, chart: str = "") -> str:
    """Return a chart in words, for those who do not see it."""
    if chart == "heat_maps" and result.kernels is not None:
        ranges = [f"{NAMES[name]} from {_range(getattr(result.kernels, name))}" for name in NAMES]
        return f"Kernels of {result.points.said}: {', '.join(ranges)}."
    return " ".join([progress(result), *(summary(result, name) for name in result.spectra)])


def _range(kernel: np.ndarray) -> str:
    return f"{kernel.min():.3g} to {kernel.max():.3g}"


def table(result: KernelResult) -> pd.DataFrame:
    """Return the summary, tidy: per kernel points, condition numbers, effective dimension, extremes of the diagonal."""
    return tidy(pd.DataFrame(summary_rows(result)), result.settings, verdict(result).state, SETTINGS)


def summary_rows(result: KernelResult) -> list[dict]:
    """Return the summary as rows with kernel, quantity, value."""
    return [row for name in result.spectra for row in _rows(result, name)]


def _rows(result: KernelResult, name: str) -> list[dict]:
    found, diagonal = result.spectra[name], np.diagonal(getattr(result.kernels, name))
    numbers = {
        "points": len(diagonal),
        "condition": found.condition,
        "condition_with_ridge": found.with_ridge,
        "effective_dimension": found.dimension,
        "diagonal_smallest": float(diagonal.min()),
        "diagonal_largest": float(diagonal.max()),
    }
    return [{"kernel": name, "quantity": quantity, "value": value} for quantity, value in numbers.items()]


def draws(result: KernelResult) -> pd.DataFrame:
    """Return the spectra, spectrum.csv: kernel, index from the largest eigenvalue on, eigenvalue."""
    parts = [
        pd.DataFrame({"kernel": name, "index": range(1, len(found.values) + 1), "eigenvalue": found.values})
        for name, found in result.spectra.items()
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["kernel", "index", "eigenvalue"])


def save(result: KernelResult, folder: pathlib.Path) -> None:
    """Write kernels.npz and spectrum.csv."""
    np.savez(folder / "kernels.npz", **arrays(result))
    draws(result).to_csv(folder / "spectrum.csv", index=False)


def code(settings: KernelSettings) -> str:
    """Return lines of Python that reproduce the numbers; x and z: the arrays of kernels.npz."""
    features = f"FourierFeatures({settings.bandwidth})" if settings.bandwidth else None
    chosen = f"depth_f={settings.depth_f}, depth_g={settings.depth_g}, activation_f={settings.activation_f!r}"
    return f"""import numpy as np
from hyperviz.theory.gram import pair_kernels
from hyperviz.theory.architecture import Architecture
from hyperviz.theory.fourier_features import FourierFeatures

saved = np.load("kernels.npz")
networks = Architecture({chosen}, activation_g={settings.activation_g!r}, coordinates={features})
kernels = pair_kernels.of_pairs(networks, saved["x"], saved["z"])
print(np.linalg.eigvalsh(kernels.hyperkernel))
# from files: {command("kernel", settings)}"""


EXPLANATION = (
    "What you see, and the formula",
    """
The kernels of infinitely wide networks between your own points, in closed form and float64: no network is drawn. The
points of h are pairs u = (x, z), so each kernel is a matrix over these pairs.

- **Θ_f** and **Θ_g** are the tangent kernels of f and of g, **Θₕ** is their product entry by entry, the hyperkernel of
  Theorem 3, and **Λᴴ** is the covariance of the untrained network's outputs (Theorem 2). Θ_g depends on x too: each of
  its layers carries the factor S, by which the weights for x and for x′ are correlated.
- **Condition number**: largest over smallest eigenvalue; gradient descent needs about that many steps for the slowest
  function. A matrix is singular where float64 cannot tell the smallest from 0: two points alike, or Θ_f where an x
  comes twice.
- **Effective dimension** at a ridge ε: Σ λ/(λ + ε) over the eigenvalues λ, how many functions of the data regression
  with that ridge uses.
""",
    r"\Theta_h(u,u') = \Theta_f(x,x')\,\Theta_g(u,u'),\qquad"
    r" d(\varepsilon) = \sum_i \frac{\lambda_i}{\lambda_i + \varepsilon}",
)
