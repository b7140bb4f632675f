"""Compose one YAML document into nodes that know their place in the text; the only door to ruamel.yaml.

Nodes are built from libyaml's events in a loop of our own: its composer recurses, so deep nesting would kill the
interpreter, and it resolves the type of every scalar, which rewriting never asks for. A scalar is libyaml's event
itself; its marks are exact character offsets into the text composed.

An alias is a node of its own that points at the node it stands for, so that walkers can go by identity.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from _ruamel_yaml import CParser
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from ruamel.yaml.reader import ReaderError

from transformer.documents import LINE_BREAK
from transformer.errors import ManifestSyntaxError

MAX_DEPTH = 500
_MAX_PLAIN_DEPTH = 100  # plain data is made by recursion, some Python frames a level

_LINE_BREAK = re.compile(LINE_BREAK)

Scalar: TypeAlias = ScalarEvent


class Mapping:
    """A mapping; `children` holds key, value, key, value, ... in the order of the text, merge keys included.

    `by_key` is for lookups, of which the first makes it.
    """

    __slots__ = ("by_key", "children", "end_event", "start_event")

    def __init__(self, start_event: Any) -> None:
        self.start_event = self.end_event = start_event
        self.children: list[Node] = []
        self.by_key: dict[str, Node] | None = None


class Sequence:
    """A sequence; `children` holds its items in the order of the text."""

    __slots__ = ("children", "end_event", "start_event")

    def __init__(self, start_event: Any) -> None:
        self.start_event = self.end_event = start_event
        self.children: list[Node] = []


class Alias:
    """`*name` where it stands in the text, and the node it stands for."""

    __slots__ = ("end_event", "start_event", "target")

    def __init__(self, event: Any, target: ScalarEvent | Mapping | Sequence) -> None:
        self.start_event = self.end_event = event
        self.target = target


Node: TypeAlias = ScalarEvent | Mapping | Sequence | Alias


def compose(text: str) -> Node | None:
    """Return the root node of the one document in `text`, or None where there is none (comments, markers).

    Raises ManifestSyntaxError with line and column in `text` (from 1) and the parser's words where `text` is no
    YAML, names an anchor that is not there, or nests deeper than MAX_DEPTH.
    """
    try:
        return _build(CParser(text).get_event)
    except MarkedYAMLError as error:
        refused = _syntax_error(error)
    except ReaderError as error:
        raise _unreadable_character(text, error) from None
    except UnicodeEncodeError as error:
        raise ManifestSyntaxError("half of a surrogate pair is no character", *_place(text[: error.start])) from None
    if _SURROGATES in refused.message and (whole := _SURROGATE_PAIR.sub(r"\\ufffd\\ufffd", text)) != text:
        return compose(whole)
    if _COLON_IN_FLOW not in refused.message:
        raise refused
    try:
        return _build(_pure_events(text).__next__)
    except (YAMLError, ManifestSyntaxError):
        raise refused from None


# The libyaml in ruamel.yaml.clib (0.1.7) knows no plain scalar with a colon in flow style, `[host:80]`. Kubernetes'
# own parser takes it, and so does ruamel.yaml's slower one in Python.
_COLON_IN_FLOW = "found unexpected ':'"

# JSON writes a character beyond U+FFFF as two escapes, which no YAML parser reads and every JSON parser does. Two
# others of the same length keep all offsets, and no image and no name of a Secret has such a character.
_SURROGATES = "found invalid Unicode character escape code"
_SURROGATE_PAIR = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")


def _pure_events(text: str) -> Iterator[Any]:
    from ruamel.yaml import YAML  # noqa: PLC0415  the whole of ruamel.yaml, which few documents need

    events: Iterator[Any] = YAML(typ="safe", pure=True).parse(text)
    return events


def _build(next_event: Callable[[], Any]) -> Node | None:
    root: list[Node] = []
    children, stack, anchors = root, [], {}
    while True:
        event = next_event()
        kind = event.__class__
        if kind is ScalarEvent:
            children.append(event)
            if event.anchor is not None:
                anchors[event.anchor] = event
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            node = Mapping(event) if kind is MappingStartEvent else Sequence(event)
            children.append(node)
            stack.append((node, children))
            if len(stack) > MAX_DEPTH:
                raise ManifestSyntaxError(f"nested deeper than {MAX_DEPTH} levels", *_line_and_column(event.start_mark))
            children = node.children
            if event.anchor is not None:
                anchors[event.anchor] = node
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            node, children = stack.pop()
            node.end_event = event
        elif kind is AliasEvent:
            if event.anchor not in anchors:
                message = "found undefined alias"  # whose name can be a password without quotes
                raise ManifestSyntaxError(message, *_line_and_column(event.start_mark))
            children.append(Alias(event, anchors[event.anchor]))
        elif kind is DocumentStartEvent and root:
            raise ManifestSyntaxError("a second document begins here", *_line_and_column(event.start_mark))
        elif kind is StreamEndEvent:
            return root[0] if root else None


def resolve(node: Node) -> ScalarEvent | Mapping | Sequence:
    """Return the node itself, or what it stands for where it is an alias."""
    return node.target if isinstance(node, Alias) else node


def start(node: Node) -> int:
    """Return the offset of the node's first character, its anchor and tag included."""
    index: int = (node if isinstance(node, ScalarEvent) else node.start_event).start_mark.index
    return index


