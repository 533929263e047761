"""Which claims of the paper hold? Every claim with its number, ours, and what must fail."""

import streamlit as st

from hyperviz.data import stored
from hyperviz.figures.paper import rows
from hyperviz.studies.paper import ledger
from hyperviz.ui import terminal

found = ledger.read(stored.CLAIMS)
verdicts = ["all", *ledger.counts(found.records)]
st.title("Which claims of the paper hold?", anchor=False)
st.html(f'<div class="claims" role="status">{rows.summary(found)}</div>')
asked = st.query_params.get("verdict", "all")
chosen = st.segmented_control(
    "Show",
    verdicts,
    default=asked if asked in verdicts else "all",
    required=True,
    key="paper.verdict",
)
if chosen != asked:
    st.query_params.from_dict({} if chosen == "all" else {"verdict": str(chosen)})
shown = [record for record in found.records if chosen in ("all", record.verdict)]
st.html(rows.styled(stored.pictures()))
st.html(terminal.named(rows.claims(shown)))
st.header("Where we differ, and why", anchor=False)
st.html(rows.stories(found.discrepancies))
st.header("Take it away", anchor=False)
row = st.container(horizontal=True)
row.download_button("Download CSV", ledger.as_csv(found), "claims.csv", "text/csv", on_click="ignore")
row.download_button("Download JSON", stored.CLAIMS.read_bytes(), "claims.json", on_click="ignore")
row.download_button("Download page", lambda: rows.report(found, stored.pictures()), "claims.html", on_click="ignore")
st.html(f'<pre class="lines" tabindex="0">{terminal.named(found.command)}</pre>')
st.caption("Pictures of this page are not embedded in others: the page that a row leads to offers it for its charts.")
