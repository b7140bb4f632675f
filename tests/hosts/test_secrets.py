"""Which Secrets and ServiceAccounts come out, from which command, under which names, and what is said of them."""

from __future__ import annotations

import json
import os
import subprocess
from base64 import b64decode, b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from command import CREDENTIALS, PASSWORD, USER, Done, contents, lay_out, load, repoint
from passwords import AWKWARD_PASSWORD, leaks
from programs import needs

HEAD = """\
apiVersion: repoint.dev/v1alpha1
kind: MirrorConfig
metadata: {name: corp}
spec:
  mirrors:
  - {source: quay.io, mirror: m.example/quay}
  unmapped: allow
"""
PULL = """\
  - name: pull
    registries: [m.example, n.example]
    credentials:
      env: {username: HARBOR_USER, password: HARBOR_PASSWORD}
"""
CONFIG = f"{HEAD}  pullSecrets:\n{PULL}"
ON_ACCOUNTS = f"{CONFIG}    attachTo: serviceAccounts\n"
MADE = f"{ON_ACCOUNTS}    emitServiceAccounts: true\n"
HASHED = f"{CONFIG}    nameSuffixHash: kubectl\n"
UPDATING = f"{CONFIG}    existing: update\n"

ACCOUNT = "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: default\n"
AS_ROBOT = "  serviceAccountName: robot\n"


def pod(image: str = "m.example/app", *, name: str = "web", namespace: str = "", more: str = "") -> str:
    """Return a Pod, with `more` lines in its spec."""
    said = f"\n  namespace: {namespace}" if namespace else ""
    return (
        f"apiVersion: v1\nkind: Pod\nmetadata:\n  name: {name}{said}\nspec:\n  containers:\n  - image: {image}\n{more}"
    )


def listed(*names: str) -> str:
    """Return the lines of a pod's list of pull secrets."""
    return "  imagePullSecrets:\n" + "".join(f"  - name: {name}\n" for name in names)


def secret(namespace: str, *registries: str, name: str = "pull", password: str = PASSWORD) -> str:
    """Return the Secret as it is made: the bytes that kubectl stores, in the text of this program."""
    auth = b64encode(f"{USER}:{password}".encode()).decode()
    auths = {each: {"username": USER, "password": password, "auth": auth} for each in registries}
    content = b64encode(json.dumps({"auths": auths}, separators=(",", ":")).encode()).decode()
    place = f"  namespace: {namespace}\n" if namespace else ""
    return (
        f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: {name}\n{place}type: kubernetes.io/dockerconfigjson\n"
        f"data:\n  .dockerconfigjson: {content}\n"
    )


def account(name: str, namespace: str, *entries: str) -> str:
    """Return the ServiceAccount as it is made."""
    place = f"  namespace: {namespace}\n" if namespace else ""
    names = "".join(f"- name: {entry}\n" for entry in entries)
    return f"apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: {name}\n{place}imagePullSecrets:\n{names}"


def stream(*documents: str) -> str:
    return "---\n".join(documents)


def run(folder: Path, config: str, *arguments: str, stdin: str = "", env: Mapping[str, str] = CREDENTIALS) -> Done:
    """Run a command line with a config on a stream, which is in the file in.yaml too."""
    lay_out(folder, {"repoint.yaml": config, "in.yaml": stdin})
    return repoint(folder, *arguments, stdin=stdin, env=env)


def printed(done: Done) -> str:
    assert done.code == 0, done.err
    return done.out.decode()


def registries(done: Done) -> dict[str, list[str]]:
    """Return the registries of each Secret that was printed, by its namespace, where it says one, and its name."""
    secrets = [each for each in load(printed(done).encode()) if each and each["kind"] == "Secret"]
    ids = ["/".join(filter(None, (each["metadata"].get("namespace"), each["metadata"]["name"]))) for each in secrets]
    assert len({*ids}) == len(ids), "two Secrets of one id"
    return {id_: [*auths(each)] for id_, each in zip(ids, secrets, strict=True)}


