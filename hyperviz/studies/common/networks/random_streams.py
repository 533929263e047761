"""Name every stream of random numbers that the studies draw from: a seed and a stream decide what is drawn.

The numbers stand in shared links and stored results: a new stream takes a new number, none is ever changed.
"""

from __future__ import annotations

from enum import Enum, unique

import numpy as np

JAX, NUMPY = "jax.random.fold_in", "numpy.random.default_rng"  # equal numbers of the two have nothing in common


@unique
class Stream(int, Enum):
    """Hold one stream of one study, an integer; a family of streams is that integer and the `count - 1` after it."""

    def __new__(cls, study: str, generator: str, number: int, count: int = 1) -> Stream:
        """Return the member: its number, told apart from that of another study or generator."""
        member = int.__new__(cls, number)
        member._value_ = (study, generator, number, count)
        return member

    @property
    def family(self) -> tuple[str, str]:
        """Return the study and the generator: among these no two streams may overlap."""
        return self.value[:2]

    @property
    def numbers(self) -> range:
        """Return the integers of this stream, or of its family."""
        number, count = self.value[2:]
        return range(number, number + count)

    CONVERGENCE_CURVE = "convergence", JAX, 0
    CONVERGENCE_CELL = "convergence", JAX, 1, 10**9  # + n + 10,000 m
    CONVERGENCE_ALONE = "convergence", JAX, 2 * 10**9, 10_000  # + n

    PRIOR_OUTPUTS = "prior", JAX, 0
    PRIOR_LINE_NETWORKS = "prior", JAX, 2
    PRIOR_PATCH_NETWORKS = "prior", JAX, 3
    PRIOR_NNGP = "prior", JAX, 5
    PRIOR_HYPERKERNEL = "prior", JAX, 6
    PRIOR_FEATURES = "prior", JAX, 7
    PRIOR_DEPTH = "prior", JAX, 8
    PRIOR_SIZES = "prior", JAX, 9
    PRIOR_SIZE_TANGENTS = "prior", JAX, 4
    PRIOR_TERMS = "prior", JAX, 1000, 1000  # + the place of the pair of points
    PRIOR_WIDTHS = "prior", JAX, 10_000, 10_000  # + the place of the cell
    PRIOR_LINE = "prior", NUMPY, 1
    PRIOR_PATCH = "prior", NUMPY, 2
    PRIOR_POINTS = "prior", NUMPY, 10
    PRIOR_PAIRS = "prior", NUMPY, 11
    PRIOR_DEPTH_POINTS = "prior", NUMPY, 12
    PRIOR_INITIALISATION = "prior", NUMPY, 20, 5  # + the place of the initialisation; the first network follows it
    PRIOR_GENERATORS = "prior", NUMPY, 30, 4  # + the place of the generator; widths, chunks, rank, the first follow
    PRIOR_EMBEDDINGS = "prior", NUMPY, 40

    TAYLOR_CELL = "taylor", JAX, 1, 2**32  # + n + 1,000,003 m, modulo 2^32

    DYNAMICS_STARTS = "dynamics", JAX, 1
    DYNAMICS_FIT = "dynamics", JAX, 3
    DYNAMICS_KERNEL = "dynamics", JAX, 4
    DYNAMICS_SURFACE = "dynamics", JAX, 5
    DYNAMICS_GRID = "dynamics", JAX, 100, 10**6  # + 10 H + padded width
    DYNAMICS_POINTS = "dynamics", NUMPY, 0
    DYNAMICS_PRIOR = "dynamics", NUMPY, 1
    DYNAMICS_DIRECTIONS = "dynamics", NUMPY, 5
    DYNAMICS_NETWORKS = "dynamics", f"{NUMPY}, then the widths", 0, 100  # + the network; widths, above 0, follow it

    ROTATION_WEIGHTS = "rotation", JAX, 0, 100  # + the run
    ROTATION_ORDER = "rotation", NUMPY, 7  # run and epoch follow it

    INPAINTING_IMAGES = "inpainting", NUMPY, 0, 50  # + the run
    # the numbers that choose run 0's images: it stays, since links show the masks made of them
    INPAINTING_MASK = "inpainting", f"{NUMPY}, a mask", 0
    INPAINTING_POSTERIOR = "inpainting", NUMPY, 1000
    INPAINTING_RIVALS = "inpainting", NUMPY, 1001  # 0: masks learnt from; 1: the few pixels seen

    CNN_BATCHES = "table1", NUMPY, 0  # the seed is one that the run has drawn
    CNN_WEIGHTS = "table1", NUMPY, 1


def random_generator(seed: int, stream: int, *further: int) -> np.random.Generator:
    """Return NumPy's generator of a stream; further: what tells its draws apart, such as a run and an epoch."""
    return np.random.default_rng([seed, int(stream), *further])
