"""Judge Theorem 2, equations 8 and 14, Corollary 1, Remarks 2 and 3: what the limits are and depend on."""

from __future__ import annotations

from functools import partial

import numpy as np

from hyperviz.studies.common.intervals import SURE
from hyperviz.studies.common.networks.limit_kernels import LimitMatrices, kernels
from hyperviz.studies.common.networks.random_networks import architecture
from hyperviz.studies.paper.claims import DIFFERS, HOLDS, Claim, Control, Finding, Need, of_slope
from hyperviz.studies.prior import report
from hyperviz.studies.prior.empirical_kernels import Scattered, points
from hyperviz.studies.prior.limits import on_circle
from hyperviz.studies.prior.settings import PRESETS, PriorSettings
from hyperviz.studies.prior.study import PriorResult
from hyperviz.studies.prior.views.kernel_structure import PAIRS, bandwidth
from hyperviz.studies.prior.width_scaling import DRAWS, LINES
from hyperviz.theory.fourier_features import FourierFeatures
from hyperviz.theory.gram import separable_kernel

PRIOR = Need("prior", PriorSettings())
KERNEL = Need("prior", PRESETS["Corollary 1, Remark 2"])
EXACT = 1e-9  # an identity of the limits holds to rounding
F, _, WIDE = LINES


def gaussian(result: PriorResult) -> Finding:
    """Return the page's verdict on Theorem 2; the number is the slope of the distance with both widening."""
    verdict, fit = report.verdict(result), result.parts["lines"].fits[WIDE].slope
    return Finding(verdict.state, verdict.evidence, *(fit or ()), draws=DRAWS)


def line(name: str, claim: float, other: float, result: PriorResult) -> Finding:
    """Return whether the distance from the Gaussian falls along one line with the claim's slope."""
    return of_slope(result.parts["lines"].fits[name].slope, claim, other, DRAWS)


def measured(part: str, theory, result: PriorResult) -> Finding:
    """Return whether the mean kernel of random networks is the limit at every pair of random points.

    The number is the largest distance in standard errors; it holds below SURE. theory: (result) -> the limit, or None
    for that of the page.
    """
    found: Scattered = result.parts[part]
    limit = found.theory if theory is None else theory(result)
    off = np.abs(found.mean - limit)
    score = float((off / found.stderr).max())
    rms = float(np.sqrt(np.mean(off**2)) / np.abs(limit).max())
    said = f"{rms:.1%} off over {len(limit)} pairs, at most {score:.1f} standard errors"
    return Finding(HOLDS if score < SURE else DIFFERS, said, score, None, None, found.draws)


def one_layer_more(result: PriorResult) -> np.ndarray:
    """Return Λ^H at the same pairs with S^L as the paper prints it: one layer of f more than the network has."""
    i, j = np.stack(np.triu_indices(len(points(result.settings)[0]), 1))
    deeper = architecture(result.settings, depth_f=result.settings.depth_f + 1)
    return kernels(deeper, *points(result.settings)).nngp[i, j]


def without_S(result: PriorResult, kernel: str = "released") -> np.ndarray:
    """Return Θ_h at the same pairs by the recursion that leaves the factor S out of the backward step."""
    found, settings = result.parts["tangents"], result.settings
    sigma = 2 * found.Sigma if settings.bandwidth else found.Sigma  # of diagonal 1
    sums = separable_kernel.expand(sigma, 1 - sigma, kernel, settings.depth_f, settings.depth_g, (0.0, 0.0))
    values = np.einsum("ri,ri->i", separable_kernel.evaluate(sums.a, np.arccos(np.clip(found.S, -1, 1))), sums.b)
    return values / 2 if settings.bandwidth else values


def two_numbers(longer: float, result: PriorResult) -> Finding:
    """Return by how much Λ^H changes where S^0(x, x′) and Σ^0(z, z′) do not: all inputs are turned.

    longer: how much of a vector at a right angle to z is added to z′, which keeps their product and not the norm of z′.
    """
    angles = np.random.default_rng(result.settings.seed).uniform(0, 2 * np.pi, (4, PAIRS))
    x, x2, z, z2 = (on_circle(a).astype(np.float64) for a in angles)
    aside = np.stack([-z[:, 1], z[:, 0]], 1)
    chosen = architecture(result.settings, coordinates=None)
    before = kernels(chosen, x, z, x2, z2)
    after = kernels(chosen, x @ _turn(1.0), z @ _turn(2.0), x2 @ _turn(1.0), (z2 + longer * aside) @ _turn(2.0))
    return _exact(np.diagonal(before.nngp), np.diagonal(after.nngp))


