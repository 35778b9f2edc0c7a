import numpy as np
import torch
import torch.nn.functional as F

from autograder.layers import layers
from tests.quiz_answers.rows import row

ours = layers("convolution_numpy")
cost = layers("downsampling_numpy").conv2d_cost


def test_sum_of_weights():
    """Zero on both."""
    kernel = np.array([[[[1.0, 0, -1], [2, 0, -2], [1, 0, -1]]]])
    for grey in (0.25, 0.75):
        assert not ours.conv2d(np.full((1, 1, 5, 5), grey), kernel).any()


def test_twice_the_kernels():
    """They double."""
    few, many = (cost(channels, 8, 3, 9, bias=False)[0] for channels in (32, 64))
    assert many == 2 * few


def test_same_size():
    """4"""
    assert [ours.output_size(32, 5, 1, padding, 2) for padding in (2, 4, 8)] == [28, 32, 40]


def test_numbers_in_the_matrix():
    """9"""
    matrix = ours.conv2d_matrix(np.random.default_rng(0).normal(size=(1, 1, 3, 3)), 8)
    assert matrix.shape == (36, 64)
    assert np.count_nonzero(matrix) == 324
    assert np.unique(matrix[matrix != 0]).size == 9


def test_odd_shift():
    """It may become another map."""
    x, kernel = torch.rand(1, 1, 12, 12), torch.rand(1, 1, 3, 3)
    before, after = (F.conv2d(image, kernel, stride=2) for image in (x, x.roll(1, 3)))
    assert not any(torch.allclose(before.roll(shift, 3), after) for shift in range(5))


def test_terms_of_a_weight():
    """64"""
    x, kernel = np.ones((1, 1, 10, 10)), np.ones((1, 1, 3, 3))
    _, grad_weight, _ = ours.conv2d_backward(np.ones((1, 1, 8, 8)), x, kernel)
    assert (grad_weight == 64).all()


def test_written_columns():
    """9 times as many."""
    assert F.unfold(torch.ones(1, 1, 28, 28), 3, padding=1).numel() == 9 * 28**2


def digits(tail, column):
    return row("sharing", task="digits", layer="convolution", tail=tail)[column]


def test_the_other_half():
    """As well as in the left half."""
    assert digits("maximum", "unseen") == digits("maximum", "seen")
    for layer in ("locally connected", "fully connected"):
        found = row("sharing", task="digits", layer=layer, tail="maximum")["unseen"]
        assert 8 < np.mean(found) < 12


def test_flattened_places():
    """It guesses."""
    assert 8 < np.mean(digits("flatten", "unseen")) < 12
