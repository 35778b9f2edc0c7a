"""C15, C18: kernels from 1×1 to 15×15, and small ones in a stack: weights, time, accuracy."""

import torch

from experiments.data import load
from experiments.kernel_nets import LINEAR, block, net
from experiments.macs import macs
from experiments.spread import difference, plus_minus
from experiments.table import Budget, Table, find, over_seeds
from experiments.timing import milliseconds, noise, ratios
from experiments.train import accuracy, draw, fit, outputs, parameters, seeded
from experiments.verdict import Verdict

SEEDS = (0, 1, 2, 3)
FULL = Budget(train=2000, test=2000, epochs=6)
SIZES = (1, 3, 5, 7, 9, 11, 15)
PAIRS = {"two 3×3": 5, "three 3×3": 7}
STACKS = (*PAIRS, *(name + LINEAR for name in PAIRS))
DEPTHWISE = ("depthwise 3", "depthwise 7", "depthwise 11", "depthwise 15")
BRANCHES = "depthwise 11 + 3"
SLIM = "depthwise 11"
# The block that is timed has more channels than the one that is trained, as in larger nets.
TIMED = (*SIZES, *PAIRS, *DEPTHWISE, BRANCHES)
TIMED_CHANNELS, TIMED_SIDE, PASSES = 64, 28, 5
TRAINED_CHANNELS, RATE = 16, 1e-2
BLIND = "1×1 everywhere"
FLATTENED = (1, 3, 7, 11)


def run(seeds=SEEDS, budget=FULL):
    """Count and time each block, then train the same small net with each in its middle.

    Returns
    -------
    Table
        Rows with `block`, 64 channels on 28×28: `weights`, `macs`, the side of the square that one
        value `sees` (from its gradient), CPU `milliseconds` of a training step with one image.
        Rows with `net` and `head`: the block's `weights`, `train` and `test` accuracy in percent,
        and `same`, the percentage of answers that stay when each image's 2×2 cells are shuffled.
        For branches also `merged`, the test accuracy when both are made one kernel.
    """
    images = load("fashion_mnist", source="embedded")
    labels = ("block", "macs", "sees", "weights", "net", "head")
    rows = over_seeds(lambda seed: _measure(images, seed, budget), seeds, labels)
    return Table(rows, f"{images.source}; normal noise for the times")


def _measure(images, seed, budget):
    data = draw(images, budget.train, budget.test, seed)
    nets = {(name, "average"): 3 for name in (*SIZES, *STACKS, *DEPTHWISE, BRANCHES)}
    nets |= {(name, "flatten"): 3 for name in FLATTENED}
    rows = [_trained(1, "average", 1, data, seed, budget) | {"net": BLIND}]
    rows += [_trained(*labels, stem, data, seed, budget) for labels, stem in nets.items()]
    return timed(seed) + rows


def timed(seed):
    """Count and time the blocks `TIMED`."""
    models = {name: seeded(seed, lambda n=name: block(n, TIMED_CHANNELS)) for name in TIMED}
    shape = (1, TIMED_CHANNELS, TIMED_SIDE, TIMED_SIDE)
    # As in the midst of a net, where a layer has to pass a gradient on to the one before.
    x = noise(seed, *shape).requires_grad_()
    times = milliseconds(models, x, PASSES)
    return [
        {
            "block": name,
            "weights": kernel_weights(model),
            "macs": macs(model, *shape),
            "sees": reached(model),
            "milliseconds": times[name],
        }
        for name, model in models.items()
    ]


def kernel_weights(model):
    """Count weights without biases."""
    return parameters(model) - sum(p.numel() for p in model.parameters() if p.dim() == 1)


def reached(model):
    """Return the side of the square of pixels that move the middle value, by its gradient."""
    x = noise(0, 1, TIMED_CHANNELS, TIMED_SIDE, TIMED_SIDE).requires_grad_()
    middle = TIMED_SIDE // 2
    model(x)[0, :, middle, middle].sum().backward()
    return int((x.grad[0] != 0).any(0).any(0).sum())


def _trained(name, head, stem, data, seed, budget):
    x, y, x_test, y_test = data
    middle = seeded(seed, lambda: block(name, TRAINED_CHANNELS))
    model = seeded(seed, lambda: net(middle, TRAINED_CHANNELS, stem, head))
    fit(model, x, y, seed=seed, epochs=budget.epochs, learning_rate=RATE)
    moved = shuffled(x_test, torch.Generator().manual_seed(seed))
    same = (outputs(model, moved).argmax(1) == outputs(model, x_test).argmax(1)).double()
    row = {
        "net": name,
        "head": head,
        "weights": kernel_weights(middle),
        "train": accuracy(model, x, y),
        "test": accuracy(model, x_test, y_test),
        "same": 100 * same.mean().item(),
    }
    if name == BRANCHES:
        middle[0] = middle[0].merged()
        row["merged"] = accuracy(model, x_test, y_test)
    return row


