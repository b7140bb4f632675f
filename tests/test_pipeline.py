"""The journey of a stream: shortcuts change no result, and trouble in one document is said with its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transformer import pipeline
from transformer.config import Config, CredentialSource, Mirror, PullSecret
from transformer.pipeline import Survey, rewrite, rewrite_part, survey

CONFIG = Config(
    mirrors=(Mirror("docker.io", "harbor.example/hub"),),
    pull_secrets=(PullSecret("harbor-pull", ("harbor.example",)),),
)
POD = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: nginx\n"
DONE = POD.replace("nginx", "harbor.example/hub/library/nginx") + "  imagePullSecrets:\n  - name: harbor-pull\n"
SCHEMA = (
    "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: widgets.example.com}\n"
    "spec:\n  versions:\n  - schema: {properties: {containers: {type: array}}}\n"
)


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
    assert broken[1].message == "no YAML: mapping values are not allowed in this context"


def test_rewrite_part_passes_on_what_it_is_told_to_skip() -> None:
    stream = f"a: [\n---\n{POD}"
    text, findings = rewrite_part(stream, CONFIG, survey([stream], CONFIG), skip_unreadable=True)
    assert text == f"a: [\n---\n{DONE}"
    assert (findings[0].severity, findings[0].outcome) == ("warning", "unreadable")


def test_survey_finds_accounts_and_secrets_in_every_stream() -> None:
    account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: a, namespace: n}\nimagePullSecrets: [{name: s}]\n"
    secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: emitted, namespace: n}\ntype: Opaque\n"
    credentials = CredentialSource("env", "USER", "PASSWORD")
    config = Config(pull_secrets=(PullSecret("emitted", ("a.example",), credentials=credentials, emit=True),))
    assert survey([POD, f"{POD}---\n{account}", f"broken: [\n---\n{secret}"], config) == Survey(
        {("n", "a"): ("s",)}, frozenset({("n", "emitted")})
    )


@pytest.mark.parametrize(
    "text",
    [
        SCHEMA,
        f"# a comment\n---\n{SCHEMA}",
        SCHEMA.replace("\n", "\r\n"),
        "kind: CustomResourceDefinition\napiVersion: apiextensions.k8s.io/v1beta1\nspec: {}\n",
    ],
)
def test_a_schema_is_known_without_parsing(text: str) -> None:
    assert pipeline._is_schema(text)


@pytest.mark.parametrize(
    "text",
    [
        POD,
        f"{SCHEMA}kind: Pod\n",
        f'{SCHEMA}"kind": Pod\n',
        f"{SCHEMA}? kind\n: Pod\n",
        f"{SCHEMA}\rkind: Pod\n",
        f"{SCHEMA}\x85kind: Pod\n",
        f"{SCHEMA}!!str kind: Pod\n",
        f'a: "\n{SCHEMA}"\nkind: Pod\n',
        SCHEMA.replace("\n", "\r"),
        "apiVersion: v1\nkind: CustomResourceDefinition\n",
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinitionList\nitems: []\n",
    ],
)
def test_a_document_that_could_be_something_else_is_parsed(text: str) -> None:
    assert not pipeline._is_schema(text)


LINES = st.sampled_from(
    [
        *SCHEMA.splitlines(),
        *POD.splitlines(),
        '"kind": Pod',
        "? kind",
        ": Pod",
        '"',
        "a: |",
        "  kind: Pod",
        "kind: List",
        "items:",
        "- " + POD.replace("\n", "\n  "),
        "# kind: Pod",
        "",
    ]
)


@given(st.lists(LINES, max_size=14), st.sampled_from(["\n", "\r\n", "\r"]), st.booleans())
def test_the_shortcut_changes_no_result(lines: list[str], line_end: str, begins_as_schema: bool) -> None:
    text = (SCHEMA if begins_as_schema else "") + "".join(f"{line}\n" for line in lines)
    text = text.replace("\n", line_end)
    with pytest.MonkeyPatch.context() as patch:
        quick = rewrite(text, CONFIG)
        patch.setattr(pipeline, "_is_schema", lambda _: False)
        thorough = rewrite(text, CONFIG)
    said = [finding for finding in thorough.findings if finding.outcome != "unreadable"]
    assert [finding for finding in quick.findings if finding.outcome != "unreadable"] == said
    if not any(finding.severity == "error" for finding in thorough.findings):
        assert quick == thorough
