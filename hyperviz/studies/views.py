"""What the inpainting page can show beside the one digit; only the chosen one is computed."""

from __future__ import annotations

from hyperviz.studies import between, calibration, flowing, learning, likelihood

GALLERY = "gallery"
OTHERS = {
    "uncertainty": calibration.steps,
    "training": flowing.steps,
    "likelihood": likelihood.steps,
    "finer": between.sharpened,
    "border": between.bordered,
    "network": learning.steps,
}
NAMES = (GALLERY, *OTHERS)
