"""Each object whose images are looked after says so once it has been through here, and nothing else does."""

from __future__ import annotations

import json
from typing import Any

import pytest

from transformer.config import Config, FieldSpec, Mirror, PullSecret
from transformer.findings import Finding
from transformer.nodes import compose, plain
from transformer.pipeline import rewrite

CONFIG = Config(name="corp", mirrors=(Mirror("docker.io", "h.example/hub"),), keep=("k.example",), marker=True)
MARKER = "repoint.dev/mirrored-by"
SAID = f"{MARKER}: corp"

POD = "apiVersion: v1\nkind: Pod\n"
SPEC = "spec:\n  containers:\n  - image: k.example/app\n"
MARKED = f"metadata:\n  name: a\n  annotations:\n    {SAID}\n"
POD_SPEC = "{containers: [{image: k.example/app}]}"
LIST = "apiVersion: v1\nkind: List\nitems:\n"
ALIAS = "x: &x {a: b}\n"


def pod(metadata: str) -> str:
    return f"{POD}{metadata}{SPEC}"


# Documents that come out as they went in.
UNCHANGED = {
    "nothing": "",
    "no object": "containers:\n- image: k.example/app\n",
    "no image": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n",
    "no image in its containers": f"{POD}metadata:\n  name: a\nspec:\n  containers:\n  - name: a\n",
    "an image in a text": f"{POD}metadata:\n  name: a\nspec:\n  containers:\n  - args: [--image=k.example/app:1]\n",
    "marked": pod(MARKED),
    "marked, quoted": pod(MARKED.replace("corp", "'corp'")),
    "marked, in flow": pod(f'metadata: {{annotations: {{"{MARKER}": "corp"}}}}\n'),
    "marked, a literal": pod(MARKED.replace("corp", "|-\n      corp")),
    "marked, an explicit key": pod(f"metadata:\n  ? annotations\n  : ? {MARKER}\n    : corp\n"),
    "marked, by an alias": f"{POD}x: &x {{{SAID}}}\nmetadata: {{annotations: *x }}\n{SPEC}",
    "marked, by an alias of the text": f"{POD}metadata: {{name: &n corp, annotations: {{{MARKER}: *n }}}}\n{SPEC}",
    "marked, by a merge key": f"{POD}x: &x {{{SAID}}}\nmetadata: {{annotations: {{<<: *x, a: b}}}}\n{SPEC}",
    "marked, the last of equal keys": pod(MARKED.replace(SAID, f"{MARKER}: old\n    {SAID}")),
    "kept by an annotation": pod('metadata:\n  annotations:\n    repoint.dev/keep: "true"\n'),
    "never in a cluster": pod('metadata:\n  annotations:\n    config.kubernetes.io/local-config: "true"\n'),
    "SOPS": pod("metadata:\n  name: a\nsops: {mac: x}\n"),
    "a policy": f"apiVersion: kyverno.io/v1\nkind: Policy\nmetadata:\n  name: a\n{SPEC}",
    "a policy in a list": (
        f"{LIST}- {{apiVersion: kyverno.io/v1, kind: Policy, metadata: {{name: a}}, spec: {POD_SPEC}}}\n"
    ),
    "Helm values": "image: k.example/app\nmetadata:\n  name: a\n",
    "a definition": "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: a}\n" + SPEC,
    "not YAML": f"{POD}metadata:\n  name: a\n{SPEC}\tb: 1\n",
}

