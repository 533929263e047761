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
    prior,
    prior_report,
    rotation,
    rotation_report,
    table_report,
    taylor,
    taylor_report,
)
from hyperviz.studies import table as table_of_errors


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
    figures: str = ""  # the module of hyperviz.figures, where it is not named as the study
    whole: Any = None  # the Study that --paper runs, where one setting of this one cannot hold the paper's experiment


TABLE = Study(
    "Table 1 cell by cell: both tasks, every N, kernels and a trained hypernetwork",
    "Table 1, Figure 3",
    table_of_errors.TableSettings,
    table_of_errors.PAPER,
    table_of_errors.stream,
    table_report,
    completion.warm,
    resumable=True,
    figures="table",
)
STUDIES = {
    "convergence": Study(
        "Is the kernel still random when f, g or both are wide?",
        "Theorem 3, Figure 1",
        convergence.ConvergenceSettings,
        convergence.PAPER,
        convergence.stream,
        convergence_report,
        convergence.warm,
    ),
    "prior": Study(
        "The untrained network is a Gaussian process, when f and g are both wide",
        "Theorem 2, Corollary 1, Remarks 2 and 3",
        prior.PriorSettings,
        prior.PAPER,
        prior.stream,
        prior_report,
        prior.warm,
    ),
    "taylor": Study(
        "Does a wide f alone make training linear? The deeper g, the more terms stay",
        "Theorem 1, Remark 1",
        taylor.TaylorSettings,
        taylor.PAPER,
        taylor.stream,
        taylor_report,
        taylor.warm,
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
    "rotation": Study(
        "A wider g trains faster and better, a deeper g slower",
        "Section 5.2, Figure 2",
        rotation.RotationSettings,
        rotation.PAPER,
        rotation.stream,
        rotation_report,
        rotation.warm,
        resumable=True,
    ),
    "inpainting": Study(
        "An infinitely wide hypernetwork completes digits from little data",
        "Table 1, Figure 3",
        inpainting.InpaintingSettings,
        inpainting.PAPER,
        inpainting.stream,
        inpainting_report,
        completion.warm,
        whole=TABLE,
    ),
}
