"""What is compiled when the server starts, and what /ready says of it."""

import json
import threading
from types import SimpleNamespace

import pytest

from hyperviz.studies import registry
from hyperviz.studies.registry import STUDIES
from hyperviz.ui.hosting import visitors, warm
from tests.ui.without_browser import PATIENCE


@pytest.fixture(autouse=True)
def nobody_comes(monkeypatch):
    monkeypatch.setattr(warm, "QUIET", 0.0)
    monkeypatch.setattr(registry.compilation, "keep_on_disk", lambda name, make: make())


def test_the_warm_up_waits_until_nobody_opens_a_page_but_not_for_ever(monkeypatch):
    """On a clock of its own: somebody opens a page every three seconds, until he has opened so many."""
    now, held = [100.0], visitors.Visitors()

    def waited(pages):
        began = now[0]
        comes = [began + 3 * (i + 1) for i in range(pages)]

        def sleep(seconds):
            now[0] += seconds
            while comes and comes[0] <= now[0]:
                held.admits(str(comes.pop(0)), None, lambda _: True)

        monkeypatch.setattr(visitors, "time", SimpleNamespace(monotonic=lambda: now[0], sleep=sleep))
        held.rest(4.0, 15.0)
        return now[0] - began

    assert waited(0) == pytest.approx(4, abs=0.2)
    assert waited(2) == pytest.approx(6 + 4, abs=0.2)
    assert waited(100) == pytest.approx(15, abs=0.2)


def test_nothing_is_compiled_before_that(monkeypatch):
    came = []
    monkeypatch.setattr(visitors.visitors, "rest", lambda *_: came.append("rest"))
    monkeypatch.setitem(STUDIES, "prior", STUDIES["prior"]._replace(warm=lambda: came.append("prior")))
    monkeypatch.setenv(warm.VARIABLE, "prior")
    warm.begin().join(PATIENCE)
    assert came == ["rest", "prior"]


@pytest.mark.parametrize(("given", "wanted"), [(None, set(STUDIES)), ("inpainting", {"inpainting"}), ("", set())])
def test_every_study_is_compiled_at_the_start_unless_a_small_host_names_fewer(monkeypatch, given, wanted):
    compiled = []
    for name, study in STUDIES.items():
        monkeypatch.setitem(STUDIES, name, study._replace(warm=lambda name=name: compiled.append(name)))
    monkeypatch.delenv(warm.VARIABLE, raising=False)
    if given is not None:
        monkeypatch.setenv(warm.VARIABLE, given)
    warm.begin().join(PATIENCE)
    assert len(compiled) == len(wanted)
    assert set(compiled) == wanted


def test_what_was_compiled_is_left_on_disk_and_not_in_memory(monkeypatch):
    left = []
    monkeypatch.setattr(registry.compilation, "keep_on_disk", lambda name, make: left.append((name, make)))
    monkeypatch.setenv(warm.VARIABLE, "taylor,prior")
    warm.begin().join(PATIENCE)
    assert left == [(name, STUDIES[name].warm) for name in ("taylor", "prior")]


def readiness() -> tuple[int, dict]:
    """Status and body of what /ready answers."""
    answer = warm.route().endpoint(None)
    return answer.status_code, json.loads(answer.body)


def test_ready_answers_200_once_every_study_is_compiled_and_503_with_the_names_of_the_rest_before(monkeypatch):
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
    monkeypatch.setitem(STUDIES, "taylor", STUDIES["taylor"]._replace(warm=lambda: 1 / 0))
    monkeypatch.setitem(STUDIES, "prior", STUDIES["prior"]._replace(warm=lambda: None))
    monkeypatch.setenv(warm.VARIABLE, "taylor,prior")
    warm.begin().join(PATIENCE)
    assert readiness() == (503, {"left": ["taylor"]})
    assert "taylor is not compiled" in caplog.text
