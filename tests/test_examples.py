"""What the documentation shows is what happens: docstrings, and the README's before and after."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import transformer

ROOT = Path(__file__).parent.parent
MODULES = ["transformer", *(module.name for module in pkgutil.walk_packages(transformer.__path__, "transformer."))]
WITH_EXAMPLES = [
    "transformer",
    "transformer.authored",
    "transformer.docker_login",
    "transformer.dockerconfig",
    "transformer.documents",
    "transformer.edits",
    "transformer.hosts.loading",
    "transformer.keyring",
    "transformer.kubelet_secret",
    "transformer.pipeline",
    "transformer.reference",
    "transformer.sealing",
    "transformer.unified_diff",
]


@pytest.mark.parametrize("name", [name for name in MODULES if name != "transformer.__main__"])
def test_docstring_examples_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    results = doctest.testmod(importlib.import_module(name))
    assert results.failed == 0
    assert (results.attempted > 0) == (name in WITH_EXAMPLES)


def blocks(language: str) -> list[str]:
    """Return the fenced blocks of the README in `language`."""
    return re.findall(rf"^```{language}\n(.*?)^```$", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)


def test_readme_shows_what_render_does(tmp_path: Path) -> None:
    """The first config, manifest and diff of the README belong together."""
    config, manifest, *_ = blocks("yaml")
    (tmp_path / "repoint.yaml").write_text(config)
    (tmp_path / "web.yaml").write_text(manifest)
    command = [sys.executable, "-m", "transformer", "render", "--diff", "web.yaml"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == blocks("diff")[0]


def test_readme_shows_how_to_use_it_from_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    config, manifest, *_ = blocks("yaml")
    Path("repoint.yaml").write_text(config)
    Path("web.yaml").write_text(manifest)
    examples = doctest.DocTestParser().get_doctest("".join(blocks("pycon")), {}, "README", "README.md", 0)
    results = doctest.DocTestRunner().run(examples)
    assert results.attempted > 0
    assert results.failed == 0
