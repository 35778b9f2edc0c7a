"""The kernel-size chapter: stacks, published nets, gradients and texts are what it says."""

import re

import numpy as np
import pytest
import torch

from autograder.layers import layers
from experiments import classic_nets, composed, effective_fields, kernel_sizes, text_widths
from experiments.docstrings import LENGTH, paragraphs
from experiments.kernel_nets import Branches, block
from experiments.record import results
from experiments.text_nets import conv_weights, sight, text_net
from figures import kernel_size_words


@pytest.mark.parametrize("name", [1, 15, *kernel_sizes.STACKS, *kernel_sizes.DEPTHWISE])
def test_a_block_keeps_the_shape_and_ends_with_a_relu(name):
    y = block(name, 4)(torch.randn(2, 4, 9, 7))
    assert y.shape == (2, 4, 9, 7) and y.min() == 0


def test_a_stack_without_relu_is_linear_before_its_last_and_a_stack_with_is_not():
    x = torch.randn(1, 4, 9, 9)
    for name, linear in (("two 3×3, no ReLU between", True), ("two 3×3", False)):
        *body, _ = [m for m in block(name, 4).modules() if not list(m.children())]
        body = torch.nn.Sequential(*body)
        twice = body(2 * x) - body(0 * x), 2 * (body(x) - body(0 * x))
        assert torch.allclose(*twice, atol=1e-5) is linear


def test_merged_branches_compute_the_same():
    both, x = Branches(4, 7, 3), torch.randn(2, 4, 9, 9)
    assert torch.allclose(both(x), both.merged()(x), atol=1e-5)
    (row,) = [row for row in results("kernel_sizes")["rows"] if "merged" in row]
    assert row["merged"] == pytest.approx(row["test"], abs=0.1)


def test_shuffled_cells_keep_their_pixels_and_move_alike_in_all_images():
    x = torch.arange(36.0).reshape(1, 1, 6, 6).repeat(2, 1, 1, 1)
    moved = kernel_sizes.shuffled(x, torch.Generator().manual_seed(0))
    assert torch.equal(moved[0], moved[1]) and not torch.equal(moved, x)
    corners = moved[0, 0, ::2, ::2].flatten()
    assert torch.equal(corners.sort().values, x[0, 0, ::2, ::2].flatten())
    assert torch.equal(moved[0, 0, 1::2, 1::2].flatten(), corners + 7)


def test_a_kernel_that_two_small_ones_make_is_found_again():
    rng = np.random.default_rng(0)
    parts = rng.normal(size=(2, 1, 1, 3, 3))
    target = layers("kernel_size_numpy").compose_kernels(*parts)
    assert composed.fit(target, 1, rng, 200) < 1e-4


def test_the_effective_side_of_an_even_field_is_read_off_a_line():
    shares = torch.zeros(5, 5)
    shares[1:4, 1:4] = 1 / 9
    assert effective_fields.side_of(shares, 0.95) == pytest.approx(3 - 2 * 0.05 / (8 / 9))


def test_gradients_reach_as_far_as_the_formula_says():
    for row in results("effective_fields")["rows"]:
        assert set(row["reached"]) == {row["sees"]} and max(row["effective"]) < row["sees"]
    for row in results("kernel_sizes")["rows"]:
        if isinstance(row.get("block"), int):
            assert row["sees"] == row["block"]


def test_published_nets_have_their_published_sight_and_weights():
    totals = {row["total"]: row for row in results("classic_nets")["rows"] if "total" in row}
    assert [row["sees"] for row in totals.values()] == [16, 195, 212]
    biases = 64 + 192 + 384 + 256 + 256
    dense = 9216 * 4096 + 4096 + 4096 * 4096 + 4096 + 4096 * 1000 + 1000
    assert totals["AlexNet"]["weights"] + biases + dense == 61_100_840
    assert totals["VGG-16"]["weights"] + 2 * 64 + 2 * 128 + 3 * 256 + 6 * 512 == 14_714_688


