"""Image references become those of the mirror, in the style in which they stand; what is no image stays."""

from __future__ import annotations

import json
from typing import Literal, get_args

import pytest

from transformer.config import Config, FieldSpec, ImageOverride, Likely, Mirror
from transformer.findings import Finding, Outcome
from transformer.pipeline import rewrite

CONFIG = Config(
    mirrors=(Mirror("docker.io", "mirror.example/hub"), Mirror("quay.io", "mirror.example:5000/quay")),
    keep=("registry.example",),
    images=(ImageOverride("docker.io/library/redis", new_name="cache.example/redis", new_tag="7.4"),),
)

HEAD = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n"
POD = f"{HEAD}spec:\n  containers:\n"
STREAM = "apiVersion: image.openshift.io/v1\nkind: ImageStream\nspec:\n  tags:\n"
POLICY = "apiVersion: kyverno.io/v1\nkind: Policy\nmetadata:\n  name: web\n"

# Documents that come out as they went in.
UNCHANGED = {
    "nothing": "",
    "a comment": "# image: nginx\n",
    "no object": "containers:\n- image: nginx\n",
    "no pod": "apiVersion: v1\nkind: ConfigMap\ndata:\n  image: nginx\n",
    "an image that is none": f"{POD}  - name: a\n    env:\n    - name: image\n      value: nginx\n",
    "kept": f"{POD}  - image: registry.example/app\n",
    "mirrored already": f"{POD}  - image: mirror.example/hub/library/nginx:1.27\n",
    "an override's target": f"{POD}  - image: cache.example/redis:7.4\n",
    "unmapped": f"{POD}  - image: ghcr.io/org/app\n",
    "a variable": f"{POD}  - image: $(IMAGE)\n",
    "a template": f'{POD}  - image: "{{{{ .Values.image }}}}"\n',
    "upper case": f"{POD}  - image: Nginx\n",
    "a blank": f'{POD}  - image: "nginx "\n',
    "two words": f"{POD}  - image: nginx latest\n",
    "a newline at the end": f"{POD}  - image: |\n      nginx\n",
    "empty": f'{POD}  - image: ""\n',
    "null": f"{POD}  - image:\n",
    "null and a comment": f"{POD}  - image: # nginx\n",
    "a number": f"{POD}  - image: 123\n",
    "a boolean to some parsers": f"{POD}  - image: yes\n",
    "a list": f"{POD}  - image: [nginx]\n",
    "a mapping": f"{POD}  - image: {{repository: nginx}}\n",
    "a policy": f"{POLICY}spec:\n  containers:\n  - image: nginx\n",
    "SOPS": f"{POD}  - image: nginx\nsops:\n  mac: x\n",
    "not YAML": f"{POD}  - image: nginx\n\tb: 1\n",
    "shared with another field": f"{POD}  - image: &i nginx\n    name: *i\n",
    "shared with a policy": (
        "apiVersion: v1\nkind: List\nitems:\n"
        "- {apiVersion: v1, kind: Pod, spec: {containers: [{image: &i nginx}]}}\n"
        "- {apiVersion: kyverno.io/v1, kind: Policy, spec: {containers: [{image: *i}]}}\n"
    ),
}

