package api

import (
	"fmt"
	"math"
	"net/http"
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

// left returns how often the caller may ask at once now, and in how many seconds
// the whole burst is there again.
func (c *callers) left(caller string) (requests, seconds int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	tokens := float64(c.pace.burst)
	if limiter, ok := c.young[caller]; ok {
		tokens = max(0, limiter.Tokens())
	}
	return int(tokens), int(math.Ceil((float64(c.pace.burst) - tokens) / float64(c.pace.perSecond)))
}

// say puts what the caller may ask into the headers of an answer, as the IETF's
// draft-ietf-httpapi-ratelimit-headers has them.
func (c *callers) say(h http.Header, caller string) {
	requests, seconds := c.left(caller)
	window := math.Ceil(float64(c.pace.burst) / float64(c.pace.perSecond))
	h.Set("RateLimit-Policy", fmt.Sprintf(`"caller";q=%d;w=%.0f`, c.pace.burst, window))
	h.Set("RateLimit", fmt.Sprintf(`"caller";r=%d;t=%d`, requests, seconds))
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
