"""The checks of the pooling exercises: right answers earn all points, wrong ones lose theirs."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from answers import names, scored
from autograder.checks import pooling_numpy, pooling_torch
from autograder.layers import layers


def test_the_checks_cover_the_contract_in_its_order():
    assert names("pooling_numpy") == [
        "max_pool2d", "max_pool2d_backward", "avg_pool2d", "avg_pool2d_backward",
        "adaptive_max_pool2d", "spatial_pyramid_pool", "roi_max_pool"]
    assert names("pooling_torch") == [
        "max_pool2d", "MaxPool2dFunction", "GeMPool2d", "BlurPool2d", "SpatialPyramidPool",
        "shift_consistency"]


@pytest.mark.parametrize("share", [0.0, 1 / 3, 1.0])
def test_a_constant_consistency_earns_nothing(share):
    address = "pooling_torch.shift_consistency"
    assert scored(address, lambda module, x, max_shift: share).total == 0


# Right answers in other styles.

def loops_max_pool2d_backward(grad_output, x, kernel_size, stride=None, padding=0):
    (kh, kw), (sh, sw), (ph, pw), _ = layers("pooling_numpy").pool_geometry(
        x.shape[2:], kernel_size, stride, padding)
    grad = np.zeros_like(x)
    for n, c, i, j in np.ndindex(grad_output.shape):
        best, where = -np.inf, None
        for y in range(i * sh - ph, i * sh - ph + kh):
            for z in range(j * sw - pw, j * sw - pw + kw):
                if 0 <= y < x.shape[2] and 0 <= z < x.shape[3] and x[n, c, y, z] > best:
                    best, where = x[n, c, y, z], (n, c, y, z)
        grad[where] += grad_output[n, c, i, j]
    return grad


def views_max_pool2d(x, kernel_size, stride=None, padding=0):
    (kh, kw), (sh, sw), (ph, pw), _ = layers("pooling_numpy").pool_geometry(
        x.shape[2:], kernel_size, stride, padding)
    padded = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)), constant_values=-np.inf)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (kh, kw), axis=(2, 3))
    return windows[:, :, ::sh, ::sw].max(axis=(4, 5)).transpose(0, 1, 3, 2).copy().swapaxes(2, 3)


def views_avg_pool2d(x, kernel_size, stride=None, padding=0):
    (kh, kw), (sh, sw), (ph, pw), _ = layers("pooling_numpy").pool_geometry(
        x.shape[2:], kernel_size, stride, padding)
    padded = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (kh, kw), axis=(2, 3))
    return windows[:, :, ::sh, ::sw].mean(axis=(4, 5), dtype=np.float32 if x.itemsize < 8
                                          else None).astype(x.dtype)


def loops_avg_pool2d_backward(grad_output, input_shape, kernel_size, stride=None, padding=0):
    (kh, kw), (sh, sw), (ph, pw), _ = layers("pooling_numpy").pool_geometry(
        input_shape[2:], kernel_size, stride, padding)
    grad = np.zeros(input_shape, grad_output.dtype)
    for n, c, i, j in np.ndindex(grad_output.shape):
        top, left = i * sh - ph, j * sw - pw
        rows, columns = slice(max(top, 0), top + kh), slice(max(left, 0), left + kw)
        grad[n, c, rows, columns] += grad_output[n, c, i, j] / (kh * kw)
    return grad


def loops_roi_max_pool(x, boxes, output_size):
    oh, ow = layers("pooling_numpy").pair(output_size)
    if min(oh, ow) < 1:
        raise ValueError(f"no output of {oh} x {ow}")
    n, _, height, width = x.shape
    for box in boxes:
        image, y0, x0, y1, x1 = box
        if not 0 <= image < n or y0 < 0 or x0 < 0 or y1 > height or x1 > width:
            raise ValueError(f"the box {box} leaves the map")
        if y1 <= y0 or x1 <= x0:
            raise ValueError(f"the box {box} is empty")
    return np.array([[[[
        channel[y0 + i * (y1 - y0) // oh : y0 - (-(i + 1) * (y1 - y0) // oh),
                x0 + j * (x1 - x0) // ow : x0 - (-(j + 1) * (x1 - x0) // ow)].max()
        for j in range(ow)] for i in range(oh)] for channel in x[image]]
        for image, y0, x0, y1, x1 in boxes], x.dtype)


def unfold_max_pool2d(x, kernel_size, stride=None, padding=0):
    (kh, kw), steps, (ph, pw), (oh, ow) = layers("pooling_torch").pool_geometry(
        x.shape[2:], kernel_size, stride, padding)
    padded = F.pad(x, (pw, pw, ph, ph), value=-torch.inf)
    columns = F.unfold(padded, (kh, kw), stride=steps)
    columns = columns.view(len(x), x.shape[1], kh * kw, oh * ow)
    return columns.gather(2, columns.argmax(2, keepdim=True)).view(len(x), x.shape[1], oh, ow)


class MaxPool2dFunction(torch.autograd.Function):
    """Keep the input, and find each window's first maximum again on the way back."""

    @staticmethod
    def forward(ctx, x, kernel_size, stride, padding):
        ctx.save_for_backward(x)
        ctx.arguments = kernel_size, stride, padding
        return unfold_max_pool2d(x, kernel_size, stride, padding)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        (kh, kw), (sh, sw), (ph, pw), (oh, ow) = layers("pooling_torch").pool_geometry(
            x.shape[2:], *ctx.arguments)
        padded = F.pad(x, (pw, pw, ph, ph), value=-torch.inf)
        columns = F.unfold(padded, (kh, kw), stride=(sh, sw)).view(*x.shape[:2], kh * kw, oh * ow)
        chosen = torch.zeros_like(columns).scatter_(2, columns.argmax(2, keepdim=True), 1.0)
        shares = (chosen * grad_output.reshape(*x.shape[:2], 1, oh * ow)).flatten(1, 2)
        folded = F.fold(shares, padded.shape[2:], (kh, kw), stride=(sh, sw))
        return folded[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]], None, None, None


