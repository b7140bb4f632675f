"""Configs in, values or error lines out: the lines are pinned as the person reads them who has to mend the file."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from transformer.config import (
    Config,
    CredentialSource,
    External,
    FieldSpec,
    Holds,
    ImageOverride,
    Likely,
    Mirror,
    PullSecret,
    RemoteKey,
    Sealing,
)
from transformer.config_file import parse_config
from transformer.errors import ConfigError

HEAD = "apiVersion: repoint.dev/v1alpha1\nkind: MirrorConfig\nspec:\n"
A = "sha256:" + "a" * 64


def spec(text: str) -> str:
    """A config with this spec, which begins on line 4."""
    return HEAD + text


def errors(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse_config(text, file="f")
    assert str(caught.value) == "\n".join(caught.value.errors)
    return list(caught.value.errors)


HOST = "a host with a dot or a port, or localhost"
STARS = "'*' stands alone, or as '*.' before a domain, and a source covers all that lies below it"
PATH = "is no repository path (lower case, without tag and digest)"
USER = "has no user name, no password and no digest, hence no '@' before its first '/'"
GROUP = "is no API group (lower-case letters, digits, '-' and '.', up to 253)"
VERSION = "is no API version (such as v1beta1)"
HELD = "'image' or 'prefix' or 'url' or 'pullSecrets' or 'pullSecretNames' or 'pullSecretName' or 'pullSecretRef'"
CLASSES = "'args' or 'env' or 'annotations' or 'data' or 'values' or 'fields'"
SOURCES = "env, files, dockerConfig or credentialHelper"
EITHER_SOURCE = "'env' or 'files' or 'dockerConfig' or 'credentialHelper'"
EMITTED = "'Secret' or 'SealedSecret' or 'ExternalSecret' or 'template' or 'none'"
GENERATORS = "'ECRAuthorizationToken' or 'GCRAccessToken' or 'ACRAccessToken' or 'ClusterGenerator'"
NAMESPACE = "is no namespace (lower-case letters, digits and '-', up to 63)"

NOT_A_CONFIG = {
    "empty": ("", ["f:1:1: the file is empty; expected a MirrorConfig"]),
    "a comment": ("# later\n", ["f:1:1: the file is empty; expected a MirrorConfig"]),
    "a marker": ("---\n", ["f:1:1: the file is empty; expected a MirrorConfig"]),
    "null": ("null\n", ["f:1:1: the file is empty; expected a MirrorConfig"]),
    "text": ("hello\n", ["f:1:1: expected a mapping, found a text"]),
    "a list": ("# a list\n- 1\n", ["f:2:1: expected a mapping, found a list"]),
    "not YAML": (
        "kind: [\n",
        ["f:2:1: not YAML: did not find expected node content (while parsing a flow node)"],
    ),
    "a tab": (
        "\tkind: x\n",
        ["f:1:1: not YAML: found character that cannot start any token (while scanning for the next token)"],
    ),
    "not YAML in the second document": (
        "---\na: 1\n---\nb: *x\n",
        ["f:4:4: not YAML: found undefined alias"],
    ),
    "an unquoted source": (
        spec("  mirrors:\n  - source: *.gcr.io\n    mirror: x.example\n"),
        [
            (
                "f:5:14: not YAML: did not find expected alphabetic or numeric character (while scanning an alias); "
                "a source with * goes in quotes"
            ),
        ],
    ),
    "an unquoted template": (
        spec("  mirrors:\n  - source: quay.io\n    mirror: {{ domain }}/x\n"),
        [
            "f:6:25: not YAML: did not find expected key (while parsing a block mapping); a template goes in quotes",
        ],
    ),
    "two documents": (
        spec("  keep: [quay.io]\n---\n") + spec("  keep: [quay.io]\n"),
        ["f:5:1: a second document; expected one MirrorConfig in the file"],
    ),
    "an alias bomb": (
        (
            "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
            "b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\n"
            "c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\n"
            "d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]\n"
            "e: [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]\n"
        ),
        ["f:1:35: aliases make this too large"],
    ),
    "another kind": (
        "apiVersion: v1\nkind: ConfigMap\ndata: {}\n",
        [
            "f:1:1: the key 'spec' is missing",
            "f:1:13: apiVersion: expected 'repoint.dev/v1alpha1', found 'v1'",
            "f:2:7: kind: expected 'MirrorConfig', found 'ConfigMap'",
            "f:3:1: data: unknown key 'data'; did you mean 'metadata'?",
        ],
    ),
    "nearly": (
        "apiVersion: repoint.dev/v1\nkind: mirrorconfig\nSpec: {keep: []}\n",
        [
            "f:1:1: the key 'spec' is missing",
            (
                "f:1:13: apiVersion: expected 'repoint.dev/v1alpha1', found 'repoint.dev/v1'; "
                "did you mean 'repoint.dev/v1alpha1'?"
            ),
            "f:2:7: kind: expected 'MirrorConfig', found 'mirrorconfig'; did you mean 'MirrorConfig'?",
            "f:3:1: Spec: unknown key 'Spec'; did you mean 'spec'?",
        ],
    ),
    "numbers": (
        "apiVersion: 1\nkind: true\nmetadata: {name: 5, labels: {any: 1}}\nspec: {keep: []}\n",
        [
            "f:1:13: apiVersion: expected 'repoint.dev/v1alpha1', found a number",
            "f:2:7: kind: expected 'MirrorConfig', found a boolean",
            "f:3:18: metadata.name: expected a text, found a number; put it in quotes",
        ],
    ),
}

SHAPES = {
    "nothing": ("", ["f:3:6: spec: expected a mapping, found nothing"]),
    "an empty mapping": (
        "  {}\n",
        [
            (
                "f:4:3: spec: expected at least one of mirrors, keep, images, unmapped, pullSecrets, "
                "fieldSpecs, likely, defaultNamespace, helmValues, marker"
            )
        ],
    ),
    "unknown keys": (
        "  mirors: []\n  keeps: []\n  pullsecrets: []\n  zzz: 1\n",
        [
            "f:4:3: spec.mirors: unknown key 'mirors'; did you mean 'mirrors'?",
            "f:5:3: spec.keeps: unknown key 'keeps'; did you mean 'keep'?",
            "f:6:3: spec.pullsecrets: unknown key 'pullsecrets'; did you mean 'pullSecrets'?",
            "f:7:3: spec.zzz: unknown key 'zzz'",
        ],
    ),
    "wrong types": (
        "  mirrors: {}\n  keep: quay.io\n  images:\n  unmapped: Warn\n  pullSecrets: 1\n",
        [
            "f:4:12: spec.mirrors: expected a list, found a mapping",
            "f:5:9: spec.keep: expected a list, found a text",
            "f:6:10: spec.images: expected a list, found nothing",
            "f:7:13: spec.unmapped: expected 'warn' or 'error' or 'allow', found 'Warn'; did you mean 'warn'?",
            "f:8:16: spec.pullSecrets: expected a list, found a number",
        ],
    ),
    "entries": (
        "  mirrors:\n  - sourc: a.b\n    mirror: 5\n  -\n  - docker.io\n  - source: a.b\n    mirror: [a.b]\n",
        [
            "f:5:5: spec.mirrors[0]: the key 'source' is missing",
            "f:5:5: spec.mirrors[0].sourc: unknown key 'sourc'; did you mean 'source'?",
            "f:6:13: spec.mirrors[0].mirror: expected a text, found a number; put it in quotes",
            "f:7:4: spec.mirrors[1]: expected a mapping, found nothing",
            "f:8:5: spec.mirrors[2]: expected a mapping, found a text",
            "f:10:13: spec.mirrors[3].mirror: expected a text, found a list",
        ],
    ),
    "an unquoted template that is YAML": (
        "  mirrors:\n  - source: quay.io\n    mirror: {{ name }}\n",
        ["f:6:13: spec.mirrors[0].mirror: expected a text, found a mapping; a template goes in quotes"],
    ),
    "field specs": (
        """\
  fieldSpecs:
  - path: image
  - {kind: App}
  - {kind: 5, path: [spec, image], group: null, version: 1, holds: images, optional: yes}
  - {kind: '', path: '', version: '', registry: '', tag: 1, holds: [url]}
  - {kind: App, path: image, fieldPath: image, apiVersion: v1, create: true}
  - spec/image
  - {kind: App, path: 'images[]', holds: [url]}
