package audit

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"
	"time"

	"logis/domain"
	"logis/migrations/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// quiet are the types that are no deeds.
func quiet(t *testing.T) []string {
	t.Helper()
	var text string
	err := pgtest.New(t).QueryRow(t.Context(), `SELECT indexdef FROM pg_indexes WHERE indexname = 'events_deeds'`).Scan(&text)
	if err != nil {
		t.Fatal(err)
	}
	var types []string
	for _, eventType := range domain.EventTypes() {
		if strings.Contains(text, "'"+eventType+"'") {
			types = append(types, eventType)
		}
	}
	return types
}

func TestEveryDeedHasASentence(t *testing.T) {
	t.Parallel()
	silent := quiet(t)
	for _, eventType := range domain.EventTypes() {
		if _, told := sentences()[eventType]; told == slices.Contains(silent, eventType) {
			t.Errorf("%s: told %v, a deed %v", eventType, told, !told)
		}
		if !slices.Contains(Kinds(), kindOf(eventType)) {
			t.Errorf("%s is of the kind %s", eventType, kindOf(eventType))
		}
	}
}

func TestACellIsNeverAFormula(t *testing.T) {
	t.Parallel()
	for _, cell := range []string{"=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "＝1", "|calc", "%1"} {
		var out bytes.Buffer
		s, err := NewSheet(CSV, &out, Query{})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Write(&Entry{At: time.Unix(0, 0), Says: cell, From: cell}); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(&out).ReadAll()
		if err != nil || !strings.HasPrefix(rows[1][6], "'") || !strings.HasPrefix(rows[1][8], "'") {
			t.Errorf("%q becomes %q, %v", cell, rows, err)
		}
	}
}

func TestAQuestionIsWrittenInOneWay(t *testing.T) {
	t.Parallel()
	q := Query{
		AsOf: 7, Person: domain.PersonID{1}, Device: domain.DeviceID{2}, Kind: Commands, Outcome: Failed,
		From: time.Unix(1, 0), To: time.Unix(2, 500), Text: "a&b c", Language: German,
	}
	want := "as_of=7&device=02000000-0000-0000-0000-000000000000&from=1970-01-01T00%3A00%3A01Z&kind=command&language=de&outcome=failed" +
		"&person=01000000-0000-0000-0000-000000000000&text=a%26b+c&to=1970-01-01T00%3A00%3A02.0000005Z"
	if got := q.String(); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}
