"""Prove a rewritten document before any of it is written: it reads back as planned, and everywhere else as it did."""

from __future__ import annotations

from collections.abc import Iterable

from transformer.documents import Document
from transformer.errors import InternalError, ManifestSyntaxError
from transformer.findings import Finding
from transformer.node_edits import names_in
from transformer.nodes import Mapping, Node, Scalar, Sequence, column, compose, is_null, line, pairs, resolve, text_of

_LIST = "imagePullSecrets"


def prove(document: Document, before: Node, text: str, findings: Iterable[Finding]) -> None:
    """Hold `text`, which is to take the place of `document`, against the nodes `before` and what was found in them.

    Raises InternalError where it is no YAML, where anything but a list of pull secrets has more or fewer entries,
    where such a list does not begin with what it was, or where a scalar differs and is not what a finding says.
    """
    expected = {(finding.line, finding.column): finding.after for finding in findings if finding.edits}
    waiting: list[tuple[Node, Node | None]] = [(before, _read_back(document, text))]
    while waiting:
        old, new = waiting.pop()
        if old.__class__ is new.__class__ is Scalar:
            place = (document.line + line(old) - 1, column(old))
            is_right = text_of(old) == text_of(new) or expected.get(place) == text_of(new)
        elif isinstance(old, (Mapping, Sequence)) and old.__class__ is new.__class__:
            is_right = _compare(old, new, waiting)
        else:
            is_right = old.__class__ is new.__class__ or _has_grown(old, new)
        if not is_right:
            raise InternalError(f"line {document.line + line(old) - 1} would not read back as planned")


def _read_back(document: Document, text: str) -> Node | None:
    try:
        return compose(text)
    except ManifestSyntaxError as error:
        raise InternalError(f"line {document.line + error.line - 1} would be no YAML: {error.message}") from None


def _compare(old: Mapping | Sequence, new: Mapping | Sequence, waiting: list[tuple[Node, Node | None]]) -> bool:
    """Put off what stands in both for later, but for equal scalars, and say whether they have as many entries."""
    olds, news = old.children, new.children
    if len(olds) != len(news):
        if isinstance(old, Sequence):
            return _has_grown(old, new)
        olds, news = _without_list(old), _without_list(new)
    waiting += [
        (one, other)
        for one, other in zip(olds, news, strict=False)
        if not (one.__class__ is other.__class__ is Scalar and one.value == other.value)
    ]
    return len(olds) == len(news)


def _without_list(mapping: Mapping | Sequence) -> list[Node]:
    entries = pairs(mapping) if isinstance(mapping, Mapping) else ()
    return [node for key, value in entries if text_of(key) != _LIST for node in (key, value)]


def _has_grown(old: Node, new: Node | None) -> bool:
    """Say whether `new` is a list of names that begins with those of `old`, a list, an alias of one, or nothing."""
    names, more = [*names_in(old)], [*names_in(new)]
    return (
        (isinstance(resolve(old), Sequence) or is_null(old)) and len(names) < len(more) and more[: len(names)] == names
    )
