"""What does not go together in a pull secret is refused, with its place; what would be frozen for too long is said."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transformer.config_file import parse_config
from transformer.errors import ConfigError
from transformer.pull_secret_checks import (
    pull_secret_errors,
    wrong_registry,
    wrong_secret_name,
)

HEAD = "apiVersion: repoint.dev/v1alpha1\nkind: MirrorConfig\nspec:\n  pullSecrets:\n"
SOURCES = "env, files, dockerConfig or credentialHelper"
MADE = "emit: Secret or SealedSecret or ExternalSecret or template"
WHY_NO_HASH = ", since a hash of the credentials where others can read it lets them test guesses"
NO_NAME = "is no name for a Secret (lower-case letters, digits, '-' and '.', up to 253)"
PAIR = "expected username and password, or dockerconfigjson alone"

# Pull secrets that are right, one a text.
RIGHT = {
    "by name": "{name: a, registries: [q.io]}",
    "a name of one digit": "{name: '1', registries: [q.io]}",
    "the longest name": f"{{name: {'a' * 253}, registries: [q.io]}}",
    "a name that is a template": "{name: 'Pull-{{ namespace }}-{{ registry }}-{{ config }}', registries: [q.io]}",
    "credentials that nothing is made of": "{name: a, registries: [q.io], emit: none, credentials: {dockerConfig: {}}}",
    "a Secret, all of it": """
        {name: a, registries: [q.io, q.io/team, '*.q.io'], credentials: {env: {username: U, password: P}}, emit: Secret,
         attachTo: serviceAccounts, emitServiceAccounts: true, labels: {a: b}, annotations: {a: b}, immutable: true,
         legacyFormat: true, nameSuffixHash: kubectl, leastPrivilege: false, existing: error}""",
    "a Secret that is updated": """
        {name: a, registries: [q.io], credentials: {credentialHelper: two}, existing: update, immutable: false}""",
    "a SealedSecret, all of it": """
        {name: a, registries: [q.io], credentials: {files: {username: u, password: p}}, emit: SealedSecret,
         sealedSecret: {certificate: c, scope: cluster-wide}, labels: {}, annotations: {}, immutable: true,
         legacyFormat: true, leastPrivilege: true, existing: keep}""",
    "an ExternalSecret of a generator, all of it": """
        {name: a, registries: ['*.q.io'], emit: ExternalSecret, labels: {a: b}, annotations: {a: b}, immutable: false,
         externalSecret: {generator: {kind: ECRAuthorizationToken, name: g, spec: {}}, refreshInterval: 1h},
         leastPrivilege: false, existing: error}""",
    "an ExternalSecret of a pair": """
        {name: a, registries: [q.io], emit: ExternalSecret,
         externalSecret: {store: {name: s}, remote: {username: {key: k}, password: {key: k}}}}""",
    "an ExternalSecret of a whole": """
        {name: a, registries: [q.io], emit: ExternalSecret,
         externalSecret: {store: {name: s}, remote: {dockerconfigjson: {key: k}}}}""",
    "a template, all of it": """
        {name: a, registries: [q.io], emit: template, template: t.j2, credentials: {env: {username: U, password: P}},
         labels: {a: b}, annotations: {a: b}, leastPrivilege: false, existing: error}""",
    "a template without credentials": "{name: a, registries: [q.io], emit: template, template: t.j2}",
    "accounts that are not made": "{name: a, registries: [q.io], emitServiceAccounts: false}",
    "a path in Docker Hub beside the whole": "{name: a, registries: [docker.io, docker.io/team]}",
    "another port": "{name: a, registries: [q.io, 'q.io:443']}",
}


@pytest.mark.parametrize("text", RIGHT.values(), ids=RIGHT)
def test_a_right_pull_secret_is_taken_without_a_word(text: str) -> None:
    config = parse_config(f"{HEAD}  - {text.strip()}\n", file="f")
    assert (len(config.pull_secrets), config.warnings) == (1, ())


# Entries of the list, from line 5, and every line that is said of them.
WRONG = {
    "forms without what they need": (
        """\
  - {name: a, registries: [q.io], emit: Secret}
  - {name: b, registries: [q.io], emit: SealedSecret}
  - {name: c, registries: [q.io], emit: ExternalSecret}
  - {name: d, registries: [q.io], emit: template}
  - {name: e, registries: [q.io], emit: SealedSecret, sealedSecret: {certificate: c}}
  - {name: f, registries: [q.io], emit: SealedSecret, credentials: {dockerConfig: {}}}
