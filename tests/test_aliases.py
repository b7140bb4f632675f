"""What an alias says too is known, and how often it is said."""

from __future__ import annotations

import pytest

from transformer.aliases import aliased, uses
from transformer.nodes import Mapping, Node, Scalar, Sequence, compose

# A text, the scalars in it that an alias says too, and how often each scalar with an anchor is said.
TEXTS: dict[str, tuple[str, set[str], dict[str, int]]] = {
    "nothing": ("# c\n", set(), {}),
    "no anchor": ("{a: b}", set(), {}),
    "an anchor nobody uses": ("{a: &x b}", set(), {"b": 1}),
    "a scalar": ("{a: &x b, c: *x, d: e}", {"b"}, {"b": 2}),
    "a key": ("{&x a: b, c: *x}", {"a"}, {"a": 2}),
    "a list": ("{a: &x [b, [c]], d: *x, e: f}", {"b", "c"}, {}),
    "a mapping that is merged": ("{a: &x {b: c}, d: {<<: *x, e: f}}", {"b", "c"}, {}),
    "an alias in what an alias says": ("{a: &x b, c: &y [*x], d: *y}", {"b"}, {"b": 2}),
    "an anchor that is defined again": ("{a: &x b, c: &x d, e: *x}", {"d"}, {"b": 1, "d": 2}),
}


def scalars(node: Node | None) -> list[Scalar]:
    if isinstance(node, (Mapping, Sequence)):
        return [scalar for child in node.children for scalar in scalars(child)]
    return [node] if isinstance(node, Scalar) else []


@pytest.mark.parametrize(("text", "shared", "said"), TEXTS.values(), ids=TEXTS)
def test_aliases_tell_what_more_than_one_place_says(text: str, shared: set[str], said: dict[str, int]) -> None:
    root = compose(text)
    assert {str(each.value) for each in scalars(root) if id(each) in aliased(root)} == shared
    found = uses(root)
    assert {str(each.value): found[id(each)] for each in scalars(root) if id(each) in found} == said
