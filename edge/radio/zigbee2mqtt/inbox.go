package zigbee2mqtt

import (
	"sync"
	"time"
)

// inbox holds messages between the connection, which must not wait, and the
// radio, which waits for the agent's disk. It is bounded in every direction:
// bytes in all, messages of one topic, and how often a topic gets its turn. Of a
// topic that tells too much the first messages and the newest one survive.
type inbox struct {
	mu     sync.Mutex
	topics map[string]*backlog
	order  []string // topics with messages, the longest waiting first
	bytes  int
	wake   chan struct{} // holds one token while there may be something to take
	stats  *Stats
}

// backlog is what one topic has to say.
type backlog struct {
	messages []message
	tokens   float64 // messages it may still have looked at now
	refilled time.Time
}

func newInbox(stats *Stats) *inbox {
	return &inbox{topics: map[string]*backlog{}, wake: make(chan struct{}, 1), stats: stats}
}

// put takes a message in. It never blocks.
func (in *inbox) put(m message, now time.Time) {
	in.mu.Lock()
	defer in.mu.Unlock()
	b := in.topics[m.topic]
	if b == nil {
		b = &backlog{tokens: topicBurst, refilled: now}
		in.topics[m.topic] = b
	}
	if n := len(b.messages); n == maxPerTopic {
		in.bytes -= len(b.messages[n-1].payload)
		b.messages = b.messages[:n-1]
		in.stats.Coalesced.Add(1)
	}
	if in.bytes+len(m.payload) > maxInboxBytes {
		in.stats.Dropped.Add(1)
		return
	}
	in.bytes += len(m.payload)
	if len(b.messages) == 0 {
		in.order = append(in.order, m.topic)
	}
	b.messages = append(b.messages, m)
	in.rouse()
}

func (in *inbox) rouse() {
	select {
	case in.wake <- struct{}{}:
	default:
	}
}

// take returns the next message. If there is none it says how long until the
// first of those held back may be looked at; 0 means that none waits.
func (in *inbox) take(now time.Time) (m message, ok bool, wait time.Duration) {
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
		in.bytes -= len(m.payload)
		in.order = append(in.order[:i], in.order[i+1:]...)
		if len(b.messages) > 0 {
			in.order = append(in.order, topic)
		}
		return m, true, 0
	}
	return message{}, false, wait
}

// forget drops what a topic has said and may say; it is not subscribed any more.
func (in *inbox) forget(topic string) {
	in.mu.Lock()
	defer in.mu.Unlock()
	b := in.topics[topic]
	if b == nil {
		return
	}
	for _, m := range b.messages {
		in.bytes -= len(m.payload)
	}
	delete(in.topics, topic)
	for i, waiting := range in.order {
		if waiting == topic {
			in.order = append(in.order[:i], in.order[i+1:]...)
			break
		}
	}
}
