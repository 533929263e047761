"""Keep what a long run has already done on disk: it survives being killed at any moment."""

from __future__ import annotations

import os
import pathlib
import shutil
import tempfile
import zipfile
from typing import NamedTuple

import numpy as np


class Store(NamedTuple):
    """Keep a folder of finished pieces, each a file of arrays that is either whole or not there."""

    folder: pathlib.Path

    def load(self, name: str, *only: str) -> dict[str, np.ndarray] | None:
        """Return the arrays of a piece, or those named; None where one is missing, or the piece is no file of ours."""
        try:
            with self._path(name).open("rb") as opened, np.load(opened, allow_pickle=False) as file:
                return {key: file[key] for key in only or file.files}
        except (OSError, ValueError, TypeError, EOFError, KeyError, zipfile.BadZipFile):
            return None

    def save(self, name: str, **arrays) -> None:
        """Write a piece to a new file, flush it to the disk, then rename it: a reader sees the old piece or the new."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self.folder, suffix=".tmp", delete=False) as file:
            np.savez(file, **arrays)  # weights are noise: they take long to compress, and do not shrink
            file.flush()
            os.fsync(file.fileno())
        os.replace(file.name, self._path(name))

    def names(self) -> list[str]:
        """Return the names of all pieces."""
        return sorted(path.stem for path in self.folder.glob("*.npz"))

    def clear(self) -> None:
        """Remove the folder with all that is in it."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _path(self, name: str) -> pathlib.Path:
        return self.folder / f"{name}.npz"
