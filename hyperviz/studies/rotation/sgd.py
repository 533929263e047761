"""Train on rotated pairs by stochastic gradient descent, a few steps at a time, several runs at once."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from functools import lru_cache, partial, wraps
from operator import itemgetter
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax

from hyperviz.data import rotations
from hyperviz.runtime.compilation import OLDER_GENERATOR, compiled, in_background
from hyperviz.studies.common.images import dataset_loading
from hyperviz.studies.rotation.settings import BATCH
from hyperviz.theory import network
from hyperviz.theory.activations import Activation, activation
from hyperviz.theory.network import Widths
from hyperviz.theory.smooth_activations import Smooth, activation_g

ROOM = 10_000  # training pairs that there is room for, so that nothing is compiled for their number
CHUNK = 100  # steps a call at most: its losses come back in a buffer of this size
TESTS = 10  # test batches that there is room for in a call
ROOMS_F, ROOMS_G = (50, 200, 400), (10, 50, 100, 200, 300)  # widths that programs are compiled for
# floating-point operations of a step that runs may share; one run is never split. From 2e8 on a run alone takes no more
# CPU than its part of several (54 and 52 GFLOP/s), and no lane of a group that is not full is trained in vain
AT_ONCE = {"cpu": 5e8}
ELSEWHERE = 1e12
LANES = 4  # runs that share a program at most
TEST_SEED = 1_000_003  # added to the seed of the test pairs


class Data(NamedTuple):
    """Hold training pairs in the first of ROOM places, and test pairs in blocks of TESTS batches."""

    x: Any  # (ROOM, n_0) float32, on the device
    z: Any
    label: Any  # (ROOM,) int32
    test: list[rotations.RotatedPairs]  # blocks, the last one with spare places
    number: int  # of training pairs
    tested: int  # of test pairs


def prepare(dataset: str, count: int, size: int, seed: int, angles: str, tested: int) -> Iterator[Data | None]:
    """Yield None while at work, then the data: read or downloaded in the background, turned in short steps."""
    kept = _kept(dataset, count, size, seed, angles, tested)
    if not kept:
        for prepared in _prepare(dataset, count, size, seed, angles, tested):
            yield None
            if prepared:
                kept[0] = prepared
    yield kept[0]


@lru_cache(maxsize=2)
def _kept(*_settings) -> dict[int, Data]:
    """Return where the data of these settings are kept, so that another network trains at once."""
    return {}


def _prepare(dataset: str, count: int, size: int, seed: int, angles: str, tested: int) -> Iterator[Data | None]:
    data = None
    for data in dataset_loading.load(dataset):
        if data is None:
            yield None
    assert data
    parts: list[list[rotations.RotatedPairs]] = [[], []]
    for made, images, number, pairs_seed in zip(
        parts, (data.train, data.unseen), (count, tested), (seed, seed + TEST_SEED), strict=True
    ):
        for first in range(0, number, rotations.BLOCK):
            block = min(rotations.BLOCK, number - first)
            pairs = rotations.pairs(images, count=block, size=size, seed=pairs_seed, angles=angles, first=first)
            x, z = (np.asarray((side - data.mean) / data.scale, np.float32) for side in (pairs.x, pairs.z))
            made.append(rotations.RotatedPairs(x, z, pairs.label))
            yield None
    train, test = (rotations.RotatedPairs(*map(np.concatenate, zip(*made, strict=True))) for made in parts)
    x, z, label = (jax.device_put(_padded(side, ROOM)) for side in train)
    room = TESTS * BATCH
    blocks = ((_padded(side[i : i + room], room) for side in test) for i in range(0, tested, room))
    yield Data(x, z, label, [rotations.RotatedPairs(*block) for block in blocks], count, tested)


def _padded(rows: np.ndarray, room: int) -> np.ndarray:
    """Return rows with spare ones of zeros after them."""
    return np.concatenate([rows, np.zeros((room - len(rows), *rows.shape[1:]), rows.dtype)])


class Shape(NamedTuple):
    """Hold what a program is compiled for: the sizes of `network.init`, its widths with spare neurons."""

    input_f: int
    input_g: int
    depth_f: int
    depth_g: int
    width_f: int
    width_g: int
    outputs: int
    parameterisation: str

    @property
    def sizes(self) -> dict[str, int]:
        """Return the arguments of `network.init`."""
        named = self._asdict()
        del named["parameterisation"]
        return named


class Programs(NamedTuple):
    """Hold what one shape of network needs, compiled."""

    init: Any  # (keys, widths) -> params
    advance: Any  # (params, x, z, label, orders, first, count, rate, widths, phis) -> params, losses (lanes, CHUNK)
    predict: Any  # (params, x, z, first, count, widths, phis) -> classes (lanes, TESTS * BATCH), -1: no finite number
    lanes: int


def shape_of(inputs: int, depth_f: int, depth_g: int, widths: Widths, parameterisation: str) -> Shape:
    """Return the smallest program that has room for these widths."""
    room_f = next(room for room in ROOMS_F if room >= widths.f)
    room_g = next(room for room in ROOMS_G if room >= widths.g)
    return Shape(inputs, inputs, depth_f, depth_g, room_f, room_g, rotations.CLASSES, parameterisation)


def generated(shape: Shape) -> int:
    """Return how many weights f writes."""
    g = [shape.input_g] + [shape.width_g] * (shape.depth_g - 1) + [shape.outputs]
    return sum(a * b for a, b in itertools.pairwise(g))


def operations(shape: Shape) -> float:
    """Return the floating-point operations of a step of one run: forward, and twice as much backward."""
    return 6.0 * BATCH * shape.width_f * generated(shape)


def lanes(shape: Shape) -> int:
    """Return how many runs go through one program together: as many as a short step allows, whatever is asked for."""
    fits = AT_ONCE.get(jax.default_backend(), ELSEWHERE) / operations(shape)
    return next(n for n in (LANES, LANES // 2, 1) if n <= fits or n == 1)


def activations(
    activation_of_f: str, activation_of_g: str, parameterisation: str
) -> tuple[Activation, Activation | Smooth]:
    """Return sigma and phi as traced records; the released code has no constant before its activations."""
    gain = 1.0 if parameterisation == "released" else None
    activations = activation(activation_of_f, gain=gain), activation_g(activation_of_g, gain=gain)
    return jax.tree.map(lambda leaf: np.asarray(leaf, np.int32 if isinstance(leaf, int) else np.float32), activations)


def _init(shape: Shape, key: jax.Array, widths: Widths) -> network.Parameters:
    if shape.parameterisation == "ntk":
        return network.neurons_first(network.init(key, **shape.sizes))
    return network.neurons_first(network.init_released(key, **shape.sizes, used=widths))


def _loss(params, x, z, label, widths, activations):
    h = network.forward(params, x, z, *activations, used=widths, turned=True)
    return optax.softmax_cross_entropy_with_integer_labels(h, label).mean()


def _advance(params, x, z, label, order, first, count, rate, widths, activations):
    """Run steps first .. first + count - 1 of an epoch of stochastic gradient descent on the mean cross-entropy."""

    def step(i, carry):
        params, losses = carry
        at = jax.lax.dynamic_slice(order, ((first + i) * BATCH,), (BATCH,))
        loss, gradient = jax.value_and_grad(_loss)(params, x[at], z[at], label[at], widths, activations)
        optimiser = optax.sgd(_after(gradient, rate))
        updates, _ = optimiser.update(gradient, optimiser.init(params))
        return optax.apply_updates(params, updates), losses.at[i].set(loss)

    return jax.lax.fori_loop(0, count, step, (params, jnp.zeros(CHUNK, jnp.float32)))


def _after(gradient, rate):
    """Return the rate, known once the whole gradient is: XLA then updates the weights where they are.

    Without it they are copied at each step, an eighth of its time. Where the gradient is no number, nor is the rate.
    """
    last = jax.tree.leaves(gradient)[0].ravel()[0]  # of f's first layer: all others are needed for it
    return jnp.where(jnp.isnan(last), jnp.nan, rate)


def _predict(params, x, z, first, count, widths, activations):
    """Return the classes of batches first .. first + count - 1: many a call."""

    def batch(i, classes):
        x_i, z_i = (jax.lax.dynamic_slice_in_dim(side, i * BATCH, BATCH) for side in (x, z))
        h = network.forward(params, x_i, z_i, *activations, used=widths, turned=True)
        found = jnp.where(jnp.isfinite(h).all(-1), jnp.argmax(h, -1), -1).astype(jnp.int32)
        return jax.lax.dynamic_update_slice_in_dim(classes, found, i * BATCH, 0)

    return jax.lax.fori_loop(first, first + count, batch, jnp.full(len(x), -1, jnp.int32))


@lru_cache(maxsize=64)
def programs(shape: Shape, smooth: bool) -> Future[Programs]:
    """Return the programs, compiled in the background once a process; smooth: whether g's activation is smooth."""
    return in_background(_compile, shape, "tanh" if smooth else "relu")


