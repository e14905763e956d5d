// Package release is what a release of the edge agent says of itself, and who
// vouches for it: a small document with the sums of the programs, signed by two of
// three keys that are never in one place.
//
// The document's exact bytes are signed, in the envelope and with the encoding
// that DSSE has (github.com/secure-systems-lab/dsse), so nothing depends on how
// JSON is written. A key belongs to one algorithm, and the signature names it, too:
// another algorithm needs other keys, and no old key is ever read in a new way.
package release

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"golang.org/x/mod/semver"
)

// Product is what these releases are releases of.
const Product = "logis-edge"

// Names of the files beside the programs of a release.
const (
	FileName    = "release.json"      // the signed document
	KeyFileName = "release-keys.json" // the keys that are believed, in a package
)

// Bounds of a document.
const (
	MaxEnvelope  = 64 << 10  // bytes of the signed document: sixteen artifacts take four KiB
	MaxArtifact  = 128 << 20 // bytes of a program: eight times what one has now
	maxArtifacts = 16        // of one release: three are built
	maxName      = 128       // bytes of a file's name or of a version
)

// Document is what a release says.
type Document struct {
	Product string `json:"product"`
	Version string `json:"version"` // semantic, such as 1.2.3
	// Number counts the documents: whoever saw one believes no lower one. The same
	// version with a later end gets a higher number.
	Number     int64     `json:"number"`
	ReleasedAt time.Time `json:"released_at"`
	ExpiresAt  time.Time `json:"expires_at"` // nobody installs from it later
	// Floor is the lowest version that may be installed once this was seen: those
	// below have a hole that is known.
	Floor     string              `json:"floor"`
	Artifacts map[string]Artifact `json:"artifacts"` // by platform, such as linux/armv7
}

// Artifact is the program for one platform.
type Artifact struct {
	File   string `json:"file"`   // beside the document; a plain name
	Size   int64  `json:"size"`   // bytes
	SHA256 string `json:"sha256"` // in hexadecimal digits
}

// Platform names the machine this program is built for, as documents do.
func Platform() string { return PlatformOf(runtime.GOOS, runtime.GOARCH) }

// PlatformOf names a machine as documents do. Of the 32-bit ARM only armv7 is
// offered.
func PlatformOf(system, arch string) string {
	if arch == "arm" {
		arch = "armv7"
	}
	return system + "/" + arch
}

// ValidVersion reports whether a version is a whole semantic one that can also
// stand in the name of a file. What is not, as of a build for development, is
// neither older nor newer than anything.
func ValidVersion(version string) bool {
	whole, _, _ := strings.Cut(version, "-")
	whole, _, _ = strings.Cut(whole, "+")
	return len(version) <= maxName && semver.IsValid("v"+version) && strings.Count(whole, ".") == 2
}

// Newer reports whether version a comes after version b; false when one of them
// is not valid.
func Newer(a, b string) bool {
	return ValidVersion(a) && ValidVersion(b) && semver.Compare("v"+a, "v"+b) > 0
}

// parse reads a document and checks that it makes sense.
func parse(text []byte) (Document, error) {
	var d Document
	if err := json.Unmarshal(text, &d); err != nil {
		return d, fmt.Errorf("release document: %w", err)
	}
	return d, d.Check()
}

// Check reports the first thing in a document that makes no sense.
func (d Document) Check() error {
	switch {
	case d.Product != Product:
		return fmt.Errorf("release document: product is %q, want %q", d.Product, Product)
	case !ValidVersion(d.Version):
		return fmt.Errorf("release document: version %q is not a semantic version", d.Version)
	case !ValidVersion(d.Floor):
		return fmt.Errorf("release document: floor %q is not a semantic version", d.Floor)
	case Newer(d.Floor, d.Version):
		return fmt.Errorf("release document: floor %s is above version %s", d.Floor, d.Version)
	case d.Number <= 0:
		return fmt.Errorf("release document: number is %d, want at least 1", d.Number)
	case d.ReleasedAt.IsZero() || !d.ExpiresAt.After(d.ReleasedAt):
		return fmt.Errorf("release document: expires_at is not after released_at")
	case len(d.Artifacts) == 0 || len(d.Artifacts) > maxArtifacts:
		return fmt.Errorf("release document: it has %d artifacts, want 1 to %d", len(d.Artifacts), maxArtifacts)
	}
	for platform, artifact := range d.Artifacts {
		if err := artifact.check(); err != nil {
			return fmt.Errorf("release document: artifacts[%q]: %w", platform, err)
		}
	}
	return nil
}

func (a Artifact) check() error {
	sum, err := hex.DecodeString(a.SHA256)
	switch {
	case a.File == "" || len(a.File) > maxName || a.File != filepath.Base(a.File) || a.File[0] == '.' || strings.ContainsAny(a.File, "\\\x00"):
		return fmt.Errorf("file %q is not a plain name", a.File)
	case a.Size <= 0 || a.Size > MaxArtifact:
		return fmt.Errorf("size is %d, want 1 to %d bytes", a.Size, MaxArtifact)
	case err != nil || len(sum) != 32 || a.SHA256 != strings.ToLower(a.SHA256):
		return fmt.Errorf("sha256 is not 64 hexadecimal digits in lower case")
	}
	return nil
}

// Describe returns what a document says of a program that is there.
func Describe(path string) (Artifact, error) {
	file, err := os.Open(path)
	if err != nil {
		return Artifact{}, err
	}
	defer file.Close() //nolint:errcheck // it is only read
	sum := sha256.New()
	size, err := io.Copy(sum, file)
	if err != nil {
		return Artifact{}, err
	}
	return Artifact{File: filepath.Base(path), Size: size, SHA256: hex.EncodeToString(sum.Sum(nil))}, nil
}
