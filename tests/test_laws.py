"""Laws 1 and 3 over generated manifests: a rewrite loses nothing, and a second one finds nothing left to do.

What becomes of the data is told by an oracle of its own: a dictionary of images, and pull secrets appended once. The
streams are written in a style drawn anew at every turn: quotes, block scalars, flow style, JSON, indentation,
comments, blank lines, line ends, byte order mark.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any, TypeVar, get_args

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from transformer.config import Config, Likely, Mirror, PullSecret
from transformer.documents import split
from transformer.edits import Edit
from transformer.pipeline import Rewrite, rewrite

CONFIG = Config(
    name="corp",
    mirrors=(Mirror("docker.io", "mirror.example/hub"), Mirror("quay.io", "mirror.example:5000/quay")),
    keep=("registry.example",),
    pull_secrets=(PullSecret("hub-pull", ("mirror.example",)), PullSecret("quay-pull", ("mirror.example:5000",))),
    likely=get_args(Likely),
)

# The oracle: what becomes of each image, and which pull secret it needs then.
DIGEST = f"sha256:{'0123456789abcdef' * 4}"
IMAGES = {
    "nginx": ("mirror.example/hub/library/nginx", "hub-pull"),
    "nginx:1.27": ("mirror.example/hub/library/nginx:1.27", "hub-pull"),
    f"org/app@{DIGEST}": (f"mirror.example/hub/org/app@{DIGEST}", "hub-pull"),
    "quay.io/org/app": ("mirror.example:5000/quay/org/app", "quay-pull"),
    "mirror.example/hub/org/app:1": ("mirror.example/hub/org/app:1", "hub-pull"),
    "registry.example:80/app": ("registry.example:80/app", ""),
    "ghcr.io/org/app:v1": ("ghcr.io/org/app:v1", ""),
    "$(IMAGE)": ("$(IMAGE)", ""),
}
# What becomes of each argument, variable, annotation and text of a ConfigMap.
SCRIPT = "set -e\nrun quay.io/org/app:1 && run ghcr.io/org/app:v1\n\n  # quay.io/org/b:1\n"
POD = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: nginx\n    args: [quay.io/org/app]\n"
PARTS = "image:\n  registry: docker.io\n  repository: org/app\n  tag: v1\n"
JSON = '{"image": "quay.io/org/app", "x": [1]}\n'
TEXTS = {
    "--image=nginx:1.27": "--image=mirror.example/hub/library/nginx:1.27",
    "--x=quay.io/org/app:1": "--x=mirror.example:5000/quay/org/app:1",
    "quay.io/org/app": "mirror.example:5000/quay/org/app",
    f"--x=org/app@{DIGEST}": f"--x=mirror.example/hub/org/app@{DIGEST}",
    "quay.io/org/a:1,quay.io/org/b:1": "mirror.example:5000/quay/org/a:1,mirror.example:5000/quay/org/b:1",
    "--x=mirror.example/hub/org/app:1": "--x=mirror.example/hub/org/app:1",
    "--x=registry.example:80/app:1": "--x=registry.example:80/app:1",
    "--x=ghcr.io/org/app:v1": "--x=ghcr.io/org/app:v1",
    "--x=busybox:1": "--x=busybox:1",
    "--x=https://quay.io/org/app:1": "--x=https://quay.io/org/app:1",
    SCRIPT: SCRIPT.replace("quay.io", "mirror.example:5000/quay"),
    POD: POD.replace("nginx", "mirror.example/hub/library/nginx").replace("quay.io", "mirror.example:5000/quay"),
    PARTS: PARTS.replace("docker.io", "mirror.example").replace("org/app", "hub/org/app"),
    JSON: JSON.replace("quay.io", "mirror.example:5000/quay"),
}
PLACES = {
    "Pod": ("spec",),
    "Deployment": ("spec", "template", "spec"),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
    "Rollout": ("spec", "template", "spec"),
    "Widget": ("spec", "pods", "web"),
}
GROUPS = {"Deployment": "apps/v1", "CronJob": "batch/v1", "Rollout": "argoproj.io/v1alpha1", "Widget": "x/v1"}
TAKES_SECRETS = {"Pod", "Deployment", "CronJob", "Rollout"}

MARKER = "repoint.dev/mirrored-by"
SCRIPTS = ["echo 1", "echo 1\n", "echo 1\n# no comment\n", "echo 1\n\n\n", "if x\n  y", "a: b\n- c: |\n"]
ACCOUNT = {
    "apiVersion": "v1",
    "kind": "ServiceAccount",
    "metadata": {"name": "default"},
    "imagePullSecrets": [{"name": "own"}],
}

SAID = st.sampled_from([*TEXTS])
# A block scalar at the end of a stream without a last line end says its text without one.
TEXTS |= {before.removesuffix("\n"): after.removesuffix("\n") for before, after in TEXTS.items()}


@st.composite
def containers(draw: st.DrawFn) -> list[dict[str, Any]]:
    names = ["web", "sidecar"][: draw(st.integers(1, 2))]
    return [
        draw(
            st.fixed_dictionaries(
                {"name": st.just(name), "image": st.sampled_from([*IMAGES])},
                optional={
                    "command": st.lists(st.sampled_from(SCRIPTS), min_size=1, max_size=2),
                    "args": st.lists(SAID, min_size=1, max_size=2),
                    "env": st.fixed_dictionaries({"name": st.just("OPTIONS"), "value": SAID}).map(lambda each: [each]),
                },
            )
        )
        for name in names
    ]


def references(*names: str) -> list[dict[str, str]]:
    return [{"name": name} for name in names]


@st.composite
def pod_specs(draw: st.DrawFn) -> dict[str, Any]:
    lists = [None, [], references("own"), references("hub-pull"), references("own", "quay-pull"), references("1234")]
    volume = st.fixed_dictionaries(
        {"name": st.just("v"), "image": st.fixed_dictionaries({"reference": st.sampled_from([*IMAGES])})}
    )
    optional = {
        "imagePullSecrets": st.sampled_from(lists),
        "initContainers": containers(),
        "volumes": st.lists(volume, min_size=1, max_size=1),
        "restartPolicy": st.just("Always"),
    }
    spec = draw(st.fixed_dictionaries({"containers": containers()}, optional=optional))
    return {key: spec[key] for key in draw(st.permutations([*spec]))}


@st.composite
def workloads(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from([*PLACES]))
    value = draw(pod_specs())
    for key in reversed(PLACES[kind]):
        value = {key: value}
    options = {"example.com/options": draw(SAID)}
    annotations = draw(st.sampled_from([None, {}, options, {**options, MARKER: "old"}, {MARKER: "corp"}]))
    metadata = {"name": "app"} if annotations is None else {"name": "app", "annotations": annotations}
    return {"apiVersion": GROUPS.get(kind, "v1"), "kind": kind, "metadata": metadata, **value}


LISTS = st.lists(workloads(), min_size=1, max_size=2).map(
    lambda items: {"apiVersion": "v1", "kind": "List", "items": items}
)
# An image that is spelled in parts, and in which parts it is spelled then.
SPLIT = {
    ("", "org/app"): ("", "mirror.example/hub/org/app"),
    ("", "quay.io/org/app"): ("", "mirror.example:5000/quay/org/app"),
    ("docker.io", "org/app"): ("mirror.example", "hub/org/app"),
    ("quay.io/org", "app"): ("mirror.example:5000/quay/org", "app"),
    ("mirror.example", "hub/org/app"): ("mirror.example", "hub/org/app"),
    ("registry.example", "app"): ("registry.example", "app"),
}


def in_parts(registry: str, repository: str) -> dict[str, str]:
    return {**({"registry": registry} if registry else {}), "repository": repository, "tag": "v1"}


def gadget(image: dict[str, str]) -> dict[str, Any]:
    return {"apiVersion": "x/v1", "kind": "Gadget", "spec": {"image": image}}


GADGETS = st.sampled_from([*SPLIT]).map(lambda image: gadget(in_parts(*image)))
CONFIG_MAPS = st.lists(SAID, min_size=1, max_size=2).map(
    lambda texts: {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "data": {"x.conf": texts[0], "y": texts[-1], "image": "nginx", "z": "containers:\n- image: nginx\n"},
    }
)
OTHERS = st.one_of(st.just(ACCOUNT), CONFIG_MAPS, GADGETS)

Option = TypeVar("Option")


@dataclass
class Writer:
    """Writes data as YAML, every time in another style."""

    draw: st.DrawFn
    step: int
    numbers: Iterator[int] = field(default_factory=count)

    def choose(self, *options: Option) -> Option:
        return self.draw(st.sampled_from(options))

    def document(self, data: dict[str, Any]) -> str:
        style = self.choose("block", "block", "block", "flow", "json", "pretty")
        if style == "block":
            return "\n".join([*self.block(data, 0), *self.above(0)]) + "\n"
        if style == "flow":
            return self.flow(data) + self.comment() + "\n"
        return json.dumps(data, indent=2 if style == "pretty" else None) + "\n"

    def block(self, value: dict[str, Any] | list[Any], depth: int) -> list[str]:
        if isinstance(value, list):
            return [line for item in value for line in [*self.above(depth), *self.item(item, depth)]]
        return [line for key, item in value.items() for line in [*self.above(depth), *self.entry(key, item, depth)]]

    def entry(self, key: str, value: Any, depth: int) -> list[str]:
        head = f"{' ' * depth}{key}:"
        if value is None or value == []:
            return [head + self.choose("", " ~", " null", " []") + self.comment()]
        if isinstance(value, str):
            return self.scalar(f"{head} ", value, depth)
        if self.choose(True, True, True, False):
            inner = depth + (self.step if isinstance(value, dict) else self.choose(0, self.step))
            return [head + self.comment(), *self.block(value, inner)]
        return [f"{head} {self.flow(value)}{self.comment()}"]

    def item(self, value: Any, depth: int) -> list[str]:
        if isinstance(value, str):
            return self.scalar(f"{' ' * depth}- ", value, depth)
        if self.choose(True, True, True, False):
            dash = " " * depth + self.choose("- ", "-   ")
            lines = self.block(value, len(dash))
            if lines[0].lstrip(" ")[:1] in ("#", "") or self.choose(True, False, False, False):
                return [f"{' ' * depth}-{self.comment()}", *lines]
            return [dash + lines[0][len(dash) :], *lines[1:]]
        return [f"{' ' * depth}- {self.flow(value)}{self.comment()}"]

    def scalar(self, head: str, value: str, depth: int) -> list[str]:
        style = self.choose("plain", "'", '"', "|", ">") if "\n" not in value else "|"
        if style in ("|", ">"):
            kept = len(value) - len(value.rstrip("\n"))
            indicator = "-" if kept == 0 else "" if kept == 1 else "+"
            lines = value.removesuffix("\n").split("\n")
            return [f"{head}{style}{indicator}{self.comment()}", *(indented(line, depth + self.step) for line in lines)]
        quote = "" if style == "plain" and value != "1234" else style.replace("plain", '"')
        return [f"{head}{quote}{value}{quote}{self.comment()}"]

    def flow(self, value: Any) -> str:
        pad = self.choose("", " ")
        if isinstance(value, dict):
            return f"{{{pad}{', '.join(f'{key}: {self.flow(item)}' for key, item in value.items())}{pad}}}"
        if isinstance(value, list):
            return f"[{pad}{', '.join(self.flow(item) for item in value)}{pad}]"
        if value is None:
            return str(self.choose("~", "null"))
        return value if re.fullmatch(r"[a-z/.]+", value) and self.choose(True, False) else json.dumps(value)

    def above(self, depth: int) -> list[str]:
        """Return what stands on lines of its own above a key or an item."""
        return self.choose([], [], [], [""], [f"{' ' * depth}# c{next(self.numbers)}"])

    def comment(self) -> str:
        return self.choose("", "", "", f"  # c{next(self.numbers)}")


def indented(line: str, depth: int) -> str:
    return " " * depth + line if line else ""


@st.composite
def streams(draw: st.DrawFn) -> str:
    writer = Writer(draw, step=draw(st.sampled_from([2, 3, 4])))
    documents = draw(st.lists(st.one_of(workloads(), workloads(), workloads(), LISTS, OTHERS), min_size=1, max_size=3))
    texts = [writer.document(data) for data in documents]
    text = f"---{writer.comment()}\n".join(["", *texts] if draw(st.booleans()) else texts)
    if draw(st.booleans()):
        text = text.removesuffix("\n")
    text = text.replace("\n", draw(st.sampled_from(["\n", "\n", "\r\n"])))
    return draw(st.sampled_from(["", "", "\ufeff"])) + text


def load(text: str) -> list[Any]:
    return list(YAML(typ="safe", pure=True).load_all(text.removeprefix("\ufeff")))


def expected(data: list[Any], *, marked: bool) -> list[Any]:
    """Return the documents as they have to be after a rewrite."""
    account = ["own"] if ACCOUNT in data else []
    return [_expected(document, account, marked) for document in data]


def _expected(document: Any, account: list[str], marked: bool) -> Any:
    if document["kind"] == "List":
        return {**document, "items": [_expected(item, account, marked) for item in document["items"]]}
    if document["kind"] == "Gadget":
        image = document["spec"]["image"]
        return gadget(in_parts(*SPLIT[image.get("registry", ""), image["repository"]]))
    if document["kind"] in PLACES:
        document = _at(document, PLACES[document["kind"]], document["kind"] in TAKES_SECRETS, account)
        document = _marked(document) if marked else document
    return _with_texts(document)


def _marked(document: Any) -> Any:
    metadata = document["metadata"]
    annotations = {**(metadata.get("annotations") or {}), MARKER: "corp"}
    return {**document, "metadata": {**metadata, "annotations": annotations}}


def _with_texts(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: value if key == "image" else _with_texts(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_with_texts(item) for item in data]
    return TEXTS.get(data, data) if isinstance(data, str) else data


def _at(data: dict[str, Any], path: tuple[str, ...], takes_secrets: bool, account: list[str]) -> dict[str, Any]:
    if path:
        return {**data, path[0]: _at(data[path[0]], path[1:], takes_secrets, account)}
    images = [container["image"] for container in [*data["containers"], *data.get("initContainers", [])]]
    images += [volume["image"]["reference"] for volume in data.get("volumes", [])]
    moved: dict[str, Any] = json.loads(json.dumps(data))
    for container in [*moved["containers"], *moved.get("initContainers", [])]:
        container["image"] = IMAGES[container["image"]][0]
    for volume in moved.get("volumes", []):
        volume["image"]["reference"] = IMAGES[volume["image"]["reference"]][0]
    present = [entry["name"] for entry in data.get("imagePullSecrets") or []]
    inherited = [] if present else account
    needed = [secret.name for secret in CONFIG.pull_secrets if secret.name in {IMAGES[image][1] for image in images}]
    missing = [name for name in needed if name not in [*present, *inherited]]
    if missing and (takes_secrets or present):
        moved["imagePullSecrets"] = references(*present, *inherited, *missing)
    return moved


def edits_of(result: Rewrite) -> list[Edit]:
    return sorted({edit for finding in result.findings for edit in finding.edits})


@given(streams(), st.booleans())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_a_rewrite_loses_nothing_and_a_second_one_has_nothing_to_do(text: str, marked: bool) -> None:
    config = CONFIG._replace(marker=marked)
    result = rewrite(text, config)
    assert "".join(document.text for document in split(text)) == text
    assert load(result.text) == expected(load(text), marked=marked)
    assert sorted(re.findall(r"# c\d+", result.text)) == sorted(re.findall(r"# c\d+", text))
    assert is_subsequence(untouched_lines(text, edits_of(result)), result.text.splitlines(keepends=True))
    again = rewrite(result.text, config)
    assert again.text == result.text
    assert edits_of(again) == []


def untouched_lines(text: str, edits: list[Edit]) -> list[str]:
    """Return the lines of `text` that no edit touches."""
    lines, first = [], 0
    for line in text.splitlines(keepends=True):
        last = first + len(line.rstrip("\r\n"))
        if not any(edit.start <= last and edit.end >= first for edit in edits):
            lines.append(line)
        first += len(line)
    return lines


def is_subsequence(wanted: list[str], lines: list[str]) -> bool:
    remaining = iter(lines)
    return all(line in remaining for line in wanted)
