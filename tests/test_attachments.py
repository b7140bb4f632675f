"""Whether a pod gets its pull secrets by its own list or by its ServiceAccount's, against the rule of the admission.

`Cluster` is that rule once more, for itself: what pods get once an input is applied.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_laws import Writer, load

from transformer.attachments import Attachment, attachment, current, opening_keys
from transformer.config import Config, FieldSpec, Mirror, PullSecret
from transformer.demands import demands
from transformer.documents import split
from transformer.findings import Finding
from transformer.keyring import HUB, select
from transformer.manifest import Manifest
from transformer.nodes import compose
from transformer.pipeline import rewrite, rewrite_all
from transformer.reference import parse
from transformer.survey import survey

Documents = list[dict[str, Any]]

PODS = PullSecret("pods", ("p.example",))
ACCOUNTS = PullSecret("accounts", ("s.example",), attach_to="serviceAccounts")
NOWHERE = PullSecret("nowhere", ("n.example",), attach_to="none")
CONFIG = Config(
    mirrors=(Mirror("quay.io", "p.example"),),
    pull_secrets=(PODS, ACCOUNTS, NOWHERE),
    field_specs=(
        FieldSpec("Gizmo", ("spec", "image"), "spec/image", optional=True),
        FieldSpec("Gizmo", ("spec", "sidecar"), "spec/sidecar", optional=True),
        FieldSpec("Gizmo", ("spec", "name"), "spec/name", holds="pullSecretName", optional=True),
    ),
)

ACCOUNT = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: default}\n"
ROBOT = ACCOUNT.replace("default", "robot")
AS_ROBOT = "serviceAccountName: robot"


def pod(*images: str, more: str = "") -> str:
    """Return a Pod with these images, and `more` in its spec."""
    containers = ", ".join(f"{{image: '{image}'}}" for image in images)
    spec = ", ".join(filter(None, (f"containers: [{containers}]", more)))
    return f"apiVersion: v1\nkind: Pod\nmetadata: {{name: web}}\nspec: {{{spec}}}\n"


def with_entries(account: str, *names: str) -> str:
    return f"{account}imagePullSecrets: [{', '.join(f'{{name: {name}}}' for name in names)}]\n"


def manifest_of(text: str, config: Config = CONFIG, *others: str) -> Manifest:
    """Return a document as the rules see it, in an input that has `others` too."""
    (document,) = split(text)
    return Manifest(document, compose(document.text), config, survey([text, *others], config))


def attachments(text: str, *others: str, config: Config = CONFIG) -> list[Attachment]:
    manifest = manifest_of(text, config, *others)
    return [attachment(manifest, place) for place in manifest.fields.pull_secrets]


class Way(NamedTuple):
    """What is written into the pod's list and into that of its account, by the names of the Secrets."""

    to_place: Sequence[str] = ()
    to_account: Sequence[str] = ()
    obstacle: str = ""


P, S, N = "p.example/app", "s.example/app", "n.example/app"
WIDGET = "apiVersion: x/v1\nkind: Widget\nspec: {containers: [{image: p.example/a}, {image: s.example/a}]}\n"
NO_FIELD = "Widget is not known to have imagePullSecrets here; where it has, spec.fieldSpecs can say"
AWX = "apiVersion: awx.ansible.com/v1beta1\nkind: AWX\nspec: {image: s.example/awx}\n"
PROMETHEUS = "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nspec: {image: s.example/a}\n"
APIMATIC = (
    "apiVersion: apicodegen.apimatic.io/v1\nkind: APIMatic\n"
    "spec: {podspec: {apimaticContainerSpec: {image: s.example/app}}}\n"
)
CRON = (
    "apiVersion: batch/v1\nkind: CronJob\n"
    "spec: {jobTemplate: {spec: {template: {spec: {containers: [{image: s.example/a}]}}}}}\n"
)
KAFKA = "apiVersion: kafka.strimzi.io/v1beta2\nkind: Kafka\nspec: {kafka: {image: p.example/kafka}}\n"
NO_LIST = "its imagePullSecrets is no list of names"
DEBUGGED = pod("nginx", more=f"ephemeralContainers: [{{image: {S}}}]")