@pytest.mark.parametrize("name", classic_nets.DEAR)
def test_stacks_in_the_place_of_large_kernels_see_and_return_as_much(name):
    net = classic_nets.NETS[name]
    before, after = (classic_nets.followed(name, n) for n in (net, classic_nets.stacked(net)))
    for part in ("sees", "jump", "side", "channels"):
        assert before[-1][part] == after[-1][part]
    assert {row["kernel_size"] for row in after if row["kind"] == "conv"} == {3}


@pytest.mark.parametrize("distance", text_widths.DISTANCES)
def test_every_second_line_has_a_and_b_as_far_apart_as_asked(distance):
    x, y = text_widths.apart(distance, 200, 0)
    gap = (x == text_widths.B).long().argmax(1) - (x == text_widths.A).long().argmax(1)
    assert ((x == text_widths.A) | (x == text_widths.B)).sum() == 2 * len(x)
    assert torch.equal((gap == distance).long(), y) and y.sum() == 100
    assert set(gap.tolist()) == {distance - 1, distance, distance + 1}


def test_paragraphs_are_words_each_once_and_no_file_is_for_both():
    found = paragraphs("numpy", 200)
    assert len({words for words, _ in found}) == len(found) == 200
    assert all(len(words) == LENGTH for words, _ in found)
    assert 0 < sum(tested for _, tested in found) < 200


def test_a_shuffled_line_has_the_same_words():
    x, y, _, _ = text_widths.in_order(0, text_widths.FULL)
    written, shuffled = x[y == 0], x[y == 1]
    assert torch.equal(written.sort(1).values, shuffled.sort(1).values)
    assert not torch.equal(written, shuffled)


@pytest.mark.parametrize(("width", "depth"), [(5, 1), (3, 2), (2, 4)])
def test_a_text_net_sees_as_many_tokens_as_it_says(width, depth):
    net = text_net(20, width, depth, 2)
    weights = [w for w in net.convs.parameters() if w.dim() == 3]
    assert 1 + sum(w.shape[2] - 1 for w in weights) == sight(width, depth)
    assert sum(w.numel() for w in weights) == conv_weights(width, depth)
    assert net(torch.randint(20, (3, 12))).shape == (3, 2)


def _turned(module, claim, change):
    rows = results(module.__name__.removeprefix("experiments."))["rows"]
    changed = [change(dict(row)) for row in rows]
    return tuple(module.verdicts(found)[claim].verdict for found in (rows, changed))


def test_stacks_with_more_weights_turn_the_verdict():
    def change(row):
        return row | {"weights": 10**9} if row.get("block") == "two 3×3" else row

    before, after = _turned(kernel_sizes, "C15", change)
    assert before.startswith("holds if") and after == "fails"


def test_a_1x1_net_that_minds_a_shuffle_turns_the_verdict():
    def change(row):
        return row | {"same": [50.0] * 4} if row.get("net") == kernel_sizes.BLIND else row

    before, after = _turned(kernel_sizes, "C18", change)
    assert before.startswith("holds") and after == "fails"


def test_cheaper_stacks_turn_the_verdict_on_old_nets():
    before, after = _turned(classic_nets, "C16", lambda r: r | {"macs_with_stacks": 1})
    assert before.startswith("holds if") and after == "fails"


def test_width_that_never_helps_turns_the_verdict_on_text():
    def change(row):
        return row | {"test": [50.0] * 5} if row.get("task") == 6 else row

    before, after = _turned(text_widths, "C17", change)
    assert before.startswith("holds if") and after == "fails"


@pytest.mark.parametrize(
    "name",
    [
        *("fitted", "stack_gains", "in_their_places", "blind", "slim", "seven", "branches"),
        *("depth_table", "echoes", "sentence_gains"),
    ],
)
def test_a_table_or_sentence_has_numbers(name):
    text = getattr(kernel_size_words, name)().data
    assert re.search(r"\d", text) and "nan" not in text
