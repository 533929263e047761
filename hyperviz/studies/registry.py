"""Name every study: what the command line, the home page and the warm-up go through."""

from __future__ import annotations

from hyperviz.runtime import compilation
from hyperviz.studies.common.contract import Study
from hyperviz.studies.convergence import report as convergence_report
from hyperviz.studies.convergence import settings as convergence_settings
from hyperviz.studies.convergence import study as convergence
from hyperviz.studies.convergence import tour as convergence_tour
from hyperviz.studies.dynamics import report as dynamics_report
from hyperviz.studies.dynamics import settings as dynamics_settings
from hyperviz.studies.dynamics import study as dynamics
from hyperviz.studies.dynamics import tour as dynamics_tour
from hyperviz.studies.dynamics import ways as dynamics_ways
from hyperviz.studies.inpainting import regression
from hyperviz.studies.inpainting import report as inpainting_report
from hyperviz.studies.inpainting import settings as inpainting_settings
from hyperviz.studies.inpainting import study as inpainting
from hyperviz.studies.inpainting import tour as inpainting_tour
from hyperviz.studies.kernel import report as kernel_report
from hyperviz.studies.kernel import settings as kernel_settings
from hyperviz.studies.kernel import study as kernel
from hyperviz.studies.prior import report as prior_report
from hyperviz.studies.prior import settings as prior_settings
from hyperviz.studies.prior import study as prior
from hyperviz.studies.prior import tour as prior_tour
from hyperviz.studies.rotation import report as rotation_report
from hyperviz.studies.rotation import settings as rotation_settings
from hyperviz.studies.rotation import study as rotation
from hyperviz.studies.rotation import tour as rotation_tour
from hyperviz.studies.table1 import report as table1_report
from hyperviz.studies.table1 import settings as table1_settings
from hyperviz.studies.table1 import study as table1
from hyperviz.studies.taylor import report as taylor_report
from hyperviz.studies.taylor import settings as taylor_settings
from hyperviz.studies.taylor import study as taylor
from hyperviz.studies.taylor import tour as taylor_tour

TABLE = Study(
    "Table 1 cell by cell: both tasks, every N, kernels and a trained hypernetwork",
    "Table 1, Figure 3",
    table1_settings.TableSettings,
    table1_settings.PAPER,
    table1.stream,
    table1_report,
    regression.warm,
    resumable=True,
    units=table1.units,
    figures="table1",
)
STUDIES = {
    "convergence": Study(
        "Is the kernel still random when f, g or both are wide?",
        "Theorem 3, Figure 1",
        convergence_settings.ConvergenceSettings,
        convergence_settings.PAPER,
        convergence.stream,
        convergence_report,
        convergence.warm,
        caps=convergence_settings.HOSTED,
        icon="target",
        tour=convergence_tour.STEPS,
        warm_up=1,
        units=convergence.units,
    ),
    "prior": Study(
        "The untrained network is a Gaussian process, when f and g are both wide",
        "Theorem 2, Corollary 1, Remarks 2 and 3",
        prior_settings.PriorSettings,
        prior_settings.PAPER,
        prior.stream,
        prior_report,
        prior.warm,
        caps=prior_settings.HOSTED,
        icon="airwave",
        tour=prior_tour.STEPS,
        warm_up=6,
        figures="prior.charts",
    ),
    "taylor": Study(
        "Does a wide f alone make training linear? The deeper g, the more terms stay",
        "Theorem 1, Remark 1",
        taylor_settings.TaylorSettings,
        taylor_settings.PAPER,
        taylor.stream,
        taylor_report,
        taylor.warm,
        caps=taylor_settings.HOSTED,
        icon="stacked_line_chart",
        tour=taylor_tour.STEPS,
        warm_up=3,
        units=taylor.units,
    ),
    "dynamics": Study(
        "An infinitely wide f still gets stuck when g is narrow",
        "Section 3, equation 16",
        dynamics_settings.DynamicsSettings,
        dynamics_settings.PAPER,
        dynamics.stream,
        dynamics_report,
        dynamics.warm,
        caps=dynamics_settings.HOSTED,
        icon="moving",
        tour=dynamics_tour.STEPS,
        warm_up=5,
        units=dynamics_ways.units,
    ),
    "rotation": Study(
        "A wider g trains faster and better, a deeper g slower",
        "Section 5.2, Figure 2",
        rotation_settings.RotationSettings,
        rotation_settings.PAPER,
        rotation.stream,
        rotation_report,
        rotation.warm,
        caps=rotation_settings.HOSTED,
        icon="rotate_right",
        tour=rotation_tour.STEPS,
        warm_up=4,
        resumable=True,
        units=rotation.units,
    ),
    "inpainting": Study(
        "An infinitely wide hypernetwork completes digits from little data",
        "Table 1, Figure 3",
        inpainting_settings.InpaintingSettings,
        inpainting_settings.PAPER,
        inpainting.stream,
        inpainting_report,
        regression.warm,
        caps=inpainting_settings.HOSTED,
        icon="draw",
        tour=inpainting_tour.STEPS,
        warm_up=2,
        figures="inpainting.charts",
        whole=TABLE,
    ),
}
PAGELESS = {  # from a terminal alone; /prior shows the kernels of one's own points as a view
    "kernel": Study(
        "The kernels of your own points x and z in closed form: Θ_f, Θ_g, Θₕ and Λᴴ",
        "Theorems 2 and 3",
        kernel_settings.KernelSettings,
        kernel_settings.PAPER,
        kernel.stream,
        kernel_report,
        kernel.warm,
        save=kernel_report.save,
        files="kernels.npz and spectrum.csv",
    ),
}


def compile_on_disk(name: str) -> None:
    """Compile what the study of this name needs, unless it is on disk already; it is in memory once it is used."""
    compilation.keep_on_disk(name, STUDIES[name].warm)
