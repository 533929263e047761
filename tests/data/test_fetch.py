"""Downloads on request, from a loopback mirror that fails in every way: tried again, checked, or refused."""

import os

import numpy as np
import pytest

from hyperviz.data import fetch, mnist
from hyperviz.errors import DataMissing
from tests.data.published import DIGITS, FILES, ONE, source

pytestmark = pytest.mark.usefixtures("here")


def test_a_file_that_is_already_here_needs_no_network(served):
    fetch.fetch(source(served, "good"), ONE)
    served[1].clear()
    gone = source(served, "gone")
    assert fetch.fetch(gone, ONE).read_bytes() == FILES[ONE]
    assert served[1] == []
    assert not fetch.present(gone)  # the three others are not here
    for name in gone.files:
        (fetch.folder(gone) / name).write_bytes(FILES[name])
    assert fetch.present(gone)
    np.testing.assert_array_equal(mnist.read(gone, "train").images, DIGITS["train"])
    assert served[1] == []


def test_a_bad_file_that_is_here_is_replaced_or_refused_but_never_read(served):
    good, gone = source(served, "good"), source(served, "gone")
    fetch.folder(good).mkdir(parents=True)
    (fetch.folder(good) / ONE).write_bytes(FILES[ONE][:-9])
    with pytest.raises(DataMissing, match="HTTP 404"):
        fetch.fetch(gone, ONE)
    assert fetch.fetch(good, ONE).read_bytes() == FILES[ONE]


def test_a_download_that_breaks_off_once_is_tried_again(served):
    assert fetch.fetch(source(served, "flaky"), ONE).read_bytes() == FILES[ONE]
    assert served[1] == ["flaky", "flaky"]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("truncated", "the download breaks off"),
        ("short", "wrong checksum"),
        ("wrong", "wrong checksum"),
        ("gone", "HTTP 404"),
    ],
)
def test_a_faulty_mirror_is_tried_again_then_one_sentence_and_leaves_nothing(served, fault, reason):
    mine = source(served, fault)
    with pytest.raises(DataMissing) as raised:
        fetch.fetch(mine, ONE)
    said = str(raised.value)
    assert served[1] == [fault] * (1 + fetch.RETRIES)
    assert f"({reason})" in said
    assert mine.variable in said
    assert str(fetch.folder(mine)) in said
    assert "\n" not in said
    assert list(fetch.folder(mine).iterdir()) == []


def test_a_hanging_server_is_given_up(served, monkeypatch):
    monkeypatch.setattr(fetch, "TIMEOUT", 0.2)
    with pytest.raises(DataMissing, match="the server hangs"):
        fetch.fetch(source(served, "hanging"), ONE)
    assert served[1] == ["hanging"] * (1 + fetch.RETRIES)


def test_no_network_at_all_is_one_sentence(served):
    nobody = source(served, "good")._replace(mirror="http://127.0.0.1:9/")
    with pytest.raises(DataMissing, match="no connection"):
        fetch.fetch(nobody, ONE)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_cache_that_cannot_be_written_to_is_one_sentence(served, here):
    here.chmod(0o500)
    with pytest.raises(DataMissing):
        fetch.fetch(source(served, "good"), ONE)
    here.chmod(0o700)


def test_the_environment_names_another_mirror(served, monkeypatch):
    mine = source(served, "gone")
    monkeypatch.setenv(mine.variable, f"{served[0]}/good/")
    assert fetch.fetch(mine, ONE).read_bytes() == FILES[ONE]
