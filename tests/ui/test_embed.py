"""The line that shows a figure in another page, and what its link asks for."""

import xml.etree.ElementTree as ET

from hyperviz.studies.common.options import mend
from hyperviz.studies.convergence.settings import ConvergenceSettings
from hyperviz.ui import embed


def test_the_line_is_one_frame_with_the_link_and_a_name():
    frame = ET.fromstring(embed.line("http://here/convergence?x=1%2C-1&seed=3", 'f & g: "wide"?'))
    assert frame.tag == "iframe"
    assert frame.get("src") == "http://here/convergence?x=1%2C-1&seed=3&embed=true"
    assert frame.get("title") == 'f & g: "wide"?'


def test_what_a_frame_asks_for_is_no_unknown_setting():
    assert mend(ConvergenceSettings, {"embed": "true", "figure": "convergence-lines", "seed": "3"}) == (
        ConvergenceSettings(seed=3),
        [],
    )
