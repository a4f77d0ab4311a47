"""The manifests in deploy/kubernetes: valid, locked down, at one with the settings and with each other."""

from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from tasks.figures import Figures
from worker.commands import main
from worker.settings import Settings

FOLDER = Path(__file__).parents[2] / "deploy" / "kubernetes"
Manifest = dict[str, Any]
_SETTINGS = {name.upper() for name in Settings.model_fields}


def manifests() -> list[Manifest]:
    """Every document of every file."""
    return [one for path in sorted(FOLDER.rglob("*.yaml")) for one in yaml.safe_load_all(path.read_text())]


def named(kind: str, name: str = "phone-verification-worker") -> Manifest:
    """The one of a kind and a name."""
    [found] = [one for one in manifests() if (one["kind"], one["metadata"]["name"]) == (kind, name)]
    return found


def pods() -> list[tuple[str, Manifest]]:
    """Every pod's spec, with whose it is."""
    return [
        (one["metadata"]["name"], one["spec"]["template"]["spec"])
        for one in manifests()
        if one["kind"] in ("Deployment", "Job")
    ]


def containers() -> list[Manifest]:
    """Every container, those that come first included."""
    return [
        container for _, pod in pods() for container in [*pod.get("initContainers", []), *pod["containers"]]
    ]


def worker() -> Manifest:
    """The worker's own container."""
    [container] = named("Deployment")["spec"]["template"]["spec"]["containers"]
    return dict(container)


@pytest.mark.parametrize("version", ["1.30", kubernetes_validate.latest_version()])
def test_every_manifest_is_one(version: str) -> None:
    """Strictly: a field that Kubernetes does not know is a mistake. KEDA's kinds are judged below."""
    for one in manifests():
        if not one["apiVersion"].startswith("keda.sh/"):
            kubernetes_validate.validate(one, version, strict=True)


def test_no_manifest_names_a_namespace() -> None:
    """Whoever applies them says where."""
    assert not [one for one in manifests() if "namespace" in one["metadata"]]


def test_nothing_runs_as_root_or_writes_but_to_tmp() -> None:
    """No capability, no token of the cluster's, a file system that cannot be written."""
    for whose, pod in pods():
        assert pod["automountServiceAccountToken"] is False, whose
        assert pod["securityContext"]["runAsNonRoot"] is True, whose
        assert pod["securityContext"]["runAsUser"] > 0, whose
    for container in containers():
        context = container["securityContext"]
        assert context["readOnlyRootFilesystem"] is True, container["name"]
        assert context["allowPrivilegeEscalation"] is False, container["name"]
        assert context["capabilities"] == {"drop": ["ALL"]}, container["name"]
        assert [mount["mountPath"] for mount in container["volumeMounts"]] == ["/tmp"], container["name"]  # noqa: S108 - the pod's own
        assert container["resources"]["limits"]["memory"], container["name"]


def test_settings_and_secrets_are_the_workers_and_complete() -> None:
    """What the two hold are settings, every one that must be set is there, and no placeholder would work."""
    config = named("ConfigMap", "phone-verification")["data"]
    secret = named("Secret", "phone-verification")["stringData"]
    required = {name.upper() for name, field in Settings.model_fields.items() if field.is_required()}

    assert set(config) | set(secret) <= _SETTINGS
    assert required | {"TWILIO_AUTH_TOKEN"} <= set(config) | set(secret)
    assert not set(config) & set(secret)
    for one in manifests():
        if one["kind"] == "Secret":
            assert all("CHANGE-ME" in value for value in one["stringData"].values()), one["metadata"]["name"]
    assert [source["secretRef"]["name"] for source in worker()["envFrom"] if "secretRef" in source] == [
        "phone-verification"
    ]


def test_secrets_are_examples_apart_from_what_is_applied() -> None:
    """Applying the folder must not put a placeholder in a real secret's place."""
    kinds = {yaml_kind for path in FOLDER.glob("*.yaml") for yaml_kind in _kinds(path)}

    assert kinds == {"ConfigMap", "Deployment", "Job", "PodDisruptionBudget", "Service"}


