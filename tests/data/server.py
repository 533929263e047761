"""A loopback server of data sets, healthy and with every fault a mirror can have."""

import contextlib
import hashlib
import http.server
import threading


def md5(content: bytes) -> str:
    return "md5:" + hashlib.md5(content).hexdigest()


@contextlib.contextmanager
def mirror(files: dict[str, bytes]):
    """Serves http://.../FAULT/NAME; yields its address and the list of what was asked for."""
    asked, over = [], threading.Event()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            fault, name = self.path.strip("/").split("/")
            asked.append(fault)
            content = files[name]
            if fault == "hanging":
                over.wait(30)
                return
            if fault == "gone":
                self.send_error(404)
                return
            if fault == "wrong":
                content = bytes(len(content))
            cut = fault == "truncated" or (fault == "flaky" and asked.count("flaky") == 1)
            self.send_response(200)
            if fault != "short":
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2] if cut or fault == "short" else content)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
    finally:
        over.set()
        server.shutdown()
        server.server_close()
        thread.join(10)
