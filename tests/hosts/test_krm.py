"""A KRM function gives back its list: what is rewritten in it, what is made behind it, and what was found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from command import CONFIG, PASSWORD, PLAIN_CONFIG, lay_out, load, repoint

SPEC = CONFIG[CONFIG.index("spec:") :]


def indented(text: str, by: int) -> str:
    return "".join(f"{' ' * by}{line}" if line.strip() else line for line in text.splitlines(keepends=True))


def function_config(spec: str = SPEC, annotations: str = "") -> str:
    head = f"apiVersion: repoint.dev/v1alpha1\nkind: MirrorConfig\nmetadata:\n  name: corp\n{annotations}"
    return f"functionConfig:\n{indented(head + spec, 2)}"


def listed(*items: str, version: str = "v1", given: str | None = None) -> str:
    """Return a ResourceList as kyaml writes it."""
    each = "".join(f"- {indented(item, 2)[2:]}" for item in items)
    body = f"items:\n{each}" if items else "items: []\n"
    return (
        f"apiVersion: config.kubernetes.io/{version}\nkind: ResourceList\n{body}"
        f"{function_config() if given is None else given}"
    )


POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - image: nginx  # by hand
    name: web
"""
ATTACHED = (
    POD.replace("nginx", "harbor.corp.example/hub/library/nginx") + "  imagePullSecrets:\n  - name: harbor-pull\n"
)
CONFIG_MAP = "functionConfig:\n  apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: x}\n"
RESULTS = """\
results:
- message: "gets the pull secret harbor-pull"
  severity: info
  resourceRef:
    apiVersion: v1
    kind: Pod
    name: web
  field:
    path: spec.imagePullSecrets
- message: "nginx -> harbor.corp.example/hub/library/nginx"
  severity: info
  resourceRef:
    apiVersion: v1
    kind: Pod
    name: web
  field:
    path: "spec.containers[0].image"
    currentValue: nginx
    proposedValue: harbor.corp.example/hub/library/nginx
"""


def secrets(stream: bytes) -> list[dict[str, Any]]:
    return [item for item in load(stream)[0]["items"] if item["kind"] == "Secret"]


def without_secret(out: bytes) -> str:
    """Return a list as it is printed, without its last item, the Secret."""
    head, _, rest = out.decode().partition("- apiVersion: v1\n  kind: Secret\n")
    return head + rest[rest.index("functionConfig:") :] if "functionConfig:" in rest else head


@pytest.mark.parametrize("version", ["v1", "v1beta1", "v1alpha1"])
def test_a_list_is_what_it_was_but_for_what_is_planned(version: str, tmp_path: Path) -> None:
    done = repoint(tmp_path, stdin=listed(POD, version=version))
    assert without_secret(done.out) == listed(ATTACHED, version=version) + RESULTS
    [secret] = secrets(done.out)
    assert (secret["metadata"], secret["type"]) == ({"name": "harbor-pull"}, "kubernetes.io/dockerconfigjson")
    assert done.err == (
        "repoint: 1 input: 1 of 1 image rewritten, pull secrets added to 1 place, 1 of 1 pull with credentials proven; "
        "1 Secret in the output (harbor-pull)\n"
    )


def test_a_list_with_nothing_to_do_comes_back_as_it_came(tmp_path: Path) -> None:
    service = "apiVersion: v1\nkind: Service\nmetadata: {name: web}  # ours\n"
    for text in (listed(service), listed(), "# head\n---\n" + listed(service) + "...\n"):
        assert repoint(tmp_path, stdin=text).out.decode() == text


@pytest.mark.parametrize("empty", ["", "items:\n", "items: null  # none\n", "items: []\n"])
def test_an_empty_list_is_a_list(empty: str, tmp_path: Path) -> None:
    done = repoint(tmp_path, stdin=listed().replace("items: []\n", empty))
    [found] = load(done.out)
    assert (done.code, found["items"], "functionConfig" in found) == (0, [], True)


NO_LISTS = {
    "an object": f"items:\n{indented(POD, 2)}",
    "a text": "items: none\n",
    "an alias": "others: &others []\nitems: *others\n",
    "results": "items: []\nresults: {a: b}\n",
}


