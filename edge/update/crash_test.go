package update

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"logis/edge/release"
)

// TestMain lets this binary be an updater that kills itself at a given point.
func TestMain(m *testing.M) {
	if os.Getenv("LOGIS_TEST_UPDATER") == "" {
		os.Exit(m.Run())
	}
	if err := deadlyUpdate(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// die ends this process as a power cut of its own would.
func die() { _ = syscall.Kill(os.Getpid(), syscall.SIGKILL) }

// deadlyUpdate installs what a shop offers, and dies at its n-th step, or half way
// through the n-th file.
func deadlyUpdate() error {
	at, err := strconv.Atoi(os.Getenv("LOGIS_TEST_STEP"))
	if err != nil {
		return err
	}
	var keys release.KeySet
	if err := json.Unmarshal([]byte(os.Getenv("LOGIS_TEST_KEYS")), &keys); err != nil {
		return err
	}
	steps := 0
	u, err := New(Options{
		Dir: os.Getenv("LOGIS_TEST_DIR"), From: os.Getenv("LOGIS_TEST_SHOP"), Version: os.Getenv("LOGIS_TEST_VERSION"), Keys: keys, Now: serverTime,
		step: func(string) {
			if steps++; steps == at {
				die()
			}
		},
	})
	if err != nil {
		return err
	}
	u.source = halfSource{u.source, func() {
		if steps++; steps == at {
			die()
		}
	}}
	offer, err := u.Check(context.Background())
	if err != nil {
		return err
	}
	return u.Install(context.Background(), offer)
}

// halfSource counts the middle of each file as a step.
type halfSource struct {
	source
	step func()
}

func (h halfSource) open(ctx context.Context, name string) (io.ReadCloser, error) {
	file, err := h.source.open(ctx, name)
	return &halfFile{file, h.step, 0}, err
}

type halfFile struct {
	io.ReadCloser
	step func()
	n    int
}

func (f *halfFile) Read(p []byte) (int, error) {
	if f.n++; f.n == 2 {
		f.step()
	}
	return f.ReadCloser.Read(p[:min(len(p), 512)])
}

// deadlySteps is more than an update has: later kills let it through.
const deadlySteps = 12

func TestKilledAtAnyPointOfAnUpdateAWorkingProgramStarts(t *testing.T) {
	t.Parallel()
	rounds := 5
	if testing.Short() {
		rounds = 1
	}
	killed, through := 0, 0
	for range rounds {
		for step := 1; step <= deadlySteps; step++ {
			s, dir := newShop(t), t.TempDir()
			s.offer(t, "1.1.0", nil)
			if err := install(t, s.updater(t, dir, nil)); err != nil {
				t.Fatal(err)
			}
			prove(t, dir)
			s.offer(t, "1.2.0", nil)
			if dies(t, s, dir, step) {
				killed++
			} else {
				through++
			}
			// Whatever was cut off: one of the two starts, whole.
			c, says := s.choose(t, dir)
			if says != "1.1.0" && says != "1.2.0" || c.Version != says {
				t.Fatalf("killed at step %d: %+v says %q", step, c, says)
			}
			// And the update can be had after all.
			err := install(t, s.updater(t, dir, func(o *Options) { o.Version = "1.1.0" }))
			if err != nil && !errors.Is(err, ErrUpToDate) {
				t.Fatalf("after a kill at step %d: %v", step, err)
			}
			if _, says := s.choose(t, dir); says != "1.2.0" {
				t.Fatalf("after a kill at step %d: it says %q", step, says)
			}
			if left, _ := filepath.Glob(filepath.Join(dir, binFolder, incoming)); len(left) > 0 {
				t.Fatalf("after a kill at step %d: %q is left over", step, left)
			}
		}
	}
	t.Logf("%d kills, %d updates got through", killed, through)
	if killed < 10*rounds || through == 0 {
		t.Errorf("%d kills, %d updates got through: the steps are not where this test thinks", killed, through)
	}
}

// dies installs what the shop offers in a process that is killed at a step;
// false when it came to its end before.
func dies(t *testing.T, s *shop, dir string, step int) bool {
	t.Helper()
	keys, err := json.Marshal(s.keys)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "LOGIS_TEST_UPDATER=1", "LOGIS_TEST_STEP="+strconv.Itoa(step), "LOGIS_TEST_DIR="+dir,
		"LOGIS_TEST_SHOP="+s.dir, "LOGIS_TEST_VERSION=1.1.0", "LOGIS_TEST_KEYS="+string(keys))
	out, err := cmd.CombinedOutput()
	if err == nil {
		return false
	}
	var ended *exec.ExitError
	if !errors.As(err, &ended) || ended.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("%v\n%s", err, out)
	}
	return true
}
