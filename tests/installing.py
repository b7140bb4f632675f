"""Build what is distributed, and install it into an environment of its own.

Its dependencies come from the environment of the tests: nothing is fetched, and they are of the versions under test.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
DEPENDENCIES = sysconfig.get_path("purelib")
# The same for a script that runs pip itself.
OFFLINE = {"PIP_NO_DEPS": "1", "PIP_IGNORE_INSTALLED": "1", "PYTHONPATH": DEPENDENCIES}
PACKAGED = ("pyproject.toml", "README.md", "LICENSE", "schemas", "transformer")


def run(*command: str | Path, **options: object) -> str:
    """Return what a command prints; raises AssertionError with its standard error where it fails."""
    done = subprocess.run(command, capture_output=True, text=True, **options)  # type: ignore[call-overload]
    assert done.returncode == 0, done.stderr
    return str(done.stdout)


def copy(folder: Path, *names: str) -> Path:
    """Copy files and folders of the checkout by their names, so that no build leaves anything in it."""
    for name in names:
        if (ROOT / name).is_dir():
            leave_out = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, folder / name, symlinks=True, ignore=leave_out)
        else:
            shutil.copy(ROOT / name, folder)
    return folder


def new_python(place: Path, *, with_pip: bool = False) -> Path:
    """Make a virtual environment at `place`, and return the folder of its commands."""
    venv.create(place, with_pip=with_pip, symlinks=True)
    return place / "bin"


def install(place: Path, *what: str | Path) -> Path:
    """Make a virtual environment at `place`, with what pip is given, and return the folder of its commands."""
    commands = new_python(place)
    Path(site(place), "dependencies.pth").write_text(f"{DEPENDENCIES}\n")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "--python", str(commands / "python")]
    run(*pip, "install", "--no-deps", "--ignore-installed", "--no-build-isolation", *what)
    return commands


def site(place: Path) -> str:
    """Return the folder of the packages of a virtual environment."""
    return sysconfig.get_path("purelib", "venv", {"base": str(place)})