def end(node: Node) -> int:
    """Return the offset behind the node; for a collection in block style that lies behind trailing comments."""
    index: int = (node if isinstance(node, ScalarEvent) else node.end_event).end_mark.index
    return index


def line(node: Node) -> int:
    """Return the line, from 1, on which the node begins."""
    number: int = (node if isinstance(node, ScalarEvent) else node.start_event).start_mark.line
    return number + 1


def column(node: Node) -> int:
    """Return the column, from 1, at which the node begins."""
    number: int = (node if isinstance(node, ScalarEvent) else node.start_event).start_mark.column
    return number + 1


def is_flow(node: Node) -> bool:
    """Say whether the node is a collection written with brackets or braces."""
    return isinstance(node, (Mapping, Sequence)) and bool(node.start_event.flow_style)


def is_null(node: Node) -> bool:
    """Say whether the node is a null: nothing at all, `~` or `null`, written plain."""
    return isinstance(node, ScalarEvent) and _is_plain(node) and node.value in _NULLS


def is_string(node: Node) -> bool:
    """Say whether every YAML parser reads the node as a string: quoted, a block scalar, or plain and no other type."""
    return isinstance(node, ScalarEvent) and (not _is_plain(node) or not _NOT_A_STRING.fullmatch(node.value))


def text_of(node: Node | None) -> str:
    """Return the content of a scalar, and an empty text for anything else."""
    node = resolve(node) if node is not None else None
    return str(node.value) if isinstance(node, ScalarEvent) else ""


def filled(node: Node | None) -> str:
    """Return the content of a scalar that is no null, and an empty text for anything else."""
    return "" if node is None or is_null(resolve(node)) else text_of(node)


def pairs(mapping: Mapping) -> Iterator[tuple[Node, Node]]:
    """Yield the mapping's own entries, key and value, in the order of the text, without following aliases."""
    children = mapping.children
    return zip(children[::2], children[1::2], strict=True)


def own(mapping: Mapping, key: str) -> Node | None:
    """Return the value of the mapping's own entry `key`, an alias as it stands; of several the last, as parsers do."""
    if mapping.by_key is None:
        keys, values = mapping.children[::2], mapping.children[1::2]
        names = (each.value if each.__class__ is ScalarEvent else text_of(each) for each in keys)
        mapping.by_key = dict(zip(names, values, strict=True))
    return mapping.by_key.get(key)


def get(mapping: Mapping, key: str) -> Node | None:
    """Return the value of `key`, merge keys (`<<`) and aliases followed; None where there is none."""
    found = own(mapping, key)
    if found is not None:
        return resolve(found)
    for base in merged(mapping):
        if (found := own(base, key)) is not None:
            return resolve(found)
    return None


def merged(mapping: Mapping) -> list[Mapping]:
    """Return the mappings that `<<` pulls into `mapping`, the one that wins first; each once, even in a circle.

    What a base merges in itself comes right behind that base, and before the next one of a list.
    """
    if own(mapping, "<<") is None:
        return []
    found: dict[int, Mapping] = {}
    waiting = [*_merge_values(mapping)][::-1]
    while waiting:
        base = waiting.pop()
        if base is not mapping and id(base) not in found:
            found[id(base)] = base
            waiting += [*_merge_values(base)][::-1]
    return list(found.values())


