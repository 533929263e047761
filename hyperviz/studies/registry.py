"""Every study by its name: what the command line, the home page and the warm-up go through."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from hyperviz.studies import (
    completion,
    convergence,
    convergence_report,
    dynamics,
    dynamics_report,
    inpainting,
    inpainting_report,
)


class Study(NamedTuple):
    """One question: its claim, its settings and the paper's, its stream and what it has to say."""

    claim: str
    source: str
    settings: type
    paper: Any
    stream: Callable
    report: Any  # the module with verdict, progress, table and code
    warm: Callable  # compiles what the study needs
    resumable: bool = False  # its stream takes a checkpoint.Store too, and goes on where a killed run stopped


STUDIES = {
    "convergence": Study(
        "Wide f and wide g together: the kernel stops being random",
        "Theorem 3, Figure 1",
        convergence.ConvergenceSettings,
        convergence.PAPER,
        convergence.stream,
        convergence_report,
        convergence.warm,
    ),
    "dynamics": Study(
        "An infinitely wide f still gets stuck when g is narrow",
        "Section 3, equation 16",
        dynamics.DynamicsSettings,
        dynamics.PAPER,
        dynamics.stream,
        dynamics_report,
        dynamics.warm,
    ),
    "inpainting": Study(
        "An infinitely wide hypernetwork completes digits from little data",
        "Table 1, Figure 3",
        inpainting.InpaintingSettings,
        inpainting.PAPER,
        inpainting.stream,
        inpainting_report,
        completion.warm,
    ),
}
