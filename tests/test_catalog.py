"""The catalog holds what the projects' own CRD schemas say of images and pull secrets, and little that they do not."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from transformer import catalog
from transformer.catalog import Row

ROWS = list(catalog.rows())

# The words that may follow a value.
OPTIONS: Mapping[str, set[str]] = {
    "image": {"tag", "digest", "registry", "kind"},
    "imageOrName": set(),
    "imageOrTag": set(),
    "prefix": set(),
    "url": set(),
    "urlPrefix": set(),
    "values": set(),
    "valuesText": set(),
    "pullSecrets": {"for"},
    "pullSecretNames": {"for"},
    "pullSecretName": {"for"},
    "pullSecretRef": {"for"},
    "none": set(),
}
# What a schema says of a field with pull secrets.
FORMS: Mapping[str, tuple[str, ...]] = {
    "pullSecrets": ("list of LocalObjectReference", "list of object"),
    "pullSecretNames": ("list of string",),
    "pullSecretName": ("string",),
    "pullSecretRef": ("LocalObjectReference", "object{group,kind,name,namespace}"),
}
STEP = r"(?:\*|[A-Za-z0-9_-]+)(?:\[\*\])*"
PATH = re.compile(rf"{STEP}(?:\.{STEP})*")


def is_at_or_below(path: str, place: str) -> bool:
    return path == place or path.startswith((f"{place}.", f"{place}["))


def place(row: Row) -> str:
    return f"{row.group} {row.kind} {row.path}"


def is_well_formed(row: Row) -> bool:
    keys = [key for key, _ in row.options]
    return (
        PATH.fullmatch(row.path) is not None
        and row.path.split(".")[0] not in ("metadata", "status")
        and len(keys) == len({*keys})
        and {*keys} <= OPTIONS[row.value]
        and all(PATH.fullmatch(text) if key == "for" else re.fullmatch(r"\w+", text) for key, text in row.options)
    )


def test_the_rows_are_sorted_and_each_place_has_one() -> None:
    places = [(row.group or "core", row.kind.lower(), row.path) for row in ROWS]
    assert places == sorted({*places})


def test_every_row_is_well_formed() -> None:
    assert [row for row in ROWS if not is_well_formed(row)] == []


def test_a_kind_is_spelled_in_one_way() -> None:
    assert len({(row.group, row.kind) for row in ROWS}) == len({(row.group, row.kind.lower()) for row in ROWS})


# The catalog against the schemas.

FACTS = Path(__file__).parent / "facts"


def table(name: str) -> Iterator[dict[str, str]]:
    return csv.DictReader((FACTS / name).read_text().splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)


Kind = tuple[str, str]
Details = defaultdict[Kind, defaultdict[str, set[str]]]

FIELDS = list(table("crd_fields.tsv"))
IMAGES: Details = defaultdict(lambda: defaultdict(set))
SECRETS: Details = defaultdict(lambda: defaultdict(set))
# Pod specs that take pull secrets; and templates of which the schema says nothing.
POD_SPECS: defaultdict[Kind, set[str]] = defaultdict(set)
TEMPLATES: defaultdict[Kind, set[str]] = defaultdict(set)
# What holds a list `containers`: the images of its volumes are found by its shape.
PODS: defaultdict[Kind, set[str]] = defaultdict(set)

CONTAINER = re.compile(r"(?:(.*)\.)?(?:containers|initContainers|ephemeralContainers)\[\*\]\.image")
VOLUME = re.compile(r"(?:(.*)\.)?volumes\[\*\]\.image(?:\.reference)?")

for field in FIELDS:
    kind = (field["group"], field["kind"].lower())
    if field["field"] == "pod_spec":
        POD_SPECS[kind].add(field["path"])
    else:
        (IMAGES if field["field"] == "image" else SECRETS)[kind][field["path"]].add(field["detail"])
    if found := re.fullmatch(r"(?:(.*)\.)?containers\[\*\]\.image", field["path"]):
        PODS[kind].add(found[1] or "")
for field in table("pod_spec_locations_crd.tsv"):
    kind = (field["group"], field["kind"].lower())
    if field["class"] == "opaque_template":
        TEMPLATES[kind].add(field["path"])
    elif field["class"] == "pod_spec" or "imagePullSecrets" in field["detail"].split(","):
        POD_SPECS[kind].add(field["path"])
    if field["class"] == "pod_spec_like" and "containers" in field["detail"].split(","):
        PODS[kind].add(field["path"])
for kind, paths in POD_SPECS.items():
    PODS[kind] |= paths


def has_key(details: set[str], key: str) -> bool:
    """Say whether an object, or each in a list of them, has `key`; a long list of keys is cut off."""
    objects = [detail.removeprefix("list of ") for detail in details if "object{" in detail]
    return any(key in each.removeprefix("object{").rstrip("}").split(",") or not each.endswith("}") for each in objects)


def agrees_on_image(row: Row, schema: Mapping[str, set[str]]) -> bool:
    details = schema.get(row.path, set())
    if row.value == "none" and details:
        return True
    if any(detail.startswith(("string", "object")) for detail in details):
        return True
    if row.path.endswith("[*]"):
        return "list of string" in schema.get(row.path.removesuffix("[*]"), set())
    holder, _, key = row.path.rpartition(".")
    details = schema.get(holder.removesuffix("[*]"), set())
    if key == "*":
        return any(detail == "map of string" or detail.startswith("object{") for detail in details)
    return has_key(details, key)


def agrees_on_secrets(row: Row, kind: Kind) -> bool:
    holder, _, key = row.path.rpartition(".")
    if row.value == "pullSecrets" and key == "imagePullSecrets":
        in_template = any(is_at_or_below(holder, f"{template}.spec") for template in TEMPLATES[kind])
        if holder in POD_SPECS[kind] or in_template or f"{holder}.template" in TEMPLATES[kind]:
            return True
    return not SECRETS[kind].get(row.path, set()).isdisjoint(FORMS[row.value])


def agrees(row: Row) -> bool:
    kind = (row.group, row.kind.lower())
    return agrees_on_secrets(row, kind) if row.value in FORMS else agrees_on_image(row, IMAGES[kind])


# Rows of kinds whose schemas are known that these schemas do not have, and why they are rows.
BEYOND_THE_SCHEMAS: Mapping[str, str] = {
    "the schema says nothing of what recurs in it, or of an older form": """
