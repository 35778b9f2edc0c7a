"""Examples of layers turned into convolutions, worked out by hand."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.cases import DTYPE, INPUT, Example, Made
from autograder.checks.gap_vs_fc_numpy_examples import image
from autograder.checks.networks import sequential
from autograder.checks.sliding import EVALUATED, TRAINED, kernel_case, net_case


def named(**expected: Any) -> dict[str, Any]:
    """Return expected values with spaces in their names."""
    return {key.replace("_", " "): value for key, value in expected.items()}


def numbers(*values: float) -> np.ndarray:
    """Return float64 numbers in a row."""
    return np.array(values, dtype=np.float64)


_WEIGHT = np.array([[1.0, 2.0, 3.0, 4.0], [0.0, 0.0, 0.0, 10.0]])
_NO_BIAS, _BIAS = np.zeros(2), numbers(100, 200)
_SQUARE = image([[1, 1], [0, 2]]).astype(np.float32)
_Y = image([[11]], [[20]])
_TWO = image([[1, 1]], [[0, 2]]).astype(np.float32)


def _conversion(name: str, hint: str, bias: Any = _NO_BIAS, x: np.ndarray = _SQUARE,
                shape: tuple = (1, 2, 2), weight: np.ndarray = _WEIGHT, grad: Any = None,
                **expected: Any) -> Example:
    return Example(kernel_case(name, shape, weight, bias, x, grad), named(**expected), hint)


LINEAR_TO_CONV2D = (
    _conversion("values", "The weight (O, C · H · W), as (O, C, H, W). Here C = 1, H = W = 2, and "
                "the first kernel is [[1, 2], [3, 4]].", output=_Y),
    _conversion("values", "Inputs are flattened in the order C, H, W. Here C = H = W = 2: the "
                "kernel is [[1, 2], [3, 4]] for the first channel, [[5, 6], [7, 8]] for the next.",
                np.zeros(1), image([[1, 0], [0, 0]], [[0, 1], [0, 0]]).astype("f4"), (2, 2, 2),
                np.arange(1.0, 9.0)[None], output=image([[7]])),
    _conversion("bias", "The bias is copied too. Here it is (100, 200).", _BIAS,
                output=image([[111]], [[220]])),
    _conversion("bias", "Without a bias linear.bias is None: nn.Conv2d(..., bias=False).", None,
                output=_Y),
    _conversion("rectangles", "The kernel is (height, width). Here C = 2, H = 1, W = 2.", x=_TWO,
                shape=(2, 1, 2), output=_Y),
    _conversion("larger maps", "No padding and stride 1: on a map one column larger there are two "
                "scores.", x=image([[1, 1, 0], [0, 2, 0]]).astype("f4"),
                output=image([[11, 7]], [[20, 0]])),
    _conversion("layer", "An nn.Conv2d with a weight of shape (2, 1, 2, 2) and 2 biases.", _BIAS,
                number_of_parameters=10),
    _conversion("copy", "copy_() inside torch.no_grad(), or detach().clone(): a view shares its "
                "memory.", _BIAS, parameters_of_linear_changed_by_the_call=0,
                parameters_of_linear_shared_with_the_result=0),
    _conversion("gradient", "The convolution's weight and bias are nn.Parameters to be trained.",
                grad=image([[1]], [[10]]).astype("f4"), output=_Y,
                gradient_of_x=image([[1, 2], [3, 104]]),
                gradient_of_weight=np.array([[[[1, 1], [0, 2]]], [[[10, 10], [0, 20]]]]),
                gradient_of_bias=numbers(1, 10)),
    _conversion(DTYPE, "", x=_SQUARE.astype("f8"), output=_Y),
)

_SAME = "Sequential(Identity())"
_ONE = sequential("Linear(4, 1)")
_ROW = np.array([[1.0, 2.0, 3.0, 4.0]])
_KERNEL = (_ROW, np.zeros(1))
_HIDDEN = sequential("Linear(1, 1)", "ReLU()", "Linear(1, 1)")
_DROPPED = sequential("Linear(1, 1)", "Dropout(1.0)", "Linear(1, 1)")
_THREE = numbers(3)[None]


def _net(name: str, hint: str, classifier: Made, size: Any, x: np.ndarray, weights: tuple,
         grad: Any = None, **expected: Any) -> Example:
    case = net_case(name, _SAME, classifier, size, x.astype("f4"), weights, grad)
    return Example(case, named(**expected), hint)


FULLY_CONVOLUTIONAL = (
    _net("values", "The first nn.Linear becomes a convolution with kernel `feature_size`; here it "
         "is [[1, 2], [3, 4]].", _ONE, 2, image([[1, 1], [0, 2]]), _KERNEL, output=image([[11]])),
    _net("score map", "The kernel slides over a larger map; the result stays (N, classes, h', w'), "
         "it is not flattened.", _ONE, 2, image([[1, 0, 0], [0, 0, 1]]), _KERNEL,
         output=image([[1, 4]])),
    _net("score map", "Behind the first one, every nn.Linear becomes a 1x1 convolution.",
         sequential("Linear(4, 1)", "Linear(1, 1)"), 2, image([[1, 0, 0], [0, 0, 1]]),
         (*_KERNEL, _THREE, numbers(5)), output=image([[8, 17]])),
    _net("rectangles", "A pair is (height, width).", sequential("Linear(3, 1)"), (1, 3),
         image([[1, 0, 1], [0, 1, 0], [0, 0, 1]]), (numbers(1, 2, 3)[None], np.zeros(1)),
         output=image([[4], [2], [3]])),
    _net("relu", "The ReLUs stay where they are: here one turns -7 into 0.", _HIDDEN, 1,
         image([[7, -2]]), (-numbers(1)[None], np.zeros(1), _THREE, numbers(5)),
         output=image([[5, 11]])),
    Example(net_case("dropout", _SAME, _DROPPED, 1, image([[7]]).astype("f4"),
                     (numbers(1)[None], np.zeros(1), _THREE, numbers(5))),
            {TRAINED: image([[5]]), EVALUATED: image([[26]])},
            "Dropout stays where it is: this one drops everything in train mode, and nothing in "
            "eval mode."),
    _net("sequential", "An nn.Sequential with all weights and biases of features and classifier, "
         "and no others.", _HIDDEN, 1, image([[7]]), (_THREE, np.zeros(1), _THREE, numbers(5)),
         number_of_parameters=4),
    _net("gradient", "Weights and biases are nn.Parameters to be trained.", _ONE, 2,
         image([[1, 1], [0, 2]]), _KERNEL, image([[10]]), output=image([[11]]),
         **{"gradient of x": image([[10, 20], [30, 40]]), "gradient of [0]": numbers(10, 10, 0, 20),
            "gradient of [1]": numbers(10)}),
    Example(net_case(DTYPE, _SAME, _ONE, 2, image([[1, 1], [0, 2]]), _KERNEL),
            {"output": image([[11]])}),
    _net(INPUT, "", _HIDDEN, 1, image([[7]]), (_THREE, np.zeros(1), _THREE, numbers(5)),
         output=image([[68]])),
)
