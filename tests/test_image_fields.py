"""Every field with an image is found once, and each image is served by the places closest around it."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from transformer import catalog
from transformer.catalog import Row
from transformer.config import Config, FieldSpec, Holds
from transformer.field_paths import slashed
from transformer.image_fields import Fields, fields
from transformer.nodes import compose, end, start, text_of
from transformer.not_run import NOT_RUN
from transformer.resources import NamesForm

SPEC = {"containers": [{"image": "nginx"}]}
PLAIN = Config()
VALUES = Config(helm_values=True)


def found(data: Any, config: Config = PLAIN) -> Fields:
    return fields(compose(data if isinstance(data, str) else json.dumps(data)), config)


def images(data: Any, config: Config = PLAIN) -> list[str]:
    """Return the images as `path holds confidence`, without what they are mostly: `image certain`."""
    each = (f"{field.path} {field.holds} {field.confidence}" for field in found(data, config).images)
    return [words.removesuffix(" image certain") for words in each]


def places(data: Any, config: Config = PLAIN) -> dict[str, list[str]]:
    """Return the places for pull secrets as `path: key` (`path: -` where the kind has none), and their images."""
    return {
        f"{place.path}: {place.key or '-'}": [image.path for image in place.images]
        for place in found(data, config).pull_secrets
    }


def thing(api_version: str, kind: str, /, **more: Any) -> dict[str, Any]:
    return {"apiVersion": api_version, "kind": kind, **more}


def at(path: str, value: Any) -> dict[str, Any]:
    """Return `value` at a path, where `[*]` is a list of one item and `*` the key `any`."""
    for step in reversed(path.replace("[*]", ".[*]").split(".")):
        value = [value] if step == "[*]" else {"any" if step == "*" else step: value}
    whole: dict[str, Any] = value
    return whole


def thing_at(group: str, kind: str, path: str, value: Any = SPEC) -> dict[str, Any]:
    return thing(f"{group}/v1" if group else "v1", kind, **at(path, value))


def concrete(path: str) -> str:
    return path.replace("[*]", "[0]").replace(".*", ".any")


def declared(
    kind: str, path: str, holds: Holds = "image", /, *, group: str | None = None, version: str = "", **siblings: str
) -> FieldSpec:
    return FieldSpec(kind, slashed(path), path, group, version, holds, tuple(siblings.items()))


def config(*specs: FieldSpec) -> Config:
    return Config(field_specs=specs)


POD = thing("v1", "Pod", spec=SPEC)
DEPLOYMENT = thing_at("apps", "Deployment", "spec.template.spec")
WIDGET = thing("x/v1", "Widget", spec=SPEC)

WORKFLOW = thing("argoproj.io/v1alpha1", "Workflow", spec={"templates": [{"container": {"image": "a"}}]})
SENSOR = thing(
    "argoproj.io/v1alpha1",
    "Sensor",
    spec={
        "template": {"container": {"image": "s"}},
        "triggers": [{"template": {"argoWorkflow": {"source": {"resource": WORKFLOW}}}}],
    },
)
IN_SENSOR = "spec.triggers[0].template.argoWorkflow.source.resource"

# Objects, and the images in them.
IMAGES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "Pod": (POD, ["spec.containers[0].image reference certain"]),
    "unknown kind": (WIDGET, ["spec.containers[0].image"]),
    "Prometheus": (
        thing(
            "monitoring.coreos.com/v1",
            "Prometheus",
            spec={"image": "a", "thanos": {"image": "b"}, **SPEC, "tag": "c", "version": "d"},
        ),
        ["spec.image", "spec.thanos.image", "spec.containers[0].image"],
    ),
    "Workflow": (
        thing(
            "argoproj.io/v1alpha1",
            "Workflow",
            spec={
                "templates": [
                    {"container": {"image": "a"}, "sidecars": [{"image": "b"}], "initContainers": [{"image": "c"}]},
                    {"script": {"image": "d"}},
                    {"steps": [[{"inline": {"container": {"image": "e"}}}]]},
                ]
            },
        ),
        [
            "spec.templates[0].container.image",
            "spec.templates[0].sidecars[0].image",
            "spec.templates[0].initContainers[0].image",
            "spec.templates[1].script.image",
            "spec.templates[2].steps[0][0].inline.container.image",
        ],
    ),
    "TaskRun": (
        thing("tekton.dev/v1", "TaskRun", spec={"taskSpec": {"steps": [{"image": "a"}, {"image": "b"}]}}),
        ["spec.taskSpec.steps[0].image", "spec.taskSpec.steps[1].image"],
    ),
    "VirtualMachine": (
        thing(
            "kubevirt.io/v1",
            "VirtualMachine",
            spec={
                "dataVolumeTemplates": [{"spec": {"source": {"registry": {"url": "docker://a/b"}}}}],
                "template": {"spec": {"volumes": [{"containerDisk": {"image": "a"}}]}},
            },
        ),
        [
            "spec.dataVolumeTemplates[0].spec.source.registry.url url certain",
            "spec.template.spec.volumes[0].containerDisk.image",
        ],
    ),
    "HelmRelease": (
        thing(
            "helm.toolkit.fluxcd.io/v2",
            "HelmRelease",
            spec={
                "chart": {"spec": {"image": "none"}},
                "values": {"image": {"repository": "quay.io/a", "tag": 1}, "sub": {"image": "b", "imageRegistry": "c"}},
            },
        ),
        [
            "spec.values.image",
            "spec.values.sub.imageRegistry prefix likely",
        ],
    ),
    "HelmChart": (
        thing(
            "helm.cattle.io/v1", "HelmChart", spec={"chart": "oci://a", "jobImage": "b", "valuesContent": "image: c"}
        ),
        ["spec.chart url certain", "spec.jobImage"],
    ),
    "NIMService": (
        thing(
            "apps.nvidia.com/v1alpha1",
            "NIMService",
            spec={"image": {"repository": "a", "tag": "1"}, "sidecarContainers": [{"image": {"repository": "b"}}]},
        ),
        ["spec.image", "spec.sidecarContainers[0].image"],
    ),
    "Kafka": (
        thing(
            "kafka.strimzi.io/v1beta2",
            "Kafka",
            spec={"kafka": {"image": "a"}, "entityOperator": {"topicOperator": {"image": "b"}}},
        ),
        ["spec.kafka.image", "spec.entityOperator.topicOperator.image"],
    ),
    "OCIRepository": (
        thing("source.toolkit.fluxcd.io/v1", "OCIRepository", spec={"url": "oci://a/b"}),
        ["spec.url url certain"],
    ),
    "DatadogAgent": (
        thing("datadoghq.com/v2alpha1", "DatadogAgent", spec={"override": {"nodeAgent": {"image": {"name": "a"}}}}),
        ["spec.override.nodeAgent.image imageOrName certain"],
    ),
    "ImageStream": (
        thing(
            "image.openshift.io/v1",
            "ImageStream",
            spec={
                "tags": [
                    {"from": {"kind": "DockerImage", "name": "quay.io/a/b:1"}},
                    {"from": {"kind": "ImageStreamTag", "name": "a:8"}},
                    {"from": {"name": "quay.io/a/b:1"}},
                    {"from": {"kind": "DockerImage"}},
                ]
            },
        ),
        ["spec.tags[0].from"],
    ),
    "ImageStream without a group": (
        thing("v1", "ImageStream", spec={"tags": [{"from": {"kind": "DockerImage", "name": "quay.io/a/b:1"}}]}),
        ["spec.tags[0].from"],
    ),
    **{
        f"{kind} of {api_version}": (
            thing(
                api_version,
                kind,
                spec={
                    "strategy": {
                        "dockerStrategy": {"from": {"kind": "DockerImage", "name": "a"}},
                        "sourceStrategy": {"from": {"kind": "DockerImage", "name": "b"}},
                        "customStrategy": {"from": {"kind": "DockerImage", "name": "c"}},
                    },
                    "source": {
                        "images": [
                            {"from": {"kind": "DockerImage", "name": "d"}},
                            {"from": {"kind": "ImageStreamImage", "name": "d@sha256:1"}},
                        ]
                    },
                    "output": {"to": {"kind": "DockerImage", "name": "quay.io/e/f:1"}},
                },
            ),
            [
                "spec.strategy.dockerStrategy.from",
                "spec.strategy.sourceStrategy.from",
                "spec.strategy.customStrategy.from",
                "spec.source.images[0].from",
            ],
        )
        for kind in ("Build", "BuildConfig")
        for api_version in ("build.openshift.io/v1", "v1")
    },
    "ImageStreamTag": (
        thing(
            "image.openshift.io/v1", "ImageStreamTag", tag={"from": {"kind": "DockerImage", "name": "quay.io/a/b:1"}}
        ),
        ["tag.from"],
    ),
    "ImageStreamImport": (
        thing(
            "image.openshift.io/v1",
            "ImageStreamImport",
            spec={
                "repository": {"from": {"kind": "DockerImage", "name": "quay.io/a/b"}},
                "images": [{"from": {"kind": "DockerImage", "name": "quay.io/a/b:1"}, "to": {"name": "b"}}],
            },
        ),
        ["spec.repository.from", "spec.images[0].from"],
    ),
    "in an OpenShift Template": (
        thing(
            "template.openshift.io/v1",
            "Template",
            objects=[
                thing("v1", "ImageStream", spec={"tags": [{"from": {"kind": "DockerImage", "name": "quay.io/a/b:1"}}]})
            ],
        ),
        ["objects[0].spec.tags[0].from"],
    ),
    "a kind in another case": (
        thing("monitoring.coreos.com/v1", "prometheus", spec={"image": "a"}),
        ["spec.image"],
    ),
    "a kind of another group": (thing("example.com/v1", "Prometheus", spec={"image": "a"}), []),
    "Sensor with a Workflow": (
        SENSOR,
        ["spec.template.container.image", f"{IN_SENSOR}.spec.templates[0].container.image"],
    ),
    "in a List": (
        thing("v1", "List", items=[POD, WORKFLOW]),
        ["items[0].spec.containers[0].image reference certain", "items[1].spec.templates[0].container.image"],
    ),
    "in an object in a List": (
        thing("v1", "List", items=[thing("x/v1", "Widget", spec=WORKFLOW)]),
        ["items[0].spec.spec.templates[0].container.image"],
    ),
    "a definition of a kind": (
        thing("apiextensions.k8s.io/v1", "CustomResourceDefinition", spec={"default": {"image": "quay.io/a"}}),
        [],
    ),
}


@pytest.mark.parametrize(("data", "expected"), IMAGES.values(), ids=IMAGES)
def test_the_images_of_a_kind(data: dict[str, Any], expected: list[str]) -> None:
    assert images(data) == expected


def test_helm_values_change_nothing_for_objects() -> None:
    assert {name: images(data, VALUES) for name, (data, _) in IMAGES.items()} == {
        name: expected for name, (_, expected) in IMAGES.items()
    }


def test_a_row_with_siblings_names_them() -> None:
    data = thing("monitoring.coreos.com/v1", "Prometheus", spec={"baseImage": "a", "tag": "v1"})
    assert [field.siblings for field in found(data).images] == [(("tag", "tag"), ("digest", "sha"))]


# Documents that are no objects.
HELM_VALUES = {
    "sure": ("image: quay.io/a", ["image"]),
    "likely": ("image: a\nimageRegistry: b", ["imageRegistry prefix likely"]),
    "deep": ("a: [{image: quay.io/b}]", ["a[0].image"]),
    "no mapping": ("[{image: quay.io/a}]", []),
    "nothing": ("# c\n", []),
}


@pytest.mark.parametrize(("text", "expected"), HELM_VALUES.values(), ids=HELM_VALUES)
def test_documents_are_helm_values_where_the_config_says_so(text: str, expected: list[str]) -> None:
    assert images(text, VALUES) == expected
    assert images(text) == []


def test_values_that_are_encrypted_stay() -> None:
    (field,) = found("image: quay.io/a\nsops: {mac: x}", VALUES).images
    assert field.not_run == "encrypted with SOPS, whose checksum an edit would break"


TEXTS = {
    "equal keys, each": (
        "{apiVersion: argoproj.io/v1, kind: Workflow, spec: {templates: [{container: {image: a, image: b}}]}}",
        ["spec.templates[0].container.image"] * 2,
    ),
    "in the order of the text": (
        "{apiVersion: kafka.strimzi.io/v1, kind: Kafka, spec: {kafkaExporter: {image: a}, cruiseControl: {image: b}}}",
        ["spec.kafkaExporter.image", "spec.cruiseControl.image"],
    ),
    "an alias of what holds it, once": (
        "{apiVersion: argoproj.io/v1, kind: Workflow, spec: {templates: [&t {container: {image: a}}, *t]}}",
        ["spec.templates[0].container.image"],
    ),
    "an alias of the image, each": (
        "{apiVersion: tekton.dev/v1, kind: TaskRun, spec: {taskSpec: {steps: [{image: &i a}, {image: *i}]}}}",
        ["spec.taskSpec.steps[0].image", "spec.taskSpec.steps[1].image"],
    ),
    "an alias in another place, once": (
        "{apiVersion: argoproj.io/v1, kind: Workflow, spec: {templates: [{container: &c {image: a}, script: *c}]}}",
        ["spec.templates[0].container.image"],
    ),
    "an alias in another object, once": (
        (
            "{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Pod, spec: &s {containers: [{image: a}]}},"
            " {apiVersion: v1, kind: Pod, spec: *s}]}"
        ),
        ["items[0].spec.containers[0].image reference certain"],
    ),
    "by a merge key": (
        "{apiVersion: argoproj.io/v1, kind: Workflow, spec: {templates: [{container: {<<: {image: a}, name: b}}]}}",
        ["spec.templates[0].container.image"],
    ),
    "every value, by a merge key": (
        (
            "{apiVersion: acid.zalan.do/v1, kind: OperatorConfiguration, base: &b {x: a},"
            " configuration: {sidecar_docker_images: {<<: *b, y: b}}}"
        ),
        ["configuration.sidecar_docker_images.x", "configuration.sidecar_docker_images.y"],
    ),
}


@pytest.mark.parametrize(("text", "expected"), TEXTS.values(), ids=TEXTS)
def test_each_image_is_found_once_where_it_is_written(text: str, expected: list[str]) -> None:
    assert images(text) == expected


# What only looks like an image.


def test_what_is_named_like_an_image_and_none_is_known() -> None:
    data = thing(
        "kubevirt.io/v1",
        "VirtualMachine",
        spec={"dataVolumeTemplates": [{"spec": {"source": {"registry": {"imageStream": "a"}}}}]},
    )
    assert images(data) == []
    assert [text_of(each) for each in found(data).not_images] == ["a"]


def test_an_object_of_another_kind_than_a_row_asks_for_is_no_image_as_a_whole() -> None:
    text = (
        "{apiVersion: v1, kind: ImageStream, spec: {tags: [{from: {<<: {kind: ImageStreamTag}, name: 'quay.io/a'}}]}}"
    )
    assert images(text) == []
    (stays,) = found(text).not_images
    assert text[start(stays) : end(stays)] == "{<<: {kind: ImageStreamTag}, name: 'quay.io/a'}"


def test_a_text_with_helm_values_is_known() -> None:
    data = thing("helm.cattle.io/v1", "HelmChart", spec={"valuesContent": "image: a"})
    assert images(data) == []
    assert [text_of(each) for each in found(data).values_texts] == ["image: a"]


# What the config declares.

CORE = thing("v1", "Widget", spec={"image": "a"})
OF_A_GROUP = thing("example.com/v1beta1", "Widget", spec={"image": "a"})
DECLARED = ["spec.image image declared"]

FIELD_SPECS: dict[str, tuple[dict[str, Any], FieldSpec, list[str]]] = {
    "any group": (OF_A_GROUP, declared("Widget", "spec/image"), DECLARED),
    "any group, the core group": (CORE, declared("Widget", "spec/image"), DECLARED),
    "the group": (OF_A_GROUP, declared("Widget", "spec/image", group="example.com"), DECLARED),
    "another group": (OF_A_GROUP, declared("Widget", "spec/image", group="x.com"), []),
    "the core group": (CORE, declared("Widget", "spec/image", group=""), DECLARED),
    "the core group alone": (OF_A_GROUP, declared("Widget", "spec/image", group=""), []),
    "the version": (OF_A_GROUP, declared("Widget", "spec/image", version="v1beta1"), DECLARED),
    "the version, in the core group": (CORE, declared("Widget", "spec/image", version="v1"), DECLARED),
    "another version": (OF_A_GROUP, declared("Widget", "spec/image", version="v1"), []),
    "another kind": (OF_A_GROUP, declared("Gadget", "spec/image"), []),
    "another path": (OF_A_GROUP, declared("Widget", "spec/images"), []),
    "a registry": (OF_A_GROUP, declared("Widget", "spec/image", "prefix"), ["spec.image prefix declared"]),
    "a URL": (OF_A_GROUP, declared("Widget", "spec/image", "url"), ["spec.image url declared"]),
    "through a list": (
        thing("x/v1", "Widget", spec={"all": [{"image": "a"}, {"image": "b"}]}),
        declared("Widget", "spec/all/image"),
        ["spec.all[0].image image declared", "spec.all[1].image image declared"],
    ),
    "in a built-in kind": (
        thing("v1", "ConfigMap", data={"image": "a"}),
        declared("ConfigMap", "data/image"),
        ["data.image image declared"],
    ),
    "where the catalog has a URL": (
        thing("source.toolkit.fluxcd.io/v1", "OCIRepository", spec={"url": "quay.io/a"}),
        declared("OCIRepository", "spec/url"),
        ["spec.url image declared"],
    ),
    "where the catalog has it, every value": (
        thing("monitoring.coreos.com/v1", "Prometheus", spec={"image": "a"}),
        declared("Prometheus", "spec/*"),
        ["spec.image image declared"],
    ),
    "where a pod spec has it": (
        WIDGET,
        declared("Widget", "spec/containers[]/image"),
        ["spec.containers[0].image image declared"],
    ),
    "where a Pod has it": (
        POD,
        declared("Pod", "spec/containers[]/image"),
        ["spec.containers[0].image image declared"],
    ),
    "in an object in an object": (
        thing("x/v1", "Outer", spec=OF_A_GROUP),
        declared("Widget", "spec/image"),
        ["spec.spec.image image declared"],
    ),
}


@pytest.mark.parametrize(("data", "spec", "expected"), FIELD_SPECS.values(), ids=FIELD_SPECS)
def test_a_field_spec_leads_to_images_of_its_kind(data: dict[str, Any], spec: FieldSpec, expected: list[str]) -> None:
    assert images(data, config(spec)) == expected
    assert found(data, config(spec)).matched == (frozenset({0}) if expected else frozenset())


def test_a_field_spec_names_siblings() -> None:
    (field,) = found(OF_A_GROUP, config(declared("Widget", "spec/image", tag="version"))).images
    assert field.siblings == (("tag", "version"),)


def test_the_field_specs_that_led_to_something_are_known_by_their_numbers() -> None:
    specs = [
        declared("Widget", "spec/none"),
        declared("Widget", "spec/image"),
        declared("Gadget", "spec/image"),
        declared("Widget", "spec", "pullSecrets"),
    ]
    assert found(OF_A_GROUP, config(*specs)).matched == {1, 3}


# What is not run.

POLICY = thing("kyverno.io/v1", "Policy", spec={**SPEC, "image": "a"})
RUNS_NONE = NOT_RUN["kyverno.io", "*"]


def reasons(data: dict[str, Any], by: Config = PLAIN) -> dict[str, str]:
    return {field.path: field.not_run for field in found(data, by).images}


def test_the_images_of_what_is_not_run_come_with_the_reason() -> None:
    assert reasons(POLICY) == {"spec.containers[0].image": RUNS_NONE}
    assert reasons(thing("kyverno.io/v1", "Policy", spec=WORKFLOW)) == {
        "spec.spec.templates[0].container.image": RUNS_NONE
    }


def test_what_is_declared_is_rewritten_even_there() -> None:
    assert reasons(POLICY, config(declared("Policy", "spec/image"))) == {
        "spec.containers[0].image": RUNS_NONE,
        "spec.image": "",
    }


def test_what_is_declared_there_is_that_alone() -> None:
    by = config(declared("Policy", "spec/containers[]/image"))
    assert [(field.confidence, field.not_run) for field in found(POLICY, by).images] == [("declared", "")]


def test_what_is_declared_stays_where_nothing_may_be_edited() -> None:
    kept = {**OF_A_GROUP, "metadata": {"annotations": {"repoint.dev/keep": "true"}}}
    assert reasons(kept, config(declared("Widget", "spec/image"))) == {"spec.image": "the annotation repoint.dev/keep"}


def test_an_image_that_is_shared_with_what_is_not_run_is_in_both() -> None:
    text = (
        "{apiVersion: v1, kind: List, items: [{apiVersion: x/v1, kind: A, spec: &s {containers: [{image: a}]}},"
        " {apiVersion: kyverno.io/v1, kind: Policy, spec: *s}]}"
    )
    assert [field.not_run for field in found(text).images] == ["", RUNS_NONE]


# Places for pull secrets.

NODE_SETS = [{"podTemplate": {"spec": SPEC}}, {"podTemplate": {"spec": {"nodeName": "a"}}}, {"count": 1}]

PLACES: dict[str, tuple[dict[str, Any], dict[str, list[str]]]] = {
    "Pod": (POD, {"spec: imagePullSecrets": ["spec.containers[0].image"]}),
    "Deployment": (
        DEPLOYMENT,
        {"spec.template.spec: imagePullSecrets": ["spec.template.spec.containers[0].image"]},
    ),
    "a place without an image": (thing("v1", "Pod", spec={"containers": [{"name": "a"}]}), {}),
    "unknown kind": (WIDGET, {"spec: -": ["spec.containers[0].image"]}),
    "a kind that has no place": (
        thing("helm.cattle.io/v1", "HelmChart", spec={"jobImage": "a"}),
        {": -": ["spec.jobImage"]},
    ),
    "a kind that has no place, in a List": (
        thing("v1", "List", items=[thing("helm.cattle.io/v1", "HelmChart", spec={"jobImage": "a"})]),
        {"items[0]: -": ["items[0].spec.jobImage"]},
    ),
    "images beside and in a pod spec that is known": (
        thing("monitoring.coreos.com/v1", "Prometheus", spec={"image": "a", **SPEC}),
        {"spec: imagePullSecrets": ["spec.image", "spec.containers[0].image"]},
    ),
    "a place above": (
        WORKFLOW,
        {"spec: imagePullSecrets": ["spec.templates[0].container.image"]},
    ),
    "a place above what has the shape of a pod spec": (
        thing(
            "argoproj.io/v1alpha1",
            "Workflow",
            spec={"templates": [{"initContainers": [{"image": "a"}]}, {"containerSet": SPEC}]},
        ),
        {
            "spec: imagePullSecrets": [
                "spec.templates[0].initContainers[0].image",
                "spec.templates[1].containerSet.containers[0].image",
            ]
        },
    ),
    "a place that serves what stands beside it": (
        thing(
            "tekton.dev/v1",
            "TaskRun",
            spec={"podTemplate": {"nodeSelector": {}}, "taskSpec": {"steps": [{"image": "a"}]}},
        ),
        {"spec.podTemplate: imagePullSecrets": ["spec.taskSpec.steps[0].image"]},
    ),
    "a place that is not there": (
        thing("tekton.dev/v1", "TaskRun", spec={"taskSpec": {"steps": [{"image": "a"}]}}),
        {": -": ["spec.taskSpec.steps[0].image"]},
    ),
    "several places for one image, and one of them around another": (
        thing("elasticsearch.k8s.elastic.co/v1", "Elasticsearch", spec={"image": "a", "nodeSets": NODE_SETS}),
        {
            "spec.nodeSets[0].podTemplate.spec: imagePullSecrets": [
                "spec.image",
                "spec.nodeSets[0].podTemplate.spec.containers[0].image",
            ],
            "spec.nodeSets[1].podTemplate.spec: imagePullSecrets": ["spec.image"],
        },
    ),
    "the places of parts": (
        thing(
            "kafka.strimzi.io/v1beta2",
            "Kafka",
            spec={
                "kafka": {"image": "a", "template": {"pod": {}}},
                "entityOperator": {"userOperator": {"image": "b"}, "template": {"pod": {}}},
                "cruiseControl": {"image": "c"},
            },
        ),
        {
            "spec.kafka.template.pod: imagePullSecrets": ["spec.kafka.image"],
            "spec.entityOperator.template.pod: imagePullSecrets": ["spec.entityOperator.userOperator.image"],
            ": -": ["spec.cruiseControl.image"],
        },
    ),
    "each item its own": (
        thing(
            "kubevirt.io/v1",
            "VirtualMachine",
            spec=at("template.spec.volumes", [{"containerDisk": {"image": "a"}}, {"containerDisk": {"image": "b"}}]),
        ),
        {
            f"spec.template.spec.volumes[{index}].containerDisk: imagePullSecret": [
                f"spec.template.spec.volumes[{index}].containerDisk.image"
            ]
            for index in (0, 1)
        },
    ),
    "in the image": (
        thing(
            "apps.nvidia.com/v1alpha1",
            "NIMService",
            spec={"image": {"repository": "a"}, "sidecarContainers": [{"image": {"repository": "b"}}]},
        ),
        {
            "spec.image: pullSecrets": ["spec.image"],
            "spec.sidecarContainers[0].image: pullSecrets": ["spec.sidecarContainers[0].image"],
        },
    ),
    "a deployment of OpenShift without a group": (
        thing("v1", "DeploymentConfig", spec={"template": {"spec": SPEC}}),
        {"spec.template.spec: imagePullSecrets": ["spec.template.spec.containers[0].image"]},
    ),
    "what a build pulls with": (
        thing(
            "build.openshift.io/v1",
            "BuildConfig",
            spec={
                "strategy": {"dockerStrategy": {"from": {"kind": "DockerImage", "name": "a"}}},
                "source": {"images": [{"from": {"kind": "DockerImage", "name": "b"}}]},
            },
        ),
        {
            "spec.strategy.dockerStrategy: pullSecret": ["spec.strategy.dockerStrategy.from"],
            "spec.source.images[0]: pullSecret": ["spec.source.images[0].from"],
        },
    ),
    "a login": (
        thing("source.toolkit.fluxcd.io/v1", "OCIRepository", spec={"url": "oci://a/b"}),
        {"spec: secretRef": ["spec.url"]},
    ),
    "a place in a known kind that is not known": (
        thing_at("argoproj.io", "Rollout", "spec.other"),
        {"spec.other: -": ["spec.other.containers[0].image"]},
    ),
    "one place for each item of a list": (
        thing(
            "ray.io/v1",
            "RayCluster",
            spec={
                "headGroupSpec": {"template": {"spec": SPEC}},
                "workerGroupSpecs": [{"template": {"spec": SPEC}}, {"template": {"spec": SPEC}}],
            },
        ),
        {
            f"spec.{place}.template.spec: imagePullSecrets": [f"spec.{place}.template.spec.containers[0].image"]
            for place in ("headGroupSpec", "workerGroupSpecs[0]", "workerGroupSpecs[1]")
        },
    ),
    "in a List": (
        thing("v1", "List", items=[POD, WIDGET]),
        {
            "items[0].spec: imagePullSecrets": ["items[0].spec.containers[0].image"],
            "items[1].spec: -": ["items[1].spec.containers[0].image"],
        },
    ),
    # The kind of an object inside the object decides.
    "Sensor with a Workflow": (
        SENSOR,
        {
            "spec.template: imagePullSecrets": ["spec.template.container.image"],
            f"{IN_SENSOR}.spec: imagePullSecrets": [f"{IN_SENSOR}.spec.templates[0].container.image"],
        },
    ),
    "Sensor with a Deployment": (
        thing_at("argoproj.io", "Sensor", "spec.triggers[*].template.k8s.source.resource", DEPLOYMENT),
        {
            "spec.triggers[0].template.k8s.source.resource.spec.template.spec: imagePullSecrets": [
                "spec.triggers[0].template.k8s.source.resource.spec.template.spec.containers[0].image"
            ]
        },
    ),
    "an unknown kind inside a known one": (
        thing("argoproj.io/v1alpha1", "Rollout", spec={"template": WIDGET}),
        {"spec.template.spec: -": ["spec.template.spec.containers[0].image"]},
    ),
    "a place around an object is not its own": (
        thing("monitoring.coreos.com/v1", "Prometheus", spec={"image": "a", "extra": WIDGET}),
        {"spec: imagePullSecrets": ["spec.image"], "spec.extra.spec: -": ["spec.extra.spec.containers[0].image"]},
    ),
    # What is not run has its place, and the reason is the image's.
    "Kyverno policy": (
        thing_at("kyverno.io", "ClusterPolicy", "spec.rules[*].validate.pattern.spec"),
        {"spec.rules[0].validate.pattern.spec: -": ["spec.rules[0].validate.pattern.spec.containers[0].image"]},
    ),
    "Kyverno policy with a Pod": (
        thing("kyverno.io/v1", "ClusterPolicy", spec={"generate": POD}),
        {"spec.generate.spec: imagePullSecrets": ["spec.generate.spec.containers[0].image"]},
    ),
}


@pytest.mark.parametrize(("data", "expected"), PLACES.values(), ids=PLACES)
def test_images_are_served_by_the_places_around_them(data: dict[str, Any], expected: dict[str, list[str]]) -> None:
    assert places(data) == expected


@pytest.mark.parametrize("data", [case[0] for case in [*PLACES.values(), *IMAGES.values()]], ids=[*PLACES, *IMAGES])
def test_every_image_is_served(data: dict[str, Any]) -> None:
    served = {path for paths in places(data).values() for path in paths}
    assert served == {field.path for field in found(data).images}


FORMS: dict[str, tuple[dict[str, Any], NamesForm]] = {
    "objects": (POD, "pullSecrets"),
    "names": (PLACES["in the image"][0], "pullSecretNames"),
    "a name": (PLACES["each item its own"][0], "pullSecretName"),
    "an object": (PLACES["a login"][0], "pullSecretRef"),
}


@pytest.mark.parametrize(("data", "form"), FORMS.values(), ids=FORMS)
def test_a_place_has_the_form_of_its_kind(data: dict[str, Any], form: NamesForm) -> None:
    assert {place.form for place in found(data).pull_secrets} == {form}


# A Widget's spec, the field specs for its pull secrets, and the places it then has.
OWN_PLACES: dict[str, tuple[dict[str, Any], list[FieldSpec], dict[str, list[str]]]] = {
    "beside the image": (
        {"image": "a"},
        [declared("Widget", "spec/secrets", "pullSecrets")],
        {"spec: secrets": ["spec.image"]},
    ),
    "at the root": (
        {"image": "a"},
        [declared("Widget", "secret", "pullSecretName")],
        {": secret": ["spec.image"]},
    ),
    "in a pod spec": (
        SPEC,
        [declared("Widget", "spec/imagePullSecrets", "pullSecrets")],
        {"spec: imagePullSecrets": ["spec.containers[0].image"]},
    ),
    "for each item of a list": (
        {"all": [{"image": "a"}, {"image": "b"}]},
        [declared("Widget", "spec/all[]/secrets", "pullSecrets"), declared("Widget", "spec/all[]/image")],
        {"spec.all[0]: secrets": ["spec.all[0].image"], "spec.all[1]: secrets": ["spec.all[1].image"]},
    ),
    "for each item of a list that is not said": (
        {"all": [{"image": "a"}, {"image": "b"}]},
        [declared("Widget", "spec/all/secrets", "pullSecrets"), declared("Widget", "spec/all/image")],
        {"spec.all[0]: secrets": ["spec.all[0].image"], "spec.all[1]: secrets": ["spec.all[1].image"]},
    ),
    "the innermost": (
        {"image": "a", "part": {"image": "b"}},
        [
            declared("Widget", "spec/secrets", "pullSecrets"),
            declared("Widget", "spec/part/secrets", "pullSecrets"),
            declared("Widget", "spec/part/image"),
        ],
        {"spec: secrets": ["spec.image"], "spec.part: secrets": ["spec.part.image"]},
    ),
    "of two in one mapping the one that is there": (
        {"image": "a", "secret": "s"},
        [declared("Widget", "spec/secrets", "pullSecrets"), declared("Widget", "spec/secret", "pullSecretName")],
        {"spec: secret": ["spec.image"]},
    ),
    "of two in one mapping the list": (
        {"image": "a"},
        [declared("Widget", "spec/secret", "pullSecretName"), declared("Widget", "spec/secrets", "pullSecrets")],
        {"spec: secrets": ["spec.image"]},
    ),
}


@pytest.mark.parametrize(("spec", "specs", "expected"), OWN_PLACES.values(), ids=OWN_PLACES)
def test_the_config_declares_places_for_pull_secrets(
    spec: dict[str, Any], specs: list[FieldSpec], expected: dict[str, list[str]]
) -> None:
    data = thing("x/v1", "Widget", spec=spec)
    assert places(data, config(*specs, declared("Widget", "spec/image"))) == expected


# The catalog's places in pod specs, against the projects' own CRD schemas.

ROWS = list(catalog.rows())
IMAGE_ROWS = {(row.group, row.kind, row.path) for row in ROWS if row.value == "image"}


def is_in_a_pod_spec(row: Row) -> bool:
    """Say whether a row's pull secrets can stand beside containers, and not in the object that spells an image."""
    home, _, key = row.path.rpartition(".")
    is_list = row.value == "pullSecrets" and key == "imagePullSecrets"
    return is_list and (row.group, row.kind, home) not in IMAGE_ROWS


