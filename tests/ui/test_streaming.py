"""A page plays a stream: every result in its order, and an end when the page is left."""

import pytest

from hyperviz.ui import streaming
from hyperviz.ui.hosting import fair_lock


def hundred(ended: list):
    """A stream that says when it has ended."""
    try:
        yield from range(100)
    finally:
        ended.append(True)


def test_a_page_ends_the_stream_when_the_page_is_left():
    ended = []
    inside = hundred(ended)  # kept, so that no garbage collector closes it
    results = streaming.steps(inside)
    assert [next(results), next(results)] == [0, 1]
    assert ended == []
    results.close()
    assert ended == [True]


def test_a_page_ends_the_stream_when_the_page_s_script_is_stopped_between_two_pictures():
    ended = []

    class Rerun(BaseException):
        """As Streamlit ends a script: no Exception."""

    inside = hundred(ended)  # kept, so that no garbage collector closes it

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
