"""What is particular to the capstone's checks; what all have in common is in test_checks.py."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from answers import message, reference, scored
from autograder import check
from autograder.cases import Case, Observation, Value
from autograder.checks import recipe
from autograder.checks.own_nets import DIGITS, NUMBERS, SHAPE, STEPS, measure_net
from autograder.checks.without_pooling_torch import build_model
from autograder.grading.score import hidden_cases, score
from autograder.grading.seeds import COURSE, seed_for

CONV, MLP, NET = (f"without_pooling_torch.{name}"
                  for name in ("conv2d_to_linear", "mlp_of_size", "build_model"))


# conv2d_to_linear and mlp_of_size.

def by_jacobian(conv, input_size):
    h, w = input_size if isinstance(input_size, tuple) else (input_size, input_size)
    zeros = torch.zeros(1, conv.in_channels, h, w, dtype=conv.weight.dtype)
    weight = torch.autograd.functional.jacobian(lambda x: conv(x).flatten(), zeros)
    linear = nn.Linear(zeros.numel(), len(weight), conv.bias is not None, dtype=zeros.dtype)
    linear.weight.data = weight.flatten(1)
    if conv.bias is not None:
        linear.bias.data = conv(zeros).detach().flatten()
    return linear


def by_loops(conv, input_size):
    h, w = input_size if isinstance(input_size, tuple) else (input_size, input_size)
    (sh, sw), (ph, pw), (dh, dw) = conv.stride, conv.padding, conv.dilation
    out, per_group, kh, kw = conv.weight.shape
    oh, ow = (h + 2 * ph - dh * (kh - 1) - 1) // sh + 1, (w + 2 * pw - dw * (kw - 1) - 1) // sw + 1
    weight = torch.zeros(out, oh, ow, conv.in_channels, h, w, dtype=conv.weight.dtype)
    for o, i, j, c, a, b in np.ndindex(out, oh, ow, per_group, kh, kw):
        y, x = i * sh + a * dh - ph, j * sw + b * dw - pw
        if 0 <= y < h and 0 <= x < w:
            first = o // (out // conv.groups) * per_group
            weight[o, i, j, first + c, y, x] = conv.weight[o, c, a, b].item()
    linear = nn.Linear(conv.in_channels * h * w, out * oh * ow, conv.bias is not None)
    linear = linear.to(conv.weight.dtype)
    linear.weight.data = weight.view(out * oh * ow, -1)
    if conv.bias is not None:
        linear.bias.data = conv.bias.detach()[:, None].repeat(1, oh * ow).flatten()
    return linear


class LastLayerFirst(nn.Module):
    def __init__(self, inputs, classes, parameters):
        super().__init__()
        sizes = range(1, parameters + 2)
        count = [size * (inputs + 1 + classes) + classes for size in sizes]
        hidden = min(sizes, key=lambda size: abs(count[size - 1] - parameters))
        self.last, self.first = nn.Linear(hidden, classes), nn.Linear(inputs, hidden)

    def forward(self, x):
        return self.last(F.relu(self.first(x)))


def behind_flatten(inputs, classes, parameters):
    return nn.Sequential(nn.Flatten(), *reference(MLP)(inputs, classes, parameters))


@pytest.mark.parametrize(("address", "answer"), [
    (CONV, by_jacobian), (CONV, by_loops), (MLP, LastLayerFirst), (MLP, behind_flatten)])
def test_right_answers_in_other_ways_earn_everything(address, answer):
    for seed in range(3):
        assert scored(address, answer, seed).faults == {}


def test_a_stride_that_is_ignored_is_told_by_the_shapes():
    def answer(conv, size):
        conv.stride = (1, 1)
        return reference(CONV)(conv, size)

    said = message(CONV, answer)
    assert "stride: conv2d_to_linear(Conv2d(1, 1, 1, stride=2), 3)(array(1, 1, 3, 3))" in said
    assert "expected shape (1, 4), got (1, 9). The convolution's stride counts" in said


def test_a_net_that_stays_below_its_size_is_told_how_far_it_is():
    def answer(inputs, classes, parameters):
        return reference(MLP)(inputs, classes, parameters - inputs)

    assert ("size: mlp_of_size(4, 3, 32): how far its number of parameters is from what is asked: "
            "the value differs; expected 3, got 5. Closest may be above" in message(MLP, answer))


def test_a_bias_in_the_wrong_order_is_told_with_a_hint():
    def answer(conv, size):
        linear = reference(CONV)(conv, size)
        if conv.bias is not None:
            linear.bias.data = conv.bias.detach().repeat(len(linear.bias) // conv.out_channels)
        return linear

    said = message(CONV, answer)
    assert "✗ conv2d_to_linear: 12 of 13 examples are right" in said
    assert "bias: conv2d_to_linear(Conv2d(1, 2, 1), 2)(array(1, 1, 2, 2)): 4 of 8 values" in said
    assert "once for each pixel of that channel's output" in said


# build_model: what a net is worth.

def mlp():
    return nn.Sequential(nn.Flatten(), nn.Linear(1024, 19), nn.ReLU(), nn.Linear(19, 10))


def conv(inside, outside, stride=1, norm=True):
    layers = [nn.Conv2d(inside, outside, 3, stride, 1), nn.BatchNorm2d(outside), nn.ReLU()]
    return layers if norm else [layers[0], layers[2]]


class Mean(nn.Module):
    def forward(self, x):
        return x.mean((2, 3))


class Maximum(nn.Module):
    def forward(self, x):
        return x.amax((2, 3))


def max_pooling():
    return nn.Sequential(*conv(1, 12), nn.MaxPool2d(2), *conv(12, 24), nn.MaxPool2d(2),
                         *conv(24, 48), Mean(), nn.Linear(48, 10))


def all_convolutions_without_batch_norm():
    return nn.Sequential(*conv(1, 12, 1, False), *conv(12, 24, 2, False), *conv(24, 48, 2, False),
                         nn.Conv2d(48, 10, 1), Mean())


def average_pooling_and_the_maximum():
    return nn.Sequential(*conv(1, 12), nn.AvgPool2d(2), *conv(12, 24), nn.AvgPool2d(2),
                         *conv(24, 48), Maximum(), nn.Linear(48, 10))


@pytest.mark.parametrize("design", [
    max_pooling, all_convolutions_without_batch_norm, average_pooling_and_the_maximum])
def test_several_designs_earn_everything_on_every_courses_pictures(design):
    for seed in (3, 4):
        assert scored(NET, design, seed).faults == {}


def test_the_learner_reads_what_was_measured_which_steps_are_reached_and_what_the_next_needs():
    said = message(NET, mlp)
    assert "✗ build_model: 4 of 6 examples are right" in said
    assert "% of 500 digits up to 4 pixels off the middle are told right, 55 % are needed" in said
    assert "What would tell a digit anywhere?" in said
    assert "✓ budget: the net holds 19,675 numbers, of at most 20,000." in said
    assert "✓ accuracy: 9" in said and "✓ shift" not in said


def test_a_net_that_is_right_is_told_its_numbers_too(capsys):
    check(NET, reference(NET))
    said = capsys.readouterr().out
    assert "✓ build_model: all 6 examples are right" in said and "✓ shift 6: " in said


def test_a_net_over_the_budget_is_told_once_and_not_trained():
    said = message(NET, lambda: nn.Sequential(nn.Flatten(), nn.Linear(1024, 20)))
    assert "✗ build_model: 0 of 6" in said and "the shape (2, 20), expected (2, 10)" in said
    said = message(NET, lambda: nn.Sequential(nn.Flatten(), nn.Linear(1024, 25), nn.Linear(25, 10)))
    assert "the net holds 25,885 numbers, of at most 20,000" in said
    assert "learning: build_model(): not trained: the net holds 25,885" in said
    assert "ReLU" not in said


def test_a_net_that_is_too_slow_is_told_the_limit_and_where_it_was(monkeypatch):
    monkeypatch.setattr(recipe, "PATIENCE", 0.05)
    assert ("training was stopped after 0.05 seconds of processor time, in epoch 1 of 10"
            in message(NET, reference(NET)))


# build_model: the recipe.

def test_every_tensor_in_a_net_counts_once_but_what_batch_norm_notes():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2))
            self.again = self.layers[0]
            self.frozen = nn.Parameter(torch.ones(100), requires_grad=False)
            self.register_buffer("kept", torch.ones(1000), persistent=False)
            self.listed = {"a": [torch.ones(10000), (torch.ones(100000),)], "b": "c"}

    assert recipe.count(Net()) == 20 + 4 + 111100


def test_the_same_net_sees_the_same_digits_and_nothing_around_it_changes():
    pictures, _ = recipe.visible_pictures(seed=5, count=100, shift=6)
    threads, state = torch.get_num_threads(), torch.get_rng_state()
    once, again = (recipe.digits(recipe.trained(build), recipe.as_input(pictures))
                   for build in (mlp, lambda: mlp()))
    assert np.array_equal(once, again)
    assert torch.equal(torch.get_rng_state(), state) and torch.get_num_threads() == threads


def test_a_net_is_trained_once_for_all_steps_and_again_for_each_check(monkeypatch):
    calls = []

    def build():
        calls.append("build")
        return mlp()

    monkeypatch.setattr(recipe, "_train", lambda net, device: calls.append("train"))
    for times in (1, 2):
        message(NET, build)
        assert calls.count("train") == times
    scored(NET, build)
    assert calls.count("train") == 3


# build_model: hidden pictures.

def test_nothing_that_is_asked_tells_a_label():
    asked = []

    def ask(case):
        asked.append(case)
        return Observation()

    score(build_model, ask, reference(NET), 0)
    hidden = [case for case in asked if case.property in STEPS and case.args]
    assert len(hidden) == len(STEPS)
    for case in hidden:
        (pictures,) = case.args
        assert pictures.shape == (1000, 1, 32, 32) and pictures.dtype == np.uint8
        assert case == Case(case.property, case.args)


def test_all_students_and_runs_of_a_course_get_the_same_pictures_and_no_other_course(tmp_path):
    seeds = [seed_for(tmp_path, student, "without_pooling_torch", run)
             for student, run in (("ada", 0), ("ada", 1), ("bela", 0))]
    (tmp_path / "other").mkdir()
    other = seed_for(tmp_path / "other", "ada", "without_pooling_torch", 0)
    assert len({*seeds, other}) == 4
    assert len({seed % COURSE for seed in seeds}) == 1 != len({seeds[0] % COURSE, other % COURSE})
    first, second, third = (next(one for one in hidden_cases(build_model, seed)
                                 if one.property == "shift 6") for seed in (*seeds[:2], other))
    assert np.array_equal(first.case.args[0], second.case.args[0])
    assert np.array_equal(first.expected[DIGITS], second.expected[DIGITS])
    assert not np.array_equal(first.case.args[0], third.case.args[0])


@pytest.mark.parametrize(("step", "name", "array", "words"), [
    ("runs", SHAPE, np.full(10**6, 1e300), "expected (2, 10)"),
    ("runs", "nothing", np.ones(1), "not what was asked for"),
    ("budget", NUMBERS, np.array([np.inf]), "1,000,000,000 numbers"),
    ("budget", NUMBERS, np.ones(0), "not what was asked for"),
    ("accuracy", DIGITS, np.ones((3, 3)), "one row of scores for each picture"),
    ("accuracy", DIGITS, np.full(4, np.nan), "0 % of 4 digits")])
def test_a_forged_reply_earns_nothing_and_is_told_in_a_line(step, name, array, words):
    wanted = {SHAPE: np.array([2.0, 10.0]), DIGITS: np.arange(4.0)}
    expected = Observation({key: Value(value, "float64") for key, value in wanted.items()})
    with np.errstate(invalid="ignore"):
        said, enough = measure_net(Case(step), Observation({name: Value(array, "x")}), expected)
    assert words in said and len(said) < 200 and not enough
