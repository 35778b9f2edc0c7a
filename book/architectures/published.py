"""Counts that others published, and in what our nets differ from theirs."""

from typing import NamedTuple

LIBRARY = "PyTorch's vision library"


class Count(NamedTuple):
    """A published number of parameters, where it stands, and what is otherwise in our net.

    The `differences` say what ours has, and how many parameters more that makes.
    """

    parameters: int
    source: str
    differences: dict[str, int]


PUBLISHED = {
    "LeNet-5": Count(
        60_000,
        "LeCun et al. 1998, section II.B",
        {
            "the second convolution reads all six maps": 900,
            "the averages have no weights": -44,
            "the last layer learns": 850,
        },
    ),
    "AlexNet": Count(61_100_840, LIBRARY, {}),
    "VGG-16": Count(138_357_544, LIBRARY, {}),
    "GoogLeNet": Count(
        6_624_904,
        LIBRARY,
        {
            "the third branch has 5×5 windows, as in the paper, not 3×3": 380_928,
            "convolutions have biases in place of batch norm": -7_280,
        },
    ),
    "ResNet-18": Count(11_689_512, LIBRARY, {}),
    "SqueezeNet": Count(1_248_424, LIBRARY, {}),
    "DenseNet-121": Count(7_978_856, LIBRARY, {}),
}
#: Multiply-accumulates of one image, in units of 10⁹, as that library publishes them.
GIGAMACS = {
    "AlexNet": 0.714,
    "VGG-16": 15.47,
    "ResNet-18": 1.814,
    "SqueezeNet": 0.819,
    "DenseNet-121": 2.834,
}