""",
        [
            f"f:5:41: spec.pullSecrets[0].emit: emit: Secret needs credentials ({SOURCES})",
            "f:6:41: spec.pullSecrets[1].emit: emit: SealedSecret needs sealedSecret",
            f"f:6:41: spec.pullSecrets[1].emit: emit: SealedSecret needs credentials ({SOURCES})",
            "f:7:41: spec.pullSecrets[2].emit: emit: ExternalSecret needs externalSecret",
            "f:8:41: spec.pullSecrets[3].emit: emit: template needs template",
            f"f:9:41: spec.pullSecrets[4].emit: emit: SealedSecret needs credentials ({SOURCES})",
            "f:10:41: spec.pullSecrets[5].emit: emit: SealedSecret needs sealedSecret",
        ],
    ),
    "what another form needs": (
        """\
  - name: a
    registries: [q.io]
    credentials: {env: {username: U, password: P}}
    sealedSecret: {certificate: c}
    externalSecret: {generator: {kind: GCRAccessToken, name: g}}
    template: t
""",
        [
            "f:8:19: spec.pullSecrets[0].sealedSecret: sealedSecret goes with emit: SealedSecret",
            "f:9:21: spec.pullSecrets[0].externalSecret: externalSecret goes with emit: ExternalSecret",
            "f:10:15: spec.pullSecrets[0].template: template goes with emit: template",
        ],
    ),
    "how it looks, and nothing is made": (
        """\
  - name: a
    registries: [q.io]
    labels: {a: b}
    annotations: {a: b}
    immutable: false
    legacyFormat: false
    nameSuffixHash: kubectl
    leastPrivilege: true
    existing: keep
""",
        [
            f"f:7:13: spec.pullSecrets[0].labels: labels goes with {MADE}",
            f"f:8:18: spec.pullSecrets[0].annotations: annotations goes with {MADE}",
            (
                "f:9:16: spec.pullSecrets[0].immutable: immutable goes with "
                "emit: Secret or SealedSecret or ExternalSecret"
            ),
            "f:10:19: spec.pullSecrets[0].legacyFormat: legacyFormat goes with emit: Secret or SealedSecret",
            f"f:11:21: spec.pullSecrets[0].nameSuffixHash: nameSuffixHash goes with emit: Secret{WHY_NO_HASH}",
            f"f:12:21: spec.pullSecrets[0].leastPrivilege: leastPrivilege goes with {MADE}",
            f"f:13:15: spec.pullSecrets[0].existing: existing goes with {MADE}",
        ],
    ),
    "how it looks, in a form that does not": (
        """\
  - name: a
    registries: [q.io]
    emit: SealedSecret
    credentials: {env: {username: U, password: P}}
    sealedSecret: {certificate: c}
    nameSuffixHash: kustomize
  - name: b
    registries: [q.io]
    emit: ExternalSecret
    externalSecret: {generator: {kind: GCRAccessToken, name: g}}
    legacyFormat: true
    nameSuffixHash: kubectl
  - name: c
    registries: [q.io]
    emit: template
    template: t.j2
    immutable: true
    legacyFormat: true
    nameSuffixHash: kubectl
""",
        [
            f"f:10:21: spec.pullSecrets[0].nameSuffixHash: nameSuffixHash goes with emit: Secret{WHY_NO_HASH}",
            "f:15:19: spec.pullSecrets[1].legacyFormat: legacyFormat goes with emit: Secret or SealedSecret",
            f"f:16:21: spec.pullSecrets[1].nameSuffixHash: nameSuffixHash goes with emit: Secret{WHY_NO_HASH}",
            (
                "f:21:16: spec.pullSecrets[2].immutable: immutable goes with "
                "emit: Secret or SealedSecret or ExternalSecret"
            ),
            "f:22:19: spec.pullSecrets[2].legacyFormat: legacyFormat goes with emit: Secret or SealedSecret",
            f"f:23:21: spec.pullSecrets[2].nameSuffixHash: nameSuffixHash goes with emit: Secret{WHY_NO_HASH}",
        ],
    ),
    "credentials of an ExternalSecret": (
        """\
  - name: a
    registries: [q.io]
    emit: ExternalSecret
    credentials: {env: {username: U, password: P}}
    externalSecret: {generator: {kind: GCRAccessToken, name: g}}