def secret(name: str, key: str) -> str:
    """Return a Secret that opens one registry."""
    return (
        f"apiVersion: v1\nkind: Secret\nmetadata: {{name: {name}}}\ntype: kubernetes.io/dockerconfigjson\n"
        f'stringData: {{.dockerconfigjson: \'{{"auths": {{"{key}": {{"username": "u"}}}}}}\'}}\n'
    )


# A document, what else is in the input, and which way the pull secrets go.
WAYS: dict[str, tuple[str, list[str], Way]] = {
    "no image needs any": (pod("nginx"), [], Way()),
    "pods": (pod(P), [], Way(["pods"])),
    "pods, by the image after the rewrite": (pod("quay.io/app"), [], Way(["pods"])),
    "pods, and the pod has it": (pod(P, more="imagePullSecrets: [{name: pods}]"), [], Way()),
    "pods, and the account has it": (pod(P), [with_entries(ACCOUNT, "pods")], Way()),
    "pods, and the account has others": (pod(P), [with_entries(ACCOUNT, "a", "b")], Way(["a", "b", "pods"])),
    "pods, and another account has it": (pod(P, more=AS_ROBOT), [with_entries(ACCOUNT, "pods")], Way(["pods"])),
    "pods, and the list of the pod hides the account's": (
        pod(P, more="imagePullSecrets: [{name: a}]"),
        [with_entries(ACCOUNT, "pods")],
        Way(["pods"]),
    ),
    "pods, and the pod has it by a longer name": (
        pod(P, more="imagePullSecrets: [{name: my-pods-v2}]"),
        [secret("my-pods-v2", "p.example")],
        Way(),
    ),
    "pods, and the account has it by a longer name": (
        pod(P),
        [with_entries(ACCOUNT, "my-pods"), secret("my-pods", "p.example")],
        Way(),
    ),
    "pods, and what the pod has opens another registry": (
        pod(P, more="imagePullSecrets: [{name: my-pods}]"),
        [secret("my-pods", "x.example")],
        Way(["pods"]),
    ),
    "pods, and what the pod has is not in the input": (
        pod(P, more="imagePullSecrets: [{name: my-pods}]"),
        [],
        Way(["pods"]),
    ),
    "pods, and what the pod has is called otherwise": (
        pod(P, more="imagePullSecrets: [{name: mine}]"),
        [secret("mine", "p.example")],
        Way(["pods"]),
    ),
    "accounts": (pod(S), [ACCOUNT], Way([], ["accounts"])),
    "accounts, and it is not in the input": (pod(S), [], Way([], ["accounts"])),
    "accounts, and the account has it": (pod(S), [with_entries(ACCOUNT, "accounts")], Way()),
    "accounts, and the account has others": (pod(S), [with_entries(ACCOUNT, "a")], Way([], ["accounts"])),
    "accounts, and the pod has a list": (pod(S, more="imagePullSecrets: [{name: a}]"), [ACCOUNT], Way(["accounts"])),
    "accounts, and the pod has an empty list": (pod(S, more="imagePullSecrets: []"), [ACCOUNT], Way([], ["accounts"])),
    "accounts, and the pod has nothing there": (pod(S, more="imagePullSecrets: "), [ACCOUNT], Way([], ["accounts"])),
    "accounts, of a container for debugging": (DEBUGGED, [ACCOUNT], Way([], ["accounts"])),
    "accounts, of a kind with its pods deep inside": (CRON, [ACCOUNT], Way([], ["accounts"])),
    "both": (pod(P, S), [ACCOUNT], Way(["pods", "accounts"])),
    "both, and the account is not in the input": (pod(S, P), [], Way(["pods", "accounts"])),
    "both, and the account has others": (pod(P, S), [with_entries(ACCOUNT, "a")], Way(["a", "pods", "accounts"])),
    "both, and the account has that for pods": (
        pod(P, S),
        [with_entries(ACCOUNT, "a", "pods")],
        Way([], ["accounts"]),
    ),
    "both, and the account has that for accounts": (
        pod(P, S),
        [with_entries(ACCOUNT, "accounts")],
        Way(["accounts", "pods"]),
    ),
    "both, and the account has both": (pod(P, S), [with_entries(ACCOUNT, "accounts", "pods")], Way()),
    "both, and the pod has one": (
        pod(P, S, more="imagePullSecrets: [{name: pods}]"),
        [ACCOUNT],
        Way(["accounts"]),
    ),
    "nowhere": (pod(N), [ACCOUNT], Way()),
    "nowhere and pods": (pod(N, P), [with_entries(ACCOUNT, "nowhere")], Way(["nowhere", "pods"])),
    "nowhere and accounts": (pod(N, S), [with_entries(ACCOUNT, "nowhere")], Way([], ["accounts"])),
    "a kind without the field": (WIDGET, [], Way(["pods"], ["accounts"], NO_FIELD)),
    "a kind without the field, for accounts alone": (
        WIDGET.replace("{image: p.example/a}, ", ""),
        [],
        Way([], ["accounts"]),
    ),
    "a kind without the field, for pods alone": (
        WIDGET.replace(", {image: s.example/a}", ""),
        [],
        Way(["pods"], [], NO_FIELD),
    ),
    "a kind whose pods run as nobody knows": (AWX, [ACCOUNT], Way(["accounts"])),
    "a kind for one name": (APIMATIC, [ACCOUNT], Way(["accounts"])),
    "a kind without the field, whose list is of anything": (
        WIDGET.replace("]}", "], imagePullSecrets: [other]}"),
        [],
        Way(["pods", "accounts"], [], NO_LIST),
    ),
    "a kind without the field, which has names": (
        WIDGET.replace("]}", "], imagePullSecrets: [{name: other}]}"),
        [ACCOUNT],
        Way(["pods", "accounts"]),
    ),
    "a kind whose place is not there": (
        KAFKA,
        [],
        Way(
            ["pods"],
            [],
            (
                "they go to spec.kafka.template.pod.imagePullSecrets, which has no parent here; "
                "with an empty one ({}) it gets them"
            ),
        ),
    ),
    "a list of texts": (pod(P, more="imagePullSecrets: [other]"), [], Way(["pods"], [], NO_LIST)),
    "a text": (pod(P, more="imagePullSecrets: other"), [], Way(["pods"], [], NO_LIST)),
    "a list of objects where texts belong": (
        AWX.replace("}", ", image_pull_secrets: [{name: own}]}"),
        [],
        Way(["accounts"], [], "its image_pull_secrets is no list of names"),
    ),
    "a list of texts where they belong": (AWX.replace("}", ", image_pull_secrets: [accounts]}"), [], Way()),
    "one name, and it is another": (
        APIMATIC.replace("}}}", ", imagePullSecret: own}}}"),
        [],
        Way(["accounts"], [], "its imagePullSecret is one name, own"),
    ),
    "one name, and it is empty": (APIMATIC.replace("}}}", ", imagePullSecret: ''}}}"), [], Way(["accounts"])),
    "one name, and it is a list": (
        APIMATIC.replace("}}}", ", imagePullSecret: [own]}}}"),
        [],
        Way(["accounts"], [], "its imagePullSecret holds something else than one name"),
    ),
    "one name for two": (
        "apiVersion: x/v1\nkind: Gizmo\nspec: {image: p.example/a, sidecar: s.example/a}\n",
        [],
        Way(["pods", "accounts"], [], "its name is one name, and these are needed: pods, accounts"),
    ),
    "one name beside that of an account": (
        "apiVersion: x/v1\nkind: Gizmo\nspec: {image: p.example/a, serviceAccountName: robot}\n",
        [with_entries(ROBOT, "own")],
        Way(["pods"]),
    ),
    "a pod without containers": (
        "apiVersion: v1\nkind: Pod\nspec: {volumes: [{image: {reference: p.example/a}}]}\n",
        [with_entries(ACCOUNT, "own")],
        Way(["own", "pods"]),
    ),
    "a kind that names its account": (
        PROMETHEUS.replace("{image", "{serviceAccountName: robot, image"),
        [ROBOT],
        Way([], ["accounts"]),
    ),
}


