package retention_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/eventstore"
	"logis/history/evidence"
	"logis/history/export"
	"logis/history/proof/prooftest"
)

// places is how often each kind of tampering is tried, somewhere.
const places = 50

// beginnings are ways to change where a log begins: %b is the base, %k some event after
// it, %n the newest, %s the one that seals what went, %h the home.
func beginnings() []prooftest.Tampering {
	const bases, here = ` home_bases SET `, ` WHERE home_id = '%h'`
	return []prooftest.Tampering{
		{Name: "state of the base", SQL: `UPDATE` + bases + `doc = set_byte(doc, %k % length(doc), get_byte(doc, %k % length(doc)) # 1)` + here},
		{Name: "sum of the state", SQL: `UPDATE` + bases + `sum = sha256(sum)` + here},
		{Name: "state and sum", SQL: `UPDATE` + bases + `doc = '\x0300', sum = sha256('')` + here},
		{Name: "root", SQL: `UPDATE` + bases + `root = sha256(root)` + here},
		{Name: "time of the base", SQL: `UPDATE` + bases + `recorded_at = recorded_at - interval '1 microsecond'` + here},
		{Name: "base removed", SQL: `DELETE FROM home_bases` + here},
		{Name: "base moved on", SQL: `UPDATE` + bases + `seq = %k, root = (SELECT hash FROM events WHERE home_id = '%h' AND seq = %k),
			recorded_at = (SELECT recorded_at FROM events WHERE home_id = '%h' AND seq = %k), sealed_by = %n + 1` + here + `;
			DELETE FROM events` + here + ` AND seq <= %k`},
		{Name: "first event after the root removed", SQL: `DELETE FROM events` + here + ` AND seq = %b + 1`},
		{Name: "first events after the root removed", SQL: `DELETE FROM events` + here + ` AND seq < %k`},
		{Name: "seal removed", SQL: `DELETE FROM events` + here + ` AND seq = %s; UPDATE events SET seq = seq + 999999` + here + ` AND seq > %s;
			UPDATE events SET seq = seq - 1000000` + here + ` AND seq > 500000`},
		{Name: "seal changed", SQL: `UPDATE events SET data = overlay(data PLACING '\x32' FROM 11 FOR 1)` + here + ` AND seq = %s`},
		{Name: "seal is another event", SQL: `UPDATE events SET type = 'home.renamed', data = '{}'` + here + ` AND seq = %s`},
		{Name: "an event before the base", Plain: true, SQL: `INSERT INTO events SELECT home_id, 1 + %k % %b,
			recorded_at, occurred_at, event_id, entity, gateway_id, edge_seq, causation,
			correlation, edge_epoch, schema, flags, type, actor, model, data, hash FROM events` + here + ` AND seq = %k`},
	}
}

// Somebody with all rights changes a log whose beginning was sealed and went, clumsily
// or so that the whole chain fits again. The export alone, with what was signed, tells;
// what no export shows is told by the database.
func TestEveryTamperingWithASealedLogShows(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home := b.lived(t, 41, 12).Home
	base := b.forget(t, home)
	head, witness := b.head(t, home), b.witness(t)
	conn, err := pgx.Connect(t.Context(), b.dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	random := rand.New(rand.NewPCG(41, 41))
	check := func(tamper prooftest.Tampering, rewrite bool) {
		k := base.Seq + 1 + domain.Seq(random.Int64N(int64(head.Seq-base.Seq)-1))
		sql := strings.NewReplacer("%h", home.String(), "%k", fmt.Sprint(k), "%n", fmt.Sprint(head.Seq),
			"%b", fmt.Sprint(base.Seq), "%s", fmt.Sprint(base.Sealed)).Replace(tamper.SQL)
		tx, err := conn.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = tx.Rollback(context.Background()) }()
		if _, err := tx.Exec(t.Context(), `SET LOCAL session_replication_role = replica; `+sql); err != nil {
			t.Fatalf("%s: %v", tamper.Name, err)
		}
		if rewrite {
			prooftest.Rechain(t, tx, home)
		}
		stored, err := eventstore.Verify(t.Context(), tx, home, witness.Heads(home)...)
		if err != nil || (stored.Bad != 0) != (sql != "") {
			t.Errorf("%s at %d (rewritten %v): the database says event %d %q %v", tamper.Name, k, rewrite, stored.Bad, stored.Reason, err)
		}
		if tamper.Name == "an event before the base" {
			return // it reaches no file
		}
		var file bytes.Buffer
		if err := export.Write(t.Context(), tx, home, &file, nil); err != nil {
			t.Fatalf("%s: %v", tamper.Name, err)
		}
		v, err := evidence.Verify(&file, witness.Heads)
		if err != nil || (v.Bad != 0) != (sql != "") {
			t.Errorf("%s at %d (rewritten %v): event %d %q %v", tamper.Name, k, rewrite, v.Bad, v.Reason, err)
		}
	}
	check(prooftest.Tampering{Name: "nothing"}, false)
	check(prooftest.Tampering{Name: "nothing"}, true)
	for _, tamper := range append(prooftest.Tamperings(), beginnings()...) {
		for n := range places {
			check(tamper, n%2 == 0 && !tamper.Plain)
		}
	}
}

// A whole log is made anew with a beginning of the forger's own, sealed as it should be:
// only what was signed tells.
func TestASealThatNothingSignedCoversIsNotBelieved(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.lived(t, 42, 12)
	old := b.witness(t).Heads(w.Home)
	base := b.forget(t, w.Home)
	if v := b.verify(t, w.Home, b.witness(t).Heads(w.Home)...); v.Bad != 0 {
		t.Fatalf("%+v", v)
	}
	if old[len(old)-1].Seq >= base.Sealed {
		t.Fatal("the test wants heads from before the seal")
	}
	if v := b.verify(t, w.Home, old...); v.Bad != base.Seq {
		t.Errorf("heads from before the seal prove it: %+v", v)
	}
}
