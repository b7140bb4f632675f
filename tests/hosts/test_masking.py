"""A diff shows nothing of what Secrets hold, neither old nor new nor beside a change, and every other line as it is."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from command import CONFIG, PASSWORD, contents, lay_out, repoint
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from passwords import leaks
from test_laws import Writer

from transformer.config import Config, Mirror, PullSecret
from transformer.edits import Edit
from transformer.hosts.masking import masked
from transformer.pipeline import Rewrite, rewrite, rewrite_all
from transformer.survey import survey
from transformer.unified_diff import unified_diff

RULES = Config(mirrors=(Mirror("quay.io", "m.example"),), pull_secrets=(PullSecret("pull", ("m.example",)),))
UPDATING = Config(pull_secrets=(PullSecret("pull", ("m.example",), emit="Secret", existing="update"),))

POD = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: quay.io/app\n"
FLOW_POD = "{apiVersion: v1, kind: Pod, spec: {containers: [{image: quay.io/app}]}}\n"
SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n"
H = "aGlkZGVuLXZhbHVl"  # what is not to be seen
STARS = "*" * len(H)


def stream(*documents: str) -> str:
    return "---\n".join(documents)


def diff(text: str, part: Rewrite) -> str:
    return "".join(unified_diff(*masked(text, part), "in.yaml"))


# Documents with what is not to be seen, and how they are shown.
HIDDEN = {
    "data": (f"{SECRET}data:\n  a: {H}  # c\n  b: x\n", f"{SECRET}data:\n  a: {STARS}  # c\n  b: *\n"),
    "a text": (f"{SECRET}stringData:\n  a: {H} x {H}\n", f"{SECRET}stringData:\n  a: {STARS} * {STARS}\n"),
    "both": (
        f"{SECRET}data: {{a: {H}}}\nstringData: {{b: '{H}'}}\ntype: Opaque\n",
        f"{SECRET}data: {{a: {STARS}}}\nstringData: {{b: **{STARS}}}\ntype: Opaque\n",
    ),
    "in quotes": (f"{SECRET}data: {{'a': \"{H}\"}}\n", f"{SECRET}data: {{'a': **{STARS}}}\n"),
    "an anchor and a tag": (f"{SECRET}data:\n  a: &x !!str {H}\n", f"{SECRET}data:\n  a: ** ***** {STARS}\n"),
    "a block of lines": (
        f"{SECRET}stringData:\n  a: |  # c\n    x\n\n      {H}\n  b: 1\n",
        f"{SECRET}stringData:\n  a: *  * *\n    *\n\n      {STARS}\n  b: *\n",
    ),
    "a folded block": (
        f"{SECRET}data:\n  a: >-\n    {H}\n    {H}\ntype: Opaque\n",
        f"{SECRET}data:\n  a: **\n    {STARS}\n    {STARS}\ntype: Opaque\n",
    ),
    "text over lines": (
        f'{SECRET}stringData:\n  a: "{H}\n    {H}"\n',
        f"{SECRET}stringData:\n  a: *{STARS}\n    {STARS}*\n",
    ),
    "in JSON": (
        f'{{"apiVersion":"v1","kind":"Secret","data":{{"a":"{H}"}},"type":"Opaque"}}\n',
        f'{{"apiVersion":"v1","kind":"Secret","data":{{"a":**{STARS}}},"type":"Opaque"}}\n',
    ),
    "no text": (
        f"{SECRET}stringData:\n  a: {{x: {H}}}\n  b: [{H}]\n  c: 12\n  d:\n",
        f"{SECRET}stringData:\n  a: {{x: {STARS}}}\n  b: [{STARS}]\n  c: **\n  d:\n",
    ),
    "by an alias": (
        f"{SECRET}x: &x {H}\ndata: {{a: *x}}\n",
        f"{SECRET}x: ** {STARS}\ndata: {{a: *x}}\n",
    ),
    "all of it by an alias": (
        f"{SECRET}x: &x {{a: {H}}}\ndata: *x\n",
        f"{SECRET}x: &x {{a: {STARS}}}\ndata: *x\n",
    ),
    "by a merge key": (
        f"{SECRET}x: &x {{a: {H}}}\ndata: {{<<: *x}}\n",
        f"{SECRET}x: &x {{a: {STARS}}}\ndata: {{<<: *x}}\n",
    ),
    "of two that are called the same": (
        f"{SECRET}data: {{a: {H}}}\ndata: {{b: {H}}}\n",
        f"{SECRET}data: {{a: {STARS}}}\ndata: {{b: {STARS}}}\n",
    ),
    "besides what it is known to hold": (f"{SECRET}spec: {{a: {H}}}\n", f"{SECRET}spec: {{a: {STARS}}}\n"),
    "a Secret by a merge key": (
        f"x: &x\n  data: {{a: {H}}}\n{SECRET}<<: *x\n",
        f"x: &x\n  data: {{a: {STARS}}}\n{SECRET}<<: *x\n",
    ),
    "in a list": (
        (
            "apiVersion: v1\nkind: List\nitems:\n"
            f"- {{apiVersion: v1, kind: Secret, data: {{a: {H}}}}}\n"
            "- {apiVersion: v1, kind: ConfigMap, data: {a: x}}\n"
            f"- {{apiVersion: v1, kind: Secret, data: {{a: {H}}}}}\n"
        ),
        (
            "apiVersion: v1\nkind: List\nitems:\n"
            f"- {{apiVersion: v1, kind: Secret, data: {{a: {STARS}}}}}\n"
            "- {apiVersion: v1, kind: ConfigMap, data: {a: x}}\n"
            f"- {{apiVersion: v1, kind: Secret, data: {{a: {STARS}}}}}\n"
        ),
    ),
    "in a list of Secrets": (
        f"apiVersion: v1\nkind: SecretList\nitems:\n- metadata: {{name: a}}\n  data:\n    a: {H}\n- data: {{b: {H}}}\n",
        (
            "apiVersion: v1\nkind: SecretList\nitems:\n- metadata: {name: a}\n"
            f"  data:\n    a: {STARS}\n- data: {{b: {STARS}}}\n"
        ),
    ),
    "the same twice": (
        f"{SECRET}data: {{a: &x {H}, b: *x}}\n",
        f"{SECRET}data: {{a: ** {STARS}, b: *x}}\n",
    ),
}

# Documents that are shown as they are.
SHOWN = {
    "a ConfigMap": f"apiVersion: v1\nkind: ConfigMap\ndata: {{a: {H}}}\n",
    "a ConfigMap that names a Secret": f"apiVersion: v1\nkind: ConfigMap\ndata: {{kind: Secret, a: {H}}}\n",
    "a SealedSecret": f"apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nspec: {{encryptedData: {{a: {H}}}}}\n",
    "another group": f"{SECRET.replace('v1', 'x/v1')}data: {{a: {H}}}\n",
    "what a Secret says besides": f"{SECRET}type: Opaque\ndata:\nstringData: {{}}\nimmutable: true\n",
    "no object": f"kind: Secret\ndata: {{a: {H}}}\n",
}


@pytest.mark.parametrize(("text", "shown"), HIDDEN.values(), ids=HIDDEN)
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_masked_hides_what_secrets_hold(text: str, shown: str, newline: str) -> None:
    text, shown = (stream(POD, each, POD).replace("\n", newline) for each in (text, shown))
    part = rewrite(text, RULES)
    assert masked(text, part) == (shown, [edit for finding in part.findings for edit in finding.edits])


@pytest.mark.parametrize("text", SHOWN.values(), ids=SHOWN)
def test_masked_shows_everything_else(text: str) -> None:
    text = stream(POD, text, POD)
    assert masked(text, rewrite(text, RULES))[0] == text


def test_where_nothing_changes_nothing_is_looked_for() -> None:
    text = f"{SECRET}data: {{a: {H}}}\n"
    assert masked(text, Rewrite(text, ())) == (text, [])
    assert diff(text, rewrite(text, RULES)) == ""


def test_a_diff_shows_what_changes_beside_a_secret() -> None:
    text = stream(f"{SECRET}data:\n  a: {H}\n", FLOW_POD, f"stringData: {{a: {H}}}\n{SECRET}")
    assert diff(text, rewrite(text, RULES)).splitlines() == [
        "--- a/in.yaml",
        "+++ b/in.yaml",
        "@@ -4,7 +4,7 @@",
        " data:",
        f"   a: {STARS}",
        " ---",
        "-{apiVersion: v1, kind: Pod, spec: {containers: [{image: quay.io/app}]}}",
        "+{apiVersion: v1, kind: Pod, spec: {imagePullSecrets: [{name: pull}], containers: [{image: m.example/app}]}}",
        " ---",
        f" stringData: {{a: {STARS}}}",
        " apiVersion: v1",
    ]


NEW = b64encode(b'{"auths":{"m.example":{}}}').decode()
PULL = "apiVersion: v1\nkind: Secret\nmetadata: {name: pull}\ntype: kubernetes.io/dockerconfigjson\n"

# Secrets, and the lines of a diff in which they get other content.
UPDATED = {
    "plain": (
        f"{PULL}data:\n  .dockerconfigjson: {H}  # c\n  a: {H}\n",
        [f"-  .dockerconfigjson: {STARS}  # c", "+  .dockerconfigjson: (not shown)  # c", f"   a: {STARS}"],
    ),
    "in quotes": (
        f"{PULL}data:\n  .dockerconfigjson: '{H}'\n",
        [f"-  .dockerconfigjson: **{STARS}", "+  .dockerconfigjson: (not shown)"],
    ),
    "in flow": (
        f"{PULL}data: {{.dockerconfigjson: {H}, a: {H}}}\n",
        [
            f"-data: {{.dockerconfigjson: {STARS}, a: {STARS}}}",
            f"+data: {{.dockerconfigjson: (not shown), a: {STARS}}}",
        ],
    ),
}


@pytest.mark.parametrize(("text", "expected"), UPDATED.values(), ids=UPDATED)
def test_a_diff_shows_that_a_secret_is_updated_and_not_how(text: str, expected: list[str]) -> None:
    known = survey([text], UPDATING)._replace(
        contents={("", "pull"): {"kubernetes.io/dockerconfigjson": NEW}}, is_settled=True
    )
    (part,) = rewrite_all([text], UPDATING, known)
    assert NEW in part.text
    lines = diff(text, part).splitlines()
    first = next(index for index, line in enumerate(lines[2:], 2) if line.startswith("-"))
    assert lines[first:] == expected
    assert not any(each in line for line in lines for each in (H, NEW))


# -- the command ------------------------------------------------------------------------------------------------------

OURS = FLOW_POD.replace("quay.io/app", "nginx")


@pytest.mark.parametrize("existing", ["keep", "update"])
@pytest.mark.parametrize("held", [H, PASSWORD], ids=["a text", "a password"])
def test_render_shows_no_secret_in_a_diff(existing: str, held: str, tmp_path: Path) -> None:
    auths = json.dumps({"auths": {"harbor.corp.example": {"username": "x", "password": held}}})
    data = b64encode(auths.encode()).decode()
    pull = f"{PULL.replace('name: pull', 'name: harbor-pull')}data:\n  .dockerconfigjson: {data}\n"
    files = {
        "k8s/a.yaml": stream(pull, OURS, f"stringData: {{token: {held}}}\n{SECRET}"),
        "k8s/b.yaml": f"{SECRET}stringData: {{token: {held}}}\n",
    }
    lay_out(tmp_path, {"repoint.yaml": f"{CONFIG}    existing: {existing}\n", **files})
    before = contents(tmp_path)
    done = repoint(tmp_path, "render", "k8s", "--diff")
    assert (done.code, contents(tmp_path)) == (0, before)
    shown = done.out.decode() + done.err
    assert [each for each in (held, data) if each in shown] == []
    assert leaks(shown) == []
    lines = done.out.decode().splitlines()
    assert [line for line in lines if line.startswith("+")] == [
        "+++ b/k8s/a.yaml",
        *(["+  .dockerconfigjson: (not shown)"] if existing == "update" else []),
        (
            "+{apiVersion: v1, kind: Pod, spec: {imagePullSecrets: [{name: harbor-pull}], "
            "containers: [{image: harbor.corp.example/hub/library/nginx}]}}"
        ),
    ]
    assert f" stringData: {{token: {'*' * len(held)}}}" in lines


# -- laws -------------------------------------------------------------------------------------------------------------

VALUES = st.sampled_from([f"{H}{number}" for number in range(3)] + [f"{H}\n{H}\n", f"x {H}"])
DATA = st.dictionaries(st.sampled_from(["a", "b", ".dockerconfigjson"]), VALUES, min_size=1, max_size=3)


@st.composite
def secrets(draw: st.DrawFn) -> dict[str, Any]:
    holders = draw(st.lists(st.sampled_from(["data", "stringData"]), min_size=1, max_size=2, unique=True))
    said = {holder: draw(DATA) for holder in holders}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, **said, "type": "Opaque"}


PODS = st.just(
    {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [{"image": "quay.io/app"}]}}
)
LISTS = st.lists(secrets() | PODS, min_size=1, max_size=3).map(
    lambda items: {"apiVersion": "v1", "kind": "List", "items": items}
)


@st.composite
def streams(draw: st.DrawFn) -> str:
    writer = Writer(draw, step=2)
    documents = [draw(PODS), *draw(st.lists(secrets() | PODS | LISTS, max_size=4))]
    texts = [writer.document(document) for document in draw(st.permutations(documents))]
    return "---\n".join(texts).replace("\n", draw(st.sampled_from(["\n", "\r\n"])))


@given(streams())
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_masked_keeps_every_line_and_place_and_shows_no_value(text: str) -> None:
    part = rewrite(text, RULES)
    shown, edits = masked(text, part)
    assert edits != []
    assert H not in shown
    assert len(shown) == len(text)
    assert all(new in (old, "*") and (new == old or not old.isspace()) for old, new in zip(text, shown, strict=True))
    # Whatever an edit changes is shown as it was.
    assert all(shown[edit.start : edit.end] == text[edit.start : edit.end] for edit in edits)
    assert H not in diff(text, part)


# -- where Secrets are hard to see -------------------------------------------------------------------------------------


def unseen(text: str, *, skip: bool = False) -> bool:
    (part,) = rewrite_all([text], RULES, survey([text], RULES), skip_unreadable=skip)
    edits: list[Edit] = [edit for finding in part.findings for edit in finding.edits]
    assert edits != []
    return H not in masked(text, part)[0]


@pytest.mark.parametrize("kind", ["template.openshift.io/v1\nkind: Template", "x/v1\nkind: Bundle"])
def test_a_secret_inside_another_object_is_hidden(kind: str) -> None:
    text = (
        f"apiVersion: {kind}\nobjects:\n- {{apiVersion: v1, kind: Secret, stringData: {{a: {H}}}}}\n"
        "- {apiVersion: v1, kind: Pod, spec: {containers: [{image: quay.io/app}]}}\n"
    )
    assert unseen(text)


def test_a_secret_that_is_not_yaml_is_hidden() -> None:
    assert unseen(stream(POD, f"{SECRET}stringData:\n  a: {H}\n{{{{ if x }}}}\n"), skip=True)


def test_what_kubectl_applied_is_hidden() -> None:
    applied = (
        f'annotations:\n    kubectl.kubernetes.io/last-applied-configuration: |\n      {{"data": {{"a": "{H}"}}}}\n'
    )
    assert unseen(stream(POD, SECRET.replace("{name: s}\n", f"\n  {applied}")))


def test_a_value_in_a_mapping_that_is_merged_is_no_bug() -> None:
    text = f"apiVersion: v1\nkind: SecretList\nitems:\n- {{data: &d {{a: {H}}}}}\n- {{data: {{<<: *d}}}}\n---\n{POD}"
    assert unseen(text)
