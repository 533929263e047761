"""What all tests share: shapes are types, and the browser's tests run side by side with the rest."""

import pytest
from jaxtyping import install_import_hook

# under the tests every annotation of hyperviz.theory is checked, at run time, by beartype
install_import_hook("hyperviz.theory", "beartype.beartype")  # before anything imports hyperviz


def pytest_itemcollected(item):
    """One server and one browser serve all browser tests: they stay in one of the two workers, and go first."""
    if item.get_closest_marker("browser"):
        item.add_marker(pytest.mark.xdist_group("browser"))
