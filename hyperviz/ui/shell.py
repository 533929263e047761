"""Set what surrounds every page: navigation, width, name."""

import pathlib

import streamlit as st

from hyperviz.studies.registry import STUDIES
from hyperviz.ui import embed
from hyperviz.ui.hosting import server, visitors

HERE = pathlib.Path(__file__).parent
PAGES = server.SERVED / "pages"
ICONS = {"home": "home"} | {name: study.icon for name, study in STUDIES.items()} | {"paper": "fact_check"}
HOME = "hyperviz: one network writes another"

st.set_page_config(page_icon=str(HERE / "icon.png"), layout="wide")  # first: navigation would fetch an icon from afar
pages = [
    st.Page(PAGES / f"{name}.py", title=name.capitalize(), icon=f":material/{icon}:", default=name == "home")
    for name, icon in ICONS.items()
    if (PAGES / f"{name}.py").exists()
]
page = st.navigation(pages, position="top")
st.set_page_config(page_title=HOME if page.title == "Home" else f"{page.title} · hyperviz")
embed.begin()
visitors.admit()
page.run()
