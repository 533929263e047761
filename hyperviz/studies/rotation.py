"""Does a hypernetwork learn faster and better when g is wide, and slower when g is deep? (Section 5.2, Figure 2)"""

from __future__ import annotations

import dataclasses
import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from hyperviz.data import datasets, rotations
from hyperviz.studies import training
from hyperviz.studies.checkpoint import Store
from hyperviz.studies.draws import Clock
from hyperviz.studies.epochs import Arm, Curve, Group, News, Plan, train
from hyperviz.studies.settings import activation_of, check, option
from hyperviz.studies.training import BATCH
from hyperviz.theory import rotation
from hyperviz.theory.smooth import SMOOTH

DEPTHS = (3, 6, 8)  # of Figure 2
WIDTHS = {"digits": (10, 50, 100), "mnist": (10, 50, 100), "cifar10": (100, 200, 300)}
RATES = (0.1, 1.0, 3.0, 10.0, 30.0)
BUILT_IN_TESTS = 1000
SHOWN = 8  # pairs in the picture
MEMORY = 1.5e9  # bytes of weights that are trained side by side
LIVE = 1.5e13  # floating-point operations that a page may ask for: some minutes on two cores


@dataclass(frozen=True)
class RotationSettings:
    """What the rotation study is asked."""

    depth_f: int = option(4, 1, 8, symbol="L", label="depth of f", help="weight matrices in the hypernetwork f")
    width_f: int = option(
        200, 1, 400, symbol="n", label="width of f", log=True, positions=(10, 50, 100, 200, 400), help="neurons a layer"
    )
    depth_g: int = option(3, 1, 8, symbol="H", label="depth of g", help="weight matrices in the primary network g")
    width_g: int = option(
        100,
        1,
        300,
        symbol="m",
        label="width of g",
        log=True,
        positions=(5, 10, 20, 50, 100, 200, 300),
        help="neurons in each hidden layer of g; narrower ones are trained beside it",
    )
    learning_rate: float = option(
        10.0,
        1e-3,
        100.0,
        symbol="µ",
        label="learning rate",
        log=True,
        positions=(0.01, 0.1, 1.0, 3.0, 10.0, 30.0, 100.0),
        help="of stochastic gradient descent, batches of 100; what trains depends on the parameterisation",
    )
    epochs: int = option(10, 1, 100, label="epochs", help="how often each training pair is seen")
    compare: str = option(
        "widths",
        label="side by side",
        choices=("widths", "depths", "rates", "all", "one"),
        help="three widths of g, three depths of g, learning rates against widths, the paper's nine, or one alone",
    )
    images: int = option(
        2000,
        100,
        10_000,
        symbol="N",
        label="training pairs",
        more=True,
        log=True,
        positions=(500, 1000, 2000, 4000, 10_000),
        help="rotated images; of the 4,000 built-in training digits each is used as often as it takes",
    )
    runs: int = option(3, 1, 100, label="runs", more=True, help="networks trained from other random weights")
    dataset: str = option(
        "digits", label="data", more=True, choices=datasets.NAMES, help="built-in digits, or on request"
    )
    size: int = option(
        14,
        7,
        32,
        label="image side",
        more=True,
        log=True,
        positions=(7, 10, 14, 20, 28, 32),
        help="pixels; at most the image's own 28, or 32 for CIFAR-10",
    )
    angles: str = option(
        "uniform", label="angles", more=True, choices=rotations.ANGLES, help="any angle, or exact multiples of 30°"
    )
    parameterisation: str = option(
        "ntk",
        label="parameterisation",
        more=True,
        choices=rotation.PARAMETERISATIONS,
        help="the paper's (NTK), or that of its authors' released code: another network, see below",
    )
    activation_f: str = activation_of("f", "σ")
    activation_g: str = activation_of("g", "φ", smooth_too=True)
    seed: int = option(
        0, 0, 999_999, label="seed", more=True, help="of weights, angles and order: the same link, the same numbers"
    )

    def __post_init__(self) -> None:
        check(self)

    @property
    def arms(self) -> tuple[Arm, ...]:
        """The curves side by side, cheapest first."""
        widths = tuple(sorted({*(m for m in WIDTHS[self.dataset][:2] if m <= self.width_g), self.width_g}))
        depths = tuple(sorted({*DEPTHS, self.depth_g}))
        rate = (self.learning_rate,)
        some = {
            "widths": ((self.depth_g,), widths, rate),
            "depths": (depths, (self.width_g,), rate),
            "rates": ((self.depth_g,), widths, tuple(sorted({*RATES, self.learning_rate}))),
            "all": (DEPTHS, WIDTHS[self.dataset], rate),
            "one": ((self.depth_g,), (self.width_g,), rate),
        }
        depths, widths, rates = some[self.compare]
        return tuple(Arm(h, m, r) for m in widths for h in depths for r in rates)

    @property
    def steps(self) -> int:
        """Of one epoch."""
        return self.images // BATCH

    @property
    def tested(self) -> int:
        """Test pairs: the 1,000 built-in digits that nothing is trained on, or as many as there are training pairs."""
        return BUILT_IN_TESTS if self.dataset == "digits" else BATCH * self.steps


