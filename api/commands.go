package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"logis/access"
	"logis/domain"
	"logis/domain/thing"
	"logis/eventstore"
	"logis/projections"
)

// Command is a request to change something, and how far it has come.
type Command struct {
	ID          domain.CommandID       `json:"id" format:"uuid" doc:"The command." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a05"`
	Device      domain.DeviceID        `json:"device" format:"uuid" doc:"The device that is asked." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
	Gateway     domain.GatewayID       `json:"gateway" format:"uuid" doc:"The gateway it goes through." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a04"`
	Class       thing.Class            `json:"class" enum:"A,B,C,D,E,F" doc:"How carefully it is treated." example:"C"`
	Set         map[string]thing.Value `json:"set" doc:"The values wanted; empty for an action."`
	Action      *string                `json:"action" doc:"The action wanted; null for values." example:"unlockDoor"`
	Input       thing.Value            `json:"input" doc:"What the action takes; null: nothing."`
	Actor       Actor                  `json:"actor" doc:"Who asked."`
	Status      domain.Status          `json:"status" enum:"requested,sent,delivered,succeeded,failed,rejected,expired,superseded,cancelled,unknown" doc:"Where it stands; all but the first three are final." example:"succeeded"`
	Reason      *string                `json:"reason" doc:"Why it ended so; null: it needs none." example:"deadline"`
	Observed    map[string]thing.Value `json:"observed" doc:"What was seen of the device afterwards, when the outcome is unknown."`
	Deadline    *Instant               `json:"deadline" nullable:"true" doc:"When it must not be done any more; null: it waits until a newer one replaces it."`
	Requested   Step                   `json:"requested" doc:"When it was asked."`
	Sent        orNull[Step]           `json:"sent" doc:"When it was last sent to the gateway; null: not yet."`
	Delivered   orNull[Step]           `json:"delivered" doc:"When the gateway had it; null: nobody knows."`
	Ended       orNull[Step]           `json:"ended" doc:"When it ended; null: it has not."`
	Sends       int                    `json:"sends" doc:"How often it was sent." example:"1"`
	Local       bool                   `json:"local" doc:"Whether it was given at the gateway itself." example:"false"`
	Correlation domain.Seq             `json:"correlation" doc:"The event the whole story began with." example:"1037"`
	Transition  int64                  `json:"transition_ms" doc:"Over how many milliseconds the device fades to the values; 0: at once. What cannot fade does it at once and succeeds with the reason at_once." example:"2000"`
}

// Step is when the log learnt of one turn in a command's life.
type Step struct {
	Seq domain.Seq `json:"seq" doc:"The event." example:"1037"`
	At  Instant    `json:"at" doc:"When."`
}

// CommandRequest asks something of a device: values or one action.
type CommandRequest struct {
	Set    map[string]thing.Value `json:"set,omitzero" maxProperties:"32" doc:"The values wanted, by property. Not beside action."`
	Action string                 `json:"action,omitzero" maxLength:"64" doc:"What to do. Not beside set." example:"unlockDoor"`
	Input  thing.Value            `json:"input,omitzero" doc:"What the action takes."`
	TTL    int64                  `json:"ttl_ms,omitzero" minimum:"1" maximum:"86400000" doc:"For how long it may wait, in milliseconds; the class of the command has a default and bounds." example:"10000"`
	Over   int64                  `json:"transition_ms,omitzero" minimum:"0" maximum:"600000" doc:"Over how many milliseconds a lamp fades to the values; 0: at once. It must begin in the time it may wait, and ends so much later." example:"2000"`
}

// Commands is a page of commands, newest first.
type Commands struct {
	Items []Command `json:"items" nullable:"false" doc:"The commands."`
	Next  *string   `json:"next" doc:"Where to go on, as cursor; null: there are no more." example:"eyJrIjoiY29tbWFuZHMi…"`
}

