"""Every exercise: right answers earn all points, trivial ones none, mutants lose their properties.

`autograder verify` judges references and mutants too, and looks for the hints that they trigger,
but on one draw of the hidden cases: see test_verify.py. Here, in this process, are other draws.
What is particular to a chapter stands in a file of its own, test_checks_<chapter>.py.
"""

import pickle
import warnings

import numpy as np
import pytest
import torch
from torch import nn

from answers import ALL, ROOT, reference, run, scored, source
from autograder.grading import score
from autograder.grading.verify import read_mutants
from autograder.visible import find_exercise

every_exercise = pytest.mark.parametrize("address", ALL)
#: What an answer of zeros, made of the reference's, can be right about.
NOT_ABOUT_VALUES = {"errors", "parameters", "initialisation", "padding_idx", "flat", "zero"}
#: What a function that returns its argument is right about.
SAME = {
    "gap_vs_fc_numpy.global_avg_pool2d": {"dtype"},
    "kernel_size_torch.merge_branches": {"layer"},
}


def earned(address, answer):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {name for name, points in scored(address, answer).earned.items() if points}


@every_exercise
def test_an_exercise_is_worth_10_points_and_tests_every_property_in_both_ways(address):
    exercise = find_exercise(address)
    first, again, other = (list(exercise.cases(np.random.default_rng(s))) for s in (0, 0, 1))
    assert exercise.max_points == 10
    assert {case.property for case in first} == set(exercise.points) and len(first) <= 45
    assert {example.case.property for example in exercise.examples} == set(exercise.points)
    assert repr(first) == repr(again) != repr(other)


def draws(address, count):
    """Return seeds other than that of `autograder verify`; none where an answer trains a net."""
    return () if find_exercise(address).measure else range(1, 1 + count)


@every_exercise
def test_the_reference_earns_everything_whatever_is_drawn(address):
    for seed in draws(address, 5):
        assert scored(address, reference(address), seed).faults == {}


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@pytest.mark.parametrize("address", [one for one in ALL if "_torch." in one])
def test_the_reference_earns_everything_on_a_gpu(address):
    for seed in range(3):
        assert scored(address, reference(address), seed, "cuda").faults == {}


@pytest.fixture
def expected_once(monkeypatch):
    """Ask the reference once for each case: all mutants of an exercise get the same ones."""
    expected, known = score.expected, {}

    def remembered(exercise, reference, case, device):
        key = pickle.dumps(case)
        if key not in known:
            known[key] = expected(exercise, reference, case, device)
        return known[key]

    monkeypatch.setattr(score, "expected", remembered)


@every_exercise
def test_every_mutant_loses_exactly_its_properties_on_other_draws_too(address, expected_once):
    notebook, name = address.split(".")
    for mutant in read_mutants(notebook, name, source(notebook), ROOT):
        if mutant.device != "cpu":
            continue
        answer = run(notebook, mutant.source)[name]
        # With that of `autograder verify` three in the chapter that a class is graded on in tests.
        for seed in draws(address, 2 if address.startswith("pooling_") else 1):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                lost = set(scored(address, answer, seed).faults)
            assert (mutant.name, seed, lost) == (mutant.name, seed, mutant.loses)


# What earns nothing, or next to nothing.

def in_its_form(address, function, module, autograd_function):
    """Return the answer in the form that an exercise asks for."""
    right = reference(address)
    if not isinstance(right, type):
        return function
    return autograd_function if issubclass(right, torch.autograd.Function) else module


def refuse(*args, **options):
    raise ValueError("0 1 2 3 4 5 6 7 8 9 10 11 12 13")


class Refuse(nn.Module):
    def __init__(self, *args, **options):
        super().__init__()
        self.weight = self.bias = self.p = nn.Parameter(torch.ones(1))

    forward = refuse


class RefusingFunction(torch.autograd.Function):
    forward = staticmethod(refuse)


class Same(Refuse):
    def forward(self, x):
        return x * 1


class SameFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, *args):
        return x * 1

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output, None, None, None


@every_exercise
def test_refusing_everything_earns_nothing(address):
    assert earned(address, in_its_form(address, refuse, Refuse, RefusingFunction)) == set()


@every_exercise
def test_returning_the_input_earns_nothing_but_what_is_right_about_it(address):
    answer = in_its_form(address, lambda first, *args, **options: first, Same, SameFunction)
    assert earned(address, answer) == SAME.get(address, set())


def zeros(found):
    """Return what came with all values 0, whatever it is made of; for a network, a function."""
    if isinstance(found, tuple):
        return tuple(map(zeros, found))
    if isinstance(found, dict):
        return {name: zeros(one) for name, one in found.items()}
    return (lambda x: zeros(found(x))) if isinstance(found, nn.Module) else found * 0


def all_zeros(address):
    right = reference(address)
    if not isinstance(right, type):
        return lambda *args, **options: zeros(right(*args, **options))

    def forward(*args):
        return zeros(right.forward(*args))

    static = issubclass(right, torch.autograd.Function)
    return type(right.__name__, (right,), {"forward": staticmethod(forward) if static else forward})


@every_exercise
def test_zeros_of_the_right_shape_earn_nothing_that_is_about_values(address):
    assert earned(address, all_zeros(address)) <= NOT_ABOUT_VALUES
