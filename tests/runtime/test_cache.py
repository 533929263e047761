"""The cache of factorisations: bounded in bytes, the least recently used goes first."""

import numpy as np
import pytest

from hyperviz.runtime.cache import ByteBoundedCache
from hyperviz.studies.inpainting import factor_cache
from hyperviz.studies.inpainting.settings import InpaintingSettings


def test_the_least_recently_used_goes_first_and_the_bound_is_never_passed():
    kept = ByteBoundedCache(24)
    for name in "abc":
        kept.put(name, np.zeros(1))
    assert kept.get("a") is not None
    kept.put("d", np.zeros(1))
    assert kept.get("b") is None
    assert all(kept.get(name) is not None for name in "acd")
    assert kept.nbytes == 24


def test_what_is_larger_than_the_bound_is_not_kept_and_costs_nothing_else_its_place():
    kept = ByteBoundedCache(24)
    kept.put("a", np.zeros(2))
    kept.put("large", np.zeros(4))
    assert kept.get("large") is None
    assert kept.get("a") is not None
    kept.put("a", np.zeros(3))
    assert kept.nbytes == 24
    kept.put("a", np.zeros(4))
    assert kept.get("a") is None


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"digits": 7}, True),
        ({"view": "finer"}, True),
        ({"task": "inpainting"}, True),
        ({"hidden": "left"}, False),
        ({"ridge": 0.01}, False),
        ({"bandwidth": 2.0}, False),
        ({"depth_g": 2}, False),
        ({"images": 12}, False),
        ({"seed": 1}, False),
        ({"activation_f": "leaky_relu"}, False),
        ({"task": "representation"}, False),
    ],
)
def test_factors_are_found_again_exactly_when_nothing_they_depend_on_has_changed(change, same):
    base = InpaintingSettings(images=10)
    *_, done = factor_cache.steps(base, "nngp")
    assert factor_cache.lookup(base, "nngp") is done
    assert (factor_cache.lookup(InpaintingSettings(**{"images": 10} | change), "nngp") is done) == same
    assert factor_cache.lookup(base, "hk") is not done


def test_only_the_nngp_s_cholesky_factors_are_kept_and_only_while_they_fit(monkeypatch):
    settings = InpaintingSettings(images=11)
    *_, nngp = factor_cache.steps(settings, "nngp")
    *_, hk = factor_cache.steps(settings, "hk")
    assert len(nngp.kept) == 120
    assert hk.kept == ()
    assert hk.systems.triangle == []
    limit = factor_cache.LIMIT
    monkeypatch.setattr(factor_cache, "LIMIT", 1000)
    *_, large = factor_cache.steps(InpaintingSettings(images=13), "nngp")
    assert large.kept == ()
    assert factor_cache._kept.nbytes <= limit
