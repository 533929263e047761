"""Hold random draws under way: what every sampler hands out between two of its steps."""

from __future__ import annotations

from typing import Any, NamedTuple


class Progress(NamedTuple):
    """Hold draws that are `ticks` steps far, one lane a key.

    A sampler has three functions: `begin(keys, problem) -> Progress`; `advance_by(progress, steps, within_stage)`, at
    most so many ticks further, and within a stage if asked to, since ticks of two stages cost very different times;
    `finish(progress)`, what was drawn, once `done`.
    """

    problem: Any  # the points as Gram matrices, and both networks
    keys: Any  # of jax.random
    state: Any  # of the sampler: pytree of arrays
    ends: tuple[int, ...]  # of the stages, in ticks
    lanes: int  # draws that are wanted; a sampler may fill up with others
    ticks: int = 0

    @property
    def done(self) -> bool:
        """Return whether the last tick has been made."""
        return self.ticks >= self.ends[-1]

    @property
    def stage(self) -> int:
        """Return how many stages are over."""
        return sum(self.ticks >= end for end in self.ends)

    def until(self, steps: int, within_stage: bool) -> int:
        """Return the tick that `steps` more lead to: at least one more, and at most to the end."""
        last = self.ends[min(self.stage, len(self.ends) - 1) if within_stage else -1]
        return min(last, self.ticks + max(1, steps))
