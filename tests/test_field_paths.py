"""A path leads where kustomize's field specs lead, and reads back as the same steps in each of its spellings."""

from __future__ import annotations

import re
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transformer.field_paths import (
    EVERY_ITEM,
    Places,
    Steps,
    as_slashed,
    children,
    concat,
    dotted,
    entries,
    first,
    is_at_or_below,
    join,
    slashed,
    walk,
)
from transformer.nodes import Mapping, Sequence, compose, text_of

SLASHED: dict[str, tuple[str, Steps]] = {
    "one key": ("image", ("image",)),
    "keys": ("spec/image", ("spec", "image")),
    "a slash before it": ("/spec/image", ("spec", "image")),
    "every item of a list": ("spec/items[]/image", ("spec", "items", "[*]", "image")),
    "every item of a list, with an asterisk": ("spec/items[*]/image", ("spec", "items", "[*]", "image")),
    "every item of a list, as a step": ("spec/items/[*]/image", ("spec", "items", "[*]", "image")),
    "every item of a list, as an empty step": ("spec/items/[]/image", ("spec", "items", "[*]", "image")),
    "every item at the end": ("spec/images[]", ("spec", "images", "[*]")),
    "every item of lists in a list": ("spec/steps[]/[]/image", ("spec", "steps", "[*]", "[*]", "image")),
    "every item of lists in a list, at once": ("spec/steps[][]/image", ("spec", "steps", "[*]", "[*]", "image")),
    "every value": ("spec/pools/*/image", ("spec", "pools", "*", "image")),
    "an asterisk in a key": ("spec/a*b", ("spec", "a*b")),
    "a slash in a key": (r"metadata/annotations/x.dev\/image", ("metadata", "annotations", "x.dev/image")),
    "a dot in a key": ("data/a.yaml", ("data", "a.yaml")),
    "one key with a dot before it": (".image", (".image",)),
    "digits in a key": ("spec/k8s/s3", ("spec", "k8s", "s3")),
    "beyond ASCII": ("spec/größe", ("spec", "größe")),
}

NO_KEYS = "a path has at least one key"

NOT_SLASHED = {
    "nothing": ("", NO_KEYS),
    "a slash alone": ("/", NO_KEYS),
    "two slashes": ("a//b", "'a//b' has an empty step"),
    "two slashes before it": ("//a", "'//a' has an empty step"),
    "a slash at the end": ("a/b/", "'a/b/' has an empty step"),
    "an index": ("a/0/b", "'a/0/b' names one item of a list; write [] for every item"),
    "an index in brackets": ("a[0]/b", "'a[0]/b' names one item of a list; write [] for every item"),
    "wildcards alone": ("*/[]", "'*/[]' names no key"),
    "dots for slashes": (
        "spec.image",
        "'spec.image' is one key with dots in it; steps are joined by '/': did you mean 'spec/image'?",
    ),
}


@pytest.mark.parametrize(("path", "steps"), SLASHED.values(), ids=SLASHED)
def test_slashed(path: str, steps: Steps) -> None:
    assert slashed(path) == steps


@pytest.mark.parametrize(("path", "message"), NOT_SLASHED.values(), ids=NOT_SLASHED)
def test_slashed_says_why_a_path_is_none(path: str, message: str) -> None:
    with pytest.raises(ValueError, match=rf"\A{re.escape(message)}\Z"):
        slashed(path)


DOTTED: dict[str, tuple[str, Steps]] = {
    "nothing": ("", ()),
    "a key": ("spec", ("spec",)),
    "keys": ("spec.image", ("spec", "image")),
    "every item": ("spec.items[*].image", ("spec", "items", "[*]", "image")),
    "every item of lists in a list": ("spec.steps[*][*].image", ("spec", "steps", "[*]", "[*]", "image")),
    "every value": ("spec.*.image", ("spec", "*", "image")),
    "a quoted key": ('data["a.yaml"].b', ("data", "a.yaml", "b")),
    "a quoted key first": ('["a.b"].c', ("a.b", "c")),
}


