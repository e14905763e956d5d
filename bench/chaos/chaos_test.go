package chaos_test

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"logis/bench/chaos"
	"logis/bench/rig"
	"logis/migrations/privatepg"
)

func TestMain(m *testing.M) {
	if exit, supervised := privatepg.Supervise(); supervised {
		os.Exit(exit)
	}
	os.Exit(m.Run())
}

// setting reads a number from the environment, for longer runs.
func setting(t *testing.T, name string, fallback uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return fallback
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

func TestNothingIsLostDoubledOrLateWhateverIsKilled(t *testing.T) { //nolint:paralleltest // in turns
	binaries, err := rig.Build(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	seed, runs := setting(t, "LOGIS_CHAOS_SEED", 1), setting(t, "LOGIS_CHAOS_RUNS", 1)
	for n := range runs {
		check(t, chaos.Options{Dir: t.TempDir(), Seed: seed + n, Kills: int(setting(t, "LOGIS_CHAOS_KILLS", 10)), Binaries: binaries})
	}
}

func TestNoCommandIsLateWhateverStandsStill(t *testing.T) { //nolint:paralleltest // in turns
	binaries, err := rig.Build(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	check(t, chaos.Options{
		Dir: t.TempDir(), Seed: setting(t, "LOGIS_CHAOS_SEED", 1), Commands: int(setting(t, "LOGIS_CHAOS_COMMANDS", 200)), Binaries: binaries,
	})
}

// check runs once and tells what was wrong.
func check(t *testing.T, o chaos.Options) {
	t.Helper()
	result, err := chaos.Run(t.Context(), o)
	t.Log(result)
	if err != nil {
		t.Fatalf("%v\n%s", err, result.Log())
	}
	for _, problem := range result.Problems {
		t.Error(problem)
	}
	if t.Failed() {
		t.Fatal(result.Log())
	}
}

// seededBug is a mistake and the run that must find it.
type seededBug struct {
	run chaos.Options
	rig.Mutation
	breaks string // the invariant that must be named; "": any
	long   bool   // only `make chaos` builds it: each takes a minute, and most of the program anew
}

// seededBugs are mistakes that real systems of this kind have made. A checker
// that lets one pass proves nothing.
func seededBugs() []seededBug {
	killed := chaos.Options{Kills: 5, Pauses: 8}
	stalled := chaos.Options{Commands: 200}
	return []seededBug{
		{run: killed, Mutation: rig.Mutation{
			Name: "acknowledge before commit", File: "hub/session.go",
			From: "			answer, err = record(ctx, tx)\n			return err\n",
			To:   "			answer, err = record(ctx, tx)\n			if err == nil {\n				s.answer(answer, nil)\n				answer = reply{}\n			}\n			return err\n",
		}},
		{run: stalled, long: true, Mutation: rig.Mutation{
			Name: "deadline counted from receipt", File: "edge/executor/carry.go",
			From: "	device, desires, refused, err := e.weigh(ctx, c)\n",
			To:   "	if c.NotAfterMS != 0 {\n		t.command.NotAfterMS = time.Now().UnixMilli() + 10_000\n	}\n	device, desires, refused, err := e.weigh(ctx, c)\n",
		}},
		{run: stalled, long: true, Mutation: rig.Mutation{
			Name: "the log's time follows a clock that is set back", File: "eventstore/steady.go",
			From: "shown.Before(due.Add(-maxBack))", To: "false && due.IsZero()",
		}},
		{run: killed, long: true, Mutation: rig.Mutation{
			Name: "entries are not placed by the cursor", File: "domain/gateway.go",
			From: "	case to <= cursor:\n		return false, nil\n",
			To:   "",
		}},
		{run: killed, breaks: "P-4", long: true, Mutation: rig.Mutation{
			Name: "a rule runs in the cloud and at its gateway", File: "domain/rule/engine.go",
			From: "	case ref.Rule.Gateway != at:\n", To: "	case false:\n",
		}},
		{run: killed, breaks: "P-4", long: true, Mutation: rig.Mutation{
			Name: "how things are after a start is news", File: "edge/outbox/sink.go",
			From: "return first && ", To: "return false && first && ",
		}},
	}
}

func TestSeededBugsAreFound(t *testing.T) { //nolint:paralleltest // in turns
	long := setting(t, "LOGIS_CHAOS_RUNS", 1) > 1
	for _, bug := range seededBugs() {
		if bug.long && !long {
			continue
		}
		t.Run(bug.Name, func(t *testing.T) {
			binaries, err := rig.Build(t.Context(), t.TempDir(), bug.Mutation)
			if err != nil {
				t.Fatal(err)
			}
			const tries = 8
			for seed := range uint64(tries) {
				o := bug.run
				o.Dir, o.Seed, o.Binaries = t.TempDir(), seed+1, binaries
				result, err := chaos.Run(t.Context(), o)
				t.Log(result)
				if err != nil {
					t.Fatalf("%v\n%s", err, result.Log())
				}
				if i := slices.IndexFunc(result.Problems, func(p string) bool { return strings.HasPrefix(p, bug.breaks) }); i >= 0 {
					t.Log("found: ", result.Problems[i])
					return
				}
			}
			t.Errorf("%d runs did not notice it", tries)
		})
	}
}
