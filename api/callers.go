package api

import (
	"net/netip"
	"sync"

	"golang.org/x/time/rate"
)

// callers remembers how fast each of many callers asks, in bounded memory: two
// generations of at most maxCallers. When the young one is full it becomes the
// old one, and who was not seen meanwhile is forgotten, which gives them a fresh
// burst and nothing else.
type callers struct {
	mu         sync.Mutex
	pace       pace
	young, old map[string]*rate.Limiter
}

// pace is how fast one caller may ask.
type pace struct {
	perSecond rate.Limit
	burst     int
}

func newCallers(p pace) *callers { return &callers{pace: p, young: map[string]*rate.Limiter{}} }

// allow reports whether the caller may ask once more now.
func (c *callers) allow(caller string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	limiter, ok := c.young[caller]
	if !ok {
		if limiter, ok = c.old[caller]; !ok {
			limiter = rate.NewLimiter(c.pace.perSecond, c.pace.burst)
		}
		if len(c.young) >= maxCallers {
			c.young, c.old = map[string]*rate.Limiter{}, c.young
		}
		c.young[caller] = limiter
	}
	return limiter.Allow()
}

// placeOf returns what one network user cannot change at will: the IPv4 address,
// or the first half of an IPv6 one. Forwarding headers are not believed: anybody
// can write them.
func placeOf(remote string) string {
	address, err := netip.ParseAddrPort(remote)
	if err != nil {
		return "unknown"
	}
	ip := address.Addr().Unmap()
	if ip.Is4() {
		return ip.String()
	}
	prefix, err := ip.WithZone("").Prefix(64)
	if err != nil {
		return "unknown"
	}
	return prefix.String()
}
