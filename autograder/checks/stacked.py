"""Cases for blocks whose branches' outputs are stacked, each with weights for one property alone.

Where the order of the output's channels is not the point, they are added up before they are
compared. Branches that are not the point have weights of zero; where order or the ReLUs are the
point, weights are zero and biases are not, so that nothing depends on kernels and padding.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.cases import DTYPE, INPUT, Case, Exercise, Observation, Strided, Value, failed
from autograder.checks.draw import batch, positive, several, signed
from autograder.checks.inception import GOOGLENET
from autograder.observe_torch import observe

#: What is compared where order does not count, and where only parameters do.
TOTAL = "sum over the output's channels"
COUNT = "number of parameters"

#: Two blocks of GoogLeNet without the side of their maps.
INCEPTIONS = tuple(GOOGLENET[block][:-1] for block in ("3b", "4d"))
#: Three blocks of SqueezeNet, fire3, fire5 and fire9: Iandola et al. 2016, table 1.
SQUEEZENET = ((128, 16, 64, 64), (256, 32, 128, 128), (512, 64, 256, 256))

Arrays = tuple[np.ndarray, ...]


def observe_counted(
    exercise: Exercise, learner: Any, case: Case, device: str = "cpu"
) -> Observation:
    """Observe the block, or its number of parameters where that is the point."""
    if case.property != "parameters":
        return observe(exercise, learner, case, device)
    try:
        return Observation({COUNT: parameters(learner(*case.init, **case.init_kwargs))})
    except Exception as error:
        return failed(error)


def observe_block(
    exercise: Exercise, learner: Any, case: Case, device: str = "cpu"
) -> Observation:
    """Observe the block with its output's channels added up, but where their order counts."""
    seen = observe_counted(exercise, learner, case, device)
    output = seen.values.get("output")
    if case.property == "order" or output is None or output.array.ndim != 4:
        return seen
    total = replace(output, array=output.array.sum(1, keepdims=True))
    return replace(seen, values={TOTAL: total} | {name: value for name, value in
                                                  seen.values.items() if name != "output"})


def parameters(module: Any) -> Value:
    """Return the number of a module's parameters."""
    return Value(np.asarray(sum(one.numel() for one in module.parameters())), "int")


def conv(rng: np.random.Generator, inside: int, outside: int, kernel: Any = 1,
         draw: Any = positive) -> Arrays:
    """Draw a convolution's weight and bias."""
    kernel = kernel if isinstance(kernel, tuple) else (kernel, kernel)
    return draw(rng, outside, inside, *kernel), draw(rng, outside)


def constant(weights: Arrays, bias: float) -> Arrays:
    """Return a convolution that gives the same number everywhere."""
    return 0 * weights[0], np.full_like(weights[1], bias)


def zero(weights: Arrays) -> Arrays:
    """Return weights of zero."""
    return tuple(np.zeros_like(one) for one in weights)


def only(parts: dict[str, Arrays], *live: str) -> dict[str, Arrays]:
    """Return a block's weights, all zero but those of some parts."""
    return {name: one if name in live else zero(one) for name, one in parts.items()}


def _widths(rng: np.random.Generator, count: int) -> tuple[int, ...]:
    return tuple(several(rng, 2, 4) for _ in range(count))


def _inception(rng: np.random.Generator, init: tuple[int, ...], draw: Any = positive):
    inside, n1x1, n3x3_reduce, n3x3, n5x5_reduce, n5x5, pool_proj = init
    return {"branch1": conv(rng, inside, n1x1, 1, draw),
            "branch2": (*conv(rng, inside, n3x3_reduce, 1, draw),
                        *conv(rng, n3x3_reduce, n3x3, 3, draw)),
            "branch3": (*conv(rng, inside, n5x5_reduce, 1, draw),
                        *conv(rng, n5x5_reduce, n5x5, 5, draw)),
            "branch4": conv(rng, inside, pool_proj, 1, draw)}


