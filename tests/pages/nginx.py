"""A real nginx on loopback with the lines that the README prints."""

import contextlib
import pathlib
import re
import shutil
import subprocess

from tests import ROOT
from tests.pages.conftest import PATIENCE, answers, free_port, wait_until

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
SITE = """daemon off;
master_process off;
pid nginx.pid;
error_log error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path body; proxy_temp_path proxy;
    fastcgi_temp_path fast; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
    add_header X-Replica $upstream_addr always;
    {around}
    server {{
        listen 127.0.0.1:{port};
        {location}
    }}
}}
"""


def readme(begins: str) -> str:
    """Return the block of the README that begins so."""
    blocks = re.findall(r"```\w*\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    (found,) = (block for block in blocks if block.startswith(begins))
    return found


def location(server: str, changed: tuple[str, str] = ("", "")) -> str:
    """Return the README's lines for one server or upstream, one piece of them changed."""
    lines = readme("location")
    assert changed[0] in lines
    return lines.replace(*changed).replace("127.0.0.1:8501", server)


def replicas(servers: list[str], changed: tuple[str, str] = ("", "")) -> str:
    """Return the README's lines for several servers."""
    lines = readme("userid on")
    assert changed[0] in lines
    for number, server in enumerate(servers):
        lines = lines.replace(f"127.0.0.1:{8501 + number}", server)
    return lines.replace(*changed)


@contextlib.contextmanager
def proxied(folder: pathlib.Path, location: str, around: str = ""):
    """Yield the address of an nginx with these lines in its server, and around it."""
    port = free_port()
    (folder / "nginx.conf").write_text(SITE.format(port=port, location=location, around=around))
    command = [str(NGINX), "-p", str(folder), "-c", "nginx.conf", "-e", "error.log"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: process.poll() is not None or answers(f"{address}/hyperviz/ready"), "nginx is not ready")
        assert process.poll() is None, (folder / "error.log").read_text()
        yield address
    finally:
        process.terminate()
        process.wait(PATIENCE)
