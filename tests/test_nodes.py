"""Nodes know their exact place in the text, whatever the text; what is not YAML is named by line and column.

Nothing here crashes the interpreter or blows up: not 100,000 brackets, not aliases of aliases.
"""

from __future__ import annotations

import math
from typing import Any

import pytest

from transformer.errors import ManifestSyntaxError
from transformer.nodes import (
    MAX_DEPTH,
    Alias,
    Mapping,
    Node,
    Sequence,
    column,
    compose,
    end,
    get,
    is_flow,
    is_null,
    is_string,
    line,
    merged,
    own,
    pairs,
    plain,
    resolve,
    start,
    text_of,
)

# Text, and the exact text of the value of its key `a`.
SPANS = {
    "plain": ("a: nginx # c\n", "nginx"),
    "plain with blanks behind": ("a: nginx   \n", "nginx"),
    "plain over two lines": ("a: one\n  two\nb: 1\n", "one\n  two"),
    "single-quoted": ("a: 'it''s'\n", "'it''s'"),
    "double-quoted": ('a: "x\\ty" # c\n', '"x\\ty"'),
    "double-quoted over two lines": ('a: "x\\\n  y"\n', '"x\\\n  y"'),
    "literal": ("a: |\n  x\n  y\nb: 1\n", "|\n  x\n  y\n"),
    "literal, strip": ("a: |-\n  x\n\nb: 1\n", "|-\n  x\n\n"),
    "folded": ("a: >-\n  x\nb: 1\n", ">-\n  x\n"),
    "folded, no final newline": ("a: >-\n  x", ">-\n  x"),
    "in flow": ("{b: 1, a: nginx }", "nginx"),
    "in JSON": ('{"b":1,"a":"nginx"}', '"nginx"'),
    "CRLF before": ("b: 1\r\na: nginx\r\n", "nginx"),
    "CR before": ("b: 1\ra: nginx\r", "nginx"),
    "next line before": ("b: 1\u2028c: 2\x85a: nginx\n", "nginx"),
    "emoji before": ("b: '😀é'\na: nginx\n", "nginx"),
    "emoji on the line": ("{b: 😀, a: nginx}\n", "nginx"),
    "anchor": ("a: &x nginx\n", "&x nginx"),
    "anchor and tag": ("a: &x !!str nginx\n", "&x !!str nginx"),
    "tag": ("a: !<tag:yaml.org,2002:str> 'x'\n", "!<tag:yaml.org,2002:str> 'x'"),
    "alias": ("b: &x nginx\na: *x # c\n", "*x"),
    "nothing": ("a: # c\n", ""),
    "flow sequence": ("a: [1, 2 ] # c\n", "[1, 2 ]"),
    "flow mapping": ("a: {b: 1}\n", "{b: 1}"),
    "block sequence": ("a:\n- 1\n- 2\nb: 1\n", "- 1\n- 2\n"),
    "a colon in flow, by the slower parser": ("b: é\r\na: [host:80, x]\r\n", "[host:80, x]"),
    "colons in flow, after an emoji": ("{b: 😀, a: nginx:1.2}", "nginx:1.2"),
}

