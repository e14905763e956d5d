package chaos

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"logis/domain"
	"logis/domain/thing"
	"logis/eventstore"
	"logis/projections"
)

// checker looks at what the log says after everything has healed and collects
// what is wrong, each with the invariant of docs/invariants.md it breaks.
type checker struct {
	pool       *pgxpool.Pool
	home       domain.HomeID
	skewed     bool // the log's time is not the true one
	actuations int
	firings    int // of rules
	cuts       int
	problems   []string
}

func (c *checker) fail(format string, args ...any) {
	c.problems = append(c.problems, fmt.Sprintf(format, args...))
}

func (c *checker) all(ctx context.Context, gateways []*scripted, who *commander, oracles []string) error {
	for _, step := range []func(context.Context) error{c.gapless, c.chain, c.once, c.rebuilt} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	for _, g := range gateways {
		if err := c.reports(ctx, g); err != nil {
			return err
		}
		c.problems = append(c.problems, g.problems...)
	}
	c.problems = append(c.problems, who.problems...)
	return c.commands(ctx, who, oracles)
}

// gapless: I-3.
func (c *checker) gapless(ctx context.Context) error {
	var count, most, head int64
	err := c.pool.QueryRow(ctx, `
		SELECT count(*), max(seq), (SELECT seq FROM home_heads WHERE home_id = $1) FROM events WHERE home_id = $1`,
		[16]byte(c.home)).Scan(&count, &most, &head)
	if count != most || most != head {
		c.fail("I-3: %d events, the last is %d, the head says %d", count, most, head)
	}
	return err
}

// chain: A-5.
func (c *checker) chain(ctx context.Context) error {
	head, err := eventstore.HeadOf(ctx, c.pool, c.home)
	if err != nil {
		return err
	}
	v, err := eventstore.Verify(ctx, c.pool, c.home, head)
	if v.Bad != 0 {
		c.fail("A-5: event %d %s", v.Bad, v.Reason)
	}
	return err
}

// once: I-1 and I-2, for every gateway, the real ones too.
func (c *checker) once(ctx context.Context) error {
	rows, err := c.pool.Query(ctx, `
		SELECT gateway_id, edge_epoch, count(*), count(DISTINCT edge_seq), max(edge_seq), bool_and(edge_seq > coalesce(before, 0))
		FROM (SELECT gateway_id, edge_epoch, edge_seq,
		             lag(edge_seq) OVER (PARTITION BY gateway_id, edge_epoch ORDER BY seq) AS before
		      FROM events WHERE home_id = $1 AND gateway_id IS NOT NULL AND flags & $2 = 0) AS e
		GROUP BY gateway_id, edge_epoch`, [16]byte(c.home), int16(domain.Snapshot))
	if err != nil {
		return err
	}
	var gateway [16]byte
	var epoch int32
	var count, distinct, most int64
	var ordered bool
	_, err = pgx.ForEachRow(rows, []any{&gateway, &epoch, &count, &distinct, &most, &ordered}, func() error {
		if count != distinct || count != most || !ordered {
			c.fail("I-1/I-2: gateway %x epoch %d: %d entries, %d different, up to %d, in order %v",
				gateway, epoch, count, distinct, most, ordered)
		}
		return nil
	})
	return err
}

// rebuilt: P-1.
func (c *checker) rebuilt(ctx context.Context) error {
	catalog, err := thing.Standard()
	if err != nil {
		return err
	}
	result, err := projections.Tables{Catalog: catalog}.Rebuild(ctx, c.pool, c.home, nil)
	if err == nil && !result.Same() {
		c.fail("P-1: the projections were %s, the log says %s", result.Before, result.After)
	}
	return err
}

// reports compares what a scripted gateway sent with what the log holds.
func (c *checker) reports(ctx context.Context, g *scripted) error {
	rows, err := c.pool.Query(ctx, `
		SELECT edge_seq, data FROM events
		WHERE home_id = $1 AND gateway_id = $2 AND type = 'device.reported' ORDER BY seq`,
		[16]byte(c.home), [16]byte(g.gateway.ID))
	if err != nil {
		return err
	}
	last := int64(1)
	var n int64
	var data []byte
	_, err = pgx.ForEachRow(rows, []any{&n, &data}, func() error {
		var fact domain.DeviceReported
		if err := json.Unmarshal(data, &fact); err != nil {
			return err
		}
		if n != last+1 || fact.Values["temperature"] != valueOf(n) {
			c.fail("I-1: entry %d says %s after entry %d; it was sent with %s", n, fact.Values["temperature"], last, valueOf(n))
		}
		last = n
		return nil
	})
	if last < g.ackedTo() {
		c.fail("I-1: gateway %s was acked to %d, the log reaches to %d", g.gateway.ID, g.ackedTo(), last)
	}
	return err
}

