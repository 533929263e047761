"""Say what the prior study found: verdict, table, code, words."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hyperviz.studies.common.intervals import interval
from hyperviz.studies.common.recipe import recipe
from hyperviz.studies.common.tidy import tidy
from hyperviz.studies.common.verdict import Verdict
from hyperviz.studies.kernel import report as kernel_report
from hyperviz.studies.prior import tables
from hyperviz.studies.prior.claims import RULE, claim, distance
from hyperviz.studies.prior.settings import PriorSettings
from hyperviz.studies.prior.study import PriorResult
from hyperviz.studies.prior.views.initialisation import DRAWS as OF_EACH
from hyperviz.studies.prior.views.initialisation import INPUTS, NEAR
from hyperviz.studies.prior.width_scaling import DRAWS, FITTED, NARROW_F, NARROW_G, WIDE, WIDE_DRAWS, WIDTHS
from hyperviz.theory.smooth_duals import SCALES
from hyperviz.theory.taylor.dense_g import WIDEST

FEW = 256  # draws before anything is said of them
OWN = ("heat_maps", "spectra")  # charts of the viewer's own points
ALTS = {
    "joint": ("Outputs at two inputs", "covariance"),
    "line": ("Functions along a line of z", "function_line"),
    "family": ("Correlation of the functions of several x", "alike"),
    "patch": ("Functions on a square of z", "function_patch"),
    "nngp": ("Measured at pairs of random points", "nngp"),
    "hyperkernel": ("Measured at pairs of random points", "hyperkernel"),
    "collapse": ("Kernel of random pairs", "nngp_features", "nngp_raw"),
    "remark3": ("Distance from one curve", "collapse"),
    "rate": ("Error of k random features", "feature_error"),
    "deeper_f": ("Measured correlation", "correlation_nngp"),
    "deeper_g": ("Measured correlation", "correlation_nngp"),
    "growth": ("Kernels at x of several sizes", "nngp_at_size", "hyperkernel_at_size"),
    "told_apart": ("Correlation of h at x and at x of another size, kernels", "nngp_at_size"),
    "head": ("Weights of f's last layer, dense, in chunks of rows and of columns, at low rank", "head_weights"),
    "kurtosis": ("Excess kurtosis of h as f and g widen under each generator", "excess_kurtosis"),
    "variance": ("Variance of h against the number of chunks", "variance"),
    "alike": ("Correlation of h at two x under each generator", "alike"),
    "condition": ("Condition numbers", "condition_nngp", "condition_hyperkernel"),
    "variance_f": ("Variance of the weights that f writes, under five initialisations", "variance_f"),
    "variance_g": ("Variance of g's neurons layer by layer, under five initialisations", "variance_g"),
}  # a chart in words: what it shows, and which quantities of the table


def verdict(result: PriorResult) -> Verdict:
    """Return how far this network's output is from Theorem 2's Gaussian, and what the view below finds of its claim."""
    if _few(result):
        return Verdict(_here(result), "measuring")
    return claim(result, _here(result))


def _few(result: PriorResult) -> bool:
    return len(result.outputs.value) < min(FEW, result.settings.draws) or result.normality is None


def _here(result: PriorResult) -> str:
    """Return one sentence on the histogram: the distance with its interval, and the share of dead networks."""
    settings = result.settings
    if _few(result) or result.normality is None:
        return f"Is the output Gaussian at n = {settings.width_f:,}, m = {settings.width_g:,}?"
    dead = float(np.mean(np.asarray(result.outputs.value)[:, 0] == 0))
    found = distance(result.normality.distance)
    said = f"n = {settings.width_f:,}, m = {settings.width_g:,}: the outputs follow a bell curve up to {found}"
    return f"{said} (largest gap)" + (f"; {dead:.1%} of the networks answer exactly 0." if dead > 0.001 else ".")


def progress(result: PriorResult) -> str:
    """Return how far the study is, and what a slow position costs."""
    settings, count = result.settings, len(result.outputs.value)
    said = (
        f"{count:,} of {settings.draws:,} random networks drawn at n = {settings.width_f:,}, m = {settings.width_g:,}"
    )
    if result.finished:
        return f"{said}. Finished."
    slow = f"; one takes about {result.seconds:.1f} s here" if result.seconds >= 0.1 else ""
    return said + slow + (f", {result.progress:.0%} of the next ones" if slow else "") + "."


def fraction(result: PriorResult) -> float:
    """Return how much of the run is done, as far as the histogram's draws tell."""
    return len(result.outputs.value) / result.settings.draws


