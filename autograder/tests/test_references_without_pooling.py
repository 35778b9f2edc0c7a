"""The capstone's references agree with PyTorch in float64, and their net with its recipe."""

import numpy as np
import pytest
import torch
from torch import nn

from autograder.checks import recipe
from autograder.checks.pictures import STROKES, draw, draw_labels
from autograder.layers import layers


@pytest.fixture(scope="module")
def course(root):
    return layers("without_pooling_torch", root)


@pytest.mark.parametrize(("options", "size"), [
    ({}, (5, 5)), ({"stride": (2, 3), "padding": (1, 2)}, (7, 6)), ({"dilation": (2, 1)}, (7, 4)),
    ({"groups": 2, "stride": 2}, (5, 4)), ({"bias": False, "padding": 2}, (2, 3))])
def test_the_linear_layer_does_what_the_convolution_does_forward_and_backward(
    course, options, size
):
    conv = nn.Conv2d(4, 6, 3, **options).double()
    linear = course.conv2d_to_linear(conv, size)
    x = torch.randn(3, 4, *size, dtype=torch.float64, requires_grad=True)
    want, got = conv(x).flatten(1), linear(x.flatten(1))
    torch.testing.assert_close(got, want)
    above = torch.randn_like(want)
    torch.testing.assert_close(*(torch.autograd.grad(y, x, above)[0] for y in (got, want)))
    assert (linear.bias is None) == (conv.bias is None)
    assert torch.autograd.gradcheck(linear, torch.randn(1, 4 * size[0] * size[1]).double()
                                    .requires_grad_())


def test_the_width_is_the_best_of_all(course):
    rng = np.random.default_rng(0)
    for _ in range(200):
        inputs, classes, wanted = (int(n) for n in rng.integers(1, (300, 20, 20000)))
        mlp = course.mlp_of_size(inputs, classes, wanted)
        away = abs(sum(one.numel() for one in mlp.parameters()) - wanted)
        sizes = np.arange(1, 20000 // (inputs + classes) + 2)
        assert away == np.abs(sizes * (inputs + 1 + classes) + classes - wanted).min()


def test_the_net_has_no_pooling_but_the_last_average_and_keeps_its_budget(course):
    net = course.build_model()
    kinds = [type(layer).__name__ for layer in net]
    assert [kind for kind in kinds if "Pool" in kind] == ["AdaptiveAvgPool2d"]
    assert recipe.count(net) == sum(one.numel() for one in net.parameters()) == 14978


def test_a_picture_is_the_same_every_time_and_every_digit_comes_equally_often():
    labels = draw_labels(np.random.default_rng(1), 50)
    first, again = (draw(np.random.default_rng(2), labels, 6) for _ in range(2))
    assert np.array_equal(first, again)
    assert first.shape == (50, 1, 32, 32) and first.dtype == np.uint8
    assert np.bincount(labels).tolist() == [5] * len(STROKES)


@pytest.mark.parametrize("shift", [0, 4, 6])
def test_no_digit_leaves_the_canvas_and_shifts_are_as_large_as_they_say(shift):
    pictures = draw(np.random.default_rng(3), np.arange(1000) % 10, shift)[:, 0] > 140
    edge = np.concatenate([pictures[:, [0, -1]].ravel(), pictures[:, :, [0, -1]].ravel()])
    assert edge.mean() < 0.002
    rows = pictures.any(2)
    middle = (rows.argmax(1) + 31 - rows[:, ::-1].argmax(1)) / 2 - 15.5
    assert shift - 1.5 < np.abs(middle).max() < shift + 4
