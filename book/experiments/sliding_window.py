"""C21: a fully connected layer as a convolution, and what it gives on a larger image.

Two small nets, without and with padding, learn images of 28×28. Then they look at scenes of
64×64, window by window and all at once.
"""

from copy import deepcopy

import torch
import torch.nn.functional as F
from torch import nn

from autograder.layers import layers
from experiments.block_nets import milliseconds
from experiments.data import load
from experiments.macs import macs
from experiments.spread import plus_minus
from experiments.table import Budget, Table, find, over_seeds
from experiments.timing import noise, ratios
from experiments.train import accuracy, draw, fit, seeded
from experiments.verdict import Verdict

SEEDS = (0, 1, 2, 3)
FULL = Budget(train=2000, test=2000, epochs=6)
SIDE, SCENE, STEP, HIDDEN = 28, 64, 4, 64
PADDINGS = {"without padding": 0, "with padding": 1}
SCENES, PASSES, EXACT = 10, 9, 1e-10
#: Channels and side of VGG-16's last map; of its 4,096 outputs sixteen are enough.
VGG = (512, 7, 16)


def run(seeds=SEEDS, budget=FULL):
    """Compare layers, and windows cut out one by one with one pass over the whole scene.

    Returns
    -------
    Table
        Rows with `layer`: largest `difference` between a linear layer's outputs and those of the
        convolution it is. Rows with `net`: test `accuracy` in percent; `windows` in a scene; the
        largest `difference` between a window's scores and the score map's; the percentage of
        windows with the same answer, `agreement`; MACs and forward CPU milliseconds for a scene,
        window by window (`macs`, `milliseconds`) and at once (`macs_at_once`, ...).
    """
    images = load("fashion_mnist", source="embedded")
    labels = ("layer", "net", "windows", "macs", "macs_at_once")
    rows = over_seeds(lambda seed: _measure(images, seed, budget), seeds, labels)
    return Table(rows, images.source)


def _measure(images, seed, budget):
    x_train, y_train, x_test, y_test = draw(images, budget.train, budget.test, seed)
    places = scenes(x_test, torch.Generator().manual_seed(seed))
    rows = exact(seed)
    for name, padding in PADDINGS.items():
        model = seeded(seed, lambda p=padding: net(p))
        fit(model, x_train, y_train, seed=seed, epochs=budget.epochs)
        scored = {"net": name, "accuracy": accuracy(model, x_test, y_test)}
        rows.append({**scored, **_slide(model, places), **_cost(model, places)})
    return rows


def exact(seed):
    """Compare two linear layers, in float64, with the convolutions that they are."""
    channels, side, outputs = VGG
    first = seeded(seed, lambda: nn.Linear(channels * side**2, outputs).double())
    second = nn.Linear(outputs, 10).double()
    x = noise(seed, 8, channels, side, side).double()
    hidden = first(x.flatten(1))
    window = layers("gap_vs_fc_torch").linear_to_conv2d(first, channels, side, side)
    pixel = layers("one_by_one_torch").linear_to_conv1x1(second)
    return [
        {"layer": "7×7", "difference": apart(window(x).flatten(1), hidden)},
        {
            "layer": "1×1",
            "difference": apart(pixel(hidden[:, :, None, None]).flatten(1), second(hidden)),
        },
    ]


def apart(a, b):
    """Largest absolute difference of two tensors."""
    return (a - b).abs().max().item()


def net(padding):
    """Build two convolutions, each with ReLU and 2×2 max pooling, and two linear layers."""
    features = nn.Sequential(
        *(nn.Conv2d(1, 8, 3, padding=padding), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(8, 16, 3, padding=padding), nn.ReLU(), nn.MaxPool2d(2)),
    )
    values = 16 * map_side(features) ** 2
    classifier = nn.Sequential(nn.Linear(values, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 10))
    return nn.Sequential(features, nn.Flatten(), classifier)


def map_side(features):
    """Side of the map that convolutions make of an image of 28×28."""
    like = next(features.parameters())
    return features(like.new_zeros(1, 1, SIDE, SIDE)).shape[-1]


def at_once(model):
    """Turn a net's linear layers into convolutions, so that it takes any larger image."""
    features, _, classifier = model
    return layers("gap_vs_fc_torch").fully_convolutional(features, classifier, map_side(features))


def scenes(x, generator):
    """Lay out scenes of 64×64 with four images each, 4 pixels between them and 2 around."""
    chosen = x[torch.randint(len(x), (SCENES, 4), generator=generator)]
    framed = F.pad(chosen, [2] * 4).reshape(SCENES, 2, 2, SCENE // 2, SCENE // 2)
    return framed.transpose(2, 3).reshape(SCENES, 1, SCENE, SCENE)


def windows(scene):
    """Cut `(1, 1, 64, 64)` into windows of 28×28, 4 pixels apart: `(100, 1, 28, 28)`."""
    return F.unfold(scene, SIDE, stride=STEP)[0].T.reshape(-1, 1, SIDE, SIDE)


@torch.no_grad()
def _slide(model, places):
    exactly = deepcopy(model).double()
    dense, gaps, same = at_once(exactly), [], []
    for scene in places.double().split(1):
        cut, whole = exactly(windows(scene)), dense(scene).flatten(2)[0].T
        gaps.append(apart(cut, whole))
        same.append(100 * (cut.argmax(1) == whole.argmax(1)).double().mean().item())
    return {"windows": len(cut), "difference": max(gaps), "agreement": sum(same) / len(same)}


def _cost(model, places):
    scene, dense = places[:1], at_once(model)
    taken = milliseconds([lambda x: model(windows(x)), dense], scene, PASSES)
    return {
        "macs": macs(model, *windows(scene).shape),
        "macs_at_once": macs(dense, *scene.shape),
        "milliseconds": taken[0],
        "milliseconds_at_once": taken[1],
    }


def verdicts(rows):
    """Decide C21 by whether the layers are equal, and say when sliding windows are."""
    worst = max(max(row["difference"]) for row in rows if "layer" in row)
    bare, padded = (find(rows, net=name) for name in PADDINGS)
    faster = ratios(bare["milliseconds"], bare["milliseconds_at_once"])
    number = (
        f"the outputs of layer and convolution differ by at most {worst:.0e}, which is rounding. "
        f"On larger images, windows one by one against all at once: without padding in the net the "
        f"scores differ by at most {max(bare['difference']):.0e}, with padding by up to "
        f"{plus_minus(padded['difference'])}, and {plus_minus(padded['agreement'])} % of the "
        f"windows keep their answer. At once takes {bare['macs'] / bare['macs_at_once']:.1f} times "
        f"fewer MACs and {plus_minus(faster)} times less CPU time"
    )
    return {"C21": Verdict("holds" if worst < EXACT else "fails", number)}
