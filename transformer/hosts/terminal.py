"""What only a person at a terminal sees: color, and how far a long run has come."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO, TypeVar

_Item = TypeVar("_Item")

_COLORS = {"-": "\x1b[31m", "+": "\x1b[32m", "@": "\x1b[36m"}
_RESET = "\x1b[0m"
_MANY, _WIDTH = 25, 30


def wants_color(stream: TextIO) -> bool:
    """Say whether to color: on a terminal, unless NO_COLOR (https://no-color.org) is set or it is a dumb one."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def colored(diff: Iterable[str]) -> Iterator[str]:
    """Yield the lines of a diff, colored by their first character."""
    for line in diff:
        color = _COLORS.get(line[:1])
        text = line.removesuffix("\n")
        yield f"{color}{text}{_RESET}\n" if color else line


def progress(items: Sequence[_Item], *, quiet: bool) -> Iterator[_Item]:
    """Yield the items, with a bar on standard error where that is a terminal and there are many of them."""
    if quiet or len(items) < _MANY or not sys.stderr.isatty():
        yield from items
        return
    drawn = -1
    for done, item in enumerate(items):
        filled = done * _WIDTH // len(items)
        if filled != drawn:
            drawn = filled
            bar = "#" * filled + "." * (_WIDTH - filled)
            print(f"\r[{bar}] {done}/{len(items)}", end="", file=sys.stderr, flush=True)
        yield item
    print("\r\x1b[K", end="", file=sys.stderr, flush=True)
