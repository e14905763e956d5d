package eventstore_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/domain/chain"
	"logis/eventstore"
)

// tampering is one way to change a log behind the server's back. %k is the event
// chosen, %n the newest, %h the home.
type tampering struct {
	name string
	sql  []string
	bad  string // which event must be named: "k", "k+1", "n", "n+1" or "1"
}

// columns are tampered with one by one; every expression changes the value, or
// only how nothing is written.
func columns() []tampering {
	var all []tampering
	for _, c := range [][2]string{
		{"recorded_at", `recorded_at + interval '1 microsecond'`}, {"recorded_at", `'infinity'`}, {"recorded_at", `'-infinity'`},
		{"occurred_at", `occurred_at - interval '1 microsecond'`}, {"occurred_at", `'infinity'`},
		{"event_id", `gen_random_uuid()`}, {"entity", `gen_random_uuid()`},
		{"gateway_id", `gen_random_uuid()`}, {"gateway_id", `CASE WHEN gateway_id IS NULL THEN '00000000-0000-0000-0000-000000000000'::uuid END`},
		{"edge_seq", `coalesce(edge_seq, 0) + 1`}, {"edge_seq", `CASE WHEN edge_seq IS NULL THEN 0 END`},
		{"edge_epoch", `coalesce(edge_epoch, 0) + 1`}, {"edge_epoch", `CASE WHEN edge_epoch IS NULL THEN 0 END`},
		{"causation", `coalesce(causation, 0) + 1`}, {"causation", `CASE WHEN causation IS NULL THEN 0 END`},
		{"correlation", `coalesce(correlation, 0) + 1`}, {"correlation", `CASE WHEN correlation IS NULL THEN 0 END`},
		{"schema", `schema + 1`}, {"flags", `flags # 1`}, {"flags", `flags # 16384`},
		{"type", `type || 'x'`}, {"type", `''`}, {"actor", `actor || 'x'`}, {"actor", `''`},
		{"model", `coalesce(model, '') || 'x'`}, {"model", `CASE WHEN model IS NULL THEN '' END`},
		{"data", `data || ' '::bytea`}, {"data", `''`}, {"data", `set_byte(data, 0, get_byte(data, 0) # 1)`},
		{"hash", `set_byte(hash, 31, get_byte(hash, 31) # 1)`}, {"hash", `''`}, {"hash", `hash || 'x'::bytea`},
	} {
		all = append(all, tampering{
			name: c[0] + " = " + c[1], bad: "k",
			sql: []string{`UPDATE events SET ` + c[0] + ` = ` + c[1] + ` WHERE home_id = '%h' AND seq = %k`},
		})
	}
	return all
}

func structures() []tampering {
	const here = ` WHERE home_id = '%h' AND seq `
	move := func(from, by string) []string { // in two steps, or seqs would meet
		return []string{
			`UPDATE events SET seq = seq + 1000000 + ` + by + here + from,
			`UPDATE events SET seq = seq - 1000000` + here + `> 500000`,
		}
	}
	swap := []string{
		`UPDATE events SET seq = 1000000` + here + `= %k`, `UPDATE events SET seq = %k` + here + `= %n`,
		`UPDATE events SET seq = %n` + here + `= 1000000`,
	}
	return []tampering{
		{"moved to another home", []string{`UPDATE events SET home_id = gen_random_uuid()` + here + `= %k`}, "k"},
		{"deleted", []string{`DELETE FROM events` + here + `= %k`}, "k"},
		{"first deleted", []string{`DELETE FROM events` + here + `= 1`}, "1"},
		{"last deleted", []string{`DELETE FROM events` + here + `= %n`}, "n"},
		{"end cut off", []string{`DELETE FROM events` + here + `>= %k`}, "k"},
		{"beginning cut off", []string{`DELETE FROM events` + here + `<= %k`}, "1"},
		{"all deleted", []string{`DELETE FROM events` + here + `> 0`}, "1"},
		{"deleted and closed up", append([]string{`DELETE FROM events` + here + `= %k`}, move(`> %k`, `-1`)...), "k"},
		{"doubled", append(move(`> %k`, `1`), `INSERT INTO events SELECT home_id, seq + 1, recorded_at, occurred_at, event_id, entity, gateway_id,
			edge_seq, causation, correlation, edge_epoch, schema, flags, type, actor, model, data, hash FROM events`+here+`= %k`), "k+1"},
		{"swapped with the last", swap, "k"},
		{"head raised", []string{`UPDATE home_heads SET seq = seq + 1 WHERE home_id = '%h'`}, "n+1"},
		{"head lowered", []string{`UPDATE home_heads SET seq = %k WHERE home_id = '%h'`}, "k"},
		{"head lowered to nothing", []string{`UPDATE home_heads SET seq = 0 WHERE home_id = '%h'`}, "1"},
		{"head moved back", []string{`UPDATE home_heads SET seq = %k, hash = e.hash, recorded_at = e.recorded_at FROM events e
			WHERE e.home_id = '%h' AND e.seq = %k AND home_heads.home_id = '%h'`}, "k+1"},
		{"head with another hash", []string{`UPDATE home_heads SET hash = sha256(hash) WHERE home_id = '%h'`}, "n"},
		{"head with another time", []string{`UPDATE home_heads SET recorded_at = recorded_at + interval '1 microsecond' WHERE home_id = '%h'`}, "n"},
		{"head deleted", []string{`DELETE FROM home_heads WHERE home_id = '%h'`}, "1"},
	}
}

