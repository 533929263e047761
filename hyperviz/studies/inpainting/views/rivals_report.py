"""Say where the NNGP that learnt once is ahead of plain methods, level or behind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from hyperviz.studies.common.verdict import Verdict
from hyperviz.studies.inpainting.paper_table1 import NAMES
from hyperviz.studies.inpainting.settings import InpaintingSettings
from hyperviz.studies.inpainting.views.any_mask import METHODS, AnyMask
from hyperviz.studies.inpainting.views.rivals import Rivals
from hyperviz.studies.table1 import few_pixels
from hyperviz.studies.table1.report import Gap, mean

SEE = {
    "any_mask": "Any mask, no new fit: the NNGP learns once, f sees each training image under a random mask of its "
    "own, and it is then told the pixels that are seen. Plain ridge is for one mask. **Fitted again to each it is "
    "ahead** where one large part is missing, and level or ahead everywhere from a thousand {noun}s; a Gaussian with "
    "the images' mean and covariance, which needs no new fit either, is nearly as good. After some hundred {noun}s, "
    "where the seen pixels lie scattered, the NNGP is ahead of all: it knows which pixels are neighbours. "
    "Error on what is hidden; bars: ± 2 standard errors over the test {noun}s.",
    "between": "Coordinates between the pixels: learnt from every other pixel of every other row, judged on the rest. "
    "g answers there; plain ridge answers at its own pixels, and splines do the rest. **With half of the {noun} hidden "
    "the two are level**; where f sees it all, a cubic spline through the image itself is ahead of both kernels. "
    "Bars: ± 2 standard errors over the test {noun}s.",
    "few_pixels": f"Few random pixels of each training image, {few_pixels.IMAGES} images: each pixel of plain ridge "
    "learns from those images alone that are seen there; the kernels, which know where a pixel lies, need some tenth "
    "of the pixels. Error on the hidden "
    f"half; stored, {few_pixels.RUNS} runs, bars ± 2 standard errors over them.",
}
BEST = 3  # of the methods between the pixels, told


def verdict(found: Rivals, settings: InpaintingSettings) -> Verdict:
    """Return where the NNGP that learnt once is ahead of plain ridge fitted to each mask, by the same images."""
    if found.blank:
        return Verdict("f sees nothing: every kernel is 0, and there is nothing to compare.", "measured")
    if found.masks is None or not found.masks.squares:
        return Verdict(found.doing, "measuring")
    said = [f"{against}: {_told(leads(found.masks, method))}" for method, against in _AGAINST.items()]
    text = f"One NNGP for every mask, learnt once from {found.masks.images:,} images. " + " ".join(said)
    return Verdict(text, "measured" if found.finished else "measuring")


_AGAINST = {
    "ridge-once": "Beside plain ridge learnt once",
    "ridge": "Beside plain ridge fitted to each mask",
    "gaussian": "Beside a Gaussian learnt once",
}


def leads(found: AnyMask, method: str) -> dict[str, Gap]:
    """Return by how much a method's error exceeds that of the NNGP that learnt once, by mask, image by image."""
    both = [mask for mask, name in found.squares if name == "nngp" and (mask, method) in found.squares]
    return {mask: Gap(*mean(found.squares[mask, method] - found.squares[mask, "nngp"])) for mask in both}


def rows(found: Rivals, settings: InpaintingSettings) -> Iterator[dict[str, Any]]:
    """Yield the error of each method under each mask and between the pixels, and the paired leads of the NNGP."""
    for (mask, method), squares in found.masks.squares.items() if found.masks else ():
        yield {"mask": mask, "kernel": method, "quantity": "mse_hidden"} | _mean(squares)
    for method in _AGAINST if found.masks else ():
        for mask, gap in leads(found.masks, method).items():  # pyright: ignore[reportArgumentType]
            at = {"mask": mask, "kernel": method, "quantity": "minus_nngp"}
            yield at | {"value": gap.value, "stderr": gap.stderr}
    for method, squares in found.between.squares.items() if found.between else ():
        yield {"kernel": method, "quantity": "mse_between"} | _mean(squares)


def alt(found: Rivals, figure: str) -> str:
    """Return a chart in words; empty for another figure."""
    if figure == "between" and found.between and found.between.squares:
        errors = {name: float(squares.mean()) for name, squares in found.between.squares.items()}
        best = sorted(errors, key=errors.__getitem__)[:BEST]
        return "Between the pixels, smallest errors first: " + ", ".join(f"{n} {errors[n]:.4f}" for n in best) + ". "
    if figure == "few_pixels":
        return f"Error against pixels an image, a curve each for {', '.join(NAMES[m] for m in few_pixels.METHODS)}. "
    if figure == "any_mask" and found.masks:
        return f"Error under each mask, of {', '.join(METHODS.values())}. "
    return ""


def _told(gaps: dict[str, Gap]) -> str:
    """Return the masks by the sign of the lead, beyond two standard errors."""
    named = {1: "ahead", 0: "level", -1: "behind"}
    parts = []
    for sign, word in named.items():
        masks = [mask for mask, gap in gaps.items() if gap.sign == sign]
        parts += [f"{word} ({', '.join(masks)})"] if masks else []
    return ", ".join(parts) + "." if parts else "not measured yet."


def _mean(squares: np.ndarray) -> dict[str, float]:
    value, stderr = mean(squares)
    return {"value": value, "stderr": stderr}
