"""Examples about kernel sizes worked out by hand; each hint names the likely cause of a miss."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.cases import DTYPE, ERRORS, INPUT, Case, Example
from autograder.checks.convolution_numpy_examples import example, image, numbers
from autograder.checks.counts import INTEGERS
from autograder.checks.receptive_fields import ALEXNET, LENET5, PUBLISHED, VGG16


def results(name: str, hint: str, args: tuple, **expected: Any) -> Example:
    """Return an example with several results, by name."""
    return Example(Case(name, args), expected, hint)


_THREE = (3, 1, 1)
_NET = "These are all the layers of {}, poolings among them."

RECEPTIVE_FIELD = (
    results("kernels", "One layer sees its kernel; each further one adds kernel_size - 1.",
            ([_THREE, _THREE],), size=5),
    results("kernels", "A kernel of 1 sees no further than the layers before it.",
            ([(5, 1, 1), (1, 1, 1)],), size=5),
    results("jump", "The jump is the product of all strides.", ([(3, 2, 1), (2, 3, 1)],), jump=6),
    results("stride", "A layer's stride counts for the layers behind it, not for itself.",
            ([(3, 2, 1)],), size=3),
    results("stride", "Behind a stride of 2, neighbours are 2 pixels apart: 3 + (3 - 1) * 2.",
            ([(3, 2, 1), _THREE],), size=7),
    results("dilation", "A dilated kernel spans dilation * (kernel_size - 1) + 1 values.",
            ([(3, 1, 2)],), size=5),
    results(PUBLISHED, _NET.format("LeNet-5 up to S4"), (LENET5,), size=16, jump=4),
    results(PUBLISHED, _NET.format("AlexNet up to its last pooling"), (ALEXNET,),
            size=195, jump=32),
    results(PUBLISHED, _NET.format("VGG-16 up to its last pooling"), (VGG16,), size=212, jump=32),
    results(INTEGERS, "", ([_THREE],), size=3, jump=1),
    results(INPUT, "", ([(3, 1, 1), (2, 1, 1)],), size=4, jump=1),
    Example(Case(ERRORS, ([_THREE, (3, 0, 1)],), error=(0,)), {},
            "A stride of 0 raises ValueError, and the message contains it."),
)

_CROSS = image([0, 1], [1, 0])
_BOX = image([1, 1], [1, 1])
_MIXED = image([0, 1, 1], [1, 2, 1], [1, 1, 0])

COMPOSE_KERNELS = (
    example("values", "Each entry of the second kernel lays a copy of the first at its own place, "
            "and the copies add up.", (_BOX, _CROSS), _MIXED),
    example("direction", "Nothing is flipped: the entry (0, 1) of the second kernel lays its copy "
            "one column to the right.", (image([1, 2], [3, 4]), image([1, 10], [0, 0])),
            image([1, 12, 20], [3, 34, 40], [0, 0, 0])),
    example("sizes", "k1 and k2 give k1 + k2 - 1, whichever is larger.",
            (image([2]), _BOX), 2 * _BOX),
    example("sizes", "k1 and k2 give k1 + k2 - 1, whichever is larger.",
            (np.ones((1, 1, 3, 3)), image([1, 0], [0, 1])),
            image([1, 1, 1, 0], [1, 2, 2, 1], [1, 2, 2, 1], [0, 1, 1, 1])),
    example("channels", "The result is (C2, C0, ...): the C1 channels in the middle are summed "
            "over.", (numbers((3, 1, 1, 1), 1, 2, 3), numbers((2, 3, 1, 1), 1, 1, 1, 1, 10, 100)),
            numbers((2, 1, 1, 1), 6, 321)),
    example("channels", "1x1 kernels are matrices, and the result is their product: second @ "
            "first.", (numbers((2, 2, 1, 1), 1, 2, 3, 4), numbers((2, 2, 1, 1), 1, 0, 1, 1)),
            numbers((2, 2, 1, 1), 1, 2, 4, 6)),
    example(DTYPE, "", (_BOX.astype(np.float32), _CROSS.astype(np.float32)), _MIXED),
    example(INPUT, "", (_BOX, _CROSS), _MIXED),
)

_WEIGHTS = ("A layer has a kernel of kh * kw weights for each pair of an input and an output "
            "channel, and no bias.")
_MACS = "Each weight makes one MAC at each of the H * W pixels, also where it meets the padding."

STACK_COST = (
    results("parameters", _WEIGHTS, (3, 1, 2, 5), parameters=36),
    results("macs", _MACS, (3, 1, 2, 5), macs=900),
    results("depth", "Each layer costs the same; the weights and MACs of `depth` layers add up.",
            (3, 2, 2, 5), parameters=72, macs=1800),
    # The last three convolutions of VGG-16 (Simonyan and Zisserman 2014, table 1), and the one of
    # 7x7 that sees as far: 49/27 of the weights (section 2.3).
    results("depth", "", (3, 3, 512, 14), parameters=7_077_888, macs=1_387_266_048),
    results("parameters", "", (7, 1, 512, 14), parameters=12_845_056),
    results("rectangles", "A pair is (height, width): kh * kw weights for each pair of channels, "
            "H * W pixels.", ((1, 3), 1, 2, (2, 4)), parameters=12, macs=96),
    results(INTEGERS, "", (3, 1, 2, 5), parameters=36, macs=900),
)

_X = numbers((1, 1, 4), 1, 2, 3, 4)
_DIGITS = numbers((1, 1, 2), 1, 10)
_Y = numbers((1, 1, 3), 21, 32, 43)

CONV1D = (
    example("values", "The kernel is not flipped: its first weight meets the first of two "
            "neighbours.", (_X, _DIGITS), _Y),
    example("channels", "An output channel adds up all input channels, each with its own kernel.",
            (numbers((1, 2, 2), 1, 2, 3, 4), numbers((1, 2, 1), 1, 10)),
            numbers((1, 1, 2), 31, 42)),
    example("channels", "The result has as many channels as weight has kernels.",
            (_X, numbers((2, 1, 2), 1, 10, 0, 1)), numbers((1, 2, 3), 21, 32, 43, 2, 3, 4)),
    example("bias", "bias[o] is added at all steps of output channel o.",
            (_X, numbers((2, 1, 3), 1, 0, 0, 0, 0, 1), np.array([100.0, 200.0])),
            numbers((1, 2, 2), 101, 102, 203, 204)),
    example("stride", "The kernel moves `stride` steps at a time, and what fills no whole step is "
            "left out.", (_X, _DIGITS), numbers((1, 1, 2), 21, 43), stride=2),
    example("padding", "Padding adds zeros at both ends.",
            (_X, _DIGITS), numbers((1, 1, 5), 10, 21, 32, 43, 4), padding=1),
    example("batch", "The result is (N, O, L'): every sequence on its own.",
            (numbers((2, 1, 2), 1, 2, 3, 4), _DIGITS), numbers((2, 1, 1), 21, 43)),
    example(DTYPE, "", (_X.astype(np.float32), _DIGITS.astype(np.float32)), _Y),
    example(INPUT, "", (_X, _DIGITS), _Y),
    example(ERRORS, "A kernel larger than the padded sequence raises ValueError, and the message "
            "contains its size.", (_X, np.ones((1, 1, 7))), error=(7, 4)),
    example(ERRORS, "A stride of 0 raises ValueError, and the message contains it.",
            (_X, _DIGITS), error=(0,), stride=0),
)

_FOUR = numbers((1, 1, 4), 3, 1, 4, 2)

MAX_OVER_TIME = (
    example("values", "The maximum of each channel over all its steps, the last axis.",
            (_FOUR, np.array([4])), np.array([[4]])),
    example("lengths", "Only the first 2 steps count; what stands behind them must not win.",
            (_FOUR, np.array([2])), np.array([[3]])),
    example("negative", "A maximum may be negative: start from -inf, and fill with that, not 0.",
            (numbers((1, 1, 4), -3, -1, -5, -6), np.array([2])), np.array([[-1]])),
    example("batch", "Every sequence has a length of its own, the same for all its channels.",
            (numbers((2, 2, 3), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), np.array([3, 1])),
            np.array([[3, 6], [7, 10]])),
    example(DTYPE, "", (_FOUR.astype(np.float32), np.array([4])), np.array([[4]])),
    example(INPUT, "", (numbers((1, 1, 4), 3, 1, -9, -9), np.array([2])), np.array([[3]])),
)
