package outbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/ncruces/go-sqlite3"

	"logis/domain"
	"logis/domain/thing"
	"logis/wire"
)

// How long acts and their keys are remembered: both must be passed before one is
// forgotten. Beyond maxActs the oldest is forgotten in any case.
const (
	rememberActs    = 10_000
	rememberActsFor = 24 * time.Hour
	maxActs         = 50_000
)

// Act is a command that a paired client gave here.
type Act struct {
	Command domain.CommandID
	Device  domain.DeviceID
	Client  string // its id
	Key     string // the client's name for its wish: the same wish happens once
	Request [32]byte
	Class   thing.Class
	Set     map[string]thing.Value
	Action  string
	Input   thing.Value
	// Transition is over which the device goes to Set; 0: at once.
	Transition time.Duration
	TTL        time.Duration // 0: it has no deadline
	At         time.Duration // since boot, when it was asked; only of what rules give
}

// ErrKeyReused says that a client used a key before for another wish.
var ErrKeyReused = errors.New("the key was used for another request")

// Accept writes down what a client asks for and tells the cloud, in one
// transaction. It returns the command's id, and when it was accepted by the boot
// clock. A wish that was accepted before has the id it got then, and is not fresh.
func (o *Outbox) Accept(ctx context.Context, a Act) (id domain.CommandID, at time.Duration, fresh bool, err error) {
	boot := o.options.Time.Boot()
	reused := false
	err = o.do(ctx, func(t *tx) error {
		var request []byte
		id = a.Command
		err := t.queryRow(`SELECT id, request FROM acts WHERE client = ? AND key = ?`,
			[]any{a.Client, a.Key}, &id, &request)
		if err != nil {
			return err
		}
		if fresh = request == nil; fresh {
			return t.accept(t.at(boot), a)
		}
		reused = !bytes.Equal(request, a.Request[:])
		return nil
	})
	if err == nil && reused {
		err = ErrKeyReused
	}
	return id, boot, fresh, err
}

func (t *tx) accept(when moment, a Act) error {
	e := wire.Entry{
		Kind: wire.KindAct, Command: a.Command, Device: a.Device, Values: a.Set,
		Action: a.Action, Input: a.Input, Client: a.Client, TransitionMS: a.Transition.Milliseconds(),
	}
	return t.acceptAs(when, a, e)
}

// acceptAs writes an act down and tells it by an entry.
func (t *tx) acceptAs(when moment, a Act, e wire.Entry) error {
	blob, err := json.Marshal(e, json.Deterministic(true))
	if err != nil {
		return err
	}
	err = t.exec(`
		INSERT INTO acts (id, client, key, request, class, ttl_ms, at_ms, boot_ns, boot, entry, open)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)`,
		a.Command, a.Client, a.Key, a.Request[:], int64(a.Class), a.TTL.Milliseconds(), when.ms, when.ns, when.boot, blob)
	if err != nil {
		return err
	}
	if n := t.conn.LastInsertRowID(); n%pruneEvery == 0 {
		err := t.exec(`DELETE FROM acts WHERE n <= ? OR (n <= ? AND at_ms < ?)`,
			n-maxActs, n-rememberActs, when.ms-rememberActsFor.Milliseconds())
		if err != nil {
			return err
		}
	}
	t.news.command(a.Command)
	return t.insert(when, keep, "", blob)
}

// ActState is an act and how far it has come.
type ActState struct {
	Act
	Asked            time.Time // at the server; zero if not known, like the others
	Delivered, Ended time.Time
	Begun            bool
	Outcome          domain.Outcome // "" until it has ended
	Reason           string
	Observed         map[string]thing.Value
}

// Acts returns those of the commands that were given here.
func (o *Outbox) Acts(ctx context.Context, ids ...domain.CommandID) (found []ActState, err error) {
	err = o.do(ctx, func(t *tx) error {
		for _, id := range ids {
			if err := t.act(id, &found); err != nil {
				return err
			}
		}
		return nil
	})
	return found, err
}

func (t *tx) act(id domain.CommandID, found *[]ActState) error {
	return t.query(`
		SELECT acts.client, acts.class, acts.ttl_ms, acts.at_ms, acts.boot_ns, coalesce(acts.boot, ''), acts.entry,
			commands.id IS NOT NULL AND commands.class <> 0, coalesce(begun_ms, 0), coalesce(ended_ms, 0),
			coalesce(outcome, ''), commands.entry
		FROM acts LEFT JOIN commands USING (id) WHERE acts.id = ?`,
		[]any{id}, func(row *sqlite3.Stmt) error {
			a := ActState{}
			var class, ttl, at, ns, begun, ended int64
			var boot, outcome string
			var entry, result []byte
			err := scan(row, &a.Client, &class, &ttl, &at, &ns, &boot, &entry, &a.Begun, &begun, &ended, &outcome, &result)
			if err != nil {
				return err
			}
			var asked, told wire.Entry
			if err := json.Unmarshal(entry, &asked); err != nil {
				return fmt.Errorf("act %s: %w", id, err)
			}
			if result != nil {
				if err := json.Unmarshal(result, &told); err != nil {
					return fmt.Errorf("result of %s: %w", id, err)
				}
			}
			a.Command, a.Device, a.Set, a.Action, a.Input = id, asked.Device, asked.Values, asked.Action, asked.Input
			a.Transition = time.Duration(asked.TransitionMS) * time.Millisecond
			a.Class, a.TTL = thing.Class(class), time.Duration(ttl)*time.Millisecond //nolint:gosec // written from one above
			a.Outcome, a.Reason, a.Observed = domain.Outcome(outcome), told.Reason, told.Observed
			a.Asked = t.dated(at, ns, boot)
			if a.Begun {
				a.Delivered = t.dated(begun, 0, "")
			}
			a.Ended = t.dated(ended, 0, "")
			*found = append(*found, a)
			return nil
		})
}

