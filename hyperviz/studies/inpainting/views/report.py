"""Say what each view of the inpainting study found: a verdict, rows of the table, and what to look for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from hyperviz.data.datasets import TITLES
from hyperviz.studies.common.verdict import Verdict
from hyperviz.studies.inpainting import image_set
from hyperviz.studies.inpainting.regression import FINER
from hyperviz.studies.inpainting.settings import InpaintingSettings
from hyperviz.studies.inpainting.study import InpaintingResult
from hyperviz.studies.inpainting.views import (
    calibration,
    calibration_report,
    finite_network_report,
    gradient_flow,
    marginal_likelihood,
    rivals_report,
)
from hyperviz.studies.inpainting.views.calibration import Calibration
from hyperviz.studies.inpainting.views.finite_network import Learning
from hyperviz.studies.inpainting.views.gradient_flow import GradientFlow
from hyperviz.studies.inpainting.views.grid_effects import BoundaryComparison, Upsampling
from hyperviz.studies.inpainting.views.marginal_likelihood import Likelihood
from hyperviz.studies.inpainting.views.rivals import Rivals
from hyperviz.studies.table1.report import DESIGN, mean

TOLERATED = 0.1  # a band this near its right width is called right
SEE = {
    "gallery": "New {noun}s{of}, never seen in training. Can each kernel guess the hidden half?",
    "error": "Error against training images: fewer mistakes with more {noun}s.{crosses}",
    "stored": "The whole of Table 1, reproduced: the stored runs with the live numbers as rings, the paper's as "
    f"crosses. Bars: ± 2 standard errors over the runs that a point names. {DESIGN}",
    "stored_hidden": "The hidden half alone: from all pixels plain ridge, which has no hypernetwork, is level with the "
    "kernels; the mean image is the least to beat. *ridge, hidden half* is plain ridge chosen by this error, the "
    "others by that of all pixels. From all pixels CNN, trained for this mask alone, is level with them up to "
    "N = 200, and ahead of the kernels from N = 500 on; from 20 random pixels they are far ahead of it. Stored runs.",
    "calibration": "Is the uncertainty right? A square for each tenth of the pixels, the surest on the left; stars: "
    "plain ridge as a Gaussian process. On the dashed line the predicted error is right; above it a method is surer "
    "than it should be. Bars: ± 2 standard errors over test {noun}s.",
    "log_likelihood": "Being right and sure in one number: the log density that each prediction gives to what was "
    "hidden, nats a pixel, the higher the better. All have one noise for all pixels, by the training images alone: "
    "none knows which pixels are always black. HK is no prior, and has none. Bars: ± 2 standard errors over test "
    "{noun}s.",
    "training": "While it trains: gradient flow from a network that predicts 0, mean over initialisations. "
    "Coarse shapes come first. *More settings* stops at a time t.",
    "stopping": "Test error against training time: does it ever rise again? Then stopping early would help. "
    "Shaded: ± 2 standard errors over test {noun}s.",
    "surface": "Marginal likelihood: how well the training images alone speak for a bandwidth and a ridge. "
    "Its logarithm, a pixel: the brighter the better, the star is the best; the darkest may be worse than the scale.",
    "depths": "The same over the depths, each pair at its best ridge.",
    "near": "What bandwidth means: how alike the middle pixel and the others are to g (Σ⁰, 1: the same).",
    "finer": "Between the pixels: g takes any coordinate, so the same regression draws a finer picture. "
    "Nothing was trained there.",
    "border": "What the torus costs: all pixels are solved as if opposite borders met. Here beside an open grid, "
    "after a few training images: black borders hide the difference, other pictures would not.",
} | finite_network_report.SEE
SEE |= rivals_report.SEE


def see(name: str, settings: InpaintingSettings) -> str:
    """Return what to look for in a figure, with these images."""
    paper = image_set.are_digits(settings)
    crosses, of = (
        " Crosses are the paper's Table 1." if paper else "",
        "" if paper else f" ({TITLES[settings.dataset]})",
    )
    return SEE[name].format(noun=image_set.image_noun(settings), crosses=crosses, of=of)


def verdict(result: InpaintingResult) -> Verdict:
    """Return the verdict on the view's own question."""
    if result.view is None:
        return Verdict(f"Factoring the systems of {result.settings.images:,} images.", "measuring")
    return _VERDICTS[type(result.view)](result.view, result.settings)


