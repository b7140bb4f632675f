"""What is likely an image in a text is reported, and with `likely` rewritten where it stands, and nothing else is."""

from __future__ import annotations

import json
import textwrap
from typing import get_args

import pytest

from transformer.config import Config, ImageOverride, Likely, Mirror
from transformer.findings import Outcome, Severity
from transformer.pipeline import Rewrite, rewrite

MIRRORS = (Mirror("docker.io", "h.example/hub"), Mirror("quay.io", "h.example/quay"))
REPORTED = Config(mirrors=MIRRORS, keep=("keep.example",))
ALL: tuple[Likely, ...] = get_args(Likely)
ASKED = REPORTED._replace(likely=ALL)
# A colon arrives where none was.
PORT = Config(mirrors=(Mirror("docker.io", "h.example:80/hub"), Mirror("quay.io", "h.example:80/quay")), likely=ALL)

HEAD = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n"
POD = f"{HEAD}spec:\n  containers:\n  - name: a\n"
MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: conf\n"
WIDGET = "apiVersion: x.example/v1\nkind: Widget\nmetadata:\n  name: w\n"
CHART = "apiVersion: helm.cattle.io/v1\nkind: HelmChart\nspec:\n  valuesContent: |-\n"

# Documents with `quay.io/` before each image to rewrite, by the class of their texts.
TEXTS: dict[str, tuple[Likely, str]] = {
    # Arguments.
    "a flag": ("args", f"{POD}    args:\n    - --image=quay.io/org/app:1 # c\n    - --verbose\n"),
    "an argument behind its flag": ("args", f"{POD}    args: [--image, quay.io/org/app]\n"),
    "a command": ("args", f'{POD}    command: ["sh", "-c", "run quay.io/org/app:1 quay.io/org/b:1"]\n'),
    "a script": (
        "args",
        f"{POD}    command:\n    - sh\n    - -c\n    - |\n      set -e\n      run quay.io/org/app:1\n",
    ),
    "a script that is folded": (
        "args",
        f"{POD}    args:\n    - >-\n      run\n      quay.io/org/app:1\n\n      quay.io/b/b\n",
    ),
    "a plain argument over two lines": ("args", f"{POD}    args:\n    - run\n      quay.io/org/app:1\n"),
    "an init container": ("args", f"{HEAD}spec:\n  initContainers:\n  - args: ['--image=quay.io/org/app:1']\n"),
    "arguments of another kind": ("args", f"{WIDGET}spec:\n  args:\n  - --image=quay.io/org/app:1\n"),
    "an argument behind a scheme": ("args", f"{POD}    args: ['--from=oci://quay.io/org/app:1']\n"),
    # Variables.
    "a variable": ("env", f"{POD}    env:\n    - name: RELATED_IMAGE_X\n      value: quay.io/org/app:1 # c\n"),
    "a variable in flow": ("env", f'{POD}    env: [{{name: X, value: "quay.io/org/app:1"}}]\n'),
    "a variable in JSON": (
        "env",
        (
            '{"apiVersion": "v1", "kind": "Pod", "spec": {"containers": '
            '[{"env": [{"name": "X", "value": "quay.io/org/app:1"}]}]}}\n'
        ),
    ),
    "a variable in JSON with escaped slashes": (
        "env",
        (
            '{"apiVersion": "v1", "kind": "Pod", "spec": {"containers": '
            '[{"env": [{"name": "X", "value": "x quay.io/org/app:1 a\\/b"}]}]}}\n'
        ),
    ),
    "a variable behind a scheme": ("env", f"{POD}    env: [{{name: X, value: 'oci://quay.io/org/app'}}]\n"),
    "several in a variable": (
        "env",
        (
            f"{POD}    env:\n    - name: STRIMZI_KAFKA_IMAGES\n      value: |\n"
            "        3.9.0=quay.io/strimzi/kafka:0.45.0-kafka-3.9.0\n"
            "        4.0.0=quay.io/strimzi/kafka:0.45.0-kafka-4.0.0\n"
        ),
    ),
    "single-quoted": ("env", f"{POD}    env:\n    - name: X\n      value: 'it''s quay.io/org/app:1'\n"),
    "double-quoted": ("env", f'{POD}    env:\n    - name: X\n      value: "a\\tquay.io/org/app:1\\n\\u0041"\n'),
    "an anchor": ("env", f"{POD}    env:\n    - name: X\n      value: &x quay.io/org/app:1\n"),
    # Annotations.
    "an annotation": (
        "annotations",
        f"{HEAD}  annotations:\n    sidecar.istio.io/proxyImage: quay.io/org/app:1\nspec: {{}}\n",
    ),
    "JSON in an annotation": (
        "annotations",
        f'{HEAD}  annotations:\n    x: \'{{"image": "quay.io/org/app", "a": 1}}\'\nspec: {{}}\n',
    ),
    "JSON in JSON in an annotation": (
        "annotations",
        (
            '{"apiVersion": "v1", "kind": "Pod", "metadata": '
            '{"annotations": {"x": "{\\"image\\": \\"quay.io/o/app:1\\"}"}}}\n'
        ),
    ),
    "an annotation of a Secret": (
        "annotations",
        "apiVersion: v1\nkind: Secret\nmetadata:\n  annotations:\n    x: quay.io/org/app:1\ndata: {}\n",
    ),
    "an annotation of a template": (
        "annotations",
        (
            "apiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n    metadata:\n      annotations:\n"
            "        x: quay.io/org/app:1\n    spec: {containers: []}\n"
        ),
    ),
    # ConfigMaps.
    "data": ("data", f"{MAP}data:\n  image: quay.io/org/app:1\n"),
    "data behind a scheme": ("data", f"{MAP}data:\n  uri: oci://quay.io/org/app:1\n"),
    "JSON in a block": ("data", f'{MAP}data:\n  x.json: |\n    {{\n      "image": "quay.io/org/app"\n    }}\n'),
    "XML in a block": (
        "data",
        f"{MAP}data:\n  config.xml: |\n    <pod>\n      <image>quay.io/org/app:1</image>\n    </pod>\n",
    ),
    "YAML in a block": ("data", f"{MAP}data:\n  x.yaml: |\n    image: quay.io/org/app # c\n    a: 1\n"),
    "a pod in a block": (
        "data",
        (
            f"{MAP}data:\n  pod.yaml: |\n    apiVersion: v1\n    kind: Pod\n    spec:\n      containers:\n"
            "      - image: quay.io/org/app\n"
        ),
    ),
    "two documents in a block": (
        "data",
        f"{MAP}data:\n  x: |-\n    image: quay.io/org/app\n    ---\n    image: quay.io/org/b\n",
    ),
    "YAML in double quotes": ("data", f'{MAP}data:\n  x: "image: quay.io/org/app\\nx: 1\\n"\n'),
    "a script in a block": ("data", f"{MAP}data:\n  x.sh: |2\n     #!/bin/sh\n     run quay.io/org/app:1 $IMAGE\n"),
    "a Dockerfile": ("data", f"{MAP}data:\n  Dockerfile: |\n    FROM quay.io/org/app:1 AS build\n    RUN make\n"),
    "without a line break at the end": ("data", f"{MAP}data:\n  x: |\n    run quay.io/org/app:1"),
    # Helm values as a text.
    "a repository without a registry": ("values", f"{CHART}    image:\n      repository: quay.io/org/app\n"),
    "a registry alone": ("values", f"{CHART}    global:\n      image: {{registry: quay.io/org}}\n"),
    "a script in values": ("values", f"{CHART}    run: echo quay.io/org/app:1\n"),
    # Fields of other kinds.
    "a field": ("fields", f"{WIDGET}spec:\n  proxyImage: quay.io/org/app:1 # c\n"),
    "a field in a list": ("fields", f"{WIDGET}spec:\n  images:\n  - quay.io/org/app:1\n  - quay.io/org/b:1\n"),
    "a field in flow": ("fields", f"{WIDGET}spec: {{image: 'quay.io/org/app:1'}}\n"),
    "a field in a block": ("fields", f"{WIDGET}spec:\n  image: |-\n    quay.io/org/app:1\n"),
    "a field with any name": ("fields", f"{WIDGET}spec:\n  component: quay.io/org/app:1\n"),
    "an object": ("fields", f"{WIDGET}spec:\n  image:\n    repository: quay.io/org/app\n    tag: v1\n"),
    "a field behind a scheme": ("fields", f"{WIDGET}spec:\n  storageUri: oci://quay.io/org/app\n"),
    "a sentence in a field": ("fields", f"{WIDGET}spec:\n  script: run quay.io/org/app:1\n"),
}