PRESETS = {
    "widths of g": RotationSettings(),
    "depths of g": RotationSettings(compare="depths", width_g=50),
    "a deep g": RotationSettings(depth_g=6),
    "learning rates": RotationSettings(compare="rates", runs=1, epochs=5, width_g=50),
    "the paper's µ learns nothing": RotationSettings(learning_rate=0.01, runs=1),
    "the released code": RotationSettings(parameterisation="released", learning_rate=0.1),
}
PAPER = RotationSettings(
    dataset="mnist", images=10_000, epochs=100, learning_rate=0.01, runs=100, size=28, compare="all"
)


class Examples(NamedTuple):
    """The first test pairs, and what each arm's first run takes them for (-1: no number)."""

    x: np.ndarray  # (SHOWN, n_0)
    z: np.ndarray
    label: np.ndarray
    guesses: dict[Arm, np.ndarray]


class RotationResult(NamedTuple):
    """What is known so far."""

    settings: RotationSettings
    curves: dict[Arm, Curve]
    examples: Examples | None
    doing: str  # what goes on before there are curves
    progress: float  # of all epochs
    news: frozenset  # curves, examples
    finished: bool


def stream(settings: RotationSettings, store: Store | None = None) -> Iterator[RotationResult]:
    """Ever longer curves, all arms an epoch at a time; with a store it goes on where a killed run stopped."""
    empty = Curve(
        *(np.full((settings.runs, n), np.nan) for n in (settings.epochs + 1, settings.epochs * settings.steps))
    )
    result = RotationResult(settings, dict.fromkeys(settings.arms, empty), None, "", 0.0, frozenset(), False)
    data = None
    for prepared in _data(settings):
        data = prepared
        yield result._replace(doing=f"Rotating images of {datasets.TITLES[settings.dataset]}.")
    assert data
    first = rotations.Pairs(*(side[:SHOWN] for side in data.test[0]))
    result = result._replace(examples=Examples(*first, {}), news=frozenset({"examples"}))
    both = training.phis(settings.activation_f, settings.activation_g, settings.parameterisation)
    plan = Plan(data, settings.epochs, settings.seed, settings.width_f, both, store, stamp(settings))
    for wave in _waves(settings, data.x.shape[1]):
        for trained in _train(wave, plan, result):
            result = trained
            yield result
    yield result._replace(progress=1.0, finished=True, news=frozenset({"curves", "examples"}))


def stamp(settings: RotationSettings) -> str:
    """Names what a checkpoint belongs to; more epochs or runs go on from the same one."""
    shared = dataclasses.asdict(settings)
    for name in ("epochs", "runs", "compare", "depth_g", "width_g", "learning_rate"):
        shared.pop(name)
    return hashlib.sha256(repr(sorted(shared.items())).encode()).hexdigest()[:12]


def too_large(settings: RotationSettings) -> str:
    """Why these settings are for the command line, in one sentence; empty where a page can show them live."""
    inputs = _inputs(settings)
    total = sum(_operations(settings, arm, inputs) for arm in settings.arms) * settings.epochs * settings.runs
    if total <= LIVE:
        return ""
    return (
        f"This takes {total / LIVE:.0f} times the work that a page does live: fewer epochs, runs or training pairs, "
        "a smaller image or a narrower g; or run it from the command line."
    )


def warm() -> None:
    """Compiles the default picture's networks, so that its curves begin at once."""
    settings = RotationSettings()
    for future in [training.programs(_shape(settings, arm, _inputs(settings)), False) for arm in settings.arms]:
        future.result()


