"""Network in Network, for the small images of CIFAR-10."""

from torch import nn

from autograder.layers import layers


def network_in_network(classes=10):
    """Build Network in Network: `(N, 3, 32, 32)` to `(N, classes)`.

    Source: Lin et al. 2014; the widths are those of the authors' net for CIFAR-10. Only its second
    block keeps its width, as `MLPConv` does; the others are written out.
    """
    return nn.Sequential(
        *mlpconv((3, 192, 160, 96), 5, padding=2),
        nn.MaxPool2d(3, stride=2, padding=1),
        nn.Dropout(),
        layers("one_by_one_torch").MLPConv(96, 192, 5, padding=2),
        nn.AvgPool2d(3, stride=2, padding=1),
        nn.Dropout(),
        *mlpconv((192, 192, 192, classes), 3, padding=1),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
    )


def mlpconv(widths, kernel_size, padding):
    """List a convolution and two 1×1 convolutions of free widths, ReLU after each."""
    first, second, third, last = widths
    convs = (
        nn.Conv2d(first, second, kernel_size, padding=padding),
        nn.Conv2d(second, third, 1),
        nn.Conv2d(third, last, 1),
    )
    return [layer for conv in convs for layer in (conv, nn.ReLU())]
