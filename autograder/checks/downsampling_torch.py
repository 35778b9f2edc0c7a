"""What right answers to the PyTorch downsampling exercises are: points by property, cases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from autograder.cases import DTYPE, INPUT, Case, Exercise, Observation, Strided
from autograder.checks import downsampling_torch_examples as examples
from autograder.checks.draw import batch, distinct, framed, several, whole
from autograder.checks.gradient_norm import GRAD, gradient_norm_cases, observe_gradient_norm
from autograder.checks.replacement import observe_replacement, replace_pooling_cases
from autograder.checks.shortcuts import (
    observe_pool_shortcut,
    observe_projection,
    pool_shortcut_cases,
    projection_shortcut_cases,
)
from autograder.observe_torch import observe

#: Any operator of any library that runs a transposed convolution.
TRANSPOSED = r"^\w+::\w*(conv_transpose|convolution_transpose|conv\dd_transpose)"


def _resize_conv_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Draw maps in a frame of zeros, but where the padding is the point."""
    def case(name: str, kernel: Any, scale: int, x: Any, channels: tuple[int, int] = (1, 1),
             grad: np.ndarray | None = None, dtype: str = "float64", mixed: bool = False) -> Case:
        inside, outside = channels
        kh, kw = kernel if isinstance(kernel, tuple) else (kernel, kernel)
        weights = rng.normal(size=(outside, inside, kh, kw)), rng.normal(size=outside)
        x = replace(x, array=x.array.astype(dtype)) if isinstance(x, Strided) else x.astype(dtype)
        return Case(name, (x,), init=(inside, outside, kernel, scale), grad=grad,
                    weights={"conv": weights}, mixed=mixed)

    for kernel in (1, 3):
        yield case("values", kernel, 2, framed(rng, 1, 1, 1, several(rng, 4, 5), 4))
    for scale in (1, 3, 4):
        yield case("scale", 1, scale, distinct(rng, 1, 1, 3, 3))
    for kernel, scale in ((3, 2), (5, 2), (3, 1), (7, 3)):
        yield case("padding", kernel, scale, distinct(rng, 1, 1, 3, 3))
    low, high = rng.permutation([1, 2, 3])[:2].tolist()
    yield case("rectangles", 1, 2, distinct(rng, 1, 1, low, high))
    for kernel in ((1, 3), (5, 1), (2 * low + 1, 2 * high + 1)):
        yield case("rectangles", kernel, 2, framed(rng, 3, 1, 1, 8, 8))
    images, channels = batch(rng)
    yield case("batch", 1, 2, distinct(rng, images, 1, 2, 2))
    yield case("batch", 1, 2, distinct(rng, 1, channels, 2, 2), (channels, images))
    yield case("batch", 3, 2, framed(rng, 1, images, channels, 4, 4), (channels, 1))
    yield case("gradient", 1, 2, distinct(rng, 1, 1, 2, 3), grad=whole(rng, 1, 1, 4, 6))
    grad = np.floor(framed(rng, 2, 1, 2, 8, 8))
    yield case("gradient", 3, 2, framed(rng, 1, 1, 2, 4, 4), (2, 2), grad)
    for dtype in ("float32", "float64"):
        yield case(DTYPE, 1, 2, distinct(rng, 1, 1, 3, 3), dtype=dtype)
    yield case(INPUT, 1, 2, distinct(rng, 1, 1, 3, 3))
    yield case(INPUT, 1, 2, Strided(distinct(rng, 1, 1, 3, 3)))
    yield case("rectangles", (3, 5), 2, distinct(rng, images, channels, low, high),
               (channels, images), whole(rng, images, images, 2 * low, 2 * high), mixed=True)


def _observe_resize(
    exercise: Exercise, learner: Any, case: Case, device: str = "cpu"
) -> Observation:
    """Observe a layer that has met a map of another size before, where a case is mixed."""
    if not case.mixed or not isinstance(learner, type):
        return observe(exercise, learner, case, device)

    class Met(learner):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            learner.forward(self, x.detach().mT)
            return learner.forward(self, x)

    return observe(exercise, Met, case, device)


replace_pooling = Exercise(
    name="replace_pooling",
    points={"geometry": 2, "channels": 2, "nesting": 2, "ReLU": 1, "other layers": 1, "copy": 1,
            DTYPE: 1},
    examples=examples.REPLACE_POOLING,
    cases=replace_pooling_cases,
    observe=observe_replacement,
    arguments=("model",),
)

PoolShortcut = Exercise(
    name="PoolShortcut",
    points={"values": 1, "channels": 1, "stride": 2, "rectangles": 1, "batch": 1, "gradient": 1,
            "no weights": 1, DTYPE: 1, INPUT: 1},
    examples=examples.POOL_SHORTCUT,
    cases=pool_shortcut_cases,
    observe=observe_pool_shortcut,
)

ProjectionShortcut = Exercise(
    name="ProjectionShortcut",
    points={"values": 2, "stride": 1, "rectangles": 1, "channels": 1, "eval mode": 1,
            "gradient": 1, "parameters": 1, DTYPE: 1, INPUT: 1},
    examples=examples.PROJECTION_SHORTCUT,
    cases=projection_shortcut_cases,
    observe=observe_projection,
)

first_layer_gradient_norm = Exercise(
    name="first_layer_gradient_norm",
    points={"values": 2, "first parameter": 2, "batch": 1, "mode": 1, GRAD: 2, DTYPE: 1, INPUT: 1},
    examples=examples.FIRST_LAYER_GRADIENT_NORM,
    cases=gradient_norm_cases,
    observe=observe_gradient_norm,
    arguments=("x", "target"),
)

ResizeConv2d = Exercise(
    name="ResizeConv2d",
    points={"values": 2, "scale": 1, "padding": 1, "rectangles": 1, "batch": 1, "gradient": 2,
            DTYPE: 1, INPUT: 1},
    examples=examples.RESIZE_CONV2D,
    cases=_resize_conv_cases,
    observe=_observe_resize,
    forbidden=TRANSPOSED,
)