// InCommand is the command an operation is about.
type InCommand struct {
	InHome
	Command domain.CommandID `path:"command" format:"uuid" doc:"The command." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a05"`
}

type (
	requestInput struct {
		InDevice
		Idempotent
		Body CommandRequest
	}
	commandsInput struct {
		InHome
		Device domain.DeviceID `query:"device" format:"uuid" doc:"Only those of this device." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
		Open   bool            `query:"open" doc:"Only those that have not ended." example:"true"`
		Before domain.Seq      `query:"before" minimum:"1" doc:"Only those requested before this event." example:"1042"`
		Limit  int             `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many." example:"50"`
		Cursor string          `query:"cursor" maxLength:"400" doc:"Where a page before ended: its next." example:"eyJrIjoiY29tbWFuZHMi"`
	}
	commandsOutput struct {
		Body Commands
	}
	withdrawInput struct {
		InCommand
		Based
	}
)

func (s *Server) addCommands() {
	add(s, operation{
		id: "request-command", narrow: true, method: http.MethodPost, path: "/homes/{home}/devices/{device}/commands", tag: "Commands",
		action: access.CommandDevice, status: http.StatusAccepted, refusals: []int{http.StatusConflict},
		summary: "Ask something of a device",
		description: "Begins a command. How far it came, the live socket tells, or the command itself. " +
			"409 `edge_offline` when it is only done while the gateway is there.",
	}, s.requestCommand)
	add(s, operation{
		id: "list-commands", narrow: true, method: http.MethodGet, path: "/homes/{home}/commands", tag: "Commands", action: access.ReadHome,
		summary: "The commands", description: "Returns commands of the home, newest first.",
	}, s.listCommands)
	add(s, operation{
		id: "get-command", narrow: true, method: http.MethodGet, path: "/homes/{home}/commands/{command}", tag: "Commands", action: access.ReadHome,
		summary: "One command", description: "Returns a command and how far it has come.",
	}, s.getCommand)
	add(s, operation{
		id: "withdraw-command", narrow: true, method: http.MethodDelete, path: "/homes/{home}/commands/{command}", tag: "Commands",
		action: access.CommandDevice, status: http.StatusOK, refusals: []int{http.StatusConflict},
		summary: "Withdraw a command", description: "Cancels a command that was not sent. 409 when it is on its way or has ended.",
	}, s.withdrawCommand)
}

func (s *Server) requestCommand(ctx context.Context, in *requestInput) (*made[Command], error) {
	p := principal(ctx)
	return changeOnce[Command](ctx, s, in.Home, in.Key, func(ctx context.Context, tx *eventstore.Tx, v *view) (answer, error) {
		if _, err := v.find(in.Device); err != nil {
			return answer{}, err // before anything is said of it
		}
		id := eventstore.NewID[domain.CommandKind](tx.Now())
		events, err := v.home.RequestCommand(domain.CommandRequest{
			Command: id, Device: in.Device, Set: in.Body.Set, Action: in.Body.Action, Input: in.Body.Input,
			TTL: time.Duration(in.Body.TTL) * time.Millisecond, Transition: time.Duration(in.Body.Over) * time.Millisecond, Actor: p.Actor(), Token: p.Token(),
		}, tx.Now())
		if err != nil {
			return answer{}, err
		}
		if err := permit(ctx).Command(v.home.Devices[in.Device], asked(in.Device, events)); err != nil {
			return answer{}, err
		}
		for _, ev := range events {
			if _, err := tx.Record(ctx, in.Home, ev); err != nil {
				return answer{}, err
			}
		}
		v.people = map[domain.PersonID]string{p.Person: p.Name}
		c := v.home.Commands[id]
		return answer{
			revision: c.Revision(), location: "/homes/" + in.Home.String() + "/commands/" + id.String(), body: v.command(c),
		}, nil
	})
}

