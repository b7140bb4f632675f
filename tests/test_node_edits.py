"""Edits phrased on nodes change what they are to change, in the style of the text, and nothing else.

Every case also composes its output: as plain data it is the input with the one value changed.
"""

from __future__ import annotations

from typing import Any

import pytest

from transformer.edits import apply
from transformer.node_edits import NamesForm, Value, append_names, replace_scalar, scalar_text, set_entry
from transformer.nodes import Mapping, Scalar, compose, get, is_flow, own, plain
from transformer.resources import pull_secret_names

NEW = "host/app:2"
WITH_PORT = "host:80/app:2@sha256:00"

# Input, the text for the scalar under `a`, output.
REPLACED = {
    "plain": ("a: nginx # c\n", NEW, "a: host/app:2 # c\n"),
    "plain, no final newline": ("a: nginx", NEW, "a: host/app:2"),
    "plain, blanks behind": ("a:   nginx  \r\nb: 1\r\n", NEW, "a:   host/app:2  \r\nb: 1\r\n"),
    "plain on the next line": ("a:\n  nginx\n", NEW, "a:\n  host/app:2\n"),
    "plain with a port": ("a: nginx\n", WITH_PORT, "a: host:80/app:2@sha256:00\n"),
    "plain that would be another type": ("a: nginx\n", "1e3", 'a: "1e3"\n'),
    "plain that would be a list": ("a: nginx\n", "[::1]:80/a", 'a: "[::1]:80/a"\n'),
    "single-quoted": ("a: 'nginx' # c\n", NEW, "a: 'host/app:2' # c\n"),
    "single-quoted with a quote": ("a: 'it''s'\n", NEW, "a: 'host/app:2'\n"),
    "double-quoted": ('a: "nginx"\n', NEW, 'a: "host/app:2"\n'),
    "double-quoted with escapes": ('a: "n\\x67in\\u0078"\n', NEW, 'a: "host/app:2"\n'),
    "double-quoted, an escape that spells the value": ('a: "\\x78"\n', NEW, 'a: "host/app:2"\n'),
    "double-quoted with escaped slashes": ('{"a": "docker.io\\/nginx"}', NEW, '{"a": "host/app:2"}'),
    "double-quoted over two lines": ('a: "ngi\\\n  nx"\nb: 1\n', NEW, 'a: "host/app:2"\nb: 1\n'),
    "double-quoted beyond ASCII": ('a: "é😀"\n', NEW, 'a: "host/app:2"\n'),
    "literal": ("a: |-\n  nginx\nb: 1\n", NEW, "a: |-\n  host/app:2\nb: 1\n"),
    "literal with its newline": ("a: |\n  nginx\nb: 1\n", NEW, "a: |\n  host/app:2\nb: 1\n"),
    "literal, CRLF": ("a: |\r\n  nginx\r\nb: 1\r\n", NEW, "a: |\r\n  host/app:2\r\nb: 1\r\n"),
    "literal, no final newline": ("a: |\n  nginx", NEW, "a: |\n  host/app:2"),
    "literal, blank lines behind": ("a: |-\n  nginx\n\n\nb: 1\n", NEW, "a: |-\n  host/app:2\n\n\nb: 1\n"),
    "literal, blank lines kept": ("a: |+\n  nginx\n\nb: 1\n", NEW, "a: |+\n  host/app:2\n\nb: 1\n"),
    "literal, indicator equal to the value": ("a: |2-\n  2\nb: 1\n", NEW, "a: |2-\n  host/app:2\nb: 1\n"),
    "literal, comment equal to the value": ("a: |- # nginx\n  nginx\n", NEW, "a: |- # nginx\n  host/app:2\n"),
    "folded": ("a: >-\n    nginx\nb: 1\n", NEW, "a: >-\n    host/app:2\nb: 1\n"),
    "folded, indicators": ("a: >1-\n nginx\n\nb: 1\n", NEW, "a: >1-\n host/app:2\n\nb: 1\n"),
    "anchor": ("a: &x nginx\nb: *x\n", NEW, "a: &x host/app:2\nb: *x\n"),
    "anchor equal to the value": ("a: &nginx nginx\n", NEW, "a: &nginx host/app:2\n"),
    "anchor equal to the value, quoted": ("a: &nginx 'nginx'\n", NEW, "a: &nginx 'host/app:2'\n"),
    "anchor equal to the value, literal": ("a: &nginx |-\n  nginx\n", NEW, "a: &nginx |-\n  host/app:2\n"),
    "tag": ("a: !!str nginx\n", NEW, "a: !!str host/app:2\n"),
    "anchor and tag": ('a: &x !!str "nginx"\n', NEW, 'a: &x !!str "host/app:2"\n'),
    "a comment behind the anchor": ("a: &x # nginx\n  'nginx'\n", NEW, "a: &x # nginx\n  'host/app:2'\n"),
    "in flow": ("{a: nginx, b: 1}", "host/app", "{a: host/app, b: 1}"),
    "in flow, a colon arrives": ("{a: nginx, b: 1}", NEW, '{a: "host/app:2", b: 1}'),
    "in flow, a colon was there": ("{a: nginx:1.2, b: 1}", NEW, "{a: host/app:2, b: 1}"),
    "in flow, a colon was there, brackets arrive": ("{a: nginx:1.2}", "[::1]:80/a", '{a: "[::1]:80/a"}'),
    "in flow, quoted": ("{a: 'nginx:1'}", NEW, "{a: 'host/app:2'}"),
    "JSON": ('{"a":"nginx","b":1}', NEW, '{"a":"host/app:2","b":1}'),
    "emoji before": ("b: 😀\na: nginx\n", NEW, "b: 😀\na: host/app:2\n"),
}


