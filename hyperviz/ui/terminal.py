"""Write commands as they are typed where the reader sits: the browser says which system that is."""

from __future__ import annotations

import re

import streamlit as st

PYTHON = {"Windows": "py", "Macintosh": "python3"}  # Python's launcher; macOS has no python. Elsewhere: python


def typed(command: str) -> str:
    """Return a command of a POSIX shell as the reader's terminal takes it: cmd knows "…" alone, PowerShell too."""
    command = named(command)
    return re.sub(r"'([^'\"]*)'", r'"\1"', command) if _system() == "Windows" else command


def named(text: str) -> str:
    """Return a text, HTML too, with Python called as the reader's system calls it."""
    return text.replace("python -m hyperviz", f"{PYTHON.get(_system(), 'python')} -m hyperviz")


def _system() -> str:
    """Return the reader's system, a key of PYTHON, or nothing; a telephone's commands are typed elsewhere."""
    agent = st.context.headers.get("User-Agent") or ""
    return next((name for name in PYTHON if name in agent), "")
