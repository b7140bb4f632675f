"""ServiceAccounts get the pull secrets that the pods which run as them need, and stay as they were but for that."""

from __future__ import annotations

import pytest

from transformer.config import Config, Mirror, PullSecret
from transformer.findings import Finding
from transformer.pipeline import Rewrite, rewrite, rewrite_all
from transformer.survey import survey

PULL = PullSecret("pull", ("m.example",), attach_to="serviceAccounts")
OTHER = PullSecret("other", ("o.example",), attach_to="serviceAccounts")
IN_PODS = PullSecret("in-pods", ("p.example",))
CONFIG = Config(mirrors=(Mirror("quay.io", "m.example"),), pull_secrets=(PULL, OTHER, IN_PODS), unmapped="allow")

ACCOUNT = "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: default\n"
ROBOT = ACCOUNT.replace("default", "robot")
POD = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n  - image: m.example/app\n"
AS_ROBOT = f"{POD}  serviceAccountName: robot\n"
PULLED = "imagePullSecrets:\n- name: pull\n"


def stream(*documents: str) -> str:
    return "---\n".join(documents)


def in_namespace(name: str, text: str) -> str:
    return text.replace("metadata:\n", f"metadata:\n  namespace: {name}\n")


def workload(api_version: str, kind: str, path: str) -> str:
    """Return an object of a kind with pods as robot, whose pod spec stands at `path`."""
    spec = "{containers: [{image: m.example/app}], serviceAccountName: robot}"
    for key in reversed(path.split(".")):
        spec = f"{{{key}: {spec}}}"
    return f"apiVersion: {api_version}\nkind: {kind}\n{spec[1:-1]}\n"


# Streams that come out as they went in.
UNCHANGED = {
    "an account that no pod runs as": ROBOT,
    "an account that pods run as whose images need none": stream(ACCOUNT, POD.replace("m.example", "x.example")),
    "an account of another name": stream(ROBOT, POD),
    "the default one, as the pod names another": stream(ACCOUNT, AS_ROBOT),
    "an account in another namespace": stream(in_namespace("n", ACCOUNT), in_namespace("m", POD)),
    "an account in no namespace": stream(ACCOUNT, in_namespace("m", POD)),
    "an account in a namespace, and the pod is in none": stream(in_namespace("m", ACCOUNT), POD),
    "has it": stream(ACCOUNT + PULLED, POD),
    "has it, in flow": stream(f"{ACCOUNT}imagePullSecrets: [{{name: x}}, {{name: pull}}]\n", POD),
    "has it, by an alias": stream(f"x: &l [{{name: pull}}]\n{ACCOUNT}imagePullSecrets: *l\n", POD),
    "has it, by a merge key": stream(f"{ACCOUNT}<<: {{imagePullSecrets: [{{name: pull}}]}}\n", POD),
    "the pod has it": stream(ACCOUNT, f"{POD}  imagePullSecrets:\n  - name: pull\n"),
    "no pod, but a description of one": stream(
        ACCOUNT, "apiVersion: kyverno.io/v1\nkind: Policy\nspec:\n  containers:\n  - image: m.example/app\n"
    ),
    "another kind of that name": stream(ACCOUNT.replace("v1", "x/v1"), POD),
    "an image that a comment keeps": stream(ACCOUNT, POD.replace("m.example/app", "quay.io/app  # repoint: keep")),
    "a list of texts": stream(f"{ACCOUNT}imagePullSecrets: [own]\n", POD),
    "a text": stream(f"{ACCOUNT}imagePullSecrets: own\n", POD),
    "a mapping": stream(f"{ACCOUNT}imagePullSecrets: {{name: own}}\n", POD),
}

