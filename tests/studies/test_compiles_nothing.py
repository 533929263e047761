"""Nothing is compiled while a person plays: no setting of a study does, once it is warm."""

import os
import subprocess
import sys
import threading

import jax
import numpy as np
import pytest

from hyperviz.data import digits
from hyperviz.runtime import compilation
from hyperviz.studies.common.images.drawing import encode, encode_mask, quantise
from hyperviz.studies.registry import STUDIES
from tests import ROOT
from tests.compilations import programs

pytestmark = pytest.mark.usefixtures("compiled_lightly")

LINK = {"depth_f": 5, "depth_g": 6}
DRAWN = encode(quantise(digits.test().images[20]))
LEAKY = {"activation_f": "leaky_relu"}
MASK = encode_mask(np.random.default_rng(0).random((28, 28)) < 0.4)
# what a study is opened with, and moved to; a padded width and a smooth activation each have programs of their own
FIRST = {
    "convergence": {"draws": 16},
    "prior": {"draws": 64},
    "prior under initialisations": {"draws": 64, "view": "initialisation", "activation_g": "tanh"},
    "taylor": {"draws": 16, "depth_f": 2, "width_f": 64, "step": "off"},
    "dynamics": {"points": 3, "starts": 16, "time": 0.5, "step": 0.01, "width_f": 16, "width_g": 2},
    "rotation": {"images": 100, "epochs": 1, "runs": 2, "size": 7, "width_f": 10, "width_g": 5, "compare": "one"},
    "inpainting": {"images": 20, "bandwidth": 2.9},  # as nowhere else: what is kept by it calls no program
    "inpainting at random pixels": {"images": 10, "pixels": 5, "bandwidth": 2.9},
}
NEXT = {
    "convergence": LINK | {"width_f": 37, "width_g": 3, "x": "1,0", "theta": 0.5, "activation_f": "leaky_relu"},
    "prior": LINK | {"width_f": 37, "width_g": 3, "activation_f": "leaky_relu"},
    "prior under initialisations": LINK | LEAKY | {"depth_f": 1, "width_g": 3, "activation_g": "sin"},
    "taylor": LINK | {"width_g": 3, "orders": 2, "exponent": 0.5, "average": "mean", "inputs": "same"},
    "dynamics": LINK | {"width_f": 100, "width_g": 3, "points": 5, "time": 1.0, "activation_g": "leaky_relu"},
    "rotation": {"width_f": 7, "width_g": 3, "learning_rate": 0.1, "epochs": 2} | LEAKY,
    "inpainting": LINK | {"bandwidth": 3.3, "ridge": 0.1, "hidden": "drawn", "mask": MASK, "drawing": DRAWN},
    "inpainting at random pixels": LINK | LEAKY | {"pixels": 3, "bandwidth": 5.0},
}
ENOUGH = {  # until then every program of the study has been called
    "convergence": lambda result: result.cells and len(result.curves),
    "prior": lambda result: "lines" in result.parts or drawn(result.parts.get("initialisation", {})),
    "taylor": lambda result: result.cells and result.map,
    "dynamics": lambda result: result.twins and result.view,
    "rotation": lambda result: result.finished,
    "inpainting": lambda result: result.finished,
}


def drawn(initialised: dict) -> bool:
    """Whether every initialisation has networks."""
    return bool(initialised) and all(found.draws for found in initialised.values())


def played(case: str, **settings) -> None:
    """A page at these settings, for a while."""
    study = case.split()[0]
    next(filter(ENOUGH[study], STUDIES[study].stream(STUDIES[study].settings(**settings))))


@pytest.mark.parametrize("case", FIRST)
def test_no_setting_of_a_study_compiles_anything_once_it_is_warm(case):
    played(case, seed=271, **FIRST[case])  # of no other test: what is kept calls no program
    compilation.in_background(threading.get_ident).result()  # what is compiled in the background is there
    with programs() as seen:
        played(case, seed=272, **FIRST[case] | NEXT[case])
    assert seen == []


def test_every_study_is_here_and_its_settings_are_moved():
    assert {case.split()[0] for case in FIRST} == STUDIES.keys()
    for case, moved in NEXT.items():
        before = vars(STUDIES[case.split()[0]].settings(**FIRST[case]))
        assert all(before[name] != value for name, value in moved.items()), case


def test_what_is_new_is_counted():
    """Negative control: without it a count of nothing would prove nothing."""
    with programs() as seen:
        jax.jit(lambda x: x * 3)(np.ones(7))
    assert seen


WARM = """
from tests.compilations import counted, programs
from tests.studies.test_compiles_nothing import FIRST, played
from hyperviz.runtime import compilation
from hyperviz.studies import registry
with programs() as seen:
    [registry.compile_on_disk(name) for name in registry.STUDIES]
with counted() as later:
    if not seen:  # rotation's case is of smaller digits than those of the page
        [played(case, seed=271, **FIRST[case]) for case in FIRST if case != "rotation"]
print(len(seen), compilation.release(), len(later))
"""


@pytest.mark.slow
def test_the_whole_warm_up_has_at_most_80_programs_and_the_next_start_compiles_none_of_them(tmp_path):
    variables = os.environ | {"JAX_DISABLE_MOST_OPTIMIZATIONS": "1", "HYPERVIZ_PROGRAMS": str(tmp_path)}
    variables["JAX_ENABLE_COMPILATION_CACHE"] = "false"
    runs = []
    for _ in range(2):
        found = subprocess.run([sys.executable, "-c", WARM], capture_output=True, text=True, cwd=ROOT, env=variables)
        runs.append([int(number) for number in found.stdout.split()])
        assert len(runs[-1]) == 3, found.stderr
    assert 0 < runs[0][0] <= 80
    assert runs[0][1] == 0
    assert runs[1] == [0, 0, 0]