// dated returns the server's time of a moment, zero if it is not known.
func (t *tx) dated(ms, ns int64, boot string) time.Time {
	if ms != 0 {
		return time.UnixMilli(ms).UTC()
	}
	if boot == t.options.Time.BootID() {
		at, _ := t.options.Time.At(time.Duration(ns))
		return at
	}
	return time.Time{}
}

// closeAct notes that a command, if it was given here, was begun or has ended.
func (t *tx) closeAct(id domain.CommandID) error {
	t.news.command(id)
	return t.exec(`UPDATE acts SET open = 0 WHERE id = ?`, id)
}

// touch notes that an act is about to move its properties. An order that opens
// has no memory.
func (t *tx) touch(in Intent) error {
	if !in.Class.Converges() {
		return nil
	}
	for _, property := range in.Properties {
		err := t.exec(`
			INSERT OR REPLACE INTO touched (device, property, at_ms, boot_ns, boot)
			SELECT ?, ?, at_ms, boot_ns, boot FROM acts WHERE id = ?`,
			in.Device, property, in.Command)
		if err != nil {
			return err
		}
	}
	return nil
}

// turned notes that somebody moved a device by hand while the cloud could not see
// it: what it wants and was asked before is too old then. With a session the cloud
// sees what it asks against, and a device that settles after an order must not
// look like a hand.
func (t *tx) turned(when moment, device Device, name string, value thing.Value) error {
	if t.state.live || device.Model == nil {
		return nil
	}
	if p, ok := device.Model.Properties[name]; !ok || p.ReadOnly {
		return nil // it is measured, or opens
	}
	var before string
	err := t.queryRow(`SELECT value FROM present WHERE device = ? AND property = ?`, []any{device.ID, name}, &before)
	if err != nil || before == "" || before == string(value) {
		return err
	}
	return t.exec(`
		INSERT OR REPLACE INTO touched (device, property, at_ms, boot_ns, boot) VALUES (?, ?, ?, ?, ?)`,
		device.ID, name, when.ms, when.ns, when.boot)
}

// overtaken returns whether what is wanted was asked too long ago: a newer version
// was begun, or somebody acted here since. What is given here comes in the order
// it is given.
func (t *tx) overtaken(in Intent) (Verdict, error) {
	if in.Local {
		return New, nil
	}
	issued, known := issuedAt(in.Command)
	for _, property := range in.Properties {
		var newest int64
		err := t.queryRow(`SELECT version FROM applied WHERE device = ? AND property = ?`,
			[]any{in.Device, property}, &newest)
		if err != nil {
			return 0, err
		}
		if newest > int64(in.Version) {
			return Overtaken, nil
		}
		var ms, ns int64
		var boot string
		err = t.queryRow(`SELECT at_ms, boot_ns, boot FROM touched WHERE device = ? AND property = ?`,
			[]any{in.Device, property}, &ms, &ns, &boot)
		if err != nil {
			return 0, err
		}
		if acted := t.dated(ms, ns, boot); known && !acted.IsZero() && issued.Before(acted) {
			return ActedHere, nil
		}
	}
	return New, nil
}

// issuedAt returns when the cloud made a command's id, which is when it was asked:
// an id of version 7 begins with the server's time in milliseconds.
func issuedAt(id domain.CommandID) (time.Time, bool) {
	if id[6]>>4 != 7 {
		return time.Time{}, false
	}
	var ms int64
	for _, b := range id[:6] {
		ms = ms<<8 | int64(b)
	}
	return time.UnixMilli(ms), true
}

// voidActs ends the acts that an earlier run accepted and did not begin: nothing
// was done, and whoever asked is told so.
func (o *Outbox) voidActs() error {
	return o.transact([]*operation{{run: func(t *tx) error {
		var void []Result
		err := t.query(`SELECT id, entry FROM acts WHERE open = 1 ORDER BY n`, nil,
			func(row *sqlite3.Stmt) error {
				var blob []byte
				r := Result{Outcome: domain.Rejected, Reason: "agent_restarted"}
				if err := scan(row, &r.Command, &blob); err != nil {
					return err
				}
				var e wire.Entry
				if err := json.Unmarshal(blob, &e); err != nil {
					return fmt.Errorf("act %s: %w", r.Command, err)
				}
				r.Device = e.Device
				void = append(void, r)
				return nil
			})
		for _, r := range void {
			if err == nil {
				err = t.finish(r)
			}
		}
		return err
	}, done: make(chan error, 1)}})
}
