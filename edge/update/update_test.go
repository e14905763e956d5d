package update

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"logis/edge/clock"
	"logis/edge/release"
)

func TestANewerVersionIsInstalledTriedAndTrusted(t *testing.T) {
	t.Parallel()
	s, dir := newShop(t), t.TempDir()
	if c, _ := s.choose(t, dir); c != (Choice{}) {
		t.Errorf("without an update: %+v", c)
	}
	s.offer(t, "1.1.0", nil)
	if err := install(t, s.updater(t, dir, func(o *Options) { o.Connected = func() bool { return true } })); err != nil {
		t.Fatal(err)
	}
	got := read(t, dir)
	if got.Current != "1.1.0" || got.Previous != "" || *got.Trial != (Trial{Before: "1.0.0", Connected: true}) || got.Floor != "1.0.0" || got.Number != 10 {
		t.Errorf("%+v", got)
	}
	if c, says := s.choose(t, dir); !c.Trial || says != "1.1.0" {
		t.Errorf("%+v says %q", c, says)
	}
	if _, proved := Proved(dir, "1.0.0", s.keys); proved {
		t.Error("it counts as proved while it is on trial")
	}
	prove(t, dir)
	if c, says := s.choose(t, dir); c.Trial || says != "1.1.0" {
		t.Errorf("%+v says %q", c, says)
	}
	s.offer(t, "1.2.0", nil)
	if err := install(t, s.updater(t, dir, func(o *Options) { o.Version = "1.1.0" })); err != nil {
		t.Fatal(err)
	}
	if got := read(t, dir); got.Current != "1.2.0" || got.Previous != "1.1.0" {
		t.Errorf("%+v", got)
	}
	// A package that is newer was installed by a person.
	if c, err := Choose(dir, "1.2.0", s.keys); err != nil || c != (Choice{}) || read(t, dir).Current != "" {
		t.Errorf("%+v, %v, %+v", c, err, read(t, dir))
	}
}

func TestWhatMustNotBeInstalledIsNot(t *testing.T) {
	t.Parallel()
	artifact := func(bend func(a *release.Artifact)) func(t *testing.T, s *shop) {
		return func(t *testing.T, s *shop) {
			s.offer(t, "1.1.0", func(d *release.Document) {
				a := d.Artifacts[release.Platform()]
				bend(&a)
				d.Artifacts[release.Platform()] = a
			})
		}
	}
	bent := func(bend func(d *release.Document)) func(t *testing.T, s *shop) {
		return func(t *testing.T, s *shop) { s.offer(t, "1.1.0", bend) }
	}
	file := func(replace func(t *testing.T, path string)) func(t *testing.T, s *shop) {
		return func(t *testing.T, s *shop) {
			s.offer(t, "1.1.0", nil)
			path := filepath.Join(s.dir, "program")
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			replace(t, path)
		}
	}
	for name, c := range map[string]struct {
		prepare func(t *testing.T, s *shop)
		want    error
		says    string
	}{
		"a tampered program": {func(t *testing.T, s *shop) {
			s.offer(t, "1.1.0", nil)
			s.put(t, "program", strings.Replace(program("1.1.0"), "echo", "evil", 1))
		}, errDamaged, "SHA-256"},
		"a truncated program": {func(t *testing.T, s *shop) {
			s.offer(t, "1.1.0", nil)
			s.put(t, "program", program("1.1.0")[:100])
		}, errDamaged, "100 bytes"},
		"an oversized program": {func(t *testing.T, s *shop) {
			s.offer(t, "1.1.0", nil)
			s.put(t, "program", program("1.1.0")+"x")
		}, errDamaged, "more than"},
		"a document that is too large": {func(t *testing.T, s *shop) {
			s.put(t, release.FileName, strings.Repeat(" ", release.MaxEnvelope+1))
		}, nil, "more than"},
		"one signature":   {func(t *testing.T, s *shop) { s.sign(t, s.document("1.1.0", "x", nil), s.held[0]) }, release.ErrSignatures, "1 of"},
		"an expired one":  {bent(func(d *release.Document) { d.ExpiresAt = now }), ErrExpired, "1.1.0"},
		"an older one":    {func(t *testing.T, s *shop) { s.offer(t, "1.0.0-rc.1", func(d *release.Document) { d.Floor = "0.1.0" }) }, ErrUpToDate, "rc.1"},
		"the same again":  {func(t *testing.T, s *shop) { s.offer(t, "1.0.0", nil) }, ErrUpToDate, "1.0.0"},
		"other machines'": {bent(forOthers), ErrNotOffered, release.Platform()},
		"another file":    {artifact(func(a *release.Artifact) { a.File = "missing" }), os.ErrNotExist, "missing"},
		"a link that leads out": {file(func(t *testing.T, path string) {
			out := filepath.Join(t.TempDir(), "program")
			if err := errors.Join(os.WriteFile(out, []byte(program("1.1.0")), 0o600), os.Symlink(out, path)); err != nil {
				t.Fatal(err)
			}
		}), nil, "escapes"},
		"a folder": {file(func(t *testing.T, path string) { _ = os.Mkdir(path, 0o700) }), nil, "plain file"},
		"a pipe that nobody writes": {file(func(t *testing.T, path string) {
			if err := syscall.Mkfifo(path, 0o600); err != nil {
				t.Fatal(err)
			}
		}), nil, "plain file"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, dir := newShop(t), t.TempDir()
			c.prepare(t, s)
			err := install(t, s.updater(t, dir, nil))
			if err == nil || c.want != nil && !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v", err)
			}
			if chosen, _ := s.choose(t, dir); chosen != (Choice{}) || read(t, dir).Ready != "" {
				t.Errorf("%+v, %+v", chosen, read(t, dir))
			}
			if _, err := os.Stat(filepath.Join(dir, binFolder, incoming)); err == nil {
				t.Error("something is left over")
			}
		})
	}
}