def _compile(shape: Shape, phi: str) -> Programs:
    many = lanes(shape)
    widths = Widths(*[jax.ShapeDtypeStruct((), jnp.int32)] * 2)
    number, rate = widths.f, jax.ShapeDtypeStruct((), jnp.float32)
    both = activations("relu", phi, shape.parameterisation)
    one = jax.ShapeDtypeStruct((ROOM, shape.input_f), jnp.float32)
    rows = jax.ShapeDtypeStruct((TESTS * BATCH, shape.input_f), jnp.float32)
    label, orders = (jax.ShapeDtypeStruct(s, jnp.int32) for s in ((ROOM,), (many, ROOM)))
    keys = jax.eval_shape(lambda: jax.random.split(jax.random.key(0), many))
    params = jax.eval_shape(partial(_init_lanes, shape=shape), keys, widths)
    _init_lanes.prepare(keys, widths, shape=shape)
    _advance_lanes.prepare(params, one, one, label, orders, number, number, rate, widths, both)
    _predict_lanes.prepare(params, rows, rows, number, number, widths, both)
    return Programs(partial(_init_lanes, shape=shape), _advance_lanes, _predict_lanes, many)


def _over_lanes(function: Callable[..., Any], axes: tuple[int | None, ...]) -> Callable[..., Any]:
    """Return the function of all lanes: vmap, but of a single one itself, which takes a sixth less (m = 100)."""
    many = jax.vmap(function, axes)

    @wraps(function)
    def every(*args: Any) -> Any:
        if len(jax.tree.leaves(args[0])[0]) > 1:
            return many(*args)
        lane = [arg if axis is None else jax.tree.map(itemgetter(0), arg) for arg, axis in zip(args, axes, strict=True)]
        return jax.tree.map(lambda leaf: leaf[None], function(*lane))

    return every


@compiled(static_argnames="shape", compiler_options=OLDER_GENERATOR)  # drawn once: only compiling counts
def _init_lanes(keys, widths: Widths, *, shape: Shape):
    return jax.vmap(lambda key: _init(shape, key, widths))(keys)


_advance_lanes = compiled(
    _over_lanes(_advance, (0, None, None, None, 0, None, None, None, None, None)),
    donate_argnums=0,
    compiler_options=OLDER_GENERATOR,
)
_predict_lanes = compiled(
    _over_lanes(_predict, (0, None, None, None, None, None, None)), compiler_options=OLDER_GENERATOR
)
