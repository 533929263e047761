"""The numbers of the prior study, tidy."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hyperviz.studies.prior import PriorResult

LAST = ["quantity", "value", "stderr", "theory"]
SETTINGS = ["depth_f", "depth_g", "activation_f", "activation_g", "bandwidth"]


def table(result: PriorResult) -> pd.DataFrame:
    """Settings that vary, then quantity, value, stderr, theory; the rows of the outputs, then those of each part."""
    rows = [*_outputs(result), *(row for name, part in result.parts.items() for row in ROWS[name](result, part))]
    settings = {name: getattr(result.settings, name) for name in (*SETTINGS, "width_f", "width_g")}
    found = pd.DataFrame([settings | row for row in rows])
    return found.reindex(columns=[*(name for name in found if name not in LAST), *LAST])


def _row(quantity, value, stderr=np.nan, theory=np.nan, **axes) -> dict:
    return axes | {"quantity": quantity, "value": value, "stderr": stderr, "theory": theory}


def _outputs(result: PriorResult) -> list[dict]:
    """Covariance of the two outputs, and the distances from the Gaussian."""
    values, limit, count = np.asarray(result.outputs.value), result.limit, len(result.outputs.value)
    if count < 2:
        return [_row("covariance", np.nan, theory=limit[i, j], draws=count, input=f"{i}{j}") for i, j in PAIRS]
    products = values[:, :, None] * values[:, None]
    mean, error = products.mean(0), products.std(0, ddof=1) / count**0.5
    rows = [_row("covariance", mean[i, j], error[i, j], limit[i, j], draws=count, input=f"{i}{j}") for i, j in PAIRS]
    assert result.normality is not None
    for name, measure in zip(("excess_kurtosis", "ks_distance"), result.normality, strict=True):
        rows.append(_row(name, measure.value, measure.stderr, 0.0, draws=count, input="0"))
    drawn, critical = result.ks_of_draws
    return [
        *rows,
        _row("ks_of_draws", drawn, draws=count, input="0"),
        _row("ks_critical", critical, draws=count, input="0"),
    ]


def _lines(result, lines) -> list[dict]:
    rows = []
    for (n, m), found in sorted(lines.cells.items()):
        at = {"width_f": n, "width_g": m, "draws": lines.draws[n, m]}
        rows.append(_row("ks_distance", found.distance.value, found.distance.stderr, **at))
        rows.append(_row("excess_kurtosis", found.excess.value, found.excess.stderr, **at))
    for name, fit in lines.fits.items():
        if fit.slope:
            error = (fit.slope.high - fit.slope.low) / 3.92
            rows.append(_row("slope", fit.slope.value, error, fit.claim, line=name, width_f=np.nan, width_g=np.nan))
    return rows


PAIRS = ((0, 0), (0, 1), (1, 1))
ROWS = {"lines": _lines}
