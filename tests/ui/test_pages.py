"""Every page without a browser: what it shows is the study's numbers."""

import numpy as np
import pytest

from hyperviz.studies.convergence import report as convergence_report
from hyperviz.studies.convergence import study as convergence
from hyperviz.studies.convergence.settings import ConvergenceSettings
from hyperviz.studies.inpainting import study as inpainting
from hyperviz.studies.inpainting.settings import InpaintingSettings
from hyperviz.studies.registry import STUDIES
from hyperviz.theory import analytic
from hyperviz.ui import page_text
from tests.ui.without_browser import QUERIES, numbers, opened, pictures, replace_stream, shown


def test_home_runs_and_leads_to_every_study():
    app = opened("home")
    assert not app.exception
    assert "One network writes another" in app.title[0].value
    for study in STUDIES.values():
        assert study.claim in shown(app)


@pytest.mark.slow  # the browser opens every page by default
def test_every_page_has_a_title_and_shows_no_exception():
    titles = {name: opened(name, **query) for name, query in QUERIES.items()}
    for name, app in titles.items():
        assert not app.exception
        assert not app.error
        assert not app.warning
        assert len(app.title) == 1, name


def test_the_convergence_page_shows_the_study_s_numbers_and_verdict():
    app = opened("convergence", **QUERIES["convergence"])
    *_, result = convergence.stream(ConvergenceSettings(draws=16, depth_f=2, depth_g=2))
    curve, heat, lines, factors, correction = pictures(app)
    first = next(t for t in curve["data"] if t["name"] == "single networks")
    np.testing.assert_allclose(numbers(first["y"])[:33], (result.curves / result.theory)[0], rtol=1e-4)
    assert heat["data"][0]["type"] == "heatmap"
    assert sum(t["mode"] == "lines+markers" for t in lines["data"]) == 3
    assert len(factors["data"]) == 3
    assert len(correction["data"]) == 3
    verdict = convergence_report.verdict(result)
    for part in (verdict.here, verdict.chip, verdict.evidence, verdict.rule, convergence_report.progress(result)):
        assert part in shown(app)
    assert all(picture["layout"]["meta"]["alt"] for picture in (curve, heat, lines, factors, correction))


def test_points_pasted_on_the_prior_page_are_shown_as_their_kernels_and_what_are_none_is_said_in_place():
    app = opened("prior", view="points", **QUERIES["prior"])
    assert "Shown: an example, 24 pairs" in shown(app)
    x, z = np.array([[1.0, 0.5], [0.2, -1.0], [2.0, 1.0]]), np.array([[0.3], [1.0], [-2.0]])
    for name, points in (("x", x), ("z", z)):
        app.text_area(key=f"prior:own:text:{name}").input("\n".join(",".join(map(str, row)) for row in points))
        app.run()
    _, maps, spectra = pictures(app)
    wanted = analytic.kernels(x, z, depth_f=2, depth_g=2)
    for drawn, kernel in zip(maps["data"], (wanted.ntk_f, None, wanted.hyperkernel, wanted.nngp), strict=True):
        if kernel is not None:
            np.testing.assert_allclose(numbers(drawn["z"]).reshape(3, 3), kernel, rtol=1e-5, atol=1e-6)
    assert len(numbers(spectra["data"][2]["y"])) == 3
    assert "3 pairs (xᵢ, zᵢ), x in 2 and z in 1 dimensions, L = 2, H = 2. Θₕ: condition number" in shown(app)
    app.text_area(key="prior:own:text:z").input("1\nfour").run()
    assert not app.exception
    assert [one.value for one in app.error] == [
        page_text.literal("z must hold numbers alone; got 'four' in row 2, column 1: leave that column or row out.")
    ]
    assert len(pictures(app)) == 3  # those of the last points stay
    app.button(key="prior:own:example").click().run()
    assert not app.error
    assert "Shown: an example, 24 pairs" in shown(app)


def test_the_inpainting_page_shows_the_gallery_the_errors_and_the_verdict():
    app = opened("inpainting", **QUERIES["inpainting"])
    *_, result = inpainting.stream(InpaintingSettings(images=20))
    own, gallery, errors, *_ = pictures(app)  # the stored table comes last
    assert numbers(own["data"][0]["z"]).shape == (64 * 115,)
    sheet = numbers(gallery["data"][0]["z"]).reshape(202, 231)  # 7 rows of 8 digits
    np.testing.assert_array_equal(sheet[58:86, :28], np.maximum(result.gallery.predicted["nngp"][0], 1))
    nngp = next(t for t in errors["data"] if t["name"] == "NNGP")
    assert nngp["x"] == [10, 20]
    assert nngp["y"] == pytest.approx([result.errors[n, "nngp"].mse for n in (10, 20)])
    assert "N = 20, all pixels: squared error NNGP" in shown(app)
    assert "NNGP ahead of HK in 8 of 8 cells; 5 of the paper's 24 values are within reach" in shown(app)


def test_what_is_too_large_for_a_page_says_so_and_computes_nothing(monkeypatch):
    def stream(settings):
        raise AssertionError(f"ran {settings}")

    replace_stream(monkeypatch, "inpainting", stream)
    app = opened("inpainting", images="4000")
    assert not app.exception
    assert not app.error
    assert "4,000 images run from the command line" in shown(app)
    assert "python -m hyperviz run inpainting --images=4000" in shown(app)
