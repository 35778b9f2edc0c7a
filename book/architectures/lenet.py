"""LeNet-5, the net that read cheques."""

from torch import nn


def lenet5():
    """Build LeNet-5: `(N, 1, 32, 32)` to `(N, 10)`.

    Source: LeCun et al. 1998, section II.B. There the second convolution does not read all maps,
    the averages have weights, and the last layer is fixed.
    """
    return nn.Sequential(
        nn.Conv2d(1, 6, 5),
        nn.Tanh(),
        nn.AvgPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.Tanh(),
        nn.AvgPool2d(2),
        nn.Flatten(),
        nn.Linear(16 * 5 * 5, 120),
        nn.Tanh(),
        nn.Linear(120, 84),
        nn.Tanh(),
        nn.Linear(84, 10),
    )
