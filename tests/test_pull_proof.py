"""What is proven of each pull: which Secret and which key opens an image, or what is wrong; and that it is true."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from passwords import PASSWORD, leaks
from test_attachments import Cluster, Done, accounts, configs, laws, load, metadata, pods, rewritten

from transformer.config import Config, PullSecret
from transformer.findings import Finding
from transformer.hosts.report import Located, lines, numbers, report
from transformer.keyring import HUB, select
from transformer.pipeline import rewrite, rewrite_all
from transformer.survey import survey

JSON, LEGACY = "kubernetes.io/dockerconfigjson", "kubernetes.io/dockercfg"
PROOFS = {"opened", "unopened", "anonymous", "missing", "late", "hidden", "broken"}

PULL = PullSecret("pull", ("m.example",), emit="Secret")
NAMED = PullSecret("named", ("n.example",), emit="none")
ON_ACCOUNT = PullSecret("on-account", ("s.example",), attach_to="serviceAccounts", emit="Secret")
ELSEWHERE = PullSecret("elsewhere", ("e.example",), attach_to="none", emit="Secret")
CONFIG = Config(pull_secrets=(PULL, NAMED, ON_ACCOUNT, ELSEWHERE), unmapped="allow")
HUB_CONFIG = Config(pull_secrets=(PullSecret("hub", (HUB,)), PullSecret("library", ("docker.io/library",))))

ACCOUNT = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: default}\n"


def pod(*images: str, entries: str = "", name: str = "web", more: str = "") -> str:
    """Return a Pod with these images, the names in `entries` as its list, and `more` in its spec."""
    said = [f"containers: [{', '.join(f'{{image: {image}}}' for image in images)}]"]
    said += [f"imagePullSecrets: {listed(*entries.split())}"] if entries else []
    spec = ", ".join([*said, *filter(None, [more])])
    return f"apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\nspec: {{{spec}}}\n"


def listed(*names: str) -> str:
    return f"[{', '.join(f'{{name: {name}}}' for name in names)}]"


def account(*names: str) -> str:
    return f"{ACCOUNT}imagePullSecrets: {listed(*names)}\n"


def secret(name: str, *keys: str, kind: str = JSON) -> str:
    """Return a Secret that holds these keys of registries."""
    auths = {key: {"auth": b64encode(f"user:{PASSWORD}".encode()).decode()} for key in keys}
    return secret_of(name, json.dumps({"auths": auths} if kind == JSON else auths), kind)


def secret_of(name: str, content: str, kind: str = JSON) -> str:
    key = ".dockercfg" if kind == LEGACY else ".dockerconfigjson"
    data = b64encode(content.encode()).decode()
    return f"apiVersion: v1\nkind: Secret\nmetadata: {{name: {name}}}\ntype: {kind}\ndata: {{{key}: {data}}}\n"


def maker(kind: str, name: str, spec: str = "{}") -> str:
    return f"apiVersion: {kind}\nmetadata: {{name: {name}}}\nspec: {spec}\n"


def renamed(document: str, *more: str) -> str:
    """Return an object with `p-` before its name, as kustomize passes it on, and more annotations."""
    name = document.partition("{name: ")[2].partition("}")[0]
    said = ", ".join([f"internal.config.kubernetes.io/previousNames: {name}", *more])
    return document.replace(f"{{name: {name}}}", f"{{name: p-{name}, annotations: {{{said}}}}}", 1)


SEALED = "bitnami.com/v1alpha1\nkind: SealedSecret"
EXTERNAL = "external-secrets.io/v1\nkind: ExternalSecret"


def stream(*documents: str) -> str:
    return "---\n".join(documents)


def proofs(text: str, config: Config = CONFIG) -> list[Finding]:
    return [finding for finding in rewrite(text, config).findings if finding.outcome in PROOFS]


def said(text: str, config: Config = CONFIG) -> list[str]:
    """Return what is proven of the one Pod: `severity outcome: message`, without what begins each message."""
    found = proofs(text, config)
    assert all(finding.message.startswith("Pod web: ") for finding in found)
    return [f"{finding.severity} {finding.outcome}: {finding.message.removeprefix('Pod web: ')}" for finding in found]


M, N, S, E = "m.example/app", "n.example/app", "s.example/app", "e.example/app"
BROKEN = "opens nothing: .dockerconfigjson: not JSON, at line 1, column 2; none of the pod's pull secrets counts then"
IGNORED = "opens nothing: the kubelet ignores a Secret of the type Opaque with this content"
MISSING = (
    "is referenced, but neither in the input nor emitted; where it exists already, say so under pullSecrets, "
    "with its registries and emit: none"
)
UNREAD = "in the input, and by the word of the config alone"
OPENED = f"info opened: {M} is opened by m.example of the Secret"
HAS = "the Secret own (in the input) has {}"
UNOPENED = f"warning unopened: no pull secret covers {M}"

# A stream, and what is proven of its pod.
SAID: dict[str, tuple[str, list[str]]] = {
    "no image needs any": (pod("x.example/app"), []),
    "a Secret that is emitted": (pod(M), [f"{OPENED} pull (emitted)"]),
    "a Secret that is only named": (
        pod(N),
        [f"info opened: {N} is opened by n.example of the Secret named (said by the config)"],
    ),
    "a Secret of the input": (stream(pod(M), secret("pull", "m.example")), [f"{OPENED} pull (in the input)"]),
    "a Secret of the input, before the pod": (
        stream(secret("pull", "m.example"), pod(M)),
        [f"{OPENED} pull (in the input)"],
    ),
    "a Secret of the input of the older type": (
        stream(pod(M), secret("pull", "m.example", kind=LEGACY)),
        [f"{OPENED} pull (in the input)"],
    ),
    "a Secret of the input that the config does not know": (
        stream(pod("x.example/app", entries="own"), secret("own", "x.example")),
        ["info opened: x.example/app is opened by x.example of the Secret own (in the input)"],
    ),
    "a Secret of the input without the key": (
        stream(pod(M), secret("pull", "other.example")),
        [f"{UNOPENED}: the Secret pull (in the input) has other.example"],
    ),
    "a Secret of the input without any key": (
        stream(pod(M), secret("pull")),
        [f"{UNOPENED}: the Secret pull (in the input) has no key"],
    ),
    "a Secret of the input that opens more of a host": (
        stream(pod("m.example/team/app", entries="pull"), secret("pull", "m.example", "https://m.example/team")),
        ["info opened: m.example/team/app is opened by https://m.example/team of the Secret pull (in the input)"],
    ),
    "a Secret of the input that kustomize has renamed": (
        stream(pod(M), renamed(secret("pull", "m.example"))),
        [f"{OPENED} p-pull (in the input)"],
    ),
    "a Secret of the input that a name still has to follow": (
        stream(pod(M, entries="pull"), renamed(secret("pull", "m.example"))),
        [f"{OPENED} pull (in the input)"],
    ),
    "a SealedSecret": (stream(pod(M), maker(SEALED, "pull")), [f"{OPENED} pull ({UNREAD})"]),
    "an ExternalSecret": (stream(pod(M), maker(EXTERNAL, "pull")), [f"{OPENED} pull ({UNREAD})"]),
    "an ExternalSecret with another target": (
        stream(pod(M), maker(EXTERNAL, "x", "{target: {name: pull}}")),
        [f"{OPENED} pull ({UNREAD})"],
    ),
    "an ExternalSecret whose target is another": (
        stream(pod(M), maker(EXTERNAL, "pull", "{target: {name: x}}")),
        [f"{OPENED} pull (emitted)"],
    ),
    "a Secret under SOPS": (
        stream(pod(M), secret_of("pull", "x").replace("eA==", "'ENC[x]'") + "sops: {mac: x}\n"),
        [f"{OPENED} pull ({UNREAD})"],
    ),
    "a Secret to be filled in": (
        stream(pod(M), secret_of("pull", "x").replace("eA==", "'{{ .config }}'")),
        [f"{OPENED} pull ({UNREAD})"],
    ),
    "a Secret whose text is to be filled in": (
        stream(pod(M), secret_of("pull", '{"auths": ${AUTHS}}')),
        [f"{OPENED} pull ({UNREAD})"],
    ),
    "a Secret in another namespace": (
        stream(pod(M), secret("pull", "x.example").replace("{name", "{namespace: other, name")),
        [f"{OPENED} pull (emitted)"],
    ),
    "two Secrets with one key": (
        stream(pod(M, entries="a pull"), secret("a", "m.example")),
        [f"{OPENED} a (in the input) and pull (emitted)"],
    ),
    "an entry of the account": (
        stream(pod(M), account("own"), secret("own", "m.example")),
        # It carries on with what the account has, though that would do.
        [f"{OPENED} own (in the input) and pull (emitted)"],
    ),
    "an entry that the account gets": (
        stream(pod(S), ACCOUNT),
        [f"info opened: {S} is opened by s.example of the Secret on-account (emitted)"],
    ),
    "an account that nothing is known of": (pod(S), []),
    "an account that nothing is known of, and images that need none": (pod("x.example/app"), []),
    "a list that hides the account's": (
        stream(pod(M, entries="pull"), account("own"), secret("own", "m.example"), secret("pull", "x.example")),
        [
            f"{UNOPENED}: the Secret pull (in the input) has x.example",
            "warning hidden: the entry own of the ServiceAccount default is hidden by the pod's own list",
        ],
    ),
    "a list that hides the account's, of which not all would do": (
        stream(
            pod(M, entries="pull"),
            account("x", "gone", "own"),
            *(secret("own", "m.example"), secret("x", "x.example"), secret("pull", "x.example")),
        ),
        [
            f"{UNOPENED}: the Secret pull (in the input) has x.example",
            "warning hidden: the entry own of the ServiceAccount default is hidden by the pod's own list",
        ],
    ),
    "two Secrets without the key": (
        stream(pod(M, entries="pull own"), secret("pull", "x.example"), secret("own", "y.example", "z.example")),
        [
            (
                f"{UNOPENED}: the Secret pull (in the input) has x.example; "
                "the Secret own (in the input) has y.example and z.example"
            )
        ],
    ),
    "a Secret without the key, and one that may have it": (
        stream(pod(M, entries="pull own"), secret("pull", "x.example"), maker(SEALED, "own")),
        [],
    ),
    "attached elsewhere": (
        stream(pod(E), ACCOUNT),
        [f"info unopened: no pull secret here covers {E}; elsewhere is attached elsewhere"],
    ),
    "attached elsewhere, and that is the account": (
        stream(pod(E), account("elsewhere")),
        [f"info opened: {E} is opened by e.example of the Secret elsewhere (emitted)"],
    ),
    "a Secret that nobody has": (
        pod("x.example/app", entries="gone"),
        [f"warning missing: the secret gone {MISSING}"],
    ),
    "a Secret that nobody has, and no image needs": (
        pod(M, entries="gone"),
        [f"info missing: the secret gone {MISSING}", f"{OPENED} pull (emitted)"],
    ),
    "a Secret that nobody has, in the account": (
        stream(pod(M), account("gone")),
        [f"info missing: the secret gone {MISSING}", f"{OPENED} pull (emitted)"],
    ),
    "a Secret that nobody has, in an account that does not count": (
        stream(pod(M, entries="pull"), account("gone")),
        [f"{OPENED} pull (emitted)"],
    ),
    "a Secret that does not decode": (
        stream(pod(M, entries="own"), secret_of("own", "{")),
        [f"warning broken: the Secret own in the input {BROKEN}", UNOPENED],
    ),
    "a Secret that does not decode, in the account, beside one that would do": (
        stream(pod(S), account("own", "good"), secret_of("own", "{"), secret("good", "s.example")),
        [f"warning broken: the Secret own in the input {BROKEN}", f"warning unopened: no pull secret covers {S}"],
    ),
    "a Secret that nobody can read here": (
        stream(pod(M, entries="pull own"), maker(SEALED, "own")),
        [f"{OPENED} pull (emitted)"],
    ),
    "a Secret of a type that does not count": (
        stream(pod(M, entries="own"), secret_of("own", "{", kind="Opaque")),
        [f"warning broken: the Secret own in the input {IGNORED}", f"{OPENED} pull (emitted)"],
    ),
    "a Secret that does not decode, in the account": (
        stream(pod(S), account("own"), secret_of("own", "{")),
        [f"warning broken: the Secret own in the input {BROKEN}", f"warning unopened: no pull secret covers {S}"],
    ),
    "a Secret that does not decode, in an account that does not count": (
        stream(pod(M, entries="pull"), account("own"), secret_of("own", "{")),
        [f"{OPENED} pull (emitted)"],
    ),
    "a Secret that does not decode, which the pod does not name": (
        stream(pod(M), secret_of("own", "{")),
        [f"{OPENED} pull (emitted)"],
    ),
    "an init container and one for debugging": (
        pod("x.example/app", more=f"initContainers: [{{image: {M}}}], ephemeralContainers: [{{image: {N}}}]"),
        [
            f"{OPENED} pull (emitted)",
            f"info opened: {N} is opened by n.example of the Secret named (said by the config)",
        ],
    ),
    "an image that a comment keeps": (
        pod("x").replace("spec: {containers: [{image: x}]}", f"spec:\n  containers:\n  - image: {M}  # repoint: keep"),
        [f"{OPENED} pull (emitted)"],
    ),
    "no image": (pod("$(IMAGE)", entries="pull"), []),
    "no place for the pull secret": (pod(M, more="imagePullSecrets: pull"), []),
}


@pytest.mark.parametrize(("text", "expected"), SAID.values(), ids=SAID)
def test_each_image_is_proven_or_found_wrong(text: str, expected: list[str]) -> None:
    assert sorted(said(text)) == sorted(expected)


WIDGET = "apiVersion: x/v1\nkind: Widget\nmetadata: {name: w}\nspec: {containers: [IMAGES]}\n"


def annotated(text: str, annotations: str) -> str:
    return text.replace("metadata: {", f"metadata: {{annotations: {{{annotations}}}, ", 1)


LATE = "warning late: the Secret own in the input comes too late; annotate it as an earlier hook or wave"
# The annotations of a pod and of the Secret that it names, and whether that comes too late.
TIMES: dict[str, tuple[str, str, bool]] = {
    "neither is a hook": ("", "", False),
    "a hook before": ("helm.sh/hook: pre-install", "", True),
    "a hook behind": ("helm.sh/hook: post-install", "", False),
    "both are hooks": ("helm.sh/hook: pre-install", "helm.sh/hook: pre-install", False),
    "the Secret is a later hook": (
        "helm.sh/hook: pre-install",
        'helm.sh/hook: pre-install, helm.sh/hook-weight: "1"',
        True,
    ),
    "a wave before": ('argocd.argoproj.io/sync-wave: "-1"', "", True),
    "a wave before, and the Secret is in it": (
        'argocd.argoproj.io/sync-wave: "-1"',
        'argocd.argoproj.io/sync-wave: "-1"',
        False,
    ),
    "the Secret is in a wave behind": ("", 'argocd.argoproj.io/sync-wave: "1"', False),
    "the Secret is a test": ("", "helm.sh/hook: test", False),
}


@pytest.mark.parametrize(("of_pod", "of_secret", "is_late"), TIMES.values(), ids=TIMES)
def test_a_secret_of_the_input_comes_too_late_for_a_hook(of_pod: str, of_secret: str, is_late: bool) -> None:
    for own in (secret("own", "m.example"), maker(SEALED, "own")):
        text = stream(annotated(pod(M, entries="own pull"), of_pod), annotated(own, of_secret))
        assert [each for each in said(text) if " late: " in each] == ([LATE] if is_late else [])


def test_a_secret_that_comes_too_late_is_said_once_and_fails_nothing() -> None:
    hooks = (annotated(pod(M, entries="own", name=name), "helm.sh/hook: pre-install") for name in ("web", "db"))
    first, second = (each for each in proofs(stream(*hooks, secret("own", "m.example"))) if each.outcome == "late")
    assert (first.severity, first.is_to_do, second.severity) == ("warning", False, "info")


@pytest.mark.parametrize(("kind", "follows"), [("Pod", True), ("ReplicationController", False)])
def test_not_every_name_follows_a_hash(kind: str, follows: bool) -> None:
    generated = renamed(secret("pull", "m.example"), "internal.config.kubernetes.io/needsHashSuffix: enabled")
    spec = pod(M) if kind == "Pod" else pod(M).replace("spec: ", "spec: {template: {spec: ").rstrip() + "}}\n"
    first, *others = proofs(stream(spec.replace("Pod", kind), generated))
    if follows:
        assert (first.outcome, others) == ("opened", [])
    else:
        assert first.message == (
            "ReplicationController web: the Secret p-pull in the input opens nothing: kustomize appends a hash to its "
            "name, and without `configurations` for it no name follows in a ReplicationController"
        )
        assert (first.severity, [each.outcome for each in others]) == ("warning", ["unopened"])


# An object that takes one name, and says another: where its image is, and what of the Secret of that name is known.
OCI = """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: web}
spec: {url: oci://m.example/app, secretRef: {name: own}}
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (OCI, [f"warning missing: OCIRepository web: the secret own {MISSING}"]),
        (
            stream(OCI, secret("own", "x.example")),
            [f"warning unopened: OCIRepository web: no pull secret covers {M}: {HAS.format('x.example')}"],
        ),
        (
            stream(OCI, secret("own", "m.example")),
            [f"info opened: OCIRepository web: {M} is opened by m.example of the Secret own (in the input)"],
        ),
    ],
    ids=["unknown", "another registry", "the registry"],
)
def test_a_name_that_cannot_be_added_opens_nothing(text: str, expected: list[str]) -> None:
    found = proofs(text)
    assert [f"{each.severity} {each.outcome}: {each.message}" for each in found] == expected
    assert any(each.is_to_do for each in found) == ("unopened" in expected[0])


