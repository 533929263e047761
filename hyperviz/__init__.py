"""See the theory of infinite-width hypernetworks hold, bend and break."""

__version__ = "1.0.0"
