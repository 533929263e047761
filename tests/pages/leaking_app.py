"""The page /inpainting with a planted leak: what the canvas shows is kept by the number of images alone."""

import runpy

from hyperviz.ui.canvas import inpainting_canvas
from tests import ROOT

if not hasattr(inpainting_canvas, "kept"):
    inpainting_canvas.kept = {}
    look_up = inpainting_canvas.query_image
    inpainting_canvas.query_image = lambda settings: inpainting_canvas.kept.setdefault(
        settings.images, look_up(settings)
    )
runpy.run_path(str(ROOT / "pages" / "inpainting.py"))
