package proof_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/eventstore"
	"logis/history/evidence"
	"logis/history/export"
)

// places is how often each kind of tampering is tried, somewhere.
const places = 50

// tampering is a way to change a log behind the server's back: %k is some event,
// %n the newest, %h the home.
type tampering struct {
	name, sql string
	plain     bool // making the chain fit again would undo it
}

func tamperings() []tampering {
	const here = ` WHERE home_id = '%h' AND seq `
	all := []tampering{
		{"removed", `DELETE FROM events` + here + `= %k; UPDATE events SET seq = seq + 999999` + here + `> %k;
			UPDATE events SET seq = seq - 1000000` + here + `> 500000`, false},
		{"inserted", `UPDATE events SET seq = seq + 1000001` + here + `> %k; UPDATE events SET seq = seq - 1000000` + here + `> 500000;
			INSERT INTO events SELECT home_id, seq + 1, recorded_at, occurred_at, gen_random_uuid(), entity, gateway_id, edge_seq, causation,
			correlation, edge_epoch, schema, flags, type, actor, model, data, hash FROM events` + here + `= %k`, false},
		{"swapped", `UPDATE events SET seq = 1000000` + here + `= %k; UPDATE events SET seq = %k` + here + `= %n;
			UPDATE events SET seq = %n` + here + `= 1000000`, false},
		{"cut off", `DELETE FROM events` + here + `>= %k`, false},
		{"beginning cut off", `DELETE FROM events` + here + `< %k; UPDATE events SET seq = seq - %k + 1` + here + `> 0`, false},
		{"removed, with a gap", `DELETE FROM events` + here + `= %k`, false},
		{"moved to another home", `UPDATE events SET home_id = gen_random_uuid()` + here + `= %k`, false},
		{"head set back", `UPDATE home_heads SET seq = %k - 1, hash = sha256(hash) WHERE home_id = '%h'`, true},
	}
	for _, c := range [][2]string{
		{"recorded_at", `recorded_at + interval '1 microsecond'`}, {"occurred_at", `occurred_at - interval '1 hour'`},
		{"event_id", `gen_random_uuid()`}, {"entity", `gen_random_uuid()`}, {"gateway_id", `gen_random_uuid()`},
		{"edge_seq", `coalesce(edge_seq, 0) + 1`}, {"edge_epoch", `coalesce(edge_epoch, 0) + 1`},
		{"causation", `coalesce(causation, 0) + 1`}, {"correlation", `coalesce(correlation, 0) + 1`},
		{"schema", `schema + 1`}, {"flags", `flags # 1`}, {"type", `type || 'x'`}, {"actor", `actor || 'x'`},
		{"model", `coalesce(model, '') || 'x'`}, {"data", `set_byte(data, 0, get_byte(data, 0) # 1)`}, {"data", `'\xff00'`},
	} {
		all = append(all, tampering{
			name: c[0] + " = " + c[1], sql: `UPDATE events SET ` + c[0] + ` = ` + c[1] + here + `= %k`,
		})
	}
	return all
}

// Somebody with all rights changes the database, clumsily or so that the whole chain
// fits again; then it is exported. The file alone, with what was signed, tells.
func TestEveryTamperingShowsInAnExport(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home := b.lived(t, 41, 3, 20).Home
	head, witness := b.head(t, home), b.witness(t)
	conn, err := pgx.Connect(t.Context(), b.dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	random := rand.New(rand.NewPCG(41, 41))
	check := func(name, sql string, rewrite bool) {
		k := 1 + domain.Seq(random.Int64N(int64(head.Seq)-1))
		sql = strings.NewReplacer("%h", home.String(), "%k", fmt.Sprint(k), "%n", fmt.Sprint(head.Seq)).Replace(sql)
		tx, err := conn.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = tx.Rollback(context.Background()) }()
		if _, err := tx.Exec(t.Context(), `SET LOCAL session_replication_role = replica; `+sql); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if rewrite {
			rechain(t, tx, home)
		}
		var file bytes.Buffer
		if err := export.Write(t.Context(), tx, home, &file, nil); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		v, err := evidence.Verify(&file, witness.Heads)
		if err != nil || (v.Bad != 0) != (sql != "") {
			t.Errorf("%s at %d (rewritten %v): event %d %q %v", name, k, rewrite, v.Bad, v.Reason, err)
		}
	}
	check("nothing", "", false)
	check("nothing", "", true)
	for _, tamper := range tamperings() {
		for n := range places {
			check(tamper.name, tamper.sql, n%2 == 0 && !tamper.plain)
		}
	}
}

