package chain

import (
	"crypto/sha256"
	"encoding/binary"

	"logis/domain"
)

// chainVersion names the rule by which links are made; it is part of every link.
const chainVersion = "logis event v1"

// Link returns the hash of an event: SHA-256 over the version, the previous
// hash and every stored field, the variable ones with their length, the data by
// its own SHA-256 so that a sealed range can drop it and still be verified.
// buffer is scratch space to reuse.
func Link(buffer []byte, previous domain.Hash, ev *domain.RecordedEvent, eventType string) (domain.Hash, []byte) {
	b := buffer[:0]
	b = append(b, chainVersion...)
	b = append(b, previous[:]...)
	b = append(b, ev.HomeID[:]...)
	b = number(b, int64(ev.Seq))
	b = append(b, ev.ID[:]...)
	b = number(b, ev.RecordedAt.UnixMicro())
	b = number(b, ev.OccurredAt.UnixMicro())
	b = append(b, ev.Entity[:]...)
	b = append(b, ev.Edge.Gateway[:]...)
	b = number(b, int64(ev.Edge.Epoch))
	b = number(b, ev.Edge.Seq)
	b = number(b, int64(ev.Causation))
	b = number(b, int64(ev.Correlation))
	b = number(b, int64(ev.Schema))
	b = number(b, int64(ev.Flags))
	b = text(b, eventType)
	b = text(b, string(ev.Actor))
	b = text(b, ev.Model)
	data := sha256.Sum256(ev.Data)
	b = append(b, data[:]...)
	return sha256.Sum256(b), b
}

func number(b []byte, n int64) []byte {
	return binary.BigEndian.AppendUint64(b, uint64(n)) //nolint:gosec // two's complement is meant
}

func text(b []byte, s string) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(s))) //nolint:gosec // short by the table's use
	return append(b, s...)
}
