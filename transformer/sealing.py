"""Encrypt a value for the controller of sealed-secrets, without a cluster; the only door to cryptography.

    sealed    = base64 (length wrapped body)        the text of one key of `spec.encryptedData`
    length    = the length of `wrapped` in bytes, 2 bytes, big-endian
    wrapped   = the session key under RSA-OAEP, SHA-256 for both its hash and its mask, and the label
    body      = the value under AES-256-GCM with the session key, its tag of 16 bytes at the end
    label     = namespace "/" name | namespace | nothing, for the scopes strict, namespace-wide and cluster-wide

The session key is made for one value and never used again, which is why a nonce of 12 zero bytes is safe. The
controller derives the label from the object it finds a value in, so a value that was moved does not open.

The format is that of sealed-secrets (github.com/bitnami-labs/sealed-secrets: pkg/crypto/crypto.go, and for labels and
annotations pkg/apis/sealedsecrets/v1alpha1/sealedsecret_expansion.go).
"""

# ruff: noqa: PLC0415 - cryptography is an optional extra, and slow to import: only sealing may ask for it.

from __future__ import annotations

from binascii import b2a_base64
from datetime import datetime
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from transformer.errors import TransformerError

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

Scope: TypeAlias = Literal["strict", "namespace-wide", "cluster-wide"]

_ANNOTATION = "sealedsecrets.bitnami.com/"
_SESSION_KEY_BITS = 256
_NONCE = bytes(12)
_LENGTH_BYTES = 2
# What the controller, which is written in Go, can use at all: https://pkg.go.dev/crypto/rsa#hdr-Minimum_key_size
_LEAST_KEY_BITS = 1024

_INSTALL = "sealing needs the package cryptography: pip install 'repoint[seal]'"
_DAMAGED = "the certificate is damaged or cut short"
_FETCH = "`kubeseal --fetch-cert` prints the one to use"


class SealingError(TransformerError):
    """A value that cannot be sealed; the message says what to do, and nothing of the value."""


class Certificate(NamedTuple):
    """What of a controller's certificate it takes to seal: its public key, which is no secret."""

    key: RSAPublicKey


def certificate(pem: bytes, *, now: datetime) -> Certificate:
    """Read the first certificate in the content of a PEM file, as `kubeseal --cert` does.

    `now` is a time with a time zone. Raises SealingError where there is no certificate or a damaged one, where its key
    is not RSA or of less than 1024 bits, where it expired before `now`, and where cryptography is not installed. That
    a certificate is not valid yet is no error, since it is none to kubeseal.
    """
    first = _load(pem)
    key = _rsa_key(first)
    until = first.not_valid_after_utc
    if now > until:
        raise SealingError(f"the certificate expired on {until.date().isoformat()}; {_FETCH}")
    return Certificate(key)


def label(scope: Scope, namespace: str, name: str) -> bytes:
    """Return what binds a sealed value to the namespace and name of its SealedSecret, as far as the scope does.

    Raises SealingError for an empty namespace where the scope asks for one: no controller could open the value.

    >>> label("strict", "shop", "harbor-pull"), label("namespace-wide", "shop", "harbor-pull")
    (b'shop/harbor-pull', b'shop')
    >>> label("cluster-wide", "", "harbor-pull")
    b''
    """
    if scope == "cluster-wide":
        return b""
    if not namespace:
        raise SealingError(f"a Secret without a namespace cannot be sealed with scope {scope}, only cluster-wide")
    return (namespace if scope == "namespace-wide" else f"{namespace}/{name}").encode()


def scope_annotations(scope: Scope) -> dict[str, str]:
    """Return the annotations that tell a scope, for `metadata` and `spec.template.metadata` alike; none for strict.

    The controller opens a value by those of the SealedSecret itself. Those of the template reach the Secret, and
    keep the scope when that is sealed once more.
    """
    return {} if scope == "strict" else {f"{_ANNOTATION}{scope}": "true"}


def seal(certificate: Certificate, value: bytes, label: bytes) -> str:
    """Encrypt `value` into a text of `spec.encryptedData`, in base64 without line breaks; another one each time.

    `label` is what the function of that name returns. Raises SealingError where the key can encrypt nothing, as that
    of a damaged certificate.
    """
    from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256

    session_key = AESGCM.generate_key(_SESSION_KEY_BITS)
    try:
        wrapped = certificate.key.encrypt(session_key, OAEP(MGF1(SHA256()), SHA256(), label))
    except ValueError as error:
        raise SealingError(f"{_DAMAGED}; {_FETCH}") from error
    body = AESGCM(session_key).encrypt(_NONCE, value, None)
    length = len(wrapped).to_bytes(_LENGTH_BYTES, "big")
    return b2a_base64(length + wrapped + body, newline=False).decode("ascii")


def _load(pem: bytes) -> x509.Certificate:
    try:
        from cryptography import x509
    except ImportError as error:
        raise SealingError(_INSTALL) from error
    try:
        return x509.load_pem_x509_certificate(pem)
    except (ValueError, x509.InvalidVersion) as error:
        raise SealingError(f"{_unreadable(pem)}; {_FETCH}") from error


def _unreadable(pem: bytes) -> str:
    if b"-----BEGIN CERTIFICATE-----" in pem:
        return _DAMAGED
    if b"PRIVATE KEY-----" in pem:
        return "a private key, which only the controller should have, and no certificate"
    return "no certificate in PEM was found"


def _rsa_key(certificate: x509.Certificate) -> RSAPublicKey:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPublicKey):
        raise SealingError(f"the certificate has no usable RSA key, which sealed-secrets needs; {_FETCH}")
    if key.key_size < _LEAST_KEY_BITS:
        raise SealingError(f"the key of the certificate has {key.key_size} bits, too few to be safe; {_FETCH}")
    return key
