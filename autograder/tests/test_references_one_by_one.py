"""The 1x1 references against hand examples, PyTorch in float64 and published counts."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from answers import close, normal
from autograder.checks.inception import GOOGLENET
from autograder.layers import layers

P = layers("one_by_one_numpy")
T = layers("one_by_one_torch")
SHAPES = [(1, 1, 1, 1), (2, 3, 4, 5), (3, 4, 7, 1), (2, 5, 3, 3)]


@pytest.mark.parametrize("outside", [1, 3, 6])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_conv1x1_agrees_with_pytorch_forward_and_backward(shape, outside):
    x, weight, bias = normal(*shape), normal(outside, shape[1], seed=1), normal(outside, seed=2)
    tensors = [torch.tensor(one, requires_grad=True) for one in (x, weight, bias)]
    output = F.conv2d(tensors[0], tensors[1][:, :, None, None], tensors[2])
    grad = normal(*output.shape, seed=3)
    output.backward(torch.tensor(grad))
    expected = output.detach().numpy()
    close(P.conv1x1(x, weight, bias), expected)
    close(P.conv1x1(x, weight), expected - bias.reshape(1, -1, 1, 1))
    for mine, leaf in zip(P.conv1x1_backward(grad, x, weight), tensors, strict=True):
        close(mine, leaf.grad)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_results_keep_the_dtype_and_inputs_stay(dtype):
    x, weight = normal(2, 3, 4, 5).astype(dtype), normal(2, 3).astype(dtype)
    order, grad = np.random.default_rng(0).permutation(20), normal(2, 2, 4, 5).astype(dtype)
    before = [one.copy() for one in (x, weight, order, grad)]
    results = [P.conv1x1(x, weight, weight[:, 0]), P.permute_pixels(x, order),
               *P.conv1x1_backward(grad, x, weight)]
    assert {str(one.dtype) for one in results} == {dtype}
    for one, old in zip((x, weight, order, grad), before, strict=True):
        np.testing.assert_array_equal(one, old)


def test_views_give_what_copies_give():
    x, grad, weight = normal(2, 3, 8, 5)[:, :, ::2], normal(2, 4, 5, 4).swapaxes(2, 3), normal(4, 3)
    order = np.random.default_rng(0).permutation(20)
    close(P.conv1x1(x, weight.T.copy().T), P.conv1x1(x.copy(), weight))
    close(P.permute_pixels(x, order), P.permute_pixels(x.copy(), order))
    for mine, plain in zip(P.conv1x1_backward(grad, x, weight),
                           P.conv1x1_backward(grad.copy(), x.copy(), weight), strict=True):
        close(mine, plain)


def test_a_convolution_of_permuted_pixels_is_the_permuted_convolution():
    x, weight, order = normal(2, 3, 4, 5), normal(6, 3), np.random.default_rng(0).permutation(20)
    close(P.conv1x1(P.permute_pixels(x, order), weight),
          P.permute_pixels(P.conv1x1(x, weight), order))
    np.testing.assert_array_equal(
        P.permute_pixels(x, order).reshape(2, 3, 20), x.reshape(2, 3, 20)[..., order])


# Szegedy et al. 2014, table 1: million multiplications. For 5a it says 54, which is not what its
# widths give.
@pytest.mark.parametrize(("block", "millions"), [
    ("3a", 128), ("3b", 304), ("4a", 73), ("4b", 88), ("4c", 100), ("4d", 119), ("4e", 170),
    ("5b", 71)])
def test_googlenets_blocks_cost_what_the_paper_says(block, millions):
    assert abs(P.inception_cost(*GOOGLENET[block])[1] / 1e6 - millions) < 1


@pytest.mark.parametrize("widths", [*GOOGLENET.values(), (3, 1, 2, 3, 4, 5, 6, 5)], ids=str)
def test_the_counts_are_those_of_the_module(widths):
    module = T.Inception(*widths[:-1])
    weights = sum(one.numel() for one in module.parameters() if one.ndim == 4)
    size = widths[-1]
    assert P.inception_cost(*widths) == (weights, weights * size**2)
    naive = widths[0] * (widths[1] + 9 * widths[3] + 25 * widths[5])
    assert P.inception_cost(*widths[:-1], (size, 2), reduced=False) == (naive, 2 * size * naive)


def test_a_separable_convolution_costs_what_its_module_has():
    module = T.DepthwiseSeparableConv2d(4, 6, (3, 5), padding=(1, 2))
    weights = sum(one.numel() for one in module.parameters() if one.ndim == 4)
    assert P.separable_cost(4, 6, (3, 5), (7, 8)) == (weights, weights * 56)
    # Howard et al. 2017, table 3: 0.27 million parameters and 52.3 million multiplications.
    parameters, macs = P.separable_cost(512, 512, 3, 14)
    assert round(parameters / 1e6, 2) == 0.27 and round(macs / 1e6, 1) == 52.3


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_linear_layer_becomes_a_convolution_of_its_own(bias, dtype):
    linear = nn.Linear(3, 5, bias).to(dtype)
    conv, x = T.linear_to_conv1x1(linear), torch.randn(2, 3, 4, 6, dtype=dtype)
    expected = linear(x.movedim(1, 3)).movedim(3, 1)
    torch.testing.assert_close(conv(x), expected)
    assert conv.kernel_size == (1, 1) and (conv.bias is None) != bias
    nn.init.zeros_(conv.weight)
    torch.testing.assert_close(linear(x.movedim(1, 3)).movedim(3, 1), expected)


def test_inception_stacks_four_branches_each_with_its_relus():
    module = T.Inception(3, 2, 4, 5, 2, 3, 4).double()
    x = torch.randn(2, 3, 6, 5, dtype=torch.float64)
    (a, _), (b, _, c, _), (d, _, e, _), (_, f, _) = (
        module.branch1, module.branch2, module.branch3, module.branch4)
    pooled = F.max_pool2d(x, 3, 1, 1)
    expected = [a(x), F.conv2d(b(x).relu(), c.weight, c.bias, padding=1),
                F.conv2d(d(x).relu(), e.weight, e.bias, padding=2), f(pooled)]
    torch.testing.assert_close(module(x), torch.cat(expected, 1).relu())


def test_fire_has_the_parameters_of_squeezenet():
    fires = [(96, 16, 64, 64), (128, 16, 64, 64), (128, 32, 128, 128), (256, 32, 128, 128),
             (256, 48, 192, 192), (384, 48, 192, 192), (384, 64, 256, 256), (512, 64, 256, 256)]
    count = sum(one.numel() for init in fires for one in T.Fire(*init).parameters())
    # With the 7x7 convolution to 96 channels and the 1x1 convolution to 1000 classes: 1,248,424
    # parameters (Iandola et al. 2016).
    assert count + 7 * 7 * 3 * 96 + 96 + 512 * 1000 + 1000 == 1_248_424


def test_mlpconv_is_three_convolutions():
    module = T.MLPConv(2, 3, (3, 1), (0, 1)).double()
    x = torch.randn(2, 2, 5, 4, dtype=torch.float64)
    w1, b1, w2, b2, w3, b3 = module.parameters()
    hidden = F.conv2d(F.conv2d(x, w1, b1, padding=(0, 1)).relu(), w2, b2).relu()
    torch.testing.assert_close(module(x), F.conv2d(hidden, w3, b3).relu())


def test_a_separable_convolution_is_one_convolution_with_a_kernel_of_rank_one():
    module = T.DepthwiseSeparableConv2d(3, 4, (3, 2), (2, 1), (1, 0)).double()
    x = torch.randn(2, 3, 7, 6, dtype=torch.float64)
    kernel = module.pointwise.weight * module.depthwise.weight[:, 0]
    torch.testing.assert_close(
        module(x), F.conv2d(x, kernel, module.pointwise.bias, (2, 1), (1, 0)))
    assert module.depthwise.bias is None


@pytest.mark.parametrize("module", [
    T.Inception(2, 1, 1, 1, 1, 1, 1), T.Fire(2, 1, 1, 2), T.MLPConv(2, 2, 2, 1),
    T.DepthwiseSeparableConv2d(2, 2, 2, 2, 1), T.linear_to_conv1x1(nn.Linear(2, 3)),
], ids=lambda module: type(module).__name__)
def test_gradients_pass_gradcheck(module):
    x = torch.tensor(normal(1, 2, 3, 4)).requires_grad_()
    assert torch.autograd.gradcheck(module.double(), x)
