"""Hold the tour of /inpainting: what an infinitely wide hypernetwork makes of half a digit, and what others do."""

from __future__ import annotations

from functools import partial

import numpy as np

from hyperviz.studies.common.intervals import interval
from hyperviz.studies.common.tour import TourStep, below
from hyperviz.studies.inpainting.settings import PRESETS, InpaintingSettings
from hyperviz.studies.inpainting.study import InpaintingResult


def ahead(other: str, quantity: str, result: InpaintingResult) -> bool | None:
    """Return whether the NNGP's error is below another method's, by the interval of the difference."""
    errors = [result.errors.get((result.settings.images, method)) for method in ("nngp", other)]
    if not all(errors):
        return None
    (a, da), (b, db) = ((getattr(e, quantity), getattr(e, f"{quantity}_stderr")) for e in errors)
    low, high = interval(a - b, float(np.hypot(da, db)))
    return below(low, high, 0) if np.isfinite([low, high]).all() else None


def ahead_of_hk(result: InpaintingResult) -> bool | None:
    """Return whether the NNGP is ahead of HK, on the same images pair by pair."""
    if result.lead is None:
        return None
    gap, error = result.lead
    return below(*interval(-gap, error), 0)


STEPS = (
    TourStep(
        settings=InpaintingSettings(),
        look="f sees half a digit and writes the weights of g; g paints all of it. Both are infinitely wide, and have "
        "learnt from 200 digits. Draw one, or take the digit that stands there.",
        question="Does it guess the hidden half better than the mean of all digits does?",
        seen=partial(ahead, "mean", "mse_hidden"),
        theory=True,
        says="the stored table",
        because="f gives no answer of its own; what it writes into g is enough to finish a digit that nobody learnt "
        "from. The limit is computed exactly: nothing is trained.",
        slider="images",
    ),
    TourStep(
        settings=PRESETS["Table 1 of the paper"],
        look="As in the paper, only 20 random pixels of each digit are learnt from. Untrained and infinitely wide is "
        "the NNGP; trained and infinitely wide is HK.",
        question="20 pixels an image: does the untrained NNGP make smaller errors than the trained HK?",
        seen=ahead_of_hk,
        theory=True,
        says="the paper",
        because="Table 1 of the paper, and our stored 20 runs: NNGP ahead in all 8 cells.",
        slider="images",
    ),
    TourStep(
        settings=PRESETS["representation"],
        look="Now f sees the whole digit, and g has to paint it again. Plain ridge regression, from the pixels to the "
        "pixels, has no hypernetwork.",
        question="The whole digit is seen: does the hypernetwork beat plain ridge regression?",
        seen=partial(ahead, "ridge", "mse"),
        theory=False,
        says="the stored table",
        because="Where everything is seen, copying is enough. From 20 random pixels the hypernetwork is ahead: it "
        "knows where a pixel lies.",
        slider="images",
    ),
)
