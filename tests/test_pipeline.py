"""The journey of a stream: trouble in one document is said with its place, and what one proves counts in all others."""

from __future__ import annotations

import pytest

from transformer.config import Config, FieldSpec, Mirror, PullSecret
from transformer.errors import ConfigError
from transformer.pipeline import rewrite, rewrite_all
from transformer.survey import survey

CONFIG = Config(
    mirrors=(Mirror("docker.io", "harbor.example/hub"),),
    pull_secrets=(PullSecret("harbor-pull", ("harbor.example",)),),
)
POD = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: nginx\n"
DONE = POD.replace("nginx", "harbor.example/hub/library/nginx") + "  imagePullSecrets:\n  - name: harbor-pull\n"


def test_rewrite_handles_each_document_of_a_stream() -> None:
    assert rewrite(f"# head\n---\n{POD}---\n{POD}", CONFIG).text == f"# head\n---\n{DONE}---\n{DONE}"


def test_rewrite_numbers_lines_in_the_stream() -> None:
    findings = rewrite(f"# head\n---\n{POD}---\n{POD}", CONFIG).findings
    assert [(finding.line, finding.column) for finding in findings if finding.outcome == "rewritten"] == [
        (7, 12),
        (13, 12),
    ]


def test_rewrite_returns_the_text_as_it_came_where_a_finding_is_an_error() -> None:
    config = Config(mirrors=CONFIG.mirrors, unmapped="error")
    stream = POD + "---\n" + POD.replace("nginx", "quay.io/team/app")
    text, findings = rewrite(stream, config)
    assert text == stream
    assert [(finding.severity, finding.outcome, finding.line) for finding in findings] == [
        ("info", "rewritten", 5),
        ("error", "unmapped", 11),
    ]


def test_rewrite_reports_every_document_that_is_no_yaml() -> None:
    stream = f"a: [\n---\n{POD}---\nb: c: d\n"
    text, findings = rewrite(stream, CONFIG)
    assert text == stream
    broken = [finding for finding in findings if finding.outcome == "unreadable"]
    assert [(finding.severity, finding.line, finding.column) for finding in broken] == [
        ("error", 2, 1),
        ("error", 9, 5),
    ]
    assert broken[1].message == "not YAML: mapping values are not allowed in this context"


def test_rewrite_all_passes_on_what_it_is_told_to_skip() -> None:
    stream = f"a: [\n---\n{POD}"
    ((text, findings),) = rewrite_all([stream], CONFIG, survey([stream], CONFIG), skip_unreadable=True)
    assert text == f"a: [\n---\n{DONE}"
    assert (findings[0].severity, findings[0].outcome) == ("warning", "unreadable")


@pytest.mark.parametrize("image", ["{{ .Values.image }}", "'{{ .Values.image }}:1'", '"nginx:{{ .Values.tag }}"'])
def test_what_a_helm_template_leaves_open_is_nothing_to_do_where_it_passes(image: str) -> None:
    stream = f"apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: {image}\n"
    for skip in (False, True):
        ((text, [finding]),) = rewrite_all([stream], CONFIG, survey([stream], CONFIG), skip_unreadable=skip)
        assert text == stream
        assert (finding.outcome, finding.is_to_do) == ("invalid", not skip)
        assert finding.message.endswith("; a Helm template has to be rendered first")


# Streams with what may be an image as an argument, `org/app:1`, and whether it is one.
ASKED = CONFIG._replace(likely=("args",), pull_secrets=())
USES = "apiVersion: v1\nkind: Pod\nspec:\n  initContainers:\n  - args:\n    - --from=org/app:1\n"
KAFKA = "apiVersion: kafka.strimzi.io/v1beta2\nkind: Kafka\nspec: {kafka: {image: 'org/app:1'}}\n"
EVIDENCE = {
    "nothing else": ([USES], False),
    "in the document before": ([f"{POD.replace('nginx', 'org/app:1')}---\n{USES}"], True),
    "in the document behind": ([f"{USES}---\n{POD.replace('nginx', 'org/app:1')}"], True),
    "in the stream before": ([POD.replace("nginx", "org/app:1"), USES], True),
    "in the stream behind": ([USES, POD.replace("nginx", "org/app:1")], True),
    "two streams further": ([USES, "a: 1\n", POD.replace("nginx", "docker.io/org/app:1")], True),
    "in a field of the catalog": ([USES, KAFKA], True),
    "in its own pod": ([f"{USES}  containers:\n  - image: org/app:1\n"], True),
    "another tag": ([USES, POD.replace("nginx", "org/app:2")], False),
    "of another registry": ([USES, POD.replace("nginx", "quay.io/org/app:1")], False),
    "in an argument too": ([USES, USES], False),
    "in a document that is no YAML": ([USES, "image: org/app:1\n\tx: ["], False),
    "mirrored already": ([USES, POD.replace("nginx", "harbor.example/hub/org/app:1")], False),
}


