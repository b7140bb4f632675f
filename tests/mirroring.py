"""Configs of mirrors, written briefly, for the tests of what is decided by them."""

from __future__ import annotations

from collections.abc import Sequence

from transformer.config import Config, ImageOverride, Mirror

Mirrors = dict[str, str]
Images = Sequence[ImageOverride]


def config(mirrors: Mirrors, keep: Sequence[str] = (), images: Images = ()) -> Config:
    return Config(mirrors=tuple(map(Mirror, mirrors, mirrors.values())), keep=tuple(keep), images=tuple(images))


def override(name: str, *, to: str = "", tag: str = "", digest: str = "") -> ImageOverride:
    return ImageOverride(name, to, tag, digest)


HUB = {"docker.io": "h.example/hub"}
NESTED = {
    "docker.io": "h.example/hub",
    "docker.io/bitnami": "h.example/bitnami",
    "docker.io/bitnami/redis": "h.example/cache/redis",
    "quay.io/prometheus/node-exporter": "h.example/metrics/node",
}
WILD = {"*.gcr.io": "h.example/gcr", "eu.gcr.io": "h.example/eu", "*.io": "h.example/io", "*": "h.example/rest"}
