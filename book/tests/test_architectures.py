"""The architectures: their counts, that they run and learn, and what is said of them."""

import re
from functools import partial

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from architectures.all_cnn import model_c
from architectures.catalogue import NETS, image, regions
from architectures.fishnet import FishNet
from architectures.published import GIGAMACS, PUBLISHED
from architectures.regions import STEP, FastRCNN, spp_net
from architectures.resnet import resnet18
from autograder.layers import layers
from experiments.anatomy import anatomy
from experiments.inception import GOOGLENET
from experiments.macs import macs
from experiments.record import results
from experiments.table import find
from experiments.train import parameters
from figures import architectures_words

#: No source that we know prints these. They follow from the widths that the papers give (in
#: Network in Network, the authors' net for CIFAR-10), and for TextCNN from ours.
COMPUTED = {
    "GoogLeNet": 6_998_552,
    "Network in Network": 966_986,
    "All-CNN-C": 1_369_738,
    "TextCNN": 20_000 * 300 + (3 + 4 + 5) * 300 * 100 + 3 * 100 + 300 * 2 + 2,
    "SPP-net": 61_100_840 + 256 * (1 + 4 + 9 + 36 - 36) * 4096,
    "Fast R-CNN": 138_357_544 - 4097 * 1000 + 4097 * (21 + 4 * 20),
}
#: Receptive fields that follow from the published layers.
SEES = {
    "LeNet-5": 16,
    "AlexNet": 195,
    "VGG-16": 212,
    "Network in Network": 27,
    "All-CNN-C": 27,
    "ResNet-18": 435,
    "TextCNN": 5,
}
#: Smaller inputs, for nets that take any: these are about running, not about costs.
ANY_SIZE = ("SPP-net", "ResNet-18", "DenseNet-121", "SqueezeNet", "GoogLeNet", "GoogLeNet, naive")
DRAWS = {name: partial(image, side=64) for name in ANY_SIZE}
DRAWS["Fast R-CNN"] = partial(regions, side=64, rows=2)


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def counted():
    return {name: anatomy(net.build, net.draw) for name, net in NETS.items()}


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_net_has_its_published_parameters_but_for_named_differences(name, counted):
    published, _, differences = PUBLISHED[name]
    assert counted[name].parameters == published + sum(differences.values())


def test_the_two_differences_in_googlenet_are_each_as_said():
    fives = sum((25 - 9) * reduced * n for *_, reduced, n, _, _ in GOOGLENET.values())
    with torch.device("meta"):
        convs = [m for m in NETS["GoogLeNet"].build().modules() if isinstance(m, nn.Conv2d)]
    assert [fives, -sum(c.out_channels for c in convs)] == list(
        PUBLISHED["GoogLeNet"].differences.values()
    )


@pytest.mark.parametrize("name", COMPUTED)
def test_a_net_has_the_parameters_that_its_widths_make(name, counted):
    assert counted[name].parameters == COMPUTED[name]


@pytest.mark.parametrize("name", GIGAMACS)
def test_a_net_has_its_published_multiplications(name, counted):
    assert f"{counted[name].macs / 1e9:.3f}" == f"{GIGAMACS[name]:.3f}"


@pytest.mark.parametrize("name", SEES)
def test_a_net_sees_what_its_windows_and_strides_say(name, counted):
    assert counted[name].sees == SEES[name]


@pytest.mark.parametrize("name", sorted(set(NETS) - {"TextCNN", "Fast R-CNN"}))
def test_both_ways_of_counting_multiplications_agree(name, counted):
    with torch.device("meta"):
        assert counted[name].macs == macs(NETS[name].build(), *NETS[name].draw()[0].shape)


def test_upsampling_halves_the_distance_between_neighbours():
    layers = nn.MaxPool2d(2), nn.Upsample(scale_factor=2), nn.Conv2d(1, 1, 3)
    found = anatomy(lambda: nn.Sequential(*layers), partial(image, 1, 8))
    assert (found.sees, found.macs) == (4, 36 * 9)


@pytest.mark.parametrize("name", NETS)
def test_a_net_runs_and_a_training_step_lowers_its_loss(name):
    torch.manual_seed(0)
    model, inputs = NETS[name].build().train(), DRAWS.get(name, NETS[name].draw)()
    if any(isinstance(m, nn.BatchNorm2d) for m in model.modules()):
        inputs = (torch.cat([inputs[0], image(*inputs[0].shape[1:3])[0]]),)
    before = loss(model, inputs)
    before.backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in model.parameters())
    assert next(model.parameters()).grad.any()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter -= 0.01 * parameter.grad
    assert loss(model, inputs).item() < before.item()


