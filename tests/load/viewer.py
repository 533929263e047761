"""One viewer without a browser: Streamlit's websocket, its messages read as the page's script would."""

from __future__ import annotations

import contextlib
import html
import re
import time
import urllib.request

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import UploadedFileInfo
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect
from websockets.typing import Subprotocol

PATIENCE = 600  # seconds: after that a picture counts as not come
VISIT = re.compile(r'class="visit"[^>]*data-url="\./([^"]*)"')


class Viewer:
    """A connection to one page; `slider` is what it moves."""

    def __init__(self, address: str, page: str, query: str = "", slider: str = "width of f") -> None:
        """Connect, as a browser at this address would."""
        self.address, self.page, self.query, self.slider = address, page, query, slider
        self.held = contextlib.ExitStack()
        stream = f"{address.replace('http', 'ws', 1)}/_stcore/stream"
        self.socket = self.held.enter_context(
            connect(
                stream,
                subprotocols=[Subprotocol("streamlit")],
                max_size=None,
                open_timeout=PATIENCE,
                ping_interval=None,  # one that is to take nothing reads no answer to a ping either
            )
        )
        self.widget, self.options, self.highest, self.value, self.step = "", [], 0.0, 0.0, 1
        self.bytes = self.messages = self.before_picture = 0  # the last: of a run until its picture
        self.kept: dict[str, ForwardMsg] = {}  # long messages by hash: a browser keeps them, and is told the hash alone
        self.seen: list[bytes] = []  # what came, where `record` is set
        self.record, self.session, self.script, self.uploader, self.file = False, "", "", "", None

    def open(self) -> float:
        """Open the page, and return the seconds until its first picture."""
        return self._picture(self._ask())

    def move(self) -> float:
        """Move the slider by one position, back and forth, and return the seconds until a picture."""
        if not 1 <= self.value + self.step <= self.highest:
            self.step = -self.step
        self.value += self.step
        return self._picture(self._ask())

    def upload(self, name: str, data: bytes) -> float:
        """Hand the page's first place for files one, and return the seconds until a picture."""
        message = BackMsg()
        asked = message.file_urls_request
        asked.request_id, asked.session_id = "upload", self.session
        asked.file_names.append(name)
        self.socket.send(message.SerializeToString())
        answer, began = None, time.monotonic()
        while answer is None or answer.WhichOneof("type") != "file_urls_response":
            answer = self._next(began)
        (urls,) = answer.file_urls_response.file_urls
        self._put(urls.upload_url, name, data)
        self.file = UploadedFileInfo(name=name, size=len(data), file_id=urls.file_id, file_urls=urls)
        return self._picture(self._ask())

    def rest(self) -> None:
        """Read until the page's run has ended."""
        began = time.monotonic()
        while self._next(began).WhichOneof("type") != "script_finished":
            pass

    def settle(self, seconds: float) -> None:
        """Read what comes for some seconds: of a long run, until the page is at rest for a move."""
        ends = time.monotonic() + seconds
        with contextlib.suppress(TimeoutError):
            while (left := ends - time.monotonic()) > 0:
                self._next(time.monotonic() - PATIENCE + left)

    def until(self, text: bytes) -> None:
        """Read until this has come."""
        began = time.monotonic()
        while text not in self._next(began).SerializeToString():
            pass

    def ask(self) -> None:
        """Open the page and read nothing: a phone that has lost its network."""
        self._ask()

    def close(self) -> None:
        """Leave."""
        self.held.close()

    def _ask(self) -> float:
        message = BackMsg()
        state = message.rerun_script
        state.query_string = self.query
        if self.script:  # by its name again, it would be another page, on which no control keeps its place
            state.page_script_hash = self.script
        else:
            state.page_name = self.page
        if self.widget:
            widget = state.widget_states.widgets.add(id=self.widget)
            if self.options:
                widget.string_array_value.data.append(self.options[int(self.value)])
            else:
                widget.double_array_value.data.append(self.value)
        if self.file:
            files = state.widget_states.widgets.add(id=self.uploader).file_uploader_state_value
            files.uploaded_file_info.append(self.file)
        state.cached_message_hashes.extend(self.kept)
        self.socket.send(message.SerializeToString())
        return time.monotonic()

    def _picture(self, asked: float) -> float:
        """Return the time until a picture that the new run of the page has sent."""
        began = False
        while time.monotonic() - asked < PATIENCE:
            message = self._next(asked)
            self.before_picture += 1
            if message.WhichOneof("type") == "new_session":
                self.before_picture = self.before_picture if began else 0
                began, self.session = True, message.new_session.initialize.session_id
            if message.WhichOneof("type") == "navigation":
                self.script = message.navigation.page_script_hash
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
        if message.metadata.cacheable:
            self.kept[message.hash] = message
        if self.record:
            self.seen.append(data)
        message = self.kept[message.ref_hash] if message.ref_hash else message
        if found := VISIT.search(html.unescape(message.delta.new_element.html.body)):  # as the page's script does
            urllib.request.urlopen(urllib.request.Request(f"{self.address}/{found[1]}", method="POST")).close()
        return message

    def _put(self, path: str, name: str, data: bytes) -> None:
        """Send a file as a browser does, with the token of its cookie."""
        with urllib.request.urlopen(f"{self.address}/_stcore/health") as answer:
            cookie = answer.headers["Set-Cookie"].split(";")[0]
        edge = "viewer"
        head = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n\r\n'
        headers = {"Content-Type": f"multipart/form-data; boundary={edge}", "Cookie": cookie}
        headers["X-Xsrftoken"] = cookie.partition("=")[2]
        body = head.encode() + data + f"\r\n--{edge}--\r\n".encode()
        address = f"{self.address}/{path.lstrip('/')}"
        urllib.request.urlopen(urllib.request.Request(address, body, headers, method="PUT")).close()

    def _see(self, kind: str, element) -> None:
        """Note slider and uploader."""
        if kind == "file_uploader":
            self.uploader = element.file_uploader.id
        if kind == "slider" and element.slider.label.startswith(self.slider) and not self.widget:
            self.widget, self.value = element.slider.id, element.slider.default[0]
            self.options = list(element.slider.options)
            self.highest = len(self.options) - 1 if self.options else element.slider.max