def test_every_secret_that_is_asked_for_is_in_the_example() -> None:
    """By name and key."""
    known = {
        (one["metadata"]["name"], key)
        for one in manifests()
        if one["kind"] == "Secret"
        for key in one["stringData"]
    }
    asked = {
        (variable["valueFrom"]["secretKeyRef"]["name"], variable["valueFrom"]["secretKeyRef"]["key"])
        for container in containers()
        for variable in container.get("env", [])
    }
    keda = {(ref["name"], ref["key"]) for ref in named("TriggerAuthentication")["spec"]["secretTargetRef"]}

    assert asked | keda <= known
    assert ("phone-verification-flower", "FLOWER_BASIC_AUTH") in asked


def test_a_stop_has_time_for_a_call_and_its_writing_down() -> None:
    """Twice over, and some seconds for Celery."""
    figures = Figures()
    longest = figures.start_budget_seconds + figures.start_lease_margin_seconds

    assert (
        named("Deployment")["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] >= 2 * longest + 10
    )


def test_probes_ask_the_worker_alone_and_patiently() -> None:
    """A start may take a minute, and a worker is given half a minute before it is restarted."""
    container = worker()
    start, live = container["startupProbe"], container["livenessProbe"]

    for probe in (start, live, container["readinessProbe"]):
        assert probe["exec"]["command"] == ["python", "-m", "worker", "health"]
        assert probe["timeoutSeconds"] <= probe["periodSeconds"]
    assert start["periodSeconds"] * start["failureThreshold"] >= 60
    assert live["periodSeconds"] * live["failureThreshold"] >= 30


def test_commands_are_the_products() -> None:
    """What a container starts exists."""
    assert worker()["command"][:4] == ["celery", "-A", "worker", "worker"]
    assert "health" in main.commands
    for name in ("migrate", "tables"):
        [container] = [one for one in containers() if one["name"] == name]
        assert container["command"][:4] == ["python", "-m", "worker", "db"]
        assert container["command"][4] in main.commands["db"].commands  # type: ignore[attr-defined]


def test_what_selects_the_workers_selects_them() -> None:
    """The budget, the spread, Prometheus' annotation and KEDA mean this deployment."""
    deployment = named("Deployment")
    template = deployment["spec"]["template"]
    labels = template["metadata"]["labels"]
    port = named("ConfigMap", "phone-verification")["data"]["METRICS_PORT"]

    assert deployment["spec"]["selector"]["matchLabels"] == labels
    assert named("PodDisruptionBudget")["spec"]["selector"]["matchLabels"] == labels
    assert template["spec"]["topologySpreadConstraints"][0]["labelSelector"]["matchLabels"] == labels
    assert template["metadata"]["annotations"]["prometheus.io/port"] == port
    assert [one["containerPort"] for one in worker()["ports"]] == [int(port)]


def test_keda_scales_the_workers_and_never_to_nothing() -> None:
    """Its fields are those of keda.sh/v1alpha1, whose values in metadata are all strings.

    https://keda.sh/docs/latest/reference/scaledobject-spec/, https://keda.sh/docs/latest/scalers/postgresql/
    """
    scaled, proof = named("ScaledObject"), named("TriggerAuthentication")
    spec = scaled["spec"]
    [trigger] = spec["triggers"]

    assert {scaled["apiVersion"], proof["apiVersion"]} == {"keda.sh/v1alpha1"}
    assert set(spec) <= {
        "scaleTargetRef",
        "pollingInterval",
        "cooldownPeriod",
        "minReplicaCount",
        "maxReplicaCount",
        "fallback",
        "advanced",
        "triggers",
    }
    assert spec["scaleTargetRef"] == {"name": named("Deployment")["metadata"]["name"]}
    assert 2 <= spec["minReplicaCount"] <= spec["maxReplicaCount"]
    assert spec["fallback"]["replicas"] >= spec["minReplicaCount"]
    assert set(trigger) == {"type", "metadata", "authenticationRef"}
    assert trigger["type"] == "postgresql"
    assert set(trigger["metadata"]) == {"query", "targetQueryValue", "activationTargetQueryValue"}
    assert all(isinstance(value, str) for value in trigger["metadata"].values())
    assert trigger["authenticationRef"] == {"name": proof["metadata"]["name"]}
    assert [ref["parameter"] for ref in proof["spec"]["secretTargetRef"]] == ["connection"]


def test_the_readme_names_every_file() -> None:
    """One row each."""
    readme = (FOLDER / "README.md").read_text()

    for path in FOLDER.rglob("*.yaml"):
        assert f"| `{path.relative_to(FOLDER)}` |" in readme


def _kinds(path: Path) -> set[str]:
    return {one["kind"] for one in yaml.safe_load_all(path.read_text())}
