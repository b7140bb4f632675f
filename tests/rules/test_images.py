"""Image references become those of the mirror, in the style in which they stand; what is no image stays."""

from __future__ import annotations

from typing import Literal

import pytest

from transformer.config import Config, ImageOverride, Mirror
from transformer.findings import Finding
from transformer.pipeline import rewrite

CONFIG = Config(
    mirrors=(Mirror("docker.io", "mirror.example/hub"), Mirror("quay.io", "mirror.example:5000/quay")),
    keep=("registry.example",),
    images=(ImageOverride("docker.io/library/redis", new_name="cache.example/redis", new_tag="7.4"),),
)

HEAD = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n"
POD = f"{HEAD}spec:\n  containers:\n"
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
        "a policy describes pods, it runs none",
    )


def test_an_alias_is_a_finding_of_its_own() -> None:
    findings = rewrite(f"{POD}  - image: &i nginx\n  - image: *i\n", CONFIG).findings
    assert [(finding.outcome, finding.line, len(finding.edits)) for finding in findings] == [
        ("rewritten", 7, 1),
        ("rewritten", 8, 0),
    ]
