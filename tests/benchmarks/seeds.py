"""How often the default view of a study decides, and how: `python tests/benchmarks/seeds.py STUDY SEEDS`.

Prints a line a seed, and at the end how many seeds gave which verdict and the range of every slope against theory.
"""

import collections
import dataclasses
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[2]))

from hyperviz.studies.registry import STUDIES


def main(name: str, seeds: int) -> None:
    study, states, furthest = STUDIES[name], collections.Counter(), {}
    for seed in range(seeds):
        *_, result = study.stream(dataclasses.replace(study.settings(), seed=seed))
        verdict, table = study.report.verdict(result), study.report.table(result)
        states[verdict.state] += 1
        slopes = table[(table.quantity == "slope") & table.theory.notna()]
        for at, row in enumerate(slopes.itertuples()):
            furthest[at] = max(furthest.get(at, 0.0), abs(row.value - row.theory))
        print(seed, verdict.state, verdict.here, verdict.evidence, flush=True)
    print(name, dict(states), "furthest from theory:", [round(value, 3) for value in furthest.values()])


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
