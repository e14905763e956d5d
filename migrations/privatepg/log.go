package privatepg

import (
	"bytes"
	"io"
	"strings"
	"sync"
)

// maxTail bounds the log kept for the sentence that says why a start was vain, in
// bytes.
const maxTail = 2 << 10

// farewell is what a connection hears when the cluster stops before it has hung
// up: nothing that a person must know.
const farewell = "terminating connection due to administrator command"

// logbook keeps the end of what PostgreSQL and its supervisor write, and passes
// on what a person should see: everything but PostgreSQL's LOG messages, which
// tell that all is well, and its farewells.
type logbook struct {
	mu    sync.Mutex
	next  io.Writer // nil: nobody wants to see it
	end   []byte
	line  []byte // begun and not yet ended
	quiet bool   // inside a LOG message
}

// Write takes the next bytes. It cannot fail: a reader that does not take its
// lines must not end the database.
func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.end = append(l.end, p...)
	if over := len(l.end) - maxTail; over > 0 {
		l.end = append(l.end[:0], l.end[over:]...)
	}
	if l.next == nil {
		return len(p), nil
	}
	for part := range bytes.Lines(p) {
		l.line = append(l.line, part...)
		if bytes.HasSuffix(part, []byte("\n")) || len(l.line) > maxTail {
			l.pass()
		}
	}
	return len(p), nil
}

// pass decides about a line: by its severity or, when it has none, as about the
// one before.
func (l *logbook) pass() {
	if rest, ok := bytes.CutPrefix(l.line, []byte(linePrefix)); ok {
		severity, _, _ := strings.Cut(string(rest), ":")
		switch severity {
		case "DETAIL", "HINT", "CONTEXT", "STATEMENT", "QUERY": // belong to what stands above
		default:
			l.quiet = severity == "LOG" || bytes.Contains(rest, []byte(farewell))
		}
	} else if !bytes.HasPrefix(l.line, []byte("\t")) {
		l.quiet = false // the supervisor speaks
	}
	if !l.quiet {
		_, _ = l.next.Write(l.line)
	}
	l.line = l.line[:0]
}

// String returns the last lines in one.
func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.ReplaceAll(strings.TrimSpace(string(l.end)), "\n", "; ")
}