# The line of the container, or several, before and after.
REWRITTEN = {
    "plain": ("  - image: nginx\n", "  - image: mirror.example/hub/library/nginx\n"),
    "tag": ("  - image: nginx:1.27 # web\n", "  - image: mirror.example/hub/library/nginx:1.27 # web\n"),
    "digest": (
        f"  - image: nginx@sha256:{'0' * 64}\n",
        f"  - image: mirror.example/hub/library/nginx@sha256:{'0' * 64}\n",
    ),
    "tag and digest": (
        f"  - image: a/b:1@sha256:{'0' * 64}\n",
        f"  - image: mirror.example/hub/a/b:1@sha256:{'0' * 64}\n",
    ),
    "a port": ("  - image: quay.io/org/app:1\n", "  - image: mirror.example:5000/quay/org/app:1\n"),
    "override": ("  - image: redis:6\n", "  - image: cache.example/redis:7.4\n"),
    "single-quoted": ("  - image: 'nginx'\n", "  - image: 'mirror.example/hub/library/nginx'\n"),
    "double-quoted": ('  - "image": "nginx"\n', '  - "image": "mirror.example/hub/library/nginx"\n'),
    "literal": ("  - image: |-\n      nginx\n", "  - image: |-\n      mirror.example/hub/library/nginx\n"),
    "folded": ("  - image: >-\n      nginx\n", "  - image: >-\n      mirror.example/hub/library/nginx\n"),
    "anchor": ("  - image: &nginx nginx\n", "  - image: &nginx mirror.example/hub/library/nginx\n"),
    "anchor and alias": (
        "  - image: &i nginx\n  - image: *i\n",
        "  - image: &i mirror.example/hub/library/nginx\n  - image: *i\n",
    ),
    "a container under an alias": (
        "  - &c\n    image: nginx\n  - *c\n",
        "  - &c\n    image: mirror.example/hub/library/nginx\n  - *c\n",
    ),
    "a container that merges another": (
        "  - &c\n    image: nginx\n  - <<: *c\n    name: b\n",
        "  - &c\n    image: mirror.example/hub/library/nginx\n  - <<: *c\n    name: b\n",
    ),
    "a container that merges another in flow": (
        "  - &c {image: nginx:1}\n  - <<: *c\n    name: b\n",
        "  - &c {image: mirror.example/hub/library/nginx:1}\n  - <<: *c\n    name: b\n",
    ),
    "a container that merges another in flow, and a port arrives": (
        "  - &c {image: quay.io/a}\n  - !!merge <<: *c\n    name: b\n",
        '  - &c {image: "mirror.example:5000/quay/a"}\n  - !!merge <<: *c\n    name: b\n',
    ),
    "flow": ("  - {image: nginx, name: a}\n", "  - {image: mirror.example/hub/library/nginx, name: a}\n"),
    "flow, a tag": (
        '  - {image: "nginx:1", name: a}\n',
        '  - {image: "mirror.example/hub/library/nginx:1", name: a}\n',
    ),
    "equal keys": (
        "  - image: nginx\n    image: busybox\n",
        "  - image: mirror.example/hub/library/nginx\n    image: mirror.example/hub/library/busybox\n",
    ),
    "an image volume": (
        "  - name: a\n  volumes:\n  - image:\n      reference: nginx\n",
        "  - name: a\n  volumes:\n  - image:\n      reference: mirror.example/hub/library/nginx\n",
    ),
    "init and ephemeral containers": (
        "  - image: a\n  initContainers:\n  - image: b\n  ephemeralContainers:\n  - image: c\n",
        (
            "  - image: mirror.example/hub/library/a\n  initContainers:\n  - image: mirror.example/hub/library/b\n"
            "  ephemeralContainers:\n  - image: mirror.example/hub/library/c\n"
        ),
    ),
    "containers twice": (
        "  - image: a\n  containers:\n  - image: b\n",
        "  - image: mirror.example/hub/library/a\n  containers:\n  - image: mirror.example/hub/library/b\n",
    ),
    "next to an image that is none": (
        "  - image: nginx\n  - image: $(IMAGE)\n",
        "  - image: mirror.example/hub/library/nginx\n  - image: $(IMAGE)\n",
    ),
}


@pytest.mark.parametrize("text", UNCHANGED.values(), ids=UNCHANGED.keys())
def test_noop(text: str) -> None:
    result = rewrite(text, CONFIG)
    assert result.text == text
    assert not any(finding.edits for finding in result.findings)


@pytest.mark.parametrize(("before", "after"), REWRITTEN.values(), ids=REWRITTEN.keys())
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_rewrite(before: str, after: str, newline: str) -> None:
    before, after = ((POD + text).replace("\n", newline) for text in (before, after))
    assert rewrite(before, CONFIG).text == after
    assert rewrite(after, CONFIG).text == after


def test_rewrite_of_a_widget_by_its_shape() -> None:
    text = "apiVersion: x/v1\nkind: Widget\nspec:\n  pods:\n    web:\n      containers:\n      - image: nginx\n"
    assert rewrite(text, CONFIG).text == text.replace("nginx", "mirror.example/hub/library/nginx")


