package api

import (
	"context"
	"net/http"
	"time"

	"logis/access"
	"logis/domain"
	"logis/domain/call"
	"logis/eventstore"
)

// Callers ask gateways something beside commands.
type Callers interface {
	// Call asks the gateway at an address and reads the answer. It is live: see hub.Call.
	Call(ctx context.Context, to call.Address, method call.Method, params, answer any) error
}

// Finding is what one check of a gateway found.
type Finding struct {
	Check string `json:"check" doc:"What was looked at." example:"radio zigbee"`
	Level string `json:"level" enum:"fine,warning,wrong" doc:"How bad it is." example:"wrong"`
	Says  string `json:"says" doc:"A sentence for people." example:"It does not run: the broker refused the connection."`
	Do    string `json:"do" doc:"What helps; empty when nothing needs doing." example:"Look at its software and its stick; the agent tries again by itself."`
}

// GatewayHealth is how a gateway finds itself now.
type GatewayHealth struct {
	Version  string    `json:"version" doc:"Of its edge agent." example:"0.1.0"`
	UptimeS  int64     `json:"uptime_s" doc:"Seconds since the agent began." example:"86400"`
	Findings []Finding `json:"findings" nullable:"false" doc:"What was looked at, in order."`
}

// LogLine is one line of a gateway's log.
type LogLine struct {
	At    Instant `json:"at" doc:"When, by the gateway's own clock."`
	Level string  `json:"level" doc:"How important it is; empty when the line does not say." example:"warn"`
	Text  string  `json:"text" doc:"What the agent wrote." example:"msg=\"a radio ended\" radio=zigbee"`
}

// GatewayLog is lines of a gateway's log.
type GatewayLog struct {
	Lines []LogLine `json:"lines" nullable:"false" doc:"The oldest first."`
	Cut   bool      `json:"cut" doc:"Whether older lines that were wanted did not fit." example:"false"`
}

// RadioPairing is how one radio stands with new devices.
type RadioPairing struct {
	Radio    string `json:"radio" doc:"Its name." example:"zigbee"`
	Opens    bool   `json:"opens" doc:"Whether it can be opened to new devices for a time." example:"true"`
	Codes    bool   `json:"codes" doc:"Whether it lets devices in by a code." example:"false"`
	Disabled bool   `json:"disabled" doc:"Whether the gateway's configuration has it switched off." example:"false"`
	LeftMS   int64  `json:"left_ms" doc:"For so many milliseconds it is open; 0: it is closed." example:"120000"`
	Joining  string `json:"joining" enum:",running,joined,failed" doc:"How far the newest code came; empty: none was given." example:"running"`
	Problem  string `json:"problem" doc:"Why that failed." example:""`
}

// GatewayPairing is how a gateway's radios stand with new devices.
type GatewayPairing struct {
	Radios []RadioPairing `json:"radios" nullable:"false" doc:"All radios of the gateway."`
}

// PairingWindow opens a radio to new devices.
type PairingWindow struct {
	Radio   string `json:"radio" minLength:"1" maxLength:"40" doc:"Which radio." example:"zigbee"`
	Seconds int    `json:"seconds" minimum:"0" maximum:"254" doc:"For how long, from now; 0 closes it." example:"120"`
}

// Commissioning lets one device in by its code.
type Commissioning struct {
	Radio string `json:"radio" minLength:"1" maxLength:"40" doc:"Which radio." example:"matter"`
	Code  string `json:"code" minLength:"1" maxLength:"512" doc:"What is printed on the device: digits, or the text of the QR code. It is kept nowhere." example:"34970112332"`
}

// LocalClient is somebody who was paired with the gateway itself.
type LocalClient struct {
	ID    string `json:"id" doc:"The client." example:"KQ5TVQ2XJ7M4ZB3N6YFD2RLHAC"`
	Name  string `json:"name" doc:"What it calls itself." example:"Kitchen panel"`
	Opens bool   `json:"opens" doc:"Whether it may open locks and doors." example:"false"`
	Since string `json:"since" doc:"When it was paired; empty when the gateway did not know the time." example:"2026-05-03T14:02:11Z"`
}

