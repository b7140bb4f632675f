"""With `existing: error`, an input may not have what is to be made: a Secret, or what makes one."""

from __future__ import annotations

import pytest

from transformer.config import Config, PullSecret
from transformer.findings import Finding
from transformer.pipeline import rewrite, rewrite_all
from transformer.survey import survey

STRICT = PullSecret("pull", ("m.example",), emit="Secret", existing="error")
CONFIG = Config(pull_secrets=(STRICT,), unmapped="allow")

POD = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n  - image: m.example/app\n"
SECRET = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: pull\ntype: kubernetes.io/dockerconfigjson\n"
SEALED = "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: pull\n"
EXTERNAL = (
    "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata:\n  name: x\nspec: {target: {name: pull}}\n"
)


def stream(*documents: str) -> str:
    return "---\n".join(documents)


def in_namespace(name: str, text: str) -> str:
    return text.replace("metadata:\n", f"metadata:\n  namespace: {name}\n")


def errors(*streams: str, config: Config = CONFIG) -> list[Finding]:
    results = rewrite_all(streams, config, survey(streams, config))
    return [finding for result in results for finding in result.findings if finding.severity == "error"]


# Streams that an error is in, and what is named in it.
REFUSED = {
    "a Secret": (stream(POD, SECRET), "Secret pull"),
    "a Secret before the pod": (stream(SECRET, POD), "Secret pull"),
    "a Secret of any type": (stream(POD, SECRET.replace("kubernetes.io/dockerconfigjson", "Opaque")), "Secret pull"),
    "a Secret that nobody can read": (
        stream(POD, f"{SECRET}data: {{.dockerconfigjson: e30=}}\nsops: {{}}\n"),
        "Secret pull",
    ),
    "a Secret in the namespace of the pod": (
        stream(in_namespace("n", POD), in_namespace("n", SECRET)),
        "Secret n/pull",
    ),
    "a Secret in a list": (
        stream(POD, "apiVersion: v1\nkind: SecretList\nitems:\n- metadata:\n    name: pull\n"),
        "Secret pull",
    ),
    "a Secret that the pod names already": (
        stream(f"{POD}  imagePullSecrets: [{{name: pull}}]\n", SECRET),
        "Secret pull",
    ),
    "a SealedSecret": (stream(POD, SEALED), "SealedSecret pull"),
    "an ExternalSecret, by its target": (stream(POD, EXTERNAL), "ExternalSecret x"),
    "an ExternalSecret, by its name": (
        stream(POD, EXTERNAL.replace("name: x", "name: pull").replace("spec: {target: {name: pull}}\n", "")),
        "ExternalSecret pull",
    ),
}

# Streams in which nothing is wrong.
FINE = {
    "no Secret": POD,
    "another name": stream(POD, SECRET.replace("name: pull", "name: own")),
    "another namespace": stream(POD, in_namespace("n", SECRET)),
    "a Secret in no namespace": stream(in_namespace("n", POD), SECRET),
    "another kind": stream(POD, SECRET.replace("kind: Secret", "kind: ConfigMap")),
    "another group": stream(POD, SECRET.replace("v1", "x/v1", 1)),
    "an ExternalSecret with another target": stream(
        POD, EXTERNAL.replace("name: x", "name: pull").replace("{name: pull}}", "{name: x}}")
    ),
    "no pod that needs it": stream(POD.replace("m.example", "x.example"), SECRET),
    "a pod that names it and needs it not": stream(
        f"{POD.replace('m.example', 'x.example')}  imagePullSecrets: [{{name: pull}}]\n", SECRET
    ),
}


@pytest.mark.parametrize(("text", "subject"), REFUSED.values(), ids=REFUSED)
def test_refuse(text: str, subject: str) -> None:
    (finding,) = errors(text)
    assert finding.message == f"{subject}: the config makes a Secret of this name too (existing: error)"
    assert (finding.outcome, finding.is_to_do, finding.edits) == ("conflict", True, ())
    assert rewrite(text, CONFIG).text == text


