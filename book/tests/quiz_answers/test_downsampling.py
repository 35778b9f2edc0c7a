import numpy as np

from autograder.layers import layers
from experiments.record import results
from experiments.table import find
from tests.quiz_answers.rows import compare, row, share


def test_what_it_can_be():
    """Average pooling."""
    off = {kind: row("linearity", layer=kind)["superposition"] for kind in ("average", "max")}
    assert np.max(off["average"]) < 1e-5 < 0.1 < np.min(off["max"])


def test_stride_that_is_there():
    """As many weights, fewer multiplications."""
    nets = {"kind": "stride"}, {"kind": "max"}
    assert share("all_conv", "parameters", *nets) == 1 > share("all_conv", "macs", *nets)


def test_which_rival():
    """A net with pooling and as many weights."""
    nets = {"kind": "all-conv"}, {"kind": "max"}
    assert share("all_conv", "parameters", *nets) > 2
    assert share("all_conv", "parameters", {"kind": "extra"}, {"kind": "all-conv"}) == 1


def test_changes_its_mind():
    """All-CNN."""
    learned, fixed = {"kind": "all-conv"}, {"kind": "max"}
    assert compare("all_conv", "agreement", learned, fixed).below


def test_three_small_ones():
    """More."""
    small, large = ({"stage": f"{name}"} for name in ("three 3×3, then pooling", "7×7, stride 1"))
    assert share("stems", "macs", small, large) > 1
    assert row("stems", **small)["sees"] == row("stems", **large)["sees"]


def test_early_or_late():
    """In the first."""
    field = layers("kernel_size_numpy").receptive_field
    strides = ((2, 1, 1), (1, 2, 1), (1, 1, 2))
    first, second, last = (field([(3, stride, 1) for stride in three])[0] for three in strides)
    assert first > second > last


def test_without_a_stride():
    """More than all of it."""
    assert row("stems", net="VGG-16")["macs"] > 2 * row("stems", table="SqueezeNet 1.0")["macs"]


def test_norm_on_shortcuts():
    """Only in the one without batch norm."""
    rows = results("shortcuts")["rows"]
    for norm, most, least in ((False, 0.001, 0), (True, np.inf, 0.5)):
        shallow, deep = (
            np.mean(find(rows, kind="1×1 always", norm=norm, depth=depth)["gradient"])
            for depth in (7, 49)
        )
        assert least * shallow <= deep < most * shallow


def test_stride_three():
    """6×6"""
    counts = layers("downsampling_numpy").overlap_counts
    inner = {k: counts(20, k, 3)[k:-k, k:-k] for k in (4, 5, 6)}
    assert [k for k, found in inner.items() if found.min() == found.max()] == [6]


def test_plain_grey():
    """Resizing, then a 3×3 convolution."""
    ripples = {kind: row("checkerboards", kind=kind)["before"] for kind in ("4×4", "resize, 3×3")}
    assert np.max(ripples["resize, 3×3"]) < 0.001 < 1 < np.min(ripples["4×4"])
