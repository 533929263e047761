"""Write the numbers of the prior study in the tidy form."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hyperviz.studies.common.intervals import SURE
from hyperviz.studies.common.tidy import row
from hyperviz.studies.kernel.report import summary_rows
from hyperviz.studies.prior.study import PriorResult
from hyperviz.studies.prior.views.depth_scaling import DEPTHS
from hyperviz.studies.prior.views.generator import report as generator
from hyperviz.studies.prior.views.kernel_structure import CORRELATIONS, COUNTS, rms
from hyperviz.studies.prior.views.sample_functions import TURNS

SETTINGS = ["depth_f", "depth_g", "activation_f", "activation_g", "bandwidth"]


def table(result: PriorResult) -> pd.DataFrame:
    """Return settings that vary, then quantity, value, stderr, theory.

    The rows of the outputs come first, then those of each part.
    """
    rows = [*_outputs(result), *(one for name, part in result.parts.items() for one in ROWS[name](result, part))]
    settings = {name: getattr(result.settings, name) for name in (*SETTINGS, "width_f", "width_g")}
    return pd.DataFrame([settings | one for one in rows])


def _outputs(result: PriorResult) -> list[dict]:
    """Return the covariance of the two outputs, and the distances from the Gaussian."""
    values, limit, count = np.asarray(result.outputs.value), result.limit, len(result.outputs.value)
    if count < 2:
        return [row("covariance", np.nan, theory=limit[i, j], draws=count, input=f"{i}{j}") for i, j in PAIRS]
    products = values[:, :, None] * values[:, None]
    mean, error = products.mean(0), products.std(0, ddof=1) / count**0.5
    rows = [row("covariance", mean[i, j], error[i, j], limit[i, j], draws=count, input=f"{i}{j}") for i, j in PAIRS]
    assert result.normality is not None
    for name, measure in zip(("excess_kurtosis", "ks_distance"), result.normality, strict=True):
        rows.append(row(name, measure.value, measure.stderr, 0.0, draws=count, input="0"))
    drawn, critical = result.ks_of_draws
    return [
        *rows,
        row("ks_of_draws", drawn, draws=count, input="0"),
        row("ks_critical", critical, draws=count, input="0"),
    ]


def _lines(result, lines) -> list[dict]:
    rows = []
    for (n, m), found in sorted(lines.cells.items()):
        at = {"width_f": n, "width_g": m, "draws": lines.draws[n, m]}
        rows.append(row("ks_distance", found.distance.value, found.distance.stderr, **at))
        rows.append(row("excess_kurtosis", found.excess.value, found.excess.stderr, **at))
    for name, fit in lines.fits.items():
        if fit.slope:
            error, ends = fit.slope.stderr(SURE), {"low": fit.slope.low, "high": fit.slope.high}
            at = {"line": name, "width_f": np.nan, "width_g": np.nan}
            rows.append(row("slope", fit.slope.value, error, fit.claim, **at, **ends))
    return rows


def _functions(kind):
    """Return the values of the functions drawn, beside the standard deviation that the limit gives them."""

    def rows(result, part):
        found = []
        for source, functions in (("network", part.networks), ("limit", part.process)):
            for i, values in enumerate(functions):
                found += [row(kind, value, source=source, draw=i, point=j) for j, value in enumerate(values.tolist())]
        return found

    return rows


def _family(result, part) -> list[dict]:
    """Return how alike the functions of several x are."""
    rows = zip(np.degrees(TURNS).round(6), part.S, part.alike, part.error, part.expected, strict=True)
    return [
        row("alike", alike, error, expected, turn=turn, S=S, draws=part.networks)
        for turn, S, alike, error, expected in rows
    ]


def _scattered(kernel):
    """Return a kernel measured on random pairs."""

    def rows(result, part):
        columns = zip(part.S, part.Sigma, part.mean, part.stderr, part.theory, strict=True)
        at = {"draws": part.draws, "width_g": part.width_g}
        return [row(kernel, v, e, t, S=S, Sigma=Sigma, **at) for S, Sigma, v, e, t in columns]

    return rows


def _surface(result, part) -> list[dict]:
    """Return both kernels on a grid of (S^0, Sigma^0)."""
    grid = [(i, j) for i in range(len(part.Sigma)) for j in range(len(part.S))]
    return [
        row(name, np.nan, theory=values[i, j], S=part.S[j], Sigma=part.Sigma[i])
        for name, values in (("nngp_surface", part.nngp), ("hyperkernel_surface", part.hyperkernel))
        for i, j in grid
    ]


def _collapse(result, part) -> list[dict]:
    """Return kernels of random pairs against their distance, and how far they are off one curve."""
    rows = [row("collapse", part.residual, theory=0.0)]
    for i, S in enumerate(CORRELATIONS):
        for d, with_features, raw, curve in zip(
            part.distance[i], part.features[i], part.raw[i], part.curve[i], strict=True
        ):
            rows.append(row("nngp_features", with_features, theory=curve, S=S, distance=d))
            rows.append(row("nngp_raw", raw, S=S, distance=d))
    return rows


def _rate(result, part) -> list[dict]:
    """Return the error of k random features, and its slope."""
    error = rms(part.errors)
    rows = [
        row("feature_error", e, e / np.sqrt(2 * part.errors.shape[1]), features=int(k), draws=part.errors.shape[1])
        for k, e in zip(COUNTS, error, strict=True)
    ]
    if part.slope:
        line = {"line": "features", "low": part.slope.low, "high": part.slope.high}
        rows.append(row("slope", part.slope.value, part.slope.stderr(), -0.5, **line))
    return rows


def _deepened(name):
    """Return correlations and condition numbers against one depth."""

    def rows(result, part):
        found = []
        for i, depth in enumerate(DEPTHS):
            value, error = part.measured.get(depth, (np.nan, np.nan))
            found.append(row("correlation_nngp", value, error, part.nngp[i], **{name: depth}))
            for quantity in ("S", "same_x", "hyperkernel"):
                theory = getattr(part, quantity)[i]
                found.append(row(f"correlation_{quantity}", np.nan, theory=theory, **{name: depth}))
            for j, kernel in enumerate(("nngp", "hyperkernel")):
                found.append(row(f"condition_{kernel}", part.condition[i, j], **{name: depth}))
        return found

    return rows


def _initialised(result, part) -> list[dict]:
    """Return both variances of every initialisation, a row a layer of g."""
    rows = []
    for scheme, found in part.items():
        for quantity, name in (("variance_f", "weights"), ("variance_g", "layers")):
            theory = getattr(found, f"{name}_predicted")
            value, error = (getattr(found, f"{name}{end}") for end in ("", "_error"))
            for i, limit in enumerate(theory):
                numbers = (value[i], error[i]) if len(value) else (np.nan, np.nan)
                rows.append(row(quantity, *numbers, limit, scheme=scheme, layer=i + 1, draws=found.draws))
    return rows


def _own(result, part) -> list[dict]:
    """Return the summary of the viewer's own points."""
    return [row(said["quantity"], said["value"], kernel=said["kernel"]) for said in summary_rows(part)]


