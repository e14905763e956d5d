package api

import (
	"bufio"
	"context"
	"net/http"
	"strings"
	"testing"
	"time"
)

// tap is an app's end of a stream of events.
type tap struct {
	b     *bundle
	lines *bufio.Reader
	close func()
}

func (h *house) streamed(p *person, query, last string) *tap {
	h.b.t.Helper()
	ctx, cancel := context.WithCancel(h.b.t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, h.b.http.URL+h.path+"/events/stream"+query, http.NoBody)
	if err != nil {
		h.b.t.Fatal(err)
	}
	r.Header.Set("Cookie", cookieName+"="+p.token)
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	answer, err := h.b.http.Client().Do(r)
	if err != nil || answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Type") != "text/event-stream" {
		h.b.t.Fatalf("%v %+v", err, answer)
	}
	h.b.t.Cleanup(func() { cancel(); _ = answer.Body.Close() })
	return &tap{h.b, bufio.NewReader(answer.Body), cancel}
}

// next reads one event, its empty line included.
func (s *tap) next() string {
	s.b.t.Helper()
	var text strings.Builder
	for {
		line, err := s.lines.ReadString('\n')
		if err != nil {
			s.b.t.Fatalf("%v after %q", err, text.String())
		}
		text.WriteString(line)
		if line == "\n" {
			return text.String()
		}
	}
}

// news reads on to news and returns its id and the events in it.
func (s *tap) news() (id string, events []Event) {
	s.b.t.Helper()
	for {
		text := s.next()
		if !strings.Contains(text, "event: news") {
			continue
		}
		_, data, _ := strings.Cut(text, "data: ")
		var n News
		if err := decodeAnswer(strings.TrimSpace(data), &n); err != nil {
			s.b.t.Fatal(err)
		}
		s.b.described("news", []byte(data))
		id, _, _ = strings.Cut(strings.TrimPrefix(text, "id: "), "\n")
		return id, n.Events
	}
}

func TestAStreamOfEventsResumesAfterTheLastOneThatWasRead(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.http.Config.ReadTimeout = 50 * time.Millisecond // far less than a stream lasts
	h := b.person("Ada").house("Home")
	lamp := h.device("light", "Lamp")
	s := h.streamed(h.owner, "", "")
	if text := s.next(); text != "retry: 2000\n\n" {
		t.Errorf("begins with %q", text)
	}
	if text := s.next(); !strings.HasPrefix(text, "id: "+seqText(h.head())+"\nevent: welcome\ndata: {") {
		t.Errorf("welcomes with %q", text)
	}
	h.turn(lamp, true)
	last, events := s.news()
	if len(events) != 1 || last != seqText(h.head()) {
		t.Errorf("%s %+v", last, events)
	}
	s.close()
	b.waitUntilEmpty()
	for i := range 20 {
		h.turn(lamp, i%2 == 0)
	}
	s = h.streamed(h.owner, "?after=1", last) // the browser asks with the address it had
	for seq := h.head() - 19; seq <= h.head(); {
		_, events := s.news()
		for _, ev := range events {
			if ev.Seq != seq {
				t.Fatalf("event %d, want %d", ev.Seq, seq)
			}
			seq++
		}
	}
	if r := h.owner.ask("GET", h.path+"/events/stream", "", header{"Last-Event-ID", "x"}); r.status != 422 {
		t.Errorf("a wrong id: %d", r.status)
	}
	if in := len(b.server.room); in != 0 {
		t.Errorf("%d requests in flight beside an open stream", in)
	}
	h.owner.ask("DELETE", "/api/v1/session", "").want(204)
	for text := s.next(); !strings.Contains(text, "event: ended"); text = s.next() {
	}
	b.waitUntilEmpty()
}
