"""Each source gives its own credentials by key; all that is missing is said at once, and no credential ever is."""

from __future__ import annotations

import json
import traceback
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from passwords import AWKWARD_PASSWORD, PASSWORD, leaks

from transformer.config import CredentialSource, PullSecret
from transformer.credentials import SOURCES, credentials
from transformer.credentials.reach import Reach
from transformer.dockerconfig import Credentials
from transformer.errors import CredentialsError

Install = Callable[[str, str], Path]

KEYS = ("b.example", "a.example")
HELPER = f"""
case $server in
*.example) printf '{{"Username": "helped", "Secret": "{PASSWORD}"}}' ;;
*) echo 'credentials not found in native keychain'; exit 1 ;;
esac"""

# Sources, and the user name that each gives.
GOOD = {
    "variables": (CredentialSource("env", "A_USER", "A_PASS"), b"from variables"),
    "files": (CredentialSource("files", "user", "pass"), b"from files"),
    "a docker config": (CredentialSource("dockerConfig", path="config.json"), b"from a config"),
    "the docker config": (CredentialSource("dockerConfig"), b"from the config"),
    "a helper": (CredentialSource("credentialHelper", helper="two"), b"helped"),
}


@pytest.fixture
def sources(folder: Path, home: Path, install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that GOOD names."""
    monkeypatch.setenv("A_USER", "from variables")
    monkeypatch.setenv("A_PASS", PASSWORD)
    (folder / "user").write_text("from files\n")
    (folder / "pass").write_text(f"{PASSWORD}\n")
    (folder / "config.json").write_text(config("from a config"))
    (home / ".docker").mkdir()
    (home / ".docker/config.json").write_text(config("from the config"))
    install("two", HELPER)


def config(user: str, *hosts: str) -> str:
    auth = b64encode(f"{user}:{PASSWORD}".encode()).decode()
    return json.dumps({"auths": {host: {"auth": auth} for host in hosts or KEYS}})


def secret(source: CredentialSource | None, name: str = "harbor") -> PullSecret:
    return PullSecret(name, KEYS, credentials=source)


@pytest.mark.usefixtures("sources")
@pytest.mark.parametrize(("source", "user"), GOOD.values(), ids=GOOD)
def test_credentials_come_by_key_in_the_order_asked_for(source: CredentialSource, user: bytes, reach: Reach) -> None:
    for wanted in (KEYS, KEYS[::-1], KEYS[:1]):
        found = credentials(secret(source), wanted, reach)
        assert list(found.items()) == [(key, Credentials(user, PASSWORD.encode())) for key in wanted]


def test_a_user_name_with_a_colon_is_refused(reach: Reach, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every reader of the Secret would take the user name to end there."""
    monkeypatch.setenv("A_USER", "a:b")
    monkeypatch.setenv("A_PASS", PASSWORD)
    with pytest.raises(CredentialsError) as caught:
        credentials(secret(CredentialSource("env", "A_USER", "A_PASS")), KEYS, reach)
    assert caught.value.missing == ("pull secret harbor: its user name has a colon, where every reader splits it",)


def test_credentials_of_no_source_are_none(reach: Reach) -> None:
    assert credentials(secret(None), KEYS, reach) == {}


def test_there_is_a_module_for_each_source_that_a_config_can_name() -> None:
    assert {*SOURCES} == {*get_args(get_type_hints(CredentialSource)["kind"])}


# Sources of which little is there, and every line that is said of the pull secret `harbor`.
MISSING: dict[str, tuple[CredentialSource, list[str]]] = {
    "variables": (
        CredentialSource("env", "NO_USER", "NO_PASS", "NO_MAIL"),
        [
            "the environment variable NO_USER for its username is not set",
            "the environment variable NO_PASS for its password is not set",
            "the environment variable NO_MAIL for its email is not set",
        ],
    ),
    "a variable": (
        CredentialSource("env", "NO_USER", "A_PASS"),
        ["the environment variable NO_USER for its username is not set"],
    ),
    "an email": (
        CredentialSource("env", "A_USER", "A_PASS", "NO_MAIL"),
        ["the environment variable NO_MAIL for its email is not set"],
    ),
    "files": (
        CredentialSource("files", "no-user", "no-pass"),
        [
            "the file no-user for its username cannot be read (No such file or directory)",
            "the file no-pass for its password cannot be read (No such file or directory)",
        ],
    ),
    "a docker config": (
        CredentialSource("dockerConfig", path="no.json"),
        ["the docker config no.json cannot be read (No such file or directory)"],
    ),
    "logins of a docker config": (
        CredentialSource("dockerConfig", path="empty.json"),
        [f"the docker config empty.json has no credentials for {key}; log in there first" for key in KEYS],
    ),
    "one login of a docker config": (
        CredentialSource("dockerConfig", path="one.json"),
        ["the docker config one.json has no credentials for a.example; log in there first"],
    ),
    "a docker config that cannot be read, once": (
        CredentialSource("dockerConfig", path="broken.json"),
        [
            "the docker config broken.json: the entry for c.example in auths has an auth that is not base64",
        ],
    ),
    "a helper": (
        CredentialSource("credentialHelper", helper="absent"),
        ["docker-credential-absent is not on PATH"],
    ),
    "logins of a helper": (
        CredentialSource("credentialHelper", helper="none"),
        [f"docker-credential-none has no login for {key}" for key in KEYS],
    ),
    "answers of a helper": (
        CredentialSource("credentialHelper", helper="babbling"),
        [f"the answer of docker-credential-babbling for {key}: not JSON, at line 1, column 1" for key in KEYS],
    ),
    "passwords, where there are tokens": (
        CredentialSource("credentialHelper", helper="token"),
        [
            f"docker-credential-token has only an identity token for {key}, which the kubelet cannot use; "
            "log in with a user name and a password or an access token"
            for key in KEYS
        ],
    ),
}


@pytest.fixture
def shortcomings(folder: Path, install: Install) -> None:
    """All that MISSING names and that is there, each with a password in it."""
    (folder / "empty.json").write_text(config("u", "c.example"))
    (folder / "one.json").write_text(config("u", "b.example"))
    (folder / "broken.json").write_text(json.dumps({"auths": {"c.example": {"auth": AWKWARD_PASSWORD}}}))
    install("none", "echo 'credentials not found in native keychain'; exit 1")
    install("babbling", f"echo '{PASSWORD}'")
    install("token", f"""printf '{{"Username": "<token>", "Secret": "{PASSWORD}"}}'""")


@pytest.mark.usefixtures("sources", "shortcomings")
@pytest.mark.parametrize(("source", "expected"), MISSING.values(), ids=MISSING)
def test_credentials_name_all_that_is_missing(source: CredentialSource, expected: list[str], reach: Reach) -> None:
    with pytest.raises(CredentialsError) as caught:
        credentials(secret(source), KEYS, reach)
    assert list(caught.value.missing) == [f"pull secret harbor: {line}" for line in expected]
    assert str(caught.value) == "\n".join(caught.value.missing)


@pytest.mark.usefixtures("sources", "shortcomings")
@pytest.mark.parametrize(("source", "expected"), MISSING.values(), ids=MISSING)
def test_no_failure_shows_a_credential(source: CredentialSource, expected: list[str], reach: Reach) -> None:
    with pytest.raises(CredentialsError) as caught:
        credentials(secret(source), KEYS, reach)
    shown = "".join(traceback.format_exception(caught.value))
    with_values = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert expected[0] in shown
    assert leaks(shown + with_values + repr(caught.value)) == []


@pytest.mark.usefixtures("sources")
@pytest.mark.parametrize(("source", "user"), GOOD.values(), ids=GOOD)
def test_no_repr_shows_a_credential(source: CredentialSource, user: bytes, reach: Reach) -> None:
    found = credentials(secret(source), KEYS, reach)
    assert found["a.example"].username == user
    assert leaks(f"{found!r} {reach!r} {secret(source)!r}") == []
    assert repr(found) == "{'b.example': Credentials(), 'a.example': Credentials()}"
