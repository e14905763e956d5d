package history

import (
	"logis/domain"
	"logis/domain/thing"
	"logis/eventstore"
)

// SetSnapshots keeps states closer together, and fewer, than in life.
func (p *Past) SetSnapshots(every, most domain.Seq) { p.every, p.most, p.perDevice = every, most, 0 }

// Distance is how far apart the states of a home are.
func (p *Past) Distance(head domain.Seq, devices int) domain.Seq { return p.distance(head, devices) }

// EncodeState is what a kept state takes, for a measurement.
func EncodeState(home *domain.Home) ([]byte, error) { return eventstore.EncodeState(home) }

// DecodeState reads what EncodeState wrote.
func DecodeState(id domain.HomeID, catalog *thing.Catalog, doc []byte) (*domain.Home, error) {
	return eventstore.DecodeState(id, catalog, doc)
}
