"""What several of the tests of hosts need."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from cmp_server import Sidecar
from command import CONFIG, CREDENTIALS, lay_out
from in_hosts import install_command

ROOT = Path(__file__).parent.parent.parent
COMMAND = "import sys\nfrom transformer.hosts.cli import main\nsys.exit(main())"
FILES_CONFIG = CONFIG.replace(
    "env: {username: HARBOR_USER, password: HARBOR_PASSWORD}",
    "files: {username: ../repoint-registry/username, password: ../repoint-registry/password}",
)


@pytest.fixture(scope="session")
def bin_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the command, for the PATH of a host."""
    return install_command(tmp_path_factory.mktemp("bin"))


@pytest.fixture
def shared_folder() -> Iterator[Path]:
    """A folder in which root, too, is an ordinary user while the test runs."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    yield folder
    os.seteuid(user)
    shutil.rmtree(folder)


@pytest.fixture
def sidecar() -> Iterator[Sidecar]:
    """The sidecar of the example for Argo CD, with credentials in files; without any tool but those put into it.

    The folders of pytest can be entered by their owner alone, which the user of a sidecar is not.
    """
    with tempfile.TemporaryDirectory(prefix="repoint-sidecar-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        user, password = CREDENTIALS.values()
        mounted = {"repoint/repoint.yaml": FILES_CONFIG}
        mounted |= {"repoint-registry/username": user, "repoint-registry/password": password}
        lay_out(folder, {f"etc/{file}": content for file, content in mounted.items()})
        (folder / "tmp").mkdir()
        made = Sidecar(folder, ROOT / "examples" / "argocd" / "plugin.yaml", {"PYTHONPATH": str(ROOT)})
        made.script("repoint", COMMAND, sys.executable)
        yield made


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A folder for a repository in which there are applications."""
    lay_out(tmp_path, {"repository/README.md": "shop"})
    return tmp_path / "repository"