""",
        [
            (
                "f:8:18: spec.pullSecrets[0].credentials: emit: ExternalSecret takes credentials from its store or "
                "generator, and none from here"
            ),
        ],
    ),
    "wildcards where a server is asked for": (
        """\
  - {name: a, registries: [q.io, '*.q.io'], credentials: {dockerConfig: {}}}
  - {name: b, registries: ['q*.io', '*'], credentials: {credentialHelper: two}}
""",
        [
            (
                "f:5:34: spec.pullSecrets[0].registries[1]: "
                "'*.q.io' is no server that credentials could be asked for; name each"
            ),
            (
                "f:6:28: spec.pullSecrets[1].registries[0]: "
                "'q*.io' is no server that credentials could be asked for; name each"
            ),
            (
                "f:6:37: spec.pullSecrets[1].registries[1]: "
                "'*' is no server that credentials could be asked for; name each"
            ),
        ],
    ),
    "accounts to make, and pods get it": (
        """\
  - {name: a, registries: [q.io], emitServiceAccounts: true}
  - {name: b, registries: [q.io], attachTo: pods, emitServiceAccounts: true}
  - {name: c, registries: [q.io], attachTo: none, emitServiceAccounts: true}
""",
        [
            "f:5:56: spec.pullSecrets[0].emitServiceAccounts: emitServiceAccounts goes with attachTo: serviceAccounts",
            "f:6:72: spec.pullSecrets[1].emitServiceAccounts: emitServiceAccounts goes with attachTo: serviceAccounts",
            "f:7:72: spec.pullSecrets[2].emitServiceAccounts: emitServiceAccounts goes with attachTo: serviceAccounts",
        ],
    ),
    "an update of what cannot be updated": (
        """\
  - name: a
    registries: [q.io]
    emit: SealedSecret
    existing: update
    credentials: {dockerConfig: {}}
    sealedSecret: {certificate: c}
  - {name: b, registries: [q.io], existing: update, immutable: true, credentials: {dockerConfig: {}}}
  - {name: c, registries: [q.io], existing: update}
""",
        [
            "f:8:15: spec.pullSecrets[0].existing: existing: update goes with emit: Secret; say keep or error",
            (
                "f:11:45: spec.pullSecrets[1].existing: "
                "existing: update is not for one that is immutable; say keep or error"
            ),
            f"f:12:45: spec.pullSecrets[2].existing: existing goes with {MADE}",
            "f:12:45: spec.pullSecrets[2].existing: existing: update goes with emit: Secret; say keep or error",
        ],
    ),
    "what is renewed, and may not change": (
        """\
  - name: a
    registries: [q.io]
    emit: ExternalSecret
    externalSecret: {generator: {kind: ECRAuthorizationToken, name: ecr}}
    immutable: true
""",
        [
            (
                "f:9:16: spec.pullSecrets[0].immutable: "
                "what a generator makes is good for hours, and an immutable Secret is never renewed"
            ),
        ],
    ),
    "neither store nor generator, or both": (
        """\
  - {name: a, registries: [q.io], emit: ExternalSecret, externalSecret: {}}
  - name: b
    registries: [q.io]
    emit: ExternalSecret
    externalSecret:
      store: {name: s}
      remote: {dockerconfigjson: {key: k}}
      generator: {kind: GCRAccessToken, name: g}
  - {name: c, registries: [q.io], emit: ExternalSecret, externalSecret: {refreshInterval: 1h}}
""",
        [
            "f:5:73: spec.pullSecrets[0].externalSecret: expected either store (with remote) or generator",
            "f:10:7: spec.pullSecrets[1].externalSecret: expected either store (with remote) or generator",
            "f:13:73: spec.pullSecrets[2].externalSecret: expected either store (with remote) or generator",
        ],
    ),
    "a store without remote, and remote without a store": (
        """\
  - {name: a, registries: [q.io], emit: ExternalSecret, externalSecret: {store: {name: s}}}
  - name: b
    registries: [q.io]
    emit: ExternalSecret
    externalSecret: {remote: {dockerconfigjson: {key: k}}}
  - name: c
    registries: [q.io]
    emit: ExternalSecret
    externalSecret: {generator: {kind: GCRAccessToken, name: g}, remote: {dockerconfigjson: {key: k}}}
