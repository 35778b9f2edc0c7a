"""Examples of the PyTorch exercises worked out by hand; those they share with NumPy are shared."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from autograder.cases import DTYPE, ERRORS, INPUT, Case, Example, Made
from autograder.checks import pooling_numpy_examples as numpy_examples
from autograder.checks.pooling_numpy_examples import (
    BLOCKS,
    SMALL,
    TWO_BY_TWO,
    channels,
    image,
)
from autograder.checks.windows import Windows


def gradient(name: str, hint: str, args: tuple, grad: np.ndarray, expected: dict, *init) -> Example:
    """Return an example with a backward pass; ``expected`` names gradients and the output."""
    return Example(Case(name, args, init=init, grad=grad), expected, hint)


def layer(name: str, hint: str, init: tuple, x: np.ndarray, output: object) -> Example:
    """Return an example of a module, constructed with ``init``."""
    return Example(Case(name, (x,), init=init), {"output": output}, hint)


def _as_function(example: Example) -> Example:
    """Return an example of max pooling with none of the arguments left to a default."""
    x, *arguments = example.case.args
    windows = Windows("", x.shape, *arguments)
    return replace(example, case=replace(example.case, args=(x, *windows.all_arguments)))


_FIRST = "Of equal maxima only the first in row-major order gets the gradient"

MAX_POOL2D = (
    *(replace(one, case=replace(one.case, property="stride"))
      if one.case.property == "odd sizes" else one for one in numpy_examples.MAX_POOL2D),
    gradient("gradient", "", (image([0, 1, 2], [3, 9, 4], [5, 6, 7]), 2, 1),
             image([1, 10], [100, 1000]),
             {"output": image([9, 9], [9, 9]),
              "gradient of x": image([0, 0, 0], [0, 1111, 0], [0, 0, 0])}),
    gradient("ties", f"{_FIRST}: max(dim=...) does so, amax shares it out.",
             (image([0, 7], [7, 7]), 2), image([5]),
             {"output": image([7]), "gradient of x": image([0, 5], [0, 0])}),
)

MAX_POOL2D_FUNCTION = (
    *(_as_function(one) for one in MAX_POOL2D if one.case.property not in ("gradient", "ties")),
    gradient("gradient", "A pixel that wins several windows gets the sum of their gradients.",
             (image([0, 1, 2], [3, 9, 4], [5, 6, 7]), 2, 1, 0), image([1, 10], [100, 1000]),
             {"output": image([9, 9], [9, 9]),
              "gradient of x": image([0, 0, 0], [0, 1111, 0], [0, 0, 0])}),
    gradient("gradient", "Padding never wins: the gradient is without it.",
             (SMALL, 2, 2, 1), image([1, 10], [100, 1000]),
             {"output": SMALL, "gradient of x": image([1, 10], [100, 1000])}),
    gradient("ties", f"{_FIRST}.", (image([0, 7], [7, 7]), 2, 2, 0), image([5]),
             {"output": image([7]), "gradient of x": image([0, 5], [0, 0])}),
)

_ONE_SEVEN = image([1, 7], [1, 7])

GEM_POOL2D = (
    layer("values", "With p = 1 the generalised mean is the mean.",
          (1.0,), image([1, 2], [2, 1]).astype(np.float32), image([1.5])),
    layer("values", "Raise to the power p, take the mean, then the power 1 / p.",
          (2.0,), _ONE_SEVEN.astype(np.float32), image([5])),
    layer("clamp", "Values below eps count as eps: they are clamped, and eps is not added.",
          (1.0, 0.5), image([-1, 2], [2, 0.25]).astype(np.float32), image([1.25])),
    gradient("gradient", "", (_ONE_SEVEN.astype(np.float32),), image([100]),
             {"output": image([5]), "gradient of x": image([5, 35], [5, 35])}, 2.0),
    # A constant map gives the same result whatever p is.
    gradient("learnable p", "`p` is an nn.Parameter, and both powers are computed with it.",
             (image([2, 2], [2, 2]).astype(np.float32),), image([1]),
             {"output": image([2]), "gradient of p": [0]}),
    layer("batch", "Every image and every channel has its own mean.", (1.0,),
          TWO_BY_TWO.astype(np.float32) + 1, channels(2.5, 6.5, 10.5, 14.5)),
    layer(DTYPE, "", (2.0, 1e-12), _ONE_SEVEN.astype(np.float64), image([5])),
    layer(INPUT, "", (2.0,), image([0, 0], [0, 10]).astype(np.float32), image([5])),
)


def _spot(side: int) -> np.ndarray:
    """Return a map of zeros with a 16 at (2, 2)."""
    x = np.zeros((1, 1, side, side), np.float32)
    x[..., 2, 2] = 16
    return x


_FILTER = np.array([[1, 2, 1], [2, 4, 2], [1, 2, 1]])
_CENTRE = image([0, 0, 0], [0, 1, 0], [0, 0, 0])

BLUR_POOL2D = (
    layer("values", "The filter is the outer product of (1, 2, 1) / 4 with itself: it sums to 1.",
          (1,), _spot(6), 4 * _CENTRE),
    layer("stride", "The blurred map is kept at every stride-th pixel.",
          (1, 1), _spot(5), np.pad(_FILTER, 1)[None, None]),
    layer("odd sizes", "An output side has floor((H - 1) / stride) + 1 pixels.",
          (1,), _spot(5), 4 * _CENTRE),
    layer("padding", "Reflected: beside the edge pixel stands its inner neighbour.",
          (1,), np.tile(np.array([4, 0, 0, 4], np.float32), (1, 1, 4, 1)), image([2, 1], [2, 1])),
    layer("batch", "Every channel is blurred on its own: a depthwise convolution.",
          (2,), np.concatenate([_spot(6), 2 * _spot(6)], 1),
          np.concatenate([4 * _CENTRE, 8 * _CENTRE], 1)),
    Example(Case("buffer", (_spot(6),), init=(1,)),
            {"output": 4 * _CENTRE, "number of parameters": 0, "buffer `kernel`": _FILTER / 16},
            "register_buffer makes the filter move with the layer and is no parameter."),
    gradient("gradient", "", (_spot(6),), 16 * _CENTRE,
             {"output": 4 * _CENTRE,
              "gradient of x": np.pad(_FILTER, ((1, 2), (1, 2)))[None, None]}, 1),
    layer(DTYPE, "", (1,), _spot(6).astype(np.float64), 4 * _CENTRE),
    layer(INPUT, "", (1,), _spot(6), 4 * _CENTRE),
)


def _as_layer(example: Example) -> Example:
    """Return an example of pyramid pooling with the levels given to the constructor."""
    x, *levels = example.case.args
    return replace(example, case=replace(example.case, args=(x,), init=tuple(levels)))


SPATIAL_PYRAMID_POOL = (
    *(_as_layer(one) for one in numpy_examples.SPATIAL_PYRAMID_POOL
      if one.case.property != ERRORS),
    gradient("gradient", "", (BLOCKS,), np.array([[1, 2, 3, 4]]),
             {"output": np.array([[4, 8, -1, 9]]),
              "gradient of x": image([0, 0, 0, 0], [0, 1, 0, 2], [3, 0, 0, 0], [0, 0, 0, 4])},
             (2,)),
    gradient("ties", f"{_FIRST}: F.adaptive_max_pool2d and max(dim=...) do so, amax shares it out.",
             (image([0, 7], [7, 7]),), np.array([[5]]),
             {"output": np.array([[7]]), "gradient of x": image([0, 5], [0, 0])}, (1,)),
)


def measured(name: str, hint: str, net: str, x: np.ndarray, shift: int, share: float,
             **counts: int) -> Example:
    """Return an example of measuring a net: the share, and counts that are to be 0."""
    noted = {key.replace("_", " "): count for key, count in counts.items()}
    return Example(Case(name, (Made(net), x, shift)), {"at least one call": 1, **noted,
                                                       "output": share}, hint)


_TWO_CHANNELS = np.array([1.0, 2, 3, 4, 8, 7, 6, 5]).reshape(1, 2, 2, 2)

SHIFT_CONSISTENCY = (
    measured("values", "Rows predicts the brightest row: of the shifts (0, 1), (1, 0) and (1, 1) "
             "only the first leaves it. (0, 0) is no shift.",
             "Rows", image([5, 5], [0, 0], [0, 0]), 1, 1 / 3),
    measured("shifts", "dy and dx run from 0 to max_shift, that included: here there are 8 shifts.",
             "Columns", image([5, 0, 0], [5, 0, 0], [5, 0, 0]), 2, 0.25),
    measured("shifts", "TopLeft asks whether the top left pixel is above 2: the shift (1, 1) "
             "brings the 5 there, around both borders.",
             "TopLeft", image([0, 0, 0], [0, 0, 0], [0, 0, 5]), 1, 2 / 3),
    measured("batch", "Each pair of image and shift counts: here the first image's class stays in "
             "no shift, the second's in all three.", "TopLeft",
             np.concatenate([image([5, 0], [0, 0]), image([1, 0], [0, 0])]), 1, 0.5),
    measured("modes", "Measure in eval mode, then give every submodule back its own mode.",
             "net_with_mixed_modes", _TWO_CHANNELS, 1, 1.0,
             parts_whose_mode_changed=0, buffers_changed=0, calls_in_train_mode=0),
    measured("gradients", "Measuring needs no gradients: torch.no_grad() saves time and memory.",
             "net_in_eval_mode", _TWO_CHANNELS, 1, 1.0,
             gradients_written=0, calls_with_gradients_on=0, parameters_left_frozen=0,
             gradients_left_off=0),
    measured(DTYPE, "Return a Python float: .item() makes one of a tensor.",
             "Channels", _TWO_CHANNELS, 1, 1.0),
    measured(INPUT, "", "Channels", _TWO_CHANNELS, 1, 1.0),
)
