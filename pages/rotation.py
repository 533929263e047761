"""Does a hypernetwork learn faster and better when g is wide, and slower when g is deep?"""

import streamlit as st

from hyperviz.data import datasets
from hyperviz.figures import rotation as figures
from hyperviz.studies.common.verdict import Verdict
from hyperviz.studies.rotation import report, stored_run, study
from hyperviz.studies.rotation.settings import PRESETS, RotationSettings
from hyperviz.ui import controls, export, live, prose
from hyperviz.ui.streaming import play, status

line = prose.claim("Does a wider g learn more, and a deeper g less?")
settings = controls.ask("rotation", RotationSettings, PRESETS)
hero = live.hero("rotation-stored")
hero.show(figures.reference(), f"Figure 2, stored run. {report.alt(stored_run.stored())}")
st.caption(f"Figure 2, stored, not live. {report.stored_words(stored_run.stored())}")
latest = []
if reason := study.too_large(settings):
    prose.say(line, Verdict(reason, "too large"))
    st.code(export.command("rotation", settings), language="bash", wrap_lines=True)
    export.take_away("rotation", settings, latest, report)
    st.stop()
took = status("rotation", settings)
left, right = st.columns(2, gap="medium")
with left:
    st.caption("Your settings: accuracy on test pairs.")
    accuracy = live.chart("rotation-accuracy", height=320)
    st.caption("By how much is z turned against x? Below each pair the true angle, then the guess.")
    pairs = live.chart("rotation-examples", height=260)
with right:
    st.caption("Your settings: how fast does the training loss fall?")
    losses = live.chart("rotation-loss", height=320)
    st.caption(datasets.missing())
prose.fold(*report.EXPLANATION)
export.take_away("rotation", settings, latest, report)

for result in play("rotation", settings, study.stream):
    prose.say(line, report.verdict(result))
    took.caption(report.progress(result))
    if not latest or "curves" in result.news:
        accuracy.show(figures.accuracy(result), report.alt(result))
        losses.show(figures.loss(result), report.alt(result, "loss"))
    if result.examples and (not latest or "examples" in result.news):
        pairs.show(figures.examples(result), report.alt(result, "examples"))
    latest[:] = [result]
