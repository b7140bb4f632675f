"""Parameters are announced with the defaults that they have, and what is set is one of them, of its type."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cmp_server import Sidecar, announcement_request, request
from command import CONFIG, PLAIN_CONFIG, SERVICE, lay_out, pod

ANNOUNCED = {
    "directory": ({"web.yaml": SERVICE}, ["type", "config", "keep", "recurse"]),
    "helm": ({"Chart.yaml": ""}, ["type", "config", "keep", "release-name", "values-files", "values"]),
    "kustomize": ({"Kustomization": ""}, ["type", "config", "keep"]),
}


@pytest.mark.parametrize("kind", ANNOUNCED)
def test_the_parameters_of_a_kind_are_announced_with_their_defaults(
    kind: str, sidecar: Sidecar, repository: Path
) -> None:
    files, names = ANNOUNCED[kind]
    lay_out(repository, files)
    announced = sidecar.parameters(repository)
    assert [each["name"] for each in announced] == names
    # The fields of a ParameterAnnouncement (reposerver/repository/repository.proto); one of them is the default.
    fields = {"name", "title", "tooltip", "collectionType"}
    assert all(each.keys() == {*fields, each["collectionType"]} for each in announced)
    defaults = {each["name"]: each[each["collectionType"]] for each in announced}
    assert defaults.pop("type") == kind
    assert all(value in ("", "false", []) for value in defaults.values())


def test_the_parameters_are_those_of_the_type_that_is_set(sidecar: Sidecar, repository: Path) -> None:
    variables = announcement_request(parameters=[{"name": "type", "string": "helm"}])
    assert "values" in [each["name"] for each in sidecar.parameters(repository, variables=variables)]


WRONG = {"an unknown type": {"name": "type", "string": "helmm"}, "an unknown one": {"name": "value", "string": "x"}}


@pytest.mark.parametrize("parameter", WRONG.values(), ids=WRONG)
def test_the_parameters_are_announced_to_who_is_to_correct_them(
    parameter: dict[str, str], sidecar: Sidecar, repository: Path
) -> None:
    lay_out(repository, {"Kustomization": ""})
    variables = announcement_request(parameters=[parameter])
    assert [each["name"] for each in sidecar.parameters(repository, variables=variables)] == ["type", "config", "keep"]


EMPTY = '[{"name": "type", "string": ""}, {"name": "keep", "array": []}]'


@pytest.mark.parametrize("text", [None, "", "null", "[]", EMPTY])
def test_no_parameters_are_the_defaults(text: str | None, sidecar: Sidecar, repository: Path) -> None:
    lay_out(repository, {"web.yaml": SERVICE})
    variables = request() | {"ARGOCD_APP_PARAMETERS": text or ""}
    if text is None:
        del variables["ARGOCD_APP_PARAMETERS"]
    assert sidecar.generate(repository, variables=variables).out == SERVICE.encode()


def test_a_parameter_keeps_images(sidecar: Sidecar, repository: Path) -> None:
    lay_out(repository, {"web.yaml": pod()})
    keep = [{"name": "keep", "array": ["docker.io/library/", "ghcr.io"]}]
    assert sidecar.generate(repository, variables=request(parameters=keep)).out == pod().encode()


@pytest.mark.parametrize("name", ["../own.yaml", "/own.yaml"])
def test_a_parameter_names_a_config_of_the_application(name: str, sidecar: Sidecar, repository: Path) -> None:
    lay_out(repository, {"web/pod.yaml": pod(), "own.yaml": PLAIN_CONFIG.replace("harbor.corp.example", "own.example")})
    own = request(path="web", parameters=[{"name": "config", "string": name}])
    [web] = sidecar.generate(repository, path="web", variables=own).objects
    assert web["spec"]["containers"][0]["image"] == "own.example/hub/library/nginx:1.27"
    lay_out(repository, {"own.yaml": CONFIG})
    message = sidecar.failure(repository, path="web", variables=own)
    assert (
        "exit status 2: ../own.yaml: spec.pullSecrets[0]: a config at a relative path is the application's" in message
    )


REFUSED: dict[str, tuple[Any, str]] = {
    "an unknown one": (
        [{"name": "value", "string": "x"}],
        "parameter 'value' is unknown; there are type, config, keep, rel",
    ),
    "one without a name": ([{"string": "x"}], "parameter None is unknown"),
    "a list for a name": ([{"name": ["type"], "string": "x"}], "parameter ['type'] is unknown"),
    "an array for a string": ([{"name": "type", "array": ["helm"]}], "parameter type: it takes a string, and"),
    "a string for an array": ([{"name": "keep", "string": "x"}], "parameter keep: it takes an array of strings"),
    "a number": ([{"name": "type", "string": 1}], "parameter type: it takes a string"),
    "numbers": ([{"name": "keep", "array": [1]}], "parameter keep: it takes an array of strings"),
    "a map as well": ([{"name": "type", "string": "helm", "map": {}}], "parameter type: it takes a string, and"),
    "one twice": ([{"name": "type", "string": "helm"}] * 2, "parameter type: it is set twice"),
    "an unknown type": ([{"name": "type", "string": "jsonnet"}], "parameter type: 'jsonnet' is none of kustomize,"),
    "one for another type": ([{"name": "values", "string": "a: 1"}], "parameter values: it is for helm, and this appl"),
    "neither true nor false": ([{"name": "recurse", "string": "yes"}], "parameter recurse: 'yes' is neither true"),
    "no source": ([{"name": "keep", "array": ["docker.io/UP"]}], "parameter keep: 'UP' is no repository path"),
    "no config": (
        [{"name": "config", "string": "no.yaml"}],
        "parameter config: 'no.yaml' is no file in the repository",
    ),
    "a link in a circle": ([{"name": "config", "string": "loop"}], "parameter config: 'loop' is no file in the"),
    "a config elsewhere": (
        [{"name": "config", "string": "../../etc/repoint/repoint.yaml"}],
        "parameter config: '../../e",
    ),
    "an operator's config": ([{"name": "config", "string": "/etc/repoint/repoint.yaml"}], "parameter config: '/etc/re"),
    "no list": ({"name": "type"}, "ARGOCD_APP_PARAMETERS is no list of objects"),
    "a number for a list": (0, "ARGOCD_APP_PARAMETERS is no list of objects"),
    "a list of texts": (["type"], "ARGOCD_APP_PARAMETERS is no list of objects"),
    "two wrong ones": ([{"name": "a"}, {"name": "b"}], "repoint: parameter 'b' is unknown"),
}


@pytest.mark.parametrize(("parameters", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_parameter_is_refused(parameters: Any, message: str, sidecar: Sidecar, repository: Path) -> None:
    lay_out(repository, {"web.yaml": SERVICE})
    (repository / "loop").symlink_to("loop")
    variables = request() | {"ARGOCD_APP_PARAMETERS": json.dumps(parameters)}
    said = sidecar.failure(repository, variables=variables)
    assert "exit status 2: repoint: " in said
    assert message in said


@pytest.mark.parametrize("text", ["{", "[" * 100_000, "\udcff"], ids=["cut", "deep", "no text"])
def test_what_is_no_json_is_refused(text: str, sidecar: Sidecar, repository: Path) -> None:
    said = sidecar.failure(repository, variables=request() | {"ARGOCD_APP_PARAMETERS": text})
    assert "exit status 2: repoint: ARGOCD_APP_PARAMETERS is no JSON" in said
