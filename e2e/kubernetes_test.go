package e2e

import (
	"regexp"
	"strings"
	"testing"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/botpenguin-exporter/botpenguin_exporter/internal/programtest"
)

// TestKubernetesManifests decodes the manifests strictly, as the API server does, and checks
// the references between them.
func TestKubernetesManifests(t *testing.T) {
	t.Parallel()
	documents := strings.Split(read(t, "../deploy/kubernetes/exporter.yml"), "\n---\n")
	if len(documents) != 2 {
		t.Fatalf("%d documents, want a Deployment and a Service", len(documents))
	}
	var deployment apps.Deployment
	var service core.Service
	var secret core.Secret
	strictly(t, documents[0], &deployment, "Deployment")
	strictly(t, documents[1], &service, "Service")
	strictly(t, read(t, "../deploy/kubernetes/secret.example.yml"), &secret, "Secret")

	pod := deployment.Spec.Template
	for name, selector := range map[string]map[string]string{"Deployment": deployment.Spec.Selector.MatchLabels, "Service": service.Spec.Selector} {
		for label, value := range selector {
			if pod.Labels[label] != value {
				t.Errorf("the %s selects %s=%s, but the pod has %q", name, label, value, pod.Labels)
			}
		}
	}
	container := pod.Spec.Containers[0]
	if !regexp.MustCompile(`:\d+\.\d+\.\d+$`).MatchString(container.Image) {
		t.Errorf("the image %s is not pinned", container.Image)
	}
	token := container.Env[0].ValueFrom.SecretKeyRef
	if _, found := secret.StringData[token.Key]; container.Env[0].Name != "BOTPENGUIN_TOKEN" || token.Name != secret.Name || !found {
		t.Errorf("%s is %s of %s, but the Secret of the example is %s", container.Env[0].Name, token.Key, token.Name, secret.Name)
	}
	if url := container.Env[1]; url.Name != "BOTPENGUIN_URL" || url.Value == "" {
		t.Errorf("%s is %q, want the API's base URL", url.Name, url.Value)
	}
	port := container.Ports[0]
	for name, refers := range map[string]string{
		"Service":   service.Spec.Ports[0].TargetPort.String(),
		"liveness":  container.LivenessProbe.HTTPGet.Port.String(),
		"readiness": container.ReadinessProbe.HTTPGet.Port.String(),
	} {
		if refers != port.Name {
			t.Errorf("%s uses port %s, want %s", name, refers, port.Name)
		}
	}
	if port.ContainerPort != 10893 || pod.Annotations["prometheus.io/port"] != "10893" {
		t.Errorf("port %d, annotated as %s", port.ContainerPort, pod.Annotations["prometheus.io/port"])
	}
	if s := pod.Spec.SecurityContext; s == nil || s.RunAsNonRoot == nil || !*s.RunAsNonRoot {
		t.Error("the container may run as root")
	}
}

// TestKubernetesProbes requests the paths of the probes and the scrape from the demo.
func TestKubernetesProbes(t *testing.T) {
	t.Parallel()
	demo := programtest.Start(t, exporter(t), nil, "demo")
	var deployment apps.Deployment
	manifest, _, _ := strings.Cut(read(t, "../deploy/kubernetes/exporter.yml"), "\n---\n")
	strictly(t, manifest, &deployment, "Deployment")
	container := deployment.Spec.Template.Spec.Containers[0]
	paths := []string{
		container.LivenessProbe.HTTPGet.Path, container.ReadinessProbe.HTTPGet.Path,
		deployment.Spec.Template.Annotations["prometheus.io/path"],
	}
	for _, path := range paths {
		get(t, demo, path, "*/*")
	}
}

func strictly(t *testing.T, manifest string, into any, kind string) {
	t.Helper()
	if err := yaml.UnmarshalStrict([]byte(manifest), into); err != nil {
		t.Fatalf("%s: %v", kind, err)
	}
	if !strings.Contains(manifest, "\nkind: "+kind+"\n") {
		t.Errorf("no %s", kind)
	}
}
