"""One pull secret of each form and source, and a folder in which there is what they name."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from passwords import PASSWORD

from transformer.config import Config, CredentialSource, External, PullSecret, RemoteKey, Sealing
from transformer.credentials.reach import Reach
from transformer.demands import Demand
from transformer.dockerconfig import Credentials
from transformer.findings import Finding, Outcome
from transformer.hosts.loading import reach_of
from transformer.survey import Survey

HARBOR = PullSecret("harbor", ("h.example",), credentials=CredentialSource("env", "H_USER", "H_PASS"), emit="Secret")
QUAY = PullSecret(
    "quay", ("quay.io",), credentials=CredentialSource("files", "q/user", "q/pass", "q/mail"), emit="Secret"
)
LOGGED_IN = PullSecret(
    "logged-in",
    ("a.example", "b.example"),
    credentials=CredentialSource("dockerConfig", path="config.json"),
    emit="Secret",
)
SEALED = HARBOR._replace(name="sealed", emit="SealedSecret", sealing=Sealing("controller.pem"))
STORED = PullSecret(
    "stored",
    ("h.example",),
    emit="ExternalSecret",
    external=External("SecretStore", "vault", (RemoteKey("username", "u"), RemoteKey("password", "p"))),
)
GENERATED = STORED._replace(
    name="generated", external=External("ECRAuthorizationToken", "ecr", spec='{"region": "eu-west-1"}')
)
OPEN = HARBOR._replace(name="open", emit="template", template="open.j2")
CLOSED = PullSecret("closed", ("h.example",), emit="template", template="closed.j2")

NOTHING = Survey({}, {})
ROBOT = Credentials(b"robot$ci", PASSWORD.encode())
BOB = Credentials(b"bob", b"s3cr3t/of bob", b"bob@corp.example")
TEMPLATES = {
    "open.j2": (
        "apiVersion: v1\nkind: Secret\nmetadata: {name: {{ name }}, namespace: {{ namespace }}}\n"
        "type: {{ type }}\nstringData: {.dockerconfigjson: {{ dockerconfigjson | tojson }}}\n"
    ),
    "closed.j2": (
        "apiVersion: secrets.hashicorp.com/v1beta1\nkind: VaultStaticSecret\nmetadata: {name: {{ name }}}\n"
        "spec: {destination: {name: {{ name }}}}\n"
    ),
}


def new_certificate() -> bytes:
    """A certificate such as the controller of sealed-secrets has."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    builder = x509.CertificateBuilder().subject_name(x509.Name([])).issuer_name(x509.Name([]))
    builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
    now = datetime.now(UTC)
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    return builder.sign(key, SHA256()).public_bytes(Encoding.PEM)


def reach_in(folder: Path, monkeypatch: pytest.MonkeyPatch, certificate: bytes) -> Reach:
    """The reach of the command from a folder, into which all is put that the pull secrets above name."""
    monkeypatch.setenv("H_USER", "robot$ci")
    monkeypatch.setenv("H_PASS", PASSWORD)
    monkeypatch.delenv("DOCKER_AUTH_CONFIG", raising=False)
    (folder / "q").mkdir()
    for name, value in zip(("user", "pass", "mail"), BOB, strict=True):
        (folder / "q" / name).write_bytes(value + b"\n")
    logins = {"a.example": "one:first", "b.example": f"two:{PASSWORD}"}
    auths = {host: {"auth": b64encode(login.encode()).decode()} for host, login in logins.items()}
    (folder / "config.json").write_text(json.dumps({"auths": auths}))
    (folder / "controller.pem").write_bytes(certificate)
    for name, text in TEMPLATES.items():
        (folder / name).write_text(text)
    return reach_of(Config(folder=str(folder)))


def demand(secret: PullSecret, namespace: str = "", *registries: str, home: str = "", name: str = "") -> Demand:
    """A demand for a pull secret in a namespace, by default with all of its registries."""
    return Demand(secret, name or secret.name, namespace, home or namespace, registries or secret.registries)


def config_of(*secrets: PullSecret, default_namespace: str = "") -> Config:
    return Config(pull_secrets=secrets, default_namespace=default_namespace)


def finding(outcome: Outcome, secret: str, account: tuple[str, str] | None = None) -> Finding:
    return Finding(severity="info", outcome=outcome, message="", line=1, column=1, secret=secret, account=account)
