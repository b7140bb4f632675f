"""Which Secrets an input demands, and the text of each: what YAML parsers and kubectl read in it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import traceback
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from transformer.config import Config, CredentialSource, PullSecret
from transformer.dockerconfig import Credentials, dockerconfigjson
from transformer.errors import CredentialsError
from transformer.findings import Finding, Outcome
from transformer.registry_secrets import Demand, demands, documents

Read = Callable[[str, str], bytes]

HARBOR = PullSecret("harbor", ("h.example",), credentials=CredentialSource("env", "H_USER", "H_PASS"), emit=True)
QUAY = PullSecret("quay", ("quay.io",), credentials=CredentialSource("files", "q/user", "q/pass", "q/mail"), emit=True)
BY_NAME = PullSecret("by-name", ("r.example",))
NOT_EMITTED = PullSecret("not-emitted", ("r.example",), credentials=HARBOR.credentials)
CONFIG = Config(pull_secrets=(QUAY, HARBOR, BY_NAME, NOT_EMITTED))


def reader(**values: bytes | Exception) -> Read:
    """A source of credentials with these values by name, `/` and all; an exception is raised."""

    def read(kind: str, name: str) -> bytes:
        value = values[f"{kind}:{name}"]
        if isinstance(value, Exception):
            raise value
        return value

    return read


ALL = {
    "env:H_USER": b"robot$ci",
    "env:H_PASS": b"hunter2",
    "files:q/user": b"bob",
    "files:q/pass": b"s3cr3t",
    "files:q/mail": b"bob@corp.example",
}


def finding(outcome: Outcome, secret: str, namespace: str = "") -> Finding:
    return Finding(
        severity="info", outcome=outcome, message="", line=1, column=1, pull_secret=secret, namespace=namespace
    )


DEMANDS: dict[str, tuple[list[Finding], list[tuple[str, str]], list[str]]] = {
    "nothing found": ([], [], []),
    "a pod gets it": ([finding("attached", "harbor", "shop")], [], ["shop/harbor"]),
    "a pod has it": ([finding("present", "harbor", "shop")], [], ["shop/harbor"]),
    "a pod that cannot get it": ([finding("unattached", "harbor", "shop")], [], []),
    "an image alone": ([finding("rewritten", "", "shop")], [], []),
    "no namespace": ([finding("attached", "harbor")], [], ["harbor"]),
    "once for many pods": ([finding("attached", "harbor", "shop")] * 3, [], ["shop/harbor"]),
    "each namespace, in order": (
        [finding("attached", "harbor", name) for name in ("shop", "", "mail")],
        [],
        ["harbor", "mail/harbor", "shop/harbor"],
    ),
    "each pull secret, in the order of the config": (
        [finding("attached", "harbor", "a"), finding("present", "quay", "b"), finding("attached", "quay", "a")],
        [],
        ["a/quay", "b/quay", "a/harbor"],
    ),
    "none without emit": ([finding("attached", "by-name", "a"), finding("attached", "not-emitted", "a")], [], []),
    "none that is there": (
        [finding("attached", "harbor", "a"), finding("attached", "harbor", "b"), finding("attached", "harbor")],
        [("a", "harbor"), ("b", "quay"), ("", "harbor")],
        ["b/harbor"],
    ),
}


@pytest.mark.parametrize(("findings", "present", "expected"), DEMANDS.values(), ids=DEMANDS)
def test_demands_one_secret_for_each_namespace_in_use(
    findings: list[Finding], present: list[tuple[str, str]], expected: list[str]
) -> None:
    assert [str(demand) for demand in demands(findings, CONFIG, present)] == expected


def test_documents_writes_the_secret_as_text() -> None:
    [text] = documents([Demand(HARBOR, "shop")], reader(**ALL))
    assert text == (
        "apiVersion: v1\n"
        "kind: Secret\n"
        "metadata:\n"
        "  name: harbor\n"
        "  namespace: shop\n"
        "type: kubernetes.io/dockerconfigjson\n"
        "data:\n"
        "  .dockerconfigjson: eyJhdXRocyI6eyJoLmV4YW1wbGUiOnsidXNlcm5hbWUiOiJyb2JvdCRjaSIsInBhc3N3b3JkIjoiaHVudGVyMiIs"
        "ImF1dGgiOiJjbTlpYjNRa1kyazZhSFZ1ZEdWeU1nPT0ifX19\n"
    )


def read_yaml(text: str, version: tuple[int, int]) -> Any:
    yaml = YAML(typ="safe", pure=True)
    yaml.version = version
    return yaml.load(text)


def test_documents_puts_every_registry_and_the_email_into_the_secret() -> None:
    secret = PullSecret("quay", ("quay.io", "https://index.docker.io/v1/"), credentials=QUAY.credentials, emit=True)
    [text] = documents([Demand(secret, "")], reader(**ALL))
    content = b64decode(read_yaml(text, (1, 2))["data"][".dockerconfigjson"])
    credentials = Credentials(b"bob", b"s3cr3t", b"bob@corp.example")
    assert content == dockerconfigjson(dict.fromkeys(secret.registries, credentials))
    assert json.loads(content)["auths"]["quay.io"]["email"] == "bob@corp.example"


def test_documents_leaves_an_unset_namespace_unset() -> None:
    [text] = documents([Demand(HARBOR, "")], reader(**ALL))
    assert read_yaml(text, (1, 2))["metadata"] == {"name": "harbor"}


def test_documents_follows_the_order_of_the_demands_and_reads_each_source_once() -> None:
    asked: list[str] = []

    def read(kind: str, name: str) -> bytes:
        asked.append(name)
        return ALL[f"{kind}:{name}"]

    texts = documents([Demand(HARBOR, "b"), Demand(QUAY, "a"), Demand(HARBOR, "a")], read)
    names = [read_yaml(text, (1, 2))["metadata"] for text in texts]
    assert names == [
        {"name": "harbor", "namespace": "b"},
        {"name": "quay", "namespace": "a"},
        {"name": "harbor", "namespace": "a"},
    ]
    assert asked == ["H_USER", "H_PASS", "q/user", "q/pass", "q/mail"]


def test_documents_reads_nothing_where_nothing_is_demanded() -> None:
    assert documents([], reader()) == []


PASSWORDS = [b" ", b":", b"p\xff\xfe", b"<&>\n", "pässwörd".encode(), b'"\\', b"x" * 5000]


@pytest.mark.parametrize("password", PASSWORDS, ids=range(len(PASSWORDS)))
def test_documents_keeps_every_byte_of_a_password(password: bytes) -> None:
    [text] = documents([Demand(HARBOR, "")], reader(**{**ALL, "env:H_PASS": password}))
    content = b64decode(read_yaml(text, (1, 2))["data"][".dockerconfigjson"])
    assert content == dockerconfigjson({"h.example": Credentials(b"robot$ci", password)})
    assert b64decode(json.loads(content)["auths"]["h.example"]["auth"]) == b"robot$ci:" + password


BOTH = [Demand(QUAY, "a"), Demand(HARBOR, "a"), Demand(HARBOR, "b")]
MISSING = {
    "a variable": (
        {"env:H_PASS": KeyError("H_PASS")},
        ["pull secret harbor: the environment variable H_PASS for its password is not set"],
    ),
    "an empty variable": (
        {"env:H_USER": b""},
        ["pull secret harbor: the environment variable H_USER for its username is empty"],
    ),
    "a file": (
        {"files:q/pass": FileNotFoundError(2, "No such file or directory")},
        ["pull secret quay: the file q/pass for its password cannot be read (No such file or directory)"],
    ),
    "a file without permission": (
        {"files:q/user": PermissionError(13, "Permission denied")},
        ["pull secret quay: the file q/user for its username cannot be read (Permission denied)"],
    ),
    "a file, no reason": (
        {"files:q/user": OSError()},
        ["pull secret quay: the file q/user for its username cannot be read"],
    ),
    "a path that no file has": (
        {"files:q/user": ValueError("embedded null byte")},
        ["pull secret quay: the file q/user for its username cannot be read"],
    ),
    "an empty file": ({"files:q/mail": b""}, ["pull secret quay: the file q/mail for its email is empty"]),
    "all of them": (
        {
            "env:H_USER": b"",
            "env:H_PASS": KeyError(),
            "files:q/user": b"",
            "files:q/pass": OSError(),
            "files:q/mail": b"",
        },
        [
            "pull secret quay: the file q/user for its username is empty",
            "pull secret quay: the file q/pass for its password cannot be read",
            "pull secret quay: the file q/mail for its email is empty",
            "pull secret harbor: the environment variable H_USER for its username is empty",
            "pull secret harbor: the environment variable H_PASS for its password is not set",
        ],
    ),
}


@pytest.mark.parametrize(("values", "expected"), MISSING.values(), ids=MISSING)
def test_documents_names_everything_that_is_missing(values: dict[str, bytes | Exception], expected: list[str]) -> None:
    read = reader(**{**ALL, **values})
    with pytest.raises(CredentialsError) as caught:
        documents(BOTH, read)
    assert list(caught.value.missing) == expected
    assert str(caught.value) == "\n".join(expected)


def test_documents_shows_no_credential_when_it_fails() -> None:
    read = reader(**{**ALL, "files:q/mail": b"", "env:H_PASS": KeyError("H_PASS")})
    with pytest.raises(CredentialsError) as caught:
        documents(BOTH, read)
    shown = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert "q/mail for its email is empty" in shown
    assert [value for value in ALL.values() if value.decode() in shown.replace("q/mail", "")] == []


def test_no_repr_shows_a_credential() -> None:
    [text] = documents([Demand(HARBOR, "")], reader(**ALL))
    assert "hunter2" not in text
    assert "hunter2" not in repr(Credentials(b"robot$ci", b"hunter2"))


AMBIGUOUS = [
    "1234",
    "0",
    "1e3",
    "0x1f",
    "true",
    "no",
    "y",
    "n",
    "on",
    "null",
    "2024-01-01",
    "1-2",
    "1.5",
    "12.e3",
    "a",
    "e1",
]
LABELS = st.from_regex(r"[a-z0-9](?:[-a-z0-9]{0,5}[a-z0-9])?", fullmatch=True)


def metadata(name: str, namespace: str, version: tuple[int, int]) -> dict[str, str]:
    secret = PullSecret(name, ("h.example",), credentials=HARBOR.credentials, emit=True)
    [text] = documents([Demand(secret, namespace)], reader(**ALL))
    found: dict[str, str] = read_yaml(text, version)["metadata"]
    return found


@pytest.mark.parametrize("version", [(1, 1), (1, 2)], ids=str)
@pytest.mark.parametrize("name", AMBIGUOUS)
def test_documents_quotes_a_name_that_reads_as_another_type(name: str, version: tuple[int, int]) -> None:
    assert metadata(name, name, version) == {"name": name, "namespace": name}


@given(LABELS | st.builds("{}.{}".format, LABELS, LABELS), LABELS, st.sampled_from([(1, 1), (1, 2)]))
def test_documents_gives_names_back_as_text(name: str, namespace: str, version: tuple[int, int]) -> None:
    assert metadata(name, namespace, version) == {"name": name, "namespace": namespace}


needs_kubectl = pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not on PATH")


def kubectl(home: Path, *arguments: str) -> str:
    """What the kubectl here prints, without a cluster or anyone's configuration."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(home)}
    return subprocess.run(["kubectl", *arguments], env=environment, capture_output=True, text=True, check=True).stdout


