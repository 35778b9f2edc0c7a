"""What readers do: open the menu on a phone, go by keyboard, search, switch to dark, print."""

import pytest
from playwright.sync_api import expect

PHONE = {"width": 390, "height": 844}
#: How light an element's ink is, from 0 to 1.
LIGHTNESS = """element => {
  const style = getComputedStyle(element);
  const colour = element.closest("svg") ? style.fill : style.color;
  return Math.max(...colour.match(/[\\d.]+/g).slice(0, 3)) / 255;
}"""


def test_the_menu_opens_on_a_phone_and_leads_on(page, site):
    page.set_viewport_size(PHONE)
    page.goto(site + "claims.html")
    menu = page.locator("#pst-primary-sidebar-modal")
    link = menu.get_by_role("link", name="Pooling", exact=True)
    expect(link).not_to_be_visible()
    page.locator(".primary-toggle").click()
    expect(link).to_be_in_viewport()
    link.click()
    expect(page).to_have_title("Pooling — Convolutional nets, measured")


def test_the_contents_of_a_page_open_on_a_phone(page, site):
    page.set_viewport_size(PHONE)
    page.goto(site + "pooling.html")
    page.locator(".secondary-toggle").click()
    contents = page.locator("#pst-secondary-sidebar-modal")
    expect(contents.get_by_role("link", name="What pooling is")).to_be_in_viewport()


def test_the_first_key_offers_to_skip_the_menu(page, site):
    page.goto(site + "pooling.html")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to main content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page).to_have_url(site + "pooling.html#main-content")


def test_the_keyboard_reaches_everything_and_shows_where_it_is(page, site):
    page.goto(site + "claims.html")
    reach = "a[href], button, input, summary, [tabindex='0']"
    visible = page.locator(reach).evaluate_all(
        "all => all.filter((element) => element.checkVisibility({visibilityProperty: true})"
        " && element.tabIndex >= 0 && !element.disabled).length"
    )
    seen, unmarked = 0, []
    for _ in range(visible + 20):
        page.keyboard.press("Tab")
        mark = page.evaluate(
            "() => { const e = document.activeElement, s = getComputedStyle(e);"
            " if (e === document.body) return null;"
            " return [s.outlineStyle + s.boxShadow, e.outerHTML.slice(0, 80)] }"
        )
        if mark is None:
            break
        seen += 1
        unmarked += [mark[1]] if mark[0] == "nonenone" else []
    assert seen >= visible
    assert unmarked == []


@pytest.mark.parametrize(
    ("words", "page_found"), [("aliasing", "pooling.html"), ("max_pool2d", "pooling.html")]
)
def test_search_finds_terms_and_function_names(page, site, words, page_found):
    page.goto(f"{site}search.html?q={words}")
    found = page.locator("#search-results li a")
    expect(found.first).to_be_visible()
    hrefs = found.evaluate_all("all => all.map((link) => link.getAttribute('href'))")
    assert any(href.startswith(page_found) for href in hrefs)


def test_search_opens_from_any_page(page, site):
    page.goto(site + "intro.html")
    page.keyboard.press("Control+k")
    page.keyboard.type("aliasing")
    page.keyboard.press("Enter")
    expect(page.locator("#search-results li a").first).to_be_visible()


def test_the_switch_makes_a_page_dark_and_the_next_page_too(page, site):
    page.emulate_media(color_scheme="light")
    page.goto(site + "claims.html")
    while page.locator("html").get_attribute("data-mode") != "dark":
        page.locator(".theme-switch-button:visible").click()
    page.goto(site + "pooling.html")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert page.locator("article p").first.evaluate(LIGHTNESS) > 0.7


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_ink_of_figures_follows_the_page(page, site, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto(site + "pooling.html")
    ink = page.locator("svg.figure use").evaluate_all(f"all => all.map({LIGHTNESS})")
    grounds = page.locator("svg.figure").evaluate_all(
        "all => all.map((svg) => getComputedStyle(svg.querySelector('path')).fill)"
    )
    assert set(grounds) == {"none"}
    labels = sorted(ink)[len(ink) // 2]
    assert labels > 0.7 if scheme == "dark" else labels < 0.3


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_paper_is_light_and_shows_the_text_alone(page, site, scheme):
    page.emulate_media(color_scheme=scheme, media="print")
    page.goto(site + "pooling.html", wait_until="networkidle")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("article p").first.evaluate(LIGHTNESS) < 0.3
    assert page.locator("svg.figure use").first.evaluate(LIGHTNESS) < 0.3
    for part in ("#pst-primary-sidebar", ".bd-header-article", ".prev-next-footer"):
        expect(page.locator(part)).not_to_be_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("html").get_attribute("data-theme") == scheme
