package rollup

import (
	"time"

	"logis/domain/thing"
)

// Row is the bucket of one device that begins at a time.
type Row struct {
	Start time.Time
	// Lead is what the meter counted between the bucket before and this one. It
	// belongs to this one: nobody knows when in between it was.
	Lead float64
	Bucket
}

// Lead fills in the leads of rows of one device in their order.
func Lead(rows []Row, meter bool) {
	for i := 1; meter && i < len(rows); i++ {
		before, ok := rows[i-1].Last.Float()
		after, also := rows[i].First.Float()
		if ok && also {
			rows[i].Lead = Counted(before, after, rows[i].FirstAt.Sub(rows[i-1].LastAt))
		}
	}
}

// Point is what a property was over one stretch, the value that held when it began
// included. Last is "" when nothing was known.
type Point struct {
	Start, End     time.Time
	Count          int64
	Last           thing.Value
	Min, Max, Mean float64       // of numbers; Mean by time: each value counts for as long as it held
	Rise           float64       // what a meter counted
	Held           time.Duration // for how long a value was known in it
	States         map[thing.Value]time.Duration
}

// Known reports whether anything was known in the stretch.
func (p *Point) Known() bool { return p.Last != "" }

// Number reports whether the point is one of numbers.
func (p *Point) Number() bool {
	_, number := p.Last.Float()
	return number
}

// Series makes points of rows, which it takes in their order.
type Series struct {
	rows []Row
	held Bucket // the value that holds, without samples
}

// NewSeries begins with what held before: carry, or nil when nothing is known. Rows
// must be in the order of their starts; of several that begin at the same time, the
// earlier device stands first.
func NewSeries(carry *Row, rows []Row) *Series {
	s := &Series{rows: rows}
	if carry != nil {
		s.held = Bucket{Last: carry.Last}
	}
	return s
}

// Next returns the point of the stretch, which must not lie before the last one. A
// value holds until the next one, or until now.
func (s *Series) Next(start, end, now time.Time) Point {
	p := Point{Start: start, End: end}
	if end.After(now) {
		end = now
	}
	if start.After(end) {
		return p
	}
	sum := s.begin(start)
	lead := 0.0
	for len(s.rows) > 0 && s.rows[0].Start.Before(p.End) {
		sum.join(&s.rows[0].Bucket)
		lead += s.rows[0].Lead
		s.rows = s.rows[1:]
	}
	if sum.Last == "" {
		return p
	}
	sum.hold(end)
	p.Held = max(end.Sub(sum.FirstAt), 0)
	s.held = Bucket{Last: sum.Last}
	p.Count, p.Last, p.States, p.Rise = sum.Count, sum.Last, sum.States, sum.Rise+lead
	last, number := sum.Last.Float()
	if !number {
		return p
	}
	p.Min, p.Max, p.Mean = sum.Min, sum.Max, last
	if p.Held > 0 {
		p.Mean = sum.Area / p.Held.Seconds()
	}
	return p
}

// begin returns a bucket in which the value that holds begins.
func (s *Series) begin(start time.Time) Bucket {
	if s.held.Last == "" {
		return Bucket{}
	}
	f, _ := s.held.Last.Float()
	return Bucket{FirstAt: start, LastAt: start, First: s.held.Last, Last: s.held.Last, Min: f, Max: f}
}

// Sum returns the points as one: a whole stretch.
func Sum(points []Point) Point {
	var sum Point
	var area float64
	for i := range points {
		p := &points[i]
		if i == 0 {
			sum.Start = p.Start
		}
		sum.End = p.End
		if !p.Known() {
			continue
		}
		if !sum.Known() {
			sum.Min, sum.Max = p.Min, p.Max
		}
		sum.Min, sum.Max = min(sum.Min, p.Min), max(sum.Max, p.Max)
		sum.Count, sum.Rise, sum.Last = sum.Count+p.Count, sum.Rise+p.Rise, p.Last
		area += p.Mean * p.Held.Seconds()
		sum.Held += p.Held
		for v, held := range p.States {
			if sum.States == nil {
				sum.States = map[thing.Value]time.Duration{}
			}
			sum.States[v] += held
		}
	}
	if sum.Held > 0 {
		sum.Mean = area / sum.Held.Seconds()
	}
	return sum
}
