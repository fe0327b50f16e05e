// Package dockercheck holds the repository's Dockerfile and compose.yaml against
// what they promise, with BuildKit's own parser and linter and without a
// container engine. It is a module of its own, so that BuildKit's many
// dependencies never move the versions of the product's.
package dockercheck

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/subrequests/lint"
	"github.com/moby/buildkit/solver/pb"
	"github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// root is the repository, seen from this folder.
const root = "../.."

// pinned matches an image with a version in its tag: golang:1.26-bookworm, and
// not golang, golang:latest or golang:bookworm; Debian's releases have names.
var pinned = regexp.MustCompile(`^[a-z0-9./-]+:(v?\d+(\.\d+)*(-[a-z0-9.-]+)?|bookworm(-[a-z0-9]+)?|trixie(-[a-z0-9]+)?)$`)

func TestDockerfileLint(t *testing.T) {
	results := lintDockerfile(t, readFile(t, "Dockerfile"))
	if results.Error != nil {
		t.Errorf("Dockerfile does not convert: %s", results.Error.Message)
	}
	for _, w := range results.Warnings {
		t.Errorf("Dockerfile:%d: %s: %s", line(w.Location), w.RuleName, w.Detail)
	}
}

// The linter above must be one that finds something.
func TestLintFindsFaults(t *testing.T) {
	faulty := "FROM debian:bookworm-slim as base\nENV API_PASSWORD=x\nCMD sleep 1\nFROM base\nCOPY --from=nowhere /a /a\nWORKDIR here\n"
	results := lintDockerfile(t, []byte(faulty))
	var rules []string
	for _, w := range results.Warnings {
		rules = append(rules, w.RuleName)
	}
	for _, want := range []string{"FromAsCasing", "SecretsUsedInArgOrEnv", "JSONArgsRecommended", "WorkdirRelativePath"} {
		if !slices.Contains(rules, want) {
			t.Errorf("the linter found %v, without %s", rules, want)
		}
	}
}

func TestImages(t *testing.T) {
	stages := parseStages(t)
	if len(stages) < 3 {
		t.Errorf("Dockerfile has %d stages: building and running must be apart", len(stages))
	}
	for _, stage := range stages {
		if stageNamed(stages, stage.BaseName) == nil && !pinned.MatchString(stage.BaseName) {
			t.Errorf("stage %s starts from %s: the tag must hold a version", stage.Name, stage.BaseName)
		}
	}
	for _, name := range []string{"service", "standalone"} {
		t.Run(name, func(t *testing.T) { checkImage(t, stages, name) })
	}
	if last := stages[len(stages)-1].Name; last != "standalone" {
		t.Errorf("the default image is %s, want standalone", last)
	}
}

// checkImage looks at all instructions that make up an image, its bases' first.
func checkImage(t *testing.T, stages []instructions.Stage, name string) {
	var user string
	var health *instructions.HealthCheckCommand
	var volumes, ports []string
	for _, command := range commandsOf(stages, name) {
		switch c := command.(type) {
		case *instructions.UserCommand:
			user = c.User
		case *instructions.HealthCheckCommand:
			health = c
		case *instructions.VolumeCommand:
			volumes = append(volumes, c.Volumes...)
		case *instructions.ExposeCommand:
			ports = append(ports, c.Ports...)
		}
	}
	if id, _, _ := strings.Cut(user, ":"); id == "" || id == "0" || id == "root" {
		t.Errorf("runs as %q, want a user other than root", user)
	}
	if want := []string{"CMD", "haochaping", "healthcheck"}; health == nil || !slices.Equal(health.Health.Test, want) {
		t.Errorf("health check is %+v, want %v", health, want)
	}
	if !slices.Contains(volumes, "/data") {
		t.Errorf("volumes are %v, without /data", volumes)
	}
	if !slices.Contains(ports, "8080") {
		t.Errorf("exposes %v, without 8080", ports)
	}
}

