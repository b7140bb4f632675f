"""The schema, and that the quick path agrees with jsonschema, which is the authority."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from transformer.config import AttachTo, Emit, Holds, Likely
from transformer.config_checks import SIBLINGS
from transformer.config_schema import accepts, errors, schema
from transformer.credentials import SOURCES
from transformer.forms import FORMS
from transformer.nodes import compose, plain

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted(ROOT.glob("examples/**/repoint.yaml"))
AUTHORITY = Draft202012Validator(schema())

FULL: dict[str, Any] = {
    "apiVersion": "repoint.dev/v1alpha1",
    "kind": "MirrorConfig",
    "metadata": {"name": "corp", "annotations": {"config.kubernetes.io/function": "exec: {path: repoint}"}},
    "spec": {
        "mirrors": [{"source": "docker.io", "mirror": "h.example/hub"}, {"source": "*", "mirror": "h.example"}],
        "keep": ["quay.io"],
        "images": [{"name": "redis", "newName": "h.example/redis", "newTag": "7", "digest": "sha256:0"}],
        "unmapped": "error",
        "pullSecrets": [
            {"name": "by-name", "registries": ["h.example"]},
            {
                "name": "made",
                "registries": ["h.example", "https://h.example:5000"],
                "attachTo": "none",
                "emit": "Secret",
                "credentials": {"env": {"username": "U", "password": "P", "email": "E"}},
            },
            {
                "name": "from-files",
                "registries": ["h.example"],
                "attachTo": "pods",
                "emit": "none",
                "credentials": {"files": {"username": "u", "password": "p"}},
            },
            {
                "name": "pull-{{ namespace }}",
                "registries": ["docker.io"],
                "attachTo": "serviceAccounts",
                "emitServiceAccounts": True,
                "credentials": {"dockerConfig": {"path": "config.json"}},
                "labels": {"app": "a"},
                "annotations": {"helm.sh/hook-weight": "-5"},
                "immutable": True,
                "legacyFormat": True,
                "nameSuffixHash": "kubectl",
                "leastPrivilege": False,
                "existing": "update",
            },
            {
                "name": "sealed",
                "registries": ["h.example"],
                "emit": "SealedSecret",
                "credentials": {"credentialHelper": "pass"},
                "sealedSecret": {"certificate": "c.pem", "scope": "namespace-wide"},
                "nameSuffixHash": "kustomize",
            },
            {
                "name": "from-a-store",
                "registries": ["h.example"],
                "emit": "ExternalSecret",
                "externalSecret": {
                    "store": {"name": "vault", "kind": "ClusterSecretStore"},
                    "remote": {
                        "username": {"key": "k", "property": "p", "version": "v"},
                        "password": {"key": "k"},
                        "dockerconfigjson": {"key": "k"},
                    },
                    "refreshInterval": "1h",
                },
            },
            {
                "name": "generated",
                "registries": ["h.example"],
                "emit": "ExternalSecret",
                "externalSecret": {
                    "generator": {"kind": "ClusterGenerator", "name": "g", "spec": {"region": ["x", 1]}}
                },
            },
            {"name": "by-file", "registries": ["h.example"], "emit": "template", "template": "vault.yaml.j2"},
        ],
        "fieldSpecs": [
            {"kind": "App", "path": "spec/image"},
            {
                "group": "",
                "version": "v1",
                "kind": "App",
                "path": "spec/containers[]/image/repository",
                "holds": "image",
                "registry": "registry",
                "tag": "tag",
                "digest": "digest",
                "optional": True,
            },
        ],
        "likely": ["args", "env", "annotations", "data", "values", "fields"],
        "defaultNamespace": "shop",
        "helmValues": True,
        "marker": True,
    },
}
HEAD = {"apiVersion": FULL["apiVersion"], "kind": FULL["kind"]}
VALID = {
    "all of it": FULL,
    "no metadata": {**HEAD, "spec": {"keep": []}},
    "empty metadata": {**HEAD, "metadata": {}, "spec": {"unmapped": "warn"}},
    **{f"only {key}": {**HEAD, "spec": {key: value}} for key, value in FULL["spec"].items()},
    **{
        str(file.relative_to(ROOT)): plain(compose(file.read_text(encoding="utf-8")))  # type: ignore[arg-type]
        for file in EXAMPLES
    },
}


def test_schema_is_valid_json_schema() -> None:
    Draft202012Validator.check_schema(schema())


def test_schema_has_a_description_for_each_key_a_user_writes() -> None:
    for definition in (schema(), schema()["properties"]["spec"], *schema()["$defs"].values()):
        for key, rules in definition.get("properties", {}).items():
            target = rules.get("$ref", "").rpartition("/")[2]
            described = rules.get("description") or schema()["$defs"].get(target, {}).get("description")
            assert described or target == "text", key


def parts(rules: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield rules
    for keyword in ("properties", "$defs"):
        for part in rules.get(keyword, {}).values():
            yield from parts(part)
    for keyword in ("items", "additionalProperties"):
        if isinstance(rules.get(keyword), dict):
            yield from parts(rules[keyword])


KEYWORDS = {
    "$schema", "$id", "$defs", "$ref", "title", "description", "type", "const", "enum", "properties", "items",
    "required", "additionalProperties", "minLength", "minItems", "minProperties", "maxProperties", "pattern",
    "uniqueItems",
}  # fmt: skip


def test_schema_uses_no_keyword_that_accepts_does_not_know() -> None:
    assert {keyword for part in parts(schema()) for keyword in part} == KEYWORDS


def test_the_schema_lists_the_words_of_the_config() -> None:
    definitions = schema()["$defs"]
    secret = definitions["pullSecret"]["properties"]
    assert definitions["fieldSpec"]["properties"]["holds"]["enum"] == list(get_args(Holds))
    assert definitions["likely"]["enum"] == list(get_args(Likely))
    assert secret["attachTo"]["enum"] == list(get_args(AttachTo))
    assert secret["emit"]["enum"] == list(get_args(Emit))
    assert list(secret["credentials"]["properties"]) == list(SOURCES)
    assert {*FORMS} == {*get_args(Emit)} - {"none"}
    assert set(definitions["fieldSpec"]["properties"]) >= set(SIBLINGS)


def test_accepts_is_unsure_of_a_keyword_it_does_not_know() -> None:
    assert accepts("a", {"type": "string", "minLength": 1})
    assert not accepts("a", {"type": "string", "maxLength": 1})


# Rules for the keys of a mapping, and what they take and refuse.
OTHER_KEYS: dict[str, tuple[dict[str, Any], dict[str, Any], bool]] = {
    "no others": ({"properties": {"a": {}}, "additionalProperties": False}, {"a": 1}, True),
    "no others, one": ({"properties": {"a": {}}, "additionalProperties": False}, {"a": 1, "b": 1}, False),
    "no keys at all": ({"additionalProperties": False}, {}, True),
    "no keys at all, one": ({"additionalProperties": False}, {"a": 1}, False),
    "others of a type": (
        {"properties": {"a": {}}, "additionalProperties": {"type": "string"}},
        {"a": 1, "b": "x"},
        True,
    ),
    "others of another type": (
        {"properties": {"a": {}}, "additionalProperties": {"type": "string"}},
        {"a": 1, "b": "x", "c": 2},
        False,
    ),
    "texts": ({"additionalProperties": {"type": "string"}}, {"a": "1", "b": ""}, True),
    "texts, one a number": ({"additionalProperties": {"type": "string"}}, {"a": "1", "b": 1}, False),
}


@pytest.mark.parametrize(("rules", "data", "is_valid"), OTHER_KEYS.values(), ids=OTHER_KEYS)
def test_accepts_holds_other_keys_against_their_rules(
    rules: dict[str, Any], data: dict[str, Any], is_valid: bool
) -> None:
    rules = {"type": "object", **rules}
    assert accepts(data, rules) == is_valid
    assert Draft202012Validator(rules).is_valid(data) == is_valid


@pytest.mark.parametrize("data", VALID.values(), ids=VALID)
def test_accepts_says_yes_to_a_valid_config(data: object) -> None:
    assert accepts(data, schema())
    assert list(AUTHORITY.iter_errors(data)) == []
    assert errors(data) == []


JUNK = st.sampled_from(
    [
        None,
        True,
        False,
        0,
        7.4,
        "",
        "x",
        "warn",
        "Secret",
        "none",
        "update",
        "serviceAccounts",
        [],
        [""],
        ["x"],
        [[]],
        ["env", "env"],
        {},
        {"x": "x"},
        {"x": 1},
        {"name": "x"},
        {"key": "x"},
        {"kind": "ClusterGenerator", "name": "x"},
    ]
).map(copy.deepcopy)
KEYS = st.sampled_from(
    [
        "x",
        "name",
        "spec",
        "kind",
        "mirror",
        "source",
        "keep",
        "env",
        "files",
        "password",
        "email",
        "newTag",
        "emit",
        "likely",
        "labels",
        "key",
        "path",
        "store",
        "generator",
        "dockerConfig",
        "credentialHelper",
        "existing",
        "immutable",
    ]
)


def places(data: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    children = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in children:
        yield from places(value, (*path, key))


@st.composite
def nearly_valid(draw: st.DrawFn) -> Any:
    """A valid config with up to three places dropped, replaced, or given one more key or item."""
    holder = [copy.deepcopy(draw(st.sampled_from(list(VALID.values()))))]
    for _ in range(draw(st.integers(0, 3))):
        path = (0, *draw(st.sampled_from(list(places(holder[0])))))
        parent: Any = holder
        for part in path[:-1]:
            parent = parent[part]
        value = parent[path[-1]]
        match draw(st.sampled_from(["drop", "replace", "grow"])):
            case "drop" if len(path) > 1:
                del parent[path[-1]]
            case "grow" if isinstance(value, dict):
                value[draw(KEYS)] = draw(JUNK)
            case "grow" if isinstance(value, list):
                value.append(draw(JUNK))
            case _:
                parent[path[-1]] = draw(JUNK)
    return holder[0]


@given(nearly_valid())
def test_accepts_agrees_with_jsonschema(data: object) -> None:
    # The law needs only one direction; the other is what keeps jsonschema off the usual path.
    assert accepts(data, schema()) == AUTHORITY.is_valid(data)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
)


@given(ANYTHING | nearly_valid())
def test_errors_says_something_about_whatever_is_invalid(data: object) -> None:
    found = errors(data)
    assert bool(found) != AUTHORITY.is_valid(data)
    assert all(error.message for error in found)


def at(path: tuple[str | int, ...], value: object) -> dict[str, Any]:
    """The full config with `value` at `path`."""
    data = copy.deepcopy(FULL)
    parent: Any = data
    for part in path[:-1]:
        parent = parent[part]
    parent[path[-1]] = value
    return data


ENV = ("spec", "pullSecrets", 1, "credentials")
MESSAGES = {
    "unknown key": (at(("spec", "Keep"), []), [(("spec", "Keep"), True, "unknown key 'Keep'; did you mean 'keep'?")]),
    "far key": (at(("spec", "zzz"), []), [(("spec", "zzz"), True, "unknown key 'zzz'")]),
    "keys, in their order": (
        at(("spec", "keep"), []) | {"zz": 1, "yy": 2},
        [(("zz",), True, "unknown key 'zz'"), (("yy",), True, "unknown key 'yy'")],
    ),
    "missing": (
        at(("spec", "mirrors", 0), {}),
        [
            (("spec", "mirrors", 0), False, "the key 'source' is missing"),
            (("spec", "mirrors", 0), False, "the key 'mirror' is missing"),
        ],
    ),
    "a number": (
        at(("spec", "images", 0, "newTag"), 7.4),
        [(("spec", "images", 0, "newTag"), False, "expected a text, found a number; put it in quotes")],
    ),
    "a boolean": (
        at(("spec", "keep", 0), True),
        [(("spec", "keep", 0), False, "expected a text, found a boolean; put it in quotes")],
    ),
    "nothing": (at(("spec", "keep", 0), None), [(("spec", "keep", 0), False, "expected a text, found nothing")]),
    "a number for a list": (at(("spec", "keep"), 1), [(("spec", "keep"), False, "expected a list, found a number")]),
    "enum": (
        at(("spec", "unmapped"), "eror"),
        [
            (
                ("spec", "unmapped"),
                False,
                "expected 'warn' or 'error' or 'allow', found 'eror'; did you mean 'error'?",
            )
        ],
    ),
    "enum, another type": (
        at(("spec", "unmapped"), False),
        [(("spec", "unmapped"), False, "expected 'warn' or 'error' or 'allow', found a boolean")],
    ),
    "const": (
        at(("kind",), "Mirror"),
        [(("kind",), False, "expected 'MirrorConfig', found 'Mirror'; did you mean 'MirrorConfig'?")],
    ),
    "a password in place of a name": (
        at((*ENV, "env"), "hunter2"),
        [((*ENV, "env"), False, "expected a mapping, found a text")],
    ),
    "a password that is a number": (
        at((*ENV, "env", "password"), 12345),
        [((*ENV, "env", "password"), False, "expected a text, found a number; put it in quotes")],
    ),
    "a text for a boolean": (
        at(("spec", "helmValues"), "yes"),
        [(("spec", "helmValues"), False, "expected true or false, found a text")],
    ),
    "a number for a boolean": (
        at(("spec", "fieldSpecs", 1, "optional"), 1),
        [(("spec", "fieldSpecs", 1, "optional"), False, "expected true or false, found a number")],
    ),
    "equal entries": (
        at(("spec", "likely"), ["env", "args", "env", "env"]),
        [
            (("spec", "likely", 2), False, "it stands at spec.likely[0] already"),
            (("spec", "likely", 3), False, "it stands at spec.likely[0] already"),
        ],
    ),
    "no source": (
        at(ENV, {}),
        [(ENV, False, "expected at least one of env, files, dockerConfig, credentialHelper")],
    ),
    "two sources": (
        at((*ENV, "files"), {"username": "u", "password": "p"}),
        [(ENV, False, "expected only one of 'env' or 'files' or 'dockerConfig' or 'credentialHelper'")],
    ),
    "a label that is a number": (
        at(("spec", "pullSecrets", 3, "labels"), {"a": "b", "tier": 1}),
        [(("spec", "pullSecrets", 3, "labels", "tier"), False, "expected a text, found a number; put it in quotes")],
    ),
    "nothing of a store": (
        at(("spec", "pullSecrets", 5, "externalSecret", "remote"), {}),
        [
            (
                ("spec", "pullSecrets", 5, "externalSecret", "remote"),
                False,
                "expected at least one of username, password, dockerconfigjson",
            )
        ],
    ),
}


@pytest.mark.parametrize(("data", "expected"), MESSAGES.values(), ids=MESSAGES)
def test_errors_says_what_was_expected(data: object, expected: list[tuple[Any, bool, str]]) -> None:
    assert sorted(errors(data)) == sorted(expected)


def imported(statements: str) -> set[str]:
    """The top-level modules that a fresh interpreter has imported after `statements`."""
    code = (
        f"{statements}\nimport json, sys\nprint(json.dumps(sorted({{name.partition('.')[0] for name in sys.modules}})))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(json.loads(done.stdout))


LOAD = "from transformer.config_file import parse_config\nconfig = parse_config(open({file!r}).read(), file='f')"


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: str(file.relative_to(ROOT)))
def test_loading_an_example_does_not_import_jsonschema(file: Path) -> None:
    assert "jsonschema" not in imported(LOAD.format(file=str(file)))


def test_a_config_without_templates_does_not_import_jinja2(tmp_path: Path) -> None:
    file = tmp_path / "repoint.yaml"
    file.write_text(json.dumps({**HEAD, "spec": {"mirrors": [{"source": "docker.io", "mirror": "h.example/hub"}]}}))
    use = "\nfrom transformer.mirrors import decider\nassert decider(config)('nginx').outcome == 'rewritten'"
    modules = imported(LOAD.format(file=str(file)) + use)
    assert "transformer" in modules
    assert not modules & {"jinja2", "jsonschema"}


def test_there_is_an_example_to_load() -> None:
    assert ROOT / "examples" / "quickstart" / "repoint.yaml" in EXAMPLES
