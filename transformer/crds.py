"""Know a CustomResourceDefinition without parsing it: schemas are the bulk of an installation, and hold no image."""

from __future__ import annotations

import re

# The first two keys of a CustomResourceDefinition, behind comments and markers.
_END = r"(?:[ \t]+#[^\n]*|[ \t]*\r?)\n"
_API_VERSION = rf"apiVersion:[ \t]+apiextensions\.k8s\.io/\S+{_END}"
_KIND = rf"kind:[ \t]+CustomResourceDefinition{_END}"
_SCHEMA_HEAD = re.compile(
    rf"(?:[#%][^\n]*\n|---[ \t]*(?:#[^\n]*|\r?)\n|[ \t]*\r?\n)*(?:{_API_VERSION}{_KIND}|{_KIND}{_API_VERSION})"
)
# What YAML can begin a key with that reads `kind` in the end.
_KEY_OF_ANY_NAME = re.compile(r"""\n(?:kind|apiVersion|["'?!&*<{\[])""")
_OTHER_BREAKS = ("\x85", "\u2028", "\u2029")


def is_schema(text: str) -> bool:
    """Say whether a document is surely a CustomResourceDefinition, without parsing it.

    It is one where its first two keys say so and no later line at the left margin could say another kind.
    """
    head = _SCHEMA_HEAD.match(text)
    if head is None or any(char in text for char in _OTHER_BREAKS) or text.count("\r") != text.count("\r\n"):
        return False
    return not _KEY_OF_ANY_NAME.search(text, head.end() - 1)
