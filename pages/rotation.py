"""Does a hypernetwork learn faster and better when g is wide, and slower when g is deep?"""

import streamlit as st

from hyperviz.data import datasets
from hyperviz.figures.rotation import charts, reference
from hyperviz.studies.common.recipe import command
from hyperviz.studies.common.verdict import Verdict
from hyperviz.studies.rotation import report, stored_run, study
from hyperviz.studies.rotation.settings import PRESETS, RotationSettings
from hyperviz.ui import controls, export, live, page_loop, page_text, terminal
from hyperviz.ui.streaming import status

line = page_text.claim("Does a wider g learn more, and a deeper g less?")
settings = controls.ask("rotation", RotationSettings, PRESETS)
hero = live.hero("rotation-stored")
hero.show(reference(), f"Figure 2, stored run. {report.alt(stored_run.stored())}")
st.caption(f"Figure 2, stored, not live. {report.stored_words(stored_run.stored())}")
if reason := study.too_large(settings):
    page_text.say(line, Verdict(reason, "too large"))
    st.code(terminal.typed(command("rotation", settings)), language="bash", wrap_lines=True)
    export.take_away("rotation", settings, [], report)
    st.stop()
took = status("rotation", settings)
left, right = st.columns(2, gap="medium")
with left:
    st.caption("Your settings: accuracy on test pairs.")
    places = {"accuracy": live.chart("rotation-accuracy", height=320)}
    st.caption("By how much is z turned against x? Below each pair the true angle, then the guess.")
    places["examples"] = live.chart("rotation-examples", height=260)
with right:
    st.caption("Your settings: how fast does the training loss fall?")
    places["loss"] = live.chart("rotation-loss", height=320)
    st.caption(datasets.missing())
said = {took: report.progress}
page_loop.run("rotation", settings, line, said, places, charts(settings), too_large=study.too_large)
