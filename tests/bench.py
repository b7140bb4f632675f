"""Measure `repoint render` beside the programs that people rewrite images with today, on inputs made here.

The inputs: an overlay of 20 KB, a stream of 2,100 small workloads, and 2 MB that are mostly CustomResourceDefinitions.
The commands do the same kind of job, every image to a mirror; repoint names a pull secret as well, also as a function
of kustomize ("repoint in that"). Each runs as a whole process whose output is read through a pipe, several times, in
turns with the others, so that whatever else the machine does meets them all. The first table gives the best and the
median of the wall-clock times, and how many times repoint's best each best is. The second gives what a document costs
as a stream grows. No time is asserted.

A command that fails, or whose output has not every image at the mirror, ends the benchmark with exit code 1.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import count, cycle, islice, permutations
from pathlib import Path
from random import Random
from statistics import median
from textwrap import indent, wrap
from time import monotonic, perf_counter

# A command runs no more often than this, and not again once it, or all of them, had so many seconds.
RUNS, SECONDS_EACH, SECONDS_ALL = 15, 10, 120
PATIENCE = 120  # seconds for a single run
DOCUMENTS = (250, 500, 1000, 2000, 4000)
# Without what makes Python compile every module in every run (PYTHONDONTWRITEBYTECODE), or trace it.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}

MIRROR = "harbor.corp.example"
IMAGES = {
    "nginx": "1.27-alpine",
    "redis": "7.4",
    "bitnami/postgresql": "16.4.0",
    "grafana/loki": "3.1.1",
    "quay.io/keycloak/keycloak": "25.0.4",
    "quay.io/minio/minio": "RELEASE.2024-08-17T01-24-54Z",
}
MIRRORED = {name: f"{MIRROR}/{name}" if "." in name else f"{MIRROR}/docker.io/{name}" for name in IMAGES}
CONFIG = f"""\
apiVersion: repoint.dev/v1alpha1
kind: MirrorConfig
spec:
  mirrors:
  - {{source: docker.io, mirror: {MIRROR}/docker.io}}
  - {{source: quay.io, mirror: {MIRROR}/quay.io}}
  pullSecrets:
  - {{name: harbor-pull, registries: [{MIRROR}]}}
"""
FUNCTION = "function"
OF_FUNCTION = f"""\
metadata:
  name: bench
  annotations:
    config.kubernetes.io/function: "exec: {{path: {Path(sys.executable).with_name("repoint")}}}"
