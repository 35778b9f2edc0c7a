"""Digits written with a pen on a canvas of 32×32: the pictures that nets of `build_model` see.

They are drawn here and not taken from a well-known data set, so that those which decide about
points are new in each course: nobody has their labels, and no answer can hold them. It takes
nothing but NumPy, so that they are the same on every machine.
"""

from __future__ import annotations

import numpy as np

#: Height and width of a picture.
SIDE = 32
#: The strokes of each digit: points (x, y) that the pen joins, in a square from -1 to 1, y down.
STROKES = (
    (((0, -1), (.6, -.7), (.7, 0), (.6, .7), (0, 1), (-.6, .7), (-.7, 0), (-.6, -.7), (0, -1)),),
    (((-.4, -.6), (.1, -1), (.1, 1)),),
    (((-.6, -.6), (-.2, -1), (.4, -.9), (.6, -.4), (.2, .1), (-.6, 1), (.7, 1)),),
    (((-.6, -.9), (.2, -1), (.6, -.6), (.4, -.1), (-.1, 0), (.4, .1), (.6, .6), (.2, 1),
      (-.6, .9)),),
    (((.3, 1), (.3, -1), (-.7, .3), (.7, .3)),),
    (((.6, -1), (-.5, -1), (-.5, -.1), (.2, -.2), (.6, .3), (.4, .9), (-.6, .9)),),
    (((.5, -1), (-.2, -.6), (-.6, .3), (-.3, .9), (.3, .9), (.6, .4), (.2, 0), (-.5, .2)),),
    (((-.6, -1), (.7, -1), (-.1, 1)), ((-.3, 0), (.5, 0))),
    (((0, 0), (-.5, -.5), (0, -1), (.5, -.5), (0, 0), (.6, .5), (0, 1), (-.6, .5), (0, 0)),),
    (((.5, -.3), (-.1, 0), (-.6, -.4), (-.3, -.9), (.3, -.9), (.5, -.3), (.3, 1)),),
)


def draw_labels(rng: np.random.Generator, count: int) -> np.ndarray:
    """Return ``count`` digits in random order, each equally often: int64."""
    return rng.permutation(np.arange(count) % len(STROKES))


def draw(rng: np.random.Generator, labels: np.ndarray, shift: int = 0) -> np.ndarray:
    """Draw a picture of each digit in ``labels``.

    Parameters
    ----------
    labels
        Digits, shape (N,).
    shift
        How many pixels a digit may be off the middle, vertically and horizontally; all whole
        numbers up to there are equally likely.

    Returns
    -------
    array, shape (N, 1, 32, 32), uint8
        From 0, the background, to 255, ink.
    """
    ink = np.empty((len(labels), SIDE, SIDE))
    for digit, strokes in enumerate(STROKES):
        chosen = labels == digit
        ink[chosen] = _written(rng, strokes, int(chosen.sum()), shift)
    noisy = np.clip(ink + rng.normal(0, 0.1, ink.shape), 0, 1)
    return np.rint(255 * noisy).astype(np.uint8)[:, None]


def _written(rng: np.random.Generator, strokes: tuple, count: int, shift: int) -> np.ndarray:
    """Write one digit ``count`` times, each time a little differently: (count, 32, 32)."""
    size, width = rng.uniform(5.5, 8, (count, 1)), rng.uniform(0.6, 1.4, (count, 1, 1))
    slant, turn = rng.normal(0, 0.15, (count, 1)), rng.normal(0, 0.12, (count, 1))
    middle = (SIDE - 1) / 2 + rng.integers(-shift, shift + 1, (2, count, 1))
    ink = np.zeros((count, SIDE, SIDE))
    for stroke in strokes:
        x, y = np.moveaxis(stroke + rng.normal(0, 0.1, (count, len(stroke), 2)), 2, 0)
        x = x + slant * y
        x, y = np.cos(turn) * x - np.sin(turn) * y, np.sin(turn) * x + np.cos(turn) * y
        x, y = size * x + middle[0], size * y + middle[1]
        for i in range(len(stroke) - 1):
            away = _distance(x[:, i], y[:, i], x[:, i + 1], y[:, i + 1])
            ink = np.maximum(ink, 1 - np.clip(away - width, 0, 1))
    return ink


def _distance(x0: np.ndarray, y0: np.ndarray, x1: np.ndarray, y1: np.ndarray) -> np.ndarray:
    """Return how far each pixel is from N lines between two points each: (N, 32, 32)."""
    x0, y0, x1, y1 = (one[:, None, None] for one in (x0, y0, x1, y1))
    pixels = np.arange(SIDE)
    columns, rows = pixels[None, None, :] - x0, pixels[None, :, None] - y0
    x, y = x1 - x0, y1 - y0
    along = np.clip((columns * x + rows * y) / (x * x + y * y), 0, 1)
    return np.hypot(columns - along * x, rows - along * y)
