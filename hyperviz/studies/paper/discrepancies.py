"""Say where the paper, its released code and what is measured part: with numbers, and with links that show it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from hyperviz.studies.common.verdict import signed
from hyperviz.studies.convergence import report as convergence_report
from hyperviz.studies.convergence.settings import ConvergenceSettings
from hyperviz.studies.convergence.study import ORIGIN, ConvergenceResult
from hyperviz.studies.inpainting.paper_table1 import IMAGES, MISPRINT, TABLE1
from hyperviz.studies.inpainting.settings import InpaintingSettings
from hyperviz.studies.inpainting.study import InpaintingResult
from hyperviz.studies.paper import convergence_claims, prior_claims, table_claims, taylor_claims
from hyperviz.studies.paper.claims import Need, link
from hyperviz.studies.prior.study import PriorResult
from hyperviz.studies.prior.views.kernel_structure import CORRELATIONS
from hyperviz.studies.rotation import comparisons
from hyperviz.studies.rotation.settings import PRESETS as ROTATION
from hyperviz.studies.rotation.study import RotationResult
from hyperviz.studies.table1 import model_selection
from hyperviz.studies.taylor.settings import TaylorSettings
from hyperviz.studies.taylor.study import TaylorResult


class Discrepancy(NamedTuple):
    """Hold one place: what the paper says, what is found, and where it can be seen."""

    id: str
    title: str
    paper: str
    needs: tuple[Need, ...]
    found: Callable[..., str]  # of the results of `needs`
    links: tuple[tuple[str, str], ...]  # what one sees, and the address


TWENTY = Need("inpainting", InpaintingSettings(task="representation", images=50, pixels=20))
ONE = Need("inpainting", InpaintingSettings(task="representation", images=50, pixels=1))
CLOSE_RACE = Need("inpainting", InpaintingSettings(images=100, pixels=20, depth_f=2, depth_g=2, bandwidth=2.5))
ALL_PIXELS = link("inpainting", InpaintingSettings(images=100))
OTHER_X = Need("convergence", ConvergenceSettings(x="1,0"))
HN = InpaintingSettings(images=500, pixels=20, view="network")
SLOW = Need("rotation", ROTATION["learning rate 0.01 (the paper's)"])


def index_of_S(result: PriorResult) -> str:
    """Return how far the mean kernel of networks is from the limit with either S."""
    right = prior_claims.measured("measured", None, result)
    wrong = prior_claims.measured("measured", prior_claims.one_layer_more, result)
    return (
        f"f has L weight matrices and L − 1 hidden layers, so what writes g has the covariance of hidden layer L − 1. "
        f"{right.draws} random networks: with that one, Λ is {right.said}; with one layer more, {wrong.said}."
    )


def released_S(result: PriorResult) -> str:
    """Return how far the measured hyperkernel is from either recursion."""
    right = prior_claims.measured("tangents", None, result)
    wrong = prior_claims.measured("tangents", prior_claims.without_S, result)
    return (
        "The weights that f writes for x and x′ are correlated by S, so every step back through g carries it; the "
        f"released script leaves it out. {right.draws} random networks: with S, Θₕ is {right.said}; "
        f"without, {wrong.said}."
    )


def samples(twenty: InpaintingResult, one: InpaintingResult) -> str:
    """Return the errors with N images of 20 pixels, and with N pixels in all."""
    first, second = (r.errors[r.settings.images, "nngp"].mse for r in (twenty, one))
    return (
        f"In the released code N counts images, of 20 random pixels each. N = 50 of these give an NNGP error of "
        f"{first:.3f} (the paper: {TABLE1['representation', 'nngp'][0]:g}); 50 images of one pixel each, {second:.3f}."
    )


def misprint(found: pd.DataFrame) -> str:
    """Return the last cell of HN beside its column."""
    column = ", ".join(f"{value:g}" for value in TABLE1["inpainting", "hn"])
    ours = table_claims.cell("inpainting", "hn", IMAGES[-1], IMAGES[-1], found)
    return (
        f"HN's inpainting column reads {column}: the last is seven times the one before. Ours there is {ours.said}, so "
        f"{MISPRINT / 10:g} is meant."
    )


def two_x(first: ConvergenceResult, second: ConvergenceResult) -> str:
    """Return what changes with x: the scale of the kernel, and not how networks spread about it."""
    scales = " and ".join(f"{r.theory[ORIGIN]:.3g}" for r in (first, second))
    factors = " and ".join(f"{convergence_report.disagreement(r)[0]:.3g}" for r in (first, second))
    return (
        f"Only the length of x matters. Θₕ(u, u) is {scales}; networks disagree by a factor of {factors}: the same "
        "numbers, divided by another limit."
    )


def remark_3(result: PriorResult) -> str:
    """Return what Θ_f adds to Θ_g."""
    levels = zip(result.parts["collapse"].theta_f, CORRELATIONS, strict=True)
    said = ", ".join(f"{theta:.2f} at S⁰ = {signed(S, 1)}" for theta, S in levels)
    return (
        "The remark is about Θ_g, and training uses Θₕ = Θ_f · Θ_g. Θ_f does not see z, so Θₕ is shift invariant too; "
        f"it sets the height: {said}."
    )


def ridge() -> str:
    """Return what the ridge does to the validation error, at the chosen depths and bandwidth."""
    at = "task == 'inpainting' and pixels == '20' and kernel == 'hk' and depth_f == depth_g == 2 and bandwidth == 2.5"
    same = model_selection.sensitivity().query(at).sort_values("ridge")
    errors = ", ".join(f"{mse:.5f} at {ridge:g}" for mse, ridge in zip(same.mse, same.ridge, strict=True))
    return f"It hardly matters with 20 pixels an image: HK's validation error in inpainting is {errors}."


def zeros(result: TaylorResult) -> str:
    """Return where the terms are exactly zero."""
    beyond = result.settings.depth_f * result.settings.depth_g + 1
    largest = max(float(np.abs(values[:, beyond:]).max()) for values in result.cells.values())
    count = sum(len(values) for values in result.cells.values())
    return (
        f"{taylor_claims.ZERO} With L = {result.settings.depth_f} and H = {result.settings.depth_g}, the largest "
        f"of all terms r ≥ {beyond} in {count:,} networks is {largest:g}."
    )


def overtaken(found: pd.DataFrame, live: InpaintingResult) -> str:
    """Return in how many cells NNGP is ahead, by which error and with which pixels, and what the live setting shows."""
    ahead = partial(table_claims.report.nngp_ahead, found)
    every = table_claims.report.nngp_ahead(table_claims.report.stored(all_pixels=True), "mse_hidden")
    counts = "{} of {}".format
    gap, noise = live.lead or (0.0, 0.0)
    return (
        f"Over all pixels of an image NNGP is ahead of HK in {counts(*ahead())} cells: at N = {live.settings.images}"
        f" in inpainting by {gap:.4f} ± {1.96 * noise:.4f}, with L = H = 2 and ℓ = 2.5 for both. On the hidden half "
        f"alone, which is what inpainting asks for, NNGP is ahead in {counts(*ahead('mse_hidden'))} cells, and in "
        f"{counts(*every)} where f is given all pixels: there HK is ahead from few images."
    )


def slow(result: RotationResult) -> str:
    """Return what the paper's learning rate reaches."""
    last = [float(comparisons.accuracies(curve)[1][-1]) for curve in result.curves.values()]
    return (
        f"In the paper's own parameterisation µ = 0.01 learns nothing in {result.settings.epochs} epochs: accuracy "
        f"{min(last):.2f} to {max(last):.2f}, guessing gives {comparisons.CHANCE:.2f}. A µ of 1 to 10 does; the "
        "released code trains another parameterisation."
    )