# Text that is not YAML, and the line and column of the error.
ERRORS = {
    "tab as indentation": ("a:\n\tb: 1\n", 2, 1),
    "unclosed flow": ("a: [1, 2\nb: 1\n", 2, 2),
    "undefined alias": ("a: 1\nb: *x\n", 2, 4),
    "an alias before its anchor": ("a: *x\nb: &x 1\n", 1, 4),
    "control character": ("a: \x01\n", 1, 4),
    "control character where a line begins": ("a: 1\n\x07b: 2\n", 2, 1),
    "control character behind characters of several bytes": ("é: 1\n😀é: \x01\n", 2, 5),
    "control character behind CRLF": ("a: 1\r\nb: \x7f\n", 2, 4),
    "half of a surrogate pair": ("a: 1\nb: \ud800\n", 2, 4),
    "two documents": ("a: 1\n---\nb: 2\n", 2, 1),
    "a mapping in a scalar": ("a: b: c\n", 1, 5),
    "bad indentation": ("a:\n  b: 1\n c: 1\n", 3, 2),
    "colon in flow, and broken behind it": ("{a: b:1, c: [}", 1, 6),
    "too deep in flow": ("[" * 100_000, 1, MAX_DEPTH + 1),
    "too deep in closed flow": ("[" * 100_000 + "]" * 100_000, 1, MAX_DEPTH + 1),
    "too deep in mappings": ("{a: " * 100_000, 1, 4 * MAX_DEPTH + 1),
    "too deep in block": ("- " * 100_000, 1, 2 * MAX_DEPTH + 1),
    "too deep in block mappings": ("".join(" " * depth + "a:\n" for depth in range(600)), MAX_DEPTH + 1, MAX_DEPTH + 1),
}

# Nine levels, each nine times the one below: 9 ** 9 scalars for whoever follows the aliases.
BOMB = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10))


def root_mapping(text: str) -> Mapping:
    root = compose(text)
    assert isinstance(root, Mapping)
    return root


def value_of(text: str) -> Node:
    value = own(root_mapping(text), "a")
    assert value is not None
    return value


@pytest.mark.parametrize(("text", "span"), SPANS.values(), ids=SPANS.keys())
def test_a_node_knows_its_span(text: str, span: str) -> None:
    value = value_of(text)
    assert text[start(value) : end(value)] == span


@pytest.mark.parametrize(("text", "at_line", "at_column"), ERRORS.values(), ids=ERRORS.keys())
def test_compose_names_the_place_of_an_error(text: str, at_line: int, at_column: int) -> None:
    with pytest.raises(ManifestSyntaxError) as caught:
        compose(text)
    assert (caught.value.line, caught.value.column) == (at_line, at_column)


@pytest.mark.parametrize("text", ["", "\n", " \n\n", "# only a comment\n", "# a\r\n# b"])
def test_compose_gives_none_where_there_is_no_node(text: str) -> None:
    assert compose(text) is None


def test_line_and_column_count_from_one() -> None:
    value = value_of("b: 1\r\nc:\n  d: 😀\na: x\n")
    assert (line(value), column(value)) == (4, 4)


def test_the_deepest_nesting_allowed_composes() -> None:
    assert isinstance(compose("[" * MAX_DEPTH + "]" * MAX_DEPTH), Sequence)


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("[host:80]", ["host:80"]),
        ("{image: nginx:1.2}", {"image": "nginx:1.2"}),
        ("{image: host:80/a:1, b: [c:1, 2]}", {"image": "host:80/a:1", "b": ["c:1", 2]}),
        ("a: &x {b: c:1}\nd: *x\n", {"a": {"b": "c:1"}, "d": {"b": "c:1"}}),
    ],
)
def test_a_plain_scalar_with_a_colon_stands_in_flow(text: str, data: Any) -> None:
    root = compose(text)
    assert root is not None
    assert plain(root) == data


def test_an_alias_points_at_the_node_it_stands_for() -> None:
    root = root_mapping("a: &x {b: 1}\nc: *x\n")
    alias = own(root, "c")
    assert isinstance(alias, Alias)
    assert resolve(alias) is own(root, "a")
    assert get(root, "c") is own(root, "a")


def test_an_anchor_given_twice_is_the_last_one_before_the_alias() -> None:
    root = root_mapping("a: &x 1\nb: *x\nc: &x 2\nd: *x\n")
    assert plain(root) == {"a": 1, "b": 1, "c": 2, "d": 2}


