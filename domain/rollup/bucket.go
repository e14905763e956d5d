package rollup

import (
	"time"

	"logis/domain/thing"
)

// Bounds of what is summed up.
const (
	maxState  = 34 // bytes of a state: a word of 32 letters in quotes
	maxStates = 16 // of one property in one bucket; the time in further ones is not counted
)

// Bucket is what the samples of one stretch of time come to. Numbers have Min, Max,
// Area and Rise, everything else has States.
type Bucket struct {
	Count           int64
	FirstAt, LastAt time.Time
	First, Last     thing.Value
	Min, Max        float64
	Area            float64 // each number times the seconds it held, from FirstAt to LastAt
	Rise            float64 // what a meter counted from First to Last
	States          map[thing.Value]time.Duration
}

// Tells reports whether a value can be summed up: a number, true or false, a word.
func Tells(v thing.Value) bool {
	if _, number := v.Float(); number || v == "true" || v == "false" {
		return true
	}
	_, word := v.Str()
	return word && len(v) <= maxState
}

// Add adds a sample that is not older than any that was added. A sample of another
// kind than the first is left out: the device was another one.
func (b *Bucket) Add(at time.Time, v thing.Value, meter bool) {
	f, number := v.Float()
	if b.Count == 0 {
		*b = Bucket{Count: 1, FirstAt: at, LastAt: at, First: v, Last: v, Min: f, Max: f}
		return
	}
	last, numbers := b.Last.Float()
	if number != numbers {
		return
	}
	b.hold(at)
	if number {
		b.Min, b.Max = min(b.Min, f), max(b.Max, f)
		if meter {
			b.Rise += Counted(last, f, at.Sub(b.LastAt))
		}
	}
	b.Count++
	b.Last, b.LastAt = v, at
}

// Goes reports whether a sample can be added as the next one: it is not older than the
// last, and of the same kind as the first.
func (b *Bucket) Goes(at time.Time, v thing.Value) bool {
	_, number := v.Float()
	_, numbers := b.First.Float()
	return !at.Before(b.LastAt) && number == numbers
}

// hold counts the last value for as long as it held.
func (b *Bucket) hold(until time.Time) {
	held := until.Sub(b.LastAt)
	if held <= 0 {
		return
	}
	if f, number := b.Last.Float(); number {
		b.Area += float64(f * held.Seconds()) // the conversion keeps it from being fused: every machine comes to the same
		return
	}
	if _, known := b.States[b.Last]; !known && len(b.States) >= maxStates {
		return
	}
	if b.States == nil {
		b.States = map[thing.Value]time.Duration{}
	}
	b.States[b.Last] += held
}

// join adds the bucket of a later stretch. What a meter counted between the two is
// not part of it.
func (b *Bucket) join(later *Bucket) {
	if b.Last == "" || b.Count == 0 && !later.FirstAt.After(b.FirstAt) { // what held before held no more
		*b = *later
		b.States = nil
		for v, held := range later.States {
			b.spend(v, held)
		}
		return
	}
	_, numbers := b.Last.Float()
	if _, number := later.First.Float(); number != numbers {
		return
	}
	b.hold(later.FirstAt)
	for v, held := range later.States {
		b.spend(v, held)
	}
	b.Min, b.Max = min(b.Min, later.Min), max(b.Max, later.Max)
	b.Area, b.Rise, b.Count = b.Area+later.Area, b.Rise+later.Rise, b.Count+later.Count
	b.Last, b.LastAt = later.Last, later.LastAt
}

func (b *Bucket) spend(v thing.Value, held time.Duration) {
	if b.States == nil {
		b.States = map[thing.Value]time.Duration{}
	}
	b.States[v] += held
}
