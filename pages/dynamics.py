"""What does an infinitely wide f do with a narrow g, and with a wide one?"""

import streamlit as st

from hyperviz.figures.dynamics import charts
from hyperviz.studies.dynamics import report
from hyperviz.studies.dynamics.settings import PRESETS, DynamicsSettings
from hyperviz.ui import controls, live, page_loop, page_text
from hyperviz.ui.streaming import status

line = page_text.claim("Does an infinitely wide f always learn?")
settings = controls.ask("dynamics", DynamicsSettings, PRESETS)
places = {"curves": live.hero("dynamics-loss")}
took = status("dynamics", settings)
left, right = st.columns(2, gap="medium")
with left:
    st.caption("How many of 32 starts learn the data (loss < 10⁻³)? A wider g helps, a deeper g harms.")
    places["reached"] = live.chart("dynamics-reached")
with right:
    st.caption(report.SEEN[settings.view])
    places[settings.view] = live.chart(f"dynamics-{settings.view}")
page_loop.run("dynamics", settings, line, {took: report.progress}, places, charts(settings))
