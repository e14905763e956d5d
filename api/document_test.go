package api

import (
	"bytes"
	"os"
	"testing"
)

func TestTheDocumentsAreTheCommittedOnes(t *testing.T) {
	t.Parallel()
	for name, write := range map[string]func() ([]byte, error){"openapi": Document, "asyncapi": AsyncDocument} {
		got, err := write()
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(name + ".yaml")
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s.yaml is not what the code says (%v): run `make generate`", name, err)
		}
	}
}