acid.zalan.do OperatorConfiguration configuration.sidecars[*].image
argoproj.io ClusterWorkflowTemplate spec.templates[*].dag.tasks[*].inline.container.image
argoproj.io ClusterWorkflowTemplate spec.templates[*].dag.tasks[*].inline.script.image
argoproj.io ClusterWorkflowTemplate spec.templates[*].dag.tasks[*].inline.sidecars[*].image
argoproj.io ClusterWorkflowTemplate spec.templates[*].steps[*][*].inline.container.image
argoproj.io ClusterWorkflowTemplate spec.templates[*].steps[*][*].inline.script.image
argoproj.io ClusterWorkflowTemplate spec.templates[*].steps[*][*].inline.sidecars[*].image
argoproj.io CronWorkflow spec.workflowSpec.templates[*].dag.tasks[*].inline.container.image
argoproj.io CronWorkflow spec.workflowSpec.templates[*].dag.tasks[*].inline.script.image
argoproj.io CronWorkflow spec.workflowSpec.templates[*].dag.tasks[*].inline.sidecars[*].image
argoproj.io CronWorkflow spec.workflowSpec.templates[*].steps[*][*].inline.container.image
argoproj.io CronWorkflow spec.workflowSpec.templates[*].steps[*][*].inline.script.image
argoproj.io CronWorkflow spec.workflowSpec.templates[*].steps[*][*].inline.sidecars[*].image
argoproj.io Workflow spec.templates[*].dag.tasks[*].inline.container.image
argoproj.io Workflow spec.templates[*].dag.tasks[*].inline.script.image
argoproj.io Workflow spec.templates[*].dag.tasks[*].inline.sidecars[*].image
argoproj.io Workflow spec.templates[*].steps[*][*].inline.container.image
argoproj.io Workflow spec.templates[*].steps[*][*].inline.script.image
argoproj.io Workflow spec.templates[*].steps[*][*].inline.sidecars[*].image
argoproj.io WorkflowTemplate spec.templates[*].dag.tasks[*].inline.container.image
argoproj.io WorkflowTemplate spec.templates[*].dag.tasks[*].inline.script.image
argoproj.io WorkflowTemplate spec.templates[*].dag.tasks[*].inline.sidecars[*].image
argoproj.io WorkflowTemplate spec.templates[*].steps[*][*].inline.container.image
argoproj.io WorkflowTemplate spec.templates[*].steps[*][*].inline.script.image
argoproj.io WorkflowTemplate spec.templates[*].steps[*][*].inline.sidecars[*].image
k8s.mariadb.com MariaDB spec.maxScale.image
kafka.strimzi.io Kafka spec.cruiseControl.tlsSidecar.image
kafka.strimzi.io Kafka spec.entityOperator.tlsSidecar.image
kafka.strimzi.io Kafka spec.zookeeper.image
kafka.strimzi.io Kafka spec.zookeeper.template.pod.imagePullSecrets
kafka.strimzi.io KafkaConnect spec.plugins[*].artifacts[*].reference
serving.knative.dev Service spec.runLatest.configuration.revisionTemplate.spec.container.image
serving.kserve.io InferenceService spec.predictor.custom.container.image
serving.kserve.io InferenceService spec.transformer.custom.container.image
tekton.dev PipelineRun spec.pipelineRef.bundle
tekton.dev PipelineRun spec.pipelineSpec.finally[*].pipelineSpec.finally[*].taskSpec.sidecars[*].image
tekton.dev PipelineRun spec.pipelineSpec.finally[*].pipelineSpec.finally[*].taskSpec.stepTemplate.image
tekton.dev PipelineRun spec.pipelineSpec.finally[*].pipelineSpec.finally[*].taskSpec.steps[*].image
tekton.dev PipelineRun spec.pipelineSpec.finally[*].pipelineSpec.tasks[*].taskSpec.sidecars[*].image
tekton.dev PipelineRun spec.pipelineSpec.finally[*].pipelineSpec.tasks[*].taskSpec.stepTemplate.image
tekton.dev PipelineRun spec.pipelineSpec.finally[*].pipelineSpec.tasks[*].taskSpec.steps[*].image
tekton.dev PipelineRun spec.pipelineSpec.finally[*].taskRef.bundle
tekton.dev PipelineRun spec.pipelineSpec.finally[*].taskSpec.sidecars[*].image
tekton.dev PipelineRun spec.pipelineSpec.finally[*].taskSpec.stepTemplate.image
tekton.dev PipelineRun spec.pipelineSpec.finally[*].taskSpec.steps[*].image
tekton.dev PipelineRun spec.pipelineSpec.finally[*].taskSpec.volumes[*].image.reference
tekton.dev PipelineRun spec.pipelineSpec.tasks[*].pipelineSpec.finally[*].taskSpec.sidecars[*].image
tekton.dev PipelineRun spec.pipelineSpec.tasks[*].pipelineSpec.finally[*].taskSpec.stepTemplate.image
tekton.dev PipelineRun spec.pipelineSpec.tasks[*].pipelineSpec.finally[*].taskSpec.steps[*].image
tekton.dev PipelineRun spec.pipelineSpec.tasks[*].pipelineSpec.tasks[*].taskSpec.sidecars[*].image
tekton.dev PipelineRun spec.pipelineSpec.tasks[*].pipelineSpec.tasks[*].taskSpec.stepTemplate.image
tekton.dev PipelineRun spec.pipelineSpec.tasks[*].pipelineSpec.tasks[*].taskSpec.steps[*].image
tekton.dev PipelineRun spec.pipelineSpec.tasks[*].taskRef.bundle
tekton.dev PipelineRun spec.pipelineSpec.tasks[*].taskSpec.sidecars[*].image
tekton.dev PipelineRun spec.pipelineSpec.tasks[*].taskSpec.stepTemplate.image
tekton.dev PipelineRun spec.pipelineSpec.tasks[*].taskSpec.steps[*].image
tekton.dev PipelineRun spec.pipelineSpec.tasks[*].taskSpec.volumes[*].image.reference
tekton.dev Task spec.volumes[*].image.reference
tekton.dev TaskRun spec.taskRef.bundle
tekton.dev TaskRun spec.taskSpec.sidecars[*].image
tekton.dev TaskRun spec.taskSpec.stepTemplate.image
tekton.dev TaskRun spec.taskSpec.steps[*].image
tekton.dev TaskRun spec.taskSpec.volumes[*].image.reference
trainer.kubeflow.org TrainJob spec.podTemplateOverrides[*].spec.volumes[*].image.reference
""",
    "the schema leaves it untyped": """
