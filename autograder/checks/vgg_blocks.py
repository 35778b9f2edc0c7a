"""Cases for blocks of 3x3 convolutions: positive weights, but where the ReLUs are the point."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from autograder.cases import DTYPE, INPUT, Case, Strided
from autograder.checks.draw import batch, framed, positive, several, signed
from autograder.checks.stacked import Arrays, constant, conv

#: Two of VGG-16's blocks: Simonyan and Zisserman 2014, table 1, column D.
VGG16_BLOCKS = ((64, 128, 2), (128, 256, 3))


def centred(weights: Arrays) -> Arrays:
    """Return weights of 3x3 kernels that read the middle pixel only: padding is no matter."""
    middle = np.zeros_like(weights[0])
    middle[:, :, 1, 1] = weights[0][:, :, 1, 1]
    return middle, weights[1]


def _case(rng: np.random.Generator, name: str, depth: int = 1, x: np.ndarray | None = None,
          pool: bool | None = False, draw: Any = positive, change: Any = tuple,
          backward: bool = False, mixed: bool = False) -> Case:
    """Draw a block and its input, by default in a frame of zeros; ``pool=None`` is the default."""
    x = framed(rng, 1, 1, several(rng, 1, 3), 5, 6) if x is None else x
    inside, outside = x.shape[1], several(rng, 2, 4)
    widths = [inside] + [outside] * depth
    stack = [change(conv(rng, a, b, 3, draw)) for a, b in zip(widths, widths[1:], strict=False)]
    weights = tuple(one for pair in stack for one in pair)
    init = (inside, outside, depth) + (() if pool is None else (pool,))
    sides = (side if pool is False else side // 2 for side in x.shape[2:])
    grad = signed(rng, len(x), outside, *sides) if backward else None
    return Case(name, (x,), init=init, weights={"": weights}, grad=grad, mixed=mixed)


def vgg_block_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Draw cases for `VGGBlock`: without pooling but where it is the point."""
    case = partial(_case, rng)
    yield case("values")
    yield case("values", x=framed(rng, 1, 1, 1, 4, several(rng, 3, 7)))
    images, channels = batch(rng)
    yield case("values", x=framed(rng, 1, images, channels, 4, 4))
    for depth in (2, 3, several(rng, 4, 5)):
        yield case("depth", depth, change=centred)
    for depth in (2, 3):
        yield case("depth", depth)
    yield from _relus(rng)
    for side in (1, 3, several(rng, 4, 6)):
        yield case("padding", x=positive(rng, 1, several(rng, 1, 3), side, several(rng, 2, 5)))
    high, wide = rng.permutation([2, 4, 6])[:2].tolist()
    for size in ((4, 4), (5, 5), (high, wide), (wide + 1, high), (high, wide + 1)):
        yield case("pool", x=positive(rng, 1, 2, *size), pool=None, change=centred)
    yield case("pool", 2, positive(rng, 2, 1, 4, 4), True, change=centred)
    yield case("pool", x=positive(rng, 1, 2, 4, 4), change=centred)
    few, many = several(rng, 1, 3), several(rng, 4, 9)
    for init in ((few, many, 1), (many, few, 3, False), *VGG16_BLOCKS):
        yield Case("parameters", (np.zeros((1, init[0], 2, 2)),), init=init)
    yield case("gradient", backward=True, draw=signed)
    yield case("gradient", 2, positive(rng, 1, 2, 4, 5), backward=True, draw=signed)
    for dtype in ("float32", "float64"):
        one = case(DTYPE)
        yield Case(DTYPE, (one.args[0].astype(dtype),), init=one.init, weights=one.weights)
    for wrap in (np.negative, Strided):
        # The first bias keeps the ReLU without work, whatever the sign of the input.
        one = case(INPUT)
        weight, bias = one.weights[""]
        yield Case(INPUT, (wrap(one.args[0]),), init=one.init,
                   weights={"": (weight, bias + 9999.0)})
    yield from _pooled(rng, images, channels)


def _pooled(rng: np.random.Generator, images: int, channels: int) -> Iterator[Case]:
    """Draw blocks as they are by default, with pooling behind several layers."""
    x = signed(rng, images, channels, 5, 7)
    one = _case(rng, "relu", 3, x, None, signed, mixed=True)
    *held, last = one.weights[""]
    # One channel is below 0 everywhere before the last ReLU, the others are above.
    last = np.where(np.arange(len(last)) == 0, -9999.0, last + 99.0)
    yield replace(one, weights={"": (*held, last)})
    yield _case(rng, "gradient", 2, x, None, signed, backward=True, mixed=True)
    for dtype in ("float32", "float64"):
        yield _case(rng, DTYPE, 2, x.astype(dtype), None, mixed=True)


def _relus(rng: np.random.Generator) -> Iterator[Case]:
    """Draw blocks in which one convolution gives a negative constant; its ReLU makes that 0."""
    for depth, below in ((1, 0), (2, 0), (2, 2)):
        one = _case(rng, "relu", depth)
        held = one.weights[""]
        off = constant(held[below : below + 2], -1.0)
        yield Case("relu", one.args, init=one.init,
                   weights={"": (*held[:below], *off, *held[below + 2 :])})
