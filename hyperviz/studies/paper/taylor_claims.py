"""Judge Theorem 1 for every order and three depths of g, Remark 1, and contribution 4: the Taylor terms."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from hyperviz.studies.common.power_laws import Slope, agreement
from hyperviz.studies.common.verdict import signed
from hyperviz.studies.paper.claims import DIFFERS, HOLDS, UNDECIDED, Claim, Control, Finding, Need
from hyperviz.studies.taylor.predictions import fitted
from hyperviz.studies.taylor.report import ALLOWED, judge
from hyperviz.studies.taylor.settings import PRESETS
from hyperviz.studies.taylor.study import TaylorResult

DEPTHS = {
    1: PRESETS["an ordinary network (H = 1)"],
    2: PRESETS["Theorem 1"],
    3: PRESETS["a deep g: H = 3"],
}
STEP = PRESETS["Remark 1: too large a step"]
ORDERS = range(1, 6)
ZERO = (
    "Between its kinks h is a polynomial of degree L·H in a step along the gradient, so for ReLU every term beyond "
    "r = L·H is exactly zero: the theorem's n^(H−r) is an upper bound there."
)


def need(depth: int) -> Need:
    """Return the result with this depth of g."""
    return Need("taylor", DEPTHS[depth])


def draws(result: TaylorResult) -> int:
    """Return the networks at each width that a slope is fitted to."""
    return min(len(result.cells[n]) for n in fitted(result.settings))


def term(r: int, claim: float, result: TaylorResult) -> Finding:
    """Return whether the r-th term has the slope of the theorem, as the page judges it; a zero term has none."""
    fit, count = result.slopes.get(r), draws(result)
    if fit is None and not any(values[:, r].any() for values in result.cells.values()):
        return Finding(DIFFERS, "exactly 0 in every network", 0.0, 0.0, 0.0, count, ZERO)
    return _of(fit, judge(fit, claim), count)


def of_step(r: int, claim: float, result: TaylorResult) -> Finding:
    """Return the same of the r-th term of a step of size n^a, whose slope is a·r larger."""
    fit = _shifted(result, r)
    return _of(fit, judge(fit, claim), draws(result))


def falls(result: TaylorResult) -> Finding:
    """Return whether every term r ≥ 2 of one step of size n^a falls as f widens; the number is the slowest slope."""
    found = [fit for r in ORDERS if r > 1 and (fit := _shifted(result, r))]
    slowest = max(found, key=lambda fit: fit.value)
    state = HOLDS if all(fit.high < 0 for fit in found) else DIFFERS if slowest.low > 0 else UNDECIDED
    said = ", ".join(fit.text for fit in found)
    a = result.settings.exponent
    return Finding(state, f"µ = n^{a:g}: slopes {said}", *slowest, draws=draws(result))


def loose(result: TaylorResult) -> Finding:
    """Return whether the terms r = 3, 4 fall like n^(1−r), and faster than the conjectured 1/n."""
    found = {r: result.slopes.get(r) for r in (3, 4)}
    states = {agreement(fit, 1.0 - r, -1.0, ALLOWED) for r, fit in found.items()}
    state = DIFFERS if DIFFERS in states else HOLDS if states == {HOLDS} else UNDECIDED
    said = ", ".join(f"r = {r}: {fit.text}" for r, fit in found.items() if fit)
    return Finding(state, said, *(found[3] or ()), draws=draws(result))


def _shifted(result: TaylorResult, r: int) -> Slope | None:
    fit, a = result.slopes.get(r), result.settings.exponent
    return Slope(*(number + a * r for number in fit)) if fit else None


def _of(fit: Slope | None, state: str, count: int) -> Finding:
    if fit is None:
        return Finding(UNDECIDED, "no slope", draws=count)
    return Finding(state, f"slope {fit.text}", *fit, draws=count)


def _terms() -> Iterator[Claim]:
    for depth in DEPTHS:
        for r in ORDERS:
            claim = float(min(0, depth - r))
            stays = "stays however wide f is" if claim == 0 else f"falls like n to the power {signed(claim, 0)}"
            sentence = f"With a g of depth H = {depth} the term r = {r} of a gradient step {stays}."
            source = f"Theorem 1, H = {depth}, r = {r}" + ", for a neural network" * (depth == 1)
            yield Claim(
                f"theorem-1-h{depth}-r{r}",
                "theorems",
                source,
                sentence,
                signed(claim, 0) if claim else "0",
                (need(depth),),
                partial(term, r, claim),
                _control(depth, r, claim),
                "terms",
            )


def _control(depth: int, r: int, claim: float) -> Control:
    """Return the same term at another depth of g, where the theorem has another slope.

    Of r = 1 it is a step that grows with n.
    """
    if r == 1:
        return Control("the step is µ = n^0.6", (Need("taylor", STEP),), partial(of_step, r, claim))
    other = next(H for H in DEPTHS if min(0, H - r) != claim)
    return Control(f"g has depth H = {other}", (need(other),), partial(term, r, claim))


CLAIMS = (
    *_terms(),
    Claim(
        "remark-1",
        "theorems",
        "Remark 1",
        "For a step of size µ = o(√n) all terms r ≥ 2 of a neural network tend to zero as it widens.",
        "below 0",
        (need(1),),
        falls,
        Control("the step is µ = n^0.6, which is not o(√n)", (Need("taylor", STEP),), falls),
        "remark",
    ),
    Claim(
        "contribution-4",
        "contributions",
        "Contribution 4",
        "The terms of a ReLU network fall like n^(1−r): the conjectured bound O(1/n) gets looser as r grows.",
        "1 − r: −2, −3",
        (need(1),),
        loose,
        Control("a hypernetwork with H = 2", (need(2),), loose),
        "terms",
    ),
)
