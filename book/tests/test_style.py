"""Figures: their ink for both colour schemes, their names, their words."""

import re

import numpy as np
import pytest
from matplotlib import pyplot as plt

from figures.style import canvas, card, dark, shade


@pytest.mark.parametrize(("light", "expected"), [("#000000", "#ebebeb"), ("#ffffff", "#141414")])
def test_ink_and_paper_change_places(light, expected):
    assert dark(light) == expected


def test_a_colour_keeps_its_hue_on_a_dark_page():
    red, green, blue = (int(dark("#d55e00")[i : i + 2], 16) for i in (1, 3, 5))
    assert red > green > blue


def _drawn(words="A line from 0 to 1."):
    figure, ax = canvas(2)
    ax.plot([0, 1], color="#d55e00")
    return card(figure, words).data


def test_a_colour_is_named_for_both_schemes():
    assert f"stroke: light-dark(#d55e00, {dark('#d55e00')})" in _drawn()


def test_the_page_shines_through_a_map_where_it_is_zero():
    figure, ax = canvas(2)
    shade(ax, np.array([[0, 0.5, -1]]))
    (image,) = ax.images
    assert image.get_array()[0, :, 3].tolist() == [0, 0.5, 0]
    plt.close(figure)


def test_two_figures_share_no_name():
    one, two = (set(re.findall(r' id="([^"]+)"', _drawn(words))) for words in ("One.", "Two."))
    assert one and not one & two


def test_what_a_figure_refers_to_is_in_it():
    drawn = _drawn()
    assert set(re.findall(r'(?:href="#|url\(#)([^")]+)', drawn)) == set(
        re.findall(r' id="([^"]+)"', drawn)
    )


def test_words_are_said_as_they_are():
    assert 'aria-label="&quot;a&quot; &lt; b"' in _drawn('"a" < b')
