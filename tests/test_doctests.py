"""Every example in a docstring of the package runs, and every function that a user calls has one."""

import doctest
import importlib
import inspect
import pkgutil

import jax
import pytest

import hyperviz

PUBLIC = {
    "hyperviz.theory.analytic": ["kernels"],
    "hyperviz.theory.fourier_features": ["FourierFeatures", "embedding", "gram", "random_features"],
    "hyperviz.theory.sampling": ["draw", "hyperkernel", "outputs", "values"],
    "hyperviz.theory.network": ["apply", "init"],
    "hyperviz.theory.taylor": ["of_network", "terms"],
    "hyperviz.theory.dynamics": ["infinite_f"],
    "hyperviz.theory.regression": ["fit", "predict"],
    "hyperviz.theory.regression.grid": ["complete", "steps"],
    "hyperviz.theory.regression.grid_factors": ["steps"],
    "hyperviz.theory.regression.grid_flow": ["steps"],
    "hyperviz.theory.regression.grid_posterior": ["condition"],
    "hyperviz.theory.regression.grid_upsampling": ["upsample"],
    "hyperviz.theory.regression.random_pixels": ["steps"],
    "hyperviz.data.datasets": ["load"],
    "hyperviz.data.digits": ["load", "test", "train", "validation"],
    "hyperviz.data.own_images": ["read"],
    "hyperviz.data.rotations": ["pairs"],
}
LAYERS = ("hyperviz.theory.", "hyperviz.data.", "hyperviz.runtime.")
MODULES = [m.name for m in pkgutil.walk_packages(hyperviz.__path__, "hyperviz.") if m.name.startswith(LAYERS)]
FINDER = doctest.DocTestFinder(exclude_empty=True)


def examples(name: str) -> list[doctest.DocTest]:
    """Return the docstrings of a module that hold examples."""
    module = importlib.import_module(name)
    return [test for test in FINDER.find(module) if test.examples]


TESTS = [test for name in MODULES for test in examples(name)]


@pytest.mark.parametrize("test", TESTS, ids=lambda test: test.name)
def test_an_example_gives_what_it_says(test):
    said: list[str] = []
    with jax.enable_x64(False):  # the reader's process has JAX's own precision
        result = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(test, out=said.append)
    assert result.attempted > 0
    assert result.failed == 0, "".join(said)


@pytest.mark.parametrize("name", [f"{module}.{name}" for module, names in PUBLIC.items() for name in names])
def test_what_a_user_calls_has_an_example_and_every_argument_a_type(name):
    module, attribute = name.rsplit(".", 1)
    found = inspect.unwrap(getattr(importlib.import_module(module), attribute))
    has_one = bool(doctest.DocTestParser().get_examples(inspect.getdoc(found) or ""))
    assert has_one, f"{name} is not documented by an example"
    if inspect.isfunction(found):
        untyped = [p.name for p in inspect.signature(found).parameters.values() if p.annotation is p.empty]
        assert not untyped, f"{name} leaves {untyped} without a type"
        run = {test.name for test in TESTS}
        assert f"{found.__module__}.{found.__qualname__}" in run


def test_a_wrong_example_fails():
    wrong = doctest.DocTestParser().get_doctest(">>> 1 + 1\n3\n", {}, "wrong", None, 0)
    assert doctest.DocTestRunner(verbose=False).run(wrong, out=lambda _: None).failed == 1
