"""A notebook kernel without sockets: run cells in this process and keep their outputs."""

from __future__ import annotations

import io
import os
import sys
from typing import Any

from ipykernel.zmqshell import ZMQInteractiveShell
from jupyter_client.session import Session
from traitlets.config import Config

#: Characters of output kept of one cell; what is over is cut, with a word about it.
OUTPUT_LIMIT = 200_000


class Recorder(Session):
    """A session that keeps the messages of a cell as notebook outputs."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.outputs: list[dict] = []
        self.muted = False
        self.left = OUTPUT_LIMIT

    def send(self, stream: Any, msg_or_type: Any, content: Any = None, *args: Any, **kw: Any):
        """Keep a message instead of sending it."""
        message = msg_or_type
        if isinstance(msg_or_type, str):
            message = self.msg(msg_or_type, content)
        self.keep(message)

    def keep(self, message: dict) -> None:
        """Keep a message if it is an output and there is room for it."""
        if self.muted or self.left < 0:
            return
        kind = message["header"]["msg_type"]
        if kind not in ("stream", "display_data", "execute_result", "error"):
            return
        output = {"output_type": kind, **message["content"]}
        self.left -= len(str(output))
        if self.left < 0:
            output = _stream("stdout", "\n… the rest of the output was cut.\n")
        last = self.outputs[-1] if self.outputs else {}
        if kind == "stream" and last.get("name") == output["name"]:
            last["text"] += output["text"]
        else:
            self.outputs.append(output)

    def take(self) -> list[dict]:
        """Return the outputs since the last call, and begin anew."""
        outputs, self.outputs, self.left = self.outputs, [], OUTPUT_LIMIT
        return outputs


def _stream(name: str, text: str) -> dict:
    return {"output_type": "stream", "name": name, "text": text}


class Stream(io.TextIOBase):
    """Standard output or error, as messages."""

    def __init__(self, recorder: Recorder, name: str) -> None:
        self.recorder = recorder
        self.name = name

    def writable(self) -> bool:
        """Return that one can write."""
        return True

    def write(self, text: str) -> int:
        """Keep some text."""
        if self.recorder.left >= 0:
            content = {"name": self.name, "text": str(text)[: OUTPUT_LIMIT + 1]}
            self.recorder.keep(self.recorder.msg("stream", content))
        return len(text)


class Shell(ZMQInteractiveShell):
    """A shell that has no event loop to hand over to a window system."""

    def enable_gui(self, gui: Any = None) -> None:
        """Accept ``%matplotlib inline`` and the like; there is nothing to do."""


def make_shell() -> tuple[Shell, Recorder]:
    """Return a shell whose outputs the recorder keeps; standard streams are redirected."""
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    recorder = Recorder(key=b"")
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    shell = Shell.instance(config=config)
    shell.displayhook.session = shell.display_pub.session = recorder
    sys.stdout, sys.stderr = Stream(recorder, "stdout"), Stream(recorder, "stderr")
    return shell, recorder
