"""The home page's random networks agree only when f and g are both wide."""

import numpy as np
import pytest

from hyperviz.studies.home.settings import PRESETS, HomeSettings
from hyperviz.studies.home.study import look, said


@pytest.mark.parametrize("seed", range(5))
def test_only_both_wide_makes_random_networks_agree(seed):
    spread = {}
    for name, preset in PRESETS.items():
        spread[name] = look(HomeSettings(preset.width_f, preset.width_g, seed)).factor
    assert spread["both wide"] < 2 < 4 < min(spread["only f wide"], spread["only g wide"])


def test_the_same_seed_gives_the_same_curves_and_the_sentence_their_factor():
    one, two = look(HomeSettings(64, 64)), look(HomeSettings(64, 64))
    np.testing.assert_array_equal(one.curves, two.curves)
    low, high = np.quantile(one.curves[:, one.theta.tolist().index(0)], (0.1, 0.9))
    assert f"{high / low:.2g}" in said(one)