# Streams, and the same with pull secrets in the accounts.
EXTENDED = {
    "at its end": (stream(ACCOUNT, POD), stream(ACCOUNT + PULLED, POD)),
    "before the pod that needs it": (stream(POD, ACCOUNT), stream(POD, ACCOUNT + PULLED)),
    "the one that the pod names": (stream(ACCOUNT, ROBOT, AS_ROBOT), stream(ACCOUNT, ROBOT + PULLED, AS_ROBOT)),
    "for an image that comes to need it": (
        stream(ACCOUNT, POD.replace("m.example", "quay.io")),
        stream(ACCOUNT + PULLED, POD),
    ),
    "for a container for debugging": (
        stream(ACCOUNT, POD.replace("containers", "ephemeralContainers")),
        stream(ACCOUNT + PULLED, POD.replace("containers", "ephemeralContainers")),
    ),
    "in the namespace of the pod": (
        stream(in_namespace("n", ACCOUNT), in_namespace("m", ACCOUNT), in_namespace("m", POD)),
        stream(in_namespace("n", ACCOUNT), in_namespace("m", ACCOUNT) + PULLED, in_namespace("m", POD)),
    ),
    "in no namespace, and the pod is in the default one": (
        stream(ACCOUNT, in_namespace("default", POD)),
        stream(ACCOUNT + PULLED, in_namespace("default", POD)),
    ),
    "in the default namespace, and the pod is in none": (
        stream(in_namespace("default", ACCOUNT), POD),
        stream(in_namespace("default", ACCOUNT) + PULLED, POD),
    ),
    "behind its own": (
        stream(f"{ACCOUNT}imagePullSecrets:\n- name: own\n", POD),
        stream(f"{ACCOUNT}imagePullSecrets:\n- name: own\n- name: pull\n", POD),
    ),
    "behind its own, in their style": (
        stream(f"{ACCOUNT}imagePullSecrets:  # c1\n  # c2\n  -   name: 'own'   # c3\n  # c4\nsecrets: []\n", POD),
        stream(
            f"{ACCOUNT}imagePullSecrets:  # c1\n  # c2\n  -   name: 'own'   # c3\n  -   name: 'pull'\n  # c4\n"
            "secrets: []\n",
            POD,
        ),
    ),
    "behind its own, in flow": (
        stream(f"{ACCOUNT}imagePullSecrets: [{{name: own}}]   # c\nsecrets: []\n", POD),
        stream(f"{ACCOUNT}imagePullSecrets: [{{name: own}}, {{name: pull}}]   # c\nsecrets: []\n", POD),
    ),
    "behind its own, in flow on lines": (
        stream(f"{ACCOUNT}imagePullSecrets: [\n  {{name: own}}\n]\n", POD),
        stream(f"{ACCOUNT}imagePullSecrets: [\n  {{name: own}},\n  {{name: pull}}\n]\n", POD),
    ),
    "into an empty list": (
        stream(f"{ACCOUNT}imagePullSecrets: [] # c\n", POD),
        stream(f"{ACCOUNT}imagePullSecrets: [{{name: pull}}] # c\n", POD),
    ),
    "in place of a null": (
        stream(f"{ACCOUNT}imagePullSecrets: null\n", POD),
        stream(f"{ACCOUNT}imagePullSecrets: [{{name: pull}}]\n", POD),
    ),
    "in place of a tilde": (
        stream(f"{ACCOUNT}imagePullSecrets: ~ # c\nsecrets: []\n", POD),
        stream(f"{ACCOUNT}imagePullSecrets: [{{name: pull}}] # c\nsecrets: []\n", POD),
    ),
    "in place of nothing": (
        stream(f"{ACCOUNT}imagePullSecrets: # c\nsecrets: []\n", POD),
        stream(f"{ACCOUNT}imagePullSecrets: [{{name: pull}}] # c\nsecrets: []\n", POD),
    ),
    "besides a merged list": (
        stream(f"{ACCOUNT}<<: {{imagePullSecrets: [{{name: own}}]}}\n", POD),
        stream(
            f"{ACCOUNT}<<: {{imagePullSecrets: [{{name: own}}]}}\nimagePullSecrets:\n- name: own\n- name: pull\n", POD
        ),
    ),
    "in place of an alias": (
        stream(f"x: &l [{{name: own}}]\n{ACCOUNT}imagePullSecrets: *l\n", POD),
        stream(f"x: &l [{{name: own}}]\n{ACCOUNT}imagePullSecrets: [{{name: own}}, {{name: pull}}]\n", POD),
    ),
    "in flow": (
        stream("{apiVersion: v1, kind: ServiceAccount, metadata: {name: default}}\n", POD),
        stream(
            "{imagePullSecrets: [{name: pull}], apiVersion: v1, kind: ServiceAccount, metadata: {name: default}}\n", POD
        ),
    ),
    "in JSON": (
        stream(POD, '{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"default"}}\n'),
        stream(
            POD,
            '{"imagePullSecrets": [{"name": "pull"}], '
            '"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"default"}}\n',
        ),
    ),
    "in JSON, behind its own": (
        stream(
            POD,
            '{"kind":"ServiceAccount","apiVersion":"v1","metadata":{"name":"default"},"imagePullSecrets":[{"name":"a"}]}\n',
        ),
        stream(
            POD,
            '{"kind":"ServiceAccount","apiVersion":"v1","metadata":{"name":"default"},'
            '"imagePullSecrets":[{"name":"a"}, {"name":"pull"}]}\n',
        ),
    ),
    "in JSON on lines": (
        stream(
            POD,
            '{\n  "apiVersion": "v1",\n  "kind": "ServiceAccount",\n  "metadata": {\n    "name": "default"\n  }\n}\n',
        ),
        stream(
            POD,
            '{\n  "imagePullSecrets": [{"name": "pull"}],\n  "apiVersion": "v1",\n  "kind": "ServiceAccount",\n'
            '  "metadata": {\n    "name": "default"\n  }\n}\n',
        ),
    ),
    "without a line break at its end": (stream(POD, ACCOUNT[:-1]), stream(POD, (ACCOUNT + PULLED)[:-1])),
    "before a marker and comments": (
        f"# a\n---\n{ACCOUNT}automountServiceAccountToken: false  # b\n# c\n...\n# d\n---\n{POD}",
        (f"# a\n---\n{ACCOUNT}automountServiceAccountToken: false  # b\n{PULLED}# c\n...\n# d\n---\n{POD}"),
    ),
    "each of two that is the same": (
        stream(f"{ACCOUNT}imagePullSecrets: [{{name: a}}]\n", POD, ACCOUNT),
        stream(f"{ACCOUNT}imagePullSecrets: [{{name: a}}, {{name: pull}}]\n", POD, ACCOUNT + PULLED),
    ),
    "that of two which lacks it and comes last": (
        stream(ACCOUNT + PULLED, POD, ACCOUNT),
        stream(ACCOUNT + PULLED, POD, ACCOUNT + PULLED),
    ),
    "two, each in its own account": (
        stream(ACCOUNT, ROBOT, POD.replace("m.example", "o.example"), AS_ROBOT),
        stream(
            ACCOUNT + PULLED.replace("pull", "other"), ROBOT + PULLED, POD.replace("m.example", "o.example"), AS_ROBOT
        ),
    ),
    "two, in the order of the config": (
        stream(ACCOUNT, POD.replace("  - image", "  - image: o.example/app\n  - image")),
        stream(f"{ACCOUNT}{PULLED}- name: other\n", POD.replace("  - image", "  - image: o.example/app\n  - image")),
    ),
    "two, of two pods": (
        stream(POD.replace("m.example", "o.example"), ACCOUNT, POD),
        stream(
            POD.replace("m.example", "o.example"), f"{ACCOUNT}imagePullSecrets:\n- name: other\n- name: pull\n", POD
        ),
    ),
    "the one of two that it lacks": (
        stream(ACCOUNT + PULLED, POD, POD.replace("m.example", "o.example")),
        stream(f"{ACCOUNT}{PULLED}- name: other\n", POD, POD.replace("m.example", "o.example")),
    ),
    "accounts in a list": (
        (
            "apiVersion: v1\nkind: List\nitems:\n"
            "- apiVersion: v1\n  kind: ServiceAccount\n  metadata: {name: robot}\n"
            "- apiVersion: v1\n  kind: ServiceAccount\n  metadata: {name: idle}\n"
            "- apiVersion: v1\n  kind: ServiceAccount\n  metadata: {name: default}\n  imagePullSecrets: []\n"
            "- apiVersion: v1\n  kind: Pod\n  spec:\n    containers:\n    - image: m.example/app\n"
            "- {apiVersion: v1, kind: Pod, spec: {containers: [{image: m.example/app}], serviceAccount: robot}}\n"
        ),
        (
            "apiVersion: v1\nkind: List\nitems:\n"
            "- apiVersion: v1\n  kind: ServiceAccount\n  metadata: {name: robot}\n"
            "  imagePullSecrets:\n  - name: pull\n"
            "- apiVersion: v1\n  kind: ServiceAccount\n  metadata: {name: idle}\n"
            "- apiVersion: v1\n  kind: ServiceAccount\n  metadata: {name: default}\n"
            "  imagePullSecrets: [{name: pull}]\n"
            "- apiVersion: v1\n  kind: Pod\n  spec:\n    containers:\n    - image: m.example/app\n"
            "- {apiVersion: v1, kind: Pod, spec: {containers: [{image: m.example/app}], serviceAccount: robot}}\n"
        ),
    ),
    "accounts in a list of accounts": (
        stream(
            "apiVersion: v1\nkind: ServiceAccountList\nitems:\n- metadata: {name: x}\n- metadata: {name: default}\n",
            POD,
        ),
        stream(
            (
                "apiVersion: v1\nkind: ServiceAccountList\nitems:\n- metadata: {name: x}\n- metadata: {name: default}\n"
                "  imagePullSecrets:\n  - name: pull\n"
            ),
            POD,
        ),
    ),
    "once, to an account under an alias": (
        stream(
            (
                "apiVersion: v1\nkind: List\nitems:\n- &a\n  apiVersion: v1\n  kind: ServiceAccount\n"
                "  metadata: {name: default}\n- *a\n"
            ),
            POD,
        ),
        stream(
            (
                "apiVersion: v1\nkind: List\nitems:\n- &a\n  apiVersion: v1\n  kind: ServiceAccount\n"
                "  metadata: {name: default}\n  imagePullSecrets:\n  - name: pull\n- *a\n"
            ),
            POD,
        ),
    ),
    "not what goes into pods": (
        stream(ACCOUNT, POD.replace("m.example", "p.example")),
        stream(ACCOUNT, f"{POD.replace('m.example', 'p.example')}  imagePullSecrets:\n  - name: in-pods\n"),
    ),
    # A list in the pod is needed anyway, and would switch off what the account gets.
    "not where the pod gets a list": (
        stream(f"{ACCOUNT}imagePullSecrets: [{{name: own}}]\n", f"{POD}  - image: p.example/app\n"),
        stream(
            f"{ACCOUNT}imagePullSecrets: [{{name: own}}]\n",
            f"{POD}  - image: p.example/app\n  imagePullSecrets:\n  - name: own\n  - name: pull\n  - name: in-pods\n",
        ),
    ),
    "not where the pod has a list": (
        stream(ACCOUNT, f"{POD}  imagePullSecrets:\n  - name: own\n"),
        stream(ACCOUNT, f"{POD}  imagePullSecrets:\n  - name: own\n  - name: pull\n"),
    ),
    "for the pods that have none": (
        stream(ACCOUNT, f"{POD}  imagePullSecrets:\n  - name: own\n", POD),
        stream(ACCOUNT + PULLED, f"{POD}  imagePullSecrets:\n  - name: own\n  - name: pull\n", POD),
    ),
}


