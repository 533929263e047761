"""A figure as an SVG: what Plotly would draw stands at the same place, in the same colour."""

import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from hyperviz.data import stored
from hyperviz.figures import style
from hyperviz.figures.paper import svg

SPACE = "{http://www.w3.org/2000/svg}"


def drawn(figure):
    return ElementTree.fromstring(svg.draw(figure))


def figure(**axes):
    made = style.figure(x="n, width <sub>f</sub>", y="K & more")
    return made.update_xaxes(**axes.get("x", {})).update_yaxes(**axes.get("y", {}))


def points(root) -> np.ndarray:
    """Of the first line."""
    return np.array([pair.split(",") for pair in root.find(f".//{SPACE}polyline").get("points").split()], float)


def test_a_line_on_log_axes_goes_from_corner_to_corner():
    made = figure(x={"type": "log", "range": [0, 2]}, y={"type": "log", "range": [-2, 0]})
    made.add_scatter(
        x=[1, 10, 100], y=[1, 0.1, 0.01], mode="lines", line={"color": "#d55e00", "dash": "dash"}, name="K"
    )
    root = drawn(made)
    corners = [[svg.LEFT, svg.TOP], [(svg.LEFT + svg.RIGHT) / 2, (svg.TOP + svg.BOTTOM) / 2], [svg.RIGHT, svg.BOTTOM]]
    np.testing.assert_allclose(points(root), corners, atol=0.06)
    assert root.find(f".//{SPACE}polyline").get("stroke") == "#d55e00"
    assert root.find(f".//{SPACE}polyline").get("stroke-dasharray")
    words = [text.text for text in root.iter(f"{SPACE}text")]
    assert {"1", "10", "100", "n, width f", "K & more", "K"} <= {*words}


def test_what_has_no_logarithm_is_left_out():
    made = figure(y={"type": "log", "range": [-2, 0]})
    made.add_scatter(x=[1, 2, 3], y=[0, 0.1, np.nan], mode="lines+markers")
    root = drawn(made)
    assert len(points(root)) == 1
    assert len(list(root.iter(f"{SPACE}circle"))) == 1
    assert "nan" not in svg.draw(made)


def test_a_heat_map_has_a_cell_for_each_number_and_none_for_a_gap():
    made = figure()
    made.add_heatmap(x=["4", "8"], y=["1", "2"], z=[[0.0, 1.0], [np.nan, 0.5]], zmin=0, zmax=1, colorscale="Viridis")
    cells = [r for r in drawn(made).iter(f"{SPACE}rect") if (r.get("fill") or "").startswith("rgb")]
    assert len(cells) == 3
    assert cells[0].get("fill") == "rgb(68,1,84)"  # the dark end of the scale
    assert float(cells[0].get("y")) > float(cells[2].get("y"))  # the first row is the lowest


def test_a_band_and_error_bars_are_drawn():
    made = figure(y={"range": [0, 4]})
    made.add_scatter(x=[0, 1], y=[1, 1], mode="lines", line={"width": 0})
    made.add_scatter(x=[0, 1], y=[2, 2], mode="lines", line={"width": 0}, fill="tonexty", fillcolor="rgba(1,2,3,0.2)")
    made.add_scatter(x=[0, 1], y=[1, 1], mode="markers", error_y={"array": [1, 1]})
    root = drawn(made)
    assert len(root.find(f".//{SPACE}polygon").get("points").split()) == 4
    assert any(path.get("d", "").count("V") == 2 for path in root.iter(f"{SPACE}path"))


@pytest.mark.parametrize("name", sorted(stored.pictures()))
def test_every_shipped_picture_is_whole(name):
    root = ElementTree.fromstring(stored.pictures()[name])
    assert len(list(root.iter(f"{SPACE}text"))) > 5
    assert root.find(f".//{SPACE}polyline") is not None or len(list(root.iter(f"{SPACE}rect"))) > 8
    assert "nan" not in stored.pictures()[name]
