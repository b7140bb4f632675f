"""Know the objects whose images stay: what describes pods without running them, tools' own configuration, and more."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from transformer.nodes import Mapping, get
from transformer.resources import Resource, annotation

_POLICY = "what a policy describes stays"
_TEST = "what a test describes stays"
_MIRRORING = "says itself what is mirrored where"
_QUOTED = "quotes what runs elsewhere"
_PACKED = "lists what is packed or scanned, it runs none"
_ELSEWHERE = "runs outside the cluster"
_CLOUDS = (
    *("app.azure.com", "azure.microsoft.com", "compute.azure.com", "containerinstance.azure.com"),
    *("containerservice.azure.com", "kusto.azure.com", "machinelearningservices.azure.com"),
    *("redhatopenshift.azure.com", "web.azure.com", "appengine.cnrm.cloud.google.com"),
    *("artifactregistry.cnrm.cloud.google.com", "cloudbuild.cnrm.cloud.google.com", "composer.cnrm.cloud.google.com"),
    *("compute.cnrm.cloud.google.com", "container.cnrm.cloud.google.com", "containeranalysis.cnrm.cloud.google.com"),
    *("dataflow.cnrm.cloud.google.com", "dataproc.cnrm.cloud.google.com", "notebooks.cnrm.cloud.google.com"),
    *("run.cnrm.cloud.google.com", "workstations.cnrm.cloud.google.com", "autoscaling.services.k8s.aws"),
    *("ec2.services.k8s.aws", "ecr.services.k8s.aws", "ecs.services.k8s.aws", "emrserverless.services.k8s.aws"),
    *("lambda.services.k8s.aws", "lambdamicrovms.services.k8s.aws", "sagemaker.services.k8s.aws"),
    *("sagemaker.aws.amazon.com", "ec2.aws.upbound.io", "ecr.aws.upbound.io", "ec2.aws.m.upbound.io"),
    "ecr.aws.m.upbound.io",
)

# API groups whose objects describe pods and run none, and why their images stay. A kind of `*` is every kind.
NOT_RUN = {
    ("admission.k8s.io", "*"): "an admission review quotes an object",
    ("admissionregistration.k8s.io", "*"): _POLICY,
    ("anywhere.eks.amazonaws.com", "Bundles"): _PACKED,
    ("aquasecurity.github.io", "*"): _QUOTED,
    ("argocd-image-updater.argoproj.io", "*"): "the configuration of Argo CD's image updater",
    ("argoproj.io", "AppProject"): "the configuration of Argo CD",
    ("argoproj.io", "Application"): "the configuration of Argo CD",
    ("argoproj.io", "ApplicationSet"): "the configuration of Argo CD",
    ("auto.gke.io", "WorkloadAllowlist"): _POLICY,
    ("chainsaw.kyverno.io", "*"): _TEST,
    ("cilium.io", "EventChecker"): _TEST,
    ("cli.kyverno.io", "*"): _TEST,
    ("config.openshift.io", "ClusterImagePolicy"): _POLICY,
    ("config.openshift.io", "Image"): _POLICY,
    ("config.openshift.io", "ImageContentPolicy"): _MIRRORING,
    ("config.openshift.io", "ImageDigestMirrorSet"): _MIRRORING,
    ("config.openshift.io", "ImagePolicy"): _POLICY,
    ("config.openshift.io", "ImageTagMirrorSet"): _MIRRORING,
    ("constraints.gatekeeper.sh", "*"): _POLICY,
    ("content.hauler.cattle.io", "*"): _PACKED,
    ("fluxcd.controlplane.io", "FluxReport"): _QUOTED,
    ("fn.kpt.dev", "*"): "the configuration of kpt",
    ("image.toolkit.fluxcd.io", "*"): "the configuration of Flux's image automation",
    ("imgpkg.carvel.dev", "*"): _PACKED,
    ("kargo.akuity.io", "*"): "the configuration of Kargo",
    ("kbld.k14s.io", "*"): "the configuration of kbld",
    ("kind.x-k8s.io", "*"): "the configuration of kind",
    ("kpt.dev", "*"): "the configuration of kpt",
    ("kubelet.config.k8s.io", "*"): "the configuration of the kubelet",
    ("kuik.enix.io", "*"): _MIRRORING,
    ("kustomize.config.k8s.io", "*"): "the configuration of kustomize",
    ("kustomize.toolkit.fluxcd.io", "Kustomization"): "the configuration of Flux",
    ("kyverno.io", "*"): _POLICY,
    ("meta.pkg.crossplane.io", "*"): "the making of a Crossplane package",
    ("mirror.openshift.io", "*"): _MIRRORING,
    ("mutations.gatekeeper.sh", "*"): _POLICY,
    ("networking.gke.io", "GCPWasmPlugin"): _ELSEWHERE,
    ("operator.openshift.io", "ImageContentSourcePolicy"): _MIRRORING,
    ("packages.eks.amazonaws.com", "PackageBundle"): _PACKED,
    ("pkg.crossplane.io", "ImageConfig"): _MIRRORING,
    ("policies.kyverno.io", "*"): _POLICY,
    ("policy.sigstore.dev", "*"): _POLICY,
    ("repoint.dev", "*"): "the configuration of repoint",
    ("scorecard.operatorframework.io", "*"): _TEST,
    ("skaffold", "*"): "the configuration of Skaffold",
    ("templates.gatekeeper.sh", "*"): _POLICY,
    ("trivy-operator.devopstales.io", "*"): _QUOTED,
    ("vendir.k14s.io", "*"): "the configuration of vendir",
    ("wgpolicyk8s.io", "*"): _QUOTED,
    ("zarf.dev", "*"): _PACKED,
    **{(group, "*"): _ELSEWHERE for group in _CLOUDS},
}

KEEP = "repoint.dev/keep"
_LOCAL_CONFIG = "config.kubernetes.io/local-config"


@lru_cache(maxsize=16)
def why_not_run(resource: Resource) -> str:
    """Return why no image of `resource` is to be rewritten, or an empty text.

    That can be so for what it is, for what it stands in, or because nothing of it may be edited.
    """
    return next(filter(None, (_why_kind_is_not_run(each) or _why_left_alone(each) for each in _outward(resource))), "")


def why_left_alone(resource: Resource) -> str:
    """Return why nothing of `resource` may be edited, not even what the config declares, or an empty text."""
    return next(filter(None, map(_why_left_alone, _outward(resource))), "")


def _outward(resource: Resource) -> Iterator[Resource]:
    each: Resource | None = resource
    while each is not None:
        yield each
        each = each.outer


def _why_kind_is_not_run(resource: Resource) -> str:
    return NOT_RUN.get((resource.group, "*")) or NOT_RUN.get((resource.group, resource.kind), "")


def _why_left_alone(resource: Resource) -> str:
    if isinstance(get(resource.node, "sops"), Mapping):
        return "encrypted with SOPS, whose checksum an edit would break"
    if annotation(resource, KEEP) == "true":
        return f"the annotation {KEEP}"
    if annotation(resource, _LOCAL_CONFIG) not in (None, "false"):
        return f"{_LOCAL_CONFIG}: it never reaches a cluster"
    return ""
