package mqtt

import (
	"sync"
	"sync/atomic"
	"time"
)

// Inbox holds messages between the connection, which must not wait, and the
// radio, which waits for the agent's disk. It is bounded in every direction:
// bytes in all, messages of one topic, and how often a topic gets its turn. Of a
// topic that tells too much the first messages and the newest one survive.
type Inbox struct {
	mu     sync.Mutex
	topics map[string]*backlog
	order  []string // topics with messages, the longest waiting first
	bytes  int
	wake   chan struct{} // holds one token while there may be something to take
	counts Counts
}

// Counts are where an Inbox counts what it does not hand on.
type Counts struct {
	Coalesced *atomic.Uint64 // messages replaced by a newer one before they were looked at
	Dropped   *atomic.Uint64 // messages there was no room for
}

// backlog is what one topic has to say.
type backlog struct {
	messages []Message
	tokens   float64 // messages it may still have looked at now
	refilled time.Time
}

// NewInbox returns an empty inbox.
func NewInbox(counts Counts) *Inbox {
	return &Inbox{topics: map[string]*backlog{}, wake: make(chan struct{}, 1), counts: counts}
}

// Put takes a message in. It never blocks.
func (in *Inbox) Put(m Message, now time.Time) {
	in.mu.Lock()
	defer in.mu.Unlock()
	b := in.topics[m.Topic]
	if b == nil {
		if len(in.topics) >= maxTopics && !in.sweep(now) {
			in.counts.Dropped.Add(1)
			return
		}
		b = &backlog{tokens: topicBurst, refilled: now}
		in.topics[m.Topic] = b
	}
	if n := len(b.messages); n == maxPerTopic {
		in.bytes -= len(b.messages[n-1].Payload)
		b.messages = b.messages[:n-1]
		in.counts.Coalesced.Add(1)
	}
	if in.bytes+len(m.Payload) > maxInboxBytes {
		in.counts.Dropped.Add(1)
		return
	}
	in.bytes += len(m.Payload)
	if len(b.messages) == 0 {
		in.order = append(in.order, m.Topic)
	}
	b.messages = append(b.messages, m)
	in.rouse()
}

// sweep forgets the topics that have nothing waiting and may say all they want
// again: a subscription with a wildcard can bring any number of topics. It
// reports whether that made room.
func (in *Inbox) sweep(now time.Time) bool {
	for topic, b := range in.topics {
		rested := now.Sub(b.refilled).Seconds() * topicRate
		if len(b.messages) == 0 && b.tokens+rested >= topicBurst {
			delete(in.topics, topic)
		}
	}
	return len(in.topics) < maxTopics
}

// Wake holds a token while there may be something to take.
func (in *Inbox) Wake() <-chan struct{} { return in.wake }

func (in *Inbox) rouse() {
	select {
	case in.wake <- struct{}{}:
	default:
	}
}

// Take returns the next message. If there is none it says how long until the
// first of those held back may be looked at; 0 means that none waits.
func (in *Inbox) Take(now time.Time) (m Message, ok bool, wait time.Duration) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for i, topic := range in.order {
		b := in.topics[topic]
		b.tokens = min(topicBurst, b.tokens+topicRate*now.Sub(b.refilled).Seconds())
		b.refilled = now
		if b.tokens < 1 {
			until := time.Duration((1 - b.tokens) / topicRate * float64(time.Second))
			if until = max(until, time.Millisecond); wait == 0 || until < wait {
				wait = until
			}
			continue
		}
		b.tokens--
		m, b.messages = b.messages[0], b.messages[1:]
		in.bytes -= len(m.Payload)
		in.order = append(in.order[:i], in.order[i+1:]...)
		if len(b.messages) > 0 {
			in.order = append(in.order, topic)
		}
		return m, true, 0
	}
	return Message{}, false, wait
}

// Forget drops what a topic has said and may say; it is not subscribed any more.
func (in *Inbox) Forget(topic string) {
	in.mu.Lock()
	defer in.mu.Unlock()
	b := in.topics[topic]
	if b == nil {
		return
	}
	for _, m := range b.messages {
		in.bytes -= len(m.Payload)
	}
	delete(in.topics, topic)
	for i, waiting := range in.order {
		if waiting == topic {
			in.order = append(in.order[:i], in.order[i+1:]...)
			break
		}
	}
}
