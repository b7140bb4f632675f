"""A pod gets exactly the pull secrets that its images need, and keeps those that its ServiceAccount gave it."""

from __future__ import annotations

import pytest

from transformer.config import Config, FieldSpec, Mirror, PullSecret
from transformer.findings import Finding
from transformer.hooks import NORMAL
from transformer.pipeline import rewrite

PULL = PullSecret("pull", ("mirror.example",))
CONFIG = Config(mirrors=(Mirror("quay.io", "mirror.example"),), pull_secrets=(PULL,))

HEAD = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n"
POD = f"{HEAD}spec:\n  containers:\n  - image: mirror.example/app\n"
WIDGET = "apiVersion: x/v1\nkind: Widget\nspec: {imagePullSecrets: LIST, containers: [{image: mirror.example/app}]}\n"
ACCOUNT = "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: default\nimagePullSecrets:\n- name: own\n"
WITH_PULL = ACCOUNT.replace("own", "pull")
ROBOT = ACCOUNT.replace("default", "robot")
AS_ROBOT = f"{POD}  serviceAccountName: robot\n"


def in_namespace(name: str, text: str) -> str:
    return text.replace("metadata:\n", f"metadata:\n  namespace: {name}\n")


def stream(*documents: str) -> str:
    return "---\n".join(documents)


# Streams that come out as they went in.
UNCHANGED = {
    "an image that needs none": f"{HEAD}spec:\n  containers:\n  - image: nginx\n",
    "another registry that begins alike": f"{HEAD}spec:\n  containers:\n  - image: mirror.example.org/app\n",
    "no images": f"{HEAD}spec:\n  containers:\n  - name: a\n",
    "has it": f"{POD}  imagePullSecrets:\n  - name: pull\n",
    "has it, in flow": f"{POD}  imagePullSecrets: [{{name: pull}}, {{name: b}}]\n",
    "has it, by an alias": f"{POD}  imagePullSecrets: *s\n".replace("metadata:", "x: &s [{name: pull}]\nmetadata:"),
    "has it, by a merge key": f"{POD}  <<: {{imagePullSecrets: [{{name: pull}}]}}\n",
    "its account has it": stream(POD, WITH_PULL),
    "its account has it, and stands before": stream(WITH_PULL, POD),
    "its account has it, and it has an empty list": stream(WITH_PULL, f"{POD}  imagePullSecrets: []\n"),
    "its named account has it": stream(AS_ROBOT, ROBOT.replace("own", "pull")),
    "its account has it, in its namespace": stream(in_namespace("n", POD), in_namespace("n", WITH_PULL)),
    "its account has it, in the default namespace": stream(POD, in_namespace("default", WITH_PULL)),
    "not run": f"{POD}sops:\n  mac: x\n",
    "a kind that may have no such field": "apiVersion: x/v1\nkind: Widget\n" + POD.partition("name: web\n")[2],
    "a kind whose list may be of anything": WIDGET.replace("LIST", "[]"),
    "a kind whose list is of texts": WIDGET.replace("LIST", "[other]"),
    "a list of texts": f"{POD}  imagePullSecrets:\n  - other\n",
    "a text": f"{POD}  imagePullSecrets: other\n",
    "a mapping": f"{POD}  imagePullSecrets: {{name: other}}\n",
    "an image that is no text": f"{HEAD}spec:\n  containers:\n  - image: 123\n",
    "an image that is not rewritten, as it is shared": (
        f"{HEAD}spec:\n  containers:\n  - image: &i quay.io/app\n    name: *i\n"
    ),
}