def alt(result: PriorResult, chart: str = "") -> str:
    """Return one chart in words, for those who do not see it."""
    if chart == "lines":
        return f"Distance from a Gaussian as only f, only g or both widen: {verdict(result).evidence}."
    if chart in OWN and "own" in result.parts:
        return kernel_report.alt(result.parts["own"], chart)
    title, *wanted = ALTS.get(chart, ("",))
    parts = tables.table(result) if wanted else pd.DataFrame({"quantity": [], "value": []})
    words = [
        f"{str(name).replace('_', ' ')} {found.value.min():.3g} to {found.value.max():.3g}"
        for name, found in parts[parts.value.notna()].groupby("quantity", sort=False)
        if name in wanted
    ]
    return f"{title}: {'; '.join(words)}." if words else f"{progress(result)} {_here(result)}"


def table(result: PriorResult) -> pd.DataFrame:
    """Return the numbers, tidy: axes, seed, version, verdict, then quantity, value, stderr, interval, theory."""
    found = tables.table(result)
    numbers = dict(zip(("low", "high"), interval(found.value, found.stderr), strict=True))
    fitted = found.quantity == "slope"
    for end, column in numbers.items():
        found[end] = column.where(~fitted, found.get(end)) if end in found else column
    return tidy(found, result.settings, verdict(result).state, (*tables.SETTINGS, "width_f", "width_g"))


def draws(result: PriorResult) -> pd.DataFrame:
    """Return every draw: a row a network, its outputs at the two inputs and their variances given the hidden layers."""
    value, v = np.asarray(result.outputs.value), np.asarray(result.outputs.covariance)
    columns = {"output_0": value[:, 0], "output_1": value[:, 1], "variance_0": v[:, 0, 0], "variance_1": v[:, 1, 1]}
    return pd.DataFrame({"draw": range(len(value))} | columns)


def code(settings: PriorSettings) -> str:
    """Return a few lines that reproduce the numbers of the chart."""
    return recipe(
        "prior",
        settings,
        f"""
# or the library itself: the first outputs of the histogram, and the limit
from hyperviz.studies.common.networks import random_networks
from hyperviz.studies.prior import limits
from hyperviz.theory import analytic, sampling

settings = {settings!r}
networks, (x, z) = random_networks.architecture(settings), limits.pair(settings.size)
keys = random_networks.keys({settings.seed}, 0, 0, 256)
print(sampling.values(keys, x, z, **vars(networks))[:8, 0])
print(analytic.limit(networks, x, z).nngp)
""",
    )


