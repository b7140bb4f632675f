"""The images of an object stay where it, or what it stands in, runs none or may not be edited, each for its reason."""

from __future__ import annotations

import pytest

from transformer.nodes import compose
from transformer.not_run import NOT_RUN, why_left_alone, why_not_run
from transformer.pod_specs import contents
from transformer.resources import Resource, resources

POLICY = NOT_RUN["kyverno.io", "*"]
SOPS = "encrypted with SOPS, whose checksum an edit would break"
KEEP = "the annotation repoint.dev/keep"
LOCAL = "config.kubernetes.io/local-config: it never reaches a cluster"


def innermost(text: str) -> Resource:
    """Return the last of the objects in `text`: it stands in all the others."""
    (outer,) = resources(compose(text))
    return contents(outer).resources[-1]


def reasons(text: str) -> tuple[str, str]:
    resource = innermost(text)
    return why_not_run(resource), why_left_alone(resource)


@pytest.mark.parametrize(("group", "kind"), NOT_RUN)
def test_what_describes_pods_runs_none_and_may_be_edited(group: str, kind: str) -> None:
    text = f"{{apiVersion: {group}/v1, kind: {'Any' if kind == '*' else kind}}}"
    assert reasons(text) == (NOT_RUN[group, kind], "")


@pytest.mark.parametrize(
    "group", sorted({group for group, _ in NOT_RUN} - {each for each, kind in NOT_RUN if kind == "*"})
)
def test_another_kind_of_its_group_is_run(group: str) -> None:
    assert reasons(f"{{apiVersion: {group}/v1, kind: Other}}") == ("", "")


def annotated(*annotations: str) -> str:
    return f"{{apiVersion: v1, kind: Pod, metadata: {{annotations: {{{', '.join(annotations)}}}}}}}"


# An object, why it is not run, and why it is left alone.
REASONS = {
    "a Pod": ("{apiVersion: v1, kind: Pod}", "", ""),
    "a policy of another version": ("{apiVersion: kyverno.io/v9, kind: ClusterPolicy}", POLICY, ""),
    "a group that only ends the same": ("{apiVersion: x.kyverno.io/v1, kind: Policy}", "", ""),
    "a group that only begins the same": ("{apiVersion: kyverno.io.x/v1, kind: Policy}", "", ""),
    "a kind of another group": ("{apiVersion: x/v1, kind: Application}", "", ""),
    "keep": (annotated('repoint.dev/keep: "true"'), KEEP, KEEP),
    "keep, written plain": (annotated("repoint.dev/keep: true"), KEEP, KEEP),
    "keep, by an alias": (annotated("x: &t 'true'", "repoint.dev/keep: *t"), KEEP, KEEP),
    "keep, by a merge key": (annotated('<<: {repoint.dev/keep: "true"}'), KEEP, KEEP),
    "not keep": (annotated('repoint.dev/keep: "false"'), "", ""),
    "keep as a label": ('{apiVersion: v1, kind: Pod, metadata: {labels: {repoint.dev/keep: "true"}}}', "", ""),
    "another annotation": (annotated('repoint.dev/kept: "true"'), "", ""),
    "annotations that are none": ("{apiVersion: v1, kind: Pod, metadata: {annotations: [keep]}}", "", ""),
    "metadata that is none": ("{apiVersion: v1, kind: Pod, metadata: keep}", "", ""),
    "SOPS": ("{apiVersion: v1, kind: Pod, sops: {mac: x}}", SOPS, SOPS),
    "a text under sops is no encryption": ("{apiVersion: v1, kind: Pod, sops: x}", "", ""),
    "sops below is no encryption": ("{apiVersion: v1, kind: Pod, spec: {sops: {mac: x}}}", "", ""),
    "local-config": (annotated('config.kubernetes.io/local-config: "true"'), LOCAL, LOCAL),
    "local-config, with another text": (annotated('config.kubernetes.io/local-config: ""'), LOCAL, LOCAL),
    "no local-config": (annotated('config.kubernetes.io/local-config: "false"'), "", ""),
    "a policy with SOPS": ("{apiVersion: kyverno.io/v1, kind: Policy, sops: {mac: x}}", POLICY, SOPS),
    # What an object stands in.
    "a Pod in a policy": (
        "{apiVersion: kyverno.io/v1, kind: Policy, spec: {apiVersion: v1, kind: Pod}}",
        POLICY,
        "",
    ),
    "a Pod in an object in a policy": (
        "{apiVersion: kyverno.io/v1, kind: A, spec: {apiVersion: x/v1, kind: B, spec: {apiVersion: v1, kind: Pod}}}",
        POLICY,
        "",
    ),
    "a policy in a Widget": (
        "{apiVersion: x/v1, kind: Widget, spec: {apiVersion: kyverno.io/v1, kind: Policy}}",
        POLICY,
        "",
    ),
    "a Pod in what is encrypted": (
        "{apiVersion: x/v1, kind: Widget, sops: {mac: x}, spec: {apiVersion: v1, kind: Pod}}",
        SOPS,
        SOPS,
    ),
    "a Pod in what is kept": (
        (
            "{apiVersion: x/v1, kind: Widget, metadata: {annotations: {repoint.dev/keep: 'true'}},"
            " spec: {apiVersion: v1, kind: Pod}}"
        ),
        KEEP,
        KEEP,
    ),
    "a Pod in a policy that is kept": (
        (
            "{apiVersion: kyverno.io/v1, kind: Policy, metadata: {annotations: {repoint.dev/keep: 'true'}},"
            " spec: {apiVersion: v1, kind: Pod}}"
        ),
        POLICY,
        KEEP,
    ),
    "the closest reason first": (
        "{apiVersion: kyverno.io/v1, kind: Policy, spec: {apiVersion: v1, kind: Pod, sops: {mac: x}}}",
        SOPS,
        SOPS,
    ),
}


@pytest.mark.parametrize(("text", "not_run", "left_alone"), REASONS.values(), ids=REASONS)
def test_an_object_stays_for_a_reason(text: str, not_run: str, left_alone: str) -> None:
    assert reasons(text) == (not_run, left_alone)


def test_what_stands_beside_a_kept_object_is_run() -> None:
    text = f"{{apiVersion: v1, kind: List, items: [{annotated('repoint.dev/keep: true')}, {annotated()}]}}"
    assert [why_not_run(each) for each in resources(compose(text))] == [KEEP, ""]


# SOPS encrypts a document as a whole, and writes its checksum at the root of that.
WHOLE = {
    "SOPS": ("sops: {mac: x}", SOPS),
    "keep": ("metadata: {annotations: {repoint.dev/keep: 'true'}}", KEEP),
}


@pytest.mark.parametrize(("head", "reason"), WHOLE.values(), ids=WHOLE)
def test_the_items_of_a_list_stay_for_its_reason(head: str, reason: str) -> None:
    text = f"{{apiVersion: v1, kind: List, {head}, items: [{annotated()}]}}"
    assert [why_left_alone(each) for each in resources(compose(text))] == [reason]
