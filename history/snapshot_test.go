package history_test

import (
	"bytes"
	"log/slog"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"logis/domain"
	"logis/eventstore"
	"logis/history"
)

// fromZero folds a home from its first event, without any help.
func (b *bundle) fromZero(t testing.TB, home domain.HomeID, seq domain.Seq) *domain.Home {
	t.Helper()
	state := domain.NewHome(home, b.tables.Catalog)
	if seq == 0 {
		return state
	}
	if err := eventstore.Scan(t.Context(), b.store.Pool(), home, 0, seq, state.Apply); err != nil {
		t.Fatal(err)
	}
	return state
}

// snapshots returns where states of the home are kept.
func (b *bundle) snapshots(t testing.TB, home domain.HomeID) (seqs []domain.Seq) {
	t.Helper()
	err := b.store.Pool().QueryRow(t.Context(),
		`SELECT coalesce(array_agg(seq ORDER BY seq), '{}') FROM snapshots WHERE home_id = $1`, [16]byte(home)).Scan(&seqs)
	if err != nil {
		t.Fatal(err)
	}
	return seqs
}

func (b *bundle) keep(t testing.TB) {
	t.Helper()
	if err := b.past.Keep(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (b *bundle) exec(t testing.TB, sql string, args ...any) {
	t.Helper()
	if tag, err := b.store.Pool().Exec(t.Context(), sql, args...); err != nil || tag.RowsAffected() == 0 {
		t.Fatal(tag, err)
	}
}

func TestAThousandInstantsComeOutAsFoldedFromZero(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.past.SetSnapshots(50, 1000)
	w := b.lived(t, 21, 2500)
	b.keep(t)
	b.write(t, w, 700) // beyond the last kept state
	head, err := eventstore.HeadOf(t.Context(), b.store.Pool(), w.Home)
	if err != nil {
		t.Fatal(err)
	}
	want := make([]string, head.Seq+1)
	state := domain.NewHome(w.Home, b.tables.Catalog)
	want[0] = look(t, state)
	err = eventstore.Scan(t.Context(), b.store.Pool(), w.Home, 0, 0, func(ev *domain.RecordedEvent) error {
		err := state.Apply(ev)
		want[ev.Seq] = look(t, state)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(21, 21))
	compare := func(instants int) {
		for range instants {
			seq := domain.Seq(random.Int64N(int64(head.Seq) + 1))
			got, err := b.past.At(t.Context(), w.Home, seq)
			if err != nil || look(t, got) != want[seq] {
				t.Fatalf("at %d (%v)\ngot  %s\nwant %s", seq, err, look(t, got), want[seq])
			}
		}
	}
	compare(500)
	b.exec(t, `DELETE FROM snapshots`)
	compare(20)
	b.keep(t) // made again, and the projections too
	if _, err := b.tables.Rebuild(t.Context(), b.store.Pool(), w.Home, nil); err != nil {
		t.Fatal(err)
	}
	compare(480)
	if found := b.snapshots(t, w.Home); len(found) != int(head.Seq/50) {
		t.Errorf("%d states kept of %d events", len(found), head.Seq)
	}
}

// What is not exported must follow from the rest: it is not kept.
func TestEveryPartOfAHomeIsKept(t *testing.T) {
	t.Parallel()
	var hidden []string
	for field := range fieldsOf(reflect.TypeFor[domain.Home]()) {
		if !field.IsExported() {
			hidden = append(hidden, field.Name)
		}
	}
	if !slices.Equal(hidden, []string{"catalog", "models", "triggers", "before", "changes"}) {
		t.Errorf("parts of a home that a snapshot would lose: %v", hidden)
	}
}

func fieldsOf(t reflect.Type) func(func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for i := range t.NumField() {
			if !yield(t.Field(i)) {
				return
			}
		}
	}
}

func TestAnAlteredSnapshotIsNoticedAndNotUsed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.lived(t, 22, 300)
	want := look(t, b.fromZero(t, w.Home, 290))
	for _, c := range []struct {
		name, set string
		told      bool // the log of the server tells it
	}{
		{"another text", `doc = set_byte(doc, 40, get_byte(doc, 40) # 1)`, true},
		{"cut", `doc = substr(doc, 1, 50)`, true},
		{"empty", `doc = ''`, true},
		{"another sum", `sum = sha256(sum)`, true},
		{"the text of another", `doc = (SELECT doc FROM snapshots WHERE seq = 100), sum = (SELECT sum FROM snapshots WHERE seq = 100)`, true},
		{"another hash", `hash = sha256(hash)`, false},
		{"another format", `format = 'ffffffffffffffff'`, false},
		{"beyond", `seq = 299`, false},
	} {
		var told bytes.Buffer
		b.past = history.New(b.store, slog.New(slog.NewTextHandler(&told, nil)))
		b.past.SetSnapshots(50, 1000)
		_, _ = b.store.Pool().Exec(t.Context(), `DELETE FROM snapshots`)
		b.keep(t)
		b.exec(t, `UPDATE snapshots SET `+c.set+` WHERE seq = 250`)
		for range 2 {
			got, err := b.past.At(t.Context(), w.Home, 290)
			if err != nil || look(t, got) != want {
				t.Errorf("%s: %v\ngot  %s\nwant %s", c.name, err, look(t, got), want)
			}
		}
		if times := strings.Count(told.String(), "snapshot dropped"); (times == 1) != c.told {
			t.Errorf("%s: told %d times: %s", c.name, times, told.String())
		}
	}
}

func TestTheSnapshotsOfALongLogAreFewerNotMore(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.past.SetSnapshots(10, 8)
	w := b.lived(t, 23, 78)
	b.keep(t)
	if got := b.snapshots(t, w.Home); !slices.Equal(got, []domain.Seq{10, 20, 30, 40, 50, 60, 70, 80}[:len(got)]) || len(got) < 7 {
		t.Errorf("kept at %v", got)
	}
	b.write(t, w, 250)
	b.keep(t)
	b.keep(t) // nothing is left to do
	got := b.snapshots(t, w.Home)
	if len(got) > 8 || got[0] != 40 {
		t.Errorf("kept at %v", got)
	}
	for _, seq := range []domain.Seq{5, 39, 40, 41, 300} {
		past, err := b.past.At(t.Context(), w.Home, seq)
		if err != nil || look(t, past) != look(t, b.fromZero(t, w.Home, seq)) {
			t.Errorf("at %d: %v", seq, err)
		}
	}
}

func TestTheDistanceOfSnapshotsGrowsWithTheLogAndTheHome(t *testing.T) {
	t.Parallel()
	past := history.New(nil, nil)
	for _, c := range []struct {
		head    domain.Seq
		devices int
		want    domain.Seq
	}{
		{0, 0, 2000}, {5_000_000, 200, 2000}, {8192 * 2000, 200, 2000}, {8193 * 2000, 200, 4000}, {5_000_000, 201, 4000},
		{1000, domain.MaxDevices, 32_000}, {1 << 40, 10, 2000 << 17},
	} {
		if got := past.Distance(c.head, c.devices); got != c.want {
			t.Errorf("%d events, %d devices: %d, want %d", c.head, c.devices, got, c.want)
		}
	}
}

func TestACheckPutsWrongSnapshotsRight(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.past.SetSnapshots(50, 1000)
	w := b.lived(t, 24, 300)
	b.keep(t)
	if c, err := b.past.Check(t.Context(), w.Home); err != nil || c.Wrong != 0 || c.Snapshots < 6 {
		t.Fatalf("%+v %v", c, err)
	}
	b.exec(t, `UPDATE snapshots SET doc = 'x' WHERE seq IN (100, 200)`)
	if c, err := b.past.Check(t.Context(), w.Home); err != nil || c.Wrong != 2 {
		t.Errorf("%+v %v", c, err)
	}
	if c, err := b.past.Check(t.Context(), w.Home); err != nil || c.Wrong != 0 {
		t.Errorf("%+v %v", c, err)
	}
}

func TestAFilmGoesOnWhereItEnded(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.lived(t, 25, 400)
	for _, seq := range []domain.Seq{0, 30, 60, 65, 40, 90, 390} { // on, a jump, back, on
		at := seq
		err := b.past.Film(t.Context(), w.Home, seq, 30, func(f history.Frame) error {
			if at++; at == f.Row.Seq && at == seq+5 && look(t, f.Home) != look(t, b.fromZero(t, w.Home, at)) {
				t.Errorf("the home at %d is not what it was", at)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