class SetUpFunction(torch.autograd.Function):
    """The newer style, with the indices as an output without a gradient."""

    @staticmethod
    def forward(x, kernel_size, stride, padding):
        (kh, kw), (sh, sw), (ph, pw), (oh, ow) = layers("pooling_torch").pool_geometry(
            x.shape[2:], kernel_size, stride, padding)
        places = torch.arange(x[0, 0].numel(), device=x.device).view(1, 1, *x.shape[2:])
        places = F.pad(places, (pw, pw, ph, ph)).expand(*x.shape[:2], -1, -1)
        values = F.pad(x, (pw, pw, ph, ph), value=-torch.inf)
        windows = [t.unfold(2, kh, sh).unfold(3, kw, sw).flatten(4) for t in (values, places)]
        best, index = windows[0].max(4, keepdim=True)
        return best[..., 0], windows[1].gather(4, index)[..., 0]

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(output[1])
        ctx.mark_non_differentiable(output[1])
        ctx.shape = inputs[0].shape

    @staticmethod
    def backward(ctx, grad_output, _):
        (places,) = ctx.saved_tensors
        grad = torch.zeros(ctx.shape[0] * ctx.shape[1], ctx.shape[2] * ctx.shape[3],
                           dtype=grad_output.dtype, device=grad_output.device)
        grad.scatter_add_(1, places.reshape(len(grad), -1), grad_output.reshape(len(grad), -1))
        return grad.view(ctx.shape), None, None, None


class LogGeMPool2d(nn.Module):
    """A scalar p, logarithms, and a pooling operator."""

    def __init__(self, p=3.0, eps=1e-6):
        super().__init__()
        self.eps = eps
        self.p = nn.Parameter(torch.tensor(p))

    def forward(self, x):
        p = self.p.to(x.dtype)
        powers = torch.exp(torch.clamp(x, min=self.eps).log() * p)
        return F.adaptive_avg_pool2d(powers, 1) ** (1.0 / p)


class SlicedBlurPool2d(nn.Module):
    """One shared filter, applied as nine slices."""

    def __init__(self, channels, stride=2):
        super().__init__()
        self.stride = layers("pooling_torch").pair(stride)
        line = torch.tensor([0.25, 0.5, 0.25])
        self.register_buffer("kernel", line[:, None] * line)

    def forward(self, x):
        padded = nn.ReflectionPad2d(1)(x)
        height, width = x.shape[2:]
        blurred = sum(self.kernel[i, j].to(x.dtype) * padded[:, :, i : i + height, j : j + width]
                      for i in range(3) for j in range(3))
        return blurred[:, :, :: self.stride[0], :: self.stride[1]]


