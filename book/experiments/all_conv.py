"""C32, C36: pooling against striding in the same net, with the controls that All-CNN needs."""

import torch.nn.functional as F
from torch import nn

from autograder.layers import layers
from experiments.data import load
from experiments.macs import macs
from experiments.nets import classifier
from experiments.spread import difference, plus_minus, sd
from experiments.table import Budget, Table, over_seeds
from experiments.timing import milliseconds, noise, ratios
from experiments.train import accuracy, draw, fit, parameters, seeded
from experiments.verdict import Verdict

SEEDS = (0, 1, 2, 3, 4)
FULL = Budget(train=2500, test=2000, epochs=6)
SIDE, WIDE = 32, (13, 26, 52)
COMPARED, PASSES = 300, 5
CONTROLS = {
    "max": "max pooling",
    "extra": "an extra convolution and max pooling",
    "wide": "wider convolutions and max pooling",
}


def run(seeds=SEEDS, budget=FULL):
    """Train the same net with each way of halving its maps; equal seeds mean equal convolutions.

    Returns
    -------
    Table
        A row a kind: `parameters` and `macs` for one image; CPU `milliseconds` of a training step
        of 64 images; `train` and `test` accuracy in percent; `agreement`, the percentage of
        answers that circular shifts of at most 2 px leave as they were (`shift_consistency`).
    """
    images = load("fashion_mnist", source="embedded")
    labels = ("kind", "parameters", "macs")
    rows = over_seeds(lambda seed: _measure(images, seed, budget), seeds, labels)
    return Table(rows, images.source)


def _measure(images, seed, budget):
    x_train, y_train, x_test, y_test = draw(images, budget.train, budget.test, seed)
    x_train, x_test = (F.pad(x, [2] * 4) for x in (x_train, x_test))
    models = {kind: seeded(seed, make) for kind, make in kinds().items()}
    times = milliseconds(models, noise(seed, 64, 1, SIDE, SIDE), PASSES)
    rows = []
    for kind, model in models.items():
        row = {"kind": kind, "parameters": parameters(model), "macs": macs(model, 1, 1, SIDE, SIDE)}
        row["milliseconds"] = times[kind]
        fit(model, x_train, y_train, seed=seed, epochs=budget.epochs)
        row["train"] = accuracy(model, x_train, y_train)
        row["test"] = accuracy(model, x_test, y_test)
        agreement = layers("pooling_torch").shift_consistency(model, x_test[:COMPARED], 2)
        rows.append({**row, "agreement": 100 * agreement})
    return rows


def kinds():
    """Name the nets and how each is built: three 3×3 convolutions, each halved, and a linear layer.

    `all-conv` has a learned convolution where `max` has its pooling; `frozen` too, but it never
    learns. `extra` and `wide` are the controls: max pooling with as many weights, in additional
    convolutions of stride 1 or in wider ones.
    """
    return {
        "max 2/2": lambda: classifier("max", SIDE),
        "max": lambda: classifier("max 3/2", SIDE),
        "average": lambda: classifier("average 3/2", SIDE),
        "stride": lambda: classifier("stride", SIDE),
        "blurred stride": lambda: classifier(blur, SIDE),
        "all-conv": all_conv,
        "frozen": frozen,
        "extra": lambda: classifier(convolved_max, SIDE),
        "wide": lambda: classifier("max 3/2", SIDE, widths=WIDE),
    }


def blur(channels):
    """Keep every second value of a stride-1 convolution, blurred first (Zhang 2019)."""
    return layers("pooling_torch").BlurPool2d(channels, stride=2)


def all_conv():
    """Replace the pooling of the net `max` by convolutions of the same window and stride."""
    return layers("downsampling_torch").replace_pooling(classifier("max 3/2", SIDE))


def frozen():
    """Keep the replacing convolutions of `all_conv` as they were drawn."""
    model = all_conv()
    for layer in model.modules():
        if isinstance(layer, nn.Conv2d) and layer.in_channels == layer.out_channels:
            layer.requires_grad_(False)
    return model


def convolved_max(channels):
    """Put a 3×3 convolution of stride 1 in front of the pooling."""
    conv = nn.Conv2d(channels, channels, 3, padding=1)
    return nn.Sequential(conv, nn.ReLU(), nn.MaxPool2d(3, stride=2, padding=1))


def verdicts(rows):
    """Decide C32 (fixed and cheaper against learned) and C36 (All-CNN)."""
    found = {row["kind"]: row for row in rows}
    return {"C32": _cheaper(found), "C36": _better(found)}


def _cheaper(found):
    pooled, learned, strided = (found[kind] for kind in ("max", "all-conv", "stride"))

    def gain(kind):
        return difference(found[kind]["test"], pooled["test"])

    number = (
        f"over 3×3 max pooling with stride 2, convolutions in its place add "
        f"{learned['parameters'] - pooled['parameters']:,} weights and take "
        f"{against(learned, pooled)}; a stride in the convolution before adds none and takes "
        f"{against(strided, pooled)}. Test accuracy in points, minus max pooling: convolution in "
        f"its place {gain('all-conv')}, the same but never trained {gain('frozen')}, stride "
        f"{gain('stride')}; trained minus never trained "
        f"{difference(learned['test'], found['frozen']['test'])}"
    )
    if learned["macs"] <= pooled["macs"]:
        return Verdict("fails", number)
    if strided["macs"] < pooled["macs"]:
        return Verdict(
            "holds if a convolution takes the pooling's place and MACs are counted; a stride in "
            "the convolution before is cheaper than pooling",
            number,
        )
    return Verdict("holds", number)


def against(row, base):
    """Say what a net costs in terms of another."""
    times = plus_minus(ratios(row["milliseconds"], base["milliseconds"]), 2)
    return f"{row['macs'] / base['macs']:.2f} times the MACs and {times} times the CPU time"


def _better(found):
    learned = found["all-conv"]["test"]
    gains = {name: difference(learned, found[kind]["test"]) for kind, name in CONTROLS.items()}
    spread = f"{sd(learned):.1f} and {sd(found['max']['test']):.1f}"
    number = (
        f"All-CNN ({found['all-conv']['parameters']:,} weights) "
        f"{plus_minus(learned)} %, max pooling ({found['max']['parameters']:,}) "
        f"{plus_minus(found['max']['test'])} %; All-CNN minus "
        + ", ".join(f"{name} {gain}" for name, gain in gains.items())
        + f" points; spread over seeds {spread}"
    )
    over_pooling, *over_controls = gains.values()
    if over_pooling.below:
        return Verdict("fails", number)
    if not over_pooling.above:
        return Verdict("not reproduced here", number)
    if any(gain.above for gain in over_controls):
        return Verdict("holds", number)
    word = "holds if the added weights are the point; with as many, pooling does as well"
    return Verdict(word, number)
