"""Say what each view of the prior study finds of its claim, computed from the result."""

from __future__ import annotations

import numpy as np

from hyperviz.studies.common.intervals import interval, together
from hyperviz.studies.common.power_laws import ALLOWED, agreement
from hyperviz.studies.common.verdict import Verdict, signed
from hyperviz.studies.kernel import report as kernel_report
from hyperviz.studies.kernel.report import number
from hyperviz.studies.prior.empirical_kernels import MEASURED
from hyperviz.studies.prior.normality import Measure
from hyperviz.studies.prior.study import PriorResult
from hyperviz.studies.prior.views.generator import report as generator
from hyperviz.studies.prior.views.initialisation import Drawn, farthest, keeps
from hyperviz.studies.prior.views.input_scale import power
from hyperviz.studies.prior.views.sample_functions import TURNS
from hyperviz.studies.prior.width_scaling import DRAWS, FITTED, LINES, measured

CLAIM = "Theorem 2"
RULE = (
    "Theorem 2: widen f alone, or g alone, and the outputs stay away from the bell curve (slope 0); widen both and the "
    f"distance falls like 1/width (slope −1). Slopes are fitted to {DRAWS:,} networks at each width from {FITTED[0]} "
    f"to {FITTED[-1]:,}. It holds where every 99.99 % interval contains the slope of the theorem, up to {ALLOWED} as "
    "these widths are finite, and excludes the other. Where f or g has no hidden layer, the other alone decides."
)


def claim(result: PriorResult, here: str) -> Verdict:
    """Return both parts of the verdict of the view that is shown; here: what the histogram says."""
    if result.settings.view == "prior":
        return _lines(result, here)
    said = VIEWS[result.settings.view](result)
    return Verdict(said or here, "measured" if said else "measuring")


def _lines(result: PriorResult, here: str) -> Verdict:
    """Return the verdict on Theorem 2: the distance vanishes along one of the three lines, and stays on the others."""
    settings, lines = result.settings, result.parts.get("lines")
    if settings.depth_f == settings.depth_g == 1:
        return Verdict(f"{here} Without hidden layers that is so at any width.", "measured")
    if lines is None or not measured(lines):
        said = "the networks of other widths are being drawn"
        return Verdict(here, "undecided" if result.finished else "measuring", CLAIM, said, RULE)
    state = together(agreement(fit.slope, fit.claim, fit.other, ALLOWED) for fit in lines.fits.values())
    numbers = ", ".join(f"{fit.slope.text if fit.slope else 'none'} {name}" for name, fit in lines.fits.items())
    return Verdict(here, state, CLAIM, f"slopes {numbers}" if len(lines.fits) == len(LINES) else "", RULE)


def distance(measure: Measure) -> str:
    """Return the largest gap between the distribution function of the outputs and the Gaussian one, in per cent."""
    low, high = interval(measure.value, measure.stderr)
    digits = int(np.clip(-np.floor(np.log10(100 * measure.stderr)), 0, 5)) if measure.stderr > 1e-7 else 0
    found, low, high = (f"{100 * number:.{digits}f}" for number in (measure.value, max(low, 0), high))
    return f"{found} % [{low}, {high}]"


def _functions(result: PriorResult) -> str:
    """Return what the networks drawn say of "similar x, similar functions", which is no claim of the paper."""
    family = result.parts.get("family")
    if family is None or family.networks < 2:
        return ""
    turns, alike, error = np.degrees(TURNS)[1:], family.alike[1:], family.error[1:]
    said = ", ".join(
        f"{signed(a)} ± {e:.2f} at {t:.0f}° ({signed(limit)})"
        for a, e, limit, t in zip(alike, error, family.expected[1:], turns, strict=True)
    )
    return f"Functions of two x, over {family.networks} networks (in the limit), correlate by {said}."


