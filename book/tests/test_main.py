"""The command that recomputes results."""

import pytest

from experiments.__main__ import main
from experiments.record import names


def test_an_unknown_experiment_names_those_that_exist(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["poling"])
    assert stop.value.code == 2
    said = capsys.readouterr().err
    assert "no experiment poling" in said and all(name in said for name in names())
