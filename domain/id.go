package domain

import (
	"encoding/hex"
	"fmt"
)

// ID is a 16-byte identifier (RFC 9562; new ones are version 7) of one kind of
// thing, so that a device can never be passed where a home is meant. The zero
// ID means none.
type ID[K any] [16]byte

// The kinds of identifiers.
type (
	HomeKind    struct{}
	EventKind   struct{}
	EntityKind  struct{}
	PersonKind  struct{}
	RoomKind    struct{}
	GatewayKind struct{}
	DeviceKind  struct{}
	CommandKind struct{}
	RuleKind    struct{}
	SceneKind   struct{}
	ModeKind    struct{}
	TestKind    struct{}
	WebhookKind struct{}

	IncidentKind struct{}

	InvitationKind struct{}
	CorrectionKind struct{}
)

// Identifiers used all over Logis. An EntityID is any of those below it: what
// an event is about.
type (
	HomeID    = ID[HomeKind]
	EventID   = ID[EventKind]
	EntityID  = ID[EntityKind]
	PersonID  = ID[PersonKind]
	RoomID    = ID[RoomKind]
	GatewayID = ID[GatewayKind]
	DeviceID  = ID[DeviceKind]
	CommandID = ID[CommandKind]
	RuleID    = ID[RuleKind]
	SceneID   = ID[SceneKind]
	ModeID    = ID[ModeKind]
	TestID    = ID[TestKind]
	WebhookID = ID[WebhookKind]

	IncidentID = ID[IncidentKind]

	InvitationID = ID[InvitationKind]
	CorrectionID = ID[CorrectionKind]
)

// ParseID reads the canonical 36-character form, lower case.
func ParseID[K any](text string) (ID[K], error) {
	var id ID[K]
	err := id.UnmarshalText([]byte(text))
	return id, err
}

// IsZero reports whether id names nothing.
func (id ID[K]) IsZero() bool { return id == ID[K]{} }

// Entity returns id as what an event is about.
func (id ID[K]) Entity() EntityID { return EntityID(id) }

// String returns the canonical form.
func (id ID[K]) String() string { return string(id.append(make([]byte, 0, idLength))) }

// MarshalText returns the canonical form.
func (id ID[K]) MarshalText() ([]byte, error) { return id.append(make([]byte, 0, idLength)), nil }

// AppendText appends the canonical form to b.
func (id ID[K]) AppendText(b []byte) ([]byte, error) { return id.append(b), nil }

const idLength = 36

func (id ID[K]) append(b []byte) []byte {
	b = append(hex.AppendEncode(b, id[0:4]), '-')
	b = append(hex.AppendEncode(b, id[4:6]), '-')
	b = append(hex.AppendEncode(b, id[6:8]), '-')
	b = append(hex.AppendEncode(b, id[8:10]), '-')
	return hex.AppendEncode(b, id[10:16])
}

// UnmarshalText reads the canonical form and nothing else: no braces, no upper
// case, so that one thing has one name.
func (id *ID[K]) UnmarshalText(text []byte) error {
	if len(text) != idLength || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return fmt.Errorf("not an id: want 36 characters like 018f0000-0000-7000-8000-000000000000")
	}
	var read ID[K]
	half := 0 // hexadecimal digits read
	for i, c := range text {
		var digit byte
		switch {
		case i == 8 || i == 13 || i == 18 || i == 23:
			continue
		case c >= '0' && c <= '9':
			digit = c - '0'
		case c >= 'a' && c <= 'f':
			digit = c - 'a' + 10
		default:
			return fmt.Errorf("not an id: character %d is not a lower-case hexadecimal digit", i+1)
		}
		read[half/2] = read[half/2]<<4 | digit
		half++
	}
	*id = read
	return nil
}
