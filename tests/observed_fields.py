"""Measure what is found of the fields that hold images in real manifests, against a list made without this package.

The list, facts/fields_observed.tsv, was gathered from 41,884 manifests of 121 public projects: group and kind, path,
an example, and how often. It is held against the program twice:

- each row as a minimal object of its kind, with the example in its place;
- each place in a folder of manifests (REPOINT_CORPUS) that a row of the list describes and whose value reads as an
  image, by a walk of its own over the plain data.

A place is `rewritten`, `reported` (likely, uncovered, unmapped, invalid, refused), `kept` with a reason, or `missed`:
nothing was said of it. What is missed is no image by `NO_IMAGES`, which gives the reasons, or a fault. Nothing but
what is certain is rewritten here, and mirrored are the registries that the public pulls from.
"""

from __future__ import annotations

import csv
import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from transformer.config import Config, Mirror
from transformer.documents import Document, count_lines, split
from transformer.findings import OF_REFERENCES, Finding
from transformer.hosts.sources import source_of
from transformer.pipeline import rewrite, rewrite_all
from transformer.survey import survey

LIST = Path(__file__).parent / "facts" / "fields_observed.tsv"
OUTCOMES = ("rewritten", "reported", "kept", "missed")

REGISTRIES = (
    *("docker.io", "quay.io", "ghcr.io", "gcr.io", "*.gcr.io", "registry.k8s.io", "*.pkg.dev", "public.ecr.aws"),
    *("mcr.microsoft.com", "nvcr.io", "registry.redhat.io", "registry.access.redhat.com", "docker.elastic.co"),
    *("xpkg.crossplane.io", "xpkg.upbound.io"),
)
TARGET = "harbor.corp.example/{{ domain | replace(':', '-') }}"
CONFIG = Config(mirrors=tuple(Mirror(source, TARGET) for source in REGISTRIES))
LAST_RESORT = CONFIG._replace(mirrors=(*CONFIG.mirrors, Mirror("*", TARGET)))

