package domain

// Hello is what a gateway says of itself when it connects.
type Hello struct {
	Gateway GatewayID
	Outbox  string // id of its outbox database
	Acked   int64  // last edge_seq the cloud acknowledged to it
	Seq     Seq    // newest head of this home it was told of …
	Hash    Hash   // … and its hash
	Here    Hash   // what this log has at Seq, when that lies below its head
	Version string
	Replica string // the server that holds the session
	Session int64  // newer than any before
	// RunsRules says that it takes bundles of rules.
	RunsRules bool
}

// Connect decides on a gateway's hello: the events to record are
// gateway.connected and, when the gateway remembers more of the log than there
// is, home.history_regressed behind it. It refuses with NotFound, Invalid, or
// Conflict when a newer session exists, with Forbidden a gateway that was revoked,
// and with KeyEnded one that is suspended.
func (h *Home) Connect(hello Hello) ([]Event, error) {
	g, ok := h.Gateways[hello.Gateway]
	switch {
	case !ok:
		return nil, Errorf(NotFound, "there is no such gateway")
	case g.Revoked:
		return nil, ErrRevoked()
	case g.Suspended != "":
		return nil, ErrSuspended(g.Suspended)
	case hello.Outbox == "":
		return nil, InvalidInput(Fault{"outbox", "must have a value"})
	case hello.Session <= g.Session:
		return nil, Errorf(Conflict, "a newer session exists")
	}
	same := g.Outbox == hello.Outbox
	connected := GatewayConnected{
		Session: hello.Session, Replica: hello.Replica, Epoch: g.Epoch,
		Outbox: hello.Outbox, Version: hello.Version, RunsRules: hello.RunsRules,
	}
	if !same {
		connected.Epoch++
	}
	events := []Event{{Entity: g.ID.Entity(), Actor: GatewayActor, Fact: connected}}
	if h.regressed(hello) || (same && hello.Acked > g.Cursor) {
		fact := HistoryRegressed{WitnessedSeq: hello.Seq, WitnessedHash: hello.Hash.String()}
		if same { // a new outbox counts from one: nothing of it was ever here
			fact.EdgeSeq = max(hello.Acked, g.Cursor)
		}
		events = append(events, Event{Entity: g.ID.Entity(), Actor: SystemActor, Fact: fact})
	}
	return events, nil
}

// regressed reports whether the newest head the gateway was told of is not one of
// this log.
func (h *Home) regressed(hello Hello) bool {
	switch {
	case hello.Seq == 0: // it was told of none
		return false
	case hello.Seq < h.Seq:
		return hello.Hash != hello.Here
	}
	return hello.Seq > h.Seq || hello.Hash != h.Hash
}

// Disconnect decides on the end of a session; there is nothing to record when a
// newer one has taken its place.
func (h *Home) Disconnect(gateway GatewayID, session int64, reason string) (Event, bool) {
	g, ok := h.Gateways[gateway]
	if !ok || !g.Connected || g.Session != session {
		return Event{}, false
	}
	return Event{
		Entity: gateway.Entity(), Actor: SystemActor,
		Fact: GatewayDisconnected{Session: session, Reason: reason},
	}, true
}

// ErrRevoked tells a gateway that it may not speak any more.
func ErrRevoked() error { return Errorf(Forbidden, "the gateway was revoked") }

// ErrSuspended tells a gateway that it needs a new key, and why.
func ErrSuspended(why SuspendReason) error {
	return Errorf(KeyEnded, "the gateway is suspended (%s): its owner must confirm a new key", why)
}

// Suspend decides on keeping a gateway out until its owner has confirmed a new key
// of it; there is nothing to record when it is out already.
func (h *Home) Suspend(gateway GatewayID, why SuspendReason) (ev Event, news bool) {
	g, ok := h.Gateways[gateway]
	if !ok || g.Revoked || g.Suspended != "" {
		return Event{}, false
	}
	return Event{Entity: gateway.Entity(), Actor: SystemActor, Fact: GatewaySuspended{Reason: why}}, true
}

// Revoke decides on ending what a gateway may; there is nothing to record when it
// was done before. It refuses with NotFound.
func (h *Home) Revoke(gateway GatewayID, actor Actor) (ev Event, news bool, err error) {
	g, ok := h.Gateways[gateway]
	if !ok {
		return Event{}, false, Errorf(NotFound, "there is no such gateway")
	}
	return Event{Entity: gateway.Entity(), Actor: actor, Fact: GatewayRevoked{}}, !g.Revoked, nil
}

// Current refuses with Conflict when the session is not the newest of its
// gateway, for only the newest may speak, with Forbidden when the gateway was
// revoked, and with KeyEnded when it is suspended.
func (h *Home) Current(gateway GatewayID, session int64) error {
	g, ok := h.Gateways[gateway]
	if ok && g.Revoked {
		return ErrRevoked()
	}
	if ok && g.Suspended != "" {
		return ErrSuspended(g.Suspended)
	}
	if !ok || g.Session != session || !g.Connected {
		return Errorf(Conflict, "this session is not the newest of its gateway")
	}
	return nil
}

// Place reports whether the outbox entries from..to are the next ones of their
// gateway. They are not fresh when they were recorded before. It refuses with
// Invalid what is no range, with NotFound an unknown gateway, and with Conflict
// when entries are missing in between.
func (h *Home) Place(gateway GatewayID, from, to int64) (fresh bool, err error) {
	g, ok := h.Gateways[gateway]
	if !ok {
		return false, Errorf(NotFound, "there is no such gateway")
	}
	cursor := g.Cursor
	switch {
	case from < 1 || to < from:
		return false, InvalidInput(Fault{"seq", "must count from 1 upwards"})
	case to <= cursor:
		return false, nil
	case from > cursor+1:
		return false, Errorf(Conflict, "entry %d came, %d was expected", from, cursor+1)
	}
	return true, nil
}