@pytest.mark.parametrize(("text", "others", "way"), WAYS.values(), ids=WAYS)
def test_attachment_decides_between_the_pod_and_its_account(text: str, others: list[str], way: Way) -> None:
    (found,) = attachments(text, *others)
    written = found.written if found.to_place else []
    assert (written, [need.name for need in found.to_account]) == ([*way.to_place], [*way.to_account])
    assert found.obstacle == way.obstacle
    assert found.is_written == bool(way.to_place and not way.obstacle)


# A document, the key of its list, and the names in it.
LISTS_OF = {
    "a pod": (pod(P, more="imagePullSecrets: [{name: a}, {name: b}]"), "imagePullSecrets", ("a", "b")),
    "a pod without one": (pod(P), "imagePullSecrets", ()),
    "a kind without the field": (WIDGET, "imagePullSecrets", ()),
    "a kind with another key": (AWX.replace("}", ", image_pull_secrets: [a]}"), "image_pull_secrets", ("a",)),
    "a kind for one name": (APIMATIC.replace("}}}", ", imagePullSecret: a}}}"), "imagePullSecret", ("a",)),
}


@pytest.mark.parametrize(("text", "key", "names"), LISTS_OF.values(), ids=LISTS_OF)
def test_attachment_knows_what_a_place_names(text: str, key: str, names: tuple[str, ...]) -> None:
    (found,) = attachments(text)
    assert (found.key, found.present) == (key, names)


