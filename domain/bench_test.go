package domain_test

import (
	"encoding/json"
	"testing"

	"logis/domain"
	"logis/domain/thing"
)

// The way of one report through the server is DecodeFromEdge (in wire), Report,
// EncodeFact, Apply and, for the twin's row, AppendJSON.

var sensor = domain.DeviceID{0x01, 0x8f, 15: 50}

// sensedHouse is a house with a sensor that told four values.
func sensedHouse(b *testing.B) *house {
	b.Helper()
	h := newHouse(b)
	h.register(gateway, sensor, "climate-sensor", "battery", "link-quality")
	for name, value := range map[string]thing.Value{
		"temperature": "21.37", "relativeHumidity": "45.2", "batteryPercent": "90", "linkQuality": "120",
	} {
		h.report(sensor, name, value)
	}
	return h
}

func BenchmarkReport(b *testing.B) {
	h := sensedHouse(b)
	values := set("temperature", "21.37")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := h.Report(gateway, sensor, values, domain.CommandID{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncodeReported(b *testing.B) {
	fact := domain.Fact(domain.DeviceReported{Values: set("temperature", "21.37")})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := domain.EncodeFact(fact); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeReported(b *testing.B) {
	data := []byte(`{"values":{"temperature":21.37}}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := domain.DecodeFact("device.reported", domain.FactSchema, data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkApplyReported(b *testing.B) {
	h := sensedHouse(b)
	ev := h.must(h.Report(gateway, sensor, set("temperature", "21.37"), domain.CommandID{}))
	b.ReportAllocs()
	for b.Loop() {
		ev.Edge = domain.EdgeRef{Gateway: gateway, Epoch: 1, Seq: h.Gateways[gateway].Cursor + 1}
		rec := domain.RecordedEvent{Event: ev, HomeID: h.ID, Seq: h.Seq + 1, RecordedAt: h.now}
		if err := h.Apply(&rec); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppendTwin(b *testing.B) {
	h := sensedHouse(b)
	var buffer []byte
	b.ReportAllocs()
	for b.Loop() {
		var err error
		if buffer, err = h.Twins[sensor].AppendJSON(buffer[:0]); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(buffer)), "bytes")
}

// For comparison: what AppendJSON saves.
func BenchmarkMarshalTwin(b *testing.B) {
	h := sensedHouse(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := json.Marshal(h.Twins[sensor]); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadTwin(b *testing.B) {
	h := sensedHouse(b)
	doc, err := h.Twins[sensor].AppendJSON(nil)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		var twin domain.Twin
		if err := json.Unmarshal(doc, &twin); err != nil {
			b.Fatal(err)
		}
	}
}
