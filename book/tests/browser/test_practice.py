"""From page to practice: buttons bring what they say, the index leads to the place."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
CHAPTERS = sorted(path.name for path in (ROOT / "exercises").iterdir())


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_download_of_a_chapter_is_there(chapter, page, site):
    page.goto(f"{site}{chapter}.html")
    found = page.locator("#your-turn a[href^='downloads/']")
    links = found.evaluate_all("links => links.map(link => link.href)")
    notebooks = sorted((ROOT / "exercises" / chapter).glob("*.ipynb"))
    assert [link.removeprefix(f"{site}downloads/") for link in links] == [
        *(path.name for path in notebooks), f"{chapter}.zip"]
    for link, path in zip(links, notebooks, strict=False):
        assert page.request.get(link).body() == path.read_bytes()
    assert page.request.get(links[-1]).body()[:2] == b"PK"


def test_the_button_downloads_the_notebook(page, site):
    page.goto(f"{site}pooling.html")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download pooling_numpy.ipynb").click()
    assert download.value.suggested_filename == "pooling_numpy.ipynb"


def test_search_finds_a_word_of_the_sources(page, site):
    page.goto(f"{site}search.html?q=Faltung")
    page.locator("#search-results a[href*='glossary.html']").first.wait_for()


@pytest.mark.parametrize("entry", ["roi_max_pool (in NumPy)", "receptive field", "感受野"])
def test_the_index_leads_to_the_place(entry, page, site):
    page.goto(f"{site}genindex.html")
    link = page.locator(".indextable a", has_text=entry).first.get_attribute("href")
    page.goto(site + link)
    assert page.locator(f"[id='{link.partition('#')[2]}']").count() == 1


@pytest.mark.parametrize(("language", "word"), [
    ("zh-Hans", "卷积"), ("zh-Hant", "卷積"), ("de", "Faltung")])
def test_a_word_of_the_glossary_has_its_language(language, word, page, site):
    page.goto(f"{site}glossary.html")
    assert page.locator(f"[lang='{language}']").get_by_text(word, exact=True).count() == 1


def test_the_front_page_says_what_it_is_and_shows_a_measurement(page, site):
    page.goto(f"{site}intro.html")
    first = page.locator("article p").first
    assert "This course measures it" in first.inner_text()
    assert page.get_by_text("Mean ± standard deviation over 5 seeds").count() == 1
    assert page.locator("article img, article svg").count() >= 1
