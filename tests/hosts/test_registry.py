"""End to end: the Secret that is emitted opens a real registry for every image of the output, and only that does.

The registry is that of Debian, with passwords, on loopback. The images lie in it under the names that the mirrors of
the config lead to; the client takes its credentials from the Secret alone, as the kubelet does.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import re
import subprocess
import tarfile
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

import pytest
from command import lay_out, load, repoint
from passwords import AWKWARD_PASSWORD
from programs import needs

pytestmark = needs("docker-registry", "skopeo", "htpasswd")

USER, PASSWORD = "robot$ci", AWKWARD_PASSWORD
UNAUTHORIZED = 'unauthorized: authentication required"'

# As people write them, and where the mirrors lead. DIGEST stands for the digest of that image.
IMAGES = {
    "nginx:1.27": "hub/library/nginx:1.27",
    "quay.io/org/app:2": "quay/org/app:2",
    "quay.io/org/migrate@DIGEST": "quay/org/migrate@DIGEST",
}

MANIFEST = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      initContainers:
      - {name: migrate, image: "quay.io/org/migrate@DIGEST"}
      containers:
      - name: web
        image: nginx:1.27  # bumped by hand
      - name: app
        image: quay.io/org/app:2
"""

CONFIG = """\
apiVersion: repoint.dev/v1alpha1
kind: MirrorConfig
spec:
  mirrors:
  - {source: docker.io, mirror: "REGISTRY/hub"}
  - {source: quay.io, mirror: "REGISTRY/quay"}
  pullSecrets:
  - name: mirror-pull
    registries: ["REGISTRY"]
    credentials:
      SOURCE
"""


def auths_of(address: str, password: str) -> str:
    """Return the file that holds the user with `password` for the registry."""
    return json.dumps({"auths": {address: {"auth": basic(password)}}})


def basic(password: str) -> str:
    """Return the user with `password` as HTTP's Basic authentication and auth files have them."""
    return b64encode(f"{USER}:{password}".encode()).decode()


class Source(NamedTuple):
    """Where credentials come from: the line of the config, the variables, and the files beside the config.

    REGISTRY stands for the address and FOLDER for the folder of the config. The files may be programs.
    """

    line: str
    variables: Mapping[str, str] = {}
    files: Mapping[str, str] = {}


HELPER_ANSWER = json.dumps({"ServerURL": "REGISTRY", "Username": USER, "Secret": PASSWORD})
SOURCES = {
    "env": Source(
        "env: {username: MIRROR_USER, password: MIRROR_PASSWORD}",
        variables={"MIRROR_USER": USER, "MIRROR_PASSWORD": PASSWORD},
    ),
    "files": Source(
        "files: {username: mirror/user, password: mirror/password}",
        files={"mirror/user": f"{USER}\n", "mirror/password": f"{PASSWORD}\n"},
    ),
    "dockerConfig": Source("dockerConfig: {path: docker.json}", files={"docker.json": auths_of("REGISTRY", PASSWORD)}),
    "credentialHelper": Source(
        "credentialHelper: sample",
        variables={"PATH": f"FOLDER/bin:{os.environ['PATH']}"},
        files={"bin/docker-credential-sample": f"#!/bin/sh\ncat <<'END'\n{HELPER_ANSWER}\nEND\n"},
    ),
}


class Registry(NamedTuple):
    """A registry that runs: its address, the manifest whose images it has, and their digests by full reference."""

    address: str
    manifest: str
    digests: dict[str, str]


