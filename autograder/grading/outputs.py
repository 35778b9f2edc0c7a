"""Outputs of learners' cells, made harmless: text and PNG pictures, of limited size."""

from __future__ import annotations

import re
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_output

#: Characters kept of one text.
TEXT_LIMIT = 200_000
#: What a page may show of a rich output, and how much; markup and scripts are left out.
HARMLESS = {"text/plain": TEXT_LIMIT, "image/png": 700_000}
#: Characters kept of all outputs of one notebook, about a megabyte.
NOTEBOOK_LIMIT = 1_000_000
#: What says that something was left out.
CUT = "… the rest of the output was cut."


def harmless(replies: dict[int, Any]) -> dict[int, list[NotebookNode]]:
    """Return outputs as a notebook can hold them, whatever the learner's process sent.

    Parameters
    ----------
    replies
        By position of the cell, what came for it.
    """
    left = NOTEBOOK_LIMIT
    kept: dict[int, list[NotebookNode]] = {}
    for position, reply in replies.items():
        kept[position] = []
        for raw in reply if isinstance(reply, list) else []:
            output = _output(raw) if isinstance(raw, dict) else None
            left -= len(str(output))
            if output and left < 0:
                kept[position].append(new_output("stream", name="stdout", text=CUT))
                return kept | {later: [] for later in replies if later not in kept}
            if output:
                kept[position].append(output)
    return kept


def _output(raw: dict) -> NotebookNode | None:
    kind = raw.get("output_type")
    if kind == "stream":
        name = "stderr" if raw.get("name") == "stderr" else "stdout"
        return new_output("stream", name=name, text=_text(raw.get("text")))
    if kind == "error":
        lines = raw.get("traceback")
        lines = [_text(line) for line in lines[:200]] if isinstance(lines, list) else []
        return new_output("error", ename=_text(raw.get("ename"), 200), traceback=lines,
                          evalue=_text(raw.get("evalue"), 2000))
    data = raw.get("data")
    if kind not in ("display_data", "execute_result") or not isinstance(data, dict):
        return None
    shown = {mime: _text(data[mime], limit) for mime, limit in HARMLESS.items()
             if isinstance(data.get(mime), str)}
    # A page puts the picture's text into its own markup as it is.
    if not re.fullmatch(r"[A-Za-z0-9+/=\s]*", shown.get("image/png", "")):
        del shown["image/png"]
    return new_output("display_data", data=shown) if shown else None


def _text(value: Any, limit: int = TEXT_LIMIT) -> str:
    text = value if isinstance(value, str) else ""
    return text if len(text) <= limit else text[:limit] + CUT