# The metadata of a pod, or what stands with it, before and after.
ADDED = {
    "no annotations": ("metadata:\n  name: a\n", MARKED),
    "no annotations, more behind": (
        "metadata:\n  name: a  # c\n  labels:\n    x: y\n    # d\n  # e\n",
        f"metadata:\n  name: a  # c\n  labels:\n    x: y\n    # d\n  annotations:\n    {SAID}\n  # e\n",
    ),
    "no annotations, four blanks": (
        "metadata:\n    name: a\n",
        f"metadata:\n    name: a\n    annotations:\n        {SAID}\n",
    ),
    "no annotations, an anchor": (
        "metadata: &m\n   name: a\n",
        f"metadata: &m\n   name: a\n   annotations:\n      {SAID}\n",
    ),
    "no annotations, a tag and a comment": (
        "metadata: !!map # c\n  name: a\n",
        f"metadata: !!map # c\n  name: a\n  annotations:\n    {SAID}\n",
    ),
    "no annotations, in flow": (
        "metadata: {name: a} # c\n",
        f"metadata: {{annotations: {{{SAID}}}, name: a}} # c\n",
    ),
    "no annotations, in flow over lines": (
        "metadata: {\n  name: a, # c\n  }\n",
        f"metadata: {{\n  annotations: {{{SAID}}},\n  name: a, # c\n  }}\n",
    ),
    "no annotations, behind a literal": (
        "metadata:\n  name: a\n  labels:\n    x: |+\n      one\n\n",
        f"metadata:\n  name: a\n  labels:\n    x: |+\n      one\n\n  annotations:\n    {SAID}\n",
    ),
    "no annotations, explicit keys": (
        "? metadata\n: ? name\n  : a\n",
        f"? metadata\n: ? name\n  : a\n  annotations:\n    {SAID}\n",
    ),
    "no annotations, a merge key": (
        "x: &x {labels: {a: b}}\nmetadata:\n  <<: *x\n  name: a\n",
        f"x: &x {{labels: {{a: b}}}}\nmetadata:\n  <<: *x\n  name: a\n  annotations:\n    {SAID}\n",
    ),
    "of equal keys the last": (
        "metadata: {name: a}\nmetadata:\n  name: b\n",
        f"metadata: {{name: a}}\nmetadata:\n  name: b\n  annotations:\n    {SAID}\n",
    ),
    "annotations of nothing": (
        "metadata:\n  annotations: # c\n  name: a\n",
        f"metadata:\n  annotations: {{{SAID}}} # c\n  name: a\n",
    ),
    "annotations of nothing, a comment below": (
        "metadata:\n  annotations:\n    # x: y\n  name: a\n",
        f"metadata:\n  annotations: {{{SAID}}}\n    # x: y\n  name: a\n",
    ),
    "annotations of nothing, a key alone": (
        "metadata:\n  ? annotations\n  ? name\n  : a\n",
        f"metadata:\n  ? annotations\n  : {{{SAID}}}\n  ? name\n  : a\n",
    ),
    "annotations of nothing, in flow": (
        "metadata: {annotations, name: a}\n",
        f"metadata: {{annotations: {{{SAID}}}, name: a}}\n",
    ),
    "annotations of nothing, an anchor": (
        "metadata:\n  annotations: &a\n  name: a\n",
        f"metadata:\n  annotations: &a {{{SAID}}}\n  name: a\n",
    ),
    "annotations of null": ("metadata:\n  annotations: ~\n", f"metadata:\n  annotations: {{{SAID}}}\n"),
    "empty annotations": ("metadata:\n  annotations: {}\n", f"metadata:\n  annotations: {{{SAID}}}\n"),
    "empty annotations, a comment": (
        "metadata:\n  annotations: { # c\n  }\n",
        f"metadata:\n  annotations: {{{SAID} # c\n  }}\n",
    ),
    "annotations": (
        "metadata:\n  annotations:\n    # c\n    x: y # d\n  name: a\n",
        f"metadata:\n  annotations:\n    # c\n    x: y # d\n    {SAID}\n  name: a\n",
    ),
    "annotations, the last a literal": (
        "metadata:\n  annotations:\n    x: |\n      {}\n\n  name: a\n",
        f"metadata:\n  annotations:\n    x: |\n      {{}}\n    {SAID}\n\n  name: a\n",
    ),
    "annotations, anchored": (
        "metadata:\n  annotations: &a\n    x: y\n",
        f"metadata:\n  annotations: &a\n    x: y\n    {SAID}\n",
    ),
    "annotations, an anchored value": (
        "metadata:\n  annotations:\n    x: &v y\n  labels: {x: *v }\n",
        f"metadata:\n  annotations:\n    x: &v y\n    {SAID}\n  labels: {{x: *v }}\n",
    ),
    "annotations, merged in": (
        f"{ALIAS}metadata:\n  annotations:\n    <<: *x\n",
        f"{ALIAS}metadata:\n  annotations:\n    <<: *x\n    {SAID}\n",
    ),
    "annotations, in flow": (
        "metadata:\n  annotations: { x: y }\n",
        f"metadata:\n  annotations: {{ {SAID}, x: y }}\n",
    ),
    "annotations, quoted": (
        'metadata: {"annotations": {"x": "y"}}\n',
        f'metadata: {{"annotations": {{"{MARKER}": "corp", "x": "y"}}}}\n',
    ),
    "another mark": (
        MARKED.replace("corp", "old # c"),
        MARKED.replace("corp", "corp # c"),
    ),
    "another mark, quoted": (MARKED.replace("corp", "'old'"), MARKED.replace("corp", "'corp'")),
    "another mark, a number": (MARKED.replace("corp", "1"), MARKED),
    "another mark, an anchor": (MARKED.replace("corp", "&m old"), MARKED.replace("corp", "&m corp")),
    "another mark, a literal": (MARKED.replace("corp", "|-\n      old"), MARKED.replace("corp", "|-\n      corp")),
    "another mark, folded": (
        MARKED.replace("corp", ">- # old\n      old"),
        MARKED.replace("corp", ">- # old\n      corp"),
    ),
    "another mark, over two lines": (MARKED.replace("corp", "old\n      older"), MARKED),
    "another mark, an empty one": (MARKED.replace("corp", '""'), MARKED.replace("corp", '"corp"')),
    "another mark, in flow": (
        f'metadata: {{annotations: {{"{MARKER}": "old", x: y}}}}\n',
        f'metadata: {{annotations: {{"{MARKER}": "corp", x: y}}}}\n',
    ),
    "another mark, likely an image": (MARKED.replace("corp", "docker.io/nginx:1"), MARKED),
    "a mark of nothing": (MARKED.replace(" corp", ""), MARKED),
    "a mark of nothing, a comment": (MARKED.replace("corp", "# c"), MARKED.replace("corp", "corp # c")),
    "a mark that overrides what is merged in": (
        f"x: &x {{{MARKER}: old}}\nmetadata:\n  annotations:\n    {MARKER}: old\n    <<: *x\n",
        f"x: &x {{{MARKER}: old}}\nmetadata:\n  annotations:\n    {SAID}\n    <<: *x\n",
    ),
}


