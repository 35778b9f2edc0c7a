"""Keep an experiment's results as a small file, with what is needed to doubt or repeat them."""

import importlib
import json
import platform
import time
from importlib.metadata import version
from pathlib import Path

from experiments.code import fingerprint

HERE = Path(__file__).parent
RESULTS = HERE / "results"


def names():
    """Names of all experiments: the modules of this package that define `run`."""
    modules = sorted(HERE.glob("*.py"))
    return [m.stem for m in modules if "\ndef run(" in m.read_text(encoding="utf-8")]


def experiment(name):
    """Import an experiment's module."""
    return importlib.import_module(f"experiments.{name}")


def code(name):
    """Fingerprint of `run` and of all it calls."""
    return fingerprint(HERE / f"{name}.py", "run")


def record(name):
    """Run an experiment in full, write `results/<name>.json`, and return what was written."""
    module, code_before = experiment(name), code(name)
    start = time.process_time()
    table = module.run(module.SEEDS, module.FULL)
    kept = {
        "experiment": name,
        "code": code_before,
        "data": table.data,
        "seeds": list(module.SEEDS),
        "budget": module.FULL and module.FULL._asdict(),
        "seconds": round(time.process_time() - start, 1),
        "versions": {
            "python": platform.python_version(),
            **{package: version(package) for package in ("numpy", "torch", "scikit-learn")},
        },
    }
    rows = ",\n".join(f"  {json.dumps(row)}" for row in table.rows)
    head = json.dumps(kept, indent=1).removesuffix("\n}")
    RESULTS.mkdir(exist_ok=True)
    text = f'{head},\n "rows": [\n{rows}\n ]\n}}\n'
    (RESULTS / f"{name}.json").write_text(text, encoding="utf-8")
    return results(name)


def results(name):
    """Read `results/<name>.json`.

    Raises
    ------
    FileNotFoundError
        The experiment has not been run yet; the message has the command that does.
    """
    path = RESULTS / f"{name}.json"
    if not path.exists():
        raise FileNotFoundError(
            f"results({name!r}): no {path.name}; in book/, run: python -m experiments {name}"
        )
    return json.loads(path.read_text(encoding="utf-8"))


def is_fresh(name):
    """Whether results are kept and the code that they came from is the code of today."""
    return (RESULTS / f"{name}.json").exists() and results(name)["code"] == code(name)
