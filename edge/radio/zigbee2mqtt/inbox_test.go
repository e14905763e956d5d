package zigbee2mqtt

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"
)

// drain takes what can be taken now.
func drain(in *inbox, now time.Time) (payloads []string, wait time.Duration) {
	for {
		m, ok, wait := in.take(now)
		if !ok {
			return payloads, wait
		}
		payloads = append(payloads, string(m.payload))
	}
}

func TestAnInboxKeepsTheFirstAndTheNewest(t *testing.T) {
	t.Parallel()
	stats, now := &Stats{}, time.Unix(0, 0)
	in := newInbox(stats)
	for n := range 100 {
		in.put(message{topic: "a", payload: fmt.Append(nil, n)}, now)
	}
	got, wait := drain(in, now)
	if want := "[0 1 2 3 4 5 6 99]"; fmt.Sprint(got) != want || wait != 0 {
		t.Errorf("got %v and wait %v, want %s and no wait", got, wait, want)
	}
	if n := stats.Coalesced.Load(); n != 92 {
		t.Errorf("%d messages were counted as coalesced, want 92", n)
	}
	if in.bytes != 0 || len(in.order) != 0 {
		t.Errorf("an empty inbox holds %d bytes of %d topics", in.bytes, len(in.order))
	}
}

func TestAnInboxHoldsBackWhoTellsTooMuch(t *testing.T) {
	t.Parallel()
	now := time.Unix(0, 0)
	in := newInbox(&Stats{})
	told := 0
	for range 1000 { // one message every ms for a second
		in.put(message{topic: "loud"}, now)
		if _, ok, _ := in.take(now); ok {
			told++
		}
		now = now.Add(time.Millisecond)
	}
	if want := topicBurst + topicRate - 1; told < want-1 || told > want+1 {
		t.Errorf("%d messages were told in a second, want about %d", told, want)
	}
	in.put(message{topic: "still", payload: []byte("heard")}, now)
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
	stats, now := &Stats{}, time.Unix(0, 0)
	in := newInbox(stats)
	payload := bytes.Repeat([]byte("x"), maxMessage)
	const fits = maxInboxBytes / maxMessage
	for n := range fits + 1 {
		in.put(message{topic: fmt.Sprint(n), payload: payload}, now)
	}
	if in.bytes != maxInboxBytes || stats.Dropped.Load() != 1 {
		t.Errorf("the inbox holds %d bytes and dropped %d, want %d and 1", in.bytes, stats.Dropped.Load(), maxInboxBytes)
	}
	in.forget("0")
	if in.bytes != maxInboxBytes-maxMessage {
		t.Errorf("after a topic is forgotten it holds %d bytes", in.bytes)
	}
	if got, _ := drain(in, now); len(got) != fits-1 {
		t.Errorf("%d messages came out, want %d", len(got), fits-1)
	}
}

func TestTheInboxLoopNeverSpins(t *testing.T) {
	t.Parallel()
	now := time.Unix(0, 0)
	in := newInbox(&Stats{})
	for range topicBurst {
		in.put(message{topic: "a"}, now)
		in.take(now)
	}
	in.put(message{topic: "a"}, now)
	for range 1000 {
		_, ok, wait := in.take(now)
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
