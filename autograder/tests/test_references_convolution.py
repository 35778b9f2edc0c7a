"""The convolution references against PyTorch in float64."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from autograder.layers import layers

C = layers("convolution_numpy")
T = layers("convolution_torch")
SHAPES = [(1, 1, 6, 6), (2, 3, 7, 5), (3, 1, 4, 9)]
KERNELS = [  # kernel_size, stride, padding: plain, strided, gappy, rectangular, padded a lot
    *(((1, 1), 1, 0), ((3, 3), 1, 1), ((3, 3), 2, 1), ((2, 2), 3, 0)),
    *(((2, 2), np.int64(2), [1, 3]), ((1, 4), (2, 1), (0, 2))),
    *(((4, 3), (3, 2), (2, 1)), ((5, 7), 1, (1, 2))),
]
IMPOSSIBLE = [  # kernel_size, stride, padding, the number at fault; on 4 rows and 5 columns
    *(((5, 5), 1, 0, 5), ((2, 2), 0, 0, 0), ((2, 2), (1, 0), 0, 0), ((3, 10), 1, (0, 2), 10)),
    *(((7, 1), 1, (1, 0), 7), ((2, 2), 1, -1, -1)),
]


def drawn(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


@pytest.mark.parametrize("out_channels", [1, 2])
@pytest.mark.parametrize("geometry", KERNELS, ids=str)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_convolutions_agree_with_pytorch_forward_and_backward(shape, geometry, out_channels):
    kernel, stride, padding = geometry
    arrays = drawn(*shape), drawn(out_channels, shape[1], *kernel, seed=1), drawn(out_channels)
    untouched = [one.copy() for one in arrays]
    leaves = [torch.tensor(one, requires_grad=True) for one in arrays]
    output = F.conv2d(*leaves, C.pair(stride), C.pair(padding))
    above = torch.tensor(drawn(*output.shape, seed=2))
    gradients = torch.autograd.grad(output, leaves, above)
    mine = C.conv2d(*arrays, stride, padding)
    np.testing.assert_allclose(mine, output.detach(), atol=1e-12)
    for one, other in zip(
        C.conv2d_backward(above.numpy(), *arrays[:2], stride, padding), gradients, strict=True
    ):
        np.testing.assert_allclose(one, other, atol=1e-11)
    matrix = C.conv2d_matrix(arrays[1], shape[2:], stride, padding)
    linear = C.conv2d(*arrays[:2], None, stride, padding)
    np.testing.assert_allclose(matrix @ arrays[0][0].ravel(), linear[0].ravel(), atol=1e-12)
    module = T.Conv2d(shape[1], out_channels, kernel, stride, padding).double()
    with torch.no_grad():
        module.weight.copy_(leaves[1])
        module.bias.copy_(leaves[2])
    for found in (T.conv2d(*leaves, stride, padding), module(leaves[0])):
        np.testing.assert_allclose(found.detach(), output.detach(), atol=1e-12)
    for one, other in zip(arrays, untouched, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("size", [10, 11, 28])
def test_output_sizes_are_those_of_pytorch_for_all_small_geometries(size):
    line = torch.zeros(1, 1, size)
    for kernel, stride, padding, dilation in np.ndindex(4, 3, 3, 3):
        kernel, stride, dilation = kernel + 1, stride + 1, dilation + 1
        found = F.conv1d(line, torch.zeros(1, 1, kernel), None, stride, padding, dilation)
        assert C.output_size(size, kernel, stride, padding, dilation) == found.shape[2]


def test_output_sizes_that_cannot_be_are_value_errors():
    for arguments, fault in (((3, 5), 5), ((3, 3, 0), 0), ((5, 3, 1, 0, 4), 9)):
        with pytest.raises(ValueError, match=rf"\b{fault}\b"):
            C.output_size(*arguments)


@pytest.mark.parametrize(("kernel", "stride", "padding", "fault"), IMPOSSIBLE, ids=str)
def test_impossible_geometry_is_a_value_error_that_names_the_number(kernel, stride, padding, fault):
    x, weight = drawn(1, 1, 4, 5), drawn(1, 1, *kernel)
    tensors = torch.tensor(x), torch.tensor(weight)
    calls = [
        lambda: C.conv2d(x, weight, None, stride, padding),
        lambda: C.conv2d_backward(x, x, weight, stride, padding),
        lambda: C.conv2d_matrix(weight, (4, 5), stride, padding),
        lambda: T.conv2d(*tensors, None, stride, padding),
        lambda: T.Conv2d(1, 1, kernel, stride, padding)(torch.zeros(1, 1, 4, 5)),
    ]
    if padding == 0:
        calls += [lambda: T.LocallyConnected2d(1, 1, (4, 5), kernel, stride)]
    for call in calls:
        with pytest.raises(ValueError, match=rf"={fault}\b"):
            call()


def test_non_contiguous_inputs_give_the_same_and_stay_unmodified():
    x, weight = drawn(2, 3, 6, 5).swapaxes(2, 3), drawn(4, 3, 3, 2).swapaxes(2, 3)
    above = drawn(2, 4, 4, 4).swapaxes(2, 3)
    arrays = above, x, weight
    plain = [one.copy("C") for one in arrays]
    for call in (
        lambda g, x, w: [C.conv2d(x, w)],
        lambda g, x, w: [T.conv2d(torch.from_numpy(x), torch.from_numpy(w)).numpy()],
        C.conv2d_backward,
        lambda g, x, w: [C.conv2d_matrix(w, 5)],
    ):
        for one, other in zip(call(*arrays), call(*plain), strict=True):
            np.testing.assert_allclose(one, other, atol=1e-12)
    for one, other in zip(arrays, plain, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_results_keep_the_dtype(dtype):
    shapes = (2, 3, 5, 4), (2, 3, 3, 2), (2,)
    x, weight, bias = (drawn(*shape).astype(dtype) for shape in shapes)
    above = C.conv2d(x, weight, bias, 2, 1)
    assert above.dtype == C.conv2d_matrix(weight, 5).dtype == dtype
    assert {one.dtype for one in C.conv2d_backward(above, x, weight, 2, 1)} == {np.dtype(dtype)}
    tensor = torch.tensor(x)
    for found in (
        T.conv2d(tensor, torch.tensor(weight), torch.tensor(bias)),
        T.Conv2d(3, 2, 3).to(tensor.dtype)(tensor),
        T.LocallyConnected2d(3, 2, (5, 4), 3).to(tensor.dtype)(tensor),
    ):
        assert found.dtype == tensor.dtype


def test_gradients_pass_gradcheck():
    x = torch.tensor(drawn(2, 2, 5, 4), requires_grad=True)
    weight, bias = torch.tensor(drawn(3, 2, 3, 2)), torch.tensor(drawn(3))
    leaves = x, weight.requires_grad_(), bias.requires_grad_()
    assert torch.autograd.gradcheck(lambda *t: T.conv2d(*t, (1, 2), 1), leaves)
    for module in (T.Conv2d(2, 3, (3, 2), 2, 1), T.LocallyConnected2d(2, 2, (5, 4), (3, 2), 2)):
        module = module.double()
        names, held = zip(*module.named_parameters(), strict=True)

        def call(x, *values, module=module, names=names):
            return torch.func.functional_call(module, dict(zip(names, values, strict=True)), (x,))

        assert torch.autograd.gradcheck(call, (x, *held))


def test_a_layer_starts_as_pytorchs_does_and_may_have_no_bias():
    ours, theirs = T.Conv2d(4, 6000, (3, 2)), nn.Conv2d(4, 6000, (3, 2))
    for name, one in theirs.named_parameters():
        mine = dict(ours.named_parameters())[name]
        assert mine.shape == one.shape and mine.abs().max() <= 1 / 24**0.5
        assert mine.std().item() == pytest.approx(one.std().item(), rel=0.05)
    bare = T.Conv2d(4, 2, 3, bias=False)
    assert bare.bias is None and [name for name, _ in bare.named_parameters()] == ["weight"]


@pytest.mark.parametrize("stride", [1, 2, (2, 1)])
def test_a_locally_connected_layer_with_one_kernel_everywhere_is_a_convolution(stride):
    x = torch.tensor(drawn(2, 3, 7, 6))
    module = T.LocallyConnected2d(3, 2, (7, 6), (3, 2), stride).double()
    weight, bias = torch.tensor(drawn(2, 3, 3, 2)), torch.tensor(drawn(2))
    with torch.no_grad():
        module.weight.copy_(weight[..., None, None].expand_as(module.weight))
        module.bias.copy_(bias[:, None, None].expand_as(module.bias))
        np.testing.assert_allclose(module(x), F.conv2d(x, weight, bias, stride), atol=1e-12)
        before = module(x)
        module.weight[..., 1, 2] += 1
        changed = (module(x) != before).any(0).any(0)
    assert changed.sum() == 1 and changed[1, 2]