@needs_kubectl
def test_documents_says_what_kubectl_create_secret_says(tmp_path: Path) -> None:
    [text] = documents([Demand(HARBOR, "shop")], reader(**ALL))
    options = ["--docker-server=h.example", "--docker-username=robot$ci", "--docker-password=hunter2"]
    options += ["--namespace=shop", "--dry-run=client", "--output=json"]
    made = json.loads(kubectl(tmp_path, "create", "secret", "docker-registry", "harbor", *options))
    made["metadata"].pop("creationTimestamp", None)
    assert read_yaml(text, (1, 2)) == made


@needs_kubectl
def test_documents_are_what_kustomize_reads(tmp_path: Path) -> None:
    secrets = [PullSecret(name, ("h.example",), credentials=HARBOR.credentials, emit=True) for name in AMBIGUOUS]
    texts = documents([Demand(secret, secret.name) for secret in secrets], reader(**ALL))
    (tmp_path / "secrets.yaml").write_text("---\n".join(texts))
    (tmp_path / "kustomization.yaml").write_text("resources: [secrets.yaml]\n")
    built = YAML(typ="safe", pure=True).load_all(kubectl(tmp_path, "kustomize", str(tmp_path)))
    expected = [{"name": name, "namespace": name} for name in AMBIGUOUS]
    assert sorted((each["metadata"] for each in built), key=str) == sorted(expected, key=str)