@pytest.mark.parametrize("text", NO_LISTS.values(), ids=NO_LISTS)
def test_nothing_is_put_in_the_place_of_what_is_no_list(text: str, tmp_path: Path) -> None:
    done = repoint(tmp_path, stdin=listed().replace("items: []\n", text))
    assert (done.code, done.out) == (2, b"")
    assert "of the ResourceList: expected a list, written there" in done.err


def test_an_empty_list_may_be_json(tmp_path: Path) -> None:
    lay_out(tmp_path, {"repoint.yaml": PLAIN_CONFIG})
    head = '{"apiVersion": "config.kubernetes.io/v1", "kind": "ResourceList"'
    for rest in ("}", ', "items": null}', ', "items": []}'):
        assert repoint(tmp_path, stdin=head + rest).out.decode() == f'{head}, "items": []}}'


def test_a_list_without_an_api_version_is_refused(tmp_path: Path) -> None:
    """Nobody could say of what its items are."""
    done = repoint(tmp_path, stdin=listed(POD).removeprefix("apiVersion: config.kubernetes.io/v1\n"))
    assert (done.code, done.out, done.err) == (2, b"", "repoint: the ResourceList says no apiVersion\n")


# -- where the config is ----------------------------------------------------------------------------------------------


def test_a_config_map_names_the_file(tmp_path: Path) -> None:
    lay_out(tmp_path, {"conf/repoint.yaml": CONFIG})
    given = CONFIG_MAP + "  data: {config: conf/repoint.yaml, namespace: shop}\n"
    done = repoint(tmp_path, stdin=listed(POD, given=given))
    assert without_secret(done.out) == listed(ATTACHED, given=given) + RESULTS


@pytest.mark.parametrize(
    "given", ["", CONFIG_MAP, CONFIG_MAP + "  data: {namespace: shop}\n", "functionConfig: null\n"]
)
def test_without_a_config_the_next_one_is_taken(given: str, tmp_path: Path) -> None:
    lay_out(tmp_path, {"repoint.yaml": CONFIG})
    done = repoint(tmp_path, stdin=listed(POD, given=given))
    assert (done.code, len(secrets(done.out))) == (0, 1)


def test_the_config_of_the_command_line_wins(tmp_path: Path) -> None:
    lay_out(tmp_path, {"c.yaml": CONFIG.replace("harbor-pull", "other")})
    assert secrets(repoint(tmp_path, "-c", "c.yaml", stdin=listed(POD)).out)[0]["metadata"]["name"] == "other"


WRONG = {
    "a key": (
        function_config("spec:\n  mirorrs: []\n"),
        "functionConfig: spec.mirorrs: unknown key 'mirorrs'",
    ),
    "a kind": (
        "functionConfig: {apiVersion: v1, kind: Foo}\n",
        "functionConfig: expected a MirrorConfig, or",
    ),
    "data": (CONFIG_MAP + "  data: {confg: x}\n", "functionConfig: data.confg: expected one of config, namespace"),
    "a file": (CONFIG_MAP + "  data: {config: x.yaml}\n", "x.yaml: No such file or directory"),
    "no file": (CONFIG_MAP, "no config: there is no repoint.yaml in"),
    "a namespace": (
        CONFIG_MAP + "  data: {config: c.yaml, namespace: A}\n",
        "repoint: data.namespace 'A': no names",
    ),
}


@pytest.mark.parametrize(("given", "message"), WRONG.values(), ids=WRONG)
def test_a_wrong_config_prints_nothing_and_says_why(given: str, message: str, tmp_path: Path) -> None:
    lay_out(tmp_path, {"c.yaml": CONFIG})
    done = repoint(tmp_path, stdin=listed(POD, given=given))
    assert (done.code, done.out) == (2, b"")
    assert done.err.startswith(message)


def test_no_password_is_in_a_wrong_config(tmp_path: Path) -> None:
    done = repoint(tmp_path, stdin=listed(POD, given=function_config(f"spec:\n  keep: '{PASSWORD}'\n")))
    assert (done.code, done.out) == (2, b"")


