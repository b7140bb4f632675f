"""One engine in every host: the same objects come out of each, the same bytes where a host passes them on as they are.

A case is a folder in `cases/hosts`: a config, an input and, written by hand, what `repoint render` prints for them.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from command import CREDENTIALS, Done, load
from in_hosts import BUILD, HOSTS, stage
from programs import needs

from transformer.documents import split

CASES = Path(__file__).parent.parent / "cases" / "hosts"
NAMES = sorted(folder.name for folder in CASES.iterdir())
RUNS = [pytest.param(host, id=name, marks=needs(program)) for name, (program, host) in HOSTS.items()]
# Helm 3 sorts the documents, and puts where each comes from before it.
SOURCE = "# Source: shop/templates/input.yaml\n"


def objects(stream: bytes) -> dict[str, Any]:
    """Return the objects of a stream by what identifies them, as JSON, so that 1 and "1" differ."""
    found = [document for document in load(stream) if document]
    ids = [(each["kind"], each["metadata"].get("namespace", ""), each["metadata"]["name"]) for each in found]
    assert len({*ids}) == len(ids)
    return dict(zip(map(str, ids), (json.dumps(each, sort_keys=True) for each in found), strict=True))


@pytest.mark.parametrize("host", RUNS)
@pytest.mark.parametrize("name", NAMES)
def test_every_host_gives_the_same_objects(name: str, host: Any, bin_folder: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(CASES / name, tmp_path / "stage")
    done = host(stage(folder, bin_folder))
    assert done.code == 0, done.err
    assert objects(done.out) == objects((folder / "output.yaml").read_bytes())


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("called", ["standard input", "files", "Argo CD, a directory"])
def test_what_a_shell_pipes_in_comes_out_in_the_same_bytes(
    called: str, name: str, bin_folder: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(CASES / name, tmp_path / "stage")
    done = HOSTS[called][1](stage(folder, bin_folder))
    assert done.out == (folder / "output.yaml").read_bytes()


def documents(stream: bytes) -> list[str]:
    """Return the texts of the documents of a stream in one order, without what stands around them."""
    texts = (each.text.removeprefix("---\n").removeprefix(SOURCE) for each in split(stream.decode()))
    return sorted(text.strip("\n") for text in texts)


@needs("helm3")
@pytest.mark.parametrize("name", NAMES)
def test_helm_3_passes_documents_on_in_the_same_bytes(name: str, bin_folder: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(CASES / name, tmp_path / "stage")
    done = HOSTS["Helm 3"][1](stage(folder, bin_folder))
    assert documents(done.out) == documents((folder / "output.yaml").read_bytes())


# -- a host that skips it ---------------------------------------------------------------------------------------------


@needs("kustomize")
def test_check_fails_on_what_kustomize_built_without_it(bin_folder: Path, tmp_path: Path) -> None:
    """Without --enable-exec an exec function is skipped, and kustomize says nothing of that."""
    folder = shutil.copytree(CASES / "marked", tmp_path / "stage")
    at = stage(folder, bin_folder)
    built = HOSTS["kustomize"][1](at)
    skipped = at.run("kustomize", *BUILD, ".")
    assert (skipped.code, skipped.err) == (0, "")
    lacking = ["Deployment shop/web", "Job batch/report", "Pod shop/pause"]
    assert marked(at.run("repoint", "check", stdin=skipped.out)) == (1, lacking)
    assert marked(at.run("repoint", "check", stdin=built.out)) == (0, [])


def marked(done: Done) -> tuple[int, list[str]]:
    """Return the exit code of `check`, and the objects that it says lack the marker."""
    found = re.findall(
        r"would change: (.*): gets the annotation repoint.dev/mirrored-by: corp$", done.err, re.MULTILINE
    )
    return done.code, sorted(found)


# -- failures ---------------------------------------------------------------------------------------------------------

CASE = CASES / "workloads"
CONFIG, INPUT = (CASE / "repoint.yaml").read_text(), (CASE / "input.yaml").read_text()
BROKEN = INPUT.replace("metadata:", "metadata: ]", 1)  # which kustomize, Helm and kpt say themselves
# What is wrong: the config, the input, the variables; and what a person has to be told.
FAILURES = {
    "a config with an unknown key": (CONFIG.replace("keep:", "kept:"), INPUT, CREDENTIALS, "unknown key 'kept'"),
    "a config that is refused": (
        CONFIG.replace("mirror: harbor.corp.example/hub", "mirror: docker.io/mirrored"),
        INPUT,
        CREDENTIALS,
        "spec.mirrors[0]",
    ),
    "credentials that are missing": (CONFIG, INPUT, {"HARBOR_USER": "u"}, "HARBOR_PASSWORD"),
    "an image without a mirror": (
        f"{CONFIG}  unmapped: error\n",
        INPUT.replace("team/", "x.example/"),
        CREDENTIALS,
        "x.example/report",
    ),
    "an input that is not YAML": (CONFIG, BROKEN, CREDENTIALS, "YAML"),
}


@pytest.mark.parametrize("called", [pytest.param(name, marks=needs(program)) for name, (program, _) in HOSTS.items()])
@pytest.mark.parametrize(("config", "text", "variables", "reason"), FAILURES.values(), ids=FAILURES)
def test_what_fails_fails_in_every_host(
    config: str, text: str, variables: dict[str, str], reason: str, called: str, bin_folder: Path, tmp_path: Path
) -> None:
    """With the reason on standard error or, in Helm 4, which shows nothing of that, in the log; nothing is printed."""
    folder = tmp_path / "stage"
    folder.mkdir()
    for name, content in (("repoint.yaml", config), ("input.yaml", text)):
        (folder / name).write_text(content)
    at = stage(folder, bin_folder, variables)
    done = HOSTS[called][1](at)
    assert (done.code != 0, done.out) == (True, b"")
    is_in_log = called == "Helm 4" and at.log.exists() and reason not in done.err
    assert reason in (at.log.read_text() if is_in_log else done.err)