def both(table: dict[str, tuple[str, str]]) -> list[object]:
    """Return the rows of a table with LF and with CRLF."""
    newlines = {"LF": "\n", "CRLF": "\r\n"}
    return [
        pytest.param(before.replace("\n", newline), after.replace("\n", newline), id=f"{name}-{word}")
        for name, (before, after) in table.items()
        for word, newline in newlines.items()
    ]


@pytest.mark.parametrize("text", UNCHANGED.values(), ids=UNCHANGED)
def test_noop(text: str) -> None:
    assert rewrite(text, CONFIG).text == text


@pytest.mark.parametrize(("before", "after"), both(EXTENDED))
def test_extend(before: str, after: str) -> None:
    assert rewrite(before, CONFIG).text == after
    again = rewrite(after, CONFIG)
    assert again.text == after
    assert [finding.message for finding in again.findings if finding.edits] == []


# Objects whose pods run as robot.
WORKLOADS = {
    "a Deployment": workload("apps/v1", "Deployment", "spec.template.spec"),
    "a CronJob": workload("batch/v1", "CronJob", "spec.jobTemplate.spec.template.spec"),
    "a PodTemplate": workload("v1", "PodTemplate", "template.spec"),
    "a Rollout": workload("argoproj.io/v1alpha1", "Rollout", "spec.template.spec"),
    "a kind that takes no pull secrets": workload("x/v1", "Widget", "spec.pods.web"),
    "a custom resource that names its account": (
        "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\n"
        "spec: {image: m.example/prometheus, serviceAccountName: robot}\n"
    ),
    "the template of a custom resource": (
        "apiVersion: agent.k8s.elastic.co/v1alpha1\nkind: Agent\nspec:\n  image: m.example/agent\n"
        "  deployment:\n    podTemplate:\n      spec:\n        serviceAccountName: robot\n"
    ),
}


