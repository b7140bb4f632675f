"""Credentials from what `docker login` left, read from real files, variables and helpers, each registry its own."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from passwords import AWKWARD_PASSWORD, PASSWORD, leaks

from transformer.config import CredentialSource, PullSecret
from transformer.credentials.docker_config import find
from transformer.credentials.reach import Found, Reach
from transformer.dockerconfig import Credentials

Install = Callable[[str, str], Path]

HUB = "https://index.docker.io/v1/"
DEFAULT = PullSecret("harbor", ("h.example",), credentials=CredentialSource("dockerConfig"))
NAMED = DEFAULT._replace(credentials=CredentialSource("dockerConfig", path="config.json"))
GOOD = Credentials(b"robot$ci", PASSWORD.encode())


def found(reach: Reach, *keys: str, secret: PullSecret = NAMED) -> list[Found]:
    return list(find(secret.credentials, keys or secret.registries, reach))


def auth(password: str | bytes, user: str = "robot$ci") -> str:
    octets = password if isinstance(password, bytes) else password.encode()
    return b64encode(user.encode() + b":" + octets).decode()


def login(password: str | bytes = PASSWORD, user: str = "robot$ci") -> dict[str, str]:
    """An entry of `auths`, as `docker login` writes it."""
    return {"auth": auth(password, user)}


def helper(user: str = "robot$ci", secret: str = PASSWORD) -> str:
    """A script that prints an answer of the protocol of credential helpers."""
    return f"cat <<'END'\n{json.dumps({'Username': user, 'Secret': secret})}\nEND"


# What a config says in `auths`, the key of a pull secret, and the credentials.
AUTHS: dict[str, tuple[dict[str, Any], str, Credentials]] = {
    "its host": ({"h.example": login()}, "h.example", GOOD),
    "its host and port": (
        {"h.example": login("other"), "h.example:5000": login()},
        "h.example:5000",
        GOOD,
    ),
    "a URL, for its host": ({"https://h.example/v2/": login()}, "h.example", GOOD),
    "its host, for a URL": ({"h.example": login()}, "https://h.example/v2/", GOOD),
    "its host, before a URL": (
        {"https://h.example/v2/": login("other"), "h.example": login()},
        "h.example",
        GOOD,
    ),
    "user name and password apart": (
        {"h.example": {"username": "robot$ci", "password": PASSWORD}},
        "h.example",
        GOOD,
    ),
    "an auth before user name and password": (
        {"h.example": {"username": "u", "password": "p", **login()}},
        "h.example",
        GOOD,
    ),
    "an awkward password": (
        {"h.example": login(AWKWARD_PASSWORD)},
        "h.example",
        Credentials(b"robot$ci", AWKWARD_PASSWORD.encode()),
    ),
    "a password that is no UTF-8": (
        {"h.example": login(b"p\xff\xfe")},
        "h.example",
        Credentials(b"robot$ci", b"p\xff\xfe"),
    ),
    "an email, which is left": ({"h.example": login() | {"email": "a@b"}}, "h.example", GOOD),
    "an identity token, and what the kubelet can use": (
        {"h.example": login() | {"identitytoken": "t"}},
        "h.example",
        GOOD,
    ),
    "Docker Hub": ({HUB: login()}, HUB, GOOD),
    "a path in Docker Hub": ({HUB: login()}, "docker.io/team", GOOD),
    "a path in Docker Hub of its own, as podman writes it": (
        {HUB: login("other"), "docker.io/team": login()},
        "docker.io/team",
        GOOD,
    ),
    "a path, as podman writes it": (
        {"quay.io": login("other"), "quay.io/team": login()},
        "quay.io/team",
        GOOD,
    ),
    "a path whose host alone has an entry": ({"quay.io": login()}, "quay.io/team", GOOD),
    "a path, and no entry of a path is its own": (
        {"quay.io": login(), "quay.io/team": login("other")},
        "quay.io/teams",
        GOOD,
    ),
    "a host that has a path as well": (
        {"quay.io/team": login("other"), "quay.io": login()},
        "quay.io",
        GOOD,
    ),
    "a path, with a scheme": ({"quay.io": login("other"), "quay.io/team": login()}, "https://quay.io/team", GOOD),
    "a path whose entry is empty": ({"quay.io/team": {}, "quay.io": login()}, "quay.io/team", GOOD),
}


@pytest.mark.parametrize(("auths", "key", "expected"), AUTHS.values(), ids=AUTHS)
def test_find_takes_the_entry_of_a_key(
    auths: dict[str, Any], key: str, expected: Credentials, folder: Path, reach: Reach
) -> None:
    (folder / "config.json").write_text(json.dumps({"auths": auths}))
    assert found(reach, key) == [(key, expected)]


def test_find_gives_each_registry_its_own_login(folder: Path, reach: Reach) -> None:
    auths = {"quay.io": login(user="a"), "quay.io/team": login(user="b"), HUB: login(user="c")}
    (folder / "config.json").write_text(json.dumps({"auths": auths}))
    assert found(reach, HUB, "quay.io/team", "quay.io") == [
        (HUB, Credentials(b"c", PASSWORD.encode())),
        ("quay.io/team", Credentials(b"b", PASSWORD.encode())),
        ("quay.io", Credentials(b"a", PASSWORD.encode())),
    ]


# -- helpers ----------------------------------------------------------------------------------------------------------

# A config that names helpers, and the user names that several keys get.
HELPERS: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "for one registry": (
        {"credHelpers": {"h.example": "one"}, "auths": {"q.example": login(user="stored")}},
        {"h.example": "one", "q.example": "stored"},
    ),
    "for all": ({"credsStore": "two"}, {"h.example": "two", "q.example": "two", HUB: "two"}),
    "for all but one": (
        {"credsStore": "two", "credHelpers": {"h.example": "one"}},
        {"h.example": "one", "q.example": "two"},
    ),
    "for all, and the file counts no more": (
        {"credsStore": "two", "auths": {"h.example": login(user="stored")}},
        {"h.example": "two"},
    ),
    "for a path of its registry": ({"credHelpers": {"h.example": "one"}}, {"h.example/team": "one"}),
    "for a registry, and a path of it has an entry": (
        {"credHelpers": {"h.example": "one"}, "auths": {"h.example/team": login(user="stored")}},
        {"h.example/team": "stored", "h.example": "one"},
    ),
    "for Docker Hub": ({"credHelpers": {HUB: "one"}}, {HUB: "one"}),
}


@pytest.mark.parametrize(("config", "expected"), HELPERS.values(), ids=HELPERS)
def test_find_asks_the_helpers_that_the_config_names(
    config: dict[str, Any], expected: dict[str, str], folder: Path, reach: Reach, install: Install
) -> None:
    for name in ("one", "two"):
        install(name, helper(user=name))
    (folder / "config.json").write_text(json.dumps(config))
    wanted = [(key, Credentials(user.encode(), PASSWORD.encode())) for key, user in expected.items()]
    assert found(reach, *expected) == wanted


def test_find_takes_the_entry_of_a_path_first_where_a_store_has_all_others(
    folder: Path, reach: Reach, install: Install
) -> None:
    install("two", helper(user="two"))
    config = {"credsStore": "two", "auths": {"quay.io/team": login(user="stored")}}
    (folder / "config.json").write_text(json.dumps(config))
    assert found(reach, "quay.io/team") == [("quay.io/team", Credentials(b"stored", PASSWORD.encode()))]


# -- where the config is ----------------------------------------------------------------------------------------------


def write(file: Path, user: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"auths": {"h.example": login(user=user)}}))


@pytest.fixture
def several(folder: Path, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Several docker configs, each with a user that says where it is; the working directory is that of `here`."""
    write(home / ".docker/config.json", "home")
    write(home / "mine.json", "mine")
    write(folder / "config.json", "beside the config")
    write(tmp_path / "named/config.json", "named")
    write(tmp_path / "here/config.json", "here")
    write(tmp_path / "here/docker/config.json", "below here")
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path


