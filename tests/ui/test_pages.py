"""The pages without a browser, the gate among viewers, and what a page does when a study fails or is left."""

import base64
import html
import itertools
import json
import threading
import time

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from hyperviz.errors import NotPositiveDefinite
from hyperviz.studies.convergence import report as convergence_report
from hyperviz.studies.convergence import study as convergence
from hyperviz.studies.convergence.settings import ConvergenceSettings
from hyperviz.studies.inpainting import study as inpainting
from hyperviz.studies.inpainting.settings import InpaintingSettings
from hyperviz.studies.registry import STUDIES
from hyperviz.theory import analytic
from hyperviz.ui import controls, page_text, streaming
from hyperviz.ui.hosting import fair_lock, visits
from tests import ROOT

SHELL = ROOT / "hyperviz" / "ui" / "shell.py"
QUERIES = {
    "convergence": {"draws": "16", "depth_f": "2", "depth_g": "2"},
    "prior": {"draws": "64", "depth_f": "2", "depth_g": "2"},
    "taylor": {"draws": "16", "width_f": "64"},
    "rotation": {"images": "200", "epochs": "1", "runs": "1", "size": "7", "width_f": "10", "width_g": "5"},
    "inpainting": {"images": "20"},
}
visits.PATIENCE = 0  # no browser is there to report that a page is mounted
PATIENCE = 600  # seconds: how long a test waits for a thread before it fails


def opened(name, **query) -> AppTest:
    """A page, run to the end of its stream."""
    app = AppTest.from_file(str(SHELL), default_timeout=PATIENCE)
    app.switch_page(str(ROOT / "pages" / f"{name}.py"))
    for key, value in query.items():
        app.query_params[key] = value
    return app.run()


def replace_stream(monkeypatch, study, stream):
    """Has the page of a study play another stream."""
    monkeypatch.setitem(STUDIES, study, STUDIES[study]._replace(stream=stream))


def pictures(app) -> list[dict]:
    """The figures that a page sent, in the order of their places."""
    bodies = [element.proto.body for element in app.get("html") if 'class="fig"' in element.proto.body]
    return [json.loads(html.unescape(body.split(">", 1)[1].rsplit("</div>", 1)[0])) for body in bodies]


def numbers(values):
    """An array as plotly sends it."""
    return np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"])


def shown(app) -> str:
    """All that is said on a page."""
    kinds = ("markdown", "caption", "error", "warning", "title", "code")
    plain = [html.unescape(e.proto.body) for e in app.get("html") if 'class="fig"' not in e.proto.body]
    return "\n".join([*(element.value for kind in kinds for element in app.get(kind)), *plain])


def short(study, settings, results=1):
    """The first results of a study, cheap: no test of the page around them needs more."""
    yield from itertools.islice(study(settings), results)


def test_home_runs_and_leads_to_every_study():
    app = opened("home")
    assert not app.exception
    assert "One network writes another" in app.title[0].value
    for study in STUDIES.values():
        assert study.claim in shown(app)


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


def test_a_study_that_refuses_shows_its_sentence_in_place_and_the_page_lives(monkeypatch):
    def stream(settings):
        raise NotPositiveDefinite("The kernel needs a ridge of 1e-6 or more.")
        yield

    replace_stream(monkeypatch, "convergence", stream)
    app = opened("convergence", depth_f="3")
    assert not app.exception
    assert [error.value for error in app.error] == ["The kernel needs a ridge of 1e-6 or more."]
    assert "ConvergenceSettings(depth_f=3" in shown(app)
    assert any("Reset" in button.label for button in app.button)


@pytest.mark.parametrize("after", [0, 1])
def test_a_study_that_breaks_shows_one_sentence_and_no_traceback_but_logs_it(monkeypatch, caplog, after):
    original = convergence.stream

    def stream(settings):
        yield from short(original, settings, after)
        raise RuntimeError("secret detail")

    replace_stream(monkeypatch, "convergence", stream)
    app = opened("convergence", draws="16")
    assert not app.exception
    (error,) = app.error
    assert error.value.startswith("The computation stopped on an unexpected error.")
    assert "secret detail" not in shown(app)
    assert "Traceback" not in shown(app)
    assert "secret detail" in caplog.text
    assert len(pictures(app)) == 5 * after
    with fair_lock.gate.turn(0):
        pass  # the gate is open again


def test_what_is_too_large_for_a_page_says_so_and_computes_nothing(monkeypatch):
    def stream(settings):
        raise AssertionError(f"ran {settings}")

    replace_stream(monkeypatch, "inpainting", stream)
    app = opened("inpainting", images="4000")
    assert not app.exception
    assert not app.error
    assert "4,000 images run from the command line" in shown(app)
    assert "python -m hyperviz run inpainting --images=4000" in shown(app)


def test_a_page_ends_the_stream_when_the_page_is_left():
    ended = []

    def stream():
        try:
            yield from range(100)
        finally:
            ended.append(True)

    inside = stream()  # kept, so that no garbage collector closes it
    results = streaming.steps(inside)
    assert [next(results), next(results)] == [0, 1]
    assert ended == []
    results.close()
    assert ended == [True]


def test_a_page_ends_the_stream_when_the_page_s_script_is_stopped_between_two_pictures():
    ended = []

    def stream():
        try:
            yield from range(100)
        finally:
            ended.append(True)

    class Rerun(BaseException):
        """As Streamlit ends a script: no Exception."""

    inside = stream()  # kept, so that no garbage collector closes it

    def page():
        for _ in streaming.steps(inside):
            raise Rerun

    with pytest.raises(Rerun):
        page()
    assert ended == [True]


