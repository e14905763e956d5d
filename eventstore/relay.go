package eventstore

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// RunNews carries news between the servers of one database until ctx ends. While
// the database is away it tries again; readers poll meanwhile.
func (s *Store) RunNews(ctx context.Context) error {
	var group sync.WaitGroup
	group.Go(func() { repair(ctx, s.sendNews) })
	group.Go(func() { repair(ctx, s.hearNews) })
	group.Wait()
	return nil
}

// repair runs do again and again until ctx ends. Its errors mean that the
// database is away, which every append says more loudly.
func repair(ctx context.Context, do func(context.Context) error) {
	for ctx.Err() == nil {
		if err := do(ctx); err != nil {
			pause(ctx, newsRepair)
		}
	}
}

func (s *Store) sendNews(ctx context.Context) error {
	for {
		for note := s.news.takeNote(); len(note) > 0; note = s.news.takeNote() {
			if _, err := s.pool.Exec(ctx, `SELECT pg_notify($1, $2)`, newsChannel, writeNote(note)); err != nil {
				s.news.leave(note)
				return err
			}
		}
		pause(ctx, newsPause)
		select {
		case <-ctx.Done():
			return nil
		case <-s.news.wake:
		}
	}
}

// hearNews listens on a connection of its own.
func (s *Store) hearNews(ctx context.Context) error {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	own := conn.Hijack() // LISTEN must not leak into the pool
	defer func() { _ = own.Close(context.WithoutCancel(ctx)) }()
	if _, err := own.Exec(ctx, `LISTEN `+newsChannel); err != nil {
		return err
	}
	s.news.ringAll() // for what came while nobody listened
	return s.readNotes(ctx, own)
}

var errDeaf = errors.New("the connection that listens does not hear")

// readNotes reads notes until ctx or the connection ends. After a silence it
// sends itself an empty one: a connection whose other end is gone without a word,
// or that a pooler cut off from notifications, would be silent for ever.
func (s *Store) readNotes(ctx context.Context, conn *pgx.Conn) error {
	for asked := false; ; {
		wait, cancel := context.WithTimeout(ctx, s.news.silence)
		note, err := conn.WaitForNotification(wait)
		cancel()
		switch {
		case err == nil:
			asked = false
			s.news.readNote(note.Payload)
		case ctx.Err() != nil:
			return nil
		case !pgconn.Timeout(err):
			return err
		case asked:
			return errDeaf
		default:
			asked = true
			if err := s.ask(ctx, conn); err != nil {
				return err
			}
		}
	}
}

func (s *Store) ask(ctx context.Context, conn *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, s.news.silence)
	defer cancel()
	_, err := conn.Exec(ctx, `SELECT pg_notify($1, '')`, newsChannel)
	return err
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
