"""The checks of the 1x1 exercises: right answers earn all points, wrong ones lose theirs."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from answers import message, names, scored
from autograder.grading.judge import judge
from autograder.grading.release import source_notebook
from autograder.layers import layers
from autograder.paths import course_root


def test_the_checks_cover_the_contract_in_its_order():
    assert names("one_by_one_numpy") == [
        "conv1x1", "conv1x1_backward", "permute_pixels", "inception_cost", "separable_cost"]
    assert names("one_by_one_torch") == [
        "linear_to_conv1x1", "Inception", "Fire", "MLPConv", "DepthwiseSeparableConv2d"]


# Right answers in other styles.

def einsum_conv1x1(x, weight, bias=None):
    y = np.einsum("nchw,oc->nohw", x, weight)
    return y if bias is None else y + bias[None, :, None, None]


def tensordot_conv1x1(x, weight, bias=None):
    y = np.moveaxis(np.tensordot(x, weight, axes=([1], [1])), 3, 1)
    return y + (x.dtype.type(0) if bias is None else bias.reshape(-1, 1, 1))


def dot_conv1x1(x, weight, bias=None):
    n, c, h, w = x.shape
    y = np.dot(x.transpose(0, 2, 3, 1).reshape(-1, c), weight.T)
    try:
        y += bias
    except TypeError:
        pass
    return y.reshape(n, h, w, -1).transpose(0, 3, 1, 2)


def einsum_conv1x1_backward(grad_output, x, weight):
    return (np.einsum("nohw,oc->nchw", grad_output, weight),
            np.einsum("nohw,nchw->oc", grad_output, x),
            np.einsum("nohw->o", grad_output))


def looped_permute_pixels(x, permutation):
    width, result = x.shape[3], np.empty_like(x)
    for i, j in enumerate(permutation):
        result[:, :, i // width, i % width] = x[:, :, j // width, j % width]
    return result


def array_linear_to_conv1x1(linear):
    conv = nn.Conv2d(linear.in_features, linear.out_features, (1, 1), bias=linear.bias is not None)
    conv.weight = nn.Parameter(linear.weight.detach().clone().unsqueeze(2).unsqueeze(3))
    if conv.bias is not None:
        conv.bias.data = linear.bias.data.clone()
    return conv


class PlainInception(nn.Module):
    """The pooling outside of its branch, and padding as a word."""

    def __init__(self, in_channels, n1x1, n3x3_reduce, n3x3, n5x5_reduce, n5x5, pool_proj):
        super().__init__()

        def chain(*convs):
            return nn.Sequential(*[one for conv in convs for one in (conv, nn.ReLU(inplace=True))])

        self.branch4 = chain(nn.Conv2d(in_channels, pool_proj, 1))
        self.branch3 = chain(nn.Conv2d(in_channels, n5x5_reduce, 1),
                             nn.Conv2d(n5x5_reduce, n5x5, 5, padding="same"))
        self.branch2 = chain(nn.Conv2d(in_channels, n3x3_reduce, 1),
                             nn.Conv2d(n3x3_reduce, n3x3, 3, padding="same"))
        self.branch1 = chain(nn.Conv2d(in_channels, n1x1, 1))

    def forward(self, x):
        pooled = F.max_pool2d(x, 3, 1, 1)
        return torch.cat((self.branch1(x), self.branch2(x), self.branch3(x),
                          self.branch4(pooled)), dim=1)


class SequentialFire(nn.Module):
    """Each part with its own ReLU."""

    def __init__(self, in_channels, squeeze, expand1x1, expand3x3):
        super().__init__()
        self.expand3x3 = nn.Sequential(nn.Conv2d(squeeze, expand3x3, 3, padding=1), nn.ReLU())
        self.expand1x1 = nn.Sequential(nn.Conv2d(squeeze, expand1x1, 1), nn.ReLU())
        self.squeeze = nn.Sequential(nn.Conv2d(in_channels, squeeze, 1), nn.ReLU())

    def forward(self, x):
        x = self.squeeze(x)
        return torch.concat([part(x) for part in (self.expand1x1, self.expand3x3)], -3)


class PlainMLPConv(nn.Module):
    def __init__(self, in_channels, out_channels, kernel_size, padding):
        super().__init__()
        self.first = nn.Conv2d(in_channels, out_channels, kernel_size, 1, padding)
        self.second = nn.Conv2d(out_channels, out_channels, 1)
        self.third = nn.Conv2d(out_channels, out_channels, 1)

    def forward(self, x):
        for layer in (self.first, self.second, self.third):
            x = layer(x).clamp(min=0)
        return x


class SubclassedDepthwise(nn.Sequential):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0):
        super().__init__()
        self.depthwise = nn.Sequential(nn.Conv2d(
            in_channels, in_channels, kernel_size, stride=stride, padding=padding,
            groups=in_channels, bias=False))
        self.pointwise = nn.Conv2d(in_channels, out_channels, 1)


OTHER_STYLES = [
    ("one_by_one_numpy.conv1x1", einsum_conv1x1),
    ("one_by_one_numpy.conv1x1", tensordot_conv1x1),
    ("one_by_one_numpy.conv1x1", dot_conv1x1),
    ("one_by_one_numpy.conv1x1_backward", einsum_conv1x1_backward),
    ("one_by_one_numpy.permute_pixels", looped_permute_pixels),
    ("one_by_one_torch.linear_to_conv1x1", array_linear_to_conv1x1),
    ("one_by_one_torch.Inception", PlainInception),
    ("one_by_one_torch.Fire", SequentialFire),
    ("one_by_one_torch.MLPConv", PlainMLPConv),
    ("one_by_one_torch.DepthwiseSeparableConv2d", SubclassedDepthwise),
]


@pytest.mark.parametrize(("address", "answer"), OTHER_STYLES)
def test_a_right_answer_in_another_style_earns_everything(address, answer):
    for seed in range(4):
        assert scored(address, answer, seed).faults == {}


# What a learner reads.

def test_a_loop_in_a_helper_is_told_and_costs_all():
    def images(x, weight):
        return np.stack([np.tensordot(weight, image, 1) for image in x])

    def conv1x1(x, weight, bias=None):
        y = images(x, weight)
        return y if bias is None else y + bias[:, None, None]

    said = ("conv1x1(array(1, 2, 2, 2), array(2, 2)): it uses loops (for), which this exercise "
            "does not allow.")
    assert message("one_by_one_numpy.conv1x1", conv1x1).splitlines()[1] == f"  values: {said}"
    found = scored("one_by_one_numpy.conv1x1", conv1x1)
    assert found.total == 0 and found.reason == said


@pytest.mark.parametrize(("loop", "kind", "points"), [
    ("for n in range(len(x)): y[n] = np.tensordot(weight, x[n], 1)", "for", 0),
    ("y = np.stack([np.tensordot(weight, one, 1) for one in x])", "for", 0),
    ("n = len(x)\n    while n:\n        n -= 1\n        y[n] = np.tensordot(weight, x[n], 1)",
     "while", 0),
    ("y = one_image_after_the_other(x, weight)", "for", 0),
    ("y = np.einsum('oc,nchw->nohw', weight, x)", "", 10),
])
def test_the_judge_finds_loops_in_functions_of_cells(loop, kind, points):
    source = source_notebook("one_by_one_numpy", course_root())
    cell = next(cell for cell in source.cells if cell.get("id") == "conv1x1")
    cell.source = f"""\