def root_mapping(text: str) -> Mapping:
    root = compose(text)
    assert isinstance(root, Mapping)
    return root


def data_of(text: str) -> Any:
    return plain(root_mapping(text))


@pytest.mark.parametrize(("text", "value", "expected"), REPLACED.values(), ids=REPLACED.keys())
def test_replace_scalar(text: str, value: str, expected: str) -> None:
    root = root_mapping(text)
    scalar = own(root, "a")
    assert isinstance(scalar, Scalar)
    output = apply(text, [replace_scalar(text, scalar, value, flow=is_flow(root))])
    assert output == expected
    before = data_of(text)
    newlines = before["a"].removeprefix(before["a"].rstrip("\n"))
    assert data_of(output) == {key: f"{value}{newlines}" if old == before["a"] else old for key, old in before.items()}


# Input, and output for the name `new` in the list under `spec.secrets`.
APPENDED = {
    # There is no such field: it goes behind the others.
    "missing": ("spec:\n  a: 1\n", "spec:\n  a: 1\n  secrets:\n  - name: new\n"),
    "missing, more behind": ("spec:\n  a: 1\nb: 2\n", "spec:\n  a: 1\n  secrets:\n  - name: new\nb: 2\n"),
    "missing, no final newline": ("spec:\n  a: 1", "spec:\n  a: 1\n  secrets:\n  - name: new"),
    "missing, CRLF": ("spec:\r\n  a: 1\r\nb: 2\r\n", "spec:\r\n  a: 1\r\n  secrets:\r\n  - name: new\r\nb: 2\r\n"),
    "missing, CR": ("spec:\r  a: 1\rb: 2\r", "spec:\r  a: 1\r  secrets:\r  - name: new\rb: 2\r"),
    "missing, CRLF, no final newline": ("spec:\r\n  a: 1", "spec:\r\n  a: 1\r\n  secrets:\r\n  - name: new"),
    "missing, lists indented": (
        "spec:\n  a:\n    - 1\n  b:\n  - 2\n",
        "spec:\n  a:\n    - 1\n  b:\n  - 2\n  secrets:\n    - name: new\n",
    ),
    "missing, lists at the key's column": (
        "spec:\n   a:\n   - 1\n",
        "spec:\n   a:\n   - 1\n   secrets:\n   - name: new\n",
    ),
    "missing, an anchored list": (
        "spec:\n  a: &a\n    - 1\n",
        "spec:\n  a: &a\n    - 1\n  secrets:\n    - name: new\n",
    ),
    "missing, an anchored mapping": ("spec: &s\n  a: 1\n", "spec: &s\n  a: 1\n  secrets:\n  - name: new\n"),
    "missing, a tagged mapping": ("spec: !!map # c\n  a: 1\n", "spec: !!map # c\n  a: 1\n  secrets:\n  - name: new\n"),
    "missing, an anchored mapping with an anchored key": (
        "spec: &s\n  &k a: 1\n",
        "spec: &s\n  &k a: 1\n  secrets:\n  - name: new\n",
    ),
    "missing, behind a key without a value": (
        "spec:\n  a:\n  - x: 1\n    ? y\nb:\n  c: 0\n",
        "spec:\n  a:\n  - x: 1\n    ? y\n  secrets:\n  - name: new\nb:\n  c: 0\n",
    ),
    "missing, behind a key of its own without a value": (
        "spec:\n  a: 1\n  ? b # c\nd: 0\n",
        "spec:\n  a: 1\n  ? b # c\n  secrets:\n  - name: new\nd: 0\n",
    ),
    "missing, behind a line that ends in another break": (
        "spec:\n  a: 1 # c\u2028b:\n  c: 0\n",
        "spec:\n  a: 1 # c\n  secrets:\n  - name: new\u2028b:\n  c: 0\n",
    ),
    "an item over several lines": (
        "spec:\n  secrets:\n  -\n     ? name\n     : old\n",
        "spec:\n  secrets:\n  -\n     ? name\n     : old\n  - name: new\n",
    ),
    "missing, an explicit key": ("spec:\n  ? a\n  : 1\n", "spec:\n  ? a\n  : 1\n  secrets:\n  - name: new\n"),
    "missing, in a list": (
        "spec:\n  a:\n  - b: 1\n    c: 2\n",
        "spec:\n  a:\n  - b: 1\n    c: 2\n  secrets:\n  - name: new\n",
    ),
    "missing, comment on the last line": ("spec:\n  a: 1 # c\n", "spec:\n  a: 1 # c\n  secrets:\n  - name: new\n"),
    "missing, comment below, at the keys": (
        "spec:\n  a: 1\n  # c\n",
        "spec:\n  a: 1\n  secrets:\n  - name: new\n  # c\n",
    ),
    "missing, comment below, one deeper than the keys": (
        "spec:\n  a: 1\n   # c\n",
        "spec:\n  a: 1\n   # c\n  secrets:\n  - name: new\n",
    ),
    "missing, comment below, of the last value": (
        "spec:\n  a:\n  - 1\n\n    # c\n\n  # d\n",
        "spec:\n  a:\n  - 1\n\n    # c\n  secrets:\n  - name: new\n\n  # d\n",
    ),
    "missing, blank lines below": ("spec:\n  a: 1\n\n\nb: 2\n", "spec:\n  a: 1\n  secrets:\n  - name: new\n\n\nb: 2\n"),
    "missing, last value is nothing": ("spec:\n  a: # c\n", "spec:\n  a: # c\n  secrets:\n  - name: new\n"),
    "missing, last value is an empty item": ("spec:\n  a:\n  -\n", "spec:\n  a:\n  -\n  secrets:\n  - name: new\n"),
    "missing, last value is an alias": (
        "x: &x 1\nspec:\n  a: *x # c\n",
        "x: &x 1\nspec:\n  a: *x # c\n  secrets:\n  - name: new\n",
    ),
    "missing, last value in flow over two lines": (
        "spec:\n  a: [1,\n    2] # c\n",
        "spec:\n  a: [1,\n    2] # c\n  secrets:\n  - name: new\n",
    ),
    "missing, last value plain over two lines": (
        "spec:\n  a: one\n    two\n",
        "spec:\n  a: one\n    two\n  secrets:\n  - name: new\n",
    ),
    "missing, literal last": (
        "spec:\n  a: |\n    one\n\n\nb: 2\n",
        "spec:\n  a: |\n    one\n  secrets:\n  - name: new\n\n\nb: 2\n",
    ),
    "missing, literal with a comment in its head": (
        "spec:\n  a: |- # +\n    one\n\nb: 2\n",
        "spec:\n  a: |- # +\n    one\n  secrets:\n  - name: new\n\nb: 2\n",
    ),
    "missing, literal that keeps its blank lines": (
        "spec:\n  a: |+\n    one\n\n\nb: 2\n",
        "spec:\n  a: |+\n    one\n\n\n  secrets:\n  - name: new\nb: 2\n",
    ),
    "missing, literal that keeps its blank lines, CRLF": (
        "spec:\r\n  a: |+\r\n    one\r\n\r\nb: 2\r\n",
        "spec:\r\n  a: |+\r\n    one\r\n\r\n  secrets:\r\n  - name: new\r\nb: 2\r\n",
    ),
    "missing, literal that keeps its blank lines ends the text": (
        "spec:\n  a: |+\n    one\n\n",
        "spec:\n  a: |+\n    one\n\n  secrets:\n  - name: new\n",
    ),
    "missing, literal with a line of blanks": (
        "spec:\n  a: |\n    one\n      \nb: 2\n",
        "spec:\n  a: |\n    one\n      \n  secrets:\n  - name: new\nb: 2\n",
    ),
    "missing, literal with blanks at the end of its line": (
        "spec:\n  a: |\n    one  \n\nb: 2\n",
        "spec:\n  a: |\n    one  \n\n  secrets:\n  - name: new\nb: 2\n",
    ),
    "missing, literal with a comment sign in it": (
        "spec:\n  a: |\n    # one\n    # two\n  # c\n",
        "spec:\n  a: |\n    # one\n    # two\n  secrets:\n  - name: new\n  # c\n",
    ),
    "missing, empty literal last": ("spec:\n  a: |\nb: 2\n", "spec:\n  a: |\n  secrets:\n  - name: new\nb: 2\n"),
    "missing, folded last": (
        "spec:\n  a: >-\n    one\n    two\n",
        "spec:\n  a: >-\n    one\n    two\n  secrets:\n  - name: new\n",
    ),
    "missing, literal ends the text without newline": (
        "b: 2\nspec:\n  a:\n    - |\n      one",
        "b: 2\nspec:\n  secrets:\n    - name: new\n  a:\n    - |\n      one",
    ),
    "missing, literal with strip ends the text without newline": (
        "spec:\r\n  a: |-\r\n    one",
        "spec:\r\n  secrets:\r\n  - name: new\r\n  a: |-\r\n    one",
    ),
    "missing, in flow": ("spec: {a: 1}\n", "spec: {secrets: [{name: new}], a: 1}\n"),
    "missing, in flow over lines": (
        "spec: {\n  a: 1, # c\n}\n",
        "spec: {\n  secrets: [{name: new}],\n  a: 1, # c\n}\n",
    ),
    "missing, in compact JSON": ('{"spec":{"a":1}}', '{"spec":{"secrets": [{"name": "new"}], "a":1}}'),
    "missing, in pretty JSON": (
        '{\n  "spec": {\n    "a": 1\n  }\n}\n',
        '{\n  "spec": {\n    "secrets": [{"name": "new"}],\n    "a": 1\n  }\n}\n',
    ),
    "missing, merged list in flow": (
        "x: &x {secrets: [{name: old}]}\nspec: {<<: *x}\n",
        "x: &x {secrets: [{name: old}]}\nspec: {secrets: [{name: old}, {name: new}], <<: *x}\n",
    ),
    "missing, merged list": (
        "x: &x\n  secrets:\n  - name: old\nspec:\n  <<: *x\n  a: 1\n",
        "x: &x\n  secrets:\n  - name: old\nspec:\n  <<: *x\n  a: 1\n  secrets:\n  - name: old\n  - name: new\n",
    ),
    # The field is there and says nothing.
    "nothing": ("spec:\n  secrets:\n  a: 1\n", "spec:\n  secrets: [{name: new}]\n  a: 1\n"),
    "nothing, no final newline": ("spec:\n  secrets:", "spec:\n  secrets: [{name: new}]"),
    "nothing and a comment": ("spec:\n  secrets:  # c\n", "spec:\n  secrets: [{name: new}]  # c\n"),
    "nothing and a comment below": (
        "spec:\n  secrets:\n  # - name: old\n",
        "spec:\n  secrets: [{name: new}]\n  # - name: old\n",
    ),
    "nothing with an anchor": ("spec:\n  secrets: &x # c\n", "spec:\n  secrets: &x [{name: new}] # c\n"),
    "nothing in flow": ("spec: {secrets: , a: 1}\n", "spec: {secrets:  [{name: new}], a: 1}\n"),
    "a key without a value in flow": ("spec: {secrets, a: 1}\n", "spec: {secrets: [{name: new}], a: 1}\n"),
    "a key without a value": (
        "spec:\n  ? secrets # c\n  ? a\n",
        "spec:\n  ? secrets # c\n  : [{name: new}]\n  ? a\n",
    ),
    "tilde": ("spec:\n  secrets: ~ # c\n", "spec:\n  secrets: [{name: new}] # c\n"),
    "null": ("spec:\n  secrets: null\n", "spec:\n  secrets: [{name: new}]\n"),
    "null with an anchor": ("spec:\n  secrets: &null null\n", "spec:\n  secrets: &null [{name: new}]\n"),
    "null in JSON": ('{"spec":{"secrets":null}}', '{"spec":{"secrets":[{"name": "new"}]}}'),
    "empty list": ("spec:\n  secrets: [] # c\n", "spec:\n  secrets: [{name: new}] # c\n"),
    "empty list with a blank": ("spec:\n  secrets: [ ]\n", "spec:\n  secrets: [{name: new}]\n"),
    "empty list with a comment": (
        "spec:\n  secrets: [ # none yet\n  ]\n",
        "spec:\n  secrets: [{name: new} # none yet\n  ]\n",
    ),
    "empty list with a comment, no blank": (
        "spec:\n  secrets: [# none yet\n  ]\n",
        "spec:\n  secrets: [{name: new} # none yet\n  ]\n",
    ),
    "empty list with a comment on a line": (
        "spec:\n  secrets: &x [\n    # none yet\n  ]\n",
        "spec:\n  secrets: &x [{name: new}\n    # none yet\n  ]\n",
    ),
    "empty list with an anchor": ("spec:\n  secrets: &x []\n", "spec:\n  secrets: &x [{name: new}]\n"),
    "empty list in JSON": ('{"spec":{"secrets":[]}}', '{"spec":{"secrets":[{"name": "new"}]}}'),
    # A list in flow style.
    "flow": ("spec:\n  secrets: [{name: old}]\n", "spec:\n  secrets: [{name: old}, {name: new}]\n"),
    "flow, padded": ("spec:\n  secrets: [ { name: old } ]\n", "spec:\n  secrets: [ { name: old }, { name: new } ]\n"),
    "flow, quoted": ("spec:\n  secrets: [{name: 'old'}]\n", "spec:\n  secrets: [{name: 'old'}, {name: 'new'}]\n"),
    "flow, trailing comma": ("spec:\n  secrets: [{name: old},]\n", "spec:\n  secrets: [{name: old}, {name: new},]\n"),
    "flow, single pair": ("spec:\n  secrets: [name: old]\n", "spec:\n  secrets: [name: old, name: new]\n"),
    "flow, two keys": (
        "spec:\n  secrets: [{name: old, x: 1}]\n",
        "spec:\n  secrets: [{name: old, x: 1}, {name: new}]\n",
    ),
    "flow, over lines": (
        "spec:\n  secrets: [\n    {name: old}\n  ]\n",
        "spec:\n  secrets: [\n    {name: old},\n    {name: new}\n  ]\n",
    ),
    "flow, over lines, trailing comma": (
        "spec:\n  secrets: [\n    {name: old},\n  ]\n",
        "spec:\n  secrets: [\n    {name: old},\n    {name: new},\n  ]\n",
    ),
    "flow, alias item": (
        "x: &x {name: old}\nspec:\n  secrets: [*x ]\n",
        "x: &x {name: old}\nspec:\n  secrets: [*x, {name: new} ]\n",
    ),
    "JSON, compact": (
        '{"spec":{"secrets":[{"name":"old"}]}}',
        '{"spec":{"secrets":[{"name":"old"}, {"name":"new"}]}}',
    ),
    "JSON, pretty": (
        '{"spec": {"secrets": [\n  {\n    "name": "old"\n  }\n]}}',
        '{"spec": {"secrets": [\n  {\n    "name": "old"\n  },\n  {\n    "name": "new"\n  }\n]}}',
    ),
    "JSON, CRLF": (
        '{"spec": {"secrets": [\r\n  {"name": "old"}\r\n]}}',
        '{"spec": {"secrets": [\r\n  {"name": "old"},\r\n  {"name": "new"}\r\n]}}',
    ),
    "JSON, another item": (
        '{"spec": {"secrets": [{"name": "old", "x": 1}]}}',
        '{"spec": {"secrets": [{"name": "old", "x": 1}, {"name": "new"}]}}',
    ),
    # A list in block style.
    "block": (
        "spec:\n  secrets:\n  - name: old\n  a: 1\n",
        "spec:\n  secrets:\n  - name: old\n  - name: new\n  a: 1\n",
    ),
    "block, indented": (
        "spec:\n  secrets:\n    - name: old\n  a: 1\n",
        "spec:\n  secrets:\n    - name: old\n    - name: new\n  a: 1\n",
    ),
    "block, no final newline": ("spec:\n  secrets:\n  - name: old", "spec:\n  secrets:\n  - name: old\n  - name: new"),
    "block, CRLF": (
        "spec:\r\n  secrets:\r\n  - name: old\r\n",
        "spec:\r\n  secrets:\r\n  - name: old\r\n  - name: new\r\n",
    ),
    "block, wide dash": (
        "spec:\n  secrets:\n  -   name: old\n",
        "spec:\n  secrets:\n  -   name: old\n  -   name: new\n",
    ),
    "block, double-quoted": (
        'spec:\n  secrets:\n  - name: "old"\n',
        'spec:\n  secrets:\n  - name: "old"\n  - name: "new"\n',
    ),
    "block, quoted key": (
        "spec:\n  secrets:\n  - \"name\": 'old'\n",
        "spec:\n  secrets:\n  - \"name\": 'old'\n  - \"name\": 'new'\n",
    ),
    "block, flow items": (
        "spec:\n  secrets:\n  - {name: old}\n",
        "spec:\n  secrets:\n  - {name: old}\n  - {name: new}\n",
    ),
    "block, item below its dash": (
        "spec:\n  secrets:\n  -\n    name: old\n",
        "spec:\n  secrets:\n  -\n    name: old\n  - name: new\n",
    ),
    "block, item below its dash and a comment": (
        "spec:\n  secrets:\n  - # an-old - one\n    name: old\n",
        "spec:\n  secrets:\n  - # an-old - one\n    name: old\n  - name: new\n",
    ),
    "block, comment on the line": (
        "spec:\n  secrets:\n  - name: old # c\n",
        "spec:\n  secrets:\n  - name: old # c\n  - name: new\n",
    ),
    "block, comment below the item": (
        "spec:\n  secrets:\n  - name: old\n    # c\n  a: 1\n",
        "spec:\n  secrets:\n  - name: old\n    # c\n  - name: new\n  a: 1\n",
    ),
    "block, comment below the list": (
        "spec:\n  secrets:\n  - name: old\n  # c\n  a: 1\n",
        "spec:\n  secrets:\n  - name: old\n  - name: new\n  # c\n  a: 1\n",
    ),
    "block, name in a literal": (
        "spec:\n  secrets:\n  - name: |-\n      old\n\n  a: 1\n",
        "spec:\n  secrets:\n  - name: |-\n      old\n  - name: new\n\n  a: 1\n",
    ),
    "block, with an anchor": (
        "spec:\n  secrets: &x\n    - name: old\n",
        "spec:\n  secrets: &x\n    - name: old\n    - name: new\n",
    ),
    "block, with a tag and a comment": (
        "spec:\n  secrets: !!seq # c\n  - name: old\n",
        "spec:\n  secrets: !!seq # c\n  - name: old\n  - name: new\n",
    ),
    "block, with an anchor, item below its dash": (
        "spec:\n  secrets: &x\n  -\n      name: old\n",
        "spec:\n  secrets: &x\n  -\n      name: old\n  - name: new\n",
    ),
    "block, anchored item": (
        "spec:\n  secrets:\n  - &x\n    name: old\n",
        "spec:\n  secrets:\n  - &x\n    name: old\n  - name: new\n",
    ),
    "block, anchored name": (
        "spec:\n  secrets:\n  - name: &x old\n",
        "spec:\n  secrets:\n  - name: &x old\n  - name: new\n",
    ),
    "block, alias item": (
        "x: &x {name: old}\nspec:\n  secrets:\n  - *x\n",
        "x: &x {name: old}\nspec:\n  secrets:\n  - *x\n  - name: new\n",
    ),
    "block, other key": ("spec:\n  secrets:\n  - x: old\n", "spec:\n  secrets:\n  - x: old\n  - name: new\n"),
    "block, two keys": (
        "spec:\n  secrets:\n  - name: old\n    x: 1\n",
        "spec:\n  secrets:\n  - name: old\n    x: 1\n  - name: new\n",
    ),
    "block, no name": ("spec:\n  secrets:\n  - name:\n", "spec:\n  secrets:\n  - name:\n  - name: new\n"),
    "block, empty item": ("spec:\n  secrets:\n  -\n", "spec:\n  secrets:\n  -\n  - name: new\n"),
    "block, at the start of the text": ("secrets:\n- name: old\n", "secrets:\n- name: old\n- name: new\n"),
    # A list from elsewhere: the holder gets its own.
    "alias": (
        "x: &x\n- name: old\nspec:\n  secrets: *x # c\n",
        "x: &x\n- name: old\nspec:\n  secrets: [{name: old}, {name: new}] # c\n",
    ),
    "of equal keys the last": (
        "spec:\n  secrets: [{name: a}]\n  secrets: [{name: b}]\n",
        "spec:\n  secrets: [{name: a}]\n  secrets: [{name: b}, {name: new}]\n",
    ),
}


