"""One hyperkernel by this library and by other tools, side by side in one run, as ratios.

`python -m pytest tests/benchmarks/test_rival_speed.py -o addopts= -s`; plain NumPy is always there, the others where a
Python that has them is named: HYPERVIZ_TORCH=/path/to/python (torch 2.13), HYPERVIZ_NEURAL_TANGENTS=/path/to/python
(jax 0.4.20, numpy 1 and neural-tangents: jax 0.4.30 lacks what it imports). None is a dependency.

The rivals write the network's weights out; this library draws the kernel's law without them, so that its time hardly
grows with the width. Seen in one run at widths 64 and 128, two shared cores, times this library's 3.3 to 4.1 ms: plain
NumPy 1.8 and 13, torch.func 15 and 146, neural-tangents 19 and 80.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import jax
import numpy as np
import pytest

from tests.benchmarks.rival_speed import X, Z
from tests.benchmarks.test_kernels_speed import best, draw, say

SCRIPT = Path(__file__).with_name("rival_speed.py")
TOOLS = {"numpy": sys.executable}
TOOLS |= {name: os.environ.get(f"HYPERVIZ_{name.upper().replace('-', '_')}") for name in ("torch", "neural-tangents")}
WIDTHS = (64, 128)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("tool", TOOLS)
def test_one_hyperkernel_of_16_points_beside_another_tool(benchmark, tool, width):
    if not (python := TOOLS[tool]):
        pytest.skip(f"{tool} has no environment here: name its Python in HYPERVIZ_{tool.upper().replace('-', '_')}")
    call = draw(width, slice(None))
    ours = best(call, 20)
    benchmark.pedantic(lambda: jax.block_until_ready(call(1)), rounds=3)
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("JAX_", "XLA_"))}
    command = [python, SCRIPT, tool, str(width)]  # a compilation cache of another JAX ends it
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=plain)
    theirs = json.loads(done.stdout.splitlines()[-1])
    mean = np.mean([np.diag(call(i)).mean() for i in range(20)])
    say(benchmark, width=width, **{tool: theirs["seconds"]}, ours=ours, ratio=theirs["seconds"] / ours)
    assert len(X) == len(Z) == 16
    assert 0.25 < theirs["diagonal"] / mean < 4  # the same kernel, of few draws: 16 in the limit
