"""The docker CLI's logins against a table measured on it, with real credential helpers, and no secret in a message."""

from __future__ import annotations

import json
import sys
import traceback
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st
from passwords import PASSWORD, leaks

from transformer.docker_login import Login, answer, entry, login, server_of, variable_logins
from transformer.dockerconfig import Credentials, dockerconfigjson
from transformer.errors import LoginError, TransformerError
from transformer.hosts import credential_helpers
from transformer.keyring import HUB, shown
from transformer.reference import parse

Row = dict[str, Any]

# How go-containerregistry reads the same file, which is neither what the docker CLI does nor the kubelet: it also tries
# the repository as a key, refuses less, and so would log in where those two do not.
LEFT_OUT = [
    "ggcr-unrelated-repo-empty-registry",
    "ggcr-unrelated-repo-leaks",
    "ggcr-prefix-not-tried",
    "ggcr-http-v1",
    "ggcr-http-v2",
    "ggcr-hub-repo-key",
    "ggcr-hub-index-key",
    "ggcr-registrytoken",
    "ggcr-not-json",
    "ggcr-missing-store",
    "ggcr-credhelper",
    "ggcr-token-helper",
]
TABLE: list[Row] = json.loads((Path(__file__).parent / "facts" / "dockerconfig.json").read_text())
ROWS = [row for row in TABLE if row["reader"] == "docker-cli"]
FAILING = [row for row in ROWS if "error" in row["expected"]]

HELPER = """\
#!{python} -IS
import json, sys
server = sys.stdin.read()
with open({calls!r}, "a") as calls:
    calls.write(json.dumps([{name!r}, *sys.argv[1:], server]) + "\\n")
answer = {answers!r}.get(server, "credentials not found in native keychain")
if isinstance(answer, str):
    print(answer)
    sys.exit(1)
print(json.dumps({{"ServerURL": server, **answer}}))
"""


def no_helper(name: str, server: str) -> NoReturn:
    raise AssertionError(f"{name} was run for {server}")


def answering(output: bytes) -> Callable[[str, str], bytes]:
    return lambda *_asked: output


def config_of(row: Row) -> bytes:
    return (row["config_text"] if "config_text" in row else json.dumps(row["config"])).encode()


def server_in(row: Row) -> str:
    """The server of the row, which for an image is its registry."""
    if "image" not in row:
        return str(row["server"])
    assert parse(row["image"]).domain == row["looked_up"]
    return str(row["looked_up"])


def install(helpers: dict[str, Any], folder: Path) -> Path:
    """Write the row's helpers into a folder; return the file in which they note how they are run."""
    calls = folder / "calls"
    calls.touch()
    for name, answers in helpers.items():
        program = folder / f"docker-credential-{name}"
        program.write_text(HELPER.format(python=sys.executable, calls=str(calls), name=name, answers=answers))
        program.chmod(0o755)
    return calls


def fields_of(found: Login) -> dict[str, str]:
    return {name.replace("_", ""): value for name, value in found._asdict().items() if value}


def failure(call: Callable[[], object]) -> LoginError:
    with pytest.raises(LoginError) as raised:
        call()
    return raised.value


def failure_if_any(call: Callable[[], object]) -> LoginError | None:
    try:
        call()
    except LoginError as error:
        return error
    return None


