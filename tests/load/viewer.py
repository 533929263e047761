"""One viewer without a browser: Streamlit's websocket, its messages read as the page's script would."""

from __future__ import annotations

import contextlib
import html
import re
import time
import urllib.request

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect
from websockets.typing import Subprotocol

PATIENCE = 120  # seconds: after that a picture counts as not come
VISIT = re.compile(r'class="visit"[^>]*data-url="\./([^"]*)"')


class Viewer:
    """A connection to one page; `slider` is what it moves."""

    def __init__(self, address: str, page: str, query: str = "", slider: str = "width of f") -> None:
        """Connect, as a browser at this address would."""
        self.address, self.page, self.query, self.slider = address, page, query, slider
        self.held = contextlib.ExitStack()
        stream = f"{address.replace('http', 'ws', 1)}/_stcore/stream"
        self.socket = self.held.enter_context(
            connect(stream, subprotocols=[Subprotocol("streamlit")], max_size=None, open_timeout=PATIENCE)
        )
        self.widget, self.options, self.highest, self.value, self.step = "", [], 0.0, 0.0, 1
        self.bytes = self.messages = 0

    def open(self) -> float:
        """Open the page, and return the seconds until its first picture."""
        return self._picture(self._ask())

    def move(self) -> float:
        """Move the slider by one position, back and forth, and return the seconds until a picture."""
        if not 1 <= self.value + self.step <= self.highest:
            self.step = -self.step
        self.value += self.step
        return self._picture(self._ask())

    def ask(self) -> None:
        """Open the page and read nothing: a phone that has lost its network."""
        self._ask()

    def close(self) -> None:
        """Leave."""
        self.held.close()

    def _ask(self) -> float:
        message = BackMsg()
        state = message.rerun_script
        state.page_name, state.query_string = self.page, self.query
        if self.widget:
            widget = state.widget_states.widgets.add(id=self.widget)
            if self.options:
                widget.string_array_value.data.append(self.options[int(self.value)])
            else:
                widget.double_array_value.data.append(self.value)
        self.socket.send(message.SerializeToString())
        return time.monotonic()

    def _picture(self, asked: float) -> float:
        """Return the time until a picture that the new run of the page has sent."""
        began = False
        while time.monotonic() - asked < PATIENCE:
            message = self._next(asked)
            began = began or message.WhichOneof("type") == "new_session"
            element = message.delta.new_element
            kind = element.WhichOneof("type") or ""
            self._see(kind, element)
            if began and (kind == "plotly_chart" or (kind == "html" and 'class="fig"' in element.html.body)):
                return time.monotonic() - asked
        raise TimeoutError(self.page)

    def _next(self, asked: float) -> ForwardMsg:
        data = self.socket.recv(timeout=PATIENCE - (time.monotonic() - asked), decode=False)
        self.bytes, self.messages = self.bytes + len(data), self.messages + 1
        message = ForwardMsg()
        message.ParseFromString(data)
        return message

    def _see(self, kind: str, element) -> None:
        """Note the slider, and report that the page is mounted, as the page's script does."""
        if kind == "slider" and element.slider.label.startswith(self.slider) and not self.widget:
            self.widget, self.value = element.slider.id, element.slider.default[0]
            self.options = list(element.slider.options)
            self.highest = len(self.options) - 1 if self.options else element.slider.max
        if kind == "html" and (found := VISIT.search(html.unescape(element.html.body))):
            urllib.request.urlopen(urllib.request.Request(f"{self.address}/{found[1]}", method="POST")).close()
