"""Compute the variance of f's output and of g's layers under five initialisations of f: in closed form, and drawn.

Given its hidden layers every neuron is Gaussian, so one draw is a chain of numbers: a layer multiplies the mean square
of what it sees by its fan-in times the variance of one of its weights, and phi^2 is then averaged over its neurons. All
layers of g share s, the mean square of f's last hidden layer: the variance of layer l has the factor s^l.

The five; gain^2 = 1 / E[phi(g)^2], 2 for ReLU, belongs to layers that see phi of a neuron, and is 1 for the layer that
sees the input itself (He et al. 2015, section 2.2). e is f's last hidden layer, of n neurons.

    ntk          weights of variance gain^2 / fan-in, in g too: f writes weights of variance 1, and g divides them
    glorot       2 / (fan-in + fan-out), in f alone: g takes what f writes       Glorot & Bengio 2010
    he           gain^2 / fan-in, the same                                       He et al. 2015
    hyperfan-in  f as he; its last layer gain^2 / (fan-in of g's layer * n E[e^2]), without biases
    hyperfan-out the same with the fan-out of g's layer, which keeps gradients   Chang, Flokas & Lipson 2020
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from hyperviz.runtime.compilation import compiled
from hyperviz.theory.activations import Activation
from hyperviz.theory.architecture import Architecture
from hyperviz.theory.smooth_activations import REFERENCE, Smooth
from hyperviz.theory.smooth_duals import second_moments

__all__ = ["SCHEMES", "LayerFactors", "Variances", "draw", "factors", "moments_of_mean_square", "predicted"]
SCHEMES = ("ntk", "glorot", "he", "hyperfan-in", "hyperfan-out")
BLOCK = 1 << 19  # Gaussians at a time


class LayerFactors(NamedTuple):
    """Hold by what each layer multiplies the mean square of its input: fan-in times the variance of a weight."""

    f: np.ndarray  # (L - 1,) the hidden layers of f
    head: np.ndarray  # (H,) the rows of f's last layer that write layer 1 .. H of g
    g: np.ndarray  # (H,) the layers of g, for weights of variance 1


class Variances(NamedTuple):
    """Hold those of the weights that f writes for each layer of g, and of its neurons before phi; the last is h."""

    weights: np.ndarray  # (..., H)
    layers: np.ndarray  # (..., H)


def factors(scheme: str, networks: Architecture, input_f: int, input_g: int) -> LayerFactors:
    """Return the factors of one of SCHEMES, for inputs x and z of that many coordinates."""
    of_f = np.array([input_f] + [networks.width_f] * (networks.depth_f - 1), float)
    of_g = np.array([input_g] + [networks.width_g] * (networks.depth_g - 1) + [1], float)
    gain_f = _gains(networks.sigma.gain, networks.depth_f)
    gain_g = _gains(float(networks.phi.gain), networks.depth_g)
    fan_in, fan_out = of_g[:-1], of_g[1:]
    same = np.full(networks.depth_g, gain_f[-1])
    if scheme == "glorot":
        written = fan_in @ fan_out
        hidden = 2 * of_f[:-1] / (of_f[:-1] + of_f[1:])
        return LayerFactors(hidden, same * 0 + 2 * of_f[-1] / (of_f[-1] + written), fan_in)
    head, g = {
        "ntk": (same, gain_g),
        "he": (same, fan_in),
        "hyperfan-in": (same * gain_g / fan_in, fan_in),  # E[e^2] = 1 / gain^2 of f
        "hyperfan-out": (same * gain_g / fan_out, fan_in),
    }[scheme]
    return LayerFactors(gain_f[:-1], head, g)


def _gains(gain: float, depth: int) -> np.ndarray:
    """Return gain^2 of each layer; the first sees the input itself."""
    return np.array([1.0] + [gain**2] * (depth - 1))


def predicted(by: LayerFactors, networks: Architecture) -> Variances:
    """Return the means over random networks of both variances, for x and z of mean square 1.

    Where phi is piecewise linear they are exact at these widths. With s the mean square of f's last hidden layer and
    M_l = E[(1/n sum_i sigma(g_i)^2)^l], which is above gain^(-2l) at finite n:

        E[s^l] = prod_k f_k^l M_l,    Var(y^l) = E[s^l] E[phi^2]^(l-1) prod_(k<=l) head_k g_k

    For a smooth phi, g averages over infinitely many neurons, and s takes two values, with the first three moments of
    its law; the fans are those of these widths all the same.

    Args:
        by: the factors of an initialisation.
        networks: depths, widths and activations.

    Returns:
        Variances of shape (H,).
    """
    powers = np.arange(1, max(networks.depth_g, 3) + 1)
    moments = moments_of_mean_square(networks.sigma, networks.width_f, len(powers))
    s = np.prod(by.f[:, None] ** powers, axis=0) * moments ** (networks.depth_f - 1)
    if isinstance(networks.phi, Smooth):
        return Variances(by.head * s[0], _through(networks.phi, by, *_two_values(*s[:3])))
    s, powers = s[: networks.depth_g], powers[: networks.depth_g]
    layers = s * networks.phi.gain ** (-2.0 * (powers - 1)) * np.cumprod(by.head * by.g)
    return Variances(by.head * s[0], layers)


def _two_values(mean: float, square: float, cube: float) -> tuple[np.ndarray, np.ndarray]:
    """Return two positive numbers and their probabilities, with these moments: Gauss's rule of a positive law."""
    square, cube = square / mean**2, cube / mean**3
    variance = square - 1
    if variance < 1e-12:  # rounding: f has no hidden layer, or is too wide to matter
        return np.full(2, mean), np.full(2, 0.5)  # two all the same: one shape is compiled
    deviation = variance**0.5
    half = (cube - 3 * square + 2) / (2 * variance * deviation)  # of the skewness
    root = np.hypot(1, half)
    low, high = 1 - deviation / (half + root), 1 + deviation * (half + root)
    return mean * np.array([max(low, 0), high]), (1 + half / root * np.array([1, -1])) / 2


