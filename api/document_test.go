package api

import (
	"bytes"
	"os"
	"testing"
)

func TestTheDocumentIsTheCommittedOne(t *testing.T) {
	t.Parallel()
	got, err := Document()
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("openapi.yaml")
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("openapi.yaml is not what the code says (%v): run `go run ./cmd/server openapi > api/openapi.yaml`", err)
	}
}
