"""The pooling references against hand examples and PyTorch in float64."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from autograder.layers import layers

P = layers("pooling_numpy")
T = layers("pooling_torch")
SHAPES = [(1, 1, 6, 6), (2, 3, 7, 5), (3, 1, 4, 9)]
WINDOWS = [  # kernel_size, stride, padding: plain, overlapping, gappy, rectangular, half padded
    *((2, None, 0), (3, 2, 1), (3, 1, 1), (2, 3, 1), (np.int64(2), [1, 2], 0)),
    *(((1, 4), (2, 1), (0, 2)), ((4, 3), (3, 2), (2, 1))),
]
IMPOSSIBLE = [  # kernel_size, stride, padding, the number at fault; on 4 rows and 5 columns
    *((5, 1, 0, 5), (2, 0, 0, 0), (3, 1, 2, 2), (2, 1, -1, -1), (0, 1, 0, 0)),
    *(((2, 10), 1, (0, 2), 10), (2, (1, -3), 0, -3)),
]


def images(shape, ties=False, seed=0):
    """Return small integers with many ties, or distinct negative and positive values."""
    rng = np.random.default_rng(seed)
    count = int(np.prod(shape))
    values = rng.integers(-2, 1, count) if ties else rng.permutation(count) - count / 2
    return values.reshape(shape).astype(np.float64)


def torchs(kind, x, window):
    """Return PyTorch's output, an upstream gradient, and PyTorch's gradient in x."""
    leaf = torch.tensor(x, requires_grad=True)
    output = getattr(F, f"{kind}_pool2d")(leaf, *window)
    grad = torch.randn(output.shape, dtype=leaf.dtype, generator=torch.Generator().manual_seed(0))
    output.backward(grad)
    return output.detach().numpy(), grad.numpy(), leaf.grad.numpy()


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("window", WINDOWS, ids=str)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_pooling_agrees_with_pytorch_forward_and_backward(shape, window, ties):
    x = images(shape, ties)
    untouched = x.copy()
    kernel, stride, padding, _ = P.pool_geometry(shape[2:], *window)
    output, grad, grad_x = torchs("max", x, (kernel, stride, padding))
    np.testing.assert_array_equal(P.max_pool2d(x, *window), output)
    np.testing.assert_allclose(P.max_pool2d_backward(grad, x, *window), grad_x, atol=1e-12)
    for call in (T.max_pool2d, T.MaxPool2dFunction.apply):
        leaf = torch.tensor(x, requires_grad=True)
        mine = call(leaf, kernel, stride, padding)
        mine.backward(torch.tensor(grad))
        np.testing.assert_array_equal(mine.detach(), output)
        np.testing.assert_allclose(leaf.grad, grad_x, atol=1e-12)
    output, grad, grad_x = torchs("avg", x, (kernel, stride, padding))
    np.testing.assert_allclose(P.avg_pool2d(x, *window), output, atol=1e-12)
    mine = P.avg_pool2d_backward(grad, x.shape, *window)
    np.testing.assert_allclose(mine, grad_x, atol=1e-12)
    np.testing.assert_array_equal(x, untouched)


NUMPY = {  # every NumPy exercise on an image of at least 4 by 4 pixels, gradients of its half size
    "max": lambda x, grad: P.max_pool2d(x, 2),
    "max backward": lambda x, grad: P.max_pool2d_backward(grad, x, 2),
    "avg": lambda x, grad: P.avg_pool2d(x, 2),
    "avg backward": lambda x, grad: P.avg_pool2d_backward(grad, x.shape, 2),
    "adaptive": lambda x, grad: P.adaptive_max_pool2d(x, 3),
    "pyramid": lambda x, grad: P.spatial_pyramid_pool(x),
    "roi": lambda x, grad: P.roi_max_pool(x, np.array([[1, 0, 1, 4, 3]]), 2),
}
TORCH = {  # every PyTorch layer on two channels
    "max": lambda x: T.max_pool2d(x, 3, 2, 1),
    "function": lambda x: T.MaxPool2dFunction.apply(x, (3, 2), (1, 2), (1, 0)),
    "gem": T.GeMPool2d(),
    "blur": T.BlurPool2d(2, stride=(1, 2)),
    "pyramid": T.SpatialPyramidPool((1, 3)),
}


@pytest.mark.parametrize("call", NUMPY.values(), ids=NUMPY)
def test_non_contiguous_inputs_give_the_same_and_stay_unmodified(call):
    x = images((2, 3, 6, 5)).transpose(0, 1, 3, 2)
    grad = images((2, 3, 3, 2), seed=1).transpose(0, 1, 3, 2)
    plain_x, plain_grad = x.copy("C"), grad.copy("C")
    np.testing.assert_array_equal(call(x, grad), call(plain_x, plain_grad))
    np.testing.assert_array_equal(x, plain_x)
    np.testing.assert_array_equal(grad, plain_grad)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_results_keep_the_dtype_and_float16_averages_do_not_overflow(dtype):
    x = np.full((2, 2, 4, 4), 40000, dtype)
    for call in NUMPY.values():
        assert call(x, x[..., :2, :2]).dtype == dtype
    assert (P.avg_pool2d(x, 2) == x[..., :2, :2]).all()
    for call in TORCH.values():
        assert call(torch.tensor(x)).dtype == getattr(torch, dtype)


@pytest.mark.parametrize("call", TORCH.values(), ids=TORCH)
def test_gradients_pass_gradcheck(call):
    x = torch.tensor(images((2, 2, 5, 4)) / 3).requires_grad_()
    assert torch.autograd.gradcheck(call, x)


def test_a_window_of_minus_infinities_sends_its_gradient_to_a_pixel_and_not_to_the_padding():
    dark, one = np.full((1, 1, 2, 2), -np.inf), np.ones((1, 1, 2, 2))
    np.testing.assert_array_equal(P.max_pool2d(dark, 2, 2, 1), dark)
    np.testing.assert_array_equal(P.max_pool2d_backward(one, dark, 2, 2, 1), one)


@pytest.mark.parametrize(("kernel", "stride", "padding", "fault"), IMPOSSIBLE, ids=str)
def test_impossible_geometry_is_a_value_error_that_names_the_number(kernel, stride, padding, fault):
    x = images((1, 1, 4, 5))
    window = kernel, stride, padding
    for call in (
        lambda: P.max_pool2d(x, *window),
        lambda: P.max_pool2d_backward(x, x, *window),
        lambda: P.avg_pool2d(x, *window),
        lambda: P.avg_pool2d_backward(x, x.shape, *window),
        lambda: T.max_pool2d(torch.tensor(x), *window),
        lambda: T.MaxPool2dFunction.apply(torch.tensor(x), *window),
    ):
        with pytest.raises(ValueError, match=rf"={fault}\b"):
            call()


def test_output_sizes_levels_and_boxes_that_cannot_be_are_value_errors():
    x = images((2, 1, 4, 5))
    with pytest.raises(ValueError, match="adaptive_max_pool2d.*0"):
        P.adaptive_max_pool2d(x, (2, 0))
    with pytest.raises(ValueError, match="spatial_pyramid_pool.*0"):
        P.spatial_pyramid_pool(x, (1, 0))
    with pytest.raises(ValueError, match="roi_max_pool.*0"):
        P.roi_max_pool(x, np.array([[0, 0, 0, 2, 2]]), 0)
    outside = "2 0 0 1 1, -1 0 0 1 1, 0 -1 0 1 1, 0 0 -2 1 2, 0 0 0 5 1, 0 0 0 1 6"
    for text in f"{outside}, 0 1 0 1 1, 0 0 3 1 2".split(", "):
        box = [int(number) for number in text.split()]
        with pytest.raises(ValueError, match=re.escape(f"box {box}")):
            P.roi_max_pool(x, np.array([[1, 0, 0, 4, 5], box]), 1)


@pytest.mark.parametrize("size", [1, 2, 3, 6, 9, (2, 5), (7, 1)], ids=str)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_adaptive_pyramid_and_roi_pooling_agree_with_pytorchs_adaptive_pooling(shape, size):
    x = images(shape)
    tensor = torch.tensor(x)
    expected = F.adaptive_max_pool2d(tensor, size).numpy()
    np.testing.assert_array_equal(P.adaptive_max_pool2d(x, size), expected)
    boxes = np.array([[shape[0] - 1, 1, 0, 4, 3], [0, 0, 2, 1, 5], [0, 0, 0, *shape[2:]]])
    crops = [tensor[n, :, y0:y1, x0:x1] for n, y0, x0, y1, x1 in boxes.tolist()]
    expected = torch.stack([F.adaptive_max_pool2d(crop, size) for crop in crops]).numpy()
    np.testing.assert_array_equal(P.roi_max_pool(x, boxes, size), expected)
    levels = (3, size) if isinstance(size, int) else size
    expected = torch.cat([F.adaptive_max_pool2d(tensor, lv).flatten(1) for lv in levels], 1)
    np.testing.assert_array_equal(P.spatial_pyramid_pool(x, levels), expected)
    np.testing.assert_array_equal(T.SpatialPyramidPool(levels)(tensor), expected)


def test_the_generalised_mean_lies_between_mean_and_maximum_and_learns_its_exponent():
    x = torch.tensor([[[[1.0, 2.0], [2.0, 1.0]]]], dtype=torch.float64)
    module = T.GeMPool2d().double()
    assert module(x).item() == pytest.approx(4.5 ** (1 / 3))
    assert T.GeMPool2d(p=1)(x - 2).item() == pytest.approx(1e-6)
    assert T.GeMPool2d(p=60.0)(x).item() == pytest.approx(2, rel=0.02)
    assert [name for name, _ in module.named_parameters()] == ["p"]

    def in_p(p):
        return torch.func.functional_call(module, {"p": p}, (x,))

    assert torch.autograd.gradcheck(in_p, module.p.detach().clone().requires_grad_())


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("side", [2, 5, 6])
def test_blur_pooling_keeps_constants_and_agrees_with_slices_of_a_reflected_map(stride, side):
    x = torch.tensor(images((2, 3, side, 5)))
    module = T.BlurPool2d(3, stride)
    assert list(module.parameters()) == [] and module.kernel.sum((-2, -1)).eq(1).all()
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)), mode="reflect")
    rows = (padded[:, :, :-2] + 2 * padded[:, :, 1:-1] + padded[:, :, 2:]) / 4
    both = (rows[..., :-2] + 2 * rows[..., 1:-1] + rows[..., 2:]) / 4
    np.testing.assert_allclose(module(x), both[:, :, ::stride, ::stride], atol=1e-12)
    assert module(torch.ones_like(x)).eq(1).all()


class Spy(nn.Module):
    """Scores that change with the place of the brightest pixel; notes how it is run."""

    def __init__(self):
        super().__init__()
        self.drop = nn.Dropout(0.5)
        self.norm = nn.BatchNorm2d(1)
        self.register_buffer("calls", torch.zeros(()))
        self.norm.eval()

    def forward(self, x):
        assert not self.drop.training and not torch.is_grad_enabled()
        self.calls += 1
        return self.drop(self.norm(x)).flatten(1)


def test_shift_consistency_counts_unchanged_predictions_and_leaves_no_trace():
    x = torch.zeros(2, 1, 2, 3)
    x[0, 0, 0, 1] = 1  # every shift but (2, 0) moves the brightest pixel; all-dark never changes
    module = Spy()
    share = T.shift_consistency(module, x, 2)
    assert type(share) is float and share == pytest.approx((1 + 8) / 16)
    assert module.training and module.drop.training and not module.norm.training
    assert module.calls == 0 and module.norm.num_batches_tracked == 0