# Streams, and the same with pull secrets.
ATTACHED = {
    "behind the containers": (
        f"{POD}    name: a # c\n  restartPolicy: Never\n",
        f"{POD}    name: a # c\n  imagePullSecrets:\n  - name: pull\n  restartPolicy: Never\n",
    ),
    "behind the last of the containers": (
        f"{POD}  initContainers:\n  - image: nginx\n  restartPolicy: Never\n",
        f"{POD}  initContainers:\n  - image: nginx\n  imagePullSecrets:\n  - name: pull\n  restartPolicy: Never\n",
    ),
    "for an image that comes to need it": (
        POD.replace("mirror.example", "quay.io"),
        f"{POD}  imagePullSecrets:\n  - name: pull\n",
    ),
    "for an image volume": (
        f"{HEAD}spec:\n  volumes:\n  - image:\n      reference: mirror.example/app\n",
        (
            f"{HEAD}spec:\n  volumes:\n  - image:\n      reference: mirror.example/app\n"
            "  imagePullSecrets:\n  - name: pull\n"
        ),
    ),
    "behind its own": (
        f"{POD}  imagePullSecrets:\n  - name: own\n",
        f"{POD}  imagePullSecrets:\n  - name: own\n  - name: pull\n",
    ),
    "into an empty list": (f"{POD}  imagePullSecrets: []\n", f"{POD}  imagePullSecrets: [{{name: pull}}]\n"),
    "into nothing": (f"{POD}  imagePullSecrets:\n", f"{POD}  imagePullSecrets: [{{name: pull}}]\n"),
    "besides a merged list": (
        f"{POD}  <<: {{imagePullSecrets: [{{name: own}}]}}\n",
        f"{POD}  imagePullSecrets:\n  - name: own\n  - name: pull\n  <<: {{imagePullSecrets: [{{name: own}}]}}\n",
    ),
    "into a list of an unknown kind, which has names": (
        WIDGET.replace("LIST", "[{name: own}]"),
        WIDGET.replace("LIST", "[{name: own}, {name: pull}]"),
    ),
    "once, to a pod spec under an alias": (
        (
            "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  spec: &s\n    containers:\n"
            "    - image: mirror.example/app\n- {apiVersion: v1, kind: Pod, spec: *s}\n"
        ),
        (
            "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  spec: &s\n    containers:\n"
            "    - image: mirror.example/app\n    imagePullSecrets:\n    - name: pull\n"
            "- {apiVersion: v1, kind: Pod, spec: *s}\n"
        ),
    ),
    # The pod's own list switches off that of its ServiceAccount.
    "with those of its account": (
        stream(ACCOUNT, POD),
        stream(ACCOUNT, f"{POD}  imagePullSecrets:\n  - name: own\n  - name: pull\n"),
    ),
    "with those of its account, which stands behind": (
        stream(POD, ACCOUNT),
        stream(f"{POD}  imagePullSecrets:\n  - name: own\n  - name: pull\n", ACCOUNT),
    ),
    "with those of its account, into an empty list": (
        stream(ACCOUNT, f"{POD}  imagePullSecrets: []\n"),
        stream(ACCOUNT, f"{POD}  imagePullSecrets: [{{name: own}}, {{name: pull}}]\n"),
    ),
    "with those of its named account": (
        stream(ACCOUNT, ROBOT.replace("own", "robots"), AS_ROBOT),
        stream(
            ACCOUNT,
            ROBOT.replace("own", "robots"),
            f"{POD}  imagePullSecrets:\n  - name: robots\n  - name: pull\n  serviceAccountName: robot\n",
        ),
    ),
    "with those of its account, by the field's old name": (
        stream(ROBOT, f"{POD}  serviceAccount: robot\n"),
        stream(ROBOT, f"{POD}  imagePullSecrets:\n  - name: own\n  - name: pull\n  serviceAccount: robot\n"),
    ),
    "with those of its account, in the default namespace": (
        stream(in_namespace("default", ACCOUNT), POD),
        stream(in_namespace("default", ACCOUNT), f"{POD}  imagePullSecrets:\n  - name: own\n  - name: pull\n"),
    ),
    "without those of an account in another namespace": (
        stream(in_namespace("m", ACCOUNT), in_namespace("n", POD)),
        stream(in_namespace("m", ACCOUNT), in_namespace("n", f"{POD}  imagePullSecrets:\n  - name: pull\n")),
    ),
    "without those of an account in no namespace": (
        stream(ACCOUNT, in_namespace("n", POD)),
        stream(ACCOUNT, in_namespace("n", f"{POD}  imagePullSecrets:\n  - name: pull\n")),
    ),
    "without those of another account": (
        stream(ACCOUNT, AS_ROBOT),
        stream(ACCOUNT, f"{POD}  imagePullSecrets:\n  - name: pull\n  serviceAccountName: robot\n"),
    ),
    "without those of its account, as it has its own list": (
        stream(ACCOUNT, f"{POD}  imagePullSecrets:\n  - name: a\n"),
        stream(ACCOUNT, f"{POD}  imagePullSecrets:\n  - name: a\n  - name: pull\n"),
    ),
    "although its account has it, as its own list switches that off": (
        stream(WITH_PULL, f"{POD}  imagePullSecrets:\n  - name: a\n"),
        stream(WITH_PULL, f"{POD}  imagePullSecrets:\n  - name: a\n  - name: pull\n"),
    ),
}


