"""What the prior study has to say: verdict, table, code, words."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hyperviz.studies import prior_tables
from hyperviz.studies.prior import PriorResult, PriorSettings
from hyperviz.studies.prior_claims import claim
from hyperviz.studies.prior_lines import DRAWS, FITTED, NARROW_F, NARROW_G, WIDE, WIDE_DRAWS, WIDTHS
from hyperviz.studies.recipe import recipe
from hyperviz.studies.verdicts import Verdict
from hyperviz.theory.duals import SCALES
from hyperviz.theory.written import WIDEST

FEW = 256  # draws before anything is said of them


def verdict(result: PriorResult) -> Verdict:
    """How far this network's output is from Theorem 2's Gaussian, and what the view below finds of its claim."""
    settings, count = result.settings, len(result.outputs.value)
    if count < min(FEW, settings.draws) or result.normality is None:
        return Verdict(f"Is h(u) Gaussian at n = {settings.width_f:,}, m = {settings.width_g:,}?", "measuring")
    found = claim(result)
    return Verdict(f"{_here(result)} {found.text}".strip(), found.state)


def _here(result: PriorResult) -> str:
    """One sentence on the histogram: distance, kurtosis, their errors, and what the draws alone would tell."""
    settings, count = result.settings, len(result.outputs.value)
    assert result.normality is not None
    excess, distance = result.normality
    drawn, critical = result.ks_of_draws
    tell = "tells" if drawn > critical else "does not tell"
    return (
        f"At n = {settings.width_f:,}, m = {settings.width_g:,} the law of h(u) is a KS distance of {_said(distance)} "
        f"from its limit, excess kurtosis {_said(excess)}; the KS test of {count:,} draws {tell} them apart."
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
    return recipe(
        "prior",
        settings,
        f"""
# or the library itself: the first outputs of the histogram, and the limit
from hyperviz.studies import draws, prior_settings
from hyperviz.theory import analytic, sampling

settings = {settings!r}
x, z = prior_settings.pair()
keys = draws.keys({settings.seed}, 0, 0, 256)
print(sampling.values(keys, x, z, **prior_settings.architecture(settings))[:8, 0])
print(analytic.kernels(x, z, **prior_settings.model(settings)).nngp)
""",
    )


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
  {NARROW_F}. {DRAWS:,} draws at each width up to {WIDE:,}, {WIDE_DRAWS} at wider ones, up to {WIDTHS[-1]:,}; bars are
  ± 2 standard errors; slopes are fitted from width {FITTED[0]} to {WIDE:,}. A few draws of a narrow network lie
  further from the Gaussian than many. Beside it the joint law of two inputs.
- **functions**: draws of z ↦ h(x, z): networks of your widths beside draws of the Gaussian process, raw z or Fourier
  features of bandwidth ℓ; and several x that share one network: similar x, similar functions.
- **kernel**: Corollary 1 (Λ^H and Θ_h depend on two numbers, Σ^0(z, z′) and S^0(x, x′), where |x|² = n₀), Remarks 2
  and 3 (with Fourier features only the distance ‖z − z′‖ counts), and how k random features approach their limit. Θ_h
  of a smooth φ is measured with at most {WIDEST} neurons in a layer of g, whose weights are written out there.
- **depth**: what happens to the correlations and the condition number as f or g gets deeper.

ReLU is scaled by √2 as in the paper; other activations are scaled so that a layer keeps its second moment. Duals of
erf and GELU are closed forms; tanh is a mixture of {SCALES} erfs, its duals exact to 1e-8.
""",
    r"h \to \mathcal{GP}(0, \Lambda^H),\quad \Lambda^{l} = \Sigma^{l-1}\odot S,\quad"
    r" \Sigma^l = 2\,\mathbb{E}_{\mathcal{N}(0,\Lambda^l)}[\phi\phi'],\qquad m, n\to\infty",
)
