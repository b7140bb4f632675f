"""Show planned edits as a unified diff, in time that grows with the text and not with its square.

The edits say which lines differ, so nothing has to be searched for. The result is one that `patch` and `git apply`
take; lines end at line feeds only, as they do for those two.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import NamedTuple

from transformer.edits import Edit, apply, merge

_CONTEXT = 3


class _Change(NamedTuple):
    """Lines `first` up to `last` (from 0, `last` excluded) of the old text, and the lines that replace them."""

    first: int
    last: int
    new: list[str]


def unified_diff(text: str, edits: Iterable[Edit], name: str) -> Iterator[str]:
    r"""Yield the lines of the diff that `edits` make in `text`, each with its line feed; nothing where nothing changes.

    >>> print(*unified_diff("a: 1\nb: 2\n", [Edit(3, 4, "7")], "x.yaml"), sep="", end="")
    --- a/x.yaml
    +++ b/x.yaml
    @@ -1,2 +1,2 @@
    -a: 1
    +a: 7
     b: 2
    """
    old = _lines(text)
    shift = 0
    for index, hunk in enumerate(_hunks(_changes(old, merge(edits)))):
        if index == 0:
            ended = "\t" if " " in name else ""  # without it, `patch` takes what follows a blank for a date
            yield f"--- a/{name}{ended}\n"
            yield f"+++ b/{name}{ended}\n"
        start, stop = max(0, hunk[0].first - _CONTEXT), min(len(old), hunk[-1].last + _CONTEXT)
        grown = sum(len(change.new) - (change.last - change.first) for change in hunk)
        yield f"@@ -{_range(start, stop - start)} +{_range(start + shift, stop - start + grown)} @@\n"
        shift += grown
        position = start
        for change in hunk:
            yield from _prefixed(" ", old[position : change.first])
            yield from _prefixed("-", old[change.first : change.last])
            yield from _prefixed("+", change.new)
            position = change.last
        yield from _prefixed(" ", old[position:stop])


def _changes(old: list[str], edits: Iterable[Edit]) -> Iterator[_Change]:
    """Yield the lines that differ, for each run of edits that touch the same lines."""
    starts = [0, *accumulate(len(line) for line in old)]
    for first, last, run in _runs(starts, edits):
        new = apply("".join(old[first:last]), (edit.moved(-starts[first]) for edit in run))
        change = _trimmed(old, _Change(first, min(last, len(old)), _lines(new)))
        if change.new or change.first < change.last:
            yield change


def _runs(starts: list[int], edits: Iterable[Edit]) -> Iterator[tuple[int, int, list[Edit]]]:
    """Yield the edits that touch the same lines together, with the range of these lines."""
    count = max(1, len(starts) - 1)
    first = last = 0
    run: list[Edit] = []
    for edit in edits:
        begin = min(bisect_right(starts, edit.start), count) - 1
        if run and begin >= last:
            yield first, last, run
            run = []
        first = first if run else begin
        # The line on which an edit ends is part of it, even at its first column: its line break may be what goes.
        last = max(last if run else 0, min(bisect_right(starts, edit.end), count))
        run.append(edit)
    if run:
        yield first, last, run


def _trimmed(old: list[str], change: _Change) -> _Change:
    """Return the change without the lines at its ends that stay the same."""
    first, last, new = change
    while first < last and new and old[first] == new[0]:
        first, new = first + 1, new[1:]
    while first < last and new and old[last - 1] == new[-1]:
        last, new = last - 1, new[:-1]
    return _Change(first, last, new)


def _hunks(changes: Iterable[_Change]) -> Iterator[list[_Change]]:
    hunk: list[_Change] = []
    for change in changes:
        if hunk and change.first - hunk[-1].last > 2 * _CONTEXT:
            yield hunk
            hunk = []
        hunk.append(change)
    if hunk:
        yield hunk


def _range(start: int, length: int) -> str:
    """Return a range as unified diffs write it: from 1, and from the line before where it is empty."""
    return f"{start + 1 if length else start},{length}" if length != 1 else f"{start + 1}"


def _prefixed(prefix: str, lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield f"{prefix}{line}" if line.endswith("\n") else f"{prefix}{line}\n\\ No newline at end of file\n"


def _lines(text: str) -> list[str]:
    *ended, last = text.split("\n")
    return [f"{line}\n" for line in ended] + ([last] if last else [])
