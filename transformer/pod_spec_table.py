"""Where the pod specs of known kinds stand: those into which imagePullSecrets may be written.

One row a kind and place: API group (`core` for the group without a name), kind, path; `[*]` is every item of a
list, `*` every value of a mapping. Images are found by a pod spec's shape wherever it stands; a field is added only
to a kind whose schema is known to have it. The rows for custom resources follow the projects' own CRD schemas, and,
where those leave the template untyped, what the projects' controllers make of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

BUILT_IN = """
core Pod spec
core PodTemplate template.spec
core ReplicationController spec.template.spec
apps DaemonSet spec.template.spec
apps Deployment spec.template.spec
apps ReplicaSet spec.template.spec
apps StatefulSet spec.template.spec
batch CronJob spec.jobTemplate.spec.template.spec
batch Job spec.template.spec
extensions DaemonSet spec.template.spec
extensions Deployment spec.template.spec
extensions ReplicaSet spec.template.spec
"""

CUSTOM = """
actions.github.com AutoscalingListener spec.template.spec
actions.github.com AutoscalingRunnerSet spec.listenerTemplate.spec
actions.github.com AutoscalingRunnerSet spec.template.spec
actions.github.com EphemeralRunner spec.spec
actions.github.com EphemeralRunnerSet spec.ephemeralRunnerSpec.spec
actions.summerwind.dev Runner spec
actions.summerwind.dev RunnerDeployment spec.template.spec
actions.summerwind.dev RunnerReplicaSet spec.template.spec
actions.summerwind.dev RunnerSet spec.template.spec
agent.k8s.elastic.co Agent spec.daemonSet.podTemplate.spec
agent.k8s.elastic.co Agent spec.deployment.podTemplate.spec
agent.k8s.elastic.co Agent spec.statefulSet.podTemplate.spec
agents.x-k8s.io Sandbox spec.podTemplate.spec
apm.k8s.elastic.co ApmServer spec.podTemplate.spec
apps.kruise.io AdvancedCronJob spec.template.broadcastJobTemplate.spec.template.spec
apps.kruise.io AdvancedCronJob spec.template.jobTemplate.spec.template.spec
apps.kruise.io BroadcastJob spec.template.spec
apps.kruise.io CloneSet spec.template.spec
apps.kruise.io DaemonSet spec.template.spec
apps.kruise.io StatefulSet spec.template.spec
apps.openshift.io DeploymentConfig spec.template.spec
argoproj.io AnalysisRun spec.metrics[*].provider.job.spec.template.spec
argoproj.io AnalysisTemplate spec.metrics[*].provider.job.spec.template.spec
argoproj.io ClusterAnalysisTemplate spec.metrics[*].provider.job.spec.template.spec
argoproj.io Experiment spec.templates[*].template.spec
argoproj.io Rollout spec.template.spec
autoops.k8s.elastic.co AutoOpsAgentPolicy spec.podTemplate.spec
batch.volcano.sh CronJob spec.jobTemplate.spec.tasks[*].template.spec
batch.volcano.sh Job spec.tasks[*].template.spec
beat.k8s.elastic.co Beat spec.daemonSet.podTemplate.spec
beat.k8s.elastic.co Beat spec.deployment.podTemplate.spec
br.pingcap.com TiBR spec.overlay.pod.spec
br.pingcap.com TiBRGC spec.overlay.pods[*].overlay.pod.spec
cassandra.datastax.com CassandraDatacenter spec.podTemplateSpec.spec
clickhouse-keeper.altinity.com ClickHouseKeeperInstallation spec.templates.podTemplates[*].spec
clickhouse.altinity.com ClickHouseInstallation spec.templates.podTemplates[*].spec
clickhouse.altinity.com ClickHouseInstallationTemplate spec.templates.podTemplates[*].spec
coherence.oracle.com Coherence spec.actions[*].job.spec.template.spec
core.pingcap.com DM spec.overlay.pod.spec
core.pingcap.com DMGroup spec.template.spec.overlay.pod.spec
core.pingcap.com DMWorker spec.overlay.pod.spec
core.pingcap.com DMWorkerGroup spec.template.spec.overlay.pod.spec
core.pingcap.com PD spec.overlay.pod.spec
core.pingcap.com PDGroup spec.template.spec.overlay.pod.spec
core.pingcap.com ResourceManager spec.overlay.pod.spec
core.pingcap.com ResourceManagerGroup spec.template.spec.overlay.pod.spec
core.pingcap.com Router spec.overlay.pod.spec
core.pingcap.com RouterGroup spec.template.spec.overlay.pod.spec
core.pingcap.com Scheduler spec.overlay.pod.spec
core.pingcap.com SchedulerGroup spec.template.spec.overlay.pod.spec
core.pingcap.com Scheduling spec.overlay.pod.spec
core.pingcap.com SchedulingGroup spec.template.spec.overlay.pod.spec
core.pingcap.com TSO spec.overlay.pod.spec
core.pingcap.com TSOGroup spec.template.spec.overlay.pod.spec
core.pingcap.com TiCDC spec.overlay.pod.spec
core.pingcap.com TiCDCGroup spec.template.spec.overlay.pod.spec
core.pingcap.com TiDB spec.overlay.pod.spec
core.pingcap.com TiDBGroup spec.template.spec.overlay.pod.spec
core.pingcap.com TiFlash spec.overlay.pod.spec
core.pingcap.com TiFlashGroup spec.template.spec.overlay.pod.spec
core.pingcap.com TiKV spec.overlay.pod.spec
core.pingcap.com TiKVGroup spec.template.spec.overlay.pod.spec
core.pingcap.com TiKVWorker spec.overlay.pod.spec
core.pingcap.com TiKVWorkerGroup spec.template.spec.overlay.pod.spec
core.pingcap.com TiProxy spec.overlay.pod.spec
core.pingcap.com TiProxyGroup spec.template.spec.overlay.pod.spec
core.strimzi.io StrimziPodSet spec.pods[*].spec
disaggregatedset.x-k8s.io DisaggregatedSet spec.roles[*].spec.leaderWorkerTemplate.leaderTemplate.spec
disaggregatedset.x-k8s.io DisaggregatedSet spec.roles[*].spec.leaderWorkerTemplate.workerTemplate.spec
elasticsearch.k8s.elastic.co Elasticsearch spec.nodeSets[*].podTemplate.spec
enterprisesearch.k8s.elastic.co EnterpriseSearch spec.podTemplate.spec
extensions.agents.x-k8s.io SandboxTemplate spec.podTemplate.spec
flink.apache.org FlinkBlueGreenDeployment spec.template.spec.jobManager.podTemplate.spec
flink.apache.org FlinkBlueGreenDeployment spec.template.spec.podTemplate.spec
flink.apache.org FlinkBlueGreenDeployment spec.template.spec.taskManager.podTemplate.spec
flink.apache.org FlinkDeployment spec.jobManager.podTemplate.spec
flink.apache.org FlinkDeployment spec.podTemplate.spec
flink.apache.org FlinkDeployment spec.taskManager.podTemplate.spec
flow.volcano.sh JobFlow spec.flows[*].patch.jobSpec.tasks[*].template.spec
flow.volcano.sh JobTemplate spec.tasks[*].template.spec
grafana.integreatly.org Grafana spec.deployment.spec.template.spec
jobset.x-k8s.io JobSet spec.replicatedJobs[*].template.spec.template.spec
k8s.keycloak.org Keycloak spec.unsupported.podTemplate.spec
keda.sh ScaledJob spec.jobTargetRef.template.spec
kibana.k8s.elastic.co Kibana spec.podTemplate.spec
kubeflow.org ClusterTrainingRuntime spec.template.spec.replicatedJobs[*].template.spec.template.spec
kubeflow.org JAXJob spec.jaxReplicaSpecs.*.template.spec
kubeflow.org MPIJob spec.mpiReplicaSpecs.*.template.spec
kubeflow.org Notebook spec.template.spec
kubeflow.org PVCViewer spec.podSpec
kubeflow.org PaddleJob spec.paddleReplicaSpecs.*.template.spec
kubeflow.org PyTorchJob spec.pytorchReplicaSpecs.*.template.spec
kubeflow.org TFJob spec.tfReplicaSpecs.*.template.spec
kubeflow.org TrainingRuntime spec.template.spec.replicatedJobs[*].template.spec.template.spec
kubeflow.org XGBoostJob spec.xgbReplicaSpecs.*.template.spec
kueue.x-k8s.io Workload spec.podSets[*].template.spec
leaderworkerset.x-k8s.io LeaderWorkerSet spec.leaderWorkerTemplate.leaderTemplate.spec
leaderworkerset.x-k8s.io LeaderWorkerSet spec.leaderWorkerTemplate.workerTemplate.spec
logging-extensions.banzaicloud.io EventTailer spec.workloadOverrides
logging-extensions.banzaicloud.io HostTailer spec.workloadOverrides
logging.banzaicloud.io Logging spec.syslogNG.configCheckPod
logging.banzaicloud.io Logging spec.syslogNG.statefulSet.spec.template.spec
logging.banzaicloud.io SyslogNGConfig spec.configCheckPod
logging.banzaicloud.io SyslogNGConfig spec.statefulSet.spec.template.spec
logstash.k8s.elastic.co Logstash spec.podTemplate.spec
machinelearning.seldon.io SeldonDeployment spec.predictors[*].componentSpecs[*].spec
maps.k8s.elastic.co ElasticMapsServer spec.podTemplate.spec
mongodb.com MongoDB spec.podSpec.podTemplate.spec
mongodb.com MongoDBOpsManager spec.statefulSet.spec.template.spec
monitoring.coreos.com Alertmanager spec
monitoring.coreos.com Prometheus spec
monitoring.coreos.com PrometheusAgent spec
monitoring.coreos.com ThanosRuler spec
monitoring.rhobs Alertmanager spec
monitoring.rhobs Prometheus spec
monitoring.rhobs PrometheusAgent spec
monitoring.rhobs ThanosRuler spec
operator.victoriametrics.com VLAgent spec
operator.victoriametrics.com VLCluster spec.vlinsert
operator.victoriametrics.com VLCluster spec.vlselect
operator.victoriametrics.com VLCluster spec.vlstorage
operator.victoriametrics.com VLDistributed spec.vmauth.spec
operator.victoriametrics.com VLDistributed spec.zoneCommon.vlagent.spec
operator.victoriametrics.com VLDistributed spec.zones[*].vlagent.spec
operator.victoriametrics.com VLSingle spec
operator.victoriametrics.com VMAgent spec
operator.victoriametrics.com VMAlert spec
operator.victoriametrics.com VMAlertmanager spec
operator.victoriametrics.com VMAnomaly spec
operator.victoriametrics.com VMAuth spec
operator.victoriametrics.com VMCluster spec.vminsert
operator.victoriametrics.com VMCluster spec.vmselect
operator.victoriametrics.com VMCluster spec.vmstorage
operator.victoriametrics.com VMDistributed spec.vmauth.spec
operator.victoriametrics.com VMDistributed spec.zoneCommon.vmagent.spec
operator.victoriametrics.com VMDistributed spec.zones[*].vmagent.spec
operator.victoriametrics.com VMSingle spec
operator.victoriametrics.com VTCluster spec.insert
operator.victoriametrics.com VTCluster spec.select
operator.victoriametrics.com VTCluster spec.storage
operator.victoriametrics.com VTSingle spec
operators.coreos.com ClusterServiceVersion spec.install.spec.deployments[*].spec.template.spec
packageregistry.k8s.elastic.co PackageRegistry spec.podTemplate.spec
pkg.crossplane.io DeploymentRuntimeConfig spec.deploymentTemplate.spec.template.spec
postgresql.cnpg.io Pooler spec.template.spec
rabbitmq.com RabbitmqCluster spec.override.statefulSet.spec.template.spec
rabbitmq.com SuperStreamConsumer spec.consumerPodSpec.default
rabbitmq.com SuperStreamConsumer spec.consumerPodSpec.perRoutingKey.*
ray.io RayCluster spec.headGroupSpec.template.spec
ray.io RayCluster spec.workerGroupSpecs[*].template.spec
ray.io RayCronJob spec.jobTemplate.rayClusterSpec.headGroupSpec.template.spec
ray.io RayCronJob spec.jobTemplate.rayClusterSpec.workerGroupSpecs[*].template.spec
ray.io RayCronJob spec.jobTemplate.submitterPodTemplate.spec
ray.io RayJob spec.rayClusterSpec.headGroupSpec.template.spec
ray.io RayJob spec.rayClusterSpec.workerGroupSpecs[*].template.spec
ray.io RayJob spec.submitterPodTemplate.spec
ray.io RayService spec.rayClusterConfig.headGroupSpec.template.spec
ray.io RayService spec.rayClusterConfig.workerGroupSpecs[*].template.spec
redkey.inditex.dev Redkey spec.override.statefulSet.spec.template.spec
redkey.inditex.dev Redkey spec.robin.template.spec
redkey.inditex.dev RedkeyConfig spec.override.statefulSet.spec.template.spec
registry.apicur.io ApicurioRegistry3 spec.app.podTemplateSpec.spec
registry.apicur.io ApicurioRegistry3 spec.studioUi.podTemplateSpec.spec
registry.apicur.io ApicurioRegistry3 spec.ui.podTemplateSpec.spec
serving.knative.dev Configuration spec.template.spec
serving.knative.dev Revision spec
serving.knative.dev Service spec.template.spec
serving.kserve.io ClusterServingRuntime spec
serving.kserve.io ClusterServingRuntime spec.workerSpec
serving.kserve.io InferenceService spec.canary[*].predictor
serving.kserve.io InferenceService spec.canary[*].predictor.workerSpec
serving.kserve.io InferenceService spec.explainer
serving.kserve.io InferenceService spec.predictor
serving.kserve.io InferenceService spec.predictor.workerSpec
serving.kserve.io InferenceService spec.transformer
serving.kserve.io LLMInferenceService spec.prefill.template
serving.kserve.io LLMInferenceService spec.prefill.worker
serving.kserve.io LLMInferenceService spec.router.scheduler.template
serving.kserve.io LLMInferenceService spec.router.scheduler.tokenizer.template
serving.kserve.io LLMInferenceService spec.template
serving.kserve.io LLMInferenceService spec.worker
serving.kserve.io LLMInferenceServiceConfig spec.prefill.template
serving.kserve.io LLMInferenceServiceConfig spec.prefill.worker
serving.kserve.io LLMInferenceServiceConfig spec.router.scheduler.template
serving.kserve.io LLMInferenceServiceConfig spec.router.scheduler.tokenizer.template
serving.kserve.io LLMInferenceServiceConfig spec.template
serving.kserve.io LLMInferenceServiceConfig spec.worker
serving.kserve.io ServingRuntime spec
serving.kserve.io ServingRuntime spec.workerSpec
serving.kubeflow.org InferenceService spec.explainer
serving.kubeflow.org InferenceService spec.predictor
serving.kubeflow.org InferenceService spec.transformer
sonataflow.org SonataFlow spec.podTemplate
sonataflow.org SonataFlowPlatform spec.services.dataIndex.podTemplate
sonataflow.org SonataFlowPlatform spec.services.jobService.podTemplate
sparkoperator.k8s.io SparkApplication spec.driver.template.spec
sparkoperator.k8s.io SparkApplication spec.executor.template.spec
trainer.kubeflow.org ClusterTrainingRuntime spec.template.spec.replicatedJobs[*].template.spec.template.spec
trainer.kubeflow.org TrainingRuntime spec.template.spec.replicatedJobs[*].template.spec.template.spec
"""


def read(rows: str) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Return the table `rows` as (group, kind) -> paths; the group of `core` is an empty text."""
    table: defaultdict[tuple[str, str], tuple[str, ...]] = defaultdict(tuple)
    for row in rows.split("\n"):
        if row:
            group, kind, path = row.split()
            table["" if group == "core" else group, kind] += (path,)
    return dict(table)
