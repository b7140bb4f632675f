"""Names of Secrets that the API server takes, and hashes against tables measured on kubectl and against it itself."""

from __future__ import annotations

import json
import os
import re
import subprocess
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from programs import needs
from ruamel.yaml import YAML
from test_dockerconfig import arguments, auths

from transformer.config import Config, PullSecret
from transformer.dockerconfig import dockercfg, dockerconfigjson
from transformer.errors import ConfigError
from transformer.secret_names import hash_suffix, is_hashed, is_subdomain, secret_name, templated_name

Row = dict[str, Any]

FACTS = Path(__file__).parent / "facts"
SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
JSON, LEGACY = "kubernetes.io/dockerconfigjson", "kubernetes.io/dockercfg"
KUBECTL = PullSecret("foo", ("h.example",), hashed="kubectl")
KUSTOMIZE = PullSecret("foo", ("h.example",), hashed="kustomize")

# -- names ------------------------------------------------------------------------------------------------------------


def name_of(
    name: str,
    *,
    namespace: str = "shop",
    registry: str = "h.example",
    config: str = "mirror",
    application: str = "",
    default: str = "",
    hashed: Any = "",
) -> str:
    secret = PullSecret(name, (registry, "other.example"), hashed=hashed)
    return secret_name(secret, namespace, Config(name=config, application=application, default_namespace=default))


VALID = ["a", "0", "harbor-pull", "a.b", "a.b-c.d", "1e3", "0.0", "a--b", "a" * 253, f"{'a' * 126}.{'b' * 126}"]
INVALID = [
    *("", "-", ".", "A", "a_b", "a-", "-a", ".a", "a.", "a..b", "a.-b", "a-.b", "a b", "a\n", "\na", "é", "a/b", "a:1"),
    *("a" * 254, f"{'a' * 127}.{'b' * 126}", "{{ a }}", "\u0663", "\uff41"),
]


@pytest.mark.parametrize("name", VALID, ids=lambda name: name[:20])
def test_is_subdomain_takes_a_subdomain(name: str) -> None:
    assert is_subdomain(name)
    assert name_of(name) == name


@pytest.mark.parametrize("name", INVALID, ids=lambda name: repr(name[:20]))
def test_is_subdomain_takes_nothing_else(name: str) -> None:
    assert not is_subdomain(name)


TEMPLATED = {
    "nothing in it": ({"name": "harbor-pull"}, "harbor-pull"),
    "the namespace": ({"name": "{{ namespace }}-pull"}, "shop-pull"),
    "the namespace where objects end": (
        {"name": "{{ namespace }}-pull", "namespace": "", "default": "mail"},
        "mail-pull",
    ),
    "a namespace that is said": ({"name": "{{ namespace }}-pull", "default": "mail"}, "shop-pull"),
    "no namespace": ({"name": "{{ namespace }}-pull", "namespace": ""}, "pull"),
    "the config": ({"name": "{{ config }}-pull"}, "mirror-pull"),
    "a config without a name": ({"name": "{{ config }}-pull", "config": ""}, "pull"),
    "the application": ({"name": "{{ application }}-pull", "application": "team_web"}, "team-web-pull"),
    "no application": ({"name": "pull-{{ application }}"}, "pull"),
    "the first registry": ({"name": "{{ registry }}"}, "h.example"),
    "a registry with a path": ({"name": "{{ registry }}", "registry": "h.example/team"}, "h.example"),
    "Docker Hub": ({"name": "{{ registry }}", "registry": "https://index.docker.io/v1/"}, "index.docker.io"),
    "a port": ({"name": "pull-{{ registry }}", "registry": "h.example:5000"}, "pull-h.example-5000"),
    "subdomains": ({"name": "{{ registry }}-pull", "registry": "*.gcr.io"}, "gcr.io-pull"),
    "some subdomains": ({"name": "{{ registry }}", "registry": "eu-*.pkg.dev"}, "eu.pkg.dev"),
    "an address": ({"name": "{{ registry }}", "registry": "http://[fd00::1]:5000"}, "fd00-1-5000"),
    "upper case": ({"name": "Harbor-{{ namespace }}", "namespace": "SHOP"}, "harbor-shop"),
    "an underscore": ({"name": "{{ config }}", "config": "my_mirror"}, "my-mirror"),
    "one hyphen for many characters": ({"name": "{{ config }}", "config": "a _/:é b"}, "a-b"),
    "hyphens that are said": ({"name": "{{ config }}", "config": "a--b"}, "a--b"),
    "dots that touch": ({"name": "{{ config }}", "config": "a..b"}, "a.b"),
    "hyphens at dots": ({"name": "{{ config }}", "config": "a-.-b_._c"}, "a.b.c"),
    "hyphens and dots at the ends": ({"name": "{{ config }}", "config": ".-_a_-."}, "a"),
    "lines": ({"name": "{% if namespace %}\n{{ namespace }}\n{% endif %}\n"}, "shop"),
    "a line end inside": ({"name": "{{ namespace }}\n{{ config }}"}, "shop-mirror"),
    "filters": (
        {"name": "{{ registry | replace('.', '-') }}-{{ namespace[:3] }}"},
        "h-example-sho",
    ),
    "other lower case": ({"name": "{{ config }}", "config": "K\u0130\u212a"}, "ki-k"),
    "253 characters": ({"name": "{{ config }}", "config": "a" * 253}, "a" * 253),
    "more": ({"name": "{{ config }}", "config": "a" * 300}, "a" * 253),
    "more, cut behind a hyphen": ({"name": "{{ config }}", "config": "a" * 252 + "-bcd"}, "a" * 252),
    "more, cut behind a dot": ({"name": "{{ config }}", "config": "a" * 252 + ".bcd"}, "a" * 252),
    "253 characters behind hyphens": ({"name": "{{ config }}", "config": "--" + "a" * 253}, "a" * 253),
    "more before it was made one": ({"name": "{{ config }}", "config": "é" * 300 + "a" * 9}, "a" * 9),
    "room for a hash": ({"name": "{{ config }}", "config": "a" * 300, "hashed": "kubectl"}, "a" * 242),
    "room for the other hash": ({"name": "{{ config }}", "config": "a" * 300, "hashed": "kustomize"}, "a" * 242),
    "room for a hash, cut behind a hyphen": (
        {"name": "{{ config }}", "config": "a" * 241 + "-b", "hashed": "kubectl"},
        "a" * 241,
    ),
    "room behind a name that is said": ({"name": "a" * 253, "hashed": "kubectl"}, "a" * 242),
}


