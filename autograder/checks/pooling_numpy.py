"""What right answers to the NumPy pooling exercises are: points by property, cases at random."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.cases import DTYPE, ERRORS, INPUT, Case, Exercise, Strided
from autograder.checks import pooling_numpy_examples as examples
from autograder.checks.adaptive import Adaptive, adaptive_windows, pyramids
from autograder.checks.draw import batch, distinct, negative, several, tied
from autograder.checks.windows import TIED, Windows, pooling_windows, tied_maps
from autograder.observe_numpy import observe

#: Max and average pooling forward: overlapping windows and gaps are both a matter of the stride.
FORWARD = {"overlap": "stride", "gaps": "stride"}
#: Backward: whether windows overlap, or leave pixels out at the end or between them.
BACKWARD = {"odd sizes": "gaps"}


def _input(rng: np.random.Generator, windows: Windows | Adaptive) -> np.ndarray | Strided:
    """Draw an input: negative where a 0 that is no pixel must not win, far below it if mixed."""
    draw = negative if windows.property in ("values", "padding") else distinct
    return windows.fill((1e4 if windows.mixed else 1.0) * draw(rng, *windows.shape))


def _forward_cases(rng: np.random.Generator) -> Iterator[Case]:
    for windows in pooling_windows(rng):
        name = FORWARD.get(windows.property, windows.property)
        yield Case(name, (_input(rng, windows), *windows.arguments), error=windows.error,
                   mixed=windows.mixed)


def _max_pool2d_backward_cases(rng: np.random.Generator) -> Iterator[Case]:
    for windows in pooling_windows(rng):
        name = BACKWARD.get(windows.property, windows.property)
        grad = windows.fill(distinct(rng, *windows.output_shape))
        yield Case(name, (grad, _input(rng, windows), *windows.arguments), error=windows.error,
                   mixed=windows.mixed)
    for kernel in (2, 3):
        size = kernel * several(rng, 2, 3)
        grad = distinct(rng, 1, 1, size // kernel, size // kernel)
        yield Case("ties", (grad, tied(rng, 1, 1, size, size), kernel))
    yield Case("ties", (distinct(rng, 1, 1, 2, 2), np.ones((1, 1, 6, 6)), 3))
    grad = distinct(rng, *TIED.output_shape)
    yield Case("ties", (grad, tied_maps(rng), *TIED.all_arguments), mixed=True)


def _avg_pool2d_backward_cases(rng: np.random.Generator) -> Iterator[Case]:
    for windows in pooling_windows(rng):
        name = BACKWARD.get(windows.property, windows.property)
        grad = windows.fill(distinct(rng, *windows.output_shape))
        yield Case(name, (grad, windows.shape, *windows.arguments), error=windows.error,
                   mixed=windows.mixed)


def _adaptive_max_pool2d_cases(rng: np.random.Generator) -> Iterator[Case]:
    for windows in adaptive_windows(rng):
        yield Case(windows.property, (_input(rng, windows), *windows.sizes), mixed=windows.mixed)


def _spatial_pyramid_pool_cases(rng: np.random.Generator) -> Iterator[Case]:
    for windows in pyramids(rng):
        yield Case(windows.property, (_input(rng, windows), *windows.sizes), mixed=windows.mixed)


def _roi_max_pool_cases(rng: np.random.Generator) -> Iterator[Case]:
    whole = np.array([[0, 0, 0, 6, 6]])
    for size in (1, 2, 3):
        yield Case("values", (negative(rng, 1, 1, 6, 6), whole, size))
    for size in (1, 2):
        yield Case("boxes", (distinct(rng, 1, 1, 8, 8), _crops(rng, 8, 2 * size), size))
    sides = rng.permutation([2, 4, 6])
    boxes = np.array([[0, y, x, y + side, x + side]
                      for side, y, x in zip(sides, (0, 1, 2), (2, 0, 1), strict=True)])
    yield Case("boxes", (distinct(rng, 1, 1, 8, 8), boxes, 2))
    images, channels = batch(rng)
    order = np.concatenate([rng.permutation(images), rng.integers(0, images, 2)])
    each = np.array([[n, 0, 0, 4, 4] for n in order])
    yield Case("images", (distinct(rng, images, 1, 4, 4), each, 2))
    yield Case("images", (distinct(rng, images, channels, 4, 4), each, 2))
    yield Case("images", (distinct(rng, 1, channels, 6, 6), whole, 3))
    for side, size in ((5, 3), (7, 4), (several(rng, 2, 3), 5), (1, 2)):
        box = np.array([[0, 0, 0, side, side]])
        yield Case("uneven", (distinct(rng, 1, 1, side, side), box, size))
    pair = tuple(rng.permutation([1, 2, 3])[:2].tolist())
    yield Case("rectangles", (distinct(rng, 1, 1, 6, 6), whole, pair))
    yield Case("rectangles", (distinct(rng, 1, 1, 4, 6), np.array([[0, 0, 0, 4, 6]]), 2))
    for dtype in ("float16", "float32", "float64"):
        yield Case(DTYPE, (distinct(rng, 1, 1, 6, 6).astype(dtype), whole, 2))
    yield Case(INPUT, (distinct(rng, 1, 1, 6, 6), whole.copy(), 2))
    yield Case(INPUT, (Strided(distinct(rng, 1, 1, 6, 6)), whole, 3))
    boxes = rng.permutation([[2, 0, 1, 5, 8], [0, 2, 3, 7, 5], [1, 1, 0, 2, 7], [2, 3, 4, 6, 8]])
    for name in ("boxes", INPUT):
        yield Case(name, (negative(rng, 3, 2, 7, 8), boxes, (2, 3)), mixed=True)
    yield from _wrong_boxes(rng)


def _crops(rng: np.random.Generator, side: int, crop: int) -> np.ndarray:
    """Draw four square crops, none of them on the diagonal."""
    places = [(y, x) for y in range(side - crop + 1) for x in range(side - crop + 1) if y != x]
    chosen = np.sort(rng.permutation(len(places))[:4])
    return np.array([[0, y, x, y + crop, x + crop] for y, x in (places[i] for i in chosen)])


def _wrong_boxes(rng: np.random.Generator) -> Iterator[Case]:
    whole = [0, 0, 0, 6, 6]
    for position, (box, error) in enumerate((
        ([0, 4, 0, 4, 5], (4,)),
        ([0, 0, 3, 6, 3], (3,)),
        ([0, 0, 5, 6, 3], (5, 3)),
        ([0, 0, 3, 7, 6], (7,)),
        ([0, 3, 0, 6, 7], (7,)),
        ([0, -3, 0, 4, 4], (-3,)),
        ([0, 0, -4, 6, 5], (-4,)),
        ([1, 0, 0, 6, 6], (1,)),
        ([-1, 0, 0, 6, 6], (-1,)),
    )):
        boxes = np.array([whole, box] if position % 2 else [box, whole])
        yield Case(ERRORS, (distinct(rng, 1, 1, 6, 6), boxes, 1), error=error)
    yield Case(ERRORS, (distinct(rng, 1, 1, 6, 6), np.array([whole]), 1))


max_pool2d = Exercise(
    name="max_pool2d",
    points={"values": 1, "stride": 1, "rectangles": 1, "padding": 2, "odd sizes": 1, "batch": 1,
            DTYPE: 1, INPUT: 1, ERRORS: 1},
    examples=examples.MAX_POOL2D,
    cases=_forward_cases,
    observe=observe,
)

max_pool2d_backward = Exercise(
    name="max_pool2d_backward",
    points={"values": 1, "ties": 1, "overlap": 1, "gaps": 1, "rectangles": 1, "padding": 1,
            "batch": 1, DTYPE: 1, INPUT: 1, ERRORS: 1},
    examples=examples.MAX_POOL2D_BACKWARD,
    cases=_max_pool2d_backward_cases,
    observe=observe,
    arguments=("grad_output", "x"),
)

avg_pool2d = Exercise(
    name="avg_pool2d",
    points=max_pool2d.points,
    examples=examples.AVG_POOL2D,
    cases=_forward_cases,
    observe=observe,
)

avg_pool2d_backward = Exercise(
    name="avg_pool2d_backward",
    points={"values": 1, "overlap": 2, "gaps": 1, "rectangles": 1, "padding": 1, "batch": 1,
            DTYPE: 1, INPUT: 1, ERRORS: 1},
    examples=examples.AVG_POOL2D_BACKWARD,
    cases=_avg_pool2d_backward_cases,
    observe=observe,
    arguments=("grad_output",),
)

adaptive_max_pool2d = Exercise(
    name="adaptive_max_pool2d",
    points={"values": 2, "uneven": 3, "larger output": 1, "rectangles": 1, "batch": 1,
            DTYPE: 1, INPUT: 1},
    examples=examples.ADAPTIVE_MAX_POOL2D,
    cases=_adaptive_max_pool2d_cases,
    observe=observe,
)

spatial_pyramid_pool = Exercise(
    name="spatial_pyramid_pool",
    points={"values": 1, "order": 1, "levels": 2, "uneven": 2, "rectangles": 1, "batch": 1,
            DTYPE: 1, INPUT: 1},
    examples=examples.SPATIAL_PYRAMID_POOL,
    cases=_spatial_pyramid_pool_cases,
    observe=observe,
)

roi_max_pool = Exercise(
    name="roi_max_pool",
    points={"values": 1, "boxes": 2, "images": 2, "uneven": 1, "rectangles": 1, DTYPE: 1,
            INPUT: 1, ERRORS: 1},
    examples=examples.ROI_MAX_POOL,
    cases=_roi_max_pool_cases,
    observe=observe,
    arguments=("x", "boxes"),
)