@pytest.mark.parametrize(("path", "steps"), DOTTED.values(), ids=DOTTED)
def test_dotted(path: str, steps: Steps) -> None:
    assert dotted(path) == steps


JOINED = {
    "at the root": ("", "spec", "spec"),
    "below a key": ("spec", "image", "spec.image"),
    "an index": ("spec.items", "[0]", "spec.items[0]"),
    "an index at the root": ("", "[0]", "[0]"),
    "below an index": ("items[0]", "image", "items[0].image"),
    "a key with a dot": ("data", "a.yaml", 'data["a.yaml"]'),
    "a key with a slash": ("annotations", "a/b", 'annotations["a/b"]'),
    "an empty key": ("data", "", 'data[""]'),
    "a key with a dot, at the root": ("", "a.yaml", '["a.yaml"]'),
}


@pytest.mark.parametrize(("path", "step", "expected"), JOINED.values(), ids=JOINED)
def test_join(path: str, step: str, expected: str) -> None:
    assert join(path, step) == expected


CONCATENATED = {
    "keys": ("spec.a", "b.c", "spec.a.b.c"),
    "nothing above": ("", "b.c", "b.c"),
    "nothing below": ("spec.a", "", "spec.a"),
    "nothing": ("", "", ""),
    "an index below": ("items", "[0].a", "items[0].a"),
    "a quoted key below": ("data", '["a.b"].c', 'data["a.b"].c'),
}


@pytest.mark.parametrize(("path", "below", "expected"), CONCATENATED.values(), ids=CONCATENATED)
def test_concat(path: str, below: str, expected: str) -> None:
    assert concat(path, below) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [(0, ""), (1, "spec"), (2, "spec.a"), (3, "spec.a[12]"), (4, 'spec.a[12]["b.c"]'), (5, 'spec.a[12]["b.c"].d')],
)
def test_first(number: int, expected: str) -> None:
    assert first('spec.a[12]["b.c"].d', number) == expected


RELATED = {
    "itself": ("a.b", "a.b", True),
    "a key below": ("a.b.c", "a.b", True),
    "an item below": ("a.b[0]", "a.b", True),
    "everything is below the root": ("a.b", "", True),
    "the root itself": ("", "", True),
    "above": ("a", "a.b", False),
    "the root is below nothing": ("", "a", False),
    "a key that begins the same": ("a.bc", "a.b", False),
    "an index that begins the same": ("a[12]", "a[1]", False),
}


@pytest.mark.parametrize(("path", "other", "expected"), RELATED.values(), ids=RELATED)
def test_is_at_or_below(path: str, other: str, expected: bool) -> None:
    assert is_at_or_below(path, other) is expected


KEYS = st.sampled_from(["image", "k8s", "a1b", "s3", "x-y", "a_b", "a.b", "x.dev/keep", "größe"])
INDICES = st.integers(min_value=0, max_value=120).map(lambda index: f"[{index}]")
BELOW = st.lists(KEYS | INDICES, max_size=6)


@given(BELOW)
def test_as_slashed_is_read_as_the_steps_that_were_joined(below: list[str]) -> None:
    steps = ["spec", *below]
    read = slashed(as_slashed(reduce(join, steps, "")))
    assert read == tuple(EVERY_ITEM if step.startswith("[") else step for step in steps)


@given(st.lists(KEYS | st.just(EVERY_ITEM), max_size=6))
def test_dotted_is_read_as_the_steps_that_were_joined(steps: list[str]) -> None:
    assert dotted(reduce(join, steps, "")) == tuple(steps)


@given(BELOW, BELOW)
def test_first_and_concat_part_a_path_and_put_it_together(above: list[str], below: list[str]) -> None:
    head = reduce(join, above, "")
    whole = reduce(join, below, head)
    assert first(whole, len(above)) == head
    assert concat(head, reduce(join, below, "")) == whole
    assert is_at_or_below(whole, head)


def mapping(text: str) -> Mapping:
    root = compose(text)
    assert isinstance(root, Mapping)
    return root


