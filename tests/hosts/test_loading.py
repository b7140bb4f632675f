"""The config is found where a person expects it, and credentials come from where it says."""

from __future__ import annotations

from pathlib import Path

import pytest
from command import CONFIG, CREDENTIALS, PLAIN_CONFIG, POD, USER, lay_out, load, repoint

from transformer.errors import ConfigError
from transformer.hosts.loading import find_config, load_config, read_credential

FILES_CONFIG = CONFIG.replace(
    "env: {username: HARBOR_USER, password: HARBOR_PASSWORD}",
    "files: {username: secret/user, password: secret/password}",
)


def test_find_config_takes_the_nearest(tmp_path: Path) -> None:
    lay_out(tmp_path, {"repoint.yaml": "", "a/repoint.yaml": "", "a/b/c/x": "", "d/repoint.yaml/x": ""})
    assert find_config(tmp_path / "a/b/c") == tmp_path / "a/repoint.yaml"
    assert find_config(tmp_path / "a") == Path("repoint.yaml")
    assert find_config(tmp_path / "d") == tmp_path / "repoint.yaml"


def test_find_config_says_where_it_looked(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        find_config(tmp_path)
    message = f"no config: there is no repoint.yaml in {tmp_path} or a folder above it; name one with -c"
    assert str(raised.value) == message


def test_a_run_finds_its_config_in_a_folder_above(tmp_path: Path) -> None:
    lay_out(tmp_path, {"repoint.yaml": PLAIN_CONFIG, "a/b/web.yaml": POD})
    done = repoint(tmp_path / "a/b", "render", "web.yaml")
    assert (done.code, b"harbor.corp.example/hub" in done.out) == (0, True)


def test_a_run_without_a_config_is_a_config_error(tmp_path: Path) -> None:
    done = repoint(tmp_path, "render", stdin=POD)
    assert (done.code, done.out) == (2, b"")
    assert done.err.startswith("no config: there is no repoint.yaml in ")


def test_a_named_config_wins(tmp_path: Path) -> None:
    other = PLAIN_CONFIG.replace("/hub", "/other")
    lay_out(tmp_path, {"repoint.yaml": PLAIN_CONFIG, "conf/other.yaml": other})
    done = repoint(tmp_path, "render", "-c", "conf/other.yaml", stdin=POD)
    assert b"image: harbor.corp.example/other/library/nginx:1.27" in done.out


UNREADABLE_CONFIGS = {
    "missing": (None, "no.yaml: No such file or directory"),
    "a folder": ("/x", "no.yaml: Is a directory"),
    "no text": (b"spec: \xff", "no.yaml: not UTF-8, at byte 6"),
    "not YAML": (
        b"spec:\n  x: @y\n",
        "no.yaml:2:6: not YAML: found character that cannot start any token (while scanning for the next token)",
    ),
    "empty": (b"", "no.yaml:1:1: the file is empty; expected a MirrorConfig"),
}


@pytest.mark.parametrize(("content", "message"), UNREADABLE_CONFIGS.values(), ids=UNREADABLE_CONFIGS.keys())
def test_load_config_says_why_it_cannot(
    content: bytes | str | None, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if content is not None:
        lay_out(tmp_path, {"no.yaml/x" if content == "/x" else "no.yaml": content})
    with pytest.raises(ConfigError) as raised:
        load_config("no.yaml")
    assert str(raised.value) == message


def test_every_error_of_a_config_has_its_place(tmp_path: Path) -> None:
    config = PLAIN_CONFIG.replace("spec:", "sepc: {}\nspec:").replace("mirror:", "miror:") + "  unmapped: wran\n"
    lay_out(tmp_path, {"repoint.yaml": config})
    done = repoint(tmp_path, "render", stdin=POD)
    assert (done.code, done.out) == (2, b"")
    assert done.err.splitlines() == [
        "repoint.yaml:3:1: sepc: unknown key 'sepc'; did you mean 'spec'?",
        "repoint.yaml:6:5: spec.mirrors[0]: the key 'mirror' is missing",
        "repoint.yaml:6:25: spec.mirrors[0].miror: unknown key 'miror'; did you mean 'mirror'?",
        "repoint.yaml:7:13: spec.unmapped: expected 'warn' or 'error' or 'allow', found 'wran'; did you mean 'warn'?",
        "repoint: nothing was written",
    ]


def test_load_config_takes_a_byte_order_mark(tmp_path: Path) -> None:
    file = tmp_path / "repoint.yaml"
    file.write_text(PLAIN_CONFIG, encoding="utf-8-sig")
    assert load_config(file).mirrors[0].source == "docker.io"


# -- credentials ------------------------------------------------------------------------------------------------------

LINE_ENDS = {
    "none": (b"pass", b"pass"),
    "one": (b"pass\n", b"pass"),
    "of Windows": (b"pass\r\n", b"pass"),
    "two": (b"pass\n\n", b"pass\n"),
    "blanks": (b" pass \n", b" pass "),
    "only a carriage return": (b"pass\r", b"pass\r"),
    "no UTF-8": (b"\xff\n", b"\xff"),
}


@pytest.mark.parametrize(("content", "value"), LINE_ENDS.values(), ids=LINE_ENDS.keys())
def test_read_credential_drops_one_line_end(content: bytes, value: bytes, tmp_path: Path) -> None:
    (tmp_path / "password").write_bytes(content)
    assert read_credential(str(tmp_path), "files", "password") == value


def test_read_credential_takes_a_variable_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARBOR_PASSWORD", " pass\n")
    assert read_credential("", "env", "HARBOR_PASSWORD") == b" pass\n"


def test_read_credential_knows_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "password").write_text("pass")
    assert read_credential("elsewhere", "files", "~/password") == b"pass"
    with pytest.raises(FileNotFoundError):
        read_credential("elsewhere", "files", "~nobody-of-this-name/password")


def test_files_of_credentials_lie_beside_the_config(tmp_path: Path) -> None:
    files = {"conf/repoint.yaml": FILES_CONFIG, "conf/secret/user": f"{USER}\n", "conf/secret/password": "x\n"}
    lay_out(tmp_path, files)
    done = repoint(tmp_path, "render", "-c", "conf/repoint.yaml", stdin=POD, env={})
    assert (done.code, load(done.out)[1]["kind"]) == (0, "Secret")


def test_every_missing_variable_is_named(tmp_path: Path) -> None:
    second = (
        "  - {name: b, registries: [harbor.corp.example], credentials: {env: {username: B_USER, password: B_TOKEN}}}\n"
    )
    lay_out(tmp_path, {"repoint.yaml": CONFIG + second})
    done = repoint(tmp_path, "render", stdin=POD, env={**CREDENTIALS, "HARBOR_PASSWORD": ""})
    assert (done.code, done.out) == (2, b"")
    assert done.err.splitlines() == [
        "pull secret harbor-pull: the environment variable HARBOR_PASSWORD for its password is empty",
        "pull secret b: the environment variable B_USER for its username is not set",
        "pull secret b: the environment variable B_TOKEN for its password is not set",
        "repoint: nothing was written",
    ]


def test_every_missing_file_is_named(tmp_path: Path) -> None:
    lay_out(tmp_path, {"repoint.yaml": FILES_CONFIG, "secret/user/x": "", "web.yaml": POD})
    done = repoint(tmp_path, "render", "web.yaml", "-o", "out", "--secrets", "secrets.yaml", "--report", "report.json")
    assert done.code == 2
    assert done.err.splitlines() == [
        "pull secret harbor-pull: the file secret/user for its username cannot be read (Is a directory)",
        "pull secret harbor-pull: the file secret/password for its password cannot be read (No such file or directory)",
        "repoint: nothing was written",
    ]
    assert not {"out", "secrets.yaml", "report.json"} & {each.name for each in tmp_path.iterdir()}
