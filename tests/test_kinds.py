"""Kinds as their projects document them, project by project: what is rewritten in them, and what is not.

A case is a pair in `cases/kinds`: PROJECT.yaml, and PROJECT.expected.yaml, which is written by hand, not printed by
the program. The config of them all is repoint.yaml beside them. A new kind is a row of the catalog and a case here.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import transformer
from transformer.config import Config

CASES = Path(__file__).parent / "cases" / "kinds"
PROJECTS = sorted(path.name.removesuffix(".expected.yaml") for path in CASES.glob("*.expected.yaml"))

projects = pytest.mark.parametrize("project", PROJECTS)


@pytest.fixture(scope="module")
def config() -> Config:
    return transformer.load_config(CASES / "repoint.yaml")


def case(name: str) -> str:
    return (CASES / f"{name}.yaml").read_bytes().decode()


def test_every_file_belongs_to_a_case() -> None:
    files = {f"{project}{suffix}" for project in PROJECTS for suffix in (".yaml", ".expected.yaml")}
    assert {path.name for path in CASES.iterdir()} == files | {"repoint.yaml"}


@projects
def test_a_project_is_rewritten_as_expected(project: str, config: Config) -> None:
    assert transformer.rewrite(case(project), config).text == case(f"{project}.expected")


@projects
def test_what_is_expected_stays_as_it_is(project: str, config: Config) -> None:
    expected = case(f"{project}.expected")
    text, findings = transformer.rewrite(expected, config)
    assert text == expected
    assert [finding for finding in findings if finding.edits] == []


@projects
def test_no_field_of_a_project_is_uncovered(project: str, config: Config) -> None:
    findings = transformer.rewrite(case(project), config).findings
    assert [(finding.line, finding.field) for finding in findings if finding.outcome == "uncovered"] == []