def _turn(angle: float) -> np.ndarray:
    return np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])


def shifted(features: bool, kernel: str, result: PriorResult) -> Finding:
    """Return by how much a kernel changes where z and z′ move by one vector: not at all, with Fourier features."""
    rng, width = np.random.default_rng(result.settings.seed), bandwidth(result.settings)
    x, x2 = (on_circle(a).astype(np.float64) for a in rng.uniform(0, 2 * np.pi, (2, PAIRS)))
    z, z2 = rng.uniform(-width, width, (2, PAIRS, 2))
    chosen = architecture(result.settings, coordinates=FourierFeatures(width) if features else None)
    both = [_at(kernel, kernels(chosen, x, z + by, x2, z2 + by)) for by in (0.0, np.array([width, -width / 2]))]
    return _exact(*both)


def _at(kernel: str, found: LimitMatrices) -> np.ndarray:
    """Return Λ^H, or Θ_g = Θ_h/Θ_f, of the pairs in order."""
    nngp, hyper, ntk = (np.diagonal(v) for v in (found.nngp, found.hyperkernel, found.ntk_f))
    return nngp if kernel == "nngp" else hyper / ntk


def _exact(before: np.ndarray, after: np.ndarray) -> Finding:
    change = float(np.abs(after - before).max() / np.abs(before).max())
    said = f"changes by {change:.0e} of the largest value, over {len(before)} random pairs".replace("e-", "e−")
    return Finding(HOLDS if change < EXACT else DIFFERS, said, change, draws=len(before))


CLAIMS = (
    Claim(
        "theorem-2",
        "theorems",
        "Theorem 2",
        "The output of an untrained hypernetwork becomes Gaussian when f and g both widen.",
        "−1 with both, 0 with one",
        (PRIOR,),
        gaussian,
        Control("g stays 4 neurons wide while f widens", (PRIOR,), partial(line, F, -1, 0)),
        "lines",
    ),
    Claim(
        "equation-8",
        "theorems",
        "Equation 8",
        "The covariance of that Gaussian is built layer by layer as a product of g's covariance and f's S.",
        "exact",
        (KERNEL,),
        partial(measured, "measured", None),
        Control(
            "S of one layer more, as the paper's index says", (KERNEL,), partial(measured, "measured", one_layer_more)
        ),
        "nngp",
    ),
    Claim(
        "equation-14",
        "theorems",
        "Equation 14",
        "The hyperkernel is a product of Θ_f, which sees x alone, and Θ_g.",
        "exact",
        (KERNEL,),
        partial(measured, "tangents", None),
        Control("Θ_g without S in the backward step", (KERNEL,), partial(measured, "tangents", without_S)),
        "hyperkernel",
    ),
    Claim(
        "corollary-1",
        "theorems",
        "Corollary 1",
        "The kernel Λ of h depends on the inputs only through Σ⁰(z, z′) and S⁰(x, x′), for inputs of equal norms.",
        "exact",
        (KERNEL,),
        partial(two_numbers, 0.0),
        Control("z′ is longer, its product with z the same", (KERNEL,), partial(two_numbers, 1.0)),
        "nngp",
    ),
    Claim(
        "remark-2",
        "theorems",
        "Remark 2",
        "If g sees Fourier features of z, then Λ depends on z and z′ only through their distance.",
        "exact",
        (KERNEL,),
        partial(shifted, True, "nngp"),
        Control("g sees z itself", (KERNEL,), partial(shifted, False, "nngp")),
        "collapse",
    ),
    Claim(
        "remark-3",
        "theorems",
        "Remark 3",
        "If g sees Fourier features of z, then Θ_g depends on z and z′ only through their distance.",
        "exact",
        (KERNEL,),
        partial(shifted, True, "ntk"),
        Control("g sees z itself", (KERNEL,), partial(shifted, False, "ntk")),
        "remark3",
    ),
)
