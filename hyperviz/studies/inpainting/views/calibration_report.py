"""Say how good the log-likelihoods are: the posterior's, and that of plain methods that say how unsure they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from hyperviz.studies.common.intervals import interval
from hyperviz.studies.common.verdict import signed
from hyperviz.studies.inpainting.paper_table1 import NAMES
from hyperviz.studies.inpainting.views import calibration
from hyperviz.studies.inpainting.views.calibration import Calibration, Prediction
from hyperviz.studies.table1.report import Gap, mean


def predictions(found: Calibration) -> dict[str, Calibration | Prediction]:
    """Return what is judged, by method: the posterior, and the plain methods beside it."""
    return {"nngp": found, **found.rivals}


def lead(found: Calibration, method: str) -> Gap:
    """Return by how much the posterior's log-likelihood exceeds a method's, image by image, nats a pixel."""
    gaps = calibration.log_likelihood(found) - calibration.log_likelihood(found.rivals[method])
    return Gap(*mean(gaps))


def likelihoods(found: Calibration) -> Iterator[str]:
    """Yield the posterior's log-likelihood a pixel, and its lead over plain ridge, a sentence."""
    if "ridge" not in found.rivals:
        return
    value, error = mean(calibration.log_likelihood(found))
    gap = lead(found, "ridge")
    (a, b), (low, high) = interval(value, error), interval(gap.value, gap.stderr)
    word = {1: "above", 0: "level with", -1: "below"}[gap.sign]
    yield (
        f"Its log-likelihood is {signed(value, 3)} [{signed(a, 3)}, {signed(b, 3)}] nats a pixel, {word} plain ridge's "
        f"({signed(gap.value, 3)} [{signed(low, 3)}, {signed(high, 3)}] on the same images)."
    )


def rows(found: Calibration) -> Iterator[dict[str, Any]]:
    """Yield the log-likelihoods with their paired leads, and how well the plain methods' bands are calibrated."""
    for method, one in predictions(found).items():
        yield {"kernel": method, "quantity": "log_likelihood"} | _mean(calibration.log_likelihood(one))
    for method, one in found.rivals.items():
        gap, at = lead(found, method), {"kernel": method}
        yield at | {"quantity": "nngp_lead_log_likelihood", "value": gap.value, "stderr": gap.stderr}
        yield at | {"quantity": "mse_judged"} | _mean((one.wrong**2).mean(axis=1))
        for name, (value, error) in (
            ("inflation", calibration.inflation(one)),
            ("coverage", calibration.coverage(one)),
        ):
            yield at | {"quantity": name, "value": value, "stderr": error}


def alt(found: Calibration) -> str:
    """Return the log-likelihoods in words."""
    values = {NAMES[m]: float(calibration.log_likelihood(one).mean()) for m, one in predictions(found).items()}
    return "Log-likelihood a pixel: " + ", ".join(f"{name} {signed(value, 3)}" for name, value in values.items()) + ". "


def _mean(values: np.ndarray) -> dict[str, float]:
    value, error = mean(values)
    return {"value": value, "stderr": error}
