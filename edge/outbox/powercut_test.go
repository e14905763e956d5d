package outbox

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"logis/domain"
	"logis/domain/thing"
	"logis/edge/clock"
	"logis/edge/radio"
	"logis/wire"
)

// promise is something the outbox said is on disk when so much had been written.
type promise struct {
	written int
	number  int64            // entries up to here
	command domain.CommandID // … and this command, if any,
	ended   bool             // with its result
}

// life is a run of an outbox: what it promised, and what its entries were.
type life struct {
	disk     *disk
	id       string
	promises []promise
	values   map[int64]thing.Value // of the reports, by number
	acks     []int64               // told by the cloud
}

// live lets an outbox work on a disk that remembers: reports, commands, acks,
// sessions, and a checkpoint every few pages.
func live(t *testing.T, seed uint64, pragmas ...string) *life {
	t.Helper()
	l := &life{disk: newDisk(t), values: map[int64]thing.Value{}}
	r := start(t, "/outbox.db", l.disk.use, func(o *Options) {
		o.pragmas = append(pragmas, "wal_autocheckpoint(25)")
	})
	rng := rand.New(rand.NewPCG(seed, 1))
	standing, err := r.Standing(t.Context())
	r.must(err)
	l.id = standing.Outbox
	r.device("lamp", "light")
	n, cursor := int64(1), int64(0)
	promised := func(p promise) {
		p.written, p.number = l.disk.now(), n
		l.promises = append(l.promises, p)
	}
	promised(promise{})
	r.begin(0)
	for i := range 120 {
		switch rng.IntN(8) {
		case 0:
			n = l.command(r, n, i, promised)
		case 1:
			cursor += rng.Int64N(n - cursor + 1)
			r.begin(cursor)
			l.acks = append(l.acks, cursor)
			r.all(cursor + 1)
		case 2:
			if cursor < n {
				cursor++
				r.Ack(cursor, wire.Head{Seq: domain.Seq(cursor)})
				l.acks = append(l.acks, cursor)
			}
		default:
			n++
			l.values[n] = thing.Number(float64(i))
			r.report("lamp", "n", l.values[n])
			promised(promise{})
		}
	}
	r.stop()
	return l
}

func (l *life) command(r *rig, n int64, i int, promised func(promise)) int64 {
	id := domain.CommandID{1, byte(i)}
	_, err := r.Intend(r.t.Context(), Intent{Command: id, Device: DeviceID(gateway, "sim/lamp"), Class: thing.Opening})
	r.must(err)
	promised(promise{command: id})
	r.must(r.Finish(r.t.Context(), Result{Command: id, Outcome: domain.Succeeded}))
	promised(promise{command: id, ended: true})
	return n + 2
}

// broken cuts the power after n steps, opens what is left and returns which
// promise was broken, "" for none.
func (l *life) broken(t *testing.T, n int, rng *rand.Rand) string {
	t.Helper()
	after := newDisk(t)
	after.files = l.disk.afterPowerCut(n, rng)
	box, err := Open(Options{
		Path: "/outbox.db", Gateway: gateway, Time: clock.NewServer(&machine{id: "boot 2"}), vfs: after.name,
	})
	if err != nil {
		return "the file cannot be opened: " + err.Error()
	}
	defer box.db.close()
	var verdict string
	op := &operation{done: make(chan error, 1), run: func(tx *tx) error {
		verdict = l.check(tx, n)
		return nil
	}}
	if err := box.transact([]*operation{op}); err != nil {
		return err.Error()
	}
	return verdict
}

func (l *life) check(tx *tx, n int) string {
	next := tx.state.acked + 1
	for next < tx.state.next {
		b, err := tx.read(next, tx.state.next, wire.MaxEntries, wire.MaxEdgeFrame)
		if err != nil {
			return err.Error()
		}
		if len(b.Entries) == 0 {
			return fmt.Sprintf("entry %d is gone", next)
		}
		for i, e := range b.Entries {
			if want := l.values[next+int64(i)]; e.Values["n"] != want {
				return fmt.Sprintf("entry %d says %s, not %s", next+int64(i), e.Values["n"], want)
			}
		}
		next = b.Next
	}
	for _, p := range l.promises {
		if p.written > n {
			break
		}
		if tx.state.id != l.id || p.number >= tx.state.next {
			return fmt.Sprintf("entry %d of %s is gone: %s counts to %d", p.number, l.id, tx.state.id, tx.state.next-1)
		}
		seen, result, err := tx.command(p.command)
		if err != nil {
			return err.Error()
		}
		if !p.command.IsZero() && (!seen || (p.ended && result == nil)) {
			return fmt.Sprintf("command %s is forgotten", p.command)
		}
	}
	return ""
}

// cuts returns how many moments to cut the power at: LOGIS_POWER_CUTS, or 2000.
func cuts(t *testing.T) int {
	t.Helper()
	text := os.Getenv("LOGIS_POWER_CUTS")
	if text == "" {
		return 2000
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAPowerCutBreaksNoPromise(t *testing.T) {
	t.Parallel()
	const lives = 10
	for seed := range uint64(lives) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			l := live(t, seed)
			rng := rand.New(rand.NewPCG(seed, 2))
			for range cuts(t) / lives {
				n := rng.IntN(len(l.disk.trace) + 1)
				if why := l.broken(t, n, rng); why != "" {
					t.Errorf("cut after %d of %d steps: %s", n, len(l.disk.trace), why)
				}
			}
		})
	}
}

func TestThePowerCutFindsAMissingSync(t *testing.T) {
	t.Parallel()
	l := live(t, 1, "synchronous(normal)")
	rng := rand.New(rand.NewPCG(1, 3))
	for range 200 {
		if l.broken(t, rng.IntN(len(l.disk.trace)+1), rng) != "" {
			return
		}
	}
	t.Error("200 power cuts found nothing wrong with synchronous=NORMAL")
}

func TestWorkGoesOnAfterAPowerCut(t *testing.T) {
	t.Parallel()
	l := live(t, 3)
	rng := rand.New(rand.NewPCG(3, 4))
	for range 20 {
		after := newDisk(t)
		after.files = l.disk.afterPowerCut(rng.IntN(len(l.disk.trace)+1), rng)
		r := start(t, "/outbox.db", after.use)
		r.device("lamp", "light")
		r.must(r.Sink("sim").Report(t.Context(), radio.Report{
			Address: "lamp", Values: map[string]thing.Value{"onOff": "true"},
		}))
		r.stop()
	}
}
