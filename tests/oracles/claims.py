"""Claims of the paper judged again from raw draws, with NumPy alone: nothing of the package but its data files."""

import csv
import json
import math

import numpy as np

SURE = 3.89  # standard errors: 99.99 %


def stored(folder, study, **settings):
    """The fields of the one stored result that has these settings."""
    found = []
    for path in folder.glob(f"{study}-*.npz"):
        with np.load(path) as file:
            about = json.loads(str(file["about"]))
            arrays = [file[f"array{i}"] for i in range(len(file.files) - 1)]
        if settings.items() <= about["settings"].items():
            found.append(decoded(about["result"]["fields"], arrays))
    (one,) = found
    return one


def decoded(said, arrays):
    """Plain containers: a typed value is the dict of its fields."""
    if not isinstance(said, dict):
        return said
    if "array" in said:
        return arrays[said["array"]]
    if "fields" in said:
        return decoded(said["fields"], arrays)
    if "dict" in said:
        return {hashable(decoded(key, arrays)): decoded(value, arrays) for key, value in said["dict"]}
    if len(said) == 1 and next(iter(said)) in ("tuple", "list", "frozenset"):
        return [decoded(item, arrays) for item in next(iter(said.values()))]
    return {key: decoded(value, arrays) for key, value in said.items()}


def hashable(key):
    return tuple(key) if isinstance(key, list) else key


def slope(widths, values):
    """The least-squares slope of log value against log width."""
    return float(np.polyfit(np.log(widths), np.log(values), 1)[0])


def slope_error(widths, draws, statistic, rng):
    """Its standard error, the draws of each width resampled."""
    again = [[statistic(rng.choice(d, len(d))) for d in draws] for _ in range(300)]
    return float(np.std([slope(widths, values) for values in again]))


def judged(value, error, claim, other, allowed=0.0):
    """holds where 99.99 % of the interval has the claim and not the rival."""
    low, high = value - SURE * error, value + SURE * error
    if not low - allowed <= claim <= high + allowed:
        return "differs"
    return "undecided" if low <= other <= high else "holds"


def log_spread(kernels, limit):
    """The variance of log(K / limit), beyond 1/30 and 30 counted as these."""
    return float(np.var(np.log(np.clip(np.asarray(kernels) / limit, 1 / 30, 30)), ddof=1))


def middle(ratio):
    """The factor between the ends of the middle 80 %."""
    low, high = np.quantile(np.maximum(ratio, 1 / 30), [0.1, 0.9])
    return float(high / low)


def share_gap(cells, wide, narrow):
    """How much more often starts of a wide g arrive, and its standard error (Agresti-Coull)."""
    shares = []
    for widths in (wide, narrow):
        some = [cell for (_, m), cell in cells.items() if m in widths]
        reached, starts = (sum(cell[name] for cell in some) for name in ("reached", "starts"))
        p = (reached + 2) / (starts + 4)
        shares.append((reached / starts, math.sqrt(p * (1 - p) / (starts + 4))))
    (a, da), (b, db) = shares
    return a - b, math.hypot(da, db)


def accuracies(path):
    """(H, m) -> (runs, epochs) of a stored rotation table."""
    with path.open() as file:
        rows = [(int(r["depth_g"]), int(r["width_g"]), int(r["run"]), int(r["epoch"]), r) for r in csv.DictReader(file)]
    found = {}
    for H, m, run, epoch, row in rows:
        found.setdefault((H, m), {})[run, epoch] = float(row["accuracy"])
    shape = {at: tuple(1 + max(key[i] for key in cells) for i in (0, 1)) for at, cells in found.items()}
    return {
        at: np.array([[cells[run, epoch] for epoch in range(shape[at][1])] for run in range(shape[at][0])])
        for at, cells in found.items()
    }


def accuracy_gap(wide, narrow, tested):
    """The difference of last accuracies, and its standard error over runs and test pairs."""
    last = [v[:, -1] for v in (wide, narrow)]
    squares = sum(v.mean() * (1 - v.mean()) / tested + v.var(ddof=1) / len(v) for v in last)
    return float(last[0].mean() - last[1].mean()), float(math.sqrt(squares))
