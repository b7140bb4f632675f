"""Edits phrased on nodes: replace what a scalar says, set an entry, append names to a list, in the text's own style.

Law: composing the edited text gives the same nodes but for the one that was edited.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence as Several
from typing import Literal, TypeAlias

from transformer.documents import LINE_BREAK, REST_OF_LINE
from transformer.edits import Edit
from transformer.nodes import (
    Mapping,
    Node,
    Scalar,
    Sequence,
    column,
    end,
    is_flow,
    is_string,
    own,
    pairs,
    start,
)

_PROPERTIES = re.compile(rf"(?:[&!]\S*\s+|#{REST_OF_LINE}\s+)*")
_LINE_BREAK = re.compile(LINE_BREAK)
_REST_OF_LINE = re.compile(REST_OF_LINE)
# Plain in block and in flow style, and no parser takes it for a number, a time, a boolean or a null.
_PLAIN = re.compile(
    r"[A-Za-z][A-Za-z0-9.-]*/|[A-Za-z0-9_][A-Za-z0-9._@+-]*(?:/[A-Za-z0-9._@+-]+)+/?|[A-Za-z_][A-Za-z0-9._@-]+"
)
_PLAIN_IN_BLOCK = re.compile(
    r"(?:[a-z]+://)?[A-Za-z0-9_][A-Za-z0-9._@:+-]*(?:/[A-Za-z0-9._@:+-]*[A-Za-z0-9._@+-])+/?"
    r"|[A-Za-z][A-Za-z0-9-]*(?:\.[A-Za-z0-9-]+)+:[0-9]+/?|" + _PLAIN.pattern
)
# How names of Secrets are written: a list of `{name: ...}`, a list of names, one name, one `{name: ...}`.
NamesForm: TypeAlias = Literal["pullSecrets", "pullSecretNames", "pullSecretName", "pullSecretRef"]
LISTS = ("pullSecrets", "pullSecretNames")
TEXTS = ("pullSecretNames", "pullSecretName")

# What is written: a text, or a mapping of one entry as its key and text; and a list of these.
Item: TypeAlias = str | tuple[str, str]
Value: TypeAlias = Item | list[Item]

_WORDS_OF_OTHER_TYPES = {"null", "true", "false", "yes", "no", "on", "off"}


def replace_scalar(text: str, scalar: Scalar, value: str, *, flow: bool) -> Edit:
    """Return the edit that makes `scalar` say `value`, a text without blanks, quotes or escapes.

    Its anchor, tag, quotes and block style stay. `flow` says whether it stands inside brackets or braces.
    """
    content, last = content_start(text, scalar), end(scalar)
    if scalar.style in ("|", ">"):
        old = str(scalar.value).rstrip("\n")
        found = text.rindex(old, content, last)
        return Edit(found, found + len(old), value)
    if scalar.style:
        return Edit(content, last, f"{scalar.style}{value}{scalar.style}")
    # libyaml wants a colon in flow style quoted; where one stood unquoted, the file is read by another parser.
    return Edit(content, last, scalar_text(value, flow=flow and ":" not in scalar.value))


def append_names(
    text: str,
    holder: Mapping,
    key: str,
    names: Several[str],
    *,
    form: NamesForm = "pullSecrets",
    present: Several[str] = (),
    after: Node | None = None,
) -> Edit:
    """Return the edit after which what stands under `key` of `holder` names `names` besides what it has.

    `present` are the names it has, which matter only where it is not written in `holder` itself but comes from an
    alias or a merge key: then `holder` gets a list of its own with all. A form for one name takes the first, where
    nothing is there. `after` is that of `set_entry`.
    """
    value = own(holder, key)
    if isinstance(value, Sequence) and value.children:
        return _append_items(text, value, names, form)
    items = [_item(name, form) for name in (*present, *names)]
    return set_entry(text, holder, key, items if form in LISTS else items[0], after=after)


def set_entry(text: str, holder: Mapping, key: str, value: Value, *, after: Node | None = None, step: int = 2) -> Edit:
    """Return the edit after which `holder` says `value` under `key`, where it says nothing there, or by an alias.

    A new entry goes behind the value `after` of `holder` in block style (its last where None is given), and in front
    in flow style. `step` is how far the entry of a mapping is indented from its key.
    """
    old = own(holder, key)
    if old is not None:
        return _fill(text, holder, old, value)
    if not holder.children:  # `{}`
        at = content_start(text, holder) + 1
        return Edit(at, at, _flow_entry(key, value, quoted=False))
    first = start(holder.children[0])
    if is_flow(holder):
        entry = _flow_entry(key, value, quoted=_is_quoted(holder.children[0]))
        return Edit(first, first, f"{entry},{_own_line(text, holder.children[0]) or ' '}")
    newline, depth = newline_of(text), indent_of(text, holder)
    lines = _block_entry(key, value, list_indent(text, holder), " " * step)
    leaf = last_leaf(after or holder)
    if isinstance(leaf, Scalar) and leaf.style in ("|", ">") and not _break_before(text, end(leaf)):
        # The text ends in a block scalar without a line break; giving it one would change what it says.
        first = first if _has_properties(holder) else start(holder)  # the key may have a `?` before it
        return Edit(first, first, "".join(f"{line}{newline}{' ' * depth}" for line in lines))
    at = end_of_lines(text, leaf, depth)
    return Edit(at, at, "".join(f"{newline}{' ' * depth}{line}" for line in lines))


def scalar_text(value: str, *, flow: bool) -> str:
    """Return `value` as YAML writes it: plain where every parser reads the same string back, else double-quoted."""
    plain = (_PLAIN if flow else _PLAIN_IN_BLOCK).fullmatch(value)
    return value if plain and value.lower() not in _WORDS_OF_OTHER_TYPES else json.dumps(value, ensure_ascii=False)


def content_start(text: str, node: Node) -> int:
    """Return the offset at which the node begins once its anchor and tag are over."""
    return min(_match_end(_PROPERTIES, text, start(node)), end(node))


def _is_quoted(key: Node) -> bool:
    return isinstance(key, Scalar) and key.style == '"'


def _item(name: str, form: NamesForm) -> Item:
    return name if form in TEXTS else ("name", name)


def _fill(text: str, holder: Mapping, old: Node, value: Value) -> Edit:
    """Return the edit that puts `value` in the place of `old`, an alias or what says nothing."""
    name = next(name for name, entry in pairs(holder) if entry is old)
    said = _flow_value(value, quoted=_is_quoted(name))
    content, last = content_start(text, old), end(old)
    if content < last:
        inside = text[content + 1 : last - 1]
        if is_flow(old) and inside.strip() and said[0] == text[content]:  # comments, which stay
            return Edit(content + 1, content + 1, said[1:-1] + " " * inside.startswith("#"))
        return Edit(content, last, said)
    if ":" in text[end(name) : content]:
        return Edit(content, content, f" {said}")
    # A key without a value: `{key}`, or `? key` on a line of its own.
    if is_flow(holder):
        return Edit(end(name), end(name), f": {said}")
    depth = indent_of(text, holder)
    at = end_of_lines(text, name, depth)
    return Edit(at, at, f"{newline_of(text)}{' ' * depth}: {said}")


def _flow_entry(key: str, value: Value, *, quoted: bool) -> str:
    return f"{json.dumps(key) if quoted else key}: {_flow_value(value, quoted=quoted)}"


def _flow_value(value: Value, *, quoted: bool) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_flow_value(item, quoted=quoted) for item in value)}]"
    if isinstance(value, tuple):
        return f"{{{_flow_entry(*value, quoted=quoted)}}}"
    return json.dumps(value) if quoted else scalar_text(value, flow=True)


def _block_entry(key: str, value: Value, before_hyphen: str, step: str) -> list[str]:
    """Return the lines of an entry, as they are indented from its key."""
    if isinstance(value, list):
        return [f"{key}:", *(f"{before_hyphen}- {_block_item(item)}" for item in value)]
    item = _block_item(value)
    return [f"{key}: {item}"] if isinstance(value, str) else [f"{key}:", f"{step}{item}"]


def _block_item(item: Item) -> str:
    if isinstance(item, tuple):
        key, value = item
        return f"{key}: {scalar_text(value, flow=False)}"
    return scalar_text(item, flow=False)


def _append_items(text: str, sequence: Sequence, names: Several[str], form: NamesForm) -> Edit:
    last = sequence.children[-1]
    if is_flow(sequence):
        break_and_indent = _own_line(text, last)
        separator = "," + (break_and_indent or " ")
        at = end(last)
        return Edit(at, at, "".join(separator + _item_like(text, last, name, form, flow=True) for name in names))
    _, dash, gap = text[_line_start(last) : start(last)].rpartition("-")
    if not dash or gap.strip(" "):  # the item begins below its dash, or behind a tab
        gap = ""
    depth = indent_of(text, sequence)
    at, item_start = end_of_lines(text, last, depth), f"{newline_of(text)}{' ' * depth}-{gap or ' '}"
    return Edit(at, at, "".join(item_start + _item_like(text, last, name, form, flow=False) for name in names))


def _item_like(text: str, item: Node, name: str, form: NamesForm, *, flow: bool) -> str:
    """Return the item for `name`, written like `item` where that says a name and nothing else."""
    value: Node | None = item
    if form not in TEXTS:
        value = own(item, "name") if isinstance(item, Mapping) and len(item.children) == 2 else None
    if isinstance(value, Scalar) and is_string(value):
        first, last = start(item), end(item) if is_flow(item) else end(value)
        # Lines of an item in block style are indented for where it stands, and cannot be had elsewhere.
        if not set("#&!|>" if flow else "#&!|>\n\r") & set(text[first:last]):
            edit = replace_scalar(text, value, name, flow=flow or is_flow(item))
            return text[first : edit.start] + edit.replacement + text[edit.end : last]
    if flow:
        quoted = isinstance(item, Mapping) and _is_quoted(item.children[0])
        return _flow_value(_item(name, form), quoted=quoted)
    return _block_item(_item(name, form))


def list_indent(text: str, holder: Mapping) -> str:
    """Return how far the lists of `holder` are indented from their keys, as its first list in block style is."""
    for _, value in pairs(holder):
        if isinstance(value, Sequence) and not is_flow(value):
            return " " * (indent_of(text, value) - indent_of(text, holder))
    return ""


def indent_of(text: str, node: Mapping | Sequence) -> int:
    """Return how far the entries of a collection in block style are indented."""
    if not _has_properties(node):
        return column(node) - 1
    # It begins with its anchor or tag, and its entries on a line below.
    before = _LINE_BREAK.split(text[start(node) : content_start(text, node)])[-1]
    return len(before) - len(before.lstrip(" "))


def _has_properties(node: Mapping | Sequence) -> bool:
    return node.start_event.anchor is not None or node.start_event.tag is not None


def last_leaf(node: Node) -> Node:
    """Return what stands last in the text of `node`: a scalar, an alias, or a collection in flow style.

    A value of nothing is no such thing: behind a lone `? key` the parser finds it only where the next line begins.
    """
    while isinstance(node, (Mapping, Sequence)) and not is_flow(node):
        last = node.children[-1]
        node = node.children[-2] if isinstance(node, Mapping) and start(last) == end(last) else last
    return node


def end_of_lines(text: str, node: Node, depth: int) -> int:
    """Return the offset at which the lines of `node` end: before the break of its last line.

    A comment on that line is part of it, and so are the comments below that are indented by more than `depth`.
    """
    leaf = last_leaf(node)
    at = _end_of_block_scalar(text, leaf) if isinstance(leaf, Scalar) and leaf.style in ("|", ">") else end(leaf)
    at = _match_end(_REST_OF_LINE, text, at)
    return _match_end(re.compile(rf"(?:(?:[ \t]*{LINE_BREAK})+ {{{depth + 1},}}#{REST_OF_LINE})*"), text, at)


def _end_of_block_scalar(text: str, scalar: Scalar) -> int:
    """Return the offset behind the last line of a block scalar that is content, before its break."""
    first, last = start(scalar), end(scalar)
    header = text[first : _match_end(_REST_OF_LINE, text, first)].partition("#")[0].rstrip()
    if "+" in header or str(scalar.value).rstrip("\n").endswith((" ", "\t")):  # its blank lines are content
        return last - len(_break_before(text, last))
    return first + max(len(text[first:last].rstrip(" \n\r")), len(header))


def _match_end(pattern: re.Pattern[str], text: str, offset: int) -> int:
    match = pattern.match(text, offset)
    return match.end() if match else offset


def _break_before(text: str, offset: int) -> str:
    before = text[max(0, offset - 2) : offset]
    return before if before == "\r\n" else before[-1:] if _LINE_BREAK.fullmatch(before[-1:]) else ""


def _own_line(text: str, node: Node) -> str:
    """Return the line break and indentation before `node` where nothing else stands between, else an empty text."""
    indent = text[_line_start(node) : start(node)]
    return "" if indent.strip(" \t") else _break_before(text, _line_start(node)) + indent


def _line_start(node: Node) -> int:
    return start(node) - (column(node) - 1)


def newline_of(text: str) -> str:
    """Return the line break the text uses, by its first; a line feed where it has none."""
    match = _LINE_BREAK.search(text)
    return match[0] if match else "\n"
