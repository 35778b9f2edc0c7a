"""The checks of the exercises on heads: right answers earn all points, wrong ones lose theirs."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from answers import message, names, scored
from autograder.grading.judge import judge
from autograder.grading.release import source_notebook
from autograder.paths import course_root


def test_the_checks_cover_the_contract_in_its_order():
    assert names("gap_vs_fc_numpy") == [
        "global_avg_pool2d", "global_avg_pool2d_backward", "linear_backward", "head_cost",
        "class_activation_map"]
    assert names("gap_vs_fc_torch") == [
        "linear_to_conv2d", "fully_convolutional", "GAPHead", "FlattenHead",
        "class_activation_map"]


# Right answers in other styles.

def summed_global_avg_pool2d(x):
    return x.reshape(*x.shape[:2], -1).sum(-1) / (x.shape[2] * x.shape[3])


def broadcast_global_avg_pool2d_backward(grad_output, input_shape):
    share = grad_output / (input_shape[2] * input_shape[3])
    return np.broadcast_to(share[:, :, None, None], input_shape)


def multiplied_global_avg_pool2d_backward(grad_output, input_shape):
    ones = np.ones(input_shape, grad_output.dtype)
    return ones * grad_output[:, :, np.newaxis, np.newaxis] / ones[0, 0].size


def einsum_linear_backward(grad_output, x, weight):
    return (np.einsum("no,oi->ni", grad_output, weight), np.einsum("no,ni->oi", grad_output, x),
            np.einsum("no->o", grad_output))


def looped_head_cost(channels, input_size, classes, hidden=()):
    height, width = np.broadcast_to(input_size, 2)
    sizes = [channels * height * width, *hidden, classes]
    flatten = sum(i * o + o for i, o in zip(sizes, sizes[1:], strict=False))
    return dict(gap=channels * classes + classes, flatten=flatten)


def looped_class_activation_map(features, weight, label):
    total = np.zeros(features.shape[1:], features.dtype)
    for channel, one in enumerate(features):
        total += weight[label, channel] * one
    total -= total.min()
    return total / total.max() if total.any() else total


def careful_class_activation_map(features, weight, label):
    """A small number keeps the divisor from 0."""
    scores = (weight[label, :, None, None] * features).sum(0)
    return ((scores - scores.min()) / (np.ptp(scores) + 1e-8)).astype(features.dtype)


def array_linear_to_conv2d(linear, channels, height, width):
    bias = linear.bias is not None
    conv = nn.Conv2d(channels, linear.out_features, kernel_size=[height, width], bias=bias)
    weight = linear.weight.detach().clone().unflatten(1, (channels, height, width))
    conv.weight = nn.Parameter(weight)
    if bias:
        conv.bias.data = linear.bias.data.clone()
    return conv


def nested_fully_convolutional(features, classifier, feature_size):
    """Features taken apart, layers by their place, weights shared, new ReLUs and dropouts."""
    size = feature_size if isinstance(feature_size, tuple) else (feature_size, feature_size)
    channels = next(one for one in classifier if isinstance(one, nn.Linear)).in_features
    channels //= size[0] * size[1]
    head = nn.Sequential()
    for layer in classifier:
        if isinstance(layer, nn.Linear):
            conv = nn.Conv2d(channels, layer.out_features, size)
            conv.weight.data = layer.weight.data.view(-1, channels, *size)
            conv.bias = layer.bias
            head.append(conv)
            channels, size = layer.out_features, (1, 1)
        elif isinstance(layer, nn.ReLU):
            head.append(nn.ReLU())
        else:
            head.append(nn.Dropout2d(layer.p))
    return nn.Sequential(*features, head)


class Windows(nn.Module):
    """A linear layer on every window, by unfold."""

    def __init__(self, linear, size):
        super().__init__()
        self.linear, self.size = linear, size

    def forward(self, x):
        h, w = (side - k + 1 for side, k in zip(x.shape[2:], self.size, strict=True))
        columns = F.unfold(x, self.size).transpose(1, 2)
        return self.linear(columns).transpose(1, 2).unflatten(2, (h, w))


def unfolded_fully_convolutional(features, classifier, feature_size):
    size = feature_size if isinstance(feature_size, tuple) else (feature_size, feature_size)
    layers = [features]
    for layer in classifier:
        linear = isinstance(layer, nn.Linear)
        layers.append(Windows(layer, size) if linear else layer)
        size = (1, 1) if linear else size
    return nn.Sequential(*layers)


class ConvolvedGAPHead(nn.Module):
    """The classifier a 1x1 convolution, before the mean."""

    def __init__(self, channels, classes):
        super().__init__()
        self.classifier = nn.Sequential(nn.Conv2d(channels, classes, 1))

    def forward(self, x):
        return torch.einsum("nkhw->nk", self.classifier(x)) / (x.shape[-1] * x.shape[-2])


class SummedGAPHead(nn.Module):
    def __init__(self, channels, classes):
        super(SummedGAPHead, self).__init__()  # noqa: UP008
        self.classifier = nn.Linear(in_features=channels, out_features=classes, bias=True)

    def forward(self, x):
        return self.classifier(torch.flatten(x, 2).sum(-1) / x[0, 0].numel())


class ConvolvedFlattenHead(nn.Module):
    """The first layer a convolution over the whole map; built in another order."""

    def __init__(self, channels, input_size, classes, hidden=4096):
        super().__init__()
        self.second = nn.Linear(hidden, classes)
        self.first = nn.Conv2d(channels, hidden, input_size)

    def forward(self, x):
        units = self.first(x).clamp(min=0).flatten(1)
        return self.second(F.dropout(units, training=self.training))


@torch.no_grad()
def looped_torch_class_activation_map(features, head, x, label):
    maps = features(x)
    bias = head.classifier.bias
    scores = F.linear(maps.movedim(1, -1), head.classifier.weight, bias)[..., label]
    result = torch.zeros_like(x[:, 0])
    for n, one in enumerate(scores):
        one = F.interpolate(one[None, None], x.shape[-2:], mode="bilinear")[0, 0]
        if one.max() > one.min():
            result[n] = (one - one.min()) / (one.max() - one.min())
    return result


def careful_torch_class_activation_map(features, head, x, label):
    maps = features(x)
    scores = (maps * head.classifier.weight[label].view(1, -1, 1, 1)).sum(1, keepdim=True)
    scores = F.interpolate(scores, size=tuple(x.shape[2:]), mode="bilinear", align_corners=False)
    flat = scores.flatten(1)
    low, high = flat.min(1, keepdim=True).values, flat.max(1, keepdim=True).values
    return ((flat - low) / (high - low + 1e-8)).view(len(x), *x.shape[2:])


OTHER_STYLES = [
    ("gap_vs_fc_numpy.global_avg_pool2d", summed_global_avg_pool2d),
    ("gap_vs_fc_numpy.global_avg_pool2d_backward", broadcast_global_avg_pool2d_backward),
    ("gap_vs_fc_numpy.global_avg_pool2d_backward", multiplied_global_avg_pool2d_backward),
    ("gap_vs_fc_numpy.linear_backward", einsum_linear_backward),
    ("gap_vs_fc_numpy.head_cost", looped_head_cost),
    ("gap_vs_fc_numpy.class_activation_map", looped_class_activation_map),
    ("gap_vs_fc_torch.linear_to_conv2d", array_linear_to_conv2d),
    ("gap_vs_fc_torch.fully_convolutional", nested_fully_convolutional),
    ("gap_vs_fc_torch.fully_convolutional", unfolded_fully_convolutional),
    ("gap_vs_fc_torch.GAPHead", ConvolvedGAPHead),
    ("gap_vs_fc_torch.GAPHead", SummedGAPHead),
    ("gap_vs_fc_torch.FlattenHead", ConvolvedFlattenHead),
    ("gap_vs_fc_torch.class_activation_map", looped_torch_class_activation_map),
    ("gap_vs_fc_torch.class_activation_map", careful_torch_class_activation_map),
]


@pytest.mark.parametrize(("address", "answer"), OTHER_STYLES)
def test_a_right_answer_in_another_style_earns_everything(address, answer):
    for seed in range(4):
        assert scored(address, answer, seed).faults == {}


def test_a_small_number_in_the_divisor_is_no_fault_where_the_dtype_holds_it():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = scored("gap_vs_fc_numpy.class_activation_map", careful_class_activation_map)
    assert found.faults == {}


# What a learner reads.

def test_pooling_costs_the_whole_head_however_it_is_reached():
    class GAPHead(nn.Module):
        def __init__(self, channels, classes):
            super().__init__()
            self.pool = nn.AdaptiveAvgPool2d(1)
            self.classifier = nn.Linear(channels, classes)

        def forward(self, x):
            return self.classifier(self.pool(x).flatten(1))

    said = ("GAPHead(1, 2)(array(1, 1, 2, 2)): it calls aten::adaptive_avg_pool2d, which this "
            "exercise does not allow.")
    assert message("gap_vs_fc_torch.GAPHead", GAPHead).splitlines()[1] == f"  values: {said}"
    found = scored("gap_vs_fc_torch.GAPHead", GAPHead)
    assert found.total == 0 and found.reason == said


def test_the_judge_forbids_pooling_in_the_head_alone():
    source = source_notebook("gap_vs_fc_torch", course_root())
    for cell in source.cells:
        if cell.get("id") == "GAPHead":
            cell.source = cell.source.replace(
                "x.mean(dim=(2, 3))", "F.avg_pool2d(x, x.shape[2:]).flatten(1)")
    names = ("GAPHead", "class_activation_map")
    scores = judge(source, "gap_vs_fc_torch", course_root(), 0, only=names).scores
    assert scores["GAPHead"].total == 0
    assert scores["class_activation_map"].total == 10


def test_another_name_for_the_classifier_costs_one_property():
    class GAPHead(SummedGAPHead):
        def __init__(self, channels, classes):
            super(SummedGAPHead, self).__init__()
            self.fc = nn.Linear(channels, classes)

        def forward(self, x):
            return self.fc(x.mean((2, 3)))

    assert message("gap_vs_fc_torch.GAPHead", GAPHead).splitlines()[:2] == [
        "✗ GAPHead: 8 of 9 examples are right.",
        "  classifier: GAPHead(1, 2)(array(1, 1, 2, 2)): it raised AttributeError: 'GAPHead' "
        "object has no attribute 'classifier'."]
    assert scored("gap_vs_fc_torch.GAPHead", GAPHead).total == 9


def test_axes_of_length_1_are_told_and_cost_one_property():
    def global_avg_pool2d(x):
        return x.mean(axis=(2, 3), keepdims=True)

    assert ("shape: global_avg_pool2d(array(1, 2, 1, 1)): expected shape (1, 2), got (1, 2, 1, 1). "
            "(N, C): no axes of length 1 are left behind."
            ) in message("gap_vs_fc_numpy.global_avg_pool2d", global_avg_pool2d)
    assert scored("gap_vs_fc_numpy.global_avg_pool2d", global_avg_pool2d).total == 9


def test_a_share_that_was_not_divided_is_told():
    def global_avg_pool2d_backward(grad_output, input_shape):
        return np.broadcast_to(grad_output[:, :, None, None], input_shape)

    assert ("values: global_avg_pool2d_backward(array(1, 1), (1, 1, 2, 2)): 4 of 4 values differ; "
            "at (0, 0, 0, 0) expected 2, got 8. Each of the H · W pixels has 1 / (H · W) of the "
            "mean, so it gets that share of the gradient."
            ) in message("gap_vs_fc_numpy.global_avg_pool2d_backward", global_avg_pool2d_backward)


def test_a_missing_entry_is_told():
    def head_cost(*args, **kwargs):
        return {"flatten": looped_head_cost(*args, **kwargs)["flatten"]}

    assert "gap: head_cost(2, 3, 5): there is no gap." in message(
        "gap_vs_fc_numpy.head_cost", head_cost)
    assert scored("gap_vs_fc_numpy.head_cost", head_cost).total == 7
    assert ("expected a dictionary with the keys 'flatten' and 'gap', got tuple"
            ) in message("gap_vs_fc_numpy.head_cost", lambda *args: (1, 2))


def test_a_relu_on_the_map_costs_one_property():
    def class_activation_map(features, weight, label):
        scores = np.maximum(np.tensordot(weight[label], features, 1), 0)
        return looped_class_activation_map(scores[None], np.ones((1, 1), scores.dtype), 0)

    assert ("negative: class_activation_map(array(1, 2, 2), array(1, 1), 0): 2 of 4 values differ; "
            "at (1, 0) expected 0.25, got 0. Negative values are evidence against the class: they "
            "are scaled like all others, without a ReLU."
            ) in message("gap_vs_fc_numpy.class_activation_map", class_activation_map)
    assert scored("gap_vs_fc_numpy.class_activation_map", class_activation_map).total == 9


def test_a_map_scaled_before_it_is_enlarged_is_told():
    def class_activation_map(features, head, x, label):
        small = looped_torch_class_activation_map(nn.Identity(), head, features(x), label)
        return F.interpolate(small[:, None], x.shape[2:], mode="bilinear")[:, 0]

    assert ("Scale the enlarged map: upsampling lowers the peak, which is to be 1."
            ) in message("gap_vs_fc_torch.class_activation_map", class_activation_map)
    assert scored("gap_vs_fc_torch.class_activation_map", class_activation_map).total == 9


def test_relu_and_dropout_left_out_of_the_convolutions_are_told():
    def fully_convolutional(features, classifier, feature_size):
        linear = [layer for layer in classifier if isinstance(layer, nn.Linear)]
        return nested_fully_convolutional(features, nn.Sequential(*linear), feature_size)

    said = message("gap_vs_fc_torch.fully_convolutional", fully_convolutional)
    assert "expected 5, got -16. The ReLUs stay where they are: here one turns -7 into 0." in said
    assert ("dropout: fully_convolutional(Sequential(Identity()), Sequential(Linear(1, 1), "
            "Dropout(1.0), Linear(1, 1)), 1)(array(1, 1, 1, 1)): output in train mode: 1 of 1 "
            "values differ; at (0, 0, 0, 0) expected 5, got 26.") in said
    assert scored("gap_vs_fc_torch.fully_convolutional", fully_convolutional).total == 8


def test_a_classifier_taken_apart_is_told():
    def fully_convolutional(features, classifier, feature_size):
        made = unfolded_fully_convolutional(features, classifier, feature_size)
        for i in reversed(range(len(classifier))):
            del classifier[i]
        return made

    assert "it changed classifier, which belongs to the caller: work on a copy." in message(
        "gap_vs_fc_torch.fully_convolutional", fully_convolutional)
    assert scored("gap_vs_fc_torch.fully_convolutional", fully_convolutional).total == 9


def test_dropout_in_eval_mode_is_told():
    class FlattenHead(ConvolvedFlattenHead):
        def forward(self, x):
            return self.second(F.dropout(self.first(x).clamp(min=0).flatten(1)))

    torch.manual_seed(0)
    assert ("The head is in eval mode, where dropout does nothing."
            ) in message("gap_vs_fc_torch.FlattenHead", FlattenHead)


def test_a_missing_dropout_costs_one_property():
    class FlattenHead(ConvolvedFlattenHead):
        def forward(self, x):
            return self.second(self.first(x).clamp(min=0).flatten(1))

    assert ("dropout: FlattenHead(1, 1, 2, 64)(array(1, 1, 1, 1)): number of images whose scores "
            "dropout changes: the value differs; expected 1, got 0."
            ) in message("gap_vs_fc_torch.FlattenHead", FlattenHead)
    assert scored("gap_vs_fc_torch.FlattenHead", FlattenHead).total == 8


def test_shared_weights_are_told():
    def linear_to_conv2d(linear, channels, height, width):
        conv = array_linear_to_conv2d(linear, channels, height, width)
        conv.weight.data = linear.weight.data.view_as(conv.weight)
        return conv

    assert ("copy: linear_to_conv2d(nn.Linear(4, 2), 1, 2, 2)(array(1, 1, 2, 2)): parameters of "
            "linear shared with the result: the value differs; expected 0, got 1."
            ) in message("gap_vs_fc_torch.linear_to_conv2d", linear_to_conv2d)
