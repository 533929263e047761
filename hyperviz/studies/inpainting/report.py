"""Say what the inpainting study found: verdict, table, code, words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hyperviz.studies.common.intervals import interval
from hyperviz.studies.common.recipe import recipe
from hyperviz.studies.common.tidy import tidy
from hyperviz.studies.common.verdict import Verdict
from hyperviz.studies.inpainting import image_set, paper_table1
from hyperviz.studies.inpainting.paper_table1 import NAMES
from hyperviz.studies.inpainting.settings import GALLERY, InpaintingSettings
from hyperviz.studies.inpainting.study import InpaintingResult
from hyperviz.studies.inpainting.train_test_split import TESTED
from hyperviz.studies.inpainting.views import marginal_likelihood
from hyperviz.studies.inpainting.views import report as views_report
from hyperviz.studies.table1 import report as table1_report

KEPT = ("dataset", "task", "hidden", "pixels", "depth_f", "depth_g", "activation_f", "activation_g")
KEPT += ("bandwidth", "ridge")
COLUMNS = ["images", "kernel", "runs", "quantity", "value", "stderr", "paper"]
CLAIM = "Table 1"
RULE = (
    "Table 1 of the paper: regression with the NNGP has a smaller error than with the hyperkernel (HK), for every "
    "number of images and both tasks. It is judged by the stored runs, made as the paper's: it holds where NNGP is "
    "ahead in all cells. A value of the paper is within reach where a mean of 20 runs like ours could give it."
)


def title(settings: InpaintingSettings) -> str:
    """Return what the page asks, with these images."""
    half = "half a digit" if image_set.are_digits(settings) else "half an image"
    return f"Can an infinitely wide hypernetwork finish {half}?"


def verdict(result: InpaintingResult) -> Verdict:
    """Return what is measured here; of the gallery also Table 1, as its stored runs judge it."""
    settings = result.settings
    if result.doing:
        return Verdict(result.doing, "measuring")
    if settings.view != GALLERY:
        return views_report.verdict(result)
    here = _here(result)
    if not image_set.are_digits(settings):
        return Verdict(here, "measured" if result.finished else "measuring")
    state, evidence = table1_report.judged()
    return Verdict(here, state, CLAIM, evidence, RULE)


def _here(result: InpaintingResult) -> str:
    """Return the errors of the kernels, and which is ahead on the same images, with its 95 % interval."""
    settings = result.settings
    pixels = "all pixels" if settings.pixels == "all" else f"{settings.pixels} pixels an image"
    at = f"N = {settings.images:,}, {pixels}"
    said, ridge = _errors(result, settings.kernels or settings.references), _errors(result, ("ridge",))
    ridge = f"; {ridge}" * bool(ridge and settings.kernels)
    if not said:
        return f"{at}: solving, lowest frequencies first."
    if result.lead is None:
        return f"{at}: squared error {said}{ridge}."
    gap, noise = result.lead
    ahead = "NNGP" if gap > 0 else "HK"
    low, high = interval(abs(gap), noise)
    by = f"{abs(gap):.4f} [{low:.4f}, {high:.4f}]".replace("-", "−")
    noun = image_set.image_noun(settings)
    return f"{at}: squared error {said}; {ahead} is ahead by {by} on the same {noun}s{ridge}."


def _errors(result: InpaintingResult, methods: tuple[str, ...]) -> str:
    """Return the squared errors of these methods at the chosen N, as far as they are known."""
    errors = {method: result.errors.get((result.settings.images, method)) for method in methods}
    return ", ".join(f"{NAMES[method]} {error.mse:.4f}" for method, error in errors.items() if error)


def paper(settings: InpaintingSettings, kernel: str, images: int) -> float | None:
    """Return the paper's error, which is of digits, or None where it gives none."""
    return paper_table1.paper(settings.task, kernel, images) if image_set.are_digits(settings) else None


