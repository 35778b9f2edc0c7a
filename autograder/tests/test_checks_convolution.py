"""The checks of the convolution exercises: right answers earn all, wrong ones lose their points."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from answers import message, names, scored
from autograder.layers import layers

C, T = layers("convolution_numpy"), layers("convolution_torch")


def test_the_checks_cover_the_contract_in_its_order():
    assert names("convolution_numpy") == [
        "output_size", "conv2d", "conv2d_backward", "conv2d_matrix"]
    assert names("convolution_torch") == ["conv2d", "Conv2d", "LocallyConnected2d"]


# Right answers in other styles.

def counted_output_size(size, kernel_size, stride=1, padding=0, dilation=1):
    if stride < 1:
        raise ValueError(f"stride {stride}")
    starts = np.arange(-padding, size + padding, stride)
    fits = starts + dilation * (kernel_size - 1) < size + padding
    if not fits.any():
        raise ValueError(f"{kernel_size} is more than {size} and padding {padding}")
    return fits.sum()


def looped_conv2d(x, weight, bias=None, stride=1, padding=0):
    _, (sh, sw), (ph, pw), size = C.conv_geometry(x.shape[2:], weight.shape[2:], stride, padding)
    padded = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    result = np.empty((len(x), len(weight), *size), x.dtype)
    for n, o, i, j in np.ndindex(result.shape):
        patch = padded[n, :, i * sh :, j * sw :][:, : weight.shape[2], : weight.shape[3]]
        result[n, o, i, j] = np.sum(patch * weight[o]) + (0 if bias is None else bias[o])
    return result


def windowed_conv2d(x, weight, bias=None, stride=1, padding=0):
    """Windows as views, one einsum, a transposed result; computed in the dtype of x."""
    kernel, (sh, sw), (ph, pw), _ = C.conv_geometry(
        x.shape[2:], weight.shape[2:], stride, padding)
    padded = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel, (2, 3))[:, :, ::sh, ::sw]
    result = np.einsum("ncijab,ocab->ijno", windows, weight)
    return (result if bias is None else result + bias).transpose(2, 3, 0, 1)


def flipped_conv2d_backward(grad_output, x, weight, stride=1, padding=0):
    """Both gradients as convolutions of the gradient spread out by the stride."""
    (kh, kw), (sh, sw), (ph, pw), (oh, ow) = C.conv_geometry(
        x.shape[2:], weight.shape[2:], stride, padding)
    height, width = x.shape[2] + 2 * ph, x.shape[3] + 2 * pw
    spread = np.zeros((*grad_output.shape[:2], height - kh + 1, width - kw + 1), x.dtype)
    spread[:, :, ::sh, ::sw][:, :, :oh, :ow] = grad_output
    flipped = weight[:, :, ::-1, ::-1].swapaxes(0, 1)
    grad_x = C.conv2d(spread, flipped, None, 1, (kh - 1, kw - 1))
    padded = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    grad_weight = C.conv2d(padded.swapaxes(0, 1), spread.swapaxes(0, 1)).swapaxes(0, 1)
    inside = grad_x[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]]
    return inside, grad_weight, grad_output.sum((0, 2, 3))


def impulse_conv2d_matrix(weight, input_size, stride=1, padding=0):
    """The convolution of every unit image is a column."""
    height, width = C.pair(input_size)
    channels = weight.shape[1]
    units = np.eye(channels * height * width, dtype=weight.dtype)
    images = units.reshape(-1, channels, height, width)
    return C.conv2d(images, weight, None, stride, padding).reshape(len(units), -1).T


def fourier_conv2d(x, weight, bias=None, stride=1, padding=0):
    """The convolution theorem; half precision has no transform."""
    kernel, (sh, sw), (ph, pw), size = T.conv_geometry(
        x.shape[2:], weight.shape[2:], stride, padding)
    wide = torch.promote_types(x.dtype, torch.float32)
    padded = F.pad(x, (pw, pw, ph, ph)).to(wide)
    shape = padded.shape[2:]
    spectra = torch.fft.rfft2(padded), torch.fft.rfft2(weight.to(wide), s=shape).conj()
    full = torch.fft.irfft2(torch.einsum("nchw,ochw->nohw", *spectra), s=shape)
    places = [shape[0] - kernel[0] + 1, shape[1] - kernel[1] + 1]
    result = full[:, :, : places[0] : sh, : places[1] : sw].to(x.dtype)
    return result if bias is None else result + bias.view(1, -1, 1, 1)


def shifted_conv2d(x, weight, bias=None, stride=1, padding=0):
    """A sum of shifted slices."""
    (kh, kw), (sh, sw), (ph, pw), (oh, ow) = T.conv_geometry(
        x.shape[2:], weight.shape[2:], stride, padding)
    padded = F.pad(x, (pw, pw, ph, ph))
    result = sum(torch.einsum("nchw,oc->nohw", padded[:, :, a::sh, b::sw][:, :, :oh, :ow],
                              weight[:, :, a, b]) for a in range(kh) for b in range(kw))
    return result if bias is None else result + bias[:, None, None]


class HeldConv2d(nn.Module):
    """The parameters of a layer of PyTorch's that is never called."""

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, bias=True):
        super().__init__()
        T.conv_geometry(10**6, kernel_size, stride, padding)
        self.held = nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding, bias=bias)
        self.weight, self.bias = self.held.weight, self.held.bias

    def forward(self, x):
        return shifted_conv2d(x, self.weight, self.bias, self.held.stride, self.held.padding)


