package api

import (
	"context"
	"encoding/base64"
	"net/http"

	"logis/access"
	"logis/domain"
)

// Proof shows that a home's history is the one that was signed.
type Proof struct {
	Head   Head           `json:"head" doc:"The newest event of the home."`
	Signed orNull[Signed] `json:"signed" doc:"What was signed of it; null: nothing yet."`
}

// Signed is the newest signed head of a home, with all that is needed to check it.
type Signed struct {
	Seq    domain.Seq `json:"seq" doc:"The newest event that was signed for: it and all before it cannot be changed unseen." example:"1042"`
	Hash   string     `json:"hash" doc:"Its hash." example:"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"`
	At     Instant    `json:"at" doc:"When the checkpoint was signed."`
	Sound  bool       `json:"sound" doc:"The signature, the tree and the log agree, as this server sees them." example:"true"`
	Broken *string    `json:"broken" doc:"What does not agree; null: all does." example:"the log is not the one that was signed"`
	Leaf   int64      `json:"leaf" doc:"The head's place in the Merkle tree (RFC 6962) of all heads." example:"51"`
	Path   []string   `json:"path" nullable:"false" doc:"The hashes from the leaf to the root, base64." example:"n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg="`
	Note   string     `json:"note" doc:"The signed checkpoint: a signed note with the size and the root of the tree." example:"logis-1f2e3d4c"`
	Key    string     `json:"key" doc:"The public key that signed. Do not take it from here to check: get it once, in another way." example:"logis-1f2e3d4c+a1b2c3d4+AYp"`
}

type proofOutput struct {
	Body Proof
}

func (s *Server) addProof() {
	add(s, operation{
		id: "get-proof", method: http.MethodGet, path: "/homes/{home}/proof", tag: "History", action: access.ReadHistory,
		summary:     "That nobody rewrote it",
		description: "Returns the newest signed checkpoint that covers the home's history, and the proof that it does.",
	}, s.getProof)
}

func (s *Server) getProof(ctx context.Context, in *InHome) (*proofOutput, error) {
	homes, err := s.options.Tables.Outlines(ctx, s.options.Store.Pool(), []domain.HomeID{in.Home})
	if err != nil {
		return nil, err
	}
	home := homes[in.Home]
	out := &proofOutput{Proof{Head: Head{Seq: home.Seq, Hash: home.Hash.String()}}}
	p, err := s.options.Proofs.Prove(ctx, in.Home)
	if err != nil {
		if domain.CodeOf(err) == domain.NotFound {
			return out, nil
		}
		return nil, err
	}
	signed := Signed{
		Seq: p.Seq, Hash: p.Hash.String(), At: Instant{p.Checkpoint.At}, Sound: p.Broken == "", Broken: textOrNull(p.Broken),
		Leaf: p.Leaf, Note: p.Note, Key: p.Public,
	}
	for _, hash := range p.Path {
		signed.Path = append(signed.Path, base64.StdEncoding.EncodeToString(hash[:]))
	}
	out.Body.Signed = some(signed)
	return out, nil
}
