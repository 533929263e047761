"""Declare what the Taylor study is asked."""

from __future__ import annotations

from dataclasses import dataclass

from hyperviz.studies.common.budget import Cap
from hyperviz.studies.common.glossary import meaning
from hyperviz.studies.common.networks.network_sizes import NetworkSizes, sizes
from hyperviz.studies.common.options import activation_of, check, depth_of, option, seed_of


@dataclass(frozen=True)
class TaylorSettings:
    """Hold what the Taylor study is asked."""

    depth_f: int = depth_of("f", 4)
    width_f: int = option(
        16_384,
        1,
        1_048_576,
        symbol="n",
        label="largest width of f",
        log=True,
        help=meaning("n", "the chart's ten widths end here"),
    )
    depth_g: int = depth_of("g", 2)
    width_g: int = option(8, 1, 1024, symbol="m", label="width of g", log=True, help=meaning("m"))
    orders: int = option(
        5, 1, 8, symbol="r", label="terms up to order", help=meaning("r", "shown up to this, all are computed")
    )
    exponent: float = option(0.25, -1, 1, step=0.05, symbol="a", label="step size µ = nᵃ", help=meaning("a"))
    average: str = option(
        "median", label="Average", choices=("median", "mean"), help="of |K⁽ʳ⁾|; means are heavy-tailed for H ≥ 3"
    )
    grow: str = option(
        "f", label="what widens", more=True, choices=("f", "both"), help="f alone, or g with it: m = n along the chart"
    )
    inputs: str = option(
        "different", label="inputs u, u′", more=True, choices=("different", "same"), help="two inputs, or one twice"
    )
    step: str = option(
        "off",
        label="one-step check",
        page=True,
        more=True,
        choices=("off", "on"),
        help="writes a network out, takes one gradient step and compares the partial sums of equation 5",
    )
    activation_f: str = activation_of("f", "σ")
    activation_g: str = activation_of("g", "φ", smooth_too=True)
    draws: int = option(200, 16, 1000, log=True, label="draws", more=True, help=meaning("draws", "at each width"))
    seed: int = seed_of("the random numbers")

    def __post_init__(self) -> None:
        check(self)

    @property
    def networks(self) -> NetworkSizes:
        """Return the sizes of f and g."""
        return sizes(self)


PRESETS = {
    "Theorem 1": TaylorSettings(),
    "an ordinary network (H = 1)": TaylorSettings(depth_g=1),
    "a deep g: H = 3": TaylorSettings(depth_f=3, depth_g=3),
    "Remark 1: too large a step": TaylorSettings(depth_g=1, exponent=0.6),
    "g widens too": TaylorSettings(grow="both"),
    "one step of a real network": TaylorSettings(step="on", exponent=-0.2),
    "smooth φ": TaylorSettings(activation_g="tanh"),
}
HOSTED = (Cap(("draws", "width_f"), 64_000_000), Cap(("draws", "width_g"), 64_000))
PAPER = TaylorSettings()
