"""A Secret of the input that is to be updated gets its new content, and is otherwise the text that it was."""

from __future__ import annotations

from base64 import b64encode

import pytest

from transformer.config import Config, PullSecret
from transformer.edits import merge
from transformer.findings import Finding
from transformer.hosts.report import Located, lines, report
from transformer.pipeline import Rewrite, rewrite_all
from transformer.survey import survey

CONFIG = Config(pull_secrets=(PullSecret("pull", ("m.example",), emit="Secret", existing="update"),))

# Base64 with all that is special in it: a plus, a slash, an equals sign.
NEW = "eyJhdXRocyI6eyJtLmV4YW1wbGUiOnt9fSwieCI6ImE+YT9h8J+YgCJ9Cg=="
OLD = b64encode(b'{"auths":{"old.example":{"auth":"b2xkOm9sZA=="}}}').decode()
QUOTED = f'"{NEW}"'

JSON, OLDER = "kubernetes.io/dockerconfigjson", "kubernetes.io/dockercfg"
HEAD = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: pull\n"
TYPED = f"{HEAD}type: {JSON}\n"
LEGACY = f"{HEAD}type: {OLDER}\n"


# The same for a Secret of the older type.
NEW_LEGACY = "eyJtLmV4YW1wbGUiOnt9fQ=="


def rewrite(text: str, config: Config = CONFIG, contents: dict[tuple[str, str], str] | None = None) -> Rewrite:
    """Rewrite a stream in which the Secret `pull` in no namespace is to hold NEW."""
    said = {("", "pull"): NEW} if contents is None else contents
    wanted = {id_: {JSON: value, OLDER: NEW_LEGACY} for id_, value in said.items()}
    known = survey([text], config)._replace(contents=wanted, is_settled=True)
    (result,) = rewrite_all([text], config, known)
    return result


# Secrets before and after they are updated.
UPDATED = {
    "plain": (
        f"{TYPED}data:\n  .dockerconfigjson: {OLD[:20]}  # c\nx: y\n",
        f"{TYPED}data:\n  .dockerconfigjson: {QUOTED}  # c\nx: y\n",
    ),
    "in single quotes": (
        f"{TYPED}data:\n  .dockerconfigjson: '{OLD}'\n",
        f"{TYPED}data:\n  .dockerconfigjson: '{NEW}'\n",
    ),
    "in double quotes": (
        f'{TYPED}data:\n  .dockerconfigjson: "{OLD}"\n',
        f"{TYPED}data:\n  .dockerconfigjson: {QUOTED}\n",
    ),
    "an empty text": (f"{TYPED}data: {{.dockerconfigjson: ''}}\n", f"{TYPED}data: {{.dockerconfigjson: '{NEW}'}}\n"),
    "in flow": (
        f"{TYPED}data: {{a: eA==, .dockerconfigjson: {OLD}, b: eA==}}\n",
        f"{TYPED}data: {{a: eA==, .dockerconfigjson: {QUOTED}, b: eA==}}\n",
    ),
    "in JSON": (
        (
            '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"pull"},'
            f'"type":"kubernetes.io/dockerconfigjson","data":{{".dockerconfigjson":"{OLD}"}}}}\n'
        ),
        (
            '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"pull"},'
            f'"type":"kubernetes.io/dockerconfigjson","data":{{".dockerconfigjson":"{NEW}"}}}}\n'
        ),
    ),
    "other keys stay": (
        f"{TYPED}data:\n  a: eA==\n  .dockerconfigjson: {OLD}\n  .dockercfg: eA==\nimmutable: false\n",
        f"{TYPED}data:\n  a: eA==\n  .dockerconfigjson: {QUOTED}\n  .dockercfg: eA==\nimmutable: false\n",
    ),
    "at the end of the stream": (
        f"{TYPED}data:\n  .dockerconfigjson: {OLD}",
        f"{TYPED}data:\n  .dockerconfigjson: {QUOTED}",
    ),
    "with an anchor and a tag": (
        f"{TYPED}data:\n  .dockerconfigjson: &x !!str {OLD}\n",
        f"{TYPED}data:\n  .dockerconfigjson: &x !!str {QUOTED}\n",
    ),
    "the one of several": (
        (
            f"{TYPED.replace('pull', 'a')}data: {{.dockerconfigjson: eA==}}\n---\n"
            f"{TYPED}data: {{.dockerconfigjson: eA==}}\n"
        ),
        (
            f"{TYPED.replace('pull', 'a')}data: {{.dockerconfigjson: eA==}}\n---\n"
            f"{TYPED}data: {{.dockerconfigjson: {QUOTED}}}\n"
        ),
    ),
    "in a list": (
        (
            "apiVersion: v1\nkind: SecretList\nitems:\n"
            "- {metadata: {name: pull}, type: kubernetes.io/dockerconfigjson, data: {.dockerconfigjson: e30=}}\n"
            "- {metadata: {name: pull-x}, type: kubernetes.io/dockerconfigjson, data: {.dockerconfigjson: e30=}}\n"
        ),
        (
            "apiVersion: v1\nkind: SecretList\nitems:\n"
            "- {metadata: {name: pull}, type: kubernetes.io/dockerconfigjson, "
            f"data: {{.dockerconfigjson: {QUOTED}}}}}\n"
            "- {metadata: {name: pull-x}, type: kubernetes.io/dockerconfigjson, data: {.dockerconfigjson: e30=}}\n"
        ),
    ),
    "of the older type": (
        f"{LEGACY}data: {{.dockercfg: e30=, .dockerconfigjson: e30=}}\n",
        f'{LEGACY}data: {{.dockercfg: "{NEW_LEGACY}", .dockerconfigjson: e30=}}\n',
    ),
    "besides a text under another key": (
        f"{TYPED}stringData: {{a: b}}\ndata: {{.dockerconfigjson: e30=}}\n",
        f"{TYPED}stringData: {{a: b}}\ndata: {{.dockerconfigjson: {QUOTED}}}\n",
    ),
}