apps.kruise.io UnitedDeployment spec.template.deploymentTemplate.spec.template.spec.imagePullSecrets
apps.kruise.io UnitedDeployment spec.template.statefulSetTemplate.spec.template.spec.imagePullSecrets
helm.cattle.io HelmChart spec.valuesContent
helm.toolkit.fluxcd.io HelmRelease spec.values
kubernaut.ai Kubernaut spec.image.overrides.*
operator.knative.dev KnativeEventing spec.registry.default
operator.knative.dev KnativeEventing spec.registry.override.*
operator.knative.dev KnativeServing spec.registry.default
operator.knative.dev KnativeServing spec.registry.override.*
sailoperator.io Istio spec.values
sailoperator.io Istio spec.values.global.hub
sailoperator.io Istio spec.values.pilot.hub
sailoperator.io IstioCNI spec.values
sailoperator.io IstioCNI spec.values.cni.hub
sailoperator.io IstioCNI spec.values.global.hub
sailoperator.io IstioRevision spec.values
sailoperator.io IstioRevision spec.values.global.hub
sailoperator.io IstioRevision spec.values.pilot.hub
sailoperator.io ZTunnel spec.values
sailoperator.io ZTunnel spec.values.global.hub
sailoperator.io ZTunnel spec.values.ztunnel.hub
""",
    "an image under a name that does not say so": """
