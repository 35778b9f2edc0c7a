"""Things to play with, in the page: with the keyboard, on a phone, and without JavaScript."""

import re
from pathlib import Path

import numpy as np
import pytest

from autograder.layers import layers

BOOK = Path(__file__).parents[2]
PLACES = [
    (path.stem, index, name)
    for path in sorted(BOOK.glob("*.md"))
    for index, name in enumerate(re.findall(r"^:::\{widget\} (\w+)", path.read_text("utf-8"), re.M))
]
IDS = [f"{page}-{index}-{name}" for page, index, name in PLACES]


def place(page, site, stem, index):
    """Open a chapter at one of its widgets."""
    page.goto(f"{site}{stem}.html")
    return page.locator(".widget").nth(index)


def first(page, site, name):
    """Open the first chapter that has a widget of this name."""
    stem, index, _ = next(found for found in PLACES if found[2] == name)
    return place(page, site, stem, index)


def set_to(widget, label, value):
    """Move a slider by its label."""
    widget.get_by_role("slider", name=label).first.fill(str(value))


def words(widget):
    return widget.locator("[aria-live]").inner_text()


def numbers(figure):
    """Read the numbers that a picture shows, as a square map."""
    shown = figure.locator("text").all_text_contents()
    side = round(len(shown) ** 0.5)
    return np.array([float(text.replace("−", "-")) for text in shown]).reshape(side, side)


@pytest.mark.parametrize(("stem", "index", "name"), PLACES, ids=IDS)
def test_the_keyboard_moves_every_control(page, site, stem, index, name):
    widget = place(page, site, stem, index)
    sliders, choices = widget.locator("input[type=range]"), widget.locator("select")
    assert sliders.count() >= 2 and widget.locator("svg").count() >= 1
    for control in [*sliders.all(), *choices.all()]:
        if control.get_attribute("min") == control.get_attribute("max") is not None:
            continue
        before = control.input_value()
        control.focus()
        for key in ("ArrowDown", "ArrowUp", "ArrowUp"):
            if control.input_value() == before:
                control.press(key)
        assert control.input_value() != before
        assert len(words(widget)) > 20


@pytest.mark.parametrize(("stem", "index", "name"), PLACES, ids=IDS)
def test_a_widget_fits_on_a_phone(page, site, stem, index, name):
    page.set_viewport_size({"width": 390, "height": 800})
    widget = place(page, site, stem, index)
    for slider in widget.locator("input[type=range]").all():
        slider.press("End")
    edges = widget.evaluate(
        "w => [w, ...w.querySelectorAll('*')].map(e => e.getBoundingClientRect().right)"
    )
    assert max(edges) <= 390
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_pooled_numbers_on_the_page_are_the_layers(page, site):
    widget = first(page, site, "pooling")
    x = numbers(widget.locator("figure").nth(0))
    ours = layers("pooling_numpy")
    for kind in ("max", "average"):
        widget.get_by_label("Take the").select_option(kind)
        for kernel, stride, padding in ((2, 2, 0), (3, 2, 1), (3, 1, 0), (4, 3, 2)):
            set_to(widget, "Window", kernel)
            set_to(widget, "Stride", stride)
            set_to(widget, "Padding", padding)
            pool = ours.max_pool2d if kind == "max" else ours.avg_pool2d
            expected = pool(x[None, None], kernel, stride, padding)[0, 0]
            found = numbers(widget.locator("figure").nth(1))
            np.testing.assert_allclose(found, expected, atol=0.0051)


def test_the_window_says_what_it_sees(page, site):
    widget = first(page, site, "pooling")
    assert words(widget) == "Window 1 of 9 sees 1, 3, 5, 2: the maximum is 5."
    set_to(widget, "Place", 2)
    assert words(widget).startswith("Window 2 of 9 sees 2, 0, 1, 1: the maximum is 2")
    widget.get_by_label("Show").select_option("uses")
    set_to(widget, "Stride", 4)
    assert words(widget) == "20 of 36 pixels are in no window; the busiest is in 1."
    widget.get_by_label("Show").select_option("backward")
    assert words(widget) == "4 outputs send back 1 each; 4 of 36 pixels get something, 4 in all."


def test_layers_can_be_added_and_taken_away(page, site):
    widget = first(page, site, "stack")
    assert "Layer 1: 8 values, receptive field 3, jump 2." in words(widget)
    add = widget.get_by_role("button", name="Add a layer")
    for _ in range(4):
        add.focus()
        page.keyboard.press("Enter")
    assert "Layer 5" in words(widget) or "does not fit" in words(widget)
    assert add.is_hidden()
    assert page.evaluate("document.activeElement.closest('fieldset').innerText").startswith(
        "Layer 5"
    )
    for number in (5, 4, 3, 2):
        widget.get_by_role("button", name=f"Remove layer {number}").press("Enter")
    assert "Layer 1: 8 values, receptive field 3, jump 2." in words(widget)


def test_a_layer_that_does_not_fit_is_named(page, site):
    widget = first(page, site, "stack")
    set_to(widget, "Pixels", 5)
    set_to(widget, "Kernel", 7)
    set_to(widget, "Padding", 0)
    assert words(widget).startswith("Layer 1 does not fit")
    assert widget.locator("svg").count() == 0
    set_to(widget, "Kernel", 5)
    assert "receptive field 5" in words(widget)


def test_the_block_of_googlenet_has_its_published_cost(page, site):
    widget = first(page, site, "inception")
    naive, reduced = (
        layers("one_by_one_numpy").inception_cost(
            192, 64, 96, 128, 16, 32, 32, 28, reduced=reduced
        )[0]
        for reduced in (False, True)
    )
    assert f"Naive: {naive:,} weights" in words(widget)
    assert f"Reduced: {reduced:,} weights" in words(widget)
    widget.get_by_label("Block").select_option("5b")
    assert "1,442,816 weights" in words(widget)
    set_to(widget, "Channels in", 100)
    assert widget.get_by_label("Block").input_value() == "own"


def test_a_shift_by_one_loses_the_stripes_under_the_maximum(page, site):
    widget = first(page, site, "shift")
    assert "maximum: 0 of 36" in words(widget)
    set_to(widget, "Shift right", 1)
    assert "maximum: 18 of 36" in words(widget)
    set_to(widget, "Shift right", 4)
    assert "maximum: 0 of 36" in words(widget)


def test_padding_makes_both_scores_differ(page, site):
    widget = first(page, site, "sliding")
    set_to(widget, "Place", 7)
    assert "the same." in words(widget) and "not the same" not in words(widget)
    widget.get_by_label("Padding").select_option("1")
    assert "not the same" in words(widget)


def test_without_javascript_the_words_remain(browser, site):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    widget = first(page, site, "pooling")
    assert "Try it." in widget.inner_text() and "needs JavaScript" in widget.inner_text()
    assert widget.locator("form, svg").count() == 0
    context.close()


def test_scripts_of_widgets_are_on_their_pages_only(page, site):
    page.goto(f"{site}claims.html")
    assert page.locator("script[src*='numbers.js']").count() == 0
    page.goto(f"{site}gap_vs_fc.html")
    scripts = page.locator("script[defer]").evaluate_all("all => all.map(s => s.src)")
    assert [name for name in ("numbers", "drawing", "sliding") if f"{name}.js" in str(scripts)] == [
        "numbers",
        "drawing",
        "sliding",
    ]
    assert "pooling.js" not in str(scripts)
