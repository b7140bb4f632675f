"""What stands anywhere in an input, and matters everywhere: accounts, and which registries its Secrets open."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any
from urllib.parse import quote

import pytest
from passwords import AWKWARD_PASSWORD, PASSWORD, leaks

from transformer.config import Config, CredentialSource, PullSecret
from transformer.dockerconfig import Credentials, dockercfg, dockerconfigjson
from transformer.nodes import compose
from transformer.resources import Resource, as_resource
from transformer.survey import KnownSecret, Survey, survey

CONFIG = Config(pull_secrets=(PullSecret("any", ("a.example",)),))

ACCOUNT = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: a, namespace: n}\n"

# A document, and the accounts in it with their pull secrets.
ACCOUNTS: dict[str, tuple[str, dict[tuple[str, str], tuple[str, ...]]]] = {
    "with pull secrets": (ACCOUNT + "imagePullSecrets: [{name: x}, {name: y}]", {("n", "a"): ("x", "y")}),
    "in no namespace": (ACCOUNT.replace(", namespace: n", "") + "imagePullSecrets: [{name: x}]", {("", "a"): ("x",)}),
    "without pull secrets": (ACCOUNT, {("n", "a"): ()}),
    "with an empty list": (ACCOUNT + "imagePullSecrets: []", {("n", "a"): ()}),
    "with nothing": (ACCOUNT + "imagePullSecrets:", {("n", "a"): ()}),
    "with a list of no names": (ACCOUNT + "imagePullSecrets: [x, {a: b}]", {("n", "a"): ()}),
    "with other secrets": (ACCOUNT + "secrets: [{name: x}]", {("n", "a"): ()}),
    "of another group": (ACCOUNT.replace("v1", "x/v1") + "imagePullSecrets: [{name: x}]", {}),
    "another kind": (ACCOUNT.replace("ServiceAccount", "Pod") + "imagePullSecrets: [{name: x}]", {}),
    "another kind that names one": (ACCOUNT.replace("kind: ", "kind: Pod # ") + "spec: {serviceAccountName: a}", {}),
    "in a list": (
        (
            "{apiVersion: v1, kind: ServiceAccountList, items: "
            "[{metadata: {name: a}, imagePullSecrets: [{name: x}]}, {metadata: {name: b}}]}"
        ),
        {("", "a"): ("x",), ("", "b"): ()},
    ),
    "in a list of anything": (
        "{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: ServiceAccount, metadata: {name: a}}]}",
        {("", "a"): ()},
    ),
    "nothing": ("# c\n", {}),
}


@pytest.mark.parametrize(("text", "expected"), ACCOUNTS.values(), ids=ACCOUNTS.keys())
def test_survey_finds_the_accounts(text: str, expected: dict[tuple[str, str], tuple[str, ...]]) -> None:
    found = survey([text], CONFIG)
    assert found == Survey(expected, {}, stuck=found.stuck)


# What an account says, and whether its list can be extended.
LISTS = {
    "no list": ("", True),
    "nothing": ("imagePullSecrets:\n", True),
    "an empty list": ("imagePullSecrets: []\n", True),
    "names": ("imagePullSecrets: [{name: x}]\n", True),
    "an entry without a name": ("imagePullSecrets: [{}]\n", False),
    "texts": ("imagePullSecrets: [x]\n", False),
    "a text among names": ("imagePullSecrets: [{name: x}, y]\n", False),
    "a text": ("imagePullSecrets: x\n", False),
    "a mapping": ("imagePullSecrets: {name: x}\n", False),
    "under SOPS": ("sops: {mac: x}\n", False),
}


@pytest.mark.parametrize(("text", "is_free"), LISTS.values(), ids=LISTS)
def test_survey_knows_the_accounts_whose_list_cannot_be_extended(text: str, is_free: bool) -> None:
    assert survey([ACCOUNT + text], CONFIG).stuck == (set() if is_free else {("n", "a")})
    other = ACCOUNT.replace("name: a", "name: b")
    assert survey([f"{other}---\n{ACCOUNT}{text}"], CONFIG).stuck == (set() if is_free else {("n", "a")})


# Two accounts, the first of which has an anchor, and those whose list something else has too.
SHARED = {
    "by another account": ("imagePullSecrets: &s [{name: x}]", "imagePullSecrets: *s", {("", "a")}),
    "by something else": ("imagePullSecrets: &s [{name: x}]", "x: *s", {("", "a")}),
    "of something in it": ("x: &x {y: 1}, imagePullSecrets: [{name: x}]", "x: *x", set()),
    "by nothing": ("imagePullSecrets: &s [{name: x}]", "imagePullSecrets: [{name: x}]", set()),
    "in a part of it": ("imagePullSecrets: [&s {name: x}]", "imagePullSecrets: [*s]", set()),
}


@pytest.mark.parametrize(("first", "second", "shared"), SHARED.values(), ids=SHARED)
def test_survey_knows_the_accounts_whose_list_something_else_has(
    first: str, second: str, shared: set[tuple[str, str]]
) -> None:
    items = f"[{{metadata: {{name: a}}, {first}}}, {{metadata: {{name: b}}, {second}}}]"
    text = f"{{apiVersion: v1, kind: ServiceAccountList, items: {items}}}"
    found = survey([text], CONFIG)
    assert (found.shared, found.stuck) == (shared, set())


def test_survey_knows_that_nothing_of_an_account_may_be_edited() -> None:
    kept = ACCOUNT.replace("{name: a,", "{annotations: {repoint.dev/keep: 'true'}, name: a,")
    assert survey([kept], CONFIG).stuck == {("n", "a")}


def test_survey_finds_accounts_and_secrets_in_every_stream() -> None:
    account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: a, namespace: n}\nimagePullSecrets: [{name: s}]\n"
    secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: emitted, namespace: n}\ntype: Opaque\n"
    credentials = CredentialSource("env", "USER", "PASSWORD")
    config = Config(pull_secrets=(PullSecret("emitted", ("a.example",), credentials=credentials, emit="Secret"),))
    found = survey(["a: 1\n", f"a: 1\n---\n{account}", f"broken: [\n---\n{secret}"], config)
    assert found.accounts == {("n", "a"): ("s",)}
    assert found.secrets.keys() == {("n", "emitted")}


def test_survey_reads_nothing_where_nobody_asks() -> None:
    account = ACCOUNT + "imagePullSecrets: [{name: x}]"
    assert survey([account, secret({"type": "Opaque"})], Config()) == Survey({}, {})


# -- Secrets ----------------------------------------------------------------------------------------------------------

JSON, LEGACY = "kubernetes.io/dockerconfigjson", "kubernetes.io/dockercfg"
AUTHS = {
    key: Credentials(b"robot$ci", PASSWORD.encode())
    for key in ("h.example", "https://index.docker.io/v1/", "*.q.io/team")
}
# Go sorts the servers.
SERVERS = ("*.q.io/team", "h.example", "https://index.docker.io/v1/")


def secret(said: dict[str, Any], name: str = "s", kind: str = "Secret", api_version: str = "v1") -> str:
    """A document of an object in the namespace `n`, in JSON, which is YAML."""
    metadata = {"name": name, "namespace": "n"}
    return json.dumps({"apiVersion": api_version, "kind": kind, "metadata": metadata, **said}) + "\n"


def data(value: bytes | str, key: str = ".dockerconfigjson", kind: str = JSON) -> dict[str, Any]:
    octets = value.encode() if isinstance(value, str) else value
    return {"type": kind, "data": {key: b64encode(octets).decode()}}


def plain(value: str, key: str = ".dockerconfigjson", kind: str = JSON) -> dict[str, Any]:
    return {"type": kind, "stringData": {key: value}}


def known(*keys: str) -> KnownSecret:
    return KnownSecret("Secret", keys)


def ignored(kind: str) -> KnownSecret:
    return KnownSecret("Secret", (), f"the kubelet ignores a Secret of the type {kind} with this content")


def broken(why: str) -> KnownSecret:
    return KnownSecret("Secret", (), why, is_fatal=True)


def annotated(annotations: dict[str, str]) -> dict[str, Any]:
    return {"metadata": {"name": "s", "namespace": "n", "annotations": annotations}}


NO_BASE64 = KnownSecret("Secret", (), "its data is no base64, which the API server refuses")
UNKNOWN = KnownSecret("Secret")
NEW = dockerconfigjson({"new.example": Credentials(b"u", PASSWORD.encode())}).decode()

# What a Secret says, and what is known of it.
SECRETS: dict[str, tuple[dict[str, Any], KnownSecret]] = {
    "dockerconfigjson": (data(dockerconfigjson(AUTHS)), known(*SERVERS)),
    "dockercfg": (data(dockercfg(AUTHS), ".dockercfg", LEGACY), known(*SERVERS)),
    "stringData": (plain(dockerconfigjson(AUTHS).decode()), known(*SERVERS)),
    "stringData, before data": (data(dockerconfigjson(AUTHS)) | plain(NEW), known("new.example")),
    "stringData of another key, besides data": (
        data(dockerconfigjson(AUTHS)) | {"stringData": {"note": "x"}},
        known(*SERVERS),
    ),
    "base64 in lines": (
        {"type": JSON, "data": {".dockerconfigjson": b64encode(dockerconfigjson(AUTHS)).decode() + "\n \n"}},
        known(*SERVERS),
    ),
    "no registries": (data('{"auths": {}}'), known()),
    "no auths": (data('{"credsStore": "pass"}'), known()),
    "user name and password apart": (
        data(json.dumps({"auths": {"h.example": {"username": "u", "password": PASSWORD}}})),
        known("h.example"),
    ),
    "with more than the kubelet reads": (
        data('{"auths": {"h.example": {"auth": "dTpw", "identitytoken": "t"}}, "credsStore": "pass"}'),
        known("h.example"),
    ),
    "immutable, and more keys": (
        data(dockerconfigjson(AUTHS)) | {"immutable": True, "metadata": {"name": "s", "namespace": "n", "labels": {}}},
        known(*SERVERS),
    ),
    "another type": (data(dockerconfigjson(AUTHS), kind="Opaque"), ignored("Opaque")),
    "no type": ({"data": {"a": "Yg=="}}, ignored("Opaque")),
    "the key of the other type": (data(dockercfg(AUTHS), ".dockercfg", JSON), ignored(JSON)),
    "another key": (data(dockerconfigjson(AUTHS), "config.json"), ignored(JSON)),
    "nothing in it": ({"type": JSON}, ignored(JSON)),
    "no data": ({"type": JSON, "data": None}, ignored(JSON)),
    "data that is no mapping": ({"type": JSON, "data": ["x"]}, ignored(JSON)),
    "an empty value": (data(""), ignored(JSON)),
    "no JSON": (data(f"user: {PASSWORD}"), broken(".dockerconfigjson: not JSON, at line 1, column 1")),
    "JSON, twice": (
        data(dockerconfigjson(AUTHS) * 2),
        broken(".dockerconfigjson: more than one JSON value"),
    ),
    "no object": (data(json.dumps([PASSWORD])), broken(".dockerconfigjson: not a JSON object")),
    "an entry that is no object": (
        data(json.dumps({"auths": {"h.example": PASSWORD}})),
        broken(".dockerconfigjson: the entry for h.example in auths is not a JSON object"),
    ),
    "a password that is no text": (
        data('{"auths": {"h.example": {"password": 5}}}'),
        broken(".dockerconfigjson: password of the entry for h.example in auths is not a JSON string"),
    ),
    "an auth that is no base64": (
        data(json.dumps({"auths": {"h.example": {"auth": PASSWORD}}})),
        broken(".dockerconfigjson: the entry for h.example in auths has an auth that is not base64"),
    ),
    "an auth without a colon": (
        data(json.dumps({"auths": {"h.example": {"auth": b64encode(PASSWORD.encode()).decode()}}})),
        broken(".dockerconfigjson: the entry for h.example in auths has an auth that is not base64 of USER:PASSWORD"),
    ),
    "one of the older type without JSON": (
        data(PASSWORD, ".dockercfg", LEGACY),
        broken(".dockercfg: not JSON, at line 1, column 1"),
    ),
    "stringData without JSON, before data": (
        data(dockerconfigjson(AUTHS)) | plain(PASSWORD),
        broken(".dockerconfigjson: not JSON, at line 1, column 1"),
    ),
    "data that is no base64": ({"type": JSON, "data": {".dockerconfigjson": "no base64!"}}, NO_BASE64),
    "a variable of Flux": ({"type": JSON, "data": {".dockerconfigjson": "${DOCKER_CONFIG}"}}, UNKNOWN),
    "a placeholder of Argo CD's Vault plugin": (
        {"type": JSON, "data": {".dockerconfigjson": "<path:secret/data/harbor#config>"}},
        UNKNOWN,
    ),
    "a variable in stringData": (plain("${DOCKER_CONFIG}"), UNKNOWN),
    "a variable for the whole of auths": (plain('{"auths": ${AUTHS}}'), UNKNOWN),
    "a variable for an auth": (plain('{"auths": {"h.example": {"auth": "${AUTH}"}}}'), UNKNOWN),
    "another variable": (plain('{"auths": {"h.example": {"auth": "$(AUTH)"}}}'), UNKNOWN),
    "a template": (plain('{"auths": {{ auths }}}'), UNKNOWN),
    "a path in stringData": (plain("<path:secret/data/harbor#config>"), UNKNOWN),
    "what SOPS encrypts": (
        {"type": JSON, "stringData": {".dockerconfigjson": "ENC[AES256_GCM,data:x,tag:y,type:str]"}},
        UNKNOWN,
    ),
    "under SOPS": (data(dockerconfigjson(AUTHS)) | {"sops": {"mac": "x"}}, UNKNOWN._replace(is_left=True)),
    "one that is to stay as it is": (
        data(dockerconfigjson(AUTHS)) | annotated({"repoint.dev/keep": "true"}),
        known(*SERVERS)._replace(is_left=True),
    ),
    "one that is for tools alone": (
        data("no JSON") | annotated({"config.kubernetes.io/local-config": "true"}),
        broken(".dockerconfigjson: not JSON, at line 1, column 1")._replace(is_left=True),
    ),
    "one with other annotations": (data(dockerconfigjson(AUTHS)) | annotated({"a": "b"}), known(*SERVERS)),
}


@pytest.mark.parametrize(("said", "expected"), SECRETS.values(), ids=SECRETS)
def test_survey_knows_what_a_secret_opens(said: dict[str, Any], expected: KnownSecret) -> None:
    assert survey([secret(said)], CONFIG) == Survey({}, {("n", "s"): expected})


# Entries without a user name and a password that the kubelet could use.
EMPTY_ENTRIES: dict[str, dict[str, str]] = {
    "nothing": {},
    "an email": {"email": "a@b"},
    "an identity token": {"identitytoken": PASSWORD},
    "empty texts": {"username": "", "password": "", "auth": ""},
}


@pytest.mark.parametrize("entry", EMPTY_ENTRIES.values(), ids=EMPTY_ENTRIES)
def test_survey_knows_that_an_entry_without_credentials_opens_nothing(entry: dict[str, str]) -> None:
    said = data(json.dumps({"auths": {"h.example": entry, "g.example": {"auth": "dTpw"}}}))
    assert survey([secret(said)], CONFIG).secrets["n", "s"].keys == ("g.example",)


# What is nothing in YAML, and what is known of the Secret.
NOTHINGS: dict[str, tuple[dict[str, Any], KnownSecret]] = {
    "a type": (data(dockerconfigjson(AUTHS)) | {"type": None}, ignored("Opaque")),
    "a value": ({"type": JSON, "data": {".dockerconfigjson": None}}, ignored(JSON)),
    "a text": ({"type": JSON, "stringData": {".dockerconfigjson": None}}, ignored(JSON)),
}


@pytest.mark.parametrize(("said", "expected"), NOTHINGS.values(), ids=NOTHINGS)
def test_survey_takes_null_for_nothing(said: dict[str, Any], expected: KnownSecret) -> None:
    assert survey([secret(said)], CONFIG).secrets == {("n", "s"): expected}


def test_survey_does_not_know_what_a_secret_opens_whose_registry_is_filled_in_later() -> None:
    said = plain('{"auths": {"${REGISTRY}": {"auth": "dTpw"}}}')
    assert survey([secret(said)], CONFIG).secrets == {("n", "s"): UNKNOWN}


@pytest.mark.parametrize("case", SECRETS)
def test_a_survey_keeps_no_credential(case: str) -> None:
    said, _ = SECRETS[case]
    found = survey([secret(said)], CONFIG)
    assert leaks(repr(found)) == []


# Keys as a Secret may spell them, with a password, and as they are known.
URLS = {
    "a URL": (f"https://robot:{quote(PASSWORD, safe='')}@h.example/v1/", "https://h.example/v1/"),
    "an awkward password": (f"https://robot:{quote(AWKWARD_PASSWORD, safe='')}@h.example", "https://h.example"),
    "no scheme": (f"robot:{quote(PASSWORD, safe='')}@h.example:5000/team", "h.example:5000/team"),
    "another scheme": (f"ftp://robot:{quote(PASSWORD, safe='')}@h.example", "ftp://h.example"),
}


@pytest.mark.parametrize(("key", "expected"), URLS.values(), ids=URLS)
def test_a_survey_keeps_no_credential_of_a_key_that_is_a_url(key: str, expected: str) -> None:
    found = survey([secret(data(json.dumps({"auths": {key: {"auth": "dTpw"}}})))], CONFIG)
    assert found.secrets == {("n", "s"): known(expected)}
    assert leaks(repr(found)) == []


def test_a_survey_keeps_no_credential_of_a_key_that_is_no_url() -> None:
    key = f"https://robot:{PASSWORD}@h.example"
    found = survey([secret(data(json.dumps({"auths": {key: {"auth": "dTpw"}}})))], CONFIG)
    assert leaks(repr(found)) == []


SEALED = secret(
    {"spec": {"encryptedData": {".dockerconfigjson": "AgB"}}}, kind="SealedSecret", api_version="bitnami.com/v1alpha1"
)


def external(spec: dict[str, Any] | None, version: str = "v1") -> str:
    said = {} if spec is None else {"spec": spec}
    return secret(said, kind="ExternalSecret", api_version=f"external-secrets.io/{version}")


# A document, and the Secrets that come of it.
LOGIN = '{"username":{{ .username | toJson }},"password":"{{ .password }}"}'
MAKERS: dict[str, tuple[str, dict[tuple[str, str], KnownSecret]]] = {
    "a SealedSecret that says its registries": (
        SEALED.replace('"metadata": {', '"metadata": {"annotations": {"repoint.dev/registries": "a.io b.io/x"}, '),
        {("n", "s"): KnownSecret("SealedSecret", ("a.io", "b.io/x"))},
    ),
    "an ExternalSecret that says its registries": (
        external({"target": {"template": {"data": {".dockerconfigjson": f'{{"auths":{{"a.io":{LOGIN}}}}}'}}}}),
        {("n", "s"): KnownSecret("ExternalSecret", ("a.io",))},
    ),
    "an ExternalSecret whose template says none": (
        external({"target": {"template": {"data": {".dockerconfigjson": "{{ .dockerconfigjson }}"}}}}),
        {("n", "s"): KnownSecret("ExternalSecret")},
    ),
    "a SealedSecret": (SEALED, {("n", "s"): KnownSecret("SealedSecret")}),
    "a SealedSecret of another group": (SEALED.replace("bitnami.com", "x.example"), {}),
    "an ExternalSecret": (external({}), {("n", "s"): KnownSecret("ExternalSecret")}),
    "an ExternalSecret of another version": (
        external({}, "v1beta1"),
        {("n", "s"): KnownSecret("ExternalSecret")},
    ),
    "an ExternalSecret without a spec": (external(None), {("n", "s"): KnownSecret("ExternalSecret")}),
    "an ExternalSecret with a target": (
        external({"target": {"name": "t"}}),
        {("n", "t"): KnownSecret("ExternalSecret")},
    ),
    "an ExternalSecret with a target without a name": (
        external({"target": {"creationPolicy": "Owner"}}),
        {("n", "s"): KnownSecret("ExternalSecret")},
    ),
    "an ExternalSecret with a target that is nothing": (
        external({"target": None}),
        {("n", "s"): KnownSecret("ExternalSecret")},
    ),
    "an ExternalSecret with a target of no name": (
        external({"target": {"name": ""}}),
        {("n", "s"): KnownSecret("ExternalSecret")},
    ),
    "an ExternalSecret of another group": (external({}).replace("external-secrets.io", "x.example"), {}),
    "a Secret of another group": (secret(data("{}"), api_version="x/v1"), {}),
    "a Secret with a target is a Secret": (
        secret({"spec": {"target": {"name": "t"}}, **data('{"auths": {"h.example": {"auth": "dTpw"}}}')}),
        {("n", "s"): known("h.example")},
    ),
    "a SecretStore": (secret({}, kind="SecretStore", api_version="external-secrets.io/v1"), {}),
    "a Secret without a name": (secret(data("{}"), name=""), {}),
    "a list of Secrets": (
        json.dumps(
            {
                "apiVersion": "v1",
                "kind": "SecretList",
                "items": [
                    {"metadata": {"name": "a"}, **data('{"auths": {"h.example": {"auth": "dTpw"}}}')},
                    {"metadata": {"name": "b", "namespace": "m"}, "type": "Opaque"},
                ],
            }
        ),
        {("", "a"): known("h.example"), ("m", "b"): ignored("Opaque")},
    ),
    "a list of anything": (
        f'{{"apiVersion": "v1", "kind": "List", "items": [{SEALED}, {external({"target": {"name": "t"}})}]}}',
        {("n", "s"): KnownSecret("SealedSecret"), ("n", "t"): KnownSecret("ExternalSecret")},
    ),
    "several, of which the last counts": (
        f"{SEALED}---\n{external({})}---\n{secret(data(dockerconfigjson(AUTHS)))}---\n{secret(data(NEW))}",
        {("n", "s"): known("new.example")},
    ),
    "an object inside another": (
        json.dumps(
            {
                "apiVersion": "kubernetes.crossplane.io/v1alpha2",
                "kind": "Object",
                "metadata": {"name": "outer"},
                "spec": {"forProvider": {"manifest": json.loads(secret(data(NEW)))}},
            }
        ),
        {("n", "s"): known("new.example")},
    ),
    "what another object says of a Secret": (
        "apiVersion: x/v1\nkind: Widget\nmetadata: {name: a}\nspec: {kind: Secret, name: s}\n",
        {},
    ),
    "a schema": (
        (
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: x}\n"
            "spec: {names: {kind: Secret}}\n"
        ),
        {},
    ),
}


@pytest.mark.parametrize(("text", "expected"), MAKERS.values(), ids=MAKERS)
def test_survey_finds_secrets_and_what_makes_them(text: str, expected: dict[tuple[str, str], KnownSecret]) -> None:
    assert survey([text], CONFIG) == Survey({}, expected)


# -- look-ups ---------------------------------------------------------------------------------------------------------

# What the input has, the default namespace that is said, what is looked up, and what is found.
LOOK_UPS = {
    "its namespace": ({("n", "x")}, "", ("n", "x"), ("n", "x"), ("n", "x")),
    "another name": ({("n", "x")}, "", ("n", "y"), None, None),
    "another namespace": ({("m", "x")}, "", ("n", "x"), None, None),
    "unset, and it is too": ({("", "x")}, "", ("", "x"), ("", "x"), ("", "x")),
    "unset, and it is in another": ({("n", "x")}, "", ("", "x"), None, None),
    "another, and it is unset": ({("", "x")}, "", ("n", "x"), None, None),
    # Nobody said what the default namespace is: accounts may be in `default`, Secrets are not taken to be.
    "unset, and it is in default": ({("default", "x")}, "", ("", "x"), ("default", "x"), None),
    "default, and it is unset": ({("", "x")}, "", ("default", "x"), ("", "x"), None),
    "unset, and it is in the one that is said": ({("n", "x")}, "n", ("", "x"), ("n", "x"), ("n", "x")),
    "the one that is said, and it is unset": ({("", "x")}, "n", ("n", "x"), ("", "x"), ("", "x")),
    "another than the one that is said, and it is unset": ({("", "x")}, "n", ("m", "x"), None, None),
    "unset, and it is in default, which is not the one": ({("default", "x")}, "n", ("", "x"), None, None),
    "the exact one first": ({("", "x"), ("n", "x")}, "n", ("n", "x"), ("n", "x"), ("n", "x")),
    "the exact one first, unset": ({("n", "x"), ("", "x")}, "n", ("", "x"), ("", "x"), ("", "x")),
}


@pytest.mark.parametrize(("there", "default", "wanted", "account", "found"), LOOK_UPS.values(), ids=LOOK_UPS)
def test_a_survey_looks_up_unset_namespaces(
    there: set[tuple[str, str]],
    default: str,
    wanted: tuple[str, str],
    account: tuple[str, str] | None,
    found: tuple[str, str] | None,
) -> None:
    secrets = {each: KnownSecret("Secret", (str(each),)) for each in there}
    survey = Survey(dict.fromkeys(there, ()), secrets, default)
    assert survey.account(*wanted) == account
    assert survey.secret(*wanted) == (secrets[found] if found else None)


def test_survey_takes_the_default_namespace_of_the_config() -> None:
    config = CONFIG._replace(default_namespace="n")
    text = f"{ACCOUNT}---\n" + secret(data(NEW)).replace(', "namespace": "n"', "")
    found = survey([text], config)
    assert found.default_namespace == "n"
    assert (found.account("", "a"), found.secret("n", "s")) == (("n", "a"), known("new.example"))


def test_a_survey_gives_suffixes_by_pull_secret_and_namespace() -> None:
    one, other = PullSecret("a", ("h.example",)), PullSecret("b", ("h.example",))
    found = Survey({}, {}, suffixes={("a", "n"): "-2456789bcd"})
    assert [found.suffix(one, "n"), found.suffix(one, "m"), found.suffix(other, "n")] == ["-2456789bcd", "", ""]


# -- what kustomize has renamed ---------------------------------------------------------------------------------------


def built(kind: str, name: str, prefix: str = "", api_version: str = "v1") -> str:
    """Return an object as kustomize passes it on, with a prefix before its name."""
    noted = f", annotations: {{{NOTED}/previousNames: {name}, {NOTED}/prefixes: {prefix}}}" if prefix else ""
    return f"apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: {prefix}{name}, namespace: n{noted}}}\n"


NOTED = "internal.config.kubernetes.io"
BUILT = survey(
    [
        built(kind, name, prefix)
        for kind, name in (("ServiceAccount", "a"), ("Secret", "s"), ("ServiceAccount", "default"))
        for prefix in ("dev-", "prod-")
    ],
    CONFIG,
)


def referrer(kind: str, prefix: str = "") -> Resource:
    node = compose(built(kind, "web", prefix))
    found = as_resource(node) if node is not None else None
    assert found is not None
    return found


@pytest.mark.parametrize(("prefix", "now"), [("dev-", "dev-a"), ("prod-", "prod-a")])
def test_a_name_of_an_account_follows_to_that_with_the_same_prefix(prefix: str, now: str) -> None:
    assert BUILT.account("n", "a", referrer("Pod", prefix)) == ("n", now)
    assert BUILT.account("n", now, referrer("Pod", prefix)) == ("n", now)
    assert BUILT.account("m", "a", referrer("Pod", prefix)) is None


def test_no_name_follows_to_an_account_of_another_prefix() -> None:
    assert BUILT.account("n", "a", referrer("Pod", "test-")) is None
    assert BUILT.account("n", "default") is None


# Who refers to a Secret and by what, what that name will be, and by what name it should.
REFERRING = {
    "by its former name": ("Pod", "prod-", "s", "prod-s", "prod-s"),
    "by its present one": ("Pod", "prod-", "prod-s", "prod-s", "prod-s"),
    "of another prefix": ("Pod", "test-", "s", "s", "s"),
    "a kind that lets no name follow": ("Rollout", "prod-", "s", "s", "prod-s"),
}


@pytest.mark.parametrize(("kind", "prefix", "name", "now", "said"), REFERRING.values(), ids=REFERRING)
def test_a_name_of_a_secret_follows(kind: str, prefix: str, name: str, now: str, said: str) -> None:
    by = referrer(kind, prefix)
    assert (BUILT.name_now("n", name, by), BUILT.name_for("n", name, by)) == (now, said)
    assert (BUILT.secret("n", name, by) is not None) == (now == "prod-s")


def test_all_secrets_of_a_former_name_are_known() -> None:
    assert BUILT.names_now("n", "s") == ["dev-s", "prod-s"]
    assert BUILT.names_now("m", "s") == ["s"]
    assert BUILT.secret("n", "s") is not None