@pytest.mark.parametrize("text", UNCHANGED.values(), ids=UNCHANGED.keys())
def test_noop(text: str) -> None:
    assert rewrite(text, CONFIG).text == text


@pytest.mark.parametrize(("before", "after"), ATTACHED.values(), ids=ATTACHED.keys())
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_rewrite(before: str, after: str, newline: str) -> None:
    before, after = (text.replace("\n", newline) for text in (before, after))
    assert rewrite(before, CONFIG).text == after
    assert rewrite(after, CONFIG).text == after


def test_each_registry_brings_its_own_pull_secret() -> None:
    secrets = (
        PullSecret("both", ("a.example", "b.example")),
        PullSecret("team-a", ("a.example/team",)),
        PullSecret("team-b", ("*.b.example",)),
        PullSecret("team-c", ("c.example",)),
    )
    text = f"{HEAD}spec:\n  containers:\n  - image: a.example/team/app\n  - image: x.b.example/app\n"
    assert rewrite(text, Config(pull_secrets=secrets)).text == (
        f"{text}  imagePullSecrets:\n  - name: both\n  - name: team-a\n  - name: team-b\n"
    )


def test_a_pod_spec_of_two_pods_is_edited_for_the_first_of_them() -> None:
    text = stream(
        in_namespace("n", ACCOUNT),
        (
            "apiVersion: v1\nkind: PodList\nitems:\n"
            "- {metadata: {namespace: n}, spec: &s {containers: [{image: mirror.example/app}]}}\n"
            "- {metadata: {namespace: m}, spec: *s}\n"
        ),
    )
    assert rewrite(text, CONFIG).text == text.replace(
        "spec: &s {", "spec: &s {imagePullSecrets: [{name: own}, {name: pull}], "
    )


def test_a_pull_secret_attached_elsewhere_is_not_written() -> None:
    elsewhere = PullSecret("elsewhere", PULL.registries, attach_to="none")
    config = Config(pull_secrets=(elsewhere, PULL))
    assert rewrite(POD, config).text == f"{POD}  imagePullSecrets:\n  - name: pull\n"


def secret_findings(text: str, config: Config = CONFIG) -> list[Finding]:
    return [finding for finding in rewrite(text, config).findings if finding.field.endswith("imagePullSecrets")]