def alt(result: InpaintingResult, figure: str = "") -> str:
    """Return a figure of the view in words: what it shows, where more can be said than the verdict."""
    shown = finite_network_report.alt(result.view, figure) if isinstance(result.view, Learning) else ""
    if isinstance(result.view, Calibration) and figure == "log_likelihood" and not calibration.certain(result.view):
        shown += calibration_report.alt(result.view)
    shown += rivals_report.alt(result.view, figure) if isinstance(result.view, Rivals) else ""
    return shown + verdict(result).text


def rows(result: InpaintingResult) -> Iterator[dict[str, Any]]:
    """Yield the view's numbers, tidy."""
    if result.view is not None:
        yield from _ROWS[type(result.view)](result.view, result.settings)


def _calibrated(found: Calibration, settings: InpaintingSettings) -> Verdict:
    if calibration.certain(found):
        text = "f sees nothing: every kernel is 0, and the posterior has no uncertainty that could be judged."
        return Verdict(text, "measured" if found.finished else "measuring")
    ratio, error = calibration.inflation(found)
    share, _ = calibration.coverage(found)
    kind = "over-confident" if ratio > 1 else "under-confident"
    right = abs(ratio - 1) <= max(TOLERATED, 2 * error)
    text = (
        f"The posterior is {'about right' if right else kind}: errors are {ratio:.2f} ± {2 * error:.2f} times what it "
        f"says; {share:.0%} of the pixels lie within two deviations (a Gaussian: {calibration.NORMAL:.0%})."
    )
    text += "".join(f" {said}" for said in calibration_report.likelihoods(found))
    return Verdict(text, "measured" if found.finished else "measuring")


def _trained(found: GradientFlow, settings: InpaintingSettings) -> Verdict:
    if not found.seen.any():
        text = "f sees nothing: the kernel is 0, and nothing is learnt at any time."
        return Verdict(text, "measured" if found.finished or found.progress == 1 else "measuring")
    mean = found.squares.mean(axis=1)
    best = int(mean.argmin())
    gain = found.squares[-1] - found.squares[best]
    error = gain.std(ddof=1) / len(gain) ** 0.5
    time = "∞" if np.isinf(gradient_flow.TIMES[best]) else f"{gradient_flow.TIMES[best]:.2g}"
    helps = gain.mean() > 2 * error and gain.mean() > 0.01 * mean[-1]
    text = (
        f"After endless training of {found.images:,} images the error is {mean[-1]:.4f}. The least, {mean[best]:.4f}, "
        f"is reached at t = {time}: stopping early {'helps' if helps else 'gains next to nothing'} here."
    )
    return Verdict(text, "measured" if found.finished or found.progress == 1 else "measuring")


def _likely(found: Likelihood, settings: InpaintingSettings) -> Verdict:
    if found.blank:
        return Verdict("f sees nothing: every kernel is 0, and no bandwidth or ridge can be scored.", "measured")
    text = f"How well your settings explain {found.images} training images (higher is better): {found.here:.3f}"
    choice = marginal_likelihood.best(found)
    if choice:
        top = max(np.nanmax(found.surface), np.nanmax(found.depths, initial=-np.inf, where=~np.isnan(found.depths)))
        named = ", ".join(f"{name} {value:g}" for name, value in choice.items())
        text += f"; the best so far is {named} with {top:.3f}"
    return Verdict(text + ".", "measured" if found.finished else "measuring")


def _finer(found: Upsampling, settings: InpaintingSettings) -> Verdict:
    if found.predicted and not any(picture.any() for picture in found.predicted.values()):
        return Verdict("f sees nothing: there is nothing between the pixels either.", "measured")
    g = image_set.shape(settings)[0]
    text = f"{g * FINER} × {g * FINER} points from {g} × {g} pixels: g is a function of any coordinates."
    return Verdict(text, "measured" if found.finished else "measuring")


