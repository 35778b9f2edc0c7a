"""Examples of the PyTorch exercises about kernel sizes, worked out by hand."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.cases import DTYPE, INPUT, Case, Example, Made
from autograder.checks.convolution_numpy_examples import image, numbers
from autograder.checks.gradient_fields import REQUIRES_GRAD_CHANGED
from autograder.checks.gradient_norm import GRAD, GRADS_CHANGED
from autograder.checks.merging import CHANGED, SHARED, merge_case
from autograder.checks.one_by_one_torch_examples import block, counted
from autograder.checks.stacked import COUNT
from autograder.checks.text_nets import (
    DROPOUT,
    DROPPED,
    EVALUATED,
    MOVED,
    OTHERS,
    PADDING,
    START,
    TEXTS,
    passing,
)


def field(name: str, hint: str, net: str, x: np.ndarray, weight: np.ndarray, output: Any,
          dtype: type = np.float32, **counts: int) -> Example:
    """Return an example of measuring a network with one convolution, without a bias."""
    weights = {"": (weight, np.zeros(len(weight)))}
    case = Case(name, (Made(net), x.astype(dtype)), weights=weights)
    return Example(case, {**counts, "output": np.array(output, float)}, hint)


_CONV = "Conv2d(1, 1, (1, 3))"
_KERNEL = image([1, 2, -4])
_ROWS = np.zeros((1, 1, 3, 5))
_NONE = [0, 0, 0, 0, 0]
_FIELD = [_NONE, [0, 0.25, 0.5, 1, 0], _NONE]
_TWO_BESIDE = [[0, 0, 0, 0], [0, 1, 1, 0], [0, 0, 0, 0]]

EFFECTIVE_RECEPTIVE_FIELD = (
    field("values", "The output's middle column reads columns 1 to 3 with the weights 1, 2 and -4: "
          "take absolute values, then divide by the maximum.", _CONV, _ROWS, _KERNEL, _FIELD),
    field("centre", "The centre is column w // 2 of the output: 2 of its 4, which reads from "
          "column 2 of the input.", _CONV, np.zeros((1, 1, 1, 6)), _KERNEL,
          [[0, 0, 0.25, 0.5, 1, 0]]),
    field("centre", "The centre is row h // 2 and column w // 2, and h and w need not be equal.",
          "Conv2d(1, 1, 1)", _ROWS, image([3]), [_NONE, [0, 0, 1, 0, 0], _NONE]),
    field("channels", "The output's channels are added up, and the sum is differentiated: the "
          "kernels (1, 3) and (1, -1) give (2, 2).", "Conv2d(1, 2, (1, 2))",
          _ROWS[..., :4], numbers((2, 1, 1, 2), 1, 3, 1, -1), _TWO_BESIDE),
    field("channels", "Absolute values first, then the mean over the input's channels: "
          "(3, 1) and (-1, 3) give (2, 2).", "Conv2d(2, 1, (1, 2))", np.zeros((1, 2, 3, 4)),
          numbers((1, 2, 1, 2), 3, 1, -1, 3), _TWO_BESIDE),
    field("batch", "The mean is over the images: the gradients of these three are (1, 0), (0, 1) "
          "and (0, 1).", "Sequential(Conv2d(1, 2, (1, 2)), ReLU())",
          numbers((3, 1, 1, 2), 1, -1, -1, 1, -1, 1), numbers((2, 1, 1, 2), 1, 0, 0, 1),
          [[0.5, 1]]),
    field("zero", "All weights are 0. Divide only where the maximum is not 0.", _CONV, _ROWS,
          0 * _KERNEL, 0 * _ROWS[0, 0]),
    field(GRAD, "Every .grad stays as it was, here a tensor of ones: torch.autograd.grad "
          "returns gradients and writes none.", _CONV, _ROWS, _KERNEL, _FIELD,
          **{GRADS_CHANGED: 0}),
    field(DTYPE, "", _CONV, _ROWS, _KERNEL, _FIELD, np.float64),
    field(INPUT, "Ask for the gradient in a copy: x.detach().requires_grad_() is a tensor of its "
          "own.", _CONV, _ROWS, _KERNEL, _FIELD, **{REQUIRES_GRAD_CHANGED: 0}),
)


def middle(weight: float, bias: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Return weight and bias of a 3x3 convolution that reads the middle pixel only."""
    return image([0, 0, 0], [0, weight, 0], [0, 0, 0]), np.array([bias])


