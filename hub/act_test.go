package hub_test

import (
	"testing"
	"time"

	"logis/domain"
	"logis/eventstore"
	"logis/wire"
	"logis/wire/wiretest"
)

// What somebody did at the gateway while the cloud was away stands in the history
// with its cause, and is not done again.
func TestACommandGivenAtTheGatewayIsRecordedAndNotSent(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.connect(t)
	lamp := b.lamp(t, s)
	id := eventstore.NewID[domain.CommandKind](time.Now())
	report := wiretest.Report(lamp, time.Now(), on("true"))
	report.Cause = id
	b.send(t, s, 2,
		wire.Entry{Kind: wire.KindAct, Command: id, Device: lamp, Client: "c1", Values: on("true"), AtMS: time.Now().UnixMilli()},
		wire.Entry{Kind: wire.KindDelivered, Command: id},
		report,
		wire.Entry{Kind: wire.KindResult, Command: id, Device: lamp, Outcome: domain.Succeeded},
	)
	c := b.command(t, id)
	if c.Status != domain.Status(domain.Succeeded) || !c.Local || c.Sends != 0 || c.Actor != domain.LocalActor("c1") {
		t.Errorf("%+v", c)
	}
	requested, reported := b.events(t, "command.requested"), b.events(t, "device.reported")
	if len(requested) != 1 || len(reported) != 1 || reported[0].Causation != c.Delivered.Seq || reported[0].Correlation != c.Requested.Seq {
		t.Errorf("%d requests, %d reports, caused by %d, in the story of %d", len(requested), len(reported), reported[0].Causation, reported[0].Correlation)
	}
}
