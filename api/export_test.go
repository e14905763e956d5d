package api

import (
	"bytes"
	"context"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"logis/domain"
	"logis/eventstore"
	"logis/history/evidence"
	"logis/history/export"
)

// rename records n events that mean little.
func (h *house) rename(n int) {
	h.b.t.Helper()
	h.record(slices.Repeat([]domain.Event{{Entity: h.id.Entity(), Actor: h.owner.actor(), Fact: domain.HomeRenamed{}}}, n)...)
}

// exported gathers the parts of an export into the file.
func (h *house) exported(query string) (file string, parts int) {
	h.b.t.Helper()
	for {
		r := h.owner.ask("GET", h.path+"/export"+query, "").want(200)
		file += r.body
		parts++
		if kind := r.header.Get("Content-Type"); kind != exportType {
			h.b.t.Fatalf("Content-Type %q", kind)
		}
		next := r.header.Get("Next-Cursor")
		if next == "" {
			return file, parts
		}
		query = "?cursor=" + next
	}
}

func (h *house) heads(domain.HomeID) []eventstore.Head { return nil }

func TestTheFileOfAnExportIsTheLog(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	h.busy()
	for range 3 {
		h.rename(2500)
	}
	var whole bytes.Buffer
	err := pgx.BeginFunc(t.Context(), b.store.Pool(), func(tx pgx.Tx) error { return export.Write(t.Context(), tx, h.id, &whole, nil) })
	if err != nil {
		t.Fatal(err)
	}
	file, parts := h.exported("")
	if file != whole.String() || parts != 2 {
		t.Errorf("%d bytes in %d parts, want %d in 2", len(file), parts, whole.Len())
	}
	first := h.owner.ask("GET", h.path+"/export", "").want(200)
	if end := first.header.Get("End-Seq"); end != seqText(h.head()) || first.header.Get("Last-Seq") != "5000" {
		t.Errorf("%s of %s", first.header.Get("Last-Seq"), end)
	}
	// A file that was cut goes on after its last whole line, however little is left of it.
	for _, kept := range []int{1, 7, 4321, int(h.head())} {
		lines := strings.SplitAfter(file, "\n")
		rest, _ := h.exported("?after=" + seqText(domain.Seq(kept)))
		if strings.Join(lines[:kept+1], "")+rest != file {
			t.Errorf("after %d: another file", kept)
		}
	}
}

// A file is what it was, though the log grows while it is made.
func TestAnExportEndsWhereItBegan(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	h.rename(5000)
	end := h.head()
	first := h.owner.ask("GET", h.path+"/export", "").want(200)
	h.rename(50)
	rest := h.owner.ask("GET", h.path+"/export?cursor="+first.header.Get("Next-Cursor"), "").want(200)
	v, err := evidence.Verify(strings.NewReader(first.body+rest.body), h.heads)
	if err != nil || v.Bad != 0 || v.Events != end || rest.header.Get("Next-Cursor") != "" {
		t.Errorf("%+v %v", v, err)
	}
}

func TestAStretchIsExportedAndCanBeChecked(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	h.busy()
	rows, err := b.store.List(t.Context(), eventstore.Filter{Home: h.id, AtLimit: eventstore.MaxList})
	if err != nil {
		t.Fatal(err)
	}
	at := func(i int) string { return url.QueryEscape(rows[i].RecordedAt.Format(time.RFC3339Nano)) }
	from, to := 4, len(rows)-3
	for rows[from].RecordedAt.Equal(rows[from-1].RecordedAt) { // of one append
		from++
	}
	for rows[to].RecordedAt.Equal(rows[to+1].RecordedAt) {
		to--
	}
	file, _ := h.exported("?from=" + at(from) + "&to=" + at(to))
	heads := func(at int, hash domain.Hash) func(domain.HomeID) []eventstore.Head {
		return func(domain.HomeID) []eventstore.Head { return []eventstore.Head{{Seq: rows[at].Seq, Hash: hash}} }
	}
	for name, c := range map[string]struct {
		file  string
		heads func(domain.HomeID) []eventstore.Head
		bad   bool
	}{
		"as it is":                       {file, h.heads, false},
		"what is remembered before it":   {file, heads(from-1, rows[from-1].Hash), false},
		"what is remembered within":      {file, heads(from+1, rows[from+1].Hash), false},
		"other than remembered before":   {file, heads(from-1, rows[0].Hash), true},
		"other than remembered within":   {file, heads(from+1, rows[0].Hash), true},
		"its first event removed":        {strings.Replace(file, lineOf(file, 1), "", 1), h.heads, true},
		"its last event removed":         {strings.Replace(file, lineOf(file, to-from+1), "", 1), h.heads, true},
		"an event changed":               {strings.Replace(file, `"schema":1`, `"schema":2`, 1), h.heads, true},
		"another hash before":            {strings.Replace(file, rows[from-1].Hash.String(), rows[0].Hash.String(), 1), h.heads, true},
		"another place before":           {strings.Replace(file, `"after":`, `"after":1`, 1), h.heads, true},
		"said to begin with the first":   {strings.Replace(file, `"after":`+seqText(rows[from-1].Seq)+`,`, "", 1), h.heads, true},
		"no hash before though it needs": {strings.Replace(file, rows[from-1].Hash.String(), "", 1), h.heads, true},
	} {
		v, err := evidence.Verify(strings.NewReader(c.file), c.heads)
		if bad := err != nil || v.Bad != 0; bad != c.bad || !bad && v.Events != rows[to].Seq {
			t.Errorf("%s: %+v %v", name, v, err)
		}
	}
	if empty, _ := h.exported("?to=" + at(from) + "&from=" + at(from-1)); len(strings.Split(empty, "\n")) < 2 {
		t.Errorf("%q", empty)
	}
}