# Text, and what `get` finds under `a` of the mapping `m`.
LOOKUPS = {
    "own": ("m: {a: 1}", "1"),
    "none": ("m: {b: 1}", None),
    "of equal keys the last": ("m: {a: 1, a: 2}", "2"),
    "quoted key": ('m: {"a": 1}', "1"),
    "alias": ("x: &x 1\nm: {a: *x}", "1"),
    "merged": ("x: &x {a: 1}\nm: {<<: *x}", "1"),
    "merged, with its tag": ("x: &x {a: 1}\nm: {!!merge <<: *x}", "1"),
    "merged inline": ("m: {<<: {a: 1}}", "1"),
    "own before merged": ("x: &x {a: 1}\nm: {a: 2, <<: *x}", "2"),
    "merged list: the first wins": ("m: {<<: [{a: 1}, {a: 2}]}", "1"),
    "merged list of aliases": ("x: &x {b: 1}\ny: &y {a: 2}\nm: {<<: [*x, *y]}", "2"),
    "merged of merged": ("x: &x {a: 1}\ny: &y {<<: *x}\nm: {<<: *y}", "1"),
    "of equal keys merged in the last": ("x: &x {a: 1, a: 2}\nm: {<<: *x}", "2"),
    "a quoted << merges nothing": ('m: {"<<": {a: 1}}', None),
    "a merged scalar is nothing": ("m: {<<: 1}", None),
    "a circle of merges": ("m: &m {<<: *m, b: 1}", None),
}


@pytest.mark.parametrize(("text", "expected"), LOOKUPS.values(), ids=LOOKUPS.keys())
def test_get_follows_merge_keys_and_aliases(text: str, expected: str | None) -> None:
    mapping = get(root_mapping(text), "m")
    assert isinstance(mapping, Mapping)
    found = get(mapping, "a")
    assert (None if found is None else text_of(found)) == expected


def test_own_ignores_merge_keys_and_shows_aliases() -> None:
    root = root_mapping("x: &x 1\na: *x\n<<: {b: 1}\n")
    assert isinstance(own(root, "a"), Alias)
    assert own(root, "b") is None


def test_merged_gives_each_mapping_once_and_the_nearest_first() -> None:
    root = root_mapping("x: &x {n: x, <<: &z {n: z}}\ny: &y {n: y, <<: *z}\nm: {<<: [*x, *y]}")
    mapping = own(root, "m")
    assert isinstance(mapping, Mapping)
    assert [text_of(own(base, "n")) for base in merged(mapping)] == ["x", "z", "y"]


def test_compose_reads_the_surrogate_pairs_of_json() -> None:
    text = '{"a": "\\ud83d\\ude00", "image": "nginx"}'
    root = compose(text)
    assert isinstance(root, Mapping)
    value = own(root, "image")
    assert value is not None
    assert text[start(value) : end(value)] == '"nginx"'
    with pytest.raises(ManifestSyntaxError, match="invalid Unicode character"):
        compose('{"a": "\\ud83d"}')


def test_pairs_yields_equal_keys_and_merge_keys() -> None:
    assert [text_of(key) for key, _ in pairs(root_mapping("a: 1\n<<: {}\na: 2\n"))] == ["a", "<<", "a"]


@pytest.mark.parametrize("text", ["", " ", "~", "null", "Null", "NULL", "&x", "&x ~"])
def test_is_null(text: str) -> None:
    assert is_null(value_of(f"a: {text}\n"))


@pytest.mark.parametrize("text", ["''", '""', "'null'", "nULL", "0", "false", "[]", "{}", "!!str", "|\n"])
def test_is_not_null(text: str) -> None:
    assert not is_null(value_of(f"a: {text}\n"))


STRINGS = """
nginx nginx:1.2 docker.io/library/nginx host:5000/a 10.0.0.1/a a@sha256:00 1.2.3 v1 1password e5 nan inf + . 1e 0xg 1:2x
truely nully 2024-01-01x '1' "true" 'null' !!str 'yes'
"""
OTHERS = """
~ null Null NULL true True TRUE false False FALSE yes Yes YES no No NO on On ON off Off OFF y Y n N = <<
0 1 -1 +1 0777 0o777 0x1f 0b11 1_000 1.5 .5 1. 1e3 1.5e-3 -1E+3 .inf -.inf .Inf .nan .NaN 12:30:45 1:30
2024-01-01 2024-01-01T10:00:00Z
"""


