"""Class activation maps drawn so that one property at a time makes a difference.

Features are made from the map that is to come out. Where scaling is not the point it runs from 0 to
1 before it is scaled, and all are in float32, so that a small number added to the divisor is no
fault. In float64 maps are large for that reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograder.cases import DTYPE, INPUT, Case, Made, Strided
from autograder.checks.draw import batch, several, signed

#: What maps in float64 are multiplied by.
LARGE = 1000.0


def activation_map_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Draw cases for the NumPy `class_activation_map`."""
    def case(name: str, target: np.ndarray, channels: int = 2, wrap: Any = np.asarray) -> Case:
        weight = signed(rng, 1, channels)
        args = features_of(rng, target, weight[0]), weight
        return Case(name, (*(wrap(one.astype(np.float32)) for one in args), 0))

    for channels in (1, 2, several(rng, 3, 5)):
        yield case("values", unit(rng, 3, 3), channels)
    for classes in (2, 3, 4):
        label = several(rng, 0, classes - 1) if classes > 2 else 1
        # As many channels as classes: a column is no error.
        weight = signed(rng, classes, classes)
        features = features_of(rng, unit(rng, 4, 4), weight[label])
        yield Case("label", (features.astype(np.float32), weight.astype(np.float32), label))
    for channels in (1, several(rng, 2, 4)):
        yield case("scaling", several(rng, 2, 5) * unit(rng, 4, 4) + several(rng, 1, 3), channels)
        yield case("scaling", several(rng, 2, 5) * unit(rng, 3, 3), channels)
    yield case("negative", 4.0 * unit(rng, 4, 4) - several(rng, 1, 3))
    yield case("negative", unit(rng, 3, 3) - several(rng, 2, 4))
    for args in flat(rng):
        yield Case("flat", args)
    low, high = rng.permutation([1, 2, 3, 5])[:2].tolist()
    yield case("rectangles", unit(rng, low, high + 1))
    yield case("rectangles", unit(rng, high + 1, low))
    for dtype, size in (("float16", 1.0), ("float32", 1.0), ("float64", LARGE)):
        features = (size * unit(rng, 3, 3))[None].astype(dtype)
        yield Case(DTYPE, (features, np.ones((1, 1), dtype), 0))
    yield case(INPUT, unit(rng, 3, 3))
    yield case(INPUT, unit(rng, 4, 4), wrap=Strided)