def _kernel(result: PriorResult) -> str:
    """Return how near networks are to the limit, which is measured; Corollary 1, Remarks 2 and 3 are identities."""
    measured, collapse, rate = (result.parts.get(name) for name in ("measured", "collapse", "rate"))
    if measured is None or measured.draws < MEASURED or collapse is None or rate is None:
        return ""
    off = float(np.sqrt(np.mean((measured.mean - measured.theory) ** 2)) / np.abs(measured.theory).max())
    error = float(np.sqrt(np.mean(measured.stderr**2)) / np.abs(measured.theory).max())
    return (
        f"The mean Λᴴ of {measured.draws} networks is {off:.1%} off the limit (its error: {error:.1%}). Corollary 1, "
        f"Remarks 2 and 3 are true by construction, here to {collapse.residual:.0e}."
    ).replace("e-", "e−")


def _depth(result: PriorResult) -> str:
    """Return how S drifts to 1 as f deepens, and what that does to the condition number."""
    if not {"depth_f", "depth_g"} <= result.parts.keys():
        return ""
    f, g = result.parts["depth_f"], result.parts["depth_g"]
    return (
        f"From L = 1 to 32 two x become alike: correlation {f.S[0]:.2f} → {f.S[-1]:.2f}. From H = 1 to 32 two z "
        f"do at the same x: {g.same_x[0]:.2f} → {g.same_x[-1]:.2f}. Exact limits."
    )


TITLES = {
    "ntk": "NTK scaling",
    "glorot": "Glorot",
    "he": "He",
    "hyperfan-in": "hyperfan-in",
    "hyperfan-out": "hyperfan-out",
}  # as they are written on the screen


def _initialisation(result: PriorResult) -> str:
    """Return which initialisations keep the variance of g's layers near 1, by what was drawn."""
    part = result.parts.get("initialisation")
    if part is None or not all(len(found.layers) for found in part.values()):
        return ""
    kept = [f"{TITLES[scheme]} ({_worst(found)})" for scheme, found in part.items() if keeps(found)]
    lost = [f"{TITLES[scheme]} ({_worst(found)})" for scheme, found in part.items() if not keeps(found)]
    if not kept:
        return f"No initialisation keeps g's variance near 1; its worst layer: {_listed(lost)}."
    return f"g's variance stays near 1 under {_listed(kept)}" + (f", not under {_listed(lost)}." if lost else ".")


def _listed(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


def _worst(found: Drawn) -> str:
    """Return the variance that is farthest from 1, as exactly as its error allows."""
    at = farthest(found)
    value, error = float(found.layers[at]), float(found.layers_error[at])
    if not keeps(found):
        return f"{value:.1e}".replace("e-0", "e−").replace("e+0", "e").replace("e-", "e−").replace("e+", "e")
    digits = int(np.clip(-np.floor(np.log10(error)), 0, 4)) if error > 1e-4 else 4 if error else 0
    return f"{value:.{digits}f} ± {error:.{digits}f}" if error else f"{value:.{digits}f}"


def _points(result: PriorResult) -> str:
    """Return condition numbers and effective dimensions of the viewer's own points."""
    own = result.parts.get("own")
    return kernel_report.verdict(own).here if own and own.finished else ""


def _scale(result: PriorResult) -> str:
    """Return how the kernel grows with the size of x, in the limit and over networks, and what encoding x does."""
    found, encoded = (result.parts.get(name) for name in ("scale_nngp", "scale_encoded"))
    if found is None or encoded is None or not found.draws or not encoded.draws:
        return ""
    at, size = int(np.argmin(np.abs(found.sizes - result.settings.size))), result.settings.size
    grown = [f"{low:.3g} to {high:.3g}" if high - low > 0.01 else f"{high:.3g}" for low, high in [_ends(found)]]
    return (
        f"At |x| = {size:g} √n₀ networks measure Λᴴ = {number(found.mean[at])} ± {number(found.error[at])}, limit "
        f"{number(found.expected[at])}; it grows like |x| to the power {grown[0]} "
        f"(2H = {2 * result.settings.depth_g}). "
        f"At constant norm: {number(encoded.mean[at])} ± {number(encoded.error[at])}, limit "
        f"{number(encoded.expected[at])}."
    )


def _ends(found) -> tuple[float, float]:
    powers = power(found)
    return float(powers.min()), float(powers.max())


VIEWS = {
    "functions": _functions,
    "kernel": _kernel,
    "depth": _depth,
    "initialisation": _initialisation,
    "points": _points,
    "scale": _scale,
    "generator": generator.here,
}
