"""C05: what a net of 1×1 convolutions is: a fully connected net, or a bag of pixels."""

import torch
from torch import nn

from autograder.layers import layers
from experiments.data import load
from experiments.spread import difference, plus_minus
from experiments.table import Budget, Table, find, over_seeds
from experiments.train import accuracy, draw, fit, outputs, parameters, seeded
from experiments.verdict import Verdict

SEEDS = (0, 1, 2, 3)
FULL = Budget(train=2000, test=2000, epochs=6)
SIDE, WIDTHS, LEVELS = 28, (16, 32), 256
EXACT = 1e-10


def run(seeds=SEEDS, budget=FULL):
    """Compare outputs that should be equal, then train nets on plain and on shuffled images.

    Returns
    -------
    Table
        Rows with `compared`: the largest `difference` of two ways to an output, over the
        outputs' sd, in float64. Rows with `net`: its `weights`; test accuracy in percent on the
        `plain` images, on images `shuffled` each in its own way, and of another net trained and
        tested on images that were all shuffled in the same way, `relearned`.
    """
    images = load("fashion_mnist", source="embedded")
    labels = ("compared", "net", "weights")
    rows = over_seeds(lambda seed: _measure(images, seed, budget), seeds, labels)
    return Table(rows, images.source)


def _measure(images, seed, budget):
    x_train, y_train, x_test, y_test = draw(images, budget.train, budget.test, seed)
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(SIDE**2, generator=generator)
    shuffled = shuffle_each(x_test, generator)
    rows = exact(seed, x_test[:50].double(), generator)
    for name, build in NETS.items():

        def learned(x, build=build):
            model = seeded(seed, build)
            return fit(model, x, y_train, seed=seed, epochs=budget.epochs, learning_rate=1e-2)

        model = learned(x_train)
        rows.append(
            {
                "net": name,
                "weights": parameters(model),
                "plain": accuracy(model, x_test, y_test),
                "shuffled": accuracy(model, shuffled, y_test),
                "relearned": accuracy(
                    learned(shuffle_all(x_train, order)), shuffle_all(x_test, order), y_test
                ),
            }
        )
    return rows


def convolutions(kernel_size, channels=1):
    """Stack convolutions with batch norm and ReLU; the map keeps its size."""
    blocks = []
    for before, after in zip((channels, *WIDTHS), WIDTHS, strict=False):
        blocks += [
            nn.Conv2d(before, after, kernel_size, padding=kernel_size // 2),
            nn.BatchNorm2d(after),
            nn.ReLU(),
        ]
    return nn.Sequential(*blocks)


def with_average(kernel_size):
    """Put a global average and a linear layer behind the convolutions."""
    head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(WIDTHS[-1], 10))
    return nn.Sequential(convolutions(kernel_size), head)


def with_flatten(kernel_size):
    """Put a linear layer that sees every value of the last map behind the convolutions."""
    head = nn.Sequential(nn.Flatten(), nn.Linear(WIDTHS[-1] * SIDE**2, 10))
    return nn.Sequential(convolutions(kernel_size), head)


def fully_connected():
    """Read all pixels by a hidden layer of 128 units."""
    hidden = nn.Sequential(nn.Flatten(), nn.Linear(SIDE**2, 128), nn.BatchNorm1d(128), nn.ReLU())
    return nn.Sequential(hidden, nn.Linear(128, 10))


class Histogram(nn.Module):
    """Share of pixels at each grey level: `(N, 1, H, W)` to `(N, levels)`; no weights."""

    def __init__(self, levels):
        super().__init__()
        self.levels = levels

    def forward(self, x):
        """Count the pixels of each image by their level, rounded."""
        level = (x.flatten(1) * (self.levels - 1)).round().long()
        counts = torch.zeros(len(x), self.levels, dtype=x.dtype)
        return counts.scatter_add_(1, level, torch.ones_like(level, dtype=x.dtype)) / level.shape[1]


def on_histogram():
    """Classify an image by its histogram of grey levels and nothing else."""
    hidden = nn.Sequential(Histogram(LEVELS), nn.BatchNorm1d(LEVELS), nn.Linear(LEVELS, 128))
    return nn.Sequential(hidden, nn.ReLU(), nn.Linear(128, 10))


NETS = {
    "1×1, average": lambda: with_average(1),
    "histogram": on_histogram,
    "3×3, average": lambda: with_average(3),
    "1×1, flatten": lambda: with_flatten(1),
    "3×3, flatten": lambda: with_flatten(3),
    "fully connected": fully_connected,
}


