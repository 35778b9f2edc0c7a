"""What a class's marks say about the exercises."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from autograder.grading.score import Score

#: Where an item is called too easy or too hard, and where it does not go with the rest.
EASY, HARD, APART = 0.95, 0.25, 0.1
#: With fewer submissions nothing is said about an item.
ENOUGH = 10
SHARES = ("none", "up to half", "more than half", "all")


@dataclass(frozen=True)
class Item:
    """An exercise in a class.

    Attributes
    ----------
    facility
        The mean share of its points.
    discrimination
        The correlation of its points with those of all other exercises of the chapter; None if
        all have the same.
    shares
        How many submissions earned none, up to half, more than half, all of the points.
    remark
        What stands out; empty if nothing does or the class is too small to say.
    """

    notebook: str
    exercise: str
    points: int
    facility: float
    discrimination: float | None
    shares: tuple[int, ...]
    remark: str


@dataclass(frozen=True)
class Miss:
    """A property of an exercise, and how many of those who answered missed it."""

    notebook: str
    exercise: str
    name: str
    missed: int
    answered: int

    @property
    def share(self) -> float:
        """Return the share that missed it."""
        return self.missed / self.answered


Scores = dict[tuple[str, str], Score]


def items(submissions: list[Scores]) -> list[Item]:
    """Return the exercises of a chapter.

    Parameters
    ----------
    submissions
        The scores of each submission by notebook and exercise; all have the same exercises.
    """
    if not submissions:
        return []
    names = list(submissions[0])
    points = np.array([[one[name].total for name in names] for one in submissions], float)
    most = np.array([submissions[0][name].max_points for name in names], float)
    found = []
    for column, name in enumerate(names):
        own = points[:, column]
        facility = float(np.mean(own) / most[column])
        discrimination = _correlation(own, points.sum(axis=1) - own)
        remark = _remark(facility, discrimination) if len(submissions) >= ENOUGH else ""
        found.append(Item(*name, int(most[column]), facility, discrimination,
                          _shares(own / most[column]), remark))
    return found


def _correlation(one: np.ndarray, other: np.ndarray) -> float | None:
    if not np.ptp(one) or not np.ptp(other):
        return None
    return float(np.corrcoef(one, other)[0, 1])


def _shares(parts: np.ndarray) -> tuple[int, ...]:
    half = np.sum((parts > 0) & (parts <= 0.5))
    return (int(np.sum(parts == 0)), int(half), int(np.sum((parts > 0.5) & (parts < 1))),
            int(np.sum(parts == 1)))


def _remark(facility: float, discrimination: float | None) -> str:
    if facility >= EASY:
        return "too easy?"
    if facility <= HARD:
        return "too hard?"
    if discrimination is not None and discrimination < APART:
        return "does not go with the rest?"
    return ""


def misses(submissions: Iterable[Scores]) -> list[Miss]:
    """Return the properties that were missed, those missed by the largest share first.

    An exercise that was lost as a whole, for one reason (not answered, not defined, ended), does
    not count as answered.
    """
    missed, answered = Counter(), Counter()
    for submission in submissions:
        for name, score in submission.items():
            lost_whole = score.total == 0 and len(set(score.faults.values())) == 1
            if not lost_whole or len(score.points) == 1:
                answered.update((*name, part) for part in score.points)
                missed.update((*name, part) for part in score.faults)
    found = [Miss(*name, count, answered[name]) for name, count in missed.items()]
    return sorted(found, key=lambda miss: (-miss.share, -miss.missed, miss.notebook))
