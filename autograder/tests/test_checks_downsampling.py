"""The downsampling checks: right answers earn all points, wrong ones lose theirs."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from answers import message, names, scored
from autograder.checks.networks import build
from autograder.layers import layers

D, T = layers("downsampling_numpy"), layers("downsampling_torch")


def test_the_checks_cover_the_contract_in_its_order():
    assert names("downsampling_numpy") == [
        "conv2d_cost", "subsample", "conv_transpose2d", "overlap_counts"]
    assert names("downsampling_torch") == [
        "replace_pooling", "PoolShortcut", "ProjectionShortcut", "first_layer_gradient_norm",
        "ResizeConv2d"]


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_a_constant_norm_earns_nothing(value):
    address = "downsampling_torch.first_layer_gradient_norm"
    assert scored(address, lambda model, x, target: value).total == 0


# Right answers in other styles.

def numpy_cost(in_channels, out_channels, kernel_size, input_size, stride=1, padding=0, groups=1,
               bias=True):
    k, s, p, size = (np.array([one, one] if isinstance(one, int) else one)
                     for one in (kernel_size, stride, padding, input_size))
    if (s == 0).any() or (k > size + 2 * p).any():
        raise ValueError(f"{k} on {size} with {s}, {p}")
    weights = np.prod([out_channels, in_channels // groups, *k])
    return weights + bias * out_channels, weights * np.prod((size + 2 * p - k) // s + 1)


def taken_subsample(x, stride):
    sh, sw = D.pair(stride)
    if not sh * sw:
        raise ValueError(f"a stride of 0 ({stride})")
    rows, columns = np.arange(0, x.shape[2], sh), np.arange(0, x.shape[3], sw)
    return x.take(rows, axis=2).take(columns, axis=3)


def gathered_conv_transpose2d(x, weight, stride=1, padding=0):
    """Spread the pixels, then convolve with the kernel turned round; in the dtype of `x`."""
    (sh, sw), (ph, pw) = D.pair(stride), D.pair(padding)
    (n, c, h, w), (kh, kw) = x.shape, weight.shape[2:]
    oh, ow = (h - 1) * sh + kh - 2 * ph, (w - 1) * sw + kw - 2 * pw
    if min(sh, sw, oh, ow) < 1:
        raise ValueError(f"stride {stride}, padding {padding}: {oh} x {ow} pixels")
    spread = np.zeros((n, c, (h - 1) * sh + 2 * kh - 1, (w - 1) * sw + 2 * kw - 1), x.dtype)
    spread[:, :, kh - 1 : spread.shape[2] - kh + 1 : sh, kw - 1 : spread.shape[3] - kw + 1 : sw] = x
    windows = np.lib.stride_tricks.sliding_window_view(spread, (kh, kw), (2, 3))
    full = np.einsum("ncijab,coab->noij", windows, weight[:, :, ::-1, ::-1])
    return full[:, :, ph : ph + oh, pw : pw + ow]


def compared_overlap_counts(input_size, kernel_size, stride):
    sides = []
    for size, k, s in zip(*map(D.pair, (input_size, kernel_size, stride)), strict=True):
        if s < 1:
            raise ValueError(f"stride {s}")
        after = np.arange((size - 1) * s + k)[:, None] - s * np.arange(size)
        sides.append(((after >= 0) & (after < k)).sum(1, dtype=np.int32))
    return sides[0][:, None] * sides[1]


def flat_replace_pooling(model):
    """One flat Sequential, with one ReLU object for all places."""
    parts = copy.deepcopy(model).modules()
    leaves = [part for part in parts if not isinstance(part, nn.Sequential)]
    made, relu = [], nn.ReLU(inplace=True)
    for layer in leaves:
        if isinstance(layer, nn.Conv2d):
            like = {"device": layer.weight.device, "dtype": layer.weight.dtype}
            width = layer.out_channels
        if isinstance(layer, nn.MaxPool2d):
            made += [nn.Conv2d(width, width, layer.kernel_size, stride=layer.stride,
                               padding=layer.padding, **like), relu]
        else:
            made.append(layer)
    return nn.Sequential(*made)


class ConcatenatedShortcut(nn.Module):
    """Windows by unfolding, and zeros by concatenation."""

    def __init__(self, in_channels, out_channels, stride):
        super().__init__()
        self.strides = D.pair(stride)
        self.register_buffer("zeros", torch.zeros(1, out_channels - in_channels, 1, 1))

    def forward(self, x):
        sh, sw = self.strides
        y = x.unfold(2, sh, sh).unfold(3, sw, sw).mean((4, 5))
        return torch.cat([y, self.zeros.expand(len(y), -1, *y.shape[2:])], 1)


class SlicedProjection(nn.Module):
    """The norm first in the list of parts, and a weight of two axes."""

    def __init__(self, in_channels, out_channels, stride):
        super().__init__()
        self.steps = D.pair(stride)
        self.norm = nn.BatchNorm2d(out_channels)
        self.weight = nn.Parameter(torch.randn(out_channels, in_channels))

    def forward(self, x):
        x = x[:, :, :: self.steps[0], :: self.steps[1]]
        return self.norm(torch.einsum("nchw,oc->nohw", x, self.weight))


class OwnNorm(nn.Module):
    """A batch norm of its own, whose parameters have the shape of a pixel of a map."""

    def __init__(self, in_channels, out_channels, stride):
        super().__init__()
        shape = (1, out_channels, 1, 1)
        self.gamma, self.beta = (nn.Parameter(one) for one in (torch.ones(shape[1:]),
                                                               torch.zeros(shape)))
        self.conv = nn.Conv2d(in_channels, out_channels, 1, stride, bias=False)
        self.register_buffer("mean", torch.zeros(out_channels))
        self.register_buffer("variance", torch.ones(out_channels))

    def forward(self, x):
        z = self.conv(x)
        mean, variance = self.mean, self.variance
        if self.training:
            mean, variance = z.mean((0, 2, 3)), z.var((0, 2, 3), correction=0)
            self.mean = 0.9 * self.mean + 0.1 * mean.detach()
            self.variance = 0.9 * self.variance + 0.1 * z.detach().var((0, 2, 3))
        scaled = (z - mean[:, None, None]) / (variance[:, None, None] + 1e-5).sqrt()
        return self.gamma * scaled + self.beta


def copied_gradient_norm(model, x, target):
    """A backward pass in a copy, with the loss written out."""
    model = copy.deepcopy(model)
    model.zero_grad()
    scores = model(x).log_softmax(1)
    (-scores[torch.arange(len(x)), target].mean()).backward()
    return float(torch.linalg.vector_norm(next(model.parameters()).grad))


class RepeatedResize(nn.Module):
    def __init__(self, in_channels, out_channels, kernel_size, scale):
        super().__init__()
        kh, kw = D.pair(kernel_size)
        self.scale = scale
        self.conv = nn.Conv2d(in_channels, out_channels, (kh, kw), padding=(kh // 2, kw // 2))

    def forward(self, x):
        return self.conv(x.repeat_interleave(self.scale, 2).repeat_interleave(self.scale, 3))


OTHER_STYLES = [
    ("downsampling_numpy.conv2d_cost", numpy_cost),
    ("downsampling_numpy.subsample", taken_subsample),
    ("downsampling_numpy.conv_transpose2d", gathered_conv_transpose2d),
    ("downsampling_numpy.overlap_counts", compared_overlap_counts),
    ("downsampling_torch.replace_pooling", flat_replace_pooling),
    ("downsampling_torch.PoolShortcut", ConcatenatedShortcut),
    ("downsampling_torch.ProjectionShortcut", SlicedProjection),
    ("downsampling_torch.ProjectionShortcut", OwnNorm),
    ("downsampling_torch.first_layer_gradient_norm", copied_gradient_norm),
    ("downsampling_torch.ResizeConv2d", RepeatedResize),
]


@pytest.mark.parametrize(("address", "answer"), OTHER_STYLES)
def test_a_right_answer_in_another_style_earns_everything(address, answer):
    for seed in range(3):
        assert scored(address, answer, seed).faults == {}


# What a learner reads.

def test_a_cost_without_the_bias_is_told_where_the_parameters_are_missing():
    def conv2d_cost(*args, bias=True, **kwargs):
        return D.conv2d_cost(*args, **kwargs, bias=False)

    assert message("downsampling_numpy.conv2d_cost", conv2d_cost) == (
        "✗ conv2d_cost: 8 of 9 examples are right.\n"
        "  bias: conv2d_cost(2, 4, 3, 5): parameters: the value differs; expected 76, got 72. The "
        "default is a bias: one parameter per output channel, and no MAC.")


def test_a_count_that_is_no_integer_is_told_its_type():
    def conv2d_cost(*args, **kwargs):
        parameters, macs = D.conv2d_cost(*args, **kwargs)
        return parameters, macs / 1

    assert message("downsampling_numpy.conv2d_cost", conv2d_cost).endswith(
        "integers: conv2d_cost(2, 4, 3, 5, bias=False): expected macs of an integer type, got "
        "float.")


def test_a_kernel_turned_round_is_told_so():
    def conv_transpose2d(x, weight, *args):
        return D.conv_transpose2d(x, weight[:, :, ::-1, ::-1], *args)

    found = message("downsampling_numpy.conv_transpose2d", conv_transpose2d)
    assert "at (0, 0, 0, 0) expected 1, got 1000. Each pixel writes a copy of the kernel, not " \
        "flipped" in found


def test_a_pool_left_inside_a_block_is_told():
    def replace_pooling(model):
        model = copy.deepcopy(model)
        for i, layer in enumerate(model):
            if isinstance(layer, nn.Conv2d):
                width, like = layer.out_channels, layer.weight
            if isinstance(layer, nn.MaxPool2d):
                conv = nn.Conv2d(width, width, layer.kernel_size, layer.stride, layer.padding)
                model[i] = nn.Sequential(conv.to(like), nn.ReLU())
        return model

    assert message("downsampling_torch.replace_pooling", replace_pooling).startswith(
        "✗ replace_pooling: 6 of 7 examples are right.\n  nesting: replace_pooling(Sequential("
        "Sequential(Conv2d(1, 3, 3), ReLU()), Sequential(MaxPool2d(2)))): number of MaxPool2d "
        "left: the value differs; expected 0, got 1. A Sequential may be a part of another")


def test_a_function_that_returns_no_network_is_told():
    found = message("downsampling_torch.replace_pooling", lambda model: None)
    assert "expected an nn.Module, got NoneType" in found


def test_zeros_before_the_channels_are_told():
    class PoolShortcut(T.PoolShortcut):
        def forward(self, x):
            return F.pad(F.avg_pool2d(x, self.stride), (0, 0, 0, 0, self.extra, 0))

    assert message("downsampling_torch.PoolShortcut", PoolShortcut).startswith(
        "✗ PoolShortcut: 9 of 10 examples are right.\n  channels: PoolShortcut(2, 3, 2)"
        "(array(1, 2, 2, 2)): 3 of 3 values differ; at (0, 0, 0, 0) expected 4, got 0. The "
        "channels of zeros come after the others.")


def test_a_projection_with_a_larger_kernel_is_told_the_shape():
    class ProjectionShortcut(T.ProjectionShortcut):
        def __init__(self, in_channels, out_channels, stride):
            super().__init__(in_channels, out_channels, stride)
            self.conv = nn.Conv2d(in_channels, out_channels, 3, stride, 1, bias=False)

    assert "expected the convolution's weight of shape (1, 1, 1, 1), got (1, 1, 3, 3)" in message(
        "downsampling_torch.ProjectionShortcut", ProjectionShortcut)


def test_a_gradient_left_behind_is_told():
    def first_layer_gradient_norm(model, x, target):
        model.zero_grad()
        F.cross_entropy(model(x), target).backward()
        return next(model.parameters()).grad.norm().item()

    address = "downsampling_torch.first_layer_gradient_norm"
    assert message(address, first_layer_gradient_norm).startswith(
        "✗ first_layer_gradient_norm: 6 of 7 examples are right.\n  grad untouched: "
        "first_layer_gradient_norm(Linear(2, 2, bias=False), array(1, 2), array(1)): number of "
        ".grad changed: the value differs; expected 0, got 1. Every .grad stays as it was")


@pytest.mark.parametrize("call", [
    lambda x: F.conv_transpose2d(x, x.new_ones(x.shape[1], 1, 1, 1)),
    lambda x: nn.ConvTranspose2d(x.shape[1], 1, 2).to(x)(x),
    lambda x: torch.ops.aten.convolution(
        x, x.new_ones(x.shape[1], 1, 1, 1), None, [1, 1], [0, 0], [1, 1], True, [0, 0], 1),
])
def test_transposed_convolutions_are_found_however_they_are_called(call):
    class ResizeConv2d(T.ResizeConv2d):
        def forward(self, x):
            call(x.detach())
            return super().forward(x)

    found = scored("downsampling_torch.ResizeConv2d", ResizeConv2d)
    assert found.total == 0
    assert "conv_transpose2d, which this exercise does not allow" in found.reason


def test_a_transposed_convolution_that_is_never_called_is_no_fault():
    class ResizeConv2d(T.ResizeConv2d):
        def forward(self, x):
            nn.ConvTranspose2d(1, 1, 2)
            return super().forward(x)

    assert scored("downsampling_torch.ResizeConv2d", ResizeConv2d).faults == {}


def test_networks_are_built_from_constructors_alone():
    net = build("Sequential(Conv2d(1, 2, (3, 1), bias=False), ReLU()).double().eval()")
    assert net[0].kernel_size == (3, 1) and net[0].weight.dtype == torch.float64
    assert not net.training
    for text in ("__import__('os')", "1 + 1", "Linear(1, 1).to('cpu')"):
        with pytest.raises((ValueError, AttributeError)):
            build(text)
