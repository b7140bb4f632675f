"""Read what a comment beside an image says: to keep it, or that a program writes it."""

from __future__ import annotations

import re

from transformer.documents import REST_OF_LINE

_REST_OF_LINE = re.compile(REST_OF_LINE)
_COMMENT = re.compile(r"(?:^|[ \t])#(.*)")
_DIRECTIVE = re.compile(r"[ \t]*repoint:[ \t]*(\S*)")
# Flux, https://fluxcd.io/flux/guides/image-update/: a marker that ends in `:tag` stands for the tag alone.
_IMAGE_POLICY = re.compile(r'"\$imagepolicy"\s*:\s*"([^":]+:[^":]+)(?::(\w+))?"')
# The setters of kpt, of its first generation as well.
_SETTER = re.compile(r"[ \t]*kpt-set:[ \t]*(.+?)[ \t]*\Z")
_OLD_SETTER = re.compile(r'"\$(?:kpt-set|openapi|ref)"\s*:\s*"([^"]+)"')

KEEP = "keep"


def comment_behind(text: str, offset: int) -> str:
    """Return the comment that ends the line of `offset` in `text`, without its '#'; an empty text where none does."""
    rest = _REST_OF_LINE.match(text, offset)
    found = _COMMENT.search(rest[0]) if rest else None
    return found[1] if found else ""


def directive(comment: str) -> str:
    """Return what a comment tells this program to do, `keep`, or an empty text."""
    found = _DIRECTIVE.match(comment)
    return found[1] if found else ""


def why_kept(comment: str) -> str:
    """Return the reason for which a comment keeps what it stands by, or an empty text."""
    return f"the comment repoint: {KEEP}" if directive(comment) == KEEP else ""


def written_by(comment: str) -> str:
    """Return which program, and by which rule of its own, writes the name of the image that the comment stands by."""
    if found := _IMAGE_POLICY.search(comment):
        return "" if found[2] in ("tag", "digest") else f"Flux's image policy {found[1]}"
    found = _SETTER.match(comment) or _OLD_SETTER.search(comment)
    return f"kpt's setter {found[1]}" if found else ""
