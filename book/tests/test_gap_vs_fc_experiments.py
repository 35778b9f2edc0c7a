"""The GAP chapter's own logic: heads, windows, maps, pruning, probes and what is transferred."""

import pytest
import torch
from torch import nn

from experiments import activation_maps, head_costs, heads, probe, pruning, sliding_window, transfer
from experiments.record import experiment, results
from experiments.train import parameters


def test_a_shift_brings_zeros_in_and_drops_what_leaves():
    x = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])
    assert heads.shifted(x, 1, 0).tolist() == [[[[0, 1], [0, 3]]]]
    assert heads.shifted(x, 0, -1).tolist() == [[[[3, 4], [0, 0]]]]


def test_the_wider_net_has_nearly_as_many_weights_as_the_one_that_flattens():
    wider, flat = parameters(heads.net("GAP, wider")), parameters(heads.net("flatten"))
    assert wider == pytest.approx(flat, rel=0.06)


@pytest.mark.parametrize(
    ("name", "head"),
    [("flatten", 5130), ("flatten, hidden", 66_954), ("GAP", 330), ("GAP, wider", 450)],
)
def test_the_heads_have_the_weights_that_one_counts(name, head):
    assert parameters(heads.net(name)[1]) == head


@pytest.mark.parametrize(("kind", "chosen"), pruning.CASES)
def test_pruning_zeroes_its_share_of_its_layers_of_a_copy(kind, chosen):
    model = nn.Sequential(nn.Conv2d(1, 10, 3), nn.Flatten(), nn.Linear(90, 10))
    copy = pruning.without(model, kind, chosen, 0.8, seed=0)
    for layer, pruned in ((0, "convolutions"), (2, "FC")):
        zero = (copy[layer].weight == 0).double().mean().item()
        assert zero == pytest.approx(0.8 if kind == pruned else 0)
        assert (model[layer].weight != 0).all()


def test_the_smallest_weights_go_first():
    model = nn.Sequential(nn.Linear(4, 1))
    model[0].weight.data = torch.tensor([[0.1, -3.0, 2.0, -0.2]])
    copy = pruning.without(model, "FC", "smallest", 0.5, seed=0)
    assert copy[0].weight.tolist() == [[0, -3, 2, 0]]


def test_published_parameters():
    totals = {"AlexNet": 61_100_840, "VGG-16": 138_357_544}
    for name, total in totals.items():
        rows = [r for r in results("head_costs")["rows"] if (r["net"], r["images"]) == (name, 1)]
        assert sum(row["weights"] for row in rows if row["part"] != "GAP") == total
    assert set(totals) == set(head_costs.LAST)


@pytest.mark.parametrize(("words", "same"), [("without padding", True), ("with padding", False)])
def test_windows_equal_the_score_map_only_without_padding(words, same):
    torch.manual_seed(0)
    model = sliding_window.net(sliding_window.PADDINGS[words]).double()
    scene = torch.rand(1, 1, sliding_window.SCENE, sliding_window.SCENE).double()
    one_by_one = model(sliding_window.windows(scene))
    at_once = sliding_window.at_once(model)(scene).flatten(2)[0].T
    assert len(one_by_one) == 100
    assert (sliding_window.apart(one_by_one, at_once) < sliding_window.EXACT) is same


def test_windows_come_row_by_row():
    scene = torch.arange(64.0 * 64).reshape(1, 1, 64, 64)
    cut = sliding_window.windows(scene)
    assert torch.equal(cut[12], scene[0, :, 4:32, 8:36])


def test_four_images_make_a_scene_row_by_row():
    x = torch.arange(4.0).reshape(4, 1, 1).expand(4, 28, 28)
    corners = activation_maps.tiled(x)[0, 0, ::28, ::28]
    assert corners.tolist() == [[0, 1], [2, 3]]


def test_scenes_hold_four_classes_where_they_say():
    y = torch.arange(10).repeat(3)
    x = y[:, None, None, None].float().expand(30, 1, 28, 28)
    scenes, classes = activation_maps.scenes(x, y, seed=0)
    assert all(len(set(row.tolist())) == 4 for row in classes)
    assert torch.equal(scenes[:, 0, ::28, ::28].flatten(1), classes.float())


