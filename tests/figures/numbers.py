"""The numbers that a figure draws."""

import numpy as np


def drawn(figure) -> np.ndarray:
    """Every finite number of its traces: heights of lines and bars, or cells of a heat map."""
    values = [trace.z if trace.type in ("heatmap", "contour", "surface") else trace.y for trace in figure.data]
    flat = [np.asarray(v, float).ravel() for v in values if v is not None]
    found = np.concatenate([np.zeros(0), *flat])
    return found[np.isfinite(found)]