def test_a_page_shows_every_result_in_order_and_holds_the_gate_only_while_it_computes(monkeypatch):
    mine = fair_lock.Gate()
    monkeypatch.setattr(streaming, "gate", mine)

    def stream():
        for i in range(5):
            assert mine._busy
            yield i

    for wanted, got in enumerate(streaming.steps(stream())):
        assert got == wanted
        assert not mine._busy
    assert got == 4


class Viewers:
    """Threads that wait at one gate while the test holds it; `order` is who came through."""

    def __init__(self):
        self.gate, self.order, self.threads = fair_lock.Gate(), [], []

    def ask(self, name, pictures, fails=False):
        """Starts a viewer, and returns once it waits."""
        waiting = len(self.gate._waiting)

        def run():
            try:
                with self.gate.turn(pictures):
                    self.order.append(name)
                    if fails:
                        raise RuntimeError(name)
            except RuntimeError:
                pass

        thread = threading.Thread(target=run, daemon=True)
        self.threads.append(thread)
        thread.start()
        deadline = time.monotonic() + PATIENCE
        while len(self.gate._waiting) == waiting:
            assert time.monotonic() < deadline
            time.sleep(0.001)

    def all_gone(self):
        for thread in self.threads:
            thread.join(PATIENCE)
        return not any(thread.is_alive() for thread in self.threads)


def test_the_gate_lets_the_fewest_pictures_go_first_and_then_who_came_first():
    viewers = Viewers()
    with viewers.gate.turn(0):
        for name, shown_so_far in (("a", 5), ("b", 1), ("c", 0), ("d", 1), ("e", 0), ("f", 9)):
            viewers.ask(name, shown_so_far)
        assert viewers.order == []
    assert viewers.all_gone()
    assert "".join(viewers.order) == "cebdaf"


def test_a_step_that_fails_releases_the_gate():
    viewers = Viewers()
    with viewers.gate.turn(0):
        viewers.ask("breaks", 0, fails=True)
        viewers.ask("next", 0)
    assert viewers.all_gone()
    assert viewers.order == ["breaks", "next"]
    with pytest.raises(RuntimeError, match="mine"), viewers.gate.turn(0):
        raise RuntimeError("mine")
    with viewers.gate.turn(0):
        pass


def test_only_one_step_at_a_time_is_on_the_accelerator():
    inside, most, one = [0], [0], fair_lock.Gate()

    def viewer(_):
        for pictures in range(50):
            with one.turn(pictures):
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                inside[0] -= 1

    threads = [threading.Thread(target=viewer, args=(i,), daemon=True) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert not any(thread.is_alive() for thread in threads)
    assert most == [1]
    assert one._waiting == []


def test_an_unexpected_error_of_a_page_is_one_sentence(caplog):
    def page():
        from hyperviz.ui.hosting import warm

        assert warm.failed(RuntimeError("secret detail")) is True

    app = AppTest.from_function(page).run(timeout=PATIENCE)
    assert not app.exception
    (error,) = app.error
    assert error.value.startswith("This page stopped on an unexpected error.")
    assert "secret detail" not in error.value
    assert "secret detail" in caplog.text


def test_what_a_link_says_never_becomes_a_link_on_the_page():
    assert page_text.literal("[click](https://example.org)") == "\\[click\\]\\(https\\://example.org\\)"


@pytest.mark.parametrize(("given", "wanted"), [(None, set(STUDIES)), ("inpainting", {"inpainting"}), ("", set())])
def test_every_study_is_compiled_at_the_start_unless_a_small_host_names_fewer(monkeypatch, given, wanted):
    from hyperviz.ui.hosting import warm

    compiled = []
    for name, study in STUDIES.items():
        monkeypatch.setitem(STUDIES, name, study._replace(warm=lambda name=name: compiled.append(name)))
    monkeypatch.delenv(warm.VARIABLE, raising=False)
    if given is not None:
        monkeypatch.setenv(warm.VARIABLE, given)
    warm.begin().join(PATIENCE)
    assert len(compiled) == len(wanted)
    assert set(compiled) == wanted


def readiness() -> tuple[int, dict]:
    """Status and body of what /ready answers."""
    from hyperviz.ui.hosting import warm

    answer = warm.route().endpoint(None)
    return answer.status_code, json.loads(answer.body)


def test_ready_answers_200_once_every_study_is_compiled_and_503_with_the_names_of_the_rest_before(monkeypatch):
    from hyperviz.ui.hosting import warm

    released, reached = threading.Event(), threading.Event()

    def slow():
        reached.set()
        assert released.wait(PATIENCE)

    monkeypatch.setitem(STUDIES, "taylor", STUDIES["taylor"]._replace(warm=lambda: None))
    monkeypatch.setitem(STUDIES, "prior", STUDIES["prior"]._replace(warm=slow))
    monkeypatch.setenv(warm.VARIABLE, "taylor,prior,unknown")
    thread = warm.begin()
    assert reached.wait(PATIENCE)
    assert readiness() == (503, {"left": ["prior"]})
    released.set()
    thread.join(PATIENCE)
    assert readiness() == (200, {"left": []})


def test_a_study_that_cannot_be_compiled_leaves_the_server_not_ready_and_the_others_compiled(monkeypatch, caplog):
    from hyperviz.ui.hosting import warm

    monkeypatch.setitem(STUDIES, "taylor", STUDIES["taylor"]._replace(warm=lambda: 1 / 0))
    monkeypatch.setitem(STUDIES, "prior", STUDIES["prior"]._replace(warm=lambda: None))
    monkeypatch.setenv(warm.VARIABLE, "taylor,prior")
    warm.begin().join(PATIENCE)
    assert readiness() == (503, {"left": ["taylor"]})
    assert "taylor is not compiled" in caplog.text
