"""Say what the table of errors shows: which of the paper's values are within reach, and which orderings hold."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pandas as pd

from hyperviz.data import stored as stored_tables
from hyperviz.studies.common.recipe import recipe
from hyperviz.studies.common.verdict import Verdict
from hyperviz.studies.inpainting import adam
from hyperviz.studies.inpainting.paper_table1 import paper
from hyperviz.studies.table1.cell import RunResult
from hyperviz.studies.table1.convolutional import ConvolutionPlan
from hyperviz.studies.table1.settings import TableCell
from hyperviz.studies.table1.study import TableResult

PAPER_RUNS, ROUNDED = 20, 0.0005  # of the paper's averages; half a unit of its last digit
LITTLE = 100  # training images that count as little data
NNGP_FIRST, KERNELS_FIRST = "NNGP beats HK", "Kernels beat HN, with one draw of the pixels each"


class Gap(NamedTuple):
    """Hold one method's error minus another's on the same digits and pixels, and its standard error over runs."""

    value: float
    stderr: float

    @property
    def sign(self) -> int:
        """Return 1 or -1 beyond two standard errors, else 0."""
        return int(np.sign(self.value)) if abs(self.value) > 2 * self.stderr else 0


def mean(values) -> tuple[float, float]:
    """Return the mean over runs and its standard error (NaN for one run)."""
    values = np.asarray(values, np.float64)
    spread = values.std(ddof=1) / len(values) ** 0.5 if len(values) > 1 else np.nan
    return float(values.mean()), float(spread)


def reach(errors, printed: float | None, all_pixels: bool = False) -> str:
    """Return whether the paper's value is one that runs like ours could give: within, ours lower, or ours higher.

    The interval is that of another mean of PAPER_RUNS runs, two standard deviations wide on each side, and the
    rounding of what is printed. Empty where there is nothing to compare.
    """
    if printed is None or len(errors) < 2 or all_pixels:
        return ""
    return reached_by(*mean(errors), len(errors), printed)


def reached_by(value: float, stderr: float, runs: int, printed: float) -> str:
    """Return the same from the mean of so many runs and its standard error."""
    width = 2 * stderr * (1 + runs / PAPER_RUNS) ** 0.5 + ROUNDED
    return "within" if abs(value - printed) <= width else "ours lower" if value < printed else "ours higher"


def gap(result: TableResult, first: TableCell, second: TableCell) -> Gap | None:
    """Return the mean difference over the runs that both have; None with fewer than two.

    Beside HN or CNN a kernel counts with one draw, as these have.
    """
    pairs = list(zip(result.run_results.get(first, []), result.run_results.get(second, []), strict=False))
    if len(pairs) < 2:
        return None
    like = "single" if {"hn", "cnn"} & {first.kernel, second.kernel} else "mse"
    return Gap(*mean([getattr(a, like)[0] - getattr(b, like)[0] for a, b in pairs]))


def orderings(result: TableResult) -> dict[str, dict[tuple[str, int], int]]:
    """Return the paper's two claims by (task, N): 1 where it holds, -1 where the opposite does, 0 where unsure.

    NNGP_FIRST everywhere; KERNELS_FIRST on LITTLE data or less, where the worse of the kernels counts.
    """
    signs: dict[str, dict[tuple[str, int], int]] = {NNGP_FIRST: {}, KERNELS_FIRST: {}}
    for task, n in dict.fromkeys((cell.task, cell.images) for cell in result.run_results):
        at = {cell.kernel: cell for cell in result.run_results if (cell.task, cell.images) == (task, n)}
        if (one := _gap(result, at, "hk", "nngp")) is not None:
            signs[NNGP_FIRST][task, n] = one.sign
        both = [_gap(result, at, "hn", kernel) for kernel in ("nngp", "hk")]
        if n <= LITTLE and None not in both:
            signs[KERNELS_FIRST][task, n] = min(one.sign for one in both if one)
    return signs


def _gap(result, at, first, second):
    return gap(result, at[first], at[second]) if {first, second} <= at.keys() else None


def verdict(result: TableResult) -> Verdict:
    """Return both orderings and how many of the paper's values are within reach, in one sentence each."""
    signs, within = orderings(result), reached(result)
    said = [_told(claim, found) for claim, found in signs.items() if found]
    if within:
        said.append(
            f"{sum(v == 'within' for v in within.values())} of the paper's {len(within)} values are within reach."
        )
    if not said:
        return Verdict("Nothing to compare yet: orderings need two runs of two methods.", _state(result, "measured"))
    every = [sign for found in signs.values() for sign in found.values()]
    state = "differs" if -1 in every else "holds" if every and 0 not in every else "undecided"
    return Verdict(" ".join(said), _state(result, state if every else "measured"))


def _state(result: TableResult, state: str) -> str:
    return state if result.finished else "measuring"


def _told(claim: str, signs: dict) -> str:
    counts = [sum(sign == wanted for sign in signs.values()) for wanted in (1, -1, 0)]
    parts = [f"holds in {counts[0]} of {len(signs)} cells"]
    parts += [f"fails in {counts[1]}"] * bool(counts[1]) + [f"is open in {counts[2]}"] * bool(counts[2])
    return f"{claim}: {', '.join(parts)}."


def reached(result: TableResult) -> dict[TableCell, str]:
    """Return `reach` of every cell that the paper prints and that has two runs."""
    found = {cell: _reach(cell, run_results) for cell, run_results in result.run_results.items()}
    return {cell: said for cell, said in found.items() if said}