def test_every_row_of_the_table_is_run_here_or_by_the_kubelet_or_left_out_by_name() -> None:
    readers = [row["reader"] for row in TABLE]
    assert (len(TABLE), len(ROWS), readers.count("kubelet"), len(LEFT_OUT)) == (88, 60, 16, 12)
    assert [row["id"] for row in TABLE if row["reader"] == "go-containerregistry"] == LEFT_OUT


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_login_gives_what_the_docker_cli_finds(row: Row, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = install(row.get("helpers", {}), tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    variable = row.get("env", {}).get("DOCKER_AUTH_CONFIG")

    def found(server: str) -> object:
        try:
            return fields_of(login(config_of(row), server, ask=credential_helpers.ask, auth_config=variable))
        except LoginError as error:
            return error.reason

    # A Login does not say under which key it stands, which is what `serveraddress` is.
    expected = {name: value for name, value in row["expected"].items() if name != "serveraddress"}
    assert found(server_in(row)) == expected.get("error", expected)
    assert [json.loads(line) for line in calls.read_text().splitlines()] == row.get("helper_calls", [])
    assert found(server_of(server_in(row))) == expected.get("error", expected)


def test_login_reproduces_all_errors_of_the_table() -> None:
    assert sorted(row["expected"]["stage"] for row in FAILING) == ["get"] * 2 + ["load"] * 8


@pytest.mark.parametrize("row", FAILING, ids=lambda row: row["id"])
def test_login_fails_for_every_server_where_the_file_does_not_load(row: Row) -> None:
    def another() -> Login:
        return login(config_of(row), "another.example", ask=answering(b"{}"))

    if row["expected"]["stage"] == "load":
        assert failure(another).reason == row["expected"]["error"]
    else:
        assert another().is_empty


SERVERS = {
    "docker.io": HUB,
    "index.docker.io": HUB,
    "docker.io/library/nginx": HUB,
    "https://index.docker.io/v1/": HUB,
    "http://docker.io": HUB,
    "registry-1.docker.io": "registry-1.docker.io",
    "quay.io": "quay.io",
    "quay.io/team": "quay.io",
    "quay.io:8443/team": "quay.io:8443",
    "https://quay.io:8443/v2/": "quay.io:8443",
    "https://quay.io:/v2/": "quay.io",
    "https://quay.io?x#y": "quay.io",
    "ftp://user:pass@quay.io": "quay.io",
    "localhost": "localhost",
    "*.quay.io": "*.quay.io",
    "": "",
    "[::1]:5000/app": "[::1]:5000",
    "https://[::1]:5000/v2/": "[::1]:5000",
    "https://[::1]/v2/": "::1",
    "http://::1:5000/": "[::1]:5000",  # no URL, and read all the same
    "http://::x/": "::x",
    "http://[::1/": "[::1",
    "http://x]/": "x]",
    "1http://quay.io:/": "quay.io:",  # no scheme, hence no URL
    "https://:5000?x": ":5000?x",  # no host, hence none that counts
    "https://:/": ":",
    "https://quay.io:http/v2/": "quay.io:http",
    "https://us er@quay.io/": "us er@quay.io",
    "https:///v2/": "https:",
    "https://": "https:",
}


@pytest.mark.parametrize(("name", "server"), SERVERS.items(), ids=SERVERS)
def test_server_of(name: str, server: str) -> None:
    assert server_of(name) == server


BAR = {"username": "foo", "password": "bar"}
OTHER_FIELDS = b"""{
    "psFormat": "", "HttpHeaders": {"a": "b"}, "proxies": {"default": {"httpProxy": "h", "x": 1}}, "features": null,
    "pruneFilters": ["a", null], "plugins": {"a": {"b": "c"}}, "experimental": true
}"""
QUIRKS = {
    "nothing at all": (b"", {}),
    "space": (b" \r\n\t", {}),
    "null": (b"null", {}),
    "space first": (b'\n {"auths":{"test.io":{"username":"foo","password":"bar"}}}', BAR),
    "words after null": (b"null null", {}),
    "null maps": (b'{"auths":null,"credHelpers":null,"credsStore":null}', {}),
    "null empties": (b'{"auths":{"test.io":{"username":"foo"}},"auths":null}', {}),
    "null after text": (b'{"auths":{"test.io":{"auth":"Zm9vOmJhcg==","auth":null}}}', BAR),
    "null entry": (b'{"auths":{"test.io":{"auth":"Zm9vOmJhcg=="},"test.io":null}}', {}),
    "null helper": (
        b'{"auths":{"test.io":{"auth":"Zm9vOmJhcg=="}},"credsStore":"x","credHelpers":{"test.io":null}}',
        BAR,
    ),
    "maps merge": (b'{"auths":{"test.io":{"auth":"Zm9vOmJhcg=="}},"AUTHS":{"x.io":{}}}', BAR),
    "entries do not": (b'{"auths":{"test.io":{"username":"x"},"test.io":{"password":"bar"}}}', {"password": "bar"}),
    "overwritten bad base64": (b'{"auths":{"test.io":{"auth":"pants"},"test.io":{"auth":"Zm9vOmJhcg=="}}}', BAR),
    "long s": ('{"auth\u017f":{"test.io":{"pa\u017f\u017fword":"bar"}}}'.encode(), {"password": "bar"}),
    "kelvin": ('{"auths":{"test.io":{"identityto\u212aen":"t"}}}'.encode(), {"identitytoken": "t"}),
    "sharp s": ('{"auths":{"test.io":{"pa\u00dfword":"bar"}}}'.encode(), {}),
    "dotless i": ('{"auths":{"test.io":{"\u0131dentitytoken":"t"}}}'.encode(), {}),
    "no UTF-8": (
        b'{"auths":{"test.io":{"username":"a\xe2\x82b\xed\xa0\x80"}}}',
        {"username": "a\ufffd\ufffdb\ufffd\ufffd\ufffd"},
    ),
    "lone surrogate": (
        b'{"auths":{"test.io":{"username":"\\ud800a\\ud83d\\ude00"}}}',
        {"username": "\ufffda\U0001f600"},
    ),
    "lone surrogate in key": (b'{"auths":{"\\ud800":{},"test.io":{"username":"foo"}}}', {"username": "foo"}),
    "numbers": (b'{"x":[1e999,-0,' + b"1" * 5000 + b'],"auths":{"test.io":{"auth":"Zm9vOmJhcg=="}}}', BAR),
    "line ends in base64": (b'{"auths":{"test.io":{"auth":"Zm9v\\r\\nOmJhcg=\\n=\\n"}}}', BAR),
    "bits left over": (b'{"auths":{"test.io":{"auth":"Zm9vOmJhch=="}}}', BAR),
    "NUL around the password": (b'{"auths":{"test.io":{"auth":"Zm9vOgBiYXIAAA=="}}}', BAR),
    "no UTF-8 in auth": (b'{"auths":{"test.io":{"auth":"/zr+"}}}', {"username": "\udcff", "password": "\udcfe"}),
    "other fields": (OTHER_FIELDS, {}),
}


@pytest.mark.parametrize(("config", "fields"), QUIRKS.values(), ids=QUIRKS)
def test_login_reads_the_file_as_go_does(config: bytes, fields: dict[str, str]) -> None:
    assert fields_of(login(config, "test.io", ask=no_helper)) == fields


REFUSED = {
    "{": ("bad-json", "not JSON, at line 1, column 2"),
    '{"auths":\n {,}}': ("bad-json", "not JSON, at line 2, column 3"),
    '{"x":NaN}': ("bad-json", "not JSON"),
    '{"x":-Infinity}': ("bad-json", "not JSON"),
    '{"x":"\t"}': ("bad-json", "not JSON, at line 1, column 7"),
    '{"x":1 1}': ("bad-json", "not JSON, at line 1, column 8"),
    '{"x":01}': ("bad-json", "not JSON, at line 1, column 7"),
    "[" * 100_000: ("bad-json", "not JSON"),
    "[]": ("wrong-json-type", "not a JSON object"),
    "5": ("wrong-json-type", "not a JSON object"),
    '{"auths":[]}': ("wrong-json-type", "auths is not a JSON object"),
    '{"AUTHS":{"test.io":"x"}}': ("wrong-json-type", "the entry for test.io in auths is not a JSON object"),
    '{"auths":{"test.io":{"PASSWORD":5}}}': (
        "wrong-json-type",
        "password of the entry for test.io in auths is not a JSON string",
    ),
    '{"auths":{"test.io":{"auth":true},"test.io":{}}}': (
        "wrong-json-type",
        "auth of the entry for test.io in auths is not a JSON string",
    ),
    '{"credsStore":{}}': ("wrong-json-type", "credsStore is not a JSON string"),
    '{"credHelpers":{"a.io":[]}}': ("wrong-json-type", "the entry for a.io in credHelpers is not a JSON string"),
    '{"features":{"x":true}}': ("wrong-json-type", "a value in features is not a JSON string"),
    '{"plugins":{"x":"y"}}': ("wrong-json-type", "a value in plugins is not a JSON object"),
    '{"plugins":{"x":{"y":1}}}': ("wrong-json-type", "a value in a value in plugins is not a JSON string"),
    '{"proxies":{"x":{"NOPROXY":1}}}': (
        "wrong-json-type",
        "noProxy of a value in proxies is not a JSON string",
    ),
    '{"pruneFilters":"x"}': ("wrong-json-type", "pruneFilters is not a JSON array"),
    '{"pruneFilters":[1]}': ("wrong-json-type", "a value in pruneFilters is not a JSON string"),
    '{"nodesFormat":1}': ("wrong-json-type", "nodesFormat is not a JSON string"),
    '{"auths":{"https://u:p@a.io/v1/":{"auth":"Zm9vOmJhcg"}}}': (
        "bad-base64",
        "the entry for a.io/v1/ in auths has an auth that is not base64",
    ),
    '{"auths":{"a.io":{"auth":"Zm9vOmJhcg==Zm9v"}}}': (
        "bad-base64",
        "the entry for a.io in auths has an auth that is not base64",
    ),
    '{"auths":{"a.io":{"auth":"Zm9v-_=="}}}': (
        "bad-base64",
        "the entry for a.io in auths has an auth that is not base64",
    ),
    '{"auths":{"a.io":{"auth":"Zm9v"}}}': (
        "bad-auth-text",
        "the entry for a.io in auths has an auth that is not base64 of USER:PASSWORD",
    ),
    '{"auths":{"a.io":{"auth":"\\n"}}}': (
        "bad-auth-text",
        "the entry for a.io in auths has an auth that is not base64 of USER:PASSWORD",
    ),
    '{"auths":{"a.io":{"auth":"OmJhcg=="}}}': (
        "bad-auth-text",
        "the entry for a.io in auths has an auth without a user name",
    ),
}


@pytest.mark.parametrize(("config", "failed"), REFUSED.items(), ids=[config[:40] for config in REFUSED])
def test_login_says_what_is_wrong_with_the_file_and_where(config: str, failed: tuple[str, str]) -> None:
    error = failure(lambda: login(config.encode(), "test.io", ask=no_helper))
    assert (error.reason, str(error)) == failed


def test_login_takes_the_first_key_on_the_host_where_none_is_the_server() -> None:
    config = b'{"auths":{"x.io":{"username":"x"},"test.io/b":{"username":"b"},"https://test.io":{"username":"u"}}}'
    assert login(config, "test.io", ask=no_helper).username == "b"


def test_login_keeps_the_registry_token_of_the_file_beside_a_helper() -> None:
    config = b'{"credsStore":"two","auths":{"https://test.io/":{"auth":"Zm9vOmJhcg==","registrytoken":"r"}}}'
    found = login(config, "test.io", ask=answering(b'{"Username":"u","Secret":"s"}'))
    assert found == Login("u", "s", registry_token="r")


def test_login_asks_no_helper_for_what_is_in_the_variable() -> None:
    variable = '{"auths":{"test.io":{"auth":"Zm9vOmJhcg=="},"https://index.docker.io/v1/":{"auth":"aHViOmJhcg=="}}}'
    assert login(b'{"credsStore":"two"}', "test.io", ask=no_helper, auth_config=variable) == Login("foo", "bar")
    assert login(b'{"credsStore":"two"}', "docker.io", ask=no_helper, auth_config=variable) == Login("hub", "bar")


def test_login_looks_up_no_other_spelling_in_the_variable() -> None:
    variable = '{"auths":{"https://test.io/v1/":{"auth":"Zm9vOmJhcg=="}}}'
    assert login(b"", "test.io", ask=no_helper, auth_config=variable).is_empty


def test_entry_is_what_the_file_has_under_the_very_key() -> None:
    config = b'{"credsStore": "two", "auths": {"quay.io/team": {"auth": "dTpw"}, "quay.io": {"auth": "djpw"}}}'
    assert entry(config, "quay.io/team") == Login("u", "p")
    assert entry(config, "quay.io") == Login("v", "p")
    assert [entry(config, key).is_empty for key in ("quay.io/other", "https://quay.io", "ghcr.io")] == [True] * 3


def test_login_hands_on_what_the_helper_raises() -> None:
    def broken(name: str, server: str) -> bytes:
        raise LoginError("helper-timeout", f"{name} {server}")

    error = failure(lambda: login(b'{"credsStore":"two"}', "test.io", ask=broken))
    assert (error.reason, str(error)) == ("helper-timeout", "two test.io")


VARIABLES = {
    '{"auths":{"a":{"auth":"Zm9vOmJhcg=="}}} ': None,
    '{"auths":{"a":{"auth":"Zm9vOmJhcg=="}}}}{': None,
    '{"auths":{"a":{"auth":"Zm9vOmJhcg=="}}}]': None,
    '{"AUTHS":{"a":{},"a":{"Auth":"Zm9vOmJhcg=="}}}': None,
    '{"auths":{"a":{"auth":"Zm9vOmJhcg=="}}}{}': ("bad-json", "more than one JSON value"),
    "{": ("bad-json", "not JSON, at line 1, column 2"),
    "[]": ("wrong-json-type", "not a JSON object"),
    '{"auths":{},"credsStore":"x"}': ("unknown-field", "the object has a field besides auths"),
    '{"auths":{"a":{"auth":"Zm9vOmJhcg==","email":""}}}': (
        "unknown-field",
        "the entry for a in auths has a field besides auth",
    ),
    '{"auths":{"a":null}}': ("no-auth", "the entry for a in auths has no auth"),
    '{"auths":{"a":{"auth":""}}}': ("no-auth", "the entry for a in auths has no auth"),
    '{"auths":{"a":{"auth":"pants"}}}': ("bad-base64", "the entry for a in auths has an auth that is not base64"),
}


@pytest.mark.parametrize(("variable", "failed"), VARIABLES.items(), ids=VARIABLES)
def test_variable_logins_says_why_the_docker_cli_passes_over_it(variable: str, failed: tuple[str, str] | None) -> None:
    used = login(b'{"auths":{"a":{"username":"file"}}}', "a", ask=no_helper, auth_config=variable)
    if failed is None:
        assert variable_logins(variable) == {"a": used} == {"a": Login("foo", "bar")}
    else:
        error = failure(lambda: variable_logins(variable))
        assert ((error.reason, str(error)), used) == (failed, Login("file", ""))


@pytest.mark.parametrize("nothing", ["", " \n", "null", "{}", '{"auths":null}', '{"auths":{}}'])
def test_variable_logins_of_nothing(nothing: str) -> None:
    assert variable_logins(nothing) == {}


ANSWERS = {
    b'{"ServerURL":"x","Username":"u","Secret":"s"}\n': Login("u", "s"),
    b'{"username":"u","SECRET":"s"}{': Login("u", "s"),
    b'{"Username":"<token>","Secret":"t"}': Login("", "", identity_token="t"),
    b'{"Username":"u","Secret":"a\xff"}': Login("u", "a\ufffd"),
    b'{"Username":"u","Other":1}': Login("u", ""),
    b"null": Login("", ""),
    b"{}": Login("", ""),
    b"": "not JSON, at line 1, column 1",
    b"\n": "not JSON, at line 2, column 1",
    b"some words": "not JSON, at line 1, column 1",
    b"[]": "not a JSON object",
    b'{"Secret":5}': "Secret is not a JSON string",
}


@pytest.mark.parametrize(("output", "meaning"), ANSWERS.items(), ids=map(repr, ANSWERS))
def test_answer(output: bytes, meaning: Login | str) -> None:
    if isinstance(meaning, Login):
        assert answer(output, helper="two", server="test.io") == meaning
    else:
        error = failure(lambda: answer(output, helper="two", server="test.io"))
        message = f"the answer of docker-credential-two for test.io: {meaning}"
        assert (error.reason, str(error)) == ("helper-bad-answer", message)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("test.io:5000", "test.io:5000"),
        ("https://user:pa/ss@w@test.io/v1/", "test.io/v1/"),
        ("a\n\x1b[31m", "'a\\n\\x1b[31m'"),
        ("\ud800", "'\\ud800'"),
        ("", "''"),
        ("a" * 100, "a" * 100),
        ("a" * 101, "a" * 100 + "..."),
    ],
)
def test_shown(name: str, text: str) -> None:
    assert shown(name) == text


