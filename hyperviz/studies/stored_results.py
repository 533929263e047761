"""Make the finished results of every preset and default view, which are shipped: a page shows them at once.

`python -m hyperviz.studies.stored_results` makes them all again; with names of studies after it, only theirs.
"""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import importlib
import json
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np

import hyperviz
from hyperviz.data.stored import FOLDER
from hyperviz.studies.registry import STUDIES


class Stored(NamedTuple):
    """Hold a finished result, and the day and the version that made it."""

    result: Any
    date: str
    version: str


def find(study: str, settings: Any, folder: Path | None = None) -> Stored | None:
    """Return the stored end state of exactly these settings, or None; folder: where, if not with the package."""
    path = _path(study, settings, folder)
    return _read(path) if path.exists() else None


@lru_cache(maxsize=64)
def _read(path: Path) -> Stored:
    with np.load(path, allow_pickle=False) as file:
        about = json.loads(str(file["about"]))
        arrays = [file[f"array{i}"] for i in range(len(file.files) - 1)]
    return Stored(_decoded(about["result"], arrays), about["date"], about["version"])


def save(study: str, settings: Any, result: Any, folder: Path | None = None) -> Path:
    """Write a finished result beside the others, or into a folder, and return its file."""
    arrays: list[np.ndarray] = []
    about = {"date": datetime.date.today().isoformat(), "version": hyperviz.__version__}
    about |= {"study": study, "settings": dataclasses.asdict(settings), "result": _encoded(result, arrays)}
    named: dict[str, Any] = {f"array{i}": array for i, array in enumerate(arrays)}
    path = _path(study, settings, folder)
    path.parent.mkdir(exist_ok=True)
    np.savez_compressed(path, about=np.array(json.dumps(about)), **named)
    return path


def views(study: str) -> dict[str, Any]:
    """Return the settings that are stored: the default view and every preset, by name."""
    module = importlib.import_module(STUDIES[study].settings.__module__)
    return {"default": STUDIES[study].settings(), **module.PRESETS}


def _path(study: str, settings: Any, folder: Path | None) -> Path:
    said = json.dumps(dataclasses.asdict(settings), sort_keys=True)
    return (folder or FOLDER) / f"{study}-{hashlib.sha256(said.encode()).hexdigest()[:12]}.npz"


def _encoded(value: Any, arrays: list[np.ndarray]) -> Any:
    """Return the value as JSON; its arrays go to the list. Only types of hyperviz, containers, numbers and words."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray | jax.Array):
        arrays.append(np.asarray(value))
        return {"array": len(arrays) - 1}
    if isinstance(value, dict):
        return {"dict": [[_encoded(key, arrays), _encoded(item, arrays)] for key, item in value.items()]}
    if hasattr(value, "_fields") or dataclasses.is_dataclass(value):
        names = getattr(value, "_fields", None) or [field.name for field in dataclasses.fields(value)]
        kind = f"{type(value).__module__}:{type(value).__qualname__}"
        return {"type": kind, "fields": {name: _encoded(getattr(value, name), arrays) for name in names}}
    for kind in (tuple, list, frozenset):
        if isinstance(value, kind):
            return {kind.__name__: [_encoded(item, arrays) for item in value]}
    raise TypeError(f"a result holds a {type(value).__name__}, which cannot be stored")


def _decoded(said: Any, arrays: list[np.ndarray]) -> Any:
    if not isinstance(said, dict):
        return said
    if "array" in said:
        return arrays[said["array"]]
    if "dict" in said:
        return {_decoded(key, arrays): _decoded(item, arrays) for key, item in said["dict"]}
    if "type" in said:
        module, name = said["type"].split(":")
        kind = getattr(importlib.import_module(module), name)
        return kind(**{key: _decoded(item, arrays) for key, item in said["fields"].items()})
    ((kind, items),) = said.items()
    return {"tuple": tuple, "list": list, "frozenset": frozenset}[kind](_decoded(item, arrays) for item in items)


def _made(names: list[str]) -> Iterator[str]:
    for study in names or STUDIES:
        for name, settings in views(study).items():
            *_, result = STUDIES[study].stream(settings)
            yield f"{study}, {name}: {save(study, settings, result).stat().st_size / 1000:.0f} kB"


if __name__ == "__main__":
    for line in _made(sys.argv[1:]):
        print(line, flush=True)
