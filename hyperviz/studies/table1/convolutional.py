"""Train CNN, a rival without a hypernetwork: a small U-shaped convolutional network, on the same images and pixels.

It sees what f sees, and a second channel that says which pixels those are. Two by two pixels become channels (14 x 14,
then 7 x 7), a dense layer in the middle lets every pixel hear of every other, and the way up gets the maps of the way
down beside it (Ronneberger, Fischer, Brox, 2015). Adam, stopped by the validation digits that stop HN.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax

from hyperviz.runtime.compilation import compiled
from hyperviz.studies.common.images.drawing import SIZE
from hyperviz.studies.common.networks.random_streams import Stream, random_generator

EVERY = 25  # steps between two looks at the validation digits
PART = 104  # images predicted at once: one compilation for any number
CORNER = SIZE // 4  # pixels along a side of the smallest maps


class ConvolutionPlan(NamedTuple):
    """Hold the network's sizes and how it is trained."""

    learning_rate: float = 3e-3  # validation error at N = 200: 0.029, with 0.001 0.031
    steps: int = 500  # at most: the step size falls to 0 along a cosine
    patience: int = 150  # steps without a better look that end it
    batch: int = 16
    channels: int = 16
    dense: int = 256


class Progress(NamedTuple):
    """Hold the network under way."""

    step: int
    validation: float  # mean squared error of the validation digits, all pixels, clipped
    best: tuple[int, float]  # the step and the validation error of the weights that count
    layers: list[dict[str, jax.Array]]  # those weights


def inputs(seen: np.ndarray, hidden: np.ndarray) -> np.ndarray:
    """Return what the network sees of images (N, 28, 28) in [0, 1]: grey values, and 1 at the hidden pixels."""
    return np.stack([seen, np.broadcast_to(hidden, seen.shape)], axis=-1).astype(np.float32)


def targets(y: np.ndarray, pixels: np.ndarray | None) -> np.ndarray:
    """Return the images, and 1 at the pixels that are learnt from: those of (N, P) flat indices, or all."""
    learnt = np.zeros((len(y), SIZE * SIZE), np.float32)
    np.put_along_axis(learnt, np.arange(SIZE * SIZE)[None] if pixels is None else pixels, 1, axis=1)
    return np.stack([y, learnt.reshape(y.shape)], axis=-1).astype(np.float32)


def train(
    x: np.ndarray, y: np.ndarray, held_x: np.ndarray, held_y: np.ndarray, plan: ConvolutionPlan, seed: int
) -> Iterator[Progress]:
    """Yield the network every EVERY steps, from its random start on.

    x, held_x: of `inputs`. y: of `targets`. held_y: validation digits, (V, 28, 28).
    """
    rng, layers = random_generator(seed, Stream.CNN_BATCHES), initial(plan, seed)
    moments, best, best_layers = _optimiser(plan).init(layers), (0, np.inf), layers
    for step in range(plan.steps + 1):
        if step % EVERY == 0:
            error = float(np.mean((predict(layers, held_x) - held_y) ** 2))
            if error < best[1]:
                best, best_layers = (step, error), layers
            yield Progress(step, error, best, best_layers)
        if step - best[0] >= plan.patience:
            return
        rows = rng.integers(0, len(x), plan.batch)
        layers, moments = _advance(layers, moments, x[rows], y[rows], plan=plan)


def predict(layers: list[dict[str, jax.Array]], x: np.ndarray) -> np.ndarray:
    """Return every pixel of the images whose `inputs` are x, (M, 28, 28), clipped to [0, 1]."""
    parts = [x[at : at + PART] for at in range(0, len(x), PART)]
    padded = [np.pad(part, ((0, PART - len(part)), (0, 0), (0, 0), (0, 0))) for part in parts]
    found = [np.asarray(_images(layers, part))[: len(rows)] for part, rows in zip(padded, parts, strict=True)]
    return np.clip(np.concatenate(found), 0, 1)


def initial(plan: ConvolutionPlan, seed: int) -> list[dict[str, jax.Array]]:
    """Return random layers: weights of variance 2 / fan-in (He et al., 2015), biases 0."""
    c, flat = plan.channels, CORNER * CORNER * 2 * plan.channels
    shapes = [(3, 3, 8, c), (3, 3, c, c), (3, 3, 4 * c, 2 * c), (flat, plan.dense), (plan.dense, flat)]
    shapes += [(3, 3, 4 * c, 4 * c), (3, 3, 2 * c, c), (3, 3, c, 4)]
    rng = random_generator(seed, Stream.CNN_WEIGHTS)
    fans = [np.prod(shape[:-1]) for shape in shapes]
    weights = [rng.standard_normal(s) * (2 / fan) ** 0.5 for s, fan in zip(shapes, fans, strict=True)]
    return [{"w": jnp.asarray(w, jnp.float32), "b": jnp.zeros(w.shape[-1], jnp.float32)} for w in weights]


def outputs(layers: list[dict[str, jax.Array]], x: jax.Array) -> jax.Array:
    """Return the network's images, (B, 28, 28), of inputs (B, 28, 28, 2)."""
    first, second, third, inward, outward, fifth, sixth, last = layers
    wide = _relu(_convolved(second, _relu(_convolved(first, _packed(x)))))
    narrow = _relu(_convolved(third, _packed(wide)))
    code = _relu(narrow.reshape(len(x), -1) @ inward["w"] + inward["b"])
    heard = _relu(code @ outward["w"] + outward["b"]).reshape(narrow.shape)
    up = _unpacked(_relu(_convolved(fifth, jnp.concatenate([heard, narrow], axis=-1))))
    up = _relu(_convolved(sixth, jnp.concatenate([up, wide], axis=-1)))
    return _unpacked(_convolved(last, up))[..., 0]


def _relu(x: jax.Array) -> jax.Array:
    return jnp.maximum(x, 0)


def _convolved(layer: dict[str, jax.Array], x: jax.Array) -> jax.Array:
    shape = ("NHWC", "HWIO", "NHWC")
    return jax.lax.conv_general_dilated(x, layer["w"], (1, 1), "SAME", dimension_numbers=shape) + layer["b"]


def _packed(x: jax.Array) -> jax.Array:
    """Return maps of half the side, the four values of each square as channels."""
    B, g, _, C = x.shape
    return x.reshape(B, g // 2, 2, g // 2, 2, C).transpose(0, 1, 3, 2, 4, 5).reshape(B, g // 2, g // 2, 4 * C)


def _unpacked(x: jax.Array) -> jax.Array:
    """Return maps of twice the side: the inverse of `_packed`."""
    B, g, _, C = x.shape
    return x.reshape(B, g, g, 2, 2, C // 4).transpose(0, 1, 3, 2, 4, 5).reshape(B, 2 * g, 2 * g, C // 4)


def _optimiser(plan: ConvolutionPlan) -> optax.GradientTransformation:
    return optax.adamw(optax.cosine_decay_schedule(plan.learning_rate, plan.steps), weight_decay=1e-4)


@compiled
def _images(layers, x):
    return outputs(layers, x)


@compiled(static_argnames="plan")
def _advance(layers, moments, x, y, *, plan: ConvolutionPlan):
    """Return the layers and the moments after one step on the mean squared error of the pixels learnt from."""

    def loss(layers):
        learnt = y[..., 1]
        return jnp.sum(learnt * (outputs(layers, x) - y[..., 0]) ** 2) / jnp.sum(learnt)

    change, moments = _optimiser(plan).update(jax.grad(loss)(layers), moments, layers)
    return optax.apply_updates(layers, change), moments
