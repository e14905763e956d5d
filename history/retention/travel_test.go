package retention_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"logis/domain"
	"logis/eventstore"
	"logis/history/evidence"
	"logis/history/export"
)

func (b *bundle) export(t testing.TB, home domain.HomeID) []byte {
	t.Helper()
	var file bytes.Buffer
	err := pgx.BeginFunc(t.Context(), b.store.Pool(), func(tx pgx.Tx) error { return export.Write(t.Context(), tx, home, &file, nil) })
	if err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func TestALogWithABaseTravelsToTheSameBytes(t *testing.T) {
	t.Parallel()
	b, elsewhere := setup(t), setup(t)
	w := b.lived(t, 21, 120)
	base := b.forget(t, w.Home)
	file := b.export(t, w.Home)
	v, err := export.Import(t.Context(), elsewhere.store, bytes.NewReader(file), b.witness(t).Heads, nil)
	if err != nil || v.Bad != 0 || v.From != base.Seq {
		t.Fatalf("%+v %v", v, err)
	}
	if !bytes.Equal(elsewhere.export(t, w.Home), file) {
		t.Error("a new export is another file")
	}
	if elsewhere.head(t, w.Home) != b.head(t, w.Home) || elsewhere.base(t, w.Home).Root != base.Root {
		t.Error("another head or base")
	}
	elsewhere.now = b.now
	there, err := elsewhere.past.At(t.Context(), w.Home, base.Seq+20)
	seen := text(t, there, err)
	if here, err := b.past.At(t.Context(), w.Home, base.Seq+20); seen != text(t, here, err) {
		t.Error("another past")
	}
	names, err := eventstore.Names(t.Context(), b.store.Pool(), w.Home, 0)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := eventstore.Names(t.Context(), elsewhere.store.Pool(), w.Home, 0)
	if err != nil || len(theirs) != len(names) || len(names) == 0 {
		t.Errorf("%d names, want %d: %v", len(theirs), len(names), err)
	}
	elsewhere.same(t, w.Home)
	elsewhere.month(t, w, 60) // it goes on
	elsewhere.same(t, w.Home)
	if v := elsewhere.verify(t, w.Home); v.Bad != 0 {
		t.Errorf("%+v", v)
	}
}

func TestAFileInPartsIsTheWholeFile(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home := b.lived(t, 22, 30).Home
	base, head := b.forget(t, home), b.head(t, home)
	part, last, err := export.Part(t.Context(), b.store, export.Span{Home: home, To: base.Seq + 10}, true)
	if err != nil || last != base.Seq+10 {
		t.Fatal(last, err)
	}
	rest, last, err := export.Part(t.Context(), b.store, export.Span{Home: home, After: last, To: head.Seq}, false)
	if err != nil || last != head.Seq {
		t.Fatal(last, err)
	}
	whole := b.export(t, home)
	begins := bytes.IndexByte(whole, '\n') // the first line says where it was to end
	if !bytes.Equal(append(part[bytes.IndexByte(part, '\n'):], rest...), whole[begins:]) {
		t.Error("the parts are not the file")
	}
}

// Every line of what stands in the place of what went counts, but for names, which are
// not proven.
func TestEveryChangeOfWhatAFileBeginsWithShows(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home := b.lived(t, 23, 60).Home
	base := b.forget(t, home)
	file, witness := b.export(t, home), b.witness(t)
	lines := bytes.SplitAfter(file, []byte("\n"))
	replace := func(line int, from, to string) []byte {
		changed := bytes.Clone(bytes.Join(lines[:line], nil))
		changed = append(changed, bytes.Replace(lines[line], []byte(from), []byte(to), 1)...)
		return append(changed, bytes.Join(lines[line+1:], nil)...)
	}
	for name, changed := range map[string][]byte{
		"no base":       bytes.Join(append([][]byte{bytes.Replace(lines[0], []byte(evidence.BaseFormat), []byte(evidence.Format), 1)}, lines[2:]...), nil),
		"another seq":   replace(0, `"base":{"seq":`, `"base":{"seq":1`),
		"another root":  replace(0, base.Hash.String(), base.State.String()),
		"another state": replace(0, base.State.String(), base.Hash.String()),
		"another time":  replace(0, `"recorded_at":"2024`, `"recorded_at":"2023`),
		"fewer lines":   replace(0, `"state_lines":1`, `"state_lines":2`),
		"many lines":    replace(0, `"state_lines":1`, `"state_lines":1000000`),
		"state cut":     replace(1, `"state_base64":"`, `"state_base64":"AAAA`),
		"state removed": bytes.Join(append([][]byte{lines[0]}, lines[2:]...), nil),
		"a new member":  replace(1, `{`, `{"x":1,`),
	} {
		if bytes.Equal(changed, file) {
			t.Errorf("%s: nothing changed", name)
		}
		v, err := evidence.Verify(bytes.NewReader(changed), witness.Heads)
		if err == nil && v.Bad == 0 {
			t.Errorf("%s: %+v", name, v)
		}
		if err != nil && !errors.Is(err, evidence.ErrNotExport) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The server's role deletes nothing, the sealer only what is sealed and signed.
func TestOnlyWhatIsSealedAndSignedCanBeDeleted(t *testing.T) {
	t.Parallel()
	b := setup(t)
	home := b.lived(t, 24, 30).Home
	b.sweep(t)
	as := func(role, sql string) error {
		return pgx.BeginFunc(t.Context(), b.store.Pool(), func(tx pgx.Tx) error {
			if _, err := tx.Exec(t.Context(), `SET LOCAL ROLE `+role); err != nil {
				t.Fatal(err)
			}
			_, err := tx.Exec(t.Context(), sql, [16]byte(home))
			return err
		})
	}
	refused := func(when, role, sql string) {
		t.Helper()
		var pg *pgconn.PgError
		if err := as(role, sql); !errors.As(err, &pg) || pg.Code != "42501" {
			t.Errorf("%s, %s may %s: %v", when, role, sql, err)
		}
	}
	const first, begun = `DELETE FROM events WHERE home_id = $1 AND seq <= 5`, `UPDATE home_bases SET begun_at = now() WHERE home_id = $1`
	refused("sealed", "logis_app", first)
	refused("sealed", "logis_sealer", first)
	if err := as("logis_sealer", begun); err != nil {
		t.Fatal(err)
	}
	refused("begun, but not signed", "logis_sealer", first)
	b.sign(t)
	refused("signed", "logis_app", first)
	refused("signed", "logis_app", begun)
	refused("signed", "logis_sealer", `DELETE FROM events WHERE home_id = $1`)
	refused("signed", "logis_sealer", `UPDATE events SET actor = 'me' WHERE home_id = $1`)
	refused("signed", "logis_sealer", `INSERT INTO events SELECT * FROM events WHERE home_id = $1`)
	refused("signed", "logis_sealer", `UPDATE home_heads SET seq = 1 WHERE home_id = $1`)
	if err := as("logis_sealer", first); err != nil {
		t.Error(err)
	}
}