# The path in the config, the variable DOCKER_CONFIG, and which docker config it is.
PLACES: dict[str, tuple[str, str | None, str]] = {
    "by default": ("", None, "home"),
    "by default, the variable empty": ("", "", "home"),
    "in the folder that the variable names": ("", "TMP/named", "named"),
    "in the folder that the variable names, with a slash": ("", "TMP/named/", "named"),
    "beside the config": ("config.json", None, "beside the config"),
    "beside the config, whatever the variable": ("config.json", "TMP/named", "beside the config"),
    "in the home folder": ("~/mine.json", None, "mine"),
    "anywhere": ("TMP/named/config.json", None, "named"),
}


@pytest.mark.parametrize(("path", "variable", "expected"), PLACES.values(), ids=PLACES)
def test_find_reads_the_config_that_is_meant(
    path: str, variable: str | None, expected: str, several: Path, reach: Reach, monkeypatch: pytest.MonkeyPatch
) -> None:
    if variable is not None:
        monkeypatch.setenv("DOCKER_CONFIG", variable.replace("TMP", str(several)))
    source = CredentialSource("dockerConfig", path=path.replace("TMP", str(several)))
    expected_credentials = Credentials(expected.encode(), PASSWORD.encode())
    assert found(reach, secret=DEFAULT._replace(credentials=source)) == [("h.example", expected_credentials)]


