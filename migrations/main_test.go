package migrations_test

import (
	"testing"

	"logis/migrations/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }
