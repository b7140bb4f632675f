"""What is made for the Secrets that an input demands: what YAML parsers, kubectl and kustomize read in it."""

from __future__ import annotations

import json
import os
import subprocess
import traceback
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from passwords import AWKWARD_PASSWORD, PASSWORD, leaks
from programs import needs
from pull_secrets import (
    BOB,
    CLOSED,
    GENERATED,
    HARBOR,
    LOGGED_IN,
    NOTHING,
    OPEN,
    QUAY,
    ROBOT,
    SEALED,
    STORED,
    config_of,
    demand,
    finding,
)
from ruamel.yaml import YAML

from transformer.config import Config, CredentialSource, PullSecret
from transformer.credentials.reach import Reach
from transformer.demands import Demand
from transformer.dockerconfig import Credentials, dockercfg, dockerconfigjson
from transformer.errors import CredentialsError
from transformer.findings import Finding
from transformer.hooks import NORMAL, Timing
from transformer.hosts.loading import reach_of
from transformer.registry_secrets import (
    Made,
    account_documents,
    in_plaintext,
    make,
    settled,
    unmet,
)
from transformer.survey import KnownSecret, Survey


def read_yaml(text: str, version: tuple[int, int] = (1, 2)) -> Any:
    yaml = YAML(typ="safe", pure=True)
    yaml.version = version
    return yaml.load(text)


def content(text: str, key: str = ".dockerconfigjson") -> bytes:
    """What the Secret in a document holds."""
    return b64decode(read_yaml(text)["data"][key])


# -- make -------------------------------------------------------------------------------------------------------------


def test_make_writes_the_secret_as_text(reach: Reach, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("H_PASS", "hunter2")
    made = make([demand(HARBOR, "shop")], reach)
    assert made == Made(made.texts, warnings=())
    [text] = made.texts
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


def test_make_puts_every_registry_and_the_email_into_the_secret(reach: Reach) -> None:
    secret = QUAY._replace(registries=("quay.io", "https://index.docker.io/v1/"))
    [text] = make([demand(secret)], reach).texts
    assert content(text) == dockerconfigjson(dict.fromkeys(secret.registries, BOB))
    assert json.loads(content(text))["auths"]["quay.io"]["email"] == "bob@corp.example"


def test_make_puts_only_what_is_demanded_into_the_secret(reach: Reach) -> None:
    secret = QUAY._replace(registries=("quay.io", "cdn.quay.io", "https://index.docker.io/v1/"))
    [text] = make([demand(secret, "shop", "cdn.quay.io")], reach).texts
    assert content(text) == dockerconfigjson({"cdn.quay.io": BOB})


def test_make_puts_logins_of_several_registries_into_one_secret(reach: Reach) -> None:
    [text] = make([demand(LOGGED_IN)], reach).texts
    expected = {"a.example": Credentials(b"one", b"first"), "b.example": Credentials(b"two", PASSWORD.encode())}
    assert content(text) == dockerconfigjson(expected)


def test_make_asks_for_no_login_that_is_not_demanded(reach: Reach) -> None:
    secret = LOGGED_IN._replace(registries=("a.example", "unknown.example"))
    [text] = make([demand(secret, "shop", "a.example")], reach).texts
    assert content(text) == dockerconfigjson({"a.example": Credentials(b"one", b"first")})


def test_make_leaves_an_unset_namespace_unset(reach: Reach) -> None:
    [text] = make([demand(HARBOR, home="shop")], reach).texts
    assert read_yaml(text)["metadata"] == {"name": "harbor"}


def test_make_follows_the_order_of_the_demands(reach: Reach) -> None:
    wanted = [demand(HARBOR, "b"), demand(QUAY, "a"), demand(HARBOR, "a"), demand(STORED, "a"), demand(LOGGED_IN, "a")]
    names = [read_yaml(text)["metadata"] for text in make(wanted, reach).texts]
    assert names == [
        {"name": "harbor", "namespace": "b"},
        {"name": "quay", "namespace": "a"},
        {"name": "harbor", "namespace": "a"},
        {"name": "stored", "namespace": "a"},
        {"name": "logged-in", "namespace": "a"},
    ]


def test_make_makes_each_form(reach: Reach) -> None:
    wanted = [demand(each, "shop") for each in (CLOSED, OPEN, SEALED, GENERATED, STORED, HARBOR)]
    made = [read_yaml(text) for text in make(wanted, reach).texts]
    assert [(each["kind"], each["metadata"]["name"]) for each in made] == [
        ("VaultStaticSecret", "closed"),
        ("Secret", "open"),
        ("SealedSecret", "sealed"),
        ("ECRAuthorizationToken", "ecr"),
        ("ExternalSecret", "generated"),
        ("ExternalSecret", "stored"),
        ("Secret", "harbor"),
    ]
    assert json.loads(made[1]["stringData"][".dockerconfigjson"]) == json.loads(dockerconfigjson({"h.example": ROBOT}))


def test_make_makes_a_generator_once_in_each_namespace(reach: Reach) -> None:
    other = GENERATED._replace(name="other")
    wanted = [demand(secret, place) for secret in (GENERATED, other) for place in ("a", "b")]
    made = [read_yaml(text) for text in make(wanted, reach).texts]
    assert [(each["kind"], each["metadata"]) for each in made] == [
        ("ECRAuthorizationToken", {"name": "ecr", "namespace": "a"}),
        ("ExternalSecret", {"name": "generated", "namespace": "a"}),
        ("ECRAuthorizationToken", {"name": "ecr", "namespace": "b"}),
        ("ExternalSecret", {"name": "generated", "namespace": "b"}),
        ("ExternalSecret", {"name": "other", "namespace": "a"}),
        ("ExternalSecret", {"name": "other", "namespace": "b"}),
    ]


def test_make_says_how_a_secret_is_to_look(reach: Reach) -> None:
    secret = QUAY._replace(
        labels=(("app", "a"), ("on", "true")),
        annotations=(("helm.sh/hook-weight", "-5"),),
        immutable=True,
        is_legacy=True,
    )
    [text] = make([demand(secret, "shop", name="quay-2456789bcd")], reach).texts
    assert read_yaml(text) == {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": "quay-2456789bcd",
            "namespace": "shop",
            "labels": {"app": "a", "on": "true"},
            "annotations": {"helm.sh/hook-weight": "-5"},
        },
        "immutable": True,
        "type": "kubernetes.io/dockercfg",
        "data": {".dockercfg": b64encode(dockercfg({"quay.io": BOB})).decode()},
    }