# A stream, and (severity, outcome, pull secret) of what is said about its pod's pull secrets.
FINDINGS = {
    "attached, and nothing known of the default account": (
        POD,
        [("info", "attached", "pull"), ("info", "account", "")],
    ),
    "present": (f"{POD}  imagePullSecrets: [{{name: pull}}]\n", [("info", "present", "pull")]),
    "present on its account": (stream(POD, WITH_PULL), [("info", "present", "pull")]),
    "attached, and nothing known of its account": (
        AS_ROBOT,
        [("info", "attached", "pull"), ("info", "account", "")],
    ),
    "attached with those of its account, which are not in the input": (
        stream(ROBOT, AS_ROBOT),
        [("info", "attached", "pull"), ("info", "missing", "")],
    ),
    "no such field": (
        "apiVersion: x/v1\nkind: Widget\nspec: {containers: [{image: mirror.example/a}]}",
        [("warning", "unattached", "pull")],
    ),
    "no list": (f"{POD}  imagePullSecrets: pull\n", [("warning", "unattached", "pull")]),
    "a list of texts": (f"{POD}  imagePullSecrets: [pull]\n", [("warning", "unattached", "pull")]),
    "not needed": (POD.replace("mirror", "other"), []),
}


@pytest.mark.parametrize(("text", "expected"), FINDINGS.values(), ids=FINDINGS.keys())
def test_findings(text: str, expected: list[tuple[str, str, str]]) -> None:
    found = [(finding.severity, finding.outcome, finding.pull_secret) for finding in secret_findings(text)]
    assert found == expected


def test_a_pull_secret_attached_elsewhere_counts_as_used() -> None:
    config = Config(pull_secrets=(PullSecret("pull", ("mirror.example",), attach_to="none"),))
    (finding,) = secret_findings(in_namespace("n", POD), config)
    assert (finding.outcome, finding.pull_secret, finding.namespace) == ("present", "pull", "n")


def test_a_finding_says_when_the_object_is_applied() -> None:
    hook = POD.replace("  name: web\n", "  name: web\n  annotations: {helm.sh/hook: pre-install}\n")
    elsewhere = Config(pull_secrets=(PULL._replace(attach_to="none"),))
    on_accounts = Config(pull_secrets=(PULL._replace(attach_to="serviceAccounts"),))
    for config in (CONFIG, elsewhere, on_accounts):
        first, *_ = secret_findings(stream(POD, hook), config)
        *_, last = (each for each in secret_findings(stream(POD, hook), config) if each.pull_secret)
        assert (first.timing, last.timing.events) == (NORMAL, {"pre-install"})


def test_a_pod_that_needs_nothing_runs_as_an_account_that_may_be_made() -> None:
    making = Config(pull_secrets=(PULL._replace(attach_to="serviceAccounts", emit_accounts=True),))
    other = in_namespace("n", POD.replace("mirror", "other"))
    [found] = secret_findings(other, making)
    assert (found.severity, found.outcome, found.account) == ("info", "account", ("n", "default"))
    assert (found.pull_secret, found.keys) == ("", ())
    there = secret_findings(stream(other, in_namespace("n", ACCOUNT)), making)
    assert [found.outcome for found in there] == ["missing"]


def test_a_finding_stands_at_the_list_or_at_the_pod_spec() -> None:
    (at_list,) = secret_findings(f"{POD}  imagePullSecrets: [{{name: pull}}]\n")
    (at_spec, about_account) = secret_findings(POD)
    assert (at_list.line, at_list.column) == (8, 21)
    assert (at_spec.line, at_spec.column) == (6, 3)
    assert (about_account.line, about_account.column) == (6, 3)