def test_the_quarter_is_where_a_map_is_highest():
    maps = torch.zeros(4, 6, 6)
    for number, (row, column) in enumerate(((0, 0), (2, 3), (3, 2), (5, 5))):
        maps[number, row, column] = 1
    assert activation_maps.quarter(maps).tolist() == [0, 1, 2, 3]


def test_readers_find_classes_that_lie_apart():
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(10).repeat(20)
    x = 5 * torch.eye(10)[labels] + torch.randn(200, 10, generator=generator) / 10
    for reader in (probe.linear, probe.nearest_mean):
        assert torch.equal(reader(x[:100], x[100:], labels[:100]), labels[100:])


def test_classes_are_drawn_and_numbered_in_the_order_asked_for():
    y = torch.arange(10).repeat(8)
    x = y[:, None, None, None].float().expand(80, 1, 28, 28)
    generator, asked = torch.Generator().manual_seed(0), torch.tensor([7, 1, 4, 9, 0])
    drawn, labels = transfer.of_classes(x.numpy(), y.numpy(), asked, 30, generator)
    assert len(drawn) == 30 and torch.equal(drawn[:, 0, 0, 0].long(), asked[labels])
    drawn, labels = transfer.few(*transfer.of_classes(x.numpy(), y.numpy(), asked, None, generator))
    assert labels.bincount().tolist() == [transfer.SHOTS] * 5


def test_a_net_for_the_target_takes_what_its_arm_says_and_the_rest_is_the_same_new_one():
    learned = transfer.net("FC")
    kept, redrawn, new = (
        transfer.started(3, "FC", *given)
        for given in ((learned, True), (learned, False), (None, False))
    )
    first = "1.weight"
    for a, b, same in ((kept, learned, True), (redrawn, learned, False), (redrawn, new, True)):
        assert torch.equal(a[1].state_dict()[first], b[1].state_dict()[first]) is same
    assert torch.equal(kept[0][0].weight, learned[0][0].weight)
    assert not torch.equal(new[0][0].weight, learned[0][0].weight)
    assert torch.equal(kept[2].weight, new[2].weight)


def _turned(name, claim, change):
    rows, judge = results(name)["rows"], experiment(name).verdicts
    before = judge(rows)[claim].verdict
    return before, judge([change(dict(row)) for row in rows])[claim].verdict


def test_a_head_that_saves_nothing_fails():
    def change(row):
        return {**row, "head": 9} if "head" in row else row

    before, after = _turned("heads", "C03", change)
    assert before != after == "fails"


def test_fully_connected_layers_that_cannot_spare_half_their_weights_are_not_redundant():
    def change(row):
        return {**row, "accuracy": [50.0] * 4} if row.get("pruned") == "FC" else row

    before, after = _turned("heads", "C22", change)
    assert before != after == "fails"


def test_a_global_average_that_is_as_good_everywhere_replaces_flattening():
    def change(row):
        return {**row, "test": [90.0] * 4} if row.get("budget") == "full" else row

    assert _turned("heads", "C31", change)[1] == "holds"


def test_a_layer_that_is_no_convolution_turns_the_verdict():
    def change(row):
        return {**row, "difference": [0.1] * 4} if "layer" in row else row

    assert _turned("sliding_window", "C21", change) == ("holds", "fails")


def test_pixels_that_say_all_turn_the_verdict_on_the_classifier():
    def change(row):
        return {**row, "accuracy": [99.0] * 4} if row["features"] == "pixels" else row

    before, after = _turned("probe", "C20", change)
    assert before != after == "fails"


def test_a_hidden_layer_that_helps_only_when_pretrained_and_far_is_a_firewall():
    def change(row):
        if row.get("target") == "far":
            score = 95.0 if row["arm"] == "FC" else 60.0
            return {**row, "test": [score] * len(row["test"])}
        return {**row, "test": [80.0] * len(row["test"])} if "arm" in row else row

    before, after = _turned("transfer", "C23", change)
    assert before != after == "holds"
