"""Draw what f saves by writing g in chunks or at low rank, and what that changes: sizes, limits, corrections."""

from __future__ import annotations

from collections.abc import Generator as Steps
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from hyperviz.studies.common import streaming
from hyperviz.studies.common.networks import random_networks
from hyperviz.studies.common.networks.random_networks import architecture
from hyperviz.studies.common.networks.random_streams import Stream, random_generator
from hyperviz.studies.prior.limits import on_circle
from hyperviz.studies.prior.settings import PriorSettings
from hyperviz.theory import generators
from hyperviz.theory.architecture import Architecture
from hyperviz.theory.generators import KINDS, Generator
from hyperviz.theory.generators.draws import gaussians
from hyperviz.theory.smooth_activations import SMOOTH

INPUTS = 2  # coordinates of x and of z
WIDTHS = tuple(2**i for i in range(5, 11))  # n = m of the spread's chart
WIDEST = WIDTHS[-1]  # of what is drawn at the chosen widths
CHUNKS = (1, 2, 4, 8, 16, 32)  # of the variance's chart, and the chosen number
ANGLES = np.radians([0.0, 22.5, 45.0, 67.5, 90.0, 112.5, 135.0, 157.5, 180.0])  # between x and x'
DRAWN = slice(2, None, 2)  # of these angles
MOST, FEWEST, OF_KERNEL = 1024, 64, 256  # networks, and of the kernel's chart
NUMBERS = 1 << 26  # Gaussians of one dot, where that leaves FEWEST networks
AT_ONCE = 1 << 20  # Gaussians of a step


class Measured(NamedTuple):
    """Hold the law of K, the variance of h given all but the last weights, of one generator at one pair of widths."""

    draws: int  # 0 before there are any
    mean: float  # of K: the variance of h
    mean_error: float
    kurtosis: float  # the excess kurtosis of h, 3 Var(K) / E[K]^2
    kurtosis_error: float
    limit: float  # of the mean, n = m = infinity
    predicted: float  # of the kurtosis at these widths; NaN where nothing is


class Alike(NamedTuple):
    """Hold the correlation of h at x and at x turned by each of ANGLES, z the same."""

    limit: np.ndarray
    measured: np.ndarray  # at the angles DRAWN; (0,) before there are draws
    error: np.ndarray
    draws: int


def chosen(settings: PriorSettings) -> dict[str, Generator]:
    """Return the four generators at the chosen number of chunks and rank."""
    return {kind: Generator(kind, settings.chunks, settings.rank) for kind in KINDS}


def staying(settings: PriorSettings) -> float | None:
    """Return the excess kurtosis that h keeps at this rank however wide f and g are; None where phi is smooth."""
    if settings.activation_g in SMOOTH:
        return None
    return 3 * ((1 + 2 / settings.rank) ** max(settings.depth_g - 2, 0) - 1)


def head_weights(settings: PriorSettings) -> dict[str, int]:
    """Return how many weights f's last layer has under each."""
    widths = {"width_f": settings.width_f, "width_g": settings.width_g, "depth_g": settings.depth_g}
    if settings.depth_f == 1:
        widths["width_f"] = INPUTS  # the last layer of f is its first
    return {kind: generators.head_weights(g, **widths, input_g=INPUTS) for kind, g in chosen(settings).items()}


def numbers_of_chunks(settings: PriorSettings) -> list[int]:
    """Return C of the variance's chart, rising."""
    return sorted({*CHUNKS, settings.chunks})


def stream(settings: PriorSettings) -> Iterator[dict]:
    """Yield sizes, limits and predictions at once, then draws: at the chosen widths, at others, between two x."""
    here = {(g.kind, g.chunks): _predicted(settings, g, *drawn_widths(settings)) for g in _here(settings)}
    wide = {(kind, w): _predicted(settings, g, w, w) for kind, g in chosen(settings).items() for w in WIDTHS}
    yield {"head": head_weights(settings), "here": here, "spread": wide}
    alike: dict[str, Alike] = {}
    for kind, g in chosen(settings).items():
        limits = yield from _limits(settings, g)
        alike = alike | {kind: Alike(limits, np.zeros(0), np.zeros(0), 0)}
    yield {"alike": alike}
    for g in _here(settings):
        drawn = yield from _drawn(settings, g, *drawn_widths(settings))
        here = here | {(g.kind, g.chunks): _measured(drawn[:, 0, 0], here[g.kind, g.chunks])}
        yield {"here": here}
    for kind, g in chosen(settings).items():
        for width in WIDTHS:
            drawn = yield from _drawn(settings, g, width, width)
            wide = wide | {(kind, width): _measured(drawn[:, 0, 0], wide[kind, width])}
        yield {"spread": wide}
    for kind, g in chosen(settings).items():
        found, count = [], 0
        for angle in ANGLES[DRAWN]:  # one after the other: all x at once would make matrices of C x angles
            drawn = yield from _drawn(settings, g, *drawn_widths(settings), (0.0, float(angle)), OF_KERNEL)
            found, count = [*found, _correlated(drawn)], len(drawn)
        measured, error = np.transpose(found)
        alike = alike | {kind: alike[kind]._replace(measured=measured, error=error, draws=count)}
        yield {"alike": alike}


