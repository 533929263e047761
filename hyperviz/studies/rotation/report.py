"""Say what the rotation study found: verdict, table, code, words."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from hyperviz.data import datasets
from hyperviz.studies.common.intervals import interval, sign_state, together
from hyperviz.studies.common.recipe import recipe
from hyperviz.studies.common.tidy import tidy
from hyperviz.studies.common.verdict import Verdict, signed
from hyperviz.studies.rotation import stored_run
from hyperviz.studies.rotation.comparisons import CHANCE, FALLS, RISES, Answer, accuracies, answers, best_rates
from hyperviz.studies.rotation.settings import RotationSettings
from hyperviz.studies.rotation.study import RotationResult
from hyperviz.studies.rotation.training_loop import Curve

CLAIM = "Figure 2"
RULE = (
    "Figure 2 of the paper: accuracy rises with the width m of g and falls with its depth H. It is judged by a run of "
    "all nine networks, the stored one where this is none: by the last accuracies, wide minus narrow (averaged over "
    "the depths) and shallow minus deep (averaged over the widths). It holds where both 95 % intervals lie above 0, "
    "and differs where one lies below 0."
)


def verdict(result: RotationResult) -> Verdict:
    """Return what this run has measured, and Figure 2 judged by a run of its nine networks: this or the stored one."""
    own = {answer.question for answer in answers(result)} == {RISES, FALLS}
    whole = result if own and result.finished and result.settings.compare == "all" else stored_run.stored()
    found = [answer for answer in answers(whole) if answer.when == "end"]
    state = together(sign_state(*interval(answer.difference, answer.error)) for answer in found)
    said = "; ".join(f"{_difference(answer)} {answer.between}" for answer in found)
    return Verdict(_here(result), state, CLAIM, f"{'this' if whole is result else 'stored'} run: {said}", RULE)


def _here(result: RotationResult) -> str:
    """Return what has been trained at the chosen settings, in one sentence."""
    if not result.finished and not result.progress:
        return result.doing or "Training begins."
    if result.settings.compare == "rates":
        return _rates(result)
    found = [answer for answer in answers(result) if answer.when == "end"]
    if not found:
        return f"{_reached(result)}."
    said = "; ".join(f"{_difference(answer)} {answer.between}" for answer in found)
    return f"This run, after epoch {found[0].epoch}: accuracy {said}."


def _difference(answer: Answer) -> str:
    """Return better minus worse, with the 95 % interval: a rise with the width, a fall with the depth."""
    way = 1 if answer.question == RISES else -1
    value, slack = way * answer.difference, answer.slack
    return f"{signed(value)} [{signed(value - slack)}, {signed(value + slack)}]"


def _rates(result: RotationResult) -> str:
    best = best_rates(result)
    if not best:
        return "Training at every learning rate begins."
    said = ", ".join(f"m = {m}: {accuracy:.2f} at µ = {rate:g}" for m, (rate, accuracy) in best.items())
    return f"Best so far: {said} (guessing gives {CHANCE:.2f})."


def _reached(result: RotationResult) -> str:
    """Return the last accuracy of each configuration."""
    found = []
    for config, curve in result.curves.items():
        epochs, mean, _ = accuracies(curve)
        if len(epochs):
            found.append(
                f"H = {config.depth_g}, m = {config.width_g}, µ = {config.rate:g}: {mean[-1]:.2f} at epoch {epochs[-1]}"
            )
    return f"Test accuracy: {'; '.join(found)}" if found else "No network tested yet"


def progress(result: RotationResult) -> str:
    """Return how far the study is, and what its numbers are averages of."""
    settings = result.settings
    title = datasets.TITLES[settings.dataset]
    said = f"{title}: {settings.images:,} training pairs, {settings.tested:,} test pairs of other images; "
    said += f"mean ± 2 standard errors over {settings.runs} runs" if settings.runs > 1 else "one run: no error bar"
    left = f", about {_duration(result.left)} left" if result.left else ""
    state = "finished" if result.finished else f"{result.progress:.0%} trained{left}"
    lost = sum(map(_diverged, result.curves.values()))
    note = f" {lost} runs diverged: their loss is no longer a number; lower µ." if lost else ""
    return f"{result.doing} {said}; {state}.{note}".strip()


def _duration(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds > 90 else f"{10 * max(round(seconds / 10), 1)} s"


def _diverged(curve: Curve) -> int:
    """Return how many runs have a loss that is no number in an epoch that they have been tested after."""
    tested = (~np.isnan(curve.accuracy)).sum(axis=1) - 1
    per_epoch = _per_epoch(curve)
    lost = np.isnan(per_epoch).any(axis=2) & (np.arange(per_epoch.shape[1]) < tested[:, None])
    return int(lost.any(axis=1).sum())


def _per_epoch(curve: Curve) -> np.ndarray:
    """Return losses (runs, epochs, steps); no steps where they are not stored."""
    runs, epochs = curve.accuracy[:, 1:].shape
    return curve.loss.reshape(runs, epochs, curve.loss.shape[1] // epochs)


class _Loss(NamedTuple):
    """Hold the training loss of an epoch: its mean over runs that have a number, and its standard error."""

    epoch: int
    mean: float
    error: float


def _losses(curve: Curve) -> list[_Loss]:
    """Return the training loss of each epoch that a run has ended."""
    found = []
    for epoch, losses in enumerate(np.moveaxis(_per_epoch(curve), 1, 0), 1):
        runs = losses[~np.isnan(losses).any(axis=1)]
        if runs.size:
            runs = runs.mean(axis=1)
            error = runs.std(ddof=1) / len(runs) ** 0.5 if len(runs) > 1 else np.nan
            found.append(_Loss(epoch, runs.mean(), error))
    return found


def fraction(result: RotationResult) -> float:
    """Return how much of the whole run is done."""
    return result.progress


def alt(result: RotationResult, chart: str = "") -> str:
    """Return one chart in words, for those who do not see it."""
    if chart == "examples":
        angles = ", ".join(f"{30 * label}°" for label in result.examples.label) if result.examples else "none yet"
        return f"Pairs of test images, x above and z below; the angles between them are {angles}."
    if chart == "loss":
        last = {config: losses[-1].mean for config, curve in result.curves.items() if (losses := _losses(curve))}
        said = [f"H = {H}, m = {m}, µ = {rate:g}: {value:.3g}" for (H, m, rate), value in sorted(last.items())]
        return f"Training loss. {'; '.join(said) or 'No step yet'}."
    return f"Accuracy on test pairs while networks train. {_reached(result)}. {progress(result)}"


def stored_words(result: RotationResult) -> str:
    """Return what the stored run is and where it differs from the paper's, in two sentences."""
    s = result.settings
    return (
        f"Computed before, on {s.images:,} pairs of built-in digits at {s.size} × {s.size}, {s.epochs} epochs, µ = "
        f"{s.learning_rate:g}, mean ± 2 standard errors over {s.runs} runs. The paper: 10,000 images of full MNIST at "
        f"28 × 28, 100 epochs, µ = 0.01, 100 runs. {_guessing(result)}"
    ).strip()


