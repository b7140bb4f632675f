"""The shortcut for schemas takes nothing else for one, and changes no result."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transformer import pipeline
from transformer.config import Config, Mirror, PullSecret
from transformer.crds import is_schema
from transformer.pipeline import rewrite

CONFIG = Config(
    mirrors=(Mirror("docker.io", "harbor.example/hub"),),
    pull_secrets=(PullSecret("harbor-pull", ("harbor.example",)),),
)
POD = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: nginx\n"
SCHEMA = (
    "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: widgets.example.com}\n"
    "spec:\n  versions:\n  - schema: {properties: {containers: {type: array}}}\n"
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
    assert is_schema(text)


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
    assert not is_schema(text)


@pytest.mark.parametrize("lines", ["# c\r\n" * 80, "\r\n" * 80, "---\r\n" * 80], ids=repr)
def test_is_schema_tries_a_line_break_in_one_way_only(lines: str) -> None:
    """Were the `\\r` of CRLF taken in two ways, this would take longer than anyone can wait."""
    assert is_schema(lines + SCHEMA.replace("\n", "\r\n"))
    assert not is_schema(lines + POD.replace("\n", "\r\n"))


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
        patch.setattr(pipeline, "is_schema", lambda _: False)
        thorough = rewrite(text, CONFIG)
    said = [finding for finding in thorough.findings if finding.outcome != "unreadable"]
    assert [finding for finding in quick.findings if finding.outcome != "unreadable"] == said
    if not any(finding.severity == "error" for finding in thorough.findings):
        assert quick == thorough
