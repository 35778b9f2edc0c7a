"""The practice block: exercises and points come from the sources, buttons lead somewhere."""

import re
from pathlib import Path

import pytest

from _ext.practice import LITE_MEGABYTES, practice, tasks
from autograder.paths import chapters, notebooks
from autograder.visible import find_exercise

ROOT = Path(__file__).parents[2]
CHAPTERS = [name for name in chapters(ROOT) if (ROOT / "exercises" / name).is_dir()]


@pytest.fixture
def site(tmp_path):
    """A site with downloads of known size, and no JupyterLite."""
    (tmp_path / "downloads").mkdir()
    for chapter in CHAPTERS:
        (tmp_path / "downloads" / f"{chapter}.zip").write_bytes(bytes(123_456))
    return tmp_path


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_chapter_ends_with_its_practice_block(chapter):
    text = (ROOT / "book" / f"{chapter}.md").read_text(encoding="utf-8")
    assert text.endswith(f"```{{practice}} {chapter}\n```\n")


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_exercise_is_shown_with_its_points_by_property(chapter, site):
    shown = practice(chapter, ROOT, site, "")
    for notebook in notebooks(chapter, ROOT):
        for task in tasks(notebook, ROOT):
            assert f"`{task.name}`: {task.what}" in shown
            if task.points:
                assert task.points == find_exercise(f"{notebook}.{task.name}").points
                assert sum(task.points.values()) == task.total == 10
        assert f'href="downloads/{notebook}.ipynb" download' in shown


def test_a_longer_answer_is_expected_to_take_longer():
    minutes = {task.name: task.minutes for task in tasks("pooling_numpy", ROOT)}
    assert minutes["adaptive_max_pool2d"] < minutes["max_pool2d"] < minutes["max_pool2d_backward"]
    assert all(number >= 5 and number % 5 == 0 for number in minutes.values())


def test_the_minutes_are_called_a_guess(site):
    assert "Minutes are our guess" in practice("pooling", ROOT, site, "")


def test_the_zip_is_offered_with_its_size(site):
    assert "pooling.zip (123 kB)" in practice("pooling", ROOT, site, "")


def test_nothing_is_said_of_a_hub_or_of_jupyterlite_where_there_is_none(site):
    shown = practice("pooling", ROOT, site, "")
    assert "Hub" not in shown and "browser" not in shown


def test_a_hub_gets_the_path_of_each_notebook(site):
    shown = practice("pooling", ROOT, site, "https://hub.example/lab/tree/{path}")
    found = re.findall(r'href="https://hub.example/lab/tree/([^"]+)"', shown)
    assert found == [f"exercises/pooling/pooling_{kind}.ipynb" for kind in ("numpy", "torch")]
    assert all((ROOT / path).is_file() for path in found)


def test_only_numpy_notebooks_open_in_the_browser(site):
    (site / "lite" / "lab").mkdir(parents=True)
    (site / "lite" / "lab" / "index.html").touch()
    shown = practice("pooling", ROOT, site, "")
    assert re.findall(r'href="lite/[^"]*path=(\w+)', shown) == ["pooling_numpy"]
    assert f"{LITE_MEGABYTES} MB from this site" in shown
    assert "browser" not in practice("without_pooling", ROOT, site, "")
