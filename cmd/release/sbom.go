package main

import (
	"cmp"
	"debug/buildinfo"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"runtime/debug"
	"strings"

	"logis/edge/release"
)

// bom is a software bill of materials in CycloneDX 1.6, as far as a program
// itself knows what it was built from. It has no time and no number of its own:
// the same program gives the same bytes.
type bom struct {
	Format     string      `json:"bomFormat"`
	Spec       string      `json:"specVersion"`
	Version    int         `json:"version"`
	Metadata   metadata    `json:"metadata"`
	Components []component `json:"components"`
}

type metadata struct {
	Component component `json:"component"`
}

type component struct {
	Type       string     `json:"type"`
	Ref        string     `json:"bom-ref"`
	Name       string     `json:"name"`
	Version    string     `json:"version"`
	PURL       string     `json:"purl"`
	Hashes     []hash     `json:"hashes,omitempty"`
	Properties []property `json:"properties,omitempty"`
}

type hash struct {
	Algorithm string `json:"alg"`
	Content   string `json:"content"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func sbom(out io.Writer, args []string) error {
	flags := flag.NewFlagSet("sbom", flag.ContinueOnError)
	version := flags.String("version", "", "of the program")
	if err := read(flags, args, 1, 1); err != nil {
		return err
	}
	info, err := buildinfo.ReadFile(flags.Arg(0))
	if err != nil {
		return fmt.Errorf("what %s was built from: %w", filepath.Base(flags.Arg(0)), err)
	}
	program, err := release.Describe(flags.Arg(0))
	if err != nil {
		return err
	}
	made := bom{Format: "CycloneDX", Spec: "1.6", Version: 1}
	made.Metadata.Component = component{
		Type: "application", Ref: program.File, Name: release.Product, Version: *version,
		PURL: packageURL(release.Product, *version), Hashes: []hash{{"SHA-256", program.SHA256}},
	}
	for _, s := range info.Settings {
		made.Metadata.Component.Properties = append(made.Metadata.Component.Properties, property{"go:build:" + s.Key, s.Value})
	}
	toolchain := strings.TrimPrefix(info.GoVersion, "go")
	made.Components = append(made.Components, component{
		Type: "library", Ref: "std", Name: "std", Version: toolchain, PURL: packageURL("std", toolchain),
	})
	for _, module := range info.Deps {
		made.Components = append(made.Components, componentOf(module))
	}
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(made)
}

// componentOf tells of a module as it was really built in. Its sum is Go's own, of
// a tree of files, so it is no hash in CycloneDX's sense.
func componentOf(m *debug.Module) component {
	m = cmp.Or(m.Replace, m)
	return component{
		Type: "library", Ref: m.Path + "@" + m.Version, Name: m.Path, Version: m.Version,
		PURL: packageURL(m.Path, m.Version), Properties: []property{{"go:sum", m.Sum}},
	}
}

// packageURL names a Go module as github.com/package-url/purl-spec says.
func packageURL(path, version string) string {
	return "pkg:golang/" + strings.ReplaceAll(url.PathEscape(path), "%2F", "/") + "@" + url.PathEscape(version)
}
