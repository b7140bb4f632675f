"""Every pod spec is found, with every image in it, and every object in an object, each once and where it is written."""

from __future__ import annotations

import json
from typing import Any

import pytest

from transformer.field_paths import concat
from transformer.nodes import Mapping, Node, compose, own, start, text_of
from transformer.pod_specs import BUILT_IN, Contents, PodSpec, containers, contents, image_entries
from transformer.resources import resources

SPEC = {"containers": [{"image": "nginx"}]}

# Path in the document, and whether the kind is Kubernetes' own.
Seen = list[tuple[str, bool]]


def in_document(text: str) -> list[Contents]:
    return [contents(resource) for resource in resources(compose(text))]


def pod_specs(text: str) -> list[PodSpec]:
    return [pod_spec for each in in_document(text) for pod_spec in each.pod_specs]


def seen(text: str) -> Seen:
    return [(concat(found.resource.path, found.path), found.is_built_in) for found in pod_specs(text)]


def thing(api_version: str, kind: str, /, **fields: Any) -> dict[str, Any]:
    return {"apiVersion": api_version, "kind": kind, **fields}


def thing_at(group: str, kind: str, path: str) -> dict[str, Any]:
    """Return an object with a pod spec at `path`."""
    value: Any = SPEC
    for step in reversed(path.split(".")):
        value = {step: value}
    return thing(f"{group}/v1" if group else "v1", kind, **value)


POD = thing("v1", "Pod", spec=SPEC)
DEPLOYMENT = thing_at("apps", "Deployment", "spec.template.spec")
CRD = thing("apiextensions.k8s.io/v1", "CustomResourceDefinition", spec={"default": SPEC})


@pytest.mark.parametrize(("group", "kind"), BUILT_IN)
def test_a_built_in_kind_has_its_pod_spec_at_its_place(group: str, kind: str) -> None:
    path = BUILT_IN[group, kind]
    assert seen(json.dumps(thing_at(group, kind, path))) == [(path, True)]


# Objects, and the pod specs in them.
SHAPES: dict[str, tuple[dict[str, Any], Seen]] = {
    "Deployment without containers": (
        thing("apps/v1", "Deployment", spec={"template": {"spec": {"volumes": []}}}),
        [("spec.template.spec", True)],
    ),
    "Deployment without a template": (thing("apps/v1", "Deployment", spec={}), []),
    "Deployment whose template is a text": (thing("apps/v1", "Deployment", spec={"template": "x"}), []),
    "Deployment of an old version": (
        thing("apps/v1beta2", "Deployment", spec={"template": {"spec": SPEC}}),
        [("spec.template.spec", True)],
    ),
    "the shape elsewhere in a built-in kind is no pod spec": (thing("apps/v1", "Deployment", other=SPEC), []),
    "a built-in kind of another group goes by its shape": (
        thing_at("example.com", "Deployment", "spec.template.spec"),
        [("spec.template.spec", False)],
    ),
    "unknown kind": (thing_at("example.com", "Widget", "spec.podTemplate"), [("spec.podTemplate", False)]),
    "unknown kind, at its root": (thing("x/v1", "Widget", **SPEC), [("", False)]),
    "unknown kind, init containers only": (
        thing("x/v1", "Widget", spec={"initContainers": [{"image": "a"}]}),
        [("spec", False)],
    ),
    "unknown kind, containers that are texts": (thing("x/v1", "Widget", spec={"containers": ["a"]}), []),
    "unknown kind, containers that are no list": (thing("x/v1", "Widget", spec={"containers": {"a": {}}}), []),
    "unknown kind, no containers in the list": (thing("x/v1", "Widget", spec={"containers": []}), []),
    "unknown kind, lists in lists": (thing("x/v1", "Widget", spec=[[SPEC]]), [("spec[0][0]", False)]),
    "unknown kind, a key with a dot": (thing("x/v1", "Widget", **{"a.b": SPEC}), [('["a.b"]', False)]),
    "unknown kind, one in another": (
        thing("x/v1", "Widget", spec={"containers": [{"pod": SPEC}]}),
        [("spec", False), ("spec.containers[0].pod", False)],
    ),
    "a definition of a kind describes fields": (CRD, []),
    "in a List": (
        thing("v1", "List", items=[POD, thing("x/v1", "Widget", spec=SPEC)]),
        [("items[0].spec", True), ("items[1].spec", False)],
    ),
    # The kind of an object inside the object decides.
    "Sensor with a Deployment": (
        thing(
            "argoproj.io/v1alpha1",
            "Sensor",
            spec={"triggers": [{"template": {"k8s": {"source": {"resource": DEPLOYMENT}}}}]},
        ),
        [("spec.triggers[0].template.k8s.source.resource.spec.template.spec", True)],
    ),
    "Sensor with a Pod, and containers of its own": (
        thing("argoproj.io/v1alpha1", "Sensor", spec={"template": SPEC, "resource": POD}),
        [("spec.template", False), ("spec.resource.spec", True)],
    ),
    "an unknown kind inside another": (
        thing("argoproj.io/v1alpha1", "Rollout", spec={"template": thing("x/v1", "Widget", spec=SPEC)}),
        [("spec.template.spec", False)],
    ),
    "a definition of a kind inside an object": (thing("x/v1", "Widget", spec=CRD), []),
}

