package e2e

import (
	"debug/elf"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
)

// TestImageIsSmallAndUnprivileged checks the Dockerfile's last stage.
func TestImageIsSmallAndUnprivileged(t *testing.T) {
	t.Parallel()
	stages := dockerfile(t)
	final := stages[len(stages)-1]
	if final.BaseName != "scratch" {
		t.Errorf("the last stage is from %s, want scratch", final.BaseName)
	}
	var labels, copied []string
	user, exposed, entrypoint := "", "", ""
	for _, command := range final.Commands {
		switch c := command.(type) {
		case *instructions.RunCommand:
			t.Errorf("%s: there is no shell to run it", c)
		case *instructions.CopyCommand:
			copied = append(copied, c.DestPath)
		case *instructions.LabelCommand:
			for _, label := range c.Labels {
				if label.Value == "" {
					t.Errorf("%s is empty", label.Key)
				}
				labels = append(labels, strings.TrimPrefix(label.Key, "org.opencontainers.image."))
			}
		case *instructions.UserCommand:
			user = c.User
		case *instructions.ExposeCommand:
			exposed = strings.Join(c.Ports, " ")
		case *instructions.EntrypointCommand:
			if c.PrependShell {
				t.Errorf("%s: there is no shell to run it", c)
			}
			entrypoint = strings.Join(c.CmdLine, " ")
		}
	}
	if !regexp.MustCompile(`^[1-9]\d*:[1-9]\d*$`).MatchString(user) {
		t.Errorf("USER %s, want the numeric user and group of a user other than root", user)
	}
	if exposed != "10893" {
		t.Errorf("EXPOSE %s, want 10893", exposed)
	}
	for _, file := range []string{"/etc/ssl/certs/ca-certificates.crt", "/LICENSE", "/THIRD_PARTY_LICENSES", entrypoint} {
		if !slices.Contains(copied, file) {
			t.Errorf("%q is not in the image, only %q", file, copied)
		}
	}
	for _, label := range []string{"title", "description", "version", "revision", "licenses", "source"} {
		if !slices.Contains(labels, label) {
			t.Errorf("no label org.opencontainers.image.%s", label)
		}
	}
}

// TestImageBuilds runs the Dockerfile's build command on the files that .dockerignore
// admits, and checks that the image has the Go version of go.mod.
func TestImageBuilds(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("compiles the program")
	}
	build := dockerfile(t)[0]
	if release := regexp.MustCompile(`^golang:(\d+\.\d+)\.\d+$`).FindStringSubmatch(build.BaseName); release == nil {
		t.Errorf("built with %s, want a pinned version of Go", build.BaseName)
	} else if !strings.Contains(read(t, "../go.mod"), "\ngo "+release[1]+".") {
		t.Errorf("built with %s, want the Go version of go.mod", build.BaseName)
	}
	var script string
	for _, command := range build.Commands {
		if run, ok := command.(*instructions.RunCommand); ok && strings.Contains(run.CmdLine[0], "go build") {
			script = run.CmdLine[0]
		}
	}
	binary := filepath.Join(t.TempDir(), "botpenguin_exporter")
	compile := exec.Command("sh", "-euc", strings.Replace(script, "-o /botpenguin_exporter", "-o "+binary, 1))
	compile.Dir = imageContext(t)
	compile.Env = append(os.Environ(), "VERSION=1.2.3", "REVISION=0123abc", "TARGETOS=", "TARGETARCH=", "SOURCE_DATE_EPOCH=86400")
	if output, err := compile.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", script, err, output)
	}

	if needed := interpreter(t, binary); needed != "" {
		t.Errorf("not static: it needs %s", needed)
	}
	version, err := exec.Command(binary, "--version").CombinedOutput()
	for _, want := range []string{"version 1.2.3 ", "revision: 0123abc", "19700102-00:00:00"} {
		if err != nil || !strings.Contains(string(version), want) {
			t.Errorf("--version: %v, want %q\n%s", err, want, version)
		}
	}
}

func dockerfile(t *testing.T) []instructions.Stage {
	t.Helper()
	parsed, err := parser.Parse(strings.NewReader(read(t, "../Dockerfile")))
	if err != nil {
		t.Fatal(err)
	}
	for _, warning := range parsed.Warnings {
		t.Errorf("Dockerfile: %s", warning.Short)
	}
	stages, _, err := instructions.Parse(parsed.AST, nil)
	if err != nil {
		t.Fatal(err)
	}
	return stages
}

// imageContext returns a directory with the build context of `docker build`.
func imageContext(t *testing.T) string {
	t.Helper()
	patterns, err := ignorefile.ReadAll(strings.NewReader(read(t, "../.dockerignore")))
	if err != nil {
		t.Fatal(err)
	}
	ignored, err := patternmatcher.New(patterns)
	if err != nil {
		t.Fatal(err)
	}
	directory := t.TempDir()
	source := os.DirFS("..")
	err = fs.WalkDir(source, ".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (path == ".git" || path == "e2e"): // in a worktree .git is a file
			return fs.SkipDir // ignored, and slow to walk
		case !entry.Type().IsRegular():
			return nil
		}
		if skip, err := ignored.MatchesOrParentMatches(path); err != nil || skip {
			return err
		}
		content, err := fs.ReadFile(source, path)
		if err != nil {
			return err
		}
		target := filepath.Join(directory, path)
		if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
			return err
		}
		return os.WriteFile(target, content, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	return directory
}

// interpreter returns the interpreter and libraries of a binary, "" if it is static.
func interpreter(t *testing.T, binary string) string {
	t.Helper()
	file, err := elf.Open(binary)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, program := range file.Progs {
		if program.Type == elf.PT_INTERP {
			return "an interpreter"
		}
	}
	libraries, _ := file.ImportedLibraries() // an error where there is no dynamic section
	return strings.Join(libraries, " ")
}

func read(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