@pytest.mark.parametrize("text", FINE.values(), ids=FINE)
def test_noop(text: str) -> None:
    assert errors(text) == []


@pytest.mark.parametrize("streams", [(POD, SECRET), (SECRET, "a: 1\n", POD)], ids=["behind", "before"])
def test_a_secret_in_another_stream_is_refused_too(streams: tuple[str, ...]) -> None:
    assert len(errors(*streams)) == 1


def test_each_is_refused_by_itself() -> None:
    text = stream(POD, SECRET, in_namespace("n", POD), in_namespace("n", SECRET), SECRET, SEALED)
    assert [finding.line for finding in errors(text)] == [9, 24, 31, 37]


def test_the_finding_stands_at_the_object() -> None:
    (finding,) = errors(f"# c\n---\n{stream(POD, in_namespace('n', POD), in_namespace('n', SECRET))}")
    assert (finding.line, finding.column) == (20, 1)
    assert (finding.secret, finding.namespace) == ("pull", "n")


# The namespace of the pod, the stated one, that of the Secret, and whether the Secret is in the way.
NAMESPACES = {
    "the pod says the stated one": ("shop", "shop", "", True),
    "the Secret says the stated one": ("", "shop", "shop", True),
    "none is stated": ("", "", "shop", False),
    "none is stated, and the Secret is in the default one": ("", "", "default", False),
}


@pytest.mark.parametrize(("of_pod", "stated", "of_secret", "is_wrong"), NAMESPACES.values(), ids=NAMESPACES)
def test_refuse_goes_by_where_objects_end(of_pod: str, stated: str, of_secret: str, is_wrong: bool) -> None:
    pod = in_namespace(of_pod, POD) if of_pod else POD
    secret = in_namespace(of_secret, SECRET) if of_secret else SECRET
    assert bool(errors(pod, secret, config=CONFIG._replace(default_namespace=stated))) == is_wrong


# What else the config says, and whether an input with the Secret is wrong.
WAYS = {
    "error": ({}, True),
    "keep": ({"existing": "keep"}, False),
    "update": ({"existing": "update"}, False),
    "sealed": ({"emit": "SealedSecret"}, True),
    "external": ({"emit": "ExternalSecret"}, True),
    "nothing is made": ({"emit": "none"}, False),
    "for accounts": ({"attach_to": "serviceAccounts"}, True),
    "attached nowhere": ({"attach_to": "none"}, True),
}


@pytest.mark.parametrize(("said", "is_wrong"), WAYS.values(), ids=WAYS)
def test_refuse_asks_what_is_made(said: dict[str, str], is_wrong: bool) -> None:
    config = Config(pull_secrets=(STRICT._replace(**said),))
    assert bool(errors(stream(POD, SECRET), config=config)) == is_wrong


def test_only_the_pull_secret_that_says_so_is_strict() -> None:
    config = Config(pull_secrets=(STRICT, PullSecret("lax", ("m.example",), emit="Secret")))
    found = errors(stream(POD, SECRET.replace("pull", "lax"), SECRET), config=config)
    assert [finding.secret for finding in found] == ["pull"]


def test_the_name_is_that_with_the_hash() -> None:
    config = Config(pull_secrets=(STRICT._replace(hashed="kubectl"),))
    text = stream(POD, SECRET, SECRET.replace("name: pull", "name: pull-fghkmtbcdf"))
    known = survey([text], config)._replace(suffixes={("pull", ""): "-fghkmtbcdf"}, is_settled=True)
    ((_, findings),) = rewrite_all([text], config, known)
    assert [finding.secret for finding in findings if finding.severity == "error"] == ["pull-fghkmtbcdf"]


def test_what_is_not_made_since_nothing_can_name_it_is_no_error() -> None:
    widget = "apiVersion: x/v1\nkind: Widget\nspec: {containers: [{image: m.example/app}]}\n"
    assert errors(stream(widget, SECRET)) == []