# What a pod says of its account, and what it runs as.
RUNS_AS = {
    "nothing": ("", "default"),
    "an empty name": ("serviceAccountName: ''", "default"),
    "a name": (AS_ROBOT, "robot"),
    "the old name of the field": ("serviceAccount: robot", "robot"),
    "both": ("serviceAccount: old, serviceAccountName: robot", "robot"),
    "both, the new one empty": ("serviceAccount: robot, serviceAccountName: ''", "robot"),
    "a name of digits": ("serviceAccountName: '1234'", "1234"),
}


@pytest.mark.parametrize(("said", "name"), RUNS_AS.values(), ids=RUNS_AS)
def test_attachment_knows_what_a_pod_runs_as(said: str, name: str) -> None:
    (found,) = attachments(pod(P, more=said), with_entries(ACCOUNT.replace("default", f"'{name}'"), "own"))
    assert found.account == ("", name, ("own",))
    assert found.written == ["own", "pods"]


@pytest.mark.parametrize("null", ["null", "~", ""], ids=["null", "tilde", "nothing"])
def test_a_null_names_no_account(null: str) -> None:
    (found,) = attachments(pod(P, more=f"serviceAccountName: {null}"), with_entries(ACCOUNT, "own"))
    assert found.account == ("", "default", ("own",))


# Namespace of the pod, the one that the config states, that of the account, and whether it is the pod's.
NAMESPACES = {
    "both unset": ("", "", "", True),
    "both the same": ("shop", "", "shop", True),
    "two": ("shop", "", "mail", False),
    "the pod's unset, and the account's default": ("", "", "default", True),
    "the account's unset, and the pod's default": ("default", "", "", True),
    "the pod's unset, and the account's another": ("", "", "shop", False),
    "the account's unset, and the pod's another": ("shop", "", "", False),
    "the pod's unset, and the account's the stated one": ("", "shop", "shop", True),
    "the account's unset, and the pod's the stated one": ("shop", "shop", "", True),
    "the pod's unset, default, and another is stated": ("", "shop", "default", False),
    "the account's unset, and the pod's default, and another is stated": ("default", "shop", "", False),
}


def in_namespace(namespace: str, text: str) -> str:
    return text.replace("metadata: {", f"metadata: {{namespace: {namespace}, ") if namespace else text


@pytest.mark.parametrize(("of_pod", "stated", "of_account", "is_its"), NAMESPACES.values(), ids=NAMESPACES)
def test_attachment_finds_the_account_in_the_namespace_of_the_pod(
    of_pod: str, stated: str, of_account: str, is_its: bool
) -> None:
    config = CONFIG._replace(default_namespace=stated)
    account = in_namespace(of_account, with_entries(ACCOUNT, "own"))
    (found,) = attachments(in_namespace(of_pod, pod(P)), account, config=config)
    assert found.written == (["own", "pods"] if is_its else ["pods"])
    assert found.account == ((of_account, "default", ("own",)) if is_its else (of_pod, "default", None))


