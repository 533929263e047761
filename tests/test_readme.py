"""What the README prints runs as it stands."""

import re

import numpy as np

from tests import ROOT


def test_the_lines_of_python_draw_a_kernel_that_is_near_its_limit():
    """At width 1,000,000 the standard deviation is about 1 % of an entry."""
    (lines,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    names = {}
    exec(lines, names)
    assert names["drawn"].shape == (2, 2)
    np.testing.assert_allclose(names["drawn"], names["limit"], rtol=0.05)
    assert (names["drawn"] != names["limit"]).all()