def only_finding(text: str, config: Config = CONFIG) -> Finding:
    (finding,) = rewrite(text, config).findings
    return finding


# A container, and severity, outcome and reference afterwards of the one finding.
FINDINGS = {
    "rewritten": ("nginx", "info", "rewritten", "mirror.example/hub/library/nginx"),
    "kept": ("registry.example/app", "info", "kept", "registry.example/app"),
    "unmapped": ("ghcr.io/org/app", "warning", "unmapped", "ghcr.io/org/app"),
    "no reference": ("$(IMAGE)", "warning", "invalid", "$(IMAGE)"),
    "null": ("~", "warning", "invalid", "~"),
    "a number": ("12", "warning", "invalid", "12"),
    "a list": ("[nginx]", "warning", "invalid", ""),
}


@pytest.mark.parametrize(("image", "severity", "outcome", "after"), FINDINGS.values(), ids=FINDINGS.keys())
def test_a_finding_says_what_and_where(image: str, severity: str, outcome: str, after: str) -> None:
    finding = only_finding(f"# 😀\r\n---\r\n{POD}  - name: a\n    image: {image}\n")
    assert (finding.severity, finding.outcome, finding.after) == (severity, outcome, after)
    assert (finding.line, finding.column) == (10, 12)
    assert finding.field == "spec.containers[0].image"
    assert str(finding.resource) == "Pod web"


@pytest.mark.parametrize(("unmapped", "severity"), [("warn", "warning"), ("error", "error"), ("allow", "info")])
def test_the_config_says_how_bad_an_unmapped_image_is(
    unmapped: Literal["warn", "error", "allow"], severity: str
) -> None:
    finding = only_finding(f"{POD}  - image: ghcr.io/app\n", Config(mirrors=CONFIG.mirrors, unmapped=unmapped))
    assert (finding.severity, finding.outcome) == (severity, "unmapped")


def test_an_error_leaves_every_document_as_it_came() -> None:
    text = f"{POD}  - image: nginx\n---\n{POD}  - image: ghcr.io/app\n"
    result = rewrite(text, Config(mirrors=CONFIG.mirrors, unmapped="error"))
    assert result.text == text
    assert [finding.outcome for finding in result.findings] == ["rewritten", "unmapped"]


def test_a_reference_whose_target_is_wrong_is_an_error() -> None:
    config = Config(mirrors=(Mirror("docker.io", "quay.io/hub"), Mirror("quay.io", "mirror.example")))
    text = f"{POD}  - image: nginx\n"
    finding = only_finding(text, config)
    assert (finding.severity, finding.outcome) == ("error", "refused")
    assert rewrite(text, config).text == text


def test_a_scalar_shared_with_another_field_is_reported() -> None:
    finding = only_finding(f"{POD}  - image: &i nginx\n    name: *i\n")
    assert (finding.severity, finding.outcome) == ("warning", "refused")
    assert "mirror.example/hub/library/nginx" in finding.message


def test_an_image_that_is_not_run_is_kept_with_the_reason() -> None:
    finding = only_finding(f"{POLICY}spec:\n  containers:\n  - image: nginx\n")
    assert (finding.severity, finding.outcome, finding.rule) == (
        "info",
        "kept",
        "what a policy describes stays",
    )


# What is known to name no image, whatever it reads like.
SILENT = {
    "a tag of an image stream": f"{STREAM}  - from: {{kind: ImageStreamTag, name: 'a:8'}}\n",
    "an image stream's image": f"{STREAM}  - from: {{kind: ImageStreamImage, name: 'a@sha256:{'0' * 64}'}}\n",
    "what a build is based on, without a kind": (
        "apiVersion: build.openshift.io/v1\nkind: BuildConfig\n"
        "spec: {strategy: {sourceStrategy: {from: {name: 'nodejs:18'}}}}\n"
    ),
    "what a deployment is triggered by, without a group": (
        "apiVersion: v1\nkind: DeploymentConfig\n"
        "spec: {triggers: [{imageChangeParams: {from: {kind: ImageStreamTag, name: 'quay.io/a/b:1'}}}]}\n"
    ),
    "where a build is pushed": (
        "apiVersion: build.openshift.io/v1\nkind: BuildConfig\n"
        "spec: {output: {to: {kind: DockerImage, name: 'quay.io/a/b:1'}}}\n"
    ),
}


