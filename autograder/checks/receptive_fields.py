"""Cases for the receptive field of stacks of layers, those of published nets among them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.cases import ERRORS, INPUT, Case, Exercise, Observation
from autograder.checks.counts import INTEGERS, observe_counts
from autograder.checks.draw import several
from autograder.checks.results import belonging

Layer = tuple[int, int, int]

#: The property that is about nets that people have built.
PUBLISHED = "published nets"
#: Which of size and jump a property is about; others are about both.
FIELDS = {"kernels": ("size",), "jump": ("jump",), "stride": ("size",), "dilation": ("size",)}

#: LeCun et al. 1998, figure 2: up to S4.
LENET5 = [(5, 1, 1), (2, 2, 1), (5, 1, 1), (2, 2, 1)]
#: Up to the last pooling. Size and jump of this one are in the table of Araujo et al. 2019,
#: "Computing receptive fields of convolutional neural networks": 195 and 32.
ALEXNET = [(11, 4, 1), (3, 2, 1), (5, 1, 1), (3, 2, 1), *[(3, 1, 1)] * 3, (3, 2, 1)]
#: Up to the last pooling; in the same table, 212 and 32.
VGG16 = [layer for convs in (2, 2, 3, 3, 3) for layer in (*[(3, 1, 1)] * convs, (2, 2, 1))]
#: The convolutions of 3x3 of MobileNet, whose 1x1 see no further; in the same table, 315 and 32.
MOBILENET = [(3, stride, 1) for stride in (2, 1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1)]


def _observe_list(
    exercise: Exercise, function: Any, case: Case, device: str = "cpu"
) -> Observation:
    """Observe whether the list stayed as it was, too."""
    layers = list(case.args[0])
    seen = observe_counts(exercise, function, replace(case, args=(layers,)), device)
    return replace(seen, modified=() if layers == case.args[0] else ("its input",))


observe_field = belonging(FIELDS, _observe_list)


def receptive_field_cases(rng: np.random.Generator) -> Iterator[Case]:
    """Draw stacks of layers; kernels, strides and dilations are 1 where they are no matter."""
    def stack(name: str, *layers: Layer, error: tuple = (), mixed: bool = False) -> Case:
        return Case(name, (list(layers),), error=error, mixed=mixed)

    def kernel() -> int:
        # No 2: whoever takes layers of 2 for poolings, and leaves them out, loses the same always.
        return several(rng, 3, 7)

    for depth in (1, 2, several(rng, 3, 6)):
        yield stack("kernels", *[(kernel(), 1, 1) for _ in range(depth)])
    yield stack("kernels", (kernel(), 1, 1), (1, 1, 1), (kernel(), 1, 1))
    for depth in (1, 2, several(rng, 3, 5)):
        yield stack("jump", *[(kernel(), several(rng, 2, 3), 1) for _ in range(depth)])
    yield stack("jump", (kernel(), 2, 1), (kernel(), 1, 1))
    # A stride counts for all layers behind it: the second from the end, and the first.
    yield stack("stride", (kernel(), several(rng, 2, 4), 1), (kernel(), 1, 1))
    yield stack("stride", (1, 2, 1), (kernel(), 1, 1), (kernel(), 3, 1), (kernel(), 1, 1))
    yield stack("stride", *[(kernel(), 2, 1) for _ in range(several(rng, 3, 5))])
    # A last stride changes nothing.
    yield stack("stride", (kernel(), 1, 1), (kernel(), several(rng, 2, 4), 1))
    yield stack("dilation", (kernel(), 1, several(rng, 2, 5)))
    yield stack("dilation", *[(3, 1, 2**i) for i in range(several(rng, 3, 6))])
    yield stack("dilation", (1, 1, several(rng, 2, 5)), (kernel(), 1, 1))
    # The steps of a dilated kernel are as long as the strides before it have made them.
    yield stack("dilation", (kernel(), 2, 1), (kernel(), 1, 3), mixed=True)
    yield stack("dilation", (kernel(), 2, 3), (kernel(), 3, 2), (kernel(), 1, 1), mixed=True)
    for net in (MOBILENET, LENET5, ALEXNET, VGG16):
        yield stack(PUBLISHED, *net)
    yield stack(INTEGERS, (kernel(), 1, 1), (kernel(), 1, 1))
    yield stack(INPUT, (kernel(), 1, 1), (kernel(), 1, 1))
    yield stack(ERRORS, (3, 0, 1), error=(0,))
    yield stack(ERRORS, (kernel(), 1, 1), (kernel(), 0, 1), (kernel(), 1, 1), error=(0,))
    # The smallest that is possible.
    yield stack(ERRORS, (1, 1, 1))
