"""What the widgets compute is what the course's layers compute, on random settings."""

import json
import re
import subprocess

import numpy as np
import pytest
import torch
from playwright._impl._driver import compute_driver_executable
from torch import nn

from _ext.widgets import FOLDER, WIDGETS
from autograder.layers import layers
from experiments.inception import GOOGLENET
from experiments.nets import blurred_max

NAMES = ("channels", "one", "reduce3", "three", "reduce5", "five", "project", "side")


def in_script(calls):
    """Call functions of `numbers.js`, [name, arguments] each, and return what they return."""
    node, _ = compute_driver_executable()
    program = (
        "require(process.argv[1]); let text = ''; process.stdin.on('data', (part) => text += part)"
        ".on('end', () => console.log(JSON.stringify(JSON.parse(text).map("
        "([name, values]) => name.split('.').reduce((f, key) => f[key], courseNumbers)(...values)"
        "))))"
    )
    done = subprocess.run(
        [node, "-e", program, FOLDER / "numbers.js"],
        input=json.dumps(calls),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return json.loads(done.stdout)


def agree(calls, expected):
    """Compare a list of calls with a list of arrays."""
    for call, found, wanted in zip(calls, in_script(calls), expected, strict=True):
        np.testing.assert_allclose(found, wanted, atol=1e-9, err_msg=str(call))


def drawn(seed, size=30):
    """Yield random maps of small integers, with many ties."""
    rng = np.random.default_rng(seed)
    for _ in range(size):
        yield rng, rng.integers(-3, 4, size=rng.integers(4, 9, size=2)).astype(float)


def poolings(seed):
    for rng, x in drawn(seed):
        kernel, stride = (int(value) for value in rng.integers(1, 5, size=2))
        yield rng, x, (kernel, stride, int(rng.integers(0, kernel // 2 + 1)))


@pytest.mark.parametrize("kind", ["max", "average"])
def test_pooling_agrees_with_the_layers_forward_and_backward(kind):
    ours = layers("pooling_numpy")
    calls, expected = [], []
    for rng, x, sizes in poolings(0):
        if kind == "max":
            y = ours.max_pool2d(x[None, None], *sizes)
            grad = rng.normal(size=y.shape)
            back = ours.max_pool2d_backward(grad, x[None, None], *sizes)
        else:
            y = ours.avg_pool2d(x[None, None], *sizes)
            grad = rng.normal(size=y.shape)
            back = ours.avg_pool2d_backward(grad, (1, 1, *x.shape), *sizes)
        calls.append(["pool", [x.tolist(), kind, *sizes]])
        calls.append(["poolBackward", [grad[0, 0].tolist(), x.tolist(), kind, *sizes]])
        expected += [y[0, 0], back[0, 0]]
    agree(calls, expected)


def test_uses_of_a_pixel_are_the_gradient_of_all_sums():
    ours = layers("pooling_numpy")
    calls, expected = [], []
    for _, x, (kernel, stride, padding) in poolings(1):
        y = ours.avg_pool2d(x[None, None], kernel, stride, padding)
        sums = np.full(y.shape, float(kernel**2))
        shape = (1, 1, *x.shape)
        expected.append(ours.avg_pool2d_backward(sums, shape, kernel, stride, padding)[0, 0])
        calls.append(["poolUses", [x.tolist(), kernel, stride, padding]])
    agree(calls, expected)


def stacks(seed, count=40):
    """Yield random stacks of layers that fit on a line of `size` pixels."""
    rng = np.random.default_rng(seed)
    size_of = layers("convolution_numpy").output_size
    while count:
        size = int(rng.integers(5, 29))
        keys = ("kernel", "stride", "padding", "dilation")
        drawn = rng.integers((1, 1, 0, 1), (6, 4, 4, 4), size=(rng.integers(1, 5), 4)).tolist()
        sizes = [size]
        try:
            for kernel, stride, padding, dilation in drawn:
                sizes.append(size_of(sizes[-1], kernel, stride, padding, dilation))
        except ValueError:
            continue
        count -= 1
        yield rng, sizes, [dict(zip(keys, layer, strict=True)) for layer in drawn]


def test_lengths_and_receptive_fields_agree_with_the_layers():
    field = layers("kernel_size_numpy").receptive_field
    calls, expected = [], []
    for _, sizes, stack in stacks(2):
        calls += [["lengths", [sizes[0], stack]], ["receptiveField", [stack]]]
        expected.append(sizes)
        expected.append(field([(s["kernel"], s["stride"], s["dilation"]) for s in stack]))
    agree(calls, expected)


def test_what_a_stack_does_not_fit_on_has_no_length():
    size_of = layers("convolution_numpy").output_size
    for sizes in ((4, 5, 1, 0, 1), (6, 3, 2, 0, 3), (3, 7, 3, 1, 1)):
        with pytest.raises(ValueError, match=str(sizes[0])):
            size_of(*sizes)
        assert in_script([["outputSize", sizes]])[0] < 1


def test_what_a_value_sees_is_where_it_has_a_gradient():
    conv1d = layers("kernel_size_numpy").conv1d
    calls, expected = [], []
    for rng, sizes, stack in stacks(3):
        index = int(rng.integers(0, sizes[-1]))
        # A line for each pixel that is 1 there: which of them reach the value?
        y = np.eye(sizes[0])[:, None]
        for layer in stack:
            kernel = np.zeros((1, 1, layer["dilation"] * (layer["kernel"] - 1) + 1))
            kernel[..., :: layer["dilation"]] = 1
            y = conv1d(y, kernel, stride=layer["stride"], padding=layer["padding"])
        calls.append(["seen", [sizes[0], stack, index]])
        expected.append(np.flatnonzero(y[:, 0, index]).tolist())
    found = [levels[0] for levels in in_script(calls)]
    assert found == expected


def test_inception_counts_agree_with_the_layers():
    cost, block = layers("one_by_one_numpy").inception_cost, layers("one_by_one_torch").Inception
    rng = np.random.default_rng(4)
    for _ in range(20):
        widths = [int(value) for value in rng.integers(1, 60, size=8)]
        state = dict(zip(NAMES, widths, strict=True))
        naive, reduced = in_script(
            [["inceptionCost", [state, False]], ["inceptionCost", [state, True]]]
        )
        assert (naive["weights"], naive["macs"]) == cost(*widths, reduced=False)
        assert (reduced["weights"], reduced["macs"]) == cost(*widths)
        built = block(*widths[:7])
        branches = [getattr(built, f"branch{i}") for i in range(1, 5)]
        assert reduced["branches"] == [
            sum(p.numel() for p in branch.parameters() if p.dim() > 1) for branch in branches
        ]
        assert reduced["out"] == built(torch.zeros(1, widths[0], 4, 4)).shape[1]
        assert naive["out"] == widths[0] + widths[1] + widths[3] + widths[5]


def test_the_widget_offers_googlenets_blocks():
    script = (FOLDER / "inception.js").read_text(encoding="utf-8")
    found = re.findall(r'"(\d[a-e])": \[([\d, ]+)\]', script)
    assert {name: tuple(map(int, widths.split(","))) for name, widths in found} == GOOGLENET


def test_shifting_and_shrinking_agree_with_the_layers():
    ways = {
        "max": lambda x: layers("pooling_numpy").max_pool2d(x, 2),
        "stride": lambda x: layers("downsampling_numpy").subsample(x, 2),
        "blur": lambda x: blurred_max(1).double()(torch.from_numpy(x)).numpy(),
    }
    calls, expected = [], []
    for rng, x in drawn(5):
        shift = rng.integers(-9, 10, size=2)
        moved = np.roll(x, shift, (0, 1))
        calls.append(["roll", [x.tolist(), *shift.tolist()]])
        expected.append(moved)
        for way, layer in ways.items():
            calls.append([f"shrink.{way}", [moved.tolist()]])
            expected.append(layer(moved[None, None])[0, 0])
    agree(calls, expected)


def sliding_net(padding, window, seed):
    """Return a small net as convolutions, and the weights of its two layers."""
    rng = np.random.default_rng(seed)
    conv = nn.Conv2d(1, 1, 3, padding=padding, bias=False).double()
    conv.weight.data = torch.from_numpy(rng.normal(size=(1, 1, 3, 3)))
    side = (window + 2 * padding - 2) // 2
    linear = nn.Linear(side**2, 1, bias=False).double()
    linear.weight.data = torch.from_numpy(rng.normal(size=(1, side**2)))
    features = nn.Sequential(conv, nn.ReLU(), nn.MaxPool2d(2))
    net = layers("gap_vs_fc_torch").fully_convolutional(features, nn.Sequential(linear), side)
    return net, conv.weight[0, 0].tolist(), linear.weight.detach().reshape(side, side).tolist()


@pytest.mark.parametrize("padding", [0, 1])
def test_one_pass_and_each_window_agree_with_the_layers(padding):
    calls, expected = [], []
    rng = np.random.default_rng(6)
    for seed in range(12):
        window = int(rng.choice([6, 8, 10]))
        size = window + 2 * int(rng.integers(0, 5))
        image = rng.normal(size=(size, size))
        row, column = 2 * rng.integers(0, (size - window) // 2 + 1, size=2)
        cut = image[row : row + window, column : column + window]
        net, kernel, linear = sliding_net(padding, window, seed)
        calls.append(["crop", [image.tolist(), int(row), int(column), window]])
        expected.append(cut)
        for x in (image, cut):
            calls.append(["scoreMap", [x.tolist(), kernel, padding, linear]])
            expected.append(net(torch.from_numpy(x.copy())[None, None])[0, 0].detach().numpy())
    agree(calls, expected)


def test_the_cost_of_sliding_agrees_with_the_layers():
    cost = layers("downsampling_numpy").conv2d_cost
    for padding in (0, 1):
        for window, size in ((6, 12), (8, 16), (12, 24), (10, 10)):
            conv = (size + 2 * padding - 2) // 2
            maps = (window + 2 * padding - 2) // 2
            together = cost(1, 1, 3, size, padding=padding)[1] + cost(1, 1, maps, conv)[1]
            alone = cost(1, 1, 3, window, padding=padding)[1] + cost(1, 1, maps, maps)[1]
            places = (conv - maps + 1) ** 2
            (found,) = in_script([["slidingCost", [size, window, 3, padding]]])
            assert found == {"places": places, "together": together, "apart": places * alone}


def test_all_scripts_together_are_small():
    assert WIDGETS == ["inception", "pooling", "shift", "sliding", "stack"]
    files = [*FOLDER.glob("*.js"), *FOLDER.glob("*.css")]
    assert sum(path.stat().st_size for path in files) <= 30_000


def test_scripts_ask_nothing_from_elsewhere():
    for path in FOLDER.iterdir():
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?:|fetch\(|import\b|cookie|localStorage", text), path.name
