"""What surrounds every page: navigation, width, name."""

import pathlib

import streamlit as st

HERE = pathlib.Path(__file__).parent
PAGES = HERE.parents[1] / "pages"
TITLES = {
    "home": ("Home", ":material/home:"),
    "convergence": ("Convergence", ":material/target:"),
    "prior": ("Prior", ":material/airwave:"),
    "taylor": ("Taylor", ":material/stacked_line_chart:"),
    "dynamics": ("Dynamics", ":material/moving:"),
    "rotation": ("Rotation", ":material/rotate_right:"),
    "inpainting": ("Inpainting", ":material/draw:"),
    "paper": ("Paper", ":material/fact_check:"),
}
HOME = "hyperviz: one network writes another"

st.set_page_config(page_icon=str(HERE / "icon.png"), layout="wide")  # first: navigation would fetch an icon from afar
pages = [
    st.Page(PAGES / f"{name}.py", title=title, icon=icon, default=name == "home")
    for name, (title, icon) in TITLES.items()
    if (PAGES / f"{name}.py").exists()
]
page = st.navigation(pages, position="top")
st.set_page_config(page_title=HOME if page.title == "Home" else f"{page.title} · hyperviz")
page.run()
