package proof_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/history/evidence"
	"logis/history/export"
	"logis/history/proof/prooftest"
)

// places is how often each kind of tampering is tried, somewhere.
const places = 50

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
			prooftest.Rechain(t, tx, home)
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
	for _, tamper := range prooftest.Tamperings() {
		for n := range places {
			check(tamper.Name, tamper.SQL, n%2 == 0 && !tamper.Plain)
		}
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