# -- results ----------------------------------------------------------------------------------------------------------


def test_an_error_prints_no_list(tmp_path: Path) -> None:
    given = function_config(SPEC + "  unmapped: error\n")
    done = repoint(tmp_path, stdin=listed(POD.replace("nginx", "quay.io/x/y"), given=given))
    assert (done.code, done.out) == (1, b"")
    assert done.err.startswith("Pod web: spec.containers[0].image: error: no mirror covers quay.io/x/y\n")


def test_an_error_is_said_first(tmp_path: Path) -> None:
    given = function_config(SPEC + "  unmapped: error\n")
    done = repoint(
        tmp_path, stdin=listed(POD.replace("nginx", "$(X)"), POD.replace("nginx", "quay.io/x/y"), given=given)
    )
    assert [line.split(": ")[2] for line in done.err.splitlines()[:2]] == ["error", "warning"]


def test_a_line_names_an_object_once(tmp_path: Path) -> None:
    done = repoint(tmp_path, stdin=listed(POD, given=function_config(SPEC + "    attachTo: serviceAccounts\n")))
    assert done.err.startswith(
        "Pod web: spec.imagePullSecrets: warning: its ServiceAccount default is not in the input;"
    )


def annotated(*annotations: str) -> str:
    lines = "".join(f"    {each}\n" for each in annotations)
    return POD.replace("  name: web\nspec", f"  name: web\n  annotations:\n{lines}spec")


@pytest.mark.parametrize("index", ["²", "-1", "x", "1" * 20])
def test_a_result_gives_an_index_that_is_one(index: str, tmp_path: Path) -> None:
    place = ("config.kubernetes.io/path: a/web.yaml", f"config.kubernetes.io/index: '{index}'")
    pod = annotated(*place).replace("nginx", "quay.io/x/y")
    [result] = load(repoint(tmp_path, "--allow-plaintext-secrets", stdin=listed(pod)).out)[0]["results"]
    assert result["file"] == {"path": "a/web.yaml"}


def test_a_result_says_of_which_file_it_is(tmp_path: Path) -> None:
    place = ("config.kubernetes.io/path: a/web.yaml", "internal.config.kubernetes.io/index: '2'")
    pod = annotated(*place).replace("metadata:\n", "metadata:\n  namespace: n\n").replace("nginx", "quay.io/x/y")
    done = repoint(tmp_path, "--allow-plaintext-secrets", stdin=listed(pod))
    [result] = load(done.out)[0]["results"]
    assert result == {
        "message": "no mirror covers quay.io/x/y",
        "severity": "warning",
        "resourceRef": {"apiVersion": "v1", "kind": "Pod", "name": "web", "namespace": "n"},
        "field": {"path": "spec.containers[0].image", "currentValue": "quay.io/x/y"},
        "file": {"path": "a/web.yaml", "index": 2},
    }
    assert done.err.splitlines()[0] == (
        "a/web.yaml: Pod n/web: spec.containers[0].image: warning: no mirror covers quay.io/x/y"
    )


def test_what_kustomize_notes_stays_as_it_is(tmp_path: Path) -> None:
    """It fails where two of these lists do not have one length."""
    noted = annotated(
        "internal.config.kubernetes.io/prefixes: a-,b-",
        "internal.config.kubernetes.io/previousKinds: Pod,Pod,Pod",
        "internal.config.kubernetes.io/previousNames: web,a-web,a-web",
        "internal.config.kubernetes.io/previousNamespaces: default,default,shop",
        "kustomize.config.k8s.io/id: |\n      kind: Pod\n      name: web",
        "internal.config.kubernetes.io/id: '1'",
    )
    rewritten = noted.replace("nginx", "harbor.corp.example/hub/library/nginx")
    done = repoint(tmp_path, stdin=listed(noted))
    assert without_secret(done.out).startswith(listed(f"{rewritten}  imagePullSecrets:\n  - name: harbor-pull\n"))


# -- plain text -------------------------------------------------------------------------------------------------------

