package requests_test

import (
	"errors"
	"testing"

	"logis/edge/radio/requests"
)

func TestAnAnswerComesToWhoAsked(t *testing.T) {
	t.Parallel()
	r := requests.New[string]("here-")
	first, one, err := r.Open()
	if err != nil {
		t.Fatal(err)
	}
	second, two, err := r.Open()
	if err != nil {
		t.Fatal(err)
	}
	r.Resolve(second, "two")
	r.Resolve(first, "one")
	r.Resolve(first, "again") // nobody waits any more: it must neither block nor count
	r.Resolve("there-1", "another's")
	if a, b := <-one, <-two; a != "one" || b != "two" {
		t.Errorf("%q and %q came, want one and two", a, b)
	}
}

func TestRequestsAreBounded(t *testing.T) {
	t.Parallel()
	r := requests.New[int]("")
	var last string
	for range requests.MaxWaiting {
		id, _, err := r.Open()
		if err != nil {
			t.Fatal(err)
		}
		last = id
	}
	if _, _, err := r.Open(); !errors.Is(err, requests.ErrBusy) {
		t.Errorf("one more gives %v, want that too much is under way", err)
	}
	r.Close(last)
	if _, _, err := r.Open(); err != nil {
		t.Errorf("after one is closed: %v", err)
	}
}
