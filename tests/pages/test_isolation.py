"""Two viewers at a time: nobody is ever sent another's drawing, upload or settings."""

import base64
import io
import threading

import pytest
from PIL import Image

from hyperviz.data import digits
from hyperviz.studies.common.images import drawing
from tests.load.viewer import PATIENCE, Viewer
from tests.pages.conftest import serving

MOVES = 3
COLD = {"HYPERVIZ_WARM_UP": "", "JAX_DISABLE_MOST_OPTIMIZATIONS": "1"}


class Own:
    """What one viewer has, and nobody else: a drawing, a file, a seed."""

    def __init__(self, number: int) -> None:
        drawn, photo = (digits.test().images[number + shift] for shift in (0, 10))
        self.name, file = f"file-of-{number}.png", io.BytesIO()
        Image.fromarray(255 - photo.repeat(10, axis=0).repeat(10, axis=1)).save(file, "PNG")
        self.file = file.getvalue()
        texts = drawing.encode(drawn), drawing.from_file(self.file)
        boards = [base64.b64encode(drawing.decode(text).tobytes()).decode() for text in texts]
        seed = 314159 + number
        self.query = f"images=10&view=finer&kernel=nngp&seed={seed}&drawing={texts[0]}"
        self.marks = {mark.encode() for mark in (*texts, *boards, f"seed={seed}", self.name)}


def played(address: str, page: str, owns: list[Own]) -> list[bytes]:
    """Return all that each viewer was sent, all of them moving and uploading at the same time."""
    sent: list[bytes] = [b""] * len(owns)
    together = threading.Barrier(len(owns))

    def play(number: int) -> None:
        viewer = Viewer(address, page, owns[number].query, "training images")
        viewer.record = True
        for act in (viewer.open, *[viewer.move] * MOVES, lambda: viewer.upload(owns[number].name, owns[number].file)):
            together.wait(PATIENCE)
            act()
        viewer.rest()
        viewer.close()
        sent[number] = b"".join(viewer.seen)

    threads = [threading.Thread(target=play, args=(number,)) for number in range(len(owns))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sent


def leaks(sent: list[bytes], owns: list[Own]) -> list[tuple[int, bytes]]:
    """Return who was sent what of somebody else."""
    others = ((i, mark) for i in range(len(owns)) for k, own in enumerate(owns) if k != i for mark in own.marks)
    return [(i, mark) for i, mark in others if mark in sent[i]]


def test_nobody_is_sent_another_s_drawing_upload_or_settings(address):
    owns = [Own(1), Own(2)]
    sent = played(address, "inpainting", owns)
    for text, own in zip(sent, owns, strict=True):
        assert {mark for mark in own.marks if mark not in text} <= {own.name.encode()}  # only the browser knows it
    assert leaks(sent, owns) == []


@pytest.mark.slow
def test_a_cache_that_forgets_whose_drawing_it_keeps_is_found():
    owns = [Own(1), Own(2)]
    with serving(script="tests/pages/leaking_app.py", ready="/_stcore/health", **COLD) as address:
        assert leaks(played(address, "", owns), owns)