// actuation is a line of a simulated radio's oracle.
type actuation struct {
	Command domain.CommandID
	Device  string
	At      time.Time
}

func readOracles(paths []string) (map[domain.CommandID][]actuation, error) {
	acted := map[domain.CommandID][]actuation{}
	for _, path := range paths {
		file, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		scanner := bufio.NewScanner(file)
		for scanner.Scan() {
			var a actuation
			if json.Unmarshal(scanner.Bytes(), &a) == nil { // the last line may be torn by a kill
				acted[a.Command] = append(acted[a.Command], a)
			}
		}
		if err := file.Close(); err != nil {
			return nil, err
		}
	}
	return acted, nil
}

// commands: C-1, C-2 and C-3.
func (c *checker) commands(ctx context.Context, who *commander, oracles []string) error {
	acted, err := readOracles(oracles)
	if err != nil {
		return err
	}
	finals, err := c.finals(ctx)
	if err != nil {
		return err
	}
	rows, err := c.pool.Query(ctx, `SELECT doc FROM commands WHERE home_id = $1`, [16]byte(c.home))
	if err != nil {
		return err
	}
	docs, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	if err != nil {
		return err
	}
	known := map[domain.CommandID]bool{}
	for _, doc := range docs {
		var command domain.Command
		if err := json.Unmarshal(doc, &command); err != nil {
			return err
		}
		known[command.ID] = true
		c.command(&command, finals[command.ID], acted[command.ID])
		c.deadline(&command, who.accepted[command.ID], acted[command.ID])
	}
	for id := range who.accepted {
		if !known[id] {
			c.fail("I-8: command %s was accepted and is not in the log", id)
		}
	}
	for id := range acted {
		if !known[id] {
			c.fail("C-3: an actuation for command %s, which is not in the log", id)
		}
	}
	return nil
}

// finals counts the final events of each command.
func (c *checker) finals(ctx context.Context) (map[domain.CommandID]int, error) {
	types := make([]string, 0, len(domain.Outcomes()))
	for _, outcome := range domain.Outcomes() {
		types = append(types, domain.CommandEnded{Outcome: outcome}.EventType())
	}
	rows, err := c.pool.Query(ctx, `SELECT data FROM events WHERE home_id = $1 AND type = ANY($2)`, [16]byte(c.home), types)
	if err != nil {
		return nil, err
	}
	finals := map[domain.CommandID]int{}
	var data []byte
	_, err = pgx.ForEachRow(rows, []any{&data}, func() error {
		var fact domain.CommandEnded
		err := json.Unmarshal(data, &fact)
		finals[fact.Command]++
		return err
	})
	return finals, err
}

// finalWithin is how long after its deadline a command may be without an end.
const finalWithin = 30 * time.Second

func (c *checker) command(command *domain.Command, finals int, acted []actuation) {
	if finals != 1 || command.Open() {
		c.fail("C-3: command %s is %s with %d final events", command.ID, command.Status, finals)
	}
	if command.Class.AtMostOnce() && len(acted) > 1 {
		c.fail("C-2: command %s of class %s was carried out %d times", command.ID, command.Class, len(acted))
	}
	untried := command.Status == domain.Status(domain.Rejected) || command.Status == domain.Status(domain.Expired) ||
		command.Status == domain.Status(domain.Superseded)
	if untried && len(acted) > 0 {
		c.fail("C-3: command %s is %s (%s) and was carried out", command.ID, command.Status, command.Reason)
	}
	if command.Status == domain.Status(domain.Succeeded) && len(acted) == 0 {
		c.fail("C-3: command %s succeeded and was never carried out", command.ID)
	}
}

// deadline: C-1, and C-3 as far as it is about time. Where the log's clock jumps,
// its deadlines mean nothing outside; but no command may be carried out later than
// it was accepted and could wait, by true time.
func (c *checker) deadline(command *domain.Command, a asked, acted []actuation) {
	c.actuations += len(acted)
	deadline := command.Deadline
	switch {
	case deadline.IsZero():
		return
	case !c.skewed:
		if late := command.Ended.At.Sub(deadline); late > finalWithin {
			c.fail("C-3: command %s ended %s after its deadline", command.ID, late)
		}
	case a.by.IsZero():
		return // nobody outside knows when it was asked for
	default:
		deadline = a.by.Add(cmp.Or(a.ttl, command.Class.Timing().Default))
	}
	for _, did := range acted {
		if did.At.After(deadline) {
			c.fail("C-1: command %s of class %s was carried out %s after its deadline", command.ID, command.Class, did.At.Sub(deadline))
		}
	}
}
