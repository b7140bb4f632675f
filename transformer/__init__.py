r"""Point Kubernetes manifests at a registry mirror, with the pull secrets they then need.

    >>> from pathlib import Path
    >>> import transformer
    >>> _ = Path("repoint.yaml").write_text('''
    ... apiVersion: repoint.dev/v1alpha1
    ... kind: MirrorConfig
    ... spec:
    ...   mirrors:
    ...   - {source: docker.io, mirror: harbor.corp.example/dockerhub}
    ... ''')
    >>> config = transformer.load_config("repoint.yaml")
    >>> pod = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: nginx  # web\n"
    >>> text, findings = transformer.rewrite(pod, config)
    >>> print(text.splitlines()[-1])
      - image: harbor.corp.example/dockerhub/library/nginx  # web
    >>> findings[0].before, findings[0].after, findings[0].line
    ('nginx', 'harbor.corp.example/dockerhub/library/nginx', 5)
    >>> transformer.parse("nginx:1.27").path
    'library/nginx'

What is named here is the whole public interface; every other name may change.
"""

from transformer.errors import (
    ConfigError,
    CredentialsError,
    InternalError,
    InvalidReference,
    ManifestSyntaxError,
    TransformerError,
    UsageError,
)
from transformer.hosts.loading import load_config
from transformer.pipeline import rewrite
from transformer.reference import parse

__all__ = [
    "ConfigError",
    "CredentialsError",
    "InternalError",
    "InvalidReference",
    "ManifestSyntaxError",
    "TransformerError",
    "UsageError",
    "load_config",
    "parse",
    "rewrite",
]
