"""Draw the kernels of the viewer's own points, as `figures.kernel` does."""

from __future__ import annotations

import plotly.graph_objects as go

from hyperviz.figures import kernel
from hyperviz.studies.prior.study import PriorResult


def heat_maps(result: PriorResult) -> go.Figure:
    """Return the four kernels."""
    return kernel.heat_maps(result.parts.get("own"))


def spectra(result: PriorResult) -> go.Figure:
    """Return their eigenvalues."""
    return kernel.spectra(result.parts.get("own"))


SECTION = {
    "heat_maps": kernel.CHARTS["heat_maps"]._replace(draw=heat_maps, parts=("own_kernels",)),
    "spectra": kernel.CHARTS["spectra"]._replace(draw=spectra, parts=("own_spectra",)),
}