@pytest.mark.usefixtures("several")
def test_find_reads_a_folder_of_the_variable_from_the_working_directory(
    reach: Reach, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", "docker")
    assert found(reach, secret=DEFAULT) == [("h.example", Credentials(b"below here", PASSWORD.encode()))]


# -- DOCKER_AUTH_CONFIG -----------------------------------------------------------------------------------------------

VARIABLE = {"auths": {"h.example": login(user="variable")}}

# The variable, the config, and the user names that several keys get.
VARIABLES: dict[str, tuple[str, dict[str, Any] | None, dict[str, str]]] = {
    "before the config": (
        json.dumps(VARIABLE),
        {"auths": {"h.example": login(user="file")}},
        {"h.example": "variable"},
    ),
    "before a helper": (json.dumps(VARIABLE), {"credsStore": "two"}, {"h.example": "variable", "q.example": "two"}),
    "for its servers alone": (
        json.dumps(VARIABLE),
        {"auths": {"q.example": login(user="file")}},
        {"q.example": "file", "h.example": "variable"},
    ),
    "without a config": (json.dumps(VARIABLE), None, {"h.example": "variable"}),
    "for a path of its server": (json.dumps(VARIABLE), None, {"h.example/team": "variable"}),
    "behind an entry of a path": (
        json.dumps(VARIABLE),
        {"auths": {"h.example/team": login(user="file")}},
        {"h.example/team": "file", "h.example": "variable"},
    ),
    "empty": ("", {"auths": {"h.example": login(user="file")}}, {"h.example": "file"}),
    "not JSON": ("{", {"auths": {"h.example": login(user="file")}}, {"h.example": "file"}),
    "with a field that it may not have": (
        json.dumps(VARIABLE | {"credsStore": "two"}),
        {"auths": {"h.example": login(user="file")}},
        {"h.example": "file"},
    ),
}


@pytest.mark.parametrize(("variable", "config", "expected"), VARIABLES.values(), ids=VARIABLES)
def test_find_takes_the_variable_first(
    variable: str,
    config: dict[str, Any] | None,
    expected: dict[str, str],
    home: Path,
    reach: Reach,
    install: Install,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    install("two", helper(user="two"))
    monkeypatch.setenv("DOCKER_AUTH_CONFIG", variable)
    if config is not None:
        (home / ".docker").mkdir()
        (home / ".docker/config.json").write_text(json.dumps(config))
    wanted = [(key, Credentials(user.encode(), PASSWORD.encode())) for key, user in expected.items()]
    assert found(reach, *expected, secret=DEFAULT) == wanted


# -- what is of no use ------------------------------------------------------------------------------------------------

NO_LOGIN = "the docker config config.json has no credentials for {}; log in there first"
TOKEN = (
    "the docker config config.json has only {} for h.example, which the kubelet cannot use; "
    "log in with a user name and a password or an access token"
)
ENTRY = "the docker config config.json: the entry for h.example in auths"

# The config, and what is said of a registry.
FAILURES: dict[str, tuple[Any, str]] = {
    "nothing": ({}, NO_LOGIN.format("h.example")),
    "no auths": ({"auths": None}, NO_LOGIN.format("h.example")),
    "other registries": ({"auths": {"quay.io": login(), "h.example:5000": login()}}, NO_LOGIN.format("h.example")),
    "an empty entry, as docker logout leaves it beside a store": (
        {"auths": {"h.example": {}}},
        NO_LOGIN.format("h.example"),
    ),
    "an identity token": (
        {"auths": {"h.example": {"identitytoken": PASSWORD}}},
        TOKEN.format("an identity token"),
    ),
    "an identity token, with the user that ACR writes": (
        {
            "auths": {
                "h.example": {
                    "auth": auth("", "00000000-0000-0000-0000-000000000000"),
                    "identitytoken": PASSWORD,
                }
            }
        },
        TOKEN.format("an identity token"),
    ),
    "a registry token": ({"auths": {"h.example": {"registrytoken": PASSWORD}}}, TOKEN.format("a registry token")),
    "an identity token of a helper": ({"credHelpers": {"h.example": "token"}}, TOKEN.format("an identity token")),
    "a user name alone": (
        {"auths": {"h.example": {"username": "robot"}}},
        "the docker config config.json has no password for h.example",
    ),
    "an empty password": (
        {"auths": {"h.example": {"auth": auth("")}}},
        "the docker config config.json has no password for h.example",
    ),
    "a password alone": (
        {"auths": {"h.example": {"password": PASSWORD}}},
        "the docker config config.json has no user name for h.example",
    ),
    "a helper that has no login": ({"credsStore": "none"}, NO_LOGIN.format("h.example")),
    "a helper that fails": (
        {"credsStore": "failing"},
        (
            "the docker config config.json: docker-credential-failing failed for h.example with exit code 1; "
            "what it printed is not shown, as it may hold a secret"
        ),
    ),
    "a helper that is not there": (
        {"credHelpers": {"h.example": "absent"}},
        "the docker config config.json: docker-credential-absent is not on PATH",
    ),
    "a helper whose answer is none": (
        {"credHelpers": {"h.example": "babbling"}},
        (
            "the docker config config.json: the answer of docker-credential-babbling for h.example: "
            "not JSON, at line 1, column 1"
        ),
    ),
    "an auth that is no base64": (
        {"auths": {"h.example": {"auth": PASSWORD}}},
        f"{ENTRY} has an auth that is not base64",
    ),
    "an auth without a colon": (
        {"auths": {"h.example": {"auth": b64encode(PASSWORD.encode()).decode()}}},
        f"{ENTRY} has an auth that is not base64 of USER:PASSWORD",
    ),
    "an auth without a user": (
        {"auths": {"h.example": {"auth": auth(PASSWORD, "")}}},
        f"{ENTRY} has an auth without a user name",
    ),
    "a password that is no text": (
        {"auths": {"h.example": {"password": 12345}}},
        "the docker config config.json: password of the entry for h.example in auths is not a JSON string",
    ),
    "another entry that cannot be read": (
        {"auths": {"h.example": login(), "quay.io": {"auth": PASSWORD}}},
        "the docker config config.json: the entry for quay.io in auths has an auth that is not base64",
    ),
    "a list": ([PASSWORD], "the docker config config.json: not a JSON object"),
}
SCRIPTS = {
    "token": helper("<token>"),
    "none": "echo 'credentials not found in native keychain'; exit 1",
    "failing": f"echo '{PASSWORD}'; exit 1",
    "babbling": f"echo '{PASSWORD}'",
}


@pytest.mark.parametrize(("config", "expected"), FAILURES.values(), ids=FAILURES)
def test_find_says_why_a_login_is_of_no_use(
    config: Any, expected: str, folder: Path, reach: Reach, install: Install
) -> None:
    for name, script in SCRIPTS.items():
        install(name, script)
    (folder / "config.json").write_text(json.dumps(config))
    [(key, said)] = found(reach)
    assert (key, said) == ("h.example", expected)
    assert leaks(str(said)) == []


def test_find_says_why_a_text_is_no_config(folder: Path, reach: Reach) -> None:
    (folder / "config.json").write_text(f'{{"auths": {{"h.example": {PASSWORD}}}}}')
    [(key, said)] = found(reach)
    assert (key, said) == ("h.example", "the docker config config.json: not JSON, at line 1, column 25")


def test_find_calls_docker_hub_by_the_server_that_docker_knows(folder: Path, reach: Reach) -> None:
    (folder / "config.json").write_text("{}")
    assert found(reach, HUB, "docker.io/team") == [(key, NO_LOGIN.format(HUB)) for key in (HUB, "docker.io/team")]


def test_find_says_of_each_registry_what_is_wrong(folder: Path, reach: Reach) -> None:
    auths = {"a.example": login(), "b.example": {"identitytoken": PASSWORD}}
    (folder / "config.json").write_text(json.dumps({"auths": auths}))
    assert found(reach, "c.example", "a.example", "b.example") == [
        ("c.example", NO_LOGIN.format("c.example")),
        ("a.example", GOOD),
        ("b.example", TOKEN.format("an identity token").replace("h.example", "b.example")),
    ]


# The path of a docker config, and why it cannot be read.
UNREADABLE = {
    "missing": ("no.json", "the docker config no.json cannot be read (No such file or directory)"),
    "a folder": (".", "the docker config . cannot be read (Is a directory)"),
    "what no file is called": ("a\0b", "the docker config a\0b cannot be read"),
    "the default": ("", "the docker config ~/.docker/config.json cannot be read (No such file or directory)"),
}


@pytest.mark.parametrize(("path", "expected"), UNREADABLE.values(), ids=UNREADABLE)
def test_find_says_once_why_a_config_cannot_be_read(path: str, expected: str, reach: Reach) -> None:
    secret = DEFAULT._replace(credentials=CredentialSource("dockerConfig", path=path))
    assert found(reach, "a.example", "b.example", secret=secret) == [("", expected)]


def test_find_says_less_of_an_error_without_words(reach: Reach) -> None:
    """Some file systems give a number that nobody has words for."""

    def fail(_: str) -> bytes:
        raise OSError

    assert found(reach._replace(file=fail)) == [("", "the docker config config.json cannot be read")]


UNFINISHED = json.dumps(VARIABLE)[:-1]
DOES_NOT_COUNT = "; DOCKER_AUTH_CONFIG does not count: "
# A variable that the docker CLI passes over, the config, and what is said of a registry that is in neither.
TROUBLES: dict[str, tuple[str, str | None, str]] = {
    "no config": (
        UNFINISHED,
        None,
        (
            "the docker config ~/.docker/config.json cannot be read (No such file or directory)"
            f"{DOES_NOT_COUNT}not JSON, at line 1, column {len(UNFINISHED) + 1}"
        ),
    ),
    "no login": (
        json.dumps({"auths": {"h.example": {"username": "u", "password": PASSWORD}}}),
        "{}",
        (
            "the docker config ~/.docker/config.json has no credentials for h.example; log in there first"
            f"{DOES_NOT_COUNT}the entry for h.example in auths has a field besides auth"
        ),
    ),
    "no config that can be read": (
        json.dumps({"auths": {"h.example": {"auth": PASSWORD}}}),
        "{",
        (
            "the docker config ~/.docker/config.json: not JSON, at line 1, column 2"
            f"{DOES_NOT_COUNT}the entry for h.example in auths has an auth that is not base64"
        ),
    ),
}


@pytest.mark.parametrize(("variable", "config", "expected"), TROUBLES.values(), ids=TROUBLES)
def test_find_says_why_the_variable_does_not_count(
    variable: str, config: str | None, expected: str, home: Path, reach: Reach, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_AUTH_CONFIG", variable)
    if config is not None:
        (home / ".docker").mkdir()
        (home / ".docker/config.json").write_text(config)
    [(_, said)] = found(reach, secret=DEFAULT)
    assert said == expected
    assert leaks(str(said)) == []