def progress(result: InpaintingResult) -> str:
    """Return how far the study is, and over how many images its errors are."""
    if result.doing:
        return result.doing
    if result.settings.view != GALLERY:
        doing = getattr(result.view, "doing", "Computing.")
        return " ".join(["Done." if result.finished else doing, *result.notes])
    runs = max((error.runs for error in result.errors.values()), default=0)
    done = len({images for images, _ in result.errors})
    tested = f"{min(TESTED, len(image_set.tests(result.settings)))} test {image_set.image_noun(result.settings)}s"
    said = f"Errors: mean ± 2 standard errors over {f'{runs} runs' if runs > 1 else tested}"
    said += f"; {done} of {len(result.settings.sizes)} points of the curve"
    under_way = "" if result.finished else f", {result.progress:.0%} of the system at hand"
    return " ".join([said + under_way + ".", *result.notes])


def fraction(result: InpaintingResult) -> float:
    """Return how much of the run is done: of the errors' systems, or of the one under way."""
    if result.settings.view != GALLERY:
        return 1.0 if result.finished else 0.0
    runs, sizes, kernels = result.settings.runs, len(result.settings.sizes), len(result.settings.methods)
    return sum(error.runs for error in result.errors.values()) / max(1, runs * sizes * kernels)


def alt(result: InpaintingResult, figure: str = "") -> str:
    """Return a figure in words, for those who do not see it."""
    noun, shown = image_set.image_noun(result.settings), len(result.gallery.truth)
    if figure == "own":
        query = result.query
        count = int(query.hidden.sum()) if query else 0
        state = "completed" if query and query.finished else "being completed"
        return f"One {noun} of which f does not see {count} pixels, {state} by each kernel. {about(result)}"
    if result.settings.view != GALLERY:
        return views_report.alt(result, figure)
    what = {
        "error": "The squared error against the number of training images N, one curve a method.",
        "stored": "The stored table's squared errors against N, and those computed live as rings.",
        "stored_hidden": "The stored squared errors on the hidden half alone against N, one curve a method.",
    }.get(figure, f"Rows of {shown} {noun}s: truth, what f sees, and each method's completion.")
    return f"{what} {verdict(result).text}"


def about(result: InpaintingResult) -> str:
    """Return what is to be seen of the one digit, or image."""
    query = result.query
    if query is None or query.posterior is None or not result.settings.kernels:
        return f"What f sees of one {image_set.image_noun(result.settings)}, and what each kernel makes of that."
    where = query.hidden if query.hidden.any() else np.ones_like(query.hidden)
    unsure = float(np.sqrt((query.posterior.deviation[where] ** 2).mean()))
    part = "the hidden part" if query.hidden.any() else "the picture"
    return (
        f"Best guess: the untrained wide network (NNGP), told the visible pixels; typical error of {part}: "
        f"{unsure:.2f}, where black is 0 and white 1. NNGP and HK alone see f's input only."
    )


def best(result: InpaintingResult) -> dict[str, Any]:
    """Return the settings that the marginal likelihood prefers so far; none in another view."""
    return marginal_likelihood.best(result.view) if isinstance(result.view, marginal_likelihood.Likelihood) else {}


def table(result: InpaintingResult) -> pd.DataFrame:
    """Return the numbers, tidy: axes, seed, version, verdict, then one row per N, kernel and quantity.

    Each row has the paper's number beside it.
    """
    settings, rows = result.settings, []
    if settings.view != GALLERY:
        rows = [{"images": settings.images} | row for row in views_report.rows(result)]
    for (images, kernel), error in sorted(result.errors.items()) if settings.view == GALLERY else ():
        at = {"images": images, "kernel": kernel, "runs": error.runs}
        printed = paper(settings, kernel, images)
        rows.append(at | {"quantity": "mse", "value": error.mse, "stderr": error.mse_stderr, "paper": printed})
        if settings.task == "inpainting":
            rows.append(at | {"quantity": "mse_hidden", "value": error.mse_hidden, "stderr": error.mse_hidden_stderr})
    if result.lead and settings.view == GALLERY:
        gap, noise = result.lead
        rows.append({"images": settings.images, "quantity": "hk_minus_nngp", "value": gap, "stderr": noise})
    columns = None if settings.view != GALLERY else COLUMNS
    found = pd.DataFrame(rows, columns=columns)
    if "stderr" in found:
        found["low"], found["high"] = interval(found.value, found.stderr)
    return tidy(found, settings, verdict(result).state, KEPT)


