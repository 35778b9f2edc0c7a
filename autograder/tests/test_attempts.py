"""Of several files for one notebook, one counts."""

from datetime import datetime, timedelta

import pytest

from autograder.grading.archives import Member
from autograder.grading.attempts import choose, notebook_name, time_of
from autograder.grading.lms import Upload

KNOWN = ["pooling_numpy", "pooling_torch"]
DUE = datetime(2026, 11, 21, 23)


def upload(name="x", file="pooling_numpy.ipynb", **facts):
    return Upload(Member(name, "", bytes), "1", file, **facts)


def counts(*uploads, due=DUE):
    fates, chosen = choose([("ada", one, "") for one in uploads], KNOWN, due)
    assert len(fates) == len(uploads) - 1
    return chosen["ada"]["pooling_numpy.ipynb"].member.name


@pytest.mark.parametrize(("file", "name"), [
    ("pooling_numpy.ipynb", "pooling_numpy.ipynb"),
    ("pooling_numpy-2.ipynb", "pooling_numpy.ipynb"),
    ("pooling_numpy (1).ipynb", "pooling_numpy.ipynb"),
    ("Pooling_NumPy.IPYNB", "pooling_numpy.ipynb"),
    ("pooling_torch - Copy (2).ipynb", "pooling_torch.ipynb"),
    ("pooling_torch-Copy2.ipynb", "pooling_torch.ipynb"), ("my work.ipynb", "my_work.ipynb"),
    ("..\x00/../x.ipynb", "x.ipynb"), ("ответ.ipynb", "_____.ipynb"), (".ipynb", "ipynb")])
def test_a_file_is_kept_under_a_harmless_name_and_a_copys_number_goes(file, name):
    assert notebook_name(file, KNOWN) == name


def test_the_last_one_before_the_due_date_counts():
    times = {"early": DUE - timedelta(3), "last": DUE - timedelta(1), "late": DUE + timedelta(1)}
    assert counts(*(upload(name, when=when) for name, when in times.items())) == "last"
    assert counts(upload("early", order=1), upload("last", order=2),
                  upload("late", order=3, late=True)) == "last"


def test_the_last_one_counts_where_all_are_late_or_nothing_is_due():
    late = [upload(str(day), when=DUE + timedelta(day)) for day in (2, 3, 1)]
    assert counts(*late) == counts(*late, due=None) == "3"


def test_a_copys_number_decides_where_nothing_else_does():
    assert counts(upload("a", "pooling_numpy (2).ipynb"), upload("b", "pooling_numpy (10).ipynb"),
                  upload("c", "pooling_numpy.ipynb")) == "b"


def test_what_is_refused_does_not_count():
    fates, chosen = choose([("ada", upload("a"), "too large"), ("ada", upload("b", "x.pdf"), "")],
                           KNOWN, DUE)
    assert [fate.remark for fate in fates] == ["too large", "it is no notebook"] and not chosen


def test_lateness_without_a_time_is_one_second_after_the_due_date():
    late = {"x": upload(late=True)}
    assert time_of(late, DUE)[0] == DUE + timedelta(seconds=1)
    assert time_of(late, None)[0] is None and "no due date" in time_of(late, None)[1]
    assert time_of({"x": upload(late=True, when=DUE)}, DUE) == (DUE, "")
    assert time_of({"x": upload()}, DUE) == (None, "")
