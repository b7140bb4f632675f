"""A function of kpt: a package keeps its files, their order and their comments, and loses nothing by a failure."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest
from command import CONFIG, CREDENTIALS, contents, lay_out, load
from in_hosts import Stage, commands_of, stage
from observed_fields import manifests
from programs import needs
from ruamel.yaml.error import YAMLError

pytestmark = needs("kpt")

KPTFILE = """\
apiVersion: kpt.dev/v1
kind: Kptfile
metadata:
  name: shop
info:
  description: An image of kpt's own stays.
pipeline:
  mutators:
    # At first, images.
    - exec: repoint
      configPath: mirror.yaml
"""
LOCAL = 'metadata:\n  name: corp # ours\n  annotations:\n    config.kubernetes.io/local-config: "true"\n'
MIRROR = CONFIG.replace("spec:\n", f"{LOCAL}spec:\n")
NAMED = f"{MIRROR[: MIRROR.index('    credentials:')]}    emit: none\n"
STORE = "    externalSecret:\n      store: {name: vault}\n      remote:\n        dockerconfigjson: {key: harbor}\n"
EXTERNAL = NAMED.replace("emit: none\n", f"emit: ExternalSecret\n{STORE}")
WEB = """\
# The shop's front door.
apiVersion: apps/v1
kind: Deployment
metadata:
  namespace: shop # before its name
  name: web
spec:
  template:
    # What runs.
    spec:
      containers:
        - name: web # the front
          image: 'nginx:1.27' # by hand
          args: [--quiet, "yes"]
          env:
            - name: LONG
              value: "a text that goes on and on, further than any column at which somebody may fold it anew"
            - name: BLOCK
              value: |-
                one
                  two
        # beside it
        - image: registry.example/proxy
          name: proxy
---
apiVersion: v1
kind: Pod
metadata:
  name: draft
  annotations:
    config.kubernetes.io/local-config: 'true'
spec:
  containers:
    - name: draft
      image: nginx
