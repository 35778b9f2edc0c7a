"""Examples of PyTorch downsampling worked out by hand; hints name the likely cause of a miss."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.cases import DTYPE, INPUT, Case, Example, Made
from autograder.checks import replacement
from autograder.checks.gradient_norm import GRAD, GRADS_CHANGED, MODES_CHANGED
from autograder.checks.networks import sequential
from autograder.checks.pooling_numpy_examples import channels, image
from autograder.checks.pooling_torch_examples import gradient, layer
from autograder.checks.shortcuts import PARTS


def replaced(name: str, hint: str, net: Made, expected: dict[str, Any]) -> Example:
    """Return an example of a network whose pooling is replaced."""
    left = {} if name == "copy" else {replacement.POOLS_LEFT: 0}
    return Example(Case(name, (net,)), left | expected, hint)


_CONV = "Conv2d(2, 2, 3)"
_PLAIN = sequential(_CONV, "MaxPool2d(2)")

REPLACE_POOLING = (
    replaced("geometry", "The convolution takes kernel, stride and padding from the pool, whose "
             "stride is not always its kernel. (Six numbers: kernel, stride, padding, each height "
             "first.)", sequential(_CONV, "ReLU()", "MaxPool2d(3, 2, 1)"),
             {replacement.GEOMETRY: np.array([[3, 3, 2, 2, 1, 1]]),
              replacement.SHAPE: np.array([1, 2, 7, 8])}),
    replaced("channels", "The new convolution keeps the channels: as many in and out as the last "
             "convolution before the pool puts out; and it has a bias.",
             sequential("Conv2d(2, 3, 3)", "Conv2d(3, 4, 1)", "ReLU()", "MaxPool2d(2)"),
             {replacement.CHANNELS: np.array([[4, 4]]), replacement.BIASES: 1}),
    replaced("nesting", "A Sequential may be a part of another: look into it, and remember the "
             "channels on the way out.",
             sequential("Sequential(Conv2d(1, 3, 3), ReLU())", "Sequential(MaxPool2d(2))"),
             {replacement.CHANNELS: np.array([[3, 3]]), replacement.BIASES: 1}),
    replaced("ReLU", "An nn.ReLU follows each new convolution.", _PLAIN,
             {replacement.ACTIVATED: 1}),
    replaced("other layers", "All layers but the pools stay, in their order and with their "
             "weights.", sequential(_CONV, "BatchNorm2d(2)", "MaxPool2d(2)", "Flatten()"),
             {replacement.KEPT: 3, replacement.BESIDES: 0}),
    replaced("copy", "Work on copy.deepcopy(model): the original keeps its pools, and its weights "
             "to itself.", _PLAIN, {replacement.AS_BEFORE: 1, replacement.SHARED: 0}),
    replaced(DTYPE, "The new convolution has the dtype and device of the convolution before it: "
             "conv.to(weight) takes both from a tensor.",
             sequential(_CONV, "MaxPool2d(2)", then=".double()"),
             {replacement.WEIGHT.format(0): np.zeros(1)}),
)

_SMALL = image([1, 3], [5, 7])
_SQUARE = image([1, 3, 9], [5, 7, 9], [9, 9, 9])

POOL_SHORTCUT = (
    layer("values", "Each 2x2 block gives its mean.", (1, 1, 2),
          image([4, 8, 1, 3], [0, 4, 5, 7]), image([4, 4])),
    layer("channels", "The channels of zeros come after the others.", (2, 3, 2),
          np.concatenate([_SMALL, 2 * _SMALL], 1), channels(4, 8, 0, images=1)),
    layer("stride", "Windows are stride x stride: with a stride of 1 nothing is averaged.",
          (1, 1, 1), _SMALL, _SMALL),
    layer("stride", "Rows and columns that fill no window are left out: round down.",
          (1, 1, 2), _SQUARE, image([4])),
    layer("rectangles", "A pair is (height, width): rows first.", (1, 1, (1, 2)), _SMALL,
          image([2], [6])),
    layer("batch", "Every image and every channel is pooled on its own.", (2, 2, 2),
          np.arange(16.0).reshape(2, 2, 2, 2), channels(1.5, 5.5, 9.5, 13.5)),
    gradient("gradient", "", (_SMALL,), image([8]),
             {"output": image([4]), "gradient of x": image([2, 2], [2, 2])}, 1, 1, 2),
    Example(Case("no weights", (_SMALL,), init=(1, 1, 2)),
            {"output": image([4]), "number of parameters": 0},
            "Averaging and appending zeros need no parameter."),
    layer(DTYPE, "", (1, 1, 2), _SMALL.astype(np.float32), image([4])),
    layer(INPUT, "", (1, 1, 2), _SMALL, image([4])),
)


def projected(name: str, hint: str, init: tuple, maps: tuple, output: np.ndarray,
              noted: dict[str, Any] | None = None, weight: Any = 2.0, grad: Any = None) -> Example:
    """Return an example of a projection in float32, whose batch norm starts at 1 and 0."""
    inside, outside, _ = init
    weights = {"": (np.full((outside, inside), weight).reshape(outside, inside, 1, 1),
                    np.ones(outside), np.zeros(outside))}
    maps = tuple(x.astype(np.float32) for x in maps)
    return Example(Case(name, maps, init=init, weights=weights, grad=grad),
                   {"output": output, **(noted or {})}, hint)


_ROW = image([1, 9, 3])

PROJECTION_SHORTCUT = (
    projected("values", "The weight is 2, which makes (2, 6): batch norm takes off the mean 4 and "
              "divides by the standard deviation 2.", (1, 1, 1), (image([1, 3]),), image([-1, 1])),
    projected("stride", "A 1x1 kernel with stride 2 looks at pixels 0, 2, 4, ... only.",
              (1, 1, 2), (_ROW,), image([-1, 1])),
    projected("rectangles", "A pair is (height, width): rows first.",
              (1, 1, (1, 2)), (image([1, 9, 3], [3, 9, 1]),), image([-1, 1], [1, -1])),
    projected("channels", "Each output channel is a sum over all input channels, and is normalised "
              "on its own.", (2, 2, 1), (np.concatenate([image([1, 3]), image([0, 4])], 1),),
              np.concatenate([image([-1, 1]), image([1, -1])], 1),
              weight=np.array([[1.0, 0.0], [0.0, -1.0]])),
    projected("eval mode", "In eval mode a new batch norm has the mean 0 and variance 1: "
              "only the weight 2 counts.", (1, 1, 1), (image([1, 3]),), image([2, 6])),
    projected("eval mode", "Called in train mode on the first map, then in eval mode on "
              "the second: the running mean is 0.1 * 10, the variance 0.9 * 1 + 0.1 * 0.",
              (1, 1, 1), (np.full((2, 1, 1, 1), 5.0), image([1.0])),
              image([(2 - 1) / (0.9 + 1e-5) ** 0.5])),
    projected("gradient", "", (1, 1, 1), (image([1, 3]),), image([-1, 1]),
              {"gradient of x": image([0, 0]), f"gradient of {PARTS[0]}": image([0]),
               f"gradient of {PARTS[1]}": np.array([2]), f"gradient of {PARTS[2]}": np.array([0])},
              grad=image([-1, 1]).astype(np.float32)),
    projected("parameters", "There are three: the convolution's weight (it has no bias, since the "
              "norm would take it off again), the norm's weight and its bias.",
              (1, 1, 1), (image([1, 3]),), image([-1, 1]), {"number of parameters": 3}),
    projected(DTYPE, "", (1, 1, 1), (image([1, 3]),), image([-1, 1])),
    projected(INPUT, "", (1, 1, 1), (image([1, 3]),), image([-1, 1])),
)


def measured(name: str, hint: str, norm: float = 1.0, net: str = "Linear(2, 2, bias=False)",
             images: int = 1, more: tuple = (), noted: dict[str, int] | None = None) -> Example:
    """Return an example of measuring a network whose first weight is 0, on equal images."""
    x, target = np.ones((images, 2)), np.zeros(images, int)
    case = Case(name, (Made(net), x, target), weights={"": (np.zeros((2, 2)), *more)})
    return Example(case, {**(noted or {}), "output": norm}, hint)


FIRST_LAYER_GRADIENT_NORM = (
    measured("values", "All weights are 0 and the pixels 1, so the gradient is [[-1/2, -1/2], "
             "[1/2, 1/2]]: the root of the sum of its squares is 1."),
    measured("first parameter", "Only the first parameter counts, here the weight and not the "
             "bias.", net="Linear(2, 2)", more=(np.zeros(2),)),
    measured("batch", "The loss is the mean over the images: equal images give the gradient of "
             "one.", images=2),
    # In eval mode the new norm divides by sqrt(1 + 1e-5); in train mode two equal images give 0.
    measured("mode", "Measure in the mode that each part is in, and leave it so: here batch norm "
             "is in eval mode.", 1 / (1 + 1e-5) ** 0.5,
             "Sequential(Linear(2, 2, bias=False), BatchNorm1d(2)).eval()", 2,
             (np.ones(2), np.zeros(2)), {MODES_CHANGED: 0}),
    measured(GRAD, "Every .grad stays as it was, here a tensor of ones: torch.autograd.grad "
             "returns gradients and writes none.", noted={GRADS_CHANGED: 0}),
    measured(DTYPE, "Return a Python float: .item() makes one of a tensor."),
    measured(INPUT, ""),
)


def resized(name: str, hint: str, x: np.ndarray, output: np.ndarray, kernel: Any, scale: int,
            weight: np.ndarray, bias: float = 0.0, grad: Any = None,
            gradients: dict[str, np.ndarray] | None = None) -> Example:
    """Return an example of a resize convolution of one output channel."""
    case = Case(name, (x,), init=(x.shape[1], 1, kernel, scale), grad=grad,
                weights={"conv": (weight, np.array([bias]))})
    return Example(case, {"output": output, **(gradients or {})}, hint)


_ONE = image([1])
_TWICE = image([1, 1, 2, 2], [1, 1, 2, 2])

RESIZE_CONV2D = (
    resized("values", "Each pixel is copied `scale` times down and across, and then convolved: "
            "here with the weight 10 and the bias 1.", image([1, 2]), 10 * _TWICE + 1, 1, 2,
            10 * _ONE, 1.0),
    resized("scale", "A scale of 3 makes nine pixels of one.", image([5]), np.full((1, 1, 3, 3), 5),
            1, 3, _ONE),
    resized("padding", "First enlarge, then convolve; a border of zeros keeps the size: (kernel - "
            "1) / 2 on each side.", image([1, 1], [1, 1]),
            image([4, 6, 6, 4], [6, 9, 9, 6], [6, 9, 9, 6], [4, 6, 6, 4]), 3, 2,
            np.ones((1, 1, 3, 3))),
    resized("rectangles", "A pair is (height, width): rows first, for the padding too.",
            image([1, 2]), image([2, 4, 5, 4], [2, 4, 5, 4]), (1, 3), 2, image([1, 1, 1])),
    resized("batch", "Each image is on its own, and an output channel sums over all input "
            "channels.", np.arange(1.0, 5.0).reshape(2, 2, 1, 1),
            np.array([[[[21]]], [[[43]]]]), 1, 1, np.array([[[[1]], [[10]]]], float)),
    resized("gradient", "", image([3]), image([6, 6], [6, 6]), 1, 2, 2 * _ONE,
            grad=image([1, 10], [100, 1000]),
            gradients={"gradient of x": np.array([2222]), "gradient of conv[0]": np.array([3333]),
                       "gradient of conv[1]": np.array([1111])}),
    resized(DTYPE, "", image([1, 2]).astype(np.float32), _TWICE, 1, 2, _ONE),
    resized(INPUT, "", image([1, 2]), _TWICE, 1, 2, _ONE),
)
