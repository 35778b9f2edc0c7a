"""The command that recomputes results."""

import pytest
import torch

from experiments.__main__ import main
from experiments.record import names, results


def test_an_unknown_experiment_names_those_that_exist(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["poling"])
    assert stop.value.code == 2
    said = capsys.readouterr().err
    assert "no experiment poling" in said and all(name in said for name in names())


def test_results_that_are_missing_are_computed_again_and_those_of_today_are_left(
    tmp_path, monkeypatch, caplog
):
    kept = results("counts")["rows"]
    monkeypatch.setattr("experiments.record.RESULTS", tmp_path / "results")
    monkeypatch.setattr("experiments.__main__.names", lambda: ["backward", "counts"])
    try:
        with caplog.at_level("INFO"):
            main([])
            assert results("counts")["rows"] == kept and results("backward")["rows"]
            said = caplog.text.splitlines()
            assert "s of CPU time" in said[-2] and "s of CPU time in all" in said[-1]
            caplog.clear()
            main([])
        assert "backward: up to date" in caplog.text and "counts: up to date" in caplog.text
    finally:
        torch.use_deterministic_algorithms(False)