def holder_in(root: Mapping) -> Mapping:
    holder = get(root, "spec") or root
    assert isinstance(holder, Mapping)
    return holder


@pytest.mark.parametrize(("text", "expected"), APPENDED.values(), ids=APPENDED.keys())
def test_append_names(text: str, expected: str) -> None:
    holder = holder_in(root_mapping(text))
    present = list(pull_secret_names(get(holder, "secrets")))
    output = apply(text, [append_names(text, holder, "secrets", ["new"], present=present)])
    assert output == expected
    data = data_of(text)
    spec = data.get("spec", data)
    spec["secrets"] = [*(spec.get("secrets") or []), {"name": "new"}]
    assert data_of(output) == data


# Names that YAML would read as something else, and names that it does not.
NAMES = {"new": "new", "a.b-c": "a.b-c", "1234": '"1234"', "1e3": '"1e3"', "true": '"true"', "off": '"off"', "y": '"y"'}


@pytest.mark.parametrize(("name", "written"), NAMES.items())
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("spec:\n  a: 1\n", "spec:\n  a: 1\n  secrets:\n  - name: NAME\n"),
        ("spec:\n  secrets: []\n", "spec:\n  secrets: [{name: NAME}]\n"),
        ("spec:\n  secrets:\n  - name: old\n", "spec:\n  secrets:\n  - name: old\n  - name: NAME\n"),
        ("spec:\n  secrets: [{name: old}]\n", "spec:\n  secrets: [{name: old}, {name: NAME}]\n"),
    ],
    ids=["missing", "empty", "block", "flow"],
)
def test_a_name_is_quoted_where_yaml_needs_it(text: str, expected: str, name: str, written: str) -> None:
    holder = holder_in(root_mapping(text))
    output = apply(text, [append_names(text, holder, "secrets", [name])])
    assert output == expected.replace("NAME", written)
    assert data_of(output)["spec"]["secrets"][-1] == {"name": name}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("spec:\n  a: 1\n", "spec:\n  a: 1\n  secrets:\n  - name: n1\n  - name: n2\n"),
        ("spec: {a: 1}\n", "spec: {secrets: [{name: n1}, {name: n2}], a: 1}\n"),
        ("spec:\n  secrets:\n", "spec:\n  secrets: [{name: n1}, {name: n2}]\n"),
        ("spec:\n  secrets:\n  - name: old\n", "spec:\n  secrets:\n  - name: old\n  - name: n1\n  - name: n2\n"),
        ("spec:\n  secrets: [{name: old}]\n", "spec:\n  secrets: [{name: old}, {name: n1}, {name: n2}]\n"),
    ],
)
def test_several_names_keep_their_order(text: str, expected: str) -> None:
    holder = holder_in(root_mapping(text))
    assert apply(text, [append_names(text, holder, "secrets", ["n1", "n2"])]) == expected


