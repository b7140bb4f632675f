"""Every pod spec is found, with every image in it; pull secrets may go only where the kind is known to have them."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from transformer import pod_spec_table
from transformer.nodes import compose, start, text_of
from transformer.pod_specs import BUILT_IN, NOT_RUN, PodSpec, image_fields, pod_specs
from transformer.resources import resources

SPEC = {"containers": [{"image": "nginx"}]}
TABLES = [pod_spec_table.read(pod_spec_table.BUILT_IN), pod_spec_table.read(pod_spec_table.CUSTOM)]
KNOWN = [(group, kind, path) for table in TABLES for (group, kind), paths in table.items() for path in paths]

# Path, whether it takes pull secrets, and whether it is run.
Seen = list[tuple[str, bool, bool]]


def in_document(text: str) -> list[PodSpec]:
    return [pod_spec for resource in resources(compose(text)) for pod_spec in pod_specs(resource)]


def seen(text: str) -> Seen:
    return [(found.path, found.takes_secrets, not found.not_run) for found in in_document(text)]


def thing(api_version: str, kind: str, /, **fields: Any) -> dict[str, Any]:
    return {"apiVersion": api_version, "kind": kind, **fields}


def thing_at(group: str, kind: str, path: str) -> dict[str, Any]:
    """Return an object with a pod spec at `path`, where `[*]` is a list of one item and `*` the key `any`."""
    value: Any = SPEC
    for step in reversed(path.replace("[*]", ".[*]").split(".")):
        value = [value] if step == "[*]" else {"any" if step == "*" else step: value}
    return thing(f"{group}/v1" if group else "v1", kind, **value)


POD = thing("v1", "Pod", spec=SPEC)
DEPLOYMENT = thing_at("apps", "Deployment", "spec.template.spec")
LOCAL_CONFIG = "config.kubernetes.io/local-config"


@pytest.mark.parametrize(("group", "kind", "path"), KNOWN)
def test_a_known_kind_takes_pull_secrets_at_its_place(group: str, kind: str, path: str) -> None:
    place = path.replace("[*]", "[0]").replace(".*", ".any")
    assert seen(json.dumps(thing_at(group, kind, path))) == [(place, True, True)]


# Objects, and the pod specs in them.
SHAPES: dict[str, tuple[dict[str, Any], Seen]] = {
    "Deployment without containers": (
        thing("apps/v1", "Deployment", spec={"template": {"spec": {"volumes": []}}}),
        [("spec.template.spec", True, True)],
    ),
    "Deployment without a template": (thing("apps/v1", "Deployment", spec={}), []),
    "Deployment whose template is a text": (thing("apps/v1", "Deployment", spec={"template": "x"}), []),
    "the shape elsewhere in a built-in kind is no pod spec": (thing("apps/v1", "Deployment", other=SPEC), []),
    "a built-in kind of another group goes by its shape": (
        thing_at("example.com", "Deployment", "spec.template.spec"),
        [("spec.template.spec", False, True)],
    ),
    "unknown kind": (thing_at("example.com", "Widget", "spec.podTemplate"), [("spec.podTemplate", False, True)]),
    "unknown kind, at its root": (thing("x/v1", "Widget", **SPEC), [("", False, True)]),
    "unknown kind, init containers only": (
        thing("x/v1", "Widget", spec={"initContainers": [{"image": "a"}]}),
        [("spec", False, True)],
    ),
    "unknown kind, containers that are texts": (thing("x/v1", "Widget", spec={"containers": ["a"]}), []),
    "unknown kind, containers that are no list": (thing("x/v1", "Widget", spec={"containers": {"a": {}}}), []),
    "unknown kind, no containers in the list": (thing("x/v1", "Widget", spec={"containers": []}), []),
    "unknown kind, lists in lists": (thing("x/v1", "Widget", spec=[[SPEC]]), [("spec[0][0]", False, True)]),
    "known kind, unknown place": (thing_at("argoproj.io", "Rollout", "spec.other"), [("spec.other", False, True)]),
    "one place for each item of a list": (
        thing(
            "ray.io/v1",
            "RayCluster",
            spec={
                "headGroupSpec": {"template": {"spec": SPEC}},
                "workerGroupSpecs": [{"template": {"spec": SPEC}}, {"template": {"spec": SPEC}}],
            },
        ),
        [
            ("spec.headGroupSpec.template.spec", True, True),
            ("spec.workerGroupSpecs[0].template.spec", True, True),
            ("spec.workerGroupSpecs[1].template.spec", True, True),
        ],
    ),
    "in a List": (
        thing("v1", "List", items=[POD, thing("x/v1", "Widget", spec=SPEC)]),
        [("items[0].spec", True, True), ("items[1].spec", False, True)],
    ),
    # The kind of an object inside the object decides.
    "Sensor with a Deployment": (
        thing(
            "argoproj.io/v1alpha1",
            "Sensor",
            spec={"triggers": [{"template": {"k8s": {"source": {"resource": DEPLOYMENT}}}}]},
        ),
        [("spec.triggers[0].template.k8s.source.resource.spec.template.spec", True, True)],
    ),
    "Sensor with a Pod, and containers of its own": (
        thing("argoproj.io/v1alpha1", "Sensor", spec={"template": SPEC, "resource": POD}),
        [("spec.template", False, True), ("spec.resource.spec", True, True)],
    ),
    "an unknown kind inside a known one": (
        thing("argoproj.io/v1alpha1", "Rollout", spec={"template": thing("x/v1", "Widget", spec=SPEC)}),
        [("spec.template.spec", False, True)],
    ),
    # What describes pods runs none.
    "Kyverno policy": (
        thing("kyverno.io/v1", "ClusterPolicy", spec={"rules": [{"validate": {"pattern": {"spec": SPEC}}}]}),
        [("spec.rules[0].validate.pattern.spec", False, False)],
    ),
    "Kyverno policy with a Pod": (
        thing("kyverno.io/v1", "ClusterPolicy", spec={"generate": POD}),
        [("spec.generate.spec", True, False)],
    ),
    "Kyverno policy with a Pod, inside another object": (
        thing("x/v1", "Wrapper", spec=thing("kyverno.io/v1", "Policy", spec=POD)),
        [("spec.spec.spec", True, False)],
    ),
    "Argo CD Application": (
        thing_at("argoproj.io", "Application", "spec.source.helm.valuesObject"),
        [("spec.source.helm.valuesObject", False, False)],
    ),
    "SOPS": ({**POD, "sops": {"mac": "x"}}, [("spec", True, False)]),
    "a text under sops is no encryption": ({**POD, "sops": "x"}, [("spec", True, True)]),
    "local-config": ({**POD, "metadata": {"annotations": {LOCAL_CONFIG: "true"}}}, [("spec", True, False)]),
    "no local-config": ({**POD, "metadata": {"annotations": {LOCAL_CONFIG: "false"}}}, [("spec", True, True)]),
}

ALIASES: dict[str, tuple[str, Seen]] = {
    "a pod spec under two names is found once": (
        "{apiVersion: x/v1, kind: Widget, a: &s {containers: [{image: a}]}, b: *s}",
        [("a", False, True)],
    ),
    "a pod spec that merges its containers": (
        "{apiVersion: v1, kind: Pod, x: &x {containers: [{image: a}]}, spec: {<<: *x}}",
        [("spec", True, True)],
    ),
    "of equal keys the last": (
        "{apiVersion: v1, kind: Pod, spec: x, spec: {containers: [{image: a}]}}",
        [("spec", True, True)],
    ),
    "a circle": ("{apiVersion: x/v1, kind: Widget, spec: &s {containers: [{a: *s}]}}", [("spec", False, True)]),
}


@pytest.mark.parametrize(("data", "expected"), SHAPES.values(), ids=SHAPES.keys())
def test_pod_specs_finds(data: dict[str, Any], expected: Seen) -> None:
    assert seen(json.dumps(data)) == expected


@pytest.mark.parametrize(("text", "expected"), ALIASES.values(), ids=ALIASES.keys())
def test_pod_specs_follows_aliases(text: str, expected: Seen) -> None:
    assert seen(text) == expected


@pytest.mark.parametrize(("group", "kind"), NOT_RUN)
def test_what_describes_pods_runs_none(group: str, kind: str) -> None:
    data = thing_at(group, "Any" if kind == "*" else kind, "spec.template.spec")
    assert seen(json.dumps(data)) == [("spec.template.spec", False, False)]


def test_an_object_inside_another_is_in_its_namespace() -> None:
    (found,) = in_document(json.dumps(thing("x/v1", "Widget", metadata={"namespace": "n"}, spec=POD)))
    assert (found.resource.kind, found.resource.namespace) == ("Pod", "n")


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
    fields = [field for found in in_document(text) for field in image_fields(found)]
    return [(field.path, text_of(field.value)) for field in fields]


@pytest.mark.parametrize(("text", "expected"), IMAGES.values(), ids=IMAGES.keys())
def test_image_fields_finds(text: str, expected: list[tuple[str, str]]) -> None:
    assert images(f"{{apiVersion: v1, kind: Pod, spec: {{{text}}}}}") == expected


def test_an_image_field_is_held_by_the_mapping_in_which_it_is_written() -> None:
    text = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - &c {image: a}\n  - <<: *c\n    name: x\n"
    (found,) = in_document(text)
    assert [start(field.holder) for field in image_fields(found)] == [text.index("&c {")] * 2


def test_an_alias_bomb_is_walked_node_by_node() -> None:
    levels = "".join(f"  a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30))
    text = f"apiVersion: x/v1\nkind: Widget\nspec:\n  a0: &a0 [{json.dumps(SPEC)}]\n{levels}"
    assert images(text) == [("spec.a0[0].containers[0].image", "nginx")]


# The table of custom resources against the projects' own CRD schemas.

FACTS = (Path(__file__).parent / "facts" / "pod_spec_locations_crd.tsv").read_text()
ROWS = list(csv.DictReader(FACTS.splitlines(), delimiter="\t"))
CUSTOM = [(group, kind, path) for (group, kind), paths in TABLES[1].items() for path in paths]
IN_SCHEMAS = {(row["group"], row["kind"]) for row in ROWS}


def has_secrets(row: dict[str, str]) -> bool:
    return row["class"] == "pod_spec" or (
        row["class"] == "pod_spec_like" and "imagePullSecrets" in row["detail"].split(",")
    )


def test_every_row_of_the_schemas_is_run() -> None:
    assert len(ROWS) == 290
    assert len([row for row in CUSTOM if row[:2] in IN_SCHEMAS]) == 193


@pytest.mark.parametrize(("group", "kind", "path"), [row for row in CUSTOM if row[:2] in IN_SCHEMAS])
def test_a_row_of_the_table_is_in_the_schema_of_its_kind(group: str, kind: str, path: str) -> None:
    rows = [row for row in ROWS if (row["group"], row["kind"]) == (group, kind)]
    templates = [row["path"] for row in rows if row["class"] == "opaque_template"]
    assert path in [row["path"] for row in rows if has_secrets(row)] or any(
        path.startswith(f"{template}.") for template in templates
    )


def test_the_table_has_every_pod_spec_of_the_schemas_that_takes_pull_secrets() -> None:
    wanted = {(row["group"], row["kind"], row["path"]) for row in ROWS if has_secrets(row)}
    assert wanted <= {*CUSTOM}


def test_no_kind_is_both_built_in_and_custom() -> None:
    assert not {*BUILT_IN} & {*TABLES[1]}
