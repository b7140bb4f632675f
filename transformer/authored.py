"""Write the YAML that this program authors: objects of mappings, lists, texts, numbers and booleans, in block style."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from transformer.node_edits import scalar_text

# Base64 as long as any that is written here is plain to every parser.
_BASE64 = re.compile(r"[A-Za-z][A-Za-z0-9+/]{19,}={0,2}")
_PLAIN_KEYS = (".dockerconfigjson", ".dockercfg")
# Line breaks of YAML 1.1 and what YAML takes for no character, which double quotes would keep as it is.
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
# What a literal block scalar takes as it is: no first blank, which would be taken for its indentation.
_LITERAL = re.compile(r"(?![ \n])[ -~\n]*[!-~]\n?")


def document(value: Mapping[str, Any]) -> str:
    r"""Return an object as the text of a YAML document, its keys in the order given, entries that are None left out.

    >>> print(document({"metadata": {"name": "web", "labels": {"on": "1"}}, "keys": [{"size": 1}]}), end="")
    metadata:
      name: web
      labels:
        "on": "1"
    keys:
    - size: 1
    """
    return "".join(f"{line}\n" for line in _entries(value))


def _entries(mapping: Mapping[str, Any]) -> Iterator[str]:
    for key, value in mapping.items():
        if value is not None:
            head, below = _value(value)
            yield f"{key if key in _PLAIN_KEYS else _text(str(key))}:{head}"
            yield from below


def _value(value: Any) -> tuple[str, list[str]]:
    """Return what follows a key or a hyphen in its line, and the lines below it."""
    if isinstance(value, Mapping):
        lines = [f"  {line}" for line in _entries(value)]
        return ("", lines) if lines else (" {}", [])
    if isinstance(value, (list, tuple)):
        return ("", [line for item in value for line in _item(item)]) if value else (" []", [])
    if isinstance(value, str) and ('"' in value or "\n" in value) and _LITERAL.fullmatch(value):
        lines = value.removesuffix("\n").split("\n")
        return (" |" if value.endswith("\n") else " |-"), [f"  {line}" if line else "" for line in lines]
    return f" {_scalar(value)}", []


def _item(value: Any) -> Iterator[str]:
    head, below = _value(value)
    if isinstance(value, Mapping) and below:
        first, *rest = below
        yield f"- {first[2:]}"
        yield from rest
    else:
        yield f"-{head}"
        yield from (f"  {line}" if line else "" for line in below)


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return _text(value) if isinstance(value, str) else str(value)


def _text(value: str) -> str:
    if _BASE64.fullmatch(value):
        return value
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", scalar_text(value, flow=False))