def test_a_new_entry_stands_behind_the_value_named() -> None:
    text = "spec:\n  a:\n  - 1 # one\n    # two\n  # three\n  b: 2\n"
    holder = holder_in(root_mapping(text))
    edit = append_names(text, holder, "secrets", ["new"], after=own(holder, "a"))
    assert apply(text, [edit]) == (
        "spec:\n  a:\n  - 1 # one\n    # two\n  secrets:\n  - name: new\n  # three\n  b: 2\n"
    )


@pytest.mark.parametrize(
    "value", ["host/app:2", "host:80/a@sha256:00", "1/2", "1234", "null", "Yes", "a: b", "-", "", "é", '"']
)
@pytest.mark.parametrize(("flow", "around"), [(False, "a: {}\n"), (True, "[{}]\n")])
def test_scalar_text_reads_back_as_the_same_string(value: str, flow: bool, around: str) -> None:
    root = compose(around.format(scalar_text(value, flow=flow)))
    assert root is not None
    assert plain(root) == ([value] if flow else {"a": value})


def test_append_names_tries_a_line_break_in_one_way_only() -> None:
    """Were CRLF taken for two breaks as well, this would take longer than anyone can wait."""
    text = "spec:\r\n  a:\r\n  - 1\r\n" + "\r\n" * 80 + "  b: 2\r\n"
    holder = own(root_mapping(text), "spec")
    assert isinstance(holder, Mapping)
    edit = append_names(text, holder, "secrets", ["new"], after=own(holder, "a"))
    assert edit.start == text.index("1") + 1


