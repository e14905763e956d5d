package history

import "logis/domain"

// Keep closer together, and fewer, than in life.
func (p *Past) SetSnapshots(every, most domain.Seq) { p.every, p.most = every, most }

// EncodeState is what a kept state takes, for a measurement.
func EncodeState(home *domain.Home) ([]byte, error) { return encodeState(home) }
