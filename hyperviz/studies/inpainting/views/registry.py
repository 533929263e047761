"""Name what the inpainting page can show beside the one digit; only the chosen one is computed."""

from __future__ import annotations

from hyperviz.studies.inpainting.views import (
    calibration,
    finite_network,
    gradient_flow,
    grid_effects,
    marginal_likelihood,
    rivals,
)

OTHERS = {
    "uncertainty": calibration.steps,
    "training": gradient_flow.steps,
    "likelihood": marginal_likelihood.steps,
    "finer": grid_effects.upsampling_steps,
    "border": grid_effects.boundary_steps,
    "network": finite_network.steps,
    "rivals": rivals.steps,
}
