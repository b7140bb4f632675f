"""The images in a text: those in the fields of the documents that it is, those that are likely, and their edits."""

from __future__ import annotations

import json

import pytest
from mirroring import config

from transformer.edits import apply
from transformer.findings import Outcome
from transformer.spots import Spot, spots

CONFIG = config({"docker.io": "h.example/hub", "quay.io": "h.example:5000/q"}, keep=["keep.example"])
DIGEST = f"sha256:{'a' * 64}"
NGINX, APP = "h.example/hub/library/nginx", "h.example:5000/q/org/app"


def rewritten(text: str, found: list[Spot]) -> str:
    return apply(text, (edit for spot in found if not spot.evidence for edit in spot.edits or ()))


# A text, and the text with every image at the mirror.
REWRITTEN = {
    "a reference": ("quay.io/org/app:1", f"{APP}:1"),
    "in an argument": ("--x=quay.io/org/app:1", f"--x={APP}:1"),
    "several": ("a=quay.io/org/app:1\nb=quay.io/org/app:2\n", f"a={APP}:1\nb={APP}:2\n"),
    "a script": ("#!/bin/sh\ndocker run quay.io/org/app:1 # x\n", f"#!/bin/sh\ndocker run {APP}:1 # x\n"),
    "a script with a colon": ('echo "image: nginx"\nIMAGE=nginx:1\n', f'echo "image: nginx"\nIMAGE={NGINX}:1\n'),
    "not YAML": ("image: nginx:1\n\tb: {{ x }\n", f"image: {NGINX}:1\n\tb: {{{{ x }}\n"),
    "a pod": (
        "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: nginx # c\n",
        f"apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: {NGINX} # c\n",
    ),
    "a pod in JSON": (
        '{"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"image": "nginx"}]}}',
        f'{{"apiVersion": "v1", "kind": "Pod", "spec": {{"containers": [{{"image": "{NGINX}"}}]}}}}',
    ),
    "objects in a list": (
        '[{"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"image": "nginx"}]}}]',
        f'[{{"apiVersion": "v1", "kind": "Pod", "spec": {{"containers": [{{"image": "{NGINX}"}}]}}}}]',
    ),
    "several documents": (
        "image: quay.io/org/app\n---\nimage: quay.io/org/app:1\n",
        f"image: {APP}\n---\nimage: {APP}:1\n",
    ),
    "a document that is broken, and one that is not": (
        "a: [\n---\nimage: quay.io/org/app\n",
        f"a: [\n---\nimage: {APP}\n",
    ),
    "parts": (
        "image:\n  registry: quay.io\n  repository: org/app\n  tag: v1\n",
        "image:\n  registry: h.example:5000\n  repository: q/org/app\n  tag: v1\n",
    ),
    "parts, a digest behind the tag": (
        f"image:\n  repository: quay.io/org/app\n  tag: v1@{DIGEST}\n",
        f"image:\n  repository: {APP}\n  tag: v1@{DIGEST}\n",
    ),
    "parts, a path behind the registry": (
        "image:\n  registry: quay.io/org/team\n  repository: app\n",
        "image:\n  registry: h.example:5000/q/org/team\n  repository: app\n",
    ),
    "parts in JSON": (
        '{"image": {"registry": "quay.io", "repository": "org/app"}}',
        '{"image": {"registry": "h.example:5000", "repository": "q/org/app"}}',
    ),
    "quoted": ("image: 'quay.io/org/app'\nx: 1\n", f"image: '{APP}'\nx: 1\n"),
    "in flow": ("image: {repository: quay.io/org/app}\nx: 1\n", f'image: {{repository: "{APP}"}}\nx: 1\n'),
    "in a block": ("image: |-\n  quay.io/org/app\nx: 1\n", f"image: |-\n  {APP}\nx: 1\n"),
    "a field and a script in one": (
        "image: quay.io/org/app\nrun: echo quay.io/org/app:1\n",
        f"image: {APP}\nrun: echo {APP}:1\n",
    ),
    "CRLF": ("image: quay.io/org/app\r\nx: 1\r\n", f"image: {APP}\r\nx: 1\r\n"),
    "kept": ("image: keep.example/app:1\nx: 1\n", "image: keep.example/app:1\nx: 1\n"),
    "a policy": (
        "apiVersion: kyverno.io/v1\nkind: Policy\nspec:\n  containers:\n  - image: quay.io/org/app:1\n",
        "apiVersion: kyverno.io/v1\nkind: Policy\nspec:\n  containers:\n  - image: quay.io/org/app:1\n",
    ),
    "nothing": ("", ""),
    "no image": ("a: 1\nb: [image]\n", "a: 1\nb: [image]\n"),
}


@pytest.mark.parametrize(("text", "expected"), REWRITTEN.values(), ids=REWRITTEN)
def test_the_edits_put_every_image_at_the_mirror(text: str, expected: str) -> None:
    assert rewritten(text, spots(text, "", CONFIG)) == expected
    assert rewritten(expected, spots(expected, "", CONFIG)) == expected


