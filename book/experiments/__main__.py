"""Recompute cached results: `python -m experiments [NAME ...]`, run in `book/`."""

import argparse
import logging

import torch

from experiments.record import is_fresh, names, record


def main(arguments=None):
    """Run the experiments named, or those whose code changed since their results were kept."""
    parser = argparse.ArgumentParser(prog="python -m experiments", description=__doc__)
    parser.add_argument("name", nargs="*", help="default: the stale ones")
    chosen = parser.parse_args(arguments).name
    if unknown := sorted(set(chosen) - set(names())):
        parser.error(f"no experiment {', '.join(unknown)}; there are {', '.join(names())}")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s  %(message)s", datefmt="%H:%M:%S")
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    total = 0.0
    for name in chosen or names():
        if chosen or not is_fresh(name):
            logging.info("%s ...", name)
            kept = record(name)
            total += kept["seconds"]
            logging.info("%s: %.0f s of CPU time", name, kept["seconds"])
        else:
            logging.info("%s: up to date", name)
    logging.info("%.0f s of CPU time in all", total)


if __name__ == "__main__":
    main()