""",
        [
            "f:5:73: spec.pullSecrets[0].externalSecret: store and remote go together",
            "f:9:21: spec.pullSecrets[1].externalSecret: expected either store (with remote) or generator",
            "f:13:21: spec.pullSecrets[2].externalSecret: store and remote go together",
        ],
    ),
    "half a pair, or more than a pair": (
        """\
  - name: a
    registries: [q.io]
    emit: ExternalSecret
    externalSecret: {store: {name: s}, remote: {username: {key: k}}}
  - name: b
    registries: [q.io]
    emit: ExternalSecret
    externalSecret: {store: {name: s}, remote: {password: {key: k}}}
  - name: c
    registries: [q.io]
    emit: ExternalSecret
    externalSecret: {store: {name: s}, remote: {username: {key: k}, dockerconfigjson: {key: k}}}
  - name: d
    registries: [q.io]
    emit: ExternalSecret
    externalSecret: {store: {name: s}, remote: {username: {key: k}, password: {key: k}, dockerconfigjson: {key: k}}}
""",
        [f"f:{8 + 4 * index}:48: spec.pullSecrets[{index}].externalSecret.remote: {PAIR}" for index in range(4)],
    ),
    "a registry twice": (
        """\
  - name: a
    registries: [docker.io, q.io, index.docker.io, q.io, 'https://index.docker.io/v1/', docker.io/team, q.io]
""",
        [
            "f:6:35: spec.pullSecrets[0].registries[2]: 'index.docker.io' stands at registries[0] already",
            "f:6:52: spec.pullSecrets[0].registries[3]: 'q.io' stands at registries[1] already",
            "f:6:58: spec.pullSecrets[0].registries[4]: 'https://index.docker.io/v1/' stands at registries[0] already",
            "f:6:105: spec.pullSecrets[0].registries[6]: 'q.io' stands at registries[1] already",
        ],
    ),
    "registries": (
        """\
  - name: a
    registries:
    - hub.docker.com
    - https://hub.docker.com/u/team
    - index.docker.io/team
    - https://index.docker.io/v1/team
    - u:hunter2@q.io
    - a b
    - q.io:https
""",
        [
            "f:7:7: spec.pullSecrets[0].registries[0]: 'hub.docker.com' is a website; did you mean 'docker.io'?",
            (
                "f:8:7: spec.pullSecrets[0].registries[1]: 'https://hub.docker.com/u/team' is a website; "
                "did you mean 'docker.io'?"
            ),
            (
                "f:9:7: spec.pullSecrets[0].registries[2]: no image is matched with 'index.docker.io/team'; "
                "did you mean 'docker.io/team'?"
            ),
            (
                "f:10:7: spec.pullSecrets[0].registries[3]: no image is matched with "
                "'https://index.docker.io/v1/team'; did you mean 'docker.io/team'?"
            ),
            "f:11:7: spec.pullSecrets[0].registries[4]: a registry's key has no user name or password in it",
            "f:12:7: spec.pullSecrets[0].registries[5]: 'a b' is no registry that the kubelet would match",
            "f:13:7: spec.pullSecrets[0].registries[6]: 'q.io:https' is no registry that the kubelet would match",
        ],
    ),
    "names": (
        f"""\
  - {{name: 'pull-{{{{ registri }}}}', registries: [q.io]}}
  - {{name: '{{{{ name }}}}-{{{{ domain }}}}', registries: [q.io]}}
  - {{name: 'pull-{{{{ registry ', registries: [q.io]}}
  - {{name: 'pull-{{{{ registry | nope }}}}', registries: [q.io]}}
  - {{name: Pull, registries: [q.io]}}
  - {{name: a..b, registries: [q.io]}}
  - {{name: a-, registries: [q.io]}}
  - {{name: a_b, registries: [q.io]}}
  - {{name: {"a" * 254}, registries: [q.io]}}