#: A 3x3 convolution that takes the right neighbour.
_RIGHT = (image([0, 0, 0], [0, 0, 1], [0, 0, 0]), np.zeros(1))
_NINE = image([1, 2, 3], [4, 5, 6], [7, 8, 9])
_FOUR = image([1, 2], [3, 4])
_ROW = image([1, 2, 3])
_ALONE, _TWO = (1, 1, 1, False), (1, 1, 2, False)

VGG_BLOCK = (
    block("values", "A 3x3 convolution and a ReLU: here it takes the right neighbour.",
          _ALONE, image([0, 1, 2, 0]), {"": _RIGHT}, output=image([1, 2, 0, 0])),
    block("depth", "`depth` convolutions follow each other: here 10 times and 1 more, then twice.",
          _TWO, _ROW, {"": (*middle(10, 1), *middle(2))}, output=image([22, 42, 62])),
    block("relu", "A ReLU follows each convolution: here the first gives -7, which becomes 0.",
          _TWO, image([7]), {"": (*middle(-1), *middle(2, 5))}, output=image([5])),
    block("relu", "A ReLU follows the last convolution too: here it gives -7.",
          _ALONE, image([7]), {"": middle(-1)}, output=image([0])),
    block("padding", "Padding 1 adds a border of zeros, so the map keeps its size.",
          _ALONE, _NINE, {"": _RIGHT}, output=image([2, 3, 0], [5, 6, 0], [8, 9, 0])),
    block("pool", "By default 2x2 max pooling with stride 2 is the last layer.",
          (1, 1, 1), _FOUR, {"": middle(1)}, output=image([4])),
    block("pool", "Pooling drops an odd last row and column.",
          (1, 1, 1), _NINE, {"": middle(1)}, output=image([5])),
    block("pool", "With pool=False the block ends with the last ReLU.",
          _ALONE, _FOUR, {"": middle(1)}, output=_FOUR),
    counted("VGG-16's first block: 9 · 3 · 64 + 64 parameters, then 9 · 64 · 64 + 64, and nothing "
            "else.", (3, 64, 2), 38720),
    block("gradient", "", _ALONE, _ROW, {"": middle(2)}, grad=image([1, 0, 10]),
          output=image([2, 4, 6]), gradient_of_x=image([2, 0, 20])),
    block(DTYPE, "", _ALONE, _ROW.astype(np.float32), {"": middle(2)}, output=image([2, 4, 6])),
    block(INPUT, "", _ALONE, -_ROW, {"": middle(1, 10)}, output=image([9, 8, 7])),
)

#: The tokens 1 and 2 are the vectors (1, 10) and (2, 20).
_VECTORS = numbers((3, 2), 0, 0, 1, 10, 2, 20)


def text(name: str, hint: str, tokens: list[int], widths: tuple[int, ...], bias: float = 0.0,
         sign: float = 1.0, dtype: type = np.float32, grad: Any = None, **expected: Any) -> Example:
    """Return an example of a network that adds up what it reads, and doubles that in the end."""
    convs = [one for width in widths
             for one in (np.full((1, 2, width), sign), np.array([bias]))]
    weights = {"embedding": (_VECTORS,), "convs": tuple(convs),
               "classifier": (np.full((1, len(widths)), 2.0 * sign), np.array([3.0]))}
    weights = {key: tuple(one.astype(dtype) for one in arrays) for key, arrays in weights.items()}
    case = Case(name, (np.array([tokens]),), init=(3, 2, widths, 1, 1),
                init_kwargs={DROPOUT: 0.0}, weights=weights, grad=grad)
    named = {key.replace("_", " "): np.array(value, float) for key, value in expected.items()}
    return Example(case, named, hint)


_INIT, _PASSING = passing((1, 3), 2, 40)
_PADDED = text(PADDING, "", [1, 2], (1,), grad=np.ones((1, 1))).case