def _through(phi: Smooth, by: LayerFactors, s: np.ndarray, chance: np.ndarray) -> np.ndarray:
    """Return the variances of g's layers, averaged over s."""
    layers, square = [], np.ones_like(s)
    for head, g in zip(by.head, by.g, strict=True):
        variance = head * g * s * square
        layers.append(chance @ variance)
        square = np.asarray(_second_moments(phi._replace(gain=1.0), variance)[0])
    return np.array(layers)


_second_moments = compiled(second_moments)


def moments_of_mean_square(phi: Activation, width: float | int, count: int) -> np.ndarray:
    """Return E[(1/n sum_i phi(g_i)^2)^k] for k = 1 .. count, phi without its gain, by the cumulants of one neuron.

    E[phi^2k] = (2k - 1)!! (1 + alpha^2k) / 2; the cumulants of a mean of n are those of one, divided by n^(k-1).
    """
    single = [math.prod(range(1, 2 * k, 2)) * (1 + phi.alpha ** (2 * k)) / 2 for k in range(1, count + 1)]
    cumulants: list[float] = []
    for k, moment in enumerate(single, 1):
        lower = sum(math.comb(k - 1, j - 1) * cumulants[j - 1] * single[k - j - 1] for j in range(1, k))
        cumulants.append(moment - lower)
    found = [1.0]
    for k in range(1, count + 1):
        terms = (math.comb(k - 1, j - 1) * cumulants[j - 1] / width ** (j - 1) * found[k - j] for j in range(1, k + 1))
        found.append(sum(terms))
    return np.array(found[1:])


def draw(rng: np.random.Generator, by: LayerFactors, networks: Architecture, count: int) -> Variances:
    """Return both variances of `count` random networks given their hidden layers, exact in law at any width.

    Args:
        rng: decides the numbers.
        by: the factors of an initialisation.
        networks: depths, widths and activations.
        count: how many networks.

    Returns:
        Variances of shape (count, H); their means over networks are the variances of single weights and neurons.
    """
    s = np.ones(count)
    for factor in by.f:
        s = _mean_square(rng, networks.sigma, factor * s, networks.width_f)
    weights, square, layers = s[:, None] * by.head, np.ones(count), []
    for written, g in zip(weights.T, by.g, strict=True):
        layers.append(written * g * square)
        if len(layers) < len(by.g):
            square = _mean_square(rng, networks.phi, layers[-1], networks.width_g)
    return Variances(weights, np.stack(layers, 1))


def _mean_square(rng, phi: Activation | Smooth, variance: np.ndarray, width: int) -> np.ndarray:
    """Return the mean of phi^2 over `width` Gaussians of these variances, without the gain; a number a network."""
    if isinstance(phi, Activation):  # squares of the positive ones, and of the others: chi^2 of as many
        on = rng.binomial(width, 0.5, len(variance))
        return variance * 2 * (rng.gamma(on / 2) + phi.alpha**2 * rng.gamma((width - on) / 2)) / width
    total, deviation = np.zeros(len(variance)), np.sqrt(variance)[:, None]
    size = max(1, BLOCK // len(variance))
    for first in range(0, width, size):
        shape = len(variance), min(size, width - first)
        total += (REFERENCE[int(phi.kind)](deviation * rng.standard_normal(shape)) ** 2).sum(1)
    return total / width