def _data(settings: RotationSettings) -> Iterator[training.Data | None]:
    return training.prepare(
        settings.dataset, BATCH * settings.steps, settings.size, settings.seed, settings.angles, settings.tested
    )


def _inputs(settings: RotationSettings) -> int:
    side, channels = (32, 3) if settings.dataset == "cifar10" else (28, 1)
    return min(settings.size, side) ** 2 * channels


def _shape(settings: RotationSettings, arm: Arm, inputs: int) -> rotation.Shape:
    widths = rotation.Widths(settings.width_f, arm.width_g)
    return training.shape_of(inputs, settings.depth_f, arm.depth_g, widths, settings.parameterisation)


def _operations(settings: RotationSettings, arm: Arm, inputs: int) -> float:
    """Of an epoch of one run, its test included."""
    return training.operations(_shape(settings, arm, inputs)) * (settings.steps + settings.tested / BATCH / 3)


class _Job(NamedTuple):
    """Runs of an arm that are trained together."""

    arm: Arm
    runs: tuple[int, ...]
    shape: rotation.Shape
    share: float  # of the whole study's work, an epoch


def _waves(settings: RotationSettings, inputs: int) -> list[list[_Job]]:
    """What is trained side by side: the first runs of all arms before the next runs, as far as memory goes."""
    jobs = []
    total = sum(_operations(settings, arm, inputs) for arm in settings.arms) * settings.epochs * settings.runs
    for arm in settings.arms:
        shape = _shape(settings, arm, inputs)
        lanes = training.lanes(shape)
        for first in range(0, settings.runs, lanes):
            runs = tuple(range(first, min(first + lanes, settings.runs)))
            jobs.append(_Job(arm, runs, shape, len(runs) * _operations(settings, arm, inputs) / total))
    waves: list[list[_Job]] = [[]]
    used = 0.0
    for job in sorted(jobs, key=lambda job: job.runs[0] // training.LANES):
        size = 4.0 * training.lanes(job.shape) * job.shape.room_f * training.generated(job.shape)
        if waves[-1] and used + size > MEMORY:
            waves.append([])
            used = 0.0
        waves[-1].append(job)
        used += size
    return waves


def _train(wave: list[_Job], plan: Plan, result: RotationResult) -> Iterator[RotationResult]:
    """Always the job that is furthest behind; a program that is not compiled yet is waited for, and said."""
    clock, before = Clock(), result.progress
    reached: dict[int, float] = dict.fromkeys(range(len(wave)), -1.0)
    trainings: dict[int, Iterator[News]] = {}
    done = dict.fromkeys(reached, 0.0)
    smooth = result.settings.activation_g in SMOOTH
    for job in wave:
        training.programs(job.shape, smooth)
    while reached:
        i = min(reached, key=lambda i: (reached[i], i))
        job = wave[i]
        if i not in trainings:
            program = training.programs(job.shape, smooth)
            while not program.done():
                said = f"Compiling the network with H = {job.arm.depth_g}, m = {job.arm.width_g}."
                yield result._replace(doing=said, news=frozenset())
                time.sleep(0.1)
            trainings[i] = train(Group(job.arm, job.runs, program.result()), plan)
        news = next(trainings[i], None)
        if news is None:
            del reached[i], trainings[i]
            continue
        if news.accuracy is not None:
            reached[i] = news.epoch
        done[i] = news.step / result.settings.steps * job.share
        shown = frozenset({"curves"} | ({"examples"} if news.guesses is not None else set()))
        result = _with(result, job, news)._replace(progress=before + sum(done.values()), doing="", news=frozenset())
        yield result._replace(news=shown) if clock.picture() else result


def _with(result: RotationResult, job: _Job, news: News) -> RotationResult:
    """The result with what a step has brought."""
    curve, runs = result.curves[job.arm], list(job.runs)
    loss, accuracy = curve.loss.copy(), curve.accuracy
    loss[runs, news.step - news.losses.shape[1] : news.step] = np.where(np.isfinite(news.losses), news.losses, np.nan)
    if news.accuracy is not None:
        accuracy = accuracy.copy()
        accuracy[runs, : news.accuracy.shape[1]] = news.accuracy
    examples = result.examples
    if news.guesses is not None and examples and 0 in runs:
        examples = examples._replace(guesses=examples.guesses | {job.arm: news.guesses[:SHOWN]})
    return result._replace(curves=result.curves | {job.arm: Curve(accuracy, loss)}, examples=examples)
