"""The capstone's visible examples: small ones worked out by hand, and pictures to try a net on."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.cases import DTYPE, Case, Example
from autograder.checks.dense_convolutions import CHANGED, SHARED, conv_case
from autograder.checks.gap_vs_fc_numpy_examples import image
from autograder.checks.gap_vs_fc_torch_examples import scores
from autograder.checks.own_nets import DIGITS, SHAPE, STEPS
from autograder.checks.pictures import draw_labels
from autograder.checks.sized_nets import AWAY, net_case
from autograder.checks.sliding_examples import named, numbers
from autograder.checks.stacked import COUNT

_ROW = image([[1, 2, 4]])
_KERNEL = image([[1, 10]])
_NO_BIAS = np.zeros(1)


def _dense(name: str, hint: str, conv: str, size: Any, x: np.ndarray, weight: np.ndarray = _KERNEL,
           bias: Any = _NO_BIAS, **expected: Any) -> Example:
    x = x.astype("f8" if name == DTYPE else "f4")
    return Example(conv_case(name, conv, size, weight, bias, x), named(**expected), hint)


CONV2D_TO_LINEAR = (
    _dense("values", "Column i of the weight is what the convolution makes of an image that is 1 "
           "at pixel i and 0 elsewhere. Here the weight is [[1, 10, 100, 0]].", "Conv2d(1, 1, 2)",
           2, image([[1, 2], [4, 8]]), image([[1, 10], [100, 0]]), output=scores([421])),
    _dense("values", "Flattened is channel by channel, then row by row: (C, H, W), in and out.",
           "Conv2d(2, 2, 1)", (1, 2), image([[1, 2]], [[3, 4]]),
           np.array([1, 10, 100, 0]).reshape(2, 2, 1, 1), np.zeros(2),
           output=scores([31, 42, 100, 200])),
    _dense("bias", "Each output channel's bias comes once for each pixel of that channel's output.",
           "Conv2d(1, 2, 1)", 2, image([[1, 2], [4, 8]]), np.ones((2, 1, 1, 1)), numbers(10, 20),
           output=scores([11, 12, 14, 18, 21, 22, 24, 28])),
    _dense("bias", "Without a bias conv.bias is None: nn.Linear(..., bias=False).",
           "Conv2d(1, 1, 2, bias=False)", 2, image([[1, 2], [4, 8]]), np.ones((1, 1, 2, 2)), None,
           output=scores([15])),
    _dense("stride", "The convolution's stride counts: here 2, so there are 2 x 2 outputs.",
           "Conv2d(1, 1, 1, stride=2)", 3, image([[1, 2, 3], [4, 5, 6], [7, 8, 9]]),
           np.ones((1, 1, 1, 1)), output=scores([1, 3, 7, 9])),
    _dense("padding", "The convolution's padding counts: zeros, here one on each side.",
           "Conv2d(1, 1, 1, padding=1)", 1, image([[7]]), np.ones((1, 1, 1, 1)),
           output=scores([0, 0, 0, 0, 7, 0, 0, 0, 0])),
    _dense("dilation", "The convolution's dilation counts: here the kernel's weights are two "
           "pixels apart.", "Conv2d(1, 1, 2, dilation=2)", 3,
           image([[1, 2, 3], [4, 5, 6], [7, 8, 9]]), image([[1, 10], [100, 1000]]),
           output=scores([9731])),
    _dense("groups", "With groups=2 each output channel sees one of the 2 input channels.",
           "Conv2d(2, 2, 1, groups=2)", 1, image([[3]], [[5]]),
           np.array([1, 10]).reshape(2, 1, 1, 1), np.zeros(2), output=scores([3, 50])),
    _dense("rectangles", "A pair is (height, width), for images and kernels.",
           "Conv2d(1, 1, (1, 2))", (1, 3), _ROW, output=scores([21, 42])),
    _dense("rectangles", "A pair is (height, width), for stride, padding and dilation too.",
           "Conv2d(1, 1, (1, 2), stride=(1, 2), padding=(0, 1))", (1, 3), _ROW,
           output=scores([10, 42])),
    _dense("layer", "An nn.Linear with C · h · w inputs, an output for each pixel of each output "
           "channel, and as many biases.", "Conv2d(2, 3, 2)", 3,
           np.zeros((1, 2, 3, 3)), np.zeros((3, 2, 2, 2)), np.zeros(3), inputs=18, outputs=12,
           **{COUNT: 18 * 12 + 12}),
    _dense("copy", "Give the linear layer numbers of its own, with copy_() inside torch.no_grad(), "
           "and leave conv as it is.", "Conv2d(1, 2, 2)", 2, np.zeros((1, 1, 2, 2)),
           np.ones((2, 1, 2, 2)), numbers(1, 2), **{CHANGED: 0, SHARED: 0}),
    _dense(DTYPE, "", "Conv2d(1, 1, 2)", 2, image([[1, 2], [4, 8]]), np.ones((1, 1, 2, 2)),
           output=scores([15])),
)


def _sized(name: str, hint: str, args: tuple, away: int) -> Example:
    return Example(Case(name, args), {AWAY: away}, hint)


def _net(name: str, hint: str, x: list, first: list, second: list, *biases: Any,
         grad: Any = None, **expected: Any) -> Example:
    x = np.array([x], "f8" if name == DTYPE else "f4")
    case = net_case(name, x, scores(*first), scores(*second), *biases, grad=grad)
    return Example(case, named(**expected), hint)


# Eight inputs, of which the last seven do nothing, two hidden units, three classes.
_X, _REST = [3, 1, 1, 1, 1, 1, 1, 1], [0] * 7
_FIRST, _SECOND = [[1, *_REST], [2, *_REST]], [[1, 0], [0, 1], [10, 100]]

MLP_OF_SIZE = (
    _sized("size", "With h hidden units there are inputs · h + h + h · classes + classes "
           "parameters, here 16 h + 5: 101 for h = 6.", (10, 5, 102), 1),
    _sized("size", "Closest may be above: here 8 h + 3 is 27 for h = 3 and 35 for h = 4.",
           (4, 3, 32), 3),
    _sized("size", "The hidden units' biases count too: 27 parameters for 3 units.", (4, 3, 30), 3),
    # 19 hidden units: 1024 · 19 + 19 + 19 · 10 + 10 = 19,675; 20 units: 20,710.
    _sized("size", "", (1024, 10, 20_000), 325),
    _sized("smallest", "There is at least one hidden unit, with 100 + 1 + 5 + 5 parameters.",
           (100, 5, 10), 101),
    _net("values", "Fully connected, ReLU, fully connected. Here the hidden units are 13 and 26.",
         _X, _FIRST, _SECOND, numbers(10, 20), numbers(1, 2, 3), output=scores([14, 28, 2733])),
    _net("relu", "The ReLU follows the first layer: here it turns -3 into 0; the second layer has "
         "none.", _X, [[-1, *_REST], [2, *_REST]], [[1, 0], [0, -1], [10, 100]],
         output=scores([0, -6, 600])),
    _net("gradient", "All weights and biases are nn.Parameters to be trained.", _X, _FIRST,
         _SECOND, grad=scores([1, 10, 100]), output=scores([3, 6, 630]),
         gradient_of_x=scores([21021, *_REST]),
         gradient_of_first_weight=scores([3003] + [1001] * 7, [30030] + [10010] * 7),
         gradient_of_first_bias=numbers(1001, 10010),
         gradient_of_second_weight=scores([3, 6], [30, 60], [300, 600]),
         gradient_of_second_bias=numbers(1, 10, 100)),
    _net(DTYPE, "", _X, _FIRST, _SECOND, output=scores([3, 6, 630])),
)

#: Visible pictures a step, and the seed that draws them.
_PICTURES, _SEED = 500, 1


def _step(name: str, hint: str) -> Example:
    shift, _ = STEPS[name]
    labels = draw_labels(np.random.default_rng(_SEED), _PICTURES)
    pictures = {"seed": _SEED, "count": _PICTURES, "shift": shift}
    return Example(Case(name, kwargs=pictures), {DIGITS: labels}, hint)


BUILD_MODEL = (
    Example(Case("runs", (2,)), {SHAPE: numbers(2, 10)},
            "build_model() returns a module that maps (N, 1, 32, 32) to (N, 10)."),
    Example(Case("budget"), {}, "Fewer channels, or a smaller layer behind the last convolution."),
    _step("learning", "Is there a ReLU behind each layer but the last, and none behind that one? "
          "nn.BatchNorm2d behind each convolution makes learning quicker."),
    _step("accuracy", "More channels, or one more layer, as far as the budget goes."),
    _step("shift 4", "A fully connected layer on a flattened map has weights of its own for each "
          "place. What would tell a digit anywhere?"),
    _step("shift 6", "How much of the net does the same thing everywhere, and what takes the "
          "places together at its end?"),
)
