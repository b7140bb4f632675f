"""What tests of sources of credentials need: helpers that are real programs, and no logins but those of the test."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from transformer.config import Config
from transformer.credentials.reach import Reach
from transformer.hosts.loading import reach_of

Install = Callable[[str, str], Path]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder with nothing in it, and no variable that names another docker config."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    for name in ("DOCKER_CONFIG", "DOCKER_AUTH_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a config."""
    found = tmp_path / "conf"
    found.mkdir()
    return found


@pytest.fixture
def reach(folder: Path) -> Reach:
    """The reach of the command, for a config in `folder`."""
    return reach_of(Config(folder=str(folder)))


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """A function that makes `docker-credential-NAME`, first on PATH, of a shell script; it returns the program.

    The program notes each server that it is asked for in a file beside it, `NAME.asked`.
    """
    place = tmp_path / "bin"
    place.mkdir()
    monkeypatch.setenv("PATH", f"{place}{os.pathsep}{os.environ['PATH']}")

    def make(name: str, script: str) -> Path:
        program = place / f"docker-credential-{name}"
        program.write_text(f'#!/bin/sh\nserver=$(cat)\necho "$server" >> "{place}/{name}.asked"\n{script}\n')
        program.chmod(0o755)
        return program

    return make
