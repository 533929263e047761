"""Stop all questions to the outside, at the start and when a page comes from an address unknown to the server."""

from __future__ import annotations

from streamlit import net_util


def stay() -> None:
    """Keep Streamlit from asking an outside service for this machine's address.

    It does so at a start without a display, to print it, and when it checks where a request comes from. The address
    that it would get is that of a router: behind a proxy one names it in `browser.serverAddress` instead.
    """
    net_util.get_external_ip = _unknown


def _unknown() -> None:
    """Return no address."""
