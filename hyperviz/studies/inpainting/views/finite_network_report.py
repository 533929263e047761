"""Say whether HN, while it learns, or the kernels are ahead, on the same digits from the same pixels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from hyperviz.studies.common.intervals import interval
from hyperviz.studies.common.verdict import Verdict, signed
from hyperviz.studies.inpainting import adam
from hyperviz.studies.inpainting.paper_table1 import NAMES
from hyperviz.studies.inpainting.settings import InpaintingSettings
from hyperviz.studies.inpainting.views.finite_network import Learning, plan
from hyperviz.studies.table1.report import Gap, mean

CLAIM = "Kernels ahead of HN (Table 1)"
RULE = (
    "Table 1 of the paper: on little data both kernels have smaller errors than a trained hypernetwork, HN (here "
    f"one, f of width {adam.Plan().width_f}, g of width {adam.Plan().width_g}, at the step with the least validation "
    "error). It holds where each difference on the same test digits is above 0 by two standard errors, and differs "
    "where one is below 0 by as much."
)
SEE = {
    "network": "A finite hypernetwork learns (HN, Adam), beside the infinitely wide one solved at once (NNGP, HK), "
    "from the same random pixels of the same images. Does it ever get as close to the truth?",
    "learning": "HN's error at every step. Where the solid line stays above the dashed ones, kernels are ahead. "
    "Its step with the least error on the validation digits (dotted line, diamond) is the one that counts.",
}


def leads(found: Learning) -> dict[str, Gap]:
    """Return by how much HN's error at its best step exceeds each kernel's, digit by digit."""
    if not found.steps:
        return {}
    return {kernel: Gap(*mean(found.tested[found.best] - squares)) for kernel, squares in found.kernels.items()}


def verdict(found: Learning, settings: InpaintingSettings) -> Verdict:
    """Return the errors here, and whether each kernel is ahead of HN beyond its interval on the same digits."""
    if found.blank:
        text = "f sees nothing: HN and every kernel predict 0, and there is nothing to learn."
        return Verdict(text, "measured" if found.finished else "measuring")
    gaps = leads(found)
    if not gaps:
        return Verdict(f"HN is about to learn from {_data(found)}.", "measuring")
    signs = [gap.sign for gap in gaps.values()]
    state = "differs" if -1 in signs else "undecided" if 0 in signs else "holds"
    said = ", ".join(_told(kernel, gap) for kernel, gap in gaps.items())
    here = f"After {_data(found)}{_left_out(found, settings)}: squared error {_errors(found)}."
    return Verdict(here, state if found.finished else "measuring", CLAIM, f"error of HN minus {said}", RULE)


def alt(found: Learning, figure: str) -> str:
    """Return the pictures and the chart in words; empty for another figure."""
    kernels = ", ".join(NAMES[kernel] for kernel in found.kernels)
    shown = {
        "network": f"Rows of eight digits: truth, what f sees, HN at step {found.shown}, {kernels}. ",
        "learning": f"HN's error at {len(found.steps)} steps up to {max(found.steps, default=0)}, {kernels} dashed. ",
    }
    return shown.get(figure, "")


def _data(found: Learning) -> str:
    return f"{found.images:,} images of {found.pixels} random pixels each"


def _left_out(found: Learning, settings) -> str:
    """Return what differs from the settings, and from one network to the other."""
    said = f" (of the {settings.images:,}: more are for the command line)" if found.images < settings.images else ""
    leaky = {settings.activation_f, settings.activation_g} != {"relu"}
    return said + (", HN with ReLU in f and g" if leaky else "")


def _told(kernel: str, gap: Gap) -> str:
    low, high = (signed(end, 4) for end in interval(gap.value, gap.stderr))
    return f"{NAMES[kernel]}'s {signed(gap.value, 4)} [{low}, {high}]"


def _errors(found: Learning) -> str:
    errors = ", ".join([f"{NAMES[kernel]} {squares.mean():.4f}" for kernel, squares in found.kernels.items()])
    return f"HN {found.tested[found.best].mean():.4f} (its best step, {found.steps[found.best]}), {errors}"


def rows(found: Learning, settings: InpaintingSettings) -> Iterator[dict[str, Any]]:
    """Yield HN's errors at every step, the kernels', and the paired differences."""
    data, network = {"images": found.images, "pixels": found.pixels}, plan(settings)
    at = data | {"kernel": "hn"}
    at |= {name: getattr(network, name) for name in ("width_f", "width_g", "features", "learning_rate")}
    at |= {"ridge": np.nan, "activation_f": "relu", "activation_g": "relu"}
    for step, squares, held in zip(found.steps, found.tested, found.held, strict=True):
        yield at | {"step": step, "quantity": "mse"} | _mean(squares)
        yield at | {"step": step, "quantity": "mse_validation", "value": held}
    for kernel, squares in found.kernels.items():
        yield data | {"kernel": kernel, "quantity": "mse"} | _mean(squares)
    for kernel, gap in leads(found).items():
        yield data | {"kernel": kernel, "quantity": "lead_over_hn", "value": gap.value, "stderr": gap.stderr}


def _mean(squares: np.ndarray) -> dict[str, float]:
    value, stderr = mean(squares)
    return {"value": value, "stderr": stderr}