@pytest.mark.parametrize("text", SILENT.values(), ids=SILENT)
def test_nothing_is_said_of_what_is_known_to_be_none(text: str) -> None:
    result = rewrite(text, CONFIG._replace(likely=get_args(Likely)))
    assert (result.text, result.findings) == (text, ())


def test_an_alias_is_a_finding_of_its_own() -> None:
    findings = rewrite(f"{POD}  - image: &i nginx\n  - image: *i\n", CONFIG).findings
    assert [(finding.outcome, finding.line, len(finding.edits)) for finding in findings] == [
        ("rewritten", 7, 1),
        ("rewritten", 8, 0),
    ]


ARGO = "apiVersion: argoproj.io/v1beta1\nkind: ArgoCD\nspec:\n"
WIDGET = "apiVersion: x/v1\nkind: Widget\nspec:\n"
SPECS = (
    FieldSpec("Widget", ("spec", "image"), "spec/image"),
    FieldSpec("Widget", ("spec", "hub"), "spec/hub", holds="prefix", optional=True),
    FieldSpec("Widget", ("spec", "url"), "spec/url", holds="url", optional=True),
    FieldSpec(
        "Widget",
        ("spec", "main"),
        "spec/main",
        siblings=(("registry", "server"), ("tag", "level"), ("digest", "sum")),
        optional=True,
    ),
)
DECLARED = CONFIG._replace(field_specs=tuple(spec._replace(optional=True) for spec in SPECS))
NGINX = "mirror.example/hub/library/nginx"
D = f"sha256:{'0' * 64}"

