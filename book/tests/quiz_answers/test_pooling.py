import numpy as np
import pytest

from autograder.layers import layers
from experiments.spread import difference
from tests.quiz_answers.rows import compare, row, share

ours = layers("pooling_numpy")
cost = layers("downsampling_numpy").conv2d_cost


def test_pooled_channels():
    """64 channels of 14×14."""
    assert ours.max_pool2d(np.ones((1, 64, 28, 28)), 2).shape == (1, 64, 14, 14)


def test_the_seventh_pixel():
    """13"""
    uses = ours.avg_pool2d_backward(np.ones((1, 1, 3, 3)), (1, 1, 7, 7), 2)
    assert (uses == 0).sum() == 13


def test_the_rival():
    """A quarter."""
    every, second = (cost(8, 8, 3, 64, stride, 1)[1] for stride in (1, 2))
    assert every == 4 * second


def test_ahead_with_two():
    """Maximum."""
    assert compare("variants", "test", {"kind": "max"}, {"kind": "average"}).above


def test_without_relu():
    """The one with max pooling."""
    change = {
        kind: compare(
            "linearity", "accuracy", {"kind": kind, "relu": False}, {"kind": kind, "relu": True}
        )
        for kind in ("max", "average", "stride")
    }
    assert max(change, key=lambda kind: change[kind].mean) == "max"
    assert not change["max"].clear and change["average"].below


def test_all_ones():
    """Nothing."""
    found = row("boureau", features="dense", size=64, pooling="max")["separability"]
    assert np.mean(found) < 0.001


def test_reached_by_the_maximum():
    """A quarter."""
    assert np.unique(row("backward", pooling="max")["reached"]) == [25]


def test_gradient_to_both():
    """One came, two go on."""
    x = np.array([[[[5.0, 5], [0, 0]]]])
    gradient = ours.max_pool2d_backward(np.ones((1, 1, 1, 1)), x, 2)
    assert gradient[0, 0].tolist() == [[1, 0], [0, 0]]


def test_three_by_three():
    """Two in three."""
    assert row("aliasing", window=3, shift=1)["unchanged"] == pytest.approx(200 / 3, abs=0.01)


def test_four_pixels():
    """Max pooling, with shifted images in the training."""
    plain, blurred, taught = (
        row("robustness", net=net, change="shift", amount=4)["accuracy"]
        for net in ("max", "blur", "max + shifted training")
    )
    assert difference(taught, blurred).above and difference(blurred, plain).above
    assert 40 < np.mean(plain) < 60


def test_thirty_degrees():
    """Not by more than the spread over the seeds."""
    turned = {"change": "angle", "amount": 30}
    assert not compare(
        "robustness", "accuracy", {"net": "max"} | turned, {"net": "none"} | turned
    ).clear


def test_whose_weights():
    """Those of a fully connected layer behind it."""
    nets = {"kind": "max"}, {"kind": "none"}
    assert share("cost", "conv", *nets) == 1
    assert share("cost", "head", *nets) < 0.1


def test_best_rebuilt():
    """Components, averages, maxima."""
    for decoder in ("copy", "linear"):
        components = {"method": "PCA", "decoder": "linear"}
        averages, maxima = ({"method": kind, "decoder": decoder} for kind in ("average", "max"))
        assert compare("reconstruction", "error", components, averages).below
        assert compare("reconstruction", "error", averages, maxima).below


def test_twice_the_side():
    """Clearly worse."""
    small, large = ({"trained": "28 only", "side": side} for side in (28, 56))
    assert compare("sizes", "accuracy", large, small).below
