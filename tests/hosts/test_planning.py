"""What a run is going to do is known before it does anything: in order, from the right files, with nothing to spare."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest
from command import CREDENTIALS, contents, lay_out, pod, repoint

from transformer.config import Config
from transformer.errors import ConfigError, CredentialsError, UsageError
from transformer.hosts.planning import Plan, config_of, plan, read, refuse_to_overwrite, with_namespace

HEAD = "apiVersion: repoint.dev/v1alpha1\nkind: MirrorConfig\nspec:\n  unmapped: allow\n  pullSecrets:\n"
PULL = (
    "  - name: pull\n    registries: [m.example]\n"
    "    credentials:\n      env: {username: HARBOR_USER, password: HARBOR_PASSWORD}\n"
)
CONFIG = HEAD + PULL
ACCOUNT = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: default}\n"
POD = pod("m.example/app")
SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: NAME}\ntype: kubernetes.io/dockerconfigjson\n"


def options(*paths: str, **said: Any) -> Namespace:
    """Return options as the command line does."""
    unsaid = {"config": None, "output": None, "secrets": None, "report": None, "quiet": True, "skip_unreadable": False}
    return Namespace(paths=list(paths), **(unsaid | said))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a config and a manifest, and credentials in the environment."""
    lay_out(tmp_path, {"repoint.yaml": CONFIG, "k8s/web.yaml": POD})
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def planned(*paths: str, **said: Any) -> Plan:
    given = options(*paths, **said)
    file, config = config_of(given)
    return plan(read(given, file, config), file, config, quiet=True)


# -- the config -------------------------------------------------------------------------------------------------------


def test_config_of_is_the_one_that_is_named_or_the_next_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_out(folder, {"other.yaml": CONFIG.replace("name: pull", "name: other")})
    monkeypatch.chdir(folder / "k8s")
    file, config = config_of(options())
    assert (file, config.pull_secrets[0].name) == (folder / "repoint.yaml", "pull")
    file, config = config_of(options(config=Path("../other.yaml")))
    assert (file, config.pull_secrets[0].name) == (Path("../other.yaml"), "other")


def test_with_namespace_states_one() -> None:
    config = Config(default_namespace="shop")
    assert with_namespace(config, None) is config
    assert with_namespace(config, "mail").default_namespace == "mail"


@pytest.mark.parametrize("name", ["", "Shop", "a.b", "a_b", "-a", "a-", "a" * 64, "a\n", "*"])
def test_with_namespace_refuses_what_is_none(name: str) -> None:
    with pytest.raises(UsageError, match="no namespace"):
        with_namespace(Config(), name)


# -- what is read -----------------------------------------------------------------------------------------------------


def test_plan_passes_over_the_files_of_the_config_and_those_to_be_written(folder: Path) -> None:
    templated = f"{CONFIG}    emit: template\n    template: k8s/form.yaml\n"
    lay_out(folder, {"repoint.yaml": templated, "k8s/form.yaml": "a: {% raw %}[{% endraw %}\n"})
    lay_out(folder, {"k8s/out/x.yaml": POD, "k8s/s.yaml": SECRET.replace("NAME", "pull"), "k8s/r.json": ""})
    given = {"output": Path("k8s/out"), "secrets": Path("k8s/s.yaml"), "report": Path("k8s/r.json")}
    assert [source.name for source, _ in planned(".", **given).parts] == ["k8s/web.yaml"]