# Images of custom resources, spelled in one field or several: before and after.
SPELLED = {
    # By the catalog.
    "the catalog": (
        "apiVersion: kafka.strimzi.io/v1beta2\nkind: Kafka\nspec:\n  kafka:\n    image: quay.io/a/b:1\n",
        (
            "apiVersion: kafka.strimzi.io/v1beta2\nkind: Kafka\nspec:\n"
            "  kafka:\n    image: mirror.example:5000/quay/a/b:1\n"
        ),
    ),
    "an object of the kind that names an image, beside one of another": (
        (
            f"{STREAM}  - from: {{kind: DockerImage, name: 'quay.io/a/b:1'}}\n"
            "  - from: {kind: ImageStreamTag, name: 'a:8'}\n"
        ),
        (
            f"{STREAM}  - from: {{kind: DockerImage, name: 'mirror.example:5000/quay/a/b:1'}}\n"
            "  - from: {kind: ImageStreamTag, name: 'a:8'}\n"
        ),
    ),
    "a tag beside it": (
        f"{ARGO}  image: quay.io/argoproj/argocd\n  version: v2.9\n",
        f"{ARGO}  image: mirror.example:5000/quay/argoproj/argocd\n  version: v2.9\n",
    ),
    "a digest beside it as the tag": (
        f"{ARGO}  image: quay.io/argoproj/argocd\n  version: {D}\n",
        f"{ARGO}  image: mirror.example:5000/quay/argoproj/argocd\n  version: {D}\n",
    ),
    "an override of the tag beside it": (
        f"{ARGO}  image: redis\n  version: '6'\n",
        f"{ARGO}  image: cache.example/redis\n  version: '7.4'\n",
    ),
    "a registry beside it": (
        (
            "apiVersion: nvidia.com/v1\nkind: ClusterPolicy\nspec:\n"
            "  dcgm: {repository: quay.io/nv, image: dcgm, version: v1}\n"
        ),
        (
            "apiVersion: nvidia.com/v1\nkind: ClusterPolicy\nspec:\n"
            '  dcgm: {repository: "mirror.example:5000/quay/nv", image: dcgm, version: v1}\n'
        ),
    ),
    "a prefix": (
        "apiVersion: apicur.io/v1\nkind: ApicurioRegistry\nspec: {image: {registry: quay.io/}}\n",
        'apiVersion: apicur.io/v1\nkind: ApicurioRegistry\nspec: {image: {registry: "mirror.example:5000/quay/"}}\n',
    ),
    "a URL": (
        (
            "apiVersion: cdi.kubevirt.io/v1beta1\nkind: DataVolume\nspec:\n  source:\n    registry:\n"
            "      url: docker://quay.io/a/b:1\n"
        ),
        (
            "apiVersion: cdi.kubevirt.io/v1beta1\nkind: DataVolume\nspec:\n  source:\n    registry:\n"
            "      url: docker://mirror.example:5000/quay/a/b:1\n"
        ),
    ),
    "values": (
        (
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec:\n  values:\n    image:\n"
            "      registry: docker.io\n      repository: org/app\n      tag: '1'\n    other: {image: quay.io/a/b}\n"
        ),
        (
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec:\n  values:\n    image:\n"
            "      registry: mirror.example\n      repository: hub/org/app\n      tag: '1'\n"
            '    other: {image: "mirror.example:5000/quay/a/b"}\n'
        ),
    ),
    # By the config.
    "a field": (f"{WIDGET}  image: nginx # c\n", f"{WIDGET}  image: {NGINX} # c\n"),
    "a declared prefix": (f"{WIDGET}  hub: docker.io/org\n", f"{WIDGET}  hub: mirror.example/hub/org\n"),
    "a declared URL": (f"{WIDGET}  url: oci://docker.io/a/b:1\n", f"{WIDGET}  url: oci://mirror.example/hub/a/b:1\n"),
    "siblings": (
        f"{WIDGET}  server: docker.io\n  main: org/app\n  level: '1'\n",
        f"{WIDGET}  server: mirror.example\n  main: hub/org/app\n  level: '1'\n",
    ),
    "siblings, no registry": (
        f"{WIDGET}  main: org/app\n  level: '1'\n  sum: {D}\n",
        f"{WIDGET}  main: mirror.example/hub/org/app\n  level: '1'\n  sum: {D}\n",
    ),
    "siblings, a digest without its algorithm": (
        f"{WIDGET}  main: org/app\n  sum: '{'0' * 64}'\n",
        f"{WIDGET}  main: mirror.example/hub/org/app\n  sum: '{'0' * 64}'\n",
    ),
    "siblings, a tag said twice": (
        f"{WIDGET}  main: redis:6\n  level: '6'\n",
        f"{WIDGET}  main: cache.example/redis:7.4\n  level: '6'\n",
    ),
    "an object": (
        f"{WIDGET}  image:\n    repository: org/app\n    tag: '1' # c\n",
        f"{WIDGET}  image:\n    repository: mirror.example/hub/org/app\n    tag: '1' # c\n",
    ),
    "an object with a registry": (
        f"{WIDGET}  image: {{registry: docker.io, repository: nginx}}\n",
        f"{WIDGET}  image: {{registry: mirror.example, repository: hub/library/nginx}}\n",
    ),
    "an object with a registry and a path in it": (
        f"{WIDGET}  image: {{registry: docker.io/org, repository: app}}\n",
        f"{WIDGET}  image: {{registry: mirror.example/hub/org, repository: app}}\n",
    ),
    "an object in three parts": (
        f"{WIDGET}  image: {{registry: docker.io, repository: org, name: app}}\n",
        f"{WIDGET}  image: {{registry: mirror.example/hub, repository: org, name: app}}\n",
    ),
    "an object in JSON": (
        '{"apiVersion": "x/v1", "kind": "Widget", "spec": {"image": {"repository": "org\\/app", "tag": "1"}}}\n',
        (
            '{"apiVersion": "x/v1", "kind": "Widget", "spec": '
            '{"image": {"repository": "mirror.example/hub/org/app", "tag": "1"}}}\n'
        ),
    ),
    "an object in quotes and blocks": (
        f"{WIDGET}  image:\n    registry: 'docker.io'\n    repository: |-\n      org/app\n    tag: \"1\"\n",
        f"{WIDGET}  image:\n    registry: 'mirror.example'\n    repository: |-\n      hub/org/app\n    tag: \"1\"\n",
    ),
    "an object under an alias": (
        f"{WIDGET}  image: &i {{repository: org/app}}\n  other: *i\n",
        f"{WIDGET}  image: &i {{repository: mirror.example/hub/org/app}}\n  other: *i\n",
    ),
    "an object that is mirrored already": (
        f"{WIDGET}  image: {{registry: mirror.example, repository: hub/org/app}}\n",
        f"{WIDGET}  image: {{registry: mirror.example, repository: hub/org/app}}\n",
    ),
}


