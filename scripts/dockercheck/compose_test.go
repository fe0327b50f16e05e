package dockercheck

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// composeFile is what the tests read of compose.yaml.
type composeFile struct {
	Services map[string]struct {
		Image string `yaml:"image"`
		Build *struct {
			Context string `yaml:"context"`
			Target  string `yaml:"target"`
		} `yaml:"build"`
		Environment map[string]string `yaml:"environment"`
		Ports       []string          `yaml:"ports"`
		Volumes     []string          `yaml:"volumes"`
		HealthCheck struct {
			Test []string `yaml:"test"`
		} `yaml:"healthcheck"`
		DependsOn map[string]struct {
			Condition string `yaml:"condition"`
		} `yaml:"depends_on"`
	} `yaml:"services"`
	Volumes map[string]any `yaml:"volumes"`
}

var (
	// required matches a value that must come from outside: ${NAME:?why}.
	required = regexp.MustCompile(`^\$\{[A-Z_]+:\?[^}]+\}$`)
	secret   = regexp.MustCompile(`(?i)password|secret|token|_key$`)
)

func TestCompose(t *testing.T) {
	var file composeFile
	if err := yaml.NewDecoder(bytes.NewReader(readFile(t, "compose.yaml"))).Decode(&file); err != nil {
		t.Fatalf("read compose.yaml: %v", err)
	}
	for name, service := range file.Services {
		if _, tag, ok := strings.Cut(service.Image, ":"); !ok || tag == "latest" {
			t.Errorf("%s: image %q has no version", name, service.Image)
		}
		if len(service.HealthCheck.Test) < 2 {
			t.Errorf("%s: no health check", name)
		}
		for key, value := range service.Environment {
			if secret.MatchString(key) && !required.MatchString(value) {
				t.Errorf("%s: %s must come from outside the file", name, key)
			}
		}
		for _, port := range service.Ports {
			if !strings.HasPrefix(port, "127.0.0.1:") {
				t.Errorf("%s: port %s is open to all networks", name, port)
			}
		}
		for _, volume := range service.Volumes {
			named, _, _ := strings.Cut(volume, ":")
			if _, ok := file.Volumes[named]; !ok {
				t.Errorf("%s: volume %s is not declared", name, named)
			}
		}
	}
	product := file.Services["haochaping"]
	if product.Build == nil || stageNamed(parseStages(t), product.Build.Target) == nil {
		t.Errorf("haochaping is built from %+v, which is no stage of the Dockerfile", product.Build)
	}
	if product.Environment["HAOCHAPING_CLICKHOUSE_ADDRESS"] != "clickhouse:9000" {
		t.Errorf("haochaping speaks to %q", product.Environment["HAOCHAPING_CLICKHOUSE_ADDRESS"])
	}
	if product.DependsOn["clickhouse"].Condition != "service_healthy" {
		t.Error("haochaping does not wait for ClickHouse")
	}
	if _, ok := file.Services["clickhouse"]; !ok {
		t.Error("compose.yaml has no service named clickhouse")
	}
}