ALIASES: dict[str, tuple[str, Seen]] = {
    "a pod spec under two names is found once": (
        "{apiVersion: x/v1, kind: Widget, a: &s {containers: [{image: a}]}, b: *s}",
        [("a", False)],
    ),
    "a pod spec that merges its containers": (
        "{apiVersion: v1, kind: Pod, x: &x {containers: [{image: a}]}, spec: {<<: *x}}",
        [("spec", True)],
    ),
    "of equal keys the last": (
        "{apiVersion: v1, kind: Pod, spec: x, spec: {containers: [{image: a}]}}",
        [("spec", True)],
    ),
    "a circle": ("{apiVersion: x/v1, kind: Widget, spec: &s {containers: [{a: *s}]}}", [("spec", False)]),
}


@pytest.mark.parametrize(("data", "expected"), SHAPES.values(), ids=SHAPES.keys())
def test_contents_has_the_pod_specs(data: dict[str, Any], expected: Seen) -> None:
    assert seen(json.dumps(data)) == expected


@pytest.mark.parametrize(("text", "expected"), ALIASES.values(), ids=ALIASES.keys())
def test_contents_follows_aliases(text: str, expected: Seen) -> None:
    assert seen(text) == expected


# Objects, and kind, path and namespace of the objects in them, with the kinds of those they stand in.
Objects = list[tuple[str, str, str, tuple[str, ...]]]

HELD: dict[str, tuple[dict[str, Any], Objects]] = {
    "itself": (POD, [("Pod", "", "", ())]),
    "an object": (
        thing("x/v1", "Widget", spec=[POD]),
        [("Widget", "", "", ()), ("Pod", "spec[0]", "", ("Widget",))],
    ),
    "an object in an object in an object": (
        thing("x/v1", "Outer", a=thing("x/v1", "Inner", b=POD)),
        [("Outer", "", "", ()), ("Inner", "a", "", ("Outer",)), ("Pod", "a.b", "", ("Inner", "Outer"))],
    ),
    "objects beside each other": (
        thing("x/v1", "Widget", a=POD, b=DEPLOYMENT),
        [("Widget", "", "", ()), ("Pod", "a", "", ("Widget",)), ("Deployment", "b", "", ("Widget",))],
    ),
    "an object in the namespace of what it stands in": (
        thing("x/v1", "Widget", metadata={"namespace": "n"}, spec=POD),
        [("Widget", "", "n", ()), ("Pod", "spec", "n", ("Widget",))],
    ),
    "an object in a namespace of its own": (
        thing("x/v1", "Widget", metadata={"namespace": "n"}, spec={**POD, "metadata": {"namespace": "m"}}),
        [("Widget", "", "n", ()), ("Pod", "spec", "m", ("Widget",))],
    ),
    "an object in an item of a List": (
        thing("v1", "List", items=[thing("x/v1", "Widget", spec=POD)]),
        [("Widget", "items[0]", "", ("List",)), ("Pod", "items[0].spec", "", ("Widget", "List"))],
    ),
    "nothing in a built-in kind": ({**DEPLOYMENT, "other": POD}, [("Deployment", "", "", ())]),
    "nothing in a definition of a kind, not even itself": (CRD, []),
}


@pytest.mark.parametrize(("data", "expected"), HELD.values(), ids=HELD)
def test_contents_has_the_objects(data: dict[str, Any], expected: Objects) -> None:
    found: Objects = []
    for resource in (resource for each in in_document(json.dumps(data)) for resource in each.resources):
        kinds, outer = [], resource.outer
        while outer is not None:
            kinds.append(outer.kind)
            outer = outer.outer
        found.append((resource.kind, resource.path, resource.namespace, tuple(kinds)))
    assert found == expected


def test_the_path_of_a_pod_spec_begins_at_its_object() -> None:
    (found,) = pod_specs(json.dumps(thing("x/v1", "Widget", spec=[POD])))
    assert (found.resource.kind, found.resource.path, found.path) == ("Pod", "spec[0]", "spec")