"""
REWRITTEN = WEB.replace("'nginx:", "'harbor.corp.example/hub/library/nginx:").replace(
    "---\n", "      imagePullSecrets:\n        - name: harbor-pull\n---\n", 1
)
PACKAGE = {"package/Kptfile": KPTFILE, "package/mirror.yaml": NAMED, "package/web.yaml": WEB}
RENDER = ("fn", "render", "package", "--allow-exec")
EVAL = ("fn", "eval", "package", "--exec", "repoint")
COMMANDS = {
    "render": RENDER,
    "eval": (*EVAL, "--fn-config", "package/mirror.yaml"),
    "eval, with a key and a value": (*EVAL, "--", "config=package/mirror.yaml"),
}
commands = pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)


@pytest.fixture
def at(bin_folder: Path, tmp_path: Path) -> Stage:
    lay_out(tmp_path / "stage", PACKAGE)
    return stage(tmp_path / "stage", bin_folder)


def package(at: Stage) -> dict[str, str]:
    """Return the files of the package and what stands in them."""
    found = contents(at.folder / "package")
    return {name: content.decode() for name, content in found.items() if not name.endswith("/")}


@commands
def test_a_package_is_what_it_was_but_for_what_is_planned(command: tuple[str, ...], at: Stage) -> None:
    expected = {"Kptfile": KPTFILE, "mirror.yaml": NAMED, "web.yaml": REWRITTEN}
    for _ in "again":
        done = at.run("kpt", *command)
        assert (done.code, package(at)) == (0, expected), done.err


def test_a_config_is_found_where_kpt_is_run(at: Stage) -> None:
    lay_out(at.folder, {"repoint.yaml": NAMED})
    assert at.run("kpt", *EVAL).code == 0
    assert package(at)["web.yaml"] == REWRITTEN


@commands
def test_what_was_found_is_kept_with_its_place(command: tuple[str, ...], at: Stage) -> None:
    at.run("kpt", *command[:3], "--results-dir", "results", *command[3:])
    [found] = load((at.folder / "results" / "results.yaml").read_bytes())
    web = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "namespace": "shop"}
    spec, mirrored = "spec.template.spec", "harbor.corp.example/hub/library/nginx:1.27"
    # kpt leaves out the index of the first document.
    assert [result | {"resourceRef": web, "file": {"path": "web.yaml"}} for result in found["items"][0]["results"]] == [
        {
            "message": "gets the pull secret harbor-pull",
            "severity": "info",
            "resourceRef": web,
            "field": {"path": f"{spec}.imagePullSecrets"},
            "file": {"path": "web.yaml"},
        },
        {
            "message": f"nginx:1.27 -> {mirrored}",
            "severity": "info",
            "resourceRef": web,
            "field": {
                "path": f"{spec}.containers[0].image",
                "currentValue": "nginx:1.27",
                "proposedValue": mirrored,
            },
            "file": {"path": "web.yaml"},
        },
        {
            "message": "no mirror covers registry.example/proxy",
            "severity": "warning",
            "resourceRef": web,
            "field": {"path": f"{spec}.containers[1].image", "currentValue": "registry.example/proxy"},
            "file": {"path": "web.yaml"},
        },
    ]


def test_only_what_is_selected_is_rewritten(at: Stage) -> None:
    other = WEB[WEB.index("---\n") :].replace("    config.kubernetes.io/local-config: 'true'\n", "    a: b\n")
    selectors = "      selectors:\n        - kind: Pod\n"
    lay_out(at.folder, {"package/Kptfile": KPTFILE + selectors, "package/web.yaml": WEB + other})
    assert at.run("kpt", *RENDER).code == 0
    image = "      image: harbor.corp.example/hub/library/nginx\n  imagePullSecrets:\n    - name: harbor-pull\n"
    assert package(at)["web.yaml"] == WEB + other.replace("      image: nginx\n", image)


def test_check_is_a_validator(at: Stage) -> None:
    kept = NAMED.replace("  pullSecrets:", "  keep: [registry.example]\n  pullSecrets:")
    validators = "  validators:\n    - exec: repoint check -c package/mirror.yaml\n"
    lay_out(at.folder, {"package/mirror.yaml": kept, "package/Kptfile": KPTFILE + validators})
    assert at.run("kpt", *RENDER).code == 0
    assert package(at)["web.yaml"] == REWRITTEN
    alone = KPTFILE[: KPTFILE.index("  mutators:")] + validators
    lay_out(at.folder, {"package/Kptfile": alone, "package/web.yaml": WEB})
    done = at.run("kpt", *RENDER)
    assert (done.code, package(at)["web.yaml"]) == (1, WEB)
    assert "would change: nginx:1.27 -> harbor.corp.example/hub/library/nginx:1.27" in done.err


def test_each_package_has_its_own(at: Stage) -> None:
    inner = {name.replace("package/", "package/inner/"): text for name, text in PACKAGE.items()}
    lay_out(at.folder, inner | {"package/inner/mirror.yaml": NAMED.replace("/hub", "/inner")})
    assert at.run("kpt", *RENDER).code == 0
    assert package(at)["inner/web.yaml"] == REWRITTEN.replace("/hub", "/inner")


# -- what is made -----------------------------------------------------------------------------------------------------


@commands
def test_what_is_made_is_a_file_of_the_package(command: tuple[str, ...], at: Stage) -> None:
    lay_out(at.folder, {"package/mirror.yaml": EXTERNAL})
    assert at.run("kpt", *command).code == 0
    once = package(at)
    [made] = {*once} - {"Kptfile", "mirror.yaml", "web.yaml"}
    assert made == "shop/externalsecret_harbor-pull.yaml"
    assert load(once[made].encode())[0]["metadata"] == {"name": "harbor-pull", "namespace": "shop"}
    assert at.run("kpt", *command).code == 0
    assert package(at) == once


def test_a_secret_can_be_one(at: Stage) -> None:
    allowed = KPTFILE.replace("exec: repoint", "exec: repoint --allow-plaintext-secrets")
    lay_out(at.folder, {"package/mirror.yaml": MIRROR, "package/Kptfile": allowed})
    assert at.run("kpt", *RENDER).code == 0
    once = package(at)
    [made] = {*once} - {"Kptfile", "mirror.yaml", "web.yaml"}
    assert (made, load(once[made].encode())[0]["kind"]) == ("shop/secret_harbor-pull.yaml", "Secret")
    assert at.run("kpt", *RENDER).code == 0
    assert package(at) == once


# -- what goes wrong --------------------------------------------------------------------------------------------------

WRONG = {
    "credentials in the package": (
        {"mirror.yaml": MIRROR},
        CREDENTIALS,
        "repoint: the credentials of shop/harbor-pull would be written as plain text into the package",
    ),
    "credentials that are missing": (
        {"mirror.yaml": MIRROR, "Kptfile": KPTFILE.replace("repoint\n", "repoint --allow-plaintext-secrets\n")},
        {"HARBOR_USER": "u"},
        "HARBOR_PASSWORD for its password is not set",
    ),
    "a key": (
        {"mirror.yaml": NAMED.replace("mirrors:", "mirors:")},
        CREDENTIALS,
        "functionConfig: spec.mirors: unknown key 'mirors'; did you mean 'mirrors'?",
    ),
    "an option": (
        {"Kptfile": KPTFILE.replace("repoint\n", "repoint --mirror\n")},
        CREDENTIALS,
        "unrecognized arguments: --mirror",
    ),
    "an image, behind what is only a warning": (
        {
            "mirror.yaml": f"{NAMED}  unmapped: error\n",
            "web.yaml": WEB.replace("        # beside it\n", "        - image: $(IMAGE)\n" * 4),
        },
        CREDENTIALS,
        "web.yaml: Deployment shop/web: spec.template.spec.containers[5].image: error: no mirror covers registry",
    ),
}


@pytest.mark.parametrize(("files", "variables", "reason"), WRONG.values(), ids=WRONG)
def test_what_fails_says_why_and_changes_nothing(
    files: dict[str, str], variables: dict[str, str], reason: str, bin_folder: Path, tmp_path: Path
) -> None:
    """In the four lines that kpt shows, and in the file that it keeps."""
    lay_out(tmp_path / "stage", PACKAGE | {f"package/{name}": text for name, text in files.items()})
    at = stage(tmp_path / "stage", bin_folder, variables)
    before = package(at)
    done = at.run("kpt", *RENDER, "--results-dir", "results")
    assert (done.code, done.out, package(at)) == (1, b"", before)
    assert reason in done.err
    assert reason in load((at.folder / "results" / "results.yaml").read_bytes())[0]["items"][0]["stderr"]


def test_kpt_runs_no_program_that_it_is_not_allowed_to(at: Stage) -> None:
    done = at.run("kpt", *RENDER[:-1])
    assert (done.code, package(at)["web.yaml"]) == (1, WEB)
    assert "must run with `--allow-exec`" in done.err


# -- the example, and real manifests ----------------------------------------------------------------------------------

ROOT = Path(__file__).parent.parent.parent
EXAMPLE, EXPECTED = ROOT / "examples" / "kpt", ROOT / "tests" / "cases" / "examples" / "kpt"


@pytest.mark.parametrize("command", commands_of(EXAMPLE), ids=["render", "eval"])
def test_the_example_runs_as_its_readme_says(command: str, bin_folder: Path, tmp_path: Path) -> None:
    at = stage(shutil.copytree(EXAMPLE, tmp_path / "stage"), bin_folder, {})
    expected = contents(EXAMPLE) | contents(EXPECTED)
    for _ in "again":
        done = at.run("sh", "-ec", command)
        assert (done.code, contents(at.folder)) == (0, expected), done.err
    assert at.run("repoint", "check", ".").code == 0


CORPUS = os.environ.get("REPOINT_CORPUS", "")
EVERYTHING = NAMED.replace("docker.io, mirror: harbor.corp.example/hub", "'*', mirror: harbor.corp.example/hub")


@pytest.mark.skipif(not CORPUS, reason="REPOINT_CORPUS names no folder of manifests")
def test_real_manifests_come_out_as_from_the_command(bin_folder: Path, tmp_path: Path) -> None:
    """In the bytes that kpt gives them by any function, which moves a new key behind all others."""
    at = stage(tmp_path / "stage", bin_folder)
    files = {f"{index}.yaml": file.read_bytes() for index, file in enumerate(filter(is_read, manifests(Path(CORPUS))))}
    lay_out(at.folder, {"repoint.yaml": EVERYTHING} | {f"package/{name}": data for name, data in files.items()})
    # kpt refuses a package in which it finds something else than objects with names.
    while (done := at.run("kpt", "fn", "eval", "package", "--exec", "cat")).code:
        refused = {*re.findall(r"\b(\d+\.yaml)", done.err)}
        assert refused, done.err
        for name in refused:
            del files[name]
            (at.folder / "package" / name).unlink()
    assert len(files) > 40
    assert at.run("repoint", "render", "-i", "package").code == 0
    piped = contents(at.folder / "package")
    lay_out(at.folder, {f"package/{name}": data for name, data in files.items()})
    assert at.run("kpt", *EVAL).code == 0
    passed = contents(at.folder / "package")
    assert {name: sorted(text.split(b"\n")) for name, text in passed.items()} == {
        name: sorted(text.split(b"\n")) for name, text in piped.items()
    }


def is_read(file: Path) -> bool:
    """Say whether kpt reads a file and loses nothing of it, as it does of a key that stands there twice."""
    if file.suffix not in (".yaml", ".yml"):
        return False
    try:
        return bool(load(file.read_bytes()))
    except YAMLError:
        return False
