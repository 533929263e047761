"""What a hypernetwork is, what the theory says, and where to try it."""

import pathlib

import jax
import streamlit as st

from hyperviz.figures import home
from hyperviz.studies.registry import STUDIES
from hyperviz.ui import live

st.title("hyperviz: see infinite-width hypernetworks hold, bend and break")
left, right = st.columns([3, 2], gap="large", vertical_alignment="center")
left.html(home.picture(live.dark()))
right.markdown(
    "A **hypernetwork** is a network *f* that does not answer itself: it writes the weights of a second network *g*. "
    "Show *f* an image, and *g* becomes that image, as a function of the pixel's coordinates *z*. "
    "Here you turn the widths and depths of both, and see what theory says of them come true or fail."
)
st.markdown("#### What the theory says")
first, second, third = st.columns(3, gap="medium")
first.markdown("**Theorem 1.** A wide *f* alone does not make training simple, and a deeper *g* makes it worse.")
second.markdown(
    "**Theorem 2.** When *f* **and** *g* are wide, the untrained network is a Gaussian process. Its kernel is "
    "a product, layer by layer, of one for *x* and one for *z*."
)
third.markdown(
    "**Theorem 3.** Then training is kernel regression with the *hyperkernel* Θ_h = Θ_f · Θ_g, no longer random."
)
st.markdown("#### See it")
rows = [column for _ in range(0, len(STUDIES), 3) for column in st.columns(3, gap="medium")]
for column, (name, study) in zip(rows, STUDIES.items(), strict=False):
    with column.container(border=True, height="stretch"):
        st.markdown(f"**{study.claim}**  \n{study.source}")
        page = pathlib.Path(__file__).with_name(f"{name}.py")
        st.page_link(page, label=f"Open {name}", icon=":material/arrow_forward:")
devices = ", ".join(sorted({device.device_kind for device in jax.devices()}))
st.caption(
    f"Computing on: {devices}. Source of the theory: Galanti, Littwin, Wolf, Yang, *On Infinite-Width Hypernetworks*, "
    "NeurIPS 2020."
)
