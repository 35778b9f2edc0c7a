"""The references for heads against hand examples, PyTorch in float64 and published counts."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from answers import close, normal
from autograder.layers import layers

P = layers("gap_vs_fc_numpy")
T = layers("gap_vs_fc_torch")
SHAPES = [(1, 1, 1, 1), (2, 3, 4, 5), (3, 4, 7, 1), (2, 5, 3, 3)]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_global_average_pooling_agrees_with_pytorch_forward_and_backward(shape):
    x = torch.tensor(normal(*shape), requires_grad=True)
    output = F.adaptive_avg_pool2d(x, 1).flatten(1)
    grad = normal(*output.shape, seed=1)
    output.backward(torch.tensor(grad))
    close(P.global_avg_pool2d(x.detach().numpy()), output.detach())
    close(P.global_avg_pool2d_backward(grad, shape), x.grad)


@pytest.mark.parametrize("sizes", [(1, 1, 1), (4, 3, 5), (2, 6, 1)], ids=str)
def test_linear_backward_agrees_with_pytorch(sizes):
    images, inside, outside = sizes
    x, weight = normal(images, inside), normal(outside, inside, seed=1)
    tensors = [torch.tensor(one, requires_grad=True) for one in (x, weight, normal(outside))]
    grad = normal(images, outside, seed=2)
    F.linear(*tensors).backward(torch.tensor(grad))
    for mine, leaf in zip(P.linear_backward(grad, x, weight), tensors, strict=True):
        close(mine, leaf.grad)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_results_keep_the_dtype_and_inputs_stay(dtype):
    x, flat, weight = (normal(*shape).astype(dtype) for shape in ((2, 3, 4, 5), (2, 3), (4, 3)))
    grad = normal(2, 4).astype(dtype)
    before = [one.copy() for one in (x, flat, weight, grad)]
    results = [P.global_avg_pool2d(x), P.global_avg_pool2d_backward(flat, x.shape),
               P.class_activation_map(x[0], weight, 1), *P.linear_backward(grad, flat, weight)]
    assert {str(one.dtype) for one in results} == {dtype}
    for one, old in zip((x, flat, weight, grad), before, strict=True):
        np.testing.assert_array_equal(one, old)


def test_views_give_what_copies_give():
    x, weight = normal(2, 3, 8, 5)[:, :, ::2], normal(6, 4).T[:, ::2]
    close(P.global_avg_pool2d(x), P.global_avg_pool2d(x.copy()))
    close(P.class_activation_map(x[0], weight, 2), P.class_activation_map(x[0].copy(), weight, 2))
    grad, flat = normal(4, 2).T, normal(3, 2).T
    for mine, plain in zip(P.linear_backward(grad, flat, weight),
                           P.linear_backward(grad.copy(), flat.copy(), weight.copy()), strict=True):
        close(mine, plain)


def test_the_heads_cost_what_their_modules_have():
    flat = T.FlattenHead(3, (4, 5), 7, hidden=11)
    gap = T.GAPHead(3, 7)
    assert P.head_cost(3, (4, 5), 7, hidden=(11,)) == {
        "flatten": sum(one.numel() for one in flat.parameters()),
        "gap": sum(one.numel() for one in gap.parameters())}


def test_the_heads_cost_what_papers_and_libraries_say():
    # Simonyan & Zisserman 2015, table 1: of 138,357,544 parameters 14,714,688 are convolutions'.
    assert P.head_cost(512, 7, 1000, (4096, 4096))["flatten"] == 138_357_544 - 14_714_688
    # AlexNet in one column has 61,100,840 parameters, 2,469,696 of them in convolutions of 64, 192,
    # 384, 256 and 256 channels.
    kernels = [(3, 64, 11), (64, 192, 5), (192, 384, 3), (384, 256, 3), (256, 256, 3)]
    convolutions = sum(i * o * k * k + o for i, o, k in kernels)
    assert P.head_cost(256, 6, 1000, (4096, 4096))["flatten"] == 61_100_840 - convolutions
    # Szegedy et al. 2014, table 1: 1000K for the last layer, counted in units of 1024.
    assert P.head_cost(1024, 7, 1000)["gap"] - 1000 == 1000 * 1024


def test_the_map_of_a_class_averages_to_its_score():
    features, weight = normal(4, 5, 6), normal(3, 4)
    scores = P.global_avg_pool2d(features[None])[0] @ weight.T
    raw = np.einsum("c,chw->hw", weight[2], features)
    close(raw.mean(), scores[2])
    close(P.class_activation_map(features, weight, 2), (raw - raw.min()) / np.ptp(raw))


def test_both_maps_agree_where_nothing_is_enlarged():
    features, head = torch.tensor(normal(2, 4, 5, 6)), T.GAPHead(4, 3).double()
    maps = T.class_activation_map(nn.Identity(), head, features, 1).detach().numpy()
    weight = head.classifier.weight.detach().numpy()
    for one, image in zip(maps, features.numpy(), strict=True):
        close(one, P.class_activation_map(image, weight, 1))


def test_the_enlarged_map_is_scaled_last():
    x, head = torch.tensor(normal(3, 2, 7, 9)), T.GAPHead(2, 3).double()
    maps = T.class_activation_map(nn.AvgPool2d(2), head, x, 0)
    assert maps.shape == (3, 7, 9)
    close(maps.detach().amin((1, 2)), np.zeros(3))
    close(maps.detach().amax((1, 2)), np.ones(3))
    raw = F.conv2d(F.avg_pool2d(x, 2), head.classifier.weight[:1, :, None, None])
    raw = F.interpolate(raw, (7, 9), mode="bilinear", align_corners=False)[:, 0]
    expected = np.corrcoef(raw.detach().flatten(), maps.detach().flatten())[0, 1]
    one = np.corrcoef(raw[0].detach().flatten(), maps[0].detach().flatten())[0, 1]
    assert one == pytest.approx(1) and expected < 1


def test_flat_maps_become_zeros():
    flat, weight = np.full((2, 3, 3), 5.0), np.array([[1.0, 2.0]])
    np.testing.assert_array_equal(P.class_activation_map(flat, weight, 0), np.zeros((3, 3)))
    head = T.GAPHead(2, 1).double()
    maps = T.class_activation_map(nn.AvgPool2d(2), head, torch.zeros(2, 2, 4, 4).double(), 0)
    assert maps.eq(0).all()


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_linear_layer_becomes_a_convolution_of_its_own(bias, dtype):
    linear = nn.Linear(24, 5, bias).to(dtype)
    conv, x = T.linear_to_conv2d(linear, 2, 3, 4), torch.randn(2, 2, 3, 4, dtype=dtype)
    expected = linear(x.flatten(1))
    torch.testing.assert_close(conv(x).flatten(1), expected)
    assert conv.kernel_size == (3, 4) and (conv.bias is None) != bias
    nn.init.zeros_(conv.weight)
    torch.testing.assert_close(linear(x.flatten(1)), expected)


@pytest.mark.parametrize("bias", [True, False])
def test_a_fully_convolutional_net_slides_the_classifier(bias):
    features = nn.Sequential(nn.Conv2d(1, 3, 3), nn.ReLU(), nn.MaxPool2d(2)).double()
    classifier = nn.Sequential(
        nn.Dropout(), nn.Linear(18, 6, bias), nn.ReLU(), nn.Dropout(), nn.Linear(6, 4)).double()
    net = T.fully_convolutional(features, classifier, (2, 3)).eval()
    classifier.eval()
    x = torch.randn(2, 1, 10, 12, dtype=torch.float64)
    scores = net(x)
    assert scores.shape == (2, 4, 3, 3)
    # A step on the score map is two pixels: the stride of the features.
    for i in range(3):
        for j in range(3):
            window = x[:, :, 2 * i : 2 * i + 6, 2 * j : 2 * j + 8]
            torch.testing.assert_close(scores[:, :, i, j], classifier(features(window).flatten(1)))


def test_the_heads_are_what_pytorch_makes_of_their_layers():
    x = torch.randn(2, 3, 4, 5, dtype=torch.float64)
    gap = T.GAPHead(3, 6).double()
    torch.testing.assert_close(
        gap(x), gap.classifier(F.adaptive_avg_pool2d(x, 1).flatten(1)))
    head = T.FlattenHead(3, (4, 5), 6, hidden=8).double().eval()
    w1, b1, w2, b2 = head.parameters()
    torch.testing.assert_close(
        head(x), F.linear(F.linear(x.flatten(1), w1, b1).relu(), w2, b2))


@pytest.mark.parametrize("module", [
    T.GAPHead(2, 3), T.FlattenHead(2, (3, 4), 3, hidden=5).eval(),
    T.linear_to_conv2d(nn.Linear(12, 3), 2, 2, 3),
    T.fully_convolutional(
        nn.Conv2d(2, 2, 2), nn.Sequential(nn.Linear(8, 3), nn.ReLU(), nn.Linear(3, 2)), 2),
], ids=lambda module: type(module).__name__)
def test_gradients_pass_gradcheck(module):
    x = torch.tensor(normal(1, 2, 3, 4)).requires_grad_()
    assert torch.autograd.gradcheck(module.double(), x)
