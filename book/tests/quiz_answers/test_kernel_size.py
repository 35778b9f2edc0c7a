import numpy as np

from autograder.layers import layers
from tests.quiz_answers.rows import compare, row

cost = layers("downsampling_numpy").conv2d_cost


def test_four_layers():
    """9"""
    assert layers("kernel_size_numpy").receptive_field([(3, 1, 1)] * 4) == (9, 1)


def test_from_three_channels():
    """The 5×5."""
    weights = [cost(*sizes, 9, bias=False)[0] for sizes in ((3, 64, 5), (3, 64, 3), (64, 64, 3))]
    assert 8 <= sum(weights[1:]) / weights[0] < 9


def test_ten_layers():
    """The ten layers."""
    stack, single = ({"kernel_size": 3, "depth": 10}, {"kernel_size": 21, "depth": 1})
    assert row("effective_fields", **stack)["sees"] == row("effective_fields", **single)["sees"]
    assert compare("effective_fields", "effective", stack, single).below


def test_alexnet_with_threes():
    """Nearly as far as before."""
    alexnet, lenet = (row("classic_nets", total=name) for name in ("AlexNet", "LeNet-5"))
    assert alexnet["sees_with_one"] / alexnet["sees"] > 0.85
    assert lenet["sees_with_one"] / lenet["sees"] < 0.65


def test_fifteen():
    """No, by our rule it is a tie."""
    found = compare(
        "kernel_sizes", "test", {"net": 15, "head": "average"}, {"net": 9, "head": "average"}
    )
    assert found.mean > 0 and not found.clear


def test_one_too_narrow():
    """50 %: it can only guess."""
    for width, chance in ((3, 50), (4, 75)):
        found = row("text_widths", task=4, width=width, depth=1)["test"]
        assert abs(np.mean(found) - chance) < 3
