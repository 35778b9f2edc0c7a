import numpy as np
import pytest

from autograder.layers import layers
from experiments.spread import difference
from tests.quiz_answers.rows import row, share

ours = layers("one_by_one_numpy")


def test_shuffle_first():
    """No."""
    rng = np.random.default_rng(0)
    x, weight, order = rng.normal(size=(1, 3, 4, 4)), rng.normal(size=(5, 3)), rng.permutation(16)
    before = ours.conv1x1(ours.permute_pixels(x, order), weight)
    after = ours.permute_pixels(ours.conv1x1(x, weight), order)
    np.testing.assert_allclose(before, after, atol=1e-12)


def test_four_times_the_channels():
    """64 at most"""
    assert np.unique(row("channel_mixing", chain="64 → 256")["rank"]) == [64]


def test_sorted_by_brightness():
    """What it said before."""
    assert np.max(row("pixel_bags", compared="average, shuffled")["difference"]) < 1e-5


def test_learn_again():
    """As well as on the images as they are."""
    net = row("pixel_bags", net="1×1, flatten")
    assert not difference(net["relearned"], net["plain"]).clear
    assert difference(net["shuffled"], net["plain"]).below


def test_two_more_layers():
    """About 1.2 times"""
    assert share(
        "compact_blocks", "parameters", {"block": "NIN"}, {"block": "3×3"}
    ) == pytest.approx(1.2, abs=0.05)


def test_less_than_half():
    """More than that share."""
    forms = {"block": "3a", "form": "reduced"}, {"block": "3a", "form": "naive"}
    macs = share("inception", "macs", *forms)
    assert macs < 0.5 and share("inception", "milliseconds", *forms) > macs


def test_a_ninth():
    """Several ninths."""
    blocks = {"block": "separable"}, {"block": "3×3"}
    assert 9 * share("compact_blocks", "macs", *blocks) == pytest.approx(1, abs=0.2)
    assert 2 < 9 * share("compact_blocks", "milliseconds", *blocks) < 8
