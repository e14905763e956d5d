package outbox

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/ncruces/go-sqlite3"

	"logis/domain"
	"logis/domain/thing"
	"logis/wire"
)

// DeviceID names the device at an address of a gateway. It follows from these
// alone (RFC 9562 version 8, SHA-256), so a gateway that lost its outbox still
// means the same devices.
func DeviceID(gateway domain.GatewayID, address string) domain.DeviceID {
	sum := sha256.Sum256(append(gateway[:], address...))
	var id domain.DeviceID
	copy(id[:], sum[:])
	id[6] = id[6]&0x0f | 0x80
	id[8] = id[8]&0x3f | 0x80
	return id
}

// Device is a device of this gateway.
type Device struct {
	ID      domain.DeviceID
	Radio   string // name of the radio that reaches it …
	Address string // … and its address there
	Kind    string
	Model   *thing.Model // nil if its kind is not known here

	Capabilities []string // beyond those of the kind
	Attributes   map[string]string
	Name         string // what the radio's software calls it, "" if it does not
	Room         string // where that says it is
}

// Device returns a device by its id; false if there is none.
func (o *Outbox) Device(ctx context.Context, id domain.DeviceID) (device Device, found bool, err error) {
	err = o.do(ctx, func(t *tx) error {
		device, found, err = t.device(id)
		return err
	})
	return device, found, err
}

func (t *tx) device(id domain.DeviceID) (Device, bool, error) {
	var blob []byte
	err := t.queryRow(`SELECT entry FROM devices WHERE id = ?`, []any{id}, &blob)
	if err != nil || blob == nil {
		return Device{}, false, err
	}
	d, err := readDevice(t.options.Catalog, id, blob)
	return d, err == nil, err
}

// readDevice reads a device from the entry that described it.
func readDevice(catalog *thing.Catalog, id domain.DeviceID, blob []byte) (Device, error) {
	var e wire.Entry
	if err := json.Unmarshal(blob, &e); err != nil {
		return Device{}, fmt.Errorf("device %s: %w", id, err)
	}
	radio, address, _ := strings.Cut(e.Address, "/")
	d := Device{
		ID: id, Radio: radio, Address: address, Kind: e.Model,
		Capabilities: e.Capabilities, Attributes: e.Attributes, Name: e.Name, Room: e.Room,
	}
	d.Model, _ = catalog.Describe(e.Model, e.Capabilities) // nil when it is not known
	return d, nil
}

// describe keeps a device and tells the cloud if that is news.
func (t *tx) describe(when moment, e wire.Entry) error {
	blob, err := json.Marshal(e, json.Deterministic(true))
	if err != nil {
		return t.addGap(when, "not_json")
	}
	if len(blob) > MaxEntry {
		return t.addGap(when, "too_large")
	}
	var held []byte
	if err := t.queryRow(`SELECT entry FROM devices WHERE id = ?`, []any{e.Device}, &held); err != nil {
		return err
	}
	if bytes.Equal(held, blob) {
		return nil
	}
	told := t.state.next
	if err := t.insert(when, keep, "", blob); err != nil {
		return err
	}
	if held == nil {
		full, err := t.full()
		if full || err != nil {
			return err // the cloud refuses it, too, and says so
		}
	}
	t.news.device(e.Device)
	return t.exec(`
		INSERT INTO devices (id, address, told, entry) VALUES (?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET told = excluded.told, entry = excluded.entry`,
		e.Device, e.Address, told, blob)
}

// full reports whether there are as many devices as a home can have.
func (t *tx) full() (bool, error) {
	var n int64
	err := t.queryRow(`SELECT count(*) FROM devices`, nil, &n)
	return n >= domain.MaxDevices, err
}

// remove forgets a device and tells the cloud.
func (t *tx) remove(when moment, id domain.DeviceID) error {
	var known int64
	if err := t.queryRow(`SELECT count(*) FROM devices WHERE id = ?`, []any{id}, &known); err != nil || known == 0 {
		return err
	}
	for _, table := range []string{"present", "applied", "touched"} {
		if err := t.exec(`DELETE FROM `+table+` WHERE device = ?`, id); err != nil {
			return err
		}
	}
	if err := t.exec(`DELETE FROM devices WHERE id = ?`, id); err != nil {
		return err
	}
	t.news.device(id)
	return t.add(when, keep, wire.Entry{Kind: wire.KindRemoved, Device: id})
}

