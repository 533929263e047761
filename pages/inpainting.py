"""Draw half a digit: what does the infinitely wide hypernetwork make of it, and how sure is it?"""

import streamlit as st

from hyperviz.data import datasets
from hyperviz.figures.inpainting import charts as figures
from hyperviz.studies.common.verdict import Verdict
from hyperviz.studies.inpainting import report, study
from hyperviz.studies.inpainting.settings import PRESETS, InpaintingSettings
from hyperviz.studies.inpainting.views.report import see
from hyperviz.ui import controls, export, inpainting_canvas, live, prose
from hyperviz.ui.streaming import play, status, steps

head, hero = st.container(), st.container(key="hero")
settings = controls.ask("inpainting", InpaintingSettings, PRESETS)
with head:
    line = prose.claim(report.title(settings))
said = "nothing yet"
for said in steps(study.loaded(settings)):
    prose.say(line, Verdict(said, "measuring"))
if said:
    st.stop()
left, right = hero.columns([1, 2], gap="medium")
with left:
    inpainting_canvas.show("inpainting", settings)
latest = []
if reason := study.too_large(settings):
    prose.say(line, Verdict(reason, "too large"))
    right.code(export.command("inpainting", settings), language="bash", wrap_lines=True)
    export.take_away("inpainting", settings, latest, report)
    st.stop()
with right:
    charts = {"own": live.chart("inpainting-own", height=450)}
    about = st.empty()
took = status("inpainting", settings)
controls.choice("inpainting", InpaintingSettings, "view")
if settings.view == "likelihood":
    st.button("Take the best", on_click=controls.take, args=("inpainting", latest, report.best))
for name in figures.names(settings):
    st.caption(see(name, settings))
    charts[name] = live.chart(f"inpainting-{name}", height=figures.HEIGHTS.get(name, 420))
prose.fold(*report.EXPLANATION)
st.caption(datasets.missing())
export.take_away("inpainting", settings, latest, report)

for result in play("inpainting", settings, study.stream):
    prose.say(line, report.verdict(result))
    about.caption(report.about(result))
    took.caption(report.progress(result))
    for name in figures.changed(result, latest):
        charts[name].show(figures.FIGURES[name](result), report.alt(result, name))
    latest[:] = [result]
