package local

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"github.com/coder/websocket"

	"logis/domain"
	"logis/edge/outbox"
)

// feed knows the live sockets and what they must be told.
type feed struct {
	server *Server
	wake   chan struct{}
	cloud  bool // as last told; used by run alone

	mu       sync.Mutex
	sockets  map[*socket]bool // true once it was welcomed
	devices  map[domain.DeviceID]struct{}
	commands map[domain.CommandID]struct{}
	stopped  bool
}

func newFeed(s *Server) *feed {
	return &feed{
		server: s, wake: make(chan struct{}, 1), sockets: map[*socket]bool{},
		devices: map[domain.DeviceID]struct{}{}, commands: map[domain.CommandID]struct{}{},
	}
}

// changed notes what a transaction changed. The disk waits for it: it only notes.
func (f *feed) changed(news outbox.News) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.sockets) == 0 {
		return
	}
	maps.Copy(f.devices, news.Devices)
	maps.Copy(f.commands, news.Commands)
	if len(f.devices)+len(f.commands) > maxNews {
		for k := range f.sockets {
			k.end(closeSlow, "too much happened at once: begin anew")
		}
		clear(f.devices)
		clear(f.commands)
	}
	f.signal()
}

func (f *feed) signal() {
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// enter adds a socket, if there is room; it will be welcomed.
func (f *feed) enter(k *socket) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	own := 0
	for other := range f.sockets {
		if other.client == k.client {
			own++
		}
	}
	if f.stopped || len(f.sockets) >= maxSockets || own >= maxSocketsOfClient {
		return false
	}
	f.sockets[k] = false
	f.signal()
	return true
}

func (f *feed) leave(k *socket) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.sockets, k)
}

// tell hands out what changed and welcomes who is new.
func (f *feed) tell(ctx context.Context) error {
	f.mu.Lock()
	devices := slices.Collect(maps.Keys(f.devices))
	commands := slices.Collect(maps.Keys(f.commands))
	clear(f.devices)
	clear(f.commands)
	var fresh []*socket
	for k, welcomed := range f.sockets {
		if !welcomed {
			fresh = append(fresh, k)
		}
	}
	f.mu.Unlock()
	err := f.tellNews(ctx, devices, commands)
	if err == nil && len(fresh) > 0 {
		err = f.welcome(ctx, fresh)
	}
	return err
}

func (f *feed) tellNews(ctx context.Context, devices []domain.DeviceID, commands []domain.CommandID) error {
	twins, err := f.server.options.Outbox.TwinsOf(ctx, devices...)
	if err != nil {
		return err
	}
	acts, err := f.server.options.Outbox.Acts(ctx, commands...)
	if err != nil {
		return err
	}
	news := frame{Type: "news"}
	left := map[domain.DeviceID]bool{}
	for _, t := range twins {
		left[t.ID] = true
		news.Twins = append(news.Twins, twinOf(t))
	}
	for _, a := range acts {
		news.Commands = append(news.Commands, f.server.commandOf(a))
	}
	if gone := slices.DeleteFunc(devices, func(id domain.DeviceID) bool { return left[id] }); len(gone) > 0 {
		news.Removed = &removedShape{gone}
	}
	if news.Twins == nil && news.Commands == nil && news.Removed == nil {
		return nil
	}
	return f.send(news)
}

// welcome shows the whole home to new sockets.
func (f *feed) welcome(ctx context.Context, fresh []*socket) error {
	twins, err := f.server.options.Outbox.Twins(ctx)
	if err != nil {
		return err
	}
	all := frame{Type: "welcome", Now: f.server.serverTime(), Cloud: f.server.cloud(), Twins: []twinShape{}}
	for _, t := range twins {
		all.Twins = append(all.Twins, twinOf(t))
	}
	text, err := marshal(all)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, k := range fresh {
		if _, there := f.sockets[k]; there {
			f.sockets[k] = true
			k.put(text)
		}
	}
	return nil
}

// send hands a frame to every socket that was welcomed.
func (f *feed) send(news frame) error {
	news.Now, news.Cloud = f.server.serverTime(), f.server.cloud()
	text, err := marshal(news)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for k, welcomed := range f.sockets {
		if welcomed {
			k.put(text)
		}
	}
	return nil
}

// recheck ends the sockets of clients that are paired no more, and tells when the
// cloud goes or comes.
func (f *feed) recheck() error {
	f.mu.Lock()
	open := slices.Collect(maps.Keys(f.sockets))
	f.mu.Unlock()
	for _, k := range open {
		if _, err := f.server.clients.read(k.client); errors.Is(err, errNoClient) {
			k.end(closeUnpaired, "this client is not paired any more")
		}
	}
	if now := f.server.options.Cloud(); now != f.cloud {
		f.cloud = now
		return f.send(frame{Type: "news"})
	}
	return nil
}

// cut ends all sockets.
func (f *feed) cut(code websocket.StatusCode, reason string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for k := range f.sockets {
		k.end(code, reason)
	}
}

func (f *feed) stop() {
	f.mu.Lock()
	f.stopped = true
	f.mu.Unlock()
	f.cut(closeGoingAway, "the agent stops")
}
