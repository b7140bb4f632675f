"""The objects of a document are found wherever lists put them, each with its type, name, namespace and path."""

from __future__ import annotations

import pytest

from transformer.nodes import Mapping, compose, get
from transformer.resources import annotation, annotations_of, as_resource, pull_secret_names, resources

POD = "{apiVersion: v1, kind: Pod, metadata: {name: NAME}}"
A, B, C = (POD.replace("NAME", name) for name in "abc")

# Document, and (kind, name, path) of its objects.
FOUND = {
    "an object": (A, [("Pod", "a", "")]),
    "no metadata": ("{apiVersion: v1, kind: Pod}", [("Pod", "", "")]),
    "metadata that is no mapping": ("{apiVersion: v1, kind: Pod, metadata: [name]}", [("Pod", "", "")]),
    "generateName": ("{apiVersion: v1, kind: Pod, metadata: {generateName: a-}}", [("Pod", "a-", "")]),
    "name before generateName": (
        "{apiVersion: v1, kind: Pod, metadata: {generateName: a-, name: b}}",
        [("Pod", "b", "")],
    ),
    "List": (
        f"{{apiVersion: v1, kind: List, items: [{A}, {B}]}}",
        [("Pod", "a", "items[0]"), ("Pod", "b", "items[1]")],
    ),
    "ResourceList": (
        f"{{apiVersion: config.kubernetes.io/v1, kind: ResourceList, functionConfig: {C}, items: [{A}]}}",
        [("Pod", "a", "items[0]")],
    ),
    "PodList": (f"{{apiVersion: v1, kind: PodList, items: [{A}]}}", [("Pod", "a", "items[0]")]),
    "items of a PodList need no type": (
        "{apiVersion: v1, kind: PodList, items: [{metadata: {name: a}}]}",
        [("Pod", "a", "items[0]")],
    ),
    "items of a List do": ("{apiVersion: v1, kind: List, items: [{metadata: {name: a}}]}", []),
    "a type by half is none": ("{apiVersion: v1, kind: PodList, items: [{kind: Pod, metadata: {name: a}}]}", []),
    "nested Lists": (
        f"{{apiVersion: v1, kind: List, items: [{{apiVersion: v1, kind: List, items: [{A}, {B}]}}, {C}]}}",
        [("Pod", "a", "items[0].items[0]"), ("Pod", "b", "items[0].items[1]"), ("Pod", "c", "items[1]")],
    ),
    "an empty List": ("{apiVersion: v1, kind: List, items: []}", []),
    "a kind that only ends like a list": ("{apiVersion: x/v1, kind: AllowList, spec: {}}", [("AllowList", "", "")]),
    "items that are no list": ("{apiVersion: x/v1, kind: WishList, items: {a: 1}}", [("WishList", "", "")]),
    "items of another kind are its own": ("{apiVersion: v1, kind: ConfigMap, items: [1]}", [("ConfigMap", "", "")]),
    "an item twice, by an alias": (
        "{apiVersion: v1, kind: List, items: [&x {apiVersion: v1, kind: Pod}, *x]}",
        [("Pod", "", "items[0]")],
    ),
    "a List in itself": (
        "&x {apiVersion: v1, kind: List, items: [*x, {apiVersion: v1, kind: Pod}]}",
        [("Pod", "", "items[1]")],
    ),
    "type by a merge key": ("{<<: {apiVersion: v1, kind: Pod}}", [("Pod", "", "")]),
    "no kind": ("{apiVersion: v1}", []),
    "no apiVersion": ("{kind: Pod}", []),
    "kind that is no text": ("{apiVersion: v1, kind: [Pod]}", []),
    "no mapping": ("[1]", []),
    "a scalar": ("x", []),
    "nothing": ("# c\n", []),
}


@pytest.mark.parametrize(("text", "expected"), FOUND.values(), ids=FOUND.keys())
def test_resources_finds(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert [(found.kind, found.name, found.path) for found in resources(compose(text))] == expected


def test_items_without_a_type_get_that_of_their_list() -> None:
    (found,) = resources(compose("{apiVersion: apps/v1, kind: DeploymentList, items: [{}]}"))
    assert (found.api_version, found.group, found.kind) == ("apps/v1", "apps", "Deployment")


@pytest.mark.parametrize(
    ("api_version", "group"), [("v1", ""), ("apps/v1", "apps"), ("serving.knative.dev/v1", "serving.knative.dev")]
)
def test_group(api_version: str, group: str) -> None:
    (found,) = resources(compose(f"{{apiVersion: {api_version}, kind: X}}"))
    assert found.group == group


@pytest.mark.parametrize(
    ("metadata", "said"),
    [("{name: a, namespace: n}", "Pod n/a"), ("{name: a}", "Pod a"), ("{}", "Pod"), ("{namespace: n}", "Pod n/")],
)
def test_a_resource_says_what_it_is(metadata: str, said: str) -> None:
    (found,) = resources(compose(f"{{apiVersion: v1, kind: Pod, metadata: {metadata}}}"))
    assert str(found) == said


def test_many_lists_in_lists_need_no_recursion() -> None:
    text = "{apiVersion: v1, kind: List, items: [" * 200 + A + "]}" * 200
    (found,) = resources(compose(text))
    assert found.path == ".".join(["items[0]"] * 200)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a: [{name: x}, {name: y}]", ["x", "y"]),
        ("a: [x, {b: 1}, [], {name: [1]}, {name: y}]", ["y"]),
        ("b: &b {name: x}\na: [*b]", ["x"]),
        ("b: &b [{name: &n x}]\na: [{name: *n}]", ["x"]),
        ("a: x", []),
        ("b: 1", []),
    ],
)
def test_pull_secret_names_takes_the_names_it_finds(text: str, names: list[str]) -> None:
    root = compose(text)
    assert isinstance(root, Mapping)
    assert list(pull_secret_names(get(root, "a"))) == names


@pytest.mark.parametrize(
    ("metadata", "said", "value"),
    [
        ("{annotations: {a: b}}", True, "b"),
        ("{annotations: {a: 1}}", True, "1"),
        ("{annotations: {a: null}}", True, "null"),
        ("{annotations: {b: a}}", True, None),
        ("{annotations: {}}", True, None),
        ("{annotations: null}", False, None),
        ("{annotations: [a]}", False, None),
        ("null", False, None),
    ],
)
def test_annotation(metadata: str, said: bool, value: str | None) -> None:
    node = compose(f"apiVersion: v1\nkind: Pod\nmetadata: {metadata}\n")
    found = as_resource(node) if node is not None else None
    assert found is not None
    assert ((annotations_of(found) is not None), annotation(found, "a")) == (said, value)