@pytest.mark.parametrize("text", WORKLOADS.values(), ids=WORKLOADS)
def test_the_account_of_each_workload_is_extended(text: str) -> None:
    assert rewrite(stream(text, ROBOT, ACCOUNT), CONFIG).text == stream(text, ROBOT + PULLED, ACCOUNT)


@pytest.mark.parametrize("attach_to", ["pods", "none"])
def test_accounts_stay_where_pull_secrets_go_elsewhere(attach_to: str) -> None:
    config = CONFIG._replace(pull_secrets=tuple(each._replace(attach_to=attach_to) for each in CONFIG.pull_secrets))
    assert rewrite(stream(ACCOUNT, POD), config).text.startswith(f"{ACCOUNT}---\n")


def test_what_is_attached_nowhere_is_no_matter_to_accounts() -> None:
    config = Config(pull_secrets=(PULL._replace(attach_to="none"), PULL._replace(name="too")))
    assert rewrite(stream(ACCOUNT, POD), config).text == stream(ACCOUNT + PULLED.replace("pull\n", "too\n"), POD)


def rewrite_streams(*streams: str, config: Config = CONFIG) -> list[Rewrite]:
    return rewrite_all(streams, config, survey(streams, config))


@pytest.mark.parametrize("before", [True, False], ids=["before", "behind"])
def test_an_account_in_another_stream_is_extended(before: bool) -> None:
    streams, extended = [ACCOUNT, "a: 1\n", POD], [ACCOUNT + PULLED, "a: 1\n", POD]
    turn = 1 if before else -1
    assert [result.text for result in rewrite_streams(*streams[::turn])] == extended[::turn]