OF_A_FILE = annotated("config.kubernetes.io/path: web.yaml")
OF_A_BUILD = annotated("kustomize.config.k8s.io/id: x", "config.kubernetes.io/path: web.yaml")
REFUSED = "repoint: the credentials of harbor-pull would be written as plain text into the package"


def test_what_is_written_to_files_has_no_credentials(tmp_path: Path) -> None:
    done = repoint(tmp_path, stdin=listed(OF_A_FILE))
    assert (done.code, done.out) == (2, b"")
    assert done.err.startswith(REFUSED)
    assert repoint(tmp_path, "--allow-plaintext-secrets", stdin=listed(OF_A_FILE)).code == 0
    assert repoint(tmp_path, stdin=listed(OF_A_BUILD)).code == 0
    assert repoint(tmp_path, stdin=listed(OF_A_FILE, OF_A_BUILD)).code == 2


def test_a_secret_is_not_updated_in_files(tmp_path: Path) -> None:
    secret = (
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: harbor-pull\n  annotations:\n"
        "    config.kubernetes.io/path: s.yaml\ntype: kubernetes.io/dockerconfigjson\n"
        "data: {.dockerconfigjson: e30=}\n"
    )
    given = function_config(SPEC + "    existing: update\n")
    done = repoint(tmp_path, stdin=listed(OF_A_FILE, secret, given=given))
    assert (done.code, done.out) == (2, b"")
    assert "Secret harbor-pull would be written as plain text" in done.err


# -- a generator ------------------------------------------------------------------------------------------------------

LOCAL = "  annotations:\n    config.kubernetes.io/local-config: 'true'\n"


def generator(spec: str, item: str = "") -> str:
    """Return the list that a generator gets, with its config as the one item, or with another."""
    given = function_config(spec, LOCAL)
    return listed(item or "".join(line[2:] for line in given.splitlines(keepends=True)[1:]), given=given)


def generated(tmp_path: Path, spec: str) -> bytes:
    done = repoint(tmp_path, stdin=generator(spec))
    assert done.code == 0
    return done.out


def test_a_generator_gives_the_secrets_alone(tmp_path: Path) -> None:
    [found] = load(generated(tmp_path, SPEC))
    assert {*found} == {"apiVersion", "kind", "items"}
    [secret] = found["items"]
    assert secret["metadata"] == {"name": "harbor-pull"}


def test_a_config_that_is_all_there_is_in_a_package_is_no_generators(tmp_path: Path) -> None:
    """It has a place among files; what is not there when it comes back is deleted."""
    item = function_config(annotations=f"{LOCAL}    config.kubernetes.io/path: mirror.yaml\n")
    text = generator(SPEC, "".join(line[2:] for line in item.splitlines(keepends=True)[1:]))
    assert repoint(tmp_path, stdin=text).out.decode() == text


def test_a_generator_leaves_hash_and_behavior_to_kustomize(tmp_path: Path) -> None:
    orders = "    nameSuffixHash: kustomize\n    annotations: {kustomize.config.k8s.io/behavior: merge, x: 'y'}\n"
    [secret] = secrets(generated(tmp_path, SPEC + orders + "  defaultNamespace: shop\n"))
    assert secret["metadata"] == {
        "name": "harbor-pull",
        "namespace": "shop",
        "annotations": {
            "kustomize.config.k8s.io/behavior": "merge",
            "x": "y",
            "kustomize.config.k8s.io/needs-hash": "true",
        },
    }


def test_no_order_to_kustomize_stays_in_a_manifest(tmp_path: Path) -> None:
    orders = "    annotations: {kustomize.config.k8s.io/behavior: merge, kustomize.config.k8s.io/needs-hash: 'true'}\n"
    done = repoint(tmp_path, stdin=listed(POD, given=function_config(SPEC + orders)))
    assert secrets(done.out)[0]["metadata"] == {"name": "harbor-pull"}


def test_a_generator_with_nothing_to_make_gives_an_empty_list(tmp_path: Path) -> None:
    done = repoint(tmp_path, stdin=generator("spec:\n  keep: [docker.io]\n"))
    assert load(done.out)[0]["items"] == []
    assert done.err == "repoint: no Secret is needed\n"
