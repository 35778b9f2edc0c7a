"""Cases for blocks whose convolutions follow each other, each with weights for one property."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from torch import nn

from autograder.cases import DTYPE, INPUT, Case, Exercise, Observation, Strided
from autograder.checks.draw import batch, positive, several, signed
from autograder.checks.stacked import constant, conv, observe_counted


def _output_size(size: tuple[int, int], kernel: Any, stride: Any, padding: Any) -> tuple[int, ...]:
    """Return floor((size + 2 padding - kernel) / stride) + 1 of height and width."""
    pairs = [one if isinstance(one, tuple) else (one, one) for one in (kernel, stride, padding)]
    return tuple((side + 2 * p - k) // s + 1
                 for side, k, s, p in zip(size, *pairs, strict=True))


def mlpconv_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Draw cases for `MLPConv`; all values are positive but where the ReLUs are the point."""
    def case(name: str, kernel: Any = 1, padding: Any = 0, size: tuple = (4, 4), images: int = 1,
             draw: Any = positive, **more: Any) -> Case:
        inside, outside = several(rng, 1, 3), several(rng, 2, 4)
        weights = (*conv(rng, inside, outside, kernel, draw),
                   *conv(rng, outside, outside, 1, draw), *conv(rng, outside, outside, 1, draw))
        x = draw(rng, images, inside, *size)
        if more.pop("backward", False):
            above = (images, outside, *_output_size(size, kernel, 1, padding))
            more["grad"] = draw(rng, *above)
        return Case(name, (x,), init=(inside, outside, kernel, padding), weights={"": weights},
                    **more)

    yield case("values")
    yield case("values", several(rng, 2, 4))
    yield case("values", 3, images=several(rng, 2, 3))
    for position in (0, 2, 4):
        # One convolution gives a negative constant; its ReLU makes that 0.
        one = case("relu")
        weights = one.weights[""]
        below = constant(weights[position : position + 2], -1.0)
        weights = (*weights[:position], *below, *weights[position + 2 :])
        yield Case("relu", one.args, init=one.init, weights={"": weights})
    for kernel, padding in ((3, 1), (5, 2), (3, 2), (2, 1)):
        yield case("padding", kernel, padding)
    low, high = rng.permutation([1, 2, 3])[:2].tolist()
    yield case("rectangles", (low, high))
    yield case("rectangles", 1, (low, high - 1))
    yield case("rectangles", 2, size=(low + 2, high + 3))
    small, large = several(rng, 1, 3), several(rng, 4, 9)
    for init in ((small, large, 3, 1), (large, small, (1, 4), 0)):
        yield Case("parameters", (np.zeros((1, init[0], 5, 5)),), init=init)
    yield case("gradient", 2, size=(3, 4), draw=signed, backward=True)
    yield case("gradient", 1, draw=signed, backward=True)
    for dtype in ("float32", "float64"):
        one = case(DTYPE)
        yield Case(DTYPE, (one.args[0].astype(dtype),), init=one.init, weights=one.weights)
    for wrap in (np.negative, Strided):
        one = case(INPUT)
        # Its first bias keeps the ReLU without work, whatever the sign of the input.
        weight, bias, *rest = one.weights[""]
        yield Case(INPUT, (wrap(one.args[0]),), init=one.init,
                   weights={"": (weight, bias + 20.0, *rest)})


def observe_separable(
    exercise: Exercise, learner: Any, case: Case, device: str = "cpu"
) -> Observation:
    """Observe the block without a bias in `depthwise`: one too many costs `parameters` only."""
    if case.property == "parameters" or not isinstance(learner, type):
        return observe_counted(exercise, learner, case, device)

    class Unbiased(learner):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            for part in getattr(self, "depthwise", nn.Identity()).modules():
                if isinstance(part, nn.Conv2d):
                    part.bias = None

    return observe_counted(exercise, Unbiased, case, device)


def separable_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Draw cases for `DepthwiseSeparableConv2d`; one channel goes in but for ``batch``."""
    def case(name: str, kernel: Any = 3, stride: Any = 1, padding: Any = 0, size: tuple = (5, 5),
             inside: int = 1, outside: int | None = None, images: int = 1, backward: bool = False,
             short: bool = False) -> Case:
        outside = outside or several(rng, 1, 3)
        init = (inside, outside, kernel, stride, padding)
        weights = {"depthwise": conv(rng, 1, inside, kernel, signed)[:1],
                   "pointwise": conv(rng, inside, outside, 1, signed)}
        above = (images, outside, *_output_size(size, kernel, stride, padding))
        return Case(name, (signed(rng, images, inside, *size),),
                    init=init[:3] if short else init, weights=weights,
                    grad=signed(rng, *above) if backward else None)

    for kernel in (1, 3, several(rng, 2, 4)):
        yield case("values", kernel, short=True)
    images, channels = batch(rng)
    yield case("batch", 3, inside=channels, outside=images, images=images)
    yield case("batch", 1, inside=channels, outside=channels)
    yield case("batch", 2, inside=1, outside=channels, images=images)
    for stride, side in ((2, 5), (2, 6), (3, several(rng, 6, 8))):
        yield case("stride", 3, stride, size=(side, side))
    for kernel, padding in ((3, 1), (5, 2), (1, 1)):
        yield case("padding", kernel, 1, padding)
    low, high = rng.permutation([1, 2, 3])[:2].tolist()
    yield case("rectangles", (low, high))
    yield case("rectangles", 2, (low, high), size=(7, 7))
    yield case("rectangles", 3, 1, (low - 1, high - 1))
    yield case("rectangles", 2, size=(low + 2, high + 3))
    # The second is a layer of MobileNet: Howard et al. 2017, table 1.
    for inside, outside in ((several(rng, 2, 4), several(rng, 5, 9)), (128, 256)):
        yield Case("parameters", (np.zeros((1, inside, 3, 3)),), init=(inside, outside, 3))
    yield case("gradient", 3, backward=True)
    yield case("gradient", 2, size=(3, 4), backward=True)
    for dtype in ("float32", "float64"):
        one = case(DTYPE)
        yield Case(DTYPE, (one.args[0].astype(dtype),), init=one.init, weights=one.weights)
    for wrap in (np.asarray, Strided):
        one = case(INPUT)
        yield Case(INPUT, (wrap(one.args[0]),), init=one.init, weights=one.weights)
