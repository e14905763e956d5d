package api

import (
	"context"
	"net/http"

	"logis/access"
	"logis/domain"
	"logis/eventstore"
)

// Check is what a look at one part of a home's chain found.
type Check struct {
	Checked domain.Seq  `json:"checked" doc:"The last event up to which all is sound, from the beginning of the part: where the next part begins." example:"20000"`
	Head    domain.Seq  `json:"head" doc:"The newest event of the home: when checked has come there, all of it is." example:"104200"`
	Signed  int         `json:"signed" doc:"How many signed heads lie in the part; the log was compared with every one." example:"12"`
	Bad     *domain.Seq `json:"bad" doc:"The first event at fault; null: none is." example:"1042"`
	Reason  *string     `json:"reason" doc:"What is wrong with it; null: nothing." example:"does not match its hash: it or the one before was changed"`
}

type (
	checkInput struct {
		InHome
		After domain.Seq `query:"after" minimum:"0" doc:"Begin after this event, up to which all is sound." example:"20000"`
	}
	checkOutput struct {
		Body Check
	}
)

func (s *Server) addCheck() {
	add(s, operation{
		id: "check-history", method: http.MethodGet, path: "/homes/{home}/proof/check", tag: "History", action: access.ReadHistory,
		summary: "Check the chain now",
		description: "Computes the chain of the next 20,000 events anew and compares it with what is stored and with every head that was signed. " +
			"Ask again with what it checked until that is the head.",
	}, s.getCheck)
}

func (s *Server) getCheck(ctx context.Context, in *checkInput) (*checkOutput, error) {
	done, err := s.walk()
	if err != nil {
		return nil, err
	}
	defer done()
	head, err := eventstore.HeadOf(ctx, s.options.Store.Pool(), in.Home)
	if err != nil {
		return nil, err
	}
	if in.After > head.Seq {
		return nil, domain.InvalidInput(domain.Fault{Field: "after", Message: "is not recorded yet"})
	}
	to := min(in.After+checkPart, head.Seq)
	signed, err := s.options.Proofs.Heads(ctx, in.Home, in.After, to, to == head.Seq)
	if err != nil {
		return nil, err
	}
	v, err := eventstore.VerifyPart(ctx, s.options.Store.Pool(), in.Home, in.After, to, signed...)
	if err != nil {
		return nil, err
	}
	out := &checkOutput{Check{Checked: v.Events, Head: max(head.Seq, v.Events), Signed: len(signed), Reason: textOrNull(v.Reason)}}
	if v.Bad != 0 {
		out.Body.Bad = &v.Bad
	}
	return out, nil
}
