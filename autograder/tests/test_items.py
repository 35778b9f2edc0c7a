"""What marks say about exercises: numbers worked out by hand."""

import pytest

from autograder.grading.items import Miss, items, misses
from autograder.grading.score import Score

A, B, C = ("n", "a"), ("n", "b"), ("n", "c")


def score(points, lost=None):
    """A score out of 4, in two properties; ``lost`` maps properties to faults."""
    return Score("x", {"p": points, "q": 0}, {"p": 3, "q": 1}, lost or {})


def class_of(*rows):
    return [dict(zip((A, B, C), map(score, row), strict=True)) for row in rows]


def test_facility_and_discrimination_are_as_by_hand():
    one, two, three = items(class_of((0, 0, 4), (2, 2, 4), (4, 4, 4), (4, 2, 4)))
    assert (one.facility, two.facility, three.facility) == (0.625, 0.5, 1)
    # Points of a: 0 2 4 4, on average 2.5; of the others together: 4 6 8 6, on average 6. The
    # products of the distances add up to 5 + 0 + 3 + 0, their squares to 11 and to 8.
    assert one.discrimination == pytest.approx(8 / (11 * 8) ** 0.5)
    assert three.discrimination is None
    assert one.shares == (1, 1, 0, 2) and three.shares == (0, 0, 0, 4)


def test_nothing_is_said_about_items_of_a_small_class():
    assert {item.remark for item in items(class_of(*[(4, 0, 2)] * 9))} == {""}


def test_items_that_stand_out_are_remarked():
    found = items(class_of(*[(4, 0, 4), (4, 1, 0)] * 5, (4, 0, 1)))
    assert [item.remark for item in found] == [
        "too easy?", "too hard?", "does not go with the rest?"]


def test_misses_are_counted_over_those_who_answered():
    whole = {"p": "not answered", "q": "not answered"}
    submissions = [{A: score(3, {"q": "no"})}, {A: score(0, {"p": "no", "q": "other"})},
                   {A: score(4)}, {A: score(0, whole)}]
    assert misses(submissions) == [Miss("n", "a", "q", 2, 3), Miss("n", "a", "p", 1, 3)]
    assert misses(submissions)[0].share == 2 / 3


def test_an_exercise_of_one_property_counts_as_answered_when_it_is_missed():
    lost = Score("x", {"p": 0}, {"p": 3}, {"p": "no"})
    assert misses([{A: lost}]) == [Miss("n", "a", "p", 1, 1)]


def test_no_submissions_no_items():
    assert items([]) == misses([]) == []