# -- the registry -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """A registry with the images; it ends with the tests of this module."""
    folder = tmp_path_factory.mktemp("registry")
    with serving(folder) as address:
        yield filled(address, folder)


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Run a registry that asks for the password, and give its address. Its files and its log are in `folder`."""
    hashed = subprocess.run(["htpasswd", "-Bin", USER], input=PASSWORD.encode(), capture_output=True, check=True)
    (folder / "htpasswd").write_bytes(hashed.stdout)
    config = {
        "version": "0.1",
        "log": {"level": "info", "accesslog": {"disabled": True}},
        "storage": {"filesystem": {"rootdirectory": str(folder / "data")}},
        "http": {"addr": "127.0.0.1:0", "secret": "of no use, there is only one"},
        "auth": {"htpasswd": {"realm": "mirror", "path": str(folder / "htpasswd")}},
    }
    (folder / "config.json").write_text(json.dumps(config))
    command = ["docker-registry", "serve", str(folder / "config.json")]
    with (
        (folder / "log").open("wb") as log,
        # No variables but the path: REGISTRY_* would overrule the config.
        subprocess.Popen(command, env={"PATH": os.environ["PATH"]}, stdout=log, stderr=log) as process,
    ):
        try:
            yield address_of(process, folder / "log")
        finally:
            process.kill()


def address_of(process: subprocess.Popen[bytes], log: Path) -> str:
    """Wait until the registry has said at which port it listens; the system chose a free one."""
    for _ in range(200):
        if found := re.search(r"listening on (127\.0\.0\.1:\d+)", log.read_text()):
            return found[1]
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise AssertionError(f"the registry does not listen:\n{log.read_text()}")


def filled(address: str, folder: Path) -> Registry:
    """Copy an image of its own to each name, with credentials that are not from the command."""
    auths = folder / "auths.json"
    auths.write_text(auths_of(address, PASSWORD))
    manifest, digests = MANIFEST, {}
    for number, (written, mirrored) in enumerate(IMAGES.items()):
        layout = folder / f"image{number}"
        digest = write_image(layout, f"image {number}\n".encode())
        target = f"{address}/{mirrored}".replace("DIGEST", digest)
        done = skopeo(
            folder, "copy", "--authfile", auths, "--dest-tls-verify=false", f"oci:{layout}", f"docker://{target}"
        )
        assert done.returncode == 0, done.stderr
        digests[target] = digest
        manifest = manifest.replace(written, written.replace("DIGEST", digest))
    return Registry(address, manifest, digests)


def write_image(layout: Path, content: bytes) -> str:
    """Write an image of one file as an OCI layout, and return the digest of its image manifest."""

    def put(blob: bytes, kind: str) -> dict[str, Any]:
        name = hashlib.sha256(blob).hexdigest()
        lay_out(layout, {f"blobs/sha256/{name}": blob})
        return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": f"sha256:{name}", "size": len(blob)}

    files = tar(content)
    rootfs = {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(files).hexdigest()}"]}
    config = {"architecture": "amd64", "os": "linux", "config": {}, "rootfs": rootfs}
    image = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": put(json.dumps(config).encode(), "config.v1+json"),
        "layers": [put(gzip.compress(files, mtime=0), "layer.v1.tar+gzip")],
    }
    entry = put(json.dumps(image).encode(), "manifest.v1+json")
    index = json.dumps({"schemaVersion": 2, "manifests": [entry]})
    lay_out(layout, {"index.json": index, "oci-layout": '{"imageLayoutVersion": "1.0.0"}'})
    return str(entry["digest"])


def tar(content: bytes) -> bytes:
    archived = io.BytesIO()
    with tarfile.open(fileobj=archived, mode="w") as archive:
        entry = tarfile.TarInfo("file")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return archived.getvalue()


# -- the clients ------------------------------------------------------------------------------------------------------


def skopeo(folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run skopeo with nothing of the user's: no login, no policy, no proxy."""
    variables = {"PATH": os.environ["PATH"], "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}
    command = ["skopeo", "--insecure-policy", *map(str, arguments)]
    return subprocess.run(command, env=variables, capture_output=True, text=True, timeout=60)


def inspect(image: str, auths: str, folder: Path) -> tuple[int, str]:
    """Ask skopeo for an image with the credentials of one file: its exit code, and the digest or what it says."""
    file = folder / "auths.json"
    file.write_text(auths)
    options = ["--authfile", file, "--tls-verify=false", "--no-tags", "--format", "{{.Digest}}"]
    done = skopeo(folder, "inspect", *options, f"docker://{image}")
    return done.returncode, (done.stdout or done.stderr).strip()


def fetch(image: str, authorization: str | None) -> tuple[int, str | None]:
    """Get an image manifest over HTTP: the status, and the digest or how the registry asks for a password."""
    address, _, path = image.partition("/")
    name, tag = path.split("@" if "@" in path else ":", 1)
    headers = {"Accept": "application/vnd.oci.image.manifest.v1+json"}
    if authorization is not None:
        headers["Authorization"] = f"Basic {authorization}"
    request = Request(f"http://{address}/v2/{name}/manifests/{tag}", headers=headers)
    try:
        with build_opener(ProxyHandler({})).open(request, timeout=10) as response:
            return response.status, response.headers["Docker-Content-Digest"]
    except HTTPError as error:
        with error:
            return error.code, error.headers["WWW-Authenticate"]


# -- the output -------------------------------------------------------------------------------------------------------


class Rendered(NamedTuple):
    """What `render` printed, parsed."""

    deployment: Any
    secret: Any

    @property
    def images(self) -> list[str]:
        spec = self.deployment["spec"]["template"]["spec"]
        return [container["image"] for field in ("containers", "initContainers") for container in spec[field]]

    @property
    def auths(self) -> str:
        return b64decode(self.secret["data"][".dockerconfigjson"], validate=True).decode()


@pytest.fixture(scope="module", params=SOURCES.values(), ids=SOURCES.keys())
def rendered(request: pytest.FixtureRequest, registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    """The output of the command for each source of credentials."""
    source, folder = request.param, tmp_path_factory.mktemp("render")

    files = {"repoint.yaml": CONFIG.replace("SOURCE", source.line), "web.yaml": registry.manifest, **source.files}
    places = {"REGISTRY": registry.address, "FOLDER": str(folder)}
    lay_out(folder, replaced(files, places))
    for name in source.files:
        (folder / name).chmod(0o700)
    done = repoint(folder, "render", "web.yaml", env=replaced(source.variables, places))
    assert done.code == 0, done.err
    return Rendered(*load(done.out))


def replaced(texts: Mapping[str, str], by: Mapping[str, str]) -> dict[str, str]:
    """Return the texts, by their names, with each word replaced by what it stands for."""
    pattern = "|".join(by)
    return {name: re.sub(pattern, lambda word: by[word[0]], text) for name, text in texts.items()}


def test_the_images_are_those_that_the_mirror_has(rendered: Rendered, registry: Registry) -> None:
    assert len(rendered.images) == len(IMAGES)
    assert rendered.images == list(registry.digests)


def test_the_pods_name_the_secret_that_is_emitted_in_their_namespace(rendered: Rendered) -> None:
    deployment, secret = rendered
    assert deployment["spec"]["template"]["spec"]["imagePullSecrets"] == [{"name": secret["metadata"]["name"]}]
    assert secret["metadata"]["namespace"] == deployment["metadata"]["namespace"] == "shop"
    assert (secret["kind"], secret["type"]) == ("Secret", "kubernetes.io/dockerconfigjson")


def test_the_secret_opens_every_image(rendered: Rendered, registry: Registry, tmp_path: Path) -> None:
    found = {image: inspect(image, rendered.auths, tmp_path) for image in rendered.images}
    assert found == {image: (0, digest) for image, digest in registry.digests.items()}


NO_ACCESS: dict[str, Callable[[str], str]] = {
    "no credentials": lambda _: '{"auths": {}}',
    "a wrong password": lambda address: auths_of(address, f"{PASSWORD}x"),
}


@pytest.mark.parametrize("auths", NO_ACCESS.values(), ids=NO_ACCESS.keys())
def test_nothing_else_opens_any_image(
    auths: Callable[[str], str], rendered: Rendered, registry: Registry, tmp_path: Path
) -> None:
    found = {image: inspect(image, auths(registry.address), tmp_path) for image in rendered.images}
    assert len(found) == len(IMAGES)
    for code, said in found.values():
        assert (code, said[-len(UNAUTHORIZED) :]) == (1, UNAUTHORIZED)


def test_the_registry_answers_401_without_the_secret_and_200_with_it(rendered: Rendered, registry: Registry) -> None:
    [entry] = json.loads(rendered.auths)["auths"].values()
    assert b64decode(entry["auth"]) == f"{entry['username']}:{entry['password']}".encode()
    refused = (401, 'Basic realm="mirror"')
    for image in rendered.images:
        assert [fetch(image, None), fetch(image, basic(f"{PASSWORD}x"))] == [refused, refused]
        assert fetch(image, entry["auth"]) == (200, registry.digests[image])
