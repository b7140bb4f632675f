"""Append whole objects to a list: the texts of YAML documents as items of `items`, in the style of the list.

Law: composing the edited text gives the same nodes, with one more in the list for each object.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from collections.abc import Sequence as Several

from transformer.documents import LINE_BREAK, REST_OF_LINE
from transformer.edits import Edit
from transformer.errors import InternalError
from transformer.node_edits import content_start, end_of_lines, indent_of, last_leaf, list_indent, newline_of
from transformer.nodes import Mapping, Node, Sequence, compose, end, is_flow, own, pairs, plain, start

_LINE_BREAK = re.compile(LINE_BREAK)
_REST_OF_LINE = re.compile(REST_OF_LINE)


def append_objects(text: str, holder: Mapping, key: str, objects: Several[str]) -> Edit:
    """Return the edit that appends `objects`, each the text of one YAML document in block style, to a list.

    The list is what stands under `key` of `holder`, the root of `text`; a null, or nothing, becomes one.
    """
    value = own(holder, key)
    if is_flow(holder) or (isinstance(value, Sequence) and is_flow(value) and _has_content(text, value)):
        return _append_json(text, holder, key, value, [json.dumps(plain(_root(each))) for each in objects])
    newline = newline_of(text)
    if isinstance(value, Sequence) and value.children:
        depth = indent_of(text, value)
        at = end_of_lines(text, value.children[-1], depth)
        return Edit(at, at, "".join(newline + line for line in _items(objects, depth)))
    indent = indent_of(text, holder)
    head = "" if objects else " []"
    lines = [newline + line for line in _items(objects, indent + len(list_indent(text, holder)))]
    if value is None:
        at = end_of_lines(text, last_leaf(holder), indent)
        return Edit(at, at, "".join([f"{newline}{' ' * indent}{key}:{head}", *lines]))
    # What is empty goes, a comment behind it stays on the line of the key.
    rest = _REST_OF_LINE.match(text, end(value))
    line_end = rest.end() if rest else end(value)
    first = len(text[: content_start(text, value)].rstrip(" \t")) if end(value) > start(value) else start(value)
    return Edit(first, line_end, "".join([head, text[end(value) : line_end], *lines]))


def _has_content(text: str, sequence: Sequence) -> bool:
    """Say whether there are items in brackets, or comments, which stay."""
    return bool(text[content_start(text, sequence) + 1 : end(sequence) - 1].strip())


def _append_json(text: str, holder: Mapping, key: str, value: Node | None, objects: Several[str]) -> Edit:
    said = ", ".join(objects)
    if isinstance(value, Sequence) and value.children:
        at = end(value.children[-1])
        return Edit(at, at, f", {said}")
    if isinstance(value, Sequence):
        at = content_start(text, value) + 1
        return Edit(at, at, said + " " * text.startswith("#", at))
    if value is None:
        at = end(holder.children[-1])
        return Edit(at, at, f", {json.dumps(key)}: [{said}]")
    name = next(name for name, entry in pairs(holder) if entry is value)
    return Edit(start(value), end(value), f"[{said}]" if start(value) > end(name) else f": [{said}]")


def _items(objects: Several[str], depth: int) -> Iterator[str]:
    """Yield the lines of the items that objects are in a list in block style, indented by `depth`."""
    for each in objects:
        root = _root(each)
        first, *others = _LINE_BREAK.split(each[start(root) : end(root)].rstrip("\r\n"))
        yield f"{' ' * depth}- {first}"
        yield from (f"{' ' * depth}  {line}" if line else "" for line in others)


def _root(document: str) -> Node:
    root = compose(document)
    if root is None:
        raise InternalError("an object that was made is empty")
    return root