# A form, the input, and the output for the name `new` under `spec.secret`.
FORMED: dict[str, tuple[NamesForm, str, str]] = {
    "names, missing": ("pullSecretNames", "spec:\n  a: 1\nb: 2\n", "spec:\n  a: 1\n  secret:\n  - new\nb: 2\n"),
    "names, missing, lists indented": (
        "pullSecretNames",
        "spec:\n  a:\n    - 1\n",
        "spec:\n  a:\n    - 1\n  secret:\n    - new\n",
    ),
    "names, missing, no final newline": ("pullSecretNames", "spec:\n  a: 1", "spec:\n  a: 1\n  secret:\n  - new"),
    "names, missing, in flow": ("pullSecretNames", "spec: {a: 1}\n", "spec: {secret: [new], a: 1}\n"),
    "names, missing, in JSON": ("pullSecretNames", '{"spec":{"a":1}}', '{"spec":{"secret": ["new"], "a":1}}'),
    "names, missing, merged": (
        "pullSecretNames",
        "x: &x {secret: [old]}\nspec:\n  <<: *x\n",
        "x: &x {secret: [old]}\nspec:\n  <<: *x\n  secret:\n  - old\n  - new\n",
    ),
    "names, missing, behind a literal without a newline": (
        "pullSecretNames",
        "spec:\n  a: |\n    one",
        "spec:\n  secret:\n  - new\n  a: |\n    one",
    ),
    "names, nothing": ("pullSecretNames", "spec:\n  secret: # c\n", "spec:\n  secret: [new] # c\n"),
    "names, null": ("pullSecretNames", "spec:\n  secret: ~\n", "spec:\n  secret: [new]\n"),
    "names, null in JSON": ("pullSecretNames", '{"spec":{"secret":null}}', '{"spec":{"secret":["new"]}}'),
    "names, an empty list": ("pullSecretNames", "spec:\n  secret: [] # c\n", "spec:\n  secret: [new] # c\n"),
    "names, a list": ("pullSecretNames", "spec:\n  secret:\n  - old # c\n", "spec:\n  secret:\n  - old # c\n  - new\n"),
    "names, a list, indented": (
        "pullSecretNames",
        "spec:\n  secret:\n    -   old\n  a: 1\n",
        "spec:\n  secret:\n    -   old\n    -   new\n  a: 1\n",
    ),
    "names, a list, single-quoted": (
        "pullSecretNames",
        "spec:\n  secret:\n  - 'old'\n",
        "spec:\n  secret:\n  - 'old'\n  - 'new'\n",
    ),
    "names, a list, a comment below": (
        "pullSecretNames",
        "spec:\n  secret:\n  - old\n    # c\n  # d\n",
        "spec:\n  secret:\n  - old\n    # c\n  - new\n  # d\n",
    ),
    "names, a list, an anchored item": (
        "pullSecretNames",
        "spec:\n  secret:\n  - &x old\n",
        "spec:\n  secret:\n  - &x old\n  - new\n",
    ),
    "names, a list, an alias": (
        "pullSecretNames",
        "x: &x old\nspec:\n  secret:\n  - *x\n",
        "x: &x old\nspec:\n  secret:\n  - *x\n  - new\n",
    ),
    "names, a list, a literal": (
        "pullSecretNames",
        "spec:\n  secret:\n  - |-\n    old\n  a: 1\n",
        "spec:\n  secret:\n  - |-\n    old\n  - new\n  a: 1\n",
    ),
    "names, a list, an empty item": (
        "pullSecretNames",
        "spec:\n  secret:\n  -\n",
        "spec:\n  secret:\n  -\n  - new\n",
    ),
    "names, a list in flow": ("pullSecretNames", "spec: {secret: [old]}\n", "spec: {secret: [old, new]}\n"),
    "names, a list in flow, trailing comma": (
        "pullSecretNames",
        "spec:\n  secret: [old,]\n",
        "spec:\n  secret: [old, new,]\n",
    ),
    "names, a list in flow, double-quoted": (
        "pullSecretNames",
        'spec:\n  secret: ["old"]\n',
        'spec:\n  secret: ["old", "new"]\n',
    ),
    "names, a list in flow, over lines": (
        "pullSecretNames",
        'spec:\n  secret: [\n    "old"\n  ]\n',
        'spec:\n  secret: [\n    "old",\n    "new"\n  ]\n',
    ),
    "names, an alias": (
        "pullSecretNames",
        "x: &x [old]\nspec:\n  secret: *x\n",
        "x: &x [old]\nspec:\n  secret: [old, new]\n",
    ),
    "one name, missing": ("pullSecretName", "spec:\n  a: 1 # c\n", "spec:\n  a: 1 # c\n  secret: new\n"),
    "one name, missing, no final newline": ("pullSecretName", "spec:\n  a: 1", "spec:\n  a: 1\n  secret: new"),
    "one name, missing, in flow": ("pullSecretName", "spec: {a: 1}\n", "spec: {secret: new, a: 1}\n"),
    "one name, missing, in JSON": ("pullSecretName", '{"spec":{"a":1}}', '{"spec":{"secret": "new", "a":1}}'),
    "one name, missing, behind a literal without a newline": (
        "pullSecretName",
        "spec:\n  a: |\n    one",
        "spec:\n  secret: new\n  a: |\n    one",
    ),
    "one name, nothing": ("pullSecretName", "spec:\n  secret: # c\n", "spec:\n  secret: new # c\n"),
    "one name, nothing, with an anchor": ("pullSecretName", "spec:\n  secret: &x\n", "spec:\n  secret: &x new\n"),
    "one name, null": ("pullSecretName", "spec:\n  secret: null\n", "spec:\n  secret: new\n"),
    "one name, null in JSON": ("pullSecretName", '{"spec":{"secret":null}}', '{"spec":{"secret":"new"}}'),
    "one name, empty": ("pullSecretName", 'spec:\n  secret: "" # c\n', "spec:\n  secret: new # c\n"),
    "one name, empty in JSON": ("pullSecretName", '{"spec":{"secret":""}}', '{"spec":{"secret":"new"}}'),
    "one name, a key without a value": ("pullSecretName", "spec: {secret, a: 1}\n", "spec: {secret: new, a: 1}\n"),
    "one object, missing": (
        "pullSecretRef",
        "spec:\n  a: 1\nb: 2\n",
        "spec:\n  a: 1\n  secret:\n    name: new\nb: 2\n",
    ),
    "one object, missing, no final newline": (
        "pullSecretRef",
        "spec:\n  a: 1",
        "spec:\n  a: 1\n  secret:\n    name: new",
    ),
    "one object, missing, in flow": ("pullSecretRef", "spec: {a: 1}\n", "spec: {secret: {name: new}, a: 1}\n"),
    "one object, missing, in JSON": (
        "pullSecretRef",
        '{"spec":{"a":1}}',
        '{"spec":{"secret": {"name": "new"}, "a":1}}',
    ),
    "one object, missing, behind a literal without a newline": (
        "pullSecretRef",
        "spec:\n  a: |\n    one",
        "spec:\n  secret:\n    name: new\n  a: |\n    one",
    ),
    "one object, nothing": ("pullSecretRef", "spec:\n  secret:\n", "spec:\n  secret: {name: new}\n"),
    "one object, null": ("pullSecretRef", "spec:\n  secret: ~ # c\n", "spec:\n  secret: {name: new} # c\n"),
    "one object, empty": ("pullSecretRef", "spec:\n  secret: {}\n", "spec:\n  secret: {name: new}\n"),
    "one object, null in JSON": (
        "pullSecretRef",
        '{"spec":{"secret":null}}',
        '{"spec":{"secret":{"name": "new"}}}',
    ),
}


