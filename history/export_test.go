package history

import (
	"logis/domain"
	"logis/domain/thing"
)

// Keep closer together, and fewer, than in life.
func (p *Past) SetSnapshots(every, most domain.Seq) { p.every, p.most = every, most }

// EncodeState is what a kept state takes, for a measurement.
func EncodeState(home *domain.Home) ([]byte, error) { return encodeState(home) }

// DecodeState reads what EncodeState wrote.
func DecodeState(id domain.HomeID, catalog *thing.Catalog, doc []byte) (*domain.Home, error) {
	return decodeState(id, catalog, doc)
}
