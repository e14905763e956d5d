package inbox

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
func drain(in *Inbox[string, []byte], now time.Time) (payloads []string, wait time.Duration) {
	for {
		m, ok, wait := in.Take(now)
		if !ok {
			return payloads, wait
		}
		payloads = append(payloads, string(m))
	}
}

func TestAnInboxKeepsTheFirstAndTheNewest(t *testing.T) {
	t.Parallel()
	counts, now := newCounts(), time.Unix(0, 0)
	in := New[string, []byte](counts)
	for n := range 100 {
		payload := fmt.Append(nil, n)
		in.Put("a", payload, len(payload), now)
	}
	got, wait := drain(in, now)
	if want := "[0 1 2 3 4 5 6 99]"; fmt.Sprint(got) != want || wait != 0 {
		t.Errorf("got %v and wait %v, want %s and no wait", got, wait, want)
	}
	if n := counts.Coalesced.Load(); n != 92 {
		t.Errorf("%d messages were counted as coalesced, want 92", n)
	}
	if in.bytes != 0 || len(in.order) != 0 {
		t.Errorf("an empty inbox holds %d bytes about %d things", in.bytes, len(in.order))
	}
}

func TestAnInboxHoldsBackWhoTellsTooMuch(t *testing.T) {
	t.Parallel()
	now := time.Unix(0, 0)
	in := New[string, []byte](newCounts())
	told := 0
	for range 1000 { // one message every ms for a second
		in.Put("loud", nil, 0, now)
		if _, ok, _ := in.Take(now); ok {
			told++
		}
		now = now.Add(time.Millisecond)
	}
	if want := Burst + Rate - 1; told < want-1 || told > want+1 {
		t.Errorf("%d messages were told in a second, want about %d", told, want)
	}
	in.Put("still", []byte("heard"), 5, now)
	got, wait := drain(in, now)
	if !slices.Contains(got, "heard") {
		t.Errorf("beside a loud topic %q came out, want the still one too", got)
	}
	if wait <= 0 || wait > time.Second/Rate {
		t.Errorf("a topic held back is offered again after %v, want at most %v", wait, time.Second/Rate)
	}
}

func TestAnInboxIsNeverOverfull(t *testing.T) {
	t.Parallel()
	counts, now := newCounts(), time.Unix(0, 0)
	in := New[string, []byte](counts)
	const messageSize = 64 << 10
	payload := bytes.Repeat([]byte("x"), messageSize)
	const fits = MaxBytes / messageSize
	for n := range fits + 1 {
		in.Put(fmt.Sprint(n), payload, messageSize, now)
	}
	if in.bytes != MaxBytes || counts.Dropped.Load() != 1 {
		t.Errorf("the inbox holds %d bytes and dropped %d, want %d and 1", in.bytes, counts.Dropped.Load(), MaxBytes)
	}
	in.Forget("0")
	if in.bytes != MaxBytes-messageSize {
		t.Errorf("after a topic is forgotten it holds %d bytes", in.bytes)
	}
	if got, _ := drain(in, now); len(got) != fits-1 {
		t.Errorf("%d messages came out, want %d", len(got), fits-1)
	}
}

func TestTheInboxLoopNeverSpins(t *testing.T) {
	t.Parallel()
	now := time.Unix(0, 0)
	in := New[string, []byte](newCounts())
	for range Burst {
		in.Put("a", nil, 0, now)
		in.Take(now)
	}
	in.Put("a", nil, 0, now)
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

func TestAnInboxRemembersABoundedNumberOfThings(t *testing.T) {
	t.Parallel()
	counts, now := newCounts(), time.Unix(0, 0)
	in := New[string, []byte](counts)
	for n := range MaxKeys + 1 {
		in.Put(fmt.Sprint(n), nil, 0, now)
	}
	if len(in.keys) != MaxKeys || counts.Dropped.Load() != 1 {
		t.Errorf("the inbox knows %d things and dropped %d messages, want %d and 1", len(in.keys), counts.Dropped.Load(), MaxKeys)
	}
	drain(in, now)
	in.Put("one more", nil, 0, now.Add(time.Minute))
	if len(in.keys) != 1 {
		t.Errorf("after all have rested the inbox knows %d things, want the new one", len(in.keys))
	}
}