def test_an_error_in_one_stream_leaves_that_one_alone() -> None:
    """The command writes nothing at all then; each stream by itself is the concern here."""
    results = rewrite_streams(stream(ACCOUNT, "a: [\n"), POD)
    assert [result.text for result in results] == [stream(ACCOUNT, "a: [\n"), POD]


@pytest.mark.parametrize("stated", ["shop", "default"])
@pytest.mark.parametrize("of_account", [True, False], ids=["the account says it", "the pod says it"])
def test_the_stated_namespace_is_that_of_objects_that_name_none(stated: str, of_account: bool) -> None:
    config = CONFIG._replace(default_namespace=stated)
    account, pod = (in_namespace(stated, ACCOUNT), POD) if of_account else (ACCOUNT, in_namespace(stated, POD))
    assert rewrite(stream(account, pod), config).text == stream(account + PULLED, pod)


# -- what is said -----------------------------------------------------------------------------------------------------


def about_accounts(result: Rewrite) -> list[Finding]:
    return [each for each in result.findings if each.resource is not None and each.resource.kind == "ServiceAccount"]


# The names of pods in the order of the stream, and for whom the account is said to get the pull secret.
USERS = {
    "one": (["web"], "Pod web"),
    "two": (["web", "db"], "Pod web and 1 more"),
    "three": (["db", "web", "x"], "Pod db and 2 more"),
    "one twice": (["web", "web"], "Pod web"),
}


@pytest.mark.parametrize(("names", "users"), USERS.values(), ids=USERS)
def test_the_finding_names_who_needs_it(names: list[str], users: str) -> None:
    text = stream(ACCOUNT, *(POD.replace("name: web", f"name: {name}") for name in names))
    (finding,) = about_accounts(rewrite(text, CONFIG))
    assert (finding.severity, finding.outcome) == ("info", "attached")
    assert finding.message == f"ServiceAccount default: gets the pull secret pull, for {users}"
    assert (finding.pull_secret, finding.secret, finding.is_to_do) == ("pull", "pull", True)