@pytest.mark.parametrize("text", UNCHANGED.values(), ids=UNCHANGED)
def test_noop(text: str) -> None:
    result = rewrite(text, CONFIG)
    assert result.text == text
    assert not any(finding.outcome in ("marked", "unmarked") for finding in result.findings)


@pytest.mark.parametrize(("before", "after"), ADDED.values(), ids=ADDED)
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("is_last", [False, True], ids=["first", "last"])
def test_mark(before: str, after: str, newline: str, is_last: bool) -> None:
    around = f"{POD}{SPEC}{{}}" if is_last else f"{POD}{{}}{SPEC}"
    before, after = (around.replace("{}", text).replace("\n", newline) for text in (before, after))
    config = CONFIG._replace(likely=("annotations",))
    assert rewrite(before, config).text == after
    again = rewrite(after, config)
    assert again.text == after
    assert not any(finding.edits for finding in again.findings)


@pytest.mark.parametrize("text", [before for before, _ in ADDED.values()], ids=ADDED)
def test_mark_where_no_line_break_ends_the_text(text: str) -> None:
    text = f"{POD}{SPEC}{text}".rstrip("\n")
    expected = data_of(text)
    annotations = expected["metadata"].get("annotations") or {}
    expected["metadata"]["annotations"] = {**annotations, MARKER: "corp"}
    assert data_of(rewrite(text, CONFIG).text) == expected


