"""Follow training: an infinitely wide f exactly, and finite networks beside it."""

from hyperviz.theory.dynamics.infinite_width import Trajectory, infinite_f

__all__ = ["Trajectory", "infinite_f"]
