"""Make the stored run of the rotation study: longer than a page can be live, shipped with how it was made."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from hyperviz.data import stored as stored_tables
from hyperviz.studies.rotation.settings import RotationSettings
from hyperviz.studies.rotation.study import RotationResult
from hyperviz.studies.rotation.training_loop import Curve

TABLE = "rotation"


@lru_cache
def stored() -> RotationResult:
    """Return the nine curves as a finished result; its losses are not stored."""
    settings = RotationSettings(**stored_tables.about(TABLE)["settings"])
    frame = stored_tables.table(TABLE)
    curves = {}
    for config in settings.configurations:
        part = frame[(frame.depth_g == config.depth_g) & (frame.width_g == config.width_g)]
        accuracy = part.pivot(index="run", columns="epoch", values="accuracy").to_numpy()
        curves[config] = Curve(accuracy, np.zeros((settings.runs, 0)))
    return RotationResult(settings, curves, None, "", 1.0, 0.0, True)


def comparable(settings: RotationSettings) -> bool:
    """Return whether a live run trains the same networks on the same task, fewer pairs aside."""
    same = ("dataset", "size", "angles", "parameterisation", "depth_f", "width_f", "learning_rate")
    names = (*same, "activation_f", "activation_g")
    return all(getattr(settings, name) == getattr(stored().settings, name) for name in names)
