package api

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"logis/domain"
	"logis/eventstore"
)

// wish is what somebody wants to hear of a home. The zero wish is everything.
type wish struct {
	places domain.Scope // only these rooms and devices; of a scope nothing else counts
	types  []string     // only events of these types
}

func (w wish) isZero() bool { return w.places.Everywhere() && len(w.types) == 0 }

// of returns the rows that are wanted, and of the commands those they are about.
func (w wish) of(
	rows []eventstore.Row, commands map[domain.CommandID]*domain.Command,
) ([]eventstore.Row, map[domain.CommandID]*domain.Command) {
	if len(w.types) == 0 {
		return rows, commands
	}
	wanted := make([]eventstore.Row, 0, len(rows))
	about := map[domain.CommandID]*domain.Command{}
	for i := range rows {
		if !slices.Contains(w.types, rows[i].Type) {
			continue
		}
		wanted = append(wanted, rows[i])
		if id, ok := commandOf(rows[i].Fact); ok && commands[id] != nil {
			about[id] = commands[id]
		}
	}
	return wanted, about
}

// check refuses types that no event has: who waits for one waits in vain.
func (w wish) check() error {
	for _, name := range w.types {
		if !slices.Contains(domain.EventTypes(), name) {
			return domain.InvalidInput(domain.Fault{Field: "type", Message: shown(name) + " is no type of events"})
		}
	}
	return nil
}

// following is what a request to follow a home says in its query.
type following struct {
	after domain.Seq // -1: from now on
	wish  wish
}

// followingOf reads what a request says, in its query or, where it resumes a stream,
// in the id of the last event it has.
func followingOf(r *http.Request, last string) (following, error) {
	if err := checkRepeats(r); err != nil {
		return following{}, err
	}
	asked, err := parseFollowing(r.URL.Query())
	if err != nil || last == "" {
		return asked, err
	}
	if asked.after, err = parseAfter(last); err != nil {
		err = domain.InvalidInput(domain.Fault{Field: "Last-Event-ID", Message: err.Error()})
	}
	return asked, err
}

// parseFollowing reads a query: after, and lists with commas of devices, rooms and
// types. It names every fault.
func parseFollowing(query url.Values) (following, error) {
	out := following{after: -1}
	var faults []domain.Fault
	for name := range query {
		text := query.Get(name)
		var err error
		switch name {
		case "after":
			out.after, err = parseAfter(text)
		case "device":
			out.wish.places.Devices, err = parseIDs[domain.DeviceKind](text)
		case "room":
			out.wish.places.Rooms, err = parseIDs[domain.RoomKind](text)
		case "type":
			out.wish.types = strings.Split(text, ",")
			err = bounded(len(out.wish.types))
		default:
			err = errUnknownParameter
		}
		if err != nil {
			faults = append(faults, domain.Fault{Field: shown(name), Message: err.Error()})
		}
	}
	if len(faults) > 0 {
		return out, domain.InvalidInput(faults...)
	}
	return out, out.wish.check()
}

var (
	errUnknownParameter = errors.New("is not known here")
	errNoSeq            = errors.New("must be a number from 0 on")
)

func parseAfter(text string) (domain.Seq, error) {
	after, err := strconv.ParseUint(text, 10, 63)
	if err != nil {
		return 0, errNoSeq
	}
	return domain.Seq(after), nil
}

func parseIDs[K any](text string) ([]domain.ID[K], error) {
	parts := strings.Split(text, ",")
	if err := bounded(len(parts)); err != nil {
		return nil, err
	}
	ids := make([]domain.ID[K], len(parts))
	for i, part := range parts {
		var err error
		if ids[i], err = domain.ParseID[K](part); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

func bounded(many int) error {
	if many > maxWished {
		return fmt.Errorf("must name at most %d", maxWished) //nolint:err113 // a fault's sentence
	}
	return nil
}
