package api

import (
	"errors"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"

	"logis/domain"
)

// Subscribe asks to be told of a home. Where it is followed over this connection
// already, the new wish replaces the old one.
type Subscribe struct {
	Type    string            `json:"type" enum:"subscribe" doc:"Which frame it is." example:"subscribe"`
	Key     string            `json:"key" minLength:"1" maxLength:"64" doc:"Chosen by the app; comes back in the answer." example:"a1"`
	Home    domain.HomeID     `json:"home" format:"uuid" doc:"The home." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a01"`
	After   *domain.Seq       `json:"after,omitzero" minimum:"0" doc:"Begin after this event; from now on if not given." example:"1042"`
	Devices []domain.DeviceID `json:"devices,omitzero" nullable:"false" maxItems:"100" doc:"Only of these devices." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
	Rooms   []domain.RoomID   `json:"rooms,omitzero" nullable:"false" maxItems:"100" doc:"Only of these rooms and what is in them." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a02"`
	Types   []string          `json:"types,omitzero" nullable:"false" maxItems:"100" doc:"Only events of these types." example:"device.reported"`
}

// Unsubscribe asks to be told of a home no more.
type Unsubscribe struct {
	Type string        `json:"type" enum:"unsubscribe" doc:"Which frame it is." example:"unsubscribe"`
	Key  string        `json:"key" minLength:"1" maxLength:"64" doc:"Chosen by the app; comes back in a refusal." example:"a2"`
	Home domain.HomeID `json:"home" format:"uuid" doc:"The home." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a01"`
}

// Order asks something of a device, as POST …/commands does.
type Order struct {
	Type    string          `json:"type" enum:"command" doc:"Which frame it is." example:"command"`
	Key     string          `json:"key" minLength:"1" maxLength:"64" pattern:"^[!-~]+$" patternDescription:"visible ASCII characters" doc:"Its Idempotency-Key: the same order with the same key happens once. Comes back in the answer." example:"5f0c8a1e9b7d4c3f"`
	Home    domain.HomeID   `json:"home" format:"uuid" doc:"The home." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a01"`
	Device  domain.DeviceID `json:"device" format:"uuid" doc:"The device." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
	Command CommandRequest  `json:"command" doc:"What is asked of it."`
}

// Answer tells what came of an order.
type Answer struct {
	Type    string        `json:"type" enum:"answer" doc:"Which frame it is." example:"answer"`
	Key     string        `json:"key" doc:"That of the order." example:"5f0c8a1e9b7d4c3f"`
	Command text[Command] `json:"command" doc:"The command that was begun."`
}

// Refusal tells why a frame of the app came to nothing.
type Refusal struct {
	Type    string        `json:"type" enum:"refusal" doc:"Which frame it is." example:"refusal"`
	Key     string        `json:"key" doc:"That of the app's frame; empty where it could not be read." example:"a1"`
	Problem text[Problem] `json:"problem" doc:"Why."`
}

// read reads a frame by the rules of a body: strict JSON first, then the schema of
// what it is meant to be, all faults at once.
func (k *trunk) read(text []byte, v any, schema *huma.Schema) error {
	if text == nil {
		return domain.InvalidInput(domain.Fault{Field: "frame", Message: "must be text"})
	}
	if faults := checkJSON(text); len(faults) > 0 {
		return faulty(http.StatusBadRequest, faults)
	}
	if schema != nil {
		var value any
		var result huma.ValidateResult
		if err := json.Unmarshal(text, &value); err != nil {
			return domain.InvalidInput(domain.Fault{Field: "frame", Message: "must be JSON"})
		}
		huma.Validate(k.server.huma.OpenAPI().Components.Schemas, schema, huma.NewPathBuffer(nil, 0), huma.ModeWriteToServer, value, &result)
		if len(result.Errors) > 0 {
			return faultsOf(result.Errors)
		}
	}
	if err := json.Unmarshal(text, v); err != nil {
		return domain.InvalidInput(domain.Fault{Field: "frame", Message: "does not fit"})
	}
	return nil
}

// faultsOf says what huma found in our words.
func faultsOf(found []error) error {
	var faults []domain.Fault
	for _, err := range found {
		var detail *huma.ErrorDetail
		if errors.As(err, &detail) {
			faults = append(faults, inOurWords(detail.Location, detail.Message))
		}
	}
	return faulty(http.StatusUnprocessableEntity, faults)
}

func (k *trunk) schema(frame any) *huma.Schema {
	return k.server.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeOf(frame), true, "")
}
