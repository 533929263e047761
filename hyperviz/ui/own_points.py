"""Take one's own points x and z: uploaded or pasted, checked, kept for this session; give the kernels away."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import streamlit as st

from hyperviz.errors import HypervizError
from hyperviz.studies.common import budget
from hyperviz.studies.common.options import options
from hyperviz.studies.common.recipe import command
from hyperviz.studies.kernel import pairs
from hyperviz.studies.kernel.pairs import PointPairs
from hyperviz.studies.kernel.settings import KernelSettings
from hyperviz.studies.kernel.study import arrays
from hyperviz.ui import page_text

NETWORKS = {"x": "f", "z": "g"}
HOSTED = 500  # pairs on a public site: the eigenvalues of more keep the others waiting
RIDGES = [float(f"1e{power}") for power in range(-8, 3)]
PASTED = 200_000  # characters
PRIVATE = "Your points stay in this session: the link does not hold them. A terminal takes them as files:"


class Asked(NamedTuple):
    """Hold the points to show, and the ridge."""

    points: PointPairs
    ridge: float


def ask(study: str) -> Asked:
    """Mount what takes points, and return those to show: the example until both x and z are there."""
    for column, name in zip(st.columns(2, gap="medium"), NETWORKS, strict=True):
        with column:
            _sources(study, name)
    if said := st.session_state.get(_place(study, "refused"), ""):
        st.error(page_text.literal(said))
    shown = _shown(study)
    st.caption(f"Shown: {shown.said}.")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        ridge, key = options(KernelSettings)["ridge"], f"{study}:own:ridge"
        look: dict[str, Any] = {"key": key, "help": ridge.help, "format_func": "{:g}".format}
        chosen = st.select_slider(f"{ridge.label}, {ridge.symbol}", RIDGES, ridge.default, **look)
        st.button("Back to the example", key=f"{study}:own:example", on_click=_forget, args=(study,))
    return Asked(shown, float(chosen))


def _sources(study: str, name: str) -> None:
    """Show where a file or lines of text with the points of one network are given."""
    st.file_uploader(
        f"points {name} of {NETWORKS[name]}, CSV or NPY",
        pairs.TYPES,
        key=_file(study, name),
        max_upload_size=pairs.MEGABYTES,
        on_change=lambda: _take(study, name, lambda: _uploaded(study, name)),
        help=f"one point a row, at most {pairs.MOST:,}; as many x as z are pairs row by row, else each x is "
        "taken with each z",
    )
    st.text_area(
        f"or {name} pasted, one point a line",
        key=f"{study}:own:text:{name}",
        height=80,
        max_chars=PASTED,
        placeholder="0.5, 1.2\n-0.3, 0.8",
        on_change=lambda: _take(study, name, lambda: st.session_state[f"{study}:own:text:{name}"].encode()),
    )


def _uploaded(study: str, name: str) -> bytes:
    file = st.session_state[_file(study, name)]
    return file.getvalue() if file else b""


def _file(study: str, name: str) -> str:
    """Return the key of the file's widget: a new one empties it."""
    return f"{study}:own:file:{name}:{st.session_state.get(_place(study, 'emptied'), 0)}"


def _place(study: str, name: str) -> str:
    return f"{study}:own points:{name}"


def _take(study: str, name: str, data: Callable[[], bytes]) -> None:
    """Keep these as the points of one network, or a sentence that says why not; none: taken away."""
    st.session_state[_place(study, "refused")] = ""
    st.session_state[f"{study}:paused"] = None  # what was paused showed other points
    if not (given := data()).strip():
        st.session_state.pop(_place(study, name), None)
        return
    try:
        found = {name: pairs.read(given, name)}
        other = {key: st.session_state.get(_place(study, key)) for key in NETWORKS if key != name}
        if (two := found | other)["x"] is not None and two["z"] is not None:
            _paired(two)
    except HypervizError as error:
        st.session_state[_place(study, "refused")] = str(error)
        return
    st.session_state[_place(study, name)] = found[name]


def _paired(two: dict[str, Any]) -> PointPairs:
    return pairs.paired(two["x"], two["z"], most=HOSTED if budget.current().capped else pairs.MOST)


def _shown(study: str) -> PointPairs:
    """Return the points given, or the example while one of the two is missing."""
    two = {name: st.session_state.get(_place(study, name)) for name in NETWORKS}
    missing = [name for name, points in two.items() if points is None]
    if not missing:
        return _paired(two)
    if len(missing) == 1:
        st.info(f"Now {missing[0]} too: until then the example is shown.")
    return pairs.shown_first()


def _forget(study: str) -> None:
    """Drop the points of one's own."""
    for name in (*NETWORKS, "refused"):
        st.session_state.pop(_place(study, name), None)
    for name in NETWORKS:
        st.session_state[f"{study}:own:text:{name}"] = ""
    st.session_state[_place(study, "emptied")] = st.session_state.get(_place(study, "emptied"), 0) + 1
    st.session_state[f"{study}:paused"] = None


def take_away(latest: list, settings: KernelSettings) -> None:
    """Mount the download of the kernels, and the same from a terminal."""
    st.download_button(
        "Download NPZ",
        lambda: _npz(latest),
        "kernels.npz",
        icon=":material/download:",
        on_click="ignore",
        help="x, z, ntk_f, ntk_g, hyperkernel, nngp and nngp_f, float64",
    )
    st.caption(PRIVATE)
    given = command("kernel", settings).replace("run kernel", "run kernel --x x.csv --z z.csv")
    st.html(f'<pre class="lines" tabindex="0">{given}</pre>')


def _npz(latest: list) -> bytes:
    """Return the kernels of the latest result, or an empty file while there are none."""
    file, own = io.BytesIO(), latest[-1].parts.get("own") if latest else None
    np.savez(file, **(arrays(own) if own and own.kernels else {}))
    return file.getvalue()