// forOthers makes a release fit no machine of ours.
func forOthers(d *release.Document) {
	d.Artifacts = map[string]release.Artifact{"plan9/mips": d.Artifacts[release.Platform()]}
}

func TestTheFloorAndTheNumberNeverFall(t *testing.T) {
	t.Parallel()
	s, dir := newShop(t), t.TempDir()
	// The shop's newest one raises the floor and does not fit this machine.
	s.offer(t, "2.0.0", func(d *release.Document) {
		d.Number, d.Floor = 20, "1.5.0"
		forOthers(d)
	})
	if err := install(t, s.updater(t, dir, nil)); !errors.Is(err, ErrNotOffered) {
		t.Fatal(err)
	}
	s.offer(t, "1.4.0", func(d *release.Document) { d.Number = 19 })
	if err := install(t, s.updater(t, dir, nil)); !errors.Is(err, ErrStale) {
		t.Errorf("an older document: %v", err)
	}
	s.offer(t, "1.4.0", func(d *release.Document) { d.Number = 21 })
	if err := install(t, s.updater(t, dir, nil)); !errors.Is(err, ErrBelowFloor) {
		t.Errorf("a version below the floor: %v", err)
	}
	if got := read(t, dir); got.Floor != "1.5.0" || got.Number != 21 || !strings.Contains(got.Checked.Problem, "1.5.0") {
		t.Errorf("%+v", got)
	}
	s.offer(t, "1.5.0", func(d *release.Document) { d.Number = 22 })
	if err := install(t, s.updater(t, dir, nil)); err != nil {
		t.Errorf("at the floor: %v", err)
	}
}

func TestNothingIsInstalledByAClockThatAnybodyCanSet(t *testing.T) {
	t.Parallel()
	s, dir := newShop(t), t.TempDir()
	s.offer(t, "1.1.0", func(d *release.Document) { d.ExpiresAt = now.Add(time.Minute) })
	for want, read := range map[error]func() (clock.Reading, bool){
		ErrNoTime:  func() (clock.Reading, bool) { return clock.Reading{}, false },
		ErrExpired: func() (clock.Reading, bool) { return clock.Reading{At: now, Err: 2 * time.Minute}, true },
		nil:        func() (clock.Reading, bool) { return clock.Reading{At: now, Err: time.Minute}, true },
	} {
		u := s.updater(t, dir, func(o *Options) { o.Now = read })
		if _, err := u.Check(t.Context()); !errors.Is(err, want) {
			t.Errorf("want %v, got %v", want, err)
		}
	}
}

func TestAVersionThatFailedIsTriedAgainOnlyWhenAsked(t *testing.T) {
	t.Parallel()
	s, dir := newShop(t), t.TempDir()
	s.offer(t, "1.1.0", nil)
	if err := install(t, s.updater(t, dir, nil)); err != nil {
		t.Fatal(err)
	}
	for start := range maxStarts {
		if c, _ := s.choose(t, dir); !c.Trial {
			t.Fatalf("start %d: %+v", start, c)
		}
	}
	if c, _ := s.choose(t, dir); c != (Choice{}) {
		t.Fatalf("%+v", c)
	}
	if got := read(t, dir); got.RolledBack == nil || got.RolledBack.Version != "1.1.0" || !strings.Contains(got.RolledBack.Why, "3 times") || len(got.Bad) != 1 {
		t.Errorf("%+v", got)
	}
	if err := install(t, s.updater(t, dir, nil)); !errors.Is(err, ErrBad) {
		t.Errorf("again: %v", err)
	}
	if err := install(t, s.updater(t, dir, func(o *Options) { o.Retry = true })); err != nil {
		t.Errorf("asked for: %v", err)
	}
}

func TestTwoUpdatesDoNotGetInEachOthersWay(t *testing.T) {
	t.Parallel()
	s, dir := newShop(t), t.TempDir()
	s.offer(t, "1.1.0", nil)
	var second error
	u := s.updater(t, dir, func(o *Options) {
		o.step = func(name string) {
			if name == "fetched" {
				second = install(t, s.updater(t, dir, nil))
			}
		}
	})
	if err := install(t, u); err != nil || !errors.Is(second, ErrBusy) {
		t.Errorf("the first %v, the second %v", err, second)
	}
	if _, says := s.choose(t, dir); says != "1.1.0" {
		t.Errorf("it says %q", says)
	}
}