def _guessing(result: RotationResult) -> str:
    """Return which networks are not beyond guessing yet: the paper's 100 epochs are many more."""
    bound = CHANCE + 2 * (CHANCE * (1 - CHANCE) / result.settings.tested) ** 0.5
    configurations = [
        config for config, curve in result.curves.items() if (mean := accuracies(curve)[1]).size and mean[-1] < bound
    ]
    if not configurations:
        return ""
    names = ", ".join(f"H = {config.depth_g}, m = {config.width_g}" for config in configurations)
    return f"Still no better than guessing at the end, unlike the paper's after 100 epochs: {names}."


def table(result: RotationResult) -> pd.DataFrame:
    """Return the numbers, tidy: axes, seed, version, verdict, then quantity, value, stderr, interval, over runs.

    The differences come last.
    """
    settings, rows = result.settings, []
    for config, curve in result.curves.items():
        at = {"depth_g": config.depth_g, "width_g": config.width_g, "learning_rate": config.rate}
        for epoch, mean, error in zip(*accuracies(curve), strict=True):
            rows.append(at | {"epoch": epoch, "quantity": "accuracy", "value": mean, "stderr": error})
        for epoch, mean, error in _losses(curve):
            rows.append(at | {"epoch": epoch, "quantity": "loss", "value": mean, "stderr": error})
    for answer in answers(result):
        row = {"epoch": answer.epoch, "quantity": answer.quantity, "value": answer.difference}
        rows.append(row | {"stderr": answer.error})
    columns = ["depth_g", "width_g", "learning_rate", "epoch", "quantity", "value", "stderr"]
    found = pd.DataFrame(rows, columns=columns).astype({"depth_g": "Int64", "width_g": "Int64"})
    found["low"], found["high"] = interval(found.value, found.stderr)
    kept = ("dataset", "images", "size", "angles", "parameterisation", "depth_f", "width_f", "activation_f")
    return tidy(found, settings, verdict(result).state, (*kept, "activation_g", "runs"))


def draws(result: RotationResult) -> pd.DataFrame:
    """Return the accuracy of every run: a row a network, a run and an epoch."""
    found = []
    for config, curve in result.curves.items():
        for run, row in enumerate(curve.accuracy):
            at = {"depth_g": config.depth_g, "width_g": config.width_g, "learning_rate": config.rate, "run": run}
            found.append(pd.DataFrame(at | {"epoch": range(len(row)), "accuracy": row}).dropna())
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame()


def code(settings: RotationSettings) -> str:
    """Return a few lines that reproduce the numbers of the chart."""
    return recipe("rotation", settings)


EXPLANATION = (
    "What you see, and the formula",
    f"""
*f* sees an image x turned at random, *g* sees z, the same image turned on by an angle α. The output is a guess of α
among the twelve multiples of 30°: the label is round(α/30°) mod 12, and guessing gives {CHANCE:.3f}.

- **Accuracy** is on pairs made of other images. Bands are ± 2 standard errors over runs that differ in their random
  weights and in the order of the pairs; the data are the same.
- **Loss** is the mean cross-entropy of each training batch before its step, smoothed over ten steps.
- **Stored** curves were computed before, at more training pairs than a page can do live; command and settings lie
  beside them in `hyperviz/data`. They are not the paper's: that trained on 10,000 images of full MNIST at 28 × 28.

Two parameterisations. **ntk** is the paper's: every weight standard normal, every layer divided by √fan-in. There a
learning rate is not what it is elsewhere: the paper's µ = 0.01 learns nothing in tens of epochs, µ of 1 to 10 does.
**released** is what its authors' code trains: uniform weights and biases of size 1/√fan-in, one more layer of 100
neurons at the end of f, and a g whose ReLU comes only after its first layer: all its other layers are linear. That
code also turns every image anew in each epoch and takes angles above 345° for 330°; here the pairs stay and the circle
closes.

**How the verdict is made.** {RULE}
""",
    r"h(x, z) = g(z; f(x; w)) \in \mathbb{R}^{12},\qquad w_{t+1} = w_t - \mu\,\nabla_w"
    r"\Big(\tfrac1{100}\sum_{i\in\mathrm{batch}} -\log \mathrm{softmax}(h(x_i, z_i))_{y_i}\Big)",
)