# The same, with the value in block style.
BLOCKS = {
    "a text of lines": (
        f"{TYPED}data:\n  .dockerconfigjson: |  # c\n    {OLD[:20]}\n    {OLD[20:]}\n  a: eA==\n",
        f"{TYPED}data:\n  .dockerconfigjson: |  # c\n    {NEW}\n  a: eA==\n",
    ),
    "a folded text of lines": (
        f"{TYPED}data:\n  .dockerconfigjson: >-\n    {OLD[:20]}\n    {OLD[20:]}\n  a: eA==\n",
        f"{TYPED}data:\n  .dockerconfigjson: >-\n    {NEW}\n  a: eA==\n",
    ),
    "a text of one line": (
        f"{TYPED}data:\n  .dockerconfigjson: |-\n    {OLD}\n\ntail: 1\n",
        f"{TYPED}data:\n  .dockerconfigjson: |-\n    {NEW}\n\ntail: 1\n",
    ),
    "a text of lines at the end of the stream": (
        f"{TYPED}data:\n  .dockerconfigjson: |\n    {OLD}",
        f"{TYPED}data:\n  .dockerconfigjson: |\n    {NEW}",
    ),
}

# Streams that come out as they went in.
UNCHANGED = {
    "has it": f"{TYPED}data: {{.dockerconfigjson: {QUOTED}}}\n",
    "has it, on lines": f"{TYPED}data:\n  .dockerconfigjson: |\n    {NEW[:20]}\n    {NEW[20:]}\n",
    "another name": f"{TYPED.replace('pull', 'other')}data: {{.dockerconfigjson: e30=}}\n",
    "another namespace": f"{TYPED}  \ndata: {{.dockerconfigjson: e30=}}\n".replace(
        "metadata:", "metadata:\n  namespace: n"
    ),
    "another kind": f"{TYPED.replace('kind: Secret', 'kind: ConfigMap')}data: {{.dockerconfigjson: e30=}}\n",
    "another group": f"{TYPED.replace('v1', 'x/v1', 1)}data: {{.dockerconfigjson: e30=}}\n",
    "no object": f"name: pull\ndata: {{.dockerconfigjson: {OLD}}}\n",
}


@pytest.mark.parametrize(("before", "after"), UPDATED.values(), ids=UPDATED)
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_update(before: str, after: str, newline: str) -> None:
    before, after = (text.replace("\n", newline) for text in (before, after))
    result = rewrite(before)
    assert result.text == after
    assert len(merge(edit for finding in result.findings for edit in finding.edits)) == 1
    again = rewrite(after)
    assert again.text == after
    assert again.findings == ()


@pytest.mark.parametrize("text", UNCHANGED.values(), ids=UNCHANGED)
def test_noop(text: str) -> None:
    assert rewrite(text) == Rewrite(text, ())


@pytest.mark.parametrize("quote", ["", "'", '"'], ids=["plain", "single quotes", "double quotes"])
def test_a_value_that_goes_over_lines_becomes_one(quote: str) -> None:
    text = f"{TYPED}data:\n  .dockerconfigjson: {quote}{OLD[:20]}\n    {OLD[20:]}{quote}  # c\n"
    result = rewrite(text)
    value = f"{quote}{NEW}{quote}" if quote else QUOTED
    assert result.text == f"{TYPED}data:\n  .dockerconfigjson: {value}  # c\n"
    assert rewrite(result.text) == Rewrite(result.text, ())


