"""Does a hypernetwork learn faster and better when g is wide, and slower when g is deep?"""

import streamlit as st

from hyperviz.data import datasets
from hyperviz.figures import rotation as figures
from hyperviz.studies import reference
from hyperviz.studies import rotation as study
from hyperviz.studies import rotation_report as report
from hyperviz.studies.verdicts import Verdict
from hyperviz.ui import controls, export, live, prose
from hyperviz.ui.play import play, status

line = prose.claim("A wider g trains faster and better, a deeper g slower")
settings = controls.ask("rotation", study.RotationSettings, study.PRESETS)
hero = live.hero("rotation-accuracy", height=430)
took = status("rotation", settings)
left, right = st.columns(2, gap="medium")
with left:
    st.caption("**The task**: by how much is z turned against x? Below each pair the true angle, then the guess.")
    pairs = live.chart("rotation-examples", height=260)
with right:
    st.caption("**Training loss**: how fast does it fall?")
    losses = live.chart("rotation-loss", height=320)
stored = reference.stored()
st.markdown(f"##### Stored run (Figure 2)  \n{report.stored_words(stored)}")
for column, depth in zip(st.columns(3, gap="medium"), study.DEPTHS, strict=True):
    with column:
        st.caption(f"**H = {depth}**, stored, not live")
        panel = live.chart(f"rotation-stored-{depth}", height=300)
        panel.show(figures.reference(depth), f"Stored run at depth {depth}. {report.alt(stored)}")
st.caption(datasets.missing())
latest = []
prose.fold(*report.EXPLANATION)
export.take_away("rotation", settings, latest, report)
if reason := study.too_large(settings):
    prose.say(line, Verdict(reason, "too large"))
    st.code(export.command("rotation", settings), language="bash")
    st.stop()

for result in play("rotation", settings, study.stream):
    prose.say(line, report.verdict(result))
    took.caption(report.progress(result))
    if not latest or "curves" in result.news:
        hero.show(figures.accuracy(result), report.alt(result))
        losses.show(figures.loss(result), report.alt(result))
    if "examples" in result.news:
        pairs.show(figures.examples(result), report.examples_alt(result))
    latest[:] = [result]
