"""The bench of the NumPy references: every pass is timed, at every geometry."""

from collections import Counter

from autograder.grading.bench_layers import CONVOLUTION, LIMITS, POOLING, bench


def test_the_bench_has_a_row_for_each_pass_and_geometry():
    rows = list(bench(shape=(1, 2, 5, 5), runs=1))
    found = Counter(name for name, *_ in rows)
    assert found == {name: len(CONVOLUTION) if name.startswith("conv") else
                     1 if name.startswith("1x1") else len(POOLING) for name in LIMITS}
    assert all(ours > 0 and theirs > 0 for _, _, ours, theirs in rows)
