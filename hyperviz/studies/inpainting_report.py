"""What the inpainting study has to say: verdict, table, code, words."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pandas as pd

from hyperviz.studies import likelihood, subject, table1, views, views_report
from hyperviz.studies.inpainting import Error, InpaintingResult, InpaintingSettings
from hyperviz.studies.recipe import recipe
from hyperviz.studies.samples import TESTED
from hyperviz.studies.table1 import NAMES
from hyperviz.studies.verdicts import Verdict


def claim(settings: InpaintingSettings) -> str:
    """What the page is about, with these images."""
    shown = "Draw half a digit" if subject.are_digits(settings) else "Show half an image"
    return f"{shown}: an infinitely wide hypernetwork finishes it"


def verdict(result: InpaintingResult) -> Verdict:
    """The view's own; of the gallery the paper's ordering, NNGP before HK, given only beyond two standard errors."""
    settings = result.settings
    if result.doing:
        return Verdict(result.doing, "measuring")
    if settings.view != views.GALLERY:
        return views_report.verdict(result)
    errors = {kernel: result.errors.get((settings.images, kernel)) for kernel in settings.kernels}
    said = ", ".join(f"{NAMES[k]} {_with_error(e)}" for k, e in errors.items() if e)
    if not said:
        return Verdict(f"Solving {settings.images:,} images, lowest frequencies first.", "measuring")
    text = f"Mean squared error after {settings.images:,} images: {said}{_printed(settings)}."
    if result.lead is None:
        return Verdict(text, "measured" if len(errors) == 1 else "measuring")
    gap, noise = result.lead
    paired = f"{abs(gap):.2g} ± {2 * noise:.1g} on the same {subject.noun(settings)}s"
    if abs(gap) > 2 * noise and not subject.are_digits(settings):
        order = "NNGP beats HK" if gap > 0 else "HK beats NNGP"
        return Verdict(f"{order}, by {paired}; on digits the paper finds that NNGP does. {text}", "measured")
    if gap > 2 * noise:
        return Verdict(f"NNGP beats HK, by {paired}, as in the paper. {text}", "holds")
    if gap < -2 * noise:
        return Verdict(f"HK beats NNGP here, by {paired}, against the paper. {text}", "differs")
    return Verdict(f"NNGP and HK differ by less than the error, {paired}. {text}", "undecided")


def _with_error(error: Error) -> str:
    digits = max(2, 1 - math.floor(math.log10(2 * error.mse_stderr))) if error.mse_stderr > 0 else 4
    return f"{error.mse:.{digits}f} ± {2 * error.mse_stderr:.{digits}f}"


def _printed(settings: InpaintingSettings) -> str:
    found = {k: paper(settings, k, settings.images) for k in settings.kernels}
    printed = ", ".join(f"{NAMES[k]} {value}" for k, value in found.items() if value)
    return f" (paper, with 20 pixels an image: {printed})" if printed else ""


def paper(settings: InpaintingSettings, kernel: str, images: int) -> float | None:
    """The paper's error, which is of digits, or None where it gives none."""
    return table1.paper(settings.task, kernel, images) if subject.are_digits(settings) else None


def progress(result: InpaintingResult) -> str:
    """How far the study is, and over how many images its errors are."""
    if result.doing:
        return result.doing
    if result.settings.view != views.GALLERY:
        doing = getattr(result.view, "doing", "Computing.")
        return " ".join(["Done." if result.finished else doing, *result.notes])
    runs = max((error.runs for error in result.errors.values()), default=0)
    done = len({images for images, _ in result.errors})
    tested = f"{min(TESTED, len(subject.tests(result.settings)))} test {subject.noun(result.settings)}s"
    said = f"Errors: mean ± 2 standard errors over {f'{runs} runs' if runs > 1 else tested}"
    said += f"; {done} of {len(result.settings.sizes)} points of the curve"
    under_way = "" if result.finished else f", {result.progress:.0%} of the system at hand"
    return " ".join([said + under_way + ".", *result.notes])


def alt(result: InpaintingResult, figure: str = "") -> str:
    """A figure in words, for those who do not see it."""
    noun, shown = subject.noun(result.settings), len(result.gallery.truth)
    if figure == "own":
        own = result.own
        count = int(own.hidden.sum()) if own else 0
        state = "completed" if own and own.finished else "being completed"
        return f"One {noun} of which f does not see {count} pixels, {state} by each kernel. {about(result)}"
    if result.settings.view != views.GALLERY:
        return views_report.alt(result, figure)
    return f"Rows of {shown} {noun}s: truth, what f sees, and each kernel's completion. {verdict(result).text}"


