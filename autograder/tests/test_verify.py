"""``autograder verify`` proves the chapter, and finds what is wrong with one."""

from pathlib import Path

import pytest

from autograder.cases import exercises
from autograder.checks import pooling_numpy
from autograder.grading.release import source_notebook
from autograder.grading.verify import (
    BadMutant,
    judge_mutant,
    read_mutants,
    stale,
    unused_hints,
    verify,
)
from autograder.paths import chapters, course_root

RIGHT = "[right]\nloses = ['padding']\nreplace = [['### BEGIN SOLUTION', '# the answer']]\n"


@pytest.fixture
def mutants(own_course):
    """Write the mutants of max_pool2d in a course of one's own, and read them."""
    path = own_course / "autograder/mutants/pooling/pooling_numpy/max_pool2d.toml"
    path.parent.mkdir(parents=True)
    source = source_notebook("pooling_numpy", own_course)

    def write(text):
        path.write_text(text)
        return read_mutants("pooling_numpy", "max_pool2d", source, own_course)

    return write


@pytest.mark.parametrize("chapter", chapters(course_root(Path(__file__).parent)))
def test_a_chapter_is_proved(root, chapter):
    assert list(verify(chapter, root)) == []


def test_a_reference_that_is_wrong_and_mutants_that_are_right_or_missing_are_found(
    own_course, mutants
):
    path = own_course / "solutions/pooling/pooling_numpy.py"
    path.write_text(path.read_text().replace("sh * oh", "sh*oh").replace(
        "np.full((channels, height + 2 * ph, width + 2 * pw), -np.inf",
        "np.full((channels, height + 2 * ph, width + 2 * pw), 0"))
    (own_course / "solutions/pooling/pooling_torch.py").unlink()
    mutants(RIGHT)
    found = "\n".join(verify("pooling", own_course))
    assert "pooling_numpy.max_pool2d: the reference loses padding" in found
    assert "pooling_numpy.max_pool2d: 1 mutants; at least 6 are needed" in found
    assert "pooling_numpy.avg_pool2d: 0 mutants" in found
    assert "pooling_numpy.max_pool2d: no mutant triggers the hint" in found
    assert "exercises/pooling/pooling_torch.ipynb is not what solutions/ give" in found


def test_a_mutant_that_is_right_is_found(own_course, mutants, root):
    (mutant,) = mutants(RIGHT)
    source = source_notebook("pooling_numpy", own_course)
    found = judge_mutant(mutant, "pooling_numpy", "max_pool2d", source, own_course, 0)
    assert found.total == 10 and not found.faults


def test_a_text_that_the_reference_does_not_contain_is_named(mutants):
    with pytest.raises(BadMutant, match="the reference does not contain 'nonsense'"):
        mutants("[bad]\nloses = ['padding']\nreplace = [['nonsense', 'x']]\n")


def test_a_hint_that_nobody_gets_to_see_is_named():
    exercise = exercises(pooling_numpy)["max_pool2d"]
    hints = [example.hint for example in exercise.examples if example.hint]
    assert unused_hints(exercise, " ".join(hints[1:])) == hints[:1]


def test_an_exercise_that_was_edited_by_hand_is_found(own_course):
    path = own_course / "exercises/pooling/pooling_numpy.ipynb"
    path.write_text(path.read_text().replace("Pooling in NumPy", "Pooling"))
    assert len(list(stale("pooling", own_course))) == 1