# The namespace that a Secret says, the one that the config states, the one of the content, and whether it is for it.
NAMESPACES = {
    "the same": ("shop", "", "shop", True),
    "another": ("shop", "", "mail", False),
    "unset": ("", "", "", True),
    "unset, and the stated one": ("", "shop", "shop", True),
    "the stated one": ("shop", "shop", "shop", True),
    "unset, and none is stated": ("", "", "default", False),
}


@pytest.mark.parametrize(("said", "stated", "wanted", "is_for_it"), NAMESPACES.values(), ids=NAMESPACES)
def test_update_goes_by_where_a_secret_ends(said: str, stated: str, wanted: str, is_for_it: bool) -> None:
    text = f"{TYPED}data: {{.dockerconfigjson: {OLD}}}\n"
    text = text.replace("metadata:\n", f"metadata:\n  namespace: {said}\n") if said else text
    result = rewrite(text, CONFIG._replace(default_namespace=stated), {(wanted, "pull"): NEW})
    assert result.text == (text.replace(OLD, QUOTED) if is_for_it else text)


# A Secret that cannot be updated, and why.
REFUSED = {
    "no type": (f"{HEAD}data: {{.dockerconfigjson: e30=}}\n", "it is no registry Secret with its content under data"),
    "another type": (
        f"{HEAD}type: Opaque\ndata: {{.dockerconfigjson: e30=}}\n",
        "it is no registry Secret with its content under data",
    ),
    "no data": (TYPED, "it is no registry Secret with its content under data"),
    "data of nothing": (f"{TYPED}data:\n", "it is no registry Secret with its content under data"),
    "data in a list": (f"{TYPED}data: [x]\n", "it is no registry Secret with its content under data"),
    "no such key": (f"{TYPED}data: {{.dockercfg: e30=}}\n", "it is no registry Secret with its content under data"),
    "a mapping": (
        f"{TYPED}data: {{.dockerconfigjson: {{}}}}\n",
        "it is no registry Secret with its content under data",
    ),
    "an alias": (
        f"x: &x e30=\n{TYPED}data: {{.dockerconfigjson: *x}}\n",
        "it is no registry Secret with its content under data",
    ),
    "a merge key": (
        f"x: &x {{.dockerconfigjson: e30=}}\n{TYPED}data: {{<<: *x}}\n",
        "it is no registry Secret with its content under data",
    ),
    "a text": (
        f"{TYPED}stringData: {{.dockerconfigjson: '{{}}'}}\n",
        "its .dockerconfigjson stands under stringData, which wins; put it under data",
    ),
    "a text besides": (
        f"{TYPED}data: {{.dockerconfigjson: e30=}}\nstringData: {{.dockerconfigjson: '{{}}'}}\n",
        "its .dockerconfigjson stands under stringData, which wins; put it under data",
    ),
    "immutable": (f"{TYPED}immutable: true\ndata: {{.dockerconfigjson: e30=}}\n", "it is immutable"),
    "a value that something else has too": (
        f"{TYPED}data: {{.dockerconfigjson: &v e30=}}\nx: *v\n",
        "something else has its content too, by an alias",
    ),
    "data that something else has too": (
        f"{TYPED}data: &d {{.dockerconfigjson: e30=}}\nx: *d\n",
        "something else has its content too, by an alias",
    ),
    "a Secret that stands there twice": (
        (
            "apiVersion: v1\nkind: SecretList\nitems:\n"
            "- &s {metadata: {name: pull}, type: kubernetes.io/dockerconfigjson, data: {.dockerconfigjson: e30=}}\n"
            "- *s\n"
        ),
        "something else has its content too, by an alias",
    ),
}


@pytest.mark.parametrize(("text", "why"), REFUSED.values(), ids=REFUSED)
def test_update_refuses_what_it_cannot_do(text: str, why: str) -> None:
    result = rewrite(text)
    assert result.text == text
    (finding,) = result.findings
    assert (finding.severity, finding.is_to_do) == ("error", True)
    assert finding.message == f"Secret pull: cannot be updated (existing: update): {why}"


@pytest.mark.parametrize(
    "text",
    [
        f"{TYPED}immutable: true\ndata: {{.dockerconfigjson: {QUOTED}}}\n",
        f"{TYPED}data: {{.dockerconfigjson: &v {QUOTED}}}\nx: *v\n",
    ],
    ids=["immutable", "a value that something else has too"],
)
def test_what_has_its_content_already_is_no_trouble(text: str) -> None:
    assert rewrite(text) == Rewrite(text, ())


@pytest.mark.parametrize("rest", ["", "  # to come", "\n  other: eA=="], ids=["nothing", "a comment", "another key"])
def test_update_fills_in_what_is_empty(rest: str) -> None:
    before = f"{TYPED}data:\n  .dockerconfigjson:{rest}\n"
    after = f"{TYPED}data:\n  .dockerconfigjson: {NEW}{rest}\n"
    assert rewrite(before).text == after
    assert rewrite(after) == Rewrite(after, ())


