"""C33, C34: first layers that stride: what they see and cost, in MACs and in time."""

from torch import nn

from autograder.layers import layers
from experiments.macs import macs
from experiments.published import STEMS, receptive_field, squeezenet
from experiments.spread import plus_minus
from experiments.table import Budget, Table, find, over_seeds
from experiments.timing import milliseconds, noise, ratios
from experiments.train import parameters, seeded
from experiments.verdict import Verdict

SEEDS = (0, 1, 2)
FULL = Budget(train=0, test=0, epochs=9)
SIDE, CHANNELS, FILTERS = 224, 3, 64
ONCE, POOLED = (7, 2), "pool"
# Each layer of a first stage as (window, stride); all but one end with 64 maps of 112×112.
STAGES = {
    "7×7, stride 2": (ONCE,),
    "7×7, stride 1": ((7, 1),),
    "7×7, then pooling": ((7, 1), POOLED),
    "three 3×3, stride first": ((3, 2), (3, 1), (3, 1)),
    "three 3×3, stride last": ((3, 1), (3, 1), (3, 2)),
    "three 3×3, then pooling": ((3, 1), (3, 1), (3, 1), POOLED),
}


def run(seeds=SEEDS, budget=FULL):
    """Count and time first stages, and count those of published nets, on 3×224×224.

    A time is the median of `budget.epochs` passes over one image.

    Returns
    -------
    Table
        Rows with `stage`: `parameters`, `macs`, `sees` (receptive field of the convolutions) and
        CPU `milliseconds` of a training step, a value a seed. Rows with `net`: a published one's
        first layers, with `macs` and what they would be at stride 1, and the receptive field and
        jump behind its first pooling. Rows with `table`: parameters and MACs of all SqueezeNet.
    """
    rows = over_seeds(lambda seed: _times(seed, budget), seeds, ("stage",))
    for row in rows:
        row |= _counts(row["stage"])
    rows += [_published(name) for name in STEMS]
    rows += [_table(name) for name in ("SqueezeNet 1.0", "SqueezeNet 1.1")]
    return Table(rows, "normal noise, 3×224×224; published tables of layers")


def _times(seed, budget):
    models = {name: seeded(seed, lambda n=name: stage(n)) for name in STAGES}
    x = noise(seed, 1, CHANNELS, SIDE, SIDE)
    times = milliseconds(models, x, budget.epochs)
    return [{"stage": name, "milliseconds": taken} for name, taken in times.items()]


def stage(name):
    """Build a first stage: convolutions without bias, ReLU after each, 2×2 max pooling."""
    built, channels = [], CHANNELS
    for layer in STAGES[name]:
        if layer == POOLED:
            built.append(nn.MaxPool2d(2))
            continue
        window, stride = layer
        built += [nn.Conv2d(channels, FILTERS, window, stride, window // 2, bias=False), nn.ReLU()]
        channels = FILTERS
    return nn.Sequential(*built)


def _counts(name):
    model = stage(name)
    convs = [layer for layer in STAGES[name] if layer != POOLED]
    return {
        "parameters": parameters(model),
        "macs": macs(model, 1, CHANNELS, SIDE, SIDE),
        "sees": receptive_field(convs)[0],
    }


def _published(name):
    convs, pool = STEMS[name]
    behind = receptive_field([conv[:2] for conv in convs] + [pool])
    return {
        "net": name,
        "convs": [list(conv) for conv in convs],
        "macs": stem_macs(convs),
        "macs_at_stride_1": stem_macs([(k, 1, p, filters) for k, _, p, filters in convs]),
        "receptive_field": behind[0],
        "jump": behind[1],
    }


def stem_macs(convs):
    """Sum the MACs of `(window, stride, padding, filters)` in order, on 3×224×224."""
    total, channels, side = 0, CHANNELS, SIDE
    for window, stride, padding, filters in convs:
        total += _cost(channels, filters, window, side, stride, padding)[1]
        channels, side = filters, (side + 2 * padding - window) // stride + 1
    return total


def _cost(*arguments):
    return layers("downsampling_numpy").conv2d_cost(*arguments)


def _table(name):
    costs = [_cost(*conv) for conv in squeezenet(name)]
    weights, multiplied = (sum(column) for column in zip(*costs, strict=True))
    return {"table": name, "parameters": weights, "macs": multiplied, "first": costs[0][1]}


def verdicts(rows):
    """Decide C33 (ResNet's first layer) and C34 (SqueezeNet and others)."""
    return {"C33": _saves(rows), "C34": _others(rows)}


def _saves(rows):
    once, pooled, thrice = (
        find(rows, stage=name)
        for name in ("7×7, stride 2", "7×7, then pooling", "three 3×3, stride first")
    )
    saved = pooled["macs"] / once["macs"]
    times = ratios(pooled["milliseconds"], once["milliseconds"])
    number = (
        f"7×7 with stride 2 sees {once['sees']} pixels, three 3×3 with stride 1 see "
        f"{find(rows, stage='three 3×3, then pooling')['sees']}; the stride saves {saved:.2f} "
        f"times the MACs over stride 1 and pooling ({pooled['macs'] / 1e6:.0f} against "
        f"{once['macs'] / 1e6:.0f} million) and {plus_minus(times)} times the CPU time of "
        f"training; three 3×3 with 64 filters and the stride in the first take "
        f"{thrice['macs'] / once['macs']:.1f} times the MACs of the 7×7"
    )
    if once["sees"] != find(rows, stage="three 3×3, then pooling")["sees"] or saved < 2:
        return Verdict("fails", number)
    if abs(saved - 4) > 0.1:
        return Verdict("holds if “4×” is taken loosely", number)
    return Verdict("holds", number)


def _others(rows):
    nets = [row for row in rows if "net" in row]
    striding = [row["net"] for row in nets if row["macs"] < row["macs_at_stride_1"]]
    saved = [row["macs_at_stride_1"] / row["macs"] for row in nets]
    old, new = (find(rows, table=f"SqueezeNet {version}") for version in ("1.0", "1.1"))
    late = old["macs"] / new["macs"]
    number = (
        f"{len(striding)} of {len(nets)} published nets stride in their first convolution (not "
        + ", ".join(row["net"] for row in nets if row["net"] not in striding)
        + f"), which saves up to {max(saved):.1f} times its MACs; behind it, "
        f"SqueezeNet 1.0 shrinks late and takes {old['macs'] / 1e6:.0f} million MACs with "
        f"{old['parameters']:,} weights, 1.1 shrinks earlier and takes {new['macs'] / 1e6:.0f}, "
        f"{late:.1f} times fewer, with {new['parameters']:,} (no spread: counted)"
    )
    if not {"SqueezeNet 1.0", "SqueezeNet 1.1"} <= set(striding):
        return Verdict("fails", number)
    if late > 1:
        return Verdict(
            "holds if the first layer is meant; SqueezeNet's next ones come late", number
        )
    return Verdict("holds", number)
