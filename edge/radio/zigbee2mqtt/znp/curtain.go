package znp

import "time"

// Curtain is an IKEA FYRTUR roller blind (E1757). It takes its time to move and
// reports its position on the way.
type Curtain struct {
	*Node
	travel time.Duration
	run    int // counts orders; a move in progress ends when it is not the last
}

// Positions of a curtain in percent closed, as in the cluster.
const (
	FullyOpen   = 0
	FullyClosed = 100
)

// curtainStep is how far a curtain moves between two reports, in percent.
const curtainStep = 10

// NewCurtain returns an open curtain that needs travel from end to end.
func NewCurtain(ieee uint64, travel time.Duration) *Curtain {
	c := &Curtain{Node: newNode(ieee, "IKEA of Sweden", "FYRTUR block-out roller blind", endpoint{onlyEndpoint, 0x0202,
		[]uint16{clusterBasic, clusterPower, clusterIdentify, clusterGroups, clusterScenes, clusterPoll, clusterCovering},
		[]uint16{0x19}}).onBattery(), travel: travel}
	c.attrs[c.lift()] = unsigned8(FullyOpen)
	c.attrs[attributeKey{onlyEndpoint, clusterCovering, 0}] = enum8(0) // roller shade
	c.attrs[attributeKey{onlyEndpoint, clusterPower, 0x0021}] = unsigned8(80)
	c.obey = c.carryOut
	return c
}

func (c *Curtain) lift() attributeKey { return attributeKey{onlyEndpoint, clusterCovering, 8} }

// Position returns the true position in percent closed.
func (c *Curtain) Position() int { return c.state(c.lift()) }

func (c *Curtain) carryOut(o order) byte {
	if o.cluster != clusterCovering {
		return statusUnsupportedCommand
	}
	c.run++
	switch o.command {
	case 0:
		c.obeyed("open")
		c.head(FullyOpen, c.run)
	case 1:
		c.obeyed("close")
		c.head(FullyClosed, c.run)
	case 2:
		c.obeyed("stop")
	case 5:
		c.obeyed("goTo")
		c.head(min(int(o.payload.u8()), FullyClosed), c.run)
	default:
		return statusUnsupportedCommand
	}
	return statusSuccess
}

// head moves one step towards a position after the time a step takes, until it
// is there or another order came. It is called under mu.
func (c *Curtain) head(to, run int) {
	time.AfterFunc(c.travel*curtainStep/100, func() {
		c.by(func() {
			at := c.attrs[c.lift()].number()
			if c.run != run || at == to {
				return
			}
			at += max(-curtainStep, min(curtainStep, to-at))
			c.change("position", at, c.lift(), unsigned8(at))
			c.head(to, run)
		})
	})
}
