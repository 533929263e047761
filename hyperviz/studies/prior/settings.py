"""Declare what the prior study is asked."""

from __future__ import annotations

import math
from dataclasses import dataclass

from hyperviz.studies.common.budget import Cap
from hyperviz.studies.common.glossary import meaning
from hyperviz.studies.common.networks.network_sizes import NetworkSizes, sizes
from hyperviz.studies.common.options import activation_of, check, depth_of, option, seed_of


@dataclass(frozen=True)
class PriorSettings:
    """Hold what the prior study is asked."""

    depth_f: int = depth_of("f", 3)
    width_f: int = option(256, 1, 1_000_000, symbol="n", label="width of f", log=True, help=meaning("n"))
    depth_g: int = depth_of("g", 3)
    width_g: int = option(256, 1, 1_000_000, symbol="m", label="width of g", log=True, help=meaning("m"))
    bandwidth: float = option(
        0.0,
        0.0,
        4.0,
        step=0.1,
        symbol="ℓ",
        label="bandwidth",
        help=meaning("ℓ", "g sees infinitely many; 0: it sees z itself"),
    )
    size: float = option(
        1.0,
        0.125,
        8.0,
        positions=(0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0),
        log=True,
        symbol="|x|/√n₀",
        label="size of x",
        help=meaning("|x|/√n₀", "of the histogram, and marked in the view scale; the other views take 1"),
    )
    view: str = option(
        "prior",
        label="Show below",
        apart=True,
        choices=("prior", "functions", "kernel", "depth", "initialisation", "points", "scale", "generator"),
        help="normality against width; sample functions; the kernel's factorisation; what depth does; which "
        "initialisations of f keep the variance of g's layers; the kernels of your own points; what the size of x "
        "does; what f saves by writing g in chunks or at low rank",
    )
    chunks: int = option(
        8, 1, 32, log=True, symbol="C", label="chunks a layer", more=True, help=meaning("C", "of the view generator")
    )
    rank: int = option(4, 1, 64, log=True, label="rank", more=True, help=meaning("rank", "of the view generator"))
    activation_f: str = activation_of("f", "σ")
    activation_g: str = activation_of("g", "φ", smooth_too=True)
    draws: int = option(2048, 64, 16384, log=True, label="draws", more=True, help=meaning("draws"))
    seed: int = seed_of("the random numbers")

    def __post_init__(self) -> None:
        check(self)

    @property
    def networks(self) -> NetworkSizes:
        """Return the sizes of f and g."""
        return sizes(self, inputs=math.inf if self.bandwidth else 2)


PRESETS = {
    "both wide: Gaussian": PriorSettings(width_f=4096, width_g=4096),
    "only f wide: not": PriorSettings(width_f=16384, width_g=2),
    "only g wide: not": PriorSettings(width_f=8, width_g=16384),
    "functions drawn": PriorSettings(width_f=1024, width_g=1024, bandwidth=1.0, view="functions"),
    "Corollary 1, Remark 2": PriorSettings(width_f=1024, width_g=1024, bandwidth=1.0, view="kernel"),
    "deeper and deeper": PriorSettings(width_f=1024, width_g=1024, view="depth"),
    "five initialisations": PriorSettings(view="initialisation"),
    "a larger x": PriorSettings(width_f=4096, width_g=4096, size=4.0, view="scale"),
    "in chunks": PriorSettings(width_f=1024, width_g=1024, view="generator"),
    "a million wide": PriorSettings(width_f=1_000_000, width_g=1_000_000),
}
HOSTED = (Cap(("draws", "width_f"), 2_048_000_000), Cap(("draws", "width_g"), 2_048_000_000))
PAPER = PriorSettings(width_f=16384, width_g=16384)