apps.nvidia.com NIMCache spec.source.dataStore.modelPuller
apps.nvidia.com NIMCache spec.source.hf.modelPuller
apps.nvidia.com NIMCache spec.source.ngc.modelPuller
grafana.integreatly.org GrafanaDashboard spec.oci.reference
grafana.integreatly.org GrafanaLibraryPanel spec.oci.reference
grafana.integreatly.org Grafana spec.version
nvidia.com ClusterPolicy spec.kataManager.config.runtimeClasses[*].artifacts.url
pkg.crossplane.io Configuration spec.package
pkg.crossplane.io Function spec.package
pkg.crossplane.io Provider spec.package
""",
    "what edits other images, as a whole": """
helm.toolkit.fluxcd.io HelmRelease spec.postRenderers
""",
    "a reference behind a scheme": """
cdi.kubevirt.io DataImportCron spec.template.spec.source.registry.url
cdi.kubevirt.io DataVolume spec.source.registry.url
cdi.kubevirt.io VolumeImportSource spec.source.registry.url
extensions.istio.io TrafficExtension spec.wasm.url
extensions.istio.io WasmPlugin spec.url
fluxcd.controlplane.io FluxInstance spec.distribution.artifact
fluxcd.controlplane.io FluxInstance spec.sync.url
hco.kubevirt.io HyperConverged spec.dataImportCronTemplates[*].spec.template.spec.source.registry.url
hco.kubevirt.io HyperConverged spec.workloadSources.dataImportCronTemplates[*].spec.template.spec.source.registry.url
helm.cattle.io HelmChart spec.chart
kubevirt.io VirtualMachine spec.dataVolumeTemplates[*].spec.source.registry.url
pool.kubevirt.io VirtualMachinePool spec.virtualMachineTemplate.spec.dataVolumeTemplates[*].spec.source.registry.url
serving.kserve.io InferenceService spec.predictor.huggingface.storageUri
serving.kserve.io InferenceService spec.predictor.lightgbm.storageUri
serving.kserve.io InferenceService spec.predictor.model.storageUri
serving.kserve.io InferenceService spec.predictor.onnx.storageUri
serving.kserve.io InferenceService spec.predictor.paddle.storageUri
serving.kserve.io InferenceService spec.predictor.pmml.storageUri
serving.kserve.io InferenceService spec.predictor.pytorch.storageUri
serving.kserve.io InferenceService spec.predictor.sklearn.storageUri
serving.kserve.io InferenceService spec.predictor.tensorflow.storageUri
serving.kserve.io InferenceService spec.predictor.triton.storageUri
serving.kserve.io InferenceService spec.predictor.xgboost.storageUri
serving.kserve.io LLMInferenceService spec.model.uri
serving.kserve.io LLMInferenceServiceConfig spec.model.uri
source.toolkit.fluxcd.io OCIRepository spec.url
ssp.kubevirt.io SSP spec.commonTemplates.dataImportCronTemplates[*].spec.template.spec.source.registry.url
""",
    "a registry, under a name that does not say image": """
