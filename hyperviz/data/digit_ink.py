"""Find the ink of one digit in a photo: uneven light, lines of the paper, dust, frames and edges are taken away.

1. The background is what a morphological closing leaves: the light around each stroke, wherever it falls.
2. Ink is what is darker (or lighter) than that, as a share of it, in the channel in which it stands out most.
3. Of the connected parts of the ink those are kept that a pen could have drawn as one digit.
"""

from __future__ import annotations

import contextlib
from typing import NamedTuple

import numpy as np
from scipy import ndimage

from hyperviz.data import image_files, paper_light
from hyperviz.errors import InvalidInput

NEAR_EDGE = 0.26  # of a side, over half of paper_light.WINDOW: what lies wholly within it is a strip, a desk or a lid
STRONG, FAINT = 0.5, 26 / 255  # of the darkest ink: surely ink, and what may belong to it
CONTRAST = 0.06  # of full: less is no digit
SPREAD = 2.4  # times the area of the strong ink that faint ink may take, before it counts as shadow or lines
CLOSE = 0.15  # of the image: an ink that takes more may be the paper of a close crop
OUTREACH = 0.1  # of the digit's size that its faint ink may reach beyond the strong one on a side
NOTHING = (
    "There is no digit in the image: it is of one grey, or its strokes are too faint to see. "
    "Write it large, with a dark pen on plain paper."
)
UNCLEAR = "No single digit stands out in the image: write it on plain paper, and crop to it with a margin around."
SEVERAL = "There seems to be more than one digit in the image: one digit at a time, crop to it."


class Candidate(NamedTuple):
    """Hold ink of one channel and polarity, 0 to 1, and how far it stands out of the noise."""

    ink: np.ndarray
    noise: float
    score: float


def found(image: np.ndarray) -> np.ndarray:
    """Return the ink of the one digit in an image, 0 to 255 (h, w), 0 elsewhere.

    Args:
        image: grey (h, w) or colour (h, w, 3), 0 to 255.

    Raises:
        InvalidInput: there is no digit, or more than one.
    """
    best, second, *_ = sorted(_candidates(image), key=lambda candidate: -candidate.score)
    ink = _digit(best)
    if (ink > STRONG).mean() > CLOSE:
        with contextlib.suppress(InvalidInput):
            ink = max(ink, _digit(second), key=_length)
    return 255 * ink


def _length(ink: np.ndarray) -> float:
    """Return how long the strokes are for their width: a pen's are long, the paper within a digit is a spot."""
    mask = ink > STRONG
    radius = _depth(np.pad(mask, 1)).max()
    return float(mask.sum() / radius**2)


def _candidates(image: np.ndarray) -> list[Candidate]:
    """Return ink darker and lighter than the background, in luminance and in each colour: two may be equally light."""
    channels = [image] if image.ndim == 2 else [image @ np.array(image_files.LUMINANCE), *np.moveaxis(image, 2, 0)]
    candidates = [_candidate(channel, dark) for channel in channels for dark in (True, False)]
    colours = [c._replace(score=c.score / 2) for c in candidates[2:]]  # only where luminance says little
    return candidates[:2] + colours


def _candidate(channel: np.ndarray, dark: bool) -> Candidate:
    shown = channel if dark else 255 - channel
    light, slope, small = paper_light.around(shown)
    ink = np.clip((light - shown) / (np.maximum(light, 1) if dark else 255), 0, 1)
    noise = 1.4826 * float(np.median(np.abs(channel - ndimage.gaussian_filter(channel, 1)))) / 255
    below = np.clip(slope - small - 4, 0, None)
    return Candidate(ink, noise, float(np.sqrt(np.mean(below**2))))


