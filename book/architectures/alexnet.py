"""AlexNet, in its version of one column."""

from torch import nn

from autograder.layers import layers


def alexnet(classes=1000):
    """Build AlexNet: `(N, 3, 224, 224)` to `(N, classes)`.

    Source: Krizhevsky 2014, whose one column replaced the two of Krizhevsky et al. 2012. Without
    dropout before the first fully connected layer.
    """
    head = layers("gap_vs_fc_torch").FlattenHead
    return nn.Sequential(
        *convolutions(),
        nn.MaxPool2d(3, stride=2),
        head(256, 6, 4096, hidden=4096),
        nn.ReLU(),
        nn.Linear(4096, classes),
    )


def convolutions():
    """List the layers up to the fifth convolution: 3 channels to 256."""
    return [
        nn.Conv2d(3, 64, 11, stride=4, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(3, stride=2),
        nn.Conv2d(64, 192, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(3, stride=2),
        nn.Conv2d(192, 384, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(384, 256, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(256, 256, 3, padding=1),
        nn.ReLU(),
    ]
