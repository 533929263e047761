"""Compare five initialisations: which keep the variance of g's layers at 1 (Chang, Flokas & Lipson 2020)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from hyperviz.studies.common import streaming
from hyperviz.studies.common.networks import random_networks
from hyperviz.studies.common.networks.random_networks import architecture
from hyperviz.studies.common.networks.random_streams import Stream, random_generator
from hyperviz.studies.prior.settings import PriorSettings
from hyperviz.theory import initialisation
from hyperviz.theory.architecture import Architecture
from hyperviz.theory.initialisation import SCHEMES
from hyperviz.theory.smooth_activations import SMOOTH

INPUTS = 2  # coordinates of x and of z
DRAWS, FEWEST = 16_384, 32  # networks of each initialisation; of those whose neurons are drawn one by one
NEURONS = 1 << 25  # of an initialisation, where that leaves FEWEST networks
AT_ONCE = 1 << 20  # neurons of a step
NEAR = 1.5  # a variance is near 1 if it is at most so many times as large or small


class Drawn(NamedTuple):
    """Hold one initialisation: variances by the layer of g, drawn and predicted. The last layer is the output h."""

    draws: int  # so far
    weights: np.ndarray  # (H,) of the weights that f writes; (0,) before there are draws
    weights_error: np.ndarray  # standard errors
    weights_predicted: np.ndarray
    layers: np.ndarray  # (H,) of the neurons of g, before phi
    layers_error: np.ndarray
    layers_predicted: np.ndarray


def wanted(networks: Architecture) -> int:
    """Return how many networks are drawn of each initialisation: at any width as many, where phi has corners."""
    if networks.activation_g not in SMOOTH:
        return DRAWS
    return int(np.clip(NEURONS // _neurons(networks), FEWEST, DRAWS))


def stream(settings: PriorSettings) -> Iterator[dict]:
    """Yield the predictions at once, then draws of each initialisation in turn."""
    networks = architecture(settings, coordinates=None)
    by = {scheme: initialisation.factors(scheme, networks, INPUTS, INPUTS) for scheme in SCHEMES}
    limits = {scheme: np.stack(initialisation.predicted(by[scheme], networks)) for scheme in SCHEMES}
    sums = {scheme: np.zeros((2, 2, networks.depth_g)) for scheme in SCHEMES}
    yield {"initialisation": {scheme: _drawn(0, sums[scheme], limits[scheme]) for scheme in SCHEMES}}
    kept, clock, done = random_networks.kept("initialisation", settings.seed, networks), streaming.Clock(), 0
    while done < wanted(networks):
        size = min(_step(networks), wanted(networks) - done)
        for i, scheme in enumerate(SCHEMES):
            if (done, scheme) not in kept:
                rng = random_generator(settings.seed, Stream.PRIOR_INITIALISATION + i, done)
                kept[done, scheme] = _sums(initialisation.draw(rng, by[scheme], networks, size))
                if clock.step():
                    yield {}
            sums[scheme] = sums[scheme] + kept[done, scheme]
        done += size
        if clock.picture() or done == wanted(networks):
            yield {"initialisation": {scheme: _drawn(done, sums[scheme], limits[scheme]) for scheme in SCHEMES}}


def _neurons(networks: Architecture) -> int:
    return max(networks.depth_g - 1, 1) * networks.width_g


def _step(networks: Architecture) -> int:
    """Return how many networks make one step: all, where phi has corners."""
    return DRAWS if networks.activation_g not in SMOOTH else max(1, AT_ONCE // _neurons(networks))


def _sums(drawn: initialisation.Variances) -> np.ndarray:
    """Return the sums over networks of both variances and of their squares, (2, 2, H): few bytes to keep."""
    return np.stack([(values.sum(0), (values**2).sum(0)) for values in drawn])


def _drawn(count: int, sums: np.ndarray, limits: np.ndarray) -> Drawn:
    if count < 2:
        sums = sums[..., :0]
    mean, square = sums[:, 0] / max(count, 1), sums[:, 1] / max(count, 1)
    error = np.sqrt(np.maximum(square - mean**2, 0) / max(count - 1, 1))
    return Drawn(count, mean[0], error[0], limits[0], mean[1], error[1], limits[1])


def farthest(drawn: Drawn) -> int:
    """Return the index of the layer of g whose drawn variance is farthest from 1, on a log scale."""
    return int(np.abs(np.log(np.maximum(drawn.layers, np.finfo(float).tiny))).argmax())


def keeps(drawn: Drawn) -> bool:
    """Return whether the drawn variance of every layer of g is near 1."""
    return bool(np.all((drawn.layers <= NEAR) & (drawn.layers >= 1 / NEAR)))
