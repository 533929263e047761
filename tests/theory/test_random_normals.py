"""The normals that are written out are those of JAX."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hyperviz.theory.random_normals import fold_in, normal

KEYS = {
    "typed": jax.random.key(3),
    "raw": jax.random.key_data(jax.random.key(3)),
    "other": jax.random.key(3, impl="rbg"),
}


def same(found, expected) -> bool:
    """Return whether two arrays, or keys of one kind, are the same to the last bit."""
    assert found.dtype == expected.dtype
    found, expected = (
        jax.random.key_data(v) if jnp.issubdtype(v.dtype, jax.dtypes.prng_key) else v for v in (found, expected)
    )
    return np.array_equal(found, expected)


@pytest.mark.parametrize("kind", KEYS)
@pytest.mark.parametrize("shape", [(), (1,), (512,), (3, 5), (2, 0)])
def test_normals_are_those_of_jax_to_the_last_bit(kind, shape):
    expected = jax.random.normal(KEYS[kind], shape, jnp.float32)
    assert same(normal(KEYS[kind], shape), expected)
    assert same(jax.jit(normal, static_argnums=1)(KEYS[kind], shape), expected)


@pytest.mark.parametrize("kind", KEYS)
@pytest.mark.parametrize("number", [0, 7, np.int32(2**23 + 1), np.uint32(2**32 - 1)])
def test_a_key_is_folded_as_jax_does(kind, number):
    expected = jax.random.fold_in(KEYS[kind], number)
    assert same(fold_in(KEYS[kind], number), expected)
    assert same(jax.jit(fold_in)(KEYS[kind], number), expected)
    assert same(normal(fold_in(KEYS[kind], number), (4,)), jax.random.normal(expected, (4,), jnp.float32))


def test_many_keys_at_once_draw_what_each_draws_alone():
    keys = jax.random.split(jax.random.key(1), 5)
    together = jax.vmap(lambda key: normal(fold_in(key, 2), (100,)))(keys)
    assert same(
        together, np.stack([jax.random.normal(jax.random.fold_in(key, 2), (100,), jnp.float32) for key in keys])
    )


def test_normals_of_another_generator_setting_are_jax_s_too():
    with jax.threefry_partitionable(False):
        assert same(normal(KEYS["typed"], (7,)), jax.random.normal(KEYS["typed"], (7,), jnp.float32))


def test_typed_keys_stay_of_their_generator_where_another_is_the_default():
    with jax.default_prng_impl("rbg"):
        folded = fold_in(KEYS["typed"], 5)
        assert same(normal(folded, (4,)), jax.random.normal(jax.random.fold_in(KEYS["typed"], 5), (4,), jnp.float32))
