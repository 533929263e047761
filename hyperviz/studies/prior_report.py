"""What the prior study has to say: verdict, table, code, words."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hyperviz.studies import prior_tables
from hyperviz.studies.prior import PriorResult, PriorSettings
from hyperviz.studies.prior_lines import DRAWS, LINES, NARROW_F, NARROW_G, WIDTHS
from hyperviz.studies.verdicts import Verdict

FEW = 256  # draws before anything is said of them


def verdict(result: PriorResult) -> Verdict:
    """How far this network's output is from Theorem 2's Gaussian, and whether the distance falls as it says."""
    settings, count = result.settings, len(result.outputs.value)
    if count < min(FEW, settings.draws):
        return Verdict(f"Is h(u) Gaussian at n = {settings.width_f:,}, m = {settings.width_g:,}?", "measuring")
    here = _here(result)
    if "lines" not in result.parts:
        return Verdict(here, "measured")
    fits = result.parts["lines"].fits.values()
    complete = len(fits) == len(LINES) and min(result.parts["lines"].draws.values()) == DRAWS
    if settings.depth_f == settings.depth_g == 1:
        return Verdict(f"{here} Without hidden layers it is Gaussian at any width.", "holds")
    if not complete or any(fit.slope is None for fit in fits):
        return Verdict(here, "undecided" if result.finished else "measuring")
    slopes = ", ".join(f"{fit.slope.value:+.1f} when {name}" for name, fit in result.parts["lines"].fits.items())
    nearer = [abs(fit.slope.value - fit.claim) < abs(fit.slope.value - fit.other) for fit in fits]
    numbers = f"Slopes of the KS distance: {slopes}."
    if any(fit.slope.excludes(fit.claim) and not near for fit, near in zip(fits, nearer, strict=True)):
        return Verdict(f"{here} These slopes disagree with Theorem 2. {numbers}", "differs")
    if all(fit.slope.excludes(fit.other) and near for fit, near in zip(fits, nearer, strict=True)):
        return Verdict(f"{here} {_holds(settings)} {numbers}", "holds")
    return Verdict(f"{here} {numbers} The intervals do not decide.", "undecided")


def _holds(settings: PriorSettings) -> str:
    if min(settings.depth_f, settings.depth_g) > 1:
        return "The distance vanishes only when f and g widen together (Theorem 2)."
    flat, wide = ("f", "g") if settings.depth_f == 1 else ("g", "f")
    return f"{flat} has no hidden layer and no width: the distance vanishes as {wide} alone widens."


def _here(result: PriorResult) -> str:
    """One sentence on the histogram: distance, kurtosis, their errors, and what the test of the draws says."""
    settings, count = result.settings, len(result.outputs.value)
    assert result.normality is not None
    excess, distance = result.normality
    drawn, critical = result.ks_of_draws
    is_it = "not Gaussian" if drawn > critical else "Gaussian, as far as these draws can tell"
    where = f"At n = {settings.width_f:,}, m = {settings.width_g:,}"
    return (
        f"{where} h(u) is {is_it}: KS distance {_said(distance)}, excess kurtosis {_said(excess)} "
        f"({count:,} draws, whose own KS distance is {drawn:.3f}; 95 % of Gaussian samples stay below "
        f"{critical:.3f})."
    )


def _said(measure) -> str:
    """As many digits as the error allows."""
    if not measure.stderr > 0:
        return f"{measure.value:.2g}"
    digits = int(np.clip(1 - np.floor(np.log10(measure.stderr)), 0, 6))
    return f"{measure.value:.{digits}f} ± {measure.stderr:.{digits}f}"


def progress(result: PriorResult) -> str:
    """How far the study is, and what a slow position costs."""
    settings, count = result.settings, len(result.outputs.value)
    said = (
        f"{count:,} of {settings.draws:,} random networks drawn at n = {settings.width_f:,}, m = {settings.width_g:,}"
    )
    if result.finished:
        return f"{said}. Finished."
    slow = f"; one takes about {result.seconds:.1f} s here" if result.seconds >= 0.1 else ""
    return said + slow + (f", {result.progress:.0%} of the next ones" if slow else "") + "."


def alt(result: PriorResult) -> str:
    """The pictures in words, for those who do not see them."""
    return f"{progress(result)} {verdict(result).text}"


def table(result: PriorResult) -> pd.DataFrame:
    """Tidy: settings that vary, then quantity, value, stderr, theory."""
    return prior_tables.table(result)


def code(settings: PriorSettings) -> str:
    """A few lines that reproduce the numbers of the chart."""
    return f"""from hyperviz.studies.prior import PriorSettings, stream
from hyperviz.studies.prior_report import table

for result in stream({settings!r}):
    pass
print(table(result).to_string())

# or the library itself: the first outputs of the histogram, and the limit
from hyperviz.studies import draws, prior_settings
from hyperviz.theory import analytic, sampling

settings = {settings!r}
x, z = prior_settings.pair()
keys = draws.keys({settings.seed}, 0, 0, 256)
print(sampling.values(keys, x, z, **prior_settings.architecture(settings))[:8, 0])
print(analytic.kernels(x, z, **prior_settings.model(settings)).nngp)
"""


EXPLANATION = (
    "What you see, and the formula",
    f"""
With random weights the output h(x, z) of a hypernetwork is random. Theorem 2 of *On Infinite-Width Hypernetworks* says
that it becomes a Gaussian process with kernel Λ^H when **both** f and g widen; a wide f alone is not enough.

- **Histogram**: outputs of independent random networks at one input u. Dashed: the Gaussian N(0, Λ^H) of the theorem.
  Given its hidden layers the output *is* Gaussian, with a random variance v; the solid curve is the average of these
  Gaussians over the draws, so it is the density at these widths with little noise. h is Gaussian exactly when v is not
  random. **KS distance**: the largest difference of the two distribution functions, 0 to 1. **Excess kurtosis**:
  3 Var(v)/E[v]², 0 for a Gaussian; at small widths a few draws carry it. ± is one bootstrap standard error.
- **prior**: the KS distance along three lines of widths; while f widens m stays {NARROW_G}, while g widens n is
  {NARROW_F}; {DRAWS:,} draws at each of the widths {WIDTHS[0]} to {WIDTHS[-1]:,}, bars are ± 2 standard errors. Beside
  it the joint law of two inputs.
- **functions**: draws of z ↦ h(x, z): networks of your widths beside draws of the Gaussian process, raw z or Fourier
  features of bandwidth ℓ; and several x that share one network: similar x, similar functions.
- **kernel**: Corollary 1 (Λ^H and Θ_h depend on two numbers, Σ^0(z, z′) and S^0(x, x′), where |x|² = n₀), Remarks 2
  and 3 (with Fourier features only the distance ‖z − z′‖ counts), and how k random features approach their limit.
- **depth**: what happens to the correlations and the condition number as f or g gets deeper.

ReLU is scaled by √2 as in the paper; other activations are scaled so that a layer keeps its second moment. Duals of
erf and GELU are closed forms; tanh is a mixture of {16} erfs, exact to 1e-8.
""",
    r"h \to \mathcal{GP}(0, \Lambda^H),\quad \Lambda^{l} = \Sigma^{l-1}\odot S,\quad"
    r" \Sigma^l = 2\,\mathbb{E}_{\mathcal{N}(0,\Lambda^l)}[\phi\phi'],\qquad m, n\to\infty",
)
