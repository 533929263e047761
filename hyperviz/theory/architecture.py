"""Hold the two networks of h(x, z) = g(z; f(x)) as one record, which is passed whole."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import jax

from hyperviz.theory.activations import Activation, activation
from hyperviz.theory.fourier_features import FourierFeatures
from hyperviz.theory.smooth_activations import Smooth, activation_g


@jax.tree_util.register_dataclass
@dataclass(frozen=True, kw_only=True)
class Architecture:
    """Hold depths, widths and activations of f and g, and what g sees of z.

    It is hashable, and a pytree whose leaves are the sizes and the bandwidth, so that these may be traced. It is
    checked where it is used: each function has a greatest depth of its own.

    Args:
        depth_f, depth_g: L and H, weight matrices of f and of g.
        width_f, width_g: n and m, neurons of each hidden layer; None where the network is infinitely wide.
        activation_f, activation_g: sigma and phi, by name.
        alpha: slope of leaky ReLU below zero.
        coordinates: None for raw z, or FourierFeatures(bandwidth).

    References:
        Equations 2 and 3.

    Example:
        >>> Architecture(depth_f=4, depth_g=3, width_f=500, width_g=50).limit == Architecture(depth_f=4, depth_g=3)
        True
    """

    depth_f: Any
    depth_g: Any
    width_f: Any = None
    width_g: Any = None
    activation_f: str = field(default="relu", metadata={"static": True})
    activation_g: str = field(default="relu", metadata={"static": True})
    alpha: float = field(default=0.01, metadata={"static": True})
    coordinates: FourierFeatures | None = None

    @property
    def limit(self) -> Architecture:
        """Return the same networks, infinitely wide."""
        return replace(self, width_f=None, width_g=None)

    @property
    def sigma(self) -> Activation:
        """Return f's activation."""
        return activation(self.activation_f, self.alpha)

    @property
    def phi(self) -> Activation | Smooth:
        """Return g's activation."""
        return activation_g(self.activation_g, self.alpha)