def inception_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Draw cases for `Inception`."""
    init = _widths(rng, 7)
    parts = _inception(rng, init)
    sizes = ((1, init[0], 5, 5), (several(rng, 2, 3), init[0], several(rng, 1, 4), 6))
    for name in ("branch1", "branch2", "branch3"):
        for size in sizes:
            yield Case(name, (positive(rng, *size),), init=init, weights=only(parts, name))
    # Negative values and weights: a padded 0 would win the maximum, and no ReLU has work.
    pooled = only(parts, "branch4") | {"branch4": (-parts["branch4"][0], parts["branch4"][1])}
    for size in sizes:
        yield Case("branch4", (-positive(rng, *size),), init=init, weights=pooled)
    x = positive(rng, 2, init[0], 3, 4)
    last = {name: (*zero(one[:-1]), one[-1]) for name, one in parts.items()}
    yield Case("order", (x,), init=init, weights=last)
    below = {name: (*zero(one[:-1]), -one[-1]) for name, one in parts.items()}
    yield Case("relu", (x,), init=init, weights=below)
    for name in ("branch2", "branch3"):
        first = constant(parts[name][:2], -1.0)
        yield Case("relu", (x,), init=init,
                   weights=only(parts) | {name: (*first, *parts[name][2:])})
    yield from _counts(init, INCEPTIONS)
    weights = _inception(rng, init, signed)
    yield _gradient(rng, init, weights, init[1] + init[3] + init[5] + init[6])
    yield from _plain(rng, init, only(parts, "branch1"), "branch1")


def fire_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Draw cases for `Fire`."""
    def drawn(draw: Any = positive) -> dict[str, Arrays]:
        return {"squeeze": conv(rng, inside, squeeze, 1, draw),
                "expand1x1": conv(rng, squeeze, ones, 1, draw),
                "expand3x3": conv(rng, squeeze, threes, 3, draw)}

    init = inside, squeeze, ones, threes = _widths(rng, 4)
    parts = drawn()
    for name in ("expand1x1", "expand3x3"):
        for size in ((1, inside, 4, 4), (several(rng, 2, 3), inside, several(rng, 1, 3), 5)):
            yield Case(name, (positive(rng, *size),), init=init,
                       weights=only(parts, "squeeze", name))
    x = positive(rng, 2, inside, 3, 4)
    last = {name: (zero(one)[0], one[1]) for name, one in parts.items()}
    yield Case("order", (x,), init=init, weights=last)
    for name in ("expand1x1", "expand3x3"):
        yield Case("relu", (x,), init=init,
                   weights=only(parts) | {name: constant(parts[name], -1.0)})
        yield Case("relu", (x,), init=init, weights=only(parts, name) | {
            "squeeze": constant(parts["squeeze"], -1.0)})
    yield from _counts(init, SQUEEZENET)
    yield _gradient(rng, init, drawn(signed), ones + threes)
    yield from _plain(rng, init, only(parts, "squeeze", "expand1x1"), "squeeze")


def _counts(init: tuple, published: tuple) -> Iterator[Case]:
    for one in (init, *published):
        yield Case("parameters", (np.zeros((1, one[0], 1, 1)),), init=one)


def _gradient(rng: np.random.Generator, init: tuple, weights: dict, outside: int) -> Case:
    # The same for every channel: their order does not matter.
    above = np.repeat(signed(rng, 1, 1, 3, 4), outside, axis=1)
    x = positive(rng, 1, init[0], 3, 4)
    return Case("gradient", (x,), init=init, weights=weights, grad=above)


def _plain(rng: np.random.Generator, init: tuple, weights: dict, first: str) -> Iterator[Case]:
    """Draw cases for dtype and input; a ReLU has no work, whatever the sign of the input."""
    weights = weights | {first: (weights[first][0], weights[first][1] + 20.0)}
    for dtype in ("float32", "float64"):
        yield Case(DTYPE, (positive(rng, 1, init[0], 3, 3).astype(dtype),), init=init,
                   weights=weights)
    images, _ = batch(rng)
    yield Case(INPUT, (signed(rng, images, init[0], 3, 3),), init=init, weights=weights)
    yield Case(INPUT, (Strided(signed(rng, 1, init[0], 3, 3)),), init=init, weights=weights)