@pytest.mark.parametrize(("streams", "is_image"), EVIDENCE.values(), ids=EVIDENCE)
def test_an_image_of_any_document_proves_what_is_likely_one(streams: list[str], is_image: bool) -> None:
    results = rewrite_all(streams, ASKED, survey(streams, ASKED), skip_unreadable=True)
    text = "".join(result.text for result in results)
    assert (text.count("--from=harbor.example/hub/org/app:1") > 0) is is_image
    assert ("--from=org/app:1" in text) is not is_image
    said = [finding for result in results for finding in result.findings if "args" in finding.field]
    assert [finding.outcome for finding in said] == (["rewritten"] if is_image else [])


def test_a_second_run_of_what_was_proven_plans_nothing() -> None:
    streams = EVIDENCE["in the stream behind"][0]
    once = [result.text for result in rewrite_all(streams, ASKED, survey(streams, ASKED))]
    twice = rewrite_all(once, ASKED, survey(once, ASKED))
    assert [result.text for result in twice] == once
    assert not any(finding.edits for result in twice for finding in result.findings)


def test_what_is_proven_is_only_reported_where_it_is_not_asked_for() -> None:
    streams = EVIDENCE["in the stream behind"][0]
    config = ASKED._replace(likely=())
    results = rewrite_all(streams, config, survey(streams, config))
    assert results[0].text == USES
    assert [finding.outcome for finding in results[0].findings] == ["likely"]


def test_an_error_in_one_stream_leaves_the_others() -> None:
    streams = [POD, "a: [\n"]
    results = rewrite_all(streams, ASKED, survey(streams, ASKED))
    assert [result.text for result in results] == [POD.replace("nginx", "harbor.example/hub/library/nginx"), "a: [\n"]


WIDGET = "apiVersion: x.example/v1\nkind: Widget\nspec: {image: nginx}\n"
AT_IMAGE = FieldSpec("Widget", ("spec", "image"), "spec/image")
AT_OTHER = FieldSpec("Widget", ("spec", "parts", "[*]", "image"), "spec/parts[]/image")
AT_GADGET = FieldSpec("Gadget", ("spec", "image"), "spec/image")

# Field specs, and those of them, by number, path and kind, that lead to nothing in a Widget.
IDLE: dict[str, tuple[tuple[FieldSpec, ...], list[str]]] = {
    "none": ((), []),
    "one that leads to an image": ((AT_IMAGE,), []),
    "a path that is not there": (
        (AT_IMAGE, AT_OTHER),
        ["spec.fieldSpecs[1]: spec/parts[]/image leads to nothing in any Widget of the input"],
    ),
    "a kind that is not there": (
        (AT_GADGET, AT_IMAGE),
        ["spec.fieldSpecs[0]: spec/image leads to nothing in any Gadget of the input"],
    ),
    "another group": (
        (AT_IMAGE._replace(group="y.example"),),
        ["spec.fieldSpecs[0]: spec/image leads to nothing in any Widget of the input"],
    ),
    "another version": (
        (AT_IMAGE._replace(version="v2"),),
        ["spec.fieldSpecs[0]: spec/image leads to nothing in any Widget of the input"],
    ),
    "two": (
        (AT_GADGET, AT_OTHER),
        [
            "spec.fieldSpecs[0]: spec/image leads to nothing in any Gadget of the input",
            "spec.fieldSpecs[1]: spec/parts[]/image leads to nothing in any Widget of the input",
        ],
    ),
    "optional": ((AT_GADGET._replace(optional=True), AT_OTHER._replace(optional=True)), []),
    "a place for pull secrets that is not there yet": (
        (FieldSpec("Widget", ("spec", "secrets"), "spec/secrets", holds="pullSecrets"),),
        ["spec.fieldSpecs[0]: spec/secrets leads to nothing in any Widget of the input"],
    ),
    "a place for pull secrets that may not be there yet": (
        (FieldSpec("Widget", ("spec", "secrets"), "spec/secrets", holds="pullSecrets", optional=True),),
        [],
    ),
    "a place for pull secrets without a home": (
        (FieldSpec("Widget", ("spec", "pod", "secrets"), "spec/pod/secrets", holds="pullSecrets"),),
        ["spec.fieldSpecs[0]: spec/pod/secrets leads to nothing in any Widget of the input"],
    ),
}


@pytest.mark.parametrize(("specs", "errors"), IDLE.values(), ids=IDLE)
@pytest.mark.parametrize("others", [[], [POD]], ids=["alone", "among other streams"])
def test_a_field_spec_leads_somewhere(specs: tuple[FieldSpec, ...], errors: list[str], others: list[str]) -> None:
    config = CONFIG._replace(field_specs=specs)
    streams = [*others, WIDGET, *others]
    if not errors:
        assert len(rewrite_all(streams, config, survey(streams, config))) == len(streams)
        return
    with pytest.raises(ConfigError) as raised:
        rewrite_all(streams, config, survey(streams, config))
    hint = "; correct it, or say 'optional: true' where that is fine"
    assert list(raised.value.errors) == [error + hint for error in errors]