func TestEveryTamperingIsNamedAtItsPlace(t *testing.T) {
	t.Parallel()
	const events, places = 300, 6
	b := setup(t)
	home := b.lived(t, 11, events).Home
	b.lived(t, 12, events) // another home is left alone
	head := b.head(t, home)
	b.checkSound(t, home)
	conn, err := pgx.Connect(t.Context(), b.dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	random := rand.New(rand.NewPCG(5, 5))
	for _, tamper := range append(columns(), structures()...) {
		for range places {
			k := 1 + domain.Seq(random.Int64N(int64(head.Seq)-1))
			verdicts, changed := tamper.verify(t, conn, home, head, k)
			if !changed {
				continue // there was nothing of the kind at this place
			}
			want := map[string]domain.Seq{"k": k, "k+1": k + 1, "n": head.Seq, "n+1": head.Seq + 1, "1": 1}[tamper.bad]
			for i, v := range verdicts {
				if v.Bad != want || v.Reason == "" || v.Events < want-1 {
					t.Errorf("%s at %d, verdict %d: event %d %q, %d sound; want event %d", tamper.name, k, i, v.Bad, v.Reason, v.Events, want)
				}
			}
		}
	}
	b.checkSound(t, home)
}

// verify tampers in a transaction, verifies there, as a whole and in parts, and takes
// it back.
func (tamper tampering) verify(t *testing.T, conn *pgx.Conn, home domain.HomeID, head eventstore.Head, k domain.Seq) (v [2]chain.Verdict, changed bool) {
	t.Helper()
	tx, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(context.Background()) }()
	if _, err := tx.Exec(t.Context(), `SET LOCAL session_replication_role = replica`); err != nil {
		t.Fatal(err) // without it the trigger refuses, whoever asks
	}
	for _, sql := range tamper.sql {
		n, err := tx.Exec(t.Context(), fill(sql, home, head.Seq, k))
		if err != nil {
			t.Fatalf("%s: %v", tamper.name, err)
		}
		changed = changed || n.RowsAffected() > 0
	}
	if v[0], err = eventstore.Verify(t.Context(), tx, home, head); err == nil {
		v[1], err = inParts(t.Context(), tx, home, head)
	}
	if err != nil {
		t.Fatalf("%s at %d: %v", tamper.name, k, err)
	}
	return v, changed
}

// inParts verifies a home in parts, up to where it says that it ends or is known to
// have ended, until one is not sound.
func inParts(ctx context.Context, tx pgx.Tx, home domain.HomeID, remembered eventstore.Head) (v chain.Verdict, err error) {
	const part = 37
	end := remembered.Seq
	if head, err := eventstore.HeadOf(ctx, tx, home); err == nil {
		end = max(end, head.Seq)
	}
	for v.Bad == 0 && err == nil && v.Events < end {
		to := min(v.Events+part, end)
		var heads []eventstore.Head
		if to == end {
			heads = append(heads, remembered)
		}
		v, err = eventstore.VerifyPart(ctx, tx, home, v.Events, to, heads...)
	}
	return v, err
}

func fill(sql string, home domain.HomeID, n, k domain.Seq) string {
	out := ""
	for i := 0; i < len(sql); i++ {
		if sql[i] != '%' {
			out += sql[i : i+1]
			continue
		}
		i++
		out += map[byte]string{'h': home.String(), 'n': fmt.Sprint(n), 'k': fmt.Sprint(k)}[sql[i]]
	}
	return out
}

