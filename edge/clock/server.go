package clock

import (
	"sync"
	"time"
)

// maxSamples bounds the answers kept to choose the best from: two minutes of pings.
const maxSamples = 8

// drift bounds how fast two clocks run apart, as a fraction of elapsed time.
// Crystals of small boards stay within 50 ppm each.
const drift = 200e-6

// quantum is what a server's time in whole milliseconds leaves open.
const quantum = time.Millisecond

// Server tells the server's time. It is safe for concurrent use.
type Server struct {
	Clock

	mu      sync.Mutex
	samples []sample // oldest first
	stepped func(by time.Duration)
}

// sample is one answer: server time = boot + offset, within err at the time heard.
type sample struct {
	offset time.Duration
	err    time.Duration
	heard  time.Duration // boot time
}

// errAt returns the sample's error at a time since boot, before or after it was heard.
func (s sample) errAt(boot time.Duration) time.Duration {
	return s.err + time.Duration(float64((boot-s.heard).Abs())*drift)
}

// NewServer returns a Server that knows nothing yet.
func NewServer(c Clock) *Server { return &Server{Clock: c} }

// Hear takes the server's time in Unix milliseconds from an answer heard just
// now to something asked at a boot time: the server looked at its clock in
// between. An answer to the future is ignored.
func (s *Server) Hear(asked time.Duration, serverMS int64) {
	heard := s.Boot()
	if asked > heard || serverMS <= 0 {
		return
	}
	middle := asked + (heard-asked)/2
	news := sample{
		offset: time.Duration(serverMS)*time.Millisecond - middle,
		err:    (heard-asked)/2 + quantum,
		heard:  heard,
	}
	if by, stepped := s.learn(news); stepped != nil {
		stepped(by)
	}
}

// largeStep is how far the server's time must jump to be worth telling: further
// than what it is asked for can be off.
const largeStep = 2 * time.Second

// Watch calls stepped with every large jump of the server's time against the boot
// clock, later if it is positive, once it is believed. It takes the place of an
// earlier watcher.
func (s *Server) Watch(stepped func(by time.Duration)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stepped = stepped
}

// learn keeps a sample. It returns by how much the time jumped, and who is to be
// told; nil: nobody.
func (s *Server) learn(news sample) (by time.Duration, stepped func(by time.Duration)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if best, known := s.best(news.heard); known {
		by = news.offset - best.offset
		if by.Abs() >= largeStep && by.Abs() > best.errAt(news.heard)+news.err {
			stepped = s.stepped
		}
	}
	s.samples = append(agreeing(s.samples, news), news)
	if len(s.samples) > maxSamples {
		s.samples = s.samples[1:]
	}
	return by, stepped
}

// agreeing returns the samples that can be true together with the newest. The
// others were heard before the server's clock was set, or from another server:
// deadlines are made by the present one.
func agreeing(samples []sample, newest sample) []sample {
	kept := samples[:0]
	for _, s := range samples {
		if (s.offset - newest.offset).Abs() <= s.errAt(newest.heard)+newest.err {
			kept = append(kept, s)
		}
	}
	return kept
}

// Reading is the server's time as far as it is known.
type Reading struct {
	At  time.Time     // best estimate
	Err time.Duration // the truth lies within At ± Err
	Age time.Duration // since the server was last heard
}

// NotAfter reports whether it is certainly not later than t at the server.
func (r Reading) NotAfter(t time.Time) bool { return !r.At.Add(r.Err).After(t) }

// Now returns the server's time; false as long as it was never heard.
func (s *Server) Now() (Reading, bool) {
	boot := s.Boot()
	s.mu.Lock()
	defer s.mu.Unlock()
	best, ok := s.best(boot)
	if !ok {
		return Reading{}, false
	}
	return Reading{
		At:  time.Unix(0, int64(boot+best.offset)).UTC(),
		Err: best.errAt(boot),
		Age: boot - s.samples[len(s.samples)-1].heard,
	}, true
}

// At returns the server's time at a time since this boot, which may lie before
// the server was first heard.
func (s *Server) At(boot time.Duration) (time.Time, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	best, ok := s.best(boot)
	if !ok {
		return time.Time{}, false
	}
	return time.Unix(0, int64(boot+best.offset)).UTC(), true
}

func (s *Server) best(boot time.Duration) (sample, bool) {
	if len(s.samples) == 0 {
		return sample{}, false
	}
	best := s.samples[0]
	for _, candidate := range s.samples[1:] {
		if candidate.errAt(boot) <= best.errAt(boot) {
			best = candidate
		}
	}
	return best, true
}