DISCREPANCIES = (
    Discrepancy(
        "index-of-s",
        "The index of S",
        "Equation 8 multiplies by S^L.",
        (prior_claims.KERNEL,),
        index_of_S,
        (("the kernel measured on random networks", prior_claims.KERNEL.link),),
    ),
    Discrepancy(
        "s-left-out",
        "A factor S that the released code leaves out",
        "Equation 14 has Θ_g(u, u′, S^L); the code's backward recursion has no S.",
        (prior_claims.KERNEL,),
        released_S,
        (
            ("the hyperkernel measured on random networks", prior_claims.KERNEL.link),
            ("inpainting with the kernel as released", link("inpainting", InpaintingSettings(kernel="hk-released"))),
        ),
    ),
    Discrepancy(
        "samples",
        "What a training sample is",
        "Table 1: N is the number of training samples (an image, a pixel, its value).",
        (TWENTY, ONE),
        samples,
        (("50 images of 20 pixels", TWENTY.link), ("50 images of one pixel", ONE.link)),
    ),
    Discrepancy(
        "misprint",
        "0.49 in the last cell of HN",
        f"Table 1, inpainting, HN, N = 500: {MISPRINT:g}.",
        (table_claims.table(),),
        misprint,
        (
            (
                "a network trained beside the kernels",
                link("inpainting", InpaintingSettings(images=500, pixels=20, view="network")),
            ),
        ),
    ),
    Discrepancy(
        "two-x",
        "Two inputs x",
        "x = (1, −1) in Section 5.1, x = (1, 0) in the caption of Figure 1.",
        (convergence_claims.GRID, OTHER_X),
        two_x,
        (("x = (1, −1)", convergence_claims.GRID.link), ("x = (1, 0)", OTHER_X.link)),
    ),
    Discrepancy(
        "theta-f",
        "Remark 3 leaves Θ_f out",
        "Θ_g is a function of the distance of z and z′ and of S⁰(x, x′).",
        (prior_claims.KERNEL,),
        remark_3,
        (("Θₕ/Θ_g against the distance", prior_claims.KERNEL.link),),
    ),
    Discrepancy(
        "ridge",
        "The ridge",
        "ε = 0.001 in Section 5.3, 1e-9 in the released code.",
        (),
        ridge,
        tuple(
            (f"ε = {value:g}", link("inpainting", InpaintingSettings(pixels=20, ridge=value))) for value in (1e-3, 1e-6)
        ),
    ),
    Discrepancy(
        "zeros",
        "Terms that are exactly zero",
        "Theorem 1: K^(r) ~ n^(H−r) for every r > H.",
        (taylor_claims.need(1),),
        zeros,
        (("H = 1, terms to r = 8", link("taylor", TaylorSettings(depth_g=1, orders=8))),),
    ),
    Discrepancy(
        "nngp-overtaken",
        "NNGP is not ahead of HK on every hidden half",
        "Table 1: NNGP consistently outperforms the rest.",
        (table_claims.table(), CLOSE_RACE),
        overtaken,
        (("inpainting, 20 pixels an image", CLOSE_RACE.link), ("all pixels", ALL_PIXELS)),
    ),
    Discrepancy(
        "learning-rate",
        "A learning rate that learns nothing",
        "Section 5.2: µ = 0.01.",
        (SLOW,),
        slow,
        (("µ = 0.01", SLOW.link), ("the released code's networks", link("rotation", ROTATION["the released code"]))),
    ),
)