def test_plan_reads_no_credentials_where_nothing_depends_on_them(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HARBOR_PASSWORD")
    assert [str(demand) for demand in planned("k8s").demands] == ["pull"]
    for more in ("    nameSuffixHash: kubectl\n", "    existing: update\n"):
        lay_out(folder, {"repoint.yaml": CONFIG + more, "k8s/s.yaml": SECRET.replace("NAME", "pull")})
        with pytest.raises(CredentialsError, match="HARBOR_PASSWORD"):
            planned("k8s")
        lay_out(folder, {"k8s/web.yaml": pod("x.example/app")})
        assert planned("k8s").demands == []
        lay_out(folder, {"k8s/web.yaml": POD})


# -- what is planned --------------------------------------------------------------------------------------------------


def test_findings_stand_in_the_order_of_their_places(folder: Path) -> None:
    """Those of accounts too, though they come last."""
    lay_out(folder, {"repoint.yaml": f"{CONFIG}    attachTo: serviceAccounts\n", "k8s/a.yaml": f"{ACCOUNT}---\n{POD}"})
    found = planned("k8s").located
    assert [(each.source, each.finding.line) for each in found if each.finding.outcome in ("attached", "present")] == [
        ("k8s/a.yaml", 1),
        ("k8s/a.yaml", 9),
        ("k8s/web.yaml", 5),
    ]
    assert [each.finding.line for each in found] == [1, 9, 10, 10, 5, 6, 6]


def test_plan_leaves_out_what_the_input_has(folder: Path) -> None:
    lay_out(
        folder,
        {"k8s/s.yaml": SECRET.replace("NAME", "pull"), "k8s/shop.yaml": POD.replace("{name", "{namespace: n, name")},
    )
    found = planned("k8s")
    assert [str(demand) for demand in found.demands] == ["n/pull"]
    assert found.remarks == ("in the input already, and not made again: Secret pull",)


def test_two_pull_secrets_of_one_name_are_an_error_of_the_config(folder: Path) -> None:
    second = PULL.replace("name: pull", "name: '{{ \"pull\" }}'")
    lay_out(folder, {"repoint.yaml": CONFIG + second})
    with pytest.raises(ConfigError) as caught:
        planned("k8s")
    assert str(caught.value) == (
        "repoint.yaml: spec.pullSecrets: 'pull' and '{{ \"pull\" }}' are both named pull in one namespace"
    )


# -- files that are there ---------------------------------------------------------------------------------------------

SEALED = "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: pull}\n"
EXTERNAL = "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: pull}\n"
MADE_ACCOUNT = f"{ACCOUNT}imagePullSecrets:\n- name: pull\n"
HASHED = f"{CONFIG}    nameSuffixHash: kubectl\n"
ACCOUNTS = f"{CONFIG}    attachTo: serviceAccounts\n    emitServiceAccounts: true\n"

# A config, and a file that it could have made.
OURS = {
    "nothing": (CONFIG, ""),
    "a comment": (CONFIG, "# nothing\n"),
    "a Secret": (CONFIG, SECRET.replace("NAME", "pull")),
    "a Secret in a namespace": (CONFIG, SECRET.replace("{name: NAME}", "{name: pull, namespace: shop}")),
    "two Secrets": (CONFIG, f"{SECRET}---\n{SECRET}".replace("NAME", "pull")),
    "a Secret of the older type": (CONFIG, SECRET.replace("NAME", "pull").replace("configjson", "cfg")),
    "a Secret with a hash": (HASHED, SECRET.replace("NAME", "pull-2456789bcd")),
    "a Secret from before the hash": (HASHED, SECRET.replace("NAME", "pull")),
    "a Secret by a template": (
        CONFIG.replace("name: pull", 'name: "{{ namespace }}-pull"'),
        SECRET.replace("{name: NAME}", "{name: shop-pull, namespace: shop}"),
    ),
    "a SealedSecret": (CONFIG, SEALED),
    "an ExternalSecret": (CONFIG, EXTERNAL),
    "an account and a Secret": (ACCOUNTS, f"{MADE_ACCOUNT}---\n{SECRET}".replace("NAME", "pull")),
}
# A config, and a file that is somebody else's.
THEIRS = {
    "a manifest": (CONFIG, POD),
    "a Secret of another name": (CONFIG, SECRET.replace("NAME", "other")),
    "a Secret of another type": (
        CONFIG,
        SECRET.replace("NAME", "pull").replace("kubernetes.io/dockerconfigjson", "Opaque"),
    ),
    "a Secret with what is no hash": (HASHED, SECRET.replace("NAME", "pull-secret")),
    "a Secret with a hash, and none is asked for": (CONFIG, SECRET.replace("NAME", "pull-2456789bcd")),
    "a Secret by a template, of another namespace": (
        CONFIG.replace("name: pull", 'name: "{{ namespace }}-pull"'),
        SECRET.replace("{name: NAME}", "{name: shop-pull, namespace: mail}"),
    ),
    "a Secret and a manifest": (CONFIG, f"{SECRET.replace('NAME', 'pull')}---\n{POD}"),
    "an account, and none is made": (CONFIG, MADE_ACCOUNT),
    "text": (CONFIG, "mine\n"),
    "no YAML": (CONFIG, "a: ["),
}


@pytest.mark.parametrize(("config", "text"), OURS.values(), ids=OURS)
def test_what_a_run_has_made_is_made_again(config: str, text: str, folder: Path) -> None:
    lay_out(folder, {"repoint.yaml": config, "s.yaml": text})
    refuse_to_overwrite(options(secrets=Path("s.yaml")), config_of(options())[1])


@pytest.mark.parametrize(("config", "text"), THEIRS.values(), ids=THEIRS)
def test_what_somebody_else_has_made_is_not_overwritten(config: str, text: str, folder: Path) -> None:
    lay_out(folder, {"repoint.yaml": config, "s.yaml": text})
    before = contents(folder)
    done = repoint(folder, "render", "k8s", "-i", "--secrets", "s.yaml")
    assert (done.code, done.out, contents(folder)) == (2, b"", before)
    assert done.err == ("repoint: --secrets s.yaml: this file holds something else; remove it first, or name another\n")


@pytest.mark.parametrize(
    ("config", "text"),
    [
        (ACCOUNTS, ACCOUNT.replace("{name: default}", "{name: default, annotations: {x.example/role: 'arn:x'}}")),
        (f"{CONFIG}    emit: template\n    template: form.j2\n", POD),
    ],
    ids=["an account with more in it", "a manifest, and a template makes Secrets"],
)
def test_what_no_run_can_have_made_is_not_overwritten(config: str, text: str, folder: Path) -> None:
    form = "apiVersion: x/v1\nkind: Vault\nmetadata: {name: {{ name }}}\n"
    lay_out(folder, {"repoint.yaml": config, "form.j2": form, "s.yaml": text})
    done = repoint(folder, "render", "k8s", "-i", "--secrets", "s.yaml")
    assert (done.code, (folder / "s.yaml").read_text()) == (2, text)
