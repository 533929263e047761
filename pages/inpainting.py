"""Draw half a digit: what does the infinitely wide hypernetwork make of it, and how sure is it?"""

import streamlit as st

from hyperviz.data import datasets
from hyperviz.figures.inpainting.charts import charts
from hyperviz.studies.common.recipe import command
from hyperviz.studies.common.verdict import Verdict
from hyperviz.studies.inpainting import report, study
from hyperviz.studies.inpainting.settings import PRESETS, InpaintingSettings
from hyperviz.studies.inpainting.views.report import see
from hyperviz.ui import controls, export, live, page_loop, page_text, terminal
from hyperviz.ui.canvas import inpainting_canvas
from hyperviz.ui.streaming import status, steps

head, tour, hero = st.container(key="head"), st.container(), st.container(key="hero")
settings = controls.ask("inpainting", InpaintingSettings, PRESETS, tour)
with head:
    line = page_text.claim(report.title(settings))
said = "nothing yet"
for said in steps(study.loaded(settings)):
    page_text.say(line, Verdict(said, "measuring"))
if said:
    st.stop()
left, right = hero.columns([1, 2], gap="medium")
with left:
    inpainting_canvas.show("inpainting", settings)
latest = []
if reason := study.too_large(settings):
    page_text.say(line, Verdict(reason, "too large"))
    right.code(terminal.typed(command("inpainting", settings)), language="bash", wrap_lines=True)
    export.take_away("inpainting", settings, latest, report)
    st.stop()
with right:
    places = {"own": live.chart("inpainting-own", height=450)}
    about = st.empty()
took = status("inpainting", settings)
controls.choice("inpainting", InpaintingSettings, "view")
if settings.view == "likelihood":
    st.button("Take the best", on_click=controls.take, args=("inpainting", latest, report.best))
shown = charts(settings)
for name, chart in shown.items():
    if name not in places:
        st.caption(see(name, settings))
        places[name] = live.chart(f"inpainting-{name}", height=chart.height)
st.caption(datasets.missing())
said = {about: report.about, took: report.progress}
page_loop.run("inpainting", settings, line, said, places, shown, latest, study.too_large)
