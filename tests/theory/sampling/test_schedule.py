"""The order of a draw's ticks, beside plain loops over stages, layers and blocks."""

import jax
import numpy as np
import pytest

from hyperviz.theory.architecture import Architecture
from hyperviz.theory.sampling import kernels, schedule
from tests.theory.sampling.test_kernels import FOUR_Z, TWO_X, sizes

pytestmark = pytest.mark.usefixtures("compiled_lightly")

WIDE, NARROW = 2 * 16384 + 130, 100  # of four points 16,384 neurons are a large block


def blocks(width):
    """Kind and offset of the blocks that cover a width: large ones, then small ones of 128 neurons."""
    edge = width // 16384 * 16384
    return [(1, offset) for offset in range(0, edge, 16384)] + [(2, offset) for offset in range(edge, width, 128)]


def stages(L, H, n, m):
    """Stage, layer, kind and offset of each tick; a turn, which has no neurons, at 0."""
    for stage, depth, width in ((0, L, n), (1, H, m)):
        for layer in range(1, depth):
            yield from [(stage, layer, 0, 0), *[(stage, layer, *block) for block in blocks(width)]]
    yield (1, H, 0, 0)
    for stage, depth, width in ((2, H, m), (3, L, n)):
        for layer in range(depth, 1, -1):
            yield from [(stage, layer, 0, 0), *[(stage, layer - 1, *block) for block in blocks(width)]]
        yield (stage, 1, 0, 0)


def test_a_draw_goes_up_and_down_both_networks_block_by_block_and_each_block_has_its_own_random_numbers():
    place = jax.jit(jax.vmap(schedule._place, in_axes=(None, 0)))
    for architecture in ((3, 4, WIDE, NARROW), (1, 3, NARROW, WIDE), (3, 1, WIDE, NARROW)):
        what, _ = kernels.problem(TWO_X, FOUR_Z, Architecture(**sizes(*architecture)))
        want = list(stages(*architecture))
        assert schedule.ticks(what).sum() == len(want)
        stage, layer, kind, offset, counter = map(np.asarray, place(what, np.arange(60)))
        found = zip(stage, layer, kind, np.where(kind == 0, 0, offset), strict=True)
        assert [tuple(map(int, one)) for one in found][: len(want)] == want
        # a block's numbers are those of its backward pass too, and nobody else's
        which = [((s in (0, 3), *rest), c) for (s, *rest), c in zip(want, counter.tolist(), strict=False)]
        assert len({c for _, c in which}) == len({w for w, _ in which}) == len(set(which))
