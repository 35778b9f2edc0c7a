"""What right answers to the PyTorch pooling exercises are: points by property, cases at random."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from autograder.cases import DTYPE, ERRORS, INPUT, Case, Exercise, Observation, Strided
from autograder.checks import pooling_torch_examples as examples
from autograder.checks.adaptive import Adaptive, pyramids
from autograder.checks.consistency import observe_measurement, shift_consistency_cases
from autograder.checks.draw import batch, distinct, negative, peaks, several, tied, whole
from autograder.checks.pooling_layers import blur_cases, gem_cases, observe_blur, observe_gem
from autograder.checks.windows import TIED, Windows, pooling_windows, tied_maps
from autograder.observe_torch import ENGINE, observe

#: Any operator of any library with _pool in its name; backward passes run by autograd.
POOLING = r"^\w+::\w*_pool"
AUTOGRAD = f"^{ENGINE}"
#: Overlapping windows, gaps and pixels left over are all a matter of where windows start.
STRIDE = {"overlap": "stride", "gaps": "stride", "odd sizes": "stride"}


def _input(rng: np.random.Generator, windows: Windows | Adaptive) -> np.ndarray | Strided:
    draw = negative if windows.property in ("values", "padding") else distinct
    return windows.fill((1e4 if windows.mixed else 1.0) * draw(rng, *windows.shape))


def _max_pool2d_cases(rng: np.random.Generator) -> Iterator[Case]:
    for windows in pooling_windows(rng):
        name = STRIDE.get(windows.property, windows.property)
        yield _window_case(rng, name, windows, windows.arguments)
    yield from _max_pool2d_gradients(rng)


def _max_pool2d_function_cases(rng: np.random.Generator) -> Iterator[Case]:
    for windows in pooling_windows(rng):
        name = STRIDE.get(windows.property, windows.property)
        yield _window_case(rng, name, windows, windows.all_arguments)
    yield from _max_pool2d_gradients(rng)
    # The backward pass is the learner's own, so it is tried where one written by autograd need not.
    kernel, other = rng.permutation([2, 3, 4])[:2].tolist()
    yield Case("gradient", (distinct(rng, 1, 1, 2 * kernel, 5 * other), (kernel, other),
                            (kernel, other), 0), grad=whole(rng, 1, 1, 2, 5))
    images, channels = batch(rng)
    yield Case("gradient", (distinct(rng, images, channels, 4, 4), 2, 2, 0),
               grad=whole(rng, images, channels, 2, 2))
    yield Case("gradient", (distinct(rng, 1, 1, 6, 6), 2, 2, 0),
               grad=Strided(whole(rng, 1, 1, 3, 3)))


def _window_case(
    rng: np.random.Generator, name: str, windows: Windows, arguments: tuple
) -> Case:
    """Draw the case for windows, with a gradient where an input is mixed with other properties."""
    grad = whole(rng, *windows.output_shape) if windows.mixed and name == INPUT else None
    return Case(name, (_input(rng, windows), *arguments), grad=grad, error=windows.error,
                mixed=windows.mixed)


def _max_pool2d_gradients(rng: np.random.Generator) -> Iterator[Case]:
    for kernel, stride, side in ((3, 2, 7), (2, 1, several(rng, 4, 6)), (2, 3, 5)):
        out = (side - kernel) // stride + 1
        grad = whole(rng, 1, 1, out, out)
        yield Case("gradient", (distinct(rng, 1, 1, side, side), kernel, stride, 0), grad=grad)
    # As many windows with padding as without, and the same peaks in them: padding alone is no loss.
    yield Case("gradient", (peaks(rng, 6, (1, 4)), 3, 3, 1), grad=whole(rng, 1, 1, 2, 2))
    kernel = several(rng, 2, 3)
    grad = whole(rng, 1, 1, 3, 3)
    yield Case("ties", (tied(rng, 1, 1, 3 * kernel, 3 * kernel), kernel, kernel, 0), grad=grad)
    yield Case("ties", (np.ones((1, 1, 6, 6)), 3, 3, 0), grad=whole(rng, 1, 1, 2, 2))
    kernel, stride, padding = zip(*rng.permutation([(4, 1, 2), (3, 2, 1)]).tolist(), strict=True)
    windows = Windows("gradient", (2, 2, 5, 6), kernel, stride, padding)
    yield Case("gradient", (distinct(rng, *windows.shape), *windows.all_arguments),
               grad=whole(rng, *windows.output_shape), mixed=True)
    yield Case("ties", (tied_maps(rng), *TIED.all_arguments), grad=whole(rng, *TIED.output_shape),
               mixed=True)


def _observe_function(
    exercise: Exercise, learner: Any, case: Case, device: str = "cpu"
) -> Observation:
    """Observe also, where there is an input to keep, whether the backward pass kept its own."""
    if case.property != INPUT or case.grad is None or not isinstance(learner, type):
        return observe(exercise, learner, case, device)
    kept = []

    def backward(ctx: Any, grad_output: torch.Tensor) -> Any:
        before = grad_output.clone()
        found = learner.backward(ctx, grad_output)
        kept.append(before.equal(grad_output))
        return found

    watched = type(learner)(learner.__name__, (learner,), {"backward": staticmethod(backward)})
    seen = observe(exercise, watched, case, device)
    return seen if all(kept) else replace(seen, modified=("its input",))


def _spatial_pyramid_pool_cases(rng: np.random.Generator) -> Iterator[Case]:
    for windows in pyramids(rng):
        if windows.property != ERRORS:
            yield Case(windows.property, (_input(rng, windows),), init=windows.sizes,
                       mixed=windows.mixed)
    yield Case("gradient", (distinct(rng, 1, 1, 6, 6),), init=((2,),), grad=whole(rng, 1, 4))
    yield Case("gradient", (distinct(rng, 1, 1, 6, 6),), init=((1,),), grad=whole(rng, 1, 1))
    yield Case("gradient", (distinct(rng, 2, 2, 5, 7),), init=((1, 3, 2),),
               grad=whole(rng, 2, 2 * 14), mixed=True)
    # The peaks lie in the middle of the windows of a side that 2 does not divide.
    yield Case("gradient", (peaks(rng, 5, (1, 3)),), init=((2,),), grad=whole(rng, 1, 4))
    yield Case("ties", (tied(rng, 1, 1, 6, 6),), init=((2,),), grad=whole(rng, 1, 4))
    yield Case("ties", (np.ones((1, 1, 4, 4)),), init=((2,),), grad=whole(rng, 1, 4))


max_pool2d = Exercise(
    name="max_pool2d",
    points={"values": 1, "stride": 1, "rectangles": 1, "padding": 1, "batch": 1, "gradient": 1,
            "ties": 1, DTYPE: 1, INPUT: 1, ERRORS: 1},
    examples=examples.MAX_POOL2D,
    cases=_max_pool2d_cases,
    observe=observe,
    forbidden=POOLING,
)

MaxPool2dFunction = Exercise(
    name="MaxPool2dFunction",
    points=max_pool2d.points,
    examples=examples.MAX_POOL2D_FUNCTION,
    cases=_max_pool2d_function_cases,
    observe=_observe_function,
    forbidden=f"{POOLING}|{AUTOGRAD}",
)

GeMPool2d = Exercise(
    name="GeMPool2d",
    points={"values": 2, "clamp": 2, "gradient": 2, "learnable p": 1, "batch": 1, DTYPE: 1,
            INPUT: 1},
    examples=examples.GEM_POOL2D,
    cases=gem_cases,
    observe=observe_gem,
)

BlurPool2d = Exercise(
    name="BlurPool2d",
    points={"values": 1, "stride": 1, "odd sizes": 1, "padding": 2, "batch": 1, "buffer": 1,
            "gradient": 1, DTYPE: 1, INPUT: 1},
    examples=examples.BLUR_POOL2D,
    cases=blur_cases,
    observe=observe_blur,
)

SpatialPyramidPool = Exercise(
    name="SpatialPyramidPool",
    points={"values": 1, "order": 1, "levels": 1, "uneven": 1, "rectangles": 1, "gradient": 1,
            "ties": 1, "batch": 1, DTYPE: 1, INPUT: 1},
    examples=examples.SPATIAL_PYRAMID_POOL,
    cases=_spatial_pyramid_pool_cases,
    observe=observe,
)

shift_consistency = Exercise(
    name="shift_consistency",
    points={"values": 2, "shifts": 2, "batch": 1, "modes": 2, "gradients": 1, DTYPE: 1, INPUT: 1},
    examples=examples.SHIFT_CONSISTENCY,
    cases=shift_consistency_cases,
    observe=observe_measurement,
)
