package radiolab

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
)

// tailBytes is how much of a program's last output is kept for error messages.
const tailBytes = 8 << 10

// tail keeps the end of what is written to it.
type tail struct {
	mu    sync.Mutex
	bytes []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.bytes = append(t.bytes, p...)
	if over := len(t.bytes) - tailBytes; over > 0 {
		t.bytes = bytes.Clone(t.bytes[over:])
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.bytes))
}

func (t *tail) contains(words string) func() error {
	return func() error {
		if !strings.Contains(t.String(), words) {
			return fmt.Errorf("has not said %q", words)
		}
		return nil
	}
}