class InheritedConv2d(nn.Conv2d):
    """PyTorch's layer with another forward."""

    def forward(self, x):
        return T.conv2d(x, self.weight, self.bias, self.stride, self.padding)


class RegisteredConv2d(nn.Module):
    """Initialised by PyTorch's own function, the missing bias registered."""

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, bias=True):
        super().__init__()
        self.options = stride, padding
        self.weight = nn.Parameter(torch.empty(out_channels, in_channels, *T.pair(kernel_size)))
        nn.init.kaiming_uniform_(self.weight, a=5**0.5)
        bound = self.weight[0].numel() ** -0.5
        self.register_parameter("bias", nn.Parameter(
            torch.rand(out_channels) * 2 * bound - bound) if bias else None)

    def forward(self, x):
        return T.conv2d(x, self.weight, self.bias, *self.options)


class LoopedLocallyConnected2d(nn.Module):
    """One product for every place."""

    def __init__(self, in_channels, out_channels, input_size, kernel_size, stride=1):
        super().__init__()
        self.kernel, self.stride, _, size = T.conv_geometry(input_size, kernel_size, stride)
        self.weight = nn.Parameter(torch.randn(out_channels, in_channels, *self.kernel, *size) / 9)
        self.bias = nn.Parameter(torch.zeros(out_channels, *size))

    def forward(self, x):
        (kh, kw), (sh, sw), (oh, ow) = self.kernel, self.stride, self.bias.shape[1:]
        rows = [[torch.einsum("ncab,ocab->no", x[:, :, i * sh :, j * sw :][:, :, :kh, :kw],
                              self.weight[..., i, j]) for j in range(ow)] for i in range(oh)]
        return torch.stack([torch.stack(row, -1) for row in rows], -2) + self.bias


class WindowedLocallyConnected2d(LoopedLocallyConnected2d):
    """Windows as views, multiplied and added up."""

    def forward(self, x):
        (kh, kw), (sh, sw) = self.kernel, self.stride
        windows = x.unfold(2, kh, sh).unfold(3, kw, sw)  # (N, C, H', W', kh, kw)
        weight = self.weight.permute(0, 1, 4, 5, 2, 3)
        return (windows[:, None] * weight).sum((2, 5, 6)) + self.bias


@pytest.mark.parametrize(("address", "answer"), [
    ("convolution_numpy.output_size", counted_output_size),
    ("convolution_numpy.conv2d", looped_conv2d),
    ("convolution_numpy.conv2d", windowed_conv2d),
    ("convolution_numpy.conv2d_backward", flipped_conv2d_backward),
    ("convolution_numpy.conv2d_matrix", impulse_conv2d_matrix),
    ("convolution_torch.conv2d", fourier_conv2d),
    ("convolution_torch.conv2d", shifted_conv2d),
    ("convolution_torch.Conv2d", HeldConv2d),
    ("convolution_torch.Conv2d", InheritedConv2d),
    ("convolution_torch.Conv2d", RegisteredConv2d),
    ("convolution_torch.LocallyConnected2d", LoopedLocallyConnected2d),
    ("convolution_torch.LocallyConnected2d", WindowedLocallyConnected2d),
])
def test_a_right_answer_in_another_style_earns_everything(address, answer):
    for seed in range(3):
        assert scored(address, answer, seed).faults == {}


# What earns nothing, or next to nothing.

@pytest.mark.parametrize("call", [
    lambda x: F.conv2d(x, x[:, :, :1, :1]), lambda x: nn.Conv2d(1, 1, 1).double()(x),
    lambda x: F.conv_transpose2d(x, x), lambda x: F.conv1d(x[0], x[0, :, :, :1].mT),
    lambda x: torch.ops.aten.convolution(x, x, None, [1, 1], [0, 0], [1, 1], False, [0, 0], 1),
    lambda x: torch.jit.script(nn.Conv2d(1, 1, 1).double())(x),
    lambda x: torch.nn.grad.conv2d_input(x.shape, x[:, :, :1, :1], x),
])
def test_convolution_operators_are_found_however_they_are_called(call):
    def conv2d(x, weight, bias=None, stride=1, padding=0):
        call(torch.ones(1, 1, 2, 2, dtype=torch.float64))
        return T.conv2d(x, weight, bias, stride, padding)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of TorchScript
        found = scored("convolution_torch.conv2d", conv2d)
    assert found.total == 0
    assert "conv" in found.reason and "which this exercise does not allow" in found.reason


