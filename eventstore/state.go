package eventstore

import (
	"bytes"
	"compress/flate"
	"fmt"

	"github.com/go-json-experiment/json"

	"logis/domain"
	"logis/domain/chain"
	"logis/domain/thing"
)

// EncodeState writes all that is known of a home, deflated. What it does not export
// follows from the rest.
func EncodeState(home *domain.Home) ([]byte, error) {
	text, err := json.Marshal(home, json.Deterministic(true))
	if err != nil {
		return nil, fmt.Errorf("encode a home: %w", err)
	}
	var out bytes.Buffer
	squeezed, err := flate.NewWriter(&out, flate.BestSpeed)
	if err != nil {
		return nil, fmt.Errorf("compress a home: %w", err)
	}
	if _, err := squeezed.Write(text); err != nil {
		return nil, fmt.Errorf("compress a home: %w", err)
	}
	if err := squeezed.Close(); err != nil {
		return nil, fmt.Errorf("compress a home: %w", err)
	}
	return out.Bytes(), nil
}

// DecodeState reads a home as EncodeState wrote it. Members it does not know are left
// out: a kept state outlives the release that wrote it.
func DecodeState(id domain.HomeID, catalog *thing.Catalog, doc []byte) (*domain.Home, error) {
	text, err := chain.UnpackState(doc)
	if err != nil {
		return nil, err
	}
	home := domain.NewHome(id, catalog)
	if err := json.Unmarshal(text, home); err != nil {
		return nil, fmt.Errorf("decode a home: %w", err)
	}
	return home, nil
}