// asked returns what the last of the events asks of the device, as far as it
// counts for who may.
func asked(device domain.DeviceID, events []domain.Event) *domain.Command {
	c := &domain.Command{Device: device}
	if fact, ok := events[len(events)-1].Fact.(domain.CommandRequested); ok {
		c.Class, c.Set, c.Action = fact.Class, fact.Set, fact.Action
	}
	return c
}

func (s *Server) listCommands(ctx context.Context, in *commandsInput) (*commandsOutput, error) {
	at := cursor{Kind: "commands", Home: in.Home, Before: in.Before, Entity: in.Device.Entity(), Open: in.Open}
	if in.Cursor != "" {
		remembered, err := parseCursor(in.Cursor, at.Kind, in.Home)
		err = errors.Join(err, agree(at.Entity, remembered.Entity), agree(at.Open, remembered.Open), agree(at.Before, 0))
		if err != nil {
			return nil, err
		}
		at = remembered
	}
	seen, err := s.seen(ctx, in.Home)
	if err != nil {
		return nil, err
	}
	commands, err := projections.Commands(ctx, s.options.Store.Pool(), projections.CommandFilter{
		Home: in.Home, Device: domain.DeviceID(at.Entity), Devices: seen.devicesSeen(), Open: at.Open, Before: at.Before,
		Limit: in.Limit,
	})
	if err != nil {
		return nil, err
	}
	v, err := s.tellers(ctx, in.Home, commands)
	if err != nil {
		return nil, err
	}
	out := &commandsOutput{Commands{Items: all(slices.DeleteFunc(slices.Clone(commands), seen.hidesCommand), v.command)}}
	if len(commands) == in.Limit {
		at.Before = commands[len(commands)-1].Requested.Seq
		next := at.String()
		out.Body.Next = &next
	}
	return out, nil
}

// tellers returns a view that knows the names of those who asked.
func (s *Server) tellers(ctx context.Context, home domain.HomeID, commands []*domain.Command) (view, error) {
	names, err := eventstore.Names(ctx, s.options.Store.Pool(), home, 0)
	if err != nil {
		return view{}, err
	}
	v := view{names: names}
	err = s.meet(ctx, &v, all(commands, func(c *domain.Command) domain.Actor { return c.Actor }))
	return v, err
}

func (s *Server) getCommand(ctx context.Context, in *InCommand) (*tagged[Command], error) {
	commands, err := projections.CommandsByID(ctx, s.options.Store.Pool(), in.Home, []domain.CommandID{in.Command})
	if err != nil {
		return nil, err
	}
	seen, err := s.seen(ctx, in.Home)
	if err != nil {
		return nil, err
	}
	if len(commands) == 0 || seen.hidesCommand(commands[0]) {
		return nil, domain.Errorf(domain.NotFound, "there is no such command")
	}
	v, err := s.tellers(ctx, in.Home, commands)
	if err != nil {
		return nil, err
	}
	return tag(commands[0].Revision(), v.command(commands[0])), nil
}

func (s *Server) withdrawCommand(ctx context.Context, in *withdrawInput) (*tagged[Command], error) {
	err := s.change(ctx, in.Home, func(ctx context.Context, tx *eventstore.Tx, v *view) error {
		commands, err := projections.CommandsByID(ctx, tx.PG(), in.Home, []domain.CommandID{in.Command})
		if err != nil {
			return err
		}
		if len(commands) == 0 || v.hidesCommand(commands[0]) {
			return domain.Errorf(domain.NotFound, "there is no such command")
		}
		if err := in.check(commands[0].Revision()); err != nil {
			return err
		}
		if err := permit(ctx).Command(v.home.Devices[commands[0].Device], commands[0]); err != nil {
			return err
		}
		ev, err := v.home.CancelCommand(in.Command, principal(ctx).Actor())
		if err != nil {
			return err
		}
		_, err = tx.Record(ctx, in.Home, ev)
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.getCommand(ctx, &in.InCommand)
}
