"""Make of one's own x and z the pairs u = (x, z) that h sees."""

from __future__ import annotations

import pathlib
from typing import NamedTuple

import numpy as np

from hyperviz.data import point_files
from hyperviz.errors import InvalidInput
from hyperviz.studies.kernel.settings import KernelSettings

MOST = point_files.MOST  # pairs, and points of either file
TYPES, MEGABYTES, read = point_files.TYPES, point_files.MEGABYTES, point_files.read  # what a page asks for
EXAMPLE = 24  # points on a circle


class PointPairs(NamedTuple):
    """Hold points u = (x, z), row by row, and in words which they are."""

    x: np.ndarray  # (N, n_0)
    z: np.ndarray  # (N, m_0)
    said: str


def example() -> tuple[np.ndarray, np.ndarray]:
    """Return points on the circle of norm sqrt(2): x turns once while z turns twice."""
    turn = 2 * np.pi * np.arange(EXAMPLE) / EXAMPLE
    x, z = (2**0.5 * np.stack([np.cos(angle), np.sin(angle)], 1) for angle in (turn, 2 * turn))
    return x, z


def shown_first(pairs: str = "auto") -> PointPairs:
    """Return the pairs of the example."""
    return paired(*example(), pairs, "an example, ")


def of_files(settings: KernelSettings) -> PointPairs:
    """Return the pairs that the settings' files hold, or the example where there is no file."""
    if not settings.x and not settings.z:
        return shown_first(settings.pairs)
    for name, other in (("x", "z"), ("z", "x")):
        if not getattr(settings, name):
            raise InvalidInput(f"{name} is missing: {other} came alone, and h needs both; pass --{name} FILE too.")
    return paired(_of_file("x", settings.x), _of_file("z", settings.z), settings.pairs)


def _of_file(name: str, path: str) -> np.ndarray:
    with pathlib.Path(path).expanduser().open("rb") as file:
        return point_files.read(file.read(point_files.LIMIT + 1), name)


def paired(x: np.ndarray, z: np.ndarray, pairs: str = "auto", said: str = "", most: int = MOST) -> PointPairs:
    """Return the points of h that x and z make.

    Args:
        x, z: points of f and of g.
        pairs: a choice of KernelSettings.pairs.
        said: what to say first of them.
        most: more pairs are refused.

    Raises:
        InvalidInput: more pairs than that, or as many x as z are asked for and there are not.
    """
    rows = len(x) == len(z) if pairs == "auto" else pairs == "rows"
    if rows and len(x) != len(z):
        raise InvalidInput(
            f"x and z must hold as many points each, pair by pair; got {len(x):,} and {len(z):,}: pass --pairs every "
            "for each x with each z."
        )
    count = len(x) if rows else len(x) * len(z)
    if count > most:
        asked = f"{count:,}" if rows else f"{len(x):,} x with each of {len(z):,} z, {count:,}"
        raise InvalidInput(f"x and z must make at most {most:,} pairs; got {asked}: {point_files.FEWER}.")
    if rows:
        return PointPairs(x, z, f"{said}{count:,} pairs (xᵢ, zᵢ)")
    return PointPairs(
        np.repeat(x, len(z), 0),
        np.tile(z, (len(x), 1)),
        f"{said}{count:,} pairs: each of {len(x):,} x with each of {len(z):,} z",
    )
