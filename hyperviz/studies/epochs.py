"""A few runs of one architecture, trained epoch by epoch; what they have reached can be put away and taken up again."""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from hyperviz.studies import training
from hyperviz.studies.checkpoint import Store
from hyperviz.studies.training import BATCH, CHUNK, Data, Programs
from hyperviz.theory.rotation import Widths

STEP = 0.12  # seconds of work aimed at between two looks at whether anybody still waits
SAVE = 60.0  # seconds between two checkpoints of a group
ORDER = 7  # the stream of random numbers that orders the training pairs


class Arm(NamedTuple):
    """One curve of the picture: an architecture and its learning rate."""

    depth_g: int
    width_g: int
    rate: float


class Curve(NamedTuple):
    """What an arm has reached; NaN where it has not got to yet."""

    accuracy: np.ndarray  # (runs, epochs + 1), on the test pairs, of the untrained networks first
    loss: np.ndarray  # (runs, steps): mean cross-entropy of each batch, before its step


class Plan(NamedTuple):
    """What all groups of a study share."""

    data: Data
    epochs: int
    seed: int
    width_f: int
    both: Any  # the activations
    store: Store | None
    stamp: str  # of the settings, for the names of checkpoints


class Group(NamedTuple):
    """Runs of one arm that share a program."""

    arm: Arm
    runs: tuple[int, ...]
    programs: Programs


class News(NamedTuple):
    """Where a group is after one short step."""

    epoch: int  # finished ones
    step: int  # all steps so far
    losses: np.ndarray  # (runs, new steps)
    accuracy: np.ndarray | None  # (runs, epoch + 1): all so far, after a test
    guesses: np.ndarray | None  # (BATCH,): classes given to the first test pairs by the group's first run


def train(group: Group, plan: Plan) -> Generator[News, None, None]:
    """Tests, then epochs of short steps each followed by a test; begins where a checkpoint stands."""
    epoch, params, accuracy, losses = _begin(group, plan)
    steps, saved, pace = plan.data.count // BATCH, time.monotonic(), 1.0
    if epoch < 0:
        epoch, (accuracy, guesses) = 0, (yield from _test(group, plan, params, 0))
    else:
        guesses = None
    yield News(epoch, epoch * steps, losses, accuracy, guesses)
    fresh = [losses[:, :0]]
    while epoch < plan.epochs:
        order, done = _orders(group, plan, epoch), 0
        while done < steps:
            count = int(min(max(pace, 1), CHUNK, steps - done))
            began = time.monotonic()
            params, loss = _advance(group, plan, params, order, done, count)
            pace = count * np.clip(STEP / max(time.monotonic() - began, 1e-4), 0.25, 4)
            done += count
            fresh.append(loss)
            yield News(epoch, epoch * steps + done, loss, None, None)
        epoch += 1
        reached, guesses = yield from _test(group, plan, params, epoch * steps)
        accuracy = np.concatenate([accuracy, reached], axis=1)
        losses, fresh = np.concatenate([losses, *fresh], axis=1), [losses[:, :0]]
        if plan.store and (time.monotonic() - saved > SAVE or epoch == plan.epochs):
            _save(group, plan, epoch, params, accuracy, losses)
            saved = time.monotonic()
        yield News(epoch, epoch * steps, losses[:, :0], accuracy, guesses)


def _lanes(group: Group) -> list[int]:
    """The runs, the last one again for what is left of the program's lanes."""
    return [group.runs[min(i, len(group.runs) - 1)] for i in range(group.programs.lanes)]


def _widths(group: Group, plan: Plan) -> Widths:
    return Widths(np.int32(plan.width_f), np.int32(group.arm.width_g))


def _begin(group: Group, plan: Plan):
    """Epoch (-1: not even tested), parameters, accuracy and losses so far."""
    keys = jnp.stack([jax.random.fold_in(jax.random.key(plan.seed), run) for run in _lanes(group)])
    params = group.programs.init(keys, _widths(group, plan))
    found = plan.store.load(_name(group, plan)) if plan.store else None
    if found is None or int(found["epoch"]) > plan.epochs:
        return -1, params, np.zeros((len(group.runs), 0)), np.zeros((len(group.runs), 0), np.float32)
    leaves, tree = jax.tree.flatten(params)
    params = jax.tree.unflatten(tree, [jax.device_put(found[f"weights_{i}"]) for i in range(len(leaves))])
    return int(found["epoch"]), params, found["accuracy"], found["loss"]


def _save(group: Group, plan: Plan, epoch: int, params, accuracy, losses) -> None:
    weights = {f"weights_{i}": np.asarray(leaf) for i, leaf in enumerate(jax.tree.leaves(params))}
    assert plan.store
    plan.store.save(_name(group, plan), epoch=np.array(epoch), accuracy=accuracy, loss=losses, **weights)


def _name(group: Group, plan: Plan) -> str:
    arm = group.arm
    return f"{plan.stamp}-H{arm.depth_g}-m{arm.width_g}-rate{arm.rate:g}-runs{group.runs[0]}to{group.runs[-1]}"


def _orders(group: Group, plan: Plan, epoch: int) -> np.ndarray:
    """Each run sees the pairs in an order of its own, anew each epoch."""
    orders, count = np.zeros((group.programs.lanes, training.ROOM), np.int32), plan.data.count
    for order, run in zip(orders, _lanes(group), strict=True):
        order[:count] = np.random.default_rng([plan.seed, ORDER, run, epoch]).permutation(count)
    return orders


def _advance(group: Group, plan: Plan, params, order, first: int, count: int):
    data, rate = plan.data, np.float32(group.arm.rate)
    params, losses = group.programs.advance(
        params,
        data.x,
        data.z,
        data.label,
        order,
        np.int32(first),
        np.int32(count),
        rate,
        _widths(group, plan),
        plan.both,
    )
    return params, np.asarray(losses)[: len(group.runs), :count]


def _test(group: Group, plan: Plan, params, step: int):
    """Accuracy (runs, 1) on the test pairs, and the guesses of the first run on the first batch."""
    right, guesses, began = 0, None, time.monotonic()
    for batch in plan.data.test:
        classes = np.asarray(group.programs.predict(params, batch.x, batch.z, _widths(group, plan), plan.both))
        right = right + (classes[: len(group.runs)] == batch.label).sum(axis=1, keepdims=True)
        guesses = classes[0] if guesses is None else guesses
        if time.monotonic() - began > STEP:
            yield News(step * BATCH // plan.data.count, step, np.zeros((len(group.runs), 0), np.float32), None, None)
            began = time.monotonic()
    return right / (BATCH * len(plan.data.test)), guesses