def _digit(candidate: Candidate) -> np.ndarray:
    """Return the ink of the digit as a share of its darkest, 0 to 1."""
    smooth = ndimage.gaussian_filter(candidate.ink, max(candidate.ink.shape) / 500)
    least = max(CONTRAST, 3 * candidate.noise)
    rough = _without_edges(smooth > least)
    if not rough.any():
        raise InvalidInput(NOTHING)
    peak = float(np.quantile(smooth[rough], 0.995))
    peak = float(np.quantile(smooth[rough & (smooth > 0.6 * peak)], 0.8))
    strong = _without_lines(_without_edges(smooth > max(least, STRONG * peak)))
    kept = _one(strong, smooth)
    mask = _with_faint(kept, smooth, max(least, FAINT * peak), 0.3 * peak)
    peak = float(np.quantile(candidate.ink[kept], 0.9))
    return np.clip(candidate.ink * mask / peak, 0, 1)


def _labelled(mask: np.ndarray) -> tuple[np.ndarray, int]:
    """Return the number of each pixel's connected part, 0 where there is none, and how many parts there are."""
    labels, count = ndimage.label(mask, np.ones((3, 3)))  # pyright: ignore[reportGeneralTypeIssues]
    return np.asarray(labels), int(count)


def _depth(mask: np.ndarray) -> np.ndarray:
    """Return the distance of each pixel of a mask from the nearest outside it."""
    return np.asarray(ndimage.distance_transform_edt(mask))


def _boxes(labels: np.ndarray) -> list[tuple[slice, slice]]:
    return ndimage.find_objects(labels)


def _crossings(mask: np.ndarray) -> int:
    """Return how often a mask begins along the edges of the image, one after the other."""
    edge = np.concatenate([mask[0], mask[:, -1], mask[-1], mask[:, 0]]).astype(int)
    return int((np.diff(edge) > 0).sum())


def _without_edges(mask: np.ndarray) -> np.ndarray:
    """Return the mask without the parts that touch an edge of the image and lie wholly near it."""
    labels, count = _labelled(mask)
    high, wide = (max(1, round(NEAR_EDGE * n)) for n in mask.shape)
    sides = [np.s_[:high], np.s_[-high:], np.s_[:, :wide], np.s_[:, -wide:]]
    ring = np.ones(mask.shape, bool)
    ring[high:-high, wide:-wide] = False
    edge = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    total, in_ring = (np.bincount(labels[m], minlength=count + 1) for m in (mask, mask & ring))
    on_edge = np.bincount(edge, minlength=count + 1)
    by_side = np.max([np.bincount(labels[side].ravel(), minlength=count + 1) for side in sides], axis=0)
    strip = (on_edge > 0) & (by_side > 0.95 * total)
    desk = (on_edge > 0.2 * len(edge)) & (in_ring > 0.8 * total)
    drop = np.flatnonzero((strip | desk) & (total > 0))
    return mask & ~np.isin(labels, drop[drop > 0])


def _without_lines(mask: np.ndarray) -> np.ndarray:
    """Return the mask without lines that are thinner than the pen and cross the image, as those of ruled paper."""
    mask = _without_rules(mask)
    if _crossings(mask) < 4 or not mask.any():
        return mask
    depth = _depth(np.pad(mask, 1))[1:-1, 1:-1]
    radius = 0.45 * depth.max()
    core = depth > radius
    return mask & (_depth(~core) <= 1.3 * radius + 1)


def _without_rules(mask: np.ndarray) -> np.ndarray:
    """Return the mask without parts that run through the whole image and are hardly wider than a line."""
    labels, _ = _labelled(mask)
    drop = []
    for i, box in enumerate(_boxes(labels), 1):
        spans = [(s.stop - s.start) / n for s, n in zip(box, mask.shape, strict=True)]
        if max(spans) > 0.9 and (labels[box] == i).sum() < 0.03 * mask.size and min(spans) < 0.25:
            drop.append(i)
    return mask & ~np.isin(labels, drop)


