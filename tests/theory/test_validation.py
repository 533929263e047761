"""Bad input is one sentence that says what was expected and what came; what is fine but odd is taken."""

import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hyperviz.errors import HypervizError, InvalidInput
from hyperviz.theory import activations, analytic, network, sampling
from hyperviz.theory.analytic import FourierFeatures
from tests.tolerances import KERNEL, agree

pytestmark = pytest.mark.usefixtures("compiled_lightly", "as_a_user")

X, Z = np.ones((3, 4), np.float32), np.arange(6, dtype=np.float32).reshape(3, 2)
INF, NAN = X * np.array([1, np.inf, 1, 1]), X * np.nan


def limits(x=X, z=Z, *others, **given):
    return analytic.kernels(x, z, *others, **{"depth_f": 2, "depth_g": 2} | given)


def drawn(x=X, z=Z, **given):
    return sampling.hyperkernel(
        jax.random.key(0), x, z, **{"depth_f": 2, "depth_g": 2, "width_f": 8, "width_g": 8} | given
    )


def built(**given):
    sizes = {"input_f": 4, "input_g": 2, "depth_f": 2, "depth_g": 2, "width_f": 3, "width_g": 3}
    return network.init(jax.random.key(0), **sizes | given)


def applied(x=X, z=Z, **given):
    return network.apply(built(), x, z, **given)


POINTS = {
    "NaN": ({"x": NAN}, "x1? must be finite; got 12 values that are NaN or infinite"),
    "infinity": ({"x": INF}, "x1? must be finite; got 3 values that are NaN or infinite"),
    "NaN in z": ({"z": Z * np.nan}, "z1? must be finite; got 6 values that are NaN or infinite"),
    "no point": ({"x": X[:0]}, r"x1? must be a non-empty \(points, dimensions\) array; got shape \(0, 4\)"),
    "no dimension": ({"z": Z[:, :0]}, r"z1? must be a non-empty \(points, dimensions\) array; got shape \(3, 0\)"),
    "a vector": ({"x": X[0]}, r"x1? must be a non-empty \(points, dimensions\) array; got shape \(4,\)"),
    "a tensor": ({"z": Z[None]}, r"z1? must be a non-empty \(points, dimensions\) array; got shape \(1, 3, 2\)"),
    "one number": ({"x": 3.0}, r"x1? must be a non-empty \(points, dimensions\) array; got shape \(\)"),
    "words": ({"x": [["a"]]}, "x1? must be an array of real numbers; got list"),
    "a word": ({"x": "1,2"}, "x1? must be an array of real numbers; got str"),
    "nothing": ({"x": None}, "x1? must be an array of real numbers; got None: pass an array"),
    "complex": ({"z": Z * 1j}, "z1? must be an array of real numbers; got ndarray"),
    "ragged": ({"x": [[1.0], [1.0, 2.0]]}, "x1? must be an array of real numbers; got list"),
    "more x than z": ({"z": Z[:2]}, "x and z must hold as many points each, pair by pair; got 3 and 2"),
    "unknown f": ({"activation_f": "tanhh"}, "activation must be one of relu, leaky_relu; got 'tanhh'"),
    "alpha too large": ({"activation_f": "leaky_relu", "alpha": 1.5}, r"alpha.* must lie in \[-1, 1\]; got 1.5"),
    "alpha NaN": ({"alpha": float("nan")}, r"alpha.* must lie in \[-1, 1\]; got nan"),
}
NO_SMOOTH_G = {"unknown g": ({"activation_g": ""}, "activation must be one of relu, leaky_relu; got ''")}
SMOOTH_G = {
    "unknown g": ({"activation_g": ""}, "activation_g must be one of relu, leaky_relu, tanh, erf, gelu, sin; got ''"),
}
DEPTHS = {
    "depth 0": ({"depth_f": 0}, "depth_f must be an integer of at least 1.*; got 0"),
    "depth below 0": ({"depth_g": -2}, "depth_g must be an integer of at least 1.*; got -2"),
    "half a depth": ({"depth_f": 2.5}, "depth_f must be an integer of at least 1.*; got 2.5"),
    "a depth in words": ({"depth_g": "3"}, "depth_g must be an integer of at least 1.*; got '3'"),
    "many depths": ({"depth_f": np.array([1, 2])}, "depth_f must be an integer of at least 1"),
}
TOO_DEEP = {"too deep": ({"depth_g": 10**6}, r"depth_g must be an integer of at least 1 and at most \d+; got 1000000")}
WIDTHS = {
    "width 0": ({"width_f": 0}, "width_f must be an integer of at least 1.*; got 0"),
    "width below 0": ({"width_g": -5}, "width_g must be an integer of at least 1.*; got -5"),
    "half a width": ({"width_g": 1.5}, "width_g must be an integer of at least 1.*; got 1.5"),
    "a width that is a float": ({"width_f": 8.0}, "width_f must be an integer of at least 1.*; got 8.0"),
    "no width": ({"width_f": None}, "width_f must be an integer of at least 1.*; got None"),
}
TOO_WIDE = {
    "too wide": ({"width_f": 10**9}, "width_f must be an integer of at least 1 and at most 100000000; got 1000000000")
}
ONE_BY_ONE = {
    "x2 alone": ({"x2": X}, "x2 and z2 belong together; got one of them: pass both"),
    "z2 alone": ({"z2": Z}, "x2 and z2 belong together; got one of them: pass both"),
    "x2 of another dimension": ({"x2": X[:, :3], "z2": Z}, "x1 and x2 must have the same dimension; got 4 and 3"),
    "z2 of another dimension": ({"x2": X, "z2": X}, "z1 and z2 must have the same dimension; got 2 and 4"),
    "more x2 than z2": ({"x2": X, "z2": Z[:1]}, "x and z must hold as many points each, pair by pair; got 3 and 1"),
    "NaN in z2": ({"x2": X, "z2": Z * np.nan}, "z2 must be finite"),
    "bandwidth 0": ({"coordinates": FourierFeatures(0)}, "bandwidth must be a finite number above 0; got 0"),
    "bandwidth below 0": ({"coordinates": FourierFeatures(-1.0)}, "bandwidth must be a finite number above 0; got -1"),
    "bandwidth NaN": (
        {"coordinates": FourierFeatures(float("nan"))},
        "bandwidth must be a finite number above 0; got nan",
    ),
    "bandwidth in words": ({"coordinates": FourierFeatures("wide")}, "bandwidth must be a number above 0; got 'wide'"),
    "range": ({"x": X * 1e10, "depth_g": 4}, "the kernel of h would reach .*, which float32 cannot hold"),
    "range of f": ({"x": X * 1e-25}, "the kernel of f would reach .*, which float32 cannot hold .*scale x to norm"),
}
SIZES = {
    "no input": ({"input_f": 0}, "input_f must be an integer of at least 1; got 0"),
    "half an output": ({"outputs": 0.5}, "outputs must be an integer of at least 1; got 0.5"),
}
CASES = [
    pytest.param(call, given, message, id=f"{call.__name__}: {name}")
    for call, tables in (
        (limits, (POINTS, SMOOTH_G, DEPTHS, TOO_DEEP, ONE_BY_ONE)),
        (
            drawn,
            (
                *(POINTS, NO_SMOOTH_G, DEPTHS, TOO_DEEP, WIDTHS, TOO_WIDE),
                {"range": ({"x": X * 1e20}, "the hyperkernel .*float32")},
            ),
        ),
        (applied, (POINTS, SMOOTH_G)),
        (built, (DEPTHS, WIDTHS, SIZES)),
    )
    for table in tables
    for name, (given, message) in table.items()
]