spec:"""
# Two programs are called yq; what each is told to put the images at the mirror.
YQ_IN_GO = f"""\
(.. | select(tag == "!!map") | .image | select(tag == "!!str"))
  |= "{MIRROR}/" + sub("^([a-z]+[:/])", "docker.io/${{1}}")"""
YQ_AROUND_JQ = f"""\
(.. | objects | select(.image | type == "string") | .image)
  |= "{MIRROR}/" + sub("^(?<first>[a-z]+[:/])"; "docker.io/\\(.first)")"""


def main() -> None:
    print(f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}")
    print(*other_programs(), sep="\n")
    deadline = monotonic() + SECONDS_ALL
    with tempfile.TemporaryDirectory() as parent:
        print(f"\n{'input':20}{'size':10}{'command':22}{'runs':>5}{'best':>10}{'median':>10}{'factor':>9}")
        for title, documents in inputs():
            compare(title, make(Path(parent, title), documents), deadline)
        print(f"\n{'repoint render':20}{'size':10}{'best':>10}{'a document':>15}{'a further one':>18}")
        grow(Path(parent))


def compare(title: str, folder: Path, deadline: float) -> None:
    """Print, for one input, a line for each command."""
    times = measure(dict(commands()), folder, deadline)
    ours = min(next(iter(times.values())))
    for command, taken in times.items():
        numbers = f"{len(taken):>5}{min(taken):>8.3f} s{median(taken):>8.3f} s{min(taken) / ours:>9.2f}"
        print(f"{title:20}{size(folder):10}{command:22}{numbers}", flush=True)


def grow(parent: Path) -> None:
    """Print what a document costs in longer and longer streams, and what each costs that the stream before had not."""
    name, command = next(commands())
    fewer, before = 0, 0.0
    for number in DOCUMENTS:
        folder = make(parent / str(number), islice(objects(WORKLOADS), number))
        best = min(measure({name: command}, folder, monotonic() + SECONDS_EACH)[name])
        further = f"{(best - before) / (number - fewer) * 1000:>15.3f} ms" if fewer else ""
        title = f"{number:,} documents"
        print(f"{title:20}{size(folder):10}{best:>8.3f} s{best / number * 1000:>12.3f} ms{further}", flush=True)
        fewer, before = number, best


# --- the commands


def commands() -> Iterator[tuple[str, list[str]]]:
    """Yield the commands that are installed, repoint first; each runs in the folder of its input."""
    render = ["render", "--config", "repoint.yaml", "manifests.yaml"]
    if script := shutil.which("repoint", path=str(Path(sys.executable).parent)):
        yield "repoint render", [script, *render]
    yield "python -m transformer", [sys.executable, "-m", "transformer", *render]
    if shutil.which("kubectl"):
        yield "kubectl kustomize", ["kubectl", "kustomize", "."]
    if shutil.which("kustomize"):
        yield "kustomize build", ["kustomize", "build", "."]
        yield "repoint in that", ["kustomize", "build", "--enable-alpha-plugins", "--enable-exec", FUNCTION]
    if which_yq() == "in Go":
        yield "yq (in Go)", ["yq", YQ_IN_GO, "manifests.yaml"]
    if which_yq() == "around jq":
        yield "yq (around jq)", ["yq", "--yaml-output", YQ_AROUND_JQ, "manifests.yaml"]


def other_programs() -> Iterator[str]:
    """Yield a line for each program beside repoint: its version, or that it is left out."""
    for program, question in {"kubectl": "version --client", "kustomize": "version", "yq": "--version"}.items():
        if not shutil.which(program):
            yield f"{program}: not installed, left out"
            continue
        version = ", ".join(answer(program, *question.split()).splitlines())
        is_known = program != "yq" or which_yq()
        yield f"{program}: {version}{'' if is_known else ' (neither version 4 in Go nor the one around jq), left out'}"


def which_yq() -> str:
    """Return which of the two is installed; an empty text for neither, or for a version with another language."""
    if not shutil.which("yq"):
        return ""
    if re.search(r"mikefarah.* v?4\.", answer("yq", "--version")):
        return "in Go"
    return "around jq" if shutil.which("jq") and "jq wrapper" in answer("yq", "--help") else ""


def answer(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE).stdout.strip()


def measure(commands: dict[str, list[str]], folder: Path, deadline: float) -> dict[str, list[float]]:
    """Return the seconds that each run took: the commands in turns, each once at least, the slow ones less often."""
    images = len(re.findall(r"^[ -]*image: ", (folder / "manifests.yaml").read_text(), re.MULTILINE))
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(RUNS):
        for name, command in commands.items():
            if not times[name] or (sum(times[name]) < SECONDS_EACH and monotonic() < deadline):
                times[name].append(run(command, folder, images))
    return times


def run(command: list[str], folder: Path, images: int) -> float:
    """Return the seconds that one run takes; end the benchmark where it has not put all `images` at the mirror."""
    begin = perf_counter()
    done = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, timeout=PATIENCE)
    seconds = perf_counter() - begin
    found = done.stdout.count(f"{MIRROR}/".encode())
    if done.returncode or found != images:
        problem = f"exit code {done.returncode}, {found} of {images} images at the mirror"
        sys.exit(f"{' '.join(command)}: {problem}\n{done.stderr.decode(errors='replace')}")
    return seconds


# --- the inputs

WORDS = re.findall(
    r"\w+",
    """backup cache client cluster controller default empty endpoint external gateway given group index interval key
    limit list listener longer name namespace node optional owner policy pool probe queue ready region replica request
    retry role rollout route rule schema secret selector server session shard size snapshot source status storage target
    timeout topic update used value version volume zone""",
)
HEAD = """\
---
# {comment}
apiVersion: {version}
kind: {kind}
metadata:
  name: {name}
  labels:
    app.kubernetes.io/name: {name}
    app.kubernetes.io/part-of: {part}
"""
SELECTOR = """\
  selector:
    matchLabels:
      app.kubernetes.io/name: {name}
"""
TEMPLATE = """\
  template:
    metadata:
      labels:
        app.kubernetes.io/name: {name}
    spec:
      containers:
      - name: {part}
        image: {image}  # {comment}
        imagePullPolicy: IfNotPresent
        args: ["--listen=:8080", "--log-level=info"]
        resources:
          requests: {{cpu: 50m, memory: 64Mi}}
