"""Credentials from helpers that are real programs: asked for the right server, once, and held to what kubelets need."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from passwords import AWKWARD_PASSWORD, PASSWORD, leaks

from transformer.config import CredentialSource, PullSecret
from transformer.credentials.credential_helper import find
from transformer.credentials.reach import Found, Reach
from transformer.dockerconfig import Credentials

Install = Callable[[str, str], Path]

HUB = "https://index.docker.io/v1/"
SECRET = PullSecret("harbor", ("h.example",), credentials=CredentialSource("credentialHelper", helper="two"))
GOOD = Credentials(b"robot$ci", PASSWORD.encode())


def found(reach: Reach, *keys: str) -> list[Found]:
    return list(find(SECRET.credentials, keys or SECRET.registries, reach))


def printing(username: str, secret: str, **more: object) -> str:
    """A script that prints an answer of the protocol."""
    answer = json.dumps({"ServerURL": "any", "Username": username, "Secret": secret, **more}, ensure_ascii=False)
    return f"cat <<'END'\n{answer}\nEND"


def asked(program: Path) -> list[str]:
    """The servers that a helper was asked for."""
    file = program.parent / f"{program.name.removeprefix('docker-credential-')}.asked"
    return file.read_text().splitlines() if file.exists() else []


# What a helper prints, and the credentials.
ANSWERS = {
    "a password": (printing("robot$ci", PASSWORD), GOOD),
    "an awkward password": (
        printing("robot", AWKWARD_PASSWORD),
        Credentials(b"robot", AWKWARD_PASSWORD.encode()),
    ),
    "more fields": (printing("robot$ci", PASSWORD, Expires="never"), GOOD),
    "in lower case": (f"""printf '{{"username": "robot$ci", "secret": "{PASSWORD}"}}'""", GOOD),
    "a user of AWS": (printing("AWS", PASSWORD), Credentials(b"AWS", PASSWORD.encode())),
    "a line end in the password": (printing("u", f"{PASSWORD}\n"), Credentials(b"u", f"{PASSWORD}\n".encode())),
}


@pytest.mark.parametrize(("script", "expected"), ANSWERS.values(), ids=ANSWERS)
def test_find_takes_what_the_helper_prints(script: str, expected: Credentials, reach: Reach, install: Install) -> None:
    install("two", script)
    assert found(reach) == [("h.example", expected)]


# Keys of a Secret, and the servers that the helper is asked for.
SERVERS = {
    "a host": (["h.example"], ["h.example"]),
    "a port": (["h.example:5000"], ["h.example:5000"]),
    "a URL": (["https://h.example/v2/"], ["h.example"]),
    "a path": (["h.example/team"], ["h.example"]),
    "two paths of one host": (["h.example/team", "h.example/other"], ["h.example"]),
    "a host and another port of it": (["h.example", "h.example:5000"], ["h.example", "h.example:5000"]),
    "Docker Hub": ([HUB], [HUB]),
    "a path in Docker Hub, and all of it": (["docker.io/team", HUB], [HUB]),
    "several": (["b.example", "a.example"], ["b.example", "a.example"]),
}


@pytest.mark.parametrize(("keys", "servers"), SERVERS.values(), ids=SERVERS)
def test_find_asks_for_each_server_once(keys: list[str], servers: list[str], reach: Reach, install: Install) -> None:
    program = install("two", printing("robot$ci", PASSWORD))
    assert found(reach, *keys) == [(key, GOOD) for key in keys]
    assert found(reach, *keys) == [(key, GOOD) for key in keys]
    assert asked(program) == servers


def test_find_gives_each_registry_its_own_login(reach: Reach, install: Install) -> None:
    install("two", f"""printf '{{"Username": "for %s", "Secret": "{PASSWORD}"}}' "$server" """)
    assert found(reach, "b.example", "a.example") == [
        ("b.example", Credentials(b"for b.example", PASSWORD.encode())),
        ("a.example", Credentials(b"for a.example", PASSWORD.encode())),
    ]


ONLY_TOKEN = (
    "docker-credential-two has only an identity token for h.example, which the kubelet cannot use; "
    "log in with a user name and a password or an access token"
)
ANSWER = "the answer of docker-credential-two for h.example:"
FAILED = "docker-credential-two failed for h.example with {}; what it printed is not shown, as it may hold a secret"

# What a helper does, and what is said of it.
FAILURES = {
    "an identity token": (printing("<token>", PASSWORD), ONLY_TOKEN),
    "no user name": (printing("", PASSWORD), "docker-credential-two has no user name for h.example"),
    "no password": (printing("robot", ""), "docker-credential-two has no password for h.example"),
    "neither": (printing("", ""), "docker-credential-two has no credentials for h.example; log in there first"),
    "an empty token": (
        printing("<token>", ""),
        "docker-credential-two has no credentials for h.example; log in there first",
    ),
    "an empty object": ("echo '{}'", "docker-credential-two has no credentials for h.example; log in there first"),
    "nothing": ("true", f"{ANSWER} not JSON, at line 1, column 1"),
    "a text": (f"echo '{PASSWORD}'", f"{ANSWER} not JSON, at line 1, column 1"),
    "a list": (f"""echo '["{PASSWORD}"]'""", f"{ANSWER} not a JSON object"),
    "a password that is a number": (
        'echo \'{"Username": "u", "Secret": 12345}\'',
        f"{ANSWER} Secret is not a JSON string",
    ),
    "no login": (
        "echo 'credentials not found in native keychain'; exit 1",
        "docker-credential-two has no login for h.example",
    ),
    "another message": (f"echo 'cannot unlock with {PASSWORD}'; exit 1", FAILED.format("exit code 1")),
    "an answer, and a failure": (f"{printing('robot', PASSWORD)}\nexit 3", FAILED.format("exit code 3")),
    "a signal": ("kill -9 $$", FAILED.format("signal 9")),
}


@pytest.mark.parametrize(("script", "expected"), FAILURES.values(), ids=FAILURES)
def test_find_says_what_is_wrong_with_an_answer(script: str, expected: str, reach: Reach, install: Install) -> None:
    install("two", script)
    [(key, said)] = found(reach)
    assert (key, said) == ("h.example", expected)
    assert leaks(str(said)) == []


def test_find_says_that_there_is_no_such_helper(reach: Reach, install: Install) -> None:
    install("other", printing("robot$ci", PASSWORD))
    assert found(reach) == [("h.example", "docker-credential-two is not on PATH")]


def test_find_says_of_each_registry_what_is_wrong(reach: Reach, install: Install) -> None:
    install(
        "two",
        f"""
        case $server in
        a.example) printf '{{"Username": "robot$ci", "Secret": "{PASSWORD}"}}' ;;
        b.example) printf '{{"Username": "<token>", "Secret": "{PASSWORD}"}}' ;;
        *) echo 'credentials not found in native keychain'; exit 1 ;;
        esac""",
    )
    assert found(reach, "c.example", "a.example", "b.example") == [
        ("c.example", "docker-credential-two has no login for c.example"),
        ("a.example", GOOD),
        ("b.example", ONLY_TOKEN.replace("h.example", "b.example")),
    ]


def test_find_asks_once_for_a_server_for_which_the_helper_fails(reach: Reach, install: Install) -> None:
    program = install("two", "exit 1")
    failed = FAILED.format("exit code 1")
    assert found(reach, "h.example/team", "h.example/other") == [
        ("h.example/team", failed),
        ("h.example/other", failed),
    ]
    assert asked(program) == ["h.example"]
