"""Say what a chart shows, and when it has to be drawn again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import plotly.graph_objects as go

from hyperviz.figures import schematic


class Chart(NamedTuple):
    """Hold a picture of a result: what draws it, the parts of the result that it shows, and the line above it."""

    draw: Callable[[Any], go.Figure]
    parts: tuple[str, ...]
    caption: str = ""
    height: int = 420

    @staticmethod
    def networks(settings: Any) -> str:
        """Return the networks that these settings ask for as a small image; nothing where a study has none."""
        return schematic.strip(settings.networks) if hasattr(settings, "networks") else ""
