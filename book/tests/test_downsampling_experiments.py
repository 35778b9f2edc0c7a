"""The downsampling chapter's own arithmetic: MACs, receptive fields, tables, ripples, timing."""

import re

import pytest
import torch
from torch import nn

from experiments import all_conv, checkerboards, shortcuts, stems, stride_position
from experiments.macs import macs
from experiments.published import STEMS, receptive_field, squeezenet
from experiments.record import results
from experiments.timing import milliseconds, ratios
from figures import downsampling_words


def test_macs_of_resnets_first_layer():
    assert macs(nn.Conv2d(3, 64, 7, 2, 3), 1, 3, 224, 224) == 118_013_952


def test_a_transposed_convolution_costs_what_the_strided_one_costs_that_it_turns_around():
    strided, transposed = nn.Conv2d(3, 5, 2, 2), nn.ConvTranspose2d(5, 3, 2, 2)
    assert macs(strided, 1, 3, 8, 8) == macs(transposed, 1, 5, 4, 4)


def test_counting_leaves_the_mode_and_no_hooks():
    model = nn.Sequential(nn.Conv2d(1, 1, 1)).train()
    macs(model, 1, 1, 2, 2)
    assert model.training and not model[0]._forward_hooks


@pytest.mark.parametrize(
    ("layers", "expected"),
    [([], (1, 1)), ([(7, 2)], (7, 2)), ([(3, 1)] * 3, (7, 1)), ([(3, 2), (3, 1), (3, 1)], (11, 2))],
)
def test_receptive_fields_by_hand(layers, expected):
    assert receptive_field(layers) == expected


@pytest.mark.parametrize("places", stride_position.PLACES)
def test_the_receptive_field_is_what_the_gradient_reaches(places):
    size, _ = receptive_field([(3, s) for s in stride_position.strides(places)])
    assert stride_position.reached(places).sum() == size**2


def test_squeezenets_tables_have_their_published_parameters():
    found = {row["table"]: row["parameters"] for row in results("stems")["rows"] if "table" in row}
    assert found == {"SqueezeNet 1.0": 1_248_424, "SqueezeNet 1.1": 1_235_496}


def test_squeezenets_maps_end_at_13_pixels():
    for name in ("SqueezeNet 1.0", "SqueezeNet 1.1"):
        assert squeezenet(name)[-1] == (512, 1000, 1, 13, 1, 0)


def test_vggs_first_two_convolutions_take_more_macs_than_a_squeezenet():
    tables = [row["macs"] for row in results("stems")["rows"] if "table" in row]
    assert stems.stem_macs(STEMS["VGG-16"].convs) > max(tables)


def test_a_models_time_is_the_median_of_its_own_passes_and_leaves_no_gradient():
    models = {"small": nn.Linear(2, 2), "large": nn.Linear(500, 500)}
    models["large"] = nn.Sequential(nn.Linear(2, 500), *[nn.Linear(500, 500) for _ in range(4)])
    taken = milliseconds(models, torch.ones(64, 2), 5)
    assert taken["small"] < taken["large"]
    assert all(p.grad is None for model in models.values() for p in model.parameters())
    assert ratios([6, 8], [3, 2]) == [2, 4]


def test_all_cnn_and_its_first_control_have_the_same_weights_and_the_second_nearly():
    found = {row["kind"]: row["parameters"] for row in results("all_conv")["rows"]}
    assert found["all-conv"] == found["frozen"] == found["extra"]
    assert abs(found["wide"] / found["all-conv"] - 1) < 0.05


def test_only_the_replacing_convolutions_are_frozen():
    fixed = [p.shape for p in all_conv.frozen().parameters() if not p.requires_grad]
    assert fixed == [shape for c in (8, 16, 32) for shape in ((c, c, 3, 3), (c,))]


def test_resized_greys_have_no_ripple_and_uneven_ones_do():
    torch.manual_seed(0)
    even = checkerboards.ripple(checkerboards.net(checkerboards.RESIZED))
    assert even < 1e-3 < checkerboards.ripple(checkerboards.net("3×3"))


@pytest.mark.parametrize("kind", checkerboards.KINDS)
def test_every_way_of_doubling_returns_the_size(kind):
    assert checkerboards.net(kind)(torch.zeros(1, 1, 28, 28)).shape == (1, 1, 28, 28)


@pytest.mark.parametrize("norm", [True, False])
@pytest.mark.parametrize("kind", shortcuts.KINDS)
def test_a_shortcut_has_weights_only_where_its_name_says(kind, norm):
    blocks = [m for m in shortcuts.net(kind, norm, 2) if isinstance(m, shortcuts.Block)]
    weighted = [sum(p.numel() for p in b.shortcut.parameters()) > 0 for b in blocks if b.shortcut]
    always = [True] * 6
    expected = {"none": [], "1×1 always": always, "1×1 at stages": [0, 0, 1, 0, 1, 0]}
    assert weighted == expected.get(kind, [False] * 6)


def test_without_branches_an_identity_shortcut_passes_the_gradient_on_unchanged():
    block = shortcuts.Block("pooling", False, 4, 4, 1)
    nn.init.zeros_(block.branch[-1].weight)
    x = torch.rand(1, 4, 6, 6, requires_grad=True)
    block(x).sum().backward()
    assert torch.equal(x.grad, torch.ones_like(x))


def _rows(name, change):
    return [change(dict(row)) for row in results(name)["rows"]]


def test_even_transposed_convolutions_turn_the_verdict_on_checkerboards():
    even = _rows("checkerboards", lambda r: r | {"after": [0.0] * 4} if "kind" in r else r)
    assert checkerboards.verdicts(even)["C19"].verdict == "fails"
    assert checkerboards.verdicts(results("checkerboards")["rows"])["C19"].verdict == "holds"


def test_gradients_that_1x1_shortcuts_let_through_turn_the_verdict_on_fishnet():
    def flat(row):
        return row | {"gradient": [1.0] * 4} if "kind" in row else row

    kept = shortcuts.verdicts(results("shortcuts")["rows"])["C35"].verdict
    assert kept.startswith("holds if")
    assert shortcuts.verdicts(_rows("shortcuts", flat))["C35"].verdict == "fails"


def test_all_cnn_that_wins_on_every_seed_turns_the_verdict():
    def better(row):
        gain = {"all-conv": 9, "max": 0}.get(row["kind"], 0)
        return row | {"test": [60.0 + gain + i for i in range(5)]}

    assert all_conv.verdicts(_rows("all_conv", better))["C36"].verdict == "holds"
    assert all_conv.verdicts(results("all_conv")["rows"])["C36"].verdict != "holds"


def test_costs_that_do_not_fall_turn_the_verdicts():
    dear = _rows("stems", lambda r: r | {"macs": 10**9} if "macs" in r else r)
    assert stems.verdicts(dear)["C33"].verdict == "fails"
    equal = _rows("stems", lambda r: r | {"macs_at_stride_1": r.get("macs")} if "net" in r else r)
    assert stems.verdicts(equal)["C34"].verdict == "fails"
    free = _rows("all_conv", lambda r: r | {"macs": 1})
    assert all_conv.verdicts(free)["C32"].verdict == "fails"


@pytest.mark.parametrize(
    "name",
    ["pooling_alone", "positions", "published", "sights", "shortcuts", "cure", "blur_costs"],
)
def test_a_table_or_sentence_has_numbers(name):
    text = getattr(downsampling_words, name)().data
    assert re.search(r"\d", text) and "nan" not in text
