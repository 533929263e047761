"""Download published data sets on request: each file is checked, kept in the user's cache, and never fetched twice."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import pooch
import requests

from hyperviz.errors import DataMissing

FOLDER = "HYPERVIZ_DATA"  # the environment variable that names another cache folder
TIMEOUT = 10.0  # seconds without a byte after which a server counts as hanging
RETRIES = 2
BLOCK = 1 << 16  # bytes
pooch.get_logger().setLevel("WARNING")  # a retry is no news


class Source(NamedTuple):
    """Name where a data set is published and what its files must be."""

    name: str
    mirror: str  # base address
    variable: str  # the environment variable that names another mirror
    files: dict[str, str]  # file name -> "md5:..." as published
    megabytes: int

    @property
    def address(self) -> str:
        """Return the mirror in use, ending in a slash."""
        return os.environ.get(self.variable, self.mirror).rstrip("/") + "/"


def folder(source: Source) -> Path:
    """Return the folder in which the files of a data set are kept: the user's cache, or below $HYPERVIZ_DATA."""
    base = os.environ.get(FOLDER)
    return (Path(base) if base else Path(pooch.os_cache("hyperviz"))) / source.name


def present(source: Source) -> bool:
    """Return whether all its files are here (their checksums are looked at when they are read)."""
    return all((folder(source) / name).is_file() for name in source.files)


def fetch(source: Source, name: str) -> Path:
    """Return the path of one file: a good copy that is here is used without the network, a bad one is replaced.

    Downloads are refused unless the checksum is right, and tried again; DataMissing says what to do otherwise.
    """
    at = folder(source)
    cache = pooch.create(at, source.address, registry=source.files, retry_if_failed=RETRIES)
    try:
        return Path(cache.fetch(name, downloader=_download))  # pyright: ignore[reportArgumentType]: its own names
    except (OSError, ValueError) as error:  # those of requests are OSErrors
        raise DataMissing(
            f"{source.name} is not on this machine and {source.address}{name} does not give it ({_reason(error)}): "
            f"connect to the network, name another mirror in {source.variable}, or put {', '.join(source.files)} "
            f"into {at}; the built-in digits need none of this."
        ) from error


def _download(url: str, path: str, _cache: pooch.Pooch) -> None:
    """Download once, as pooch asks for it; its downloader leaves the connection open where a server fails."""
    plain = {"Accept-Encoding": "identity"}  # a .gz must stay one
    with requests.get(url, stream=True, timeout=TIMEOUT, headers=plain) as answer, open(path, "wb") as file:
        answer.raise_for_status()
        for block in answer.iter_content(BLOCK):
            file.write(block)


def _reason(error: Exception) -> str:
    """Return the reason in a few words: requests is wordy."""
    if isinstance(error, requests.exceptions.Timeout):
        return "the server hangs"
    if isinstance(error, requests.exceptions.HTTPError) and error.response is not None:
        return f"HTTP {error.response.status_code}"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the download breaks off"
    if isinstance(error, requests.exceptions.RequestException):
        return "no connection"
    return (error.strerror or "cannot be written") if isinstance(error, OSError) else "wrong checksum"