controlplane.cluster.x-k8s.io KamajiControlPlane spec.registry
controlplane.cluster.x-k8s.io KamajiControlPlaneTemplate spec.template.spec.registry
datadoghq.com DatadogAgent spec.global.registry
datadoghq.com DatadogAgentInternal spec.global.registry
datadoghq.com DatadogAgentProfile spec.config.global.registry
fluxcd.controlplane.io FluxInstance spec.distribution.registry
operator.tigera.io Installation spec.registry
""",
    "pull secrets, under a name that does not say so": """
operators.coreos.com CatalogSource spec.secrets
""",
}

# Kinds whose fields are no rows, and why. A kind of `*` is every kind of the group.
LEFT_OUT: Mapping[str, str] = {
    "describe or configure images, and run none": """
aquasecurity.github.io *
argocd-image-updater.argoproj.io *
argoproj.io Application
argoproj.io ApplicationSet
cli.kyverno.io *
fluxcd.controlplane.io FluxReport
image.toolkit.fluxcd.io *
kargo.akuity.io *
kuik.enix.io *
kustomize.config.k8s.io *
kustomize.toolkit.fluxcd.io Kustomization
kyverno.io *
pkg.crossplane.io ImageConfig
policies.kyverno.io *
policy.sigstore.dev *
trivy-operator.devopstales.io *
""",
    "list the images of a release, by URI and digest": """
anywhere.eks.amazonaws.com Bundles
packages.eks.amazonaws.com PackageBundle
""",
    "are run or booted by a cloud service, outside the cluster": """
app.azure.com *
appengine.cnrm.cloud.google.com *
artifactregistry.cnrm.cloud.google.com *
autoscaling.services.k8s.aws *
azure.microsoft.com *
cloudbuild.cnrm.cloud.google.com *
composer.cnrm.cloud.google.com *
compute.azure.com *
compute.cnrm.cloud.google.com *
container.cnrm.cloud.google.com *
containeranalysis.cnrm.cloud.google.com *
containerinstance.azure.com *
containerservice.azure.com *
dataflow.cnrm.cloud.google.com *
dataproc.cnrm.cloud.google.com *
ec2.aws.m.upbound.io *
ec2.aws.upbound.io *
ec2.services.k8s.aws *
ecr.aws.m.upbound.io *
ecr.aws.upbound.io *
ecr.services.k8s.aws *
ecs.services.k8s.aws *
emrserverless.services.k8s.aws *
kusto.azure.com *
lambda.services.k8s.aws *
lambdamicrovms.services.k8s.aws *
machinelearningservices.azure.com *
networking.gke.io GCPWasmPlugin
notebooks.cnrm.cloud.google.com *
redhatopenshift.azure.com *
run.cnrm.cloud.google.com *
sagemaker.aws.amazon.com *
sagemaker.services.k8s.aws *
web.azure.com *
workstations.cnrm.cloud.google.com *
""",
}

# Fields that are no rows, and why: patterns of `group kind path type`.
NO_ROWS: Mapping[str, str] = {
    "a status, which nobody writes": r"""
^\S+ \S+ status\.
\.podTemplate\.status\.
""",
    "the same again, deeper in a recursion": r"""
^machinelearning\.seldon\.io .*(\.children\[\*\]){3}
""",
    "an example in documentation": r"""
^(platform|stable)\.example\.com\b
""",
    "the names of the images are the keys": r"""
