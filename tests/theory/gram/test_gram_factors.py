"""Roots and pseudo-inverses of Gram matrices: what the sampler needs of them, at every rank."""

import jax.numpy as jnp
import numpy as np
import pytest

from hyperviz.theory.gram import gram_factors
from tests.tolerances import agree

pytestmark = pytest.mark.usefixtures("compiled_lightly")

CASES = {
    "one vector": np.array([[2.0], [1.0]]),
    "two": np.array([[1.0, 0.5], [0.0, 2.0]]),
    "two equal": np.array([[1.0, 1.0], [2.0, 2.0]]),
    "two opposite": np.array([[1.0, -1.0], [2.0, -2.0]]),
    "one zero": np.array([[1.0, 0.0], [2.0, 0.0]]),
    "all zero": np.zeros((2, 3)),
    "more than dimensions": np.random.default_rng(0).normal(size=(3, 6)),
    "very different norms": np.random.default_rng(1).normal(size=(6, 4)) * 10.0 ** np.array([-6, 0, 3, 6]),
    "repeated and zero": np.random.default_rng(2).normal(size=(5, 3))[:, [0, 1, 0, 2, 1]] * np.array([1, 1, 1, 0, -2]),
}


def made(Q):
    Q = np.asarray(Q, np.float32)
    return Q.astype(float), gram_factors.factor(jnp.asarray(Q.T @ Q))


@pytest.mark.parametrize("Q", CASES.values(), ids=CASES.keys())
def test_the_half_is_a_root_and_the_basis_spans(Q):
    Q, (half, basis) = made(Q)
    norms = np.linalg.norm(Q, axis=0)
    assert np.asarray(half.T @ half) == pytest.approx(Q.T @ Q, abs=1e-5 * max(norms.max() ** 2, 1e-9))
    directions = Q @ np.asarray(basis, float)
    projector = directions @ directions.T
    assert projector @ projector == pytest.approx(projector, abs=1e-4)
    assert np.trace(projector) == pytest.approx(np.linalg.matrix_rank(Q / np.where(norms > 0, norms, 1)), abs=1e-4)
    assert np.all(np.linalg.norm(projector @ Q - Q, axis=0) <= 2e-3 * norms)
    unit = np.asarray(basis) * norms[:, None]  # null directions are left out of it, not only harmless in it
    assert np.linalg.matrix_rank(unit, tol=1e-3) == round(np.trace(projector))


@pytest.mark.parametrize("Q", CASES.values(), ids=CASES.keys())
def test_the_inverse_is_a_generalised_inverse(Q):
    Q, factor = made(Q)
    inverse = np.asarray(factor.inverse(), float)
    norms = np.linalg.norm(Q, axis=0)
    assert np.all(np.linalg.norm(Q @ inverse @ Q.T @ Q - Q, axis=0) <= 2e-3 * norms)


def test_the_cholesky_root_is_a_root_at_every_rank_and_of_every_matrix_of_a_batch():
    """Its jitter is a share of the diagonal: added, since a matrix of low rank has no root without it."""
    Q = np.stack([v for v in CASES.values() if v.shape[1] == 2])
    gram = np.swapaxes(Q, 1, 2) @ Q
    for one in (*gram, 1e-4 * gram, CASES["repeated and zero"].T @ CASES["repeated and zero"]):
        R = np.asarray(gram_factors.root(one))
        more = gram_factors.JITTER * np.diagonal(one, axis1=-2, axis2=-1)[..., None] * np.eye(one.shape[-1])
        np.testing.assert_allclose(R @ np.swapaxes(R, -1, -2), one + more, rtol=1e-13, atol=1e-15 * one.max())
        assert (R[np.diagonal(one, axis1=-2, axis2=-1) == 0] == 0).all()


def test_a_zero_vector_has_exactly_zero_columns():
    _, (half, basis) = made(CASES["repeated and zero"])
    assert (half[:, 3] == 0).all()
    assert (basis[3] == 0).all()


@pytest.mark.parametrize("Q", CASES.values(), ids=CASES.keys())
def test_a_matrix_computed_again_gives_the_same_factor(Q):
    Q = np.asarray(Q, np.float32)
    gram = Q.T @ Q
    noise = 1 + 1e-7 * np.random.default_rng(0).normal(size=gram.shape)
    again = (gram * (noise + noise.T) / 2).astype(np.float32)
    a, b = gram_factors.factor(jnp.asarray(gram)), gram_factors.factor(jnp.asarray(again))
    agree(a.half, b.half, 1e-3, scale=np.linalg.norm(Q, axis=0).max())


def test_a_batch_is_its_members():
    grams = [jnp.asarray((Q.T @ Q).astype(np.float32)) for Q in (np.eye(3), CASES["more than dimensions"][:, :3])]
    for one, together in zip(map(gram_factors.factor, grams), gram_factors.factors(*grams), strict=True):
        agree(together.half, one.half, 1e-5)
        agree(together.basis, one.basis, 1e-5)