// report keeps what a device said of itself and tells the cloud.
func (t *tx) report(when moment, e wire.Entry) error {
	device, known, err := t.device(e.Device)
	if err != nil {
		return err
	}
	if known {
		t.news.device(e.Device)
	}
	for name, value := range e.Values {
		if !known {
			break // the cloud refuses it by name; there is nothing to keep here
		}
		if e.Cause.IsZero() {
			if err := t.turned(when, device, name, value); err != nil {
				return err
			}
		}
		err := t.exec(`
			INSERT INTO present (device, property, value, at_ms, boot_ns, boot, since_boot) VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (device, property) DO UPDATE
			SET value = excluded.value, at_ms = excluded.at_ms, boot_ns = excluded.boot_ns, boot = excluded.boot,
				since_boot = excluded.since_boot`,
			e.Device, name, string(value), when.ms, when.ns, when.boot, t.options.Time.BootID())
		if err != nil {
			return err
		}
	}
	return t.add(when, rankOf(device.Model, e), e)
}

// reach tells the cloud whether a device can be reached, if that is news.
func (t *tx) reach(when moment, id domain.DeviceID, available bool) error {
	if err := t.exec(`
		UPDATE devices SET available = ? WHERE id = ? AND available IS NOT ?`,
		available, id, available); err != nil || t.conn.Changes() == 0 {
		return err
	}
	t.news.device(id)
	return t.add(when, everyday, wire.Entry{Kind: wire.KindReach, Device: id, Available: available})
}

// Radios returns the names of the radios that devices belong to.
func (o *Outbox) Radios(ctx context.Context) (names []string, err error) {
	err = o.do(ctx, func(t *tx) error {
		return t.query(`
			SELECT DISTINCT substr(address, 1, instr(address, '/') - 1) FROM devices ORDER BY 1`,
			nil, func(row *sqlite3.Stmt) error {
				names = append(names, row.ColumnText(0))
				return nil
			})
	})
	return names, err
}

// Stepped tells the cloud that its time jumped against this machine's boot clock.
func (o *Outbox) Stepped(ctx context.Context, by time.Duration) error {
	return o.do(ctx, func(t *tx) error {
		return t.add(t.now(), keep, wire.Entry{Kind: wire.KindClock, ByMS: by.Milliseconds()})
	})
}

// Unreachable tells the cloud that no device of a radio can be reached: the
// radio itself is gone.
func (o *Outbox) Unreachable(ctx context.Context, radio string) error {
	return o.do(ctx, func(t *tx) error {
		var lost []domain.DeviceID
		err := t.query(`
			SELECT id FROM devices
			WHERE substr(address, 1, length(?1)) = ?1 AND available IS NOT 0 ORDER BY address`,
			[]any{radio + "/"}, func(row *sqlite3.Stmt) error {
				var id domain.DeviceID
				err := scan(row, &id)
				lost = append(lost, id)
				return err
			})
		for _, id := range lost {
			if err == nil {
				err = t.reach(t.now(), id, false)
			}
		}
		return err
	})
}

// rankOf returns how important a report or signal is.
func rankOf(model *thing.Model, e wire.Entry) rank {
	if model == nil {
		return everyday
	}
	for name := range e.Values {
		if guards(name) {
			return keep
		}
	}
	if guards(e.Event) {
		return keep
	}
	if e.Kind == wire.KindReport && e.Cause.IsZero() && onlyMeasures(model) {
		return telemetry
	}
	return everyday
}

// guards reports whether a property or event is about the safety of the home.
func guards(name string) bool {
	switch name {
	case "lockState", "contact", "tamper", "smokeState", "gasState", "waterLeak", "valveState", "motionSeen":
		return true
	}
	return false
}

// onlyMeasures reports whether nobody can tell such a device to do anything.
func onlyMeasures(model *thing.Model) bool {
	for _, p := range model.Properties {
		if !p.ReadOnly {
			return false
		}
	}
	return len(model.Actions) == 0
}
