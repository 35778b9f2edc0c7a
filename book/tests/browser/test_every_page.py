"""Every page: whole without other hosts, light enough, and never wider than a phone."""

import gzip

LIMIT = 1_000_000
#: Elements that the window cuts off, without a box of their own in which they scroll.
CUT_OFF = """() => {
  const inBox = (element) => {
    for (let box = element.parentElement; box !== document.body; box = box.parentElement) {
      const style = getComputedStyle(box);
      if (style.overflowX !== "visible" || style.position === "fixed") return true;
    }
    return false;
  };
  return [...document.querySelectorAll("article *")]
    .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
    .filter((element) => !inBox(element))
    .map((element) => `${element.tagName}: ${element.textContent.slice(0, 40)}`);
}"""


def test_all_that_a_page_loads_is_light(page, site, every_page):
    loaded = []
    page.on("response", lambda answer: loaded.append(answer))
    page.goto(f"{site}{every_page}.html", wait_until="networkidle")
    weights = {answer.url: len(gzip.compress(answer.body())) for answer in loaded}
    assert len(weights) > 5
    assert sum(weights.values()) < LIMIT, weights


def test_the_first_paint_waits_for_no_script(page, site, every_page):
    page.goto(f"{site}{every_page}.html")
    waiting = "head script[src]:not([async]):not([defer])"
    assert page.locator(waiting).evaluate_all("all => all.map((script) => script.src)") == []


def test_a_phone_shows_all_without_scrolling_sideways(page, site, every_page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{site}{every_page}.html", wait_until="networkidle")
    assert page.evaluate(CUT_OFF) == []
    # The theme's side bars may still be sliding out of sight.
    page.wait_for_function("document.documentElement.scrollWidth === 390")


def test_what_is_cut_off_is_seen(page, site):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(site + "claims.html")
    wide = "<p style='width: 500px'>too wide</p>"
    page.locator("article").evaluate(
        "(article, wide) => article.insertAdjacentHTML('beforeend', wide)", wide
    )
    assert page.evaluate(CUT_OFF) == ["P: too wide"]