class LoopedSpatialPyramidPool(nn.Module):
    """Windows cut out one by one."""

    def __init__(self, levels=(1, 2, 4)):
        super().__init__()
        self.levels = levels

    def forward(self, x):
        h, w = x.shape[2:]
        parts = []
        for level in self.levels:
            cells = [x[:, :, i * h // level : -(-(i + 1) * h // level),
                       j * w // level : -(-(j + 1) * w // level)].flatten(2).max(2).values
                     for i in range(level) for j in range(level)]
            parts.append(torch.stack(cells, 2).flatten(1))
        return torch.cat(parts, 1)


@torch.inference_mode()
def stacked_shift_consistency(module, x, max_shift):
    """All shifts in one batch, modes restored one by one."""
    modes = {part: part.training for part in module.modules()}
    module.eval()
    try:
        steps = range(max_shift + 1)
        shifted = [x.roll((dy, dx), (-2, -1)) for dy in steps for dx in steps]
        classes = module(torch.cat(shifted)).argmax(1).view(len(shifted), len(x))
    finally:
        for part, mode in modes.items():
            part.training = mode
    return (classes[1:] == classes[0]).double().mean().item()


OTHER_STYLES = [
    ("pooling_numpy.max_pool2d", views_max_pool2d),
    ("pooling_numpy.max_pool2d_backward", loops_max_pool2d_backward),
    ("pooling_numpy.avg_pool2d", views_avg_pool2d),
    ("pooling_numpy.avg_pool2d_backward", loops_avg_pool2d_backward),
    ("pooling_numpy.roi_max_pool", loops_roi_max_pool),
    ("pooling_torch.max_pool2d", unfold_max_pool2d),
    ("pooling_torch.MaxPool2dFunction", MaxPool2dFunction),
    ("pooling_torch.GeMPool2d", LogGeMPool2d),
    ("pooling_torch.BlurPool2d", SlicedBlurPool2d),
    ("pooling_torch.SpatialPyramidPool", LoopedSpatialPyramidPool),
    ("pooling_torch.shift_consistency", stacked_shift_consistency),
]


@pytest.mark.parametrize(("address", "answer"), OTHER_STYLES)
def test_a_right_answer_in_another_style_earns_everything(address, answer):
    for seed in range(10):
        assert scored(address, answer, seed).faults == {}


def test_a_function_with_a_second_output_is_told_what_was_expected():
    found = scored("pooling_torch.MaxPool2dFunction", SetUpFunction)
    assert found.faults["values"].startswith(
        "MaxPool2dFunction.apply(array(1, 1, 4, 4), 2, 2, 0): expected a tensor, got tuple")


def test_a_function_with_setup_context_earns_everything():
    class MaxPool2dFunction(SetUpFunction):
        @staticmethod
        def forward(x, kernel_size, stride, padding):
            return SetUpFunction.forward(x, kernel_size, stride, padding)[0]

        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.save_for_backward(SetUpFunction.forward(*inputs)[1])
            ctx.shape = inputs[0].shape

        @staticmethod
        def backward(ctx, grad_output):
            return SetUpFunction.backward(ctx, grad_output, None)

    assert scored("pooling_torch.MaxPool2dFunction", MaxPool2dFunction).faults == {}


@pytest.mark.parametrize("call", [
    lambda x: F.max_pool2d(x, 2), lambda x: nn.MaxPool2d(2)(x), lambda x: torch.max_pool2d(x, 2),
    lambda x: torch.ops.aten.max_pool2d_with_indices(x, [2, 2])[0],
    lambda x: F.adaptive_max_pool2d(x, 3), lambda x: F.fractional_max_pool2d(x, 2, 3),
    lambda x: F.max_pool1d(x[0], 2), lambda x: F.max_pool3d(x, 1), lambda x: F.avg_pool2d(x, 2),
    lambda x: F.lp_pool2d(x, 2, 2), lambda x: nn.AdaptiveAvgPool2d(3)(x),
    lambda x: torch.jit.script(nn.MaxPool2d(2))(x), lambda x: torch.vmap(nn.MaxPool2d(2))(x[None]),
])
def test_pooling_operators_are_found_however_they_are_called(call):
    def max_pool2d(x, *args):
        call(x.detach())
        return layers("pooling_torch").max_pool2d(x, *args)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of TorchScript
        found = scored("pooling_torch.max_pool2d", max_pool2d)
    assert found.total == 0
    assert "_pool" in found.reason and "which this exercise does not allow" in found.reason


def test_a_pooling_module_that_is_never_called_is_no_fault():
    def max_pool2d(x, *args):
        nn.MaxPool2d(2)
        return layers("pooling_torch").max_pool2d(x, *args)

    assert scored("pooling_torch.max_pool2d", max_pool2d).faults == {}


def test_pyramids_and_means_may_use_pooling_operators():
    assert pooling_torch.SpatialPyramidPool.forbidden == pooling_torch.GeMPool2d.forbidden == ""
    assert pooling_numpy.max_pool2d.forbidden == ""


def test_a_consistency_that_trains_the_batch_norm_is_caught():
    def shift_consistency(module, x, max_shift):
        module.train()(x)
        module.eval()
        return layers("pooling_torch").shift_consistency(module, x, max_shift)

    found = scored("pooling_torch.shift_consistency", shift_consistency)
    assert set(found.faults) == {"modes", "gradients"}
    assert "buffers changed" in found.faults["modes"] or "mode changed" in found.faults["modes"]
