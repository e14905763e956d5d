package outbox

import (
	"context"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/ncruces/go-sqlite3"

	"logis/domain"
	"logis/domain/thing"
	"logis/wire"
)

// How long commands are remembered: both must be passed before one is forgotten.
// Beyond maxCommands the oldest is forgotten in any case; by then its deadline
// is long past.
const (
	rememberCommands = 100_000
	rememberFor      = 24 * time.Hour
	maxCommands      = 1_000_000
)

// pruneEvery is how many commands are begun between two looks for old ones.
const pruneEvery = 256

// Intent is a command about to be carried out.
type Intent struct {
	Command    domain.CommandID
	Device     domain.DeviceID
	Class      thing.Class
	NotAfterMS int64
	Version    domain.Seq
	Properties []string // what it is about: of these no older version may follow
	Local      bool     // it was given here: Version says nothing, the time it was accepted does
}

// Verdict is what the outbox knows of a command.
type Verdict int

// The verdicts of Intend.
const (
	New       Verdict = iota // never seen: the intent is on disk, act
	Begun                    // an earlier intent has no result
	Answered                 // it has a result, which was told again
	Overtaken                // a newer version was begun; nothing was written
	ActedHere                // somebody acted here after it was asked; nothing was written
)

// Intend writes down that a command is about to be carried out and tells the
// cloud that it is delivered, in one transaction. Only after New, or after Begun
// for a command that may be repeated, may it be.
func (o *Outbox) Intend(ctx context.Context, in Intent) (v Verdict, err error) {
	err = o.do(ctx, func(t *tx) error {
		v, err = t.intend(in)
		return err
	})
	return v, err
}

func (t *tx) intend(in Intent) (Verdict, error) {
	seen, result, err := t.command(in.Command)
	if err != nil {
		return 0, err
	}
	if result != nil {
		return Answered, t.insert(t.now(), keep, "", result)
	}
	if v, err := t.overtaken(in); v != New || err != nil {
		return v, err
	}
	if seen {
		return Begun, nil
	}
	return New, t.begin(in)
}

// command looks a command up; result is its entry once it has one.
func (t *tx) command(id domain.CommandID) (seen bool, result []byte, err error) {
	var n int64
	err = t.queryRow(`SELECT n, entry FROM commands WHERE id = ?`, []any{id}, &n, &result)
	return n != 0, result, err
}

func (t *tx) begin(in Intent) error {
	properties := in.Properties
	if in.Local {
		if err := t.touch(in); err != nil {
			return err
		}
		properties = nil
	}
	for _, property := range properties {
		err := t.exec(`
			INSERT INTO applied (device, property, version) VALUES (?, ?, ?)
			ON CONFLICT (device, property) DO UPDATE SET version = excluded.version`,
			in.Device, property, int64(in.Version))
		if err != nil {
			return err
		}
	}
	now := t.now()
	err := t.exec(`
		INSERT INTO commands (id, device, class, not_after_ms, begun_ms) VALUES (?, ?, ?, ?, ?)`,
		in.Command, in.Device, int64(in.Class), in.NotAfterMS, now.ms)
	if err != nil {
		return err
	}
	if n := t.conn.LastInsertRowID(); n%pruneEvery == 0 {
		if err := t.prune(n, now.ms); err != nil {
			return err
		}
	}
	if err := t.closeAct(in.Command); err != nil {
		return err
	}
	return t.add(now, keep, wire.Entry{Kind: wire.KindDelivered, Command: in.Command})
}

// prune forgets commands that are old and many.
func (t *tx) prune(newest, nowMS int64) error {
	err := t.exec(`
		DELETE FROM commands WHERE n <= ? OR (n <= ? AND begun_ms < ?)`,
		newest-maxCommands, newest-rememberCommands, nowMS-rememberFor.Milliseconds())
	if err != nil {
		return err
	}
	return t.exec(`DELETE FROM acts WHERE open = 0 AND id NOT IN (SELECT id FROM commands)`)
}

// Result is what a command came to.
type Result struct {
	Command  domain.CommandID
	Device   domain.DeviceID
	Outcome  domain.Outcome
	Reason   string
	Observed map[string]thing.Value
}

// Finish writes down a command's result and tells the cloud, in one transaction.
// A command that was never begun is remembered as finished, too. The first
// result stays: a second one is only told again.
func (o *Outbox) Finish(ctx context.Context, r Result) error {
	return o.do(ctx, func(t *tx) error { return t.finish(r) })
}

func (t *tx) finish(r Result) error {
	_, told, err := t.command(r.Command)
	if err != nil {
		return err
	}
	now := t.now()
	if told != nil {
		return t.insert(now, keep, "", told)
	}
	blob, err := r.entry()
	if err != nil {
		return err
	}
	err = t.exec(`
		INSERT INTO commands (id, device, class, not_after_ms, begun_ms, ended_ms, outcome, entry)
		VALUES (?, ?, 0, 0, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE
		SET outcome = excluded.outcome, entry = excluded.entry, ended_ms = excluded.ended_ms`,
		r.Command, r.Device, now.ms, now.ms, string(r.Outcome), blob)
	if err != nil {
		return err
	}
	if err := t.closeAct(r.Command); err != nil {
		return err
	}
	return t.insert(now, keep, "", blob)
}

// entry returns the result as it is told. What was observed is left out when it
// does not fit: the outcome must get through.
func (r Result) entry() ([]byte, error) {
	e := wire.Entry{
		Kind: wire.KindResult, Command: r.Command, Device: r.Device,
		Outcome: r.Outcome, Reason: r.Reason, Observed: r.Observed,
	}
	blob, err := json.Marshal(e, json.Deterministic(true))
	if err == nil && len(blob) <= MaxEntry {
		return blob, nil
	}
	e.Observed = nil
	return json.Marshal(e, json.Deterministic(true))
}

// Begun reports whether a command was begun and has no result.
func (o *Outbox) Begun(ctx context.Context, id domain.CommandID) (begun bool, err error) {
	err = o.do(ctx, func(t *tx) error {
		seen, result, err := t.command(id)
		begun = seen && result == nil
		return err
	})
	return begun, err
}

// Unfinished returns the commands that were begun and have no result, oldest
// first: the agent ended in between.
func (o *Outbox) Unfinished(ctx context.Context) (all []Intent, err error) {
	err = o.do(ctx, func(t *tx) error {
		return t.query(`
			SELECT id, device, class, not_after_ms, EXISTS (SELECT 1 FROM acts WHERE acts.id = commands.id)
			FROM commands WHERE outcome IS NULL ORDER BY n`,
			nil, func(row *sqlite3.Stmt) error {
				var in Intent
				var class int64
				err := scan(row, &in.Command, &in.Device, &class, &in.NotAfterMS, &in.Local)
				in.Class = thing.Class(class) //nolint:gosec // written from one above
				all = append(all, in)
				return err
			})
	})
	return all, err
}
