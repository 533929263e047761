"""What python -m hyperviz refuses: one sentence for what a user can put right, and a traceback for a bug alone."""

import errno
import os
import subprocess
import sys

import pytest

from hyperviz.__main__ import main
from hyperviz.errors import NotPositiveDefinite
from hyperviz.studies.registry import STUDIES
from tests import ROOT
from tests.test_command_line import said


@pytest.fixture
def never_runs(monkeypatch):
    """A bad command must be refused before the study starts."""

    def stream(settings, *_store):
        raise AssertionError(f"ran {settings}")

    for name, study in STUDIES.items():
        monkeypatch.setitem(STUDIES, name, study._replace(stream=stream))


def refused(capsys, *arguments) -> str:
    """The one sentence that a refused command says."""
    code, out, err = said(capsys, *arguments)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert err.startswith("hyperviz: ")
    assert err.endswith(".\n")
    assert "Traceback" not in err
    return err


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (["--width-f", "0"], "width_f must be an integer from 1 to 1,000,000; got 0."),
        (["--width-f", "1e300"], "width_f must be an integer from 1 to 1,000,000; got 1e+300."),
        (["--draws", "many"], "draws must be an integer from 16 to 1,024; got 'many'."),
        (["--draws", "nan"], "draws must be an integer from 16 to 1,024; got 'nan'."),
        (["--depth-g", "2.5"], "depth_g must be an integer from 1 to 8; got '2.5'."),
        (["--theta", "inf"], "theta must be a number from -1.575 to 1.575; got 'inf'."),
        (["--seed", ""], "seed must be an integer from 0 to 999,999; got ''."),
        (["--x", "2,2"], "x must be one of 1,-1, 1,0; got '2,2'."),
        (["--colour", "red"], "unrecognized arguments: --colour red; see python -m hyperviz --help."),
        (["--width", "3"], "unrecognized arguments: --width 3; see "),
        (["--draws"], "argument --draws: expected one argument; see python -m hyperviz run convergence --help."),
    ],
)
def test_a_bad_value_is_one_sentence(capsys, tmp_path, never_runs, given, sentence):
    assert sentence in refused(capsys, "run", "convergence", "--out", tmp_path / "out", *given)
    assert not (tmp_path / "out").exists()


def test_an_unknown_study_or_none_or_no_folder_is_one_sentence(capsys, never_runs, tmp_path):
    assert "'weather'" in refused(capsys, "run", "weather", "--out", tmp_path)
    assert "--out" in refused(capsys, "run", "convergence")
    assert "study" in refused(capsys, "run")
    assert "command" in refused(capsys)
    assert "'walk'" in refused(capsys, "walk")


def test_a_folder_that_cannot_be_written_to_is_said_before_anything_is_computed(capsys, never_runs, tmp_path):
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    for out in (in_the_way, in_the_way / "below"):
        sentence = refused(capsys, "run", "inpainting", "--out", out)
        assert "--out must be a folder that can be written to" in sentence
        assert str(out) in sentence
    taken = tmp_path / "taken"
    (taken / "settings.json").mkdir(parents=True)
    assert str(taken) in refused(capsys, "run", "convergence", "--out", taken)


def test_what_is_not_cut_into_units_and_bad_numbers_of_workers_are_refused(capsys, never_runs, tmp_path):
    for study in ("prior", "kernel", "inpainting"):  # inpainting --paper is
        sentence = refused(capsys, "run", study, "--workers", 2, "--out", tmp_path)
        assert sentence == f"hyperviz: {study} is not cut into units: leave --workers and --scheduler out.\n"
    assert "--workers must be a whole number" in refused(capsys, "run", "rotation", "--workers", 0, "--out", tmp_path)
    for command in ("list", "warm", "paper"):
        assert said(capsys, command, "--workers", 2, *["--out", tmp_path] * (command == "paper"))[0] == 2
    assert list(tmp_path.iterdir()) == []


def test_a_study_that_refuses_is_one_sentence(capsys, monkeypatch, tmp_path):
    def stream(settings):
        raise NotPositiveDefinite("The kernel needs a ridge of 1e-6 or more.")

    monkeypatch.setitem(STUDIES, "inpainting", STUDIES["inpainting"]._replace(stream=stream))
    sentence = refused(capsys, "run", "inpainting", "--out", tmp_path)
    assert sentence == "hyperviz: The kernel needs a ridge of 1e-6 or more.\n"


def test_a_bug_is_not_taken_for_bad_input(monkeypatch, tmp_path):
    """Negative control: only what a user can put right is one sentence."""

    def stream(settings):
        raise RuntimeError("a bug")

    monkeypatch.setitem(STUDIES, "inpainting", STUDIES["inpainting"]._replace(stream=stream))
    with pytest.raises(RuntimeError, match="a bug"):
        main(["run", "inpainting", "--out", str(tmp_path)])


@pytest.mark.parametrize("arguments", [["list"], ["run", "taylor", "--help"]])
def test_a_terminal_of_another_encoding_ends_in_no_traceback(arguments):
    environment = os.environ | {"PYTHONIOENCODING": "cp1252"}
    done = subprocess.run(
        [sys.executable, "-m", "hyperviz", *arguments], cwd=ROOT, env=environment, capture_output=True, check=True
    )
    assert done.stdout
    assert b"Traceback" not in done.stderr


def test_a_reader_that_has_read_enough_is_no_error():
    command = f"{sys.executable} -m hyperviz list | head -1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_full_disk_and_an_unreadable_file_are_said_as_what_they_are(capsys, monkeypatch, tmp_path):
    for error, words in (
        (OSError(errno.ENOSPC, "No space left on device", str(tmp_path / "x")), "is full: free some space"),
        (PermissionError(errno.EACCES, "Permission denied", "/data/own.npz"), "/data/own.npz cannot be used"),
    ):

        def stream(settings, *_store, error=error):
            raise error

        monkeypatch.setitem(STUDIES, "taylor", STUDIES["taylor"]._replace(stream=stream, units=None))
        assert words in refused(capsys, "run", "taylor", "--out", tmp_path)
