"""Declare what the dynamics study is asked."""

from __future__ import annotations

from dataclasses import dataclass

from hyperviz.studies.common.budget import Cap
from hyperviz.studies.common.glossary import meaning
from hyperviz.studies.common.networks.network_sizes import NetworkSizes, sizes
from hyperviz.studies.common.options import activation_of, check, depth_of, option, seed_of

VIEWS = ("fit", "kernel", "surface")  # the second chart
POINTS = "points x ~ N(0, I), z ~ N(0, I), y = ±1"
INPUT_G = 3  # coordinates of z
STEP = "of gradient descent; a start whose kernel is large takes shorter ones"


@dataclass(frozen=True)
class DynamicsSettings:
    """Hold what the dynamics study is asked."""

    depth_f: int = depth_of("f", 4, most=6)
    width_f: int = option(
        256,
        1,
        1024,
        symbol="n",
        label="width of f",
        log=True,
        help=meaning("n", "of the finite networks beside the infinitely wide f"),
    )
    depth_g: int = depth_of("g", 3, most=6)
    width_g: int = option(4, 1, 64, symbol="m", label="width of g", log=True, help=meaning("m"))
    points: int = option(12, 2, 12, symbol="N", label="points", help=meaning("N", POINTS))
    time: float = option(
        8.0,
        0.5,
        16.0,
        step=0.5,
        symbol="T",
        label="time",
        help=meaning("T"),
    )
    view: str = option(
        "fit",
        label="Show below",
        page=True,
        choices=VIEWS,
        help="what is shown and computed below: a fit being learnt, the kernel in training (eq. 16), the loss surface",
    )
    starts: int = option(
        64, 16, 256, label="starts", more=True, log=True, help=meaning("starts", "here of the infinitely wide f")
    )
    activation_f: str = activation_of("f", "σ")
    activation_g: str = activation_of("g", "φ")
    step: float = option(
        0.004, 0.001, 0.01, log=True, positions=(0.001, 0.002, 0.004, 0.01), label="longest step", more=True, help=STEP
    )
    seed: int = seed_of("points and starts")

    def __post_init__(self) -> None:
        check(self)

    @property
    def networks(self) -> NetworkSizes:
        """Return the sizes of f and g."""
        return sizes(self, inputs=INPUT_G)


PRESETS = {
    "narrow g: stuck": DynamicsSettings(width_g=2),
    "g 64 wide: all arrive": DynamicsSettings(width_g=64, view="surface"),
    "a deeper g is worse": DynamicsSettings(depth_g=6, width_g=4),
    "eq. 16 of the paper": DynamicsSettings(width_g=16, view="kernel"),
    "one neuron each layer": DynamicsSettings(width_g=1, depth_g=6),
}

HOSTED = (Cap(("starts", "width_g"), 4096), Cap(("starts", "points"), 1536))
PAPER = DynamicsSettings(depth_f=4, depth_g=3, width_f=256, width_g=4, view="kernel")