AWX = "apiVersion: awx.ansible.com/v1beta1\nkind: AWX\nspec:\n  image: mirror.example/awx\n"
APIMATIC = (
    "apiVersion: apicodegen.apimatic.io/v1\nkind: APIMatic\nspec:\n  podspec:\n    apimaticContainerSpec:\n"
    "      image: mirror.example/app\n"
)
TENANT = "apiVersion: minio.min.io/v2\nkind: Tenant\nspec:\n  image: mirror.example/minio\n"
CAMEL = (
    "apiVersion: camel.apache.org/v1\nkind: Integration\nspec:\n  traits:\n"
    "    container:\n      image: mirror.example/app\n"
)
KAFKA = "apiVersion: kafka.strimzi.io/v1beta2\nkind: Kafka\nspec:\n  kafka:\n    image: mirror.example/kafka\n"
AGENT = (
    "apiVersion: agent.k8s.elastic.co/v1alpha1\nkind: Agent\nspec:\n  image: mirror.example/agent\n"
    "  deployment:\n    podTemplate:\n      spec:\n        serviceAccountName: robot\n"
)
GADGET = "apiVersion: x/v1\nkind: Gadget\nspec:\n  image: mirror.example/app\n"
DECLARED = CONFIG._replace(
    field_specs=(
        FieldSpec("Gadget", ("spec", "image"), "spec/image", optional=True),
        FieldSpec("Gadget", ("spec", "names"), "spec/names", holds="pullSecretNames", optional=True),
    )
)

# Custom resources, before and after, with a place for pull secrets of each form.
FORMS = {
    "a list of texts": (AWX, f"{AWX}  image_pull_secrets:\n  - pull\n"),
    "a list of texts, behind its own": (
        f"{AWX}  image_pull_secrets:\n  - own\n",
        f"{AWX}  image_pull_secrets:\n  - own\n  - pull\n",
    ),
    "a list of texts, in flow": (
        f"{AWX}  image_pull_secrets: [own]\n",
        f"{AWX}  image_pull_secrets: [own, pull]\n",
    ),
    "a list of texts, empty": (f"{AWX}  image_pull_secrets: []\n", f"{AWX}  image_pull_secrets: [pull]\n"),
    "a list of texts, null": (f"{AWX}  image_pull_secrets:\n", f"{AWX}  image_pull_secrets: [pull]\n"),
    "a list of texts, has it": (f"{AWX}  image_pull_secrets: [pull]\n",) * 2,
    "a list of texts, and it is one of objects": (f"{AWX}  image_pull_secrets: [{{name: own}}]\n",) * 2,
    "a list of texts, and it is a text": (f"{AWX}  image_pull_secrets: own\n",) * 2,
    "one name": (APIMATIC, f"{APIMATIC}      imagePullSecret: pull\n"),
    "one name, empty": (f"{APIMATIC}      imagePullSecret: ''\n", f"{APIMATIC}      imagePullSecret: pull\n"),
    "one name, null": (f"{APIMATIC}      imagePullSecret: ~\n", f"{APIMATIC}      imagePullSecret: pull\n"),
    "one name, nothing": (f"{APIMATIC}      imagePullSecret:\n", f"{APIMATIC}      imagePullSecret: pull\n"),
    "one name, has it": (f"{APIMATIC}      imagePullSecret: pull\n",) * 2,
    "one name, has another": (f"{APIMATIC}      imagePullSecret: own\n",) * 2,
    "one name, and it is a list": (f"{APIMATIC}      imagePullSecret: [own]\n",) * 2,
    "one name, and it is an object": (f"{APIMATIC}      imagePullSecret: {{name: own}}\n",) * 2,
    "one object": (TENANT, f"{TENANT}  imagePullSecret:\n    name: pull\n"),
    "one object, null": (f"{TENANT}  imagePullSecret:\n", f"{TENANT}  imagePullSecret: {{name: pull}}\n"),
    "one object, has it": (f"{TENANT}  imagePullSecret: {{name: pull}}\n",) * 2,
    "one object, has another": (f"{TENANT}  imagePullSecret:\n    name: own\n",) * 2,
    "one object, empty": (f"{TENANT}  imagePullSecret: {{}}\n", f"{TENANT}  imagePullSecret: {{name: pull}}\n"),
    "one object, its name empty": (f"{TENANT}  imagePullSecret: {{name: ''}}\n",) * 2,
    "one object, and it is a list": (f"{TENANT}  imagePullSecret: [{{name: own}}]\n",) * 2,
    "one object, and it is a text": (f"{TENANT}  imagePullSecret: own\n",) * 2,
    "a place that serves what is above it": (
        f"{CAMEL}    pull-secret: {{enabled: true}}\n",
        f"{CAMEL}    pull-secret: {{secretName: pull, enabled: true}}\n",
    ),
    "a place that serves what is above it, and is not there": (CAMEL, CAMEL),
    "a template that is there": (
        f"{KAFKA}    template:\n      pod:\n        terminationGracePeriodSeconds: 1\n",
        (
            f"{KAFKA}    template:\n      pod:\n        terminationGracePeriodSeconds: 1\n"
            "        imagePullSecrets:\n        - name: pull\n"
        ),
    ),
    "a pod template without containers": (AGENT, f"{AGENT}        imagePullSecrets:\n        - name: pull\n"),
    "a place that is not there": (KAFKA, KAFKA),
    "by the config": (GADGET, f"{GADGET}  names:\n  - pull\n"),
    "by the config, quoted": (f"{GADGET}  names: ['own']\n", f"{GADGET}  names: ['own', 'pull']\n"),
}


