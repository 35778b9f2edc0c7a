"""Formulas: what latex2mathml makes of them, and that it says no to what it does not know."""

import pytest
from sphinx.errors import ExtensionError

from _ext.formulas import mathml


def test_a_formula_is_mathml():
    made = mathml(r"\lfloor \frac{H}{2} \rfloor", "block")
    assert made.startswith("<math") and 'display="block"' in made and "<mfrac>" in made


def test_commas_in_numbers_slashes_and_names_of_functions_take_no_space():
    assert "<mn>4</mn><mtext>,</mtext><mn>608</mn>" in mathml("4{,}608", "inline")
    assert '<mo lspace="0" rspace="0">/</mo>' in mathml("a/b", "inline")
    assert "<mi>max</mi>" in mathml(r"\max(a, b)", "inline")


def test_an_unknown_command_is_an_error():
    with pytest.raises(ExtensionError, match=r"mathml\('.*nonsense.*'\): expected LaTeX"):
        mathml(r"\nonsense{x}", "inline")
