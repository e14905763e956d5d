package outbox

import (
	"context"
	"time"

	"github.com/ncruces/go-sqlite3"

	"logis/domain"
	"logis/domain/thing"
)

// Twin is a device and what it last said of itself.
type Twin struct {
	Device
	Available *bool // nil: its radio did not say
	Values    map[string]Told
}

// Told is a value and when the device said it.
type Told struct {
	Value thing.Value
	At    time.Time     // at the server; zero if that is not known
	Age   time.Duration // since then; -1 if that cannot be told
}

// Twins returns all twins in the order of their addresses.
func (o *Outbox) Twins(ctx context.Context) (all []Twin, err error) {
	err = o.do(ctx, func(t *tx) error {
		all, err = t.twins(`SELECT id, available, entry FROM devices ORDER BY address`, nil)
		return err
	})
	return all, err
}

// TwinsOf returns the twins of those devices that are there.
func (o *Outbox) TwinsOf(ctx context.Context, ids ...domain.DeviceID) (found []Twin, err error) {
	err = o.do(ctx, func(t *tx) error {
		for _, id := range ids {
			twins, err := t.twins(`SELECT id, available, entry FROM devices WHERE id = ?`, []any{id})
			if err != nil {
				return err
			}
			found = append(found, twins...)
		}
		return nil
	})
	return found, err
}

func (t *tx) twins(sql string, args []any) (all []Twin, err error) {
	err = t.query(sql, args, func(row *sqlite3.Stmt) error {
		var id domain.DeviceID
		var available bool
		var blob []byte
		if err := scan(row, &id, &available, &blob); err != nil {
			return err
		}
		device, err := readDevice(t.options.Catalog, id, blob)
		twin := Twin{Device: device, Values: map[string]Told{}}
		if row.ColumnType(1) != sqlite3.NULL {
			twin.Available = &available
		}
		all = append(all, twin)
		return err
	})
	for i := range all {
		if err == nil {
			err = t.values(&all[i])
		}
	}
	return all, err
}

func (t *tx) values(twin *Twin) error {
	return t.query(`SELECT property, value, at_ms, boot_ns, since_boot FROM present WHERE device = ?`,
		[]any{twin.ID}, func(row *sqlite3.Stmt) error {
			var property, value, boot string
			var ms, ns int64
			if err := scan(row, &property, &value, &ms, &ns, &boot); err != nil {
				return err
			}
			twin.Values[property] = t.told(thing.Value(value), ms, ns, boot)
			return nil
		})
}

// told dates a value. Within one start of the machine its boot clock tells the
// age, whether a server was ever heard or not.
func (t *tx) told(value thing.Value, ms, ns int64, boot string) Told {
	told := Told{Value: value, Age: -1}
	if ms != 0 {
		told.At = time.UnixMilli(ms).UTC()
	}
	clock := t.options.Time
	if boot == clock.BootID() {
		told.Age = max(0, clock.Boot()-time.Duration(ns))
		if at, ok := clock.At(time.Duration(ns)); ok && ms == 0 {
			told.At = at
		}
	} else if now, ok := clock.Now(); ok && ms != 0 {
		told.Age = max(0, now.At.Sub(told.At))
	}
	return told
}
