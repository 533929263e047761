"""Does a wide f alone make training linear? The Taylor terms of one gradient step."""

import streamlit as st

from hyperviz.figures.taylor import charts
from hyperviz.studies.taylor import report
from hyperviz.studies.taylor.settings import PRESETS, TaylorSettings
from hyperviz.ui import controls, live, page_loop, page_text
from hyperviz.ui.streaming import status

line = page_text.claim("Does a wide f alone make training linear?")
settings = controls.ask("taylor", TaylorSettings, PRESETS)
places = {"map": live.hero("taylor-map")}
took = status("taylor", settings)
stairs = st.empty()
left, right = st.columns(2, gap="medium")
with left:
    st.caption("The same terms against the width of f, at the chosen depth of g.")
    places["terms"] = live.chart("taylor-terms")
with right:
    st.caption("The terms of one gradient step of size µ = nᵃ (Remark 1).")
    places["remark"] = live.chart("taylor-remark")
    words = st.empty()
if settings.step == "on":
    st.caption("One step of a network that is written out (solid), and the partial sums of the series (dashed).")
    places["step"] = live.chart("taylor-step", height=360)
said = {took: report.progress, stairs: report.stairs, words: report.remark}
page_loop.run("taylor", settings, line, said, places, charts(settings))
