"""The exceptions repoint raises on purpose, and the exit code each one means.

    TransformerError              2
    ├── InvalidReference          2   a string is no image reference (also a ValueError)
    ├── ManifestSyntaxError       2   a document is not YAML
    ├── ConfigError               2   the config is wrong; lists every error
    ├── CredentialsError          2   credentials that a Secret needs are not there; lists all of them
    ├── LoginError                2   a login that cannot be read, or a credential helper that gives none
    ├── UsageError                2   a command line or a file that cannot be used
    ├── ApplicationError          1   another program made no manifests, or took too long
    └── InternalError             3   a promise of this package is broken; nothing was written

No message of these ever holds a credential.
"""

from __future__ import annotations


class TransformerError(Exception):
    """Anything this package raises on purpose; `exit_code` is what the command exits with."""

    exit_code = 2


class InvalidReference(TransformerError, ValueError):
    """A string that is no image reference.

    `rule` names the broken rule in one word: empty, format, uppercase, too_long, hex64, digest_format,
    digest_length or digest_unsupported.
    """

    def __init__(self, text: str, rule: str, message: str) -> None:
        super().__init__(message)
        self.text = text
        self.rule = rule


class ManifestSyntaxError(TransformerError):
    """A document that is not YAML; `line` and `column` count characters from 1."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


class ConfigError(TransformerError):
    """A config that cannot be used; `errors` holds one line of text for each thing wrong with it."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__("\n".join(errors))
        self.errors = tuple(errors)


class CredentialsError(TransformerError):
    """Credentials that are not where the config says; `missing` names every variable and file, never a value."""

    def __init__(self, missing: list[str]) -> None:
        super().__init__("\n".join(missing))
        self.missing = tuple(missing)


class LoginError(TransformerError):
    """A login that cannot be read; the message names servers, helpers and known fields, and nothing else that was read.

    `reason` is one word: bad-json, wrong-json-type, unknown-field, no-auth, bad-base64 or bad-auth-text for what is
    wrong with a text, helper-not-found, helper-failed, helper-timeout or helper-bad-answer for what is wrong with a
    credential helper, and not-found where the helper works and has no login for the server.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class UsageError(TransformerError):
    """A command line, or a file named on it, that cannot be used."""


class ApplicationError(TransformerError):
    """What another program was to make is not there: it failed, made nothing, or took too long."""

    exit_code = 1


class InternalError(TransformerError):
    """A bug of this package: edits overlap, or a document would not read back as planned; nothing was written."""

    exit_code = 3
