"""The capstone's own logic: nets of equal size, matrices of a CNN, and verdicts that can turn."""

import pytest
import torch
from torch import nn

from experiments import growing_data, representable, started_as_cnn, with_or_without
from experiments.record import results
from experiments.timing import noise
from experiments.train import parameters


@pytest.fixture(scope="module")
def cnn():
    torch.manual_seed(0)
    return started_as_cnn.cnn()


@pytest.fixture(scope="module")
def maps(cnn):
    return started_as_cnn.entries(cnn)


@pytest.fixture
def rows():
    return results("representable")["rows"]


def test_the_fully_connected_net_is_the_cnn(cnn):
    x = noise(1, 4, 1, growing_data.SIDE, growing_data.SIDE)
    assert torch.allclose(started_as_cnn.as_mlp(cnn)(x), cnn(x), atol=1e-5)
    kinds = {type(layer) for layer in started_as_cnn.as_mlp(cnn)}
    assert kinds == {nn.Flatten, nn.Linear, nn.ReLU}


def test_every_weight_of_a_kernel_is_in_the_matrices(cnn, maps):
    for numbers, conv in zip(maps, list(cnn)[:-3:2], strict=True):
        assert set(numbers.unique().tolist()) == set(range(conv.weight.numel() + 1))


def test_a_cnn_is_all_shared_and_what_is_added_elsewhere_is_not(cnn, maps):
    matrices = [layer.weight.detach() for layer in started_as_cnn.as_mlp(cnn)[1:-1:2]]
    found = started_as_cnn.shares(matrices, maps)
    assert found["shared"] == pytest.approx(100) and found["elsewhere"] == 0
    squares = sum((weight**2).sum().item() for weight in matrices)
    outside = (maps[0] == 0).nonzero()[0]
    matrices[0][tuple(outside)] = squares**0.5
    found = started_as_cnn.shares(matrices, maps)
    assert found["elsewhere"] == pytest.approx(50) and sum(found.values()) == pytest.approx(100)


def test_equal_weights_are_shared_and_their_deviations_local():
    # A kernel of one weight on two places, 1 and 3: the mean is 2, twice, and 1 is left, twice.
    weight, numbers = torch.tensor([[1.0, 0.0], [0.0, 3.0]]), torch.tensor([[1, 0], [0, 1]])
    found = started_as_cnn.shares([weight], [numbers])
    assert found == {"shared": pytest.approx(80), "local": pytest.approx(20), "elsewhere": 0}


def test_every_start_but_the_random_one_computes_what_its_cnn_does(cnn):
    torch.manual_seed(1)
    trained = started_as_cnn.cnn()
    nets = started_as_cnn.models(cnn, trained, seed=2)
    x = noise(3, 4, 1, growing_data.SIDE, growing_data.SIDE)
    for start, model in {"trained CNN": trained, "untrained CNN": cnn}.items():
        assert torch.allclose(nets[start](x), model(x), atol=1e-5)
    assert not torch.allclose(nets["random"](x), cnn(x), atol=1e-2)
    assert parameters(nets["random"]) == parameters(nets["trained CNN"])


@pytest.mark.parametrize("side", [20, 28])
def test_plain_nets_have_the_weights_of_the_cnn_or_ten_times_as_many(side):
    count = {name: parameters(growing_data.net(name, side)) for name in growing_data.NORMED}
    assert count["MLP"] == pytest.approx(count["CNN"], rel=0.03)
    assert count["MLP, ten times"] == pytest.approx(10 * count["CNN"], rel=0.03)
    for name in growing_data.PLAIN:
        layers = list(growing_data.net(name, side).modules())
        assert not any(isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d) for layer in layers)


def test_a_digit_is_scattered_whole_and_comes_back_in_other_places():
    x = torch.rand(50, 1, 8, 8) + 0.1
    here, there = growing_data.scatter(x, 0), growing_data.scatter(x, 1)
    assert here.shape == (50, 1, 20, 20) and not torch.equal(here, there)
    for canvas in (here, there):
        assert torch.equal(canvas[canvas > 0], x.flatten())


@pytest.mark.parametrize("kind", ["max", "none"])
@pytest.mark.parametrize("side", [20, 32])
def test_plain_nets_have_about_the_weights_of_their_cnn(kind, side):
    built = with_or_without.nets(side)
    plain = parameters(built[with_or_without.MATCHED[kind]]())
    assert plain == pytest.approx(parameters(built[kind]()), rel=0.05)


def test_with_a_mean_at_the_end_all_cnns_have_the_same_weights():
    built = with_or_without.nets(20)
    assert len({parameters(built[f"{kind}, GAP"]()) for kind in with_or_without.KINDS}) == 1


def _with(rows, column, value, **labels):
    """Set a column in all rows with these labels."""
    return [
        {**row, column: value} if all(row.get(k) == v for k, v in labels.items()) else row
        for row in rows
    ]


def test_outputs_that_differ_fail(rows):
    differing = [{**row, "difference": [0.1]} if "difference" in row else row for row in rows]
    assert representable.verdicts(differing)["C06"].verdict == "fails"


def test_a_random_start_that_gets_as_far_decides_nothing(rows):
    cnn = representable.started(rows, "CNN", 0)["test"]
    found = representable.verdicts(_with(rows, "test", cnn, start="random"))["C06"].verdict
    assert found == "not reproduced here" != representable.verdicts(rows)["C06"].verdict


def test_a_net_that_cannot_learn_its_images_makes_the_claim_hold_as_said(rows):
    stuck = _with(rows, "train", [50.0] * 3, start="random")
    assert representable.verdicts(stuck)["C06"].verdict == "holds"
    assert representable.verdicts(rows)["C06"].verdict.startswith("holds if")


def test_a_cnn_without_pooling_has_to_be_ahead_of_a_plain_net():
    rows = results("with_or_without")["rows"]
    ahead = rows
    for column in ("test", "shift 4"):
        ahead = _with(ahead, column, [99.0, 99.1, 99.2, 99.3], net="none")
    assert with_or_without.verdicts(ahead)["C07"].verdict == "holds"
    behind = _with(rows, "test", [1.0, 1.1, 1.2, 1.3], net="max")
    assert with_or_without.verdicts(behind)["C07"].verdict == "fails"
    assert with_or_without.verdicts(rows)["C07"].verdict.startswith("holds if")

