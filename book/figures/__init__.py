"""Figures of the book: each function draws one from cached results and says it in words too."""
