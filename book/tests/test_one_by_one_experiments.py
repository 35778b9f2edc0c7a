"""The 1×1 chapter: bags of pixels, bottlenecks and blocks are what the experiments say."""

import pytest
import torch

from experiments import channel_mixing, inception, pixel_bags
from experiments.compact_blocks import block
from experiments.record import results
from experiments.train import parameters


def test_each_image_is_shuffled_in_its_own_way_and_keeps_its_pixels():
    x = torch.arange(784.0).reshape(1, 1, 28, 28).repeat(2, 1, 1, 1)
    shuffled = pixel_bags.shuffle_each(x, torch.Generator().manual_seed(0))
    assert torch.equal(shuffled.flatten(1).sort(1).values, x.flatten(1))
    assert not torch.equal(shuffled[0], shuffled[1])


def test_a_histogram_is_the_share_of_pixels_at_each_level():
    x = torch.tensor([[[[0.0, 1.0], [1.0, 0.5]]]])
    assert pixel_bags.Histogram(3)(x).tolist() == [[0.25, 0.25, 0.5]]


def test_outputs_that_should_be_equal_are_and_those_that_should_not_are_not():
    x = torch.rand(5, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    x = ((x * 255).round() / 255).double()
    rows = pixel_bags.exact(0, x, torch.Generator().manual_seed(1))
    differing = [r["compared"] for r in rows if r["difference"] > pixel_bags.EXACT]
    assert len(rows) == 5 and differing == ["flatten, shuffled"]


# Widths 1, 2 and 1 of the 1×1, 3×3 and 5×5 branch; the pooled one has 2, or all 3 inputs.
SIZES = (3, 1, 1, 2, 1, 1, 2)


@pytest.mark.parametrize(
    ("form", "weights", "width"),
    [
        ("naive", 3 + 9 * 6 + 25 * 3, 1 + 2 + 1 + 3),
        ("straight", 3 + 9 * 6 + 25 * 3 + 6, 1 + 2 + 1 + 2),
        ("reduced", 3 + (3 + 9 * 2) + (3 + 25) + 6, 1 + 2 + 1 + 2),
    ],
)
def test_an_inception_block_has_the_weights_and_the_width_of_its_form(form, weights, width):
    built = inception.block(form, SIZES)
    assert sum(p.numel() for p in built.parameters() if p.dim() == 4) == weights
    assert built(torch.zeros(1, 3, 4, 4)).shape == (1, width, 4, 4)
    assert inception.width(form, SIZES) == width


def test_googlenets_nine_blocks_have_the_parameters_of_the_whole_net_without_stem_and_classifier():
    blocks = [inception.block("reduced", sizes) for *sizes, _ in inception.GOOGLENET.values()]
    stem = (7 * 7 * 3 * 64 + 64) + (64 * 64 + 64) + (3 * 3 * 64 * 192 + 192)
    classifier = 1024 * 1000 + 1000
    assert stem + sum(map(parameters, blocks)) + classifier == 6_998_552


def test_naive_blocks_in_a_row_grow_by_all_that_they_read():
    assert inception.stacked_input("3a") == 192
    assert inception.stacked_input("3b") == 64 + 128 + 32 + 192
    assert inception.stacked_input("5b") == 4048


@pytest.mark.parametrize("both", [inception.EIGHTH, inception.QUARTER])
def test_the_second_block_reads_what_the_first_hands_on(both):
    assert inception.width("reduced", both[0]) == both[1][0]


@pytest.mark.parametrize(
    ("ours", "narrowed"),
    [
        (inception.EIGHTH, inception.EIGHTH_NARROWED),
        (inception.QUARTER, inception.QUARTER_NARROWED),
    ],
)
def test_the_narrowed_net_has_as_many_weights(ours, narrowed):
    reduced, straight = (
        sum(map(parameters, inception.small(form, both)[0]))
        for form, both in (("reduced", ours), ("straight", narrowed))
    )
    assert straight == pytest.approx(reduced, rel=0.02)


def test_a_bottleneck_as_wide_as_the_data_loses_nothing():
    generator = torch.Generator().manual_seed(0)
    three = torch.randn(2, 50, 3, 4, 4, generator=generator)
    mixed = torch.einsum("oc,snchw->snohw", torch.randn(64, 3, generator=generator), three)
    for mixtures in ("best", "random"):
        assert channel_mixing.squeeze(*mixed, generator, 3, mixtures)[1] < 1e-6
        assert channel_mixing.squeeze(*mixed, generator, 2, mixtures)[1] > 1


@pytest.mark.parametrize("name", ["3×3", "Fire", "separable", "NIN"])
def test_a_compact_block_keeps_the_size_and_ends_with_a_relu(name):
    y = block(name, 16, 32)(torch.randn(2, 16, 5, 5))
    assert y.shape == (2, 32, 5, 5) and y.min() == 0


def _turned(name, claim, change):
    rows = results(name)["rows"]
    verdicts = {"channel_mixing": channel_mixing, "inception": inception, "pixel_bags": pixel_bags}
    judge = verdicts[name].verdicts
    return judge(rows)[claim].verdict, judge([change(dict(row)) for row in rows])[claim].verdict


def test_a_rank_beyond_the_bottleneck_turns_the_verdict():
    def change(row):
        return {**row, "rank": [64] * 4} if row.get("chain") == "64 → 16" else row

    assert _turned("channel_mixing", "C14", change) == ("holds", "fails")


def test_a_per_pixel_difference_turns_the_verdict():
    def change(row):
        return {**row, "difference": [0.1] * 4} if row.get("compared") == "per pixel" else row

    before, after = _turned("pixel_bags", "C05", change)
    assert before != after == "fails"


def test_a_loss_at_every_width_turns_the_verdict_on_inception():
    def change(row):
        return {**row, "test": [10.0] * 4} if "reduced" in row.get("net", "") else row

    before, after = _turned("inception", "C13", change)
    assert before != after == "fails"
