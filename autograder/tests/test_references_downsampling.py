"""The downsampling references against hand examples and PyTorch in float64."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.autograd import gradcheck

from answers import normal
from autograder.layers import layers

D = layers("downsampling_numpy")
T = layers("downsampling_torch")
GEOMETRIES = [  # kernel_size, stride, padding: plain, strided, with gaps, padded, rectangular
    (1, 1, 0), (3, 1, 0), (3, 2, 1), (2, 3, 0), (4, 2, 1), ((1, 4), (2, 1), (0, 2)),
    ((3, 2), [1, 3], (1, 0)), (np.int64(5), 2, 2),
]
SHAPES = [(1, 1, 6, 6), (2, 3, 7, 5), (3, 2, 4, 9)]


def plain(size):
    """Return a size as PyTorch takes it."""
    return tuple(size) if isinstance(size, list | tuple) else int(size)


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=str)
@pytest.mark.parametrize(("channels", "groups"), [((3, 5), 1), ((4, 6), 2), ((6, 6), 6)])
@pytest.mark.parametrize("bias", [True, False])
def test_the_cost_is_counted_as_in_pytorch(geometry, channels, groups, bias):
    kernel, stride, padding = map(plain, geometry)
    conv = nn.Conv2d(*channels, kernel, stride, padding, groups=groups, bias=bias)
    output = conv(torch.zeros(1, channels[0], 9, 8))
    parameters = sum(p.numel() for p in conv.parameters())
    macs = conv.weight[0].numel() * output.numel()
    found = D.conv2d_cost(*channels, geometry[0], (9, 8), *geometry[1:], groups, bias)
    assert found == (parameters, macs)
    assert [type(count) for count in found] == [int, int]


def test_the_cost_of_published_layers():
    # He et al. 2016, table 1: a stride of 2 leaves the parameters and saves three MACs in four.
    stem, slow = (D.conv2d_cost(3, 64, 7, 224, stride, 3, bias=False) for stride in (2, 1))
    assert stem == (9_408, 118_013_952) and slow == (9_408, 4 * 118_013_952)
    # Krizhevsky et al. 2012, section 3.5: 96 kernels of 11 x 11 x 3, 256 kernels of 5 x 5 x 48.
    assert D.conv2d_cost(3, 96, 11, 227, 4) == (34_944, 105_415_200)
    assert D.conv2d_cost(96, 256, 5, 27, padding=2, groups=2) == (307_456, 223_948_800)


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=str)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_strided_convolution_is_one_of_stride_1_subsampled(geometry, shape):
    kernel, stride, padding = map(plain, geometry)
    conv = nn.Conv2d(shape[1], 2, kernel, padding=padding).double()
    x = torch.tensor(normal(*shape))
    dense = conv(x).detach().numpy()
    conv.stride = stride if isinstance(stride, tuple) else (stride, stride)
    np.testing.assert_allclose(D.subsample(dense, geometry[1]), conv(x).detach(), atol=1e-12)


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=str)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_transposed_convolution_is_pytorchs_and_leaves_its_inputs(geometry, shape):
    kernel, stride, padding = map(plain, geometry)
    x, weight = normal(*shape), normal(shape[1], 4, *D.pair(kernel), seed=1)
    kept = x.copy(), weight.copy()
    expected = F.conv_transpose2d(*map(torch.tensor, kept), stride=stride, padding=padding)
    found = D.conv_transpose2d(x, weight, *geometry[1:])
    np.testing.assert_allclose(found, expected, atol=1e-12)
    np.testing.assert_array_equal((x, weight)[0], kept[0])
    np.testing.assert_array_equal((x, weight)[1], kept[1])
    turned = D.conv_transpose2d(x.swapaxes(2, 3), weight.swapaxes(2, 3),
                                D.pair(stride)[::-1], D.pair(padding)[::-1])
    np.testing.assert_allclose(turned.swapaxes(2, 3), found, atol=1e-12)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_results_keep_the_dtype(dtype):
    x = np.ones((2, 3, 4, 5), dtype)
    assert D.subsample(x, 2).dtype == dtype
    assert D.conv_transpose2d(x, np.ones((3, 2, 2, 2), dtype), 2).dtype == dtype


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=str)
@pytest.mark.parametrize("size", [4, (1, 5)], ids=str)
def test_overlaps_are_what_a_transposed_convolution_makes_of_ones(geometry, size):
    kernel, stride, _ = geometry
    ones = np.ones((1, 1, *D.pair(size))), np.ones((1, 1, *D.pair(kernel)))
    counts = D.overlap_counts(size, kernel, stride)
    assert counts.dtype.kind == "i"
    np.testing.assert_array_equal(counts, D.conv_transpose2d(*ones, stride)[0, 0])


@pytest.mark.parametrize(("call", "fault"), [
    (lambda: D.conv2d_cost(1, 1, 7, 4, padding=1), 7),
    (lambda: D.conv2d_cost(1, 1, (2, 9), 4), 9),
    (lambda: D.conv2d_cost(1, 1, 3, 4, stride=(1, 0)), 0),
    (lambda: D.subsample(np.ones((1, 1, 4, 4)), (3, 0)), 0),
    (lambda: D.conv_transpose2d(np.ones((1, 1, 4, 4)), np.ones((1, 1, 3, 3)), 0), 0),
    (lambda: D.conv_transpose2d(np.ones((1, 1, 3, 3)), np.ones((1, 1, 3, 4)), 1, 3), -1),
    (lambda: D.overlap_counts(3, 3, (0, 1)), 0),
])
def test_impossible_geometry_is_a_value_error_that_names_the_number(call, fault):
    with pytest.raises(ValueError, match=rf"(?<!\d){fault}(?!\d)"):
        call()


def test_pooling_is_replaced_everywhere_with_the_output_shape_kept():
    pool = nn.MaxPool2d(2)  # one object in two places, with different channels
    model = nn.Sequential(
        nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4)), pool,
        nn.Sequential(nn.Conv2d(4, 6, 1), nn.ReLU(), nn.Sequential(nn.MaxPool2d(3, (2, 1), 1))),
        pool).double()
    text = repr(model)
    made = T.replace_pooling(model)
    x = torch.tensor(normal(2, 1, 17, 14))
    assert made(x).shape == model(x).shape and made(x).dtype == x.dtype and made(x).min() >= 0
    assert repr(model) == text
    new = [part for part in made.modules() if isinstance(part, nn.Conv2d)]
    assert [conv.out_channels for conv in new] == [4, 4, 6, 6, 6]
    assert not [part for part in made.modules() if isinstance(part, nn.MaxPool2d)]
    own = {p.data_ptr() for p in model.parameters()}
    assert not own & {p.data_ptr() for p in made.parameters()}
    torch.testing.assert_close(made[0][0].weight, model[0][0].weight)


@pytest.mark.parametrize("stride", [1, 2, 3, (1, 2)], ids=str)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_shortcuts_agree_with_pytorch_and_pass_gradcheck(stride, shape):
    x = torch.tensor(normal(*shape), requires_grad=True)
    pooled = T.PoolShortcut(shape[1], shape[1] + 2, stride)
    output = pooled(x)
    torch.testing.assert_close(output[:, : shape[1]], F.avg_pool2d(x, stride))
    assert output.shape[1] == shape[1] + 2 and not output[:, shape[1] :].any()
    assert not list(pooled.parameters())
    projected = T.ProjectionShortcut(shape[1], 2, stride).double()
    (weight, scale, shift), (sh, sw) = projected.parameters(), D.pair(stride)
    z = torch.einsum("nchw,oc->nohw", x[:, :, ::sh, ::sw], weight[:, :, 0, 0])
    expected = F.batch_norm(z, None, None, scale, shift, training=True)
    torch.testing.assert_close(projected(x), expected)
    if shape == (2, 3, 7, 5):
        assert gradcheck(pooled, x) and gradcheck(projected, x)


@pytest.mark.parametrize("kernel", [1, 3, (1, 5), (7, 3)], ids=str)
@pytest.mark.parametrize("scale", [1, 2, 3])
def test_resizing_copies_pixels_and_keeps_the_size(kernel, scale):
    module = T.ResizeConv2d(2, 3, kernel, scale).double()
    x = torch.tensor(normal(2, 2, 4, 3), requires_grad=True)
    large = x.repeat_interleave(scale, 2).repeat_interleave(scale, 3)
    (top, left) = (side // 2 for side in D.pair(kernel))
    padded = F.pad(large, (left, left, top, top))
    expected = F.conv2d(padded, module.conv.weight, module.conv.bias)
    torch.testing.assert_close(module(x), expected)
    assert module(x).shape == (2, 3, 4 * scale, 3 * scale)
    if scale == 2:
        assert gradcheck(module, x)


def test_the_gradient_norm_is_that_of_backward_and_leaves_no_trace():
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(18, 3))
    model[1].eval()
    modes = [part.training for part in model.modules()]
    x, target = torch.tensor(normal(4, 1, 5, 5), dtype=torch.float32), torch.tensor([0, 2, 1, 1])
    norm = T.first_layer_gradient_norm(model, x, target)
    assert type(norm) is float and all(p.grad is None for p in model.parameters())
    assert [part.training for part in model.modules()] == modes
    F.cross_entropy(model(x), target).backward()
    assert norm == pytest.approx(model[0].weight.grad.norm().item())
    kept = model[0].weight.grad.clone()
    assert T.first_layer_gradient_norm(model, x, target) == pytest.approx(norm)
    assert model[0].weight.grad.equal(kept)


# The form of the two files.
