"""Ask what the paper claims, a package an experiment; importing one makes this process the app's or the terminal's."""

import os
import platform
import sys

from hyperviz.runtime import gpu

# Read when JAX is first imported: an app shares its machine, and Metal is experimental.
os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
if platform.system() == "Darwin":
    os.environ.setdefault("JAX_PLATFORMS", "cpu")

# The small systems of the grid solver gain nothing from OpenBLAS's threads, and stall on them when cores are busy.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# float64 once for the whole process: the context manager is thread-local and Streamlit runs every page in a thread of
# its own. dtypes are written out everywhere else. By the environment, so that settings are read without loading JAX.
# Whoever imports hyperviz.theory alone keeps his own precision: `runtime.precision` asks for float64 at each entry.
os.environ["JAX_ENABLE_X64"] = "true"
if "jax" in sys.modules:
    sys.modules["jax"].config.update("jax_enable_x64", True)

gpu.say_in_a_sentence()
