"""Return the widths that the Taylor study takes from its settings, and what Theorem 1 predicts there."""

from __future__ import annotations

import numpy as np

from hyperviz.studies.taylor.settings import TaylorSettings
from hyperviz.theory.activations import NAMES
from hyperviz.theory.taylor.dense_g import WIDEST

WIDTHS = 10  # of the chart, each twice the one before

WEIGHTS = 10**7  # n_L: where g widens too, the chart ends at so many generated weights

ASYMPTOTIC = 256  # slopes are fitted from this width on, where four widths are left

DEPTHS = range(1, 7)  # of g in the map


def points(settings: TaylorSettings) -> tuple[tuple, tuple]:
    """Return u_i and u_j: x and z of norm sqrt(2), half a radian apart where they differ."""
    u_j = (np.array([1.0, -1.0]), np.array([0.0, np.sqrt(2)]))
    turned = np.array([[np.cos(0.5), -np.sin(0.5)], [np.sin(0.5), np.cos(0.5)]])
    return ((turned @ u_j[0], turned @ u_j[1]) if settings.inputs == "different" else u_j), u_j


def widths(settings: TaylorSettings) -> list[int]:
    """Return the chart's widths n, up to the largest that is allowed."""
    last = min(settings.width_f, _cap(settings, settings.depth_g))
    return sorted({max(1, last >> k) for k in range(WIDTHS)})


def width_g(settings: TaylorSettings, n: int) -> int:
    """Return m beside the width n."""
    return n if settings.grow == "both" else settings.width_g


def weights(m: int, depth: int) -> int:
    """Return n_L: the weights that f generates, for z of two coordinates."""
    return 2 * m + (depth - 2) * m**2 + m if depth > 1 else 2


def _cap(settings: TaylorSettings, depth: int) -> int:
    """Return the largest n = m whose g has no more than WEIGHTS weights, and is written out where phi is smooth."""
    if settings.grow != "both" or depth == 1:
        return settings.width_f
    m = settings.width_f
    while weights(m, depth) > WEIGHTS:
        m //= 2
    return m if linear(settings) else min(m, WIDEST)


def capped(settings: TaylorSettings) -> bool:
    """Return whether the chart ends before the width that was asked for."""
    return widths(settings)[-1] < settings.width_f


def linear(settings: TaylorSettings) -> bool:
    """Return whether phi is piecewise linear, as Theorem 1 has it."""
    return settings.activation_g in NAMES


def fitted(settings: TaylorSettings) -> list[int]:
    """Return the widths that slopes are fitted to."""
    large = [n for n in widths(settings) if n >= ASYMPTOTIC]
    return large if len(large) >= 4 else widths(settings)


def map_widths(settings: TaylorSettings, depth: int) -> list[int]:
    """Return three large widths, for the map at this depth of g: deep g's reach their slope late."""
    last = _cap(settings, depth)
    return sorted({max(1, last >> k) for k in (0, 2, 4)})


def predicted(settings: TaylorSettings, r: int, depth: int | None = None) -> float | None:
    """Return the slope of |K^(r)| against the width; None where the term is zero for every width.

    Theorem 1: 0 for r <= H, H - r beyond. Where g widens too, 1 - r from r = 2 on: that of an ordinary network of width
    m. With a smooth phi no term falls once H >= 2: g then has derivatives of every order in its weights.
    """
    H = settings.depth_g if depth is None else depth
    if (linear(settings) or H == 1) and r > settings.depth_f * H:
        return None
    if settings.grow == "both" and H > 1:
        return 1.0 - r if r > 1 else 0.0
    if not linear(settings) and H > 1:
        return 0.0
    return float(min(0, H - r))