def shuffle_all(x, order):
    """Reorder the pixels of all images in the same way."""
    return torch.from_numpy(layers("one_by_one_numpy").permute_pixels(x.numpy(), order.numpy()))


def shuffle_each(x, generator):
    """Reorder the pixels of each image in a way of its own."""
    orders = torch.rand(len(x), SIDE**2, generator=generator).argsort(1)
    return x.flatten(2).gather(2, orders[:, None]).reshape(x.shape)


def exact(seed, x, generator):
    """Compare the outputs of nets with random weights, in float64, in five ways."""
    average, flatten = (
        seeded(seed, lambda b=build: b(1)).double().eval() for build in (with_average, with_flatten)
    )
    shuffled = shuffle_each(x, generator)
    rgb = torch.rand(8, 3, 5, 7, generator=generator, dtype=torch.float64)
    colour = seeded(seed, lambda: convolutions(1, channels=3)).double().eval()
    pixels = seeded(seed, lambda: convolutions(1, channels=SIDE**2)).double().eval()
    every_pixel = rgb.movedim(1, -1).flatten(0, 2)
    pairs = {
        "per pixel": (colour(rgb).movedim(1, -1).flatten(0, 2), as_linear(colour)(every_pixel)),
        "pixels as channels": (
            pixels(x.reshape(len(x), -1, 1, 1)).flatten(1),
            as_linear(pixels)(x.flatten(1)),
        ),
        "average, shuffled": (outputs(average, shuffled), outputs(average, x)),
        "average, from histogram": (from_histogram(average, x), outputs(average, x)),
        "flatten, shuffled": (outputs(flatten, shuffled), outputs(flatten, x)),
    }
    with torch.no_grad():
        return [
            {"compared": name, "difference": ((a - b).abs().max() / b.std()).item()}
            for name, (a, b) in pairs.items()
        ]


def as_linear(net):
    """Turn 1×1 convolutions and their batch norms into linear layers with the same weights."""
    turned = []
    for layer in net:
        if isinstance(layer, nn.Conv2d):
            linear = nn.Linear(layer.in_channels, layer.out_channels, dtype=layer.weight.dtype)
            linear.load_state_dict({"weight": layer.weight.flatten(1), "bias": layer.bias})
            turned.append(linear)
        elif isinstance(layer, nn.BatchNorm2d):
            norm = nn.BatchNorm1d(layer.num_features, dtype=layer.weight.dtype)
            norm.load_state_dict(layer.state_dict())
            turned.append(norm)
        else:
            turned.append(layer)
    return nn.Sequential(*turned).eval()


@torch.no_grad()
def from_histogram(model, x):
    """Compute the outputs of a net with a global average from the images' histograms alone.

    The convolutions see one image of a single pixel for each grey level; each image's average is
    then weighted by how many of its pixels have that level.
    """
    # Divided in single precision, as the images were.
    levels = (torch.arange(LEVELS, dtype=torch.float32) / (LEVELS - 1)).to(x.dtype)
    features = model[0](levels[:, None, None, None])[:, :, 0, 0]
    return model[1][-1](Histogram(LEVELS)(x) @ features)


def verdicts(rows):
    """Decide C05: equal to a fully connected net, and on the whole image or at each pixel."""

    def off(name):
        return max(find(rows, compared=name)["difference"])

    def score(net, images="plain"):
        return find(rows, net=net)[images]

    number = (
        f"differences, in sd of the outputs: to a small fully connected net at each pixel "
        f"{off('per pixel'):.0e}, to one over the whole image if its pixels are channels "
        f"{off('pixels as channels'):.0e}; with a global average, after shuffling the pixels "
        f"{off('average, shuffled'):.0e}. Accuracy of 1×1 convolutions and a global average "
        f"{plus_minus(score('1×1, average'))} % (from the histogram of grey levels alone "
        f"{plus_minus(score('histogram'))} %), of a fully connected net "
        f"{plus_minus(score('fully connected'))} %"
    )
    equal = max(off("per pixel"), off("pixels as channels")) < EXACT
    apart = difference(score("fully connected"), score("1×1, average"))
    if not equal:
        return {"C05": Verdict("fails", number)}
    if off("average, shuffled") > EXACT or not apart.above:
        return {"C05": Verdict("holds", number)}
    word = (
        "holds if the map is a single pixel; on a larger one it is the same small net at each "
        "pixel, and with a global average a bag of pixels"
    )
    return {"C05": Verdict(word, number)}