""",
        [
            (
                "f:5:12: spec.pullSecrets[0].name: no variable is called 'registri'; "
                "there are namespace, registry, config, application"
            ),
            (
                "f:6:12: spec.pullSecrets[1].name: no variable is called 'domain' or 'name'; "
                "there are namespace, registry, config, application"
            ),
            (
                "f:7:12: spec.pullSecrets[2].name: no Jinja2 template: unexpected end of template, expected "
                "'end of print statement'."
            ),
            "f:8:12: spec.pullSecrets[3].name: no Jinja2 template: No filter named 'nope'.",
            f"f:9:12: spec.pullSecrets[4].name: 'Pull' {NO_NAME}",
            f"f:10:12: spec.pullSecrets[5].name: 'a..b' {NO_NAME}",
            f"f:11:12: spec.pullSecrets[6].name: 'a-' {NO_NAME}",
            f"f:12:12: spec.pullSecrets[7].name: 'a_b' {NO_NAME}",
            f"f:13:12: spec.pullSecrets[8].name: '{'a' * 254}' {NO_NAME}",
        ],
    ),
    "a name twice, as a text": (
        "  - {name: '{{ config }}', registries: [q.io]}\n  - {name: '{{ config }}', registries: [r.io]}\n",
        ["f:6:12: spec.pullSecrets[1].name: '{{ config }}' stands at spec.pullSecrets[0].name already"],
    ),
}


@pytest.mark.parametrize(("text", "expected"), WRONG.values(), ids=WRONG)
def test_every_error_of_a_pull_secret_has_its_place(text: str, expected: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config(HEAD + text, file="f")
    assert list(caught.value.errors) == expected
    assert "hunter2" not in str(caught.value)


def test_a_registry_twice_behind_one_that_is_no_text_has_its_place() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config(f"{HEAD}  - name: a\n    registries: [5, q.io, q.io]\n", file="f")
    assert list(caught.value.errors) == [
        "f:6:18: spec.pullSecrets[0].registries[0]: expected a text, found a number; put it in quotes",
        "f:6:27: spec.pullSecrets[0].registries[2]: 'q.io' stands at registries[1] already",
    ]


BETTER = "; with emit: ExternalSecret and a generator the cluster renews it"
FROZEN = f"is good for hours, and is frozen into a Secret{BETTER}"
ECR = f"a password for ECR is good for 12 hours, and is frozen into a Secret{BETTER}"
ENV = "credentials: {env: {username: U, password: P}}"
DOMAIN = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"

# Entries of the list, from line 5, and every warning about them.
WARNINGS = {
    "helpers of clouds": (
        "".join(
            f"  - {{name: a{index}, registries: [q.io], credentials: {{credentialHelper: {helper}}}}}\n"
            for index, helper in enumerate(("ecr-login", "gcr", "gcloud", "acr", "acr-env", "acr-linux"))
        ),
        [
            f"f:{5 + index}:49: warning: spec.pullSecrets[{index}].credentials: what {helper} gives {FROZEN}"
            for index, helper in enumerate(("ecr-login", "gcr", "gcloud", "acr", "acr-env", "acr-linux"))
        ],
    ),
    "other helpers": ("  - {name: a, registries: [q.io], credentials: {credentialHelper: desktop}}\n", []),
    "a helper of a cloud for its registry, once": (
        f"  - {{name: a, registries: [{DOMAIN}], credentials: {{credentialHelper: ecr-login}}}}\n",
        [
            f"f:5:{len(DOMAIN) + 44}: warning: spec.pullSecrets[0].credentials: what ecr-login gives {FROZEN}",
        ],
    ),
    "registries of ECR": (
        f"""\
  - name: a
    registries:
    - q.io
    - {DOMAIN}
    - https://{DOMAIN}/team
    - '*.dkr.ecr.eu-west-1.amazonaws.com'
    - '*.dkr.ecr.*.amazonaws.com'
    - 123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com
    - 123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn
    - 123456789012.dkr-ecr.us-east-1.on.aws
    {ENV}
""",
        [f"f:{8 + index}:7: warning: spec.pullSecrets[0].registries[{index + 1}]: {ECR}" for index in range(7)],
    ),
    "registries that are not ECR's private ones": (
        f"""\
  - name: a
    registries: [public.ecr.aws, 12345.dkr.ecr.eu-west-1.amazonaws.com, {DOMAIN}.example.com, x-{DOMAIN}]
    {ENV}
""",
        [],
    ),
    "sealed, or in a template": (
        f"""\
  - {{name: a, registries: [{DOMAIN}], {ENV}, emit: SealedSecret, sealedSecret: {{certificate: c}}}}
  - {{name: b, registries: [{DOMAIN}], {ENV}, emit: template, template: t.j2}}
