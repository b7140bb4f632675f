"""A part of what a scalar says is replaced where its text spells it; all other bytes and nodes stay as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from transformer.edits import Edit, apply
from transformer.errors import ManifestSyntaxError
from transformer.node_edits import replace_scalar
from transformer.nodes import Mapping, Node, Scalar, Sequence, compose, is_string, own, start
from transformer.value_edits import replace_within

# What is replaced wherever the value says it.
MOVED = {"nginx": "h/nginx", "app:1": "h:80/app:1", "k8s/a": "h/k8s/a"}

# Input and output; the scalar is under `a`, and stands in flow style where the text begins with a brace.
WITHIN = {
    "plain": ("a: --image=nginx # nginx\n", "a: --image=h/nginx # nginx\n"),
    "plain, no final newline": ("a: --image=nginx", "a: --image=h/nginx"),
    "plain, two pieces": ("a: run app:1 nginx x\n", "a: run h:80/app:1 h/nginx x\n"),
    "plain, a piece twice": ("a: nginx=nginx\n", "a: h/nginx=h/nginx\n"),
    "plain, anchor and tag": ("a: &nginx !nginx\n  x=nginx\n", "a: &nginx !nginx\n  x=h/nginx\n"),
    "plain, comments before": ("a: &x # nginx\n  # nginx\n\n  x=nginx\n", "a: &x # nginx\n  # nginx\n\n  x=h/nginx\n"),
    "plain, folded": ("a: x\n  nginx\n\n  y nginx\nb: nginx\n", "a: x\n  h/nginx\n\n  y h/nginx\nb: nginx\n"),
    "plain, beyond ASCII": ("a: é😀 nginx\n", "a: é😀 h/nginx\n"),
    "plain, quotes": ("a: x 'nginx' \"nginx\"\n", "a: x 'h/nginx' \"h/nginx\"\n"),
    "plain, no escapes": ("a: \\x nginx\\\n", "a: \\x h/nginx\\\n"),
    "single-quoted": ("a: 'x: nginx' # nginx\n", "a: 'x: h/nginx' # nginx\n"),
    "single-quoted, quotes": ("a: 'it''s ''nginx'''\n", "a: 'it''s ''h/nginx'''\n"),
    "single-quoted, no escapes": ("a: '\\x41 \\n nginx\\'\n", "a: '\\x41 \\n h/nginx\\'\n"),
    "single-quoted, folded": ("a: &x 'x  \n\n  nginx\n\n '\n", "a: &x 'x  \n\n  h/nginx\n\n '\n"),
    "double-quoted": ('a: "x: nginx" # nginx\n', 'a: "x: h/nginx" # nginx\n'),
    "double-quoted, escapes by name": (
        'a: "\\"nginx\\"\\t\\\\nginx\\nnginx\\N\\_\\/"\n',
        'a: "\\"h/nginx\\"\\t\\\\h/nginx\\nh/nginx\\N\\_\\/"\n',
    ),
    "double-quoted, escapes by number": (
        'a: "\\x41\\u0042\\U0000002fnginx\\u00e9\\U0001F600nginx"\n',
        'a: "\\x41\\u0042\\U0000002fh/nginx\\u00e9\\U0001F600h/nginx"\n',
    ),
    "double-quoted, an escape that ends like a piece": ('a: "\\nginx nginx"\n', 'a: "\\nginx h/nginx"\n'),
    "double-quoted, folded": ('a: "x\n\n  nginx \n  y"\n', 'a: "x\n\n  h/nginx \n  y"\n'),
    "double-quoted, escaped breaks": (
        'a: "x=\\\n  nginx \\\n  \\ y, n\\\n\n  nginx"\n',
        'a: "x=\\\n  h/nginx \\\n  \\ y, n\\\n\n  h/nginx"\n',
    ),
    "JSON": ('{"a":"x=nginx","b":"nginx"}', '{"a":"x=h/nginx","b":"nginx"}'),
    "JSON, escaped slashes": ('{"a":"x\\/=k8s\\/a\\/b"}', '{"a":"x\\/=h/k8s/a\\/b"}'),
    "JSON, a character in two escapes": ('{"a":"\\ud83d\\ude00nginx"}', '{"a":"\\ud83d\\ude00h/nginx"}'),
    "literal": (
        "a: |\n  run nginx\n    # nginx  \n\n  nginx\nb: 1\n",
        "a: |\n  run h/nginx\n    # h/nginx  \n\n  h/nginx\nb: 1\n",
    ),
    "literal, indicators": ("a: |2-\n    2 nginx\n", "a: |2-\n    2 h/nginx\n"),
    "literal, kept breaks": ("a: |+\n  x nginx\n\nb: 1\n", "a: |+\n  x h/nginx\n\nb: 1\n"),
    "literal, comments around": (
        "a: &nginx |- # nginx\n  x nginx\n# nginx\nb: nginx\n",
        "a: &nginx |- # nginx\n  x h/nginx\n# nginx\nb: nginx\n",
    ),
    "literal, no final newline": ("a: |\n  x=nginx", "a: |\n  x=h/nginx"),
    "folded": ("a: >-\n  x\n  nginx\n\n   nginx y\n  z\n", "a: >-\n  x\n  h/nginx\n\n   h/nginx y\n  z\n"),
    "folded, indicators": ("a: >+1\n  x\n nginx\n\n\nb: 1\n", "a: >+1\n  x\n h/nginx\n\n\nb: 1\n"),
    "in flow": ("{a: x nginx, b: nginx}", "{a: x h/nginx, b: nginx}"),
    "in flow, folded": ("{a: x\n nginx , b: nginx}", "{a: x\n h/nginx , b: nginx}"),
    "in flow, a colon was there": ("{a: x=app:1, b: 1}", "{a: x=h:80/app:1, b: 1}"),
    "in flow, quoted": ("{a: 'x app:1'}", "{a: 'x h:80/app:1'}"),
    "whole, plain": ("a: nginx\n", "a: h/nginx\n"),
    "whole, literal": ("a: | # nginx\n  nginx\n", "a: | # nginx\n  h/nginx\n"),
    "whole, with escapes": ('a: "n\\x67in\\\n  x" # c\n', 'a: "h/nginx" # c\n'),
    "nothing to do": ("a: x\n", "a: x\n"),
    "nothing to do, a number": ("a: 1.50\n", "a: 1.50\n"),
}

# Input, what is replaced by what, and the output or None.
SPECIAL = {
    "in flow, a colon arrives": ("{a: &x é 'x', b: 1}", "x", "h:80/x", "{a: &x \"é 'h:80/x'\", b: 1}"),
    "in flow, a colon arrives, folded": ("{a: y\n x, b: 1}", "x", "h:80/x", None),
    "in flow, a colon at the end": ("{a: -c=x:1 , b: 1}", "x:1", "x:", '{a: "-c=x:" , b: 1}'),
    "in flow, a colon in front": ("{a: &x # c\n  xz y:1, b: 1}", "x", ":", '{a: &x # c\n  ":z y:1", b: 1}'),
    "would be a number": ("a: v1 # c\n", "v", "1", 'a: "11" # c\n'),
    "would be a list": ("a: x y\n", "x", "-", 'a: "- y"\n'),
    "would be no plain scalar": ("a: x y\n", "x", "@", 'a: "@ y"\n'),
    "would be a key": ('a: x "y"\n', "x", "x:", 'a: "x: \\"y\\""\n'),
    "would be a key, folded": ("a: x\n  y\n", "y", "y:", None),
    "a literal takes anything": ("a: |\n x y:\n", "x", "---", "a: |\n --- y:\n"),
    "an escape in the piece": ('a: "-c=ngin\\x78"\n', "nginx", "h/nginx", None),
    "a break in the piece": ('a: "-c=ngi\\\n  nx"\n', "nginx", "h/nginx", None),
    "a blank in the piece": ("a: x\n  y z\n", "x y", "h/x", None),
    "a blank in the replacement": ("a: x y z\n", "x", "h/x #", None),
    "an empty replacement": ("a: |\n  x\n  y\n", "x", "", None),
}


def scalar_of(text: str) -> Scalar:
    root = compose(text)
    assert isinstance(root, Mapping)
    scalar = own(root, "a")
    assert isinstance(scalar, Scalar)
    return scalar


def pieces_of(value: str, moved: dict[str, str]) -> list[Edit]:
    return [Edit(at.start(), at.end(), new) for old, new in moved.items() for at in re.finditer(re.escape(old), value)]


def check(text: str, moved: dict[str, str], expected: str | None) -> None:
    scalar = scalar_of(text)
    pieces = pieces_of(scalar.value, moved)
    edits = replace_within(text, scalar, reversed(pieces), flow=text.startswith("{"))
    assert (edits if edits is None else apply(text, edits)) == expected
    if expected is not None:
        assert scalar_of(expected).value == apply(scalar.value, pieces)
        assert is_string(scalar_of(expected)) or text == expected


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize(("text", "expected"), WITHIN.values(), ids=WITHIN.keys())
def test_replace_within(text: str, expected: str, newline: str) -> None:
    check(text.replace("\n", newline), MOVED, expected.replace("\n", newline))


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize(("text", "old", "new", "expected"), SPECIAL.values(), ids=SPECIAL.keys())
def test_replace_within_quotes_or_refuses(text: str, old: str, new: str, expected: str | None, newline: str) -> None:
    check(text.replace("\n", newline), {old: new}, expected and expected.replace("\n", newline))


@pytest.mark.parametrize("text", ["'x\ny z'", "x\ny z", '"x\ny z"'])
def test_no_line_becomes_a_document_marker(text: str) -> None:
    scalar = compose(f"--- {text}\n")
    assert isinstance(scalar, Scalar)
    assert replace_within(f"--- {text}\n", scalar, [Edit(2, 3, "---")], flow=False) is None


@pytest.mark.parametrize("content", ["nginx", "'nginx'", '"nginx"', '"ngin\\x78"', "|-\n  nginx", ">-\n  nginx"])
@pytest.mark.parametrize("head", ["a: ", "a: &nginx !!str ", "a: &x # nginx\n  "])
@pytest.mark.parametrize("new", ["h/nginx", "h:80/nginx:1@sha256:00", "x", "1234"])
def test_the_whole_is_replaced_as_ever(head: str, content: str, new: str) -> None:
    text = f"{head}{content}\n"
    scalar = scalar_of(text)
    edit = replace_scalar(text, scalar, new, flow=False)
    assert replace_within(text, scalar, [Edit(0, 5, new)], flow=False) == (edit,)


# The law, over scalars of all styles written at random, and any pieces of what they say.

WORDS = ["nginx", "nginx:1", "k8s/a", "n", "ng", "-c=nginx", "x;", "é😀", "it's", "#x", "(x)", "\\nginx", '"n"', ":80"]
BLANKS = [" ", " ", "  ", "\n", " \n  ", "\n\n", "\n \n\t "]
ESCAPES = ["\\n", "\\t", '\\"', "\\\\", "\\/", "\\_", "\\N", "\\0", "\\e", "\\ ", "\\\n", "\\\n\n"]
ESCAPES += ["\\x6e", "\\x2f", "\\u0067", "\\u00e9", "\\U0001F600", "\\ud83d\\ude00"]
REFERENCES = ["h/nginx", "h:80/nginx:1@sha256:00"]
OTHERS = ["x", "n", "1", "-", ":", "x:", "---", "...", "@", "null"]

# What stands before and behind the scalar, and by how much the column of its lines exceeds the indentation around it.
COLUMN = 6
IN_BLOCK = [
    ("", "", 6),
    ("# nginx\n--- ", "", 6),
    ("a: ", "b: nginx\n", 6),
    ("a:\n  b: ", "# nginx\n", 4),
    ("a:\n- nginx\n- ", "- nginx # nginx\n", 6),
    ("a:\n  - b: ", "    c: nginx\n", 2),
]
IN_FLOW = [("[nginx, ", ", nginx]\n"), ("a: {b: ", ", c: nginx}\n"), ('{"nginx": ', "}\n"), ("a:\n - [[", "]]\n")]
PROPERTIES = ["", "", "&nginx ", "!!str ", "&nginx !nginx ", "&x # nginx\n      ", "!\n      # nginx\n\n      "]


class Written(NamedTuple):
    """A document, and where in it stands what a scalar says: without its anchor and tag, and without a header."""

    text: str
    node: int
    first: int
    last: int
    flow: bool


@st.composite
def documents(draw: st.DrawFn) -> Written:
    style = draw(st.sampled_from(["", "'", '"', "|", ">"]))
    flow = style not in ("|", ">") and draw(st.booleans())
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    before, behind, indent = (*draw(st.sampled_from(IN_FLOW)), 0) if flow else draw(st.sampled_from(IN_BLOCK))
    header, content = draw(block_scalars(style, indent) if style in ("|", ">") else flow_scalars(style))
    around = "" if flow else draw(st.sampled_from(["\n", " # nginx\n"])) if not header else draw(ENDS)
    parts = [before, draw(st.sampled_from(PROPERTIES)), header, content, around + behind]
    before, properties, header, content, behind = (part.replace("\n", newline) for part in parts)
    node = len(before)
    first = node + len(properties) + len(header)
    text = f"{before}{properties}{header}{content}{behind}"
    return Written(text, node, first, first + len(content), flow)


ENDS = st.sampled_from(["\n", "\n", "\n\n", "\n  \n\n"])


@st.composite
def flow_scalars(draw: st.DrawFn, style: str) -> tuple[str, str]:
    parts = []
    for number in range(draw(st.integers(1, 5))):
        word = draw(st.sampled_from(WORDS))
        if style == '"':
            word = word.replace("\\", "\\\\").replace('"', '\\"')
            word = "".join([word, *draw(st.lists(st.sampled_from([*ESCAPES, *ESCAPES, "nginx"]), max_size=2))])
        parts += [draw(st.sampled_from(BLANKS)) if number else "", word.replace("'", "''") if style == "'" else word]
    return "", f"{style}{''.join(parts)}{style}".replace("\n", "\n" + " " * COLUMN)


@st.composite
def block_scalars(draw: st.DrawFn, style: str, indent: int) -> tuple[str, str]:
    lines = []
    for _ in range(draw(st.integers(1, 5))):
        words = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=3))
        extra, trailing = draw(st.sampled_from(["", "", "  ", " \t"])), draw(st.sampled_from(["", "", "  "]))
        line = " " * COLUMN + extra + " ".join(words) + trailing
        lines += draw(st.sampled_from([[line], [line], [line, ""], ["", line], [line, " " * COLUMN + " "]]))
    indicators = [draw(st.sampled_from(["", "-", "+"])), draw(st.sampled_from(["", str(indent)]))]
    comment = draw(st.sampled_from(["", "", "  # nginx"]))
    return f"{style}{''.join(draw(st.permutations(indicators)))}{comment}\n", "\n".join(lines)


def scalars(node: Node | None) -> Iterator[Scalar]:
    if isinstance(node, Scalar):
        yield node
    elif isinstance(node, (Mapping, Sequence)):
        for child in node.children:
            yield from scalars(child)


def described(scalar: Scalar) -> tuple[object, ...]:
    return scalar.anchor, scalar.tag, scalar.implicit, scalar.style or "", scalar.value


@st.composite
def pieces(draw: st.DrawFn, value: str) -> list[Edit]:
    chosen = []
    for run in re.finditer(r"[A-Za-z0-9._:/@-]+", value):
        if draw(st.booleans()):
            first = draw(st.integers(run.start(), run.end() - 1)) if draw(st.booleans()) else run.start()
            last = draw(st.integers(first + 1, run.end())) if draw(st.booleans()) else run.end()
            chosen.append(Edit(first, last, draw(st.sampled_from(REFERENCES * 3 + OTHERS))))
    return draw(st.permutations(chosen))


def test_a_plain_scalar_before_a_comment_behind_a_tab_gets_no_quotes() -> None:
    text = "nginx\n \n\t # nginx\n"
    (scalar,) = scalars(compose(text))
    assert replace_within(text, scalar, [Edit(0, 5, "x")], flow=False) is None
    (edit,) = replace_within(text, scalar, [Edit(0, 5, "h/nginx")], flow=False) or ()
    assert apply(text, [edit]) == "h/nginx\n \n\t # nginx\n"


@given(documents(), st.data())
@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
def test_the_value_changes_and_nothing_else(written: Written, data: st.DataObject) -> None:
    text = written.text
    try:
        before = [*scalars(compose(text))]
    except ManifestSyntaxError:
        assume(False)
    found = [number for number, scalar in enumerate(before) if start(scalar) == written.node]
    assume(found)
    (number,) = found
    scalar = before[number]
    edited = data.draw(pieces(scalar.value))
    edits = replace_within(text, scalar, edited, flow=written.flow)
    if edits is None:
        on_lines = "\n" in text[written.first : written.last]
        unlike = any(edit.replacement in OTHERS for edit in edited)
        assert scalar.style == '"' or (not scalar.style and on_lines and (written.flow or unlike))
        return
    assert all(written.first <= edit.start < edit.end <= written.last for edit in edits)
    after = [*scalars(compose(apply(text, edits)))]
    assert after[number].value == apply(scalar.value, edited)
    assert (after[number].anchor, after[number].tag) == (scalar.anchor, scalar.tag)
    assert is_string(after[number]) or not edits
    if after[number].style == scalar.style and len(edits) == len(edited) > 1:
        spelled = {text[edit.start : edit.end].replace("\\/", "/") for edit in edits}
        assert spelled == {scalar.value[edit.start : edit.end] for edit in edited}
    after[number] = scalar
    assert [*map(described, after)] == [*map(described, before)]
