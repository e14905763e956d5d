//go:build !linux

package clock

import (
	"crypto/rand"
	"time"
)

// System returns a clock that starts with the process: other systems offer no
// clock that counts suspended time and names the boot. Gateways run Linux.
func System() Clock { return system{time.Now(), rand.Text()} }

type system struct {
	start  time.Time
	bootID string
}

func (s system) Boot() time.Duration { return time.Since(s.start) }
func (s system) BootID() string      { return s.bootID }
