"""Draw many small pictures in one chart, grey or in colour: a byte a value, lines between them, one fixed scale."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from PIL import Image

from hyperviz.figures import style

BETWEEN = 0  # the value of the line between, pictures use 1 to 255
PLAIN = {"showgrid": False, "zeroline": False, "showline": False, "ticks": "", "constrain": "domain"}


def sheet(rows: Sequence[Sequence[np.ndarray | None]], gap: int = 1) -> np.ndarray:
    """Return one byte image: square uint8 pictures of one shape, a line between them and `gap` lines between rows."""
    shape, columns = next(image.shape for image in rows[0] if image is not None), max(len(row) for row in rows)
    side = shape[0]
    out = np.full((len(rows) * (side + gap) - gap, columns * (side + 1) - 1, *shape[2:]), BETWEEN, np.uint8)
    for i, row in enumerate(rows):
        for j, image in enumerate(row):
            if image is not None:
                top, left = i * (side + gap), j * (side + 1)
                out[top : top + side, left : left + side] = np.maximum(image, BETWEEN + 1)
    return out


def _figure(z: np.ndarray, across: dict, down: dict, *, x: str = "", **layout) -> go.Figure:
    """Draw a sheet, square pixels, first row on top; a phone gets it no taller than its width allows.

    across, down: what else is said of the two axes.
    """
    margin = style.MARGIN | layout["margin"]
    aspect = {"aspect": z.shape[0] / z.shape[1], "margin": max(20, margin["t"] + margin["b"])}
    layout |= {"meta": {"dark_colours": style.dark_colours()} | aspect, "xaxis": PLAIN | across}
    layout |= {"yaxis": PLAIN | {"autorange": "reversed", "scaleanchor": "x"} | down}
    return style.figure(x=x, y="", **layout).add_trace(_pixels(z))


def _pixels(z: np.ndarray) -> dict:
    """Return the trace of a sheet."""
    if z.ndim == 3:
        return {"type": "image", "source": png(z), "hovertemplate": "%{z[0]}, %{z[1]}, %{z[2]} of 255<extra></extra>"}
    background, black = style.palette().background, 1 / 255
    scale = [[0, background], [black / 2, background], [black, "black"], [1, "white"]]
    look = {"zmin": 0, "zmax": 255, "colorscale": scale, "showscale": False}
    return {"type": "heatmap", "z": z, "hovertemplate": "value %{z} of 255<extra></extra>", **look}


def png(sheet: np.ndarray) -> str:
    """Return a sheet of colour pictures as the address of a PNG, through which the page is seen between them."""
    alpha = np.where((sheet == BETWEEN).all(axis=2), np.uint8(0), np.uint8(255))
    out = io.BytesIO()
    Image.fromarray(np.dstack([sheet, alpha])).save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def named(rows: Mapping[str, Sequence[np.ndarray]], columns: Sequence[str], **layout) -> go.Figure:
    """Draw rows of pictures with their names to the left, and the columns' below."""
    side = next(iter(rows.values()))[0].shape[0]
    middle = np.arange(max(len(columns), len(rows))) * (side + 1) + side / 2
    x, y = ({"tickvals": middle[: len(names)], "ticktext": list(names)} for names in (columns, rows))
    return _figure(sheet(list(rows.values())), x, y, **layout)


def titled(tiles: dict[str, np.ndarray | None], columns: int, **layout) -> go.Figure:
    """Draw pictures in rows of `columns`, each with its title above; None leaves its place empty."""
    images, side = list(tiles.values()), next(len(image) for image in tiles.values() if image is not None)
    rows = [images[at : at + columns] for at in range(0, len(images), columns)]
    gap = lines(side)
    titles = []  # in one go: to add them one by one took plotly half of the picture's time
    for i, (name, image) in enumerate(tiles.items()):
        at = {"x": i % columns * (side + 1) + side / 2, "y": i // columns * (side + gap) - 0.5, "yanchor": "bottom"}
        if image is not None:
            titles.append({"text": name, "showarrow": False, "font": {"size": 13}} | at)
    hidden = {"showticklabels": False}
    return _figure(sheet(rows, gap), hidden, hidden, annotations=titles, **layout)


def black(images: np.ndarray) -> np.ndarray:
    """Return a black picture, of the shape of each of the images, for one that is not there yet."""
    return np.zeros_like(images[0])


def lines(side: int) -> int:
    """Return how many lines `titled` leaves between its rows, for a title to stand in, on a phone too."""
    return math.ceil(side * 8 / 28)
