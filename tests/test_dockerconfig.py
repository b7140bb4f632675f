"""The bytes of a registry Secret against a table measured on kubectl, and against kubectl itself."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from argparse import ArgumentParser
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transformer.dockerconfig import Credentials, dockercfg, dockerconfigjson

Row = dict[str, Any]

FROM_FILE = "kubectl copies a file and does not make the JSON"
REFUSED = "kubectl refuses the arguments"
FORMAT = "shows another output format and has no decoded data"
LEFT_OUT = {
    "file-key-trailing-newline": FROM_FILE,
    "file-nokey": FROM_FILE,
    "file-and-flags": FROM_FILE,
    "file-two": FROM_FILE,
    "file-two-nokey": FROM_FILE,
    "file-same-key-twice": FROM_FILE,
    "file-comma": FROM_FILE,
    "file-bad-key": FROM_FILE,
    "err-no-password": REFUSED,
    "err-nothing": REFUSED,
    "err-no-name": REFUSED,
    "out-yaml": FORMAT,
    "out-none": FORMAT,
}
TABLE: list[Row] = json.loads((Path(__file__).parent / "facts" / "dockersecret.json").read_text())
ROWS = [row for row in TABLE if row["id"] not in LEFT_OUT]


def arguments(row: Row) -> list[bytes]:
    """The row's command line as kubectl gets it: bytes, of which one row has some that are no UTF-8."""
    if "args_base64" in row:
        return [b64decode(argument) for argument in row["args_base64"]]
    return [argument.encode() for argument in row["args"]]


def auths(row: Row) -> dict[str, Credentials]:
    """What the row's --docker-* flags say."""
    parser = ArgumentParser(allow_abbrev=False)
    parser.add_argument("name")
    parser.add_argument("--docker-server", default="https://index.docker.io/v1/")
    for flag in ("--docker-username", "--docker-password", "--docker-email"):
        parser.add_argument(flag, default="")
    parser.add_argument("-n", "--namespace")
    parser.add_argument("--append-hash", action="store_true")
    parser.add_argument("--save-config", action="store_true")
    given = parser.parse_args([argument.decode("utf-8", "surrogateescape") for argument in arguments(row)])
    values = (given.docker_username, given.docker_password, given.docker_email)
    return {given.docker_server: Credentials(*(value.encode("utf-8", "surrogateescape") for value in values))}


def test_every_row_of_the_table_is_run_or_left_out_by_name() -> None:
    assert sorted([*(row["id"] for row in ROWS), *LEFT_OUT]) == sorted(row["id"] for row in TABLE)
    assert (len(ROWS), len(LEFT_OUT), len(TABLE)) == (41, 13, 54)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_dockerconfigjson_gives_the_bytes_of_the_table(row: Row) -> None:
    assert dockerconfigjson(auths(row)) == row["data"][".dockerconfigjson"]["text"].encode()


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not on PATH")
def test_dockerconfigjson_gives_the_bytes_of_the_kubectl_here(tmp_path: Path) -> None:
    def run(row: Row) -> bytes:
        command = [b"kubectl", b"create", b"secret", b"docker-registry", *arguments(row)]
        environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
        done = subprocess.run(
            [*command, b"--dry-run=client", b"-o", b"json"], env=environment, capture_output=True, check=True
        )
        return b64decode(json.loads(done.stdout)["data"][".dockerconfigjson"])

    with ThreadPoolExecutor() as pool:
        stored = dict(zip((row["id"] for row in ROWS), pool.map(run, ROWS), strict=True))
    assert {row["id"]: dockerconfigjson(auths(row)) for row in ROWS} == stored


@pytest.mark.parametrize(
    ("password", "escaped"),
    [
        (b"\x00\x01\x1f\x7f", "\\u0000\\u0001\\u001f\x7f"),
        (b"\n\r\t\b\f\v", "\\n\\r\\t\\b\\f\\u000b"),
        (b"<>&'/+", "\\u003c\\u003e\\u0026'/+"),
        ("\u2027\u2028\u2029\u202a".encode(), "\u2027\\u2028\\u2029\u202a"),
        ("\ufffd😀".encode(), "\ufffd😀"),
        (b"\xff", "\\ufffd"),
        (b"a\xe2\x82b", "a\\ufffd\\ufffdb"),  # a character cut short: one escape a byte
        (b"\xed\xa0\x80", "\\ufffd\\ufffd\\ufffd"),  # an encoded surrogate
        (b"\xc0\x80\xf4\x90\x80\x80", "\\ufffd" * 6),  # overlong, and beyond Unicode
    ],
    ids=lambda value: repr(value) if isinstance(value, bytes) else "",
)
def test_dockerconfigjson_escapes_as_go_does(password: bytes, escaped: str) -> None:
    stored = dockerconfigjson({"quay.io": Credentials(b"user", password)})
    start = b'{"auths":{"quay.io":{"username":"user","password":"' + escaped.encode() + b'","auth":"'
    assert stored.startswith(start)
    assert b64decode(stored[len(start) : -len(b'"}}}')]) == b"user:" + password


