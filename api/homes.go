package api

import (
	"context"
	"net/http"
	"time"
	_ "time/tzdata" // time zones are the same on every machine

	"github.com/danielgtaylor/huma/v2"

	"logis/access"
	"logis/domain"
	"logis/eventstore"
	"logis/eventstore/wall"
	"logis/projections"
)

// Home is a home of the caller.
type Home struct {
	ID       domain.HomeID `json:"id" format:"uuid" doc:"The home." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a01"`
	Name     string        `json:"name" doc:"What people call it." example:"Rue des Lilas"`
	TimeZone string        `json:"time_zone" doc:"Its IANA time zone." example:"Europe/Paris"`
	Role     domain.Role   `json:"role" doc:"What the caller is in it; empty in a past before they joined." example:"owner"`
	Revision domain.Seq    `json:"revision" doc:"The last event that touched what stands here." example:"1"`
	Head     Head          `json:"head" doc:"The newest event of its log."`
	Since    Instant       `json:"since" doc:"When it began."`
}

// Head is the newest event of a log.
type Head struct {
	Seq  domain.Seq `json:"seq" doc:"Its place." example:"1042"`
	Hash string     `json:"hash" doc:"Its hash, which stands for the whole history." example:"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"`
}

// HomeRequest founds a home.
type HomeRequest struct {
	Name     Name   `json:"name" doc:"What to call it."`
	TimeZone string `json:"time_zone" maxLength:"64" doc:"Its IANA time zone." example:"Europe/Paris"`
}

// Resolve checks the time zone.
func (r *HomeRequest) Resolve(_ huma.Context, prefix *huma.PathBuffer) []error {
	if zone(r.TimeZone) {
		return nil
	}
	return []error{&huma.ErrorDetail{Location: prefix.With("time_zone"), Message: "must be a time zone like Europe/Paris"}}
}

// zone reports whether the name is that of a time zone everywhere.
func zone(name string) bool {
	_, err := time.LoadLocation(name)
	return err == nil && name != "" && name != "Local"
}

// Rename gives a new name.
type Rename struct {
	Name Name `json:"name" doc:"The new name."`
}

// InHome is the home an operation is in.
type InHome struct {
	Home domain.HomeID `path:"home" format:"uuid" doc:"The home." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a01"`
}

type (
	homesOutput struct {
		Body list[Home]
	}
	foundInput struct {
		Idempotent
		Body HomeRequest
	}
	renameHomeInput struct {
		InHome
		Based
		Body Rename
	}
)

func (s *Server) addHomes() {
	add(s, operation{
		id: "list-homes", tokens: true, method: http.MethodGet, path: "/homes", tag: "Homes",
		summary: "The caller's homes", description: "Returns the homes the caller belongs to, the oldest first.",
	}, s.listHomes)
	add(s, operation{
		id: "found-home", method: http.MethodPost, path: "/homes", tag: "Homes", status: http.StatusCreated,
		summary: "Found a home", description: "Begins the log of a new home, which the caller owns. 409 with too many homes.",
		refusals: []int{http.StatusConflict},
	}, s.foundHome)
	add(s, operation{
		id: "get-home", narrow: true, method: http.MethodGet, path: "/homes/{home}", tag: "Homes", action: access.ReadHome,
		summary: "One home", description: "Returns a home of the caller.",
	}, s.getHome)
	add(s, operation{
		id: "rename-home", method: http.MethodPatch, path: "/homes/{home}", tag: "Homes", action: access.EditHome,
		summary: "Rename a home", description: "Gives the home a new name.",
	}, s.renameHome)
}

