"""The checks about kernel sizes: right answers earn all points, wrong ones lose theirs."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from answers import message, names, scored
from autograder.checks.merging import CHANGED
from autograder.layers import layers


def test_the_checks_cover_the_contract_in_its_order():
    assert names("kernel_size_numpy") == [
        "receptive_field", "compose_kernels", "stack_cost", "conv1d", "max_over_time"]
    assert names("kernel_size_torch") == [
        "effective_receptive_field", "VGGBlock", "TextCNN", "merge_branches"]


# Right answers in other styles.

def backward_receptive_field(layers):
    """From the last layer to the first: how many values each needs of the one before."""
    size = jump = 1
    for k, s, d in reversed(layers):
        if s == 0:
            raise ValueError("stride 0")
        size = (size - 1) * s + d * (k - 1) + 1
        jump *= s
    return np.int64(size), np.int64(jump)


def convolving_compose_kernels(first, second):
    padded = np.pad(first, ((0, 0), (0, 0), *[(second.shape[-1] - 1,) * 2] * 2))
    windows = np.lib.stride_tricks.sliding_window_view(padded, second.shape[2:], (2, 3))
    return np.einsum("qcijab,oqab->ocij", windows, second[:, :, ::-1, ::-1])


def layered_stack_cost(kernel_size, depth, channels, input_size):
    area = np.prod(np.broadcast_to(kernel_size, 2))
    parameters = sum(channels * channels * area for _ in range(depth))
    return parameters, parameters * np.prod(np.broadcast_to(input_size, 2))


def windowed_conv1d(x, weight, bias=None, stride=1, padding=0):
    k, length = weight.shape[2], x.shape[2] + 2 * padding
    if stride == 0 or k > length:
        raise ValueError(f"kernel {k}, stride {stride}, length {length}")
    padded = np.pad(x, [(0, 0), (0, 0), (padding, padding)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, k, axis=2)[:, :, ::stride]
    y = np.einsum("ncik,ock->noi", windows, weight)
    return y if bias is None else y + bias.reshape(1, -1, 1)


def looped_max_over_time(x, lengths):
    result = np.empty(x.shape[:2], x.dtype)
    for n, length in enumerate(lengths):
        result[n] = x[n, :, :length].max(axis=-1)
    return result


def image_by_image_field(module, x):
    """Through backward(), with the parameters' gradients kept aside; a small number in between."""
    kept = [None if p.grad is None else p.grad.clone() for p in module.parameters()]
    total = 0
    for one in x.clone().detach():
        one = one[None].requires_grad_(True)
        y = module(one)
        y[0, :, y.shape[2] // 2, y.shape[3] // 2].sum().backward()
        total = total + one.grad.abs().sum((0, 1))
        for p, grad in zip(module.parameters(), kept, strict=True):
            p.grad = None if grad is None else grad.clone()
    return total / total.max().clamp(min=1e-30)


class ListedVGGBlock(nn.Module):
    """A list of convolutions, and everything else as functions."""

    def __init__(self, in_channels, out_channels, depth, pool=True):
        super().__init__()
        self.pool = pool
        self.convs = nn.ModuleList([nn.Conv2d(in_channels, out_channels, (3, 3), padding="same")])
        for _ in range(depth - 1):
            self.convs.append(nn.Conv2d(out_channels, out_channels, 3, 1, 1))

    def forward(self, x):
        for conv in self.convs:
            x = conv(x).clamp(min=0)
        return F.max_pool2d(x, kernel_size=(2, 2), stride=2) if self.pool else x


class TwoDimensionalTextCNN(nn.Module):
    """Kim's kernels as high as the text is read and as wide as a vector; features interleaved."""

    def __init__(self, vocabulary, embedding, widths, filters, classes, padding_idx=0, dropout=0.5):
        super().__init__()
        self.classifier = nn.Sequential(nn.Dropout(dropout),
                                        nn.Linear(filters * len(widths), classes))
        self.convs = nn.ModuleList(
            nn.Sequential(nn.Conv2d(1, filters, (w, embedding)), nn.ReLU()) for w in widths)
        self.embedding = nn.Embedding(vocabulary, embedding, padding_idx=padding_idx)

    def forward(self, tokens):
        image = self.embedding(tokens).unsqueeze(1)
        features = [F.adaptive_max_pool2d(conv(image), 1)[:, :, 0, 0] for conv in self.convs]
        return self.classifier(torch.stack(features, 2).flatten(1))


class TransposedTextCNN(TwoDimensionalTextCNN):
    """2-d convolutions over (E, L); the maximum before the ReLU."""

    def __init__(self, vocabulary, embedding, widths, filters, classes, *args, **kwargs):
        super().__init__(vocabulary, embedding, widths, filters, classes, *args, **kwargs)
        self.convs = nn.ModuleList(nn.Conv2d(1, filters, (embedding, w)) for w in widths)

    def forward(self, tokens):
        image = self.embedding(tokens).mT[:, None]
        features = [conv(image).squeeze(2).max(-1)[0].relu() for conv in self.convs]
        return self.classifier(torch.cat(features, -1))


def sliced_merge_branches(large, small):
    (kh, kw), (h, w) = large.weight.shape[2:], small.weight.shape[2:]
    weight, bias = large.weight.detach().clone(), (large.bias + small.bias).detach()
    top, left = (kh - h) // 2, (kw - w) // 2
    weight[:, :, top : top + h, left : left + w] += small.weight.detach()
    merged = nn.Conv2d(len(weight), len(weight), (kh, kw), padding="same", groups=len(weight))
    merged.weight, merged.bias = nn.Parameter(weight), nn.Parameter(bias)
    return merged


OTHER_STYLES = [
    ("kernel_size_numpy.receptive_field", backward_receptive_field),
    ("kernel_size_numpy.compose_kernels", convolving_compose_kernels),
    ("kernel_size_numpy.stack_cost", layered_stack_cost),
    ("kernel_size_numpy.conv1d", windowed_conv1d),
    ("kernel_size_numpy.max_over_time", looped_max_over_time),
    ("kernel_size_torch.effective_receptive_field", image_by_image_field),
    ("kernel_size_torch.VGGBlock", ListedVGGBlock),
    ("kernel_size_torch.TextCNN", TwoDimensionalTextCNN),
    ("kernel_size_torch.TextCNN", TransposedTextCNN),
    ("kernel_size_torch.merge_branches", sliced_merge_branches),
]


@pytest.mark.parametrize(("address", "answer"), OTHER_STYLES)
def test_a_right_answer_in_another_style_earns_everything(address, answer):
    for seed in range(4):
        assert scored(address, answer, seed).faults == {}


# What a learner reads.

def test_a_stride_that_counts_for_its_own_layer_is_told():
    def receptive_field(layers):
        size = jump = 1
        for k, s, d in layers:
            jump *= s
            size += d * (k - 1) * jump
        return size, jump

    assert ("stride: receptive_field([(3, 2, 1)]): the value differs; expected 3, got 5. A layer's "
            "stride counts for the layers behind it, not for itself."
            ) in message("kernel_size_numpy.receptive_field", receptive_field)
    lost = scored("kernel_size_numpy.receptive_field", receptive_field).faults
    assert set(lost) == {"stride", "published nets", "errors"}


def test_a_list_that_is_used_up_is_told_every_time_it_is_checked():
    def receptive_field(layers):
        size = jump = 1
        while layers:
            k, s, d = layers.pop(0)
            if s < 1:
                raise ValueError(f"stride {s}")
            size, jump = size + d * (k - 1) * jump, jump * s
        return size, jump

    for _ in range(2):
        said = message("kernel_size_numpy.receptive_field", receptive_field)
        assert said.splitlines()[1] == (
            "  input: receptive_field([(3, 1, 1), (2, 1, 1)]): it changed its input, which belongs "
            "to the caller: work on a copy.")


def test_a_flipped_kernel_is_told():
    def compose_kernels(first, second):
        return layers("kernel_size_numpy").compose_kernels(first, second[:, :, ::-1, ::-1])

    lines = message("kernel_size_numpy.compose_kernels", compose_kernels).splitlines()
    assert lines[0] == "✗ compose_kernels: 7 of 8 examples are right."
    assert lines[1].startswith(
        "  direction: compose_kernels(array(1, 1, 2, 2), array(1, 1, 2, 2)): 9 of 9 values differ")
    assert "lays its copy one column to the right" in lines[1]


def test_filling_with_zeros_is_told():
    def max_over_time(x, lengths):
        inside = np.arange(x.shape[2]) < lengths[:, None, None]
        return np.where(inside, x, 0).max(axis=2)

    assert ("negative: max_over_time(array(1, 1, 4), array(1)): 1 of 1 values differ; at (0, 0) "
            "expected -1, got 0. A maximum may be negative: start from -inf, and fill with that, "
            "not 0.") in message("kernel_size_numpy.max_over_time", max_over_time)


def test_a_missing_factor_of_the_channels_is_told():
    def stack_cost(kernel_size, depth, channels, input_size):
        p, m = layers("kernel_size_numpy").stack_cost(kernel_size, depth, channels, input_size)
        return p // channels, m // channels

    assert ("parameters: stack_cost(3, 1, 2, 5): the value differs; expected 36, got 18. A layer "
            "has a kernel of kh * kw weights for each pair of an input and an output channel"
            ) in message("kernel_size_numpy.stack_cost", stack_cost)


def test_a_gradient_written_to_the_parameters_is_told():
    def effective_receptive_field(module, x):
        x = x.detach().clone().requires_grad_()
        y = module(x)
        y[:, :, y.shape[2] // 2, y.shape[3] // 2].sum().backward()
        field = x.grad.abs().mean((0, 1))
        return field / field.max()

    address = "kernel_size_torch.effective_receptive_field"
    lines = message(address, effective_receptive_field).splitlines()
    assert lines[0] == "✗ effective_receptive_field: 8 of 10 examples are right."
    assert any(line.startswith("  zero: ") and "Divide only where the maximum" in line
               for line in lines)
    assert any("number of .grad changed: the value differs; expected 0, got 1. Every .grad stays"
               in line for line in lines)


def test_a_forgotten_relu_and_a_forgotten_pooling_are_told():
    class VGGBlock(ListedVGGBlock):
        def forward(self, x):
            for conv in self.convs[:-1]:
                x = F.relu(conv(x))
            return self.convs[-1](x)

    said = message("kernel_size_torch.VGGBlock", VGGBlock)
    assert ("relu: VGGBlock(1, 1, 1, False)(array(1, 1, 1, 1)): 1 of 1 values differ; at "
            "(0, 0, 0, 0) expected 0, got -7. A ReLU follows the last convolution too") in said
    assert "expected shape (1, 1, 1, 1), got (1, 1, 2, 2). By default 2x2 max pooling" in said
    lost = scored("kernel_size_torch.VGGBlock", VGGBlock).faults
    assert set(lost) == {"relu", "pool", "gradient"}


def test_a_wrong_order_of_the_widths_is_told_with_the_shapes():
    class TextCNN(layers("kernel_size_torch").TextCNN):
        def __init__(self, vocabulary, embedding, widths, *args, **kwargs):
            super().__init__(vocabulary, embedding, sorted(widths), *args, **kwargs)

    assert ("widths: TextCNN(3, 2, (3, 1), 1, 1, dropout=0.0)(array(1, 3)): expected parameters in "
            "convs of shape (1, 2, 3), (1,), (1, 2, 1), (1,), got (1, 2, 1), (1,), (1, 2, 3), (1,)."
            ) in message("kernel_size_torch.TextCNN", TextCNN)


def test_another_name_of_a_submodule_is_told():
    class TextCNN(nn.Module):
        def __init__(self, vocabulary, embedding, *args, **kwargs):
            super().__init__()
            self.embed = nn.Embedding(vocabulary, embedding)

    assert "'TextCNN' object has no attribute 'embedding'" in message(
        "kernel_size_torch.TextCNN", TextCNN)


def test_dropout_on_the_words_is_told():
    class TextCNN(layers("kernel_size_torch").TextCNN):
        def forward(self, tokens):
            words = self.dropout(self.embedding(tokens)).transpose(1, 2)
            features = [F.relu(conv(words)).amax(2) for conv in self.convs]
            return self.classifier(self.dropout(torch.cat(features, 1)))

    said = message("kernel_size_torch.TextCNN", TextCNN)
    assert said.splitlines()[0] == "✗ TextCNN: 10 of 11 examples are right."
    assert "nothing else is dropped" in said
    assert set(scored("kernel_size_torch.TextCNN", TextCNN).faults) == {"dropout"}


def test_adding_into_the_large_kernel_is_told():
    def merge_branches(large, small):
        rows, columns = ((a - b) // 2 for a, b in
                         zip(large.kernel_size, small.kernel_size, strict=True))
        large.weight.data += F.pad(small.weight.data, (columns, columns, rows, rows))
        large.bias.data += small.bias.data
        return large

    said = message("kernel_size_torch.merge_branches", merge_branches)
    assert f"{CHANGED}: the value differs; expected 0, got 2. Add into new tensors" in said
    assert set(scored("kernel_size_torch.merge_branches", merge_branches).faults) == {"copy"}
