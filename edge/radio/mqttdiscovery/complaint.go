package mqttdiscovery

import (
	"slices"
	"sync"
)

// complaints keeps what was not understood, so that it can be shown.
type complaints struct {
	tell func(string)

	mu   sync.Mutex
	list []string
}

// add keeps a complaint unless it is one of the last ones already.
func (c *complaints) add(words string) {
	words = words[:min(len(words), maxComplaint)]
	c.mu.Lock()
	known := slices.Contains(c.list, words)
	if !known {
		c.list = append(c.list, words)
		if over := len(c.list) - maxComplaints; over > 0 {
			c.list = slices.Delete(c.list, 0, over)
		}
	}
	c.mu.Unlock()
	if !known && c.tell != nil {
		c.tell(words)
	}
}

func (c *complaints) all() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.list)
}