type (
	healthOutput struct{ Body GatewayHealth }
	logInput     struct {
		InGateway
		Lines int    `query:"lines" minimum:"1" maximum:"500" default:"200" doc:"How many lines at most: the newest." example:"200"`
		Level string `query:"level" enum:"debug,info,warn,error" doc:"Only lines of this level and worse." example:"warn"`
		Since string `query:"since" format:"date-time" doc:"Only lines from then on, by the gateway's clock." example:"2026-05-03T14:02:11Z"`
	}
	logOutput     struct{ Body GatewayLog }
	pairingOutput struct{ Body GatewayPairing }
	windowInput   struct {
		InGateway
		Body PairingWindow
	}
	commissionInput struct {
		InGateway
		Body Commissioning
	}
	clientsOutput  struct{ Body list[LocalClient] }
	endClientInput struct {
		InGateway
		Client string `path:"client" minLength:"26" maxLength:"26" pattern:"^[A-Z2-7]+$" patternDescription:"the id of a client" doc:"The client." example:"KQ5TVQ2XJ7M4ZB3N6YFD2RLHAC"`
	}
)

const liveOnly = " The gateway itself is asked: 409 at once when it is not connected, when its agent is too old, or when it refuses."

func (s *Server) addCalls() {
	ask := func(op operation) operation {
		op.tag, op.path, op.refusals = "Gateways", "/homes/{home}/gateways/{gateway}"+op.path, []int{http.StatusConflict}
		op.description += liveOnly
		return op
	}
	add(s, ask(operation{
		id: "check-gateway", method: http.MethodGet, path: "/health", action: access.InspectGateways,
		summary: "How a gateway is",
		description: "Lets the gateway look for what is wrong with itself, its radios and its network, " +
			"and returns what it found and what helps.",
	}), s.checkGateway)
	add(s, ask(operation{
		id: "read-gateway-log", method: http.MethodGet, path: "/log", action: access.InspectGateways,
		summary: "A gateway's log", description: "Returns the newest lines of the agent's log.",
	}), s.readLog)
	add(s, ask(operation{
		id: "get-pairing", method: http.MethodGet, path: "/pairing", action: access.InspectGateways,
		summary: "Who can let devices in", description: "Returns how the gateway's radios stand with new devices.",
	}), s.getPairing)
	add(s, ask(operation{
		id: "open-pairing", method: http.MethodPut, path: "/pairing", action: access.ManageGateways,
		summary: "Let new devices in", description: "Opens a radio to new devices for a time, or closes it. The log says who did.",
	}), s.openPairing)
	add(s, ask(operation{
		id: "commission-device", method: http.MethodPut, path: "/commissioning", action: access.ManageGateways,
		summary: "Let a device in by its code",
		description: "Begins to let in the device with a code; how far it came is told by the pairing. " +
			"The same code again changes nothing while it is tried. The log says who did, and not the code.",
	}), s.commission)
	add(s, ask(operation{
		id: "list-local-clients", method: http.MethodGet, path: "/clients", action: access.InspectGateways,
		summary: "Who is paired with a gateway", description: "Returns the clients that may control the home through the gateway without the cloud, by name.",
	}), s.listClients)
	add(s, ask(operation{
		id: "end-local-client", method: http.MethodDelete, path: "/clients/{client}", action: access.ManageGateways,
		summary: "End a local client", description: "Ends the pairing of a client with the gateway, within a second. A client has no revision. The log says who did.",
	}), s.endClient)
}

// ask asks the gateway of an operation.
func (s *Server) ask(ctx context.Context, in *InGateway, method call.Method, params, answer any) error {
	v, err := s.present(ctx, in.Home)
	if err != nil {
		return err
	}
	g, ok := v.home.Gateways[in.Gateway]
	switch {
	case !ok:
		return domain.Errorf(domain.NotFound, "there is no such gateway")
	case !g.Connected || s.options.Callers == nil:
		return domain.Errorf(domain.EdgeOffline, "the gateway is not connected")
	}
	return s.options.Callers.Call(ctx, call.Address{Gateway: g.ID, Session: g.Session, Replica: g.Replica}, method, params, answer)
}

// deedDone records what the caller had a gateway do. It is done, so nobody who
// hangs up keeps it out of the log.
func (s *Server) deedDone(ctx context.Context, in *InGateway, fact domain.Fact) error {
	return s.change(context.WithoutCancel(ctx), in.Home, func(ctx context.Context, tx *eventstore.Tx, v *view) error {
		return v.record(ctx, tx, in.Gateway.Entity(), principal(ctx), fact)
	})
}