@pytest.mark.parametrize(
    "value", ["|\n", ">2\n\n    e3\n\n    0=\n", "|2-\n    e30=\n"], ids=["empty", "folded", "indented"]
)
def test_update_refuses_what_nothing_can_be_put_into(value: str) -> None:
    (finding,) = rewrite(f"{TYPED}data:\n  .dockerconfigjson: {value}").findings
    assert (finding.severity, finding.outcome) == ("error", "conflict")


def test_what_cannot_be_updated_leaves_the_whole_stream_as_it_is() -> None:
    text = f"{TYPED}data: {{.dockerconfigjson: e30=}}\n---\n{HEAD}"
    assert rewrite(text).text == text


def test_update_says_what_and_where_and_shows_nothing_of_it() -> None:
    (finding,) = rewrite(f"# c\n---\n{TYPED}data:\n  .dockerconfigjson: {OLD}\n").findings
    assert (finding.severity, finding.outcome, finding.is_to_do) == ("info", "updated", True)
    assert finding.message == "Secret pull: gets the credentials that the config names"
    assert (finding.line, finding.column, finding.field, finding.secret) == (9, 22, "data", "pull")
    (in_list,) = rewrite(
        "apiVersion: v1\nkind: SecretList\nitems:\n"
        f"- {{metadata: {{name: pull}}, type: {JSON}, data: {{.dockerconfigjson: e30=}}}}\n"
    ).findings
    assert in_list.field == "items[0].data"
    found = [Located("in.yaml", finding)]
    shown = "".join([report(found, version="0"), *lines(found, also_to_do=True)])
    assert [value for value in (OLD, NEW) if value in shown] == []


# -- blocks, what is left alone, and what something else says too ------------------------------------------------------


@pytest.mark.parametrize(("before", "after"), BLOCKS.values(), ids=BLOCKS)
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_update_in_block_style(before: str, after: str, newline: str) -> None:
    before, after = (text.replace("\n", newline) for text in (before, after))
    assert rewrite(before).text == after
    assert rewrite(after) == Rewrite(after, ())


LEFT_ALONE = {
    "SOPS": f"{TYPED}data: {{.dockerconfigjson: 'ENC[AES256_GCM,data:x]'}}\nsops: {{mac: x}}\n",
    "an annotation": f"{TYPED}data: {{.dockerconfigjson: e30=}}\n".replace(
        "  name", "  annotations: {repoint.dev/keep: 'true'}\n  name"
    ),
    "local configuration": f"{TYPED}data: {{.dockerconfigjson: e30=}}\n".replace(
        "  name", "  annotations: {config.kubernetes.io/local-config: 'true'}\n  name"
    ),
}


@pytest.mark.parametrize("text", LEFT_ALONE.values(), ids=LEFT_ALONE)
def test_a_secret_that_is_left_alone_stays(text: str) -> None:
    assert rewrite(text).text == text


def test_data_that_another_secret_has_too_stays() -> None:
    text = (
        "apiVersion: v1\nkind: SecretList\nitems:\n"
        "- {metadata: {name: pull}, type: kubernetes.io/dockerconfigjson, data: &d {.dockerconfigjson: e30=}}\n"
        "- {metadata: {name: other}, type: kubernetes.io/dockerconfigjson, data: *d}\n"
    )
    assert QUOTED not in rewrite(text).text


def test_a_value_that_a_config_map_has_too_stays() -> None:
    text = (
        "apiVersion: v1\nkind: List\nitems:\n"
        "- apiVersion: v1\n  kind: Secret\n  metadata: {name: pull}\n  type: kubernetes.io/dockerconfigjson\n"
        "  data: {.dockerconfigjson: &v e30=}\n"
        "- {apiVersion: v1, kind: ConfigMap, metadata: {name: other}, data: {x: *v}}\n"
    )
    assert QUOTED not in rewrite(text).text


def test_secrets_of_two_namespaces_with_one_data_are_no_bug() -> None:
    text = (
        "apiVersion: v1\nkind: SecretList\nitems:\n"
        "- metadata: {name: pull, namespace: a}\n  type: kubernetes.io/dockerconfigjson\n"
        "  data: &d {.dockerconfigjson: e30=}\n"
        "- {metadata: {name: pull, namespace: b}, type: kubernetes.io/dockerconfigjson, data: *d}\n"
    )
    found: tuple[Finding, ...] = rewrite(text, contents={("a", "pull"): NEW, ("b", "pull"): OLD}).findings
    assert {finding.severity for finding in found} == {"error"}
