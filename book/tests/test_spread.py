"""Means, spreads and ties."""

import pytest

from experiments.spread import difference, plus_minus
from experiments.table import find, over_seeds


def test_mean_and_sample_deviation_are_written_together():
    assert plus_minus([1.0, 3.0]) == "2.0\u00a0±\u00a01.4"
    assert plus_minus([-0.5], 2) == "−0.50\u00a0±\u00a00.00"


def test_a_difference_is_taken_seed_by_seed():
    gain = difference([80.0, 90.0, 70.0], [78.0, 88.0, 68.5])
    assert gain.above and not gain.below and str(gain) == "+1.8\u00a0±\u00a00.3"


def test_a_difference_within_twice_its_deviation_is_a_tie():
    gain = difference([2.0, 4.0], [1.0, 1.0])
    assert not gain.clear and not gain.above and not gain.below


def test_a_difference_downwards_is_below():
    assert difference([1.0, 1.0], [3.0, 3.0]).below


def test_seeds_are_gathered_in_lists_and_labels_stay():
    rows = over_seeds(lambda seed: [{"net": "a", "score": seed / 3}], (0, 1), ("net",))
    assert rows == [{"net": "a", "score": [0.0, 0.333333]}]


def test_a_row_that_is_missing_or_twice_there_is_an_error():
    rows = [{"net": "a"}, {"net": "a"}]
    with pytest.raises(KeyError, match="expected one row, found 2"):
        find(rows, net="a")
    with pytest.raises(KeyError, match="found 0"):
        find(rows, net="b")