@pytest.mark.parametrize(("said", "expected"), TEMPLATED.values(), ids=TEMPLATED)
def test_secret_name_is_one_that_the_api_server_takes(said: dict[str, str], expected: str) -> None:
    assert name_of(**said) == expected


def test_templated_name_is_what_the_template_gives() -> None:
    secret = PullSecret("{{ config }}_{{ namespace }}", ("h.example",))
    assert templated_name(secret, "", Config(name="My Mirror", default_namespace="shop")) == "My Mirror_shop"
    assert templated_name(secret._replace(name="harbor"), "shop", Config()) == "harbor"


@pytest.mark.parametrize(
    ("name", "message"),
    {
        "{{ name }}": "no variable is called 'name'; there are namespace, registry, config, application",
        "{{ namespace": "no Jinja2 template: unexpected end of template, expected 'end of print statement'.",
        "{{ namespace.labels.team }}": "the template fails: 'str object' has no attribute 'labels'",
        "{{ config.__class__ }}": "the template fails: access to attribute '__class__' of 'str' object is unsafe.",
    }.items(),
)
def test_secret_name_says_what_is_wrong_with_a_template(name: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        name_of(name)
    assert caught.value.errors == (f"spec.pullSecrets: the name {name!r}: {message}",)


ANY = st.text() | st.text("aB0-._: é\n/", max_size=40) | st.text("a-.", min_size=230, max_size=270)


@given(ANY, st.sampled_from(["", "kubectl", "kustomize"]))
@example("a" * 242 + "-", "kubectl")
@example("-" * 300, "")
def test_secret_name_is_a_subdomain_or_an_error(text: str, hashed: str) -> None:
    try:
        name = name_of("{{ config }}", config=text, hashed=hashed)
    except ConfigError:
        assert not re.search("[A-Za-z0-9]", text)
    else:
        assert SUBDOMAIN.fullmatch(name)
        assert is_subdomain(f"{name}-2456789bcd" if hashed else name)
        assert len(name) <= (242 if hashed else 253)


@given(st.from_regex(SUBDOMAIN, fullmatch=True).filter(lambda name: len(name) <= 242 and name.isascii()))
def test_secret_name_leaves_a_right_name_as_it_is(name: str) -> None:
    assert is_subdomain(name)
    assert name_of("{{ config }}", config=name, hashed="kubectl") == name
    assert name_of(name) == name


@given(st.text(max_size=300))
def test_is_subdomain_goes_by_the_rule(name: str) -> None:
    assert is_subdomain(name) == (bool(SUBDOMAIN.fullmatch(name)) and len(name) <= 253)


# -- hashes -----------------------------------------------------------------------------------------------------------

GENERATED: list[Row] = json.loads((FACTS / "secretgenerator.json").read_text())
CREATED: list[Row] = [row for row in json.loads((FACTS / "dockersecret.json").read_text()) if "hash_suffix" in row]


def test_the_tables_have_these_rows() -> None:
    # All rows of the one apply: keys and types of other Secrets are hashed too.
    assert [row["id"] for row in GENERATED] == [
        "file-long",
        "file-other-name",
        "file-basename",
        "file-wrong-key",
        "literal-quoted",
        "namespace-in-generator",
        "labels-annotations",
        "reference-rewritten",
    ]
    # The others of this one were made without --append-hash.
    assert [row["id"] for row in CREATED] == [
        "upstream-example-hash",
        "upstream-noemail-hash",
        "hash",
        "hash-html",
        "hash-unicode",
    ]


@pytest.mark.parametrize("row", GENERATED, ids=lambda row: row["id"])
def test_hash_suffix_is_that_of_kustomize(row: Row) -> None:
    data = {key: text.encode() for key, text in row["data_decoded"].items()}
    assert hash_suffix(KUSTOMIZE, row["generator"]["name"], row["type"], data) == f"-{row['hash_suffix']}"
    assert row["metadata"]["name"] == f"{row['generator']['name']}-{row['hash_suffix']}"


@pytest.mark.parametrize("row", GENERATED, ids=lambda row: row["id"])
def test_hash_suffix_is_that_of_kubectl_for_the_same(row: Row) -> None:
    data = {key: text.encode() for key, text in row["data_decoded"].items()}
    suffix = hash_suffix(KUBECTL, row["generator"]["name"], row["type"], data)
    assert suffix == f"-{row['kubectl_append_hash_suffix']}"


@pytest.mark.parametrize("row", CREATED, ids=lambda row: row["id"])
def test_hash_suffix_is_that_of_kubectl(row: Row) -> None:
    data = {".dockerconfigjson": dockerconfigjson(auths(row))}
    assert hash_suffix(KUBECTL, "foo", row["type"], data) == f"-{row['hash_suffix']}"
    assert row["metadata"]["name"] == f"foo-{row['hash_suffix']}"


def test_hash_suffix_is_empty_where_none_is_wanted() -> None:
    assert hash_suffix(PullSecret("foo", ("h.example",)), "foo", JSON, {".dockerconfigjson": b"{}"}) == ""


def spelled(text: str) -> str:
    """The hash of a text in the characters of names."""
    return "-" + "".join(
        {"0": "g", "1": "h", "3": "k", "a": "m", "e": "t"}.get(c, c) for c in sha256(text.encode()).hexdigest()[:10]
    )


# What is hashed (kubectl, pkg/util/hash; kustomize, api/hasher): that it is immutable counts for kubectl alone.
HASHED = {
    "kubectl": (KUBECTL, '{"data":{".dockerconfigjson":"e30="},"kind":"Secret","name":"foo","type":"t"}'),
    "kubectl, immutable": (
        KUBECTL._replace(immutable=True),
        '{"data":{".dockerconfigjson":"e30="},"immutable":true,"kind":"Secret","name":"foo","type":"t"}',
    ),
    "kustomize": (KUSTOMIZE, '{"data":{".dockerconfigjson":"e30="},"kind":"Secret","name":"","type":"t"}'),
    "kustomize, immutable": (
        KUSTOMIZE._replace(immutable=True),
        '{"data":{".dockerconfigjson":"e30="},"kind":"Secret","name":"","type":"t"}',
    ),
}


@pytest.mark.parametrize(("secret", "text"), HASHED.values(), ids=HASHED)
def test_hash_suffix_is_that_of_the_json(secret: PullSecret, text: str) -> None:
    assert hash_suffix(secret, "foo", "t", {".dockerconfigjson": b"{}"}) == spelled(text)


@given(st.sampled_from([KUBECTL, KUSTOMIZE]), st.binary(max_size=200))
def test_hash_suffix_is_one_that_is_known_again(secret: PullSecret, content: bytes) -> None:
    suffix = hash_suffix(secret, "foo", JSON, {".dockerconfigjson": content})
    assert is_hashed(f"foo{suffix}", "foo")
    assert is_subdomain(f"{'a' * 242}{suffix}")
    assert hash_suffix(secret, "foo", JSON, {".dockerconfigjson": content + b"1"}) != suffix


IS_HASHED = {
    ("foo-h5889d7482", "foo"): True,
    ("foo-bar-h5889d7482", "foo-bar"): True,
    ("foo-2456789bcd", "foo"): True,
    ("foo-fghkmt2222", "foo"): True,
    ("foo", "foo"): False,
    ("foo-", "foo"): False,
    ("foo-h5889d748", "foo"): False,
    ("foo-h5889d74822", "foo"): False,
    ("foo-h5889d748a", "foo"): False,
    ("foo-h5889d7480", "foo"): False,
    ("foo-H5889D7482", "foo"): False,
    ("foo-h5889d7482\n", "foo"): False,
    ("foo-bar-h5889d7482", "foo"): False,
    ("bar-h5889d7482", "foo"): False,
    ("fooh5889d7482", "foo"): False,
    ("foo-h5889d7482", "foo-h5889d7482"): False,
    ("foo.h5889d7482", "foo"): False,
}


@pytest.mark.parametrize(("names", "expected"), IS_HASHED.items(), ids=repr)
def test_is_hashed_knows_a_hash_behind_a_name(names: tuple[str, str], expected: bool) -> None:
    assert is_hashed(*names) == expected


# -- the kubectl here -------------------------------------------------------------------------------------------------


def kubectl(home: Path, *command: str | bytes) -> bytes:
    """What the kubectl here prints, without a cluster or anyone's configuration."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "KUBECONFIG": os.devnull}
    words = [each.encode() if isinstance(each, str) else each for each in command]
    return subprocess.run([b"kubectl", *words], env=environment, capture_output=True, check=True).stdout


# Contents around the ends of lines of base64: 70 characters, of which 4 stand for 3 bytes.
LENGTHS = [0, 1, 51, 52, 53, 54, 104, 105, 106, 157, 158, 159, 5000]


@needs("kubectl")
@pytest.mark.parametrize("is_immutable", [False, True], ids=["mutable", "immutable"])
def test_hash_suffix_is_that_of_the_kustomize_here(is_immutable: bool, tmp_path: Path) -> None:
    contents = {f"n{length}": bytes(number % 256 for number in range(length)) for length in LENGTHS}
    generators = []
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
        for kind, key in {JSON: ".dockerconfigjson", LEGACY: ".dockercfg"}.items():
            options = {"immutable": is_immutable, "labels": {"a": "b"}}
            entry = {"name": f"{name}{key}", "type": kind, "files": [f"{key}={name}"], "options": options}
            generators.append(entry)
    (tmp_path / "kustomization.yaml").write_text(json.dumps({"secretGenerator": generators}))
    built = list(YAML(typ="safe", pure=True).load_all(kubectl(tmp_path, "kustomize", tmp_path.as_posix())))
    assert len(built) == 2 * len(LENGTHS)
    secret = KUSTOMIZE._replace(immutable=is_immutable)
    for each in built:
        [key] = each["data"]
        base, _, _ = each["metadata"]["name"].partition("-")
        data = {key: b64decode(each["data"][key])}
        assert data == {key: contents[base.removesuffix(key)]}
        assert each.get("immutable", False) == is_immutable
        assert f"{base}{hash_suffix(secret, base, each['type'], data)}" == each["metadata"]["name"]


@needs("kubectl")
def test_hash_suffix_is_that_of_the_kubectl_here(tmp_path: Path) -> None:
    def run(row: Row) -> str:
        command = ("create", "secret", "docker-registry", *arguments(row), "--dry-run=client", "-o=name")
        return kubectl(tmp_path, *command).decode()

    with ThreadPoolExecutor() as pool:
        made = dict(zip((row["id"] for row in CREATED), pool.map(run, CREATED), strict=True))
    assert made == {
        row[
            "id"
        ]: f"secret/foo{hash_suffix(KUBECTL, 'foo', JSON, {'.dockerconfigjson': dockerconfigjson(auths(row))})}\n"
        for row in CREATED
    }


@needs("kubectl")
@pytest.mark.parametrize("name", ["foo", "a.b-c", "1e3"])
def test_hash_suffix_of_the_older_type_is_that_of_the_kubectl_here(name: str, tmp_path: Path) -> None:
    content = dockercfg(auths(CREATED[0]))
    (tmp_path / "config").write_bytes(content)
    options = (f"--type={LEGACY}", f"--from-file=.dockercfg={tmp_path / 'config'}", "--append-hash")
    made = kubectl(tmp_path, "create", "secret", "generic", name, *options, "--dry-run=client", "-o=name").decode()
    assert made == f"secret/{name}{hash_suffix(KUBECTL, name, LEGACY, {'.dockercfg': content})}\n"
