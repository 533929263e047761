"""What a hypernetwork is, what the theory says, and where to try it."""

import pathlib

import jax
import streamlit as st

from hyperviz.data import stored
from hyperviz.figures import home, thumbnail
from hyperviz.studies.home.settings import PRESETS, HomeSettings
from hyperviz.studies.home.study import CLAIM, look, said, table
from hyperviz.studies.lecture import STORY
from hyperviz.studies.registry import STUDIES
from hyperviz.ui import controls, embed
from hyperviz.ui.teaching import lecture_page

if lecture_page.asked():
    lecture_page.show()
    st.stop()
st.title(CLAIM, anchor=False)
st.container(key="verdict").markdown(
    "A **hypernetwork** *f* gives no answer of its own. It writes the weights of a second network *g*, which answers. "
    "Random networks agree only when both are wide."
)
settings = controls.ask("home", HomeSettings, PRESETS)
result = look(settings)
with st.container(key="hero"):
    st.html(home.picture(result))
st.caption(said(result))
embed.offer(settings, CLAIM, table(result))
lecture_page.begin()
st.markdown("## What the theory says")
first, second, third = st.columns(3, gap="medium")
first.markdown("**Theorem 1.** A wide *f* alone does not make training simple, and a deeper *g* makes it worse.")
second.markdown(
    "**Theorem 2.** When *f* **and** *g* are wide, the untrained network is a Gaussian process. Its kernel is "
    "a product, layer by layer, of one for *x* and one for *z*."
)
third.markdown(
    "**Theorem 3.** Then training is kernel regression with the *hyperkernel* "
    "Θ<sub>h</sub> = Θ<sub>f</sub> · Θ<sub>g</sub>, no longer random.",
    unsafe_allow_html=True,
)
st.markdown("## See it")
pictures = stored.pictures()
rows = [column for _ in range(0, len(STORY), 3) for column in st.columns(3, gap="medium")]
for column, name in zip(rows, STORY, strict=True):
    with column.container(border=True, height="stretch"):
        st.html(thumbnail.picture(name, pictures))
        st.markdown(f"**{STUDIES[name].claim}**  \n{STUDIES[name].source}")
        page = pathlib.Path(__file__).with_name(f"{name}.py")
        st.page_link(page, label=f"Open {name.capitalize()}", icon=":material/arrow_forward:")
scoreboard = pathlib.Path(__file__).with_name("paper.py")
st.page_link(scoreboard, label="Which claims of the paper hold? All of them, one by one", icon=":material/fact_check:")
devices = ", ".join(sorted({device.device_kind for device in jax.devices()}))
st.caption(
    f"Computing on: {devices}. Source of the theory: Galanti, Littwin, Wolf, Yang, *On Infinite-Width Hypernetworks*, "
    "NeurIPS 2020."
)
