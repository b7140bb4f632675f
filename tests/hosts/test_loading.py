"""The config is found where a person expects it, and credentials come from where it says."""

from __future__ import annotations

import json
import os
from base64 import b64decode, b64encode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from command import CONFIG, CREDENTIALS, PASSWORD, PLAIN_CONFIG, POD, USER, lay_out, load, repoint

from transformer.config import Config
from transformer.errors import ConfigError, LoginError
from transformer.hosts.loading import find_config, load_config, reach_of

ENV = "env: {username: HARBOR_USER, password: HARBOR_PASSWORD}"
FILES_CONFIG = CONFIG.replace(ENV, "files: {username: secret/user, password: secret/password}")
DOCKER_CONFIG = CONFIG.replace(ENV, "dockerConfig: {path: docker.json}")
HELPER_CONFIG = CONFIG.replace(ENV, "credentialHelper: two")
HELPER = f"""#!/bin/sh
printf '{{"Username": "%s", "Secret": "{PASSWORD}"}}' "$(cat)"
"""


def login_of(secret: Any) -> tuple[str, str]:
    """Return the user name and the password that a Secret holds for its one registry."""
    [entry] = json.loads(b64decode(secret["data"][".dockerconfigjson"]))["auths"].values()
    return entry["username"], entry["password"]


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

# The bytes of a variable and of a file come as they are; what of them counts, the source decides.
CONTENTS = {
    "a text": b"pass",
    "a line end": b"pass\n",
    "blanks": b" pass \r\n",
    "nothing": b"",
    "no UTF-8": b"\xff",
}


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS.keys())
def test_reach_gives_files_and_variables_as_they_are(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "password").write_bytes(content)
    monkeypatch.setenv("HARBOR_PASSWORD", os.fsdecode(content))
    reach = reach_of(Config(folder=str(tmp_path)))
    assert reach.file("password") == content
    assert reach.variable("HARBOR_PASSWORD") == content


def test_reach_has_no_variable_that_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HARBOR_PASSWORD", raising=False)
    with pytest.raises(KeyError):
        reach_of(Config()).variable("HARBOR_PASSWORD")


def test_reach_starts_from_the_folder_of_the_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_out(tmp_path, {"conf/password": "beside", "password": "here"})
    monkeypatch.chdir(tmp_path)
    assert reach_of(Config(folder="conf")).file("password") == b"beside"
    assert reach_of(Config()).file("password") == b"here"
    assert reach_of(Config(folder="conf")).file(str(tmp_path / "password")) == b"here"


def test_reach_knows_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "password").write_text("pass")
    reach = reach_of(Config(folder="elsewhere"))
    assert reach.file("~/password") == b"pass"
    with pytest.raises(FileNotFoundError):
        reach.file("~nobody-of-this-name/password")


def test_reach_raises_for_a_path_that_no_file_has() -> None:
    with pytest.raises(ValueError, match="null"):
        reach_of(Config()).file("a\0b")


# The variable DOCKER_CONFIG, None where it is not set, and the path of the docker config.
DOCKER_CONFIGS = {
    "not set": (None, "~/.docker/config.json"),
    "empty": ("", "~/.docker/config.json"),
    "a folder": ("/run/docker", "/run/docker/config.json"),
    "a folder with a slash": ("/run/docker/", "/run/docker/config.json"),
    "a folder in the working directory": ("docker", "HERE/docker/config.json"),
}