def torch_activation_map_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Draw cases for the PyTorch `class_activation_map`."""
    def case(name: str, targets: list, features: str = "Identity()", enlarged: int = 1,
             left: int = 0, channels: int = 2, classes: int = 1, label: int = 0,
             wrap: Any = np.asarray) -> Case:
        weight = signed(rng, classes, channels)
        maps = np.stack([features_of(rng, target, weight[label]) for target in targets])
        x = np.pad(maps.repeat(enlarged, 2).repeat(enlarged, 3),
                   ((0, 0), (0, 0), (0, left), (0, left)), mode="edge")
        x = wrap(x.astype(np.float32))
        return map_case(name, features, weight, signed(rng, classes), x, label)

    for channels in (1, several(rng, 2, 4)):
        yield case("values", [unit(rng, 4, 4)], channels=channels)
    # One pixel is below 0 before the ReLU, and 0 behind it.
    x = unit(rng, 4, 4)[None, None]
    yield map_case("values", "ReLU()", np.ones((1, 1)), signed(rng, 1),
                   np.where(x == 0, -1.0, x).astype(np.float32), 0)
    for classes in (2, several(rng, 3, 4)):
        yield case("label", [unit(rng, 4, 4)], channels=classes, classes=classes,
                   label=classes - 1)
    for shift in (several(rng, 1, 3), -several(rng, 1, 3), -several(rng, 6, 8)):
        yield case("scaling", [several(rng, 2, 5) * unit(rng, 4, 4) + shift])
    # Inside, where it is enlarged, a peak gets lower: scaling comes last.
    peak = np.zeros((4, 4))
    peak[1:3, 1:3] = rng.permutation([1.0, 0.5, -0.5, -1.0]).reshape(2, 2)
    yield case("scaling", [peak], "AvgPool2d(2)", 2)
    for features, enlarged, left in (("AvgPool2d(2)", 2, 0), ("MaxPool2d(3)", 3, 0),
                                     ("AvgPool2d(2)", 2, 1), ("AvgPool2d(1, 3)", 3, 0)):
        yield case("upsampling", [cornered(rng, 3, 3)], features, enlarged, left)
    images, channels = batch(rng)
    for count in (images, channels):
        targets = [(n + 1.0) * unit(rng, 3, 3) + 2.0 * n for n in range(count)]
        yield case("batch", targets, channels=channels)
    for features, weight, label in flat(rng):
        yield map_case("flat", "Identity()", weight, np.zeros(len(weight)), features[None], label)
    yield map_case("flat", "AvgPool2d(2)", np.ones((1, 1)), np.zeros(1),
                   np.full((1, 1, 6, 6), 3.0, np.float32), 0)
    mixed = np.stack([np.zeros((1, 3, 3)), unit(rng, 3, 3)[None]]).astype(np.float32)
    yield map_case("flat", "Identity()", np.ones((1, 1)), np.zeros(1), mixed, 0)
    low, high = rng.permutation([1, 2, 3, 5])[:2].tolist()
    yield case("rectangles", [unit(rng, low, high + 1)])
    yield case("rectangles", [unit(rng, high + 1, low)])
    yield case("rectangles", [cornered(rng, low + 1, high + 1)], "AvgPool2d(2)", 2)
    for dtype, size in (("float32", 1.0), ("float64", LARGE)):
        x = (size * unit(rng, 3, 3))[None, None].astype(dtype)
        yield map_case(DTYPE, "Identity()", np.ones((1, 1)), signed(rng, 1), x, 0)
    yield case(INPUT, [unit(rng, 3, 3)])
    yield case(INPUT, [unit(rng, 4, 4)], wrap=Strided)


def map_case(name: str, features: str, weight: np.ndarray, bias: np.ndarray,
             x: np.ndarray | Strided, label: int) -> Case:
    """Return a case with a head of given weights behind a network written as text."""
    classes, channels = weight.shape
    head = Made(f"GAPHead({channels}, {classes})")
    return Case(name, (Made(features), head, x, label), weights={"": (weight, bias)})


def features_of(rng: np.random.Generator, target: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return features (C, H, W) whose sum, weighted by ``weight`` (C,), is ``target`` (H, W)."""
    features = signed(rng, len(weight), *target.shape)
    features[0] += (target - np.tensordot(weight, features, axes=1)) / weight[0]
    return features


def unit(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Return a map of distinct values, evenly spaced from 0 to 1."""
    return rng.permutation(np.linspace(0.0, 1.0, height * width)).reshape(height, width)


def cornered(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Return a map from 0, top left, to 1, bottom right: bilinear upsampling keeps both."""
    target = rng.uniform(0.1, 0.9, (height, width))
    target[0, 0], target[-1, -1] = 0.0, 1.0
    return target


def flat(rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray, int]]:
    """Yield features, weight and label whose map is the same everywhere, in whole numbers."""
    varied = rng.integers(0, 9, (4, 4))
    constant = np.full((4, 4), several(rng, 1, 9))
    for maps, row in (((0 * varied,), (1,)), ((constant,), (3,)),
                      ((varied, 10 - varied), (2, 2)), ((varied, varied, constant), (2, -2, -1)),
                      ((np.full((1, 1), 7),), (2,))):
        weight = np.array([[9 - one for one in row], row], dtype=np.float32)
        yield np.stack(maps).astype(np.float32), weight, 1