def test_a_finding_stands_at_the_list_or_at_the_account() -> None:
    (at_list,) = about_accounts(rewrite(stream(POD, f"{ACCOUNT}imagePullSecrets: [{{name: own}}]\n"), CONFIG))
    (at_account,) = about_accounts(rewrite(f"# c\n---\n{stream(ACCOUNT, POD)}", CONFIG))
    assert (at_list.line, at_list.column, at_list.field) == (13, 19, "imagePullSecrets")
    assert (at_account.line, at_account.column) == (3, 1)


def test_the_field_of_an_account_in_a_list_says_which() -> None:
    text = stream(
        "apiVersion: v1\nkind: ServiceAccountList\nitems:\n- {metadata: {name: x}}\n- {metadata: {name: default}}\n",
        POD,
    )
    (finding,) = about_accounts(rewrite(text, CONFIG))
    assert (finding.field, finding.line) == ("items[1].imagePullSecrets", 5)


@pytest.mark.parametrize("said", ["[own]", "own", "{name: own}", "[{name: a}, b]"])
def test_what_is_no_list_of_names_is_said(said: str) -> None:
    (finding,) = about_accounts(rewrite(stream(POD, f"{ACCOUNT}imagePullSecrets: {said}\n"), CONFIG))
    assert (finding.severity, finding.outcome) == ("warning", "unattached")
    assert finding.message == (
        "ServiceAccount default: its pods need the pull secret pull; none was added: "
        "its imagePullSecrets is no list of names"
    )


# A pod, and the command that shows what its account has.
CHECKED = {
    "the default one": (POD, "kubectl get serviceaccount default"),
    "one that is named": (AS_ROBOT, "kubectl get serviceaccount robot"),
    "one in a namespace": (in_namespace("shop", AS_ROBOT), "kubectl -n shop get serviceaccount robot"),
}


@pytest.mark.parametrize(("pod", "command"), CHECKED.values(), ids=CHECKED)
def test_an_account_outside_the_input_is_to_be_checked(pod: str, command: str) -> None:
    result = rewrite(pod, CONFIG)
    assert result.text == pod
    (finding,) = [each for each in result.findings if each.outcome == "account"]
    name = command.rpartition(" ")[2]
    assert (finding.severity, finding.pull_secret, finding.is_to_do) == ("warning", "pull", False)
    assert finding.message == (
        f"Pod {'shop/' if 'shop' in pod else ''}web: its ServiceAccount {name} is not in the input; check that it has "
        f"the pull secret pull: {command} -o jsonpath='{{.imagePullSecrets[*].name}}'"
    )


def test_an_account_is_to_be_checked_once_for_each_pull_secret() -> None:
    pods = [POD, AS_ROBOT, POD, POD.replace("m.example", "o.example"), in_namespace("shop", POD)]
    found = [each for each in rewrite(stream(*pods), CONFIG).findings if each.outcome == "account"]
    assert [each.severity for each in found] == ["warning", "warning", "info", "warning", "warning"]


@pytest.mark.parametrize("emitted", [True, False])
def test_an_account_that_is_to_be_made_needs_no_check(emitted: bool) -> None:
    config = Config(pull_secrets=(PULL._replace(emit_accounts=emitted),))
    found = [(each.severity, each.outcome) for each in rewrite(POD, config).findings if each.pull_secret]
    assert found == [("info", "present") if emitted else ("warning", "account")]


def test_a_list_of_the_pods_own_may_switch_off_what_an_account_outside_the_input_has() -> None:
    found = rewrite(AS_ROBOT.replace("m.example", "p.example"), CONFIG).findings
    assert [each.message for each in found if each.outcome == "account"] == [
        (
            "Pod web: the pod's own list switches off what its ServiceAccount robot has, which is not in the input; "
            "check that it has no imagePullSecrets, or put it into the input, and they are kept"
        )
    ]


# -- names with a hash ------------------------------------------------------------------------------------------------

OLD, NEW = "pull-2456789bcd", "pull-fghkmtbcdf"
HASHED = Config(pull_secrets=(PULL._replace(hashed="kubectl"), OTHER), unmapped="allow")
FOLLOWING = stream(POD, ACCOUNT)

