"""What all tests share: shapes are types, what is compiled, and the browsers' tests run side by side with the rest."""

import gc
import os
import pathlib

# one process compiles for all, the workers and the servers: read when JAX is imported
CACHE = pathlib.Path(__file__).parents[1] / ".pytest_cache"
os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(CACHE / "compiled"))
os.environ.setdefault("HYPERVIZ_PROGRAMS", str(CACHE / "programs"))
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0.2")
# XLA's older code generator compiles in two thirds of the time (jaxlib 0.10.2: 18 s, 13 s; 10 s with compiled_lightly),
# and with less of LLVM the sampler's tests take 48 s in the place of 52, which are as fast then
FAST = "--xla_cpu_use_fusion_emitters=false --xla_backend_optimization_level=1"
os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {FAST}".strip()

import jax  # noqa: E402
import jaxtyping  # noqa: E402
import pytest  # noqa: E402
from xdist.scheduler import LoadScopeScheduling  # noqa: E402

gc.freeze()  # with what is imported, each look through all objects takes long: 3 % of the sampler's tests
gc.set_threshold(50_000, 20, 100)
# under the tests of CHECKED every annotation of hyperviz.theory is checked, at run time, by beartype
jaxtyping.install_import_hook("hyperviz.theory", "beartype.beartype")  # before anything imports hyperviz

import hyperviz.studies  # noqa: E402, F401  # float64, as in the app

# the theory's tests, and one that runs every study: checked everywhere, the studies' tests take a third more
CHECKED = ("tests/theory/", "tests/studies/test_stored_results.py")
OPENED = ("every_page", "every_phone", "home_page", "paper_page", "canvas")  # browsers' tests that compute nothing,
USED = ("exports", "access", "settings", "tours_page", "embed", "load")  # and those that compute little
FIRST = ("tests/pages/", "tests/theory/", "tests/test_", "tests/studies/")


class ThreeBrowsers(LoadScopeScheduling):
    """A browser serves many browser tests: these stay in three workers, and go first, waiting more than they compute.

    The other modules stay whole too: what a module compiles or draws once, it compiles or draws in one worker. The
    names of xdist's own groups do not reach its scheduler under pytest 9.
    """

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.split("::")[0]
        if not module.startswith("tests/pages/"):
            return module
        name = module.removeprefix("tests/pages/test_").removesuffix(".py")
        return "opened" if name in OPENED else "used" if name in USED else "played"


def pytest_collection_modifyitems(items):
    """The browser's tests first, then what takes longest: no worker has a long module left when the others end.

    The page whose programs the server is still compiling comes last among them: a browser that waits takes CPU too.
    """

    def turn(item: pytest.Item) -> tuple[int, bool]:
        at = next((i for i, at in enumerate(FIRST) if item.nodeid.startswith(at)), len(FIRST))
        return at, item.nodeid.startswith("tests/pages/test_convergence_page.py")

    items.sort(key=turn)


def pytest_xdist_make_scheduler(config, log):
    """The scheduler of the workers."""
    return ThreeBrowsers(config, log)


@pytest.fixture(scope="module", autouse=True)
def annotations_are_checked(request):
    """Whether beartype looks at what the theory's functions get and return."""
    jaxtyping.config.update("jaxtyping_disable", not request.node.nodeid.startswith(CHECKED))


@pytest.fixture
def as_a_user():
    """Nobody checks annotations, as outside the tests: the library's own guards must speak."""
    before = jaxtyping.config.jaxtyping_disable
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", before)


@pytest.fixture(scope="module")
def compiled_lightly():
    """Without most of XLA's optimisations: for modules in which compiling takes longer than what is compiled."""
    jax.config.update("jax_disable_most_optimizations", True)
    yield
    jax.config.update("jax_disable_most_optimizations", False)