@pytest.mark.parametrize("secret", [STORED, GENERATED, CLOSED], ids=lambda secret: secret.name)
def test_make_needs_no_credentials_for_a_form_that_has_none(
    secret: PullSecret, reach: Reach, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("H_PASS")
    made = make([demand(secret._replace(credentials=HARBOR.credentials), "shop")], reach)
    assert (bool(made.texts), made.warnings) == (True, ())


def test_make_reads_nothing_where_nothing_is_demanded(tmp_path: Path) -> None:
    assert make([], reach_of(Config(folder=str(tmp_path / "none")))) == Made()


def test_make_reads_each_file_once(reach: Reach) -> None:
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as pipe:
        pipe.write(PASSWORD.encode())
    secret = HARBOR._replace(credentials=CredentialSource("files", "q/user", f"/dev/fd/{reading}"))
    try:
        texts = make([demand(secret, "a"), demand(secret, "b")], reach).texts
    finally:
        os.close(reading)
    expected = dockerconfigjson({"h.example": Credentials(b"bob", PASSWORD.encode())})
    assert [content(text) for text in texts] == [expected, expected]


PASSWORDS = [b" ", b":", b"p\xff\xfe", b"<&>\n", "pässwörd".encode(), b'"\\', b"x" * 5000, AWKWARD_PASSWORD.encode()]


@pytest.mark.parametrize("password", PASSWORDS, ids=range(len(PASSWORDS)))
def test_make_keeps_every_byte_of_a_password(password: bytes, reach: Reach, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("H_PASS", os.fsdecode(password))
    [text] = make([demand(HARBOR)], reach).texts
    assert content(text) == dockerconfigjson({"h.example": Credentials(b"robot$ci", password)})
    assert b64decode(json.loads(content(text))["auths"]["h.example"]["auth"]) == b"robot$ci:" + password


# -- what is missing --------------------------------------------------------------------------------------------------

BOTH = [demand(QUAY, "a"), demand(HARBOR, "a"), demand(HARBOR, "b")]
# Variables and files as they are then (None: not there), and everything that is said.
MISSING: dict[str, tuple[dict[str, str | None], list[str]]] = {
    "a variable": (
        {"H_PASS": None},
        ["pull secret harbor: the environment variable H_PASS for its password is not set"],
    ),
    "an empty variable": (
        {"H_USER": ""},
        ["pull secret harbor: the environment variable H_USER for its username is empty"],
    ),
    "a file": (
        {"q/pass": None},
        ["pull secret quay: the file q/pass for its password cannot be read (No such file or directory)"],
    ),
    "an empty file": ({"q/mail": "\n"}, ["pull secret quay: the file q/mail for its email is empty"]),
    "all of them": (
        {"H_USER": "", "H_PASS": None, "q/user": "", "q/pass": None, "q/mail": ""},
        [
            "pull secret quay: the file q/user for its username is empty",
            "pull secret quay: the file q/pass for its password cannot be read (No such file or directory)",
            "pull secret quay: the file q/mail for its email is empty",
            "pull secret harbor: the environment variable H_USER for its username is empty",
            "pull secret harbor: the environment variable H_PASS for its password is not set",
        ],
    ),
}


def change(values: dict[str, str | None], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in values.items():
        if "/" in name:
            (folder / name).unlink() if value is None else (folder / name).write_text(value)
        elif value is None:
            monkeypatch.delenv(name)
        else:
            monkeypatch.setenv(name, value)


@pytest.mark.parametrize(("values", "expected"), MISSING.values(), ids=MISSING)
def test_make_names_everything_that_is_missing(
    values: dict[str, str | None], expected: list[str], reach: Reach, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(values, tmp_path, monkeypatch)
    with pytest.raises(CredentialsError) as caught:
        make(BOTH, reach)
    assert list(caught.value.missing) == expected
    assert str(caught.value) == "\n".join(expected)


def test_make_names_what_is_missing_of_every_source(
    reach: Reach, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change({"H_PASS": None, "q/user": None}, tmp_path, monkeypatch)
    asked = PullSecret(
        "asked", ("c.example",), credentials=CredentialSource("credentialHelper", helper="absent"), emit="Secret"
    )
    more = LOGGED_IN._replace(registries=("a.example", "c.example", "d.example"))
    with pytest.raises(CredentialsError) as caught:
        make([demand(each, "shop") for each in (SEALED, asked, more, OPEN, QUAY)], reach)
    assert caught.value.missing == (
        "pull secret sealed: the environment variable H_PASS for its password is not set",
        "pull secret asked: docker-credential-absent is not on PATH",
        "pull secret logged-in: the docker config config.json has no credentials for c.example; log in there first",
        "pull secret logged-in: the docker config config.json has no credentials for d.example; log in there first",
        "pull secret open: the environment variable H_PASS for its password is not set",
        "pull secret quay: the file q/user for its username cannot be read (No such file or directory)",
    )


@pytest.mark.parametrize("lacking", ["open.j2", "controller.pem"])
def test_make_names_the_files_of_forms_with_all_that_is_missing(
    lacking: str, reach: Reach, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / lacking).unlink()
    change({"q/user": None}, tmp_path, monkeypatch)
    with pytest.raises(CredentialsError) as caught:
        make([demand(each, "shop") for each in (OPEN, SEALED, SEALED._replace(name="other"), QUAY)], reach)
    said = [line.partition(":")[0].removeprefix("pull secret ") for line in caught.value.missing]
    assert said == {"open.j2": ["open", "quay"], "controller.pem": ["sealed", "other", "quay"]}[lacking]


def test_make_shows_no_credential_when_it_fails(reach: Reach, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change({"q/mail": "", "H_USER": None}, tmp_path, monkeypatch)
    with pytest.raises(CredentialsError) as caught:
        make([*BOTH, demand(LOGGED_IN, "a"), demand(SEALED, "a")], reach)
    shown = "".join(traceback.format_exception(caught.value))
    assert "q/mail for its email is empty" in shown
    assert leaks(shown + repr(caught.value)) == []
    assert [value for value in BOB[:2] if value.decode() in shown] == []


def test_make_holds_no_credential_when_it_fails(reach: Reach, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a debugger would show it, or a logger that has the variables of each frame."""
    monkeypatch.delenv("H_USER")
    with pytest.raises(CredentialsError) as caught:
        make([demand(LOGGED_IN, "a"), demand(HARBOR, "a")], reach)
    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True).format()
    assert leaks("".join(shown)) == []


def test_make_says_that_a_template_uses_credentials_and_none_are_named(reach: Reach) -> None:
    with pytest.raises(CredentialsError) as caught:
        make([demand(OPEN._replace(credentials=None), "a")], reach)
    assert caught.value.missing == ("pull secret open: its template uses credentials, and none are named",)


@pytest.mark.parametrize("wrong", ["{{ auths['h.example'].password + 1 }}", "a: [{{ dockerconfigjson }}"])
def test_make_shows_no_credential_when_a_template_fails(wrong: str, reach: Reach, tmp_path: Path) -> None:
    (tmp_path / "open.j2").write_text(wrong)
    with pytest.raises(CredentialsError) as caught:
        make([demand(OPEN, "a")], reach)
    assert str(caught.value).startswith("pull secret open: the template open.j2: ")
    assert leaks("".join(traceback.format_exception(caught.value)) + repr(caught.value)) == []


def test_no_repr_shows_a_credential(reach: Reach) -> None:
    made = make([demand(HARBOR), demand(SEALED, "a"), demand(STORED)], reach)
    assert leaks(repr(made), encoded=False) == []
    assert leaks(repr(ROBOT)) == []


# -- passwords that are good for hours --------------------------------------------------------------------------------

BETTER = "with emit: ExternalSecret and a generator the cluster renews it"
# User names, and how long their passwords are good; None where no one says.
USERS = {
    "AWS": "ECR's is good for 12 hours",
    "oauth2accesstoken": "Google's is good for an hour",
    "00000000-0000-0000-0000-000000000000": "ACR's is good for 3 hours",
    "_json_key": None,
    "aws": None,
    "robot$AWS": None,
    "00000000-0000-0000-0000-000000000001": None,
}


@pytest.mark.parametrize(("user", "why"), USERS.items(), ids=USERS)
def test_make_warns_of_a_password_that_is_good_for_hours(
    user: str, why: str | None, reach: Reach, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("H_USER", user)
    made = make([demand(HARBOR, "a"), demand(HARBOR, "b"), demand(QUAY, "a")], reach)
    said = f"pull secret harbor: the password of {user} for h.example is frozen into a Secret, and {why}; {BETTER}"
    assert made.warnings == ((said,) if why else ())
    assert len(made.texts) == 3


def test_make_warns_of_each_registry_and_in_each_form_with_credentials(
    reach: Reach, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("H_USER", "AWS")
    two = HARBOR._replace(registries=("h.example", "g.example"))
    made = make([demand(two, "a"), demand(SEALED, "a"), demand(OPEN, "a"), demand(STORED, "a")], reach)
    assert made.warnings == tuple(
        f"pull secret {name}: the password of AWS for {key} is frozen into a Secret, and {USERS['AWS']}; {BETTER}"
        for name, key in [
            ("harbor", "h.example"),
            ("harbor", "g.example"),
            ("sealed", "h.example"),
            ("open", "h.example"),
        ]
    )


# -- names that a parser could take for something else ----------------------------------------------------------------

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


def metadata(name: str, namespace: str, version: tuple[int, int], reach: Reach) -> dict[str, str]:
    [text] = make([demand(HARBOR._replace(name=name), namespace)], reach).texts
    found: dict[str, str] = read_yaml(text, version)["metadata"]
    return found


@pytest.mark.parametrize("version", [(1, 1), (1, 2)], ids=str)
@pytest.mark.parametrize("name", AMBIGUOUS)
def test_make_quotes_a_name_that_reads_as_another_type(name: str, version: tuple[int, int], reach: Reach) -> None:
    assert metadata(name, name, version, reach) == {"name": name, "namespace": name}


# Nothing that the fixture lays out is changed by an example.
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=LABELS | st.builds("{}.{}".format, LABELS, LABELS),
    namespace=LABELS,
    version=st.sampled_from([(1, 1), (1, 2)]),
)
def test_make_gives_names_back_as_text(name: str, namespace: str, version: tuple[int, int], reach: Reach) -> None:
    assert metadata(name, namespace, version, reach) == {"name": name, "namespace": namespace}


# -- kubectl and kustomize --------------------------------------------------------------------------------------------


def kubectl(home: Path, *arguments: str) -> str:
    """What the kubectl here prints, without a cluster or anyone's configuration."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(home)}
    return subprocess.run(["kubectl", *arguments], env=environment, capture_output=True, text=True, check=True).stdout


def created(home: Path, *more: str) -> Any:
    """The Secret that kubectl makes of the credentials of HARBOR."""
    options = ["--docker-server=h.example", "--docker-username=robot$ci", f"--docker-password={PASSWORD}"]
    options += ["--namespace=shop", "--dry-run=client", "--output=json", *more]
    made = json.loads(kubectl(home, "create", "secret", "docker-registry", "harbor", *options))
    made["metadata"].pop("creationTimestamp", None)
    return made


@needs("kubectl")
def test_make_says_what_kubectl_create_secret_says(tmp_path: Path, reach: Reach) -> None:
    [text] = make([demand(HARBOR, "shop")], reach).texts
    assert read_yaml(text) == created(tmp_path)


@needs("kubectl")
def test_what_is_made_is_what_kustomize_reads(tmp_path: Path, reach: Reach) -> None:
    secrets = [HARBOR._replace(name=name) for name in AMBIGUOUS]
    texts = make([demand(secret, secret.name) for secret in secrets], reach).texts
    (tmp_path / "secrets.yaml").write_text("---\n".join(texts))
    (tmp_path / "kustomization.yaml").write_text("resources: [secrets.yaml]\n")
    built = YAML(typ="safe", pure=True).load_all(kubectl(tmp_path, "kustomize", str(tmp_path)))
    expected = [{"name": name, "namespace": name} for name in AMBIGUOUS]
    assert sorted((each["metadata"] for each in built), key=str) == sorted(expected, key=str)


@needs("kubectl")
def test_settled_gives_the_hash_that_kubectl_appends(tmp_path: Path, reach: Reach) -> None:
    secret = HARBOR._replace(hashed="kubectl")
    known = settled(NOTHING, [demand(secret, "shop")], Config(pull_secrets=(secret,)), reach)
    name = secret.name + known.suffix(secret, "shop")
    assert name == created(tmp_path, "--append-hash")["metadata"]["name"]
    [text] = make([demand(secret, "shop", name=name)], reach).texts
    assert read_yaml(text) == created(tmp_path, "--append-hash")


KUSTOMIZED = {
    "a Secret": HARBOR._replace(hashed="kustomize"),
    "one of the older type": HARBOR._replace(hashed="kustomize", is_legacy=True),
    "of many registries, in base64 of several lines": HARBOR._replace(
        hashed="kustomize", registries=("h.example", "*.h.example", "g.example/team")
    ),
}


@needs("kubectl")
@pytest.mark.parametrize("secret", KUSTOMIZED.values(), ids=KUSTOMIZED)
def test_settled_gives_the_hash_that_kustomize_appends(secret: PullSecret, tmp_path: Path, reach: Reach) -> None:
    config = Config(pull_secrets=(secret,))
    [text] = make([demand(secret, "shop")], reach).texts
    [(key, value)] = read_yaml(text)["data"].items()
    (tmp_path / "content").write_bytes(b64decode(value))
    generator = {"name": "harbor", "namespace": "shop", "type": read_yaml(text)["type"], "files": [f"{key}=content"]}
    (tmp_path / "kustomization.yaml").write_text(json.dumps({"secretGenerator": [generator]}))
    built = read_yaml(kubectl(tmp_path, "kustomize", str(tmp_path)))
    known = settled(NOTHING, [demand(secret, "shop")], config, reach)
    assert secret.name + known.suffix(secret, "shop") == built["metadata"]["name"]


# -- settled ----------------------------------------------------------------------------------------------------------

HASHED = HARBOR._replace(hashed="kubectl")
UPDATED = QUAY._replace(existing="update")


def having(*ids: tuple[str, str], kind: str = "Secret", default_namespace: str = "") -> Survey:
    return Survey({}, {each: KnownSecret(kind) for each in ids}, default_namespace)


def encoded(*registries: str) -> dict[str, str]:
    """What Secrets of either type hold of the credentials of QUAY."""
    auths = dict.fromkeys(registries or QUAY.registries, BOB)
    return {
        "kubernetes.io/dockerconfigjson": b64encode(dockerconfigjson(auths)).decode(),
        "kubernetes.io/dockercfg": b64encode(dockercfg(auths)).decode(),
    }


def test_settled_reads_nothing_where_nothing_is_asked(tmp_path: Path) -> None:
    nowhere = reach_of(Config(folder=str(tmp_path / "none")))
    wanted = [demand(HARBOR, "shop"), demand(QUAY, "shop"), demand(UPDATED, "shop"), demand(SEALED), demand(STORED)]
    known = having(("mail", "quay"))
    assert settled(known, wanted, config_of(HARBOR, UPDATED), nowhere) is known


def test_settled_gives_a_hash_for_each_namespace_of_what_is_in_it(reach: Reach) -> None:
    secret = HASHED._replace(registries=("h.example", "g.example"))
    wanted = [demand(secret, "a", "h.example"), demand(secret, "b", "g.example"), demand(secret, "c", "h.example")]
    known = settled(NOTHING, [*wanted, demand(QUAY, "a")], config_of(secret, QUAY), reach)
    a, b, c = (known.suffix(secret, place) for place in ("a", "b", "c"))
    assert known.suffixes.keys() == {("harbor", "a"), ("harbor", "b"), ("harbor", "c")}
    assert a == c != b
    assert len({len(each) for each in (a, b)}) == 1 and a.startswith("-")  # noqa: PT018  one law of their form
    assert dict(known.contents) == {}


def test_settled_gives_another_hash_for_another_password(reach: Reach, monkeypatch: pytest.MonkeyPatch) -> None:
    before = settled(NOTHING, [demand(HASHED, "a")], config_of(HASHED), reach)
    assert settled(NOTHING, [demand(HASHED, "a")], config_of(HASHED), reach) == before
    monkeypatch.setenv("H_PASS", AWKWARD_PASSWORD)
    assert settled(NOTHING, [demand(HASHED, "a")], config_of(HASHED), reach).suffixes != before.suffixes


def test_settled_knows_a_hash_by_where_its_secret_ends(reach: Reach) -> None:
    config = config_of(HASHED, default_namespace="shop")
    known = settled(NOTHING, [demand(HASHED, home="shop")], config, reach)
    assert known.suffixes.keys() == {("harbor", "shop")}
    assert known.suffix(HASHED, "shop") == settled(NOTHING, [demand(HASHED, "shop")], config, reach).suffix(
        HASHED, "shop"
    )


def test_settled_gives_a_hook_the_same_hash(reach: Reach) -> None:
    hook = demand(HASHED, "a")._replace(annotations=(("helm.sh/hook", "pre-install"),))
    assert settled(NOTHING, [hook], config_of(HASHED), reach) == settled(
        NOTHING, [demand(HASHED, "a")], config_of(HASHED), reach
    )


def test_settled_hashes_the_name_that_a_template_gives(reach: Reach) -> None:
    by_template = HASHED._replace(name="{{ 'har' }}bor")
    known = settled(NOTHING, [demand(by_template, "a", name="harbor")], config_of(by_template), reach)
    by_text = settled(NOTHING, [demand(HASHED, "a")], config_of(HASHED), reach)
    assert list(known.suffixes.values()) == list(by_text.suffixes.values())
    assert known.suffixes.keys() == {("{{ 'har' }}bor", "a")}


# What the input has, the demands, the default namespace, and the new contents.
CONTENTS: dict[str, tuple[Survey, list[Demand], str, dict[tuple[str, str], dict[str, str]]]] = {
    "a Secret": (having(("shop", "quay")), [demand(UPDATED, "shop")], "", {("shop", "quay"): encoded()}),
    "only where it is": (
        having(("shop", "quay")),
        [demand(UPDATED, "shop"), demand(UPDATED, "mail")],
        "",
        {("shop", "quay"): encoded()},
    ),
    "what each namespace uses": (
        having(("shop", "quay"), ("mail", "quay")),
        [demand(UPDATED, "shop", "quay.io"), demand(UPDATED, "mail", "cdn.quay.io")],
        "",
        {("shop", "quay"): encoded("quay.io"), ("mail", "quay"): encoded("cdn.quay.io")},
    ),
    "one that names no namespace": (having(("", "quay")), [demand(UPDATED)], "", {("", "quay"): encoded()}),
    "one that names none, by where it ends": (
        having(("", "quay"), default_namespace="shop"),
        [demand(UPDATED, "shop")],
        "shop",
        {("shop", "quay"): encoded()},
    ),
    "one that says where, for pods that do not": (
        having(("shop", "quay"), default_namespace="shop"),
        [demand(UPDATED, home="shop")],
        "shop",
        {("shop", "quay"): encoded()},
    ),
    "one of either type, whatever would be made": (
        having(("shop", "quay")),
        [demand(UPDATED._replace(is_legacy=True), "shop")],
        "",
        {("shop", "quay"): encoded()},
    ),
    "none that is to stay as it is": (
        Survey({}, {("shop", "quay"): KnownSecret("Secret", is_left=True)}),
        [demand(UPDATED, "shop")],
        "",
        {},
    ),
    "no SealedSecret": (having(("shop", "quay"), kind="SealedSecret"), [demand(UPDATED, "shop")], "", {}),
    "none that is kept": (having(("shop", "quay")), [demand(QUAY, "shop")], "", {}),
    "none that is an error": (having(("shop", "quay")), [demand(QUAY._replace(existing="error"), "shop")], "", {}),
}


@pytest.mark.parametrize(("known", "wanted", "default", "expected"), CONTENTS.values(), ids=CONTENTS)
def test_settled_gives_secrets_that_are_updated_their_content(
    known: Survey, wanted: list[Demand], default: str, expected: dict[tuple[str, str], dict[str, str]], reach: Reach
) -> None:
    found = settled(known, wanted, config_of(UPDATED, default_namespace=default), reach)
    assert dict(found.contents) == expected
    assert (found.secrets, dict(found.suffixes)) == (known.secrets, {})


def test_settled_updates_none_whose_name_has_a_hash(reach: Reach) -> None:
    secret = UPDATED._replace(hashed="kubectl")
    known = settled(having(("shop", "quay")), [demand(secret, "shop")], config_of(secret), reach)
    assert (dict(known.contents), len(known.suffixes)) == ({}, 1)


def test_settled_leaves_the_hash_to_who_makes_it_later(tmp_path: Path) -> None:
    """And asks for no credentials then."""
    secret = HASHED._replace(hashed="kustomize")
    there = KnownSecret("Secret", secret.registries, is_hashed_later=True)
    known = NOTHING._replace(secrets={("shop", secret.name): there})
    nowhere = reach_of(Config(folder=str(tmp_path / "none")))
    found = settled(known, [demand(secret, "shop")], config_of(secret), nowhere)
    assert found == known._replace(is_settled=True)


def test_settled_says_so_where_names_have_a_hash_and_none_is_demanded(tmp_path: Path) -> None:
    nowhere = reach_of(Config(folder=str(tmp_path / "none")))
    assert settled(NOTHING, [], config_of(HASHED), nowhere) == NOTHING._replace(is_settled=True)


def test_settled_names_everything_that_is_missing(
    reach: Reach, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change({"H_PASS": None, "q/user": ""}, tmp_path, monkeypatch)
    wanted = [
        demand(UPDATED, "shop"),
        demand(HASHED, "shop"),
        demand(HASHED, "mail"),
        demand(LOGGED_IN, "shop", "c.example"),
    ]
    with pytest.raises(CredentialsError) as caught:
        settled(having(("shop", "quay")), wanted, config_of(UPDATED, HASHED), reach)
    assert caught.value.missing == (
        "pull secret quay: the file q/user for its username is empty",
        "pull secret harbor: the environment variable H_PASS for its password is not set",
    )
    shown = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert leaks(shown) == []
    assert BOB.password.decode() not in shown


# -- missing, plain ---------------------------------------------------------------------------------------------------

# What the input has, and which of the demands it does not fulfil.
LACKING: dict[str, tuple[Survey, list[str]]] = {
    "nothing": (NOTHING, ["harbor", "shop/harbor", "mail/harbor", "shop/quay"]),
    "one of them": (having(("shop", "harbor")), ["harbor", "mail/harbor", "shop/quay"]),
    "all of them": (
        having(("shop", "harbor"), ("mail", "harbor"), ("", "harbor"), ("shop", "quay")),
        [],
    ),
    "others": (having(("mail", "quay"), ("shop", "other")), ["harbor", "shop/harbor", "mail/harbor", "shop/quay"]),
    "what makes one": (having(("shop", "quay"), kind="SealedSecret"), ["harbor", "shop/harbor", "mail/harbor"]),
    "one in the default namespace, which nobody said": (
        having(("default", "harbor")),
        ["harbor", "shop/harbor", "mail/harbor", "shop/quay"],
    ),
    "one that names none, in the default namespace": (
        having(("", "harbor"), default_namespace="shop"),
        ["mail/harbor", "shop/quay"],
    ),
    "one in the default namespace": (
        having(("mail", "harbor"), default_namespace="mail"),
        ["shop/harbor", "shop/quay"],
    ),
}


@pytest.mark.parametrize(("known", "expected"), LACKING.values(), ids=LACKING)
def test_unmet_is_what_the_input_does_not_have(known: Survey, expected: list[str]) -> None:
    wanted = [demand(HARBOR), demand(HARBOR, "shop"), demand(HARBOR, "mail"), demand(QUAY, "shop")]
    assert [str(each) for each in unmet(wanted, known)] == expected


def test_unmet_goes_by_names_with_their_hash() -> None:
    wanted = [demand(HASHED, "shop", name="harbor-2456789bcd")]
    assert unmet(wanted, having(("shop", "harbor"), ("shop", "harbor-fghkmt2456"))) == wanted
    assert unmet(wanted, having(("shop", "harbor-2456789bcd"))) == []


def test_in_plaintext_is_what_others_can_read(reach: Reach) -> None:
    wanted = [demand(each, "shop") for each in (CLOSED, OPEN, SEALED, STORED, GENERATED, HARBOR)]
    assert in_plaintext(wanted, reach) == [demand(OPEN, "shop"), demand(HARBOR, "shop")]


def test_in_plaintext_needs_no_credentials(reach: Reach, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("H_PASS")
    assert in_plaintext([demand(HARBOR)], reach) == [demand(HARBOR)]


# -- ServiceAccounts --------------------------------------------------------------------------------------------------


def account(name: str, namespace: str, *secrets: str) -> str:
    place = f"  namespace: {namespace}\n" if namespace else ""
    names = "".join(f"- name: {secret}\n" for secret in secrets)
    return f"apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: {name}\n{place}imagePullSecrets:\n{names}"


# What is found of pods, and the accounts that are made.
ACCOUNTS: dict[str, tuple[list[Finding], list[str]]] = {
    "nothing": ([], []),
    "one": ([finding("present", "harbor", ("shop", "default"))], [account("default", "shop", "harbor")]),
    "in no namespace": ([finding("present", "harbor", ("", "robot"))], [account("robot", "", "harbor")]),
    "a name that reads as another type": (
        [finding("present", "1e3", ("no", "on"))],
        [account('"on"', '"no"', '"1e3"')],
    ),
    "once for many pods, with all they need": (
        [finding("present", each, ("shop", "default")) for each in ("quay", "harbor", "quay")],
        [account("default", "shop", "quay", "harbor")],
    ),
    "several, as they come": (
        [
            finding("present", "harbor", ("shop", "robot")),
            finding("present", "harbor", ("mail", "default")),
            finding("present", "quay", ("shop", "robot")),
        ],
        [account("robot", "shop", "harbor", "quay"), account("default", "mail", "harbor")],
    ),
    "none that the input has": ([finding("present", "harbor", ("there", "default"))], []),
    "none that is only to be checked": ([finding("account", "harbor", ("shop", "default"))], []),
    "none where the pod has it": ([finding("attached", "harbor"), finding("present", "harbor")], []),
}


def test_account_documents_are_one_where_unset_is_the_namespace_that_is_said() -> None:
    findings = [finding("present", "harbor", ("", "default")), finding("present", "quay", ("shop", "default"))]
    known = Survey({}, {}, default_namespace="shop")
    assert account_documents(findings, known) == [account("default", "shop", "harbor", "quay")]
    assert account_documents(findings[::-1], known) == [account("default", "shop", "quay", "harbor")]
    assert account_documents(findings[:1], known) == [account("default", "", "harbor")]


def test_account_documents_are_there_before_hooks() -> None:
    run_early = Timing(frozenset({"pre-install"}), -5, frozenset({"PreSync"}), -5)
    hook = finding("present", "harbor", ("shop", "robot"))._replace(timing=run_early)
    early = (
        '  annotations:\n    helm.sh/hook: pre-install\n    helm.sh/hook-weight: "-6"\n'
        "    helm.sh/resource-policy: keep\n"
    )
    plain = account("robot", "shop", "harbor")
    assert account_documents([hook], NOTHING) == [plain.replace("imagePull", f"{early}imagePull")]
    assert account_documents([hook, hook._replace(timing=NORMAL)], NOTHING) == [plain]


@pytest.mark.parametrize(("findings", "expected"), ACCOUNTS.values(), ids=ACCOUNTS)
def test_account_documents_are_those_that_the_input_lacks(findings: list[Finding], expected: list[str]) -> None:
    assert account_documents(findings, Survey({("there", "default"): ()}, {})) == expected