def test_an_account_in_the_very_namespace_comes_first() -> None:
    accounts = [in_namespace(name, with_entries(ACCOUNT, f"own-{name or 'unset'}")) for name in ("default", "")]
    for namespace, first in (("", "own-unset"), ("default", "own-default")):
        (found,) = attachments(in_namespace(namespace, pod(P)), *accounts)
        assert found.inherited == (first,)


def test_of_an_account_that_is_there_twice_the_last_counts() -> None:
    """As it does once both are applied, one after the other."""
    (found,) = attachments(pod(P), with_entries(ACCOUNT, "first"), with_entries(ACCOUNT, "last"))
    assert found.inherited == ("last",)


def test_an_account_inside_another_object_is_known_to_the_pods_beside_it() -> None:
    text = (
        "apiVersion: template.openshift.io/v1\nkind: Template\nobjects:\n"
        "- {apiVersion: v1, kind: ServiceAccount, metadata: {name: default}, imagePullSecrets: [{name: own}]}\n"
        f"- {{apiVersion: v1, kind: Pod, spec: {{containers: [{{image: {P}}}]}}}}\n"
    )
    (found,) = attachments(text)
    assert found.written == ["own", "pods"]


@pytest.mark.parametrize("entries", ["[{}]", "[{name: ''}]"])
def test_a_list_of_one_entry_without_a_name_is_no_empty_list(entries: str) -> None:
    """The admission plugin asks for the length of the list, and leaves such a pod without the account's secrets."""
    (found,) = attachments(pod(P, more=f"imagePullSecrets: {entries}"), with_entries(ACCOUNT, "pods"))
    assert (found.inherited, found.obstacle) == ((), "its imagePullSecrets is no list of names")


HASHED = PullSecret("hashed", ("p.example",), hashed="kubectl")
OLD, NEW = "hashed-2456789bcd", "hashed-fghkmtbcdf"

# A name in a list, and what it will read, where the Secret's name has a hash in one namespace.
NAMES = {
    "the name without a hash": ("hashed", NEW),
    "an old hash": (OLD, NEW),
    "the new hash": (NEW, NEW),
    "another": ("other", "other"),
    "one that begins alike": ("hashed-too", "hashed-too"),
    "one with letters that no hash has": ("hashed-aeiou13579", "hashed-aeiou13579"),
    "one a letter shorter": (OLD[:-1], OLD[:-1]),
    "one a letter longer": (f"{OLD}d", f"{OLD}d"),
    "one that ends alike": (f"un{OLD}", f"un{OLD}"),
}


@pytest.mark.parametrize(("name", "after"), NAMES.values(), ids=NAMES)
def test_current_follows_the_hash(name: str, after: str) -> None:
    config = Config(pull_secrets=(PODS, HASHED), default_namespace="shop")
    manifest = manifest_of(pod(P), config)
    manifest.known = manifest.known._replace(suffixes={("hashed", "shop"): NEW.removeprefix("hashed")}, is_settled=True)
    assert current(manifest, "shop", name) == after
    assert current(manifest, "", name) == after
    assert current(manifest, "mail", name) == name


@pytest.mark.parametrize("name", [OLD, NEW])
def test_names_stay_where_no_credentials_say_the_hash(name: str) -> None:
    """As with `rewrite` from Python, which makes no Secret."""
    text = pod(P, more=f"imagePullSecrets: [{{name: {name}}}]")
    assert rewrite(text, Config(pull_secrets=(HASHED,))).text == text


def test_a_list_that_two_accounts_share_follows_the_hash() -> None:
    config = Config(pull_secrets=(HASHED,), default_namespace="shop")
    text = (
        f"{pod(P)}---\napiVersion: v1\nkind: ServiceAccountList\nitems:\n"
        f"- {{metadata: {{name: default}}, imagePullSecrets: &l [{{name: {OLD}}}]}}\n"
        "- {metadata: {name: other}, imagePullSecrets: *l}\n"
    )
    known = survey([text], config)._replace(suffixes={("hashed", "shop"): NEW.removeprefix("hashed")}, is_settled=True)
    (result,) = rewrite_all([text], config, known)
    assert result.text == text.replace(OLD, NEW)
    assert [finding.outcome for finding in result.findings] == ["unmapped", "present", "opened", "renamed"]