def _merge_values(mapping: Mapping) -> Iterator[Mapping]:
    for key, value in pairs(mapping):
        if _is_merge(key):
            target = resolve(value)
            candidates = target.children if isinstance(target, Sequence) else [target]
            yield from (base for base in map(resolve, candidates) if isinstance(base, Mapping))


def _is_merge(key: Node) -> bool:
    return isinstance(key, ScalarEvent) and key.value == "<<" and (_is_plain(key) or key.tag == _MERGE_TAG)


_MERGE_TAG = "tag:yaml.org,2002:merge"


def plain(node: Node, *, limit: int = 100_000) -> Any:
    """Return the node as plain data, types by YAML 1.2's core schema, the last of equal keys winning.

    Raises ManifestSyntaxError at the node where aliases blow the data up to more than `limit` nodes, or where it
    nests too deeply for what people write by hand.
    """
    budget = [limit]

    def convert(node: Node, depth: int) -> Any:
        budget[0] -= 1
        if budget[0] < 0 or depth > _MAX_PLAIN_DEPTH:
            deep = f"nested deeper than {_MAX_PLAIN_DEPTH} levels"
            message = "aliases make this too large" if budget[0] < 0 else deep
            raise ManifestSyntaxError(message, line(node), column(node))
        value = resolve(node)
        if isinstance(value, Sequence):
            return [convert(child, depth + 1) for child in value.children]
        if isinstance(value, Mapping):
            parts = (*reversed(merged(value)), value)
            entries = {text_of(key): entry for part in parts for key, entry in pairs(part) if not _is_merge(key)}
            return {key: convert(entry, depth + 1) for key, entry in entries.items()}
        return _scalar_value(value)

    return convert(node, 0)


_NULLS = ("", "~", "null", "Null", "NULL")
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]{1,4000}")  # Python reads no longer ones; as floats they are infinite
_OCTAL_OR_HEXADECIMAL = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_INFINITE_OR_NAN = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
# What any of YAML 1.1, YAML 1.2 and the parsers of Kubernetes reads as something other than a string.
_NOT_A_STRING = re.compile(
    r"|~|[nN]ull|NULL|[tT]rue|TRUE|[fF]alse|FALSE|[yYnN]|[yY]es|YES|[nN]o|NO|[oO]n|ON|[oO]ff|OFF|<<|="
    r"|[-+]?(?:[0-9][0-9_,]*(?:\.[0-9_]*)?|\.[0-9_]+)(?:[eE][-+]?[0-9]+)?|[-+]?0[xob][0-9a-fA-F_]+"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt \t].*)?"
)


def _is_plain(node: ScalarEvent) -> bool:
    return bool(node.implicit[0]) and not node.style


def _scalar_value(node: ScalarEvent) -> Any:
    value = str(node.value)
    if not _is_plain(node):
        return value
    if value in _NULLS:
        return None
    if value in _BOOLEANS:
        return _BOOLEANS[value]
    if _INTEGER.fullmatch(value):
        return int(value)
    if _OCTAL_OR_HEXADECIMAL.fullmatch(value):
        return int(value, 0)
    if _INFINITE_OR_NAN.fullmatch(value):
        return float(value.replace(".", ""))
    return float(value) if _FLOAT.fullmatch(value) else value


def _line_and_column(mark: Any) -> tuple[int, int]:
    return mark.line + 1, mark.column + 1


def _syntax_error(error: MarkedYAMLError) -> ManifestSyntaxError:
    words = str(error.problem or error.context or "not YAML")
    if error.problem and error.context:
        words = f"{words} ({error.context})"
    return ManifestSyntaxError(words, *_line_and_column(error.problem_mark or error.context_mark))


def _unreadable_character(text: str, error: ReaderError) -> ManifestSyntaxError:
    before = text.encode()[: error.position].decode()
    return ManifestSyntaxError(f"{error.reason} (#x{error.character:04x})", *_place(before))


def _place(before: str) -> tuple[int, int]:
    """Return the line and column, from 1, of what follows the text `before`."""
    lines = _LINE_BREAK.split(before)
    return len(lines), len(lines[-1]) + 1