# A mapping under `a`, and the entries it has beside its merge keys.
ENTRIES = {
    "its own": ("a: {x: 1, y: 2}", [("x", "1"), ("y", "2")]),
    "equal keys": ("a: {x: 1, x: 2}", [("x", "1"), ("x", "2")]),
    "an alias as a key": ("k: &k x\na: {*k : 1}", [("x", "1")]),
    "merged behind its own": ("a: {<<: {x: 1, y: 2}, z: 3}", [("z", "3"), ("x", "1"), ("y", "2")]),
    "a key behind the merge hides": ("a: {<<: {x: 1, y: 2}, x: 3}", [("x", "3"), ("y", "2")]),
    "a key before the merge does not": ("a: {x: 3, <<: {x: 1}}", [("x", "3"), ("x", "1")]),
    "of several merged the first": ("a: {<<: [{x: 1}, {x: 2, y: 3}]}", [("x", "1"), ("y", "3")]),
    "equal keys that are merged": ("a: {<<: {x: 1, x: 2}}", [("x", "1"), ("x", "2")]),
    "merged at second hand": ("a: {<<: {<<: {x: 1}, y: 2}}", [("y", "2"), ("x", "1")]),
    "a merge of a text": ("a: {<<: x, y: 1}", [("y", "1")]),
    "a quoted key merges nothing": ('a: {"<<": {x: 1}, y: 1}', [("y", "1")]),
    "merged in a circle": ("a: &a {<<: *a, y: 1}", [("y", "1")]),
    "nothing": ("a: {}", []),
}


@pytest.mark.parametrize(("text", "expected"), ENTRIES.values(), ids=ENTRIES)
def test_entries(text: str, expected: list[tuple[str, str]]) -> None:
    node = next(value for _, key, value in entries(mapping(text)) if key == "a")
    assert isinstance(node, Mapping)
    found = [(holder, key, value) for holder, key, value in entries(node) if key != "<<"]
    assert [(key, text_of(value)) for _, key, value in found] == expected
    assert all(any(child is value for child in holder.children) for holder, _, value in found)


def test_children_come_with_their_steps() -> None:
    root = mapping("{a: 1, a: 2, b.c: [x, y]}")
    assert [(text_of(node), step) for node, step in children(root)] == [("1", "a"), ("2", "a"), ("", "b.c")]
    items = root.children[-1]
    assert isinstance(items, Sequence)
    assert [(text_of(node), step) for node, step in children(items)] == [("x", "[0]"), ("y", "[1]")]


