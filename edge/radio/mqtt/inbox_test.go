package mqtt

import (
	"bytes"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"
)

func newCounts() Counts { return Counts{Coalesced: &atomic.Uint64{}, Dropped: &atomic.Uint64{}} }

// drain takes what can be taken now.
func drain(in *Inbox, now time.Time) (payloads []string, wait time.Duration) {
	for {
		m, ok, wait := in.Take(now)
		if !ok {
			return payloads, wait
		}
		payloads = append(payloads, string(m.Payload))
	}
}

func TestAnInboxKeepsTheFirstAndTheNewest(t *testing.T) {
	t.Parallel()
	counts, now := newCounts(), time.Unix(0, 0)
	in := NewInbox(counts)
	for n := range 100 {
		in.Put(Message{Topic: "a", Payload: fmt.Append(nil, n)}, now)
	}
	got, wait := drain(in, now)
	if want := "[0 1 2 3 4 5 6 99]"; fmt.Sprint(got) != want || wait != 0 {
		t.Errorf("got %v and wait %v, want %s and no wait", got, wait, want)
	}
	if n := counts.Coalesced.Load(); n != 92 {
		t.Errorf("%d messages were counted as coalesced, want 92", n)
	}
	if in.bytes != 0 || len(in.order) != 0 {
		t.Errorf("an empty inbox holds %d bytes of %d topics", in.bytes, len(in.order))
	}
}

func TestAnInboxHoldsBackWhoTellsTooMuch(t *testing.T) {
	t.Parallel()
	now := time.Unix(0, 0)
	in := NewInbox(newCounts())
	told := 0
	for range 1000 { // one message every ms for a second
		in.Put(Message{Topic: "loud"}, now)
		if _, ok, _ := in.Take(now); ok {
			told++
		}
		now = now.Add(time.Millisecond)
	}
	if want := topicBurst + topicRate - 1; told < want-1 || told > want+1 {
		t.Errorf("%d messages were told in a second, want about %d", told, want)
	}
	in.Put(Message{Topic: "still", Payload: []byte("heard")}, now)
	got, wait := drain(in, now)
	if !slices.Contains(got, "heard") {
		t.Errorf("beside a loud topic %q came out, want the still one too", got)
	}
	if wait <= 0 || wait > time.Second/topicRate {
		t.Errorf("a topic held back is offered again after %v, want at most %v", wait, time.Second/topicRate)
	}
}

func TestAnInboxIsNeverOverfull(t *testing.T) {
	t.Parallel()
	counts, now := newCounts(), time.Unix(0, 0)
	in := NewInbox(counts)
	const messageSize = 64 << 10
	payload := bytes.Repeat([]byte("x"), messageSize)
	const fits = maxInboxBytes / messageSize
	for n := range fits + 1 {
		in.Put(Message{Topic: fmt.Sprint(n), Payload: payload}, now)
	}
	if in.bytes != maxInboxBytes || counts.Dropped.Load() != 1 {
		t.Errorf("the inbox holds %d bytes and dropped %d, want %d and 1", in.bytes, counts.Dropped.Load(), maxInboxBytes)
	}
	in.Forget("0")
	if in.bytes != maxInboxBytes-messageSize {
		t.Errorf("after a topic is forgotten it holds %d bytes", in.bytes)
	}
	if got, _ := drain(in, now); len(got) != fits-1 {
		t.Errorf("%d messages came out, want %d", len(got), fits-1)
	}
}

func TestTheInboxLoopNeverSpins(t *testing.T) {
	t.Parallel()
	now := time.Unix(0, 0)
	in := NewInbox(newCounts())
	for range topicBurst {
		in.Put(Message{Topic: "a"}, now)
		in.Take(now)
	}
	in.Put(Message{Topic: "a"}, now)
	for range 1000 {
		_, ok, wait := in.Take(now)
		if ok {
			return
		}
		if wait <= 0 {
			t.Fatal("a message waits and the inbox does not say how long")
		}
		now = now.Add(wait)
	}
	t.Error("a message held back never came out")
}