# Accounts, before and after the Secret of their namespace is called NEW.
RENAMED = {
    "the name without a hash": (
        f"{ACCOUNT}imagePullSecrets:\n- name: pull  # c\n",
        f"{ACCOUNT}imagePullSecrets:\n- name: {NEW}  # c\n",
    ),
    "an old hash": (
        f"{ACCOUNT}imagePullSecrets:\n- name: {OLD}\n",
        f"{ACCOUNT}imagePullSecrets:\n- name: {NEW}\n",
    ),
    "an old hash, in quotes": (
        f"{ACCOUNT}imagePullSecrets:\n- name: '{OLD}'\n- name: \"{OLD}\"\n",
        f"{ACCOUNT}imagePullSecrets:\n- name: '{NEW}'\n- name: \"{NEW}\"\n",
    ),
    "an old hash, in a block": (
        f"{ACCOUNT}imagePullSecrets:\n- name: >-  # c\n    {OLD}\n",
        f"{ACCOUNT}imagePullSecrets:\n- name: >-  # c\n    {NEW}\n",
    ),
    "an old hash, in flow": (
        f"{ACCOUNT}imagePullSecrets: [{{name: own}}, {{name: {OLD}}}]\n",
        f"{ACCOUNT}imagePullSecrets: [{{name: own}}, {{name: {NEW}}}]\n",
    ),
    "an old hash, in JSON": (
        f'{{"kind":"ServiceAccount","apiVersion":"v1","metadata":{{"name":"x"}},"imagePullSecrets":[{{"name":"{OLD}"}}]}}\n',
        f'{{"kind":"ServiceAccount","apiVersion":"v1","metadata":{{"name":"x"}},"imagePullSecrets":[{{"name":"{NEW}"}}]}}\n',
    ),
    "in an account that no pod of the input runs as": (
        f"{ROBOT}imagePullSecrets:\n- name: {OLD}\n",
        f"{ROBOT}imagePullSecrets:\n- name: {NEW}\n",
    ),
    "in the stated namespace": (
        f"{in_namespace('shop', ROBOT)}imagePullSecrets:\n- name: {OLD}\n",
        f"{in_namespace('shop', ROBOT)}imagePullSecrets:\n- name: {NEW}\n",
    ),
    "behind another": (
        f"{ACCOUNT}imagePullSecrets:\n- name: own\n",
        f"{ACCOUNT}imagePullSecrets:\n- name: own\n- name: {NEW}\n",
    ),
    "among the Secrets of the account": (
        f"{ACCOUNT}secrets:\n- name: {OLD}  # c\nimagePullSecrets: [{{name: {NEW}}}]\n",
        f"{ACCOUNT}secrets:\n- name: {NEW}  # c\nimagePullSecrets: [{{name: {NEW}}}]\n",
    ),
    "by an alias": (
        f"x: &l [{{name: {OLD}}}]\n{ACCOUNT}imagePullSecrets: *l\n",
        f"x: &l [{{name: {NEW}}}]\n{ACCOUNT}imagePullSecrets: *l\n",
    ),
    "of two accounts with one list": (
        (
            "apiVersion: v1\nkind: ServiceAccountList\nitems:\n"
            f"- {{metadata: {{name: a}}, imagePullSecrets: &l [{{name: {OLD}}}]}}\n"
            "- {metadata: {name: b}, imagePullSecrets: *l}\n"
        ),
        (
            "apiVersion: v1\nkind: ServiceAccountList\nitems:\n"
            f"- {{metadata: {{name: a}}, imagePullSecrets: &l [{{name: {NEW}}}]}}\n"
            "- {metadata: {name: b}, imagePullSecrets: *l}\n"
        ),
    ),
}
NOT_RENAMED = {
    "the new name": f"{ROBOT}imagePullSecrets:\n- name: {NEW}\n",
    "another name": f"{ROBOT}imagePullSecrets:\n- name: pull-secret\n- name: {OLD}x\n",
    "another namespace": f"{in_namespace('mail', ROBOT)}imagePullSecrets:\n- name: {OLD}\n",
    "no list of the account's": f"{ROBOT}x:\n  imagePullSecrets:\n  - name: {OLD}\n",
}


def with_hash(text: str) -> Rewrite:
    """Rewrite a stream whose Secret for pods in the namespace shop, the stated one, is called NEW."""
    config = HASHED._replace(default_namespace="shop")
    known = survey([text], config)._replace(suffixes={("pull", "shop"): NEW.removeprefix("pull")}, is_settled=True)
    (result,) = rewrite_all([text], config, known)
    return result