def test_needs_name_the_keys_that_open_images() -> None:
    secret = PullSecret("all", ("a.example", "b.example", "a.example/team", "*.example/x"))
    (found,) = attachments(pod("a.example/team/app", "c.example/x"), config=Config(pull_secrets=(secret,)))
    assert [(need.name, need.keys) for need in found.needs] == [("all", ("a.example", "a.example/team", "*.example/x"))]


def test_needs_of_docker_hub_are_the_index_where_nothing_else_opens_it() -> None:
    secrets = (PullSecret("team", ("docker.io/team",)), PullSecret("hub", (HUB, "docker.io/library")))
    (found,) = attachments(pod("team/app", "nginx", "other/app"), config=Config(pull_secrets=secrets))
    assert [(need.name, need.keys) for need in found.needs] == [
        ("team", ("docker.io/team",)),
        ("hub", (HUB, "docker.io/library")),
    ]


def test_the_images_are_those_that_are_run_as_they_will_read() -> None:
    text = (
        "apiVersion: v1\nkind: Pod\nspec:\n  initContainers: [{image: quay.io/a}]\n  containers:\n"
        "  - image: quay.io/b  # repoint: keep\n  - image: $(IMAGE)\n  - image: nginx:1\n"
        "  - image: &e quay.io/e\n    name: *e\n"
        "  ephemeralContainers: [{image: p.example/c}]\n  volumes: [{image: {reference: quay.io/d}}]\n"
    )
    manifest = manifest_of(text)
    (place,) = manifest.fields.pull_secrets
    names = {name for _, name in attachment(manifest, place).images}
    assert names == {
        *("p.example/a", "quay.io/b", "docker.io/library/nginx", "quay.io/e", "p.example/c", "p.example/d"),
    }


def test_there_are_no_images_of_an_object_that_is_kept() -> None:
    text = pod(P).replace("{name: web}", "{name: web, annotations: {repoint.dev/keep: 'true'}}")
    manifest = manifest_of(text)
    assert [attachment(manifest, place).images for place in manifest.fields.pull_secrets] == [()]


@given(st.lists(st.sampled_from(["a.example", "*.example", "a.example/team", HUB, "docker.io/team", "bad:port"])))
def test_opening_keys_are_those_of_the_keyring(keys: list[str]) -> None:
    for image in ("a.example/team/app", "docker.io/team/app", "docker.io/library/nginx", "b.example/x"):
        assert list(opening_keys(tuple(keys), image)) == select(keys, image)


# -- laws -------------------------------------------------------------------------------------------------------------

KEYS = {
    "a": ("a.example",),
    "b": ("b.example", "docker.io/library"),
    "hub": (HUB,),
    "wide": ("*.example/team", "c.example"),
}
IMAGES = (
    *("quay.io/app", "a.example/app:1", "b.example/app", "a.example/team/app", "c.example/team/app"),
    *("nginx", "org/app", "z.example/app", "$(IMAGE)"),
)
LISTS = (None, (), ("own",), ("a",), ("own", "b"), ("wide", "hub"))


class Cluster:
    """Objects by where they end, and what pods get of them: their own list, or else that of their account.

    Objects that name no namespace end in the one that is stated, and where none is in `default`.
    """

    def __init__(self, config: Config, texts: list[str]) -> None:
        self.stated = config.default_namespace or "default"
        documents = [document for text in texts if text for document in load(text)]
        self.pods = {each["metadata"]["name"]: each for each in documents if each["kind"] == "Pod"}
        accounts = [each for each in documents if each["kind"] == "ServiceAccount"]
        self.accounts = {(self.home(each), each["metadata"]["name"]): names_in(each) for each in accounts}

    def home(self, resource: dict[str, Any]) -> str:
        return str(resource["metadata"].get("namespace", self.stated))

    def account(self, pod: str) -> tuple[str, str]:
        return self.home(self.pods[pod]), self.pods[pod]["spec"].get("serviceAccountName", "default")

    def own(self, pod: str) -> list[str]:
        return names_in(self.pods[pod]["spec"])

    def gets(self, pod: str) -> list[str]:
        return self.own(pod) or self.accounts.get(self.account(pod), [])

    def images(self, pod: str) -> list[str]:
        """Return the images that a pod runs, by their normalized names."""
        spec = self.pods[pod]["spec"]
        containers = [*spec["containers"], *spec.get("initContainers", ())]
        return [parse(each["image"]).name for each in containers if "$" not in each["image"]]