EXPLANATION = (
    "What you see, and the formula",
    f"""
With random weights the output h(x, z) of a hypernetwork is random. Theorem 2 of *On Infinite-Width Hypernetworks* says
that it becomes a Gaussian process with kernel Λ^H when **both** f and g widen; a wide f alone is not enough.

- **Histogram**: outputs of independent random networks at one input u = (x, z). Dashed: the Gaussian N(0, Λ^H) of the
  theorem. Given its hidden layers the output *is* Gaussian, with a random variance v; the solid curve is the average of
  these Gaussians over the networks, so it is the density at these widths with little noise. h is Gaussian exactly when
  v is not random. **Largest gap** (Kolmogorov–Smirnov distance): between the distribution function of h and that of the
  Gaussian of the same variance, 0 to 100 %. Brackets are 95 % intervals by the bootstrap.
- **prior**: the largest gap along three lines of widths; while f widens m stays {NARROW_G}, while g widens n is
  {NARROW_F}. {DRAWS:,} networks at each width up to {WIDE:,}, {WIDE_DRAWS} at wider ones, up to {WIDTHS[-1]:,}; bars
  are ± 2 standard errors; slopes are fitted from width {FITTED[0]} to {WIDE:,}. Beside it the outputs at two inputs.
- **functions**: draws of z ↦ h(x, z): networks of your widths beside draws of the Gaussian process, raw z or Fourier
  features of bandwidth ℓ; and several x that share one network: similar x, similar functions.
- **kernel**: Corollary 1 (Λ^H and Θ_h depend on two numbers, Σ^0(z, z′) and S^0(x, x′), where |x|² = n₀), Remarks 2
  and 3 (with Fourier features only the distance ‖z − z′‖ counts), and how k random features approach their limit. Θ_h
  of a smooth φ is measured with at most {WIDEST} neurons in a layer of g, whose weights are written out there.
- **points**: Θ_f, Θ_g, Θ_h and Λ^H of your own points x and z in closed form, their eigenvalues, condition numbers and
  effective dimensions at a ridge.
- **scale**: Λ^H and Θ_h against the size of x. ReLU networks without biases are homogeneous, h(s x, z) = s^H h(x, z),
  so both kernels grow like |x|^(2H): twice as large an x makes outputs 2^H times and gradient steps 4^H times as large.
  Every network here sees x at all sizes. A bounded φ leaves |x|² of the last layer. Beside it x encoded as
  √2 (cos x, sin x), of one norm whatever x: the kernel stays, and different sizes are told apart, where h of the raw x
  differs by a factor alone.
- **generator**: f need not write all n_L weights at once. In *chunks* (Ha, Dai & Le 2016; von Oswald et al. 2020) one
  part of f writes C parts of a layer in turn, told apart by an embedding c that f sees beside x: here random unit
  vectors, x and c counting equally, one part of f for each layer of g. Weights at the same place of two chunks are then
  correlated by S((x, c), (x′, c′)), all others independent. **Chunks of whole rows**: every neuron keeps its variance,
  so in the limit h is that of a dense f that sees (x, c); but a layer of g averages over fewer neurons, between m/C and
  m of them, and over more of f. **Chunks of columns** cut rows: a neuron adds C correlated pieces and, as ReLU's mean
  is not 0, its variance grows by 1 + (C − 1)ρ/π a layer; an odd φ (erf, tanh, sin) keeps it. So let a chunk hold whole
  rows, or rescale. At *rank r* an inner layer is U Vᵀ/√r: a bottleneck of r neurons that width does not widen. The
  excess kurtosis tends to 3(1 + 2/r)^(H−2) − 3, 6/r for H = 3, and S to S² in each such layer. First and last layer are
  written whole. The histogram above is that of the dense hypernetwork. Θ_h changes as Λ^H does where embeddings stay
  fixed; embeddings that learn would add a part that is not measured here.
- **depth**: what happens to the correlations and the condition number as f or g gets deeper.
- **initialisation**: f started as in Glorot & Bengio (2010), He et al. (2015), and by hyperfan-in and hyperfan-out
  (Chang, Flokas & Lipson, *Principled Weight Initialization for Hypernetworks*, 2020), beside NTK scaling. Glorot and
  He scale the weights of f alone, whose last layer has all n_L weights of g as outputs; g takes what it writes.
  Hyperfan-in divides each row of that layer by the fan-in of the layer of g that it writes; hyperfan-out by its
  fan-out, for the sake of gradients. NTK scaling divides in g. No biases. Shown: the variance of the weights that f
  writes, and of g's neurons before φ, for x and z of mean square 1 with {INPUTS} coordinates (g sees raw z here). Near
  1 means up to a factor of {NEAR}. {OF_EACH:,} networks each, fewer if φ is smooth and g wide. The prediction is exact
  at these widths where φ is piecewise linear: all layers of g share |q|², the square of f's last hidden layer, so layer
  l has E|q|²ˡ, which is above 1 while f is narrow. For a smooth φ it knows three moments of |q|², and g averages over
  infinitely many neurons. Where f is narrow and deep, rare networks carry these means: draws then miss the prediction.

**How the verdict is made.** {RULE}

ReLU is scaled by √2 as in the paper; other activations are scaled so that a layer keeps its second moment. Duals of
erf, GELU and sine are closed forms; sine is that of SIREN at ω₀ = 1, what its hidden layers amount to (its first
layer's ω₀ = 30 is z times 30); tanh is a mixture of {SCALES} erfs, its duals exact to 1e-8.
""",
    r"h \to \mathcal{GP}(0, \Lambda^H),\quad \Lambda^{l} = \Sigma^{l-1}\odot S,\quad"
    r" \Sigma^l = 2\,\mathbb{E}_{\mathcal{N}(0,\Lambda^l)}[\phi\phi'],\qquad m, n\to\infty",
)