""",
        [
            "f:5:5: spec.fieldSpecs[0]: the key 'kind' is missing",
            "f:6:5: spec.fieldSpecs[1]: the key 'path' is missing",
            "f:7:12: spec.fieldSpecs[2].kind: expected a text, found a number; put it in quotes",
            "f:7:21: spec.fieldSpecs[2].path: expected a text, found a list",
            "f:7:43: spec.fieldSpecs[2].group: expected a text, found nothing",
            "f:7:58: spec.fieldSpecs[2].version: expected a text, found a number; put it in quotes",
            f"f:7:68: spec.fieldSpecs[2].holds: expected {HELD}, found 'images'; did you mean 'image'?",
            "f:7:86: spec.fieldSpecs[2].optional: expected true or false, found a text",
            "f:8:12: spec.fieldSpecs[3].kind: it is empty",
            "f:8:22: spec.fieldSpecs[3].path: it is empty",
            "f:8:35: spec.fieldSpecs[3].version: it is empty",
            "f:8:49: spec.fieldSpecs[3].registry: it is empty",
            "f:8:58: spec.fieldSpecs[3].tag: expected a text, found a number; put it in quotes",
            f"f:8:68: spec.fieldSpecs[3].holds: expected {HELD}, found a list",
            "f:9:30: spec.fieldSpecs[4].fieldPath: unknown key 'fieldPath'; did you mean 'path'?",
            "f:9:48: spec.fieldSpecs[4].apiVersion: unknown key 'apiVersion'; did you mean 'version'?",
            "f:9:64: spec.fieldSpecs[4].create: unknown key 'create'",
            "f:10:5: spec.fieldSpecs[5]: expected a mapping, found a text",
            f"f:11:42: spec.fieldSpecs[6].holds: expected {HELD}, found a list",
        ],
    ),
    "likely and Helm values": (
        "  likely: [arg, args, env, args, all, all, 1]\n  helmValues: 'true'\n",
        [
            f"f:4:12: spec.likely[0]: expected {CLASSES}, found 'arg'; did you mean 'args'?",
            "f:4:28: spec.likely[3]: it stands at spec.likely[1] already",
            f"f:4:34: spec.likely[4]: expected {CLASSES}, found 'all'",
            f"f:4:39: spec.likely[5]: expected {CLASSES}, found 'all'",
            "f:4:39: spec.likely[5]: it stands at spec.likely[4] already",
            f"f:4:44: spec.likely[6]: expected {CLASSES}, found a number",
            "f:5:15: spec.helmValues: expected true or false, found a text",
        ],
    ),
    "a marker": ("  marker: corp\n", ["f:4:11: spec.marker: expected true or false, found a text"]),
    "one class of likely texts, no list": (
        "  likely: env\n  helmValues:\n",
        [
            "f:4:11: spec.likely: expected a list, found a text",
            "f:5:14: spec.helmValues: expected true or false, found nothing",
        ],
    ),
    "pull secrets": (
        """\
  defaultNamespace: 5
  pullSecrets:
  - name: a
    registries: [q.io]
    attachTo: [pods]
    emitServiceAccounts: 'true'
    credentials: {dockerConfig: ~/.docker/config.json}
    labels: {tier: 1, on: true, ok: b, none: }
    annotations: [a]
    immutable: 1
    legacyFormat: ''
    nameSuffixHash: Kubectl
    leastPrivilege: no
    existing: replace
  - {name: b, registries: [q.io], emit: sealedsecret}
  - {name: c, registries: [q.io], emit: [Secret]}
""",
        [
            "f:4:21: spec.defaultNamespace: expected a text, found a number; put it in quotes",
            "f:8:15: spec.pullSecrets[0].attachTo: expected 'pods' or 'serviceAccounts' or 'none', found a list",
            "f:9:26: spec.pullSecrets[0].emitServiceAccounts: expected true or false, found a text",
            "f:10:33: spec.pullSecrets[0].credentials.dockerConfig: expected a mapping, found a text",
            "f:11:20: spec.pullSecrets[0].labels.tier: expected a text, found a number; put it in quotes",
            "f:11:27: spec.pullSecrets[0].labels.on: expected a text, found a boolean; put it in quotes",
            "f:11:46: spec.pullSecrets[0].labels.none: expected a text, found nothing",
            "f:12:18: spec.pullSecrets[0].annotations: expected a mapping, found a list",
            "f:13:16: spec.pullSecrets[0].immutable: expected true or false, found a number",
            "f:14:19: spec.pullSecrets[0].legacyFormat: expected true or false, found a text",
            (
                "f:15:21: spec.pullSecrets[0].nameSuffixHash: expected 'kubectl' or 'kustomize', found 'Kubectl'; "
                "did you mean 'kubectl'?"
            ),
            "f:16:21: spec.pullSecrets[0].leastPrivilege: expected true or false, found a text",
            "f:17:15: spec.pullSecrets[0].existing: expected 'keep' or 'update' or 'error', found 'replace'",
            (
                f"f:18:41: spec.pullSecrets[1].emit: expected {EMITTED}, found 'sealedsecret'; "
                "did you mean 'SealedSecret'?"
            ),
            f"f:19:41: spec.pullSecrets[2].emit: expected {EMITTED}, found a list",
        ],
    ),
    "sources of credentials": (
        """\
  pullSecrets:
  - {name: a, registries: [q.io], credentials: {dockerConfig: {path: '', file: x}}}
  - {name: b, registries: [q.io], credentials: {credentialHelper: ''}}
  - {name: c, registries: [q.io], credentials: {credentialHelper: [ecr-login]}}
  - {name: d, registries: [q.io], credentials: {dockerConfig: }}
  - {name: e, registries: [q.io], credentials: {dockerConfig: {}, credentialHelper: hunter2}}
  - {name: f, registries: [q.io], credentials: {dockerconfig: {}}}
  - {name: g, registries: [q.io], credentials: {files: {username: '', password: 1, mail: m}}}