@pytest.mark.parametrize(("form", "text", "expected"), FORMED.values(), ids=FORMED)
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_append_names_in_each_form(form: NamesForm, text: str, expected: str, newline: str) -> None:
    text, expected = (each.replace("\n", newline) for each in (text, expected))
    holder = holder_in(root_mapping(text))
    present = list(pull_secret_names(get(holder, "secret"), form))
    output = apply(text, [append_names(text, holder, "secret", ["new"], form=form, present=present)])
    assert output == expected
    assert list(pull_secret_names(get(holder_in(root_mapping(output)), "secret"), form)) == [*present, "new"]
    before, after = data_of(text), data_of(output)
    for data in (before, after):
        data["spec"].pop("secret", None)
    assert after == before


@pytest.mark.parametrize(("name", "written"), NAMES.items())
@pytest.mark.parametrize(
    ("form", "text", "expected"),
    [
        ("pullSecretNames", "spec:\n  a: 1\n", "spec:\n  a: 1\n  secret:\n  - NAME\n"),
        ("pullSecretNames", "spec:\n  secret: [old]\n", "spec:\n  secret: [old, NAME]\n"),
        ("pullSecretName", "spec:\n  a: 1\n", "spec:\n  a: 1\n  secret: NAME\n"),
        ("pullSecretName", "spec: {a: 1}\n", "spec: {secret: NAME, a: 1}\n"),
        ("pullSecretRef", "spec:\n  a: 1\n", "spec:\n  a: 1\n  secret:\n    name: NAME\n"),
        ("pullSecretRef", "spec:\n  secret:\n", "spec:\n  secret: {name: NAME}\n"),
    ],
)
def test_a_name_is_quoted_in_each_form(form: NamesForm, text: str, expected: str, name: str, written: str) -> None:
    holder = holder_in(root_mapping(text))
    output = apply(text, [append_names(text, holder, "secret", [name], form=form)])
    assert output == expected.replace("NAME", written)
    assert list(pull_secret_names(get(holder_in(root_mapping(output)), "secret"), form))[-1] == name


