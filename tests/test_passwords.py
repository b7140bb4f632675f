"""The guard against passwords in the wrong place sees one wherever it can stand, and nothing else."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import quote

import pytest
from hosts.command import PLAIN_CONFIG, POD, Done, lay_out, pod, repoint, show_no_password
from passwords import PASSWORD, SAMPLES, leaks

from transformer.dockerconfig import Credentials, dockerconfigjson


def stored(password: str) -> bytes:
    return dockerconfigjson({"harbor.corp.example": Credentials(b"robot$ci", password.encode())})


PLAIN: dict[str, Callable[[str], str | bytes]] = {
    "alone": lambda password: password,
    "in bytes": lambda password: f"a {password} b".encode(),
    "in a message": lambda password: f"cannot log in as 'robot' with {password!r}",
    "in a message of bytes": lambda password: str(password.encode()),
    "in JSON": lambda password: json.dumps({"password": password}),
    "in JSON, in UTF-8": lambda password: json.dumps({"password": password}, ensure_ascii=False),
    "in the JSON of Go": stored,
    "in a URL": lambda password: f"https://robot:{quote(password, safe='')}@harbor.corp.example/v2/",
}
ENCODED: dict[str, Callable[[str], str | bytes]] = {
    "base64": lambda password: b64encode(password.encode()),
    "after a user": lambda password: b64encode(b"robot$ci:" + password.encode()),
    "after a longer user": lambda password: b64encode(b"robot$cip:" + password.encode()),
    "after the longest user": lambda password: b64encode(b"robot$cipa:" + password.encode()),
    "between others": lambda password: b64encode(b"a" + password.encode() + b"b"),
    "in a Secret": lambda password: f"  .dockerconfigjson: {b64encode(stored(password)).decode()}\n",
    "safe for URLs": lambda password: urlsafe_b64encode(password.encode()),
}


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("write", PLAIN.values(), ids=PLAIN.keys())
def test_leaks_finds_a_password_that_can_be_read(write: Callable[[str], str | bytes], name: str) -> None:
    text = write(SAMPLES[name])
    for found in (leaks(text), leaks(text, encoded=False)):
        assert [leak for leak in found if leak.startswith(name)]


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("write", ENCODED.values(), ids=ENCODED.keys())
def test_leaks_finds_a_password_in_base64(write: Callable[[str], str | bytes], name: str) -> None:
    text = write(SAMPLES[name])
    assert [leak for leak in leaks(text) if leak.startswith(name)]
    assert leaks(text, encoded=False) == []


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32"])
def test_leaks_reads_wide_characters(encoding: str) -> None:
    assert leaks(f"a {PASSWORD}".encode(encoding)) == ["PASSWORD, as it is"]


@pytest.mark.parametrize("text", ["", b"", "no password", b"\xff\xfe", "\ud800", "correct-horse-battery", "password"])
def test_leaks_finds_nothing_else(text: str | bytes) -> None:
    assert leaks(text) == []


def test_leaks_says_nothing_that_is_a_leak() -> None:
    said = [leak for password in SAMPLES.values() for leak in leaks(f"{password} {b64encode(password.encode())!r}")]
    assert len(said) >= 2 * len(SAMPLES)
    assert leaks("\n".join(said)) == []


# -- what tests print -------------------------------------------------------------------------------------------------

TESTS = """
import logging, sys
from base64 import b64encode
import pytest
from passwords import PASSWORD

@pytest.fixture
def early():
    print(PASSWORD)

@pytest.fixture
def late():
    yield
    print(PASSWORD)

def test_output(): print("a", PASSWORD)
def test_error(): print(PASSWORD, file=sys.stderr)
def test_log(): logging.getLogger().warning("with %s", PASSWORD)
def test_base64(): print(b64encode(b"user:" + PASSWORD.encode()).decode())
def test_before(early): pass
def test_after(late): pass
def test_fails(): print(PASSWORD); assert 0, "of itself"
def test_quiet(): print("password")
def test_taken(capsys): print(PASSWORD); capsys.readouterr()
"""
SEEN = "a password is seen: Captured {}: PASSWORD, as it is"


def test_a_test_that_prints_a_password_fails(outcomes: Callable[[str, Mapping[str, str]], dict[str, str]]) -> None:
    found = outcomes(TESTS, {})
    assert found.pop("test_base64").startswith(
        "failure: a password is seen: Captured stdout call: PASSWORD, as it is, in"
    )
    assert found.pop("test_fails").startswith("failure: AssertionError: of itself")
    assert found == {
        "test_output": f"failure: {SEEN.format('stdout call')}",
        "test_error": f"failure: {SEEN.format('stderr call')}",
        "test_log": f"failure: {SEEN.format('log call')}",
        "test_before": f'error: failed on setup with "{SEEN.format("stdout setup")}"',
        "test_after": f'error: failed on teardown with "{SEEN.format("stdout teardown")}"',
        "test_quiet": "passed",
        "test_taken": "passed",
    }


# -- what the command leaves ------------------------------------------------------------------------------------------

HIDDEN = b64encode(PASSWORD.encode()).decode()
LEFT = {
    "nothing": (Done(0, b"", ""), ""),
    "a Secret": (Done(0, b64encode(stored(PASSWORD)), ""), ""),
    "the output": (Done(0, f"# {PASSWORD}\n".encode(), ""), "standard output: PASSWORD, as it is"),
    "the error": (Done(2, b"", f"wrong: {PASSWORD}\n"), "standard error: PASSWORD, as it is"),
    "the error, in base64": (Done(2, b"", f"wrong: {HIDDEN}\n"), "standard error: PASSWORD, as it is, in base64"),
}


@pytest.mark.parametrize(("done", "message"), LEFT.values(), ids=LEFT.keys())
def test_show_no_password_raises_where_one_is(done: Done, message: str) -> None:
    if not message:
        show_no_password(done, [])
        return
    with pytest.raises(AssertionError) as raised:
        show_no_password(done, [])
    assert str(raised.value).startswith(f"a password is seen: {message}")
    assert leaks(str(raised.value)) == []


# The command repeats what it is given: an image that cannot be one, and in the output, a comment too.
RUNS = {
    "the output": (("render", "-q"), POD + f"# {PASSWORD}\n", "standard output"),
    "the error": (("check",), pod(PASSWORD), "standard error"),
    "a report": (("check", "-q", "--report", "r.json"), pod(PASSWORD), "r.json"),
    "a report in a word": (("check", "-q", "--report=r.json"), pod(PASSWORD), "r.json"),
}


@pytest.mark.parametrize(("arguments", "manifest", "place"), RUNS.values(), ids=RUNS.keys())
def test_a_run_of_the_command_that_shows_a_password_fails(
    arguments: tuple[str, ...], manifest: str, place: str, tmp_path: Path
) -> None:
    lay_out(tmp_path, {"repoint.yaml": PLAIN_CONFIG})
    with pytest.raises(AssertionError, match=rf"^a password is seen: {place}: PASSWORD, as it is(; {place}: [^;]*)*$"):
        repoint(tmp_path, *arguments, stdin=manifest)
