"""What holds for all tests: no password in what they print, and none skipped that has to run."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import settings
from installing import PACKAGED, copy, run
from passwords import leaks
from pull_secrets import new_certificate, reach_in

from transformer.credentials.reach import Reach

# How long an example takes says more about the machine than about the code.
settings.register_profile("repoint", deadline=None)
settings.load_profile("repoint")

Outcomes = dict[str, str]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "lacks(reason): a program that has to be there is not, so the test fails")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("lacks"):
        [reason] = mark.args
        pytest.fail(reason, pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a test that passed, and so would show nothing, where a password is in what was captured."""
    report = yield
    phase = f" {report.when}"  # the sections of earlier phases are there again
    seen = [f"{name}: {leak}" for name, text in report.sections if name.endswith(phase) for leak in leaks(text)]
    if report.passed and seen:
        report.outcome, report.longrepr = "failed", f"a password is seen: {'; '.join(seen)}"
    return report


@pytest.fixture
def outcomes(tmp_path: Path) -> Callable[[str, Mapping[str, str]], Outcomes]:
    """A function that runs a module of tests below this file, as a process, and returns what each came to by name."""

    def run(module: str, variables: Mapping[str, str]) -> Outcomes:
        (tmp_path / "test_inner.py").write_text(module)
        options = ["--strict-markers", "-p", "conftest", "-p", "no:cacheprovider", "--junit-xml=outcomes.xml"]
        command = [sys.executable, "-m", "pytest", *options, "test_inner.py"]
        environment = {"PYTHONPATH": str(Path(__file__).parent)} | dict(variables)
        # What it prints may hold what these tests are not to print.
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, timeout=60)
        cases = ElementTree.parse(tmp_path / "outcomes.xml").iter("testcase")
        found = {case.attrib["name"]: outcome(case) for case in cases}
        assert (done.returncode == 0) == all(each.startswith(("passed", "skipped")) for each in found.values())
        return found

    return run


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what is packaged, so that no build leaves anything in the checkout."""
    return copy(tmp_path_factory.mktemp("source"), *PACKAGED)


@pytest.fixture(scope="session")
def built(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel that was built from it."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, source)
    return folder


@pytest.fixture(scope="session")
def certificate() -> bytes:
    return new_certificate()


@pytest.fixture
def reach(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, certificate: bytes) -> Reach:
    """The reach of the command, with all there that the pull secrets of pull_secrets.py name."""
    return reach_in(tmp_path, monkeypatch, certificate)


def outcome(case: ElementTree.Element) -> str:
    """Return the outcome of a test and why, from its element in the JUnit report."""
    return "; ".join(f"{each.tag}: {each.get('message')}" for each in case if "message" in each.attrib) or "passed"