func TestAForgedEventBeyondTheHeadIsNamed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home := b.lived(t, 13, 50).Home
	head := b.head(t, home)
	forged := b.list(t, eventstore.Filter{Home: home, Newest: true})[0]
	forged.Seq++
	hash := eventstore.Link(head.Hash, &forged.RecordedEvent, forged.Type)
	// The server's own role could write it: only its seq and hash are new.
	b.exec(t, `INSERT INTO events SELECT home_id, seq + 1, recorded_at, occurred_at, event_id, entity, gateway_id, edge_seq,
		causation, correlation, edge_epoch, schema, flags, type, actor, model, data, $3 FROM events WHERE home_id = $1 AND seq = $2`,
		[16]byte(home), int64(head.Seq), hash[:])
	v, err := eventstore.Verify(t.Context(), b.pool, home, head)
	if err != nil || v.Bad != head.Seq+1 {
		t.Errorf("event %d %s (%v), want %d", v.Bad, v.Reason, err, head.Seq+1)
	}
}

func TestAForgedEventWhoseHashFitsIsNamedByTheNext(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home := b.lived(t, 16, 50).Home
	rows := b.list(t, eventstore.Filter{Home: home})
	const k = 20
	forged := rows[k-1]
	forged.Actor = "somebody else"
	hash := eventstore.Link(rows[k-2].Hash, &forged.RecordedEvent, forged.Type)
	b.superuser(t, fmt.Sprintf(`SET session_replication_role = replica; UPDATE events SET actor = '%s', hash = '\x%s' WHERE home_id = '%s' AND seq = %d`,
		forged.Actor, hash, home, forged.Seq))
	v, err := eventstore.Verify(t.Context(), b.pool, home, b.head(t, home))
	if err != nil || v.Bad != k+1 || v.Events != k {
		t.Errorf("event %d %s (%v), want %d", v.Bad, v.Reason, err, k+1)
	}
}

func TestAChainWrittenAnewShowsAgainstAWitnessedHead(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.lived(t, 14, 100)
	witnessed := b.head(t, w.Home)
	if err := w.Write(t.Context(), b.store, 50); err != nil {
		t.Fatal(err)
	}
	// The same home lived again, elsewhere, is sound in itself.
	anew := setup(t)
	other := anew.lived(t, 14, 200)
	anew.checkSound(t, other.Home)
	v, err := eventstore.Verify(t.Context(), anew.pool, other.Home, witnessed)
	if err != nil || v.Bad != witnessed.Seq {
		t.Errorf("event %d %s (%v), want %d", v.Bad, v.Reason, err, witnessed.Seq)
	}
	// And a witness of the true log agrees, however far it has come since.
	if v, err := eventstore.Verify(t.Context(), b.pool, w.Home, witnessed); err != nil || v.Bad != 0 {
		t.Errorf("event %d %s (%v)", v.Bad, v.Reason, err)
	}
	// A head that is ahead of the log is a log that lost its end.
	ahead := b.head(t, w.Home)
	ahead.Seq += 3
	if v, err := eventstore.Verify(t.Context(), b.pool, w.Home, ahead); err != nil || v.Bad != ahead.Seq-2 {
		t.Errorf("event %d %s (%v)", v.Bad, v.Reason, err)
	}
}

func TestALogIsVerifiedWhileItGrows(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home := b.lived(t, 15, 2*eventstore.ScanPage).Home
	done := make(chan error, 1)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		var err error
		for err == nil && ctx.Err() == nil {
			err = b.store.Append(t.Context(), []domain.HomeID{home}, func(ctx context.Context, tx *eventstore.Tx) error {
				_, err := tx.Record(ctx, home, domain.Event{Entity: home.Entity(), Fact: domain.HomeRenamed{}})
				return err
			})
		}
		done <- err
	}()
	for range 5 {
		head := b.head(t, home)
		if v, err := eventstore.Verify(t.Context(), b.pool, home, head); err != nil || v.Bad != 0 || v.Events < head.Seq {
			t.Errorf("event %d %s (%v)", v.Bad, v.Reason, err)
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestAHomeWithoutEventsIsSound(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v, err := eventstore.Verify(t.Context(), b.pool, newID[domain.HomeKind](), eventstore.Head{})
	if err != nil || v.Bad != 0 || v.Events != 0 {
		t.Errorf("%+v, %v", v, err)
	}
}
