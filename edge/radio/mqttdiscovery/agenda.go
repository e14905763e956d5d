package mqttdiscovery

import (
	"container/heap"
	"time"
)

// agenda is what is to be done later, each thing once.
type agenda struct {
	wanted map[appointment]time.Time
	queue  *appointments
}

// appointment is something to be done for a device.
type appointment struct {
	unit *unit
	what errand
	at   place // of its property, where that matters
}

type errand int

const (
	settleDue errand = iota // it has announced nothing new for a while
	reachDue                // it must be told whether it can be reached
	resetDue                // a value ends that the device does not tell the end of
	expiryDue               // it has said nothing for too long
)

type entry struct {
	appointment
	due time.Time
}

func newAgenda() agenda {
	return agenda{wanted: map[appointment]time.Time{}, queue: &appointments{}}
}

// set plans something, later than it was planned before if it was.
func (a *agenda) set(what appointment, due time.Time) {
	_, queued := a.wanted[what]
	a.wanted[what] = due
	if !queued {
		heap.Push(a.queue, entry{what, due})
	}
}

// next returns what is due, or how long until something is; 0 if nothing is
// planned.
func (a *agenda) next(now time.Time) (what appointment, wait time.Duration, ok bool) {
	for a.queue.Len() > 0 {
		first := (*a.queue)[0]
		if due := a.wanted[first.appointment]; due.After(first.due) { // it was put off
			(*a.queue)[0].due = due
			heap.Fix(a.queue, 0)
			continue
		}
		if wait := first.due.Sub(now); wait > 0 {
			return what, max(wait, time.Millisecond), false
		}
		heap.Pop(a.queue)
		delete(a.wanted, first.appointment)
		return first.appointment, 0, true
	}
	return what, 0, false
}

// appointments are a heap by time.
type appointments []entry

func (h appointments) Len() int           { return len(h) }
func (h appointments) Less(i, j int) bool { return h[i].due.Before(h[j].due) }
func (h appointments) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }

// Push implements heap.Interface.
func (h *appointments) Push(x any) { *h = append(*h, x.(entry)) } //nolint:forcetypeassert // only set pushes

// Pop implements heap.Interface.
func (h *appointments) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}
