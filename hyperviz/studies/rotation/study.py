"""Measure whether a hypernetwork learns better when g is wide, and slower when it is deep (Section 5.2, Figure 2)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from hyperviz.data import rotations
from hyperviz.runtime.checkpoint import Store
from hyperviz.runtime.units import Unit
from hyperviz.studies.common.images import dataset_loading
from hyperviz.studies.rotation import scheduling, sgd, training_loop
from hyperviz.studies.rotation.scheduling import Job
from hyperviz.studies.rotation.settings import BATCH, DEPTHS, PAPER, PRESETS, Configuration, RotationSettings, stamp
from hyperviz.studies.rotation.training_loop import Curve, Group, GroupProgress, TrainingPlan, train
from hyperviz.theory.smooth_activations import SMOOTH

__all__ = ["DEPTHS", "PAPER", "PRESETS", "RotationSettings"]
SHOWN = 8  # pairs in the picture
KNOWN = 0.02  # of the work is done when the time left is told
LIVE = 1.5e13  # floating-point operations that a page may ask for: some minutes on two cores


class Examples(NamedTuple):
    """Hold the first test pairs, and what each configuration's first run takes them for (-1: no number)."""

    x: np.ndarray  # (SHOWN, n_0)
    z: np.ndarray
    label: np.ndarray
    guesses: dict[Configuration, np.ndarray]


class RotationResult(NamedTuple):
    """Hold what is known so far."""

    settings: RotationSettings
    curves: dict[Configuration, Curve]
    examples: Examples | None
    doing: str  # what goes on before there are curves
    progress: float  # of all epochs
    left: float  # seconds that the rest will take; 0 where nobody knows
    finished: bool
    tested: int = 0  # tests so far of a group of runs: each is a new point of a curve of accuracy


def stream(settings: RotationSettings, store: Store | None = None) -> Iterator[RotationResult]:
    """Yield ever longer curves, all an epoch at a time; with a store it goes on where a killed run stopped."""
    empty = Curve(
        *(np.full((settings.runs, n), np.nan) for n in (settings.epochs + 1, settings.epochs * settings.steps))
    )
    result = RotationResult(settings, dict.fromkeys(settings.configurations, empty), None, "", 0.0, 0.0, False)
    data = None
    said = dataset_loading.words(settings.dataset, "Rotating images of")
    for prepared in _prepare(settings):
        data = prepared
        yield result._replace(doing=said)
    assert data
    first = rotations.RotatedPairs(*(side[:SHOWN] for side in data.test[0]))
    result = result._replace(examples=Examples(*first, {}))
    yield result
    plan = _plan(settings, data, store)
    for jobs in scheduling.rounds(settings):
        for trained in _train(jobs, plan, result):
            result = trained
            yield result
    yield result._replace(progress=1.0, left=0.0, finished=True)


def units(settings: RotationSettings, store: Store) -> list[Unit]:
    """Return the groups of runs whose training the store lacks, each a unit: it goes on from its own checkpoint."""
    jobs = [job for jobs in scheduling.rounds(settings) for job in jobs]
    return [Unit(_unit, (settings, job), job.share) for job in jobs if _stored(settings, store, job) is None]


def _unit(store: Store, settings: RotationSettings, job: Job) -> None:
    """Train a group to its last epoch; its checkpoints are in the store."""
    *_, data = _prepare(settings)
    assert data
    program = sgd.programs(job.shape, settings.activation_g in SMOOTH).result()
    for _ in train(Group(job.config, job.runs, program), _plan(settings, data, store)):
        pass


def _stored(settings: RotationSettings, store: Store | None, job: Job) -> GroupProgress | None:
    return training_loop.stored(store, training_loop.name(stamp(settings), job.config, job.runs), settings.epochs)


def _prepare(settings: RotationSettings) -> Iterator[sgd.Data | None]:
    about = settings.size, settings.seed, settings.angles, settings.tested
    return sgd.prepare(settings.dataset, BATCH * settings.steps, *about)


def _plan(settings: RotationSettings, data: sgd.Data, store: Store | None) -> TrainingPlan:
    activations = sgd.activations(settings.activation_f, settings.activation_g, settings.parameterisation)
    return TrainingPlan(data, settings.epochs, settings.seed, settings.width_f, activations, store, stamp(settings))


def too_large(settings: RotationSettings) -> str:
    """Return why these settings are for the command line, in one sentence; empty where a page can show them live."""
    total = scheduling.operations(settings)
    if total <= LIVE:
        return ""
    return (
        f"This takes {total / LIVE:.0f} times the work that a page does live: fewer epochs, runs or training pairs, "
        "a smaller image or a narrower g; or run it from the command line."
    )


def warm() -> None:
    """Compile the default picture's networks, so that its curves begin at once."""
    settings = RotationSettings()
    for future in [sgd.programs(scheduling.shape(settings, config), False) for config in settings.configurations]:
        future.result()


def _train(jobs: list[Job], plan: TrainingPlan, result: RotationResult) -> Iterator[RotationResult]:
    """Train always the job that is furthest behind; say so while a program is waited for."""
    before, began = result.progress, time.monotonic()
    reached: dict[int, float] = dict.fromkeys(range(len(jobs)), -1.0)
    ended = {i: _stored(result.settings, plan.store, job) for i, job in enumerate(jobs)}
    trainings: dict[int, Iterator[GroupProgress]] = {i: iter([end]) for i, end in ended.items() if end}
    done = dict.fromkeys(reached, 0.0)
    smooth = result.settings.activation_g in SMOOTH
    for i, job in enumerate(jobs):
        if i not in trainings:
            sgd.programs(job.shape, smooth)
    while reached:
        i = min(reached, key=lambda i: (reached[i], i))
        job = jobs[i]
        if i not in trainings:
            program = sgd.programs(job.shape, smooth)
            while not program.done():
                said = f"Compiling the network with H = {job.config.depth_g}, m = {job.config.width_g}."
                yield result._replace(doing=said)
                time.sleep(0.1)
            trainings[i] = train(Group(job.config, job.runs, program.result()), plan)
        now = next(trainings[i], None)
        if now is None:
            del reached[i], trainings[i]
            continue
        if now.accuracy is not None:
            reached[i] = now.epoch
        done[i] = now.step / result.settings.steps * job.share
        part = sum(done.values())
        left = (time.monotonic() - began) / part * (1 - before - part) if part > KNOWN else 0.0
        result = _with(result, job, now)._replace(progress=before + part, left=left, doing="")
        yield result


def _with(result: RotationResult, job: Job, now: GroupProgress) -> RotationResult:
    """Return the result with what a step has brought."""
    curve, runs = result.curves[job.config], list(job.runs)
    loss, accuracy = curve.loss.copy(), curve.accuracy
    loss[runs, now.step - now.losses.shape[1] : now.step] = np.where(np.isfinite(now.losses), now.losses, np.nan)
    if now.accuracy is not None:
        accuracy = accuracy.copy()
        accuracy[runs, : now.accuracy.shape[1]] = now.accuracy
        result = result._replace(tested=result.tested + 1)
    examples = result.examples
    if now.guesses is not None and examples and 0 in runs:
        examples = examples._replace(guesses=examples.guesses | {job.config: now.guesses[:SHOWN]})
    return result._replace(curves=result.curves | {job.config: Curve(accuracy, loss)}, examples=examples)