@pytest.mark.parametrize(("before", "after"), FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_each_form(before: str, after: str, newline: str) -> None:
    before, after = (text.replace("\n", newline) for text in (before, after))
    assert rewrite(before, DECLARED).text == after
    assert rewrite(after, DECLARED).text == after


# Custom resources, and outcome, pull secret and a part of the message of what is said about them.
SAID = {
    "a list of texts": (AWX, "attached", "AWX: gets the pull secret pull"),
    "a list of texts, has it": (f"{AWX}  image_pull_secrets: [pull]\n", "present", "AWX: has the pull secret pull"),
    "a list of texts, and it is one of objects": (
        f"{AWX}  image_pull_secrets: [{{name: own}}]\n",
        "unattached",
        "its image_pull_secrets is no list of names",
    ),
    "one name": (APIMATIC, "attached", "APIMatic: gets the pull secret pull"),
    "one name, has it": (f"{APIMATIC}      imagePullSecret: pull\n", "present", "APIMatic: has the pull secret pull"),
    "one name, has another": (
        f"{APIMATIC}      imagePullSecret: own\n",
        "unattached",
        "need the pull secret pull; none was added: its imagePullSecret is one name, own",
    ),
    "one object, has another": (
        f"{TENANT}  imagePullSecret: {{name: own}}\n",
        "unattached",
        "its imagePullSecret is one name, own",
    ),
    "a place that is not there": (
        KAFKA,
        "unattached",
        "they go to spec.kafka.template.pod.imagePullSecrets, which has no parent here",
    ),
    "a kind without a place": (
        "apiVersion: x/v1\nkind: Gizmo\nspec: {containers: [{image: mirror.example/a}]}\n",
        "unattached",
        "Gizmo is not known to have imagePullSecrets here; where it has, spec.fieldSpecs can say",
    ),
}


@pytest.mark.parametrize(("text", "outcome", "message"), SAID.values(), ids=SAID)
def test_what_is_said_of_each_form(text: str, outcome: str, message: str) -> None:
    (finding,) = [each for each in rewrite(text, DECLARED).findings if each.pull_secret]
    assert (finding.outcome, finding.pull_secret) == (outcome, "pull")
    assert message in finding.message


def test_one_name_has_no_room_for_two() -> None:
    secrets = (PULL, PullSecret("other", ("mirror.example",)))
    result = rewrite(APIMATIC, Config(pull_secrets=secrets))
    assert result.text == APIMATIC
    assert [finding.outcome for finding in result.findings if finding.pull_secret] == ["unattached", "unattached"]


def test_one_name_that_is_one_of_two_stays() -> None:
    secrets = (PULL, PullSecret("other", ("mirror.example",)))
    text = f"{APIMATIC}      imagePullSecret: other\n"
    result = rewrite(text, Config(pull_secrets=secrets))
    assert result.text == text
    assert [finding.outcome for finding in result.findings if finding.pull_secret] == ["unattached", "present"]


def test_each_image_is_served_by_the_place_closest_to_it() -> None:
    text = (
        "apiVersion: kafka.strimzi.io/v1beta2\nkind: Kafka\nspec:\n"
        "  kafka:\n    image: mirror.example/a\n    template: {pod: {x: 1}}\n"
        "  cruiseControl:\n    image: nginx\n    template: {pod: {x: 1}}\n"
    )
    assert rewrite(text, CONFIG).text == text.replace(
        "{pod: {x: 1}}", "{pod: {imagePullSecrets: [{name: pull}], x: 1}}", 1
    )


def test_an_account_is_no_matter_to_a_field_for_one_name() -> None:
    assert rewrite(stream(ACCOUNT, APIMATIC), CONFIG).text == stream(
        ACCOUNT, f"{APIMATIC}      imagePullSecret: pull\n"
    )


def test_pods_that_share_a_container_each_get_the_pull_secret() -> None:
    pod = "- apiVersion: v1\n  kind: Pod\n  spec:\n    containers:"
    text = f"apiVersion: v1\nkind: List\nitems:\n{pod} &c\n    - image: mirror.example/app\n{pod} *c\n"
    secrets = "    imagePullSecrets:\n    - name: pull\n"
    expected = text.replace("/app\n", f"/app\n{secrets}") + secrets
    assert rewrite(text, CONFIG).text == expected


def test_an_image_that_a_comment_keeps_needs_no_pull_secret() -> None:
    text = f"{HEAD}spec:\n  containers:\n  - image: quay.io/app  # repoint: keep\n"
    assert rewrite(text, CONFIG).text == text


def test_lists_that_end_at_one_place_stand_one_below_the_other() -> None:
    text = (
        "apiVersion: k8s.mariadb.com/v1alpha1\nkind: MariaDB\nspec:\n  image: mirror.example/db\n"
        "  metrics:\n    exporter:\n      image: mirror.example/exporter\n"
    )
    expected = f"{text}      imagePullSecrets:\n      - name: pull\n  imagePullSecrets:\n  - name: pull\n"
    assert rewrite(text, CONFIG).text == expected
    assert rewrite(expected, CONFIG).text == expected


NAMELESS = ["[{}]", "[{name: }]", "[{name: ''}]", "[{name: [x]}]", "[{foo: bar}]", "[{name: a}, {}]"]


@pytest.mark.parametrize("said", NAMELESS)
def test_a_list_with_an_entry_that_names_nothing_stays(said: str) -> None:
    for text in (
        f"{POD}  imagePullSecrets: {said}\n",
        f"{POD}  imagePullSecrets:\n  - {said[1:-1].rsplit(', ', maxsplit=1)[-1]}\n",
    ):
        result = rewrite(text, CONFIG)
        assert result.text == text
        [finding] = [each for each in result.findings if each.outcome in ("attached", "unattached")]
        assert (finding.outcome, finding.severity) == ("unattached", "warning")


def test_pods_that_share_a_spec_and_need_different_secrets_are_said() -> None:
    secret = PullSecret("pull-{{ namespace }}", ("mirror.example",), emit="Secret")
    text = (
        "apiVersion: v1\nkind: List\nitems:\n"
        "- apiVersion: v1\n  kind: Pod\n  metadata: {name: p, namespace: a}\n"
        "  spec: &s {containers: [{image: mirror.example/x}]}\n"
        "- {apiVersion: v1, kind: Pod, metadata: {name: q, namespace: b}, spec: *s}\n"
    )
    result = rewrite(text, Config(pull_secrets=(secret,)))
    assert result.text.count("{name: pull-a}") == 1
    assert [(each.outcome, each.namespace) for each in result.findings if each.pull_secret] == [
        ("attached", "a"),
        ("unattached", "b"),
    ]
    assert [each.namespace for each in result.findings if each.outcome == "opened"] == ["a"]
