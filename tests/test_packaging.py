"""Wheel, sdist and editable install each give a command that works, with the schema inside."""

from __future__ import annotations

import tarfile
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest
from installing import PROJECT, ROOT, install, run, site

CONFIG = """\
apiVersion: repoint.dev/v1alpha1
kind: MirrorConfig
spec:
  mirrors:
  - {source: docker.io, mirror: harbor.example}
"""
POD = "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: nginx}]}\n"


def test_the_wheel_holds_the_schema_and_the_type_marker(built: Path) -> None:
    names = zipfile.ZipFile(next(built.glob("*.whl"))).namelist()
    assert {"transformer/schemas/mirrorconfig.schema.json", "transformer/py.typed"} <= set(names)
    assert not [name for name in names if name.startswith("tests")]


def test_the_sdist_holds_the_schema(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        assert any(name.endswith("/transformer/schemas/mirrorconfig.schema.json") for name in archive.getnames())


@pytest.mark.parametrize("form", ["wheel", "sdist", "folder", "editable"])
def test_an_installed_command_rewrites(form: str, source: Path, built: Path, tmp_path: Path) -> None:
    place = tmp_path / "venv"
    wheel, sdist = next(built.glob("*.whl")), next(built.glob("*.tar.gz"))
    what = {"wheel": [wheel], "sdist": [sdist], "folder": [source], "editable": ["--editable", source]}[form]
    commands = install(place, *what)
    (tmp_path / "repoint.yaml").write_text(CONFIG)
    command = commands / "repoint"
    assert run(command, "--version").strip() == f"repoint {PROJECT['version']}"
    assert run(command, "render", cwd=tmp_path, input=POD) == POD.replace("nginx", "harbor.example/library/nginx")
    module = run(commands / "python", "-c", "import transformer; print(transformer.__file__)", cwd=tmp_path).strip()
    assert Path(module).is_relative_to(source if form == "editable" else site(place))


def test_the_version_is_the_distributions() -> None:
    assert version("repoint") == PROJECT["version"]


def test_the_oldest_dependencies_are_those_the_lock_for_them_pins() -> None:
    """`make lowest` runs these tests with what this file pins, so that the ranges are more than a claim."""
    pins = (ROOT / "requirements" / "lowest.txt").read_text()
    for dependency in PROJECT["dependencies"]:
        name, _, bounds = dependency.partition(">=")
        lowest = bounds.partition(",")[0]
        pinned = next(line.split()[0] for line in pins.splitlines() if line.startswith(name.replace(".", "-") + "=="))
        released = pinned.partition("==")[2]
        assert released == lowest or released.startswith(f"{lowest}."), dependency