@pytest.mark.parametrize(("before", "after"), SPELLED.values(), ids=SPELLED)
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_images_are_rewritten_as_they_are_spelled(before: str, after: str, newline: str) -> None:
    before, after = (text.replace("\n", newline) for text in (before, after))
    assert rewrite(before, DECLARED).text == after
    assert rewrite(after, DECLARED).text == after


# Documents that stay, and outcome and a part of the message of the first finding.
STAYING: dict[str, tuple[str, Outcome, str]] = {
    "an override that a shape has no place for": (
        f"{WIDGET}  image: {{repository: redis, digest: '{D}'}}\n",
        "refused",
        "which have no place for :7.4",
    ),
    "a prefix that is divided": (
        f"{WIDGET}  hub: quay.io\n",
        "refused",
        "the rule for quay.io/special sends a part of it elsewhere",
    ),
    "a prefix with an override below it": (
        f"{WIDGET}  hub: docker.io\n",
        "refused",
        "the rule for docker.io/library/redis sends a part of it elsewhere",
    ),
    "an object without a name": (f"{WIDGET}  image: {{tag: '1'}}\n", "invalid", "an object without a repository"),
    "an object that is no reference": (f"{WIDGET}  image: {{repository: Org/App}}\n", "invalid", "lower case"),
    "a list": (f"{WIDGET}  image: [nginx]\n", "invalid", "found no text"),
    "a part that something else says": (
        f"{WIDGET}  image: {{repository: &r org/app}}\n  name: *r\n",
        "refused",
        "an anchor shares this value with something that stays; write the image out there",
    ),
    "a name that its controller completes": (
        "apiVersion: datadoghq.com/v2alpha1\nkind: DatadogAgent\nspec: {global: {fips: {image: fips-proxy:1}}}\n",
        "kept",
        "its controller puts a registry before it",
    ),
    "encrypted": (f"{WIDGET}  image: nginx\nsops: {{mac: x}}\n", "kept", "encrypted with SOPS"),
}


@pytest.mark.parametrize(("text", "outcome", "message"), STAYING.values(), ids=STAYING)
def test_images_that_stay_say_why(text: str, outcome: Outcome, message: str) -> None:
    config = DECLARED._replace(mirrors=(*DECLARED.mirrors, Mirror("quay.io/special", "other.example")))
    result = rewrite(text, config)
    assert result.text == text
    assert result.findings[0].outcome == outcome
    assert message in result.findings[0].message


def test_a_url_of_a_website_is_no_image() -> None:
    (finding,) = rewrite(f"{WIDGET}  url: https://docker.io/a\n", DECLARED).findings
    assert (finding.outcome, finding.edits) == ("invalid", ())
    assert finding.message == "expected a URL with oci:// or docker://, found 'https://docker.io/a'"
    chart = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nspec:\n  url: https://docker.io/a\n"
    assert rewrite(chart, CONFIG).findings == ()


def test_a_declared_field_is_not_stayed_by_what_a_kind_is() -> None:
    policy = "apiVersion: kyverno.io/v1\nkind: Policy\nspec:\n  image: nginx\n"
    config = CONFIG._replace(field_specs=(FieldSpec("Policy", ("spec", "image"), "spec/image"),))
    assert rewrite(policy, config).text == policy.replace("nginx", NGINX)


