"""The measurements behind the book: one module an experiment, its cached results in `results/`."""
