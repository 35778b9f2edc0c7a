import numpy as np

from experiments.spread import difference
from tests.quiz_answers.rows import compare, row


def test_linear_reader():
    """As well as the net, or nearly."""
    linear, net = (
        {"features": "block 3", "trained": True, "reader": reader} for reader in ("linear", "net")
    )
    assert not compare("probe", "accuracy", linear, net).clear
    assert np.mean(row("probe", features="pixels", reader="linear")["accuracy"]) > 50


def test_at_the_border():
    """No."""
    padded, plain = (
        row("sliding_window", net=f"{word} padding")["difference"] for word in ("with", "without")
    )
    assert np.max(plain) < 1e-5 < 0.1 < np.min(padded)


def test_few_multiplications():
    """About 1 %."""
    fc, convolutions = (
        row("head_costs", net="VGG-16", images=1, part=part)["macs"]
        for part in ("FC", "convolutions")
    )
    assert 0.005 < fc / (fc + convolutions) < 0.015


def test_few_images():
    """Flatten."""
    for budget in ("few images", "few epochs"):
        flatten, gap = ({"net": net, "budget": budget} for net in ("flatten", "GAP"))
        assert compare("heads", "test", flatten, gap).above


def test_four_pixels_aside():
    """GAP, by far."""
    gap, flatten = ({"net": net, "shift": 4} for net in ("GAP", "flatten"))
    found = compare("heads", "accuracy", gap, flatten)
    assert found.above and found.mean > 10


def test_twice_as_wide():
    """Hardly more than by guessing."""
    assert 8 < np.mean(row("activation_maps", canvas=56, by="margin")["accuracy"]) < 15


def test_any_half():
    """Yes, a lot."""
    random, smallest = (
        {"pruned": "FC", "chosen": chosen, "share": 0.5} for chosen in ("random", "smallest")
    )
    assert compare("heads", "accuracy", smallest, random).mean > 20
    whole = row("heads", net="flatten, hidden", budget="full")["test"]
    assert np.mean(whole) - np.mean(row("heads", **smallest)["accuracy"]) < 1


def test_what_to_compare():
    """Both nets with nothing pretrained."""
    leads = [
        np.subtract(*(row("transfer", target="far", arm=arm)["test"] for arm in arms))
        for arms in (("FC", "GAP"), ("FC, all new", "GAP, all new"))
    ]
    assert np.mean(leads[0]) > 0
    assert not difference(*leads).clear