IN_POD_SPECS = list(filter(is_in_a_pod_spec, ROWS))
FACTS = (Path(__file__).parent / "facts" / "pod_spec_locations_crd.tsv").read_text()
SCHEMAS = list(csv.DictReader(FACTS.splitlines(), delimiter="\t"))


def serves_its_pod_spec(row: Row) -> bool:
    home = row.path.removesuffix(".imagePullSecrets")
    place = concrete(home)
    return places(thing_at(row.group, row.kind, home)) == {
        f"{place}: imagePullSecrets": [f"{place}.containers[0].image"]
    }


def test_a_known_kind_takes_pull_secrets_at_its_place() -> None:
    assert len(IN_POD_SPECS) > 500
    assert [row for row in IN_POD_SPECS if not serves_its_pod_spec(row)] == []


def has_secrets(row: dict[str, str]) -> bool:
    return row["class"] == "pod_spec" or (
        row["class"] == "pod_spec_like" and "imagePullSecrets" in row["detail"].split(",")
    )


def test_every_pod_spec_of_the_schemas_that_takes_pull_secrets_gets_them() -> None:
    wanted = {(row["group"], row["kind"], row["path"]) for row in SCHEMAS if has_secrets(row)}
    known = {(row.group, row.kind, row.path.removesuffix(".imagePullSecrets")) for row in IN_POD_SPECS}
    assert len(SCHEMAS) == 290
    assert wanted - known == set()
