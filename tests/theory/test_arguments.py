"""Every public function takes what people pass it, or says in one sentence what to pass instead."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hyperviz.errors import InvalidInput
from hyperviz.theory import analytic, dynamics, fourier_features, network, regression, sampling, taylor
from hyperviz.theory.regression import grid, random_pixels
from tests.tensors import Tensor

pytestmark = pytest.mark.usefixtures("compiled_lightly", "as_a_user")
DEPTHS = {"depth_f": 2, "depth_g": 2}
SIZES = DEPTHS | {"width_f": 4, "width_g": 4}
X = np.array([[0.5, -1, 2], [1, 0.25, -0.5]], np.float32)  # bfloat16 holds them exactly
Z = np.array([[1, 0.5], [-2, 1]], np.float32)
IMAGES = np.stack([np.eye(4), np.tri(4)]).astype(np.float32)
SEEN = np.arange(16).reshape(1, 16).repeat(2, 0)
SOLVED = DEPTHS | {"bandwidth": 1.0, "ridge": 0.5}
PARAMETERS = network.init(0, input_f=3, input_g=2, **SIZES)
FIT = regression.fit([[2.0, 0.5], [0.5, 2.0]], [1.0, -1.0], 0.5)
KEYS = jax.random.split(jax.random.key(0), 2)

CALLS = {  # each: its arguments as `c` makes them of arrays
    "analytic.kernels": lambda c: analytic.kernels(c(X), c(Z), c(X), c(Z), **DEPTHS),
    "sampling.draw": lambda c: sampling.draw(0, c(X), c(Z), **SIZES),
    "sampling.outputs": lambda c: sampling.outputs(KEYS, c(X), c(Z), **SIZES),
    "network.apply": lambda c: network.apply(PARAMETERS, c(X), c(Z)),
    "taylor.terms": lambda c: taylor.terms(0, (c(X[0]), c(Z[0])), (c(X[1]), c(Z[1])), orders=2, draws=2, **SIZES),
    "taylor.of_network": lambda c: taylor.of_network(PARAMETERS, (c(X[0]), c(Z[0])), (c(X[1]), c(Z[1])), orders=2),
    "regression.fit": lambda c: regression.fit(c(X[:, :2] @ X[:, :2].T), c(X[:, 0]), 0.5).weights,
    "regression.predict": lambda c: regression.predict(FIT, c(Z), c(X[:, 0] + 4)),
    "dynamics.infinite_f": lambda c: dynamics.infinite_f(
        0, c(X), c(Z), c(X[:, 0]), width_g=3, step=1e-3, steps=1, test=(c(X), c(Z)), **DEPTHS
    ),
    "fourier_features.embedding": lambda c: fourier_features.embedding(c(Z), fourier_features.FourierFeatures(1.0)),
    "fourier_features.random_features": lambda c: fourier_features.random_features(0, c(Z), 3),
    "grid.complete": lambda c: grid.complete(c(IMAGES), c(IMAGES), c(IMAGES), **SOLVED).prediction,
    "random_pixels.steps": lambda c: list(random_pixels.steps(c(IMAGES), c(IMAGES), SEEN, c(IMAGES), **SOLVED))[-1][0],
}
KINDS = {  # two of those in tests/runtime/test_arrays.py
    "bfloat16": lambda a: jnp.asarray(a, jnp.bfloat16),
    "a tensor on a GPU": lambda a: Tensor(a, "bfloat16", device="cuda:0"),
}
REFUSED = {
    "a gradient": (lambda a: Tensor(a, requires_grad=True), r"with a gradient, which ends here: detach it"),
    "None": (lambda a: None, "must be an array of real numbers; got None: pass an array"),
}


@pytest.mark.parametrize("name", CALLS)
def test_arrays_of_any_library_give_the_numbers_of_numpys(name):
    wanted = jax.tree.leaves(CALLS[name](lambda a: a))
    for kind, made in KINDS.items():
        for found, one in zip(jax.tree.leaves(CALLS[name](made)), wanted, strict=True):
            np.testing.assert_allclose(found, one, rtol=1e-5, atol=1e-6, err_msg=kind)


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_no_array_is_refused_with_the_fix(name, kind):
    made, said = REFUSED[kind]
    if name == "analytic.kernels" and kind == "None":
        pytest.skip("None stands for the first set there")
    with pytest.raises(InvalidInput, match=said):
        CALLS[name](made)


SENTENCES = {
    "images for points": (
        lambda: analytic.kernels(IMAGES, Z, **DEPTHS),
        r"x1 must be .*; got shape \(2, 4, 4\): flatten each, x1\.reshape\(len\(x1\), -1\)",
    ),
    "one point": (
        lambda: sampling.draw(0, X[0], Z, **SIZES),
        r"x must be .*; got shape \(3,\): write x\[None\] for one point, x\[:, None\] for",
    ),
    "flat targets": (lambda: grid.complete(IMAGES, X, IMAGES, **SOLVED), r"y must be .*; got shape \(2, 3\): reshape"),
    "one key for many": (lambda: sampling.outputs(0, X, Z, **SIZES), r"keys must be .*jax\.random\.split.*; got int"),
    "no keys": (lambda: sampling.values(None, X, Z, **SIZES), "keys must be .*; got None"),
    "no key": (lambda: fourier_features.random_features(None, Z, 3), "key must be one of jax.random.*got NoneType"),
    "no pair": (lambda: taylor.terms(0, None, (X[0], Z[0]), orders=1, draws=1, **SIZES), "u_i must be a pair .*None"),
    "rows for a vector": (
        lambda: taylor.of_network(PARAMETERS, (X, Z), (X[0], Z[0]), orders=1),
        r"u_i\[0\] must be one vector; got 2 of them: take one, as by \[0\]",
    ),
    "a half of the test": (
        lambda: dynamics.infinite_f(0, X, Z, X[:, 0], width_g=3, step=1e-3, steps=1, test=X[0], **DEPTHS),
        r"test must be a pair \(x, z\) of arrays; got ndarray: pass a tuple",
    ),
    "a bare bandwidth": (
        lambda: analytic.kernels(X, Z, coordinates=1.0, **DEPTHS),
        r"coordinates must be None or FourierFeatures\(bandwidth\); got float: wrap",
    ),
    "another network": (lambda: network.apply([X], X, Z), "params must be Parameters; got list: take what network"),
    "no slope": (lambda: network.apply(PARAMETERS, X, Z, alpha=None), r"alpha.* must lie in \[-1, 1\]; got None"),
    "pixels by words": (
        lambda: random_pixels.steps(IMAGES, IMAGES, None, IMAGES, **SOLVED),
        "pixels must be an array of real numbers; got None",
    ),
}


@pytest.mark.parametrize("kind", SENTENCES)
def test_an_argument_of_another_form_is_refused_with_the_fix(kind):
    call, said = SENTENCES[kind]
    with pytest.raises(InvalidInput, match=said):
        call()


ROWS = {  # pairs of rows that make a correlation 1, -1 or nothing
    "equal": (np.array([[1, 2, 0.5], [1, 2, 0.5], [-1, 0.5, 2]]), np.array([[1, 2], [1, 2], [0.5, -1]])),
    "opposite": (np.array([[1, 2, 0.5], [-1, -2, -0.5], [-1, 0.5, 2]]), np.array([[1, 2], [-1, -2], [0.5, -1]])),
    "zero": (np.array([[1, 2, 0.5], [0, 0, 0], [-1, 0.5, 2]]), np.array([[1, 2], [0, 0], [0.5, -1]])),
}
DIFFERENTIATED = {
    "analytic.kernels, relu": lambda x, z: analytic.kernels(x, z, **DEPTHS),
    "analytic.kernels, erf": lambda x, z: analytic.kernels(x, z, activation_g="erf", **DEPTHS),
    "network.apply": lambda x, z: network.apply(PARAMETERS, x, z),
    "fourier_features.embedding": lambda x, z: fourier_features.embedding(z),
}


@pytest.mark.parametrize("name", DIFFERENTIATED)
@pytest.mark.parametrize(
    "doubles", [pytest.param(True, marks=pytest.mark.slow), False], ids=["float64 on", "as JAX comes"]
)
@pytest.mark.filterwarnings("ignore:Explicitly requested dtype float64")
def test_gradients_are_finite_at_equal_opposite_and_zero_rows(name, doubles):
    def total(x, z):
        return sum(jnp.sum(jnp.sin(v + jnp.arange(v.shape[0]))) for v in jax.tree.leaves(DIFFERENTIATED[name](x, z)))

    with jax.enable_x64(doubles):
        gradient = jax.jit(jax.grad(total, argnums=(0, 1)))
        for kind, (x, z) in ROWS.items():
            for found in gradient(x.astype(np.float32), z.astype(np.float32)):
                assert np.isfinite(found).all(), kind


SUMMED = {  # of what holds the points in arrays of JAX
    "hyperkernel": lambda x, z: sampling.hyperkernel(0, x, z, **SIZES),
    "outputs": lambda x, z: sampling.outputs(KEYS, x, z, **SIZES).covariance,
    "infinite_f": lambda x, z: dynamics.infinite_f(0, x, z, X[:, 0], width_g=3, step=1e-3, steps=1, **DEPTHS).loss,
}
WAYS = {
    "grad": lambda f: jax.grad(f),
    "grad of jit": lambda f: jax.grad(jax.jit(f)),
    "jit of grad": lambda f: jax.jit(jax.grad(f)),
    "jvp": lambda f: lambda x: jax.jvp(f, (x,), (x,)),
}


@pytest.mark.parametrize("name", SUMMED)
def test_a_gradient_through_a_draw_or_a_trajectory_is_refused_with_what_to_do_instead(name):
    for differentiated in WAYS.values():
        for place in range(2):
            points = [X, Z]

            def total(v, place=place, points=points):
                return jnp.sum(SUMMED[name](*points[:place], v, *points[place + 1 :]))

            with pytest.raises(InvalidInput, match=rf"^{name} must not be differentiated.*or pass jax.lax.stop_grad"):
                differentiated(total)(points[place])


@pytest.mark.parametrize("name", SUMMED)
@pytest.mark.filterwarnings("ignore:Explicitly requested dtype float64")
def test_known_points_give_the_same_numbers_inside_a_callers_jit_and_gradients_pass_beside_them(name):
    wanted = np.asarray(SUMMED[name](X, Z))
    found, slope = jax.jit(jax.value_and_grad(lambda s: jnp.sum(s * SUMMED[name](X, Z))))(2.0)
    assert found == pytest.approx(2 * wanted.sum(), rel=1e-4)
    assert slope == pytest.approx(wanted.sum(), rel=1e-4)


def test_a_size_that_decides_the_form_of_a_program_is_refused_where_it_is_traced():
    def loss(width):
        return dynamics.infinite_f(0, X, Z, X[:, 0], width_g=width, step=1e-3, steps=1, **DEPTHS).loss

    with pytest.raises(InvalidInput, match=r"width_g must be a number that is known while JAX traces.*static_argnames"):
        jax.jit(loss)(3)
    np.testing.assert_allclose(jax.jit(loss, static_argnames="width")(width=3), loss(3), rtol=1e-5)