# A document, a path, and the places it leads to: what stands there, and their paths.
WALKED = {
    "a key": ("{a: {b: 1}}", "a/b", [("a.b", "1")]),
    "no such key": ("{a: {c: 1}}", "a/b", []),
    "a text on the way": ("{a: 1}", "a/b", []),
    "nothing on the way": ("{a: }", "a/b", []),
    "a mapping at its end": ("{a: {b: {c: 1}}}", "a/b", [("a.b", "")]),
    "a key with a dot": ("{a: {b.c: 1}}", "a/b.c", [('a["b.c"]', "1")]),
    "every item": ("{a: [{b: 1}, {c: 2}, {b: 3}]}", "a[]/b", [("a[0].b", "1"), ("a[2].b", "3")]),
    "every item at the end": ("{a: [1, 2]}", "a[]", [("a[0]", "1"), ("a[1]", "2")]),
    "every item of no list": ("{a: {b: 1}}", "a[]/b", []),
    "a list on the way": ("{a: [{b: 1}, x, {b: 2}]}", "a/b", [("a[0].b", "1"), ("a[2].b", "2")]),
    "a list at the end is one place": ("{a: {b: [1, 2]}}", "a/b", [("a.b", "")]),
    "a list in a list, each said": ("{a: [[{b: 1}], [{b: 2}]]}", "a[]/[]/b", [("a[0][0].b", "1"), ("a[1][0].b", "2")]),
    "a list in a list, one said": ("{a: [[{b: 1}], [{b: 2}]]}", "a[]/b", [("a[0][0].b", "1"), ("a[1][0].b", "2")]),
    "a list in a list, none said": ("{a: [[{b: 1}], [{b: 2}]]}", "a/b", [("a[0][0].b", "1"), ("a[1][0].b", "2")]),
    "every value": ("{a: {x: {b: 1}, y: {c: 2}, z: {b: 3}}}", "a/*/b", [("a.x.b", "1"), ("a.z.b", "3")]),
    "every value at the end": ("{a: {x: 1, y: 2}}", "a/*", [("a.x", "1"), ("a.y", "2")]),
    "every value, where a key is an asterisk": ('{a: {"*": 1}}', "a/*", [("a.*", "1")]),
    "every value, through a merge key": (
        "{b: &b {x: 1, y: 2}, a: {<<: *b, x: 3}}",
        "a/*",
        [("a.x", "3"), ("a.y", "2")],
    ),
    "equal keys, each": ("{a: {b: 1, b: 2}}", "a/b", [("a.b", "1"), ("a.b", "2")]),
    "equal keys on the way, each": ("{a: {b: 1}, a: {b: 2}}", "a/b", [("a.b", "1"), ("a.b", "2")]),
    "a merge key on the way": ("{a: {<<: {b: {c: 1}}}}", "a/b/c", [("a.b.c", "1")]),
    "an alias at the end, each": ("{x: &x 1, a: [{b: *x}, {b: *x}]}", "a[]/b", [("a[0].b", "1"), ("a[1].b", "1")]),
    "an alias on the way, once": ("{a: [&x {b: 1}, *x]}", "a[]/b", [("a[0].b", "1")]),
    "an alias on the way, once, in a list not said": ("{a: [&x {b: 1}, *x]}", "a/b", [("a[0].b", "1")]),
    "an alias of the list, once": ("{a: {x: &x [{b: 1}], y: *x}}", "a/*/b", [("a.x[0].b", "1")]),
    "a circle": ("{a: &a {b: 1, a: *a}}", "a/a/a/b", [("a.a.a.b", "1")]),
    "a circle through a list": ("{a: &a [*a, {b: 1}]}", "a[]/b", [("a[0][1].b", "1")]),
}


def walked(text: str, *paths: Steps) -> list[tuple[Steps, str, str]]:
    places = Places((path, path) for path in paths)
    return [(path, entry.path, text_of(entry.value)) for path, entry in walk(mapping(text), places)]


@pytest.mark.parametrize(("text", "path", "expected"), WALKED.values(), ids=WALKED)
def test_walk(text: str, path: str, expected: list[tuple[str, str]]) -> None:
    steps = slashed(path)
    assert sorted(walked(text, steps)) == [(steps, *place) for place in expected]


def test_walk_says_in_which_mapping_a_place_is_written() -> None:
    root = mapping("{b: &b {x: 1}, a: {<<: *b, y: 2}, c: [3]}")
    found = [entry for _, entry in walk(root, Places([(("a", "x"), 0), (("a", "y"), 0), (("c", EVERY_ITEM), 0)]))]
    assert [entry.path for entry in found] == ["a.y", "a.x", "c[0]"]
    assert all(any(child is entry.value for child in entry.holder.children) for entry in found)


def test_the_path_without_a_step_leads_to_the_root() -> None:
    root = mapping("{a: 1}")
    assert [(wanted, entry.value is root, entry.path) for wanted, entry in walk(root, Places([((), 7)]))] == [
        (7, True, "")
    ]


def test_of_several_paths_each_is_gone_and_two_to_one_place_in_their_order() -> None:
    text, a, b = "{a: {b: 1}, c: 2}", ("a", "b"), ("a", "*")
    assert [path for path, *_ in walked(text, ("c",), b, a, ("c",))] == [a, b, ("c",), ("c",)]


def test_an_alias_bomb_is_walked_node_by_node() -> None:
    levels = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30))
    steps = ("a29", *[EVERY_ITEM] * 30, "b")
    assert walked(f"a0: &a0 [{{b: 1}}]\n{levels}", steps) == [(steps, f"a29{'[0]' * 30}.b", "1")]
