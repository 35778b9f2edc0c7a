"""The convolution chapter's experiments: their parts count right, their verdict can turn."""

import numpy as np
import pytest
import torch

from experiments.four_ways import by_im2col, by_pixel, by_pytorch
from experiments.geometry import compared_sizes, matrix_entries
from experiments.layer_kinds import KINDS, net
from experiments.record import results
from experiments.sharing import HALF, MARGIN, placed, verdicts
from experiments.timing import noise


def test_the_formula_and_pytorch_agree_also_on_what_is_impossible():
    sizes = compared_sizes()
    assert sizes["agree"] == sizes["geometries"] and sizes["impossible"] > 100
    # A side of 13: a kernel of 1 leaves 13, one of 5 with dilation 2 spans 9 and leaves 5.
    assert (sizes["fewest"], sizes["most"]) == (5, 13)


def test_a_wrong_formula_is_found(monkeypatch):
    monkeypatch.setattr("experiments.geometry._by_formula", lambda side, *rest: side)
    sizes = compared_sizes()
    assert sizes["agree"] < sizes["geometries"]


def test_a_matrix_holds_the_kernel_once_a_row():
    weight = np.arange(1.0, 9.0).reshape(2, 1, 2, 2)
    # 4×4 pixels, 2×2 places with stride 2: 8 rows of 4 weights.
    assert matrix_entries(weight, (4, 4), 2) == {"entries": 8 * 16, "used": 32, "different": 8}


@pytest.mark.parametrize("tail", ["flatten", "maximum"])
def test_nets_differ_in_their_two_layers_only(tail):
    x = torch.zeros(2, 1, 16, 48)
    nets = {kind: net(kind, (16, 48), tail) for kind in KINDS}
    maps = {kind: model[:4](x).shape for kind, model in nets.items()}
    assert len(set(maps.values())) == 1 and len({str(m[-3:]) for m in nets.values()}) == 1
    assert all(model(x).shape == (2, 10) for model in nets.values())


def test_a_net_without_layers_is_a_linear_classifier():
    assert sum(p.numel() for p in net("none", (28, 28)).parameters()) == 7850


def test_a_digit_moves_to_the_other_half_as_it_is():
    x = noise(0, 5, 1, 8, 8)
    left, right = placed(x, 3), placed(x, 3, HALF)
    assert torch.equal(left.roll(HALF, 3), right)
    assert torch.allclose(left.sum((1, 2, 3)), x.sum((1, 2, 3)), atol=1e-4)
    assert not left[..., :MARGIN].any() and not left[..., MARGIN + HALF :].any()


def test_convolution_and_maximum_do_not_see_which_half():
    x = noise(1, 6, 1, 8, 8)
    model = net("convolution", (16, 48), "maximum").eval()
    assert torch.allclose(model(placed(x, 3)), model(placed(x, 3, HALF)), atol=1e-6)


def test_all_ways_give_the_same_values():
    x, weight = noise(0, 2, 8, 16, 16), noise(1, 16, 8, 3, 3)
    expected = by_pytorch(x, weight).numpy()
    for way in (by_pixel, by_im2col):
        np.testing.assert_allclose(np.asarray(way(x, weight)), expected, atol=1e-4)
    assert all(max(row["error"]) < 1e-4 for row in results("four_ways")["rows"])


@pytest.mark.parametrize(
    ("changes", "word"),
    [({"agree": 0}, "fails"), ({"fewest": 13}, "holds"), ({"used": 400}, "fails")],
    ids=["formula wrong", "stride and padding alone", "no sharing"],
)
def test_the_verdict_turns_when_the_counts_do(changes, word):
    rows = results("sharing")["rows"]
    (name, value), *_ = changes.items()
    turned = [{**row, name: value} if name in row else row for row in rows]
    assert verdicts(turned)["C24"].verdict == word != verdicts(rows)["C24"].verdict
