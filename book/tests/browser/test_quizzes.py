"""Questions in the page: answered by keyboard, at once, with or without JavaScript."""

from pathlib import Path

import pytest

from tests.browser.test_axe import serious

BOOK = Path(__file__).parents[2]
PAGES = [path.stem for path in sorted(BOOK.glob("*.md")) if ":::{quiz}" in path.read_text("utf-8")]


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_an_answer_opens_by_keyboard_and_closes_the_one_before(browser, site, scripts):
    context = browser.new_context(java_script_enabled=scripts)
    page = context.new_page()
    page.goto(f"{site}pooling.html")
    quiz = page.locator(".quiz").first
    wrong, right = quiz.locator("details.wrong").first, quiz.locator("details.right")
    assert not quiz.get_by_text("Right.").is_visible()
    wrong.locator("summary").focus()
    page.keyboard.press("Enter")
    assert wrong.inner_text().splitlines()[1:] != [] and "No." in wrong.inner_text()
    right.locator("summary").focus()
    page.keyboard.press("Space")
    assert quiz.get_by_text("Right.").is_visible()
    assert quiz.locator("details[open]").count() == 1
    context.close()


@pytest.mark.parametrize("stem", PAGES)
def test_the_next_key_goes_to_the_next_option(page, site, stem):
    page.goto(f"{site}{stem}.html")
    options = page.locator(".quiz").first.locator("summary")
    options.first.focus()
    for option in options.all()[1:]:
        page.keyboard.press("Tab")
        assert option.evaluate("own => own === document.activeElement")


@pytest.mark.parametrize("stem", PAGES)
def test_every_option_of_a_page_says_right_or_no_and_why(page, site, stem):
    page.goto(f"{site}{stem}.html")
    source = (BOOK / f"{stem}.md").read_text("utf-8")
    quizzes = page.locator(".quiz")
    assert quizzes.count() == source.count(":::{quiz}")
    for quiz in quizzes.all():
        said = quiz.locator("details > p:first-of-type").all_text_contents()
        assert sorted(text.split(". ")[0] for text in said) == ["No", "No", "Right"]
        assert all(len(text) > 20 for text in said)
        label = quiz.get_attribute("aria-labelledby")
        assert page.locator(f"#{label}").inner_text().rstrip().endswith(("?", "first."))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_open_answers(page, site, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{site}kernel_size.html")
    page.locator(".quiz details").evaluate_all(
        "all => all.forEach(d => { d.removeAttribute('name'); d.open = true; })"
    )
    assert page.locator(".quiz details[open]").count() >= 3
    assert serious(page) == []