def names_in(holder: dict[str, Any]) -> list[str]:
    return [entry["name"] for entry in holder.get("imagePullSecrets") or ()]


def needed(cluster: Cluster, pod: str, config: Config, *attach_to: str) -> set[str]:
    """Return the pull secrets of these ways that open an image of a pod."""
    return {
        secret.name
        for secret in config.pull_secrets
        if secret.attach_to in attach_to and any(select(secret.registries, image) for image in cluster.images(pod))
    }


def metadata(name: str, namespace: str) -> dict[str, str]:
    return {"name": name} | ({"namespace": namespace} if namespace else {})


def entries(names: tuple[str, ...] | None) -> dict[str, list[dict[str, str]]]:
    return {} if names is None else {"imagePullSecrets": [{"name": name} for name in names]}


NAMESPACE = st.sampled_from(["", "shop", "default", "mail"])


@st.composite
def configs(draw: st.DrawFn) -> Config:
    ways = st.sampled_from(["pods", "pods", "serviceAccounts", "serviceAccounts", "none"])
    secrets = [PullSecret(name, keys, attach_to=draw(ways)) for name, keys in KEYS.items() if draw(st.booleans())]
    stated = draw(st.sampled_from(["", "shop", "default"]))
    return Config(mirrors=(Mirror("quay.io", "a.example"),), pull_secrets=tuple(secrets), default_namespace=stated)


@st.composite
def accounts(draw: st.DrawFn, stated: str) -> Documents:
    ids = st.tuples(NAMESPACE, st.sampled_from(["default", "robot"]))
    chosen = draw(st.lists(ids, max_size=4, unique_by=lambda each: (each[0] or stated or "default", each[1])))
    return [
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": metadata(name, namespace),
            **entries(draw(st.sampled_from(LISTS))),
        }
        for namespace, name in chosen
    ]


@st.composite
def pods(draw: st.DrawFn) -> Documents:
    found: Documents = []
    for number in range(draw(st.integers(1, 4))):
        first, *others = draw(st.lists(st.sampled_from(IMAGES), min_size=1, max_size=3))
        account = draw(st.sampled_from(["", "", "default", "robot", "ghost"]))
        spec = {
            "containers": [{"image": first}],
            **({"initContainers": [{"image": image} for image in others]} if others else {}),
            **({"serviceAccountName": account} if account else {}),
            **entries(draw(st.sampled_from(LISTS))),
        }
        of_pod = metadata(f"pod-{number}", draw(NAMESPACE))
        found.append({"apiVersion": "v1", "kind": "Pod", "metadata": of_pod, "spec": spec})
    return found


@st.composite
def inputs(draw: st.DrawFn) -> tuple[Config, list[str]]:
    """Draw a config, and two streams of accounts and pods in any order."""
    config = draw(configs())
    documents = draw(st.permutations([*draw(accounts(config.default_namespace)), *draw(pods())]))
    writer = Writer(draw, step=2)
    texts = [writer.document(document) for document in documents]
    cut = draw(st.integers(0, len(texts)))
    newline = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    return config, ["---\n".join(part).replace("\n", newline) for part in (texts[:cut], texts[cut:])]


class Done(NamedTuple):
    """An input before and after a rewrite, as a cluster has it, and what was found."""

    config: Config
    before: Cluster
    after: Cluster
    texts: list[str]
    findings: list[Finding]


def rewritten(config: Config, texts: list[str]) -> Done:
    results = rewrite_all(texts, config, survey(texts, config))
    after = [result.text for result in results]
    findings = [finding for result in results for finding in result.findings]
    return Done(config, Cluster(config, texts), Cluster(config, after), after, findings)


laws = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@given(inputs())
@laws
def test_each_image_is_opened_or_warned_of(given_input: tuple[Config, list[str]]) -> None:
    done = rewritten(*given_input)
    warned = {finding.subject for finding in done.findings if finding.severity == "warning"}
    for pod, secret, image in openable(done):
        pooled = [
            key for each in done.config.pull_secrets if each.name in done.after.gets(pod) for key in each.registries
        ]
        checks = [
            finding
            for finding in done.findings
            if finding.outcome == "account" and finding.resource is not None and finding.resource.name == pod
        ]
        is_warned_of = any(each.pull_secret == secret and each.subject in warned for each in checks)
        assert select(pooled, image) or is_warned_of
        assert not is_warned_of or done.after.account(pod) not in done.after.accounts


