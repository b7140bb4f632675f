"""The texts of a document in which an image may stand: the class, the name and the path of each."""

from __future__ import annotations

import pytest

from transformer.config import Config, FieldSpec
from transformer.image_fields import fields
from transformer.nodes import Scalar, compose, resolve
from transformer.texts import Text, texts

POD = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: nginx\n"
WIDGET = "apiVersion: x.example/v1\nkind: Widget\n"
MAP = "apiVersion: v1\nkind: ConfigMap\n"


def texts_of(text: str, config: Config | None = None) -> list[Text]:
    return list(texts(fields(compose(text), config or Config())))


def said(text: Text) -> str:
    value = resolve(text.value)
    return str(value.value) if isinstance(value, Scalar) else "an object"


# A document, and class, name and path of each of its texts.
Where = tuple[str, str, str]
FOUND: dict[str, tuple[str, list[Where]]] = {
    # In pods.
    "arguments": (
        f"{POD}    args: [--image=a/b, --image, a/b:1, c:1]\n",
        [
            ("args", "args", "spec.containers[0].args[0]"),
            ("args", "--image", "spec.containers[0].args[2]"),
            ("args", "args", "spec.containers[0].args[3]"),
        ],
    ),
    "a command": (
        f"{POD}    command: [sh, -c, run a/b:1]\n",
        [("args", "-c", "spec.containers[0].command[2]")],
    ),
    "variables": (
        f"{POD}    env:\n    - name: PROXY_IMAGE\n      value: a/b:1\n    - name: X\n      value: a/b\n",
        [
            ("env", "PROXY_IMAGE", "spec.containers[0].env[0].value"),
            ("env", "X", "spec.containers[0].env[1].value"),
        ],
    ),
    "a variable from elsewhere": (
        (f"{POD}    env:\n    - name: IMAGE\n      valueFrom:\n        configMapKeyRef: {{name: 'a/b', key: 'a/b'}}\n"),
        [
            ("env", "name", "spec.containers[0].env[0].valueFrom.configMapKeyRef.name"),
            ("env", "key", "spec.containers[0].env[0].valueFrom.configMapKeyRef.key"),
        ],
    ),
    "init and ephemeral containers": (
        f"{POD}  initContainers:\n  - args: [a/b]\n  ephemeralContainers:\n  - args: [a/b]\n",
        [
            ("args", "args", "spec.initContainers[0].args[0]"),
            ("args", "args", "spec.ephemeralContainers[0].args[0]"),
        ],
    ),
    "nothing else of a pod": (
        f"{POD}    workingDir: /a/b\n    volumeMounts: [{{mountPath: /a/b}}]\n  hostname: a/b\n",
        [],
    ),
    # Annotations.
    "annotations": (
        "apiVersion: v1\nkind: Pod\nmetadata:\n  annotations:\n    proxy/image: a/b:1\n    x: word\nspec: {}\n",
        [("annotations", "proxy/image", 'metadata.annotations["proxy/image"]')],
    ),
    "annotations of templates": (
        (
            "apiVersion: batch/v1\nkind: CronJob\nmetadata: {annotations: {a: x/1}}\nspec:\n  jobTemplate:\n"
            "    metadata: {annotations: {a: x/2}}\n    spec:\n      template:\n"
            "        metadata: {annotations: {a: x/3}}\n        spec: {containers: [{image: b}]}\n"
        ),
        [
            ("annotations", "a", "metadata.annotations.a"),
            ("annotations", "a", "spec.jobTemplate.metadata.annotations.a"),
            ("annotations", "a", "spec.jobTemplate.spec.template.metadata.annotations.a"),
        ],
    ),
    "annotations of a Secret, and nothing of what it holds": (
        (
            "apiVersion: v1\nkind: Secret\nmetadata: {annotations: {a: x/1}}\n"
            "data: {image: x/y}\nstringData: {image: 'x/y:1'}\n"
        ),
        [("annotations", "a", "metadata.annotations.a")],
    ),
    "labels are none": ("apiVersion: v1\nkind: Pod\nmetadata: {labels: {a/b: c/d}}\nspec: {}\n", []),
    # ConfigMaps.
    "data": (
        f"{MAP}data:\n  image: a/b:1\n  run.sh: |\n    docker run a/b:1\n  x: word\n",
        [("data", "image", "data.image"), ("data", "run.sh", 'data["run.sh"]')],
    ),
    "binaryData": (f"{MAP}binaryData: {{image: aGVsbG8v}}\n", [("fields", "image", "binaryData.image")]),
    "data of another kind": (f"{WIDGET}data: {{x: a/b}}\n", [("fields", "x", "data.x")]),
    "data of another group": (
        "apiVersion: x.example/v1\nkind: ConfigMap\ndata: {x: a/b}\n",
        [("fields", "x", "data.x")],
    ),
    # Other kinds.
    "fields": (
        f"{WIDGET}spec: {{a: x/y, image: word, other: word, list: [a/b, word]}}\n",
        [("fields", "a", "spec.a"), ("fields", "image", "spec.image"), ("fields", "list", "spec.list[0]")],
    ),
    "a field that is no text": (f"{WIDGET}spec: {{image: 1, proxyImage: true, x: ~, initImage: ''}}\n", []),
    "an object that is spelled like an image": (
        f"{WIDGET}spec: {{image: {{repository: a, tag: b/c}}, other: {{repository: a/b}}}}\n",
        [("fields", "image", "spec.image"), ("fields", "repository", "spec.other.repository")],
    ),
    "arguments and variables in other kinds": (
        f"{WIDGET}spec:\n  args: [--image, a/b]\n  env:\n  - name: X_IMAGE\n    value: a/b\n",
        [("args", "--image", "spec.args[1]"), ("env", "X_IMAGE", "spec.env[0].value")],
    ),
    "variables as a mapping": (f"{WIDGET}spec: {{env: {{X: a/b}}}}\n", [("env", "X", "spec.env.X")]),
    "a pod in another kind": (
        f"{WIDGET}spec: {{pod: {{containers: [{{image: x, args: [a/b], workingDir: /x}}]}}}}\n",
        [
            ("args", "args", "spec.pod.containers[0].args[0]"),
            ("fields", "workingDir", "spec.pod.containers[0].workingDir"),
        ],
    ),
    "prose": (
        f"{WIDGET}spec: {{description: a/b, message: a/b, summary: a/b, documentation: a/b, readme: a/b}}\n",
        [],
    ),
    "prose in an annotation": ("apiVersion: v1\nkind: Pod\nmetadata: {annotations: {x.io/description: a/b}}\n", []),
    "an object in an object": (
        f"{WIDGET}spec:\n  objects:\n  - {{apiVersion: y/v1, kind: Gadget, metadata: {{name: g}}, spec: {{a: x/y}}}}\n",
        [("fields", "a", "spec.objects[0].spec.a")],
    ),
    "values as a text": (
        "apiVersion: helm.cattle.io/v1\nkind: HelmChart\nspec:\n  valuesContent: |\n    a: x/y\n",
        [("values", "valuesContent", "spec.valuesContent")],
    ),
    # Kubernetes' own kinds have none but their annotations.
    "a Service": ("apiVersion: v1\nkind: Service\nspec: {externalName: a/b}\n", []),
    "a role": ("apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nrules: [{resources: [pods/log]}]\n", []),
    "an Ingress": ("apiVersion: networking.k8s.io/v1\nkind: Ingress\nspec: {rules: [{host: 'a/b'}]}\n", []),
    # No object.
    "nothing": ("", []),
    "no object": ("a: x/y\n", []),
}


