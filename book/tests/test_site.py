"""The built site: links lead somewhere from any folder, and the icons that pages show are there."""

import re
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup
from fontTools.ttLib import TTFont

from _ext import assets

#: Classes of Font Awesome that are no icons.
MANNERS = {"fa-solid", "fa-lg"}


@pytest.fixture(scope="module")
def pages(html):
    """The book's own pages, parsed."""
    return {
        path: BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        for path in html.glob("*.html")
    }


def test_links_inside_the_site_are_relative_and_lead_somewhere(html, pages):
    anchors = {path: {tag["id"] for tag in page.find_all(id=True)} for path, page in pages.items()}
    broken = []
    for path, page in pages.items():
        for tag in page.find_all(["a", "link", "script", "img"]):
            address = urlsplit(tag.get("href") or tag.get("src") or "")
            if address.scheme or address.netloc:
                continue
            goal = (path.parent / unquote(address.path)).resolve() if address.path else path
            goal = goal / "index.html" if goal.is_dir() else goal
            inside = goal.is_relative_to(html) and goal.exists()
            known = address.fragment in anchors.get(goal, {address.fragment})
            if not inside or address.path.startswith("/") or (address.fragment and not known):
                broken.append(f"{path.name}: {tag.get('href') or tag.get('src')}")
    assert broken == []


def test_names_on_a_page_are_unique(pages):
    for path, page in pages.items():
        names = [tag["id"] for tag in page.find_all(id=True)]
        assert sorted(set(names)) == sorted(names), path


def test_each_icon_that_pages_show_has_its_glyph(html, pages):
    classes = {
        name for page in pages.values() for tag in page(class_=True) for name in tag["class"]
    }
    icons = {name for name in classes if name.startswith("fa-")} - MANNERS
    style = (html / "_static" / assets.STYLE).read_text(encoding="utf-8")
    glyphs = TTFont(html / "_static" / "icons.woff").getBestCmap()
    assert {"fa-bars", "fa-magnifying-glass"} <= icons
    for icon in icons:
        (code,) = re.findall(rf'\.{icon}:before[^{{}}]*\{{content:"\\(\w+)"', style)
        assert int(code, 16) in glyphs
    assert ord(re.search('--pst-icon-info-circle:"(.)"', style)[1]) in glyphs
    assert len(glyphs) < 50


def test_the_font_has_each_character_of_the_formulas(html, pages):
    font = TTFont(html / "_static" / "noto-sans-math" / "noto-sans-math.woff").getBestCmap()
    formulas = [tag.get_text() for page in pages.values() for tag in page("math")]
    assert len(formulas) > 50
    assert {char for text in formulas for char in text if ord(char) not in font} == set()


def test_no_script_names_another_host(pages):
    scripts = [str(tag) for page in pages.values() for tag in page("script")]
    assert len(scripts) > 100
    assert [script for script in scripts if re.search("https?://", script)] == []
