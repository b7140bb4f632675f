"""Keep what Secrets hold out of a diff, where it would end in the log of a CI job."""

from __future__ import annotations

import re
from collections.abc import Iterator

from transformer.documents import split
from transformer.edits import Edit, apply
from transformer.errors import ManifestSyntaxError
from transformer.field_paths import entries
from transformer.nodes import Mapping, Node, Scalar, compose, end, resolve, start
from transformer.pipeline import Rewrite
from transformer.pod_specs import contents
from transformer.resources import resources

_SECRET = re.compile(r"\bSecret(?:List)?\b")
_NOT_BLANK = re.compile(r"\S")
_SHOWN = ("apiVersion", "kind", "type", "immutable", "metadata")
_SHOWN_OF_METADATA = ("name", "namespace", "labels")
_VALUE = re.compile(r"\S+")
_MASK = "(not shown)"


def masked(text: str, part: Rewrite) -> tuple[str, list[Edit]]:
    """Return the text of a source and the edits in it, such that a diff shows nothing of what Secrets hold.

    Each character of a value is an asterisk, so that offsets and lines stay what they are.
    """
    edits = [
        edit._replace(replacement=_VALUE.sub(_MASK, edit.replacement)) if finding.outcome == "updated" else edit
        for finding in part.findings
        for edit in finding.edits
    ]
    if not edits or not _SECRET.search(text):
        return text, edits
    return apply(text, [Edit(first, last, _NOT_BLANK.sub("*", text[first:last])) for first, last in _held(text)]), edits


def _held(text: str) -> list[tuple[int, int]]:
    """Return the spans of what Secrets hold, as offsets in the text, in order and apart."""
    spans = sorted(
        (document.start + first, document.start + last)
        for document in split(text)
        if _SECRET.search(document.text)
        for first, last in _spans(document.text)
    )
    apart: list[tuple[int, int]] = []
    for first, last in spans:
        if apart and first < apart[-1][1]:
            apart[-1] = (apart[-1][0], max(last, apart[-1][1]))
        else:
            apart.append((first, last))
    return apart


def _spans(text: str) -> Iterator[tuple[int, int]]:
    try:
        root = compose(text)
    except ManifestSyntaxError:
        yield 0, len(text)
        return
    for resource in (inner for outer in resources(root) for inner in contents(outer).resources):
        if (resource.group, resource.kind) == ("", "Secret"):
            for node in _hidden(resource.node):
                yield start(node), end(node)


def _hidden(secret: Mapping) -> Iterator[Node]:
    """Yield the scalars of a Secret, but for those that say what it is; of equal keys both."""
    waiting = [each for _, key, each in entries(secret) if key not in _SHOWN]
    for _, key, metadata in entries(secret):
        if key == "metadata" and isinstance(metadata := resolve(metadata), Mapping):
            waiting += [each for _, name, each in entries(metadata) if name not in _SHOWN_OF_METADATA]
    seen: set[int] = set()
    while waiting:
        node = resolve(waiting.pop())
        if id(node) not in seen:
            seen.add(id(node))
            if isinstance(node, Scalar):
                yield node
            else:
                waiting += node.children[1::2] if isinstance(node, Mapping) else node.children