func (s *Server) listHomes(ctx context.Context, _ *nothing) (*homesOutput, error) {
	p := principal(ctx)
	ids, err := projections.HomesOf(wall.AllHomes(ctx), s.options.Store.Pool(), p.Person)
	if err != nil {
		return nil, err
	}
	open := ids[:0]
	for _, id := range ids[:min(len(ids), maxHomes)] {
		switch err := s.options.Access.Allow(ctx, p, id, access.ReadHome); {
		case err == nil:
			open = append(open, id)
		case passing(err):
			return nil, err
		}
	}
	// Home by home, as the wall lets the caller into one at a time.
	profiles := make([]Home, len(open))
	for i, id := range open {
		if profiles[i], err = s.profile(wall.AsMember(ctx, id, p.Person), p.Person, id); err != nil {
			return nil, err
		}
	}
	return &homesOutput{list[Home]{profiles}}, nil
}

func (s *Server) getHome(ctx context.Context, in *InHome) (*tagged[Home], error) {
	profile, err := s.profile(ctx, principal(ctx).Person, in.Home)
	if err != nil {
		return nil, err
	}
	return tag(profile.Revision, profile), nil
}

// profile shows a home itself, without reading what is in it.
func (s *Server) profile(ctx context.Context, person domain.PersonID, id domain.HomeID) (Home, error) {
	homes, err := s.options.Tables.Outlines(ctx, s.options.Store.Pool(), []domain.HomeID{id})
	if err != nil {
		return Home{}, err
	}
	names, err := eventstore.HomeNames(ctx, s.options.Store.Pool(), []domain.HomeID{id})
	if err != nil {
		return Home{}, err
	}
	return view{home: homes[id], names: names}.profile(person), nil
}

// foundHome is serialised by the person: two requests with one key must not
// found two homes, and there is no home yet whose lock could see to that.
func (s *Server) foundHome(ctx context.Context, in *foundInput) (out *made[Home], err error) {
	p := principal(ctx)
	now, err := s.now(ctx)
	if err != nil {
		return nil, err
	}
	id := eventstore.NewID[domain.HomeKind](now.Time)
	err = s.options.Store.Found(wall.AllHomes(ctx), id, func(ctx context.Context, tx *eventstore.Tx) error {
		if _, err := tx.PG().Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, p.Person.String()); err != nil {
			return eventstore.Translate(err)
		}
		out, err = once[Home](ctx, tx, p.Person.Entity(), in.Key, func() (answer, error) {
			return found(ctx, tx, id, p, in.Body)
		})
		return err
	})
	return out, err
}

func found(ctx context.Context, tx *eventstore.Tx, id domain.HomeID, p access.Principal, r HomeRequest) (answer, error) {
	homes, err := projections.HomesOf(ctx, tx.PG(), p.Person)
	if err != nil {
		return answer{}, err
	}
	if len(homes) >= maxHomes {
		return answer{}, domain.Errorf(domain.Conflict, "you have %d homes, the most there can be", len(homes))
	}
	_, err = tx.RecordNamed(ctx, id, domain.Event{
		Entity: id.Entity(), Actor: p.Actor(), Fact: domain.HomeCreated{TimeZone: r.TimeZone},
	}, r.Name.trimmed())
	if err != nil {
		return answer{}, err
	}
	_, err = tx.Record(ctx, id, domain.Event{
		Entity: id.Entity(), Actor: p.Actor(), Fact: domain.MemberJoined{Person: p.Person, Role: domain.Owner},
	})
	if err != nil {
		return answer{}, err
	}
	v := view{home: tx.Home(id), names: map[domain.EntityID]string{id.Entity(): r.Name.trimmed()}}
	home := v.profile(p.Person)
	return answer{revision: home.Revision, location: "/homes/" + id.String(), body: home}, nil
}

func (s *Server) renameHome(ctx context.Context, in *renameHomeInput) (out *tagged[Home], err error) {
	p := principal(ctx)
	err = s.changeNamed(ctx, in.Home, func(ctx context.Context, tx *eventstore.Tx, v *view) error {
		if err := in.check(v.home.Profile.Revision); err != nil {
			return err
		}
		if err := v.rename(ctx, tx, in.Home.Entity(), p, domain.HomeRenamed{}, in.Body.Name); err != nil {
			return err
		}
		out = tag(v.home.Profile.Revision, v.profile(p.Person))
		return nil
	})
	return out, err
}
