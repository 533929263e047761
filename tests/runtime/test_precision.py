"""The library changes nothing in the process that imports it, and computes in float64 all the same."""

import json
import os
import subprocess
import sys

import jax
import numpy as np
import pytest

from hyperviz.theory import analytic, network, sampling, taylor
from hyperviz.theory.fourier_features import FourierFeatures
from tests import ROOT

RNG = np.random.default_rng(0)
X, Z = RNG.normal(size=(4, 3)), RNG.normal(size=(4, 2))
SIZES = {"depth_f": 3, "depth_g": 2, "width_f": 9, "width_g": 7}
IMPORTS = """
import importlib, json, os, pkgutil, jax
before = dict(os.environ), jax.config.values.copy()
import hyperviz.theory, hyperviz.data
for package in (hyperviz.theory, hyperviz.data):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not module.name.endswith("make_digits"):
            importlib.import_module(module.name)
after = dict(os.environ), jax.config.values.copy()
print(json.dumps([[k for k in b if b[k] != a.get(k)] + [k for k in a if k not in b] for b, a in zip(before, after)]))
"""


def test_importing_the_library_changes_neither_the_environment_nor_jax():
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("JAX_ENABLE", "OPENBLAS"))}
    found = subprocess.run([sys.executable, "-c", IMPORTS], capture_output=True, text=True, cwd=ROOT, env=clean)
    assert json.loads(found.stdout) == [[], []], found.stderr


@pytest.mark.parametrize(
    "call",
    [
        lambda: analytic.kernels(X, Z, depth_f=3, depth_g=2).hyperkernel,
        pytest.param(
            lambda: analytic.kernels(X, Z, depth_f=3, depth_g=2, activation_g="erf").nngp, marks=pytest.mark.slow
        ),
        lambda: analytic.kernels(X, Z, depth_f=2, depth_g=2, coordinates=FourierFeatures(1.5)).nngp,
        lambda: sampling.draw(5, X, Z, **SIZES).kernel,
        pytest.param(
            lambda: sampling.values(jax.random.split(jax.random.key(1), 3), X, Z, **SIZES), marks=pytest.mark.slow
        ),
        lambda: taylor.terms(2, (X[0], Z[0]), (X[1], Z[1]), orders=3, draws=2, **SIZES),
        lambda: network.apply(network.init(3, input_f=3, input_g=2, **SIZES), X, Z),
    ],
)
def test_numbers_are_the_same_in_a_process_without_float64(call):
    wanted = np.asarray(call())
    with jax.enable_x64(False):
        found = call()
        assert not jax.config.jax_enable_x64  # as it was
    assert found.dtype == wanted.dtype
    np.testing.assert_array_equal(np.asarray(found), wanted)
