"""Declare what the convergence study is asked."""

from __future__ import annotations

from dataclasses import dataclass

from hyperviz.studies.common.budget import Cap
from hyperviz.studies.common.glossary import meaning
from hyperviz.studies.common.networks.network_sizes import NetworkSizes, sizes
from hyperviz.studies.common.options import activation_of, check, depth_of, option, seed_of


@dataclass(frozen=True)
class ConvergenceSettings:
    """Hold what the convergence study is asked."""

    depth_f: int = depth_of("f", 4)
    width_f: int = option(64, 1, 1_000_000, symbol="n", label="width of f", log=True, help=meaning("n"))
    depth_g: int = depth_of("g", 4)
    width_g: int = option(64, 1, 1_000_000, symbol="m", label="width of g", log=True, help=meaning("m"))
    x: str = option(
        "1,-1",
        symbol="x",
        label="input x of f",
        choices=("1,-1", "1,0"),
        help=meaning("x", "the paper shows two points"),
    )
    theta: float = option(
        0.8,
        -1.575,
        1.575,
        step=0.025,
        symbol="θ",
        label="angle of the pair (radians)",
        help=meaning("θ", "watched are z(0) and z(θ) = (sin θ, cos θ)"),
    )
    activation_f: str = activation_of("f", "σ")
    activation_g: str = activation_of("g", "φ")
    draws: int = option(
        64,
        16,
        1024,
        log=True,
        label="draws",
        more=True,
        help=meaning("draws", "so many in the first chart, four times as many at each width that a slope is fitted to"),
    )
    seed: int = seed_of("the random numbers")

    def __post_init__(self) -> None:
        check(self)

    @property
    def networks(self) -> NetworkSizes:
        """Return the sizes of f and g."""
        return sizes(self)


PRESETS = {
    "Fig. 1 of the paper": ConvergenceSettings(width_f=500, width_g=500),
    "Fig. 1b: both wide": ConvergenceSettings(x="1,0", width_f=4096, width_g=4096),
    "only f wide": ConvergenceSettings(width_f=16384, width_g=8),
    "only g wide": ConvergenceSettings(width_f=8, width_g=16384),
    "a million wide": ConvergenceSettings(width_f=1_000_000, width_g=1_000_000),
    "one neuron each layer": ConvergenceSettings(width_f=1, width_g=1),
}

HOSTED = (Cap(("draws", "width_f"), 64_000_000), Cap(("draws", "width_g"), 64_000_000))
PAPER = ConvergenceSettings(x="1,-1", depth_f=4, depth_g=4, width_f=500, width_g=500, draws=256)
