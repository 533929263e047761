"""How fast the kernels are, as ratios measured side by side: `python -m pytest tests/benchmarks -o addopts= -s`.

neural-tangents 0.6, the only other tool for empirical kernels, needs 1.9 to 3.6 s for one hyperkernel of L = H = 4 at
width 256 on 16 points (two cores), and 17 GB of Jacobian at 512: it can't be installed beside a current JAX.
"""

import json
import subprocess
import sys
import time

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hyperviz.theory import analytic, sampling

RNG = np.random.default_rng(0)
DEEP = {"depth_f": 4, "depth_g": 4}
CIRCLE = np.linspace(-np.pi / 2, np.pi / 2, 16)
X = np.tile(np.float32([[1, -1]]), (16, 1))
Z = np.stack([np.sin(CIRCLE), np.cos(CIRCLE)], 1).astype(np.float32)
THREE = [0, 7, 15]


def best(call, rounds):
    """The shortest of several runs, in seconds, after one that compiles; its work is not shared between the rounds."""
    call(0)
    seconds = []
    for i in range(rounds):
        began = time.perf_counter()
        jax.block_until_ready(call(i + 1))
        seconds.append(time.perf_counter() - began)
    return min(seconds)


def draw(width, points):
    def call(i):
        return sampling.hyperkernel(jax.random.key(i), X[points], Z[points], **DEEP, width_f=width, width_g=width)

    return call


def say(benchmark, **figures):
    benchmark.extra_info.update(figures)
    print("\n" + ", ".join(f"{name} {value:.4g}" for name, value in figures.items()))


def test_one_draw_at_width_256_on_16_points(benchmark):
    call = draw(256, slice(None))
    call(0)
    benchmark.pedantic(lambda: jax.block_until_ready(call(1)), rounds=50, warmup_rounds=3)
    seconds = benchmark.stats.stats.min
    say(benchmark, milliseconds=1e3 * seconds, target=12)
    assert seconds <= 0.012


def test_one_draw_at_width_a_million_against_30_million_gaussians(benchmark):
    normal = jax.jit(lambda key: jax.random.normal(key, (30_000_000,), jnp.float32))
    gaussians = best(lambda i: normal(jax.random.key(i)), 5)
    call = draw(10**6, THREE)
    call(0)
    benchmark.pedantic(lambda: jax.block_until_ready(call(1)), rounds=5)
    seconds = benchmark.stats.stats.min
    say(benchmark, seconds=seconds, target=3, gaussians=gaussians, ratio=seconds / gaussians, ratio_target=6)
    assert seconds / gaussians <= 6


# Peak resident memory of this process alone: ru_maxrss would start from that of the process it was forked from.
FRESH = f"""
import json, pathlib, time
import numpy as np
began = time.perf_counter()
import jax
from hyperviz.theory import sampling
x, z = np.float32({X[THREE].tolist()}), np.float32({Z[THREE].tolist()})
def draw(n):
    sampling.hyperkernel(jax.random.key(0), x, z, depth_f=4, depth_g=4, width_f=n, width_g=n).block_until_ready()
    lines = pathlib.Path("/proc/self/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
print(json.dumps([draw(8), draw(10**6), time.perf_counter() - began]))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the peak is read from /proc")
def test_memory_does_not_grow_with_the_width(benchmark):
    def fresh():
        return json.loads(subprocess.run([sys.executable, "-c", FRESH], capture_output=True, check=True).stdout)

    narrow, wide, seconds = benchmark.pedantic(fresh, rounds=1)
    say(benchmark, gigabytes=wide / 1e9, at_width_8=narrow / 1e9, target=1, seconds_of_a_fresh_process=seconds)
    assert wide < 1e9
    assert wide - narrow < 1e8


def plain_hyperkernel(x, z, dtype, L=4, H=4):
    """Theta_h as one writes it down in NumPy: matrices, arccos, no tricks; every array in dtype."""
    pi = dtype(np.pi)

    def duals(C, diagonal):
        norm = np.sqrt(np.outer(diagonal, diagonal))
        c = np.clip(C / norm, -1, 1)
        angle = pi - np.arccos(c)
        return norm * (np.sqrt(1 - c * c) + c * angle) / pi, angle / pi

    x, z = x.astype(dtype), z.astype(dtype)
    S, Sigma = x @ x.T / dtype(x.shape[1]), z @ z.T / dtype(z.shape[1])
    T, T_g = S, Sigma
    diagonal_f, diagonal_g = np.diagonal(S).copy(), np.diagonal(Sigma).copy()
    for _ in range(L - 1):
        S, S_dot = duals(S, diagonal_f)
        T = S + T * S_dot
    for _ in range(H - 1):
        diagonal_g = diagonal_g * diagonal_f
        Sigma, Sigma_dot = duals(Sigma * S, diagonal_g)
        T_g = Sigma + T_g * Sigma_dot * S
    return T * T_g


@pytest.mark.parametrize("d", [10, 784])
def test_the_analytic_hyperkernel_of_2000_points_against_plain_numpy(benchmark, d):
    x, z = RNG.normal(size=(2000, d)).astype(np.float32), RNG.normal(size=(2000, 2)).astype(np.float32)
    single = best(lambda _: plain_hyperkernel(x, z, np.float32), 3)
    double = best(lambda _: plain_hyperkernel(x, z, np.float64), 3)
    ours = np.asarray(analytic.kernels(x, z, **DEEP).hyperkernel)
    np.testing.assert_allclose(ours, plain_hyperkernel(x, z, np.float64), rtol=0, atol=1e-4 * ours.max())
    benchmark.pedantic(lambda: jax.block_until_ready(analytic.kernels(x, z, **DEEP)), rounds=10, warmup_rounds=1)
    seconds = benchmark.stats.stats.min
    ratios = {"over_float32": single / seconds, "over_float64": double / seconds}
    say(benchmark, seconds=seconds, numpy_float32=single, numpy_float64=double, **ratios, target=3)
    assert ratios["over_float64"] >= 3