def auths(secret: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(b64decode(secret["data"][".dockerconfigjson"]))["auths"]
    return found


def remarks(done: Done) -> list[str]:
    """Return what the last line on standard error says besides the numbers of the input."""
    parts = done.err.splitlines()[-1].removeprefix("repoint: ").split("; ")
    return [part for part in parts if " input: " not in part and " inputs: " not in part]


# -- the command `secrets` --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("arguments", [(), ("-",), ("in.yaml",)], ids=["nothing", "-", "a file"])
def test_secrets_prints_the_secrets_alone(arguments: tuple[str, ...], newline: str, tmp_path: Path) -> None:
    text = stream(pod(namespace="shop"), pod("quay.io/app", namespace="mail")).replace("\n", newline)
    done = run(tmp_path, CONFIG, "secrets", *arguments, stdin=text)
    assert printed(done) == stream(secret("mail", "m.example"), secret("shop", "m.example"))


def test_secrets_prints_what_render_appends(tmp_path: Path) -> None:
    text = stream(pod(namespace="shop"), pod("n.example/app"), pod("x.example/app", namespace="mail"))
    alone = printed(run(tmp_path, CONFIG, "secrets", stdin=text))
    assert printed(run(tmp_path, CONFIG, "render", stdin=text)).endswith(f"---\n{alone}")
    assert alone == stream(secret("", "n.example"), secret("shop", "m.example"))


def test_secrets_prints_no_service_account(tmp_path: Path) -> None:
    text = pod(namespace="shop")
    rest = stream(account("default", "shop", "pull"), secret("shop", "m.example"))
    assert printed(run(tmp_path, MADE, "render", stdin=text)) == stream(text, rest)
    assert printed(run(tmp_path, MADE, "secrets", stdin=text)) == secret("shop", "m.example")


# Command lines without any PATH, and the namespaces that Secrets are printed for.
NAMESPACES = {
    "one": (("-n", "shop"), ["shop"]),
    "two, in their order": (("-n", "shop", "--namespace", "mail"), ["shop", "mail"]),
    "one twice": (("-n", "shop", "-n", "mail", "-n", "shop"), ["shop", "mail"]),
    "the stated one": (("-n", "prod"), ["prod"]),
    "one of digits": (("-n", "1234"), ['"1234"']),
}


@pytest.mark.parametrize(("arguments", "namespaces"), NAMESPACES.values(), ids=NAMESPACES)
def test_secrets_prints_whole_ones_for_namespaces(
    arguments: tuple[str, ...], namespaces: list[str], tmp_path: Path
) -> None:
    config = CONFIG.replace("spec:\n", "spec:\n  defaultNamespace: prod\n")
    done = run(tmp_path, config, "secrets", *arguments, stdin=pod())
    assert printed(done) == stream(*(secret(each, "m.example", "n.example") for each in namespaces))
    names = ", ".join(f"{each.strip(QUOTE)}/pull" for each in namespaces)
    assert done.err == f"repoint: {len(namespaces)} Secret{'s' * (len(namespaces) > 1)} in the output ({names})\n"


def test_secrets_for_namespaces_are_all_that_can_be_made(tmp_path: Path) -> None:
    templated = PULL.replace("name: pull", 'name: "{{ namespace }}-{{ registry }}-{{ config }}"')
    config = f"{CONFIG}  - {{name: named, registries: [x.example]}}\n{templated}    attachTo: none\n"
    both = ["m.example", "n.example"]
    assert registries(run(tmp_path, config, "secrets", "-n", "shop", "-n", "mail")) == {
        "shop/pull": both,
        "mail/pull": both,
        "shop/shop-m.example-corp": both,
        "mail/mail-m.example-corp": both,
    }


QUOTE = '"'
WRONG_NAME = "no namespace (lower-case letters, digits and '-', up to 63)"
MISUSED = {
    "no namespace": (("-n", "Shop"), f"repoint: --namespace 'Shop': {WRONG_NAME}"),
    "an empty one": (("-n", ""), f"repoint: --namespace '': {WRONG_NAME}"),
    "one of two": (("-n", "shop", "-n", "a_b"), f"repoint: --namespace 'a_b': {WRONG_NAME}"),
    "one with a path": (("in.yaml", "-n", "a_b"), f"repoint: --namespace 'a_b': {WRONG_NAME}"),
    "two and a path": (
        ("in.yaml", "-n", "shop", "-n", "mail"),
        "repoint: --namespace more than once is for Secrets without any PATH",
    ),
    "a path that is not there": (("no.yaml",), "repoint: no.yaml: No such file or directory"),
    "an option of render's": (("-i",), "repoint: error: unrecognized arguments: -i"),
}


@pytest.mark.parametrize(("arguments", "message"), MISUSED.values(), ids=MISUSED)
def test_misuse_is_said_and_prints_nothing(arguments: tuple[str, ...], message: str, tmp_path: Path) -> None:
    done = run(tmp_path, CONFIG, "secrets", *arguments, stdin=pod())
    assert (done.code, done.out) == (2, b"")
    assert done.err.splitlines()[-1] == message


@pytest.mark.parametrize("command", ["render", "check"])
def test_other_commands_take_one_namespace(command: str, tmp_path: Path) -> None:
    done = run(tmp_path, CONFIG, command, "-n", "Shop", stdin=pod())
    assert (done.code, done.out, done.err) == (2, b"", f"repoint: --namespace 'Shop': {WRONG_NAME}\n")


@pytest.mark.parametrize("arguments", [("in.yaml",), ("-n", "shop")], ids=["a path", "a namespace"])
def test_secrets_names_the_credentials_that_are_missing(arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = run(tmp_path, CONFIG, "secrets", *arguments, stdin=pod(), env={"HARBOR_PASSWORD": PASSWORD})
    assert (done.code, done.out) == (2, b"")
    assert done.err == (
        "pull secret pull: the environment variable HARBOR_USER for its username is not set\n"
        "repoint: nothing was written\n"
    )


def test_secrets_prints_nothing_where_none_is_needed(tmp_path: Path) -> None:
    done = run(tmp_path, CONFIG, "secrets", stdin=pod("x.example/app"), env={})
    assert printed(done) == ""
    assert remarks(done) == ["no pod here needs the pull secret pull", "no Secret is needed"]


def test_secrets_prints_nothing_of_an_input_that_is_wrong(tmp_path: Path) -> None:
    done = run(tmp_path, CONFIG, "secrets", "--report", "r.json", stdin=stream(pod(), "a: [\n"))
    assert (done.code, done.out) == (1, b"")
    assert done.err.startswith("stdin:10:1: error: not YAML")
    assert json.loads((tmp_path / "r.json").read_text())["counts"]["unreadable"] == 1


def test_secrets_prints_none_that_the_input_has(tmp_path: Path) -> None:
    done = run(tmp_path, CONFIG, "secrets", stdin=stream(pod(), secret("", "m.example"), pod(namespace="shop")))
    assert printed(done) == secret("shop", "m.example")
    assert "in the input already, and not made again: Secret pull" in remarks(done)


def test_secrets_needs_no_credentials_for_what_holds_none(tmp_path: Path) -> None:
    external = (
        "    emit: ExternalSecret\n    externalSecret:\n      store: {name: vault}\n"
        "      remote: {username: {key: u}, password: {key: p}}\n"
    )
    config = CONFIG[: CONFIG.index("    credentials:")] + external
    for arguments in (("-n", "shop"), ("in.yaml",)):
        done = run(tmp_path, config, "secrets", *arguments, stdin=pod(namespace="shop"), env={})
        (made,) = load(printed(done).encode())
        assert (made["kind"], made["metadata"]) == ("ExternalSecret", {"name": "pull", "namespace": "shop"})


def test_secrets_is_quiet_when_asked(tmp_path: Path) -> None:
    done = run(tmp_path, CONFIG, "secrets", "-q", stdin=pod())
    assert (printed(done), done.err) == (secret("", "m.example"), "")


# -- one Secret for each namespace in use -----------------------------------------------------------------------------

# Documents, what the command line says, and the registries of the Secrets that come out.
USED: dict[str, tuple[list[str], tuple[str, ...], dict[str, list[str]]]] = {
    "no namespace": ([pod()], (), {"pull": ["m.example"]}),
    "two namespaces, each with what its pods use": (
        [pod(namespace="a"), pod("n.example/x", namespace="b")],
        (),
        {"a/pull": ["m.example"], "b/pull": ["n.example"]},
    ),
    "what several pods of one use": (
        [pod("n.example/x", namespace="a"), pod(namespace="a"), pod(namespace="a")],
        (),
        {"a/pull": ["m.example", "n.example"]},
    ),
    "unset, and --namespace": ([pod()], ("-n", "a"), {"pull": ["m.example"]}),
    "unset and the same in words": (
        [pod(), pod("n.example/x", namespace="a")],
        ("-n", "a"),
        {"a/pull": ["m.example", "n.example"]},
    ),
    "the same in words and unset": (
        [pod("n.example/x", namespace="a"), pod()],
        ("--namespace", "a"),
        {"a/pull": ["m.example", "n.example"]},
    ),
    "unset, and another in words": (
        [pod(), pod("n.example/x", namespace="b")],
        ("-n", "a"),
        {"pull": ["m.example"], "b/pull": ["n.example"]},
    ),
    "unset and the same in words, in lists that are there": (
        [pod(more=listed("pull")), pod(namespace="a", more=listed("pull"))],
        ("-n", "a"),
        {"a/pull": ["m.example"]},
    ),
    "unset and default, where none is stated": (
        [pod(), pod(namespace="default")],
        (),
        {"pull": ["m.example"], "default/pull": ["m.example"]},
    ),
    "unset and default, where that is stated": (
        [pod(), pod(namespace="default")],
        ("-n", "default"),
        {"default/pull": ["m.example"]},
    ),
    "one that the input has": (
        [pod(namespace="a"), secret("a", "m.example"), pod(namespace="b")],
        (),
        {"b/pull": ["m.example"]},
    ),
    "one that the input has without saying where": (
        [pod(namespace="a"), secret("", "m.example")],
        ("-n", "a"),
        {},
    ),
    "one that the input has in words": ([pod(), secret("a", "m.example")], ("-n", "a"), {}),
    "one that the input has elsewhere": ([pod(namespace="a"), secret("", "m.example")], (), {"a/pull": ["m.example"]}),
}


@pytest.mark.parametrize(("texts", "arguments", "expected"), USED.values(), ids=USED)
def test_each_namespace_in_use_gets_one_secret(
    texts: list[str], arguments: tuple[str, ...], expected: dict[str, list[str]], tmp_path: Path
) -> None:
    assert registries(run(tmp_path, CONFIG, "secrets", "-", *arguments, stdin=stream(*texts))) == expected
    once = printed(run(tmp_path, CONFIG, "render", *arguments, stdin=stream(*texts)))
    assert printed(run(tmp_path, CONFIG, "render", *arguments, stdin=once, env={})) == once


def test_the_config_states_the_namespace_too_and_the_command_line_wins(tmp_path: Path) -> None:
    config = CONFIG.replace("spec:\n", "spec:\n  defaultNamespace: a\n")
    text = stream(pod(), pod("n.example/x", namespace="a"))
    assert registries(run(tmp_path, config, "render", stdin=text)) == {"a/pull": ["m.example", "n.example"]}
    assert registries(run(tmp_path, config, "render", "-n", "b", stdin=text)) == {
        "pull": ["m.example"],
        "a/pull": ["n.example"],
    }


def test_all_registries_are_in_it_when_asked(tmp_path: Path) -> None:
    done = run(tmp_path, f"{CONFIG}    leastPrivilege: false\n", "render", stdin=pod(namespace="a"))
    assert registries(done) == {"a/pull": ["m.example", "n.example"]}


def test_an_account_in_no_namespace_makes_no_secret_that_is_empty(tmp_path: Path) -> None:
    done = run(tmp_path, ON_ACCOUNTS, "render", stdin=stream(ACCOUNT, pod(namespace="default")))
    assert [keys for keys in registries(done).values() if not keys] == []


@pytest.mark.parametrize("null", ["null", "~"])
def test_a_null_is_no_namespace(null: str, tmp_path: Path) -> None:
    assert printed(run(tmp_path, CONFIG, "secrets", stdin=pod(namespace=null))) == secret("", "m.example")


# -- ServiceAccounts that are made ------------------------------------------------------------------------------------

BOTH_MADE = (
    MADE
    + PULL.replace("name: pull", "name: other").replace("m.example, n.example", "o.example")
    + "    attachTo: serviceAccounts\n    emitServiceAccounts: true\n"
)

# Streams, and the ServiceAccounts that are made for them.
ACCOUNTS = {
    "none is needed": (pod("x.example/app"), []),
    "the default one": (pod(), [account("default", "", "pull")]),
    "one that is named, in its namespace": (pod(namespace="shop", more=AS_ROBOT), [account("robot", "shop", "pull")]),
    "one for several pods": (stream(pod(), pod(name="db")), [account("default", "", "pull")]),
    "each that is named": (
        stream(pod(more=AS_ROBOT), pod(), pod(namespace="shop")),
        [account("robot", "", "pull"), account("default", "", "pull"), account("default", "shop", "pull")],
    ),
    "with two pull secrets": (stream(pod("o.example/app"), pod()), [account("default", "", "other", "pull")]),
    "none that the input has": (stream(ACCOUNT, pod()), []),
    "none that the input has in the default namespace": (
        stream(ACCOUNT.replace("metadata:\n", "metadata:\n  namespace: default\n"), pod()),
        [],
    ),
    "none for a pod that has a list": (pod(more=listed("own")), []),
}


@pytest.mark.parametrize(("text", "made"), ACCOUNTS.values(), ids=ACCOUNTS)
def test_accounts_that_the_input_lacks_are_made(text: str, made: list[str], tmp_path: Path) -> None:
    run(tmp_path, BOTH_MADE, "render", "--secrets", "s.yaml", stdin=text)
    written = (tmp_path / "s.yaml").read_text() if (tmp_path / "s.yaml").exists() else ""
    documents = [each for each in written.split("---\n") if each]
    assert [each for each in documents if "kind: ServiceAccount\n" in each] == made
    assert documents[: len(made)] == made


def test_no_account_is_made_unless_asked_for(tmp_path: Path) -> None:
    done = run(tmp_path, ON_ACCOUNTS, "render", stdin=pod())
    assert printed(done) == stream(pod(), secret("", "m.example"))
    assert "warning: Pod web: its ServiceAccount default is not in the input; check that it has the pull" in done.err


def test_an_account_that_was_made_is_the_inputs_from_then_on(tmp_path: Path) -> None:
    once = printed(run(tmp_path, MADE, "render", stdin=pod(namespace="shop")))
    again = run(tmp_path, MADE, "render", stdin=once, env={})
    assert printed(again) == once
    assert run(tmp_path, MADE, "check", stdin=once, env={}).code == 0


@pytest.mark.parametrize("to", [("-i",), ("-o", "out")], ids=["-i", "-o"])
def test_accounts_go_where_the_secrets_go(to: tuple[str, ...], tmp_path: Path) -> None:
    done = run(tmp_path, MADE, "render", "in.yaml", *to, stdin=pod(), env={})
    assert remarks(done)[-1] == (
        "1 Secret and 1 ServiceAccount needed and not written (pull): "
        "name a file with --secrets FILE, or see `repoint secrets`"
    )
    assert not any(b"kind: ServiceAccount" in content for content in contents(tmp_path).values())
    done = run(tmp_path, MADE, "render", "in.yaml", *to, "--secrets", "s.yaml", stdin=pod())
    assert remarks(done)[-1] == "1 Secret and 1 ServiceAccount in s.yaml (pull)"
    assert (tmp_path / "s.yaml").read_text() == stream(account("default", "", "pull"), secret("", "m.example"))


def test_a_file_of_accounts_and_secrets_is_written_again(tmp_path: Path) -> None:
    for _ in ("made", "there"):
        done = run(tmp_path, MADE, "render", ".", "--secrets", "s.yaml", stdin=pod())
        assert (done.code, done.out.decode()) == (0, pod())


def test_an_account_without_a_secret_is_made_too(tmp_path: Path) -> None:
    named = (
        CONFIG[: CONFIG.index("    credentials:")] + "    attachTo: serviceAccounts\n    emitServiceAccounts: true\n"
    )
    done = run(tmp_path, named, "render", stdin=pod(), env={})
    assert printed(done) == stream(pod(), account("default", "", "pull"))
    assert remarks(done) == ["1 ServiceAccount in the output"]


def test_unset_and_the_stated_namespace_make_one_account(tmp_path: Path) -> None:
    text = stream(pod(namespace="shop"), pod("n.example/app"))
    done = run(tmp_path, MADE, "render", "-n", "shop", stdin=text)
    assert printed(done).count("kind: ServiceAccount\n") == 1


def test_an_account_inside_another_object_is_not_made_again(tmp_path: Path) -> None:
    text = (
        "apiVersion: template.openshift.io/v1\nkind: Template\nobjects:\n"
        "- {apiVersion: v1, kind: ServiceAccount, metadata: {name: default}}\n"
        "- {apiVersion: v1, kind: Pod, spec: {containers: [{image: m.example/app}]}}\n"
    )
    done = run(tmp_path, MADE, "render", stdin=text)
    assert printed(done).count("kind: ServiceAccount") == 1


# -- names with a hash ------------------------------------------------------------------------------------------------

OLD = "pull-2456789bcd"
OTHER_CREDENTIALS = {**CREDENTIALS, "HARBOR_PASSWORD": AWKWARD_PASSWORD}
WIDGETS = (
    "  fieldSpecs:\n"
    "  - {kind: Gadget, path: spec/image, optional: true}\n"
    "  - {kind: Gadget, path: spec/names, holds: pullSecretNames, optional: true}\n"
    "  - {kind: Gadget, path: spec/refs, holds: pullSecrets, optional: true}\n"
    "  - {kind: Gizmo, path: spec/image, optional: true}\n"
    "  - {kind: Gizmo, path: spec/name, holds: pullSecretName, optional: true}\n"
    "  - {kind: Doodad, path: spec/image, optional: true}\n"
    "  - {kind: Doodad, path: spec/ref, holds: pullSecretRef, optional: true}\n"
)


def custom(kind: str, field: str) -> str:
    return f"apiVersion: x/v1\nkind: {kind}\nspec:\n  image: m.example/app\n  {field}\n"


# Objects that name the Secret as NAME, each way it can be written.
NAMING = (
    pod(more="  imagePullSecrets:\n  - name: NAME  # c\n  - name: own\n"),
    pod(more="  imagePullSecrets:\n  - {name: 'NAME'}\n  - {name: \"NAME\"}\n"),
    (
        '{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"image":"m.example/app"}],'
        '"imagePullSecrets":[{"name":"NAME"}]}}\n'
    ),
    (
        "apiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n    spec:\n"
        "      imagePullSecrets: [{name: NAME}]\n      containers:\n      - image: m.example/app\n"
    ),
    (
        "apiVersion: v1\nkind: PodList\nitems:\n"
        "- {spec: {containers: [{image: m.example/app}], imagePullSecrets: &l [{name: NAME}]}}\n"
        "- {spec: {containers: [{image: m.example/app}], imagePullSecrets: *l}}\n"
    ),
    f"{ACCOUNT}imagePullSecrets:\n- name: NAME  # c\n",
    f"{ACCOUNT.replace('default', 'nobodys')}imagePullSecrets: [{{name: NAME}}]\n",
    pod(name="of-the-account"),
    custom("Gadget", "names: [own, NAME]  # c"),
    custom("Gadget", "names:\n  - NAME  # c\n  - own"),
    custom("Gadget", "refs:\n  - name: own\n  - name: NAME"),
)
# The same, for kinds that have room for one name.
NAMING_ONE = {
    "one name": custom("Gizmo", "name: NAME  # c"),
    "one name, in quotes": custom("Gizmo", "name: 'NAME'"),
    "one reference": custom("Doodad", "ref: {name: NAME}"),
    "one reference, on lines": custom("Doodad", "ref:\n    name: NAME"),
}


def made_name(folder: Path, text: str, env: Mapping[str, str] = CREDENTIALS) -> str:
    """Return the name of the one Secret that is made for a stream."""
    (name,) = registries(run(folder, HASHED + WIDGETS, "secrets", stdin=text, env=env))
    return name


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_each_name_follows_the_hash(newline: str, tmp_path: Path) -> None:
    """Be it the name without one, an old hash, or that of other credentials."""
    template = stream(*NAMING, *NAMING_ONE.values()).replace("\n", newline)
    new, other = made_name(tmp_path, pod()), made_name(tmp_path, pod(), OTHER_CREDENTIALS)
    for name in ("pull", OLD, other, new):
        text = template.replace("NAME", name)
        done = run(tmp_path, HASHED + WIDGETS, "render", "--secrets", "s.yaml", stdin=text)
        assert printed(done) == template.replace("NAME", new)
        assert (tmp_path / "s.yaml").read_text() == secret("", "m.example", name=new)
        assert run(tmp_path, HASHED + WIDGETS, "check", stdin=text).code == (0 if name == new else 1)


@pytest.mark.parametrize("template", NAMING_ONE.values(), ids=NAMING_ONE)
def test_the_only_name_follows_the_hash(template: str, tmp_path: Path) -> None:
    new = made_name(tmp_path, pod())
    text = template.replace("NAME", OLD)
    done = run(tmp_path, HASHED + WIDGETS, "render", "--secrets", "s.yaml", stdin=text)
    assert printed(done) == template.replace("NAME", new)


@pytest.mark.parametrize("config", [HASHED, f"{HASHED}    attachTo: serviceAccounts\n"], ids=["pods", "accounts"])
def test_a_name_with_a_hash_is_attached_once(config: str, tmp_path: Path) -> None:
    text = stream(ACCOUNT, pod(), pod(namespace="shop"), pod("n.example/app", namespace="mail"))
    once = printed(run(tmp_path, config, "render", stdin=text))
    names = {each["metadata"].get("namespace", ""): each["metadata"]["name"] for each in load(once.encode())[4:]}
    assert len(names) == len({"", "shop", "mail"})
    assert names[""] == names["shop"] != names["mail"]
    again = run(tmp_path, config, "render", stdin=once)
    assert printed(again) == once
    assert f"in the input already, and not made again: Secret {names['']}, Secret mail/{names['mail']}" in again.err


def test_new_credentials_make_a_new_secret_which_every_name_follows(tmp_path: Path) -> None:
    config = f"{HASHED}    attachTo: serviceAccounts\n"
    text = stream(ACCOUNT, pod(), pod(more=listed("own")))
    old, new = made_name(tmp_path, pod()), made_name(tmp_path, pod(), OTHER_CREDENTIALS)
    before = printed(run(tmp_path, config, "render", "--secrets", "s.yaml", stdin=text))
    after = run(tmp_path, config, "render", "--secrets", "s.yaml", stdin=before, env=OTHER_CREDENTIALS)
    assert before.count(old) == 2
    assert printed(after) == before.replace(old, new)
    (made,) = load((tmp_path / "s.yaml").read_bytes())
    assert (made["metadata"]["name"], auths(made)["m.example"]["password"]) == (new, AWKWARD_PASSWORD)


@needs("kubectl")
def test_the_name_is_that_of_kubectl(tmp_path: Path) -> None:
    command = ["kubectl", "create", "secret", "docker-registry", "pull", "--docker-server=m.example"]
    command += [f"--docker-username={USER}", f"--docker-password={PASSWORD}", "--append-hash", "--dry-run=client"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    done = subprocess.run([*command, "-o", "name"], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == f"secret/{made_name(tmp_path, pod())}\n"


@needs("kubectl")
def test_the_name_is_that_of_kustomize(tmp_path: Path) -> None:
    config = HASHED.replace("nameSuffixHash: kubectl", "nameSuffixHash: kustomize")
    (name,) = registries(run(tmp_path, config, "secrets", stdin=pod()))
    (made,) = load(secret("", "m.example").encode())
    generator = (
        "secretGenerator:\n- name: pull\n  type: kubernetes.io/dockerconfigjson\n  files: [.dockerconfigjson=content]\n"
    )
    content = b64decode(made["data"][".dockerconfigjson"])
    lay_out(tmp_path, {"k/kustomization.yaml": generator, "k/content": content})
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    built = subprocess.run(
        ["kubectl", "kustomize", "k"], cwd=tmp_path, env=environment, capture_output=True, check=True
    )
    assert [each["metadata"]["name"] for each in load(built.stdout)] == [name]


def test_what_a_second_pass_needs_is_missing_before_anything_is_printed(tmp_path: Path) -> None:
    for command in ("render", "check", "secrets"):
        done = run(tmp_path, HASHED, command, stdin=pod(), env={"HARBOR_USER": USER})
        assert (done.code, done.out) == (2, b"")
        assert "the environment variable HARBOR_PASSWORD for its password is not set" in done.err


def test_a_volume_of_the_secret_follows_the_hash(tmp_path: Path) -> None:
    text = pod(more=f"{listed('NAME')}  volumes:\n  - name: docker-config\n    secret:\n      secretName: NAME\n")
    new = made_name(tmp_path, pod())
    done = run(tmp_path, HASHED, "render", "--secrets", "s.yaml", stdin=text.replace("NAME", "pull"))
    assert printed(done) == text.replace("NAME", new)


@pytest.mark.parametrize("said", ["  annotations: {repoint.dev/keep: 'true'}\nspec:", "sops: {mac: x}\nspec:"])
def test_a_name_in_what_is_left_alone_stays(said: str, tmp_path: Path) -> None:
    kept = pod(name="kept", more=listed(OLD)).replace("spec:", said)
    done = run(tmp_path, HASHED, "render", "--secrets", "s.yaml", stdin=stream(kept, pod()))
    assert printed(done).startswith(f"{kept}---\n")


def test_a_name_that_says_something_else_too_stays(tmp_path: Path) -> None:
    text = pod(more=f"  nodeSelector: {{x: &n {OLD}}}\n  imagePullSecrets: [{{name: *n}}]\n")
    done = run(tmp_path, HASHED, "render", "--secrets", "s.yaml", stdin=text)
    assert f"nodeSelector: {{x: &n {OLD}}}" in printed(done)


def test_a_reference_to_another_secret_of_the_input_stays(tmp_path: Path) -> None:
    text = stream(
        "apiVersion: v1\nkind: Secret\nmetadata: {name: pull}\nstringData: {token: x}\n",
        pod(more="    env:\n    - {name: TOKEN, valueFrom: {secretKeyRef: {name: pull, key: token}}}\n"),
    )
    done = run(tmp_path, HASHED, "render", "--secrets", "s.yaml", stdin=text)
    assert "secretKeyRef: {name: pull, key: token}" in printed(done)


# -- Secrets that the input has ---------------------------------------------------------------------------------------

THERE = secret("", "old.example", "m.example", password=AWKWARD_PASSWORD).replace("\ndata:", "\ndata:  # ours")
UP_TO_DATE = secret("", "m.example").replace("\ndata:", "\ndata:  # ours")


def updated(text: str) -> str:
    """Return a Secret as it is once its value is replaced: in quotes, since an equals sign may end it."""
    value = text.rstrip("\n").rpartition(": ")[2]
    return text.replace(value, f'"{value}"') if not value.isalnum() else text


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_secret_that_is_there_is_kept(newline: str, tmp_path: Path) -> None:
    text = stream(THERE, pod(more=listed("pull"))).replace("\n", newline)
    done = run(tmp_path, CONFIG, "render", stdin=text, env={})
    assert printed(done) == text
    assert remarks(done) == ["in the input already, and not made again: Secret pull"]


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_secret_that_is_there_is_updated(newline: str, tmp_path: Path) -> None:
    text = stream(THERE, pod(more=listed("pull"))).replace("\n", newline)
    after = stream(updated(UP_TO_DATE), pod(more=listed("pull"))).replace("\n", newline)
    assert printed(run(tmp_path, UPDATING, "render", stdin=text)) == after
    assert printed(run(tmp_path, UPDATING, "render", stdin=after)) == after


@pytest.mark.parametrize("to", [("-i",), ("-o", "out")], ids=["-i", "-o"])
def test_files_of_secrets_are_updated(to: tuple[str, ...], tmp_path: Path) -> None:
    lay_out(tmp_path, {"repoint.yaml": UPDATING, "k8s/secret.yaml": THERE, "k8s/web.yaml": pod(more=listed("pull"))})
    done = repoint(tmp_path, "render", "k8s", *to)
    written = contents(tmp_path / (to[-1] if to[1:] else "k8s"))
    assert (done.code, done.out) == (0, b"")
    assert written["secret.yaml"].decode() == updated(UP_TO_DATE)
    assert written["web.yaml"].decode() == pod(more=listed("pull"))


def test_check_says_that_a_secret_would_be_updated(tmp_path: Path) -> None:
    text = stream(THERE, pod(more=listed("pull")))
    done = run(tmp_path, UPDATING, "check", "in.yaml", stdin=text)
    assert (done.code, done.out) == (1, b"")
    assert done.err.startswith("in.yaml:7:22: would change: Secret pull: gets the credentials that the config names\n")
    done = run(tmp_path, UPDATING, "check", "in.yaml", stdin=stream(UP_TO_DATE, pod(more=listed("pull"))))
    assert done.code == 0


def test_an_update_needs_the_credentials_before_anything_is_printed(tmp_path: Path) -> None:
    text = stream(THERE, pod())
    for command in ("render", "check"):
        done = run(tmp_path, UPDATING, command, stdin=text, env={})
        assert (done.code, done.out) == (2, b"")
        assert done.err.endswith("repoint: nothing was written\n")


def test_an_update_that_cannot_be_is_an_error_and_changes_nothing(tmp_path: Path) -> None:
    lay_out(
        tmp_path, {"repoint.yaml": UPDATING, "s.yaml": THERE.replace("\ndata:", "\nstringData:"), "web.yaml": pod()}
    )
    before = contents(tmp_path)
    done = repoint(tmp_path, "render", ".", "-i", "--secrets", "made.yaml")
    assert (done.code, done.out, contents(tmp_path)) == (1, b"", before)
    assert done.err.startswith(
        "s.yaml:1:1: error: Secret pull: cannot be updated (existing: update): its .dockerconfig"
    )


def test_a_sealed_secret_that_is_there_is_left_by_an_update(tmp_path: Path) -> None:
    sealed = "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: pull}\n"
    text = stream(sealed, pod(more=listed("pull")))
    assert printed(run(tmp_path, UPDATING, "render", stdin=text, env={})) == text


def test_secrets_in_several_namespaces_are_updated_each_with_what_is_used(tmp_path: Path) -> None:
    text = stream(secret("a", "x"), pod(namespace="a"), secret("b", "x"), pod("n.example/app", namespace="b"))
    done = run(tmp_path, UPDATING, "render", stdin=text)
    assert registries(done) == {"a/pull": ["m.example"], "b/pull": ["n.example"]}


def test_what_the_input_lacks_is_made_where_the_rest_is_updated(tmp_path: Path) -> None:
    text = stream(pod(namespace="a"), secret("a", "x"), pod(namespace="b"))
    assert registries(run(tmp_path, UPDATING, "render", stdin=text)) == {
        "a/pull": ["m.example"],
        "b/pull": ["m.example"],
    }


@pytest.mark.parametrize("to", [(), ("-i",), ("-o", "out"), ("--diff",)], ids=["stdout", "-i", "-o", "--diff"])
def test_a_secret_that_is_there_may_be_an_error(to: tuple[str, ...], tmp_path: Path) -> None:
    files = {"k8s/s.yaml": THERE, "k8s/web.yaml": pod("quay.io/app")}
    lay_out(tmp_path, {"repoint.yaml": f"{CONFIG}    existing: error\n", **files})
    before = contents(tmp_path)
    done = repoint(tmp_path, "render", "k8s", *to, *([] if "--diff" in to else ["--secrets", "made.yaml"]))
    assert (done.code, done.out, contents(tmp_path)) == (1, b"", before)
    assert (
        "k8s/s.yaml:1:1: error: Secret pull: the config makes a Secret of this name too (existing: error)"
    ) in done.err.splitlines()
    assert remarks(done)[-1] == "nothing was written"
    assert repoint(tmp_path, "check", "k8s").code == 1
    assert repoint(tmp_path, "secrets", "k8s").code == 1


def test_an_update_that_takes_a_key_from_a_pod_is_said(tmp_path: Path) -> None:
    text = stream(secret("", "old.example"), pod("old.example/app", more=listed("pull")), pod(more=listed("pull")))
    done = run(tmp_path, UPDATING, "check", stdin=text)
    assert [line for line in done.err.splitlines() if ": to do: " in line and "old.example/app" in line] != []


def test_an_error_of_ours_shows_no_credentials(tmp_path: Path) -> None:
    text = stream(
        pod(namespace="a"),
        pod("n.example/app", namespace="b"),
        (
            "apiVersion: v1\nkind: SecretList\nitems:\n"
            "- metadata: {name: pull, namespace: a}\n  type: kubernetes.io/dockerconfigjson\n"
            "  data: &d {.dockerconfigjson: e30=}\n"
            "- {metadata: {name: pull, namespace: b}, type: kubernetes.io/dockerconfigjson, data: *d}\n"
        ),
    )
    assert leaks(run(tmp_path, UPDATING, "render", stdin=text).err) == []


# -- what the last line says ------------------------------------------------------------------------------------------

NUMBERS = "repoint: 1 input: 0 of 1 image rewritten, 1 unmapped"
PLACE = "pull secrets added to 1 place"
PROVEN = "1 of 1 pull with credentials proven"
LAST_LINES = {
    "nothing to do": (CONFIG, pod("x.example/app"), f"{NUMBERS}; no pod here needs the pull secret pull"),
    "a Secret": (CONFIG, pod(), f"{NUMBERS}, {PLACE}, {PROVEN}; 1 Secret in the output (pull)"),
    "a Secret in a namespace": (
        CONFIG,
        pod(namespace="shop"),
        f"{NUMBERS}, {PLACE}, {PROVEN}; 1 Secret in the output (shop/pull)",
    ),
    "two Secrets": (
        CONFIG,
        stream(pod(namespace="shop", more=listed("pull")), pod(namespace="mail", more=listed("pull"))),
        (
            "repoint: 1 input: 0 of 2 images rewritten, 2 unmapped, 2 of 2 pulls with credentials proven; "
            "2 Secrets in the output (mail/pull, shop/pull)"
        ),
    ),
    "a Secret that is kept": (
        CONFIG,
        stream(pod(more=listed("pull")), secret("", "m.example")),
        f"{NUMBERS}, {PROVEN}; in the input already, and not made again: Secret pull",
    ),
    "a Secret without the key": (
        CONFIG,
        stream(pod(more=listed("pull")), secret("", "x.example")),
        f"{NUMBERS}, 0 of 1 pull with credentials proven; in the input already, and not made again: Secret pull",
    ),
    "an account that gets it": (
        ON_ACCOUNTS,
        stream(pod(), ACCOUNT),
        f"{NUMBERS}, {PLACE}, {PROVEN}; 1 Secret in the output (pull)",
    ),
    "an account that is made": (
        MADE,
        pod(),
        f"{NUMBERS}, {PROVEN}; 1 Secret and 1 ServiceAccount in the output (pull)",
    ),
    "unset and default": (
        CONFIG,
        stream(pod(more=listed("pull")), pod(namespace="default", more=listed("pull"))),
        (
            "repoint: 1 input: 0 of 2 images rewritten, 2 unmapped, 2 of 2 pulls with credentials proven; "
            "pull is made for default and for no namespace; if that ends in one, say --namespace; "
            "2 Secrets in the output (pull, default/pull)"
        ),
    ),
    "unset and others": (
        CONFIG,
        stream(*(pod(namespace=each, more=listed("pull")) for each in ("shop", "", "mail"))),
        (
            "repoint: 1 input: 0 of 3 images rewritten, 3 unmapped, 3 of 3 pulls with credentials proven; "
            "pull is made for mail, shop and for no namespace; if that ends in one, say --namespace; "
            "3 Secrets in the output (pull, mail/pull, shop/pull)"
        ),
    ),
    "a name that the API server does not take": (
        CONFIG.replace("name: pull", 'name: "{{ config | upper }}_pull"'),
        pod(more=listed("corp-pull")),
        (
            f"{NUMBERS}, {PROVEN}; "
            "the Secret corp-pull has that name since 'CORP_pull' is none that the API server takes; "
            "1 Secret in the output (corp-pull)"
        ),
    ),
}


@pytest.mark.parametrize(("config", "text", "line"), LAST_LINES.values(), ids=LAST_LINES)
def test_the_last_line_says_what_is_made(config: str, text: str, line: str, tmp_path: Path) -> None:
    done = run(tmp_path, config, "render", stdin=text)
    assert (done.code, done.err.splitlines()[-1]) == (0, line)


def test_secrets_does_not_claim_a_rewrite(tmp_path: Path) -> None:
    done = run(tmp_path, CONFIG, "secrets", stdin=pod("quay.io/app"))
    assert "rewritten" not in done.err
    assert "added" not in done.err


VAULT = (
    "apiVersion: secrets.hashicorp.com/v1beta1\nkind: VaultStaticSecret\nmetadata:\n  name: {{ name }}\n"
    "  namespace: {{ namespace }}\nspec: {destination: {name: {{ name }}}}\n"
)


def test_what_a_template_makes_is_not_made_again(tmp_path: Path) -> None:
    lay_out(tmp_path, {"vault.j2": VAULT})
    config = f"{CONFIG}    emit: template\n    template: vault.j2\n"
    first = printed(run(tmp_path, config, "render", stdin=pod(namespace="shop")))
    assert first.count("kind: VaultStaticSecret\n") == 1
    assert printed(run(tmp_path, config, "render", stdin=first)) == first
    both = printed(run(tmp_path, config, "render", stdin=stream(first, pod(namespace="mail"))))
    assert [line for line in both.splitlines() if line == "kind: VaultStaticSecret"] == ["kind: VaultStaticSecret"] * 2


def test_secrets_without_an_input_have_no_report(tmp_path: Path) -> None:
    done = run(tmp_path, CONFIG, "secrets", "-n", "shop", "--report", "r.json")
    assert (done.code, done.out) == (2, b"")
    assert done.err == "repoint: --report tells of an input, and without a PATH none is read\n"
    assert not (tmp_path / "r.json").exists()


@pytest.mark.parametrize("name", ["{{ namespace }}", "{{ '-' }}", "{{ 1 / 0 }}"])
def test_a_name_that_comes_to_nothing_is_an_error_of_the_config(name: str, tmp_path: Path) -> None:
    config = CONFIG.replace("name: pull", f'name: "{name}"')
    for command in (("render",), ("secrets", "-n", "shop") if name != "{{ namespace }}" else ("check",)):
        done = run(tmp_path, config, *command, stdin=pod())
        assert (done.code, done.out) == (2, b"")
        assert done.err.startswith(f"repoint.yaml: spec.pullSecrets: the name {name!r}")


def test_an_account_that_is_made_has_all_that_its_pods_need(tmp_path: Path) -> None:
    config = (
        f"{CONFIG}    attachTo: serviceAccounts\n"
        "  - {name: other, registries: [o.example], attachTo: serviceAccounts, emitServiceAccounts: true}\n"
    )
    first = printed(run(tmp_path, config, "render", stdin=pod(more="  - image: o.example/app\n")))
    assert account("default", "", "pull", "other") in first
    assert printed(run(tmp_path, config, "render", stdin=first)) == first