@pytest.mark.parametrize(("text", "expected"), FOUND.values(), ids=FOUND)
def test_texts(text: str, expected: list[Where]) -> None:
    assert [(found.place, found.name, found.path) for found in texts_of(text)] == expected


# Documents, the texts of which say what is left out.
KNOWN = {
    "an image of a pod": (f"{POD}    args: [a/b]\n", ["a/b"]),
    "an image by the catalog": (
        "apiVersion: kafka.strimzi.io/v1beta2\nkind: Kafka\nspec: {kafka: {image: a/b, config: {x: c/d}}}\n",
        ["c/d"],
    ),
    "no image by the catalog": (
        "apiVersion: agent-install.openshift.io/v1beta1\nkind: AgentServiceConfig\nspec: {imageStorage: {x: a/b}}\n",
        [],
    ),
    "what is aliased, once": (f"{WIDGET}spec: {{a: &x {{p: a/b}}, b: *x}}\n", ["a/b"]),
    "an alias of a text is one of its own": (f"{WIDGET}spec: {{a: &x a/b, b: *x}}\n", ["a/b", "a/b"]),
    "an alias of an image is a text": (
        f"{POD.replace('nginx', '&i a/b')}    args: [*i , c/d]\n",
        ["a/b", "c/d"],
    ),
    "an image that is an alias of a text": (
        "apiVersion: v1\nkind: Pod\nmetadata: {annotations: {a: &i a/b}}\nspec: {containers: [{image: *i}]}\n",
        ["a/b"],
    ),
    "a merged text": (f"{WIDGET}x: &x {{a: a/b}}\nspec: {{<<: *x , b: c/d}}\n", ["a/b", "c/d"]),
}