func lineOf(file string, i int) string { return strings.SplitAfter(file, "\n")[i] }

func TestAnExportThatMakesNoSenseIsRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ada := b.person("Ada")
	h, other := ada.house("Home"), ada.house("Other")
	h.rename(5000)
	other.rename(5000)
	began := time.Now()
	next := h.owner.ask("GET", h.path+"/export", "").header.Get("Next-Cursor")
	foreign := h.owner.ask("GET", other.path+"/export", "").header.Get("Next-Cursor")
	forged := func(after, before domain.Seq, open bool) string {
		return cursor{Kind: "export", Home: h.id, After: after, Before: before, Open: open}.String()
	}
	for query, field := range map[string]string{
		"?from=2031-01-01T00:00:00Z&to=2021-01-01T00:00:00Z": "to", "?from=9999-12-31T23:59:59Z": "from", "?to=9999-12-31T23:59:59Z": "to",
		"?to=2001-01-01T00:00:00Z": "to", "?from=yesterday": "query.from", "?after=0": "query.after", "?after=-1": "query.after",
		"?after=" + seqText(h.head()+1): "after", "?after=99999999999999999999": "query.after", "?after=5&from=2021-01-01T00:00:00Z": "after",
		"?cursor=" + foreign: "cursor", "?cursor=x": "cursor", "?cursor=" + next + "&after=3": "cursor", "?cursor=" + next + "&from=2021-01-01T00:00:00Z": "cursor",
		"?cursor=" + forged(0, h.head(), false): "cursor", "?cursor=" + forged(9, 3, true): "cursor", "?cursor=" + forged(9, h.head()+1, true): "cursor",
		"?cursor=" + strings.Repeat("A", 401): "query.cursor", "?limit=5": "limit", "?after=1&after=2": "after",
	} {
		r := h.owner.ask("GET", h.path+"/export"+query, "")
		if p := r.refused(422, domain.Invalid); len(p.Errors) == 0 || !strings.HasSuffix(field, p.Errors[0].Field) && p.Errors[0].Field != field {
			t.Errorf("%s: %+v, want %s", query, p.Errors, field)
		}
	}
	// Ten years are no more than there is, and no part is more than a part.
	ten := h.owner.ask("GET", h.path+"/export?from=2016-01-01T00:00:00Z&to="+url.QueryEscape(time.Now().Format(time.RFC3339Nano)), "").want(200)
	if len(ten.body) > 8<<20 || time.Since(began) > time.Minute {
		t.Errorf("%d bytes", len(ten.body))
	}
}

// What is in the way of the one behind is told to come back.
func TestExportsAtOnceAreBounded(t *testing.T) {
	t.Parallel()
	tune := quick()
	tune.walks = 1
	b := setupWith(t, tune)
	h := b.person("Ada").house("Home")
	done, err := b.server.walk()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/export", "/proof/check"} {
		r := h.owner.ask("GET", h.path+path, "")
		if r.refused(503, domain.Overloaded); r.header.Get("Retry-After") == "" {
			t.Errorf("%s: no Retry-After", path)
		}
	}
	done()
	h.owner.ask("GET", h.path+"/export", "").want(200)
}

func TestTheChainIsCheckedInParts(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h := b.person("Ada").house("Home")
	h.busy()
	if err := b.sealer.Seal(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.rename(3)
	var c Check
	h.owner.ask("GET", h.path+"/proof/check", "").want(200).into(&c)
	if c.Checked != h.head() || c.Head != h.head() || c.Signed != 1 || c.Bad != nil || c.Reason != nil {
		t.Errorf("%+v", c)
	}
	h.owner.ask("GET", h.path+"/proof/check?after="+seqText(h.head()-1), "").want(200).into(&c)
	if c.Checked != h.head() || c.Signed != 0 || c.Bad != nil {
		t.Errorf("%+v", c)
	}
	for _, wrong := range []string{"?after=-1", "?after=x", "?after=" + seqText(h.head()+1), "?from=1"} {
		h.owner.ask("GET", h.path+"/proof/check"+wrong, "").refused(422, domain.Invalid)
	}
	// Somebody signed for another history.
	_, err := b.store.Pool().Exec(context.Background(), `INSERT INTO checkpoint_heads (home_id, leaf, seq, hash) VALUES ($1, 77, 5, sha256('x'))`, [16]byte(h.id))
	if err != nil {
		t.Fatal(err)
	}
	h.owner.ask("GET", h.path+"/proof/check", "").want(200).into(&c)
	if c.Bad == nil || *c.Bad != 5 || c.Reason == nil || c.Checked != 4 {
		t.Errorf("%+v", c)
	}
}