def _one(strong: np.ndarray, ink: np.ndarray) -> np.ndarray:
    """Return the parts of the strong ink that make one digit: the largest, and what lies with it."""
    labels, count = _labelled(strong)
    if not count:
        raise InvalidInput(NOTHING)
    boxes = _boxes(labels)
    weight = ndimage.sum_labels(ink, labels, np.arange(1, count + 1))
    order = [int(i) for i in np.argsort(-weight)[:20]]
    inside = [i for i in order if not _at_an_edge(boxes[i], strong.shape)]
    if inside and weight[inside[0]] > 0.03 * weight[order[0]]:
        order = inside  # a digit stands within its picture; what is at the edges is a desk, a strip, its neighbours
    main, *others = [i for i in order if not _is_frame(i, [k for k in order if k != i], labels, boxes, weight)]
    parts = [i for i in others if weight[i] > 0.02 * weight[main] and _together(boxes[main], boxes[i])]
    if any(_second(boxes[main], boxes[i]) and weight[i] > 0.12 * weight[main] for i in others):
        raise InvalidInput(SEVERAL)
    kept = np.isin(labels, [main + 1, *(i + 1 for i in parts)])
    _refuse_what_no_pen_draws(kept)
    return kept


def _is_frame(i: int, others: list[int], labels: np.ndarray, boxes, weight) -> bool:
    """Return whether a part is drawn round another that counts, along the sides of its box."""
    at = boxes[i]
    high, wide = (s.stop - s.start for s in at)
    inner = labels[at] == i + 1
    along = np.ones(inner.shape, bool)
    top, left = max(1, round(0.12 * high)), max(1, round(0.12 * wide))
    along[top : high - top, left : wide - left] = False
    if inner[~along].sum() > 0.05 * inner.sum():
        return False
    return any(weight[k] > 0.05 * weight[i] and _within(boxes[k], at) for k in others)


def _at_an_edge(box, shape) -> bool:
    return any(s.start == 0 or s.stop == n for s, n in zip(box, shape, strict=True))


def _within(inner, outer) -> bool:
    return all(o.start <= s.start and s.stop <= o.stop for s, o in zip(inner, outer, strict=True))


def _gap(a: slice, b: slice) -> int:
    """Return how many pixels lie between two ranges, negative where they overlap."""
    return max(a.start, b.start) - min(a.stop, b.stop)


def _together(main, other) -> bool:
    """Return whether a part lies close enough to the largest one to belong to it."""
    size = max(s.stop - s.start for s in main)
    return all(_gap(m, o) < 0.15 * size for m, o in zip(main, other, strict=True))


def _second(main, other) -> bool:
    """Return whether a part stands beside or below the largest one and is nearly as large: another digit."""
    (high, wide), (other_high, other_wide) = ([s.stop - s.start for s in box] for box in (main, other))
    as_high = min(high, other_high) > 0.6 * max(high, other_high)
    beside = _gap(main[1], other[1]) > -0.2 * min(wide, other_wide)
    below = _gap(main[0], other[0]) > -0.2 * min(high, other_high)
    return as_high and (beside or (below and min(wide, other_wide) > 0.4 * max(wide, other_wide)))


def _refuse_what_no_pen_draws(kept: np.ndarray) -> None:
    """Refuse ink that crosses the edges of the image again and again, or fills nearly all of its box of either side."""
    if _crossings(kept) > 6:
        raise InvalidInput(UNCLEAR)
    top, left, bottom, right = _extent(kept)
    high, wide = bottom - top + 1, right - left + 1
    if kept.sum() > 0.8 * high * wide and max(high, wide) < 2 * min(high, wide):
        raise InvalidInput(UNCLEAR)


def _extent(mask: np.ndarray) -> np.ndarray:
    """Return the first row and column, and the last ones, of a mask."""
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    return np.array([rows[0], columns[0], rows[-1], columns[-1]])


def _with_faint(kept: np.ndarray, smooth: np.ndarray, faint: float, less: float) -> np.ndarray:
    """Return the strong ink with the faint ink connected to it: above `faint`, or above `less` where much is faint."""
    labels, _ = _labelled((smooth > faint) | kept)
    whole = np.isin(labels, np.unique(labels[kept]))
    ends, strong_ends = (_extent(mask) for mask in (whole, kept))
    size = max(strong_ends[2:] - strong_ends[:2])
    if whole.sum() <= SPREAD * kept.sum() and np.abs(ends - strong_ends).max() <= OUTREACH * size + 2:
        return whole
    depth = _depth(kept)
    near = _depth(~kept) <= max(1.0, 0.3 * float(np.quantile(depth[kept], 0.9)))
    return (whole & near & (smooth > less)) | kept
