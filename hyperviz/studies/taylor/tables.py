"""Write the numbers of the Taylor study: what its table holds, and its raw draws."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hyperviz.studies.common.intervals import SURE
from hyperviz.studies.common.power_laws import Slope
from hyperviz.studies.taylor.predictions import predicted, width_g
from hyperviz.studies.taylor.settings import TaylorSettings
from hyperviz.studies.taylor.study import TaylorResult


def rows(result: TaylorResult) -> pd.DataFrame:
    """Return a row a number: axes, then quantity, value, stderr, low, high, theory."""
    settings = result.settings
    found = [row for n, values in sorted(result.cells.items()) for row in _cell(settings, n, values)]
    found += [row for r in result.slopes for row in _slopes(result, r)]
    for (depth, r), fit in result.map.items():
        if fit:
            at = {"order": r, "depth_g": depth, "quantity": "slope_map", "theory": predicted(settings, r, depth)}
            found.append(at | _numbers(fit))
    if result.step is not None:
        found += _steps(result.step, settings.orders)
    frame = pd.DataFrame(found, columns=None if found else ["order", "quantity", "value"])
    axes = ["order", "width_f", "width_g", "mu", "draws"]
    frame = frame.reindex(columns=[*axes, *(name for name in frame if name not in axes)])
    frame["depth_g"] = frame["depth_g"].fillna(settings.depth_g) if "depth_g" in frame else settings.depth_g
    return frame


def draws(result: TaylorResult) -> pd.DataFrame:
    """Return every draw of the chart: a row a network, K⁽⁰⁾, K⁽¹⁾ ... in its columns."""
    parts = [
        pd.DataFrame(values, columns=[f"K{r}" for r in range(values.shape[1])]).assign(
            width_f=n, draw=range(len(values))
        )
        for n, values in sorted(result.cells.items())
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _numbers(fit: Slope) -> dict:
    return {"value": fit.value, "stderr": fit.stderr(SURE), "low": fit.low, "high": fit.high}


def _cell(settings: TaylorSettings, n: int, values: np.ndarray) -> list[dict]:
    """Return median, quartiles and mean of |K^(r)| at one width; the median's error is from the quartiles' distance."""
    rows, root = [], np.sqrt(len(values))
    for r in range(settings.orders + 1):
        size = np.abs(values[:, r])
        low, high = np.quantile(size, [0.25, 0.75])
        at = {"order": r, "width_f": n, "width_g": width_g(settings, n), "draws": len(values)}
        found = {"median": (np.median(size), 0.93 * (high - low) / root), "mean": (size.mean(), size.std() / root)}
        found |= {"quartile_low": (low, np.nan), "quartile_high": (high, np.nan)}
        rows += [at | {"quantity": q, "value": v, "stderr": e} for q, (v, e) in found.items()]
    return rows


def _slopes(result: TaylorResult, r: int) -> list[dict]:
    """Return the slope of a term, and that of the term of one step of size n^a."""
    fit, claim, a = result.slopes[r], predicted(result.settings, r), result.settings.exponent
    if fit is None or claim is None or r > result.settings.orders:
        return []
    of_step = {"order": r, "width_g": np.nan if result.settings.grow == "both" else result.settings.width_g}
    shifted = Slope(*(number + a * r for number in fit))
    plain = of_step | {"quantity": "slope", "theory": claim} | _numbers(fit)
    return [plain, of_step | {"quantity": "slope_step", "theory": claim + a * r} | _numbers(shifted)]


def _steps(step, orders: int) -> list[dict]:
    at = {"width_f": step.width_f, "width_g": step.width_g}
    rows = [at | {"mu": mu, "quantity": "after_step", "value": h} for mu, h in zip(step.sizes, step.after, strict=True)]
    for r in range(orders + 1):
        pairs = zip(step.sizes, step.sums[r], strict=True)
        rows += [at | {"mu": mu, "order": r, "quantity": "partial_sum", "value": h} for mu, h in pairs]
    return rows
