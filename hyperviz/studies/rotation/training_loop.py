"""Train a few runs of one architecture epoch by epoch; what they have reached can be put away and taken up again."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from functools import partial
from typing import Any, NamedTuple, TypeVar

import jax
import jax.numpy as jnp
import numpy as np

from hyperviz.data.rotations import RotatedPairs
from hyperviz.runtime.checkpoint import Store
from hyperviz.studies.common.networks.random_streams import Stream, random_generator
from hyperviz.studies.rotation import sgd
from hyperviz.studies.rotation.settings import BATCH, Configuration
from hyperviz.studies.rotation.sgd import CHUNK, TESTS, Data, Programs
from hyperviz.theory.network import Widths

STEP = 0.12  # seconds of work aimed at between two looks at whether anybody still waits
Taken = TypeVar("Taken")
SAVE = 60.0  # seconds between two checkpoints of a group, or as many as its weights have megabytes


class Curve(NamedTuple):
    """Hold what a configuration has reached; NaN where it has not got to yet."""

    accuracy: np.ndarray  # (runs, epochs + 1), on the test pairs, of the untrained networks first
    loss: np.ndarray  # (runs, steps): mean cross-entropy of each batch, before its step


class TrainingPlan(NamedTuple):
    """Hold what all groups of a study share."""

    data: Data
    epochs: int
    seed: int
    width_f: int
    activations: Any  # the activations
    store: Store | None
    stamp: str  # of the settings, for the names of checkpoints


class Group(NamedTuple):
    """Hold runs of one configuration that share a program."""

    config: Configuration
    runs: tuple[int, ...]
    programs: Programs


class GroupProgress(NamedTuple):
    """Say where a group is after one short step."""

    epoch: int  # finished ones
    step: int  # all steps so far
    losses: np.ndarray  # (runs, new steps)
    accuracy: np.ndarray | None  # (runs, epoch + 1): all so far, after a test
    guesses: np.ndarray | None  # (BATCH,): classes given to the first test pairs by the group's first run


class GroupState(NamedTuple):
    """Hold all that the runs of a group need to go on."""

    epoch: int
    params: Any
    accuracy: np.ndarray
    losses: np.ndarray
    guesses: np.ndarray | None  # of the last test


class Pace:
    """Choose how many steps are taken at once, so that they last about STEP seconds."""

    def __init__(self) -> None:
        """Let the first step be taken alone."""
        self._at_once = 1.0

    def take(self, most: int, work: Callable[[int], Taken]) -> tuple[int, Taken]:
        """Return how many steps were taken, at most so many, and what `work`, which takes them, has returned."""
        count, began = max(min(int(self._at_once), most), 1), time.monotonic()
        found = work(count)
        self._at_once = count * float(np.clip(STEP / max(time.monotonic() - began, 1e-4), 0.25, 4))
        return count, found


def train(group: Group, plan: TrainingPlan) -> Generator[GroupProgress, None, None]:
    """Yield a test, then epochs of short steps each followed by a test, from where a checkpoint stands."""
    steps, saved, paces = plan.data.number // BATCH, time.monotonic(), (Pace(), Pace())
    state = _begin(group, plan)
    if state.guesses is None:
        reached, guesses = yield from _test(group, plan, state, paces[1])
        state = state._replace(accuracy=state.accuracy if state.accuracy.size else reached, guesses=guesses)
    yield GroupProgress(state.epoch, state.epoch * steps, state.losses, state.accuracy, state.guesses)
    while state.epoch < plan.epochs:
        state = yield from _epoch(group, plan, state, paces[0])
        reached, guesses = yield from _test(group, plan, state, paces[1])
        state = state._replace(accuracy=np.concatenate([state.accuracy, reached], axis=1), guesses=guesses)
        if plan.store and (time.monotonic() - saved > _pause(state) or state.epoch == plan.epochs):
            _save(plan.store, name(plan.stamp, group.config, group.runs), state)
            saved = time.monotonic()
        yield GroupProgress(state.epoch, state.epoch * steps, state.losses[:, :0], state.accuracy, guesses)


def stored(store: Store | None, called: str, epochs: int) -> GroupProgress | None:
    """Return the end of a group's training from its checkpoint, without its weights; None where it is not there."""
    found = store.load(called, "epoch", "losses", "accuracy", "guesses") if store else None
    if found is None or int(found["epoch"]) != epochs:
        return None
    return GroupProgress(epochs, found["losses"].shape[1], found["losses"], found["accuracy"], found["guesses"])


def name(stamp: str, config: Configuration, runs: tuple[int, ...]) -> str:
    """Return the name of a group's checkpoint."""
    return f"{stamp}-H{config.depth_g}-m{config.width_g}-rate{config.rate:g}-runs{runs[0]}to{runs[-1]}"


def _pause(state: GroupState) -> float:
    """Return the seconds between two checkpoints: many workers with large weights share one disk."""
    return SAVE * max(1.0, sum(leaf.nbytes for leaf in jax.tree.leaves(state.params)) / 60e6)


