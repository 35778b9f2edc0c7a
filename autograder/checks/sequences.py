"""Cases for layers over sequences: a convolution and the maximum over time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograder.cases import DTYPE, ERRORS, INPUT, Case, Strided
from autograder.checks.draw import batch, distinct, several, signed


def conv1d_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Draw cases for `conv1d`: of one sequence and one channel, mostly, and without bias."""
    def case(name: str, length: int, k: int, images: int = 1, inside: int = 1, outside: int = 1,
             bias: Any = (), dtype: str = "float64", wrap: Any = np.asarray, error: tuple = (),
             mixed: bool = False, **options: int) -> Case:
        shapes = (images, inside, length), (outside, inside, k)
        args = [wrap(signed(rng, *shape).astype(dtype)) for shape in shapes]
        return Case(name, (*args, *bias), options, error=error, mixed=mixed)

    for k in (1, 2, 3):
        yield case("values", k + several(rng, 1, 4), k)
    few, many = several(rng, 2, 3), several(rng, 4, 5)
    for inside, outside in ((few, 1), (1, few), (few, many), (many, few)):
        yield case("channels", several(rng, 4, 6), 3, inside=inside, outside=outside)
    yield case("bias", 5, 2, bias=(signed(rng, 1),))
    # As many channels as steps: a bias along the wrong axis raises nothing.
    yield case("bias", many + 1, 2, outside=many, bias=(signed(rng, many),))
    yield case("bias", 4, 2, bias=(None,))
    args = case("bias", 5, 2, outside=few).args
    yield Case("bias", args, {"bias": signed(rng, few)})
    for k, stride in ((3, 2), (2, 2), (2, 3)):
        length = k + stride * several(rng, 1, 3)
        yield case("stride", length, k, stride=stride)
        yield case("stride", length + several(rng, 1, stride - 1), k, stride=stride)
    for k, padding in ((3, 1), (5, 2), (2, 3)):
        yield case("padding", several(rng, 4, 6), k, padding=padding)
    # The kernel is larger than the sequence, but not larger than the padded one.
    yield case("padding", 3, several(rng, 4, 5), padding=1)
    images, channels = batch(rng)
    yield case("batch", 5, 2, images)
    yield case("batch", 4, 3, channels, channels, images)
    for dtype in ("float16", "float32", "float64"):
        yield case(DTYPE, 5, 3, dtype=dtype)
    # A bias of zeros: whoever forgets it loses its own property only.
    yield case(DTYPE, 4, 2, bias=(np.zeros(1, np.float32),), dtype="float32")
    yield case(INPUT, several(rng, 4, 6), 3)
    yield case(INPUT, several(rng, 4, 6), 3, wrap=Strided)
    # No 1 among the numbers: the message may name the function, and its name ends in 1d.
    length = several(rng, 3, 4)
    k = length + several(rng, 3, 4)
    yield case(ERRORS, length, k, error=(k, length))
    yield case(ERRORS, length, 9, padding=2, error=(9, length + 4))
    yield case(ERRORS, 6, 3, stride=0, error=(0,))
    # Just possible: a kernel as long as the sequence.
    yield case(ERRORS, length, length)
    crowd = {"images": images, "inside": channels, "outside": few + 2, "mixed": True}
    yield case("bias", 5, 2, bias=(signed(rng, few + 2),), **crowd)
    yield case("stride", 8, 3, stride=2, **crowd)
    for k, stride, padding in ((3, 2, 1), (2, 3, 2)):
        # Of the padded sequence a last step is left over.
        yield case("padding", 2 * k + stride, k, bias=(signed(rng, few + 2),), stride=stride,
                   padding=padding, **crowd)
    bias = signed(rng, few + 2).astype("float32")
    yield case(DTYPE, 7, 3, bias=(bias,), dtype="float32", stride=2, padding=1, **crowd)
    yield case(INPUT, 7, 3, bias=(signed(rng, few + 2),), padding=1, **crowd)


def max_over_time_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Draw cases for `max_over_time`: positive and without filling where that is no matter."""
    def full(name: str, length: int, images: int = 1, channels: int = 1) -> Case:
        return Case(name, (distinct(rng, images, channels, length), np.full(images, length)))

    for length in (1, 2, several(rng, 4, 7)):
        yield full("values", length)
    for counts in (1, 2, several(rng, 3, 5)):
        # What counts is smaller than all of the filling.
        x = distinct(rng, 1, 1, several(rng, 6, 8))
        x[..., counts:] += 20.0
        yield Case("lengths", (x, np.array([counts])))
    for filling in (0, 1, 3):
        length = several(rng, 2, 5)
        x = np.concatenate([-distinct(rng, 1, 1, length), np.full((1, 1, filling), -99.0)], 2)
        yield Case("negative", (x, np.array([length])))
    # Whatever number stands for -inf, a value may be below it.
    low = -1e15 * np.array([[[3.0, 2.0, 4.0, 9.0]]])
    yield Case("negative", (low, np.array([several(rng, 2, 3)])))
    images, channels = batch(rng)
    yield full("batch", several(rng, 5, 6), images)
    yield full("batch", several(rng, 5, 6), 1, channels)
    yield full("batch", images, channels, images)
    # All but one of the sequences are filled up.
    lengths = rng.permutation([5, *(several(rng, 1, 4) for _ in range(images - 1))])
    yield Case("batch", (distinct(rng, images, channels, 5), lengths))
    for dtype in ("float16", "float32", "float64"):
        x, lengths = full(DTYPE, several(rng, 3, 5)).args
        # The largest comes last: to stop one step early shows, whatever is drawn.
        yield Case(DTYPE, (np.sort(x).astype(dtype), lengths))
    x, lengths = full(INPUT, several(rng, 3, 5)).args
    yield Case(INPUT, (np.sort(x), lengths))
    # Filled up, but with less than what counts: to mask in place shows nowhere else.
    x = np.concatenate([distinct(rng, 1, 1, 3), np.full((1, 1, 2), -99.0)], 2)
    yield Case(INPUT, (x, np.array([3])))
    yield Case(INPUT, (Strided(distinct(rng, 1, 1, 4)), np.array([4])))
    x = np.concatenate([-distinct(rng, images, channels, 4), np.zeros((images, channels, 2))], 2)
    lengths = rng.permutation([4, *(several(rng, 1, 3) for _ in range(images - 1))])
    yield Case("batch", (x, lengths), mixed=True)
    yield Case(DTYPE, (x.astype("float32"), lengths), mixed=True)
