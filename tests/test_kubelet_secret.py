"""What the kubelet reads in a pull secret, against a table measured on it, and no secret in a message."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from passwords import PASSWORD, leaks

from transformer.dockerconfig import Credentials, dockerconfigjson
from transformer.errors import TransformerError
from transformer.keyring import select
from transformer.kubelet_secret import UnreadableSecret, entries
from transformer.reference import parse

Row = dict[str, Any]

TABLE: list[Row] = json.loads((Path(__file__).parent / "facts" / "dockerconfig.json").read_text())
ROWS = [row for row in TABLE if row["reader"] == "kubelet"]
JSON = ("kubernetes.io/dockerconfigjson", ".dockerconfigjson")
CFG = ("kubernetes.io/dockercfg", ".dockercfg")


def content_of(row: Row) -> bytes:
    return (row["config_text"] if "config_text" in row else json.dumps(row["config"])).encode()


def read(content: bytes, kind: tuple[str, str] = JSON) -> dict[str, Credentials] | None:
    return entries(kind[0], {kind[1]: content})


def failure(content: bytes, kind: tuple[str, str] = JSON) -> UnreadableSecret:
    with pytest.raises(UnreadableSecret) as raised:
        read(content, kind)
    return raised.value


def lookup(row: Row) -> str:
    if "image" not in row:
        return str(row["server"])
    assert parse(row["image"]).name == row["looked_up"]
    return str(row["looked_up"])


def selected(row: Row) -> Row:
    """What the row expects, of what is found: the credentials in the order tried, or what went wrong."""
    try:
        found = entries(row["secret_type"], {row["data_key"]: content_of(row)})
    except UnreadableSecret as error:
        return {"error": error.reason, "stage": "load"}
    chosen = [found[key]._asdict() for key in select(found, lookup(row))] if found else []
    credentials = [{field: value.decode() for field, value in one.items()} for one in chosen]
    return {"credentials": credentials} | ({"secret_ignored": True} if found is None else {})


def test_every_row_of_the_table_is_run() -> None:
    assert (len(ROWS), len({row["id"] for row in ROWS})) == (16, 16)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_entries_gives_what_the_kubelet_tries(row: Row) -> None:
    assert selected(row) == row["expected"]


CONTENT = b'{"auths":{"quay.io":{"auth":"Zm9vOmJhcg=="}}}'
IGNORED = {
    "another type": ("Opaque", {".dockerconfigjson": CONTENT}),
    "no type": ("", {"": CONTENT, ".dockerconfigjson": CONTENT}),
    "the key of the older type": ("kubernetes.io/dockerconfigjson", {".dockercfg": CONTENT}),
    "the key of the newer type": ("kubernetes.io/dockercfg", {".dockerconfigjson": CONTENT}),
    "no key": ("kubernetes.io/dockerconfigjson", {}),
    "no content": ("kubernetes.io/dockercfg", {".dockercfg": b""}),
    "content under another key": (
        "kubernetes.io/dockerconfigjson",
        {".dockerconfigjson": b"", ".dockercfg": CONTENT},
    ),
}


@pytest.mark.parametrize(("secret_type", "data"), IGNORED.values(), ids=IGNORED)
def test_entries_is_none_where_the_kubelet_ignores_the_secret(secret_type: str, data: dict[str, bytes]) -> None:
    assert entries(secret_type, data) is None


NOTHING = Credentials(b"", b"")
FOO = Credentials(b"foo", b"bar")
READ = {
    "nothing in it": (b"{}", {}),
    "null": (b" null\n", {}),
    "null auths": (b'{"auths":{"a":{}},"auths":null}', {}),
    "keys as spelled": (b'{"auths":{" https://A/v1/ ":{},"":{}}}', {" https://A/v1/ ": NOTHING, "": NOTHING}),
    "field case": (b'{"AUTHS":{"a":{"AUTH":"Zm9vOmJhcg=="}}}', {"a": FOO}),
    "auth wins": (b'{"auths":{"a":{"auth":"Zm9vOmJhcg","username":"x","password":"y"}}}', {"a": FOO}),
    "empty auth": (b'{"auths":{"a":{"auth":"","username":"foo","password":"bar"}}}', {"a": FOO}),
    "email": (b'{"auths":{"a":{"auth":"Zm9vOmJhcg==","email":"e"}}}', {"a": Credentials(b"foo", b"bar", b"e")}),
    "no user": (b'{"auths":{"a":{"auth":"OmJhcg"}}}', {"a": Credentials(b"", b"bar")}),
    "no UTF-8": (b'{"auths":{"a":{"auth":"/zr+AA"}}}', {"a": Credentials(b"\xff", b"\xfe\0")}),
    "no UTF-8 in JSON": (b'{"auths":{"a\xff":{"username":"\xff"}}}', {"a\ufffd": Credentials("\ufffd".encode(), b"")}),
    "line ends": (b'{"auths":{"a":{"auth":"Zm9v\\r\\nOmJh\\ncg\\n"}}}', {"a": FOO}),
    "colons": (b'{"auths":{"a":{"auth":"Zm9vOmI6YTpy"}}}', {"a": Credentials(b"foo", b"b:a:r")}),
    "last of two": (b'{"auths":{"a":{"username":"x"},"a":{"auth":"Zm9vOmJhcg"}}}', {"a": FOO}),
    "maps merge": (b'{"auths":{"a":{"auth":"Zm9vOmJhcg"}},"auths":{}}', {"a": FOO}),
    "headers": (b'{"auths":{"a":{"auth":"Zm9vOmJhcg"}},"HttpHeaders":{"a":"b"},"credsStore":5}', {"a": FOO}),
}


@pytest.mark.parametrize(("content", "found"), READ.values(), ids=READ)
def test_entries_reads_as_go_does(content: bytes, found: dict[str, Credentials]) -> None:
    assert read(content) == found


def test_entries_of_the_older_type_have_no_level_above_them() -> None:
    content = b'{"a":{"auth":"Zm9vOmJhcg=="},"auths":{"b":{"auth":"Zm9vOmJhcg=="}}}'
    assert read(content, CFG) == {"a": FOO, "auths": NOTHING}


REFUSED = {
    " ": ("bad-json", "not JSON, at line 1, column 2"),
    "{}{}": ("bad-json", "more than one JSON value"),
    "{}}": ("bad-json", "more than one JSON value"),
    "\ufeff{}": ("bad-json", "not JSON, at line 1, column 1"),
    '{"auths":{}': ("bad-json", "not JSON, at line 1, column 12"),
    "[" * 100_000: ("bad-json", "not JSON"),
    "[]": ("wrong-json-type", "not a JSON object"),
    '{"auths":"x"}': ("wrong-json-type", "auths is not a JSON object"),
    '{"auths":{"a":"x"}}': ("wrong-json-type", "the entry for a in auths is not a JSON object"),
    '{"auths":{"a":{"Email":1},"a":null}}': (
        "wrong-json-type",
        "email of the entry for a in auths is not a JSON string",
    ),
    '{"HttpHeaders":{"a":1}}': ("wrong-json-type", "a value in HttpHeaders is not a JSON string"),
    '{"auths":{"a":{"auth":"pants"},"a":{}}}': (
        "bad-base64",
        "the entry for a in auths has an auth that is not base64",
    ),
    '{"auths":{"a":{"auth":"Zm9vOmJhcg="}}}': (
        "bad-base64",
        "the entry for a in auths has an auth that is not base64",
    ),
    '{"auths":{"https://u:p@a/v1/":{"auth":"Zm9v"}}}': (
        "bad-auth-text",
        "the entry for a/v1/ in auths has an auth that is not base64 of USER:PASSWORD",
    ),
}


@pytest.mark.parametrize(("content", "failed"), REFUSED.items(), ids=[content[:40] for content in REFUSED])
def test_entries_says_what_is_wrong_and_where(content: str, failed: tuple[str, str]) -> None:
    error = failure(content.encode())
    assert (error.reason, str(error)) == (failed[0], f".dockerconfigjson: {failed[1]}")


def test_entries_names_an_entry_of_the_older_type() -> None:
    message = ".dockercfg: the entry for a has an auth that is not base64"
    assert str(failure(b'{"a":{"auth":"pants"}}', CFG)) == message


def test_an_unreadable_secret_is_an_error_of_this_package() -> None:
    assert issubclass(UnreadableSecret, TransformerError)
    assert UnreadableSecret.exit_code == 2


@given(st.dictionaries(st.text(), st.builds(Credentials, *[st.text().map(str.encode)] * 3)))
def test_entries_reads_what_dockerconfigjson_writes(auths: dict[str, Credentials]) -> None:
    auths = {key: one for key, one in auths.items() if b":" not in one.username}
    assert read(dockerconfigjson(auths)) == auths


ENCODED = [b64encode(text.encode()).decode() for text in (PASSWORD, f"user:{PASSWORD}")]
SECRETS = st.sampled_from([PASSWORD, *ENCODED, [PASSWORD], {PASSWORD: PASSWORD}, None, 5])
KEYS = st.sampled_from(["test.io", f"https://user:{PASSWORD}@test.io"])
ENTRIES = st.dictionaries(st.sampled_from(["auth", "username", "Password", "email", PASSWORD]), SECRETS) | SECRETS
AUTHS = st.dictionaries(KEYS, ENTRIES)
CONTENTS = AUTHS | st.fixed_dictionaries({"auths": AUTHS}, optional={"HttpHeaders": ENTRIES, "other": SECRETS})


@given(CONTENTS.map(json.dumps), st.integers(0, 200), st.sampled_from([JSON, CFG]))
def test_no_error_of_entries_has_a_secret(text: str, cut: int, kind: tuple[str, str]) -> None:
    messages = []
    for content in (text, text[:cut], text + PASSWORD):
        try:
            read(content.encode(), kind)
        except UnreadableSecret as error:
            messages.append(f"{error} {error!r} {vars(error)} {error.__context__!r} {vars(error.__context__ or error)}")
    assert messages
    assert [leak for message in messages for leak in leaks(message)] == []


@given(st.binary(), st.sampled_from([JSON, CFG]))
def test_any_content_is_read_or_is_an_unreadable_secret(content: bytes, kind: tuple[str, str]) -> None:
    assert failure(b"[" + content, kind).reason in {"bad-json", "wrong-json-type"}
    assert failure(b"{}\0" + content, kind).reason == "bad-json"