# Documents whose images a comment keeps.
KEPT = {
    "plain": f"{POD}  - image: nginx # repoint: keep\n",
    "no blanks": f"{POD}  - image: nginx #repoint:keep\n",
    "and a reason": f"{POD}  - image: nginx # repoint: keep as the mirror has none\n",
    "single-quoted": f"{POD}  - image: 'nginx' # repoint: keep\n",
    "double-quoted": f'{POD}  - image: "nginx" # repoint: keep\n',
    "double-quoted over two lines": f'{POD}  - image: "ngi\\\n      nx" # repoint: keep\n',
    "literal": f"{POD}  - image: |- # repoint: keep\n      nginx\n",
    "folded": f"{POD}  - image: >- # repoint: keep\n      nginx\n",
    "on the next line": f"{POD}  - image:\n      nginx # repoint: keep\n",
    "an anchor": f"{POD}  - image: &i nginx # repoint: keep\n",
    "flow": f"{POD}  - {{name: a, image: nginx}} # repoint: keep\n",
    "an object": f"{WIDGET}  image: # repoint: keep\n    repository: nginx\n    tag: '1'\n",
    "an object, by its repository": f"{WIDGET}  image:\n    repository: nginx # repoint: keep\n    tag: '1'\n",
    "an object, by its registry": f"{WIDGET}  image:\n    registry: docker.io # repoint: keep\n    repository: a/b\n",
    "an object in flow": f"{WIDGET}  image: {{repository: nginx}} # repoint: keep\n",
    "an alias, and its anchor": f"{POD}  - image: &i nginx # repoint: keep\n  - image: *i # repoint: keep\n",
    "a sibling": f"{WIDGET}  server: docker.io # repoint: keep\n  main: a/b\n",
}


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_comment_keeps_an_image(text: str, newline: str) -> None:
    text = text.replace("\n", newline)
    result = rewrite(text, DECLARED)
    assert result.text == text
    assert {(finding.severity, finding.outcome, finding.rule) for finding in result.findings} == {
        ("info", "kept", "the comment repoint: keep")
    }


# Documents with a comment that does not keep the image.
NOT_KEPT = {
    "on the line before": f"{POD}  # repoint: keep\n  - image: nginx\n",
    "on the line behind": f"{POD}  - image: nginx\n    # repoint: keep\n",
    "behind the key of the list": f"{HEAD}spec:\n  containers: # repoint: keep\n  - image: nginx\n",
    "on the line of another field": f"{POD}  - name: a # repoint: keep\n    image: nginx\n",
    "below in a block": f"{POD}  - image: |-\n      nginx\n    # repoint: keep\n",
    "in the middle of a comment": f"{POD}  - image: nginx # do not repoint: keep\n",
    "behind the tag": f"{WIDGET}  image:\n    repository: nginx\n    tag: '1' # repoint: keep\n",
}


@pytest.mark.parametrize("text", NOT_KEPT.values(), ids=NOT_KEPT)
def test_a_comment_elsewhere_keeps_nothing(text: str) -> None:
    result = rewrite(text, DECLARED)
    assert result.text == text.replace("nginx", NGINX)
    assert [finding.outcome for finding in result.findings] == ["rewritten"]


def test_a_comment_by_an_anchor_keeps_what_its_aliases_say() -> None:
    text = f"{POD}  - image: &i nginx # repoint: keep\n  - image: *i\n"
    result = rewrite(text, CONFIG)
    assert result.text == text
    assert [finding.outcome for finding in result.findings] == ["kept", "refused"]


def test_a_comment_by_an_alias_keeps_what_its_anchor_says() -> None:
    text = f"{POD}  - image: &i nginx\n  - image: *i # repoint: keep\n"
    result = rewrite(text, CONFIG)
    assert result.text == text
    assert [finding.outcome for finding in result.findings] == ["refused", "kept"]


def test_an_unknown_directive_is_said_and_keeps_nothing() -> None:
    text = f"{POD}  - image: nginx # repoint: kepe\n"
    result = rewrite(text, CONFIG)
    assert result.text == text.replace("nginx", NGINX)
    assert [(finding.severity, finding.outcome) for finding in result.findings] == [
        ("warning", "directive"),
        ("info", "rewritten"),
    ]
    assert "'kepe' is nothing that a comment can ask for; did you mean 'keep'?" in result.findings[0].message


