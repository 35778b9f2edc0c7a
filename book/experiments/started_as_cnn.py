"""What training finds: a fully connected net that starts as a CNN, or as anything.

The CNN has no pooling but a mean at its end, so each of its steps but the ReLU is linear, and a
fully connected net of four layers computes the same.
"""

import copy

import torch
from torch import nn

from autograder.layers import layers
from experiments.growing_data import CNN, DIGITS, SIDE, tasks, train
from experiments.train import accuracy, outputs, parameters, seeded

WIDTHS, KERNEL_SIZE = (8, 16, 32), 5
#: More steps than in `growing_data`: every net shall get all of its training images right.
LONGER = 3
LONGER_CNN, RANDOM = "CNN, trained on", "random"
STARTS = (CNN, LONGER_CNN, "trained CNN", "untrained CNN", RANDOM)
#: The best of those that were tried on another seed: 0.005 and 0.01 for the CNN, 0.0003 to 0.003
#: for the MLP from a random start.
CNN_RATE, MLP_RATE = 1e-2, 3e-3


def arms(images, seed, budget):
    """Train the CNN, and the fully connected net from each start, on few and on many images.

    Returns
    -------
    list of dict
        A row with the sizes of both nets (`cnn_weights`, `mlp_weights`), how many of the matrices'
        entries a convolution uses (`entries`, `used`, `different`), and the largest `difference`
        of their outputs, over the outputs' sd, in float64. A row a `start` and number of `images`:
        `train` and `test` accuracy in percent; shares in percent of the matrices' squared weights
        that are `shared`, `local` without being shared, and `elsewhere`.
    """
    x, y, x_test, y_test = tasks(images, seed, budget)["digits"]
    steps = LONGER * budget.epochs * -(-budget.train // 64)
    untrained = seeded(seed, cnn)
    maps = entries(untrained)
    rows = [counted(untrained, maps, x_test)]
    for count in (min(DIGITS, budget.train), len(x)):
        trained = copy.deepcopy(untrained)
        train(trained, x[:count], y[:count], seed, steps, CNN_RATE)
        for start, model in models(untrained, trained, seed).items():
            rate = CNN_RATE if start == LONGER_CNN else MLP_RATE
            if start != CNN:
                train(model, x[:count], y[:count], seed, steps, rate)
            row = {"start": start, "images": count}
            row["train"] = accuracy(model, x[:count], y[:count])
            row["test"] = accuracy(model, x_test, y_test)
            matrices = (as_mlp(model) if start in (CNN, LONGER_CNN) else model)[1:-1:2]
            rows.append({**row, **shares([layer.weight for layer in matrices], maps)})
    return rows


def cnn():
    """Build three 5×5 convolutions with stride 2 and ReLU, a global average, a classifier."""
    blocks = []
    for before, after in zip((1, *WIDTHS), WIDTHS, strict=False):
        conv = nn.Conv2d(before, after, KERNEL_SIZE, 2, KERNEL_SIZE // 2)
        blocks += [conv, nn.ReLU()]
    return nn.Sequential(
        *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(WIDTHS[-1], 10)
    )


def models(untrained, trained, seed):
    """Return the net of each start, ready to be trained where it is to be."""
    random = as_mlp(untrained)
    torch.manual_seed(seed)
    for layer in random[1::2]:
        layer.reset_parameters()
    nets = (trained, copy.deepcopy(trained), as_mlp(trained), as_mlp(untrained), random)
    return dict(zip(STARTS, nets, strict=True))


def as_mlp(model):
    """Write a net of `cnn` as linear layers with ReLU between: the mean is one with the classifier.

    Returns
    -------
    nn.Sequential
        Flatten, then linear layers and ReLU in turn.
    """
    blocks, side = [nn.Flatten()], SIDE
    for conv in model[:-3:2]:
        blocks += [layers("without_pooling_torch").conv2d_to_linear(conv, side), nn.ReLU()]
        side = _halved(side)
    places, head = side**2, model[-1]
    last = nn.Linear(head.in_features * places, head.out_features, dtype=head.weight.dtype)
    weight = head.weight.detach().repeat_interleave(places, 1) / places
    last.load_state_dict({"weight": weight, "bias": head.bias.detach()})
    return nn.Sequential(*blocks, last)


def _halved(side):
    return layers("convolution_numpy").output_size(side, KERNEL_SIZE, 2, KERNEL_SIZE // 2)


def entries(model):
    """Say of every entry of the matrices which weight of the kernels it holds; 0 for none."""
    numbered = copy.deepcopy(model)
    for conv in numbered[:-3:2]:
        numbers = torch.arange(1, conv.weight.numel() + 1, dtype=conv.weight.dtype)
        conv.load_state_dict({"weight": numbers.view_as(conv.weight), "bias": conv.bias})
    return [layer.weight.round().long() for layer in as_mlp(numbered)[1:-1:2]]


def counted(model, maps, x):
    """Count weights and matrix entries, and compare the outputs of both nets."""
    double = copy.deepcopy(model).double()
    ours, expected = (outputs(net, x.double()) for net in (as_mlp(double), double))
    return {
        "cnn_weights": parameters(model),
        "mlp_weights": parameters(as_mlp(model)),
        "entries": sum(numbers.numel() for numbers in maps),
        "used": sum(int((numbers > 0).sum()) for numbers in maps),
        "different": sum(int(numbers.max()) for numbers in maps),
        "difference": ((ours - expected).abs().max() / expected.std()).item(),
    }


@torch.no_grad()
def shares(matrices, maps):
    """Split squared weights into what a convolution could hold, what is local, and the rest.

    The three parts of a matrix are at right angles to each other: the nearest matrix of a
    convolution (the mean over all places of each kernel weight), the other weights in its windows,
    and the weights outside of them. So their squares add up to the whole.
    """
    shared = local = elsewhere = 0.0
    for weight, numbers in zip(matrices, maps, strict=True):
        numbers, weight = numbers.flatten(), weight.flatten().double()
        sums = torch.bincount(numbers, weight)[1:]
        tied = (sums**2 / torch.bincount(numbers)[1:]).sum().item()
        outside = (weight[numbers == 0] ** 2).sum().item()
        shared, elsewhere = shared + tied, elsewhere + outside
        local += (weight**2).sum().item() - tied - outside
    total = (shared + local + elsewhere) / 100
    return {"shared": shared / total, "local": local / total, "elsewhere": elsewhere / total}