def openable(done: Done) -> Iterator[tuple[str, str, str]]:
    """Yield each pod, each pull secret that is attached anywhere and each image of the pod that it opens."""
    for pod in done.after.pods:
        for image in done.after.images(pod):
            for secret in done.config.pull_secrets:
                if secret.attach_to != "none" and select(secret.registries, image):
                    yield pod, secret.name, image


@given(inputs())
@laws
def test_no_pod_loses_what_it_had(given_input: tuple[Config, list[str]]) -> None:
    done = rewritten(*given_input)
    for pod in done.before.pods:
        assert {*done.before.gets(pod)} <= {*done.after.gets(pod)}
        assert done.after.own(pod)[: len(done.before.own(pod))] == done.before.own(pod)


@given(inputs())
@laws
def test_nobody_gets_what_no_image_needs(given_input: tuple[Config, list[str]]) -> None:
    done = rewritten(*given_input)
    for pod in done.before.pods:
        added = {*done.after.own(pod)} - {*done.before.own(pod)}
        assert added <= needed(done.after, pod, done.config, "pods", "serviceAccounts") | {*done.before.gets(pod)}
        assert not added or added & needed(done.after, pod, done.config, "pods") or done.before.own(pod)
    for account, had in done.before.accounts.items():
        users = [pod for pod in done.after.pods if done.after.account(pod) == account and not done.after.own(pod)]
        wanted = {name for pod in users for name in needed(done.after, pod, done.config, "serviceAccounts")}
        assert {*done.after.accounts[account]} - {*had} <= wanted


@given(inputs())
@laws
def test_a_second_rewrite_plans_no_edit(given_input: tuple[Config, list[str]]) -> None:
    done = rewritten(*given_input)
    again = rewritten(done.config, done.texts)
    assert again.texts == done.texts
    assert [finding.message for finding in again.findings if finding.edits] == []


@given(inputs())
@laws
def test_each_secret_is_demanded_once_with_what_pods_use_of_it(given_input: tuple[Config, list[str]]) -> None:
    config, texts = given_input
    stated = config.default_namespace or "default"
    secrets = tuple(secret._replace(emit="Secret") for secret in config.pull_secrets)
    done = rewritten(config._replace(pull_secrets=secrets, default_namespace=stated), texts)
    found = [
        (each.home, each.name, each.registries) for each in demands(done.findings, done.config, survey([], done.config))
    ]
    wanted = {
        (home, secret.name): tuple(
            key
            for key in secret.registries
            if any(key in select(secret.registries, image) for image in images_in(done.after, home))
        )
        for secret in secrets
        for home in {done.after.home(pod) for pod in done.after.pods.values()}
    }
    assert sorted(found) == sorted((*of, keys) for of, keys in wanted.items() if keys)


def images_in(cluster: Cluster, home: str) -> list[str]:
    return [image for pod in cluster.pods if cluster.home(cluster.pods[pod]) == home for image in cluster.images(pod)]


def test_a_name_follows_only_where_no_other_has_become_it() -> None:
    suffixes = {("hashed", ""): NEW.removeprefix("hashed")}
    for said, expected in {
        f"[{{name: {OLD}}}, {{name: hashed}}]": f"[{{name: {NEW}}}, {{name: hashed}}]",
        f"[{{name: {NEW}}}, {{name: hashed}}]": f"[{{name: {NEW}}}, {{name: hashed}}]",
        f"[{{name: {OLD}}}, {{name: {OLD}}}]": f"[{{name: {NEW}}}, {{name: {NEW}}}]",
    }.items():
        text = pod(P, more=f"imagePullSecrets: {said}")
        config = Config(pull_secrets=(HASHED,))
        known = survey([text], config)._replace(suffixes=suffixes, is_settled=True)
        ((after, _),) = rewrite_all([text], config, known)
        assert after == text.replace(said, expected)