""",
        [
            "f:5:70: spec.pullSecrets[0].credentials.dockerConfig.path: it is empty",
            "f:5:74: spec.pullSecrets[0].credentials.dockerConfig.file: unknown key 'file'",
            "f:6:67: spec.pullSecrets[1].credentials.credentialHelper: it is empty",
            "f:7:67: spec.pullSecrets[2].credentials.credentialHelper: expected a text, found a list",
            "f:8:63: spec.pullSecrets[3].credentials.dockerConfig: expected a mapping, found nothing",
            f"f:9:48: spec.pullSecrets[4].credentials: expected only one of {EITHER_SOURCE}",
            (
                "f:10:49: spec.pullSecrets[5].credentials.dockerconfig: unknown key 'dockerconfig'; "
                "did you mean 'dockerConfig'?"
            ),
            "f:11:67: spec.pullSecrets[6].credentials.files.username: it is empty",
            (
                "f:11:81: spec.pullSecrets[6].credentials.files.password: "
                "expected a text, found a number; put it in quotes"
            ),
            "f:11:84: spec.pullSecrets[6].credentials.files.mail: unknown key 'mail'; did you mean 'email'?",
        ],
    ),
    "a seal and a template": (
        """\
  pullSecrets:
  - name: a
    registries: [q.io]
    emit: SealedSecret
    credentials: {dockerConfig: {}}
    sealedSecret: {scope: wide}
  - name: b
    registries: [q.io]
    emit: SealedSecret
    credentials: {dockerConfig: {}}
    sealedSecret: {certificate: '', cert: c}
  - {name: c, registries: [q.io], emit: SealedSecret, credentials: {dockerConfig: {}}, sealedSecret: c.pem}
  - {name: d, registries: [q.io], emit: template, template: ''}
  - {name: e, registries: [q.io], emit: template, template: {{ file }}}
""",
        [
            "f:9:19: spec.pullSecrets[0].sealedSecret: the key 'certificate' is missing",
            (
                "f:9:27: spec.pullSecrets[0].sealedSecret.scope: "
                "expected 'strict' or 'namespace-wide' or 'cluster-wide', found 'wide'"
            ),
            "f:14:33: spec.pullSecrets[1].sealedSecret.certificate: it is empty",
            "f:14:37: spec.pullSecrets[1].sealedSecret.cert: unknown key 'cert'",
            "f:15:102: spec.pullSecrets[2].sealedSecret: expected a mapping, found a text",
            "f:16:61: spec.pullSecrets[3].template: it is empty",
            ("f:17:61: spec.pullSecrets[4].template: expected a text, found a mapping; a template goes in quotes"),
        ],
    ),
    "external secrets": (
        """\
  pullSecrets:
  - name: a
    registries: [q.io]
    emit: ExternalSecret
    externalSecret:
      store: {kind: secretStore}
      remote: {user: {key: k}, password: p, username: {property: 5}, dockerconfigjson: {key: '', version: 1, name: x}}
      refreshInterval: 60
  - name: b
    registries: [q.io]
    emit: ExternalSecret
    externalSecret:
      generator: {kind: ECR, spec: region}
  - name: c
    registries: [q.io]
    emit: ExternalSecret
    externalSecret: {store: {name: ''}, remote: {username: {key: k}, password: {key: k}}, generators: []}
  - {name: d, registries: [q.io], emit: ExternalSecret, externalSecret: vault}
