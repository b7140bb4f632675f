"""The example application: what `make demo` runs is complete, quiet, and done once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from ruamel.yaml import YAML

ROOT = Path(__file__).parent.parent
QUICKSTART = ROOT / "examples" / "quickstart"
CREDENTIALS = {"HARBOR_USER": "robot", "HARBOR_PASSWORD": "sample"}


def repoint(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "transformer", *map(str, arguments)]
    environment = {**os.environ, **CREDENTIALS}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


def test_the_example_needs_no_warning() -> None:
    done = repoint("render", "-c", QUICKSTART / "repoint.yaml", QUICKSTART / "manifests")
    assert done.returncode == 0
    assert done.stderr.count("\n") == 1
    assert "unmapped" not in done.stderr


def test_the_example_ends_with_a_secret_for_each_namespace_in_use() -> None:
    done = repoint("render", "-c", QUICKSTART / "repoint.yaml", QUICKSTART / "manifests")
    *_, first, second = YAML(typ="safe").load_all(done.stdout)
    assert [secret["metadata"]["namespace"] for secret in (first, second)] == ["bookshop", "bookshop-batch"]
    assert {secret["kind"] for secret in (first, second)} == {"Secret"}


def test_the_example_rewritten_is_done(tmp_path: Path) -> None:
    config = QUICKSTART / "repoint.yaml"
    assert repoint("render", "-c", config, QUICKSTART / "manifests", "-o", tmp_path).returncode == 0
    assert repoint("check", "-c", config, QUICKSTART / "manifests").returncode == 1
    assert repoint("check", "-c", config, tmp_path).returncode == 0


def test_the_example_keeps_every_comment(tmp_path: Path) -> None:
    assert (
        repoint("render", "-c", QUICKSTART / "repoint.yaml", QUICKSTART / "manifests", "-o", tmp_path).returncode == 0
    )
    for file in (QUICKSTART / "manifests").iterdir():
        comments = [line.partition("#")[2] for line in file.read_text().splitlines() if "#" in line]
        rewritten = [line.partition("#")[2] for line in (tmp_path / file.name).read_text().splitlines() if "#" in line]
        assert comments == rewritten
