"""The kernel-size references against hand examples, PyTorch in float64 and published counts."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from answers import close, normal
from autograder.checks.receptive_fields import ALEXNET, LENET5, MOBILENET, VGG16
from autograder.layers import layers

P = layers("kernel_size_numpy")
T = layers("kernel_size_torch")


def tensor(*shape, seed=0):
    return torch.tensor(normal(*shape, seed=seed))


# LeCun et al. 1998, figure 2, followed by hand; the others are in the table of Araujo et al. 2019,
# "Computing receptive fields of convolutional neural networks".
@pytest.mark.parametrize(("net", "expected"), [
    (LENET5, (16, 4)), (ALEXNET, (195, 32)), (VGG16, (212, 32)), (MOBILENET, (315, 32))])
def test_published_nets_have_their_published_receptive_fields(net, expected):
    assert P.receptive_field(net) == expected


@pytest.mark.parametrize("net", [
    [(3, 1, 1), (3, 1, 1)], [(3, 2, 1), (2, 1, 1), (3, 1, 1)], [(2, 2, 2), (3, 1, 3)],
    [(5, 3, 1), (2, 2, 1), (2, 1, 2)]], ids=str)
def test_the_formula_gives_the_pixels_that_have_a_gradient(net):
    convs = [nn.Conv1d(1, 1, k, s, dilation=d, bias=False) for k, s, d in net]
    module = nn.Sequential(*convs).double()
    for conv in convs:
        nn.init.ones_(conv.weight)
    x = torch.zeros(1, 1, 60, dtype=torch.float64, requires_grad=True)
    reached = [torch.autograd.grad(module(x)[0, 0, i], x)[0][0, 0].nonzero() for i in (0, 1)]
    size, jump = P.receptive_field(net)
    assert reached[0].max() - reached[0].min() + 1 == size
    assert reached[1].min() - reached[0].min() == jump


def test_a_stride_of_0_is_told_with_its_number():
    with pytest.raises(ValueError, match="stride=0"):
        P.receptive_field([(3, 1, 1), (3, 0, 1)])


@pytest.mark.parametrize("channels", [(1, 1, 1), (2, 3, 4), (3, 1, 2)], ids=str)
@pytest.mark.parametrize("sizes", [(1, 1), (3, 3), (1, 5), (5, 2)], ids=str)
def test_the_composed_kernel_does_what_the_two_do(channels, sizes):
    (c0, c1, c2), (k1, k2) = channels, sizes
    first, second = normal(c1, c0, k1, k1), normal(c2, c1, k2, k2, seed=1)
    x = tensor(2, c0, 9, 11, seed=2)
    expected = F.conv2d(F.conv2d(x, torch.tensor(first)), torch.tensor(second))
    close(F.conv2d(x, torch.tensor(P.compose_kernels(first, second))), expected)


@pytest.mark.parametrize(("kernel", "depth", "size"), [
    (3, 3, (5, 4)), ((1, 5), 2, 6), (7, 1, 3), (5, 2, (2, 7))])
def test_a_stack_costs_what_its_module_has(kernel, depth, size):
    convs = [nn.Conv2d(4, 4, kernel, padding="same", bias=False) for _ in range(depth)]
    weights = sum(conv.weight.numel() for conv in convs)
    pixels = nn.Sequential(*convs)(torch.zeros(1, 4, *P.pair(size)))[0, 0].numel()
    assert P.stack_cost(kernel, depth, 4, size) == (weights, weights * pixels)


@pytest.mark.parametrize(("length", "k", "stride", "padding"), [
    (7, 3, 1, 0), (8, 3, 2, 1), (5, 5, 1, 0), (3, 4, 3, 2), (9, 2, 4, 3), (6, 1, 2, 0)])
@pytest.mark.parametrize("channels", [(1, 1), (3, 4)], ids=str)
def test_conv1d_agrees_with_pytorch(length, k, stride, padding, channels):
    inside, outside = channels
    x, weight, bias = normal(2, inside, length), normal(outside, inside, k), normal(outside)
    expected = F.conv1d(*map(torch.tensor, (x, weight, bias)), stride, padding)
    close(P.conv1d(x, weight, bias, stride, padding), expected)
    close(P.conv1d(x, weight, None, stride, padding), expected - torch.tensor(bias)[:, None])


@pytest.mark.parametrize(("length", "k", "options", "number"), [
    (4, 5, {}, "5"), (4, 7, {"padding": 1}, "7"), (6, 3, {"stride": 0}, "0")])
def test_impossible_geometry_is_told_with_its_numbers(length, k, options, number):
    with pytest.raises(ValueError, match=number):
        P.conv1d(normal(1, 1, length), normal(1, 1, k), **options)


def test_max_over_time_agrees_with_each_sequence_cut_to_its_length():
    x, lengths = normal(5, 3, 7) - 3, np.array([7, 1, 4, 2, 6])
    expected = [one[:, :n].max(1) for one, n in zip(x, lengths, strict=True)]
    np.testing.assert_array_equal(P.max_over_time(x, lengths), expected)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_results_keep_the_dtype_and_inputs_stay(dtype):
    x, weight = normal(2, 3, 8).astype(dtype), normal(2, 3, 2).astype(dtype)
    kernels, lengths = normal(3, 3, 2, 2).astype(dtype), np.array([3, 8])
    before = [one.copy() for one in (x, weight, kernels, lengths)]
    results = [P.conv1d(x, weight, weight[:, 0, 0], 2, 1), P.max_over_time(x, lengths),
               P.compose_kernels(kernels, kernels)]
    assert {str(one.dtype) for one in results} == {dtype}
    for one, old in zip((x, weight, kernels, lengths), before, strict=True):
        np.testing.assert_array_equal(one, old)


def test_views_give_what_copies_give():
    x, weight = normal(2, 16, 3)[:, ::2].swapaxes(1, 2), normal(3, 3, 4)[:, :, ::-2]
    close(P.conv1d(x, weight), P.conv1d(x.copy(), weight.copy()))
    close(P.max_over_time(x, np.array([3, 8])), P.max_over_time(x.copy(), np.array([3, 8])))


def test_the_field_of_a_linear_net_is_its_composed_kernel():
    first, second = normal(2, 1, 3, 3), normal(1, 2, 2, 2, seed=1)
    net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Conv2d(2, 1, 2)).double()
    net[0].weight.data, net[1].weight.data = torch.tensor(first), torch.tensor(second)
    field = T.effective_receptive_field(net, tensor(3, 1, 9, 10))
    kernel = abs(P.compose_kernels(first, second)[0, 0])
    # The output has 6 x 7 pixels, and its centre (3, 3) reads from (3, 3).
    expected = np.zeros((9, 10))
    expected[3:7, 3:7] = kernel / kernel.max()
    close(field, expected)


def test_measuring_a_field_leaves_no_trace():
    net = nn.Sequential(nn.ReLU(inplace=True), nn.Conv2d(2, 3, 3), nn.Conv2d(3, 1, 3)).double()
    net[1].weight.grad = torch.ones_like(net[1].weight)
    for wanted in (True, False):
        x = tensor(2, 2, 7, 8).requires_grad_(wanted)
        field = T.effective_receptive_field(net, x)
        assert torch.equal(x, tensor(2, 2, 7, 8)) and x.requires_grad == wanted and x.grad is None
        assert field.max() == 1 and not field.requires_grad
    assert (net[1].weight.grad == 1).all()
    assert net[1].bias.grad is None and net[2].weight.grad is None


def test_no_gradient_gives_a_field_of_zeros():
    net = nn.Conv2d(1, 1, 3)
    nn.init.zeros_(net.weight)
    assert torch.equal(T.effective_receptive_field(net, torch.ones(1, 1, 4, 5)), torch.zeros(4, 5))


@pytest.mark.parametrize("pool", [True, False])
@pytest.mark.parametrize("depth", [1, 3])
def test_a_vgg_block_is_its_convolutions(depth, pool):
    block, x = T.VGGBlock(2, 3, depth, pool).double(), tensor(2, 2, 7, 6)
    expected, held = x, list(block.parameters())
    for weight, bias in zip(held[::2], held[1::2], strict=True):
        expected = F.conv2d(expected, weight, bias, padding=1).relu()
    expected = F.max_pool2d(expected, 2) if pool else expected
    torch.testing.assert_close(block(x), expected)
    assert len(held) == 2 * depth


def test_the_blocks_of_vgg_16_have_its_parameters():
    blocks = [(3, 64, 2), (64, 128, 2), (128, 256, 3), (256, 512, 3), (512, 512, 3)]
    count = sum(one.numel() for init in blocks for one in T.VGGBlock(*init).parameters())
    # With three fully connected layers VGG-16 has 138,357,544.
    sizes = (512 * 7 * 7, 4096, 4096, 1000)
    linear = sum(a * b + b for a, b in zip(sizes, sizes[1:], strict=False))
    assert (count, count + linear) == (14_714_688, 138_357_544)


def test_a_text_net_is_its_convolutions():
    net = T.TextCNN(20, 4, (3, 1, 2), 5, 2).double().eval()
    tokens = torch.randint(1, 20, (3, 8))
    words = net.embedding.weight[tokens].transpose(1, 2)
    features = [F.conv1d(words, conv.weight, conv.bias).amax(2).relu() for conv in net.convs]
    expected = torch.cat(features, 1) @ net.classifier.weight.T + net.classifier.bias
    torch.testing.assert_close(net(tokens), expected)
    assert (net.embedding.weight[0] == 0).all()


@pytest.mark.parametrize(("large", "small"), [(5, 3), ((7, 3), (3, 1)), ((1, 5), 1), (3, 3)])
def test_the_merged_convolution_is_the_sum_and_its_own(large, small):
    def conv(kernel):
        kh, kw = P.pair(kernel)
        return nn.Conv2d(4, 4, (kh, kw), padding=(kh // 2, kw // 2), groups=4).double()

    one, two, x = conv(large), conv(small), tensor(2, 4, 6, 9)
    merged, expected = T.merge_branches(one, two), one(x) + two(x)
    torch.testing.assert_close(merged(x), expected)
    assert merged.groups == 4 and merged.kernel_size == one.kernel_size
    for parameter in merged.parameters():
        nn.init.zeros_(parameter)
    torch.testing.assert_close(one(x) + two(x), expected)


@pytest.mark.parametrize("module", [
    T.VGGBlock(2, 2, 2), T.VGGBlock(2, 2, 1, False),
    T.merge_branches(nn.Conv2d(2, 2, 3, padding=1, groups=2), nn.Conv2d(2, 2, 1, groups=2)),
], ids=lambda module: type(module).__name__)
def test_gradients_pass_gradcheck(module):
    assert torch.autograd.gradcheck(module.double(), tensor(1, 2, 4, 3).requires_grad_())


def test_gradients_of_a_text_net_pass_gradcheck():
    net, tokens = T.TextCNN(6, 3, (1, 2), 2, 2).double().eval(), torch.tensor([[1, 2, 3, 4]])

    def scores(*weights):
        names = [name for name, _ in net.named_parameters()]
        return torch.func.functional_call(net, dict(zip(names, weights, strict=True)), tokens)

    weights = [one.detach().requires_grad_() for one in net.parameters()]
    assert torch.autograd.gradcheck(scores, weights)
