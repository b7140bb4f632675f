"""The floors of the package: imports go only downwards, each outside package has one door, only hosts do I/O."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "transformer"

# Lowest first. A module imports from the floors below its own, and within its own only what stands before it.
FLOORS = [
    ["errors"],
    ["reference", "keyring", "dockerconfig", "go_json", "docker_login", "kubelet_secret", "sealing"],
    ["edits", "documents", "unified_diff"],
    ["nodes", "aliases", "node_edits", "item_edits", "value_edits", "field_paths", "authored"],
    ["resources", "hooks", "not_run", "pod_specs", "catalog", "spellings", "helm_values", "directives", "findings"],
    ["config", "kustomize", "config_schema", "templates", "secret_names", "pull_secret_checks", "config_checks"],
    ["mirrors", "loops", "config_file", "likely"],
    ["crds", "survey", "image_fields", "verdicts", "spots", "texts", "manifest", "proof"],
    ["attachments", "pull_proof", "whole", "demands"],
    [
        "rules.untyped",
        "rules.images",
        "rules.uncovered_fields",
        "rules.likely_images",
        "rules.image_pull_secrets",
        "rules.secret_references",
        "rules.service_accounts",
        "rules.registry_secret_data",
        "rules.marker",
        "rules.existing_secrets",
        "rules",
    ],
    [
        "credentials.reach",
        "credentials.logins",
        "credentials.named_values",
        "credentials.docker_config",
        "credentials.credential_helper",
        "credentials",
    ],
    ["forms.order", "forms.secret", "forms.sealed_secret", "forms.external_secret", "forms.template", "forms"],
    ["own_output", "registry_secrets", "pipeline"],
    [
        "hosts.processes",
        "hosts.credential_helpers",
        "hosts.loading",
        "hosts.sources",
        "hosts.outputs",
        "hosts.work_tree",
        "hosts.masking",
        "hosts.report",
        "hosts.terminal",
        "hosts.planning",
        "hosts.run",
        "hosts.resource_list",
        "hosts.krm",
        "hosts.helm",
        "hosts.pipe",
        "hosts.kustomize_plugin",
        "hosts.plugins",
        "hosts.applications",
        "hosts.argocd_parameters",
        "hosts.argocd",
        "hosts.log",
        "hosts.options",
        "hosts.completion",
        "hosts.cli",
        "hosts",
    ],
    ["", "__main__"],
]
ORDER = [module for floor in FLOORS for module in floor]

DOORS = {
    "ruamel": "nodes",
    "_ruamel_yaml": "nodes",
    "jsonschema": "config_schema",
    "jinja2": "templates",
    "cryptography": "sealing",
}

# What reads, writes or asks the machine. The schema is part of the package, so its one reader is no I/O in this sense.
IO_MODULES = {"sys", "os", "pathlib", "io", "shutil", "subprocess", "tempfile", "socket", "logging"}
IO_CALLS = {"open", "print", "input"}


def name_of(file: Path) -> str:
    parts = file.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(file): ast.parse(file.read_text()) for file in sorted(PACKAGE.rglob("*.py"))}


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name.removeprefix("transformer.") in MODULES else str(node.module) for name in names)


def own(names: Iterator[str]) -> set[str]:
    return {name.removeprefix("transformer").removeprefix(".") for name in names if name.split(".")[0] == "transformer"}


def test_every_module_has_its_floor() -> None:
    assert sorted(ORDER) == sorted(MODULES)


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_only_what_stands_below_it(module: str) -> None:
    below = set(ORDER[: ORDER.index(module)])
    assert own(imported(MODULES[module])) <= below


@pytest.mark.parametrize("module", MODULES)
def test_an_outside_package_comes_in_by_one_door(module: str) -> None:
    packages = {name.split(".")[0] for name in imported(MODULES[module])}
    assert {DOORS[package] for package in packages & DOORS.keys()} <= {module}


@pytest.mark.parametrize("module", [name for name in MODULES if not name.startswith(("hosts", "__main__"))])
def test_only_hosts_do_io(module: str) -> None:
    packages = {name.split(".")[0] for name in imported(MODULES[module])}
    calls = {
        node.func.id
        for node in ast.walk(MODULES[module])
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not packages & IO_MODULES
    assert not calls & IO_CALLS


@pytest.mark.parametrize("file", sorted(PACKAGE.rglob("*.py")), ids=name_of)
def test_a_module_is_short_enough_to_read(file: Path) -> None:
    assert len(file.read_text().splitlines()) <= 350