\bspec\.images map of object
\bspec\.images\.\*\.pullSecrets list of object\{
""",
    "a secret with its namespace": r"""
[pP]ull_?[sS]ecret(Ref)? SecretReference\{name,namespace\}$
""",
    "several names in one text": r"""
^che\.eclipse\.org KubernetesImagePuller spec\.image(s|PullSecrets) string$
^org\.eclipse\.che .*\bimagePuller\.spec\.image(s|PullSecrets) string$
""",
    "a list of something else than references": r"""
\blist of object\{(alt|cpuArchitecture|digest,name,newName|href|mirrorSourcePolicy|name,value)\b
\bspec\.skippedImagestreams\b
""",
    "may name an ImageStreamTag": r"""
^sro\.openshift\.io .*\bspec\.driverContainer\.artifacts\.images\b
""",
    "a Helm chart": r"""
\bchart object\{name,repository,tags,version\}$
""",
    "unused: the operator gives its pods those of the main image": r"""
^logging\.banzaicloud\.io .*\.(bufferVolumeImage|configReloaderImage|volumeModImage)\.imagePullSecrets\b
^logging\.banzaicloud\.io .*\.(configHotReload|scaling\.drain)\.\w+\.imagePullSecrets\b
""",
    "deprecated for image_pull_secrets": r"""
\bspec\.image_pull_secret string$
""",
    "serves an artifact alone, beside which the registry of the images stands": r"""
""",
    "the pull secret of a whole cluster, not of the images in it": r"""
^(hive|agent-install)\.openshift\.io .*[pP]ullSecretRef\b
^rhsyseng\.github\.io ClusterRelocation spec\.pullSecretRef\b
\bhive\.globalPullSecret\b
""",
    "for pushing": r"""
[pP]ushSecret(Ref)?\b
\boutput\.credentials\b
""",
    "a login for another purpose": r"""
\bsource\.registry\.secretRef string$
\b(authSecret|passwordSecretRef|location\.registry\.secretRef) string$
\bspec\.(secretRef|authSecretRef|credentialsRef|ee_pull_credentials_secret|dockerRegistrySecret)\b
\b(credentialsSecretName|dockerConfigJson|manifestPullSecret|registryCredentialsConfig)\b
""",
    "nothing to do with pulling images": r"""
\b(auth|authentication|source\.secret) object\{
\b(dockerAuthenticationFlow|unauthenticatedRegistries)\b
""",
}


def lines(texts: Mapping[str, str]) -> list[str]:
    return [line for text in texts.values() for line in text.split("\n") if line]


def kinds(texts: Mapping[str, str]) -> set[tuple[str, ...]]:
    return {tuple(line.lower().split()) for line in lines(texts)}


def test_a_row_is_in_the_schema_of_its_kind_or_is_known_otherwise() -> None:
    in_schemas = {*IMAGES, *SECRETS, *POD_SPECS}
    beyond = [place(row) for row in ROWS if (row.group, row.kind.lower()) in in_schemas and not agrees(row)]
    assert sorted(beyond) == sorted(lines(BEYOND_THE_SCHEMAS))


IN_CATALOG: defaultdict[Kind, list[Row]] = defaultdict(list)
for each in ROWS:
    IN_CATALOG[each.group, each.kind.lower()].append(each)


def is_in_catalog(kind: Kind, path: str, *, of_secrets: bool) -> bool:
    """Say whether a row stands at `path`, above it or below it, or names the key at it as one of its options."""
    for row in IN_CATALOG[kind]:
        holder, _, key = path.rpartition(".")
        is_near = is_at_or_below(path, row.path) or is_at_or_below(row.path, path) or row.path == f"{holder}.*"
        is_part = row.path.rpartition(".")[0] == holder and key in [text for _, text in row.options]
        if row.path == path or is_part or (is_near and (row.value in FORMS) == of_secrets):
            return True
    return False


def goes_by_its_shape(kind: Kind, path: str, detail: str) -> bool:
    if CONTAINER.fullmatch(path) and detail.startswith("string"):
        return True
    volume = VOLUME.fullmatch(path)
    return volume is not None and (volume[1] or "") in PODS[kind]


def missing() -> Iterator[tuple[str, str, str, str]]:
    """Yield the fields with images or pull secrets that are nowhere in the catalog."""
    left_out = kinds(LEFT_OUT)
    for field in FIELDS:
        group, path, detail = field["group"], field["path"], field["detail"]
        kind = (group, field["kind"].lower())
        of_secrets = field["field"] == "pull_secret"
        if field["field"] == "pod_spec":
            path, of_secrets = f"{path}.imagePullSecrets", True
        is_known = {(group.lower(), "*"), (group.lower(), kind[1])} & left_out
        if not (is_known or goes_by_its_shape(kind, path, detail) or is_in_catalog(kind, path, of_secrets=of_secrets)):
            yield group, field["kind"], path, detail


def test_every_field_of_the_schemas_is_in_the_catalog_or_stays_out_for_a_reason() -> None:
    fields, patterns = [" ".join(field) for field in missing()], lines(NO_ROWS)
    assert [field for field in fields if not any(re.search(pattern, field) for pattern in patterns)] == []
    assert [pattern for pattern in patterns if not any(re.search(pattern, field) for field in fields)] == []


def test_no_kind_is_both_left_out_and_in_the_catalog() -> None:
    left_out = kinds(LEFT_OUT)
    assert [kind for kind in IN_CATALOG if {(kind[0], "*"), kind} & left_out] == []