def _shown(result, part) -> list[dict]:
    """Return nothing: the part is one of `own`, apart so that its chart is drawn once."""
    return []


def _sized(quantity, encoding):
    """Return what lists a kernel at x of each size."""

    def rows(result, part):
        none = np.full(len(part.sizes), np.nan)
        value, error = (part.mean, part.error) if part.draws else (none, none)
        at = {"encoding": encoding, "draws": part.draws}
        found = zip(part.sizes, value, error, part.expected, part.alike, strict=True)
        return [row(quantity, v, e, t, size=size, correlation=c, **at) for size, v, e, t, c in found]

    return rows


PAIRS = ((0, 0), (0, 1), (1, 1))
ROWS = {
    "lines": _lines,
    "line": _functions("function_line"),
    "patch": _functions("function_patch"),
    "family": _family,
    "surface": _surface,
    "measured": _scattered("nngp"),
    "tangents": _scattered("hyperkernel"),
    "collapse": _collapse,
    "rate": _rate,
    "depth_f": _deepened("depth_f"),
    "depth_g": _deepened("depth_g"),
    "initialisation": _initialised,
    "own": _own,
    "own_kernels": _shown,
    "own_spectra": _shown,
    "scale_nngp": _sized("nngp_at_size", "raw"),
    "scale_tangent": _sized("hyperkernel_at_size", "raw"),
    "scale_encoded": _sized("nngp_at_size", "cos, sin"),
} | generator.ROWS