def _here(settings: PriorSettings) -> list[Generator]:
    """Return what is drawn at the chosen widths: the chunked ones at every number of chunks."""
    found = [g for kind, g in chosen(settings).items() if kind in ("dense", "low-rank")]
    counts = sorted(numbers_of_chunks(settings), key=lambda C: (settings.chunks != C, C))  # the chosen one first
    return found + [Generator(kind, C, settings.rank) for C in counts for kind in ("rows", "columns")]


def drawn_widths(settings: PriorSettings) -> tuple[int, int]:
    """Return the chosen widths, at most WIDEST: what is drawn, with a weight for every chunk, takes its time."""
    return min(settings.width_f, WIDEST), min(settings.width_g, WIDEST)


def _networks(settings: PriorSettings, n: int, m: int) -> Architecture:
    return architecture(settings, width_f=n, width_g=m, coordinates=None)


def _seen(settings: PriorSettings, g: Generator, angles=(0.0,)) -> np.ndarray:
    """Return what f sees of x at these angles with the embeddings, which are those of the seed."""
    c = generators.embeddings(random_generator(settings.seed, Stream.PRIOR_EMBEDDINGS), g, settings.depth_g)
    return generators.seen_by_f(on_circle(np.asarray(angles)).astype(float), c)


def _predicted(settings: PriorSettings, g: Generator, n: int, m: int) -> Measured:
    networks, seen = _networks(settings, n, m), _seen(settings, g)
    spread = generators.spread(g, networks, seen)
    limit = float(generators.limit(g, networks, seen)[0, 0])
    return Measured(0, np.nan, np.nan, np.nan, np.nan, limit, np.nan if spread is None else 3 * spread)


def effective_widths(settings: PriorSettings) -> tuple[float, float] | None:
    """Return n and m at which a dense generator is as far from its limit as the chunks of rows; None for smooth phi."""
    g, networks = chosen(settings)["rows"], architecture(settings, coordinates=None)
    if generators.spread(g, networks, _seen(settings, g)) is None:
        return None
    return generators.effective_widths(g, networks, _seen(settings, g))


def _limits(settings: PriorSettings, g: Generator) -> Steps[dict, None, np.ndarray]:
    """Return the limit's correlation of h at two x, at each angle; yield {} between two steps."""
    networks, found, clock = _networks(settings, 1, 1), [], streaming.Clock()
    for angle in ANGLES:
        kernel = generators.limit(g, networks, _seen(settings, g, (0.0, angle)))
        found.append(kernel[0, 1] / np.sqrt(kernel[0, 0] * kernel[1, 1]))
        if clock.step():
            yield {}
    return np.array(found)


def _drawn(settings, g: Generator, n, m, angles=(0.0,), most=MOST) -> Steps[dict, None, np.ndarray]:
    """Return K of random networks between these x, (draws, x, x), kept; yield {} between two steps."""
    networks, seen = _networks(settings, n, m), _seen(settings, g, angles)
    each, clock = max(gaussians(g, networks, seen), 1), streaming.Clock()
    count, size = int(np.clip(NUMBERS // each, min(FEWEST, most), most)), int(np.clip(AT_ONCE // each, 1, most))
    kept = random_networks.kept("generators", settings.seed, networks, g, angles)
    for first in range(0, count, size):
        if first not in kept:
            at = (n, m, g.chunks, g.rank, round(np.degrees(angles[-1])), first)
            rng = random_generator(settings.seed, Stream.PRIOR_GENERATORS + KINDS.index(g.kind), *at)
            kept[first] = generators.draw(rng, g, networks, seen, min(size, count - first))
            if clock.step():
                yield {}
    return np.concatenate([kept[first] for first in range(0, count, size)])


def _measured(K: np.ndarray, known: Measured) -> Measured:
    """Return the moments of K with their standard errors: that of the ratio by the delta method."""
    mean, square, count = K.mean(), (K**2).mean(), len(K)
    if not mean:
        return known  # every network is dead
    influence = (K**2 - square) / mean**2 - 2 * square * (K - mean) / mean**3
    errors = K.std(ddof=1) / count**0.5, 3 * influence.std(ddof=1) / count**0.5
    kurtosis = 3 * (square / mean**2 - 1)
    return known._replace(
        draws=count, mean=float(mean), mean_error=float(errors[0]), kurtosis=float(kurtosis), kurtosis_error=errors[1]
    )


def _correlated(K: np.ndarray) -> tuple[float, float]:
    """Return the correlation of the mean covariance of two x, and its error from networks left out in turn."""
    total = K.sum(0)
    left_out = np.array([_correlation(total - one) for one in K])
    return _correlation(total), float(np.sqrt((len(K) - 1) * np.mean((left_out - left_out.mean()) ** 2)))


def _correlation(kernel: np.ndarray) -> float:
    norm = np.sqrt(kernel[0, 0] * kernel[1, 1])
    return float(kernel[0, 1] / norm) if norm else 0.0  # every network is dead
