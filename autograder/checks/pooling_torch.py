"""What right answers to the PyTorch pooling exercises are: points by property, cases at random."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.cases import DTYPE, ERRORS, INPUT, Case, Exercise, Strided
from autograder.checks import pooling_torch_examples as examples
from autograder.checks.adaptive import Adaptive, pyramids
from autograder.checks.consistency import observe_measurement, shift_consistency_cases
from autograder.checks.draw import batch, distinct, negative, peaks, several, tied, whole
from autograder.checks.pooling_layers import blur_cases, gem_cases, observe_blur, observe_gem
from autograder.checks.windows import Windows, pooling_windows
from autograder.observe_torch import ENGINE, observe

#: Any operator of any library with _pool in its name; backward passes run by autograd.
POOLING = r"^\w+::\w*_pool"
AUTOGRAD = f"^{ENGINE}"
#: Overlapping windows, gaps and pixels left over are all a matter of where windows start.
STRIDE = {"overlap": "stride", "gaps": "stride", "odd sizes": "stride"}


def _input(rng: np.random.Generator, windows: Windows | Adaptive) -> np.ndarray | Strided:
    draw = negative if windows.property in ("values", "padding") else distinct
    return windows.fill(draw(rng, *windows.shape))


def _max_pool2d_cases(rng: np.random.Generator) -> Iterator[Case]:
    for windows in pooling_windows(rng):
        name = STRIDE.get(windows.property, windows.property)
        yield Case(name, (_input(rng, windows), *windows.arguments), error=windows.error)
    yield from _max_pool2d_gradients(rng)


def _max_pool2d_function_cases(rng: np.random.Generator) -> Iterator[Case]:
    for windows in pooling_windows(rng):
        name = STRIDE.get(windows.property, windows.property)
        yield Case(name, (_input(rng, windows), *windows.all_arguments), error=windows.error)
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


def _max_pool2d_gradients(rng: np.random.Generator) -> Iterator[Case]:
    for kernel, stride, side in ((3, 3, 6), (3, 2, 7), (2, 1, several(rng, 4, 6)), (2, 3, 5)):
        out = (side - kernel) // stride + 1
        grad = whole(rng, 1, 1, out, out)
        yield Case("gradient", (distinct(rng, 1, 1, side, side), kernel, stride, 0), grad=grad)
    # As many windows with padding as without, and the same peaks in them: padding alone is no loss.
    yield Case("gradient", (peaks(rng, 6, (1, 4)), 3, 3, 1), grad=whole(rng, 1, 1, 2, 2))
    for kernel in (2, 3):
        size = kernel * several(rng, 2, 3)
        grad = whole(rng, 1, 1, size // kernel, size // kernel)
        yield Case("ties", (tied(rng, 1, 1, size, size), kernel, kernel, 0), grad=grad)
    yield Case("ties", (np.ones((1, 1, 6, 6)), 3, 3, 0), grad=whole(rng, 1, 1, 2, 2))


def _spatial_pyramid_pool_cases(rng: np.random.Generator) -> Iterator[Case]:
    for windows in pyramids(rng):
        if windows.property != ERRORS:
            yield Case(windows.property, (_input(rng, windows),), init=windows.sizes)
    yield Case("gradient", (distinct(rng, 1, 1, 6, 6),), init=((2,),), grad=whole(rng, 1, 4))
    yield Case("gradient", (distinct(rng, 1, 1, 6, 6),), init=((1,),), grad=whole(rng, 1, 1))
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
    observe=observe,
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
