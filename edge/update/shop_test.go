package update

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"logis/edge/clock"
	"logis/edge/release"
)

// now is the server's time in these tests.
var now = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func serverTime() (clock.Reading, bool) {
	return clock.Reading{At: now, Err: time.Second}, true
}

// shop is a folder with releases, and who signs them.
type shop struct {
	dir  string
	held []release.PrivateKey
	keys release.KeySet
}

func newShop(t *testing.T) *shop {
	t.Helper()
	s := &shop{dir: t.TempDir(), keys: release.KeySet{Threshold: 2}}
	for range 3 {
		k := release.NewPrivateKey("")
		s.held, s.keys.Keys = append(s.held, k), append(s.keys.Keys, k.Public())
	}
	return s
}

// program is one that really runs and says its version.
func program(version string) string {
	return "#!/bin/sh\necho " + version + "\n" + strings.Repeat("# padding to more than one block of a disk\n", 500)
}

// document tells of a release that is there, and may be bent.
func (s *shop) document(version, text string, bend func(d *release.Document)) release.Document {
	sum := sha256.Sum256([]byte(text))
	d := release.Document{
		Product: release.Product, Version: version, Number: 10, Floor: "1.0.0",
		ReleasedAt: now.AddDate(0, -1, 0), ExpiresAt: now.AddDate(0, 1, 0),
		Artifacts: map[string]release.Artifact{release.Platform(): {File: "program", Size: int64(len(text)), SHA256: hex.EncodeToString(sum[:])}},
	}
	if bend != nil {
		bend(&d)
	}
	return d
}

// offer puts a release into the shop.
func (s *shop) offer(t *testing.T, version string, bend func(d *release.Document)) {
	t.Helper()
	s.put(t, "program", program(version))
	s.sign(t, s.document(version, program(version), bend), s.held[0], s.held[2])
}

func (s *shop) sign(t *testing.T, d release.Document, keys ...release.PrivateKey) {
	t.Helper()
	e, err := release.Seal(d)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range keys {
		e.Sign(k)
	}
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	s.put(t, release.FileName, string(text))
}

func (s *shop) put(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join(s.dir, name)
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// updater returns one for a gateway that runs version 1.0.0.
func (s *shop) updater(t *testing.T, dir string, bend func(o *Options)) *Updater {
	t.Helper()
	o := Options{Dir: dir, From: s.dir, Version: "1.0.0", Keys: s.keys, Now: serverTime}
	if bend != nil {
		bend(&o)
	}
	u, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// install looks for a version and installs it.
func install(t *testing.T, u *Updater) error {
	t.Helper()
	offer, err := u.Check(t.Context())
	if err != nil {
		return err
	}
	return u.Install(t.Context(), offer)
}

// choose starts what Choose chooses for a package of version 1.0.0, and returns
// what it says; "" for the package itself.
func (s *shop) choose(t *testing.T, dir string) (c Choice, says string) {
	t.Helper()
	c, err := Choose(dir, "1.0.0", s.keys)
	if err != nil {
		t.Fatal(err)
	}
	if c.Path == "" {
		return c, ""
	}
	out, err := exec.CommandContext(t.Context(), c.Path).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return c, strings.TrimSpace(string(out))
}

func read(t *testing.T, dir string) State {
	t.Helper()
	s, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// prove makes the version on trial a trusted one.
func prove(t *testing.T, dir string) {
	t.Helper()
	if err := (Trials{Dir: dir, Version: read(t, dir).Current}).proved(); err != nil {
		t.Fatal(err)
	}
}