def in_crlf(text: str) -> str:
    return text.replace("\n", "\r\n")


def edits(result: Rewrite) -> int:
    return sum(len(finding.edits) for finding in result.findings)


@pytest.mark.parametrize(("place", "text"), TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_rewritten_where_asked_for(place: Likely, text: str, newline: str) -> None:
    text = text.replace("\n", newline)
    config = REPORTED._replace(likely=(place,))
    result = rewrite(text, config)
    assert result.text == text.replace("quay.io/", "h.example/quay/")
    assert {finding.outcome for finding in result.findings} == {"rewritten"}
    again = rewrite(result.text, config)
    assert (again.text, edits(again)) == (result.text, 0)


# An image in a text is certain where values say its registry.
SURE = {"a repository without a registry"}


@pytest.mark.parametrize(
    ("place", "text"),
    [case for name, case in TEXTS.items() if name not in SURE],
    ids=[name for name in TEXTS if name not in SURE],
)
def test_reported_where_not_asked_for(place: Likely, text: str) -> None:
    config = REPORTED._replace(likely=tuple(each for each in ALL if each != place))
    result = rewrite(text, config)
    assert result.text == text
    assert len(result.findings) == text.count("quay.io/")
    for finding in result.findings:
        assert (finding.severity, finding.confidence) == ("warning", "likely")
        assert finding.outcome in ("likely", "uncovered")
        assert finding.after == finding.before != ""
        assert f"likely: [{place}]" in finding.message or finding.outcome == "uncovered"


@pytest.mark.parametrize(("place", "text"), TEXTS.values(), ids=TEXTS)
def test_each_stands_where_its_finding_says(place: Likely, text: str) -> None:
    for finding in rewrite(text, REPORTED._replace(likely=(place,))).findings:
        line = text.splitlines()[finding.line - 1]
        said = line[finding.column - 1 :].lstrip("'\"&x ")
        assert said.startswith(("quay.io/", "oci://", "{repository", "|-", "repository")), (line, finding.column)


# With a colon that arrives: before and after.
PORTED = {
    "a plain argument": (
        f"{POD}    args:\n    - quay.io/org/app\n",
        f"{POD}    args:\n    - h.example:80/quay/org/app\n",
    ),
    "in flow": (f"{POD}    args: [--x=quay.io/org/app]\n", f'{POD}    args: ["--x=h.example:80/quay/org/app"]\n'),
    "in flow, quoted": (f"{POD}    args: ['quay.io/org/app']\n", f"{POD}    args: ['h.example:80/quay/org/app']\n"),
    "YAML in a block": (
        f"{MAP}data:\n  x: |\n    image: quay.io/org/app\n    a: 1\n",
        f"{MAP}data:\n  x: |\n    image: h.example:80/quay/org/app\n    a: 1\n",
    ),
    "parts in a block": (
        f"{MAP}data:\n  x: |\n    image:\n      registry: quay.io\n      repository: org/app\n",
        f"{MAP}data:\n  x: |\n    image:\n      registry: h.example:80\n      repository: quay/org/app\n",
    ),
    "quoted parts in a block": (
        f"{MAP}data:\n  x: |\n    image:\n      registry: 'quay.io'\n      repository: org/app\n",
        f"{MAP}data:\n  x: |\n    image:\n      registry: 'h.example:80'\n      repository: quay/org/app\n",
    ),
    "flow in a block": (
        f"{MAP}data:\n  x: |\n    image: {{repository: quay.io/org/app}}\n    y: quay.io/org/b\n",
        f"{MAP}data:\n  x: |\n    image: {{repository: quay.io/org/app}}\n    y: h.example:80/quay/org/b\n",
    ),
}


@pytest.mark.parametrize(("before", "after"), PORTED.values(), ids=PORTED)
def test_a_port_arrives(before: str, after: str) -> None:
    assert rewrite(before, PORT).text == after
    assert rewrite(after, PORT).text == after


# Documents that come out as they went in, whatever is asked for, and the outcomes of what is said of them.
UNCHANGED: dict[str, tuple[str, list[Outcome]]] = {
    "a Secret's contents": (
        "apiVersion: v1\nkind: Secret\nstringData: {image: 'quay.io/org/app:1'}\ndata: {image: 'quay.io/org/app:1'}\n",
        [],
    ),
    "the status": (f"{WIDGET}status:\n  image: quay.io/org/app:1\n", ["kept"]),
    "the status of a pod": (f"{POD}    image: keep.example/a\nstatus:\n  image: quay.io/org/app:1\n", []),
    "managed fields": (
        "apiVersion: x.example/v1\nkind: Widget\nmetadata:\n  managedFields:\n  - image: quay.io/org/app:1\n",
        ["kept"],
    ),
    "what was applied last": (
        (
            f"{HEAD}  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: |\n"
            '      {"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"image":"quay.io/org/app"}]}}\nspec: {}\n'
        ),
        ["kept"],
    ),
    "a comment": (f"{POD}    args:\n    - --image=quay.io/org/app:1 # repoint: keep\n", ["kept"]),
    "a comment by a quoted argument": (
        f"{POD}    args:\n    - '--image=quay.io/org/app:1' # repoint: keep\n",
        ["kept"],
    ),
    "a comment by a variable": (
        f"{POD}    env:\n    - name: X\n      value: quay.io/org/app:1 #repoint:keep\n",
        ["kept"],
    ),
    "a comment behind a block's header": (
        f"{MAP}data:\n  x: | # repoint: keep\n    run quay.io/org/app:1\n    run quay.io/org/b:1\n",
        ["kept", "kept"],
    ),
    "a comment in a block": (f"{MAP}data:\n  x: |\n    run quay.io/org/app:1 # repoint: keep\n", ["kept"]),
    "a comment by a field": (f"{WIDGET}spec:\n  image: quay.io/org/app:1 # repoint: keep\n", ["kept"]),
    "a comment by an object": (
        f"{WIDGET}spec:\n  image: # repoint: keep\n    repository: quay.io/org/app\n    tag: v1\n",
        ["kept"],
    ),
    "an annotation": (
        f"{MAP}  annotations:\n    repoint.dev/keep: 'true'\ndata:\n  image: quay.io/org/app:1\n",
        ["kept"],
    ),
    "an annotation, a pod": (
        f"{HEAD}  annotations:\n    repoint.dev/keep: 'true'\nspec:\n  containers:\n  - args: ['quay.io/org/app:1']\n",
        ["kept"],
    ),
    "a policy": (
        "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nspec:\n  image: quay.io/org/app:1\n",
        ["kept"],
    ),
    "kept by the config": (f"{POD}    args: [--image=keep.example/app]\n", ["kept"]),
    "mirrored already": (f"{POD}    args:\n    - --image=h.example/quay/org/app:1\n", ["kept"]),
    "unmapped": (f"{POD}    args:\n    - --image=r.example/app:1\n", ["likely"]),
    "an unmapped field": (f"{WIDGET}spec:\n  image: r.example/app:1\n", ["uncovered"]),
    "a kept field": (f"{WIDGET}spec:\n  image: keep.example/app:1\n", ["kept"]),
    "a word": (f"{POD}    args: [--image=nginx, nginx]\n", []),
    "prose": (f"{WIDGET}spec:\n  description: See quay.io/org/app:1\n", []),
    "a URL": (f"{POD}    args: ['--url=https://quay.io/org/app:1']\n", []),
    "a key": (f"{MAP}data:\n  quay.io/org/app: x\n", []),
    "a text under an anchor, and a key": (
        f"{WIDGET}spec:\n  image: &i quay.io/org/app:1\n  *i : x\n",
        ["refused"],
    ),
    "a variable that something else says": (
        f"{HEAD}  labels: {{a: &i quay.io/org/app:1}}\nspec:\n  containers:\n  - args:\n    - *i\n",
        ["refused"],
    ),
    "a variable that a label says as well": (
        f"{POD}    env:\n    - name: X\n      value: &i quay.io/org/app:1\n    workingDir: *i\n",
        ["refused"],
    ),
    "written with escapes": (
        f'{POD}    env:\n    - name: X\n      value: "x quay.io\\x2forg/app:1"\n',
        ["refused"],
    ),
}


@pytest.mark.parametrize(("text", "outcomes"), UNCHANGED.values(), ids=UNCHANGED)
def test_left_alone(text: str, outcomes: list[Outcome]) -> None:
    result = rewrite(text, ASKED)
    assert result.text == text
    likely = [finding for finding in result.findings if not finding.field.endswith("containers[0].image")]
    assert [finding.outcome for finding in likely] == outcomes


# Documents in a ConfigMap, none of whose images is to be rewritten where they stand by themselves.
NOT_RUN = {
    "a policy": "apiVersion: kyverno.io/v1\nkind: Policy\nspec: {containers: [{image: 'quay.io/org/app:1'}]}\n",
    "an encrypted object": (
        "apiVersion: v1\nkind: Pod\nsops: {mac: x}\nspec: {containers: [{image: 'quay.io/org/app:1'}]}\n"
    ),
    "the annotation": (
        "apiVersion: v1\nkind: Pod\nmetadata: {annotations: {repoint.dev/keep: 'true'}}\n"
        "spec: {containers: [{image: 'quay.io/org/app:1'}]}\n"
    ),
}


@pytest.mark.parametrize("inner", NOT_RUN.values(), ids=NOT_RUN)
def test_what_is_not_run_stays_in_a_text_too(inner: str) -> None:
    assert rewrite(inner, ASKED).text == inner
    text = f"{MAP}data:\n  x.yaml: |\n{textwrap.indent(inner, '    ')}"
    assert rewrite(text, ASKED).text == text


# Streams whose anchors and aliases stand in images and in texts: before and after.
ALIASED = {
    "a variable that aliases an image": (
        f"{POD}    image: &i quay.io/org/app\n    env:\n    - name: IMAGE\n      value: *i\n",
        f"{POD}    image: &i h.example/quay/org/app\n    env:\n    - name: IMAGE\n      value: *i\n",
    ),
    "an image that aliases a variable": (
        f"{POD}    env:\n    - name: IMAGE\n      value: &i quay.io/org/app:1\n    image: *i\n",
        f"{POD}    env:\n    - name: IMAGE\n      value: &i h.example/quay/org/app:1\n    image: *i\n",
    ),
    "an argument that aliases an argument": (
        f"{POD}    args:\n    - &a --image=quay.io/org/app:1\n    - *a\n",
        f"{POD}    args:\n    - &a --image=h.example/quay/org/app:1\n    - *a\n",
    ),
    "a list of arguments under an alias": (
        f"{POD}    args: &a\n    - --image=quay.io/org/app:1\n  - name: b\n    args: *a\n",
        f"{POD}    args: &a\n    - --image=h.example/quay/org/app:1\n  - name: b\n    args: *a\n",
    ),
    "a container that merges another": (
        f"{WIDGET}spec:\n  a: &a\n    args: ['quay.io/org/app:1']\n  b:\n    <<: *a\n    x: 1\n",
        f"{WIDGET}spec:\n  a: &a\n    args: ['h.example/quay/org/app:1']\n  b:\n    <<: *a\n    x: 1\n",
    ),
    "a field that aliases a field": (
        f"{WIDGET}spec:\n  image: &i quay.io/org/app:1\n  proxyImage: *i\n",
        f"{WIDGET}spec:\n  image: &i h.example/quay/org/app:1\n  proxyImage: *i\n",
    ),
}


@pytest.mark.parametrize(("before", "after"), ALIASED.values(), ids=ALIASED)
def test_aliases(before: str, after: str) -> None:
    assert rewrite(before, ASKED).text == after
    assert rewrite(after, ASKED).text == after


# Streams in which a comment keeps a text, and an image says the same scalar.
KEPT_WITH_AN_IMAGE: dict[str, tuple[str, list[Outcome]]] = {
    "the comment by the alias": (
        f"{POD}    image: &i quay.io/org/app:1\n    args:\n    - *i # repoint: keep\n",
        ["refused", "kept"],
    ),
    "the comment by the anchor": (
        f"{POD}    args:\n    - &i quay.io/org/app:1 # repoint: keep\n    image: *i\n",
        ["refused", "kept"],
    ),
}


@pytest.mark.parametrize(("text", "outcomes"), KEPT_WITH_AN_IMAGE.values(), ids=KEPT_WITH_AN_IMAGE)
def test_a_comment_by_a_text_keeps_what_an_image_says_too(text: str, outcomes: list[Outcome]) -> None:
    result = rewrite(text, ASKED)
    assert result.text == text
    assert [finding.outcome for finding in result.findings] == outcomes


def test_an_override_of_an_image_in_parts_in_a_text() -> None:
    inner = "    image:\n      registry: quay.io/org/team\n      repository: app\n"
    config = ASKED._replace(images=(ImageOverride("quay.io/org/team/app", new_name="o.example/z/other"),))
    assert rewrite(f"{MAP}data:\n  x: |\n{inner}", config).text == (
        f"{MAP}data:\n  x: |\n    image:\n      registry: o.example/z\n      repository: other\n"
    )


def test_a_text_by_two_ways_is_said_once() -> None:
    text = f"{WIDGET}spec:\n  a: &a\n    x: quay.io/org/app:1\n  b:\n    <<: *a\n    y: 1\n"
    assert [finding.field for finding in rewrite(text, ASKED).findings] == ["spec.a.x"]


def test_without_being_asked_an_image_that_a_variable_aliases_stays() -> None:
    text = ALIASED["a variable that aliases an image"][0]
    result = rewrite(text, REPORTED)
    assert result.text == text
    assert [finding.outcome for finding in result.findings] == ["refused", "likely"]


# The argument of a pod besides an image of it, and what the argument becomes.
EVIDENCE = {
    "the image": ("org/app:1", "--from=org/app:1", "--from=h.example/hub/org/app:1"),
    "the image, in full": ("docker.io/org/app:1", "--from=org/app:1", "--from=h.example/hub/org/app:1"),
    "a word": ("nginx:1", "--from=nginx:1", "--from=h.example/hub/library/nginx:1"),
    "another tag": ("org/app:2", "--from=org/app:1", "--from=org/app:1"),
    "another image": ("org/b:1", "--from=org/app:1", "--from=org/app:1"),
    "no tag": ("org/app", "--from=org/app", "--from=h.example/hub/org/app"),
}


@pytest.mark.parametrize(("image", "argument", "expected"), EVIDENCE.values(), ids=EVIDENCE)
def test_evidence(image: str, argument: str, expected: str) -> None:
    text = f"{POD}    image: {image}\n---\n{POD}    args:\n    - ARGUMENT\n"
    assert rewrite(text.replace("ARGUMENT", argument), ASKED).text.endswith(f"    - {expected}\n")


def test_a_host_of_a_known_image_is_evidence_to_report() -> None:
    text = f"{POD}    image: r.example/a/b:1\n    args: ['r.example/c:1']\n"
    assert [finding.outcome for finding in rewrite(text, ASKED).findings] == ["unmapped", "likely"]
    alone = rewrite(text.replace("    image: r.example/a/b:1\n", ""), ASKED)
    assert alone.findings == ()


# A document, and severity, outcome and a part of the message of its one finding.
SAID: dict[str, tuple[str, Severity, Outcome, str]] = {
    "an argument": (
        f"{POD}    args: ['--image=quay.io/org/app:1']\n",
        "warning",
        "likely",
        (
            "quay.io/org/app:1 in an argument is likely an image; "
            "with 'likely: [args]' in the config it becomes h.example/quay/org/app:1"
        ),
    ),
    "a variable": (
        f"{POD}    env: [{{name: X, value: 'quay.io/org/app:1'}}]\n",
        "warning",
        "likely",
        "in the variable X is likely an image",
    ),
    "an annotation": (
        f"{HEAD}  annotations: {{x: 'quay.io/org/app:1'}}\n",
        "warning",
        "likely",
        "in the annotation x is likely an image",
    ),
    "data": (f"{MAP}data: {{x: 'quay.io/org/app:1'}}\n", "warning", "likely", "in the text x is likely an image"),
    "values": (f"{CHART}    a: quay.io/org/app:1 x\n", "warning", "likely", "in the values is likely an image"),
    "a field": (f"{WIDGET}spec: {{x: 'run quay.io/org/app:1'}}\n", "warning", "likely", "in the field x is likely an"),
    "unmapped": (
        f"{POD}    args: ['--image=r.example/app:1']\n",
        "warning",
        "likely",
        "is likely an image, and no mirror covers r.example/app:1",
    ),
    "a comment": (
        f"{POD}    args:\n    - quay.io/a/b:1 # repoint: keep\n",
        "info",
        "kept",
        "the comment repoint: keep",
    ),
    "the status": (f"{WIDGET}status: {{image: 'quay.io/a/b:1'}}\n", "info", "kept", "what the cluster reports"),
    "kept": (f"{POD}    args: ['keep.example/a/b:1']\n", "info", "kept", "stays: spec.keep[0] (keep.example)"),
}


@pytest.mark.parametrize(("text", "severity", "outcome", "message"), SAID.values(), ids=SAID)
def test_findings(text: str, severity: Severity, outcome: Outcome, message: str) -> None:
    (finding,) = rewrite(text, REPORTED).findings
    assert (finding.severity, finding.outcome) == (severity, outcome)
    assert message in finding.message


def test_unmapped_ones_are_no_matter_where_the_config_allows_them() -> None:
    text = f"{POD}    args: ['--image=r.example/app:1']\n---\n{WIDGET}spec: {{image: 'r.example/a:1'}}\n"
    config = REPORTED._replace(unmapped="allow")
    assert [finding.severity for finding in rewrite(text, config).findings] == ["info", "info"]


def test_a_comment_in_a_block_keeps_its_line_alone() -> None:
    text = f"{MAP}data:\n  x: |\n    run quay.io/org/a:1 # repoint: keep\n    run quay.io/org/b:1\n"
    result = rewrite(text, ASKED)
    assert result.text == text.replace("quay.io/org/b", "h.example/quay/org/b")
    assert [finding.outcome for finding in result.findings] == ["kept", "rewritten"]


def test_a_place_that_cannot_be_edited_leaves_the_others_of_its_text() -> None:
    text = f"{MAP}data:\n  x: |\n    a: &i quay.io/org/a\n    image: *i\n    run: x quay.io/org/b:1\n"
    result = rewrite(text, ASKED)
    assert result.text == text.replace("quay.io/org/b", "h.example/quay/org/b")
    assert [finding.outcome for finding in result.findings] == ["refused", "rewritten"]


def test_texts_that_json_quotes_stay_json() -> None:
    text = json.dumps(
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "data": {"x": json.dumps({"image": "quay.io/org/app", "é": "\n"}, indent=1)},
        }
    )
    result = rewrite(text, ASKED)
    inner = json.loads(json.loads(result.text)["data"]["x"])
    assert inner == {"image": "h.example/quay/org/app", "é": "\n"}


def test_helm_values_have_texts_too() -> None:
    text = "image: {registry: quay.io, repository: a}\nx: quay.io/org/b:1\ny: |\n  image: quay.io/org/c:1\n"
    expected = "image: {registry: h.example, repository: quay/a}\n" + text.partition("\n")[2].replace(
        "quay.io", "h.example/quay"
    )
    assert rewrite(text, ASKED._replace(helm_values=True)).text == expected
    assert rewrite(text, ASKED).text == text


def test_the_hub_by_its_other_name_is_the_hub() -> None:
    text = f"{POD}    args: [index.docker.io/org/app:1]\n"
    assert rewrite(text, ASKED).text == text.replace("index.docker.io", "h.example/hub")


@pytest.mark.parametrize("argument", ["--destination=quay.io/org/app:1", "docker push quay.io/org/app:1"])
def test_where_an_image_is_pushed_to_stays(argument: str) -> None:
    text = f"{POD}    args:\n    - {argument}\n"
    assert rewrite(text, ASKED).text == text
