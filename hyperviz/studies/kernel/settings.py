"""Declare what the kernels of one's own points are asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hyperviz.studies.common.options import activation_of, check, depth_of, option


def file_of(name: str, network: str) -> Any:
    """Return the option that names the file with the points of one network."""
    meaning = (
        f"file with the inputs {name} of {network}, one point a row: at most 5 MB and 2,000 points; without files: 24 "
        "points on a circle"
    )
    return option("", symbol=name, label=f"points {name}", text=str, form="a CSV or NPY file", help=meaning)


@dataclass(frozen=True)
class KernelSettings:
    """Hold what the kernels of one's own points are asked."""

    x: str = file_of("x", "f")
    z: str = file_of("z", "g")
    pairs: str = option(
        "auto",
        label="pairs",
        choices=("auto", "rows", "every"),
        help="the points u of h are pairs: rows takes x_i with z_i, so that the kernel of h is the entry-by-entry "
        "(Hadamard) product of two Gram matrices; every takes each x with each z, in this order: (x_1, z_1), (x_1, "
        "z_2) and so on; auto takes rows where there are as many x as z, else every",
    )
    depth_f: int = depth_of("f", 3, 32)
    depth_g: int = depth_of("g", 3, 32)
    bandwidth: float = option(
        0.0,
        0.0,
        1000.0,
        symbol="ℓ",
        label="bandwidth",
        help="g sees infinitely many Fourier features cos(Wz/ℓ + b) of z, ℓ in units of z; 0: z itself",
    )
    activation_f: str = activation_of("f", "σ")
    activation_g: str = activation_of("g", "φ", smooth_too=True)
    ridge: float = option(
        1e-3,
        1e-12,
        1e6,
        symbol="ε",
        label="ridge",
        log=True,
        help="what regression adds to the diagonal; the effective dimension is that of it",
    )

    def __post_init__(self) -> None:
        check(self)


PRESETS: dict[str, KernelSettings] = {}
PAPER = KernelSettings()
