"""Measure whether the untrained hypernetwork is a Gaussian process (Theorem 2, Corollary 1, Remarks 2 and 3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from hyperviz.studies.common import streaming
from hyperviz.studies.common.networks import random_networks
from hyperviz.studies.common.networks.random_networks import architecture
from hyperviz.studies.common.networks.random_streams import Stream
from hyperviz.studies.kernel import study as kernel
from hyperviz.studies.prior import empirical_kernels, width_scaling
from hyperviz.studies.prior.limits import limits, pair
from hyperviz.studies.prior.normality import Normality, ks_of_values, normality
from hyperviz.studies.prior.settings import PAPER, PRESETS, PriorSettings
from hyperviz.studies.prior.views import (
    depth_scaling,
    initialisation,
    input_scale,
    kernel_structure,
    own_points,
    sample_functions,
)
from hyperviz.studies.prior.views.generator import study as generator
from hyperviz.theory.sampling.forward_pass import Outputs

LANES, FEW = 256, 8  # draws that advance together, where they are cheap and where they are not
VIEWS = {
    "prior": width_scaling.stream,
    "functions": sample_functions.stream,
    "kernel": kernel_structure.stream,
    "depth": depth_scaling.stream,
    "initialisation": initialisation.stream,
    "points": own_points.stream,
    "scale": input_scale.stream,
    "generator": generator.stream,
}
__all__ = ["PAPER", "PRESETS", "PriorResult", "PriorSettings", "stream", "warm"]


class PriorResult(NamedTuple):
    """Hold what is known so far."""

    settings: PriorSettings
    limit: np.ndarray  # (2, 2) Lambda^H between the two inputs
    outputs: Outputs  # value (draws so far, 2), covariance (draws so far, 2, 2)
    normality: Normality | None  # of h(u)
    ks_of_draws: tuple[float, float]  # KS distance of the values of h(u), and its 5 % point for a Gaussian
    parts: dict[str, Any]  # of the view below the histogram, by the name of their figure
    progress: float  # of the draws under way
    seconds: float  # one draw takes about this long
    finished: bool


def stream(settings: PriorSettings, **of_view: Any) -> Iterator[PriorResult]:
    """Yield ever better results: draws of the two outputs, and the parts of the view, in turn."""
    result = _start(settings)
    yield result
    steps = [_outputs(settings, float(result.limit[0, 0])), VIEWS[settings.view](settings, **of_view)]
    for found in streaming.in_turn(*steps):
        parts = {name: part for name, part in found.items() if name not in PriorResult._fields}
        fields = {name: part for name, part in found.items() if name in PriorResult._fields}
        result = result._replace(**fields, parts=result.parts | parts)
        yield result
    yield result._replace(finished=True, progress=1.0)


def warm() -> None:
    """Compile what the study needs, once: afterwards no setting compiles anything."""
    kernel.warm()
    small: dict[str, Any] = {"width_f": 16, "width_g": 16, "draws": 256}
    for phi in ("relu", "tanh"):  # every other choice is traced
        limits(PriorSettings(activation_g=phi, **small))
    for view in VIEWS:
        for result in stream(PriorSettings(view=view, **small)):
            if {"lines", "head", "depth_g"} & result.parts.keys():  # what follows in that view is compiled below
                break
    for points, lanes in ((pair(), FEW), (width_scaling.point(), width_scaling.WIDE_DRAWS)):
        keys = random_networks.keys(0, Stream.PRIOR_OUTPUTS, 0, lanes)
        for _ in random_networks.outputs(keys, points, architecture(PriorSettings(**small))):
            pass
    smooth = PriorSettings(activation_g="tanh", **small)
    next(parts for parts in empirical_kernels.stream(smooth) if "tangents" in parts)
    next(initialisation.stream(smooth))


def _start(settings: PriorSettings) -> PriorResult:
    limit, seconds = limits(settings), random_networks.forward_seconds(pair()[0], architecture(settings))
    none = Outputs(np.zeros((0, 2)), np.zeros((0, 2, 2)))  # type: ignore[arg-type]
    return PriorResult(settings, limit, none, None, (1.0, 1.0), {}, 0.0, seconds, False)


def _outputs(settings: PriorSettings, limit: float) -> Iterator[dict]:
    """Yield draws of h(u) and h(u'), lanes at a time."""
    found = random_networks.kept("prior", settings.size, settings.seed, architecture(settings))
    clock, seconds = streaming.Clock(), random_networks.forward_seconds(pair()[0], architecture(settings))
    lanes = LANES if LANES * seconds < 2 * streaming.STEP else FEW
    for first in range(0, settings.draws, lanes):
        if first not in found:
            keys = random_networks.keys(settings.seed, Stream.PRIOR_OUTPUTS, first, lanes)
            work = random_networks.outputs(keys, pair(settings.size), architecture(settings))
            found[first] = yield from streaming.shown(work)
        if clock.picture() or first + lanes >= settings.draws:
            yield _measured(joined(found, settings.draws), limit) | {"progress": 0.0}
        elif clock.step():
            yield {}


def _measured(outputs: Outputs, limit: float) -> dict:
    """Return the outputs with their distances from the Gaussian."""
    of_v = normality(np.asarray(outputs.covariance)[:, 0, 0])
    of_h = ks_of_values(np.asarray(outputs.value)[:, 0], limit**0.5)
    return {"outputs": outputs, "normality": of_v, "ks_of_draws": of_h}


def joined(found: dict, count: int) -> Outputs:
    """Return the first `count` draws of those found."""
    parts = [found[first] for first in sorted(found) if first < count]
    return Outputs(*(np.concatenate(arrays)[:count] for arrays in zip(*parts, strict=True)))  # pyright: ignore[reportArgumentType]