def test_what_cannot_be_attached_is_said_once() -> None:
    """That it is not attached is a finding already; whatever else its images need is proven."""
    images = ", ".join(f"{{image: {image}}}" for image in (M, E))
    found = proofs(stream(WIDGET.replace("IMAGES", images), ACCOUNT))
    assert [(each.outcome, each.after) for each in found] == [("unopened", E)]


@pytest.mark.parametrize("emitted", [True, False])
def test_an_account_that_is_to_be_made_opens_what_it_names(emitted: bool) -> None:
    config = CONFIG._replace(pull_secrets=(ON_ACCOUNT._replace(emit_accounts=emitted),))
    made = f"info opened: {S} is opened by s.example of the Secret on-account (emitted)"
    assert said(pod(S), config) == ([made] if emitted else [])


# A pod with images of Docker Hub or of a registry of which only a part is covered.
HUB_SAID = {
    "the index": (
        pod("org/app"),
        [f"info opened: docker.io/org/app is opened by {HUB} of the Secret hub (said by the config)"],
    ),
    "a key that hides the index": (
        pod("nginx"),
        [
            (
                "info opened: docker.io/library/nginx is opened by docker.io/library of the Secret library "
                "(said by the config)"
            ),
            (
                f"warning hidden: for docker.io/library/nginx, the entry {HUB} of the Secret hub "
                "is hidden by docker.io/library"
            ),
        ],
    ),
    "a key that hides the index, of the input": (
        stream(pod("org/app", entries="own"), secret("own", "docker.io")),
        [
            "info opened: docker.io/org/app is opened by docker.io of the Secret own (in the input)",
            f"warning hidden: for docker.io/org/app, the entry {HUB} of the Secret hub is hidden by docker.io",
        ],
    ),
}