func (s *Server) checkGateway(ctx context.Context, in *InGateway) (*healthOutput, error) {
	var report call.HealthReport
	if err := s.ask(ctx, in, call.Health, call.Nothing{}, &report); err != nil {
		return nil, err
	}
	return &healthOutput{GatewayHealth{
		Version: report.Version, UptimeS: report.UptimeS,
		Findings: all(report.Findings, func(f call.Finding) Finding { return Finding{f.Check, string(f.Level), f.Says, f.Do} }),
	}}, nil
}

func (s *Server) readLog(ctx context.Context, in *logInput) (*logOutput, error) {
	query := call.LogsQuery{Lines: in.Lines, Level: domain.LogLevel(in.Level)}
	if in.Since != "" {
		var since Instant
		if err := since.UnmarshalText([]byte(in.Since)); err != nil {
			return nil, domain.InvalidInput(domain.Fault{Field: "since", Message: err.Error()})
		}
		query.SinceMS = since.UnixMilli()
	}
	var page call.LogPage
	if err := s.ask(ctx, &in.InGateway, call.Logs, query, &page); err != nil {
		return nil, err
	}
	return &logOutput{GatewayLog{Cut: page.Cut, Lines: all(page.Lines, func(l call.LogLine) LogLine {
		return LogLine{At: Instant{time.UnixMilli(min(max(l.AtMS, 0), lastMS))}, Level: string(l.Level), Text: l.Text}
	})}}, nil
}

// lastMS is the last time that RFC 3339 can write: a gateway's clock may say
// anything.
const lastMS = 253402300799999

func pairingShape(state call.PairingState) *pairingOutput {
	return &pairingOutput{GatewayPairing{all(state.Radios, func(r call.RadioPairing) RadioPairing {
		return RadioPairing{
			Radio: r.Radio, Opens: r.Opens, Codes: r.Codes, Disabled: r.Disabled, LeftMS: r.LeftMS, Joining: string(r.Joining), Problem: r.Problem,
		}
	})}}
}

func (s *Server) getPairing(ctx context.Context, in *InGateway) (*pairingOutput, error) {
	var state call.PairingState
	err := s.ask(ctx, in, call.Pairing, call.Nothing{}, &state)
	return pairingShape(state), err
}

func (s *Server) openPairing(ctx context.Context, in *windowInput) (*pairingOutput, error) {
	var state call.PairingState
	if err := s.ask(ctx, &in.InGateway, call.OpenPairing, call.PairingWindow(in.Body), &state); err != nil {
		return nil, err
	}
	var fact domain.Fact = domain.GatewayPairingOpened{Radio: in.Body.Radio, Seconds: in.Body.Seconds}
	if in.Body.Seconds == 0 {
		fact = domain.GatewayPairingClosed{Radio: in.Body.Radio}
	}
	return pairingShape(state), s.deedDone(ctx, &in.InGateway, fact)
}

func (s *Server) commission(ctx context.Context, in *commissionInput) (*pairingOutput, error) {
	var state call.PairingState
	if err := s.ask(ctx, &in.InGateway, call.Commission, call.CommissionOrder(in.Body), &state); err != nil {
		return nil, err
	}
	return pairingShape(state), s.deedDone(ctx, &in.InGateway, domain.GatewayCommissioningBegun{Radio: in.Body.Radio})
}

func (s *Server) listClients(ctx context.Context, in *InGateway) (*clientsOutput, error) {
	var clients call.ClientList
	if err := s.ask(ctx, in, call.Clients, call.Nothing{}, &clients); err != nil {
		return nil, err
	}
	return &clientsOutput{list[LocalClient]{all(clients.Clients, func(c call.Client) LocalClient { return LocalClient(c) })}}, nil
}

func (s *Server) endClient(ctx context.Context, in *endClientInput) (*nothing, error) {
	if err := s.ask(ctx, &in.InGateway, call.EndClient, call.ClientEnd{ID: in.Client}, &call.Nothing{}); err != nil {
		return nil, err
	}
	return &nothing{}, s.deedDone(ctx, &in.InGateway, domain.GatewayClientEnded{Client: in.Client})
}
