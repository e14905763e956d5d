package configuration_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"logis/domain"
	"logis/edge/configuration"
)

// agent is what a keeper acts on: it notes what it works with and what it told.
type agent struct {
	t     *testing.T
	path  string
	works domain.Configuration
	told  []string
	// refuses and unwell say what is wrong with a configuration; told fails with full.
	refuses, unwell func(domain.Configuration) error
	full            error

	keeper *configuration.Keeper
	stop   func() error
}

func newAgent(t *testing.T) *agent {
	t.Helper()
	fine := func(domain.Configuration) error { return nil }
	return &agent{t: t, path: filepath.Join(t.TempDir(), "configuration.json"), refuses: fine, unwell: fine}
}

// start starts the agent as a new process would.
func (a *agent) start() {
	a.t.Helper()
	a.works = domain.Configuration{}
	var err error
	a.keeper, err = configuration.Open(configuration.Options{
		Path: a.path, Apply: a.apply, Tell: a.tell, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		a.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.keeper.Run(ctx) }()
	a.stop = func() error {
		cancel()
		return <-ended
	}
	synctest.Wait()
}

func (a *agent) apply(_ context.Context, c domain.Configuration) (func() error, error) {
	if err := a.refuses(c); err != nil {
		return nil, err
	}
	a.works = c
	return func() error { return a.unwell(c) }, nil
}

func (a *agent) tell(_ context.Context, v domain.Seq, state domain.ConfigurationState, reason string) error {
	if a.full != nil {
		return a.full
	}
	a.told = append(a.told, fmt.Sprintf("%d %s %s", v, state, reason))
	return nil
}

// offer offers a version and lets time pass.
func (a *agent) offer(v domain.Seq, mib int, pass time.Duration) {
	a.keeper.Offer(v, domain.Configuration{OutboxMiB: mib}, false)
	<-time.After(pass)
	synctest.Wait()
}

func (a *agent) want(mib int, told ...string) {
	a.t.Helper()
	if a.works.OutboxMiB != mib || !slices.Equal(a.told, told) {
		a.t.Errorf("it works with %d MiB and told %q; want %d and %q", a.works.OutboxMiB, a.told, mib, told)
	}
}

const trial = configuration.DefaultTrial

func TestAConfigurationCountsOnceTheAgentWasWellWithIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAgent(t)
		a.start()
		a.offer(5, 10, trial-time.Second)
		a.want(10)
		if s := a.keeper.Status(); s.Trial != 5 || s.Version != 5 {
			t.Errorf("on trial: %+v", s)
		}
		a.offer(5, 10, time.Second) // said once more meanwhile
		a.want(10, "5 applied ")
		if s := a.keeper.Status(); s.Trial != 0 || s.Version != 5 || s.State != domain.ConfigurationApplied {
			t.Errorf("%+v", s)
		}
		a.offer(4, 99, trial) // older
		a.keeper.Offer(5, domain.Configuration{OutboxMiB: 10}, true)
		synctest.Wait()
		a.want(10, "5 applied ")
		a.offer(5, 10, 0) // the cloud did not hear
		a.want(10, "5 applied ", "5 applied ")
		if err := a.stop(); err != nil {
			t.Error(err)
		}
		a.told = nil
		a.start()
		a.want(10)
		_ = a.stop()
	})
}

func TestABadConfigurationIsRolledBackAndToldWithWhy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAgent(t)
		a.start()
		a.offer(1, 10, trial)
		a.refuses = func(c domain.Configuration) error {
			if c.OutboxMiB == 1 {
				return errors.New("9 MiB wait for the cloud")
			}
			return nil
		}
		a.offer(2, 1, 0)
		a.want(10, "1 applied ", "2 rolled_back 9 MiB wait for the cloud")
		sick := false
		a.unwell = func(c domain.Configuration) error {
			if sick && c.OutboxMiB == 20 {
				return errors.New("the radio zigbee does not run")
			}
			return nil
		}
		a.offer(3, 20, trial/2)
		a.want(20, a.told...)
		sick = true
		<-time.After(2 * time.Second)
		synctest.Wait()
		a.want(10, "1 applied ", "2 rolled_back 9 MiB wait for the cloud", "3 rolled_back the radio zigbee does not run")
		a.told = nil
		a.offer(4, -1, 0) // of a cloud that does not keep to the schema
		a.want(10, "4 rolled_back outbox_mib must be from 1 to 4096")
		_ = a.stop()
	})
}

func TestANewerConfigurationEndsATrial(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAgent(t)
		a.start()
		a.offer(1, 10, time.Second)
		a.offer(2, 20, trial)
		a.want(20, "1 rolled_back a newer configuration came while it was tried", "2 applied ")
		_ = a.stop()
	})
}

// Wherever the agent ends, it starts with what worked, and the cloud comes to know
// what the version came to when it offers it again.
func TestAnAgentThatEndsInATrialStartsWithTheLastGoodOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAgent(t)
		a.start()
		a.offer(1, 10, trial)
		a.offer(2, 20, trial/2)
		_ = a.stop()
		a.told = nil
		a.start()
		a.want(10)
		a.offer(2, 20, 0)
		a.want(10, "2 rolled_back the agent ended while it was tried")
		_ = a.stop()
		a.start()
		a.want(10, a.told...)
		_ = a.stop()
	})
}

// The word to the cloud is the last step: an agent that ends before it knows all
// the same what the version came to.
func TestWhatAVersionCameToIsKeptBeforeItIsTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAgent(t)
		a.start()
		a.full = errors.New("the disk is full")
		a.offer(1, 10, trial)
		if err := a.stop(); err != nil {
			t.Logf("it ended: %v", err)
		}
		a.full = nil
		a.start()
		a.want(10)
		a.offer(1, 10, 0)
		a.want(10, "1 applied ")
		_ = a.stop()
	})
}

// Each state of the file that a power cut can leave, and what is beside it, leads
// to a configuration that works.
func TestEveryFileAKillCanLeaveGivesAWorkingConfiguration(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file string
		mib  int
	}{
		"none": {"", 0},
		"on trial": {`{"good":{"version":1,"configuration":{"outbox_mib":10}},
			"trial":{"version":2,"configuration":{"outbox_mib":20}},"settled":{"version":1,"state":"applied"}}`, 10},
		"the first ever": {`{"good":{"version":0,"configuration":{}},
			"trial":{"version":2,"configuration":{"outbox_mib":20}},"settled":{"version":0,"state":""}}`, 0},
		"settled":   {`{"good":{"version":2,"configuration":{"outbox_mib":20}},"settled":{"version":2,"state":"applied"}}`, 20},
		"torn":      {`{"good":{"version":2,"conf`, 0},
		"another's": {`{"good":{"version":2,"configuration":{"outbox_mib":-20}}}`, 0},
		"rubbish":   {"\x00\x00\x00", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := newAgent(t)
				if c.file != "" {
					if err := os.WriteFile(a.path, []byte(c.file), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				if err := os.WriteFile(a.path+".new", []byte("{"), 0o600); err != nil {
					t.Fatal(err)
				}
				a.start()
				a.want(c.mib)
				a.offer(7, 30, trial)
				a.want(30, "7 applied ")
				_ = a.stop()
			})
		})
	}
}