def test_a_login_shows_no_value() -> None:
    found = Login("the-user", "the-password", "the-token", "the-other")
    assert (repr(found), str([found]), f"{found}") == ("Login()", "[Login()]", "Login()")


def test_a_login_is_empty_without_any_field() -> None:
    assert Login("", "").is_empty
    assert not any(Login("", "")._replace(**{field: "x"}).is_empty for field in Login._fields)


def test_a_login_error_is_one_of_this_package() -> None:
    assert issubclass(LoginError, TransformerError)
    assert LoginError.exit_code == 2


@given(st.text(min_size=1).filter(lambda user: ":" not in user), st.text())
def test_login_reads_what_dockerconfigjson_writes(user: str, password: str) -> None:
    config = dockerconfigjson({"https://quay.io/v2/": Credentials(user.encode(), password.encode())})
    assert login(config, "quay.io", ask=no_helper) == Login(user, password.strip("\0"))


# What may stand in a file where a secret is: as it is, encoded, and where it does not belong.
SECRETS = st.sampled_from(
    [
        PASSWORD,
        b64encode(f"user:{PASSWORD}".encode()).decode(),
        b64encode(f":{PASSWORD}".encode()).decode(),
        b64encode(PASSWORD.encode()).decode(),
        [PASSWORD],
        {PASSWORD: PASSWORD},
        {"auth": PASSWORD},
        None,
        5,
    ]
)
KEYS = st.sampled_from(["test.io", "https://test.io/v1/", f"https://user:{PASSWORD}@test.io", f"{PASSWORD}@x.io"])
ENTRIES = st.dictionaries(
    st.sampled_from(["auth", "username", "Password", "identitytoken", "registrytoken", "Username", "Secret", PASSWORD]),
    SECRETS,
)
DOCUMENTS = st.one_of(
    SECRETS,
    ENTRIES,
    st.fixed_dictionaries(
        {"auths": st.dictionaries(KEYS, ENTRIES | SECRETS)},
        optional={
            "credsStore": st.sampled_from(["", "two", None, 5]),
            "credHelpers": st.dictionaries(KEYS, st.sampled_from(["", "one", None, 5])),
            "HttpHeaders": ENTRIES | SECRETS,
            "proxies": st.dictionaries(st.just(PASSWORD), ENTRIES | SECRETS),
            "pruneFilters": SECRETS,
            "psFormat": SECRETS,
            PASSWORD: SECRETS,
        },
    ),
)