@pytest.mark.parametrize(("text", "expected"), HUB_SAID.values(), ids=HUB_SAID)
def test_docker_hubs_index_counts_where_no_other_key_does(text: str, expected: list[str]) -> None:
    assert said(text, HUB_CONFIG) == expected


def test_an_image_beside_what_is_covered_is_pulled_without_credentials() -> None:
    config = Config(pull_secrets=(PullSecret("team", ("m.example/team", "m.example/other", "x.example")),))
    assert said(stream(pod("m.example/app"), ACCOUNT), config) == [
        (
            "warning anonymous: no pull secret covers m.example/app, only m.example/team and m.example/other; "
            "it is pulled without credentials"
        )
    ]


@pytest.mark.parametrize("entries", ["own", ""], ids=["it has a list", "it gets a list"])
def test_a_list_of_its_own_tells_all_of_a_pod(entries: str) -> None:
    """An account that nothing is known of is no matter then."""
    config = Config(pull_secrets=(PullSecret("team", ("m.example/team", "x.example")),))
    text = stream(pod("m.example/app", "x.example/app", entries=entries), secret("own", "x.example"))
    assert [each.after for each in proofs(text, config) if each.outcome == "anonymous"] == ["m.example/app"]


def test_a_finding_names_the_key() -> None:
    text = stream(pod(M, N, entries="pull"), secret("pull", "m.example"))
    assert [(each.outcome, each.keys) for each in proofs(text)] == [
        ("opened", ("m.example",)),
        ("opened", ("n.example",)),
    ]
    assert [each.keys for each in proofs(stream(pod(M), secret("pull", "x.example")))] == [()]


