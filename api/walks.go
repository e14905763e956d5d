package api

import "logis/domain"

// Requests that walk along a log hold some megabytes and read thousands of rows, so
// few of them are let in at once.

// walk gives a request a place among those that walk along a log, or sends it away.
// done gives the place back.
func (s *Server) walk() (done func(), err error) {
	select {
	case s.walks <- struct{}{}:
		return func() { <-s.walks }, nil
	default:
		return nil, domain.Errorf(domain.Overloaded, "too many exports and checks at once: wait a moment")
	}
}