TEXT_CNN = (
    text("values", "Embedding, convolution, ReLU, maximum, classifier: 1 + 10, then twice and 3 "
         "more.", [1], (1,), output=[[25]]),
    text("values", "There is no padding, and no ReLU behind the classifier: here 50 - 33, which it "
         "takes -2 times and adds 3.", [1, 1, 1], (3,), 50.0, -1.0, output=[[-31]]),
    text("widths", "There is a convolution for each width, in their order, and all their features "
         "go to the classifier: 2 · (33 + 11) + 3.", [1, 1, 1], (3, 1), output=[[91]]),
    text("maximum", "Over time the maximum is kept: 22 of 11, 22 and 11.", [1, 2, 1], (1,),
         output=[[47]]),
    text("relu", "A ReLU follows each convolution: here 11 - 50 becomes 0.", [1], (1,), -50.0,
         output=[[3]]),
    Example(Case(DROPOUT, (np.ones((TEXTS, 4), int),), init=_INIT, weights=_PASSING),
            {EVALUATED: np.array([1, 1]), DROPPED: 0.5, OTHERS: np.array([2, 2])},
            "All features are 1. In train mode nn.Dropout(dropout) makes half of them 0 and "
            "doubles the others, in eval mode none; nothing else is dropped."),
    Example(Case(PADDING, _PADDED.args, init=_PADDED.init, init_kwargs={PADDING: 2},
                 weights=_PADDED.weights, grad=_PADDED.grad),
            {START: np.zeros(2), MOVED: np.zeros(2)},
            "nn.Embedding(vocabulary, embedding, padding_idx): this token's vector starts at 0 "
            "and gets no gradient. Here it is the token 2."),
    Example(Case("parameters", init=(10, 4, (2, 3), 5, 2)), {COUNT: 172},
            "10 · 4 in embedding, 5 · 4 · 2 + 5 and 5 · 4 · 3 + 5 in convs, 2 · 10 + 2 in "
            "classifier."),
    text("gradient", "", [1, 2], (1,), grad=np.ones((1, 1)), output=[[47]],
         **{"gradient of embedding[0]": [[0, 0], [0, 0], [2, 2]],
            "gradient of convs[0]": [4, 40], "gradient of convs[1]": [2]}),
    text(DTYPE, "", [1], (1,), dtype=np.float64, output=[[25]]),
    text(INPUT, "", [2], (1,), output=[[47]]),
)


def merge(name: str, hint: str, large: np.ndarray, small: np.ndarray, x: np.ndarray,
          bias: tuple[float, float] = (0.0, 0.0), grad: Any = None, dtype: type = np.float32,
          **expected: Any) -> Example:
    """Return an example of merging two convolutions, each with the same bias for all channels."""
    branches = [(one, np.full(len(one), b)) for one, b in zip((large, small), bias, strict=True)]
    named = {key.replace("_", " "): value for key, value in expected.items()}
    return Example(merge_case(name, *branches, x.astype(dtype), grad), named, hint)


_LARGE, _SMALL = _NINE, image([100])
_MERGED = image([9, 8, 7], [6, 105, 4], [3, 2, 1])
#: A kernel that passes everything on; as an image, a single 1.
_PASS = middle(1)[0]

MERGE_BRANCHES = (
    merge("values", "The small kernel lies in the middle of the large one: there 5 becomes 105. A "
          "single 1 in the input shows the merged kernel turned by 180 degrees.",
          _LARGE, _SMALL, _PASS, output=_MERGED),
    merge("values", "", np.zeros((1, 1, 5, 5)), image([100]), image([7]), output=image([700])),
    merge("bias", "The biases are added: 10 + 20.", _PASS, image([1]), image([5]), (10, 20),
          output=image([40])),
    merge("channels", "Each channel has kernels of its own: groups=channels.",
          np.concatenate([_PASS, 10 * _PASS]), numbers((2, 1, 1, 1), 1, 100),
          numbers((1, 2, 1, 1), 1, 1), output=numbers((1, 2, 1, 1), 2, 110)),
    merge("rectangles", "kernel_size is (height, width); F.pad counts from the last axis: left, "
          "right, top, bottom.", numbers((1, 1, 3, 1), 1, 2, 3), image([10]),
          numbers((1, 1, 3, 1), 0, 1, 0), output=numbers((1, 1, 3, 1), 3, 12, 1)),
    merge("layer", "One nn.Conv2d with groups=channels: 2 · 5 · 5 weights and 2 biases.",
          np.ones((2, 1, 5, 5)), np.ones((2, 1, 3, 3)), np.ones((1, 2, 3, 3)), **{COUNT: 52}),
    merge("copy", "Add into new tensors, inside torch.no_grad(): += and .data change `large` or "
          "`small`, or share their memory.", _NINE, image([1]), image([1]), (10, 20),
          **{CHANGED: 0, SHARED: 0}),
    merge("gradient", "The merged weight and bias are nn.Parameters to be trained.",
          _PASS, image([1]), image([1, 2, 3]), grad=image([1, 0, 10]),
          output=image([2, 4, 6]), gradient_of_x=image([2, 0, 20]),
          gradient_of_weight=image([0, 0, 0], [20, 31, 2], [0, 0, 0]),
          gradient_of_bias=np.array([11])),
    merge(DTYPE, "", _LARGE, _SMALL, _PASS, dtype=np.float64, output=_MERGED),
)
