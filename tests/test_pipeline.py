"""The journey of a stream: trouble in one document is said with its place."""

from __future__ import annotations

from transformer.config import Config, Mirror, PullSecret
from transformer.pipeline import rewrite, rewrite_part
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


def test_rewrite_part_passes_on_what_it_is_told_to_skip() -> None:
    stream = f"a: [\n---\n{POD}"
    text, findings = rewrite_part(stream, CONFIG, survey([stream], CONFIG), skip_unreadable=True)
    assert text == f"a: [\n---\n{DONE}"
    assert (findings[0].severity, findings[0].outcome) == ("warning", "unreadable")