"""
SPECS = {
    "Deployment": ("apps/v1", f"spec:\n  replicas: 2\n{SELECTOR}{TEMPLATE}"),
    "StatefulSet": ("apps/v1", f"spec:\n  serviceName: {{name}}\n{SELECTOR}{TEMPLATE}"),
    "CronJob": ("batch/v1", f"spec:\n  schedule: 15 3 * * *\n  jobTemplate:\n    spec:\n{indent(TEMPLATE, '    ')}"),
    "Service": ("v1", "spec:\n  selector: {{app.kubernetes.io/name: {name}}}\n  ports:\n  - port: 80  # {comment}\n"),
    "ConfigMap": ("v1", "data:\n  # {comment}\n  notes: |\n    {comment}\n\n    {comment}\n"),
}
WORKLOADS = ("Deployment", "StatefulSet", "CronJob")
CRD = f"""\
{HEAD}spec:
  group: bench.example
  names: {{{{kind: {{camel}}, listKind: {{camel}}List, plural: {{part}}s, singular: {{part}}}}}}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
"""


def inputs() -> Iterator[tuple[str, Iterable[str]]]:
    yield "an overlay", up_to(20_000, objects(tuple(SPECS)))
    yield "2,100 workloads", islice(objects(WORKLOADS), 2100)
    yield "mostly CRDs", up_to(2_000_000, installation())


def make(folder: Path, documents: Iterable[str]) -> Path:
    """Write the documents into a new folder, with what repoint and kustomize have to be told, and the latter of us."""
    (folder / FUNCTION).mkdir(parents=True)
    images = "".join(f"- {{name: {name}, newName: {mirrored}}}\n" for name, mirrored in MIRRORED.items())
    (folder / "kustomization.yaml").write_text(f"resources: [manifests.yaml]\nimages:\n{images}")
    (folder / "repoint.yaml").write_text(CONFIG)
    (folder / "manifests.yaml").write_text("".join(documents))
    os.link(folder / "manifests.yaml", folder / FUNCTION / "manifests.yaml")
    (folder / FUNCTION / "repoint.yaml").write_text(CONFIG.replace("spec:", OF_FUNCTION, 1))
    (folder / FUNCTION / "kustomization.yaml").write_text("resources: [manifests.yaml]\ntransformers: [repoint.yaml]\n")
    return folder


def size(folder: Path) -> str:
    return f"{(folder / 'manifests.yaml').stat().st_size / 1000:,.0f} KB"


def up_to(limit: int, texts: Iterable[str]) -> Iterator[str]:
    """Yield texts until they have `limit` characters together."""
    total = 0
    for text in texts:
        yield text
        total += len(text)
        if total >= limit:
            return


def objects(kinds: Sequence[str]) -> Iterator[str]:
    """Yield objects of these kinds in turn, each with a name of its own, for ever."""
    random = Random(1)
    for number, kind in enumerate(cycle(kinds)):
        version, spec = SPECS[kind]
        part, other = random.sample(WORDS, 2)
        name, image = f"{part}-{other}-{number}", ":".join(random.choice([*IMAGES.items()]))
        comment = prose(random, 6)
        yield (HEAD + spec).format(kind=kind, version=version, name=name, part=part, image=image, comment=comment)


def installation() -> Iterator[str]:
    """Yield what operators bring along, for ever: CustomResourceDefinitions, and an object after each."""
    random, others = Random(2), objects(tuple(SPECS))
    for number in count():
        yield schema(random, f"{random.choice(WORDS)}{number}")
        yield next(others)


def schema(random: Random, part: str) -> str:
    """Return a CustomResourceDefinition of 30 to 60 KB."""
    kind, version = "CustomResourceDefinition", "apiextensions.k8s.io/v1"
    name, comment, camel = f"{part}s.bench.example", prose(random, 8), part.capitalize()
    head = CRD.format(kind=kind, version=version, name=name, part=part, comment=comment, camel=camel)
    names = (f"{first}{second.capitalize()}" for first, second in permutations(random.sample(WORDS, 20), 2))
    fields = (field(random, name, 0) for name in names)
    return head + indent("".join(up_to(random.randint(18_000, 35_000), fields)), " " * 10)


def field(random: Random, name: str, depth: int) -> str:
    """Return the schema of a field: its description, and the schemas of the fields in it; some are a pod's."""
    is_leaf = depth == 4 or random.random() < depth / 4
    more = " Goes before that of the ServiceAccount." if name == "imagePullSecrets" else ""
    text = "\n".join(wrap(prose(random, random.randint(8, 36)) + more, 80))
    kind = random.choice(("string", "integer", "boolean")) if is_leaf else "object"
    lines = f"{name}:\n  description: |-\n{indent(text, '    ')}\n  type: {kind}\n"
    if is_leaf:
        return lines
    fields = "".join(field(random, each, depth + 1) for each in ("image", "imagePullSecrets", *random.sample(WORDS, 2)))
    return f"{lines}  properties:\n{indent(fields, '    ')}"


def prose(random: Random, length: int) -> str:
    return " ".join(random.choices(WORDS, k=length)).capitalize() + "."


if __name__ == "__main__":
    main()
