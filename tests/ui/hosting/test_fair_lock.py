"""The gate among viewers: one step at a time, and who has seen least goes first."""

import threading
import time

import pytest

from hyperviz.ui.hosting import fair_lock
from tests.ui.without_browser import PATIENCE


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
        assert viewers.gate.waited_for()
    assert viewers.all_gone()
    assert "".join(viewers.order) == "cebdaf"
    assert not viewers.gate.waited_for()


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
