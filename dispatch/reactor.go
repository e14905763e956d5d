package dispatch

import (
	"context"

	"logis/domain"
	"logis/eventstore"
)

// Reactor asks for the jobs that follow from events. It implements
// eventstore.Reactor.
type Reactor struct{}

// React asks for a command's deadline and, while its gateway is connected, for
// sending it to the server that holds the session. A command for a gateway that
// is away waits as data: its jobs come with gateway.connected.
func (Reactor) React(_ context.Context, tx *eventstore.Tx, ev *domain.RecordedEvent) error {
	home := tx.Home(ev.HomeID)
	switch fact := ev.Fact.(type) {
	case domain.CommandRequested:
		c := home.Commands[fact.Command]
		if due, ok := c.DueAt(); ok {
			tx.Enqueue(eventstore.Job{Args: CloseArgs{Home: ev.HomeID, Command: c.ID}, Queue: closeQueue, RunAt: due})
		}
		if g, ok := home.Gateways[c.Gateway]; ok && g.Connected && !fact.Local {
			send(tx, ev.HomeID, g, c)
		}
	case domain.GatewayConnected:
		g := home.Gateways[domain.GatewayID(ev.Entity)]
		for _, c := range home.Waiting(g.ID) {
			send(tx, ev.HomeID, g, c)
		}
		if g.Configuration.Version != 0 {
			configure(tx, ev.HomeID, g)
		}
	case domain.GatewayConfigured:
		if g := home.Gateways[domain.GatewayID(ev.Entity)]; g.Connected {
			configure(tx, ev.HomeID, g)
		}
	}
	return nil
}

func send(tx *eventstore.Tx, home domain.HomeID, g *domain.Gateway, c *domain.Command) {
	tx.Enqueue(eventstore.Job{Args: SendArgs{Home: home, Command: c.ID}, Queue: SendQueue(g.Replica)})
}

func configure(tx *eventstore.Tx, home domain.HomeID, g *domain.Gateway) {
	tx.Enqueue(eventstore.Job{Args: ConfigureArgs{Home: home, Gateway: g.ID}, Queue: SendQueue(g.Replica)})
}