# A text, the name it stands under, and outcome, reference and confidence of what is found.
Seen = tuple[Outcome, str, bool]
FOUND: dict[str, tuple[str, str, list[Seen]]] = {
    "a likely one": ("nginx:1", "image", [("rewritten", "nginx:1", False)]),
    "kept": ("x keep.example/app:1", "", [("kept", "keep.example/app:1", False)]),
    "mirrored already": (f"x {APP}:1", "", [("kept", f"{APP}:1", False)]),
    "unmapped": ("r.example/app:1", "image", [("unmapped", "r.example/app:1", False)]),
    "a field of a pod": (
        "{apiVersion: v1, kind: Pod, spec: {containers: [{image: nginx}]}}",
        "",
        [("rewritten", "nginx", True)],
    ),
    "a field of values, with a registry": (
        "image:\n  repository: quay.io/org/app\n",
        "",
        [("rewritten", "quay.io/org/app", True)],
    ),
    "a field of values, without a registry": (
        "image:\n  repository: org/app\n",
        "",
        [("rewritten", "org/app", False)],
    ),
    "a registry before images": (
        "global:\n  image: {registry: quay.io}\n",
        "",
        [("rewritten", "quay.io", False)],
    ),
    "a registry before images, which alone are not named": (
        "a: 1\ndefaultRegistry: quay.io\n",
        "",
        [("rewritten", "quay.io", False)],
    ),
    "a repository by its short name": (
        "web: {repo: quay.io/org/app, tag: v1}\nx: 1\n",
        "",
        [("rewritten", "quay.io/org/app:v1", True)],
    ),
    "a word before images": ("imageRegistry: org\nx: 1\n", "", []),
    "a word in values": ("image: nginx\nx: 1\n", "", []),
    "in their order": (
        "run: echo quay.io/org/b:1\nimage: quay.io/org/a\n",
        "",
        [("rewritten", "quay.io/org/b:1", False), ("rewritten", "quay.io/org/a", True)],
    ),
    "parts that are together one": (
        "image:\n  repository: quay.io/org/a\n  tag: v1\n",
        "",
        [("rewritten", "quay.io/org/a:v1", True)],
    ),
    "nothing that is not run": (
        "apiVersion: kyverno.io/v1\nkind: Policy\nspec:\n  containers:\n  - image: nginx\n",
        "",
        [],
    ),
}


@pytest.mark.parametrize(("text", "name", "expected"), FOUND.values(), ids=FOUND)
def test_spots(text: str, name: str, expected: list[Seen]) -> None:
    found = [spot for spot in spots(text, name, CONFIG) if not spot.evidence]
    assert [(spot.found.outcome, spot.found.before, spot.is_field) for spot in found] == expected


def test_parts_of_an_image_are_one_spot() -> None:
    text = "image:\n  registry: quay.io/org/team\n  repository: app\n"
    assert [spot.found.before for spot in spots(text, "", CONFIG)] == ["quay.io/org/team/app"]


PLACED = {
    "a script": ("x=1\nrun quay.io/org/app:1\n", "quay.io/org/app:1"),
    "a field": ("a: 1\nimage: quay.io/org/app\n", "quay.io/org/app"),
    "a quoted field": ('{"a": 1, "image": "quay.io/org/app"}', "quay.io/org/app"),
    "a field in a block": ("image: |\n  quay.io/org/app\na: 1\n", "quay.io/org/app"),
    "a field in a second document": ("# head\n---\nimage: quay.io/org/app\n", "quay.io/org/app"),
    "a repository": ("image:\n  tag: v1\n  repository: quay.io/org/app\n", "quay.io/org/app"),
}


@pytest.mark.parametrize(("text", "said"), PLACED.values(), ids=PLACED)
def test_a_spot_stands_where_the_text_says_it(text: str, said: str) -> None:
    (spot,) = spots(text, "", CONFIG)
    assert text[spot.start : spot.end] == said


# Texts that say an image in a way that no edit of a part can change.
UNSPELLABLE = {
    "an anchor": "image: &i quay.io/org/app\nx: *i\n",
    "an alias": "x: &i quay.io/org/app\nimage: *i\n",
}


@pytest.mark.parametrize("text", UNSPELLABLE.values(), ids=UNSPELLABLE)
def test_a_field_that_cannot_be_edited_has_no_edits(text: str) -> None:
    found = [spot for spot in spots(text, "", CONFIG) if spot.is_field]
    assert [spot.edits for spot in found] == [None]


def test_an_edit_leaves_the_quotes_of_json_to_the_text_around() -> None:
    text = json.dumps({"image": "quay.io/org/app"})
    (spot,) = spots(text, "", CONFIG)
    assert spot.edits is not None
    assert not any('"' in edit.replacement for edit in spot.edits)


def test_what_is_likely_and_what_it_needs_are_said() -> None:
    (spot,) = spots("--from=org/app:1", "", CONFIG)
    assert (spot.evidence, spot.is_field) == ("docker.io/org/app:1", False)
