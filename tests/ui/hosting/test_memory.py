"""What the C library holds of the server's memory."""

import platform
import subprocess
import sys

import pytest

from tests import ROOT

pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has arenas")
# twelve threads that hold memory at once; then how many arenas there are
THREADS = """
import ctypes, os, sys, threading
from hyperviz.ui.hosting import memory
if sys.argv[1] == "few":
    memory.few_arenas()
c, hold = ctypes.CDLL(None), threading.Barrier(12)
c.malloc.restype, c.fdopen.restype = ctypes.c_void_p, ctypes.c_void_p
def work():
    c.malloc(1000)
    hold.wait()
threads = [threading.Thread(target=work) for _ in range(12)]
for thread in threads: thread.start()
for thread in threads: thread.join()
out = ctypes.c_void_p(c.fdopen(1, b"w"))
c.malloc_info(0, out)
c.fflush(out)
"""


def arenas(how: str) -> int:
    found = subprocess.run([sys.executable, "-c", THREADS, how], capture_output=True, text=True, cwd=ROOT, check=True)
    return found.stdout.count("<heap nr=")


def test_all_threads_allocate_from_two_arenas():
    assert arenas("few") == 2
    assert arenas("as glibc comes") > 2
