"""Axe finds nothing serious on any page: light and dark, on a phone and on a screen."""

import pytest
from axe_playwright_python.sync_playwright import Axe

#: Axe would look for the style sheets that style sheets import in the wrong folder.
OPTIONS = {"preload": False, "resultTypes": ["violations"]}
#: Shows what is folded. So as not to take minutes, axe gets no folded code, whose colours are those
#: of other code, and no insides of figures, which are images to it.
UNFOLD = """() => {
  document.querySelectorAll("svg.figure > *, details pre > *").forEach((each) => each.remove());
  document.querySelectorAll("details").forEach((each) => { each.open = true; });
}"""


def serious(page):
    """Return what axe calls serious or critical, with the places."""
    page.evaluate(UNFOLD)
    return [
        (found["id"], [node["target"] for node in found["nodes"]])
        for found in Axe().run(page, options=OPTIONS).response["violations"]
        if found["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(page, site, every_page, scheme):
    page.emulate_media(color_scheme=scheme)
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"{site}{every_page}.html", wait_until="networkidle")
        assert page.locator("html").get_attribute("data-theme") == scheme
        assert serious(page) == []


def test_axe_sees_what_is_wrong(page, site):
    page.goto(site + "claims.html")
    page.locator("article").evaluate("article => article.prepend(new Image())")
    assert serious(page) == [("image-alt", [["img"]])]
