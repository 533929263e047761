"""Train HN, the finite hypernetwork, by Adam on the pixels that the kernels get; validation digits stop it.

f sees the image scaled to ||x||^2 = n_0 and writes the weights of g; g sees k random Fourier features of the pixel,
p(z) = sqrt(2) cos(W z / l + b), whose products tend to the kernels' exp(-|z - z'|^2 / (2 l^2)). Both have the paper's
NTK parameterisation (module `network`); the loss is the mean squared error over the pixels of a batch of images.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from functools import lru_cache, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax

from hyperviz.runtime.compilation import compiled
from hyperviz.studies.common.images.drawing import SIZE
from hyperviz.studies.inpainting.settings import FEATURES, LEARNING_RATE, WIDTH_F, WIDTH_G
from hyperviz.theory import network

BATCH, EVERY = 50, 50  # images a step; steps between two looks at the validation digits
CHUNK = 5  # steps compiled as one loop: of a length not known before, it waits for seconds (seen, jaxlib 0.10.2)
PATIENCE = 250
HELD, PART = (
    100,
    104,
)  # validation digits that stop the training; images predicted at once: one compilation for any number
PADDED = 500  # training images that the arrays hold at least: one compilation for every N up to it


class Plan(NamedTuple):
    """Hold the two networks and how they are trained; `scale` multiplies h, so that training starts near 0."""

    learning_rate: float = LEARNING_RATE
    steps: int = 1000  # at most: PATIENCE steps without a better look end it
    depth_f: int = 3
    width_f: int = WIDTH_F
    depth_g: int = 3
    width_g: int = WIDTH_G
    features: int = FEATURES
    bandwidth: float = 2.5
    scale: float = 0.3


class TrainedModel(NamedTuple):
    """Hold what predicts."""

    parameters: network.Parameters
    table: jax.Array  # p(z) at every pixel, (784, k)
    scale: float


class Evaluation(NamedTuple):
    """Hold the network under way, judged on the validation images."""

    step: int
    loss: float  # mean over the last CHUNK steps
    validation: float  # mean squared error of the validation digits, all pixels, clipped
    best: tuple[int, float]  # the step and the validation error of the parameters that count
    model: TrainedModel  # with those
    now: TrainedModel


class TrainingState(NamedTuple):
    """Hold what a step changes."""

    parameters: network.Parameters
    moments: Any
    key: Any


def train(
    x: np.ndarray,
    y: np.ndarray,
    pixels: np.ndarray,
    held_x: np.ndarray,
    held_y: np.ndarray,
    plan: Plan,
    seed: int,
    eval_steps: Sequence[int] = (),
) -> Iterator[Evaluation]:
    """Yield evaluations after so many steps, every EVERY unless given, from the random start on; multiples of CHUNK.

    x (N, 784), what f sees; y (N, 784) in [0, 1]; pixels (N, P), the only ones of y that are learnt from;
    held_x, held_y: validation digits, (V, 784).
    """
    state, table = _start(plan, seed)
    data, held = _padded(x, y, pixels), np.asarray(held_y, np.float32)
    now = best_model = TrainedModel(state.parameters, table, plan.scale)
    best, loss = (0, np.inf), np.nan
    rate, scale = jnp.float32(plan.learning_rate), jnp.float32(plan.scale)
    for before, step in itertools.pairwise((0, *(eval_steps or range(0, plan.steps + 1, EVERY)))):
        for _ in range((step - before) // CHUNK):
            state, loss = _advance(state, table, data, rate, scale, length=CHUNK)
        now = now._replace(parameters=state.parameters)
        error = float(np.mean((predict(now, held_x) - held) ** 2))
        if error < best[1]:
            best, best_model = (step, error), now
        yield Evaluation(step, float(loss), error, best, best_model, now)
        if step - best[0] >= PATIENCE:
            return


def _start(plan: Plan, seed: int) -> tuple[TrainingState, jax.Array]:
    """Return the untrained networks, and p(z) at every pixel, (784, k)."""
    weights, features, steps = jax.random.split(jax.random.key(seed), 3)
    shape = {name: getattr(plan, name) for name in ("depth_f", "depth_g", "width_f", "width_g")}
    parameters = network.init(weights, input_f=SIZE**2, input_g=plan.features, **shape)
    W, b = jax.random.normal(features, (plan.features, 2)), jax.random.uniform(features, (plan.features,))
    z = jnp.stack(jnp.divmod(jnp.arange(SIZE**2), SIZE), axis=1)
    table = jnp.sqrt(2.0) * jnp.cos(z @ W.T / plan.bandwidth + 2 * jnp.pi * b)
    return TrainingState(parameters, _optimiser().init(parameters), steps), table.astype(jnp.float32)


def predict(model: TrainedModel, x: np.ndarray) -> np.ndarray:
    """Return every pixel of the images that f sees as x (M, 784), clipped to [0, 1]."""
    x = _normed(x)
    parts = [x[at : at + PART] for at in range(0, len(x), PART)]
    padded = (np.pad(part, ((0, PART - len(part)), (0, 0))) for part in parts)
    found = [np.asarray(_images(model.parameters, part, model.table, jnp.float32(model.scale))) for part in padded]
    return np.clip(np.concatenate([h[: len(part)] for h, part in zip(found, parts, strict=True)]), 0, 1)


def _normed(x: np.ndarray) -> np.ndarray:
    """Return images scaled to ||x||^2 = n_0, float32; an image of zeros as it is."""
    x = np.asarray(x, np.float32)
    norm = np.linalg.norm(x, axis=1, keepdims=True)
    return x * (np.sqrt(x.shape[1]) / np.where(norm > 0, norm, np.inf)).astype(np.float32)


def _padded(x: np.ndarray, y: np.ndarray, pixels: np.ndarray) -> tuple:
    """Return (x, targets, pixels, N) with rows up to PADDED that are never drawn."""
    rows = ((0, max(PADDED - len(x), 0)), (0, 0))
    targets = np.take_along_axis(np.asarray(y, np.float32), pixels, axis=1)
    return (*(jnp.asarray(np.pad(a, rows)) for a in (_normed(x), targets, pixels.astype(np.int32))), np.int32(len(x)))


@lru_cache(maxsize=1)
def _optimiser() -> optax.GradientTransformation:
    """Return Adam without its step size, which is traced."""
    return optax.scale_by_adam()


def _h(parameters, x, z, scale):
    """Return h(x, z) of one image at each row of z: f is run once, since `vmap` copies only what depends on z."""
    return scale * jax.vmap(lambda point: network.apply(parameters, x[None], point[None])[0])(z)


@compiled
def _images(parameters, x, table, scale):
    return jax.lax.map(lambda one: _h(parameters, one, table, scale), x, batch_size=26)


@compiled(static_argnames="length")
def _advance(state: TrainingState, table, data, rate, scale, *, length: int):
    """Return the state after so many steps of Adam, each on BATCH images drawn at random, and the mean loss."""
    x, targets, pixels, count = data

    def loss(parameters, rows):
        h = jax.vmap(partial(_h, parameters, scale=scale))(x[rows], table[pixels[rows]])
        return jnp.mean((h - targets[rows]) ** 2)

    def step(state: TrainingState, _):
        key, draw = jax.random.split(state.key)
        rows = jax.random.randint(draw, (BATCH,), 0, count)
        value, slope = jax.value_and_grad(loss)(state.parameters, rows)
        change, moments = _optimiser().update(slope, state.moments)
        return TrainingState(
            optax.apply_updates(state.parameters, jax.tree.map(lambda c: -rate * c, change)),  # pyright: ignore[reportArgumentType]
            moments,
            key,
        ), value

    state, losses = jax.lax.scan(step, state, length=length)
    return state, jnp.mean(losses)
