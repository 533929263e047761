"""Keep compiled programs on disk: in a private folder, keyed by machine, JAX and source; checked before use."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import logging
import os
import pathlib
import pickle
import platform
import re
import shutil
import tempfile
from functools import cache

import jax
import jax.numpy as jnp
import pooch
from jax.experimental import serialize_executable
from jax.stages import Compiled

VARIABLE = "HYPERVIZ_PROGRAMS"  # another folder; "off": nothing is kept
VERSIONS = 4  # of machine, JAX and source together whose programs are kept
VERSION = re.compile("[0-9a-f]{16}")  # how such a folder is named
SOURCES = ("theory", "studies", "runtime", "data")
_log = logging.getLogger(__name__)
_stored: set[str] = set()  # names of the files that this process has read or written


def read(key: str) -> Compiled | None:
    """Return the program of this key, or None where there is none that this machine can use."""
    path = _path(key)
    if path is None or not path.exists():
        return None
    try:
        if (payload := _payload(path)) is None:
            return None
        _connect_lapack()
        program = serialize_executable.deserialize_and_load(*pickle.loads(payload))
        _stored.add(path.name)
        return program
    except Exception as error:  # of a file: whatever it is, the program can be compiled again
        _log.debug("a program on disk is of no use: %s", error)
        remove(key)  # its study is then compiled at the next start
        return None


def _payload(path: pathlib.Path) -> bytes | None:
    """Return what was written to a file, None where it is damaged."""
    found = path.read_bytes()
    return found[32:] if hashlib.sha256(found[32:]).digest() == found[:32] else None


def _put(path: pathlib.Path, payload: bytes) -> None:
    """Write a file, whole or not at all."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(hashlib.sha256(payload).digest() + payload)
    pathlib.Path(file.name).replace(path)


@cache
def _connect_lapack() -> None:
    """Have JAX look up LAPACK's functions, as it does when it first lowers one: a program that is read calls them.

    Without it such a program ends the process (jaxlib 0.10.2).
    """
    jax.jit(jnp.linalg.cholesky).lower(jax.ShapeDtypeStruct((1, 1), jnp.float32))


def write(key: str, program: Compiled) -> None:
    """Keep the program, whole or not at all; a folder that cannot be written to is no error."""
    path = _path(key)
    if path is None:
        return
    try:
        _put(path, pickle.dumps(serialize_executable.serialize(program)))
        _stored.add(path.name)
    except Exception as error:  # a full disk, or a backend whose programs cannot be written
        _log.debug("a program is not kept: %s", error)


def holds(key: str) -> bool:
    """Return whether this process has read or written the program of this key, and it is still there."""
    path = _path(key)
    return path is not None and path.name in _stored and path.exists()


def remove(key: str) -> None:
    """Remove the program of this key: it is of no use."""
    if path := _path(key):
        _stored.discard(path.name)
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def is_off() -> bool:
    """Return whether nothing can be kept."""
    return _at() is None


def write_list(name: str) -> None:
    """Write the list that says: with what this process has stored or read, all programs of `name` are there."""
    if at := _at():
        with contextlib.suppress(OSError):
            files = sorted(file for file in _stored.copy() if (at / file).exists())
            _put(at / f"{name}.list", " ".join(files).encode())


def complete(name: str) -> bool:
    """Return whether all programs on the list of this name are there, none of them damaged."""
    if (at := _at()) is None:
        return False
    try:
        files = (_payload(at / f"{name}.list") or b"").decode().split()
        return bool(files) and all(_payload(at / file) for file in files)
    except OSError:
        return False


def _at() -> pathlib.Path | None:
    """Return the folder that the environment names today."""
    return folder(os.environ.get(VARIABLE, ""))


def _path(key: str) -> pathlib.Path | None:
    if " at 0x" in key:  # an address: not the same in another process
        return None
    at = _at()
    return at and at / hashlib.sha256(key.encode()).hexdigest()[:32]


@cache
def folder(named: str) -> pathlib.Path | None:
    """Return this machine's, JAX's and source's folder, made if need be; None where none can be had.

    Args:
        named: the folder that the environment names, "" for the user's cache, "off" for none.
    """
    if named == "off":
        return None
    root = pathlib.Path(named).expanduser() if named else pathlib.Path(pooch.os_cache("hyperviz")) / "programs"
    try:
        found = _private(root / _version())
        _forget_old(root)
    except OSError:
        return _private(pathlib.Path(tempfile.mkdtemp(prefix="hyperviz-")))
    return found


def _private(path: pathlib.Path) -> pathlib.Path | None:
    """Return the folder if it is this user's alone: what is read from it is run.

    One that can only be read is used where a study's programs are all there, as in an image that runs read-only.
    """
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    about = path.stat()
    if os.name == "posix" and (about.st_uid != os.getuid() or about.st_mode & 0o022):
        return None
    if os.access(path, os.W_OK):
        os.utime(path)
    elif not any(path.glob("*.list")):
        raise PermissionError(path)
    return path


def _forget_old(root: pathlib.Path) -> None:
    """Remove all but the last versions: folders that are named as versions are, and nothing else."""
    versions = [path for path in root.iterdir() if path.is_dir() and VERSION.fullmatch(path.name)]
    for old in sorted(versions, key=lambda path: path.stat().st_mtime)[:-VERSIONS]:
        shutil.rmtree(old, ignore_errors=True)


def _version() -> str:
    """Return what decides whether a program may run here: the machine, JAX, and the source that was traced."""
    device = jax.devices()[0]
    said = [jax.__version__, importlib.metadata.version("jaxlib"), platform.python_version()]
    said += [device.platform, device.device_kind, device.client.platform_version, str(jax.device_count())]
    said += [_processor(), os.environ.get("XLA_FLAGS", "")]
    digest = hashlib.sha256("\n".join(said).encode())
    package = pathlib.Path(__file__).parents[1]
    for path in sorted(path for name in SOURCES for path in (package / name).rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _processor() -> str:
    """Return the processor's name and instruction sets, as far as the system tells."""
    with contextlib.suppress(OSError):
        lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
        kept = {line for line in lines if line.startswith(("model name", "flags", "Features", "CPU part"))}
        return "\n".join(sorted(kept))
    return f"{platform.machine()} {platform.processor()}"
