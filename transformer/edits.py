"""An edit is a value: the span of text it replaces and what stands there instead.

Law: `apply(text, []) == text`, and `apply` changes no character outside the spans of its edits.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from transformer.errors import InternalError

LINE_BREAKS = "\n\r\x85\u2028\u2029"
"""The characters that break lines in YAML 1.1, which libyaml and Kubernetes' parser read."""


class Edit(NamedTuple):
    """Replace `text[start:end]` by `replacement`; offsets count characters from 0, and `start == end` inserts."""

    start: int
    end: int
    replacement: str

    def moved(self, offset: int) -> Edit:
        """Return the same edit in a text that begins `offset` characters earlier."""
        return Edit(self.start + offset, self.end + offset, self.replacement)


def merge(edits: Iterable[Edit]) -> list[Edit]:
    """Sort `edits` by place and drop equal ones, such as those planned for a node that stands under two aliases.

    Several may insert at one place, since a collection ends where the last thing in it does: what goes on in the line
    comes first, then what begins lines, the innermost first. Raises InternalError where two of them overlap.
    """
    ordered = sorted(set(edits), key=_order)
    for left, right in pairwise(ordered):
        if right.start < left.end or (right.start == left.start and right.start < right.end):
            raise InternalError(f"two edits overlap, at {left.start}-{left.end} and {right.start}-{right.end}")
    return ordered


def _order(edit: Edit) -> tuple[int, int, bool, int, str]:
    line = edit.replacement.lstrip(LINE_BREAKS)
    begins_line = line != edit.replacement
    indent = len(line) - len(line.lstrip(" "))
    # The hyphen of an item sorts before a key that is as far indented, and such a list ends before that key.
    return edit.start, edit.end, begins_line, -indent, edit.replacement


def apply(text: str, edits: Iterable[Edit]) -> str:
    """Return `text` with every edit made.

    Raises InternalError where edits overlap or reach past the text.

    >>> apply("image: nginx", [Edit(7, 12, "harbor.example/nginx")])
    'image: harbor.example/nginx'
    """
    pieces, position = [], 0
    for edit in merge(edits):
        if not 0 <= edit.start <= edit.end <= len(text):
            raise InternalError(f"an edit reaches past the text, at {edit.start}-{edit.end}")
        pieces += [text[position : edit.start], edit.replacement]
        position = edit.end
    return "".join([*pieces, text[position:]])