# Comments of programs that write images, and what is said of the one that they stand by.
MARKERS = {
    "Flux": ('{"$imagepolicy": "flux-system:podinfo"}', "Flux's image policy flux-system:podinfo"),
    "Flux, the name": ('{"$imagepolicy": "flux-system:podinfo:name"}', "Flux's image policy flux-system:podinfo"),
    "kpt": ("kpt-set: ${image}:${tag}", "kpt's setter ${image}:${tag}"),
    "kpt, before its version 1": ('{"$kpt-set":"image"}', "kpt's setter image"),
    "kpt, before its version 0.3": ('{"$openapi":"image"}', "kpt's setter image"),
}


@pytest.mark.parametrize(("comment", "program"), MARKERS.values(), ids=MARKERS)
def test_a_program_that_will_write_the_image_back_is_named(comment: str, program: str) -> None:
    text = f"{POD}  - image: nginx:1 # {comment}\n"
    result = rewrite(text, CONFIG)
    assert result.text == text.replace("nginx", NGINX)
    done, undone = result.findings
    assert (done.outcome, undone.outcome, undone.severity, undone.edits) == ("rewritten", "undone", "warning", ())
    assert undone.message.startswith(f"{program} writes this image, and would write nginx:1 back")


# Comments that say nothing of the name of an image that is rewritten.
NO_MARKERS = {
    "Flux, the tag": f'{POD}  - image: nginx # {{"$imagepolicy": "flux-system:podinfo:tag"}}\n',
    "a word": f"{POD}  - image: nginx # web\n",
    "an image that stays": f'{POD}  - image: registry.example/a # {{"$imagepolicy": "a:b"}}\n',
}


@pytest.mark.parametrize("text", NO_MARKERS.values(), ids=NO_MARKERS)
def test_other_comments_are_no_matter(text: str) -> None:
    assert [finding.outcome for finding in rewrite(text, CONFIG).findings] in (["rewritten"], ["kept"])


@pytest.mark.parametrize("values", ["image: {registry: quay.io, tag: v1}", "defaultRegistry: quay.io"])
def test_a_registry_alone_in_values_is_likely_one_of_images(values: str) -> None:
    release = f"apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec:\n  values:\n    {values}\n"
    config = Config(mirrors=(Mirror("quay.io", "mirror.example/quay"),))
    finding = only_finding(release, config)
    assert (finding.severity, finding.outcome, finding.confidence) == ("warning", "likely", "likely")
    assert finding.message == (
        "quay.io is likely a registry that the chart puts before its images; "
        "with 'likely: [values]' it becomes mirror.example/quay"
    )
    asked = config._replace(likely=("values",))
    assert rewrite(release, asked).text == release.replace("quay.io", "mirror.example/quay")
    parted = asked._replace(mirrors=(*config.mirrors, Mirror("quay.io/org", "org.example")))
    assert rewrite(release, parted).text == release


def test_values_without_a_registry_are_likely() -> None:
    release = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec:\n  values:\n    image:\n"
    text = f"{release}      repository: org/app\n      tag: '1'\n"
    finding = only_finding(text)
    assert (finding.severity, finding.outcome, finding.edits) == ("warning", "likely", ())
    assert "with 'likely: [values]' it becomes mirror.example/hub/org/app:1" in finding.message
    asked = CONFIG._replace(likely=("values",))
    assert rewrite(text, asked).text == text.replace("org/app", "mirror.example/hub/org/app")


def test_a_comment_above_an_object_keeps_what_its_alias_says_too() -> None:
    text = (
        "apiVersion: apps.nvidia.com/v1alpha1\nkind: NIMPipeline\nspec:\n  services:\n  - spec:\n"
        "      image: &i # repoint: keep\n        repository: quay.io/org/app\n  - spec:\n      image: *i\n"
    )
    assert rewrite(text, CONFIG).text == text


def test_images_in_one_line_of_json_each_stand_where_their_finding_says() -> None:
    pods = [{"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"image": f"app{n}"}]}} for n in range(3)]
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": pods})
    findings = rewrite(text, CONFIG).findings
    assert [text[finding.column :].partition('"')[0] for finding in findings] == ["app0", "app1", "app2"]