def test_dockerconfigjson_sorts_servers_by_their_bytes() -> None:
    servers = ["😀.io", "\ufffd.io", "é.io", "b.io", "B.io", "*.io", "b.io/a", "b.io:1"]
    stored = dockerconfigjson(dict.fromkeys(servers, Credentials(b"user", b"pass")))
    assert list(json.loads(stored)["auths"]) == sorted(servers, key=str.encode)


def test_dockerconfigjson_of_nothing_is_an_empty_map() -> None:
    assert dockerconfigjson({}) == b'{"auths":{}}'


def test_dockerconfigjson_takes_a_server_that_is_no_unicode() -> None:
    stored = dockerconfigjson({"a\udcffb\ud800": Credentials(b"user", b"pass")})
    assert stored.startswith(b'{"auths":{"a\\ufffdb\\ufffd":{')


def test_credentials_show_no_value() -> None:
    shown = repr(Credentials(b"the-user", b"the-password", b"the-email"))
    assert shown == "Credentials()"


@given(st.text(), st.text(), st.text(), st.text())
def test_dockerconfigjson_reads_back(server: str, username: str, password: str, email: str) -> None:
    credentials = Credentials(username.encode(), password.encode(), email.encode())
    entry = json.loads(dockerconfigjson({server: credentials}))["auths"][server]
    assert b64decode(entry.pop("auth"), validate=True) == credentials.username + b":" + credentials.password
    assert entry == {"username": username, "password": password} | ({"email": email} if email else {})


@given(st.binary(), st.binary())
def test_dockerconfigjson_keeps_any_bytes_in_auth(username: bytes, password: bytes) -> None:
    entry = json.loads(dockerconfigjson({"quay.io": Credentials(username, password)}))["auths"]["quay.io"]
    assert b64decode(entry["auth"], validate=True) == username + b":" + password


# -- the older format -------------------------------------------------------------------------------------------------

OLDER = {
    "none": ({}, b"{}"),
    "one": (
        {"quay.io": Credentials(b"user", b"<pass>")},
        b'{"quay.io":{"username":"user","password":"\\u003cpass\\u003e","auth":"dXNlcjo8cGFzcz4="}}',
    ),
    "an email": (
        {"quay.io": Credentials(b"user", b"pass", b"a@b.c")},
        b'{"quay.io":{"username":"user","password":"pass","email":"a@b.c","auth":"dXNlcjpwYXNz"}}',
    ),
    "in the order of their bytes": (
        {"a.io": Credentials(b"", b"p"), "Quay.io": Credentials(b"u", b"")},
        b'{"Quay.io":{"username":"u","password":"","auth":"dTo="},"a.io":{"username":"","password":"p","auth":"OnA="}}',
    ),
    "no UTF-8": (
        {"quay.io": Credentials(b"u", b"\xff")},
        b'{"quay.io":{"username":"u","password":"\\ufffd","auth":"dTr/"}}',
    ),
}


@pytest.mark.parametrize(("auths", "expected"), OLDER.values(), ids=OLDER)
def test_dockercfg_is_the_servers_without_more(auths: dict[str, Credentials], expected: bytes) -> None:
    assert dockercfg(auths) == expected


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_dockercfg_is_what_stands_in_dockerconfigjson(row: Row) -> None:
    text = row["data"][".dockerconfigjson"]["text"]
    assert text.startswith('{"auths":')
    assert dockercfg(auths(row)) == text.removeprefix('{"auths":')[:-1].encode()


@given(st.dictionaries(st.text(), st.builds(Credentials, st.binary(), st.binary(), st.binary())))
def test_dockercfg_reads_back(servers: dict[str, Credentials]) -> None:
    found = json.loads(dockercfg(servers))
    assert list(found) == sorted(servers)
    assert {key: b64decode(entry["auth"], validate=True) for key, entry in found.items()} == {
        key: each.username + b":" + each.password for key, each in servers.items()
    }
