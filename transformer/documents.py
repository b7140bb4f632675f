"""Split a YAML stream into its documents, so that one broken document does not hide the others.

Law: `"".join(document.text for document in split(stream)) == stream`.

A line that begins with `---` or `...` is a document marker wherever it stands (YAML 1.2.2, 9.1.2: neither can
begin a line of a scalar). Directives (`%YAML`) and comments belong to the document whose `---` they precede; a
byte order mark is a document of its own, so that no offset has to count it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from transformer.edits import LINE_BREAKS

_BOM = "\ufeff"
# CRLF matches in one way only: a pattern that could also take it as two breaks would try every combination of them over
# a run of lines.
LINE_BREAK = r"(?:\r\n|\r(?!\n)|[\n\x85\u2028\u2029])"
REST_OF_LINE = rf"[^{LINE_BREAKS}]*"
_LINE_BREAK = re.compile(LINE_BREAK)
_END_MARKERS = re.compile(rf"(?:\.\.\.(?:[ \t]{REST_OF_LINE})?(?:{LINE_BREAK}|\Z))+")
_ONLY_PREFIX = re.compile(rf"(?:(?:[ \t]*(?:#{REST_OF_LINE})?|%{REST_OF_LINE}){LINE_BREAK})*")
_BEGINS_WITH_JSON = re.compile(rf"{_BOM}?\s*\{{\s*[\"}}]")
_BEGINS_WITH_MARKER = re.compile(_ONLY_PREFIX.pattern + rf"---(?:[ \t{LINE_BREAKS}]|\Z)")


class Document(NamedTuple):
    """One document of a stream: its text, and where in the stream it begins, as a line (from 1) and an offset."""

    text: str
    line: int
    start: int

    def line_of(self, line: int) -> int:
        """Return the line of the stream that is `line` of the document, both from 1."""
        return self.line + line - 1


def split(stream: str) -> Iterator[Document]:
    r"""Yield the documents of `stream`, each with the markers, comments and blank lines around it.

    >>> [document.text for document in split("a: 1\n---\nb: 2\n")]
    ['a: 1\n', '---\nb: 2\n']
    """
    start, line = 0, 1
    for end in _ends(stream):
        text = stream[start:end]
        yield Document(text, line, start)
        line += count_lines(text)
        start = end


def join(streams: Iterable[str]) -> str:
    r"""Return one stream with the documents of all `streams`, in their order, nothing in them changed.

    Where one ends without a line break it gets one, where the next begins without a `---` it gets one before it, and a
    byte order mark stays only at the very start. Several that begin with JSON begin with a `---` as well: kubectl
    takes a stream that begins with a brace for JSON to its end.

    >>> join(["a: 1", "b: 2\n"])
    'a: 1\n---\nb: 2\n'
    """
    joined: list[str] = []
    for stream in streams:
        if not joined:
            joined.append(stream)
            continue
        if len(joined) == 1 and _BEGINS_WITH_JSON.match(joined[0]):
            joined[0] = "---\n" + joined[0].removeprefix(_BOM)
        text = stream.removeprefix(_BOM)
        if joined[-1] and joined[-1][-1] not in LINE_BREAKS:
            joined.append("\n")
        if any(joined) and not _BEGINS_WITH_MARKER.match(text):
            joined.append("---\n")
        joined.append(text)
    return "".join(joined)


def count_lines(text: str) -> int:
    """Return how many line breaks `text` holds, as libyaml counts them: CRLF once, LF, CR, NEL, LS and PS."""
    if any(other in text for other in LINE_BREAKS[1:]):
        return sum(1 for _ in _LINE_BREAK.finditer(text))
    return text.count("\n")


def _ends(stream: str) -> Iterator[int]:
    """Yield the offset behind each document: where the next begins, and the end of the stream."""
    start = 0
    if stream.startswith(_BOM):
        yield (start := 1)
    for offset in _markers(stream):
        marked = stream[offset]
        line_start = offset - 1 if stream[offset - 1 : offset] == _BOM else offset
        has_content = not _ONLY_PREFIX.fullmatch(stream, start, line_start)
        if line_start > start and has_content and (marked == "-" or line_start < offset):
            yield (start := line_start)
        if line_start < offset and offset > start:
            yield (start := offset)
        if marked == "." and offset >= start and (end := _END_MARKERS.match(stream, offset)):
            yield (start := end.end())
    if start < len(stream):
        yield len(stream)


def _markers(stream: str) -> Iterator[int]:
    """Yield the offset of every `---` and `...` that begins a line and is followed by a blank, a break or the end.

    Searching for the plain words is some ten times faster than a regular expression that says all this.
    """
    for offset in sorted([*_find_all("---", stream), *_find_all("...", stream)]):
        before, behind = stream[max(0, offset - 2) : offset], stream[offset + 3 : offset + 4]
        last = before.removesuffix(_BOM)[-1:]
        if (not last or last in LINE_BREAKS) and behind in LINE_BREAKS + " \t":
            yield offset


def _find_all(word: str, stream: str) -> Iterator[int]:
    offset = stream.find(word)
    while offset >= 0:
        yield offset
        offset = stream.find(word, offset + 1)