@pytest.mark.parametrize(("variable", "expected"), DOCKER_CONFIGS.values(), ids=DOCKER_CONFIGS.keys())
def test_reach_knows_where_docker_keeps_its_config(
    variable: str | None, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DOCKER_CONFIG", raising=False)
    if variable is not None:
        monkeypatch.setenv("DOCKER_CONFIG", variable)
    monkeypatch.chdir(tmp_path)
    expected = expected.replace("HERE", str(tmp_path))
    assert reach_of(Config(folder="elsewhere")).docker_config() == expected


def test_reach_reads_a_file_once(tmp_path: Path) -> None:
    """A pipe, as `<(vault ...)` makes one, can be read once, and a file that changes meanwhile would not be one."""
    reach = reach_of(Config(folder=str(tmp_path)))
    (tmp_path / "password").write_text("before")
    assert reach.file("password") == b"before"
    (tmp_path / "password").write_text("after")
    assert reach.file("password") == b"before"
    assert reach_of(Config(folder=str(tmp_path))).file("password") == b"after"
    with pytest.raises(FileNotFoundError):
        reach.file("later")
    (tmp_path / "later").touch()
    with pytest.raises(FileNotFoundError):
        reach.file("later")


def test_reach_asks_a_helper_for_a_server_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "docker-credential-two"
    program.write_text(f'#!/bin/sh\necho "$(cat) $$" | tee -a {tmp_path}/asked\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    reach = reach_of(Config())
    first = reach.helper("two", "a.example")
    assert first.startswith(b"a.example ")
    assert reach.helper("two", "a.example") == first
    assert reach.helper("two", "b.example").startswith(b"b.example ")
    assert len((tmp_path / "asked").read_text().splitlines()) == 2
    assert reach_of(Config()).helper("two", "a.example") != first


def test_reach_says_what_a_helper_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LoginError, match="docker-credential-two is not on PATH"):
        reach_of(Config()).helper("two", "a.example")


def test_reach_knows_the_time_and_its_zone() -> None:
    before = datetime.now(UTC)
    assert before <= reach_of(Config()).now() <= datetime.now(UTC)


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


def test_a_docker_config_lies_beside_the_config(tmp_path: Path) -> None:
    auth = b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    logins = {"auths": {"harbor.corp.example": {"auth": auth}}}
    lay_out(tmp_path, {"conf/repoint.yaml": DOCKER_CONFIG, "conf/docker.json": json.dumps(logins)})
    done = repoint(tmp_path, "render", "-c", "conf/repoint.yaml", stdin=POD, env={})
    assert (done.code, login_of(load(done.out)[1])) == (0, (USER, PASSWORD))


def test_a_helper_is_asked_for_the_registry(tmp_path: Path) -> None:
    lay_out(tmp_path, {"repoint.yaml": HELPER_CONFIG, "bin/docker-credential-two": HELPER})
    (tmp_path / "bin/docker-credential-two").chmod(0o755)
    path = f"{tmp_path}/bin{os.pathsep}{os.environ['PATH']}"
    done = repoint(tmp_path, "render", stdin=POD, env={"PATH": path})
    assert (done.code, login_of(load(done.out)[1])) == (0, ("harbor.corp.example", PASSWORD))


def test_a_diff_and_a_check_ask_for_no_credentials(tmp_path: Path) -> None:
    helper = "#!/bin/sh\ntouch asked\nexit 1\n"
    lay_out(tmp_path, {"repoint.yaml": HELPER_CONFIG, "bin/docker-credential-two": helper, "web.yaml": POD})
    (tmp_path / "bin/docker-credential-two").chmod(0o755)
    path = {"PATH": f"{tmp_path}/bin{os.pathsep}{os.environ['PATH']}"}
    codes = [repoint(tmp_path, *command, "web.yaml", env=path).code for command in (("render", "--diff"), ("check",))]
    assert (codes, (tmp_path / "asked").exists()) == ([0, 1], False)
    assert (repoint(tmp_path, "render", "web.yaml", env=path).code, (tmp_path / "asked").exists()) == (2, True)


def test_every_source_that_lacks_something_is_named(tmp_path: Path) -> None:
    more = (
        "  - {name: b, registries: [harbor.corp.example], credentials: {dockerConfig: {path: docker.json}}}\n"
        "  - {name: c, registries: [harbor.corp.example], credentials: {credentialHelper: absent}}\n"
        "  - {name: d, registries: [harbor.corp.example], credentials: {files: {username: u, password: p}}}\n"
    )
    token = {"auths": {"harbor.corp.example": {"identitytoken": PASSWORD}}}
    lay_out(tmp_path, {"repoint.yaml": CONFIG + more, "docker.json": json.dumps(token), "u": "robot"})
    done = repoint(tmp_path, "render", stdin=POD, env={"HARBOR_USER": USER})
    assert (done.code, done.out) == (2, b"")
    assert done.err.splitlines() == [
        "pull secret harbor-pull: the environment variable HARBOR_PASSWORD for its password is not set",
        (
            "pull secret b: the docker config docker.json has only an identity token for harbor.corp.example, which "
            "the kubelet cannot use; log in with a user name and a password or an access token"
        ),
        "pull secret c: docker-credential-absent is not on PATH",
        "pull secret d: the file p for its password cannot be read (No such file or directory)",
        "repoint: nothing was written",
    ]