def test_a_finding_stands_at_the_image_or_at_the_list() -> None:
    text = (
        "# head\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec:\n  containers:\n"
        f"  - image: {M}\n  - image: x.example/app\n  imagePullSecrets:\n  - name: gone\n"
    )
    found = {each.outcome: (each.line, each.column, each.field, each.namespace) for each in proofs(text)}
    assert found == {
        "opened": (8, 12, "spec.containers[0].image", "shop"),
        "missing": (11, 3, "spec.imagePullSecrets", "shop"),
    }


def test_check_warns_of_a_missing_secret_once() -> None:
    text = stream(*(pod("x.example/app", entries="gone", name=f"web-{number}") for number in range(3)))
    assert [finding.severity for finding in proofs(text)] == ["warning", "info", "info"]
    elsewhere = text.replace("{name: web-1}", "{name: web-1, namespace: shop}")
    assert [finding.severity for finding in proofs(elsewhere)] == ["warning", "warning", "info"]


# The fate of one pull, and whether `check` fails on it.
TO_DO = {
    "opened": (pod(M, entries="pull"), False),
    "no key": (stream(pod(M, entries="pull"), secret("pull", "x.example")), True),
    "attached elsewhere": (stream(pod(E), ACCOUNT), False),
    "a broken Secret": (stream(pod("x.example/a", entries="own"), secret_of("own", "{")), True),
    "a missing Secret": (pod("x.example/a", entries="gone"), False),
    "an account to look at": (pod(S), False),
}