def data_of(text: str) -> Any:
    root = compose(text)
    assert root is not None
    return plain(root)


@pytest.mark.parametrize("indent", [None, 2, 4])
@pytest.mark.parametrize("annotations", [{}, {"annotations": {}}, {"annotations": {"x": "y"}}, {"annotations": None}])
def test_json_stays_json(annotations: dict[str, dict[str, str] | None], indent: int | None) -> None:
    spec = {"containers": [{"image": "nginx"}]}
    data = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", **annotations}, "spec": spec}
    config = CONFIG._replace(pull_secrets=(PullSecret("pull", ("h.example",)),))
    found = json.loads(rewrite(json.dumps(data, indent=indent), config).text)
    assert found["metadata"] == {"name": "a", "annotations": {**(annotations.get("annotations") or {}), MARKER: "corp"}}
    assert found["spec"]["imagePullSecrets"] == [{"name": "pull"}]


# Whatever becomes of an image, it has been looked at.
IMAGES = ["nginx", "k.example/app", "other.example/app", "$(IMAGE)", "h.example/hub/app", "nginx  # repoint: keep", ""]


@pytest.mark.parametrize("image", IMAGES)
def test_mark_whatever_becomes_of_the_image(image: str) -> None:
    text = pod("metadata:\n  name: a\n").replace("k.example/app", image)
    assert MARKED in rewrite(text, CONFIG).text


NAMED = "metadata: {name: a}"
WITH_MARK = f"metadata: {{annotations: {{{SAID}}}, name: a}}"
SHARED = f"spec: &s {POD_SPEC}"
RELEASE = f"apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n{NAMED}\nspec:\n  values:\n    image:\n"
WIDGET = f"apiVersion: x/v1\nkind: Widget\n{NAMED}\nspec: {{image: k.example/app}}\n"
POLICY = WIDGET.replace("x/v1", "kyverno.io/v1")
INNER = f"{{apiVersion: v1, kind: Pod, {NAMED}, {SHARED}}}"
DECLARED = CONFIG._replace(field_specs=(FieldSpec("Widget", ("spec", "image"), "spec/image"),))

