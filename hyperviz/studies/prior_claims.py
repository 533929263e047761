"""What each view of the prior study finds of its claim, computed from the result."""

from __future__ import annotations

import numpy as np

from hyperviz.studies.prior import PriorResult
from hyperviz.studies.prior_functions import SHOWN, TURNS
from hyperviz.studies.prior_lines import LINES, measured
from hyperviz.studies.prior_measured import MEASURED
from hyperviz.studies.verdicts import Verdict

COLLAPSED = 1e-5  # of the largest value: a residual that float32 would not see
MEASURING = Verdict("", "measuring")


def claim(result: PriorResult) -> Verdict:
    """The sentence of the view that is shown, with its state."""
    return CLAIMS[result.settings.view](result)


def _lines(result: PriorResult) -> Verdict:
    """Theorem 2: the distance vanishes along one of the three lines, and stays on the others."""
    settings, lines = result.settings, result.parts.get("lines")
    if settings.depth_f == settings.depth_g == 1:
        return Verdict("Without hidden layers h is Gaussian at any width.", "holds")
    fits = {name: fit for name, fit in lines.fits.items() if fit.slope} if lines else {}
    if lines is None or len(fits) < len(LINES) or not measured(lines):
        return Verdict("", "undecided" if result.finished else "measuring")
    numbers = "Slopes: " + ", ".join(f"{fit.slope.value:+.2f} when {name}" for name, fit in fits.items()) + "."
    near = {name: abs(fit.slope.value - fit.claim) < abs(fit.slope.value - fit.other) for name, fit in fits.items()}
    if any(fit.slope.excludes(fit.claim) and not near[name] for name, fit in fits.items()):
        return Verdict(f"The distances disagree with Theorem 2 at these widths. {numbers}", "differs")
    if all(fit.slope.excludes(fit.other) and near[name] for name, fit in fits.items()):
        return Verdict(f"{_holds(settings)} {numbers}", "holds")
    return Verdict(f"{numbers} The intervals do not decide.", "undecided")


def _holds(settings) -> str:
    if min(settings.depth_f, settings.depth_g) > 1:
        return "The distance vanishes only when f and g widen together (Theorem 2)."
    flat, wide = ("f", "g") if settings.depth_f == 1 else ("g", "f")
    return f"{flat} has no hidden layer and no width: the distance vanishes as {wide} alone widens."


def _functions(result: PriorResult) -> Verdict:
    """Similar x, similar functions: no claim of the paper, so the numbers of this one network."""
    family, patch = result.parts.get("family"), result.parts.get("patch")
    if family is None or patch is None or len(patch.networks) < SHOWN:
        return MEASURING
    turns, S, alike = np.degrees(TURNS)[1:], family.S[1:], family.alike[1:]
    said = ", ".join(f"{a:+.2f} at {t:.0f}° (S = {s:.2f})" for a, t, s in zip(alike, turns, S, strict=True))
    return Verdict(f"Similar x, similar functions: correlation with the first x's function {said}.", "measured")


def _kernel(result: PriorResult) -> Verdict:
    """Corollary 1, Remarks 2 and 3: one curve, flat ratios, the rate, and measurements beside the surface."""
    measured, collapse, rate = (result.parts.get(name) for name in ("measured", "collapse", "rate"))
    if measured is None or measured.draws < MEASURED or collapse is None or rate is None or rate.slope is None:
        return MEASURING
    flat = float(np.abs(collapse.ratio / collapse.theta_f[:, None] - 1).max())
    off = float(np.sqrt(np.mean((measured.mean - measured.theory) ** 2)) / np.abs(measured.theory).max())
    text = (
        f"With Fourier features Λᴴ of random pairs is off one curve by {collapse.residual:.0e} of its height, and "
        f"Θ_h/Θ_g off Θ_f by {flat:.0e}. k features: slope {rate.slope.value:+.2f} "
        f"[{rate.slope.low:+.2f}, {rate.slope.high:+.2f}], predicted −½. Measured Λᴴ: within {off:.1%} of the surface."
    )
    if max(collapse.residual, flat) > COLLAPSED or not rate.slope.low - 0.1 < -0.5 < rate.slope.high + 0.1:
        return Verdict(text, "differs")
    return Verdict(text, "holds" if rate.slope.excludes(0) else "undecided")


def _depth(result: PriorResult) -> Verdict:
    """S drifts to 1 as f deepens; what that does to the condition number."""
    if not {"depth_f", "depth_g"} <= result.parts.keys():
        return MEASURING
    f, g = result.parts["depth_f"], result.parts["depth_g"]
    rises = bool((np.diff(f.S) >= 0).all() and f.S[-1] > f.S[0])
    text = (
        f"As f deepens from L = 1 to 32 the correlation S of these two x goes from {f.S[0]:.2f} to {f.S[-1]:.2f}; the "
        f"condition number of Λᴴ from {f.condition[0, 0]:.2g} to {f.condition[-1, 0]:.2g}. As g deepens to H = 32 "
        f"Λᴴ at the same x goes from {g.same_x[0]:.2f} to {g.same_x[-1]:.2f}, Θ_h at different x from "
        f"{g.hyperkernel[0]:.2f} to {g.hyperkernel[-1]:.2f}."
    )
    return Verdict(text, "holds" if rises else "differs")


CLAIMS = {"prior": _lines, "functions": _functions, "kernel": _kernel, "depth": _depth}
