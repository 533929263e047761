"""How well does the infinitely wide hypernetwork complete digits, and from how few images?"""

import streamlit as st

from hyperviz.figures import inpainting as figures
from hyperviz.studies import inpainting as study
from hyperviz.studies import inpainting_report as report
from hyperviz.ui import controls, export, live, prose
from hyperviz.ui.play import play

line = prose.claim("An infinitely wide hypernetwork completes digits from little data")
settings = controls.ask("inpainting", study.InpaintingSettings, study.PRESETS)
if reason := study.too_large(settings):
    prose.say(line, reason, "too large")
    st.code(export.command("inpainting", settings), language="bash")
    st.stop()
hero = live.chart("inpainting-gallery", height=430)
took = st.empty()
st.caption("**Error against training images**: fewer mistakes with more digits. Crosses are the paper's Table 1.")
errors = live.chart("inpainting-error")
latest = []
prose.fold(*report.EXPLANATION)
export.take_away("inpainting", settings, latest, report)

for result in play(study.stream(settings)):
    prose.say(line, *report.verdict(result))
    took.caption(report.progress(result))
    if not latest or result.gallery is not latest[-1].gallery:
        hero.show(figures.gallery(result, hero.dark), report.alt(result))
    if not latest or result.errors is not latest[-1].errors:
        errors.show(figures.curve(result, errors.dark), report.alt(result))
    latest[:] = [result]
