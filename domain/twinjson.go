package domain

// AppendJSON appends the twin as encoding/json would write it without escaping <,
// > and &. It is what a projection keeps, written anew with every report.
func (t *Twin) AppendJSON(b []byte) ([]byte, error) {
	a := appender{b: b}
	a.raw(`{"device":"`)
	a.b = t.Device.append(a.b)
	a.raw(`","revision":`)
	a.number(int64(t.Revision))
	if t.Available != (Availability{}) {
		a.raw(`,"available":`)
		t.Available.appendJSON(&a)
	}
	if len(t.Properties) > 0 {
		a.raw(`,"properties":`)
		appendObject(&a, t.Properties, func(p *Property) { p.appendJSON(&a) })
	}
	if len(t.Signals) > 0 {
		a.raw(`,"signals":`)
		appendObject(&a, t.Signals, func(s Signal) { s.appendJSON(&a) })
	}
	a.raw(`}`)
	return a.b, a.err
}

func (v Availability) appendJSON(a *appender) {
	a.raw(`{"is":`)
	a.bool(v.Is)
	a.raw(`,"since":`)
	a.time(v.Since)
	a.raw(`,"seq":`)
	a.number(int64(v.Seq))
	a.raw(`,"epoch":`)
	a.number(int64(v.Epoch))
	a.raw(`,"edge_seq":`)
	a.number(v.EdgeSeq)
	a.raw(`}`)
}

func (p *Property) appendJSON(a *appender) {
	a.raw(`{`)
	reported := p.Reported != (Reported{})
	if reported {
		a.raw(`"reported":`)
		p.Reported.appendJSON(a)
	}
	if p.Desired != (Desired{}) {
		if reported {
			a.raw(`,`)
		}
		a.raw(`"desired":`)
		p.Desired.appendJSON(a)
	}
	a.raw(`}`)
}

func (r Reported) appendJSON(a *appender) {
	a.raw(`{"value":`)
	a.value(r.Value)
	a.raw(`,"at":`)
	a.time(r.At)
	a.raw(`,"since":`)
	a.time(r.Since)
	a.raw(`,"seq":`)
	a.number(int64(r.Seq))
	if r.Cause != 0 {
		a.raw(`,"cause":`)
		a.number(int64(r.Cause))
	}
	a.raw(`,"epoch":`)
	a.number(int64(r.Epoch))
	a.raw(`,"edge_seq":`)
	a.number(r.EdgeSeq)
	a.raw(`}`)
}

func (d Desired) appendJSON(a *appender) {
	a.raw(`{"value":`)
	a.value(d.Value)
	a.raw(`,"version":`)
	a.number(int64(d.Version))
	a.raw(`,"command":"`)
	a.b = d.Command.append(a.b)
	a.raw(`","at":`)
	a.time(d.At)
	a.raw(`,"open":`)
	a.bool(d.Open)
	a.raw(`}`)
}

func (s Signal) appendJSON(a *appender) {
	a.raw(`{`)
	if s.Data != "" {
		a.raw(`"data":`)
		a.value(s.Data)
		a.raw(`,`)
	}
	a.raw(`"at":`)
	a.time(s.At)
	a.raw(`,"seq":`)
	a.number(int64(s.Seq))
	a.raw(`}`)
}
