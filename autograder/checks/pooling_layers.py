"""Cases for the generalised mean and the blur, and what to note about such layers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.cases import DTYPE, INPUT, Case, Exercise, Observation, Strided, Value
from autograder.checks.draw import batch, distinct, framed, positive, several
from autograder.observe_torch import observe, value_of


def _exponent(rng: np.random.Generator) -> float:
    """Draw an exponent that float32 holds exactly, and that is not the default."""
    return several(rng, 13, 20) / 4


def gem_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Draw cases for `GeMPool2d`; in float32, where an added eps of 1e-6 is no fault."""
    def maps(*shape):
        return positive(rng, *shape).astype(np.float32)

    for side, init in ((4, ()), (5, (1.0,)), (3, (_exponent(rng),))):
        yield Case("values", (maps(1, 1, side, side),), init=init)
    x = maps(1, 1, several(rng, 2, 3), several(rng, 4, 6))
    yield Case("values", (x,), init_kwargs={"p": _exponent(rng)})
    for init, kwargs in (((), {}), ((2.0,), {}), ((2.0, 0.5), {}), ((), {"eps": 0.25})):
        signs = rng.permutation([-1.0, 0.1, 1.0, 1.0] * 4).reshape(4, 4)
        x = (maps(1, 1, 4, 4) * signs).astype(np.float32)
        yield Case("clamp", (x,), init=init, init_kwargs=kwargs)
    for name in ("gradient", "learnable p"):
        for init in ((), (_exponent(rng),)):
            yield Case(name, (maps(1, 1, 3, 4),), init=init, grad=distinct(rng, 1, 1, 1, 1))
    # Pixels below eps, which get no gradient, stay clear of it.
    signs = rng.permutation([-1.0, 0.1, 1.0] * 24).reshape(2, 3, 3, 4)
    yield Case("gradient", ((maps(2, 3, 3, 4) * signs).astype(np.float32),),
               init=(_exponent(rng), 0.25), grad=distinct(rng, 2, 3, 1, 1), mixed=True)
    images, channels = batch(rng)
    yield Case("batch", (maps(images, channels, 3, 4),))
    yield Case("batch", (maps(channels, images, 4, 3),))
    for dtype in ("float32", "float64"):
        yield Case(DTYPE, (positive(rng, 1, 1, 4, 4).astype(dtype),), init=(2.0, 1e-12))
    # Clamping in place changes a pixel of 0, but hardly the result.
    x = maps(1, 1, 4, 4)
    x[0, 0, several(rng, 0, 3), several(rng, 0, 3)] = 0.0
    yield Case(INPUT, (x,), init=(2.0,))
    yield Case(INPUT, (Strided(maps(1, 1, 4, 4)),), init=(2.0,))


def observe_gem(
    exercise: Exercise, learner: Any, case: Case, device: str = "cpu"
) -> Observation:
    """Observe each gradient in the property that it belongs to."""
    seen = observe(exercise, learner, case, device)
    other = "gradient of x" if case.property == "learnable p" else "gradient of p"
    return replace(seen, values={k: v for k, v in seen.values.items() if k != other})


def blur_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Draw cases for `BlurPool2d`; the maps have a frame of zeros, except where padding counts."""
    def inside(*shape):
        return framed(rng, 2, *shape).astype(np.float32)

    for side in (8, 10):
        yield Case("values", (inside(1, 1, side, side),), init=(1,))
    yield Case("stride", (inside(1, 1, 7, 7),), init=(1, 1))
    yield Case("stride", (inside(1, 1, 9, 9),), init=(1,), init_kwargs={"stride": 3})
    yield Case("stride", (inside(1, 1, 8, 8),), init=(1, (1, 2)))
    yield Case("odd sizes", (inside(1, 1, 7, 7),), init=(1,))
    yield Case("odd sizes", (inside(1, 1, 9, 6 + 2 * several(rng, 0, 2)),), init=(1, 2))
    for height, width in ((6, 6), (7, 5), (5, 4), (2, 3), (2, 2)):
        yield Case("padding", (distinct(rng, 1, 1, height, width).astype(np.float32),), init=(1,))
    images, channels = batch(rng)
    for name, grad in (("padding", None), ("gradient", distinct(rng, images, channels, 3, 3))):
        yield Case(name, (distinct(rng, images, channels, 5, 7).astype(np.float32),),
                   init=(channels, (2, 3)), grad=grad, mixed=True)
    yield Case("batch", (inside(images, channels, 6, 6),), init=(channels,))
    yield Case("batch", (inside(channels, images, 8, 8),), init=(images,))
    yield Case("buffer", (inside(1, 1, 8, 8),), init=(1,))
    yield Case("buffer", (inside(1, 1, 8, 8).astype(np.float64),), init=(1,))
    grad = framed(rng, 1, 1, 1, 5, 5).astype(np.float32)
    yield Case("gradient", (inside(1, 1, 10, 10),), init=(1,), grad=grad)
    for dtype in ("float32", "float64"):
        yield Case(DTYPE, (inside(1, 1, 8, 8).astype(dtype),), init=(1,))
    yield Case(INPUT, (inside(1, 1, 8, 8),), init=(1,))
    yield Case(INPUT, (Strided(inside(1, 1, 8, 8)),), init=(1,))


def observe_blur(
    exercise: Exercise, learner: Any, case: Case, device: str = "cpu"
) -> Observation:
    """Observe also, where the case is about it, how the layer holds its filter."""
    seen = observe(exercise, learner, case, device)
    if case.property != "buffer" or seen.error:
        return seen
    layer = learner(*case.init, **case.init_kwargs)
    held = {"number of parameters": Value(np.asarray(len(list(layer.parameters()))), "int")}
    kernel = dict(layer.named_buffers()).get("kernel")
    if kernel is not None:
        held["buffer `kernel`"] = value_of(kernel.reshape(-1, *kernel.shape[-2:])[0])
    return replace(seen, values=seen.values | held)
