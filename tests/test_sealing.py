"""Sealed values against a decryption of this file's own, and that decryption against the kubeseal here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from base64 import b64decode, encodebytes
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import NamedTuple, get_args

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st
from programs import needs

from transformer.dockerconfig import Credentials, dockerconfigjson
from transformer.sealing import Scope, SealingError, certificate, label, scope_annotations, seal

ROOT = Path(__file__).parent.parent
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ANY_TIME = datetime(9999, 12, 31, tzinfo=UTC)
SCOPES: tuple[Scope, ...] = get_args(Scope)
LABELS: dict[Scope, bytes] = {"strict": b"shop/harbor-pull", "namespace-wide": b"shop", "cluster-wide": b""}
VALUE = dockerconfigjson({"harbor.corp.example": Credentials(b"robot$shop", b"p\xc3\xa4ss <&> \xff\x00")})

# Parts of a certificate in DER: what kind of key it has, and how an RSA key of 2048 bits begins and ends.
RSA_ENCRYPTION = bytes.fromhex("06092a864886f70d010101")
RSA_2048 = bytes.fromhex("3082010a02820101")
EXPONENT = bytes.fromhex("0203010001")

# A certificate with a key of 512 bits, which no current release of cryptography would make; valid until 9966.
SHORT = b"""\
-----BEGIN CERTIFICATE-----
MIIBRTCB8KADAgECAgEBMA0GCSqGSIb3DQEBCwUAMAAwIBcNMjYxMTI2MDc0NDU3
WhgPOTk2NjExMDEwNzQ0NTdaMAAwXDANBgkqhkiG9w0BAQEFAANLADBIAkEAucqB
fg4P53gdJ+4tObN1FC2osdAIor3H6RpfKfoqEmErQsDvvMKlbdMgUTOH9CwKJRAM
RNN33WcPO+ExelBwpQIDAQABo1MwUTAdBgNVHQ4EFgQUTxArwjSGrqXup1ci052O
R9/JpSwwHwYDVR0jBBgwFoAUTxArwjSGrqXup1ci052OR9/JpSwwDwYDVR0TAQH/
BAUwAwEB/zANBgkqhkiG9w0BAQsFAANBAF27T1uYscPua3ZdiNGmrMrm4lJQFjkU
oI7rm6OhGt+5htyKImWkd19bG8aaQdpW3KBJusVhjC58RflNgbZf9Mg=
-----END CERTIFICATE-----
"""

FETCH = "; `kubeseal --fetch-cert` prints the one to use"
DAMAGED = f"the certificate is damaged or cut short{FETCH}"
NOT_RSA = f"the certificate has no usable RSA key, which sealed-secrets needs{FETCH}"
NOT_FOUND = f"no certificate in PEM was found{FETCH}"
PRIVATE = f"a private key, which only the controller should have, and no certificate{FETCH}"

with_kubeseal = needs("kubeseal")
in_each_scope = pytest.mark.parametrize("scope", SCOPES)


class Controller(NamedTuple):
    """What a controller has: a private key, and its certificate in PEM."""

    key: rsa.RSAPrivateKey
    pem: bytes


def issue(
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, *, since: datetime = NOW, until: datetime = ANY_TIME
) -> x509.Certificate:
    """A certificate as the controller makes them: signed by its own key, its names empty."""
    nobody = x509.Name([])
    builder = x509.CertificateBuilder(nobody, nobody, key.public_key(), x509.random_serial_number(), since, until)
    return builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(key, SHA256())


def pem_of(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, **period: datetime) -> bytes:
    return issue(key, **period).public_bytes(Encoding.PEM)


def armored(der: bytes) -> bytes:
    return b"-----BEGIN CERTIFICATE-----\n" + encodebytes(der) + b"-----END CERTIFICATE-----\n"


def private_pem(key: rsa.RSAPrivateKey, form: PrivateFormat) -> bytes:
    return key.private_bytes(Encoding.PEM, form, NoEncryption())


def unseal(key: rsa.RSAPrivateKey, sealed: str, label: bytes) -> bytes:
    """Open a sealed value as a controller does. Raises ValueError where the label is another."""
    content = b64decode(sealed, validate=True)
    body = 2 + int.from_bytes(content[:2], "big")
    oaep = padding.OAEP(padding.MGF1(SHA256()), SHA256(), label)
    session_key = key.decrypt(content[2:body], oaep)
    assert len(session_key) == 32
    return AESGCM(session_key).decrypt(b"\0" * 12, content[body:], None)


def is_opened(key: rsa.RSAPrivateKey, sealed: str, label: bytes) -> bool:
    try:
        unseal(key, sealed, label)
    except ValueError:
        return False
    return True


def refusal(pem: bytes, *, now: datetime = NOW) -> str:
    with pytest.raises(SealingError) as caught:
        certificate(pem, now=now)
    return str(caught.value)


@pytest.fixture(scope="module", params=[2048, 4096])
def controller(request: pytest.FixtureRequest) -> Controller:
    key = rsa.generate_private_key(65537, request.param)
    return Controller(key, pem_of(key))


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@in_each_scope
@pytest.mark.parametrize("value", [VALUE, b"", b"\0", bytes(65536) + b"\xff", bytes(range(256)) * 4096], ids=len)
def test_seal_is_opened_by_the_private_key(controller: Controller, scope: Scope, value: bytes) -> None:
    bound = label(scope, "shop", "harbor-pull")
    sealed = seal(certificate(controller.pem, now=NOW), value, bound)
    assert unseal(controller.key, sealed, bound) == value


@pytest.mark.parametrize(
    ("scope", "namespace", "name", "opens"),
    [
        ("strict", "shop", "other", False),
        ("strict", "other", "harbor-pull", False),
        ("namespace-wide", "shop", "other", True),
        ("namespace-wide", "other", "harbor-pull", False),
        ("cluster-wide", "other", "other", True),
    ],
)
def test_a_scope_binds_to_what_it_says(
    key: rsa.RSAPrivateKey, scope: Scope, namespace: str, name: str, opens: bool
) -> None:
    sealed = seal(certificate(pem_of(key), now=NOW), VALUE, label(scope, "shop", "harbor-pull"))
    assert is_opened(key, sealed, label(scope, namespace, name)) == opens


@pytest.mark.parametrize(("sealed_for", "opened_for"), list(product(SCOPES, SCOPES)))
def test_seal_is_opened_in_its_own_scope_alone(key: rsa.RSAPrivateKey, sealed_for: Scope, opened_for: Scope) -> None:
    sealed = seal(certificate(pem_of(key), now=NOW), VALUE, label(sealed_for, "shop", "harbor-pull"))
    assert is_opened(key, sealed, LABELS[opened_for]) == (sealed_for == opened_for)


@given(value=st.binary(), label=st.binary())
def test_seal_takes_any_bytes(key: rsa.RSAPrivateKey, value: bytes, label: bytes) -> None:
    assert unseal(key, seal(certificate(pem_of(key), now=NOW), value, label), label) == value


def test_seal_is_one_line_and_as_long_as_its_parts(controller: Controller) -> None:
    content = b64decode(seal(certificate(controller.pem, now=NOW), bytes(1000), b""), validate=True)
    length = controller.key.key_size // 8
    assert (int.from_bytes(content[:2], "big"), len(content)) == (length, 2 + length + 1000 + 16)


def test_seal_never_gives_the_same_text_twice(key: rsa.RSAPrivateKey) -> None:
    trusted = certificate(pem_of(key), now=NOW)
    first, second = (b64decode(seal(trusted, VALUE, b"")) for _ in range(2))
    assert first[2:258] != second[2:258]
    assert first[258:] != second[258:]  # the nonce is always the same: it is the session key that has to be another


@in_each_scope
def test_label_is_that_of_the_table(scope: Scope) -> None:
    assert label(scope, "shop", "harbor-pull") == LABELS[scope]


@pytest.mark.parametrize("scope", ["strict", "namespace-wide"])
def test_label_needs_a_namespace(scope: Scope) -> None:
    with pytest.raises(SealingError) as caught:
        label(scope, "", "harbor-pull")
    assert str(caught.value) == f"a Secret without a namespace cannot be sealed with scope {scope}, only cluster-wide"
    assert label("cluster-wide", "", "harbor-pull") == b""


def test_scope_annotations_tell_the_scope() -> None:
    assert [scope_annotations(scope) for scope in SCOPES] == [
        {},
        {"sealedsecrets.bitnami.com/namespace-wide": "true"},
        {"sealedsecrets.bitnami.com/cluster-wide": "true"},
    ]


@pytest.mark.parametrize("pem", [b"", b"\0\xff", b"apiVersion: v1\nkind: Secret\n"], ids=repr)
def test_certificate_wants_one(pem: bytes) -> None:
    assert refusal(pem) == NOT_FOUND


@given(st.binary())
def test_certificate_takes_no_bytes_for_one(pem: bytes) -> None:
    assert refusal(pem) in {NOT_FOUND, PRIVATE, DAMAGED}


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_certificate_takes_no_private_key_for_one(key: rsa.RSAPrivateKey, form: PrivateFormat) -> None:
    pem = private_pem(key, form)
    message = refusal(pem)
    assert message == PRIVATE
    assert not [line for line in pem.decode().splitlines() if line in message]


@pytest.mark.parametrize(
    "damage",
    [
        lambda der: armored(der)[:400],
        lambda der: armored(der[:400]),
        lambda der: armored(b"\0" + der),
        lambda der: armored(der).replace(b"M", b"*"),
        lambda der: armored(der.replace(bytes.fromhex("a003020102"), bytes.fromhex("a003020107"))),  # version 8
    ],
    ids=["cut", "cut inside", "no DER", "no base64", "no version"],
)
def test_certificate_says_that_it_is_damaged(key: rsa.RSAPrivateKey, damage: Callable[[bytes], bytes]) -> None:
    assert refusal(damage(issue(key).public_bytes(Encoding.DER))) == DAMAGED


@pytest.mark.parametrize(
    ("part", "other"),
    [(RSA_ENCRYPTION, RSA_ENCRYPTION[:-1] + b"\x63"), (RSA_2048, b"\x31" + RSA_2048[1:])],
    ids=["a kind that does not exist", "not a sequence"],
)
def test_certificate_wants_a_key_that_can_be_used(key: rsa.RSAPrivateKey, part: bytes, other: bytes) -> None:
    assert refusal(armored(issue(key).public_bytes(Encoding.DER).replace(part, other))) == NOT_RSA


def test_certificate_wants_an_rsa_key() -> None:
    assert refusal(pem_of(ec.generate_private_key(ec.SECP256R1()))) == NOT_RSA


def test_certificate_wants_a_key_that_the_controller_takes() -> None:
    assert refusal(SHORT) == f"the key of the certificate has 512 bits, too few to be safe{FETCH}"


def test_certificate_expires_after_its_last_second(key: rsa.RSAPrivateKey) -> None:
    until = datetime(2024, 3, 1, 23, 59, 59, tzinfo=UTC)
    pem = pem_of(key, since=until - timedelta(days=30), until=until)
    assert certificate(pem, now=until)
    assert refusal(pem, now=until + timedelta(microseconds=1)) == f"the certificate expired on 2024-03-01{FETCH}"


def test_certificate_may_be_one_of_tomorrow(key: rsa.RSAPrivateKey) -> None:
    assert certificate(pem_of(key, since=NOW + timedelta(days=1)), now=NOW)


def test_certificate_is_the_first_of_several(key: rsa.RSAPrivateKey) -> None:
    other = rsa.generate_private_key(65537, 2048)
    expired = pem_of(other, since=NOW - timedelta(days=2), until=NOW - timedelta(days=1))
    bundle = pem_of(key) + expired
    assert unseal(key, seal(certificate(bundle, now=NOW), VALUE, b""), b"") == VALUE
    assert refusal(expired + pem_of(key)) == f"the certificate expired on 2026-02-28{FETCH}"


@pytest.mark.parametrize(
    "around",
    [
        lambda pem, _: b"Certificate:\n    Data:\n        Version: 3 (0x2)\n" + pem,
        lambda pem, _: pem.replace(b"\n", b"\r\n"),
        lambda pem, private: private + pem,
    ],
    ids=["text", "CRLF", "private key"],
)
def test_certificate_is_found_in_what_is_around_it(
    key: rsa.RSAPrivateKey, around: Callable[[bytes, bytes], bytes]
) -> None:
    pem = around(pem_of(key), private_pem(key, PrivateFormat.PKCS8))
    assert unseal(key, seal(certificate(pem, now=NOW), VALUE, b""), b"") == VALUE


def test_no_error_of_seal_shows_the_value(key: rsa.RSAPrivateKey) -> None:
    der = bytearray(issue(key).public_bytes(Encoding.DER))
    der[der.index(EXPONENT) - 1] ^= 1  # an even modulus, with which nothing can be encrypted
    broken = certificate(armored(bytes(der)), now=NOW)
    with pytest.raises(SealingError) as caught:
        seal(broken, b"the-password", b"")
    assert str(caught.value) == DAMAGED
    assert "the-password" not in repr(caught.value) + repr(caught.value.__cause__) + repr(broken)


def test_importing_the_module_imports_no_cryptography() -> None:
    code = (
        "import sys, transformer.sealing as sealing\n"
        "sealing.label('strict', 'shop', 'harbor-pull'), sealing.scope_annotations('strict')\n"
        "print([name for name in sys.modules if name.startswith(('cryptography', '_cffi'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "[]\n"


def test_certificate_says_what_to_install(key: rsa.RSAPrivateKey, monkeypatch: pytest.MonkeyPatch) -> None:
    pem = pem_of(key)
    monkeypatch.setitem(sys.modules, "cryptography", None)
    assert refusal(pem) == "sealing needs the package cryptography: pip install 'repoint[seal]'"


def kubeseal(home: Path, *arguments: str | Path, stdin: str = "") -> str:
    """What kubeseal prints, out of reach of any cluster."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "KUBECONFIG": os.devnull}
    done = subprocess.run(["kubeseal", *arguments], env=environment, input=stdin, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@with_kubeseal
@in_each_scope
def test_kubeseal_opens_what_seal_made(controller: Controller, scope: Scope, tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_bytes(private_pem(controller.key, PrivateFormat.PKCS8))
    sealed = seal(certificate(controller.pem, now=NOW), VALUE, label(scope, "shop", "harbor-pull"))
    told = {"annotations": scope_annotations(scope)}
    sealed_secret = {
        "apiVersion": "bitnami.com/v1alpha1",
        "kind": "SealedSecret",
        "metadata": {"name": "harbor-pull", "namespace": "shop", **told},
        "spec": {
            "encryptedData": {".dockerconfigjson": sealed},
            "template": {
                "metadata": {"name": "harbor-pull", "namespace": "shop", **told},
                "type": "kubernetes.io/dockerconfigjson",
            },
        },
    }
    opened = json.loads(
        kubeseal(
            tmp_path,
            *("--recovery-unseal", "--recovery-private-key", tmp_path / "key.pem"),
            stdin=json.dumps(sealed_secret),
        )
    )
    assert opened["type"] == "kubernetes.io/dockerconfigjson"
    assert opened["metadata"].get("annotations", {}) == scope_annotations(scope)
    assert {name: b64decode(text) for name, text in opened["data"].items()} == {".dockerconfigjson": VALUE}


@with_kubeseal
@in_each_scope
def test_this_file_opens_what_kubeseal_made(controller: Controller, scope: Scope, tmp_path: Path) -> None:
    (tmp_path / "cert.pem").write_bytes(controller.pem)
    (tmp_path / "value").write_bytes(VALUE)
    sealed = kubeseal(
        tmp_path,
        *("--cert", tmp_path / "cert.pem", "--raw", "--scope", scope),
        *("--namespace", "shop", "--name", "harbor-pull", "--from-file", tmp_path / "value"),
    )
    assert unseal(controller.key, sealed, LABELS[scope]) == VALUE
