package zigbee2mqtt

import (
	"bytes"
	"encoding/json"
	"strings"
)

// watchFailures returns what Zigbee2MQTT says of sets to the unit that went
// wrong, until done is called. It is a hint only: Zigbee2MQTT does not log the
// same words twice in a row, and does not say whose set it was.
func (s *session) watchFailures(u *unit) (complaints <-chan string, done func()) {
	c := make(chan string, 1)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watched[u] = c
	return c, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.watched[u] == c { // not that of an order that came while a lamp faded
			delete(s.watched, u)
		}
	}
}

// setFailed is how a complaint about a set begins, in bridge/logging.
var setFailed = []byte("Publish 'set' '") //nolint:gochecknoglobals // never assigned

// logged looks for complaints in a message of bridge/logging.
func (s *session) logged(payload []byte) {
	if !bytes.Contains(payload, setFailed) {
		return
	}
	var line struct {
		Message string `json:"message"`
	}
	if json.Unmarshal(payload, &line) != nil {
		s.stats.Malformed.Add(1)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for u, c := range s.watched {
		if _, reason, ok := strings.Cut(line.Message, "' to '"+s.names[u]+"' failed: "); ok {
			select {
			case c <- reason[:min(len(reason), maxComplaint)]:
			default: // one complaint is enough
			}
		}
	}
}

// maxComplaint bounds a reason that goes into an error, in bytes.
const maxComplaint = 300

// undelivered reports whether the complaint is that the device did not answer,
// rather than that it answered no. The words are those of Zigbee2MQTT's adapters.
func undelivered(complaint string) bool {
	for _, words := range []string{"Timeout", "Data request failed", "Delivery failed", "MAC_NO_ACK", "NO_ACK", "NO_ROUTE"} {
		if strings.Contains(complaint, words) {
			return true
		}
	}
	return false
}