# A config, a document, and how many of its objects are marked, of those with a name the first ones.
OBJECTS = {
    "a pod template": (
        CONFIG,
        f"apiVersion: batch/v1\nkind: Job\n{NAMED}\nspec: {{template: {{{NAMED}, {SHARED}}}}}\n",
        1,
    ),
    "a kind of the catalog": (
        CONFIG,
        f"apiVersion: kafka.strimzi.io/v1beta2\nkind: Kafka\n{NAMED}\nspec: {{kafka: {{image: x/y}}}}\n",
        1,
    ),
    "a URL of the catalog that names no image": (
        CONFIG,
        f"apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\n{NAMED}\nspec: {{url: 'https://x.example'}}\n",
        0,
    ),
    "an image in values": (CONFIG, f"{RELEASE}      registry: docker.io\n      repository: x/y\n", 1),
    "likely an image in values": (CONFIG, f"{RELEASE}      repository: x/y\n", 0),
    "likely an image in values that are asked for": (
        CONFIG._replace(likely=("values",)),
        f"{RELEASE}      repository: x/y\n",
        1,
    ),
    "a field that nothing is known of": (CONFIG._replace(likely=("fields",)), WIDGET, 0),
    "a field of the config": (DECLARED, WIDGET, 1),
    "a field of the config in a kind that is not run": (
        DECLARED._replace(field_specs=(DECLARED.field_specs[0]._replace(kind="Policy"),)),
        POLICY.replace("kind: Widget", "kind: Policy"),
        1,
    ),
    "objects in a list": (
        CONFIG,
        f"{LIST}- {INNER}\n- {INNER.replace('&s ', '')}\n- {{apiVersion: v1, kind: Service, {NAMED}}}\n",
        2,
    ),
    "objects of a list's kind": (
        CONFIG,
        f"apiVersion: v1\nkind: PodList\nitems:\n- {{{NAMED}, {SHARED}}}\n- {{{NAMED}}}\n",
        1,
    ),
    "objects that share what has the image": (
        CONFIG,
        f"{LIST}- {INNER}\n- {{apiVersion: v1, kind: Pod, {NAMED}, spec: *s }}\n",
        2,
    ),
    "objects in a list in a list": (CONFIG, f"{LIST}- apiVersion: v1\n  kind: List\n  items:\n  - {INNER}\n", 1),
    "a ResourceList": (
        CONFIG,
        (
            f"apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n- {INNER}\n"
            f"functionConfig:\n  apiVersion: v1\n  kind: Pod\n  {NAMED}\n  spec: *s\n"
        ),
        1,
    ),
    "an object in an object": (
        CONFIG,
        f"apiVersion: work.example/v1\nkind: Work\n{NAMED}\nspec: {{parts: [{INNER}, {INNER.replace('&s ', '')}]}}\n",
        1,
    ),
    "an object in an object in a list": (
        CONFIG,
        f"{LIST}- apiVersion: work.example/v1\n  kind: Work\n  {NAMED}\n  spec: {{parts: [{INNER}]}}\n",
        1,
    ),
    "an object in a policy": (CONFIG, f"apiVersion: kyverno.io/v1\nkind: Policy\n{NAMED}\nspec: {{pod: {INNER}}}\n", 0),
    "Helm values": (CONFIG._replace(helm_values=True), f"image: k.example/app\n{NAMED}\n", 0),
}


@pytest.mark.parametrize(("config", "text", "number"), OBJECTS.values(), ids=OBJECTS)
def test_mark_each_object_of_the_input(config: Config, text: str, number: int) -> None:
    result = rewrite(text, config)
    assert [each.outcome for each in result.findings if "mark" in each.outcome] == ["marked"] * number
    assert result.text == rewrite(text.replace(NAMED, WITH_MARK, number), config._replace(marker=False)).text
    assert not any(finding.edits for finding in rewrite(result.text, config).findings)


# The metadata of a pod, or what stands with it, that no mark can be written into, and why.
BY_ALIAS = "something else has a part of its metadata too, by an alias or a merge key"
STUCK = {
    "no metadata": ("", "it has no metadata"),
    "metadata of nothing": ("metadata:\n", "it has no metadata"),
    "empty metadata": ("metadata: {}\n", "it has no metadata"),
    "metadata that are a text": ("metadata: a\n", "it has no metadata"),
    "metadata by an alias": (f"{ALIAS}metadata: *x\n", BY_ALIAS),
    "metadata by a merge key": ("x: &x {metadata: {name: a}}\n<<: *x\n", BY_ALIAS),
    "metadata that others have": ("metadata: &m\n  name: a\nx: *m\n", BY_ALIAS),
    "annotations by an alias": (f"{ALIAS}metadata:\n  annotations: *x\n", BY_ALIAS),
    "annotations by a merge key": ("x: &x {annotations: {a: b}}\nmetadata:\n  <<: *x\n", BY_ALIAS),
    "annotations that others have": ("metadata:\n  annotations: &a\n    a: b\n  labels: *a\n", BY_ALIAS),
    "annotations of nothing that others have": ("metadata:\n  annotations: &a\n  labels: *a\n", BY_ALIAS),
    "annotations that are a text": ("metadata:\n  annotations: a\n", "its annotations are no mapping"),
    "annotations that are an empty text": ("metadata:\n  annotations: ''\n", "its annotations are no mapping"),
    "annotations that are a list": ("metadata:\n  annotations: [a]\n", "its annotations are no mapping"),
    "a mark by an alias": (f"metadata: {{name: &n old, annotations: {{{MARKER}: *n }}}}\n", BY_ALIAS),
    "a mark by a merge key": (f"x: &x {{{MARKER}: old}}\nmetadata: {{annotations: {{<<: *x}}}}\n", BY_ALIAS),
    "a mark that others have": (f"metadata: {{annotations: {{{MARKER}: &m old}}, name: *m }}\n", BY_ALIAS),
    "a mark with a line break": (
        f"metadata: {{}}\nmetadata:\n  annotations:\n    {MARKER}: |\n      corp\n",
        "its mark is no text in one line",
    ),
    "a mark that is an empty literal": (
        f"metadata:\n  annotations:\n    {MARKER}: |\n",
        "its mark is no text in one line",
    ),
    "a mark of two lines": (
        f"metadata:\n  annotations:\n    {MARKER}: |-\n      a\n      b\n",
        "its mark is no text in one line",
    ),
    "a mark that is a list": (f"metadata: {{annotations: {{{MARKER}: [corp]}}}}\n", "its mark is no text in one line"),
    "a mark with a tag alone": (f"metadata:\n  annotations:\n    {MARKER}: !!str\n", "its mark is no text in one line"),
}