# The places that hold no image a cluster would pull, by the reason: a group, a kind, and a path that leads to the
# place or to something around it; behind ` = `, the only value of which that is said. `*` is any group or kind.
NO_IMAGES: dict[str, str] = {
    "the status is what the cluster reports": """
        * * status
        """,
    "no value at all": """
        apps.openshift.io DeploymentConfig spec.triggers[*].imageChangeParams.lastTriggeredImage
        imgpkg.carvel.dev ImagesLock images =
        """,
    "a pattern that images are held against": """
        kyverno.io ClusterPolicy spec.rules[*].validate.foreach[*].pattern
        kyverno.io ClusterPolicy spec.rules[*].validate.pattern
        kyverno.io ClusterPolicy spec.rules[*].verifyImages
        kyverno.io Policy spec.rules[*].verifyImages
        skaffold Config resourceSelector.allow[*].image[*]
        """,
    "what a test expects to see": """
        cilium.io EventChecker spec.checks
        """,
    "a placeholder that another program fills in": """
        chainsaw.kyverno.io Test spec.bindings[*].value.image = ($values.images.psql)
        core ConfigMap data.queue-sidecar-image = ko://knative.dev/serving/cmd/queue
        infrastructure.cluster.x-k8s.io DevMachinePool spec.backend.docker.preLoadImages = ${DOCKER_PRELOAD_IMAGES:-[]}
        infrastructure.cluster.x-k8s.io DevMachinePoolTemplate spec.template.spec.backend.docker.preLoadImages
        infrastructure.cluster.x-k8s.io DevMachineTemplate spec.template.spec.backend.docker.preLoadImages
        skaffold Config deploy.helm.releases[*].setValueTemplates
        """,
    "a record of a build": """
        cli.kyverno.io Context spec.images[*].manifest.annotations["org.opencontainers.image.base.name"]
        """,
    "encrypted": """
        core ConfigMap data.image
        """,
    "where a build pushes to": """
        argoproj.io WorkflowTemplate spec.arguments.parameters[*].value = alexcollinsintuit/argosay:v2
        kafka.strimzi.io KafkaConnect spec.build.output.image
        shipwright.io Build spec.output.image
        """,
    "no field of its kind, the cluster drops or refuses it": """
        apps Deployment spec.template.spec[*].image
        core Pod spec.containers.image
        core Pod spec.image
        core Pod spec[*].image
        core ReplicationController spec.templates
        config.openshift.io ImageDigestMirrorSet spec.image
        """,
    "the image of a disk or of a machine, in no registry": """
        apps Deployment spec.template.spec.volumes[*].rbd.image
        batch CronJob spec.jobTemplate.spec.template.spec.volumes[*].rbd.image
        core Pod spec.volumes[*].rbd.image
        holodeck.nvidia.com Environment spec.instance.image.imageId
        kops.k8s.io InstanceGroup spec.image
        scylla.scylladb.com NodeConfig spec.localDiskSetup.loopDevices[*].imagePath
        """,
    "the name of something else": """
        core PersistentVolumeClaim metadata.annotations["volume.beta.kubernetes.io/storage-provisioner"]
        kubevirt.io VirtualMachine spec.dataVolumeTemplates[*].spec.source.registry.imageStream
        operators.coreos.com ClusterServiceVersion spec.install.spec.clusterPermissions[*].rules[*].resources[*]
        rbac.authorization.k8s.io ClusterRole rules[*].resources[*]
        storage.k8s.io StorageClass provisioner
        """,
    "an address": """
        chaos-mesh.org NetworkChaos spec.externalTargets[*]
        core ConfigMap data["5432"]
        """,
    "the address of a website": """
        core ZarfPackageConfig metadata.annotations.image
        databases.spotahome.com RedisFailover spec.redis.podAnnotations.imageregistry
        databases.spotahome.com RedisFailover spec.redis.serviceAnnotations.imageregistry
        databases.spotahome.com RedisFailover spec.sentinel.podAnnotations.imageregistry
        databases.spotahome.com RedisFailover spec.sentinel.serviceAnnotations.imageregistry
        kyverno.io ClusterPolicy spec.rules[*].match.any[*].resources.annotations.imageregistry
        """,
    "a chart, or where charts are": """
        core Secret stringData.url = oci://my.registry.com/namespace
        skaffold Config deploy.helm.releases[*].remoteChart
        vendir.k14s.io Config directories[*].contents[*].helmChart.repository.url
        """,
    "a registry, or a path in one, that alone names no image": """
        apps Deployment spec.template.spec.containers[*].env[*].value = quay.io/mongodb
        nvidia.com GPUCluster spec.draDriver.repository
        nvidia.com NVIDIADriver spec.repository
        tekton.dev Pipeline spec.params[*].default = gcr.io/christiewilson-catfactory
        """,
    "a tag, or a name to which the controller puts the registry": """
        helm.toolkit.fluxcd.io HelmRelease spec.values.controllers.*.containers.*.image.tag
        helm.toolkit.fluxcd.io HelmRelease spec.values.provider.webhook.image.tag
        scylla.scylladb.com ScyllaCluster spec.agentVersion
        kubevirt.io KubeVirt spec.imageTag
        operator.tigera.io ImageSet spec.images[*].image
        """,
    "a plain word but where an image of the input reads the same": """
        tekton.dev TaskRun spec.taskSpec.steps[*].args[*] = mirror.gcr.io/bash
        """,
    "says where something comes from, nothing is pulled by it": """
        core Pod metadata.annotations["kyverno.io/baseimages0"]
        core Pod metadata.annotations["kyverno.io/baseimages1"]
        image.openshift.io ImageStream metadata.annotations["release.openshift.io/from-release"]
        mirror.openshift.io Metadata pastAssociations
        mirror.openshift.io Metadata pastMirror
        """,
    "the configuration of a program that builds, packs or edits, and runs outside the cluster": """
        argocd-image-updater.argoproj.io ImageUpdater spec.applicationRefs[*].images[*].manifestTargets.helm.spec
        core ZarfPackageConfig components[*].images[*]
        fn.kpt.dev SetImage image
        kbld.k14s.io Config sources[*].pack.build.builder
        mirror.openshift.io ImageSetConfiguration mirror.helm.local[*].imagePaths[*]
        zarf.dev ZarfComponentConfig component.images[*].name
        """,
    "a schema, whose default is a plain word": """
        kro.run ResourceGraphDefinition spec.schema.spec.image = string | default="nginx"
        """,
    "cut off by the list in the middle of its first image": """
        core ConfigMap data.runtime-images
        """,
}