""",
        [
            "f:9:14: spec.pullSecrets[0].externalSecret.store: the key 'name' is missing",
            (
                "f:9:21: spec.pullSecrets[0].externalSecret.store.kind: "
                "expected 'SecretStore' or 'ClusterSecretStore', found 'secretStore'; did you mean 'SecretStore'?"
            ),
            "f:10:16: spec.pullSecrets[0].externalSecret.remote.user: unknown key 'user'; did you mean 'username'?",
            "f:10:42: spec.pullSecrets[0].externalSecret.remote.password: expected a mapping, found a text",
            "f:10:55: spec.pullSecrets[0].externalSecret.remote.username: the key 'key' is missing",
            (
                "f:10:66: spec.pullSecrets[0].externalSecret.remote.username.property: "
                "expected a text, found a number; put it in quotes"
            ),
            "f:10:94: spec.pullSecrets[0].externalSecret.remote.dockerconfigjson.key: it is empty",
            (
                "f:10:107: spec.pullSecrets[0].externalSecret.remote.dockerconfigjson.version: "
                "expected a text, found a number; put it in quotes"
            ),
            "f:10:110: spec.pullSecrets[0].externalSecret.remote.dockerconfigjson.name: unknown key 'name'",
            (
                "f:11:24: spec.pullSecrets[0].externalSecret.refreshInterval: "
                "expected a text, found a number; put it in quotes"
            ),
            "f:16:18: spec.pullSecrets[1].externalSecret.generator: the key 'name' is missing",
            f"f:16:25: spec.pullSecrets[1].externalSecret.generator.kind: expected {GENERATORS}, found 'ECR'",
            "f:16:36: spec.pullSecrets[1].externalSecret.generator.spec: expected a mapping, found a text",
            "f:20:36: spec.pullSecrets[2].externalSecret.store.name: it is empty",
            (
                "f:20:91: spec.pullSecrets[2].externalSecret.generators: unknown key 'generators'; "
                "did you mean 'generator'?"
            ),
            "f:21:73: spec.pullSecrets[3].externalSecret: expected a mapping, found a text",
        ],
    ),
    "empty texts": (
        "  keep: ['']\n  mirrors: [{source: '', mirror: ''}]\n",
        [
            "f:4:10: spec.keep[0]: it is empty",
            "f:5:22: spec.mirrors[0].source: it is empty",
            "f:5:34: spec.mirrors[0].mirror: it is empty",
        ],
    ),
    "a key twice": (
        "  keep: []\n  mirrors: []\n  keep: [quay.io]\n",
        ["f:6:3: spec.keep: the key 'keep' stands here twice"],
    ),
    "a key twice, in what stands there twice": (
        "  keep: {a: 1, a: 2}\n  keep: []\n",
        [
            "f:5:3: spec.keep: the key 'keep' stands here twice",
            "f:5:9: spec.keep.a: the key 'a' stands here twice",
        ],
    ),
    "a key three times, deeper": (
        "  mirrors:\n  - source: a.b\n    mirror: c.d\n    source: e.f\n    source: g.h\n",
        ["f:8:5: spec.mirrors[0].source: the key 'source' stands here 3 times"],
    ),
    "a key that is no text": ("  keep: []\n  ? [a]\n  : 1\n", ["f:5:5: spec.: unknown key ''"]),
}

MEANINGS = {
    "sources": (
        """\
  keep:
  - nginx
  - https://quay.io/team
  - docker.io/app:1
  - docker.io/App
  - docker.io/*
  - '*gcr.io'
  - gcr.*
  - '*.'
  - user:hunter2@quay.io
  - https://user:hunter2@quay.io/x
  - docker.io@sha256:1
  - quay.io//x
  - quay.io:https
  - a b
""",
        [
            (
                f"f:5:5: spec.keep[0]: 'nginx' begins with no registry ({HOST}); "
                "Kubernetes would read it as 'docker.io/library/nginx'"
            ),
            "f:6:5: spec.keep[1]: a source has no https://; did you mean 'quay.io/team'?",
            f"f:7:5: spec.keep[2]: 'app:1' {PATH}",
            f"f:8:5: spec.keep[3]: 'App' {PATH}",
            f"f:9:5: spec.keep[4]: {STARS}; did you mean 'docker.io'?",
            f"f:10:5: spec.keep[5]: {STARS}",
            f"f:11:5: spec.keep[6]: {STARS}",
            f"f:12:5: spec.keep[7]: '*.' begins with no registry ({HOST})",
            f"f:13:5: spec.keep[8]: a source {USER}",
            f"f:14:5: spec.keep[9]: a source {USER}",
            f"f:15:5: spec.keep[10]: a source {USER}",
            f"f:16:5: spec.keep[11]: '/x' {PATH}",
            (
                f"f:17:5: spec.keep[12]: 'quay.io:https' begins with no registry ({HOST}); "
                "Kubernetes would read it as 'docker.io/library/quay.io:https'"
            ),
            f"f:18:5: spec.keep[13]: 'a b' begins with no registry ({HOST})",
        ],
    ),
    "mirrors": (
        """\
  mirrors:
  - {source: a.b/1, mirror: harbor/x}
  - {source: a.b/2, mirror: "https://h.example/x"}
  - {source: a.b/3, mirror: "https://h.example/{{ path }}"}
  - {source: a.b/4, mirror: "user:hunter2@h.example/{{ path }}"}
  - {source: a.b/5, mirror: h.example/X}
  - {source: a.b/6, mirror: "h.example/x:1"}
  - {source: a.b/7, mirror: "h.example/{path}"}
  - {source: a.b/8, mirror: "harbor/{{ path }}"}
  - {source: a.b/9, mirror: "h.example/{{ paht }}"}
  - {source: a.b/a, mirror: "h.example/{{ path "}
  - {source: a.b/b, mirror: "h.example/{{ path | basename }}"}
  - {source: a.b/c, mirror: "h.example/*"}
""",
        [
            (
                f"f:5:29: spec.mirrors[0].mirror: 'harbor/x' begins with no registry ({HOST}); "
                "Kubernetes would read it as 'docker.io/harbor/x'"
            ),
            "f:6:29: spec.mirrors[1].mirror: a mirror has no https://; did you mean 'h.example/x'?",
            "f:7:29: spec.mirrors[2].mirror: a mirror has no https://; did you mean 'h.example/{{ path }}'?",
            f"f:8:29: spec.mirrors[3].mirror: a mirror {USER}",
            f"f:9:29: spec.mirrors[4].mirror: 'X' {PATH}",
            f"f:10:29: spec.mirrors[5].mirror: 'x:1' {PATH}",
            f"f:11:29: spec.mirrors[6].mirror: '{{path}}' {PATH}; a variable is written {{{{ path }}}}",
            f"f:12:29: spec.mirrors[7].mirror: 'harbor/{{{{ path }}}}' begins with no registry ({HOST})",
            "f:13:29: spec.mirrors[8].mirror: no variable is called 'paht'; there are domain, path, name, tag, digest",
            (
                "f:14:29: spec.mirrors[9].mirror: no Jinja2 template: "
                "unexpected end of template, expected 'end of print statement'."
            ),
            "f:15:29: spec.mirrors[10].mirror: no Jinja2 template: No filter named 'basename'.",
            f"f:16:29: spec.mirrors[11].mirror: '*' {PATH}",
        ],
    ),
    "sources twice": (
        "  mirrors: [{source: docker.io/a, mirror: h.io}]\n  keep: [index.docker.io/a/, '*', DOCKER.io/a, '*']\n",
        [
            "f:5:10: spec.keep[0]: 'index.docker.io/a/' stands at spec.mirrors[0].source already",
            "f:5:35: spec.keep[2]: 'DOCKER.io/a' stands at spec.mirrors[0].source already",
            "f:5:48: spec.keep[3]: '*' stands at spec.keep[1] already",
        ],
    ),
    "images": (
        """\
  images:
  - name: redis
  - {name: 'redis:1', newTag: 'a b'}
  - {name: docker.io/library/nginx, newName: Nginx, newTag: 7.10, digest: 'sha256:1'}
  - {name: nginx, newName: 'nginx@1', tag: '1'}
  - {newTag: '1'}
""",
        [
            "f:5:5: spec.images[0]: expected at least one of newName, newTag, digest",
            "f:6:12: spec.images[1].name: 'redis:1' has a tag or a digest; those are said with newTag and digest",
            "f:6:12: spec.images[1].name: 'redis:1' stands at spec.images[0].name already",
            "f:6:31: spec.images[1].newTag: 'a b' is no tag (up to 128 letters, digits, '_', '.' and '-')",
            "f:7:46: spec.images[2].newName: 'Nginx' is no image reference: the path has to be lower case",
            "f:7:61: spec.images[2].newTag: expected a text, found a number; put it in quotes",
            "f:7:75: spec.images[2].digest: 'sha256:1' is no digest (sha256: and 64 hexadecimal digits)",
            "f:8:12: spec.images[3].name: 'nginx' stands at spec.images[2].name already",
            (
                "f:8:28: spec.images[3].newName: 'nginx@1' is no image reference: "
                "what follows '@' is no digest (algorithm:hex)"
            ),
            "f:8:39: spec.images[3].tag: unknown key 'tag'; did you mean 'newTag'?",
            "f:9:5: spec.images[4]: the key 'name' is missing",
            "f:9:5: spec.images[4]: expected at least one of newName, newTag, digest",
        ],
    ),
    "pull secrets": (
        """\
  pullSecrets:
  - {name: Harbor, registries: [], emit: Secret}
  - {name: a, registries: ['u:hunter2@q', a b, ''], attachTo: serviceAccount, emit: secret}
  - {name: a, registries: [q.io], credentials: {}}
  - {name: b, registries: [q.io], credentials: {env: {username: U}, files: hunter2}}
  - {name: c, registries: [q.io], credentials: {password: hunter2, env: {username: U, password: 12345}}}
  - {name: d, registries: q.io, credentials: hunter2}
  - {name: -}
  - {name: e, registries: [q.io], credentials: {env: {username: U_1, password: hunter2!}}}
""",
        [
            (
                "f:5:12: spec.pullSecrets[0].name: 'Harbor' is no name for a Secret "
                "(lower-case letters, digits, '-' and '.', up to 253)"
            ),
            "f:5:32: spec.pullSecrets[0].registries: expected at least one entry, found none",
            f"f:5:42: spec.pullSecrets[0].emit: emit: Secret needs credentials ({SOURCES})",
            "f:6:28: spec.pullSecrets[1].registries[0]: a registry's key has no user name or password in it",
            "f:6:43: spec.pullSecrets[1].registries[1]: 'a b' is no registry that the kubelet would match",
            "f:6:48: spec.pullSecrets[1].registries[2]: it is empty",
            (
                "f:6:63: spec.pullSecrets[1].attachTo: expected 'pods' or 'serviceAccounts' or 'none', "
                "found 'serviceAccount'; did you mean 'serviceAccounts'?"
            ),
            f"f:6:85: spec.pullSecrets[1].emit: expected {EMITTED}, found 'secret'; did you mean 'Secret'?",
            "f:7:12: spec.pullSecrets[2].name: 'a' stands at spec.pullSecrets[1].name already",
            (
                "f:7:48: spec.pullSecrets[2].credentials: "
                "expected at least one of env, files, dockerConfig, credentialHelper"
            ),
            f"f:8:48: spec.pullSecrets[3].credentials: expected only one of {EITHER_SOURCE}",
            "f:8:54: spec.pullSecrets[3].credentials.env: the key 'password' is missing",
            "f:8:76: spec.pullSecrets[3].credentials.files: expected a mapping, found a text",
            f"f:9:48: spec.pullSecrets[4].credentials: expected only one of {EITHER_SOURCE}",
            "f:9:49: spec.pullSecrets[4].credentials.password: unknown key 'password'",
            "f:9:97: spec.pullSecrets[4].credentials.env.password: expected a text, found a number; put it in quotes",
            "f:10:27: spec.pullSecrets[5].registries: expected a list, found a text",
            "f:10:46: spec.pullSecrets[5].credentials: expected a mapping, found a text",
            "f:11:5: spec.pullSecrets[6]: the key 'registries' is missing",
            (
                "f:11:12: spec.pullSecrets[6].name: '-' is no name for a Secret "
                "(lower-case letters, digits, '-' and '.', up to 253)"
            ),
            (
                "f:12:80: spec.pullSecrets[7].credentials.env.password: expected the name of an environment variable "
                "(letters, digits and '_'), never a value"
            ),
        ],
    ),
    "a default namespace": (
        "  defaultNamespace: Shop\n",
        [f"f:4:21: spec.defaultNamespace: 'Shop' {NAMESPACE}"],
    ),
    "a default namespace that is a path": (
        "  defaultNamespace: shop/mail\n",
        [f"f:4:21: spec.defaultNamespace: 'shop/mail' {NAMESPACE}"],
    ),
    "a default namespace that is too long": (
        f"  defaultNamespace: {'a' * 64}\n",
        [f"f:4:21: spec.defaultNamespace: '{'a' * 64}' {NAMESPACE}"],
    ),
    "paths of field specs": (
        """\
  fieldSpecs:
  - {kind: App, path: a//b}
  - {kind: App, path: /}
  - {kind: App, path: '[]'}
  - {kind: App, path: spec.sidecar.image}
  - {kind: App, path: containers/0/image, holds: url, tag: tag}
""",
        [
            "f:5:23: spec.fieldSpecs[0].path: 'a//b' has an empty step",
            "f:6:23: spec.fieldSpecs[1].path: a path has at least one key",
            "f:7:23: spec.fieldSpecs[2].path: '[]' names no key",
            (
                "f:8:23: spec.fieldSpecs[3].path: 'spec.sidecar.image' is one key with dots in it; "
                "steps are joined by '/': did you mean 'spec/sidecar/image'?"
            ),
            ("f:9:23: spec.fieldSpecs[4].path: 'containers/0/image' names one item of a list; write [] for every item"),
            "f:9:60: spec.fieldSpecs[4].tag: only an image has a tag beside it, and this holds: url",
        ],
    ),
    "kinds of field specs": (
        """\
  fieldSpecs:
  - {kind: '*', path: a, group: apps/v1, version: apps/v1}
  - {kind: apps.App, path: a, group: Apps, version: '1'}
  - {kind: App, path: a, group: /v1, version: apps/}
""",
        [
            "f:5:12: spec.fieldSpecs[0].kind: '*' is no kind (up to 63 letters, digits and '-')",
            f"f:5:33: spec.fieldSpecs[0].group: 'apps/v1' {GROUP}; did you mean 'apps', with version: v1?",
            f"f:5:51: spec.fieldSpecs[0].version: 'apps/v1' {VERSION}; did you mean 'v1', with group: apps?",
            "f:6:12: spec.fieldSpecs[1].kind: 'apps.App' is no kind (up to 63 letters, digits and '-')",
            f"f:6:38: spec.fieldSpecs[1].group: 'Apps' {GROUP}",
            f"f:6:53: spec.fieldSpecs[1].version: '1' {VERSION}",
            f"f:7:33: spec.fieldSpecs[2].group: '/v1' {GROUP}",
            f"f:7:47: spec.fieldSpecs[2].version: 'apps/' {VERSION}",
        ],
    ),
    "what field specs hold": (
        """\
  fieldSpecs:
  - {kind: App, path: a/*, holds: pullSecrets, registry: r, tag: t, digest: d}
  - {kind: App, path: 'b[]', holds: pullSecrets}
  - {kind: App, path: 'c/[*]', holds: pullSecretNames}
  - {kind: App, path: 'd[*]', holds: pullSecretName}
  - {kind: App, path: 'e[]', holds: pullSecretRef}
  - {kind: App, path: 'f[]', tag: t, digest: d}
  - {kind: App, path: g/*, registry: r}
  - {kind: App, path: h/name, registry: name, tag: t, digest: t}
""",
        [
            "f:5:23: spec.fieldSpecs[0].path: a path to pullSecrets ends in a key",
            "f:5:58: spec.fieldSpecs[0].registry: only an image has a registry beside it, and this holds: pullSecrets",
            "f:5:66: spec.fieldSpecs[0].tag: only an image has a tag beside it, and this holds: pullSecrets",
            "f:5:77: spec.fieldSpecs[0].digest: only an image has a digest beside it, and this holds: pullSecrets",
            "f:6:23: spec.fieldSpecs[1].path: a path to pullSecrets ends in a key; did you mean 'b'?",
            "f:7:23: spec.fieldSpecs[2].path: a path to pullSecretNames ends in a key; did you mean 'c'?",
            (
                "f:8:23: spec.fieldSpecs[3].path: a path to pullSecretName ends in a key; "
                "did you mean 'd' with holds: pullSecretNames?"
            ),
            (
                "f:9:23: spec.fieldSpecs[4].path: a path to pullSecretRef ends in a key; "
                "did you mean 'e' with holds: pullSecrets?"
            ),
            "f:10:23: spec.fieldSpecs[5].path: tag and digest can stand beside a key only, and this path ends in none",
            "f:11:23: spec.fieldSpecs[6].path: registry can stand beside a key only, and this path ends in none",
            "f:12:41: spec.fieldSpecs[7].registry: 'name' is what the path itself ends in",
            "f:12:63: spec.fieldSpecs[7].digest: 't' stands at spec.fieldSpecs[7].tag already",
        ],
    ),
    "field specs twice": (
        """\
  fieldSpecs:
  - {kind: App, path: 'a[]/b'}
  - {kind: App, path: 'a[]/b', group: core}
  - {kind: App, path: 'a[]/b', version: v1}
  - {kind: App, path: '/a/[*]/b', holds: url}
  - {kind: App, path: 'a[]/b', group: ''}
  - {kind: App, path: 'a[]/b', group: apps}
  - {kind: Apple, path: 'a[]/b'}
""",
        [
            "f:8:23: spec.fieldSpecs[3].path: '/a/[*]/b' of this kind stands at spec.fieldSpecs[0].path already",
            "f:9:23: spec.fieldSpecs[4].path: 'a[]/b' of this kind stands at spec.fieldSpecs[1].path already",
        ],
    ),
    "images that have no name, and two spellings of one": (
        (
            "  images:\n  - {name: $(IMAGE), newTag: '1'}\n"
            "  - {name: Quay.io/a, newTag: '1'}\n  - {name: quay.io/a, newTag: '1'}\n"
        ),
        [
            ("f:5:12: spec.images[0].name: '$(IMAGE)' is no image reference: it looks like a placeholder"),
            "f:7:12: spec.images[2].name: 'quay.io/a' stands at spec.images[1].name already",
        ],
    ),
    "a loop": (
        "  mirrors:\n  - {source: docker.io, mirror: quay.io/hub}\n  - source: quay.io\n    mirror: h.example/q\n",
        [
            (
                "f:5:5: spec.mirrors[0]: spec.mirrors[0] (docker.io) sends docker.io/library/some-app to "
                "quay.io/hub/library/some-app, and in a second run spec.mirrors[1] (quay.io) would send that on to "
                "h.example/q/hub/library/some-app"
            ),
        ],
    ),
    "an image in a loop": (
        "  images: [{name: a, newName: b}, {name: b, newTag: '1'}]\n",
        [
            (
                "f:4:12: spec.images[0]: spec.images[0] (a) sends docker.io/library/a to docker.io/library/b, "
                "and in a second run spec.images[1] (b) would send that on to docker.io/library/b:1"
            ),
        ],
    ),
    "every floor at once": (
        "  keep: [nginx]\n  keep: [nginx]\n  unmapped: never\n",
        [
            "f:5:3: spec.keep: the key 'keep' stands here twice",
            (
                f"f:5:10: spec.keep[0]: 'nginx' begins with no registry ({HOST}); "
                "Kubernetes would read it as 'docker.io/library/nginx'"
            ),
            "f:6:13: spec.unmapped: expected 'warn' or 'error' or 'allow', found 'never'",
        ],
    ),
}


@pytest.mark.parametrize(("text", "expected"), NOT_A_CONFIG.values(), ids=NOT_A_CONFIG)
def test_parse_config_refuses_what_is_no_config(text: str, expected: list[str]) -> None:
    assert errors(text) == expected


@pytest.mark.parametrize(("text", "expected"), {**SHAPES, **MEANINGS}.values(), ids={**SHAPES, **MEANINGS})
def test_parse_config_lists_every_error_of_a_spec(text: str, expected: list[str]) -> None:
    found = errors(spec(text))
    assert found == expected
    assert "hunter2" not in "".join(found)


WRONG = "a: 1\nkind: MirrorConfig\nspec:\n  # mirrors\n  keep:\n  - nope  # wrong\n"
PLACES = {
    "as it is": (WRONG, "f:6:5"),
    "CRLF": (WRONG.replace("\n", "\r\n"), "f:6:5"),
    "CR": (WRONG.replace("\n", "\r"), "f:6:5"),
    "a byte order mark": ("\ufeff" + WRONG, "f:6:5"),
    "comments and a marker before it": ("# one\n\n# two\n---\n" + WRONG, "f:10:5"),
    "an empty document before it": ("---\n# nothing\n---\n" + WRONG, "f:9:5"),
    "flow style": ("spec: {unmapped: warn,\n       keep: [ nope]}", "f:2:16"),
    "JSON": ('{"spec": {"keep": ["nope"]}}', "f:1:20"),
    "an anchor": ("spec:\n  keep:\n  - &x nope\n", "f:3:5"),
    "an alias": ("a: &x nope\nspec:\n  keep:\n  - *x\n", "f:4:5"),
    "an alias of a list": ("a: &x\n- nope\nspec:\n  keep: *x\n", "f:2:3"),
    "a merge key": ("a: &x\n  keep: [nope]\nspec:\n  <<: *x\n", "f:4:3"),
    "a block scalar": ("spec:\n  keep:\n  - >-\n    nope\n", "f:3:5"),
    "characters beyond ASCII": ("spec: {unmapped: 'é😀', keep: [nope]}", "f:1:31"),
}


@pytest.mark.parametrize(("text", "place"), PLACES.values(), ids=PLACES)
def test_parse_config_points_at_the_value(text: str, place: str) -> None:
    [line] = [line for line in errors(text) if "'nope' begins with no registry" in line]
    assert line.startswith(f"{place}: spec.keep[0]: ")


def test_parse_config_calls_the_file_by_its_name() -> None:
    with pytest.raises(ConfigError, match=r"^deploy/repoint\.yaml:1:1: the file is empty"):
        parse_config("", file="deploy/repoint.yaml")


HARBOR = PullSecret("harbor-pull", ("h.example",))
ENV = CredentialSource("env", "USER", "PASSWORD")

VALID = {
    "keep": (
        "  keep: [quay.io/, index.docker.io/corp]\n",
        Config(keep=("quay.io", "docker.io/corp"), unmapped="allow"),
    ),
    "mirrors": (
        "  mirrors:\n  - {source: index.docker.io, mirror: h.io/hub/}\n  - {source: '*', mirror: 'h.io/{{ name }}'}\n",
        Config(mirrors=(Mirror("docker.io", "h.io/hub"), Mirror("*", "h.io/{{ name }}"))),
    ),
    "wildcards, ports, IPv6": (
        "  keep: ['*.gcr.io', '*.corp:5000/team', localhost, 'localhost:5000', '[::1]:5000']\n",
        Config(keep=("*.gcr.io", "*.corp:5000/team", "localhost", "localhost:5000", "[::1]:5000"), unmapped="allow"),
    ),
    "a template for the registry": (
        "  mirrors: [{source: '*.gcr.io', mirror: '{{ domain }}.h.example/{{ path }}'}]\n",
        Config(mirrors=(Mirror("*.gcr.io", "{{ domain }}.h.example/{{ path }}"),)),
    ),
    "images": (
        f"  images:\n  - {{name: redis, newName: b.example/r, newTag: '7.4'}}\n  - {{name: nginx, digest: '{A}'}}\n",
        Config(images=(ImageOverride("redis", "b.example/r", "7.4"), ImageOverride("nginx", digest=A))),
    ),
    "unmapped": ("  unmapped: error\n", Config(unmapped="error")),
    "unmapped, with mirrors": ("  mirrors: []\n  unmapped: allow\n", Config(unmapped="allow")),
    "unmapped, by default a warning": ("  mirrors: []\n", Config(unmapped="warn")),
    "unmapped, by default fine where nothing is mirrored": (
        "  pullSecrets:\n  - name: harbor-pull\n    registries: [h.example]\n",
        Config(unmapped="allow", pull_secrets=(HARBOR,)),
    ),
    "a pull secret by name": (
        "  pullSecrets: [{name: harbor-pull, registries: [h.example]}]\n",
        Config(unmapped="allow", pull_secrets=(HARBOR._replace(attach_to="pods", credentials=None, emit="none"),)),
    ),
    "a pull secret for elsewhere": (
        "  pullSecrets: [{name: harbor-pull, registries: [h.example], attachTo: none}]\n",
        Config(unmapped="allow", pull_secrets=(HARBOR._replace(attach_to="none"),)),
    ),
    "a pull secret from the environment": (
        (
            "  pullSecrets:\n  - name: harbor-pull\n    registries: [h.example]\n"
            "    credentials: {env: {username: USER, password: PASSWORD}}\n"
        ),
        Config(unmapped="allow", pull_secrets=(HARBOR._replace(credentials=ENV, emit="Secret"),)),
    ),
    "a pull secret from files, not emitted": (
        (
            "  pullSecrets:\n  - name: harbor-pull\n    registries: [https://index.docker.io/v1/, '*.h.example:8443']\n"
            "    attachTo: pods\n    emit: none\n    credentials: {files: {username: u, password: p, email: e}}\n"
        ),
        Config(
            unmapped="allow",
            pull_secrets=(
                PullSecret(
                    "harbor-pull",
                    ("https://index.docker.io/v1/", "*.h.example:8443"),
                    credentials=CredentialSource("files", "u", "p", "e"),
                ),
            ),
        ),
    ),
    "a pull secret from the docker config": (
        "  pullSecrets: [{name: harbor-pull, registries: [h.example], credentials: {dockerConfig: {}}}]\n",
        Config(
            unmapped="allow",
            pull_secrets=(HARBOR._replace(credentials=CredentialSource("dockerConfig"), emit="Secret"),),
        ),
    ),
    "a pull secret from a docker config": (
        (
            "  pullSecrets:\n  - name: harbor-pull\n    registries: [h.example]\n"
            "    credentials: {dockerConfig: {path: ~/.docker/config.json}}\n"
        ),
        Config(
            unmapped="allow",
            pull_secrets=(
                HARBOR._replace(
                    credentials=CredentialSource("dockerConfig", path="~/.docker/config.json"), emit="Secret"
                ),
            ),
        ),
    ),
    "a pull secret from a helper": (
        "  pullSecrets: [{name: harbor-pull, registries: [h.example], credentials: {credentialHelper: pass}}]\n",
        Config(
            unmapped="allow",
            pull_secrets=(
                HARBOR._replace(credentials=CredentialSource("credentialHelper", helper="pass"), emit="Secret"),
            ),
        ),
    ),
    "a pull secret, all of it": (
        """\
  pullSecrets:
  - name: 'pull-{{ namespace }}'
    registries: [h.example]
    attachTo: serviceAccounts
    emitServiceAccounts: true
    credentials: {env: {username: USER, password: PASSWORD}}
    emit: Secret
    labels: {b: '1', a: 'true'}
    annotations: {helm.sh/hook-weight: '-5'}
    immutable: true
    legacyFormat: true
    nameSuffixHash: kustomize
    leastPrivilege: false
    existing: error
""",
        Config(
            unmapped="allow",
            pull_secrets=(
                PullSecret(
                    "pull-{{ namespace }}",
                    ("h.example",),
                    attach_to="serviceAccounts",
                    emit_accounts=True,
                    credentials=ENV,
                    emit="Secret",
                    labels=(("b", "1"), ("a", "true")),
                    annotations=(("helm.sh/hook-weight", "-5"),),
                    immutable=True,
                    is_legacy=True,
                    hashed="kustomize",
                    is_whole=True,
                    existing="error",
                ),
            ),
        ),
    ),
    "a pull secret, every default said": (
        """\
  pullSecrets:
  - name: harbor-pull
    registries: [h.example]
    attachTo: pods
    emitServiceAccounts: false
    credentials: {env: {username: USER, password: PASSWORD}}
    labels: {}
    annotations: {}
    immutable: false
    legacyFormat: false
    leastPrivilege: true
    existing: keep
""",
        Config(unmapped="allow", pull_secrets=(HARBOR._replace(credentials=ENV, emit="Secret"),)),
    ),
    "a pull secret that is sealed": (
        """\
  pullSecrets:
  - name: harbor-pull
    registries: [h.example]
    credentials: {env: {username: USER, password: PASSWORD}}
    emit: SealedSecret
    sealedSecret: {certificate: sealed-secrets.pem}
  - name: b
    registries: [h.example]
    credentials: {env: {username: USER, password: PASSWORD}}
    emit: SealedSecret
    sealedSecret: {certificate: c, scope: cluster-wide}
""",
        Config(
            unmapped="allow",
            pull_secrets=(
                HARBOR._replace(credentials=ENV, emit="SealedSecret", sealing=Sealing("sealed-secrets.pem", "strict")),
                HARBOR._replace(name="b", credentials=ENV, emit="SealedSecret", sealing=Sealing("c", "cluster-wide")),
            ),
        ),
    ),
    "a pull secret from a store": (
        """\
  pullSecrets:
  - name: harbor-pull
    registries: [h.example]
    emit: ExternalSecret
    externalSecret:
      store: {name: vault}
      remote: {password: {key: k, property: p, version: v}, username: {key: u}}
  - name: b
    registries: [h.example]
    emit: ExternalSecret
    externalSecret:
      store: {name: vault, kind: ClusterSecretStore}
      remote: {dockerconfigjson: {key: k}}
      refreshInterval: 5m
""",
        Config(
            unmapped="allow",
            pull_secrets=(
                HARBOR._replace(
                    emit="ExternalSecret",
                    external=External(
                        "SecretStore", "vault", (RemoteKey("username", "u"), RemoteKey("password", "k", "p", "v"))
                    ),
                ),
                HARBOR._replace(
                    name="b",
                    emit="ExternalSecret",
                    external=External(
                        "ClusterSecretStore", "vault", (RemoteKey("dockerconfigjson", "k"),), refresh="5m"
                    ),
                ),
            ),
        ),
    ),
    "a pull secret from a generator": (
        """\
  pullSecrets:
  - name: harbor-pull
    registries: [h.example]
    emit: ExternalSecret
    externalSecret: {generator: {kind: GCRAccessToken, name: gcr}}
  - name: b
    registries: [h.example]
    emit: ExternalSecret
    externalSecret:
      generator: {kind: ECRAuthorizationToken, name: ecr, spec: {region: eu-west-1, scopes: [1, true]}}
      refreshInterval: 6h
  - name: c
    registries: [h.example]
    emit: ExternalSecret
    externalSecret: {generator: {kind: ClusterGenerator, name: g, spec: {}}}
""",
        Config(
            unmapped="allow",
            pull_secrets=(
                HARBOR._replace(emit="ExternalSecret", external=External("GCRAccessToken", "gcr")),
                HARBOR._replace(
                    name="b",
                    emit="ExternalSecret",
                    external=External(
                        "ECRAuthorizationToken",
                        "ecr",
                        spec='{"region": "eu-west-1", "scopes": [1, true]}',
                        refresh="6h",
                    ),
                ),
                HARBOR._replace(name="c", emit="ExternalSecret", external=External("ClusterGenerator", "g", spec="{}")),
            ),
        ),
    ),
    "a pull secret from a template": (
        "  pullSecrets: [{name: harbor-pull, registries: [h.example], emit: template, template: vault.yaml.j2}]\n",
        Config(unmapped="allow", pull_secrets=(HARBOR._replace(emit="template", template="vault.yaml.j2"),)),
    ),
    "Docker Hub, in the one spelling that every reader takes": (
        """\
  pullSecrets:
  - {name: a, registries: [docker.io]}
  - {name: b, registries: [h.example, index.docker.io, docker.io/team]}
  - {name: c, registries: ['https://index.docker.io/v1/']}
  - {name: d, registries: [https://docker.io/v2/, registry-1.docker.io]}
""",
        Config(
            unmapped="allow",
            pull_secrets=(
                PullSecret("a", ("https://index.docker.io/v1/",)),
                PullSecret("b", ("h.example", "https://index.docker.io/v1/", "docker.io/team")),
                PullSecret("c", ("https://index.docker.io/v1/",)),
                PullSecret("d", ("https://index.docker.io/v1/", "registry-1.docker.io")),
            ),
        ),
    ),
    "a default namespace": ("  defaultNamespace: shop-1\n", Config(unmapped="allow", default_namespace="shop-1")),
    "the longest default namespace": (
        f"  defaultNamespace: {'a' * 63}\n",
        Config(unmapped="allow", default_namespace="a" * 63),
    ),
    "a field spec": (
        "  fieldSpecs: [{kind: App, path: spec/image}]\n",
        Config(unmapped="allow", field_specs=(FieldSpec("App", ("spec", "image"), "spec/image"),)),
    ),
    "field specs, all of it": (
        """\
  fieldSpecs:
  - group: apps.corp.example
    version: v1
    kind: App
    path: /spec/containers[]/image/repository
    holds: image
    digest: sha
    registry: host
    tag: version
    optional: true
  - {kind: Pod, group: core, path: 'metadata/annotations/example.com\\/image', optional: false}
  - {kind: Pod, group: '', path: 'spec/[]/*/images[*]'}
