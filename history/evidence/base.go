package evidence

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/go-json-experiment/json"

	"logis/domain"
	"logis/domain/chain"
)

// Beginning is what an export says before its first event.
type Beginning struct {
	Home  domain.HomeID
	After chain.Head // the event before the first one, in a part of a log; a zero Seq: there is none
	Last  chain.Head // the last event in it
	Base  *Base      // what older events came to, which were sealed and went; nil: it has them, or is a part
}

// First returns the first event of the file.
func (b Beginning) First() domain.Seq {
	if b.Base != nil {
		return b.Base.Seq + 1
	}
	return b.After.Seq + 1
}

// Base is what stands in an export in the place of events that were sealed and went.
type Base struct {
	chain.Root
	State []byte // the home there, as it is kept
	Words []Word // what its parts were called by then: not proven, they can be erased
}

// Word is what an event that went called a part of the home.
type Word struct {
	Seq    domain.Seq      `json:"seq"`
	Entity domain.EntityID `json:"entity"`
	Text   string          `json:"text"`
}

// Bounds of a base in a file.
const (
	stateChunk = 512 << 10 // bytes of a state in one line, which may have maxLine
	maxChunks  = 128       // more than a state of 64 MB needs
	maxWords   = 1_000_000 // names that were ever given in one home
)

// baseLine is the member of the first line that announces a base, and how many lines of
// it follow.
type baseLine struct {
	Seq        domain.Seq `json:"seq"`
	Hash       string     `json:"hash"`
	RecordedAt string     `json:"recorded_at"`
	State      string     `json:"state"` // SHA-256 of what the state unpacks to
	Chunks     int        `json:"state_lines"`
	Words      int        `json:"word_lines"`
}

// stateLine is a part of the state.
type stateLine struct {
	State []byte `json:"state_base64"`
}

func (b *Base) line() *baseLine {
	return &baseLine{
		Seq: b.Seq, Hash: b.Hash.String(), RecordedAt: b.RecordedAt.UTC().Format(moment), State: b.Root.State.String(),
		Chunks: (len(b.State) + stateChunk - 1) / stateChunk, Words: len(b.Words),
	}
}

func (b *Base) write(out io.Writer) error {
	for chunk := range slices.Chunk(b.State, stateChunk) {
		if err := writeLine(out, stateLine{chunk}); err != nil {
			return err
		}
	}
	for _, word := range b.Words {
		if err := writeLine(out, word); err != nil {
			return err
		}
	}
	return nil
}

var errBase = errors.New("what it says of the beginning cannot be read")

// base returns what the first line announces, its lines still to be read.
func (l *baseLine) base() (*Base, error) {
	b := &Base{}
	var err1, err2, err3 error
	b.Seq = l.Seq
	b.Hash, err1 = domain.ParseHash(l.Hash)
	b.Root.State, err2 = domain.ParseHash(l.State)
	b.RecordedAt, err3 = time.Parse(moment, l.RecordedAt)
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotExport, err)
	}
	if l.Seq < 1 || l.Chunks < 1 || l.Chunks > maxChunks || l.Words < 0 || l.Words > maxWords {
		return nil, fmt.Errorf("%w: %w", ErrNotExport, errBase)
	}
	return b, nil
}

// take reads the next line of the base.
func (b *Base) take(l *baseLine, chunks int, text []byte) error {
	if chunks < l.Chunks {
		var part stateLine
		if err := json.Unmarshal(text, &part, json.RejectUnknownMembers(true)); err != nil || len(part.State) > stateChunk {
			return fmt.Errorf("%w: %w", ErrNotExport, errBase)
		}
		b.State = append(b.State, part.State...)
		return nil
	}
	var word Word
	if err := json.Unmarshal(text, &word, json.RejectUnknownMembers(true)); err != nil || word.Seq < 1 || word.Seq > b.Seq {
		return fmt.Errorf("%w: %w", ErrNotExport, errBase)
	}
	b.Words = append(b.Words, word)
	return nil
}