# What stands beside a value where it was observed, which the list leaves out: the argument before it, its name, or,
# beside a name, the kind.
BESIDE = {
    "apps Deployment spec.template.spec.containers[*].args[*]": "--executor-image",
    "core ImageStream spec.tags[*].from.name": "DockerImage",
    "image.openshift.io ImageStream spec.tags[*].from.name": "DockerImage",
    "litmuschaos.io ChaosExperiment spec.definition.env[*].value": "LIB_IMAGE",
    "template.openshift.io Template parameters[*].value": "AGENT_BASE_IMAGE",
}

Steps = tuple[str, ...]
EVERY_ITEM, EVERY_KEY = "[*]", "*"
_STEP = re.compile(r'\["(.*?)"\]|(\[(?:\*|\d+)\])|([^.\[\]]+)')


class Row(NamedTuple):
    """A row of the list: a kind's field, and a value that it had; `group` is `core` where there is none."""

    group: str
    kind: str
    path: str
    example: str
    type: str
    times: int

    @property
    def field(self) -> str:
        return f"{self.group} {self.kind} {self.path}"


class Place(NamedTuple):
    """A place that a row describes, what it says, and what became of it; `reason` says why, in a few words."""

    row: Row
    value: str
    outcome: str
    reason: str
    where: str = ""


class Judgment(NamedTuple):
    """Why a place holds no image: the words for it, and how places of that kind are told."""

    reason: str
    group: str
    kind: str
    steps: Steps
    value: str | None

    def covers(self, place: Place) -> bool:
        row = place.row
        is_here = steps(row.path)[: len(self.steps)] == self.steps
        return (
            self.group in ("*", row.group)
            and self.kind in ("*", row.kind)
            and is_here
            and self.value in (None, place.value)
        )


def main() -> None:
    listed = measure_list(CONFIG)
    print_table("The rows of the list, each as an object:", listed)
    print_totals("The same with a mirror of everything else:", measure_list(LAST_RESORT))
    folder = os.environ.get("REPOINT_CORPUS", "")
    found = measure_corpus(Path(folder), CONFIG) if folder else []
    if folder:
        print_table("The places in the folder of manifests:", found)
    print_judged([*listed, *found])


# --- the list


def rows() -> list[Row]:
    with LIST.open(encoding="utf-8", newline="") as file:
        lines = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [
            Row(each["group"], each["kind"], each["path"], each["example"], each["class"], int(each["count"]))
            for each in lines
        ]


def steps(path: str) -> Steps:
    """Return the steps of a path: keys, and indices in brackets."""
    return tuple(quoted or index or key for quoted, index, key in _STEP.findall(path))


def measure_list(config: Config) -> list[Place]:
    """Return what becomes of the example of each row, in an object with nothing else in it."""
    return [_measure(row, config) for row in rows()]


def _measure(row: Row, config: Config) -> Place:
    here, document = object_of(row)
    found = rewrite(json.dumps(document, ensure_ascii=False), config).findings
    value = "" if row.type == "split" else row.example
    outcome, reason = sum_up(each for each in found if is_about(each, here, value))
    return Place(row, row.example, outcome, reason)


def object_of(row: Row) -> tuple[Steps, dict[str, Any]]:
    """Return the smallest object that a row describes, and the path of the example in it."""
    value: Any = json.loads(row.example) if row.type == "split" else row.example.replace("\\n", "\n")
    beside = BESIDE.get(row.field)
    here: list[str] = []
    for number, step in enumerate(reversed(steps(row.path))):
        added = beside if number == 0 and beside else None
        if step == EVERY_ITEM:
            value = [added, value] if added else [value]
            here.append("[1]" if added else "[0]")
        else:
            key = "some" if step == EVERY_KEY else step
            value = {"kind" if key == "name" else "name": added, key: value} if added else {key: value}
            here.append(key)
    version = "v1" if row.group == "core" else f"{row.group}/v1"
    return tuple(reversed(here)), {"apiVersion": version, "kind": row.kind, **value}


