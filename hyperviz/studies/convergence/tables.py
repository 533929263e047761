"""Make the rows of the convergence study's table that are not of the first chart."""

from __future__ import annotations

import numpy as np

from hyperviz.studies.common.intervals import NORMAL, SURE, interval
from hyperviz.studies.common.power_laws import Coefficient, relative_spread, variance
from hyperviz.studies.convergence.corrections import exact, known
from hyperviz.studies.convergence.study import ConvergenceResult

ALONE = "f alone"


def rows(result: ConvergenceResult) -> list[dict]:
    """Return the rows of the width grid, of the slopes, and of the first corrections in 1/width."""
    found = [row for cell, values in sorted(result.cells.items()) for row in _cell(result, cell, values)]
    found += [row for name, line in result.slopes.items() for row in _slope_rows(name, line)]
    return found + _corrections(result)


def _cell(result: ConvergenceResult, at, values) -> list[dict]:
    """Return the variance of one cell, its standard error sqrt((m4 - s^4)/draws), and the spread of the verdict."""
    fourth = np.mean((values - values.mean()) ** 4)
    error = np.sqrt(max(fourth - variance(values) ** 2, 0) / len(values))
    cell = {"width_f": at[0], "width_g": at[1], "theta": result.settings.theta, "draws": len(values)}
    spread = float(relative_spread(values, result.watched))
    return [
        cell | {"quantity": "variance", "value": float(variance(values)), "stderr": float(error)},
        cell | {"quantity": "relative_spread", "value": spread, "stderr": spread * np.sqrt(2 / (len(values) - 1))},
    ]


def _slope_rows(name, line) -> list[dict]:
    """Return the slope that the verdict is judged by, and that of the variance, which a few wild networks move."""
    rows = []
    for quantity, fit, sure in (("slope", line.relative, SURE), ("slope_variance", line.variance, NORMAL)):
        if fit:
            numbers = {
                "value": fit.value,
                "stderr": fit.stderr(sure),
                "low": fit.low,
                "high": fit.high,
            }
            rows.append({"line": name, "quantity": quantity, "theory": line.claim} | numbers)
    return rows


def _corrections(result: ConvergenceResult) -> list[dict]:
    """Return the relative variance of Theta_f at each width, and the coefficients of 1/width beside what is known."""
    found, alone = [], result.alone
    for name, line in result.slopes.items():
        if line.correction:
            found.append(_coefficient(name, "coefficient", line.correction, np.nan))
    if alone is None:
        return found
    for n, values in alone.ratios.items():
        square = float(np.var(values, ddof=1, dtype=float))
        fourth = float(np.mean((values.astype(float) - values.mean(dtype=float)) ** 4))
        error = np.sqrt(max(fourth - square**2, 0) / len(values))
        low, high = interval(square, error)
        numbers = {"value": square, "stderr": error, "low": low, "high": high, "theory": exact(result.settings, n)}
        found.append({"line": ALONE, "width_f": n, "draws": len(values), "quantity": "ntk_variance"} | numbers)
    if alone.variance and alone.mean:
        found.append(_coefficient(ALONE, "coefficient", alone.variance, known(result.settings)))
        found.append(_coefficient(ALONE, "coefficient_mean", alone.mean, 0.0))
    return found


def _coefficient(line: str, quantity: str, found: Coefficient, theory: float) -> dict:
    low, high = interval(found.value, found.stderr)
    numbers = {"value": found.value, "stderr": found.stderr, "low": low, "high": high, "theory": theory}
    return {"line": line, "quantity": quantity} | numbers