def shuffled(x, generator):
    """Give the 2×2 cells of each image `(N, 1, H, W)` new places, the same ones in all images."""
    count, _, height, width = x.shape
    cells = x.reshape(count, height // 2, 2, width // 2, 2).transpose(2, 3)
    cells = cells.reshape(count, -1, 2, 2)
    cells = cells[:, torch.randperm(cells.shape[1], generator=generator)]
    cells = cells.reshape(count, height // 2, width // 2, 2, 2).transpose(2, 3)
    return cells.reshape(x.shape)


def tested(rows, name, head="average"):
    """Test accuracies of one net, a value a seed."""
    return find(rows, net=name, head=head)["test"]


def verdicts(rows):
    """Decide C15 (stacks of 3×3) and C18 (1×1 and very large kernels)."""
    return {"C15": _stacks(rows), "C18": _extremes(rows)}


def _stacks(rows):
    parts, equal, fewer = [], [], []
    for stack, size in PAIRS.items():
        ours, theirs = find(rows, block=stack), find(rows, block=size)
        equal.append(ours["sees"] == theirs["sees"] == size)
        fewer.append(ours["weights"] < theirs["weights"])
        times = plus_minus(ratios(ours["milliseconds"], theirs["milliseconds"]), 2)
        parts.append(
            f"{stack} see {ours['sees']} pixels like one {size}×{size} ({theirs['sees']}), with "
            f"{100 * (1 - ours['weights'] / theirs['weights']):.0f} % fewer weights and MACs in "
            f"{times} of its CPU time, and {difference(tested(rows, stack), tested(rows, size))} "
            "points of test accuracy"
        )
    growing = 3 * 64 * 9 + 64 * 64 * 9
    parts.append(
        f"from 3 to 64 channels two 3×3 have {growing:,} weights, one 5×5 {25 * 3 * 64:,} (counted)"
    )
    number = "; ".join(parts)
    if not all(equal + fewer):
        return Verdict("fails", number)
    return Verdict("holds if the layer's channels do not grow much", number)


def best(rows):
    """Return the kernel size with the highest mean accuracy, averaged before the classifier."""
    return max(SIZES, key=lambda size: sum(tested(rows, size)))


def enough(rows):
    """Return the smallest kernel size that ties with the best one."""
    top = tested(rows, best(rows))
    return next(size for size in SIZES if not difference(top, tested(rows, size)).above)


def _extremes(rows):
    blind = find(rows, net=BLIND)
    largest, good = SIZES[-1], enough(rows)
    small, first, last = (find(rows, block=size) for size in (3, good, largest))
    slim = find(rows, block=SLIM)
    trained = [find(rows, net=net, head="average")["weights"] for net in (SLIM, 3)]

    def gain(name, other, head="average"):
        return difference(tested(rows, name, head), tested(rows, other, head))

    def dearer(row, base):
        times = plus_minus(ratios(row["milliseconds"], base["milliseconds"]))
        return f"{row['macs'] / base['macs']:.1f} times the MACs and {times} times the CPU time"

    number = (
        f"a net of 1×1 convolutions alone keeps {plus_minus(blind['same'], 2)} % of its answers "
        f"when the cells of the images are shuffled, and scores {plus_minus(blind['test'])} %; "
        f"behind a 3×3 convolution, one dense layer of 3×3 {plus_minus(tested(rows, 3))} %, of "
        f"{good}×{good} {plus_minus(tested(rows, good))} %; 15×15 brings {gain(largest, good)} "
        f"points more for {dearer(last, first)} of the layer; with a flattened map 11×11 brings "
        f"{gain(11, 3, 'flatten')} over 3×3; {SLIM}×11 brings {gain(SLIM, 3)} over dense 3×3, "
        f"with {trained[0] / trained[1]:.2f} times the layer's weights; between 64 channels it "
        f"takes {dearer(slim, small)}"
    )
    if min(blind["same"]) < 99.9:
        return Verdict("fails", number)
    if good == largest:
        return Verdict("holds if the second half is left out", number)
    word = f"holds if by very large more is meant than the net has use for, here {good}×{good}"
    return Verdict(word, number)
