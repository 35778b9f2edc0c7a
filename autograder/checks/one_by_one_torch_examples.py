"""Examples of the PyTorch blocks worked out by hand; most weights in them are zero."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.cases import DTYPE, INPUT, Case, Example
from autograder.checks.conversion import linear_case
from autograder.checks.one_by_one_numpy_examples import pixels
from autograder.checks.stacked import COUNT, TOTAL


def block(name: str, hint: str, init: tuple, x: Any, weights: dict, grad: Any = None,
          **expected: Any) -> Example:
    """Return an example of a module with given weights; ``expected`` names its values."""
    named = {key.replace("_", " "): value for key, value in expected.items()}
    named = {TOTAL if key == "total" else key: value for key, value in named.items()}
    return Example(Case(name, (x,), init=init, weights=weights, grad=grad), named, hint)


def counted(hint: str, init: tuple, count: int) -> Example:
    """Return an example that counts a module's parameters."""
    x = np.zeros((1, init[0], 1, 1))
    return Example(Case("parameters", (x,), init=init), {COUNT: count}, hint)


def kernel(*rows: list[float]) -> np.ndarray:
    """Return a kernel from one channel to one, (1, 1, kh, kw)."""
    return np.array(rows, dtype=np.float64)[None, None]


def one(weight: float, bias: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Return weight and bias of a 1x1 convolution from one channel to one."""
    return kernel([weight]), np.array([bias])


#: A 3x3 kernel that takes the right neighbour, and a 5x5 kernel that takes the one after it.
_RIGHT = (kernel([0, 0, 0], [0, 0, 1], [0, 0, 0]), np.zeros(1))
_FAR = (np.pad(kernel([0, 1]), ((0, 0), (0, 0), (2, 2), (3, 0))), np.zeros(1))
_ROW = pixels([[1, 2, 3]])
_SQUARE = pixels([[1, 2, 3], [4, 5, 6], [7, 8, 9]])
#: The square's right neighbours and 1.
_SHIFTED = pixels([[3, 4, 1], [6, 7, 1], [9, 10, 1]])

_WEIGHT = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
_BIAS, _NO_BIAS = np.array([10.0, 20.0, 30.0]), np.zeros(3)
_X = pixels([[1, 0]], [[0, 1]]).astype(np.float32)
_Y = pixels([[1, 2]], [[3, 4]], [[5, 6]])


def conversion(name: str, hint: str, bias: Any, x: np.ndarray = _X, grad: Any = None,
               **expected: Any) -> Example:
    """Return an example of a linear layer with 2 inputs and 3 outputs."""
    named = {key.replace("_", " "): value for key, value in expected.items()}
    return Example(linear_case(name, _WEIGHT, bias, x, grad), named, hint)


LINEAR_TO_CONV1X1 = (
    conversion("values", "weight[:, :, None, None] has the shape of a 1x1 convolution's weight. "
               "Here it is [[1, 2], [3, 4], [5, 6]] and the bias is 0.", _NO_BIAS, output=_Y),
    conversion("bias", "The bias is copied too. Here it is (10, 20, 30).", _BIAS,
               output=_Y + _BIAS.reshape(1, 3, 1, 1)),
    conversion("bias", "Without a bias linear.bias is None: nn.Conv2d(..., bias=False).", None,
               output=_Y),
    conversion("layer", "An nn.Conv2d from 2 to 3 channels, kernel 1x1: 6 weights, 3 biases.",
               _BIAS, number_of_parameters=9),
    conversion("copy", "copy_() inside torch.no_grad(), or detach().clone(): a view shares its "
               "memory.", _BIAS, parameters_of_linear_changed_by_the_call=0,
               parameters_of_linear_shared_with_the_result=0),
    conversion("gradient", "The convolution's weight and bias are nn.Parameters to be trained.",
               _NO_BIAS, grad=pixels([[1, 0]], [[0, 0]], [[0, 10]]).astype(np.float32), output=_Y,
               gradient_of_x=pixels([[1, 50]], [[2, 60]]),
               gradient_of_weight=np.array([[1, 0], [0, 0], [0, 10]])[:, :, None, None],
               gradient_of_bias=np.array([1, 0, 10])),
    conversion(DTYPE, "", _NO_BIAS, _X.astype(np.float64), output=_Y),
)


def inception(**branches: tuple) -> dict[str, tuple]:
    """Return weights of an Inception block of single channels, zero where none are given."""
    none = {"branch1": one(0), "branch2": (*one(0), 0 * _RIGHT[0], np.zeros(1)),
            "branch3": (*one(0), 0 * _FAR[0], np.zeros(1)), "branch4": one(0)}
    return none | branches


_ONES = (1, 1, 1, 1, 1, 1, 1)

INCEPTION = (
    block("branch1", "branch1 is a 1x1 convolution and a ReLU.", _ONES, _ROW,
          inception(branch1=one(10, 1)), total=pixels([[11, 21, 31]])),
    block("branch2", "branch2: 1x1, then 3x3 with padding 1.", _ONES, _ROW,
          inception(branch2=(*one(10), *_RIGHT)), total=pixels([[20, 30, 0]])),
    block("branch3", "branch3: 1x1, then 5x5 with padding 2.", _ONES, _ROW,
          inception(branch3=(*one(10), *_FAR)), total=pixels([[30, 0, 0]])),
    block("branch4", "branch4: 3x3 max pooling with stride 1 and padding 1, then 1x1.",
          _ONES, pixels([[-1, -2, -3, -4]]), inception(branch4=one(1, 10)),
          total=pixels([[9, 9, 8, 7]])),
    block("order", "torch.cat([branch1, branch2, branch3, branch4], 1): along the channels.",
          _ONES, pixels([[5]]), inception(
              branch1=one(0, 1), branch2=(*one(0), 0 * _RIGHT[0], np.array([2.0])),
              branch3=(*one(0), 0 * _FAR[0], np.array([3.0])), branch4=one(0, 4)),
          output=pixels([[1]], [[2]], [[3]], [[4]])),
    block("relu", "A ReLU follows each of the six convolutions: here the 1x1 convolution of "
          "branch2 gives -7, which becomes 0.", _ONES, pixels([[7]]),
          inception(branch2=(*one(-1), np.full((1, 1, 3, 3), 2.0), np.array([5.0]))),
          total=pixels([[5]])),
    block("relu", "A ReLU follows each of the six convolutions: here the last ones give -1, -2, -3 "
          "and -4.", _ONES, pixels([[7]]), inception(
              branch1=one(0, -1), branch2=(*one(0), 0 * _RIGHT[0], np.array([-2.0])),
              branch3=(*one(0), 0 * _FAR[0], np.array([-3.0])), branch4=one(0, -4)),
          total=pixels([[0]])),
    counted("GoogLeNet's block 3a: six convolutions with 163,328 weights and 368 biases, and "
            "nothing else.", (192, 64, 96, 128, 16, 32, 32), 163696),
    block("gradient", "", _ONES, _ROW, inception(branch1=one(10, 1), branch2=(
        *one(1, 1), 0 * _RIGHT[0], np.array([1.0])), branch3=(
            *one(1, 1), 0 * _FAR[0], np.array([1.0])), branch4=one(0, 1)),
          grad=np.tile(np.array([1.0, 0, 2]), (1, 4, 1, 1)), total=pixels([[14, 24, 34]]),
          gradient_of_x=pixels([[10, 0, 20]])),
    block(DTYPE, "", _ONES, _ROW.astype(np.float32), inception(branch1=one(10, 1)),
          total=pixels([[11, 21, 31]])),
    block(INPUT, "", _ONES, -_ROW, inception(branch1=one(1, 10)), total=pixels([[9, 8, 7]])),
)


def fire(squeeze: tuple, expand1x1: tuple, expand3x3: tuple) -> dict[str, tuple]:
    """Return the weights of a Fire block."""
    return {"squeeze": squeeze, "expand1x1": expand1x1, "expand3x3": expand3x3}


_NONE3X3 = (0 * _RIGHT[0], np.zeros(1))
_SMALL = (1, 1, 1, 1)

FIRE = (
    block("expand1x1", "expand1x1 is a 1x1 convolution of what `squeeze` gives.", _SMALL, _ROW,
          fire(one(10), one(2, 1), _NONE3X3), total=pixels([[21, 41, 61]])),
    block("expand3x3", "expand3x3 is a 3x3 convolution with padding 1 of what `squeeze` gives.",
          _SMALL, _ROW, fire(one(10), one(0), _RIGHT), total=pixels([[20, 30, 0]])),
    block("order", "First the channels of expand1x1, then those of expand3x3.", _SMALL,
          pixels([[5]]), fire(one(0), one(0, 1), (0 * _RIGHT[0], np.array([2.0]))),
          output=pixels([[1]], [[2]])),
    block("relu", "A ReLU follows `squeeze` too: here it gives -7, which becomes 0.", _SMALL,
          pixels([[7]]), fire(one(-1), one(2, 5), _NONE3X3), total=pixels([[5]])),
    block("relu", "A ReLU follows both of the expanding convolutions: here they give -1 and -2.",
          _SMALL, pixels([[7]]), fire(one(0), one(0, -1), (0 * _RIGHT[0], np.array([-2.0]))),
          total=pixels([[0]])),
    counted("SqueezeNet's block fire2 (Iandola et al. 2016, table 1): 11,920 parameters, biases "
            "included, and nothing else.", (96, 16, 64, 64), 11920),
    block("gradient", "", _SMALL, _ROW, fire(one(10, 1), one(2, 1), (0 * _RIGHT[0], np.ones(1))),
          grad=np.tile(np.array([1.0, 0, 3]), (1, 2, 1, 1)), total=pixels([[24, 44, 64]]),
          gradient_of_x=pixels([[20, 0, 60]])),
    block(DTYPE, "", _SMALL, _ROW.astype(np.float32), fire(one(10), one(2, 1), _NONE3X3),
          total=pixels([[21, 41, 61]])),
    block(INPUT, "", _SMALL, -_ROW, fire(one(1, 10), one(1), _NONE3X3),
          total=pixels([[9, 8, 7]])),
)

MLPCONV = (
    block("values", "A k x k convolution, then two 1x1 convolutions: here 10, 2 and 3 times, and "
          "1, 2 and 3 more.", (1, 1, 1, 0), _ROW, {"": (*one(10, 1), *one(2, 2), *one(3, 3))},
          output=pixels([[75, 135, 195]])),
    block("relu", "A ReLU follows each convolution: here the first gives -7.", (1, 1, 1, 0),
          pixels([[7]]), {"": (*one(-1), *one(2, 5), *one(1))}, output=pixels([[5]])),
    block("relu", "A ReLU follows each convolution: here the second gives -7.", (1, 1, 1, 0),
          pixels([[7]]), {"": (*one(1), *one(-1), *one(2, 5))}, output=pixels([[5]])),
    block("relu", "A ReLU follows the last convolution too: here it gives -7.", (1, 1, 1, 0),
          pixels([[7]]), {"": (*one(1), *one(1), *one(-1))}, output=pixels([[0]])),
    block("padding", "Only the first convolution is padded, and the other two are 1x1.",
          (1, 1, 3, 1), _SQUARE, {"": (*_RIGHT, *one(1), *one(1, 1))}, output=_SHIFTED),
    block("rectangles", "kernel_size and padding can be pairs (height, width).",
          (1, 1, (1, 3), (0, 1)), _ROW, {"": (kernel([1, 1, 1]), np.zeros(1), *one(1), *one(1))},
          output=pixels([[3, 6, 5]])),
    counted("5 · 5 · 3 · 8 + 8, then twice 8 · 8 + 8: all three have out_channels outputs.",
            (3, 8, 5, 2), 752),
    block("gradient", "", (1, 1, 1, 0), _ROW, {"": (*one(10, 1), *one(2, 2), *one(3, 3))},
          grad=pixels([[1, 0, 2]]), output=pixels([[75, 135, 195]]),
          gradient_of_x=pixels([[60, 0, 120]])),
    block(DTYPE, "", (1, 1, 1, 0), _ROW.astype(np.float32),
          {"": (*one(10, 1), *one(2, 2), *one(3, 3))}, output=pixels([[75, 135, 195]])),
    block(INPUT, "", (1, 1, 1, 0), -_ROW, {"": (*one(1, 10), *one(1), *one(1))},
          output=pixels([[9, 8, 7]])),
)


def separable(depthwise: np.ndarray, weight: np.ndarray, bias: list[float]) -> dict[str, tuple]:
    """Return the weights of a depthwise separable convolution."""
    return {"depthwise": (depthwise,), "pointwise": (weight, np.array(bias))}


_TWO_ROWS = pixels([[1, 2, 3], [0, 0, 0]])
_SUM = separable(kernel([1, 1], [0, 0]), kernel([10]), [1.0])
_STEP = separable(kernel([1]), kernel([1]), [0.0])

DEPTHWISE_SEPARABLE_CONV2D = (
    block("values", "`depthwise`, then `pointwise`: here neighbours are added, then the sum is "
          "taken 10 times, and 1 more.", (1, 1, 2), _TWO_ROWS, _SUM, output=pixels([[31, 51]])),
    block("values", "There is no ReLU, neither between the two nor behind them.", (1, 1, 1),
          -_ROW, separable(kernel([1]), kernel([2]), [1.0]), output=pixels([[-1, -3, -5]])),
    block("batch", "Every channel has its own kernel: groups=in_channels, and the weight of "
          "`depthwise` is (C, 1, kh, kw).", (2, 1, 1), pixels([[1, 2]], [[3, 4]]),
          separable(np.array([1.0, 10.0]).reshape(2, 1, 1, 1),
                    np.array([1.0, 100.0]).reshape(1, 2, 1, 1), [0.0]),
          output=pixels([[3001, 4002]])),
    block("stride", "`depthwise` has the stride, `pointwise` has stride 1.", (1, 1, 1, 2),
          _SQUARE, _STEP, output=pixels([[1, 3], [7, 9]])),
    block("padding", "`depthwise` has the padding, `pointwise` has none.", (1, 1, 3, 1, 1),
          _SQUARE, separable(_RIGHT[0], kernel([1]), [1.0]), output=_SHIFTED),
    block("rectangles", "kernel_size, stride and padding can be pairs (height, width).",
          (1, 1, (1, 2), (1, 2), (0, 1)), _ROW, separable(kernel([1, 1]), kernel([1]), [0.0]),
          output=pixels([[1, 5]])),
    counted("9 weights for each of 2 channels and no bias, then 5 · 2 weights and 5 biases.",
            (2, 5, 3), 33),
    block("gradient", "", (1, 1, 2), _TWO_ROWS, _SUM, grad=pixels([[1, 2]]),
          output=pixels([[31, 51]]), gradient_of_x=pixels([[10, 30, 20], [0, 0, 0]])),
    block(DTYPE, "", (1, 1, 2), _TWO_ROWS.astype(np.float32), _SUM, output=pixels([[31, 51]])),
    block(INPUT, "", (1, 1, 2), _TWO_ROWS, _SUM, output=pixels([[31, 51]])),
)