# --- what was found


def is_about(finding: Finding, place: Steps, value: str) -> bool:
    """Say whether a finding is about what stands at a place: there, in it, or, with its value, around it or beside it.

    Beside it stands the image of which the value is a part.
    """
    if finding.outcome not in OF_REFERENCES:
        return False
    there = steps(finding.field)
    if there[: len(place)] == place:
        return not value or value in finding.before or finding.before in value
    is_near = place[: len(there)] == there or place[:-1] == there[:-1]
    return is_near and bool(value) and value in finding.before


def sum_up(findings: Iterable[Finding]) -> tuple[str, str]:
    """Return what became of a place by what was found there, and the reason."""
    by_outcome = {each.outcome: each for each in findings}
    if found := by_outcome.pop("rewritten", None):
        return "rewritten", found.rule
    kept = by_outcome.pop("kept", None)
    if by_outcome:
        return "reported", "/".join(sorted(by_outcome))
    return ("kept", kept.rule or kept.message) if kept else ("missed", "")


# --- a folder of manifests

_HOST = r"(?P<host>(?:[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+|localhost)(?::\d+)?|[A-Za-z0-9-]+:\d+)"
_PART = r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*"
_TAG, _DIGEST = r"(?P<tag>:\w[\w.-]*)", r"(?P<digest>@sha256:[0-9a-f]{64})"
_REFERENCE = re.compile(rf"(?:{_HOST}/)?{_PART}(?P<more>(?:/{_PART})*){_TAG}?{_DIGEST}?", re.ASCII)
_SCHEME = re.compile(r"(?:oci|docker|docker-pullable)://")