@pytest.mark.parametrize(("text", "is_to_do"), TO_DO.values(), ids=TO_DO)
def test_check_fails_on_what_cannot_be_pulled(text: str, is_to_do: bool) -> None:
    assert any(finding.is_to_do for finding in rewrite(text, CONFIG).findings) == is_to_do


def test_a_secret_that_is_to_be_updated_has_the_keys_of_the_config() -> None:
    text = stream(pod(M, entries="pull"), secret("pull", "x.example"))
    known = survey([text], CONFIG)._replace(contents={("", "pull"): {JSON: "e30="}}, is_settled=True)
    ((_, findings),) = rewrite_all([text], CONFIG, known)
    assert [finding.message for finding in findings if finding.outcome in PROOFS] == [
        f"Pod web: {M} is opened by m.example of the Secret pull (in the input)"
    ]


def test_a_secret_that_another_pod_needs_is_not_missed() -> None:
    text = stream(pod("x.example/app", entries="pull"), pod(M))
    assert [finding.outcome for finding in proofs(text)] == ["opened"]
    assert [finding.outcome for finding in proofs(pod("x.example/app", entries="pull"))] == ["missing"]


def test_a_key_that_an_update_takes_away_is_missed() -> None:
    other = pod(M, entries="pull", name="other")
    text = stream(
        pod("x.example/app", "y.example/app", entries="pull"), secret("pull", "x.example", "m.example"), other
    )
    known = survey([text], CONFIG)._replace(contents={("", "pull"): {JSON: "e30="}}, is_settled=True)
    ((_, findings),) = rewrite_all([text], CONFIG, known)
    found = [finding for finding in findings if finding.outcome in PROOFS]
    assert [(each.severity, each.outcome, each.is_to_do) for each in found] == [
        ("warning", "unopened", True),
        ("info", "opened", False),
    ]
    assert found[0].message == (
        "Pod web: no pull secret covers x.example/app any more: the update takes x.example of the Secret pull"
    )