def one_image_after_the_other(x, weight):
    return np.stack([np.tensordot(weight, image, 1) for image in x])


def conv1x1(x, weight, bias=None):
    y = np.empty((len(x), len(weight), *x.shape[2:]), x.dtype)
    {loop}
    print("a word on the way")
    return y if bias is None else y + bias[:, None, None]
"""
    found = judge(source, "one_by_one_numpy", course_root(), 0, only=("conv1x1",)).scores["conv1x1"]
    assert found.total == points
    assert f"it uses loops ({kind})" in found.reason if kind else not found.reason


def test_a_forgotten_bias_is_told():
    def conv1x1(x, weight, bias=None):
        return einsum_conv1x1(x, weight)

    lines = message("one_by_one_numpy.conv1x1", conv1x1).splitlines()
    assert lines[:2] == [
        "✗ conv1x1: 6 of 7 examples are right.",
        "  bias: conv1x1(array(1, 2, 2, 2), array(2, 2), array(2)): 8 of 8 values differ; at "
        "(0, 0, 0, 0) expected 103, got 3. bias[o] is added to all pixels of output channel o."]


def test_the_inverse_permutation_is_told():
    def permute_pixels(x, permutation):
        return layers("one_by_one_numpy").permute_pixels(x, np.argsort(permutation))

    assert ("direction: permute_pixels(array(1, 1, 2, 2), array(4)): 4 of 4 values differ; at "
            "(0, 0, 0, 0) expected 11, got 13. out[..., i] = x[..., permutation[i]]: the "
            "permutation says where a pixel comes from, not where it goes."
            ) in message("one_by_one_numpy.permute_pixels", permute_pixels)


def test_a_naive_block_that_is_still_reduced_is_told():
    def inception_cost(*args, **kwargs):
        return layers("one_by_one_numpy").inception_cost(*args[:8])

    assert ("naive parameters: inception_cost(4, 1, 1, 1, 1, 1, 1, 1, False): the value differs; "
            "expected 140, got 50. Not reduced: 3x3 and 5x5 read all input channels, and the "
            "pooled branch has no convolution."
            ) in message("one_by_one_numpy.inception_cost", inception_cost)
    assert scored("one_by_one_numpy.inception_cost", inception_cost).total == 7


def test_shared_weights_are_told():
    def linear_to_conv1x1(linear):
        conv = array_linear_to_conv1x1(linear)
        conv.weight.data = linear.weight.data[:, :, None, None]
        return conv

    assert ("copy: linear_to_conv1x1(nn.Linear(2, 3))(array(1, 2, 1, 2)): parameters of linear "
            "shared with the result: the value differs; expected 0, got 1. copy_() inside "
            "torch.no_grad(), or detach().clone(): a view shares its memory."
            ) in message("one_by_one_torch.linear_to_conv1x1", linear_to_conv1x1)


def test_a_forgotten_relu_behind_a_reduction_is_told():
    class Fire(SequentialFire):
        def __init__(self, *widths):
            super().__init__(*widths)
            self.squeeze = self.squeeze[0]

    assert ("relu: Fire(1, 1, 1, 1)(array(1, 1, 1, 1)): the value differs"
            ) not in message("one_by_one_torch.Fire", Fire)
    assert ("expected 5, got 0. A ReLU follows `squeeze` too: here it gives -7, which becomes 0."
            ) in message("one_by_one_torch.Fire", Fire)


def test_average_pooling_in_the_pooled_branch_is_told():
    class Inception(PlainInception):
        def forward(self, x):
            pooled = F.avg_pool2d(x, 3, 1, 1)
            return torch.cat([self.branch1(x), self.branch2(x), self.branch3(x),
                              self.branch4(pooled)], 1)

    said = message("one_by_one_torch.Inception", Inception)
    assert said.splitlines()[0] == "✗ Inception: 10 of 11 examples are right."
    assert "branch4: 3x3 max pooling with stride 1 and padding 1, then 1x1." in said
    assert scored("one_by_one_torch.Inception", Inception).total >= 8


def test_one_bias_too_many_costs_one_property():
    class DepthwiseSeparableConv2d(nn.Module):
        def __init__(self, in_channels, out_channels, *args, **kwargs):
            super().__init__()
            self.depthwise = nn.Conv2d(in_channels, in_channels, *args, groups=in_channels)
            self.pointwise = nn.Conv2d(in_channels, out_channels, 1)

        def forward(self, x):
            return self.pointwise(self.depthwise(x))

    found = scored("one_by_one_torch.DepthwiseSeparableConv2d", DepthwiseSeparableConv2d)
    assert set(found.faults) == {"parameters"}
    assert "expected 33, got 35" in found.reason
