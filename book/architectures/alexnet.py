"""AlexNet, in its version of one column."""

from torch import nn

from autograder.layers import layers
from experiments.classic_nets import build


def alexnet(classes=1000):
    """Build AlexNet: `(N, 3, 224, 224)` to `(N, classes)`.

    Source: Krizhevsky 2014, whose one column replaced the two of Krizhevsky et al. 2012. Without
    dropout before the first fully connected layer.
    """
    head = layers("gap_vs_fc_torch").FlattenHead
    return nn.Sequential(
        *build("AlexNet"),
        head(256, 6, 4096, hidden=4096),
        nn.ReLU(),
        nn.Linear(4096, classes),
    )


def convolutions():
    """List the layers up to the ReLU behind the fifth convolution: 3 channels to 256."""
    return build("AlexNet")[:-1]
