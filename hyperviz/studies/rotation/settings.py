"""Declare what the rotation study is asked: the networks, the data, and what is trained side by side."""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import dataclass
from typing import NamedTuple

from hyperviz.studies.common.budget import Cap
from hyperviz.studies.common.glossary import meaning
from hyperviz.studies.common.networks.network_sizes import NetworkSizes, image_inputs, sizes
from hyperviz.studies.common.options import PARAMETERISATIONS, activation_of, check, depth_of, option, seed_of


class Configuration(NamedTuple):
    """Hold one curve of the picture: an architecture and its learning rate."""

    depth_g: int
    width_g: int
    rate: float


BATCH = 100  # as in the paper


ANGLES = ("uniform", "multiples")
DEPTHS = (3, 6, 8)  # of Figure 2
WIDTHS = {"digits": (10, 50, 100), "mnist": (10, 50, 100), "cifar10": (100, 200, 300)}
RATES = (0.1, 1.0, 3.0, 10.0, 30.0)
BUILT_IN_TESTS = 1000
CLASSES, BOTTLENECK = 12, 100  # outputs of g; neurons of f's last hidden layer in the released code


@dataclass(frozen=True)
class RotationSettings:
    """Hold what the rotation study is asked."""

    depth_f: int = depth_of("f", 4)
    width_f: int = option(
        200, 1, 400, symbol="n", label="width of f", log=True, positions=(10, 50, 100, 200, 400), help=meaning("n")
    )
    depth_g: int = depth_of("g", 3)
    width_g: int = option(
        100,
        1,
        300,
        symbol="m",
        label="width of g",
        log=True,
        positions=(5, 10, 20, 50, 100, 200, 300),
        help=meaning("m", "narrower ones are trained beside it"),
    )
    learning_rate: float = option(
        10.0,
        1e-3,
        100.0,
        symbol="µ",
        label="learning rate",
        log=True,
        positions=(0.01, 0.1, 1.0, 3.0, 10.0, 30.0, 100.0),
        help=meaning("µ", "in batches of 100; what trains depends on the parameterisation"),
    )
    epochs: int = option(10, 1, 100, label="epochs", help=meaning("epoch"))
    compare: str = option(
        "widths",
        label="Compare",
        choices=("widths", "depths", "rates", "all", "one"),
        help="three widths of g, three depths of g, learning rates against widths, the paper's nine, or one alone",
    )
    images: int = option(
        2000,
        100,
        10_000,
        symbol="N",
        label="training pairs",
        more=True,
        log=True,
        positions=(500, 1000, 2000, 4000, 10_000),
        help=meaning("N", "rotated images; each of the 4,000 built-in digits is used as often as it takes"),
    )
    runs: int = option(3, 1, 100, label="runs", more=True, help=meaning("runs", "other weights"))
    dataset: str = option(
        "digits", label="data", more=True, choices=tuple(WIDTHS), help="built-in digits, or on request"
    )
    size: int = option(
        14,
        7,
        32,
        label="image side",
        more=True,
        log=True,
        positions=(7, 10, 14, 20, 28, 32),
        help="pixels; at most the image's own 28, or 32 for CIFAR-10",
    )
    angles: str = option(
        "uniform", label="angles", more=True, choices=ANGLES, help="any angle, or exact multiples of 30°"
    )
    parameterisation: str = option(
        "ntk",
        label="parameterisation",
        more=True,
        choices=PARAMETERISATIONS,
        help="the paper's (NTK), or that of its authors' released code: another network, see below",
    )
    activation_f: str = activation_of("f", "σ")
    activation_g: str = activation_of("g", "φ", smooth_too=True)
    seed: int = seed_of("weights, angles and order")

    def __post_init__(self) -> None:
        check(self)

    @property
    def networks(self) -> NetworkSizes:
        """Return the sizes of f and g."""
        found = sizes(self, inputs=image_inputs(self.dataset, self.size), outputs=CLASSES)
        released = self.parameterisation == "released"
        return found._replace(hidden_f=(*found.hidden_f, BOTTLENECK)) if released else found

    @property
    def configurations(self) -> tuple[Configuration, ...]:
        """Return the curves side by side, cheapest first."""
        widths = tuple(sorted({*(m for m in WIDTHS[self.dataset][:2] if m <= self.width_g), self.width_g}))
        depths = tuple(sorted({*DEPTHS, self.depth_g}))
        rate = (self.learning_rate,)
        some = {
            "widths": ((self.depth_g,), widths, rate),
            "depths": (depths, (self.width_g,), rate),
            "rates": ((self.depth_g,), widths, tuple(sorted({*RATES, self.learning_rate}))),
            "all": (DEPTHS, WIDTHS[self.dataset], rate),
            "one": ((self.depth_g,), (self.width_g,), rate),
        }
        depths, widths, rates = some[self.compare]
        return tuple(Configuration(h, m, r) for m in widths for h in depths for r in rates)

    @property
    def steps(self) -> int:
        """Return the number of steps of one epoch."""
        return self.images // BATCH

    @property
    def tested(self) -> int:
        """Return the number of test pairs: the 1,000 built-in digits kept for tests, or as many as training pairs."""
        return BUILT_IN_TESTS if self.dataset == "digits" else BATCH * self.steps


PRESETS = {
    "widths of g": RotationSettings(),
    "depths of g": RotationSettings(compare="depths", width_g=50),
    "a deep g": RotationSettings(depth_g=6),
    "learning rates": RotationSettings(compare="rates", runs=1, epochs=5, width_g=50),
    "learning rate 0.01 (the paper's)": RotationSettings(learning_rate=0.01, runs=1),
    "the released code": RotationSettings(parameterisation="released", learning_rate=0.1),
}
HOSTED = (Cap(("runs", "epochs", "images"), 100_000), Cap(("images", "size"), 112_000))
PAPER = RotationSettings(
    dataset="mnist", images=10_000, epochs=100, learning_rate=0.01, runs=100, size=28, compare="all"
)


def stamp(settings: RotationSettings) -> str:
    """Return the name of what a checkpoint belongs to; more epochs go on from the same one."""
    shared = dataclasses.asdict(settings)
    for name in ("epochs", "runs", "compare", "depth_g", "width_g", "learning_rate"):
        shared.pop(name)
    return hashlib.sha256(repr(sorted(shared.items())).encode()).hexdigest()[:12]