# The content of a Pod's spec, and its images.
IMAGES = {
    "containers of all kinds": (
        "containers: [{image: a}, {image: b}], initContainers: [{image: c}], ephemeralContainers: [{image: d}]",
        [
            ("spec.containers[0].image", "a"),
            ("spec.containers[1].image", "b"),
            ("spec.initContainers[0].image", "c"),
            ("spec.ephemeralContainers[0].image", "d"),
        ],
    ),
    "image volumes": (
        "containers: [{name: x}], volumes: [{name: v, emptyDir: {}}, {name: w, image: {reference: a}}]",
        [("spec.volumes[1].image.reference", "a")],
    ),
    "an image volume that is none": ("volumes: [{image: a}, {image: {pullPolicy: Always}}, {rbd: {image: b}}]", []),
    "no image": ("containers: [{name: a}, a, [], ~]", []),
    "an image that is nothing": ("containers: [{image: }]", [("spec.containers[0].image", "")]),
    "equal keys": (
        "containers: [{image: a, image: b}], containers: [{image: c}]",
        [("spec.containers[0].image", "a"), ("spec.containers[0].image", "b"), ("spec.containers[0].image", "c")],
    ),
    "aliases": (
        "containers: [&c {image: &i a}, *c, {image: *i}]",
        [("spec.containers[0].image", "a"), ("spec.containers[1].image", "a"), ("spec.containers[2].image", "a")],
    ),
    "merge keys": (
        "containers: [&c {image: a, name: x}, {<<: *c, name: y}, {<<: *c, image: b}]",
        [("spec.containers[0].image", "a"), ("spec.containers[1].image", "a"), ("spec.containers[2].image", "b")],
    ),
    "merge keys, several": (
        "containers: [{<<: [{name: x}, {image: a}, {image: b}]}]",
        [("spec.containers[0].image", "a")],
    ),
    "merge keys behind a key": (
        "containers: [&c {image: a}, {image: b, <<: *c}]",
        [("spec.containers[0].image", "a"), ("spec.containers[1].image", "b"), ("spec.containers[1].image", "a")],
    ),
    "an alias as a key": ("x: &k image, containers: [{*k : a}]", [("spec.containers[0].image", "a")]),
    "merged containers": ("<<: {containers: [{image: a}]}", [("spec.containers[0].image", "a")]),
    "an image below a container is none": ("containers: [{env: [{image: a}]}]", []),
}


def images(text: str) -> list[tuple[str, str]]:
    return [(path, text_of(value)) for each in pod_specs(text) for _, value, path in image_entries(each)]


@pytest.mark.parametrize(("text", "expected"), IMAGES.values(), ids=IMAGES.keys())
def test_image_entries_finds(text: str, expected: list[tuple[str, str]]) -> None:
    assert images(f"{{apiVersion: v1, kind: Pod, spec: {{{text}}}}}") == expected


def test_an_image_is_held_by_the_mapping_in_which_it_is_written() -> None:
    text = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - &c {image: a}\n  - <<: *c\n    name: x\n"
    (found,) = pod_specs(text)
    holders: list[Node] = [holder for holder, *_ in image_entries(found)]
    assert [start(holder) for holder in holders] == [text.index("&c {")] * 2


# The content of a Pod's spec, and its containers: their paths and names.
CONTAINERS = {
    "of all kinds": (
        "ephemeralContainers: [{name: a}], containers: [{name: b}, {name: c}], initContainers: [{name: d}]",
        [
            ("spec.ephemeralContainers[0]", "a"),
            ("spec.containers[0]", "b"),
            ("spec.containers[1]", "c"),
            ("spec.initContainers[0]", "d"),
        ],
    ),
    "an alias": ("containers: [&c {name: a}, *c]", [("spec.containers[0]", "a"), ("spec.containers[1]", "a")]),
    "an alias of the list": (
        "containers: &c [{name: a}], initContainers: *c",
        [("spec.containers[0]", "a"), ("spec.initContainers[0]", "a")],
    ),
    "what is none": ("containers: [x, [], ~, {name: a}]", [("spec.containers[3]", "a")]),
    "equal keys": ("containers: [{name: a}], containers: [{name: b}]", [("spec.containers[0]", n) for n in "ab"]),
    "other lists": ("sidecars: [{name: a}]", []),
}


@pytest.mark.parametrize(("text", "expected"), CONTAINERS.values(), ids=CONTAINERS)
def test_containers(text: str, expected: list[tuple[str, str]]) -> None:
    (found,) = pod_specs(f"{{apiVersion: v1, kind: Pod, spec: {{{text}}}}}")
    assert [(path, name_of(container)) for path, container in containers(found)] == expected


def name_of(container: Mapping) -> str:
    return text_of(own(container, "name"))


def test_an_alias_bomb_is_walked_node_by_node() -> None:
    levels = "".join(f"  a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30))
    text = f"apiVersion: x/v1\nkind: Widget\nspec:\n  a0: &a0 [{json.dumps(SPEC)}]\n{levels}"
    assert images(text) == [("spec.a0[0].containers[0].image", "nginx")]