""",
        Config(
            unmapped="allow",
            field_specs=(
                FieldSpec(
                    kind="App",
                    steps=("spec", "containers", "[*]", "image", "repository"),
                    path="/spec/containers[]/image/repository",
                    group="apps.corp.example",
                    version="v1",
                    siblings=(("registry", "host"), ("tag", "version"), ("digest", "sha")),
                    optional=True,
                ),
                FieldSpec(
                    "Pod",
                    ("metadata", "annotations", "example.com/image"),
                    r"metadata/annotations/example.com\/image",
                    group="",
                ),
                FieldSpec("Pod", ("spec", "[*]", "*", "images", "[*]"), "spec/[]/*/images[*]", group=""),
            ),
        ),
    ),
    "field specs, what they hold": (
        "  fieldSpecs:\n" + "".join(f"  - {{kind: App, path: {held}, holds: {held}}}\n" for held in get_args(Holds)),
        Config(
            unmapped="allow",
            field_specs=tuple(FieldSpec("App", (held,), held, holds=held) for held in get_args(Holds)),
        ),
    ),
    "likely": ("  likely: [env, args]\n", Config(unmapped="allow", likely=("env", "args"))),
    "likely, every class": (
        f"  likely: [{', '.join(get_args(Likely))}]\n",
        Config(unmapped="allow", likely=get_args(Likely)),
    ),
    "Helm values": ("  helmValues: true\n", Config(unmapped="allow", helm_values=True)),
    "a marker": ("  marker: true\n", Config(unmapped="allow", marker=True)),
    "no marker": ("  marker: false\n", Config(unmapped="allow")),
    "no Helm values": ("  helmValues: false\n", Config(unmapped="allow")),
    "no field specs and nothing likely": ("  fieldSpecs: []\n  likely: []\n", Config(unmapped="allow")),
    "aliases and merge keys": (
        "  pullSecrets:\n  - &a {name: a, registries: &r [h.io]}\n  - {<<: *a, name: b}\n  - {name: c, registries: *r}",
        Config(unmapped="allow", pull_secrets=tuple(PullSecret(name, ("h.io",)) for name in "abc")),
    ),
}


@pytest.mark.parametrize(("text", "config"), VALID.values(), ids=VALID)
def test_parse_config_reads_a_valid_config(text: str, config: Config) -> None:
    assert parse_config(spec(text), file="f") == config
    assert parse_config(spec(text).replace("\n", "\r\n"), file="f") == config


def test_parse_config_keeps_the_name_and_the_folder() -> None:
    text = "metadata: {name: corp, annotations: {a: b}}\n" + spec("  unmapped: warn\n")
    assert parse_config(text, file="f", folder="/etc/repoint") == Config(name="corp", folder="/etc/repoint")


@pytest.mark.parametrize("name", ["corp", "corp-1.example", "5", "a" * 253])
def test_a_name_that_objects_are_marked_with(name: str) -> None:
    text = f"metadata: {{name: '{name}'}}\n" + spec("  marker: true\n")
    assert parse_config(text, file="f") == Config(name=name, unmapped="allow", marker=True)


@pytest.mark.parametrize("name", ["Corp", "corp mirror", "corp/hub", "-corp", "a" * 254])
def test_a_name_that_objects_cannot_be_marked_with(name: str) -> None:
    text = f"metadata:\n  name: {name}\n" + spec("  marker: MARKER\n")
    said = (
        f"metadata.name: {name!r} is no name to mark objects with (lower-case letters, digits, '-' and '.', up to 253)"
    )
    assert errors(text.replace("MARKER", "true")) == [f"f:2:9: {said}"]
    assert parse_config(text.replace("MARKER", "false"), file="f").name == name


def test_parse_config_reads_the_quickstart() -> None:
    file = Path(__file__).parents[1] / "examples" / "quickstart" / "repoint.yaml"
    config = parse_config(file.read_text(encoding="utf-8"), file=file.name)
    assert (config.name, config.unmapped) == ("bookshop", "warn")
    assert [secret.emit for secret in config.pull_secrets] == ["Secret", "none", "none"]
    assert config.warnings == ()