def about(result: InpaintingResult) -> str:
    """What is to be seen of the one digit, or image."""
    own = result.own
    if own is None or own.given is None or not result.settings.kernels:
        return f"One {subject.noun(result.settings)}: what f sees of it, and what each kernel makes of that."
    where = own.hidden if own.hidden.any() else np.ones_like(own.hidden)
    unsure = float(np.sqrt((own.given.deviation[where] ** 2).mean()))
    part = "the hidden part" if own.hidden.any() else "the picture"
    said = (
        f"NNGP and HK see f's input alone; “with own pixels” also knows the visible ones: {part} within ± {unsure:.2f}"
    )
    return f"{said} (one standard deviation; bright: unsure, up to 0.5). Samples are equally likely completions."


def best(result: InpaintingResult) -> dict[str, Any]:
    """The settings that the marginal likelihood prefers so far; none in another view."""
    return likelihood.best(result.view) if isinstance(result.view, likelihood.Likelihood) else {}


def table(result: InpaintingResult) -> pd.DataFrame:
    """Tidy: one row per N, kernel and quantity, averaged over runs, with the paper's number where it gives one."""
    settings = result.settings
    kept = (
        "dataset",
        "task",
        "hidden",
        "pixels",
        "depth_f",
        "depth_g",
        "activation_f",
        "activation_g",
        "bandwidth",
        "ridge",
    )
    shared = {name: value for name, value in dataclasses.asdict(settings).items() if name in kept}
    rows = []
    if settings.view != views.GALLERY:
        return pd.DataFrame([shared | {"images": settings.images} | row for row in views_report.rows(result)])
    for (images, kernel), error in sorted(result.errors.items()):
        at = shared | {"images": images, "kernel": kernel, "runs": error.runs}
        printed = paper(settings, kernel, images)
        rows.append(at | {"quantity": "mse", "value": error.mse, "stderr": error.mse_stderr, "paper": printed})
        if settings.task == "inpainting":
            rows.append(at | {"quantity": "mse_hidden", "value": error.mse_hidden, "stderr": error.mse_hidden_stderr})
    return pd.DataFrame(rows, columns=[*shared, "images", "kernel", "runs", "quantity", "value", "stderr", "paper"])


def code(settings: InpaintingSettings) -> str:
    """A few lines that reproduce the numbers of the chart."""
    return recipe("inpainting", settings)


EXPLANATION = (
    "What you see, and the formula",
    """
The hypernetwork *f* looks at an image, or at what is left of it, and writes the weights of *g*; *g* turns a pixel's
coordinates into its grey value. When both are infinitely wide, training f is kernel regression with the hyperkernel Θ_h
(**HK**). Regression with Λ (**NNGP**) is Bayesian inference with the untrained hypernetwork as its prior. Nothing is
trained for them: these are the exact limits.

- **The one digit**, drawn on the canvas or picked: NNGP and HK are the plain regressions, which know of it what f sees.
  *With own pixels* the NNGP is conditioned on the visible pixels too: then its uncertainty varies over the picture, and
  samples show what it takes for possible. Its amplitude is the likeliest one for the training images.
- **Gallery**: the truth, what f sees, and what each kernel completes; every digit is from the test set. Predictions
  sharpen while higher frequencies are solved.
- **Curve**: the error over test digits against the number of training images, and the paper's Table 1 as crosses; HN is
  its trained hypernetwork (for N = 500 and inpainting it prints 0.49, off this scale: the column suggests 0.049).

With *all* pixels the N · 784 equations are solved **exactly**: on a torus of 28 × 28 pixels the kernel depends on the
offset of two pixels only, so a Fourier transform splits the system into 120 systems of size N. The paper trains on 20
random pixels an image, which makes its errors larger than ours; choose 20 pixels to compare like with like. It leaves
depths and bandwidth open, so a difference may remain. Digits are the 5,000 built in: 500 of them for tests, never
trained on. The one digit is always completed from all pixels.

**Other images** (*data* under *More settings*): full MNIST and CIFAR-10 are downloaded once; *own* are the square
images in the folder or .npz that the environment variable `HYPERVIZ_IMAGES` names where the app runs, a fifth of them
kept for tests. Colours are three outputs of h that share one kernel, which sees all three, and so one factorisation.

**Training** replaces the ridge by time: (λ + ε)⁻¹ becomes (1 − e^(−2λt))/λ for every eigenvalue λ, in the unit of
dh/dt = −2Θ_h(h − y). **Uncertainty**, **likelihood** belong to the NNGP, which is a prior; HK's are scores alone.

**Network** trains a finite hypernetwork, HN, by Adam on 20 random pixels an image (or as many as you choose), and gives
both kernels the same pixels. Its depths and ℓ are those above, ℓ through 64 random Fourier features of the pixel.
""",
    r"\hat y(u) = \big(\Theta_h(u,u_1),\dots,\Theta_h(u,u_N)\big)\,\big(\Theta_h(U,U)+\varepsilon I\big)^{-1} Y",
)