@pytest.mark.parametrize(("text", "expected"), KNOWN.values(), ids=KNOWN)
def test_what_is_an_image_for_certain_is_no_text(text: str, expected: list[str]) -> None:
    assert [said(found) for found in texts_of(text)] == expected


def test_a_field_spec_takes_a_field_out_of_the_texts() -> None:
    text = f"{WIDGET}spec: {{a: x/y, b: x/z}}\n"
    config = Config(field_specs=(FieldSpec("Widget", ("spec", "a"), "spec/a"),))
    assert [found.path for found in texts_of(text, config)] == ["spec.b"]


# A document, and why its text is left alone.
LEFT = {
    "the status": (f"{WIDGET}status: {{x: a/b}}\n", "the status is what the cluster reports"),
    "another status": (f"{WIDGET}spec: {{status: {{x: a/b}}}}\n", ""),
    "managed fields": (
        "apiVersion: x.example/v1\nkind: Widget\nmetadata: {managedFields: [{x: a/b}]}\n",
        "the managed fields are what the cluster reports",
    ),
    "what was applied last": (
        (
            "apiVersion: v1\nkind: Pod\nmetadata:\n  annotations:\n"
            '    kubectl.kubernetes.io/last-applied-configuration: \'{"a": "x/y"}\'\n'
        ),
        "kubectl's record of what was applied",
    ),
    "a policy": (
        "apiVersion: kyverno.io/v1\nkind: Policy\nspec: {image: a/b}\n",
        "what a policy describes stays",
    ),
    "kept by an annotation": (
        f"{MAP}metadata: {{annotations: {{repoint.dev/keep: 'true'}}}}\ndata: {{x: a/b}}\n",
        "the annotation repoint.dev/keep",
    ),
    "a policy in an object": (
        f"{WIDGET}spec: {{x: {{apiVersion: kyverno.io/v1, kind: Policy, spec: {{image: a/b}}}}}}\n",
        "what a policy describes stays",
    ),
    "an object": (f"{WIDGET}spec: {{x: a/b}}\n", ""),
}


@pytest.mark.parametrize(("text", "reason"), LEFT.values(), ids=LEFT)
def test_why_a_text_is_left_alone(text: str, reason: str) -> None:
    assert [found.not_run for found in texts_of(text) if found.name not in ("apiVersion", "repoint.dev/keep")] == [
        reason
    ]


def test_a_text_in_an_object_belongs_to_that() -> None:
    text = f"{WIDGET}spec:\n  a: x/y\n  object: {{apiVersion: y/v1, kind: Gadget, spec: {{b: x/z}}}}\n"
    assert [(found.resource.kind, found.path) for found in texts_of(text)] == [
        ("Widget", "spec.a"),
        ("Gadget", "spec.object.spec.b"),
    ]


def test_a_deep_tree_is_no_matter() -> None:
    text = f"{WIDGET}spec: {'[' * 300}a/b{']' * 300}\n"
    assert [said(found) for found in texts_of(text)] == ["a/b"]