def loss(model, inputs):
    """Cross-entropy of class 1, with the same dropout at each call; boxes are to stay."""
    torch.manual_seed(1)
    scores = model(*inputs)
    scores, offsets = scores if isinstance(scores, tuple) else (scores, torch.zeros(1))
    assert scores.shape[0] == len(inputs[-1]) and scores.isfinite().all()
    return F.cross_entropy(scores, torch.ones(len(scores), dtype=torch.long)) + offsets.abs().mean()


def test_model_c_becomes_all_cnn_by_two_convolutions():
    assert parameters(model_c()) == 954_730
    assert COMPUTED["All-CNN-C"] - 954_730 == 9 * (96**2 + 192**2) + 96 + 192


def test_resnets_three_projections_are_all_that_pooled_shortcuts_spare():
    spared = sum(2 * c * c + 2 * 2 * c for c in (64, 128, 256))
    with torch.device("meta"):
        pooled = resnet18(layers("downsampling_torch").PoolShortcut)
    assert parameters(pooled) == PUBLISHED["ResNet-18"].parameters - spared


def test_regions_are_pooled_as_the_numpy_exercise_pools_them():
    torch.manual_seed(0)
    net = FastRCNN()
    net.backbone = nn.AvgPool2d(STEP)
    pooled = []
    net.pool.register_forward_hook(lambda module, inputs, output: pooled.append(output))
    net.hidden = nn.Flatten()
    net.scores = net.offsets = nn.Identity()
    x = torch.rand(2, 3, 128, 160)
    boxes = [(0, 0, 0, 128, 160), (1, 16, 32, 112, 144), (1, 17, 33, 111, 143)]
    scores, _ = net(x, boxes)
    on_map = torch.tensor([[0, 0, 0, 8, 10], [1, 1, 2, 7, 9], [1, 1, 2, 7, 9]]).numpy()
    expected = layers("pooling_numpy").roi_max_pool(net.backbone(x).numpy(), on_map, 7)
    assert torch.equal(scores, torch.from_numpy(expected).flatten(1))


@pytest.mark.parametrize("side", [64, 100])
def test_spp_net_takes_images_of_any_size(side):
    net = spp_net(levels=(1, 2), classes=7)
    assert net(torch.zeros(1, 3, side, side + 30)).shape == (1, 7)


def test_the_gradient_passes_all_of_fishnets_branches_and_not_those_of_resnet():
    assert through(FishNet()) > 0
    assert through(resnet18(layers("downsampling_torch").PoolShortcut, classes=10)) > 0
    assert through(resnet18(classes=10)) == 0


def through(net):
    """Gradient in the first layer when all other convolutions are 0."""
    torch.manual_seed(0)
    _, *others = [m for m in net.modules() if isinstance(m, nn.Conv2d)]
    for conv in others:
        nn.init.zeros_(conv.weight)
    x = torch.randn(2, 3, 32, 32)
    return layers("downsampling_torch").first_layer_gradient_norm(net, x, torch.tensor([1, 2]))


def test_kept_counts_are_those_of_todays_nets(counted):
    rows = results("architectures")["rows"]
    assert [row["net"] for row in rows] == list(NETS)
    for name, found in counted.items():
        row = find(rows, net=name)
        assert {key: row[key] for key in found._fields} == found._asdict()


def test_what_the_page_says_of_the_heaviest_nets_and_of_2016(counted):
    heaviest = sorted(counted.values(), reverse=True)[:5]
    assert sum(found.dense > 0.8 * found.parameters for found in heaviest) == 4
    late = [counted[name].parameters for name, net in NETS.items() if net.year == 2016]
    assert len(late) == 2 and max(late) < counted["AlexNet"].parameters


def test_years_are_in_order():
    years = [net.year for net in NETS.values()]
    assert years == sorted(years)


@pytest.mark.parametrize(
    ("number", "text"),
    [(999, "999"), (6_998_552, "7.00 M"), (138_357_544, "138 M"), (1.55e10, "15.5 G")],
)
def test_counts_are_written_short(number, text):
    assert architectures_words.short(number).replace("\u00a0", " ") == text


@pytest.mark.parametrize("name", ["table", "extremes", "counts", "places", "reuse", "paces"])
def test_a_table_or_sentence_has_numbers(name):
    text = getattr(architectures_words, name)().data
    assert re.search(r"\d", text) and "nan" not in text
