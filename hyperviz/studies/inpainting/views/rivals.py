"""Compute what plain methods cannot do, or can as well: any mask, coordinates between the pixels, few pixels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from hyperviz.studies.inpainting.settings import InpaintingSettings
from hyperviz.studies.inpainting.views import any_mask, between_pixels
from hyperviz.studies.inpainting.views.any_mask import AnyMask
from hyperviz.studies.inpainting.views.between_pixels import Between


class Rivals(NamedTuple):
    """Hold two comparisons under way; that of few pixels is stored."""

    masks: AnyMask | None
    between: Between | None
    doing: str
    finished: bool

    @property
    def blank(self) -> bool:
        """Return whether f sees nothing under the chosen mask."""
        return bool(self.between and self.between.blank)


def steps(settings: InpaintingSettings) -> Iterator[Rivals]:
    """Yield the comparison between the pixels, then mask after mask."""
    found = Rivals(None, None, "Learning from every other pixel.", False)
    for between in between_pixels.steps(settings):
        found = found._replace(between=between)
        yield found
    for done in any_mask.steps(settings):
        found = found._replace(masks=done, doing=done.doing, finished=done.finished)
        yield found