def _bordered(found: BoundaryComparison, settings: InpaintingSettings) -> Verdict:
    if found.open is None:
        return Verdict(f"Solving an open grid, {found.images} of the images, as one dense system.", "measuring")
    if not found.torus.any():
        return Verdict("f sees nothing: torus and open grid predict 0.", "measured")
    of = "an image" if found.images == 1 else f"{found.images} images"
    text = f"Joining opposite borders moves what is learnt from {of} by {_moved(found):.4f} (root mean "
    black = f"{image_set.image_noun(settings)}s have black borders, where nothing meets."
    why = black if found.black else "these have no black borders, so that opposite edges meet."
    errors = ["{} {:.4f} ± {:.4f}".format(name, *mean(squares)) for name, squares in found.errors().items()]
    against = f"Mean squared error of the {len(found.truth)} images shown: {', '.join(errors)} (± standard error)."
    return Verdict(f"{text}square, pixels from 0 to 1): {why} {against}", "measured")


def _moved(found: BoundaryComparison) -> float:
    assert found.open is not None
    return float(np.sqrt(((np.clip(found.torus, 0, 1) - np.clip(found.open, 0, 1)) ** 2).mean()))


def _calibration_rows(found: Calibration, settings) -> Iterator[dict[str, Any]]:
    for b in calibration.bins(found):
        at = {"kernel": "nngp", "predicted": b.predicted, "quantity": "actual_error"}
        yield at | {"value": b.actual, "stderr": (b.high - b.low) / 4}
    if calibration.certain(found):
        return
    for name, part in (("mse_plain", found.plain), ("mse_with_own_pixels", found.wrong)):
        yield {"kernel": "nngp", "quantity": name, "value": float((part**2).mean())}
    for name, (value, stderr) in (
        ("inflation", calibration.inflation(found)),
        ("coverage", calibration.coverage(found)),
    ):
        yield {"kernel": "nngp", "quantity": name, "value": value, "stderr": stderr}
    yield from calibration_report.rows(found)


def _training_rows(found: GradientFlow, settings) -> Iterator[dict[str, Any]]:
    for time, squares in zip(gradient_flow.TIMES, found.squares, strict=True):
        at = {"kernel": gradient_flow.kernel(settings), "time": time, "images": found.images, "quantity": "mse_judged"}
        yield at | {"value": squares.mean(), "stderr": squares.std(ddof=1) / len(squares) ** 0.5}


def _likelihood_rows(found: Likelihood, settings) -> Iterator[dict[str, Any]]:
    at = {"kernel": settings.kernels[0], "images": found.images, "quantity": "log_marginal_likelihood"}
    if found.blank:
        return
    for (i, j), value in np.ndenumerate(found.surface):
        yield at | {
            "bandwidth": marginal_likelihood.BANDWIDTHS[i],
            "ridge": marginal_likelihood.RIDGES[j],
            "value": value,
        }
    for (i, j), value in np.ndenumerate(found.depths):
        depths = {"depth_f": marginal_likelihood.DEPTHS[i], "depth_g": marginal_likelihood.DEPTHS[j]}
        yield at | depths | {"ridge": found.ridges[i, j], "value": value}


def _border_rows(found: BoundaryComparison, settings) -> Iterator[dict[str, Any]]:
    at = {"kernel": settings.kernels[0], "images": found.images}
    for name, squares in found.errors().items():
        value, stderr = mean(squares)
        yield at | {"quantity": f"mse_{name.replace(' ', '_')}", "value": value, "stderr": stderr}
    if found.open is not None:
        yield at | {"quantity": "rms_torus", "value": _moved(found)}


_VERDICTS: dict[type, Callable[..., Verdict]] = {
    Calibration: _calibrated,
    GradientFlow: _trained,
    Likelihood: _likely,
    Upsampling: _finer,
    BoundaryComparison: _bordered,
    Learning: finite_network_report.verdict,
    Rivals: rivals_report.verdict,
}
_ROWS: dict[type, Callable] = {
    Calibration: _calibration_rows,
    GradientFlow: _training_rows,
    Likelihood: _likelihood_rows,
    Upsampling: lambda *_: iter(()),
    BoundaryComparison: _border_rows,
    Learning: finite_network_report.rows,
    Rivals: rivals_report.rows,
}