""",
        [f"f:{5 + index}:28: warning: spec.pullSecrets[{index}].registries[0]: {ECR}" for index in range(2)],
    ),
    "where nothing is frozen": (
        f"""\
  - {{name: a, registries: [{DOMAIN}]}}
  - {{name: b, registries: [{DOMAIN}], emit: none, credentials: {{credentialHelper: ecr-login}}}}
  - {{name: c, registries: [{DOMAIN}], emit: template, template: t.j2}}
  - name: d
    registries: [{DOMAIN}]
    emit: ExternalSecret
    externalSecret: {{generator: {{kind: ECRAuthorizationToken, name: ecr}}}}
""",
        [],
    ),
}


@pytest.mark.parametrize(("text", "expected"), WARNINGS.values(), ids=WARNINGS)
def test_a_password_that_would_be_frozen_is_a_warning_at_its_place(text: str, expected: list[str]) -> None:
    assert list(parse_config(HEAD + text, file="f").warnings) == expected


def test_warnings_count_lines_from_the_top_of_the_file() -> None:
    text = f"# a comment\n---\n{HEAD}  - name: a\n    registries: [{DOMAIN}]\n    {ENV}\n"
    assert parse_config(text, file="deploy/repoint.yaml").warnings == (
        f"deploy/repoint.yaml:8:18: warning: spec.pullSecrets[0].registries[0]: {ECR}",
    )


def test_an_error_comes_without_the_warnings() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config(f"{HEAD}  - {{name: A, registries: [{DOMAIN}], {ENV}}}\n", file="f")
    assert caught.value.errors == (f"f:5:12: spec.pullSecrets[0].name: 'A' {NO_NAME}",)


# Keys, and what is said of each.
KEYS = {
    "docker.io": "",
    "docker.io/team": "",
    "index.docker.io": "",
    "index.docker.io/": "",
    "https://index.docker.io/v1/": "",
    "https://index.docker.io/v2/": "",
    "*": "",
    "*.q.io:5000/team": "",
    "localhost": "",
    "[::1]:5000": "",
    "hub.docker.com": "'hub.docker.com' is a website; did you mean 'docker.io'?",
    "hub.docker.community": "",
    "index.docker.io/team": "no image is matched with 'index.docker.io/team'; did you mean 'docker.io/team'?",
    "u@q.io": "a registry's key has no user name or password in it",
    "q.io/a@sha256": "a registry's key has no user name or password in it",
    "q.io:https": "'q.io:https' is no registry that the kubelet would match",
    "https://": "'https://' is no registry that the kubelet would match",
}


@pytest.mark.parametrize(("key", "message"), KEYS.items(), ids=KEYS)
def test_wrong_registry_says_what_is_wrong_with_a_key(key: str, message: str) -> None:
    assert wrong_registry(key) == message


# Names, and whether the API server takes them.
NAMES = {
    "a": True,
    "a.b": True,
    "a-b.1": True,
    "1": True,
    "": False,
    "-a": False,
    "a.": False,
    ".a": False,
    "a/b": False,
}


@pytest.mark.parametrize(("name", "is_right"), NAMES.items(), ids=repr)
def test_wrong_secret_name_takes_what_the_api_server_takes(name: str, is_right: bool) -> None:
    assert wrong_secret_name(name) == ("" if is_right else f"{name!r} {NO_NAME}")


JUNK = st.sampled_from(
    [None, True, 0, "", "x", "Secret", "SealedSecret", "template", "none", "update", [], ["*"], [5, "q.io"], {}]
).map(copy.deepcopy)
INNER = st.sampled_from(["store", "remote", "generator", "username", "password", "dockerconfigjson", "env", "x"])
VALUES = st.recursive(JUNK, lambda inner: st.dictionaries(INNER, inner, max_size=3) | st.lists(inner, max_size=3))
PULL_SECRETS = st.dictionaries(
    st.sampled_from(
        [
            *("name", "registries", "emit", "credentials", "attachTo", "emitServiceAccounts", "existing", "immutable"),
            *("externalSecret", "sealedSecret", "template", "labels", "nameSuffixHash"),
        ]
    ),
    VALUES,
)


@given(PULL_SECRETS)
def test_pull_secret_errors_takes_what_the_schema_refuses(secret: dict[str, Any]) -> None:
    before = copy.deepcopy(secret)
    found = list(pull_secret_errors(secret))
    assert secret == before
    assert all(message and path[0] in {*secret, "emit"} for path, message in found)
