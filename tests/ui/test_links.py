"""What a link says: mended where it is wrong, and never taken for Markdown."""

import numpy as np

from hyperviz.studies.convergence import study as convergence
from hyperviz.ui import controls, page_text
from tests.ui.without_browser import opened, replace_stream, short, shown


def test_a_bad_link_is_mended_in_place_and_the_link_says_what_is_shown(monkeypatch):
    stream = convergence.stream
    replace_stream(monkeypatch, "convergence", lambda settings: short(stream, settings))
    app = opened("convergence", width_f="99999999", depth_g="deep", colour="red", seed="5")
    assert not app.exception
    (warning,) = app.warning
    said = warning.value.replace("\\", "")  # Markdown's characters are escaped
    assert "colour is not a setting" in said
    assert "width_f=99999999 is not an integer from 1 to 1,000,000: showing 1,000,000." in said
    assert "depth_g=deep is not an integer from 1 to 8: showing the default, 4." in said
    link = {name: np.ravel(value)[-1] for name, value in app.query_params.items()}
    assert link == {"width_f": "1000000", "seed": "5"}
    assert "ConvergenceSettings(depth_f=4, width_f=1000000, " in shown(app)


def test_a_name_twice_in_a_link_takes_the_last(monkeypatch):
    stream = convergence.stream
    replace_stream(monkeypatch, "convergence", lambda settings: short(stream, settings))
    app = opened("convergence", width_f=["3", "37"])
    assert not app.exception
    assert "n = 37, m = 64" in shown(app)


def test_a_slider_keeps_its_place_however_late_the_browser_hears_of_the_link(monkeypatch):
    stream = convergence.stream
    replace_stream(monkeypatch, "convergence", lambda settings: short(stream, settings))
    monkeypatch.setattr(controls, "STALE", 0)
    app = opened("convergence", width_f="64")
    for width in (512, 1024):
        app.select_slider(key="convergence.width_f").set_value(width)
        app.query_params["width_f"] = "64"  # the address as the browser last heard it
        app.run()
        assert np.ravel(app.query_params["width_f"])[-1] == str(width)
    app.query_params["width_f"] = "64"  # no control has moved: the back button
    app.run()
    assert app.select_slider(key="convergence.width_f").value == 64


def test_what_a_link_says_never_becomes_a_link_on_the_page():
    assert page_text.literal("[click](https://example.org)") == "\\[click\\]\\(https\\://example.org\\)"
