"""The streams of random numbers: no two are the same, and no study draws from a number of its own."""

import ast
import itertools

import numpy as np
import pytest

from hyperviz.studies.common.networks.random_streams import Stream, random_generator
from tests import ROOT

STUDIES = sorted((ROOT / "hyperviz" / "studies").rglob("*.py"))


def test_no_two_streams_of_a_study_overlap():
    assert len(Stream) > 30
    for one, other in itertools.combinations(Stream, 2):
        if one.family == other.family:
            first, second = sorted((one.numbers, other.numbers), key=lambda numbers: numbers.start)
            assert first.stop <= second.start, (one.name, other.name)


def test_streams_and_seeds_give_other_numbers_and_the_same_ones_give_the_same():
    drawn = [
        random_generator(seed, stream, *further).random()
        for seed, stream, *further in (
            (0, Stream.INPAINTING_POSTERIOR),
            (1, Stream.INPAINTING_POSTERIOR),
            (0, Stream.INPAINTING_IMAGES + 1),
            (0, Stream.ROTATION_ORDER, 1, 2),
            (0, Stream.ROTATION_ORDER, 2, 1),
        )
    ]
    assert len(set(drawn)) == len(drawn)
    assert drawn[0] == random_generator(0, Stream.INPAINTING_POSTERIOR).random()


@pytest.mark.parametrize("seed", [0, 7])
def test_a_stream_is_its_number_whatever_it_is_called(seed):
    """The numbers stand in shared links: a renamed stream draws what it drew."""
    assert random_generator(seed, Stream.PRIOR_LINE).random() == np.random.default_rng([seed, 1]).random()
    assert random_generator(seed, Stream.DYNAMICS_POINTS).random() == np.random.default_rng(seed).random()


def unnamed(source: str) -> list[str]:
    """Calls that name a stream by a number: default_rng([seed, k]), fold_in(key, 3), keys(seed, 3, ...)."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        given = node.args[1:2] if name in ("fold_in", "keys", "random_generator") else []
        numbers = [n for part in given for n in ast.walk(part) if isinstance(n, ast.Constant)]
        listed = name == "default_rng" and any(isinstance(argument, ast.List) for argument in node.args)
        if listed or (numbers and "Stream." not in ast.unparse(given[0])):
            found.append(ast.unparse(node))
    return found


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_study_draws_from_a_stream_that_has_no_name(path):
    allowed = {"np.random.default_rng([seed, int(stream), *further])"} if path.stem == "random_streams" else set()
    assert set(unnamed(path.read_text("utf-8"))) == allowed


def test_a_bare_number_is_found():
    """Negative control of the test above."""
    for call in ("np.random.default_rng([seed, 1])", "jax.random.fold_in(key, 3)", "keys(seed, 1 + n, 0, 8)"):
        assert unnamed(call) == [call]
    assert unnamed("keys(seed, Stream.PRIOR_TERMS + k, 0, 8)") == []