def test_conversions_are_no_convolutions():
    def conv2d(x, weight, bias=None, stride=1, padding=0):
        torch.eye(3).to_sparse_csr().to_sparse_coo()
        return T.conv2d(x, weight, bias, stride, padding)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # sparse tensors are in beta
        assert scored("convolution_torch.conv2d", conv2d).faults == {}


# What learners read: the property, the small example, what came, what was expected, a hint.

def test_a_flipped_kernel_is_reported_with_the_digits_of_the_patch():
    text = message("convolution_numpy.conv2d",
                lambda x, weight, *args, **options: C.conv2d(x, weight[..., ::-1, ::-1], *args,
                                                             **options))
    assert "✗ conv2d: 7 of 13 examples are right." in text
    assert ("values: conv2d(array(1, 1, 3, 3), array(1, 1, 2, 2)): 4 of 4 values differ; at "
            "(0, 0, 0, 0) expected 5421, got 1245. The kernel is not flipped") in text


def test_a_missing_padding_is_reported_with_both_shapes():
    text = message("convolution_numpy.conv2d",
                lambda x, weight, bias=None, stride=1, padding=0:
                C.conv2d(np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1))) if padding == 1 else x,
                         weight, bias, stride))
    assert ("padding: conv2d(array(1, 1, 1, 1), array(1, 1, 1, 1), padding=(1, 0)): expected shape "
            "(1, 1, 3, 1), got (1, 1, 1, 1). A padding of (1, 0) adds rows and no columns.") in text


def test_a_float_size_is_told_that_an_integer_is_expected():
    def output_size(size, kernel_size, stride=1, padding=0, dilation=1):
        C.output_size(size, kernel_size, stride, padding, dilation)
        return (size + 2 * padding - dilation * (kernel_size - 1) - 1) / stride + 1

    text = message("convolution_numpy.output_size", output_size)
    assert "stride: output_size(6, 3, 2): the value differs; expected 2, got 2.5. Pixels" in text
    assert "Then look at: integers." in text or "of an integer type, got float" in text


def test_a_mean_over_the_batch_is_told_that_images_share_weights():
    def conv2d_backward(*args, **options):
        grad_x, grad_weight, grad_bias = C.conv2d_backward(*args, **options)
        return grad_x, grad_weight / len(grad_x), grad_bias / len(grad_x)

    text = message("convolution_numpy.conv2d_backward", conv2d_backward)
    assert ("grad_weight: the value differs" in text or "grad_weight: 1 of 1 values differ" in text)
    assert "expected 210, got 105. All images share weights and bias" in text


def test_a_call_of_pytorchs_convolution_is_named():
    text = message("convolution_torch.conv2d", F.conv2d)
    assert "it calls aten::" in text and "which this exercise does not allow" in text


def test_a_weight_of_the_wrong_shape_is_reported_with_both_shapes():
    class Conv2d(T.Conv2d):
        def __init__(self, in_channels, out_channels, *args, **options):
            super().__init__(out_channels, in_channels, *args, **options)

    text = message("convolution_torch.Conv2d", Conv2d)
    assert "expected weight of shape (3, 2, 1, 1), got (2, 3, 1, 1)" in text


def test_a_normal_initialisation_is_reported_with_the_bound():
    class Conv2d(T.Conv2d):
        def __init__(self, *args, **options):
            super().__init__(*args, **options)
            nn.init.normal_(self.weight)

    text = message("convolution_torch.Conv2d", Conv2d)
    assert "Conv2d: 13 of 14 examples are right." in text
    assert "share of weights in each quarter of ±1/sqrt(fan-in): 4 of 4 values differ" in text
    assert "Both start uniform between ±1/sqrt(in_channels * kh * kw), here ±0.204" in text


def test_a_shared_kernel_is_told_that_every_place_has_its_own():
    class LocallyConnected2d(T.LocallyConnected2d):
        def forward(self, x):
            return T.conv2d(x, self.weight[..., 0, 0], None, self.stride) + self.bias

    text = message("convolution_torch.LocallyConnected2d", LocallyConnected2d)
    assert ("sharing: LocallyConnected2d(1, 1, 2, 1)(array(1, 1, 2, 2)): 3 of 4 values differ; at "
            "(0, 0, 0, 1) expected 26, got 8. Output (i, j) is made with weight[..., i, j]") in text
