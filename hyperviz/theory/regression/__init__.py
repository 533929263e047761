"""Solve kernel regression: dense, on random pixels, and on the whole grid of pixels."""

from hyperviz.theory.regression.dense import Fit, fit, predict

__all__ = ["Fit", "fit", "predict"]
