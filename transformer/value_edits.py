"""Edits of a part of what a scalar says, in the scalar's own text: `--image=nginx`, or a line of a script.

What a scalar says is not what its text spells: lines are folded and indented, quotes double, characters escaped. All
of that concerns only characters that no image reference is made of, but for the escapes between double quotes. So the
n-th character of that kind in the value is the n-th one in the content, and the place of a reference needs no parser.

Law: composing the edited text gives the same nodes, but for the one scalar that says what it was to say.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from collections.abc import Sequence as Several
from itertools import accumulate

from transformer.documents import LINE_BREAK
from transformer.edits import Edit, apply, merge
from transformer.errors import ManifestSyntaxError
from transformer.node_edits import content_start, replace_scalar
from transformer.nodes import Scalar, Sequence, compose, end, is_string, start

_CHARACTERS = r"[A-Za-z0-9._:/@-]+"
_RUN = re.compile(rf"({_CHARACTERS})")
# JSON may write a slash as `\/`. An escape of any other kind is passed over as a whole, so that no letter of it counts.
_RUN_OR_ESCAPE = re.compile(rf"({_CHARACTERS})|\\(?:(/)|x(..)|u(.{{4}})|U(.{{8}})|.)")
_OTHERS = re.compile(r"[^A-Za-z0-9._:/@-]+")
_LINE_BREAK = re.compile(LINE_BREAK)
_COMMENT_BEHIND_TAB = re.compile(rf"(?:[ \t]*{LINE_BREAK})+ *\t[ \t]*#")


def whole(scalar: Scalar, text: str) -> Edit:
    """Return the edit of all that `scalar` says, but for the line breaks at its end."""
    return Edit(0, len(str(scalar.value).rstrip("\n")), text)


def replace_within(text: str, scalar: Scalar, pieces: Iterable[Edit], *, flow: bool) -> tuple[Edit, ...] | None:
    r"""Return the edits of `text` that make every piece of what `scalar` says, or None where there are none.

    `pieces` are edits of `scalar.value` that do not overlap; what they replace and what they put there is made of the
    characters of an image reference. `flow` says whether the scalar stands inside brackets or braces.

    Anchor, tag, quotes, block header, folding and indentation stay. A plain scalar on one line gets double quotes
    where it would not read back as the same string without. There are no edits where one over several lines would
    need them, and where a piece is written with escapes (`\u0041`, a line break) or holds other characters.
    """
    value, ordered = str(scalar.value), merge(pieces)
    new = apply(value, ordered)
    if new == value:
        return ()
    words = (word for piece in ordered for word in (value[piece.start : piece.end], piece.replacement))
    if not all(_RUN.fullmatch(word) for word in words):
        return None
    if (ordered[0].start, ordered[0].end) == (0, len(value)):
        edit = replace_scalar(text, scalar, new, flow=flow)
        return None if _is_unreadable(text, scalar, edit.replacement) else (edit,)
    edits = tuple(edit for edit in spelled(text, scalar, ordered) if edit is not None)
    if len(edits) < len(ordered):
        return None
    # Not a blank, a break or an indent of a block scalar is touched, so it is read as before.
    if scalar.style in ("|", ">"):
        return edits
    return _readable(text, scalar, edits, new, flow=flow)


def offsets(text: str, scalar: Scalar, pieces: Several[Edit]) -> list[int]:
    """Return where in `text` the pieces of what `scalar` says begin, or it itself where that is not to be told.

    The pieces come in the order of the value.
    """
    return [edit.start if edit else start(scalar) for edit in spelled(text, scalar, pieces)]


def _is_unreadable(text: str, scalar: Scalar, content: str) -> bool:
    """Say whether a plain scalar is to be quoted before a comment behind a tab, where libyaml wants a plain one."""
    return not scalar.style and content.startswith('"') and bool(_COMMENT_BEHIND_TAB.match(text, end(scalar)))


def _readable(text: str, scalar: Scalar, edits: tuple[Edit, ...], new: str, *, flow: bool) -> tuple[Edit, ...] | None:
    """Return `edits` where the scalar says `new` with them, else the edit that puts `new` in quotes, else None."""
    first, last = content_start(text, scalar), end(scalar)
    content = apply(text[first:last], (edit.moved(-first) for edit in edits))
    # libyaml wants a colon in flow style quoted; where one stood unquoted, the file is read by another parser, which
    # may take one in front for that of a key, by what stands before.
    colon_arrives = flow and not scalar.style and ":" in new and (":" not in scalar.value or new[0] == ":")
    if not colon_arrives and _says(content, new, flow=flow):
        return edits
    quoted = json.dumps(new, ensure_ascii=False)
    if scalar.style or _LINE_BREAK.search(content) or _is_unreadable(text, scalar, quoted):
        return None
    if not _says(quoted, new, flow=flow):
        return None
    return (Edit(first, last, quoted),)


def spelled(text: str, scalar: Scalar, pieces: Several[Edit]) -> list[Edit | None]:
    """Return for each piece, in the order of the value, the edit of `text` for it; None where `text` escapes it."""
    value, runs = str(scalar.value), [*_runs(text, scalar)]
    if "".join(run for _, run in runs) != _OTHERS.sub("", value):
        return [None] * len(pieces)
    counts = [*accumulate((len(run) for _, run in runs), initial=0)]
    edits: list[Edit | None] = []
    count, counted = 0, 0
    for piece in pieces:
        old = value[piece.start : piece.end]
        count, counted = count + len(_OTHERS.sub("", value[counted : piece.start])), piece.start
        index = bisect_right(counts, count) - 1
        first = runs[index][0] + count - counts[index]
        match = re.compile(re.escape(old).replace("/", r"\\?/")).match(text, first)
        fits = match and not _OTHERS.search(old + piece.replacement)
        edits.append(Edit(first, match.end(), piece.replacement) if match and fits else None)
    return edits


def _runs(text: str, scalar: Scalar) -> Iterator[tuple[int, str]]:
    """Yield the characters of references in the content of `scalar`, in runs: where in `text` one begins, and it."""
    first, last = content_start(text, scalar), end(scalar)
    if scalar.style in ("|", ">"):
        header = _LINE_BREAK.search(text, first, last)
        first = header.end() if header else last
    for match in (_RUN_OR_ESCAPE if scalar.style == '"' else _RUN).finditer(text, first, last):
        if match.lastindex is None:  # an escape of a character by its name
            continue
        run = match[match.lastindex]
        if match.lastindex > 2:  # an escape of a character by its number
            run = _OTHERS.sub("", chr(int(run, 16)))
        yield match.start(), run


def _says(content: str, value: str, *, flow: bool) -> bool:
    """Say whether the text `content` of a scalar, not in block style, reads as the string `value` and nothing else."""
    try:
        node = compose(f"[ {content} ]" if flow else content)
    except ManifestSyntaxError:
        return False
    if flow and isinstance(node, Sequence) and len(node.children) == 1:
        node = node.children[0]
    return isinstance(node, Scalar) and node.value == value and is_string(node)
