"""A user name and a password from variables or files: which bytes count, and what is said of those that are missing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from passwords import AWKWARD_PASSWORD, PASSWORD

from transformer.config import CredentialSource, PullSecret
from transformer.credentials.named_values import find
from transformer.credentials.reach import Found, Reach
from transformer.dockerconfig import Credentials

ENV = PullSecret("harbor", ("h.example",), credentials=CredentialSource("env", "H_USER", "H_PASS"))
MAIL = ENV._replace(credentials=CredentialSource("env", "H_USER", "H_PASS", "H_MAIL"))
FILES = ENV._replace(credentials=CredentialSource("files", "q/user", "q/pass", "q/mail"))


def found(secret: PullSecret, reach: Reach, *keys: str) -> list[Found]:
    return list(find(secret.credentials, keys or secret.registries, reach))


# -- variables --------------------------------------------------------------------------------------------------------

VALUES = {
    "a password": PASSWORD.encode(),
    "an awkward password": AWKWARD_PASSWORD.encode(),
    "blanks and a line end": b" pass \n",
    "a line end alone": b"\n",
    "no UTF-8": b"\xff\xfe",
    "a colon": b":",
}


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_find_takes_a_variable_as_it_is(value: bytes, reach: Reach, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("H_USER", "robot$ci")
    monkeypatch.setenv("H_PASS", os.fsdecode(value))
    assert found(ENV, reach) == [("h.example", Credentials(b"robot$ci", value))]


def test_find_gives_each_key_the_same(reach: Reach, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"H_USER": "bob", "H_PASS": PASSWORD, "H_MAIL": "bob@corp.example"}.items():
        monkeypatch.setenv(name, value)
    credentials = Credentials(b"bob", PASSWORD.encode(), b"bob@corp.example")
    assert found(MAIL, reach, "b.example", "a.example") == [("b.example", credentials), ("a.example", credentials)]


def test_find_looks_up_a_variable_when_it_is_asked(reach: Reach, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("H_USER", "before")
    monkeypatch.setenv("H_PASS", PASSWORD)
    waiting = find(ENV.credentials, ("h.example",), reach)
    monkeypatch.setenv("H_USER", "after")
    assert list(waiting) == [("h.example", Credentials(b"after", PASSWORD.encode()))]


NOT_SET = "the environment variable {} for its {} is not set"
EMPTY = "the environment variable {} for its {} is empty"

# The variables that are set, and everything that is said.
VARIABLES: dict[str, tuple[dict[str, str], list[str]]] = {
    "none": (
        {},
        [
            NOT_SET.format("H_USER", "username"),
            NOT_SET.format("H_PASS", "password"),
            NOT_SET.format("H_MAIL", "email"),
        ],
    ),
    "only the user": (
        {"H_USER": "bob"},
        [NOT_SET.format("H_PASS", "password"), NOT_SET.format("H_MAIL", "email")],
    ),
    "an empty user": (
        {"H_USER": "", "H_PASS": PASSWORD, "H_MAIL": "m"},
        [EMPTY.format("H_USER", "username")],
    ),
    "an empty password": (
        {"H_USER": "bob", "H_PASS": "", "H_MAIL": "m"},
        [EMPTY.format("H_PASS", "password")],
    ),
    "nothing in any": (
        {"H_USER": "", "H_PASS": "", "H_MAIL": ""},
        [EMPTY.format("H_USER", "username"), EMPTY.format("H_PASS", "password"), EMPTY.format("H_MAIL", "email")],
    ),
}


@pytest.mark.parametrize(("values", "expected"), VARIABLES.values(), ids=VARIABLES)
def test_find_says_of_each_variable_what_is_wrong(
    values: dict[str, str], expected: list[str], reach: Reach, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    assert [what for _, what in found(MAIL, reach)] == expected


@pytest.mark.parametrize("mail", [None, ""], ids=["not set", "empty"])
def test_find_says_what_is_wrong_with_an_email_beside_the_credentials(
    mail: str | None, reach: Reach, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {"H_USER": "bob", "H_PASS": PASSWORD} | ({} if mail is None else {"H_MAIL": mail})
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    [(key, said), *_] = found(MAIL, reach)
    assert (key, said) == ("", (NOT_SET if mail is None else EMPTY).format("H_MAIL", "email"))


# -- files ------------------------------------------------------------------------------------------------------------

# What stands in a file, and what of it is the value.
LINE_ENDS = {
    "none": (b"pass", b"pass"),
    "one": (b"pass\n", b"pass"),
    "of Windows": (b"pass\r\n", b"pass"),
    "two": (b"pass\n\n", b"pass\n"),
    "two of Windows": (b"pass\r\n\r\n", b"pass\r\n"),
    "blanks": (b" pass \n", b" pass "),
    "only a carriage return": (b"pass\r", b"pass\r"),
    "one within": (b"pa\nss", b"pa\nss"),
    "no UTF-8": (b"\xff\n", b"\xff"),
    "a null character": (b"pa\0ss\n", b"pa\0ss"),
    "a byte order mark": (b"\xef\xbb\xbfpass", b"\xef\xbb\xbfpass"),
}


def lay_out(folder: Path, **files: bytes) -> None:
    (folder / "q").mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / "q" / name).write_bytes(content)


@pytest.mark.parametrize(("content", "value"), LINE_ENDS.values(), ids=LINE_ENDS)
def test_find_drops_one_line_end_of_a_file(content: bytes, value: bytes, folder: Path, reach: Reach) -> None:
    lay_out(folder, user=content, **{"pass": content}, mail=content)
    assert found(FILES, reach) == [("h.example", Credentials(value, value, value))]


def test_find_reads_files_beside_the_config(
    folder: Path, reach: Reach, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_out(folder, user=b"beside the config", **{"pass": PASSWORD.encode()})
    lay_out(tmp_path, user=b"here", **{"pass": b"here"})
    monkeypatch.chdir(tmp_path)
    secret = ENV._replace(credentials=CredentialSource("files", "q/user", "q/pass"))
    assert found(secret, reach) == [("h.example", Credentials(b"beside the config", PASSWORD.encode()))]


def test_find_takes_absolute_paths_and_the_home_folder(home: Path, reach: Reach, tmp_path: Path) -> None:
    (home / "user").write_bytes(b"bob")
    (tmp_path / "pass").write_bytes(PASSWORD.encode())
    secret = ENV._replace(credentials=CredentialSource("files", "~/user", str(tmp_path / "pass")))
    assert found(secret, reach) == [("h.example", Credentials(b"bob", PASSWORD.encode()))]


CANNOT = "the file {} for its {} cannot be read ({})"

# Paths of files, of which `there` alone can be read, and what is said.
PATHS = {
    "missing": ("no", CANNOT.format("no", "username", "No such file or directory")),
    "a folder": (".", CANNOT.format(".", "username", "Is a directory")),
    "below a file": ("there/x", CANNOT.format("there/x", "username", "Not a directory")),
    "in the home of nobody": (
        "~nobody-of-this-name/x",
        CANNOT.format("~nobody-of-this-name/x", "username", "No such file or directory"),
    ),
    "too long": ("x" * 300, CANNOT.format("x" * 300, "username", "File name too long")),
    "what no file is called": ("a\0b", "the file a\0b for its username cannot be read"),
    "empty": ("empty", "the file empty for its username is empty"),
    "only a line end": ("blank", "the file blank for its username is empty"),
}


@pytest.mark.parametrize(("path", "expected"), PATHS.values(), ids=PATHS)
def test_find_says_why_a_file_is_of_no_use(path: str, expected: str, folder: Path, reach: Reach) -> None:
    for name, content in {"there": b"x", "empty": b"", "blank": b"\r\n"}.items():
        (folder / name).write_bytes(content)
    secret = ENV._replace(credentials=CredentialSource("files", path, "there"))
    assert found(secret, reach) == [("", expected)]


@pytest.fixture
def unreadable(folder: Path) -> Iterator[str]:
    """The path of a file that may not be read while the test runs, by root neither."""
    (folder / "closed").touch(mode=0)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    yield "closed"
    os.seteuid(user)


def test_find_says_that_a_file_may_not_be_read(unreadable: str, reach: Reach) -> None:
    secret = ENV._replace(credentials=CredentialSource("files", unreadable, unreadable))
    assert found(secret, reach) == [
        ("", CANNOT.format("closed", field, "Permission denied")) for field in ("username", "password")
    ]


def test_find_says_less_of_an_error_without_words(reach: Reach) -> None:
    """Some file systems give a number that nobody has words for."""

    def fail(_: str) -> bytes:
        raise OSError

    assert found(FILES, reach._replace(file=fail)) == [
        ("", "the file q/user for its username cannot be read"),
        ("", "the file q/pass for its password cannot be read"),
        ("", "the file q/mail for its email cannot be read"),
    ]


def test_find_says_of_each_file_what_is_wrong(folder: Path, reach: Reach) -> None:
    lay_out(folder, user=b"", mail=b"\n")
    assert found(FILES, reach) == [
        ("", "the file q/user for its username is empty"),
        ("", CANNOT.format("q/pass", "password", "No such file or directory")),
        ("", "the file q/mail for its email is empty"),
    ]