// rechain makes every link anew and the head with them, as a forger would who has
// read the documentation. It is written after docs/export.md, not after the code.
func rechain(t *testing.T, tx pgx.Tx, home domain.HomeID) {
	t.Helper()
	var seqs []int64
	var hashes [][]byte
	previous := make([]byte, 32)
	err := eventstore.ScanRows(t.Context(), tx, home, 0, 0, func(r *eventstore.Row) error {
		var b bytes.Buffer
		number := func(n int64) { b.Write(binary.BigEndian.AppendUint64(nil, uint64(n))) }
		text := func(s string) {
			b.Write(binary.BigEndian.AppendUint32(nil, uint32(len(s))))
			b.WriteString(s)
		}
		b.WriteString("logis event v1")
		b.Write(previous)
		b.Write(home[:])
		number(int64(r.Seq))
		b.Write(r.ID[:])
		number(r.RecordedAt.UnixMicro())
		number(r.OccurredAt.UnixMicro())
		b.Write(r.Entity[:])
		b.Write(r.Edge.Gateway[:])
		number(int64(r.Edge.Epoch))
		number(r.Edge.Seq)
		number(int64(r.Causation))
		number(int64(r.Correlation))
		number(int64(r.Schema))
		number(int64(r.Flags))
		text(r.Type)
		text(string(r.Actor))
		text(r.Model)
		data := sha256.Sum256(r.Data)
		b.Write(data[:])
		sum := sha256.Sum256(b.Bytes())
		previous = sum[:]
		seqs, hashes = append(seqs, int64(r.Seq)), append(hashes, previous)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = tx.Exec(t.Context(), `UPDATE events e SET hash = n.hash FROM unnest($2::bigint[], $3::bytea[]) AS n (seq, hash)
		WHERE e.home_id = $1 AND e.seq = n.seq`, [16]byte(home), seqs, hashes)
	if err != nil {
		t.Fatal(err)
	}
	_, err = tx.Exec(t.Context(), `UPDATE home_heads h SET seq = e.seq, hash = e.hash, recorded_at = e.recorded_at FROM events e
		WHERE h.home_id = $1 AND e.home_id = $1 AND e.seq = (SELECT max(seq) FROM events WHERE home_id = $1)`, [16]byte(home))
	if err != nil {
		t.Fatal(err)
	}
}

// The file itself is changed.
func TestEveryChangeOfAnExportShows(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home := b.lived(t, 42, 3, 20).Home
	witness := b.witness(t)
	var whole bytes.Buffer
	err := pgx.BeginFunc(t.Context(), b.store.Pool(), func(tx pgx.Tx) error { return export.Write(t.Context(), tx, home, &whole, nil) })
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(strings.TrimSuffix(whole.String(), "\n"), "\n")
	lines[len(lines)-1] += "\n"
	if v, err := evidence.Verify(strings.NewReader(strings.Join(lines, "")), witness.Heads); err != nil || v.Bad != 0 {
		t.Fatalf("%+v %v", v, err)
	}
	random := rand.New(rand.NewPCG(42, 42))
	for name, change := range map[string]func(lines []string, k int) []string{
		"a line removed": func(l []string, k int) []string { return append(l[:k:k], l[k+1:]...) },
		"a line doubled": func(l []string, k int) []string { return append(l[:k:k], l[k-1:]...) },
		"two lines change": func(l []string, k int) []string {
			next := k%(len(l)-1) + 1 // never the first line: without it there is no export
			l[k], l[next] = l[next], l[k]
			return l
		},
		"the end cut off":  func(l []string, k int) []string { return l[:k] },
		"cut in a line":    func(l []string, k int) []string { return append(l[:k:k], l[k][:len(l[k])/2]) },
		"a line is empty":  func(l []string, k int) []string { return append(l[:k:k], append([]string{"\n"}, l[k:]...)...) },
		"a new member":     func(l []string, k int) []string { l[k] = strings.Replace(l[k], "{", `{"x":1,`, 1); return l },
		"a doubled member": func(l []string, k int) []string { l[k] = strings.Replace(l[k], "{", `{"schema":1,`, 1); return l },
		"another actor":    func(l []string, k int) []string { l[k] = strings.Replace(l[k], `"actor":"`, `"actor":"x`, 1); return l },
		"another hash": func(l []string, k int) []string {
			i := strings.Index(l[k], `"hash":"`) + len(`"hash":"`)
			l[k] = l[k][:i] + map[bool]string{true: "1", false: "0"}[l[k][i] == '0'] + l[k][i+1:]
			return l
		},
		"cut off, and the first line fits": func(l []string, k int) []string {
			i := strings.Index(l[k-1], `"hash":"`)
			if k == 1 {
				return l[:1]
			}
			return append([]string{fmt.Sprintf(`{"format":%q,"home":%q,"seq":%d,%s`, evidence.Format, home, k-1, l[k-1][i:])}, l[1:k]...)
		},
		"of another home": func(l []string, _ int) []string {
			l[0] = strings.Replace(l[0], home.String(), "0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a01", 1)
			return l
		},
	} {
		for range places {
			k := 1 + random.IntN(len(lines)-1)
			changed := strings.Join(change(append([]string{}, lines...), k), "")
			v, err := evidence.Verify(strings.NewReader(changed), witness.Heads)
			if err != nil || v.Bad == 0 {
				t.Errorf("%s at %d: %+v %v", name, k, v, err)
			}
		}
	}
}
