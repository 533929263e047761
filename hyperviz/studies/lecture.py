"""Name the way through the tours of all pages: in a walk of one's own, and in a lecture of twenty minutes."""

from __future__ import annotations

from typing import NamedTuple

from hyperviz.studies.common.options import changed
from hyperviz.studies.common.tour import TourStep
from hyperviz.studies.registry import STUDIES

STORY = ("inpainting", "dynamics", "convergence", "prior", "taylor", "rotation")  # the order of the pages


class Stop(NamedTuple):
    """Hold one step of a page's tour, counted from 1."""

    study: str
    number: int


class Chapter(NamedTuple):
    """Hold what a lecture shows of one page: the numbers of its tour's steps, each with its minutes."""

    study: str
    title: str
    needs: str  # what a listener should know by then
    minutes: dict[int, int]  # step -> minutes

    @property
    def stops(self) -> list[Stop]:
        """Return the steps in order."""
        return [Stop(self.study, number) for number in self.minutes]


CHAPTERS = (
    Chapter("inpainting", "Half a digit", "what the weights of a network are", {1: 2, 2: 1}),
    Chapter("prior", "Before training", "the normal distribution", {2: 2, 4: 1}),
    Chapter("dynamics", "Does training arrive?", "gradient descent on a loss", {1: 2, 3: 2}),
    Chapter("taylor", "Why it does not", "a Taylor series", {1: 2, 2: 2, 3: 1}),
    Chapter("convergence", "When training is regression", "a gradient, a product of gradients", {2: 1, 4: 2, 5: 1}),
    Chapter("rotation", "On digits", "accuracy on a test set", {1: 1}),
)


def minutes() -> int:
    """Return how long the lecture is."""
    return sum(sum(chapter.minutes.values()) for chapter in CHAPTERS)


def step(stop: Stop) -> TourStep:
    """Return what a stop shows and asks."""
    return STUDIES[stop.study].tour[stop.number - 1]


def walk(lecture: bool) -> list[Stop]:
    """Return every stop in order: those of the lecture, or of all tours."""
    if lecture:
        return [stop for chapter in CHAPTERS for stop in chapter.stops]
    return [Stop(name, i + 1) for name in STORY for i in range(len(STUDIES[name].tour))]


def beside(stop: Stop, lecture: bool) -> tuple[Stop | None, Stop | None]:
    """Return the stops before and after one, None at the ends; the lecture's, unless it leaves this one out."""
    stops = walk(lecture and stop in walk(True))
    at = stops.index(stop) if stop in stops else len(stops)
    return stops[at - 1] if 0 < at < len(stops) else None, stops[at + 1] if at + 1 < len(stops) else None


def link(stop: Stop, lecture: bool) -> dict[str, str]:
    """Return the query of a stop's address: its settings, and its place in the tour."""
    guide = {"tour": str(stop.number)} | ({"lecture": "1"} if lecture else {})
    return {name: str(value) for name, value in changed(step(stop).settings).items()} | guide