@st.composite
def texts(draw: st.DrawFn) -> bytes:
    """A document with a secret in it, whole, cut short, or with something behind it."""
    text = json.dumps(draw(DOCUMENTS))
    return draw(st.sampled_from([text, text[: draw(st.integers(0, len(text)))], text + PASSWORD])).encode()


def said(error: BaseException) -> str:
    """Everything that is kept of an error, and of those that it came from."""
    chain = [error]
    while context := chain[-1].__cause__ or chain[-1].__context__:
        chain.append(context)
    whole = "".join(traceback.format_exception(error))
    return "\n".join([whole, *(f"{link} {link!r} {vars(link)}" for link in chain)])


@given(texts(), texts(), texts())
def test_no_error_of_login_has_a_secret(config: bytes, variable: bytes, output: bytes) -> None:
    calls: list[Callable[[], object]] = [
        lambda: login(config, "test.io", ask=answering(output), auth_config=variable.decode()),
        lambda: variable_logins(variable.decode()),
        lambda: answer(output, helper="two", server="test.io"),
    ]
    errors = filter(None, map(failure_if_any, calls))
    assert [leak for error in errors for leak in leaks(said(error))] == []


PLANTED = {
    "bad-json": f'{{"auths":{{"test.io":{{"auth":"{PASSWORD}',
    "wrong-json-type": f'{{"auths":{{"test.io":["{PASSWORD}"]}}}}',
    "bad-base64": f'{{"auths":{{"test.io":{{"auth":"{PASSWORD}"}}}}}}',
    "bad-auth-text": f'{{"auths":{{"test.io":{{"auth":"{b64encode(PASSWORD.encode()).decode()}"}}}}}}',
    "unknown-field": f'{{"{PASSWORD}":"{PASSWORD}"}}',
    "no-auth": f'{{"auths":{{"{PASSWORD}@test.io":{{}}}}}}',
}


@pytest.mark.parametrize(("reason", "text"), PLANTED.items(), ids=PLANTED)
def test_no_kind_of_error_has_a_secret(reason: str, text: str) -> None:
    error = failure(lambda: variable_logins(text))
    assert (error.reason, leaks(text) == [], leaks(said(error))) == (reason, False, [])
    error = failure(lambda: answer(PASSWORD.encode(), helper="two", server="test.io"))
    assert leaks(said(error)) == []


@given(st.binary(), st.text(), st.binary())
def test_any_content_is_read_or_is_a_login_error(config: bytes, variable: str, output: bytes) -> None:
    def read(content: bytes) -> Login:
        return login(content, "test.io", ask=answering(output), auth_config=variable)

    of_answer = failure_if_any(lambda: answer(output, helper="x", server="test.io"))
    of_login = failure_if_any(lambda: read(b'{"credsStore":"x"}' + config))
    assert repr(of_login) == repr(of_answer)
    assert failure(lambda: read(b"[" + config)).reason in {"bad-json", "wrong-json-type"}