@pytest.mark.parametrize(
    ("before", "after"), both({k: (stream(*v[:1], POD), stream(*v[1:], POD)) for k, v in RENAMED.items()})
)
def test_names_follow_the_hash(before: str, after: str) -> None:
    assert with_hash(before).text == after
    again = with_hash(after)
    assert again.text == after
    assert [finding.message for finding in again.findings if finding.edits] == []


@pytest.mark.parametrize("text", NOT_RENAMED.values(), ids=NOT_RENAMED)
def test_other_names_stay(text: str) -> None:
    assert with_hash(text).text == text


def test_a_name_that_follows_is_said() -> None:
    found = about_accounts(with_hash(stream(f"{ACCOUNT}imagePullSecrets:\n- name: {OLD}\n", POD)))
    assert [(each.outcome, each.message, each.is_to_do) for each in found] == [
        ("renamed", f"ServiceAccount default: the pull secret {OLD} is now {NEW}", True)
    ]
    assert (found[0].before, found[0].after) == (OLD, NEW)


# -- what is left alone, and what something else says too --------------------------------------------------------------

LEFT_ALONE = {
    "an annotation": "  annotations: {repoint.dev/keep: 'true'}\n",
    "local configuration": "  annotations: {config.kubernetes.io/local-config: 'true'}\n",
    "SOPS": "sops: {mac: x}\n",
}


@pytest.mark.parametrize("said", LEFT_ALONE.values(), ids=LEFT_ALONE)
def test_an_account_that_is_left_alone_stays(said: str) -> None:
    text = stream(f"{ACCOUNT}{said}", POD)
    result = rewrite(text, CONFIG)
    assert result.text == text
    assert any(finding.severity == "warning" for finding in result.findings)


@pytest.mark.parametrize("said", LEFT_ALONE.values(), ids=LEFT_ALONE)
def test_names_in_an_account_that_is_left_alone_stay(said: str) -> None:
    text = stream(f"{ROBOT}{said}imagePullSecrets: [{{name: {OLD}}}]\n", POD.replace("m.example", "x.example"))
    assert with_hash(text).text == text


def test_two_accounts_of_two_namespaces_with_one_list_are_no_bug() -> None:
    text = stream(
        (
            "apiVersion: v1\nkind: ServiceAccountList\nitems:\n"
            f"- {{metadata: {{name: default, namespace: a}}, imagePullSecrets: &l [{{name: {OLD}}}]}}\n"
            "- {metadata: {name: default, namespace: b}, imagePullSecrets: *l}\n"
        ),
        in_namespace("a", POD),
        in_namespace("b", POD),
    )
    suffixes = {("pull", "a"): "-fghkmtbcdf", ("pull", "b"): "-ghkmtbcdfg"}
    (result,) = rewrite_all([text], HASHED, survey([text], HASHED)._replace(suffixes=suffixes, is_settled=True))
    assert result.findings


def test_a_name_that_says_something_else_too_stays() -> None:
    text = stream(f"{ACCOUNT}  labels: {{app: &n {OLD}}}\nimagePullSecrets: [{{name: *n}}]\n", POD)
    result = with_hash(text)
    assert f"labels: {{app: &n {OLD}}}" in result.text


def test_a_list_that_a_pod_has_by_an_alias_is_not_extended_for_it() -> None:
    text = (
        "apiVersion: v1\nkind: List\nitems:\n"
        "- {apiVersion: v1, kind: ServiceAccount, metadata: {name: default}, imagePullSecrets: &l [{name: own}]}\n"
        "- {apiVersion: v1, kind: Pod, spec: {containers: [{image: x.example/app}], imagePullSecrets: *l}}\n"
        "- {apiVersion: v1, kind: Pod, spec: {containers: [{image: m.example/app}]}}\n"
    )
    result = rewrite(text, CONFIG)
    assert "imagePullSecrets: *l" not in result.text or "&l [{name: own}]" in result.text


@pytest.mark.parametrize("said", LEFT_ALONE.values(), ids=LEFT_ALONE)
def test_a_name_that_stays_is_not_what_the_pods_of_its_account_need(said: str) -> None:
    result = with_hash(stream(f"{ACCOUNT}{said}imagePullSecrets: [{{name: {OLD}}}]\n", POD))
    assert NEW in result.text or any(finding.severity == "warning" for finding in result.findings)
