"""What tests need besides Python: programs that are not everywhere.

A test that needs one which is not on PATH is skipped. Where the variable REPOINT_NO_SKIP names the program, as on CI,
it fails instead: there the program was installed, and a skip would hide that nothing was tested.
"""

from __future__ import annotations

import os
import shutil

import pytest

VARIABLE = "REPOINT_NO_SKIP"


def needs(*programs: str) -> pytest.MarkDecorator:
    """Return the mark of a test that runs `programs`; conftest.py makes a test that is marked `lacks` fail."""
    missing = [program for program in programs if shutil.which(program) is None]
    reason = said(missing) if missing else ""
    if required() & {*missing}:
        return pytest.mark.lacks(f"{reason}, and {VARIABLE} is set")
    return pytest.mark.skipif(bool(missing), reason=reason)


def required() -> set[str]:
    """Return the programs without which no test is skipped."""
    return {name.strip() for name in os.environ.get(VARIABLE, "").split(",")}


def said(missing: list[str]) -> str:
    """Say in a sentence what is missing.

    >>> said(["skopeo"]), said(["go", "skopeo", "htpasswd"])
    ('skopeo is not on PATH', 'go, skopeo and htpasswd are not on PATH')
    """
    *most, last = missing
    return f"{', '.join(most)} and {last} are not on PATH" if most else f"{last} is not on PATH"
