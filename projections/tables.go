package projections

import (
	"logis/domain/thing"
)

// Tables keeps folded homes as rows. It implements eventstore.Projection.
type Tables struct {
	Catalog *thing.Catalog
}

// tableNames are the projected tables, in the order they are hashed.
func tableNames() []string {
	return []string{
		"homes", "members", "rooms", "gateways", "devices", "twins", "commands",
		"rules", "rule_runs", "scenes", "paces", "home_tests", "corrections", "webhooks",
	}
}