// Images are built by the commands that the gate runs, never by others.
func TestRunCallsMakeTargets(t *testing.T) {
	targets := regexp.MustCompile(`(?m)^([a-z][a-z-]*):`)
	var known []string
	for _, m := range targets.FindAllStringSubmatch(string(readFile(t, "Makefile")), -1) {
		known = append(known, m[1])
	}
	makes := 0
	for _, stage := range parseStages(t) {
		for _, command := range stage.Commands {
			run, ok := command.(*instructions.RunCommand)
			if !ok {
				continue
			}
			words := strings.Fields(strings.Join(run.CmdLine, " "))
			switch {
			case words[0] == "make":
				makes++
				for _, target := range words[1:] {
					if !slices.Contains(known, target) {
						t.Errorf("stage %s runs make %s, which the Makefile lacks", stage.Name, target)
					}
				}
				if len(words) == 1 {
					t.Errorf("stage %s runs make without a target", stage.Name)
				}
			case words[0] == "install" && words[1] == "-d":
			default:
				t.Errorf("stage %s runs %q: only make targets and install -d", stage.Name, words)
			}
		}
	}
	if makes == 0 {
		t.Error("no step calls make")
	}
}

// What is copied from the work tree or from another stage must be there.
func TestCopiedFoldersExist(t *testing.T) {
	copied := 0
	for _, stage := range parseStages(t) {
		for _, command := range stage.Commands {
			c, ok := command.(*instructions.CopyCommand)
			if !ok {
				continue
			}
			for _, source := range c.SourcePaths {
				file, fromSource := strings.CutPrefix(path.Clean(source), "/src/")
				if c.From != "" && (!fromSource || strings.HasPrefix(file, "bin/") || strings.HasPrefix(file, "node_modules/")) {
					continue
				}
				copied++
				if _, err := os.Stat(filepath.Join(root, file)); err != nil {
					t.Errorf("stage %s copies %s: %v", stage.Name, source, err)
				}
			}
		}
	}
	if copied == 0 {
		t.Error("no step copies anything of the repository")
	}
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func parseStages(t *testing.T) []instructions.Stage {
	t.Helper()
	parsed, err := parser.Parse(bytes.NewReader(readFile(t, "Dockerfile")))
	if err != nil {
		t.Fatalf("parse Dockerfile: %v", err)
	}
	stages, _, err := instructions.Parse(parsed.AST, nil)
	if err != nil {
		t.Fatalf("read the instructions of Dockerfile: %v", err)
	}
	return stages
}

func stageNamed(stages []instructions.Stage, name string) *instructions.Stage {
	for i := range stages {
		if stages[i].Name == name {
			return &stages[i]
		}
	}
	return nil
}

func commandsOf(stages []instructions.Stage, name string) []instructions.Command {
	stage := stageNamed(stages, name)
	if stage == nil {
		return nil
	}
	return append(commandsOf(stages, stage.BaseName), stage.Commands...)
}

func lintDockerfile(t *testing.T, text []byte) *lint.LintResults {
	t.Helper()
	source := llb.NewSourceMap(nil, "Dockerfile", "Dockerfile", text)
	source.Definition = &llb.Definition{}
	caps := pb.Caps.CapSet(pb.Caps.All())
	results, err := dockerfile2llb.DockerfileLint(t.Context(), text, dockerfile2llb.ConvertOpt{
		SourceMap:      source,
		TargetPlatform: &ocispecs.Platform{OS: "linux", Architecture: "amd64"},
		MetaResolver:   emptyImages{},
		LLBCaps:        &caps,
	})
	if err != nil {
		t.Fatalf("lint: %v", err)
	}
	return results
}

func line(location *pb.Location) int32 {
	if len(location.GetRanges()) == 0 {
		return 0
	}
	return location.Ranges[0].Start.Line
}

// emptyImages answers for every base image without asking a registry.
type emptyImages struct{}

var _ sourceresolver.ImageMetaResolver = emptyImages{}

func (emptyImages) ResolveImageConfig(_ context.Context, ref string, _ sourceresolver.Opt) (string, digest.Digest, []byte, error) {
	if ref == "" {
		return "", "", nil, errors.New("an image without a name")
	}
	config, err := json.Marshal(ocispecs.Image{Platform: ocispecs.Platform{OS: "linux", Architecture: "amd64"}})
	return ref, digest.FromBytes(config), config, err
}
