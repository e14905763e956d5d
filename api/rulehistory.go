package api

import (
	"context"
	"net/http"

	"logis/access"
	"logis/domain"
	"logis/domain/rule"
	"logis/eventstore"
)

// RuleVersion is what a rule was from an event on.
type RuleVersion struct {
	Version  domain.Seq          `json:"version" doc:"The event that brought it." example:"1040"`
	At       Instant             `json:"at" doc:"When."`
	Document domain.RuleDocument `json:"document" doc:"When it did what."`
	Reverts  *domain.Seq         `json:"reverts" doc:"The version it went back to; null: none." example:"1038"`
}

// Explanation is what came of a rule for an event.
type Explanation struct {
	Reason  rule.Reason      `json:"reason" enum:"fires,holding,not_triggered,condition,too_old,first_value,not_held,running,inactive,elsewhere,too_deep,too_often,broken" doc:"Why it fired or stayed silent." example:"condition"`
	Trigger int              `json:"trigger" doc:"Which of its triggers was concerned." example:"0"`
	Checked []domain.Checked `json:"checked" nullable:"false" doc:"Every part of its condition, as things were."`
	Blame   *string          `json:"blame" doc:"The first part that kept the condition from being met; null: it was met." example:"condition.all[1]"`
}

type (
	versionsOutput struct {
		Body list[RuleVersion]
	}
	explainInput struct {
		InRule
		Seq domain.Seq `query:"seq" required:"true" minimum:"1" doc:"The event." example:"1042"`
	}
	explainOutput struct {
		Body Explanation
	}
)

func (s *Server) addRuleHistory() {
	add(s, operation{
		id: "list-rule-versions", method: http.MethodGet, path: "/homes/{home}/rules/{rule}/versions", tag: "Rules", action: access.ReadHistory,
		summary: "The versions of a rule", description: "Returns the newest 100 versions of the rule, the newest first.",
	}, s.listVersions)
	add(s, operation{
		id: "explain-rule", method: http.MethodGet, path: "/homes/{home}/rules/{rule}/explain", tag: "Rules", action: access.ReadHistory,
		summary:     "Why a rule fired, or did not",
		description: "Says what came of the rule for an event, in the version and in the home as they were then.",
	}, s.explainRule)
}

// maxVersions bounds the versions one answer holds: more than anybody goes back.
const maxVersions = 100

func (s *Server) listVersions(ctx context.Context, in *InRule) (*versionsOutput, error) {
	v, err := s.present(ctx, in.Home)
	if err == nil {
		_, err = in.find(&v)
	}
	if err != nil {
		return nil, err
	}
	edited := domain.RuleEdited{}
	rows, err := s.options.Store.List(ctx, eventstore.Filter{
		Home: in.Home, Entity: in.Rule.Entity(), Type: edited.EventType(), Newest: true, AtLimit: maxVersions,
	})
	if err != nil {
		return nil, err
	}
	out := &versionsOutput{list[RuleVersion]{make([]RuleVersion, 0, len(rows))}}
	for _, row := range rows {
		fact, err := editedIn(row)
		if err != nil {
			return nil, err
		}
		out.Body.Items = append(out.Body.Items, RuleVersion{
			Version: row.Seq, At: Instant{row.RecordedAt}, Document: fact.Document, Reverts: seqOrNull(fact.Reverts),
		})
	}
	return out, nil
}

func editedIn(row eventstore.Row) (domain.RuleEdited, error) {
	fact, err := domain.DecodeFact(row.Type, row.Schema, row.Data)
	if err != nil {
		return domain.RuleEdited{}, domain.Wrap(domain.Internal, "the version cannot be read", err)
	}
	edited, _ := fact.(domain.RuleEdited)
	return edited, nil
}

// versionOf returns an old version of a rule. It refuses with Invalid, naming the
// field, what is none.
func (s *Server) versionOf(
	ctx context.Context, home domain.HomeID, id domain.RuleID, version domain.Seq, field string,
) (domain.RuleDocument, error) {
	ev, err := s.eventAt(ctx, home, version)
	if err != nil && domain.CodeOf(err) != domain.NotFound {
		return domain.RuleDocument{}, err
	}
	if err == nil && ev.Entity == id.Entity() {
		if edited, ok := ev.Fact.(domain.RuleEdited); ok {
			return edited.Document, nil
		}
	}
	return domain.RuleDocument{}, domain.InvalidInput(domain.Fault{Field: field, Message: "is not a version of this rule"})
}

func (s *Server) explainRule(ctx context.Context, in *explainInput) (*explainOutput, error) {
	v, err := s.present(ctx, in.Home)
	if err == nil {
		_, err = in.find(&v)
	}
	if err != nil {
		return nil, err
	}
	home, ev, err := s.options.Past.AtEvent(ctx, in.Home, in.Seq)
	if err != nil {
		return nil, err
	}
	why, err := rule.Explain(home, in.Rule, ev)
	if err != nil {
		return nil, err
	}
	return &explainOutput{Explanation{
		Reason: why.Reason, Trigger: why.Trigger, Checked: append([]domain.Checked{}, why.Checked...), Blame: textOrNull(why.Blame),
	}}, nil
}