@pytest.mark.parametrize("text", [*STRINGS.split(), "!!str 12", "|\n  12", ">-\n  true", "''"])
def test_is_string(text: str) -> None:
    assert is_string(value_of(f"a: {text}\n"))


@pytest.mark.parametrize("text", [*OTHERS.split(), "", "2024-01-01 10:00:00", "[a]", "{a: b}"])
def test_is_no_string_to_some_parser(text: str) -> None:
    assert not is_string(value_of(f"a: {text}\n"))


def test_is_flow() -> None:
    root = root_mapping("a: [1]\nb: {c: 1}\nd:\n- 1\n'[': '[x]'\n")
    assert [is_flow(value) for _, value in pairs(root)] == [True, True, False, False]


PLAIN = {
    "scalars": (
        "[a, '1', !!str 1, 1, -2, +3, 0777, 0o17, 0x1F, 1.5, 1e3, .5, true, FALSE, null, ~, yes, 2024-01-01]",
        ["a", "1", "1", 1, -2, 3, 777, 15, 31, 1.5, 1000.0, 0.5, True, False, None, None, "yes", "2024-01-01"],
    ),
    "infinite": ("[.inf, -.INF, +.Inf]", [math.inf, -math.inf, math.inf]),
    "mapping": ("a: {b: [1, {c: d}]}", {"a": {"b": [1, {"c": "d"}]}}),
    "the last of equal keys": ("a: 1\na: 2", {"a": 2}),
    "aliases": ("a: &x [1]\nb: *x", {"a": [1], "b": [1]}),
    "merge": ("a: &x {b: 1, c: 2}\nd: {c: 3, <<: *x}", {"a": {"b": 1, "c": 2}, "d": {"b": 1, "c": 3}}),
    "merge with its tag": ("a: {!!merge <<: {b: 1}}", {"a": {"b": 1}}),
    "a quoted << is a key": ("a: {'<<': {b: 1}}", {"a": {"<<": {"b": 1}}}),
    "keys are text": ("{1: a, true: b}", {"1": "a", "true": "b"}),
    "a number too long for an integer": ("9" * 5000, math.inf),
}


@pytest.mark.parametrize(("text", "expected"), PLAIN.values(), ids=PLAIN.keys())
def test_plain_gives_data(text: str, expected: Any) -> None:
    root = compose(text)
    assert root is not None
    assert plain(root) == expected


def test_plain_gives_a_nan() -> None:
    assert math.isnan(plain(value_of("a: .nan")))


TOO_LARGE = {
    "an alias bomb": BOMB,
    "a circle": "&a [*a]",
    "a circle of mappings": "&a {b: *a}",
    "deeper than people write": "{a: " * 400 + "}" * 400,
}


@pytest.mark.parametrize("text", TOO_LARGE.values(), ids=TOO_LARGE.keys())
def test_plain_stops(text: str) -> None:
    root = compose(text)
    assert root is not None
    with pytest.raises(ManifestSyntaxError):
        plain(root)


def test_plain_counts_nodes_against_its_limit() -> None:
    root = root_mapping("a: [1, 2]")
    assert plain(root, limit=4) == {"a": [1, 2]}
    with pytest.raises(ManifestSyntaxError, match="too large"):
        plain(root, limit=3)


def test_an_alias_bomb_composes_into_as_many_nodes_as_it_has_text() -> None:
    root = compose(BOMB)
    waiting, count = [root], 0
    while waiting:
        node = waiting.pop()
        count += 1
        if isinstance(node, (Mapping, Sequence)):
            waiting += node.children
    assert count == 1 + 10 * 2 + 1 + 9 * 9  # the root, ten keys and lists, an x, and the aliases