def _epoch(
    group: Group, plan: TrainingPlan, state: GroupState, pace: Pace
) -> Generator[GroupProgress, None, GroupState]:
    """Train on every pair once, as many steps at a time as take about STEP seconds."""
    params, losses, order = state.params, [state.losses], _orders(group, plan, state.epoch)
    done, steps = 0, plan.data.number // BATCH
    while done < steps:
        advance = partial(_advance, group, plan, params, order, done)
        count, (params, loss) = pace.take(min(CHUNK, steps - done), advance)
        done += count
        losses.append(loss)
        yield GroupProgress(state.epoch, state.epoch * steps + done, loss, None, None)
    return GroupState(state.epoch + 1, params, state.accuracy, np.concatenate(losses, axis=1), None)


def _lanes(group: Group) -> list[int]:
    """Return the runs, the last one again for what is left of the program's lanes."""
    return [group.runs[min(i, len(group.runs) - 1)] for i in range(group.programs.lanes)]


def _widths(group: Group, plan: TrainingPlan) -> Widths:
    return Widths(np.int32(plan.width_f), np.int32(group.config.width_g))


def _begin(group: Group, plan: TrainingPlan) -> GroupState:
    """Return fresh weights, or those of a checkpoint."""
    key, numbers = jax.random.key(plan.seed), [Stream.ROTATION_WEIGHTS + run for run in _lanes(group)]
    keys = jnp.stack([jax.random.fold_in(key, number) for number in numbers])
    params = group.programs.init(keys, _widths(group, plan))
    leaves, tree = jax.tree.flatten(params)
    found = plan.store.load(name(plan.stamp, group.config, group.runs)) if plan.store else None
    if found is None or int(found["epoch"]) > plan.epochs or not _fits(found, leaves):
        none = np.zeros((len(group.runs), 0), np.float32)
        return GroupState(0, params, none, none, None)
    params = jax.tree.unflatten(tree, [jax.device_put(found[f"weights_{i}"]) for i in range(len(leaves))])
    return GroupState(int(found["epoch"]), params, found["accuracy"], found["losses"], found.get("guesses"))


def _fits(found: dict[str, np.ndarray], leaves: list) -> bool:
    """Return whether the weights of a checkpoint are in the order of these: earlier versions had biases in between."""
    return [found[f"weights_{i}"].shape for i in range(len(leaves))] == [leaf.shape for leaf in leaves]


def _save(store: Store, called: str, state: GroupState) -> None:
    """Write the checkpoint of a group."""
    arrays: dict[str, Any] = state._asdict() | {"epoch": np.array(state.epoch)}
    params = arrays.pop("params")
    weights = {f"weights_{i}": np.asarray(leaf) for i, leaf in enumerate(jax.tree.leaves(params))}
    store.save(called, **arrays, **weights)


def _orders(group: Group, plan: TrainingPlan, epoch: int) -> np.ndarray:
    """Return the order in which each run sees the pairs, another for each run and epoch."""
    orders, count = np.zeros((group.programs.lanes, sgd.ROOM), np.int32), plan.data.number
    for order, run in zip(orders, _lanes(group), strict=True):
        order[:count] = random_generator(plan.seed, Stream.ROTATION_ORDER, run, epoch).permutation(count)
    return orders


def _advance(group: Group, plan: TrainingPlan, params, order, first: int, count: int):
    data, rate = plan.data, np.float32(group.config.rate)
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
        plan.activations,
    )
    return params, np.asarray(losses)[: len(group.runs), :count]


def _test(group: Group, plan: TrainingPlan, state: GroupState, pace: Pace):
    """Return the accuracy (runs, 1) on the test pairs, and the guesses of the first run on the first batch."""
    runs, found, done, batches = len(group.runs), [], 0, plan.data.tested // BATCH
    step, none = state.epoch * (plan.data.number // BATCH), np.zeros((runs, 0), np.float32)
    while done < batches:
        block, first = divmod(done, TESTS)
        predict = partial(_predict, group, plan, state.params, plan.data.test[block], first)
        count, right_and_guesses = pace.take(min(TESTS - first, batches - done), predict)
        found.append(right_and_guesses)
        done += count
        if done < batches:
            yield GroupProgress(state.epoch, step, none, None, None)
    right, guesses = zip(*found, strict=True)
    return sum(right) / plan.data.tested, guesses[0][0, :BATCH]


def _predict(group: Group, plan: TrainingPlan, params, block: RotatedPairs, first: int, count: int):
    """Return how many test pairs of these batches each run takes for what they are (runs, 1), and its guesses."""
    numbers = np.int32(first), np.int32(count), _widths(group, plan)
    classes = group.programs.predict(params, block.x, block.z, *numbers, plan.activations)
    tested = slice(first * BATCH, (first + count) * BATCH)
    guesses = np.asarray(classes)[: len(group.runs), tested]
    return (guesses == block.label[tested]).sum(axis=1, keepdims=True), guesses