func TestAProgramThatWasDamagedOrPlantedIsNotStarted(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]func(t *testing.T, s *shop, dir string) error{
		"a bit": func(_ *testing.T, _ *shop, dir string) error {
			return os.WriteFile(programPath(dir, "1.2.0"), []byte(strings.Replace(program("1.2.0"), "padding", "pudding", 1)), 0o600)
		},
		"all of it": func(_ *testing.T, _ *shop, dir string) error {
			return os.RemoveAll(filepath.Join(dir, binFolder, "1.2.0"))
		},
		"its document": func(_ *testing.T, _ *shop, dir string) error {
			return os.Remove(filepath.Join(dir, binFolder, "1.2.0", release.FileName))
		},
		"planted": func(t *testing.T, _ *shop, dir string) error {
			other := newShop(t)
			other.offer(t, "1.2.0", nil)
			place := filepath.Join(dir, binFolder, "1.2.0")
			return errors.Join(os.Rename(filepath.Join(other.dir, "program"), filepath.Join(place, programFile)),
				os.Rename(filepath.Join(other.dir, release.FileName), filepath.Join(place, release.FileName)))
		},
		"another version's": func(_ *testing.T, _ *shop, dir string) error {
			return errors.Join(os.RemoveAll(filepath.Join(dir, binFolder, "1.2.0")),
				os.CopyFS(filepath.Join(dir, binFolder, "1.2.0"), os.DirFS(filepath.Join(dir, binFolder, "1.1.0"))))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, dir := newShop(t), t.TempDir()
			for _, version := range []string{"1.1.0", "1.2.0"} {
				s.offer(t, version, nil)
				if err := install(t, s.updater(t, dir, nil)); err != nil {
					t.Fatal(err)
				}
				prove(t, dir)
			}
			if err := damage(t, s, dir); err != nil {
				t.Fatal(err)
			}
			if c, says := s.choose(t, dir); says != "1.1.0" || c.Version != "1.1.0" {
				t.Errorf("%+v says %q", c, says)
			}
			// Nothing is wrong with the version: it may be fetched anew.
			if got := read(t, dir); got.RolledBack == nil || len(got.Bad) != 0 {
				t.Errorf("%+v", got)
			}
			if err := install(t, s.updater(t, dir, func(o *Options) { o.Version = "1.1.0" })); err != nil {
				t.Error(err)
			}
			if _, says := s.choose(t, dir); says != "1.2.0" {
				t.Errorf("it says %q", says)
			}
		})
	}
}

func TestAServerOfReleasesIsBelievedOnlyOverTLSAndOnlyWhatItSigned(t *testing.T) {
	t.Parallel()
	s, dir := newShop(t), t.TempDir()
	s.offer(t, "1.1.0", nil)
	server := httptest.NewTLSServer(http.StripPrefix("/edge/", http.FileServer(http.Dir(s.dir))))
	t.Cleanup(server.Close)
	over := func(o *Options) { o.From, o.Client = server.URL+"/edge", server.Client() }
	if err := install(t, s.updater(t, dir, over)); err != nil {
		t.Fatal(err)
	}
	if _, says := s.choose(t, dir); says != "1.1.0" {
		t.Errorf("it says %q", says)
	}
	_, err := s.updater(t, t.TempDir(), func(o *Options) { o.From, o.Client = server.URL+"/nowhere/", server.Client() }).Check(t.Context())
	if err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("nowhere: %v", err)
	}
	for _, from := range []string{"http://releases.example/", "ftp://x/", "https://"} {
		if CheckSource(from) == nil {
			t.Errorf("%s is fine", from)
		}
	}
	// Our own client follows nobody out of TLS.
	plain := httptest.NewServer(http.FileServer(http.Dir(s.dir)))
	t.Cleanup(plain.Close)
	leads := httptest.NewTLSServer(http.RedirectHandler(plain.URL+"/"+release.FileName, http.StatusFound))
	t.Cleanup(leads.Close)
	client := newClient(nil)
	client.Transport = leads.Client().Transport
	_, err = s.updater(t, t.TempDir(), func(o *Options) { o.From, o.Client = leads.URL, client }).Check(t.Context())
	if err == nil || !strings.Contains(err.Error(), "leads elsewhere") {
		t.Errorf("a redirect: %v", err)
	}
}

func TestOldProgramsAreDeletedAndTheLastTwoKept(t *testing.T) {
	t.Parallel()
	s, dir := newShop(t), t.TempDir()
	runs := "1.0.0"
	for _, version := range []string{"1.1.0", "1.2.0", "1.3.0", "1.4.0"} {
		s.offer(t, version, nil)
		if err := install(t, s.updater(t, dir, func(o *Options) { o.Version = runs })); err != nil {
			t.Fatal(err)
		}
		prove(t, dir)
		runs = version
	}
	names, err := filepath.Glob(filepath.Join(dir, binFolder, "*"))
	if err != nil || len(names) != 3 { // the one before last goes with the next update
		t.Errorf("%q, %v", names, err)
	}
}
