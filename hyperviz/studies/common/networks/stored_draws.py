"""Keep draws in a checkpoint: a run of them goes on where it was killed, and is computed by many workers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from hyperviz.runtime.checkpoint import Store
from hyperviz.runtime.generators import returned
from hyperviz.runtime.units import Unit
from hyperviz.studies.common.networks import random_networks

ENOUGH = 2.0  # seconds of work that are stored together: a piece costs some milliseconds
CALL = 0.01  # seconds that any call takes


class Bundle(NamedTuple):
    """Name draws that are computed and stored together, and where a study keeps them."""

    kept: tuple  # what `random_networks.kept` is asked for: all that decides a draw, but its number
    draw: Callable[[Any, Any], Generator]  # (settings, number): a function of a module that returns the draw
    numbers: tuple
    seconds: float

    @property
    def name(self) -> str:
        """Return the name of its piece in a checkpoint."""
        decides = repr((self.kept, self.numbers))
        return f"{self.kept[0]}-{hashlib.sha256(decides.encode()).hexdigest()[:16]}"


def bundles(kept: tuple, draw: Callable, numbers: Iterable, seconds: Callable[[Any], float]) -> list[Bundle]:
    """Return the draws of these numbers in bundles of some seconds, in their order; seconds: of one of them."""
    found, together, whole = [], [], 0.0
    for number in numbers:
        together.append(number)
        whole += CALL + seconds(number)
        if whole >= ENOUGH:
            found.append(Bundle(kept, draw, tuple(together), whole))
            together, whole = [], 0.0
    return [*found, Bundle(kept, draw, tuple(together), whole)] if together else found


def units(settings: Any, wanted: Sequence[Bundle], store: Store) -> list[Unit]:
    """Return the bundles that the store lacks, as units."""
    return [Unit(_unit, (settings, one), one.seconds) for one in wanted if store.load(one.name, "0-0") is None]


def load(wanted: Sequence[Bundle], store: Store, make: Callable[..., Any] = np.asarray) -> None:
    """Read the draws that the store holds to where the study keeps them; make: one draw, of its arrays."""
    for bundle in wanted:
        kept = random_networks.kept(*bundle.kept)
        if (found := store.load(bundle.name)) is not None:
            parts: list[list] = [[] for _ in bundle.numbers]
            for key in sorted(found, key=lambda key: [int(part) for part in key.split("-")]):
                parts[int(key.split("-")[0])].append(found[key])
            kept |= {number: make(*arrays) for number, arrays in zip(bundle.numbers, parts, strict=True)}


def _unit(store: Store, settings: Any, bundle: Bundle) -> None:
    """Compute a bundle, and store its draws: an array each, or a tuple of arrays."""
    arrays = {}
    for i, number in enumerate(bundle.numbers):
        draw = returned(bundle.draw(settings, number))
        for j, array in enumerate(draw if isinstance(draw, tuple) else (draw,)):
            arrays[f"{i}-{j}"] = array
    store.save(bundle.name, **arrays)
