"""C06: a fully connected net can be any CNN; whether training finds one, on how many images."""

from experiments.data import load
from experiments.growing_data import CNN, MLP, curves
from experiments.spread import difference, plus_minus
from experiments.started_as_cnn import RANDOM, arms
from experiments.table import Budget, Table, find, over_seeds
from experiments.verdict import Verdict

SEEDS = (0, 1, 2)
FULL = Budget(train=4000, test=2000, epochs=4)
CURVE = ("task", "order", "images", "net", "weights", "macs")
START = ("start", "cnn_weights", "mlp_weights", "entries", "used", "different")
EXACT = 1e-10
#: Percent of the training images that a net must get right to have found a solution for them.
SOLVED = 99


def run(seeds=SEEDS, budget=FULL):
    """Train on growing data, and then from several starts.

    Returns
    -------
    Table
        The rows of `growing_data.curves` and of `started_as_cnn.arms`.
    """
    images = {"clothes": load("fashion_mnist", source="embedded"), "digits": load("digits")}

    def measure(seed):
        return curves(images, seed, budget) + arms(images, seed, budget)

    sources = "; ".join(found.source for found in images.values())
    return Table(over_seeds(measure, seeds, (*CURVE, *START)), sources)


def curve(rows, task, net, order="in order"):
    """Return the rows of a net, from few training images to many."""
    found = [r for r in rows if (r.get("task"), r.get("net"), r.get("order")) == (task, net, order)]
    return sorted(found, key=lambda row: row["images"])


def started(rows, start, place):
    """Return the row of a start; `place` 0 is for few training images, 1 for many."""
    counts = sorted({row["images"] for row in rows if row.get("start")})
    return find(rows, start=start, images=counts[place])


def gap(rows, task, place, order="in order"):
    """Test accuracy of the CNN minus that of the net of its size, at one point of the curve."""
    first, second = (curve(rows, task, net, order)[place]["test"] for net in (CNN, MLP))
    return difference(first, second)


def verdicts(rows):
    """Decide C06: exactly equal, yet not found where images are few; "good" means on new images."""
    (counts,) = [row for row in rows if "entries" in row]
    few, many = (
        [started(rows, start, place) for start in (CNN, RANDOM)] for place in (0, 1)
    )
    lead, later = (difference(cnn["test"], mlp["test"]) for cnn, mlp in (few, many))
    off = max(counts["difference"])

    def listed(task, order="in order"):
        found = curve(rows, task, CNN, order)
        ends = ((found[place]["images"], gap(rows, task, place, order)) for place in (0, -1))
        return " and ".join(f"{points} ({count:,} images)" for count, points in ends)

    number = (
        f"a fully connected net with {counts['mlp_weights'] / counts['cnn_weights']:.0f} times the "
        f"parameters equals a CNN to {off:.0e} of an output's sd. From a random start, with "
        f"{few[0]['images']:,} digits, it gets {plus_minus(few[1]['train'])} % of them right (the "
        f"CNN {plus_minus(few[0]['train'])} %), but of new ones {plus_minus(few[1]['test'])} % "
        f"(the CNN {plus_minus(few[0]['test'])} %): {lead} points of lead, with "
        f"{many[0]['images']:,} images {later}. At equal weights the CNN leads by, in points: on "
        f"clothes {listed('clothes')}, on digits {listed('digits')}; with permuted pixels on "
        f"clothes {listed('clothes', 'permuted')}, on digits {listed('digits', 'permuted')}"
    )
    if off > EXACT:
        return {"C06": Verdict("fails", number)}
    if not lead.above:
        return {"C06": Verdict("not reproduced here", number)}
    if min(few[1]["train"]) >= SOLVED:
        word = (
            "holds if good means good on new images, of the kind that a convolution expects; their "
            "training images are learned by both"
        )
        return {"C06": Verdict(word, number)}
    return {"C06": Verdict("holds", number)}
