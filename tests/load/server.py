"""A server of the tools' own on loopback, ended when they end."""

from __future__ import annotations

import contextlib
import pathlib

from tests.pages.conftest import serving


def memory(process: int) -> float:
    """Return the resident memory of a process in MB (Linux)."""
    return _status(process, "VmRSS")


def peak(process: int) -> float:
    """Return the most memory in MB that a process has had resident (Linux)."""
    return _status(process, "VmHWM")


def _status(process: int, name: str) -> float:
    status = pathlib.Path(f"/proc/{process}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith(name)).split()[1]) / 1000


@contextlib.contextmanager
def served(script: str, ready: str = "/ready", **variables: str):
    """Yield the address and the process number of a server, once it is ready."""
    with serving(script=script, ready=ready, **variables) as address:
        port = address.rpartition(":")[2]
        yield address, owner(port)


def owner(port: str) -> int:
    """Return the process that was started with this port."""
    wanted = f"--server.port={port}".encode()
    for process in pathlib.Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if process.name.isdigit() and wanted in (process / "cmdline").read_bytes().split(b"\0"):
                return int(process.name)
    raise RuntimeError("the server has ended")
