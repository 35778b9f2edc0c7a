"""What an answer earns, case by case."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.cases import Case, Example, Exercise
from autograder.grading.score import score
from autograder.observe_numpy import observe

X = np.array([1.0, 2.0])
POINTS = {"values": 4, "scale": 3, "offset": 3}


def scaled(x, scale=1.0, offset=0.0):
    return scale * x + offset


def cases(rng):
    yield Case("scale", (X,), {"scale": 3.0, "offset": 2.0}, mixed=True)
    yield Case("values", (X,))
    yield Case("scale", (X,), {"scale": 2.0})
    yield Case("offset", (X,), {"offset": 1.0})


EXERCISE = Exercise("scaled", POINTS, (Example(Case("values", (X,)), {"output": X}),), cases,
                    observe)


def lost(answer):
    return set(score(EXERCISE, lambda case: observe(EXERCISE, answer, case), scaled, 0).faults)


@pytest.mark.parametrize("answer, faults", [
    (scaled, set()),
    (lambda x, scale=1.0, offset=0.0: scale * (x + offset), {"scale"}),  # Two at once only.
    (lambda x, scale=1.0, offset=0.0: scale * x, {"offset"}),
    (lambda x, scale=1.0, offset=0.0: x + offset, {"scale"}),
])
def test_a_case_in_which_properties_meet_counts_only_where_no_other_is_lost(answer, faults):
    assert lost(answer) == faults
