package edge

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"

	"logis/domain"
	"logis/domain/call"
	"logis/edge/configuration"
	"logis/edge/local"
	"logis/edge/logring"
	"logis/wire"
)

// desk answers what the cloud asks beside commands. It implements link.Desk. No
// method of it reaches a device.
type desk struct {
	agent   *Agent
	keeper  *configuration.Keeper
	pairing *pairing

	reading sync.Mutex // one reads the log at a time: it is megabytes
}

// Configure implements link.Desk.
func (d *desk) Configure(f wire.Configure) { d.keeper.Offer(f.Version, f.Configuration, f.Settled) }

// Call implements link.Desk.
func (d *desk) Call(ctx context.Context, method call.Method, params []byte) (any, error) {
	switch method {
	case call.Health:
		return d.health(ctx), nil
	case call.Logs:
		return given(params, d.logs)
	case call.Pairing:
		return d.pairing.state(), nil
	case call.OpenPairing:
		return given(params, func(w call.PairingWindow) (call.PairingState, error) { return d.pairing.window(ctx, w) })
	case call.Commission:
		return given(params, d.pairing.commission)
	case call.Clients:
		return d.clients()
	case call.EndClient:
		return given(params, d.endClient)
	}
	return nil, domain.Errorf(domain.Invalid, "there is no such method")
}

// given reads what a method is given and answers it.
func given[P, A any](params []byte, answer func(P) (A, error)) (any, error) {
	var p P
	if err := json.Unmarshal(params, &p, json.RejectUnknownMembers(true)); err != nil {
		return nil, domain.Wrap(domain.Invalid, "what is asked is not understood", err)
	}
	return answer(p)
}

func (d *desk) health(ctx context.Context) call.HealthReport {
	if d.agent.options.Health == nil {
		return call.HealthReport{Version: d.agent.options.Version, Findings: []call.Finding{}}
	}
	return d.agent.options.Health(ctx)
}

// maxLogText bounds the text of the lines in one answer, in bytes: as JSON it may
// be twice as long.
const maxLogText = 72 << 10

// logs returns the newest lines that are wanted.
func (d *desk) logs(q call.LogsQuery) (call.LogPage, error) {
	page := call.LogPage{Lines: []call.LogLine{}}
	if q.Lines < 1 || q.Lines > call.MaxLines {
		return page, domain.InvalidInput(domain.Fault{Field: "lines", Message: "must be from 1 to 500"})
	}
	if q.Level != "" && !slices.Contains(domain.LogLevels(), q.Level) {
		return page, domain.InvalidInput(domain.Fault{Field: "level", Message: "must be debug, info, warn or error"})
	}
	d.reading.Lock()
	defer d.reading.Unlock()
	reader := logring.NewReader(d.agent.options.Dir)
	defer reader.Close() //nolint:errcheck // it is only read
	lines, err := reader.Next()
	if err != nil {
		return page, err
	}
	bytes := 0
	for _, l := range slices.Backward(lines) {
		line := lineOf(l)
		if !line.wanted(q) {
			continue
		}
		bytes += len(line.Text)
		if len(page.Lines) == q.Lines || bytes > maxLogText {
			page.Cut = true
			break
		}
		page.Lines = append(page.Lines, line.LogLine)
	}
	slices.Reverse(page.Lines)
	return page, nil
}

// logLine is a line and its level as slog knows it.
type logLine struct {
	call.LogLine
	level slog.Level
	known bool
}

// lineOf takes the time and the level off a line, where slog's handler put them.
func lineOf(l logring.Line) logLine {
	line := logLine{LogLine: call.LogLine{AtMS: max(0, l.At.UnixMilli()), Text: l.Text}}
	if text, ok := strings.CutPrefix(line.Text, "time="); ok {
		_, line.Text, _ = strings.Cut(text, " ")
	}
	name, text, ok := strings.Cut(line.Text, " ")
	if level, found := strings.CutPrefix(name, "level="); ok && found && line.level.UnmarshalText([]byte(level)) == nil {
		line.known, line.Text, line.Level = true, text, levelOf(line.level)
	}
	return line
}

// wanted reports whether a line is asked for. One that says no level, because a
// power cut tore it, is as important as any.
func (l logLine) wanted(q call.LogsQuery) bool {
	return l.AtMS >= q.SinceMS && (q.Level == "" || !l.known || l.level >= slogLevel(q.Level))
}

func (d *desk) clients() (call.ClientList, error) {
	list := call.ClientList{Clients: []call.Client{}}
	all, err := local.Clients(d.agent.options.Dir)
	for _, c := range all {
		list.Clients = append(list.Clients, call.Client{ID: c.ID, Name: c.Name, Opens: c.Opens, Since: c.Since})
	}
	return list, err
}

// endClient ends a pairing; its live sockets are closed within a second.
func (d *desk) endClient(end call.ClientEnd) (call.Nothing, error) {
	all, err := local.Clients(d.agent.options.Dir)
	if err != nil {
		return call.Nothing{}, err
	}
	if !slices.ContainsFunc(all, func(c local.Client) bool { return c.ID == end.ID }) {
		return call.Nothing{}, domain.Errorf(domain.NotFound, "there is no such client")
	}
	d.agent.options.Log.Info("a client is ended from the cloud", "client", end.ID)
	return call.Nothing{}, local.RemoveClient(d.agent.options.Dir, end.ID)
}
