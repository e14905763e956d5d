package rig

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// Root is the folder of the project's go.mod, found from this source file.
func Root() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..")
}

// Binaries are the programs under test.
type Binaries struct {
	Server, Edge string
}

// Mutation replaces one piece of one source file: a seeded bug. From must stand
// in the file exactly once, so that a bug that no longer applies is noticed.
type Mutation struct {
	Name     string
	File     string // from the project's root
	From, To string
}

// Build compiles the server and the edge agent into dir, with the mutations
// applied by an overlay: the sources stay as they are.
func Build(ctx context.Context, dir string, mutations ...Mutation) (Binaries, error) {
	b := Binaries{Server: filepath.Join(dir, "logis-server"), Edge: filepath.Join(dir, "logis-edge")}
	args := []string{"build"}
	if len(mutations) > 0 {
		overlay, err := writeOverlay(dir, mutations)
		if err != nil {
			return b, err
		}
		args = append(args, "-overlay", overlay)
	}
	for output, source := range map[string]string{b.Server: "./cmd/server", b.Edge: "./cmd/edge"} {
		cmd := exec.CommandContext(ctx, "go", append(args, "-o", output, source)...)
		cmd.Dir = Root()
		if out, err := cmd.CombinedOutput(); err != nil {
			return b, fmt.Errorf("build %s: %w\n%s", source, err, out)
		}
	}
	return b, nil
}

func writeOverlay(dir string, mutations []Mutation) (string, error) {
	replace := map[string]string{}
	for i, m := range mutations {
		original := filepath.Join(Root(), m.File)
		text, err := os.ReadFile(original)
		if err != nil {
			return "", err
		}
		if n := strings.Count(string(text), m.From); n != 1 {
			return "", fmt.Errorf("seeded bug %q: its place stands %d times in %s", m.Name, n, m.File)
		}
		changed := filepath.Join(dir, fmt.Sprintf("mutation%d.go", i))
		if err := os.WriteFile(changed, []byte(strings.Replace(string(text), m.From, m.To, 1)), 0o600); err != nil {
			return "", err
		}
		replace[original] = changed
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "overlay.json")
	return path, os.WriteFile(path, overlay, 0o600)
}