# What is to stand under `spec.a/b.c`, the input, and the output.
PAIR = ("x.y/z-0", "new")
SET: dict[str, tuple[Value, str, str]] = {
    "a text, missing": ("new", "spec:\n  a: 1 # c\nb: 2\n", "spec:\n  a: 1 # c\n  a/b.c: new\nb: 2\n"),
    "a text, missing, no final newline": ("new", "spec:\n  a: 1", "spec:\n  a: 1\n  a/b.c: new"),
    "a text, missing, in flow": ("new", "spec: { a: 1 }\n", "spec: { a/b.c: new, a: 1 }\n"),
    "a text, missing, in flow over lines": (
        "new",
        "spec: {\n    a: 1, # c\n  }\n",
        "spec: {\n    a/b.c: new,\n    a: 1, # c\n  }\n",
    ),
    "a text, missing, in JSON": ("new", '{"spec":{"a":1}}', '{"spec":{"a/b.c": "new", "a":1}}'),
    "a text, missing, behind a literal without a newline": (
        "new",
        "spec:\n  a: |\n    one",
        "spec:\n  a/b.c: new\n  a: |\n    one",
    ),
    "a text, missing, before a key with a mark of its own": (
        "new",
        "spec:\n  ? a\n  : |\n    one",
        "spec:\n  a/b.c: new\n  ? a\n  : |\n    one",
    ),
    "a text, nothing": ("new", "spec:\n  a/b.c:  # c\n", "spec:\n  a/b.c: new  # c\n"),
    "a text, a key without a value": ("new", "spec:\n  ? a/b.c\n  ? d\n", "spec:\n  ? a/b.c\n  : new\n  ? d\n"),
    "a text, null in JSON": ("new", '{"spec":{"a/b.c":null}}', '{"spec":{"a/b.c":"new"}}'),
    "a text, an alias": ("new", "x: &x old\nspec:\n  a/b.c: *x\n", "x: &x old\nspec:\n  a/b.c: new\n"),
    "a text that needs quotes": ("1e3", "spec:\n  a: 1\n", 'spec:\n  a: 1\n  a/b.c: "1e3"\n'),
    "a mapping, missing": (
        PAIR,
        "spec:\n  a:\n  - 1 # c\n    # d\n  # e\nb: 2\n",
        "spec:\n  a:\n  - 1 # c\n    # d\n  a/b.c:\n    x.y/z-0: new\n  # e\nb: 2\n",
    ),
    "a mapping, missing, in flow": (PAIR, "spec: {a: 1}\n", "spec: {a/b.c: {x.y/z-0: new}, a: 1}\n"),
    "a mapping, missing, in JSON": (PAIR, '{"spec":{"a":1}}', '{"spec":{"a/b.c": {"x.y/z-0": "new"}, "a":1}}'),
    "a mapping, missing, in pretty JSON": (
        PAIR,
        '{\n  "spec": {\n    "a": 1\n  }\n}\n',
        '{\n  "spec": {\n    "a/b.c": {"x.y/z-0": "new"},\n    "a": 1\n  }\n}\n',
    ),
    "a mapping, missing, behind a literal without a newline": (
        PAIR,
        "spec:\n  a: |-\n    one",
        "spec:\n  a/b.c:\n    x.y/z-0: new\n  a: |-\n    one",
    ),
    "a mapping, nothing": (PAIR, "spec:\n  a/b.c:\n  a: 1\n", "spec:\n  a/b.c: {x.y/z-0: new}\n  a: 1\n"),
    "a mapping, an empty one": (PAIR, "spec:\n  a/b.c: {} # c\n", "spec:\n  a/b.c: {x.y/z-0: new} # c\n"),
    "a mapping, an empty one with a comment": (
        PAIR,
        "spec:\n  a/b.c: {  # c\n  }\n",
        "spec:\n  a/b.c: {x.y/z-0: new  # c\n  }\n",
    ),
    "a mapping, an empty one in JSON": (PAIR, '{"spec":{"a/b.c":{}}}', '{"spec":{"a/b.c":{"x.y/z-0": "new"}}}'),
}


@pytest.mark.parametrize(("value", "text", "expected"), SET.values(), ids=SET)
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_set_entry(value: Value, text: str, expected: str, newline: str) -> None:
    text, expected = (each.replace("\n", newline) for each in (text, expected))
    output = apply(text, [set_entry(text, holder_in(root_mapping(text)), "a/b.c", value)])
    assert output == expected
    data = data_of(text)
    data["spec"]["a/b.c"] = value if isinstance(value, str) else dict([PAIR])
    assert data_of(output) == data


@pytest.mark.parametrize("step", [1, 2, 3, 4])
def test_a_new_mapping_is_indented_as_it_is_asked(step: int) -> None:
    text = "spec:\n    a: 1\n"
    edit = set_entry(text, holder_in(root_mapping(text)), "b", PAIR, step=step)
    assert apply(text, [edit]) == f"{text}    b:\n    {' ' * step}x.y/z-0: new\n"
