"""Whether Kubernetes takes a list of manifests: 0 if it does, 77 without the packages that say so, else what is wrong.

The parts that are Kubernetes' own, batch jobs and pods, are held to its published schema by kubernetes-validate;
JobSets and PyTorchJobs to the models of Kubeflow's clients (kubeflow-trainer-api and kubeflow-training), where these
are installed.
"""

import json
import os
import sys

import checking


def job_set(item):
    if not checking.has("kubeflow_trainer_api"):
        return
    from kubeflow_trainer_api.models.jobset_v1alpha2_job_set import JobsetV1alpha2JobSet

    yield from checking.differences(item, JobsetV1alpha2JobSet.from_dict(item).to_dict())


def pytorch_job(item):
    if not checking.has("kubeflow") or not os.path.isdir(checking.folder("kubeflow.training")):
        return
    # Its models are beside a client, which needs more.
    place = checking.folder("kubeflow.training")
    checking.stand_in("certifi", "dateutil", "kubernetes", "retrying", "six", "urllib3")
    checking.bare("kubeflow.training", place)
    from kubeflow.training.models import KubeflowOrgV1PyTorchJob, KubeflowOrgV1PyTorchJobSpec
    from kubeflow.training.models import KubeflowOrgV1ReplicaSpec, KubeflowOrgV1RunPolicy

    for model, value in [
        (KubeflowOrgV1PyTorchJob, item),
        (KubeflowOrgV1PyTorchJobSpec, item["spec"]),
        (KubeflowOrgV1RunPolicy, item["spec"]["runPolicy"]),
        *[(KubeflowOrgV1ReplicaSpec, replica) for replica in item["spec"]["pytorchReplicaSpecs"].values()],
    ]:
        for name in set(value) - set(model.attribute_map.values()):
            yield f"{model.__name__} has no {name}"


def batch_jobs(item):
    """Each job or pod of Kubernetes itself that an object makes."""
    meta = {"name": item["metadata"]["name"]}
    if item["kind"] == "JobSet":
        for replicated in item["spec"]["replicatedJobs"]:
            yield {"apiVersion": "batch/v1", "kind": "Job", "metadata": meta, **replicated["template"]}
    else:
        for replica in item["spec"]["pytorchReplicaSpecs"].values():
            template = replica["template"]
            yield {
                "apiVersion": "v1", "kind": "Pod", "metadata": {**template["metadata"], **meta},
                "spec": template["spec"],
            }


def main():
    if not checking.has("kubernetes_validate"):
        return checking.NOT_INSTALLED
    import kubernetes_validate

    faults = []
    version = kubernetes_validate.latest_version()
    for item in json.load(sys.stdin)["items"]:
        faults += (job_set if item["kind"] == "JobSet" else pytorch_job)(item)
        for part in batch_jobs(item):
            try:
                kubernetes_validate.validate(part, version, strict=True)
            except kubernetes_validate.ValidationError as error:
                faults.append(f"{item['kind']}: {error.path}: {error.message}")
    return faults


if __name__ == "__main__":
    checking.finish(main)