@pytest.mark.parametrize(("call", "given", "message"), CASES)
def test_a_mistake_is_answered_by_one_sentence(call, given, message):
    with pytest.raises(HypervizError) as caught:
        call(**given)
    said = str(caught.value)
    assert re.match(message, said)
    assert said.endswith(".")
    assert "\n" not in said
    assert "Tracer" not in said


def test_weights_of_another_input_dimension_are_refused():
    with pytest.raises(InvalidInput, match="dimension"):
        applied(X[:, :3])
    with pytest.raises(InvalidInput, match="dimension"):
        applied(X, Z[:, :1])


def test_the_dual_of_an_unknown_activation_names_the_known_ones():
    with pytest.raises(InvalidInput, match="relu, leaky_relu"):
        activations.activation("swish")


@pytest.mark.parametrize("call", [limits, drawn, applied])
def test_lists_integers_and_numpy_or_jax_numbers_are_welcome(call):
    plain = call(X, Z)
    for x, z in ((X.tolist(), Z.tolist()), (X.astype(int), Z.astype(np.int8)), (jnp.asarray(X), jnp.asarray(Z))):
        for a, b in zip(jax.tree.leaves(call(x, z)), jax.tree.leaves(plain), strict=True):
            agree(a, b, KERNEL[np.dtype("float32")])


def test_numpy_and_jax_integers_are_depths_and_widths():
    plain = drawn()
    for kind in (np.int64, np.int8, jnp.int32, lambda v: np.array([v])[0]):
        assert (drawn(depth_f=kind(2), depth_g=kind(2), width_f=kind(8), width_g=kind(8)) == plain).all()
        assert (limits(depth_f=kind(2), depth_g=kind(2)).nngp == limits().nngp).all()