def draws(result: InpaintingResult) -> pd.DataFrame:
    """Return every pixel of the images shown: truth, what f sees, and each kernel's completion, 0 black to 255."""
    shown = result.gallery
    pictures = {"truth": shown.truth, "seen": shown.seen, **shown.predicted}
    columns = {name: np.asarray(images).reshape(-1) for name, images in pictures.items()}
    at = np.indices(shown.truth.shape).reshape(shown.truth.ndim, -1)
    axes = dict(zip(("image", "row", "column", "colour"), at, strict=False))
    return pd.DataFrame(axes | columns)


def code(settings: InpaintingSettings) -> str:
    """Return a few lines that reproduce the numbers of the chart."""
    return recipe("inpainting", settings)


EXPLANATION = (
    "What you see, and the formula",
    """
The hypernetwork *f* looks at an image, or at what is left of it, and writes the weights of *g*; *g* turns a pixel's
coordinates into its grey value. When both are infinitely wide, training f is kernel regression with the hyperkernel Θ_h
(**HK**). Regression with Λ (**NNGP**) is Bayesian inference with the untrained hypernetwork as its prior. Nothing is
trained for them: these are the exact limits.

- **The one digit**, drawn on the canvas or picked. *Best guess*: the NNGP, conditioned on the visible pixels too; its
  amplitude is the likeliest one for the training images. *How unsure*: one standard deviation, 0 sure, 0.5 guessing.
  *Possible*: three completions that are equally likely. NNGP and HK are the plain regressions, which know of the digit
  what f sees.
- **Gallery**: the truth, what f sees, and what each kernel completes; every digit is from the test set. Predictions
  sharpen while higher frequencies are solved.
- **Curve**: the error over test digits against the number of training images, and the paper's Table 1 as crosses; HN is
  its trained hypernetwork (for N = 500 and inpainting it prints 0.49, off this scale: the column suggests 0.049).

- **Without a hypernetwork**: the *mean image*; *neighbours*, the mean of the training images that look most alike where
  f sees them; *plain ridge*, kernel ridge regression with an RBF kernel from the visible pixels to every pixel. It has
  no z and no hypernetwork. Their settings are chosen on the same validation digits by the same error as the kernels'.
  **On the hidden half plain ridge is level with the kernels**, learnt from all pixels; where f sees the whole image it
  is far ahead. On the hidden half HN of 50 or 100
  images (20 pixels of each) is worse than the mean of as many whole images. From
  20 random pixels ridge has, for each pixel, only the images that are seen at it, and the kernels, which know where a
  pixel lies, are ahead.

With *all* pixels the N · 784 equations are solved **exactly**: on a torus of 28 × 28 pixels the kernel depends on the
offset of two pixels only, so a Fourier transform splits the system into 120 systems of size N. The paper trains on 20
random pixels an image, which makes its errors larger than ours; choose 20 pixels to compare like with like. It leaves
depths and bandwidth open, so a difference may remain. Digits are the 5,000 built in: 500 of them for tests, never
trained on. The one digit is always completed from all pixels.

**Other images** (*data* under *More settings*): full MNIST and CIFAR-10 are downloaded once; *own* are the square
images in the folder or array that the environment variable `HYPERVIZ_IMAGES` names where the app runs, a fifth of them
kept for tests. Colours are three outputs of h that share one kernel, which sees all three, and so one factorisation.

**Training** replaces the ridge by time: (λ + ε)⁻¹ becomes (1 − e^(−2λt))/λ for every eigenvalue λ, in the unit of
dh/dt = −2Θ_h(h − y). **Uncertainty**, **likelihood** belong to the NNGP, which is a prior; HK's are scores alone.

**Rivals** asks what plain methods do as well: one posterior for any mask, coordinates between the pixels, few pixels.
**CNN**, in the stored table, is a small U-shaped convolutional network trained on the same images and pixels (16 and 32
channels, Adam, stopped by the digits that stop HN); it has no posterior, and needs another training for another mask.

**Network** trains a finite hypernetwork, HN, by Adam on 20 random pixels an image (or as many as you choose), and gives
both kernels the same pixels. Its depths and ℓ are those above, ℓ through 64 random Fourier features of the pixel.

**How the verdict is made.** """
    + RULE,
    r"\hat y(u) = \big(\Theta_h(u,u_1),\dots,\Theta_h(u,u_N)\big)\,\big(\Theta_h(U,U)+\varepsilon I\big)^{-1} Y",
)
