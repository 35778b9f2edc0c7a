"""Random arrays for hidden cases, each of a kind that leaves one right answer only."""

from __future__ import annotations

import numpy as np

from autograder.cases import Strided


def distinct(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Return distinct values of at least 1 in random order: no ties in any float dtype."""
    size = int(np.prod(shape))
    return (1.0 + rng.permutation(size) + rng.uniform(0.0, 0.5, size)).reshape(shape)


def negative(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Return distinct values of at most -1: a maximum that starts at 0, or a padded 0, shows."""
    return -distinct(rng, *shape)


def whole(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Return distinct whole numbers from 1 in random order: float32 holds sums of them exactly."""
    return 1.0 + rng.permutation(int(np.prod(shape))).reshape(shape)


def positive(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Return values from 0.5 to 2, safe to raise to any power."""
    return rng.uniform(0.5, 2.0, shape)


def tied(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Return values from {0, 1, 2}: nearly every window has several equal maxima."""
    return rng.integers(0, 3, shape).astype(np.float64)


def framed(rng: np.random.Generator, width: int, *shape: int) -> np.ndarray:
    """Return distinct values inside a frame of zeros: every border rule gives the same answer."""
    x = np.zeros(shape)
    inside = np.s_[..., width:-width, width:-width]
    x[inside] = distinct(rng, *x[inside].shape)
    return x


def peaks(rng: np.random.Generator, size: int, at: tuple[int, ...]) -> np.ndarray:
    """Return a square map whose rows and columns ``at`` cross in peaks, all values above 1.

    Windows that hold the same peaks have the same maxima, wherever else their borders are.
    """
    x = 1.0 + rng.permutation(size * size).reshape(size, size) / (size * size)
    x[np.ix_(at, at)] += 2.0 + rng.permutation(len(at) ** 2).reshape(len(at), len(at))
    return x[None, None]


def batch(rng: np.random.Generator) -> tuple[int, int]:
    """Return a number of images and another number of channels, from 2 to 4."""
    images, channels = rng.permutation([2, 3, 4])[:2]
    return int(images), int(channels)


def several(rng: np.random.Generator, low: int, high: int) -> int:
    """Return an int from ``low`` to ``high``, both included."""
    return int(rng.integers(low, high + 1))


def given(array: np.ndarray, dtype: str, strided: bool) -> np.ndarray | Strided:
    """Return an array in a dtype, as a non-contiguous view if it is to be ``strided``."""
    array = array.astype(dtype)
    return Strided(array) if strided else array


def signed(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Return values from 0.5 to 2, about half of them negative."""
    return positive(rng, *shape) * rng.choice([-1.0, 1.0], shape)
