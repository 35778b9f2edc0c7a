"""What is measured of a net of the learner's own, step by step.

The digits told right are sure: hidden pictures go to the learner's process without their labels.
The rules of the recipe are kept by honest code only. That process itself counts the net's numbers,
looks whether it has learnt before, and trains it; code that tampers with it, tensors that no
attribute of a module holds, weights learnt elsewhere whose last layer is new, or a `forward` that
recognises digits without learning, are for whoever reads the answer to see.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from autograder.cases import Case, Example, Exercise, Observation, Value, failed
from autograder.checks import recipe
from autograder.checks.pictures import draw, draw_labels

#: What is noted, in the words of the messages.
SHAPE, NUMBERS, DIGITS = "shape of the scores", "numbers", "digits"
#: By property: pixels that the digit is off the middle at most, percent to be told right.
STEPS = {"learning": (0, 50), "accuracy": (0, 90), "shift 4": (4, 55), "shift 6": (6, 65)}
#: Hidden pictures a step.
PICTURES = 1000


def observe_net(
    exercise: Exercise, build_model: Any, case: Case, device: str = "cpu"
) -> Observation:
    """Return what the case's property is about: scores' shape, size, or the digits seen.

    Visible pictures are drawn here; hidden ones are the case's argument.
    """
    try:
        if case.property in STEPS:
            pictures = case.args[0] if case.args else recipe.visible_pictures(**case.kwargs)[0]
            net = recipe.trained(build_model, device)
            return Observation(
                {DIGITS: _value(recipe.digits(net, recipe.as_input(pictures, device)))})
        with torch.random.fork_rng():
            net = build_model().to(device)
        if case.property == "budget":
            return Observation({NUMBERS: _value(recipe.count(net))})
        return Observation({SHAPE: _value(recipe.scores_shape(net, case.args[0], device))})
    except Exception as error:
        return failed(error)


def _value(number: Any) -> Value:
    array = np.asarray(number)
    return Value(array, str(array.dtype))


def measure_net(case: Case, seen: Observation, expected: Observation) -> tuple[str, bool]:
    """Return what was measured, in words, and whether it is enough for the case's property."""
    try:
        if case.property == "runs":
            return _shape_told(seen, expected)
        if case.property == "budget":
            # Whatever came, as a number that can be printed.
            numbers = int(np.nan_to_num(seen.values[NUMBERS].array.ravel()[0]).clip(0, 10**9))
            return (f"the net holds {numbers:,} numbers, of at most {recipe.BUDGET:,}",
                    numbers <= recipe.BUDGET)
        return _accuracy_told(case.property, seen, expected)
    except (KeyError, IndexError):
        return "what came back is not what was asked for", False


def _shape_told(seen: Observation, expected: Observation) -> tuple[str, bool]:
    got, want = (tuple(one.values[SHAPE].array.ravel()[:5].astype(int).tolist())
                 for one in (seen, expected))
    return f"the scores have the shape {got}, expected {want}", got == want


def _accuracy_told(step: str, seen: Observation, expected: Observation) -> tuple[str, bool]:
    shift, needed = STEPS[step]
    got, labels = seen.values[DIGITS].array, expected.values[DIGITS].array
    if got.shape != labels.shape:
        return "it does not give one row of scores for each picture", False
    percent = 100 * float(np.mean(got == labels))
    place = f"up to {shift} pixels off the middle" if shift else "in the middle"
    # Rounded down: 89.96 is not 90.
    return (f"{np.floor(10 * percent) / 10:g} % of {len(labels)} digits {place} are told right, "
            f"{needed} % are needed"), percent >= needed


def net_cases(rng: np.random.Generator) -> Iterator[Case | Example]:
    """Draw cases for `build_model`; the labels of pictures stay with whoever draws them."""
    for images in (1, 3):
        yield Case("runs", (images,))
    yield Case("budget")
    for shift in dict.fromkeys(shift for shift, _ in STEPS.values()):
        labels = draw_labels(rng, PICTURES)
        pictures = draw(rng, labels, shift)
        for step in STEPS:
            if STEPS[step][0] == shift:
                yield Example(Case(step, (pictures,)), {DIGITS: labels})
