"""SqueezeNet 1.0: Fire modules and no fully connected layer."""

from torch import nn

from autograder.layers import layers
from experiments.published import SQUEEZENETS


def squeezenet(classes=1000):
    """Build SqueezeNet 1.0: `(N, 3, H, W)` to `(N, classes)`.

    Source: Iandola et al. 2016, table 1.
    """
    net, channels = [nn.Conv2d(3, 96, 7, stride=2), nn.ReLU()], 96
    for entry in SQUEEZENETS["SqueezeNet 1.0"]:
        if entry == "pool":
            net.append(nn.MaxPool2d(3, stride=2, ceil_mode=True))
        else:
            net.append(layers("one_by_one_torch").Fire(channels, *entry))
            channels = sum(entry[1:])
    return nn.Sequential(
        *net,
        nn.Dropout(),
        nn.Conv2d(channels, classes, 1),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
    )
