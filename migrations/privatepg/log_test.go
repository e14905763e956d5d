package privatepg

import (
	"bytes"
	"strings"
	"testing"
)

func TestALogPassesOnWhatAPersonShouldSee(t *testing.T) {
	t.Parallel()
	const text = linePrefix + "LOG:  starting\n\tPostgreSQL 15\n" +
		linePrefix + "WARNING:  the disk is slow\n" + linePrefix + "DETAIL:  very\n\tslow\n" +
		linePrefix + "LOG:  checkpoint\n" + linePrefix + "CONTEXT:  all is well\n" +
		"supervisor: PostgreSQL ended\n" +
		linePrefix + "FATAL:  " + farewell + "\n" +
		linePrefix + "FATAL:  no space\n"
	const want = linePrefix + "WARNING:  the disk is slow\n" + linePrefix + "DETAIL:  very\n\tslow\n" +
		"supervisor: PostgreSQL ended\n" +
		linePrefix + "FATAL:  no space\n"
	for _, size := range []int{1, 7, len(text)} { // as it may arrive
		var seen bytes.Buffer
		log := &logbook{next: &seen}
		for rest := text; rest != ""; {
			n := min(size, len(rest))
			if _, err := log.Write([]byte(rest[:n])); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		if seen.String() != want {
			t.Errorf("in pieces of %d:\n%s", size, seen.String())
		}
	}
}

func TestALogKeepsItsEndOnly(t *testing.T) {
	t.Parallel()
	log := &logbook{next: &bytes.Buffer{}}
	for range 100 {
		if _, err := log.Write([]byte(strings.Repeat("x", 99))); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := log.Write([]byte("the end\n")); err != nil {
		t.Fatal(err)
	}
	if got := log.String(); len(got) > maxTail || !strings.HasSuffix(got, "the end") {
		t.Errorf("it keeps %d bytes", len(got))
	}
	if len(log.line) > 2*maxTail {
		t.Errorf("a line without an end fills the memory: %d bytes", len(log.line))
	}
}