@pytest.mark.parametrize("stated", ["", "shop"])
def test_a_secret_without_a_namespace_is_the_pods_where_that_is_the_stated_one(stated: str) -> None:
    config = CONFIG._replace(default_namespace=stated)
    text = stream(pod(M, entries="own").replace("{name: web}", "{name: web, namespace: shop}"), secret("own"))
    found = [finding.message for finding in proofs(text, config) if finding.outcome == "missing"]
    assert len(found) == (0 if stated else 1)


def test_nothing_is_proven_without_pull_secrets_in_the_config() -> None:
    assert proofs(stream(pod(M, entries="gone"), secret_of("own", "{")), Config()) == []


# -- what proves nothing, and what must not be shown -------------------------------------------------------------------


def test_a_secret_that_is_not_emitted_here_is_missing() -> None:
    text = pod("x.example/app", entries="pull")
    assert said(text) == [f"warning missing: the secret pull {MISSING}"]


def test_what_an_account_cannot_be_given_opens_nothing() -> None:
    found = rewrite(stream(pod(S), f"{ACCOUNT}imagePullSecrets: [own]\n"), CONFIG).findings
    assert [finding.outcome for finding in found if finding.outcome in ("unattached", "opened")] == ["unattached"]


def test_what_an_account_shares_opens_nothing_that_it_lacks() -> None:
    accounts = "{metadata: {name: default}, imagePullSecrets: &s [{name: x}]}, {metadata: {name: b}, x: *s}"
    text = stream(pod(S), f"{{apiVersion: v1, kind: ServiceAccountList, items: [{accounts}]}}\n")
    found = rewrite(text, CONFIG).findings
    assert [finding.outcome for finding in found if finding.outcome in ("unattached", "opened")] == ["unattached"]


