"""A case sets the parameters of a learner's module."""

import numpy as np
import pytest
import torch
from torch import nn

from autograder.cases import Case, Exercise, WrongType
from autograder.observe_torch import observe
from autograder.weights import fill, named


def net():
    return nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1, bias=False))


def test_one_parameter_and_all_of_a_submodule_are_set():
    module = net()
    fill(module, {"0": (np.ones((3, 2)), np.zeros(3)), "2.weight": np.full((1, 3), 2.0)})
    assert module(torch.ones(1, 2)).item() == 12


def test_the_empty_place_is_the_module_itself():
    weights = {"": (np.ones((3, 2)), np.zeros(3), np.ones((1, 3)))}
    module = net()
    fill(module, weights)
    assert list(named(module, weights)) == ["[0]", "[1]", "[2]"]
    assert module[2].weight.tolist() == [[1, 1, 1]]


@pytest.mark.parametrize(("weights", "message"), [
    ({"2.weight": np.zeros((3, 1))}, r"expected 2.weight of shape \(3, 1\), got \(1, 3\)"),
    ({"2": (np.zeros((1, 3)), np.zeros(1))},
     r"expected parameters in 2 of shape \(1, 3\), \(1,\), got \(1, 3\)"),
    ({"scale": np.zeros(1)}, "expected 'scale' to be an nn.Parameter, got NoneType"),
    ({"1.bias": (np.zeros(1),)}, "expected '1.bias' to be an nn.Module, got NoneType"),
])
def test_what_does_not_fit_is_named(weights, message):
    with pytest.raises(WrongType, match=message):
        fill(net(), weights)


def test_gradients_go_by_the_places_that_were_filled():
    exercise = Exercise("Net", {"values": 10}, (), lambda rng: (), observe)

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.anything = nn.Linear(2, 1, bias=False)

        def forward(self, x):
            return self.anything(x)

    case = Case("values", (np.array([[1.0, 2.0]]),), weights={"": (np.array([[3.0, 4.0]]),)},
                grad=np.array([[1.0]]))
    seen = observe(exercise, Net, case)
    assert seen.values["output"].array.tolist() == [[11]]
    assert seen.values["gradient of [0]"].array.tolist() == [[1, 2]]
    assert seen.values["gradient of x"].array.tolist() == [[3, 4]]