@pytest.mark.parametrize(("metadata", "why"), STUCK.values(), ids=STUCK)
def test_what_cannot_be_marked_is_a_warning(metadata: str, why: str) -> None:
    result = rewrite(pod(metadata), CONFIG)
    assert result.text == pod(metadata)
    (finding,) = [each for each in result.findings if each.outcome == "unmarked"]
    assert (finding.severity, finding.is_to_do) == ("warning", False)
    assert finding.message.endswith(f": does not get the annotation {MARKER}: {why}")


def test_an_object_that_stands_in_two_places_is_not_marked() -> None:
    text = f"{LIST}- &p {INNER}\n- *p\n"
    assert rewrite(text, CONFIG).text == text


def marked(text: str) -> list[Finding]:
    return [each for each in rewrite(text, CONFIG).findings if each.outcome == "marked"]


# A pod, and line and column at which a finding stands: at the mark, or the nearest that is there.
PLACES = {
    "no annotations": (pod("metadata:\n  name: a\n"), (4, 3)),
    "empty annotations": (pod("metadata:\n  annotations: {}\n"), (4, 16)),
    "annotations": (pod("metadata:\n  annotations:\n    x: y\n"), (5, 5)),
    "another mark": (pod(MARKED.replace("corp", "old")), (6, 30)),
}


@pytest.mark.parametrize(("text", "place"), PLACES.values(), ids=PLACES)
def test_a_finding_says_what_and_where(text: str, place: tuple[int, int]) -> None:
    (finding,) = marked(text)
    assert (finding.line, finding.column) == place
    assert (finding.severity, finding.is_to_do) == ("info", True)
    assert finding.field == f'metadata.annotations["{MARKER}"]'
    assert finding.message.endswith(f": gets the annotation {MARKER}: corp")


def test_a_finding_in_a_list_says_in_which_object() -> None:
    (finding,) = marked(f"{LIST}- {{apiVersion: v1, kind: Service, {NAMED}}}\n- {INNER}\n")
    assert finding.field == f'items[1].metadata.annotations["{MARKER}"]'
    assert str(finding.resource) == "Pod a"


@pytest.mark.parametrize(
    ("name", "written"), {"": "repoint", "corp": "corp", "1.5": '"1.5"', "null": '"null"', "a.b-c": "a.b-c"}.items()
)
def test_the_mark_is_the_name_of_the_config(name: str, written: str) -> None:
    text, config = pod("metadata:\n  name: a\n"), CONFIG._replace(name=name)
    marked = rewrite(text, config).text
    assert marked == pod(MARKED.replace("corp", written))
    assert rewrite(marked, config).text == marked
    assert rewrite(pod(MARKED.replace("corp", "old")), config).text == marked


