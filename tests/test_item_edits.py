"""Objects are appended to a list in its own style, and nothing else changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transformer.edits import apply
from transformer.item_edits import append_objects
from transformer.nodes import Mapping, compose, plain

OBJECT = 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\ndata:\n  x: |\n    {"a": 1}\n\n    b\n'
OTHER = "---\n# about it\nkind: Secret\n"
ITEM = 'apiVersion: v1\n  kind: Secret\n  metadata:\n    name: a\n  data:\n    x: |\n      {"a": 1}\n\n      b\n'

# What stands there, and what stands there then.
CASES = {
    "block": ("items:\n- kind: Pod\n", f"items:\n- kind: Pod\n- {ITEM}- kind: Secret\n"),
    "block, and more": (
        "items:\n- kind: Pod\nfunctionConfig:\n  a: 1\n",
        f"items:\n- kind: Pod\n- {ITEM}- kind: Secret\nfunctionConfig:\n  a: 1\n",
    ),
    "block, comments": (
        "items:\n- kind: Pod # x\n  # inner\n# outer\nz: 1\n",
        f"items:\n- kind: Pod # x\n  # inner\n- {ITEM}- kind: Secret\n# outer\nz: 1\n",
    ),
    "a block scalar last": (
        "items:\n- kind: Pod\n  x: |\n    y\n\n\nz: 1\n",
        f"items:\n- kind: Pod\n  x: |\n    y\n- {ITEM}- kind: Secret\n\n\nz: 1\n",
    ),
    "empty": ("items: []\nz: 1\n", f"items:\n- {ITEM}- kind: Secret\nz: 1\n"),
    "empty, a comment": ("items: [] # none\n", f"items: # none\n- {ITEM}- kind: Secret\n"),
    "null": ("items:\nz: 1\n", f"items:\n- {ITEM}- kind: Secret\nz: 1\n"),
    "null, a comment": ("items: # none\nz: 1\n", f"items: # none\n- {ITEM}- kind: Secret\nz: 1\n"),
    "a tilde": ("items: ~\n", f"items:\n- {ITEM}- kind: Secret\n"),
    "missing": ("z: 1\n", f"z: 1\nitems:\n- {ITEM}- kind: Secret\n"),
    "missing, an end marker": ("z: 1\n...\n", f"z: 1\nitems:\n- {ITEM}- kind: Secret\n...\n"),
    "no last line end": ("z: 1", f"z: 1\nitems:\n- {ITEM}- kind: Secret"),
}
INDENTED = "items:\n  - kind: Pod\n"
JSON = '{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}, "data": {"x": "{\\"a\\": 1}\\n\\nb\\n"}}'
FLOW = {
    "flow": ('{"items": [{"kind": "Pod"}]}', f'{{"items": [{{"kind": "Pod"}}, {JSON}, {{"kind": "Secret"}}]}}'),
    "flow, empty": ('{"items": [], "z": 1}', f'{{"items": [{JSON}, {{"kind": "Secret"}}], "z": 1}}'),
    "flow, empty, an anchor": ("{items: &a [], z: 1}", f'{{items: &a [{JSON}, {{"kind": "Secret"}}], z: 1}}'),
    "flow, null": ('{"items": null}', f'{{"items": [{JSON}, {{"kind": "Secret"}}]}}'),
    "flow, a key alone": ("{items}", f'{{items: [{JSON}, {{"kind": "Secret"}}]}}'),
    "flow, missing": ('{"z": 1}', f'{{"z": 1, "items": [{JSON}, {{"kind": "Secret"}}]}}'),
    "an empty flow list, comments": (
        "items: [# none\n  # c\n  ]\n",
        f'items: [{JSON}, {{"kind": "Secret"}} # none\n  # c\n  ]\n',
    ),
    "a flow list": ("items: [{kind: Pod}] # x\n", f'items: [{{kind: Pod}}, {JSON}, {{"kind": "Secret"}}] # x\n'),
}


def appended(text: str, *objects: str) -> str:
    root = compose(text)
    assert isinstance(root, Mapping)
    return apply(text, [append_objects(text, root, "items", objects)])


@pytest.mark.parametrize(("text", "expected"), (CASES | FLOW).values(), ids=(CASES | FLOW).keys())
def test_append_objects(text: str, expected: str) -> None:
    assert appended(text, OBJECT, OTHER) == expected


@pytest.mark.parametrize("text", [text for text, _ in (CASES | FLOW).values()], ids=(CASES | FLOW).keys())
def test_what_is_appended_reads_as_it_did(text: str) -> None:
    before, after = plain(compose(text)), plain(compose(appended(text, OBJECT, OTHER)))
    objects = [plain(compose(each)) for each in (OBJECT, OTHER)]
    assert after == before | {"items": [*(before.get("items") or []), *objects]}


NOTHING = {
    "missing": ("z: 1 # x\n", "z: 1 # x\nitems: []\n"),
    "null": ("items: # none\nz: 1\n", "items: [] # none\nz: 1\n"),
    "a tilde": ("items: ~ # none\n", "items: [] # none\n"),
    "flow, missing": ('{"z": 1}', '{"z": 1, "items": []}'),
    "flow, null": ('{"items": null}', '{"items": []}'),
}


@pytest.mark.parametrize(("text", "expected"), NOTHING.values(), ids=NOTHING)
def test_append_objects_makes_a_list_of_nothing(text: str, expected: str) -> None:
    assert appended(text) == expected


def test_append_objects_to_an_indented_list() -> None:
    assert appended(INDENTED, OTHER) == f"{INDENTED}  - kind: Secret\n"


def test_append_objects_keeps_line_breaks() -> None:
    assert appended("items:\r\n- kind: Pod\r\n", "a: 1\nb: 2\n") == "items:\r\n- kind: Pod\r\n- a: 1\r\n  b: 2\r\n"


@given(st.lists(st.sampled_from([OBJECT, OTHER, "a: 1\n"]), min_size=1), st.sampled_from([*CASES, *FLOW]))
def test_appending_goes_on(objects: list[str], name: str) -> None:
    """One after the other comes to the same as all at once."""
    text = (CASES | FLOW)[name][0]
    one_by_one = text
    for each in objects:
        one_by_one = appended(one_by_one, each)
    assert plain(compose(one_by_one)) == plain(compose(appended(text, *objects)))
