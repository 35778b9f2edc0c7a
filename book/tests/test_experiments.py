"""Every experiment runs small, its kept results are those of today's code, and it can be wrong."""

import pytest
import torch

from experiments.record import code, experiment, names, results
from experiments.table import Budget
from experiments.verdict import WORDS, Verdict

SMALL = Budget(train=64, test=40, epochs=1)


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


@pytest.mark.parametrize("name", names())
def test_an_experiment_runs_at_a_small_budget(name):
    module = experiment(name)
    table = module.run((0, 1), SMALL)
    kept = results(name)
    assert [sorted(row) for row in table.rows] == [sorted(row) for row in kept["rows"]]
    if hasattr(module, "verdicts"):
        for verdict in module.verdicts(table.rows).values():
            assert verdict.verdict.startswith(WORDS)


@pytest.mark.parametrize("name", names())
def test_kept_results_are_from_the_code_of_today(name):
    assert results(name)["code"] == code(name), f"in book/, run: python -m experiments {name}"


@pytest.mark.parametrize("name", names())
def test_kept_results_are_from_the_seeds_and_the_budget_of_today(name):
    module, kept = experiment(name), results(name)
    assert kept["seeds"] == list(module.SEEDS)
    assert kept["budget"] == (module.FULL and module.FULL._asdict())
    assert len(module.SEEDS) >= 3 or name == "counts"


def test_the_same_seed_gives_the_same_numbers():
    variants = experiment("variants")
    assert variants.run((3,), SMALL) == variants.run((3,), SMALL)


def test_results_that_were_never_kept_name_the_command():
    with pytest.raises(FileNotFoundError, match="python -m experiments nothing"):
        results("nothing")


def _swapped(rows, column, first, second):
    """Exchange a column between the rows that hold all of `first` and all of `second`."""
    rows = [dict(row) for row in rows]
    a, b = (
        next(r for r in rows if all(r.get(k) == v for k, v in labels.items()))
        for labels in (first, second)
    )
    a[column], b[column] = b[column], a[column]
    return rows


@pytest.mark.parametrize(
    ("name", "claim", "column", "first", "second"),
    [
        ("cost", "C01", "macs", {"kind": "max"}, {"kind": "none"}),
        ("counts", "C10", "uses", {"side": 28, "kernel_size": 2}, {"side": 7}),
        ("counts", "C28", "kept", {"side": 28, "kernel_size": 2}, {"side": 7}),
        ("variants", "C29", "test", {"kind": "max"}, {"kind": "average"}),
        (
            "linearity",
            "C09",
            "accuracy",
            {"kind": "max", "relu": False},
            {"kind": "average", "relu": False},
        ),
        ("localisation", "C04", "error", {"window": 1}, {"window": 32}),
        (
            "reconstruction",
            "C27",
            "error",
            {"method": "PCA"},
            {"method": "max", "decoder": "linear"},
        ),
        (
            "boureau",
            "C30",
            "separability",
            {"features": "dense", "size": 64, "pooling": "max"},
            {"features": "dense", "size": 64, "pooling": "average"},
        ),
        (
            "robustness",
            "C02",
            "accuracy",
            {"net": "max", "change": "shift", "amount": 2},
            {"net": "none", "change": "shift", "amount": 2},
        ),
    ],
)
def test_a_verdict_turns_when_the_numbers_do(name, claim, column, first, second):
    verdicts, rows = experiment(name).verdicts, results(name)["rows"]
    turned = _swapped(rows, column, first, second)
    assert verdicts(turned)[claim].verdict != verdicts(rows)[claim].verdict


def test_a_gap_that_pooling_halves_turns_the_verdict_on_overfitting():
    verdicts, rows = experiment("overfitting").verdicts, results("overfitting")["rows"]
    closed = [{**r, "train": r["test"]} if r["net"].startswith("max") else r for r in rows]
    assert verdicts(rows)["C08"].verdict != verdicts(closed)["C08"].verdict


def test_overlap_that_wins_on_every_seed_turns_the_verdict():
    verdicts, rows = experiment("variants").verdicts, results("variants")["rows"]
    better = [
        {**r, "test": [v + 9 + i for i, v in enumerate(r["test"])]} if "3/2" in r["kind"] else r
        for r in rows
    ]
    assert verdicts(better)["C11"].verdict == "holds" != verdicts(rows)["C11"].verdict


def test_pyramids_of_unequal_size_fail():
    verdicts, rows = experiment("sizes").verdicts, results("sizes")["rows"]
    unequal = [{**r, "values": r["side"]} if "values" in r else r for r in rows]
    assert verdicts(unequal)["C12"].verdict == "fails" != verdicts(rows)["C12"].verdict


def test_a_pooling_with_weights_fails():
    verdicts, rows = experiment("backward").verdicts, results("backward")["rows"]
    learnt = [{**r, "parameters": 1} if "parameters" in r else r for r in rows]
    assert verdicts(learnt)["C25"].verdict == "fails" != verdicts(rows)["C25"].verdict


def test_a_net_that_no_change_disturbs_is_invariant():
    verdicts, rows = experiment("robustness").verdicts, results("robustness")["rows"]
    steady = [
        {**r, "accuracy": [97.0] * 4} if r["net"] == "max" and "accuracy" in r else r for r in rows
    ]
    for claim in ("C02", "C26"):
        assert verdicts(steady)[claim].verdict == "holds" != verdicts(rows)[claim].verdict


def test_a_pooling_that_loses_as_much_as_none_helps_against_nothing():
    verdicts, rows = experiment("robustness").verdicts, results("robustness")["rows"]
    plain = {(r["change"], r["amount"]): r for r in rows if r["net"] == "none"}
    alike = [{**plain[r["change"], r["amount"]], "net": r["net"]} for r in rows]
    assert verdicts(alike)["C26"].verdict == "fails"


def test_a_verdict_is_a_word_and_a_number():
    assert Verdict._fields == ("verdict", "number")
