"""How far the grader is: a bar on a terminal, elsewhere a line every few seconds."""

from __future__ import annotations

import sys
import time

from tqdm import tqdm

#: Seconds between two lines where there is no terminal.
PAUSE = 5.0


class Progress:
    """Count notebooks as they are judged, on the standard error.

    Parameters
    ----------
    total
        How many there are.
    kept
        How many of them need no judging, since their results were kept.
    """

    def __init__(self, total: int, kept: int = 0) -> None:
        self.total, self.done, self.failures = total, kept, 0
        self.before, self.start, self.told = kept, time.monotonic(), time.monotonic()
        self.bar = tqdm(total=total, initial=kept, unit="notebook", desc="judging",
                        disable=not sys.stderr.isatty())

    def update(self, problem: str) -> None:
        """Count one more; ``problem`` says why it could not be graded, empty if it was."""
        self.done += 1
        if problem:
            self.failures += 1
            self.bar.set_postfix(failures=self.failures, refresh=False)
        self.bar.update()
        if self.bar.disable and time.monotonic() - self.told > PAUSE:
            self.tell()

    def tell(self) -> None:
        """Print a line."""
        self.told = time.monotonic()
        seconds = self.told - self.start
        rate = (self.done - self.before) / seconds if seconds else 0
        left = f", {(self.total - self.done) / rate:.0f} s left" if rate else ""
        print(f"judging: {self.done} of {self.total} notebooks, {rate:.1f} a second{left}, "
              f"{self.failures} failures", file=sys.stderr, flush=True)

    def close(self) -> None:
        """Say the end."""
        self.bar.close()
        if self.bar.disable:
            self.tell()
