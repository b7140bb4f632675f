"""Prove a rewritten document before any of it is written: it reads back as planned, and everywhere else as it did."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as Table
from collections.abc import Sequence as Several
from typing import NamedTuple, TypeAlias

from transformer.documents import Document
from transformer.edits import Edit, apply
from transformer.errors import InternalError, ManifestSyntaxError
from transformer.findings import Added, Finding, Grown
from transformer.nodes import (
    Alias,
    Mapping,
    Node,
    Scalar,
    Sequence,
    compose,
    is_string,
    line,
    own,
    pairs,
    start,
    text_of,
)
from transformer.resources import is_empty, pull_secret_names

_Pairs: TypeAlias = list[tuple[Node, Node]]
_Growing: TypeAlias = Table[str, Grown | Added]


class _Plan(NamedTuple):
    """What was planned for a document: edits of what scalars say, and mappings that get more under some of their keys.

    Both by the offset in the stream at which a node begins; `offset` is that of the document.
    """

    offset: int
    said: dict[int, set[Edit]]
    grown: dict[int, dict[str, Grown | Added]]

    def says(self, old: Node, new: Node) -> bool:
        edits = self.said.get(self.offset + start(old)) if isinstance(old, Scalar) else None
        if not edits or not isinstance(old, Scalar) or not isinstance(new, Scalar):
            return False
        return is_string(new) and new.value == apply(str(old.value), edits)

    def growing(self, old: Mapping) -> _Growing:
        """Return what a mapping may have more, by its keys."""
        return self.grown.get(self.offset + start(old), {})


def prove(document: Document, before: Node, text: str, findings: Iterable[Finding]) -> None:
    """Hold `text`, which is to take the place of `document`, against the nodes `before` and what was found in them.

    Every node has to be as it was, but for the scalars that a finding changes, which have to say what it says, for what
    names pull secrets where a finding adds some, which may have gained names at its end, and for a text that a finding
    adds. Raises InternalError where that is not so.
    """
    plan = _Plan(document.start, {}, {})
    for finding in findings:
        for scalar, edit in finding.said:
            plan.said.setdefault(scalar, set()).add(edit)
        if finding.grown:
            plan.grown.setdefault(finding.grown.holder, {})[finding.grown.key] = finding.grown
    waiting = [(before, _read_back(document, text))]
    while waiting:
        old, new = waiting.pop()
        below = [] if old.__class__ is Scalar and plan.says(old, new) else _below(old, new, plan)
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


def _below(old: Node, new: Node, plan: _Plan) -> _Pairs | None:
    """Return the pairs of nodes that have to agree where `old` and `new` do; None where these two do not."""
    if isinstance(old, Alias) and isinstance(new, Alias):
        return [] if old.start_event.anchor == new.start_event.anchor else None
    if isinstance(old, Sequence) and isinstance(new, Sequence):
        return _paired(old.children, new.children)
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        growing = plan.growing(old)
        return _below_growing(old, new, growing) if growing else _paired(old.children, new.children)
    return [] if _is_same_scalar(old, new) else None


def _below_growing(old: Mapping, new: Mapping, growing: _Growing) -> _Pairs | None:
    """Do the same for mappings of which the new one may have more under some keys."""
    found = [_paired(_others(old, growing), _others(new, growing))]
    found += [_below_grown(own(old, key), own(new, key), grown) for key, grown in growing.items()]
    return None if None in found else [pair for each in found if each for pair in each]


def _others(mapping: Mapping, keys: Iterable[str]) -> list[Node]:
    """Return the entries of a mapping without those of the keys; of equal ones the last is left out."""
    left_out = {id(own(mapping, key)) for key in keys}
    return [node for pair in pairs(mapping) if id(pair[1]) not in left_out for node in pair]


def _below_grown(old: Node | None, new: Node | None, grown: Grown | Added) -> _Pairs | None:
    """Do the same for what stands under such a key."""
    if isinstance(grown, Grown):
        return _below_names(old, new, grown)
    is_nothing = old is None or is_empty(old)
    return [] if is_nothing and _says(new, grown.keys[1:], grown.text) else None


def _says(node: Node | None, keys: tuple[str, ...], text: str) -> bool:
    """Say whether these keys, and no others beside them, lead from a node to a text."""
    for key in keys:
        if not isinstance(node, Mapping) or [text_of(each) for each, _ in pairs(node)] != [key]:
            return False
        node = own(node, key)
    return isinstance(node, Scalar) and is_string(node) and str(node.value) == text


def _below_names(old: Node | None, new: Node | None, growing: Grown) -> _Pairs | None:
    """Do the same for the names of pull secrets, of which the new may go on where the old end.

    In the place of nothing, of a null and of an alias names may stand that begin with those that were there.
    """
    names = [*pull_secret_names(new, growing.form)]
    if isinstance(old, Sequence) and isinstance(new, Sequence):
        kept = len(old.children)
        are_names = len(names) == len(new.children) or kept == len(new.children)
        return _paired(old.children, new.children[:kept]) if are_names else None
    is_nothing = old is None or isinstance(old, Alias) or is_empty(old)
    there = [*pull_secret_names(old, growing.form)]
    return [] if is_nothing and names and names[: len(there)] == there else None


def _paired(olds: Several[Node], news: Several[Node]) -> _Pairs | None:
    if len(olds) != len(news):
        return None
    return [(old, new) for old, new in zip(olds, news, strict=True) if not _is_same_scalar(old, new)]


def _is_same_scalar(old: Node, new: Node) -> bool:
    """Say whether both are scalars that every parser reads as the same."""
    if old.__class__ is not Scalar or new.__class__ is not Scalar:
        return False
    return bool(old.value == new.value and old.implicit == new.implicit and old.tag == new.tag)
