"""C10, C28: how often pooling uses each pixel, and how many values it leaves. No chance here."""

import torch
import torch.nn.functional as F

from experiments.table import Table, find
from experiments.verdict import Verdict

SEEDS = ()
FULL = None
CASES = (
    {"side": 28, "kernel_size": 2, "stride": 2},
    {"side": 7, "kernel_size": 2, "stride": 2},
    {"side": 28, "kernel_size": 3, "stride": 3},
    {"side": 27, "kernel_size": 3, "stride": 2},
)
CHANNELS, CLASSES = 32, 10


def run(seeds=SEEDS, budget=FULL):
    """Count uses and values for the windows of `CASES`.

    Returns
    -------
    Table
        A row a case: `uses`, how many pixels are used 0, 1, 2, … times; `kept`, output values a
        channel; `head_before` and `head_after`, weights of a linear layer to 10 classes on 32
        channels of the map before and after pooling.
    """
    del seeds, budget
    return Table([_row(**case) for case in CASES], "none: counted, not measured")


def _row(side, kernel_size, stride):
    uses = pixel_uses(side, kernel_size, stride)
    kept = F.avg_pool2d(torch.zeros(1, 1, side, side), kernel_size, stride).numel()
    return {
        "side": side,
        "kernel_size": kernel_size,
        "stride": stride,
        "uses": torch.bincount(uses.flatten()).tolist(),
        "pixels": side**2,
        "kept": kept,
        "head_before": CHANNELS * side**2 * CLASSES,
        "head_after": CHANNELS * kept * CLASSES,
    }


def pixel_uses(side, kernel_size, stride):
    """Count the windows over each pixel: the gradient of the sum of all windows' sums.

    Returns
    -------
    Tensor (side, side)
        Integers.
    """
    x = torch.zeros(1, 1, side, side, requires_grad=True)
    (F.avg_pool2d(x, kernel_size, stride) * kernel_size**2).sum().backward()
    return x.grad[0, 0].round().long()


def verdicts(rows):
    """Decide C10 (each pixel once) and C28 (a quarter is left)."""
    even = find(rows, side=28, kernel_size=2)
    odd = find(rows, side=7)
    return {"C10": _once(rows, even, odd), "C28": _quarter(even, odd)}


def _once(rows, even, odd):
    standard = [row for row in rows if row["kernel_size"] == row["stride"]]
    unused = {row["side"]: row["uses"][0] for row in (even, odd)}
    number = (
        f"28×28, window and stride 2: {even['uses'][1]} of {even['pixels']} pixels used once; "
        f"7×7: {odd['uses'][1]} once, {unused[7]} of {odd['pixels']} never (no spread: counted)"
    )
    if any(len(row["uses"]) > 2 for row in standard) or unused[28]:
        return Verdict("fails", number)
    if unused[7]:
        return Verdict(
            "holds if the window divides the side; else the last pixels are dropped", number
        )
    return Verdict("holds", number)


def _quarter(even, odd):
    share = {row["side"]: 100 * row["kept"] / row["pixels"] for row in (even, odd)}
    number = (
        f"28×28: {even['kept']} of {even['pixels']} values a channel, {share[28]:.1f} %; 7×7: "
        f"{odd['kept']} of {odd['pixels']}, {share[7]:.1f} %; a linear layer behind 32 channels of "
        f"28×28 shrinks from {even['head_before']:,} to {even['head_after']:,} weights "
        "(no spread: counted)"
    )
    if share[28] != 25:
        return Verdict("fails", number)
    if share[7] != 25:
        return Verdict("holds if both sides are even; else a little less is left", number)
    return Verdict("holds", number)
