"""A comment on the line of an image says what it says to every reader of it, and a comment beyond that line nothing."""

from __future__ import annotations

import pytest

from transformer.directives import comment_behind, directive, written_by

# A text in which `^` is the offset asked for, and the comment behind it.
BEHIND = {
    "a comment": ("image: nginx^ # c\nb: 1\n", " c"),
    "no blank behind the mark": ("image: nginx^ #c\n", "c"),
    "tabs": ("image: nginx^\t\t#\tc\n", "\tc"),
    "at once": ("image: |^# c\n", " c"),
    "at the end of the text": ("image: nginx^ # c", " c"),
    "behind a bracket": ("[{image: nginx^}] # c\n", " c"),
    "marks in the comment": ("image: nginx^ # a # b\n", " a # b"),
    "an empty one": ("image: nginx^ #\n", ""),
    "none": ("image: nginx^\n", ""),
    "a mark in a word": ("image: nginx^#c\nb: 1\n", "c"),
    "a mark in a later word": ("[nginx^, a#c]\n", ""),
    "on the next line": ("image: nginx^\n# c\n", ""),
    "before a CRLF": ("image: nginx^ # c\r\n# d\r\n", " c"),
    "before a CR": ("image: nginx^ # c\rb: 1\r", " c"),
    "the end": ("image: nginx^", ""),
}


@pytest.mark.parametrize(("text", "expected"), BEHIND.values(), ids=BEHIND)
def test_comment_behind(text: str, expected: str) -> None:
    assert comment_behind(text.replace("^", ""), text.index("^")) == expected


DIRECTIVES = {
    "keep": (" repoint: keep", "keep"),
    "no blanks": ("repoint:keep", "keep"),
    "many blanks": (" \t repoint: \t keep \t", "keep"),
    "with a reason": (" repoint: keep the mirror has no such thing", "keep"),
    "another word": (" repoint: skip", "skip"),
    "no word": (" repoint:", ""),
    "in a sentence": (" see repoint: keep", ""),
    "another program": (" prepoint: keep", ""),
    "no colon": (" repoint keep", ""),
    "upper case": (" Repoint: keep", ""),
    "nothing": ("", ""),
}


@pytest.mark.parametrize(("comment", "expected"), DIRECTIVES.values(), ids=DIRECTIVES)
def test_directive(comment: str, expected: str) -> None:
    assert directive(comment) == expected


FLUX = "Flux's image policy flux-system:podinfo"

WRITTEN_BY = {
    "Flux": (' {"$imagepolicy": "flux-system:podinfo"}', FLUX),
    "Flux, the name alone": (' {"$imagepolicy": "flux-system:podinfo:name"}', FLUX),
    "Flux, no blanks": ('{"$imagepolicy":"flux-system:podinfo"}', FLUX),
    "Flux, behind words": (' renewed {"$imagepolicy": "flux-system:podinfo"}', FLUX),
    "Flux, the tag alone": (' {"$imagepolicy": "flux-system:podinfo:tag"}', ""),
    "Flux, the digest alone": (' {"$imagepolicy": "flux-system:podinfo:digest"}', ""),
    "Flux, no namespace": (' {"$imagepolicy": "podinfo"}', ""),
    "kpt": (" kpt-set: ${image}:${tag}", "kpt's setter ${image}:${tag}"),
    "kpt, blanks behind": (" kpt-set: ${image}  ", "kpt's setter ${image}"),
    "kpt, its first generation": (' {"$kpt-set":"image"}', "kpt's setter image"),
    "kpt, OpenAPI": (' {"$openapi": "image"}', "kpt's setter image"),
    "kpt, a reference": (
        ' {"$ref": "#/definitions/io.k8s.cli.setters.image"}',
        "kpt's setter #/definitions/io.k8s.cli.setters.image",
    ),
    "kpt, in a sentence": (" see kpt-set: ${image}", ""),
    "a comment": (" renewed by hand", ""),
    "a directive": (" repoint: keep", ""),
    "nothing": ("", ""),
}


@pytest.mark.parametrize(("comment", "expected"), WRITTEN_BY.values(), ids=WRITTEN_BY)
def test_written_by(comment: str, expected: str) -> None:
    assert written_by(comment) == expected