def manifests(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.*") if path.suffix in (".yaml", ".yml", ".json"))


def measure_corpus(folder: Path, config: Config) -> list[Place]:
    """Return what becomes of each place in a folder that a row describes and whose value reads as an image."""
    by_kind: dict[tuple[str, str], list[Row]] = {}
    for row in rows():
        by_kind.setdefault((row.group, row.kind), []).append(row)
    found: list[Place] = []
    for file in manifests(folder):
        text = source_of(file.name, file.read_bytes()).text
        where = str(file.relative_to(folder))
        found += (place._replace(where=where) for place in _measure_text(text, config, by_kind))
    return found


def _measure_text(text: str, config: Config, by_kind: dict[tuple[str, str], list[Row]]) -> Iterator[Place]:
    (after,) = rewrite_all([text], config, survey([text], config), skip_unreadable=True)
    for document, roots in load_each(text):
        end = document.line + count_lines(document.text.rstrip("\r\n"))
        here = [each for each in after.findings if document.line <= each.line <= end]
        for root in roots:
            for above, group, kind, node in objects(root):
                for row in by_kind.get((group, kind), ()):
                    yield from _measure_places(row, above, node, here)


def _measure_places(row: Row, above: Steps, node: Any, findings: list[Finding]) -> Iterator[Place]:
    for below, value in walk(node, steps(row.path)):
        if reads_as_image(value, row.type):
            text = value if isinstance(value, str) else ""
            outcome, reason = sum_up(each for each in findings if is_about(each, above + below, text))
            yield Place(row, text or json.dumps(value, default=str), outcome, reason)


def load_each(text: str) -> Iterator[tuple[Document, list[Any]]]:
    """Yield the documents of `text`, each with its plain data, or with its text where it is not YAML."""
    for document in split(text):
        yaml = YAML(typ="safe", pure=False)
        yaml.allow_duplicate_keys = True
        try:
            yield document, list(yaml.load_all(document.text))
        except (YAMLError, ValueError):
            yield document, [document.text]


def objects(root: Any, above: Steps = ()) -> Iterator[tuple[Steps, str, str, dict[Any, Any]]]:
    """Yield the objects of a document, those of lists one by one: their path, group and kind."""
    if not isinstance(root, dict):
        return
    kind, items = str(root.get("kind", "")), root.get("items")
    if kind.endswith("List") and isinstance(items, list):
        for index, item in enumerate(items):
            yield from objects(item, (*above, "items", f"[{index}]"))
    else:
        yield above, str(root.get("apiVersion", "")).rpartition("/")[0] or "core", kind, root


def walk(node: Any, path: Steps) -> Iterator[tuple[Steps, Any]]:
    """Yield each place in plain data that a path with `[*]` and `*` leads to, and its value."""
    if not path:
        yield (), node
        return
    step, *rest = path
    inside: Iterable[tuple[str, Any]] = ()
    if step == EVERY_ITEM and isinstance(node, list):
        inside = ((f"[{index}]", child) for index, child in enumerate(node))
    elif isinstance(node, dict) and step != EVERY_ITEM:
        inside = ((str(key), child) for key, child in node.items() if step in (EVERY_KEY, str(key)))
    for key, child in inside:
        yield from (((key, *below), value) for below, value in walk(child, tuple(rest)))


def reads_as_image(value: Any, type_of_row: str) -> bool:
    """Say whether a value reads as an image: any reference under a key for images, else one that nothing else is."""
    if type_of_row == "split":
        return isinstance(value, dict) and any(isinstance(each, str) and each for each in value.values())
    match = _REFERENCE.fullmatch(_SCHEME.sub("", value, count=1)) if isinstance(value, str) else None
    if match is None:
        return False
    if type_of_row == "image_key":
        return True
    host, tag, digest, more = match["host"], match["tag"], match["digest"], match["more"]
    if host and (tag or any(host == each or host.endswith(each.removeprefix("*")) for each in REGISTRIES)):
        return True
    return bool(digest or (tag and more))


# --- what is printed


def judgments() -> list[Judgment]:
    return [_judgment(reason, line) for reason, text in NO_IMAGES.items() for line in text.strip().splitlines()]


def _judgment(reason: str, line: str) -> Judgment:
    field, is_only, value = f"{line.strip()} ".partition(" = ")
    group, kind, path = field.strip().split(" ", 2)
    return Judgment(reason, group, kind, steps(path), value.strip() if is_only else None)


def judged(place: Place) -> Judgment | None:
    """Return why what was missed at a place is no image, or None where it is one."""
    return next((each for each in judgments() if each.covers(place)), None)


def faults(places: Iterable[Place]) -> list[Place]:
    """Return what was missed and is an image."""
    return [place for place in places if place.outcome == "missed" and not judged(place)]


def print_table(title: str, places: list[Place]) -> None:
    by_kind: dict[str, list[Place]] = {}
    for place in places:
        by_kind.setdefault(f"{place.row.group} {place.row.kind}", []).append(place)
    print(title, f"\n\n{'kind':60}" + "".join(f"{name:>11}" for name in ("places", "found", *OUTCOMES, "no image")))
    for kind, those in sorted(by_kind.items()):
        print_line(kind, those)
    print_line("all", places)
    print()
    for place in faults(places):
        print("missed:", place.where, place.row.field, "=", place.value)


def print_line(name: str, places: list[Place]) -> None:
    counts = Counter(place.outcome for place in places)
    faulty = len(faults(places))
    numbers = (len(places), len(places) - counts["missed"], counts["rewritten"], counts["reported"], counts["kept"])
    print(f"{name:60}" + "".join(f"{number:>11}" for number in (*numbers, faulty, counts["missed"] - faulty)))


def print_totals(title: str, places: list[Place]) -> None:
    print(title, end="\n\n")
    print_line("all", places)
    print()


def print_judged(places: list[Place]) -> None:
    """Print why fields are kept, and the fields with no image."""
    reasons = Counter(place.reason for place in places if place.outcome == "kept")
    print("Kept:", *(f"{count:>6}  {reason}" for reason, count in reasons.most_common()), sep="\n")
    print("\nNo images:")
    for reason, text in NO_IMAGES.items():
        print(f"  {reason}:", *(f"    {line.strip()}" for line in text.strip().splitlines()), sep="\n")


if __name__ == "__main__":
    main()