def test_nothing_is_claimed_of_an_account_that_nothing_is_known_of() -> None:
    config = Config(pull_secrets=(PullSecret("team", ("m.example/team",)),))
    assert [finding.message for finding in proofs(pod("m.example/app"), config)] == []


def test_a_list_that_hides_what_is_attached_to_the_account_is_said() -> None:
    text = stream(pod(E, entries="own"), account("elsewhere"), secret("own", "x.example"))
    assert (
        "warning hidden: the entry elsewhere of the ServiceAccount default is hidden by the pod's own list"
    ) in said(text)


def test_of_a_secret_that_is_there_twice_the_last_counts() -> None:
    text = stream(pod("x.example/a", entries="own"), secret("own", "y.example"), secret("own", "x.example"))
    assert [finding.outcome for finding in proofs(text)] == ["opened"]


@pytest.mark.parametrize("annotation", ["repoint.dev/keep", "config.kubernetes.io/local-config"])
def test_nothing_is_proven_of_what_is_left_alone(annotation: str) -> None:
    text = pod("x.example/app", entries="gone").replace("{name: web}", f"{{annotations: {{{annotation}: 'true'}}}}")
    assert proofs(text) == []


def test_a_secret_with_a_null_is_one_without_content() -> None:
    text = secret_of("own", "x").replace("eA==", "null")
    (broken,) = [each for each in proofs(stream(pod(M, entries="own"), text)) if each.outcome == "broken"]
    assert "none of the pod's pull secrets counts" not in broken.message


def test_no_password_in_a_key_is_shown() -> None:
    spelled = f"https://user:{quote(PASSWORD, safe='')}@"
    keys = [f"{spelled}m.example", f"{spelled}index.docker.io/v1/", "docker.io/library"]
    text = stream(pod(M, "nginx", entries="own"), secret("own", *keys))
    assert select(keys, M) == [keys[0]]
    found = [Located("in.yaml", finding) for finding in rewrite(text, CONFIG).findings]
    shown = [report(found, version="0"), *lines(found, also_to_do=True), numbers(found, 1, done=True)]
    assert [leak for each in shown for leak in leaks(each)] == []


def test_no_password_of_a_secret_is_shown() -> None:
    contents = ['{"auths": {"m.example": "%s"}}', '{"auths": {"m.example": {"auth": "%s"}}}', '{"%s": ', "%s", '["%s"]']
    for content in contents:
        text = stream(pod(M, entries="own"), secret_of("own", content.replace("%s", PASSWORD)))
        found = [Located("in.yaml", finding) for finding in rewrite(text, CONFIG).findings]
        assert any(each.finding.outcome == "broken" for each in found)
        assert leaks(report(found, version="0")) == []


# -- laws -------------------------------------------------------------------------------------------------------------

CONTENTS: dict[str, tuple[str, ...]] = {
    "a": ("a.example", "https://a.example/team/"),
    "others": ("x.example", "docker.io"),
    "hub": ("https://index.docker.io/v1/", "*.example/team"),
    "none": (),
}


@st.composite
def secrets(draw: st.DrawFn, stated: str) -> list[dict[str, Any]]:
    """Draw Secrets of the input, each under its own id: some with keys, some that do not decode or do not count."""
    names = st.sampled_from(["own", "a", "b", "hub", "wide"])
    ids = draw(st.lists(st.tuples(st.sampled_from(["", "shop", "mail"]), names), max_size=4))
    unique = {(namespace or stated, name): (namespace, name) for namespace, name in ids}
    kinds = st.sampled_from([*CONTENTS, *CONTENTS, "broken", "ignored", "encrypted"])
    return [_secret(name, namespace, draw(kinds)) for namespace, name in unique.values()]


