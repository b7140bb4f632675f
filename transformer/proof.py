"""Prove a rewritten document before any of it is written: it reads back as planned, and everywhere else as it did."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence as Several
from typing import TypeAlias

from transformer.documents import Document
from transformer.errors import InternalError, ManifestSyntaxError
from transformer.findings import Finding
from transformer.nodes import (
    Alias,
    Mapping,
    Node,
    Scalar,
    Sequence,
    column,
    compose,
    is_null,
    is_string,
    line,
    own,
    pairs,
    text_of,
)
from transformer.resources import IMAGE_PULL_SECRETS, pull_secret_names

_Pairs: TypeAlias = list[tuple[Node, Node]]


def prove(document: Document, before: Node, text: str, findings: Iterable[Finding]) -> None:
    """Hold `text`, which is to take the place of `document`, against the nodes `before` and what was found in them.

    Every node has to be as it was, but for the scalars that a finding rewrites, which have to say what it says, and
    for lists of pull secrets, which may have gained names at their end. Raises InternalError where that is not so.
    """
    expected = {
        (finding.line, finding.column): finding.after
        for finding in findings
        if finding.outcome == "rewritten" and finding.edits
    }
    waiting = [(before, _read_back(document, text))]
    while waiting:
        old, new = waiting.pop()
        below = _below(old, new)
        if below is None and isinstance(new, Scalar) and is_string(new):
            place = (document.line_of(line(old)), column(old))
            below = [] if expected.get(place) == new.value else None
        if below is None:
            raise InternalError(f"line {document.line_of(line(old))} would not read back as planned")
        waiting += below


def _read_back(document: Document, text: str) -> Node:
    try:
        root = compose(text)
    except ManifestSyntaxError as error:
        raise InternalError(f"line {document.line_of(error.line)} would be not YAML: {error.message}") from None
    if root is None:
        raise InternalError(f"line {document.line} would begin an empty document")
    return root


def _below(old: Node, new: Node) -> _Pairs | None:
    """Return the pairs of nodes that have to agree where `old` and `new` do; None where these two do not."""
    if isinstance(old, Alias) and isinstance(new, Alias):
        return [] if old.start_event.anchor == new.start_event.anchor else None
    if isinstance(old, Sequence) and isinstance(new, Sequence):
        return _paired(old.children, new.children)
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return _below_mappings(old, new)
    return [] if _is_same_scalar(old, new) else None


def _below_mappings(old: Mapping, new: Mapping) -> _Pairs | None:
    olds, news = old.children, new.children
    found: _Pairs = []
    if len(olds) < len(news) and own(old, IMAGE_PULL_SECRETS) is None:
        news = _without_list(new)
        if _below_lists(None, own(new, IMAGE_PULL_SECRETS)) is None:
            return None
    for index, pair in enumerate(zip(olds, news, strict=False)):
        if _is_same_scalar(*pair):
            continue
        is_list = index % 2 and text_of(olds[index - 1]) == IMAGE_PULL_SECRETS
        below = _below_lists(*pair) if is_list else [pair]
        if below is None:
            return None
        found += below
    return found if len(olds) == len(news) else None


def _below_lists(old: Node | None, new: Node | None) -> _Pairs | None:
    """Do the same for lists of pull secrets, of which the new one may go on where the old one ends.

    In the place of nothing, of a null and of an alias a list may stand that begins with the names that were there.
    """
    if new is None:
        return None
    if isinstance(new, Sequence) and isinstance(old, Sequence):
        kept = len(old.children)
        are_names = len([*pull_secret_names(new)]) == len(new.children) or kept == len(new.children)
        return _paired(old.children, new.children[:kept]) if are_names else None
    if isinstance(new, Sequence) and (old is None or isinstance(old, Alias) or is_null(old)):
        names = [*pull_secret_names(old)]
        return [] if [*pull_secret_names(new)][: len(names)] == names else None
    return None if old is None else _below(old, new)


def _without_list(mapping: Mapping) -> list[Node]:
    return [node for key, value in pairs(mapping) if text_of(key) != IMAGE_PULL_SECRETS for node in (key, value)]


def _paired(olds: Several[Node], news: Several[Node]) -> _Pairs | None:
    if len(olds) != len(news):
        return None
    return [(old, new) for old, new in zip(olds, news, strict=True) if not _is_same_scalar(old, new)]


def _is_same_scalar(old: Node, new: Node) -> bool:
    """Say whether both are scalars that every parser reads as the same."""
    if old.__class__ is not Scalar or new.__class__ is not Scalar:
        return False
    return bool(old.value == new.value and old.implicit == new.implicit and old.tag == new.tag)