# Custom resources whose pull secrets are written where their mark is, and what is written.
SECRETS = CONFIG._replace(
    pull_secrets=(PullSecret("pull", ("k.example",)),),
    field_specs=(
        FieldSpec("Widget", ("spec", "image"), "spec/image"),
        FieldSpec("Widget", ("secrets",), "secrets", holds="pullSecretNames", optional=True),
    ),
)
IN_ANNOTATIONS = SECRETS._replace(
    field_specs=(
        FieldSpec("Widget", ("metadata", "annotations", "x/image"), "metadata/annotations/x\\/image"),
        FieldSpec(
            "Widget",
            ("metadata", "annotations", "x/pull"),
            "metadata/annotations/x\\/pull",
            holds="pullSecretName",
            optional=True,
        ),
    )
)
GADGET = "apiVersion: x/v1\nkind: Widget\nspec:\n  image: k.example/app\n"
COLLISIONS = {
    "below the metadata": (
        SECRETS,
        f"{GADGET}metadata:\n  name: a\n",
        f"{GADGET}{MARKED}secrets:\n- pull\n",
    ),
    "below the annotations": (
        SECRETS,
        f"{GADGET}metadata:\n  annotations:\n    x: y # c",
        f"{GADGET}metadata:\n  annotations:\n    x: y # c\n    {SAID}\nsecrets:\n- pull",
    ),
    "below annotations of nothing": (
        SECRETS,
        f"{GADGET}metadata:\n  annotations:\n",
        f"{GADGET}metadata:\n  annotations: {{{SAID}}}\nsecrets:\n- pull\n",
    ),
    "below a key alone": (
        SECRETS,
        f"{GADGET}metadata:\n  ? annotations\n",
        f"{GADGET}metadata:\n  ? annotations\n  : {{{SAID}}}\nsecrets:\n- pull\n",
    ),
    "below a mark of nothing": (
        SECRETS,
        f"{GADGET}metadata:\n  annotations:\n    {MARKER}:",
        f"{GADGET}metadata:\n  annotations:\n    {SAID}\nsecrets:\n- pull",
    ),
    "before a literal at the end": (
        SECRETS,
        f"{GADGET}metadata:\n  annotations:\n    x: |\n      y",
        f"secrets:\n- pull\n{GADGET}metadata:\n  annotations:\n    {SAID}\n    x: |\n      y",
    ),
    "in JSON": (
        SECRETS,
        '{"metadata":{"name":"a"},"apiVersion":"x/v1","kind":"Widget","spec":{"image":"k.example/app"}}',
        (
            f'{{"secrets": ["pull"], "metadata":{{"annotations": {{"{MARKER}": "corp"}}, "name":"a"}},'
            '"apiVersion":"x/v1","kind":"Widget","spec":{"image":"k.example/app"}}'
        ),
    ),
    "in the annotations": (
        IN_ANNOTATIONS,
        f"{GADGET}metadata:\n  annotations:\n    x/image: k.example/app\n",
        f"{GADGET}metadata:\n  annotations:\n    x/image: k.example/app\n    {SAID}\n    x/pull: pull\n",
    ),
    "in the annotations, in flow": (
        IN_ANNOTATIONS,
        f"{GADGET}metadata: {{annotations: {{x/image: k.example/app}}}}\n",
        f"{GADGET}metadata: {{annotations: {{{SAID}, x/pull: pull, x/image: k.example/app}}}}\n",
    ),
}


@pytest.mark.parametrize(("config", "before", "after"), COLLISIONS.values(), ids=COLLISIONS)
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_mark_and_pull_secrets_at_one_place(config: Config, before: str, after: str, newline: str) -> None:
    before, after = (text.replace("\n", newline) for text in (before, after))
    assert rewrite(before, config).text == after
    assert rewrite(after, config).text == after


def test_nothing_is_marked_unless_it_is_asked_for() -> None:
    text = pod("metadata:\n  name: a\n")
    assert rewrite(text, CONFIG._replace(marker=False)).text == text