def _secret(name: str, namespace: str, content: str) -> dict[str, Any]:
    auths = {key: {"username": "u", "password": "p"} for key in CONTENTS.get(content, ())}
    text = "{" if content == "broken" else json.dumps({"auths": auths})
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": metadata(name, namespace),
        "type": "Opaque" if content == "ignored" else JSON,
        "data": {".dockerconfigjson": b64encode(text.encode()).decode()},
        **({"sops": {"mac": "x"}} if content == "encrypted" else {}),
        "x-content": content,
    }


@st.composite
def inputs(draw: st.DrawFn) -> tuple[Config, list[str]]:
    """Draw a config that states a namespace, and two streams of accounts, pods and Secrets in any order."""
    config = draw(configs())
    config = config._replace(default_namespace=config.default_namespace or "shop")
    stated = config.default_namespace
    documents = draw(st.permutations([*draw(accounts(stated)), *draw(pods()), *draw(secrets(stated))]))
    texts = [json.dumps(document) + "\n" for document in documents]
    cut = draw(st.integers(0, len(texts)))
    return config, ["---\n".join(texts[:cut]), "---\n".join(texts[cut:])]


Keys = tuple[str, ...] | None


class Kubelet:
    """What the kubelet makes of the pull secrets of pods: the keys of each, None where they cannot be known here."""

    def __init__(self, done: Done) -> None:
        self.done = done
        documents = [document for text in done.texts if text for document in load(text)]
        self.secrets: dict[tuple[str, str], str] = {
            (done.after.home(each), each["metadata"]["name"]): each["x-content"]
            for each in documents
            if each["kind"] == "Secret"
        }

    def keys(self, cluster: Cluster, pod: str) -> list[Keys]:
        """Return the keys of each Secret that a pod gets; of none of them where one does not decode."""
        home = cluster.home(cluster.pods[pod])
        contents = [(name, self.secrets.get((home, name), "")) for name in cluster.gets(pod)]
        if any(content == "broken" for _, content in contents):
            return []
        return [self._keys(name, content) for name, content in contents]

    def _keys(self, name: str, content: str) -> Keys:
        if content in CONTENTS:
            return CONTENTS[content]
        if content == "ignored":
            return ()
        return next((each.registries for each in self.done.config.pull_secrets if each.name == name), None)


def gets_for_others(done: Done, pod: str) -> bool:
    """Say whether a pod has pull secrets that its account got for other pods, of which nothing is said."""
    added = {*done.after.gets(pod)} - {*done.before.gets(pod)}
    images = done.after.images(pod)
    needed = [each for each in done.config.pull_secrets if any(select(each.registries, image) for image in images)]
    return not done.after.own(pod) and not added <= {each.name for each in needed}


@given(inputs())
@laws
def test_what_is_proven_is_what_the_kubelet_does(given_input: tuple[Config, list[str]]) -> None:
    assume(given_input[0].pull_secrets)  # without any, nobody asks
    done = rewritten(*given_input)
    kubelet = Kubelet(done)
    found: dict[str, list[Finding]] = {name: [] for name in done.after.pods}
    for finding in done.findings:
        if finding.outcome in ("opened", "unopened") and finding.resource is not None:
            found[finding.resource.name].append(finding)
    for pod, of_pod in found.items():
        if not done.after.own(pod) and done.after.account(pod) not in done.after.accounts:
            assert [finding.severity for finding in of_pod if finding.outcome == "opened"] == []
            assert {finding.severity for finding in of_pod} <= {"info"}  # attached elsewhere, as far as is known
            continue
        keys = kubelet.keys(done.after, pod)
        pooled = [key for each in keys for key in each or ()]
        opened = [(each.after, *each.keys) for each in of_pod if each.outcome == "opened"]
        tried = [(image, select(pooled, image)) for image in done.after.images(pod)]
        really = [(image, first) for image, (first, *_) in filter(lambda each: each[1], tried)]
        if not gets_for_others(done, pod):
            assert sorted(opened) == sorted(really)
        elif None not in keys:
            assert {image for image, _ in opened} <= {image for image, _ in really}
            continue
        if None not in keys:
            unopened = [each.after for each in of_pod if each.outcome == "unopened"]
            covered = [
                image
                for image, chosen in tried
                if not chosen and any(select(each.registries, image) for each in done.config.pull_secrets)
            ]
            assert sorted(unopened) == sorted(covered)
