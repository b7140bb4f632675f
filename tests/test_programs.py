"""A test that needs a program is skipped without it, and where REPOINT_NO_SKIP names the program, it fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

# On the PATH of these tests is `here` alone.
TESTS = """
import pytest
from programs import needs

@pytest.fixture
def made():
    raise RuntimeError("made with a program that is not there")

@needs("here")
def test_here(): pass

@needs("here", "gone")
def test_one(made): pass

@needs("gone", "here", "away")
def test_two(made): pass

@needs("off", "away", "gone")
def test_three(made): pass

@needs("away")
@needs("gone")
def test_marked_twice(made): pass
"""
ONE, TWO, THREE = "gone is not on PATH", "gone and away are not on PATH", "off, away and gone are not on PATH"
FAILS = 'error: failed on setup with "Failed: {}, and REPOINT_NO_SKIP is set"'


def skipped(**others: str) -> dict[str, str]:
    reasons = {"test_one": ONE, "test_two": TWO, "test_three": THREE, "test_marked_twice": ONE}
    return {"test_here": "passed"} | {name: f"skipped: {reason}" for name, reason in reasons.items()} | others


CASES = {
    "unset": ({}, skipped()),
    "empty": ({"REPOINT_NO_SKIP": ""}, skipped()),
    "what is there": ({"REPOINT_NO_SKIP": "here"}, skipped()),
    "one": (
        {"REPOINT_NO_SKIP": "here,away"},
        skipped(
            test_two=FAILS.format(TWO),
            test_three=FAILS.format(THREE),
            test_marked_twice=FAILS.format("away is not on PATH"),
        ),
    ),
    "several": (
        {"REPOINT_NO_SKIP": "off, gone"},
        skipped(
            test_one=FAILS.format(ONE),
            test_two=FAILS.format(TWO),
            test_three=FAILS.format(THREE),
            test_marked_twice=FAILS.format(ONE),
        ),
    ),
}


@pytest.mark.parametrize(("variables", "expected"), CASES.values(), ids=CASES.keys())
def test_a_test_without_its_programs_is_skipped_or_fails(
    variables: Mapping[str, str],
    expected: dict[str, str],
    outcomes: Callable[[str, Mapping[str, str]], dict[str, str]],
    tmp_path: Path,
) -> None:
    program = tmp_path / "bin" / "here"
    program.parent.mkdir()
    program.touch(mode=0o755)
    assert outcomes(TESTS, {"PATH": str(program.parent), **variables}) == expected
