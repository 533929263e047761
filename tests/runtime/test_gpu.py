"""A GPU that JAX was installed for and that is not there takes one sentence, and the CPU computes."""

import os
import subprocess
import sys

from tests import ROOT

PLUGIN = """
def initialize():
    try:
        raise RuntimeError("operation cuInit(0) failed: CUDA_ERROR_NO_DEVICE")
    except RuntimeError as error:
        raise RuntimeError("Unable to load CUDA. Is it installed?") from error
"""


def test_without_a_gpu_its_plugin_of_jax_says_one_sentence_and_the_cpu_computes(tmp_path):
    (tmp_path / "jax_plugins" / "xla_cuda13").mkdir(parents=True)
    (tmp_path / "jax_plugins" / "xla_cuda13" / "__init__.py").write_text(PLUGIN)
    code = "import hyperviz.studies, jax; print(jax.devices()[0].platform)"
    given = {k: v for k, v in os.environ.items() if k != "JAX_PLATFORMS"} | {"PYTHONPATH": f"{ROOT}:{tmp_path}"}
    done = subprocess.run([sys.executable, "-c", code], env=given, capture_output=True, text=True, check=True)
    assert done.stdout == "cpu\n"
    said = "hyperviz: no GPU can be used here, though JAX was installed for one; it computes on the CPU"
    assert done.stderr == f"{said} (Unable to load CUDA. Is it installed?).\n"