def _reach(cell: TableCell, run_results: list[RunResult]) -> str:
    printed = paper(cell.task, cell.kernel, cell.images)
    return reach([p.mse[0] for p in run_results], printed, cell.pixels == "all" or cell.hidden != "lower")


def progress(result: TableResult) -> str:
    """Return what is under way, and what the numbers are."""
    runs = max((len(run_results) for run_results in result.run_results.values()), default=0)
    now = f" Now: {result.at}." if result.at else ""
    return f"Mean and standard error over up to {runs} runs, each with digits and pixels of its own.{now}"


def fraction(result: TableResult) -> float:
    """Return how much of the whole work is done."""
    return result.fraction


def alt(result: TableResult, chart: str = "") -> str:
    """Return the pictures in words."""
    return f"Mean squared error against the number of training images, and completed digits. {verdict(result).text}"


def table(result: TableResult) -> pd.DataFrame:
    """Return a row for each cell and quantity, tidy, with design, runs, the paper's value and whether it is reached."""
    rows = []
    for cell, run_results in result.run_results.items():
        at = {"task": cell.task, "hidden": cell.hidden if cell.task == "inpainting" else "", "pixels": cell.pixels}
        at |= {"images": cell.images, "kernel": cell.kernel, "runs": len(run_results)} | _design(result.designs[cell])
        rows += [at | row for row in _quantities(cell, run_results)] if run_results else []
    return pd.DataFrame(rows)


def draws(result: TableResult) -> pd.DataFrame:
    """Return the errors of every run, a row a run: of all pixels, and of the hidden ones."""
    rows = [
        {"task": cell.task, "images": cell.images, "kernel": cell.kernel, "run": run}
        | {"mse": found.mse[0], "mse_hidden": found.mse[1]}
        for cell, run_results in result.run_results.items()
        for run, found in enumerate(run_results)
    ]
    return pd.DataFrame(rows, columns=["task", "images", "kernel", "run", "mse", "mse_hidden"])


def _design(design) -> dict:
    kept = ("depth_f", "depth_g", "bandwidth", "ridge", "width_f", "width_g", "learning_rate")
    return {name: getattr(design, name, np.nan) for name in kept}


def _quantities(cell: TableCell, run_results: list[RunResult]):
    """Yield mse with the paper's value, mse_hidden where a part is hidden, and what else is measured.

    That is one draw of the pixels alone, seconds and jitter.
    """
    values = {"mse": [p.mse[0] for p in run_results], "mse_hidden": [p.mse[1] for p in run_results]}
    values |= {"mse_one_draw": [p.single[0] for p in run_results], "seconds": [p.seconds for p in run_results]}
    for quantity, found in values.items():
        if not math.isnan(found[0]):
            value, stderr = mean(found)
            printed, said = (
                (paper(*cell[0:3:2], cell.images), _reach(cell, run_results)) if quantity == "mse" else (None, "")  # pyright: ignore[reportCallIssue]
            )
            yield {"quantity": quantity, "value": value, "stderr": stderr, "paper": printed, "reach": said}
    yield {
        "quantity": "jitter",
        "value": max(p.jitter for p in run_results),
        "stderr": np.nan,
        "paper": None,
        "reach": "",
    }


def stored(all_pixels: bool = False) -> pd.DataFrame:
    """Return the table that comes with the package: the kernels and HN, then what needs no hypernetwork, CNN last."""
    names = [f"{name}_all_pixels" if all_pixels else name for name in ("table1", "baselines", "cnn")]
    return pd.concat([stored_tables.table(name) for name in names], ignore_index=True)


@lru_cache
def judged() -> tuple[str, str]:
    """Return what the stored table says of Table 1: the state of a verdict, and the counts that decide it."""
    found = stored()
    (ahead, cells), runs = nngp_ahead(found), int(found.runs.max())
    said = found.reach[found.reach.notna() & (found.reach != "")]
    within = f"{(said == 'within').sum()} of the paper's {len(said)} values are within reach"
    return (
        ordered(ahead, cells),
        f"stored, {runs} runs of 20 pixels an image: NNGP ahead of HK in {ahead} of {cells} cells; {within}",
    )


def nngp_ahead(found: pd.DataFrame, quantity: str = "mse") -> tuple[int, int]:
    """Return in how many cells of a table NNGP's error is below HK's, and how many cells there are."""
    mse = found[(found.quantity == quantity) & (found.kernel != "hn")].pivot_table(
        "value", ["task", "images"], "kernel"
    )
    return int((mse.nngp < mse.hk).sum()), len(mse)


def ordered(ahead: int, cells: int) -> str:
    """Return the state of an ordering that the paper has in every cell."""
    return "holds" if ahead == cells else "differs"


def code(settings) -> str:
    """Return a few lines that reproduce the table."""
    return recipe("table1", settings)


_PLAN = adam.Plan()
DESIGN = (
    "NNGP and HK: depths and bandwidth by the error of the validation digits, no test digit seen; ridge 0.001, as the "
    f"paper states, for 20 pixels. HN: f of depth {_PLAN.depth_f} and width {_PLAN.width_f} writes g of depth "
    f"{_PLAN.depth_g} and width {_PLAN.width_g} on {_PLAN.features} Fourier features; Adam, {adam.BATCH} "
    "images a step, learning rate and stopping by validation digits; one draw of the pixels, where the kernels' "
    "errors shown average five: HN is judged against one draw of theirs. CNN, a small U-shaped convolutional network "
    f"({ConvolutionPlan().channels} and {2 * ConvolutionPlan().channels} channels, Adam, stopped by the same "
    "validation digits), learns from one draw too."
)
EXPLANATION = ("How the methods were chosen", DESIGN)
