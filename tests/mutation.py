"""Say which mutants of a module of the theory its fast tests let live: `python -m tests.mutation gram/limit_tiles 30`.

The mutants are cosmic-ray's (`pip install cosmic-ray`: no requirements file has it), as many as asked for, drawn with
seed 0. One process imports JAX and forks for each; the fork reads the changed source, which no file ever holds, and
runs the tests until one fails.
"""

import ast
import contextlib
import difflib
import importlib
import importlib.machinery
import os
import random
import resource
import signal
import sys

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.provider import OperatorProvider

from tests import ROOT

DRAWS = """sampling/test_one_draw.py::test_equal_points_have_equal_rows
    sampling/test_kernels.py
    sampling/test_one_draw.py"""
TESTS = {  # of tests/theory, the quickest killers first; those of taylor are the rest
    "analytic": "test_analytic.py\n test_arguments.py::test_an_argument_of_another_form_is_refused_with_the_fix",
    "smooth_duals": "test_smooth_duals.py",
    "gram/limit_tiles": "test_analytic.py\n gram/test_pair_kernels.py\n test_smooth_duals.py",
    "gram/pair_kernels": "gram/test_pair_kernels.py",
    "gram/separable_kernel": "regression/test_grid.py",
    "gram/gram_factors": "gram/test_gram_factors.py\n sampling/test_one_draw.py",
    "sampling/progress": "sampling/test_one_draw.py",
    "sampling/forward_pass": "sampling/test_forward_pass.py",
    "sampling/output_draws": "test_architecture.py\n sampling/test_forward_pass.py",
    "sampling/schedule": f"sampling/test_schedule.py\n {DRAWS}",
    "taylor/bartlett": "taylor/test_bartlett.py\n taylor/test_matrix_free.py\n taylor/test_sampler.py",
    "taylor/jets": "taylor/test_jets.py",
    "taylor/dense_g": """taylor/test_dense_g.py
    taylor/test_sampler.py::test_bad_input_is_one_sentence
    taylor/test_sampler.py::test_an_odd_f_and_an_odd_g_of_two_layers_do_not_tell_x_from_its_opposite
    taylor/test_sampler.py::test_under_a_wide_f_a_linear_g_has_the_limit_s_tangent_kernel
    taylor/test_sampler.py::test_a_smooth_g_is_finite_at_degenerate_points""",
    "taylor/sampler": """test_architecture.py
    taylor/test_sampler.py::test_bad_input_is_one_sentence
    taylor/test_sampler.py::test_points_that_do_not_fit_are_refused
    taylor/test_sampler.py""",
} | dict.fromkeys(("sampling/conditioning", "sampling/kernels"), DRAWS)
SWAPS = """Add_Sub Sub_Add Mul_Div Div_Mul FloorDiv_Div Mod_Div Pow_Mul BitAnd_BitOr BitOr_BitAnd Lt_LtE Lt_GtE LtE_Lt
    LtE_Gt Gt_GtE Gt_LtE GtE_Gt GtE_Lt Eq_NotEq NotEq_Eq Is_IsNot IsNot_Is Delete_USub Delete_Invert Delete_Not"""
BEFORE = "jax jax.numpy scipy.stats scipy.spatial scipy.fft hypothesis.extra.numpy beartype jaxtyping pytest"
PYTEST = "-x -n 0 -p no:cacheprovider -W ignore::pytest.PytestAssertRewriteWarning"
OPERATORS = {name: OperatorProvider()[name] for name in OperatorProvider() if not OperatorProvider()[name].arguments()}


def places(source):
    """Return every operator by name with the number of each place that it changes: a swap once, not twelve times."""
    nodes = list(ast_nodes(get_ast(source)))
    of = {name: one() for name, one in OPERATORS.items() if name.split("Operator_")[-1] in {*SWAPS.split(), name}}
    return [(n, i) for n, one in of.items() for i in range(sum(len([*one.mutation_positions(node)]) for node in nodes))]


def drawn(source, most):
    """Yield at most so many mutants: the operator's name, and the source."""
    found, count = places(source), 0
    random.Random(0).shuffle(found)
    for name, place in found:
        changed = mutate_code(source, OPERATORS[name](), place)
        with contextlib.suppress(SyntaxError):
            if count < most and _meaning(changed) != _meaning(source):
                count += 1
                yield name, changed


def _meaning(source):
    """Return what a module says without its annotations, and without the star of its signatures."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        for field in {"annotation", "returns"} & set(node._fields):
            setattr(node, field, ast.Constant(None))
        if isinstance(node, ast.arguments):
            node.args, node.posonlyargs, node.kwonlyargs = node.posonlyargs + node.args + node.kwonlyargs, [], []
            node.defaults, node.kw_defaults = [*node.defaults, *filter(None, node.kw_defaults)], []
    return ast.dump(tree)


def tested(path, source, tests, seconds):
    """Return the exit status of the tests on the changed source, 0 where it lives, and the seconds of CPU they took."""
    if child := os.fork():
        _, status, used = os.wait4(child, 0)
        return status, used.ru_utime + used.ru_stime
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    signal.alarm(20 * seconds)  # a mutant that waits for ever
    read = importlib.machinery.SourceFileLoader.get_data

    def get_data(self, name):
        if name.endswith(".pyc") and path.stem in name:
            raise OSError  # what is compiled is the source on disk
        return source.encode() if name == str(path) else read(self, name)

    importlib.machinery.SourceFileLoader.get_data = get_data
    sys.dont_write_bytecode = True
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os._exit(importlib.import_module("pytest").main([*PYTEST.split(), *tests]))


def main(module, most="1000000"):
    """Print every mutant that lives, and how many of how many were killed."""
    os.environ |= {"HYPERVIZ_PROGRAMS": "off", "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "1000000"}  # keep none
    for name in BEFORE.split():
        importlib.import_module(name)
    path = ROOT / "hyperviz" / "theory" / f"{module}.py"
    names = TESTS.get(module, "taylor/test_matrix_free.py\n taylor/test_sampler.py").splitlines()
    tests = [str(ROOT / "tests/theory" / name.strip()) for name in names]
    source, killed, count = path.read_text("utf-8"), 0, 0
    status, seconds = tested(path, source, tests, 600)
    assert status == 0, "the tests fail without a mutant"
    for name, changed in drawn(source, int(most)):
        status, _ = tested(path, changed, tests, 30 + 3 * int(seconds))
        killed, count = killed + (status != 0), count + 1
        if not status:
            print(name, *[line for line in difflib.ndiff(source.split("\n"), changed.split("\n")) if line[0] in "+-"])
    print(f"{module}: {killed} of {count} killed, {seconds:.0f} s of CPU where all tests are run")


if __name__ == "__main__":
    main(*sys.argv[1:])
