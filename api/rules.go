package api

import (
	"context"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"logis/access"
	"logis/domain"
	"logis/domain/rule"
	"logis/eventstore"
)

// Rule is what a home does by itself.
type Rule struct {
	ID       domain.RuleID       `json:"id" format:"uuid" doc:"The rule." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a06"`
	Name     string              `json:"name" doc:"What people call it." example:"Light in the hall"`
	Document domain.RuleDocument `json:"document" doc:"When it does what."`
	Version  domain.Seq          `json:"version" doc:"The event that brought the document." example:"1040"`
	Revision domain.Seq          `json:"revision" doc:"The last event that touched what stands here, but for what it did." example:"1041"`
	Enabled  bool                `json:"enabled" doc:"Whether it may fire." example:"true"`
	Stopped  bool                `json:"stopped" doc:"Whether it was cut out of a loop: enable or edit it to let it fire again." example:"false"`
	Gateway  *domain.GatewayID   `json:"gateway" format:"uuid" nullable:"true" doc:"The gateway it runs on; null: in the cloud." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a04"`
	Placed   *domain.Seq         `json:"placed" nullable:"true" doc:"The version that runs on the gateway; another one than the newest until the gateway has answered. Null: it runs in the cloud." example:"1040"`
	Moving   *domain.GatewayID   `json:"moving" format:"uuid" nullable:"true" doc:"The gateway that was asked to run it and has not answered; until then it runs where it did. Null: none." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a04"`
	Grants   []domain.DeviceID   `json:"grants" nullable:"false" doc:"The devices an owner lets this version open." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
	Fired    orNull[Fired]       `json:"fired" doc:"The last time it fired; null: never."`
	Failed   orNull[Step]        `json:"failed" doc:"The last time a part of it could not be done; null: never."`
	Next     *Instant            `json:"next" nullable:"true" doc:"The next time it waits for; null: none."`
	Tests    []TestOutcome       `json:"tests,omitempty" nullable:"false" doc:"What the version that was just saved comes to in the rule's tests; only in the answer to saving one, and left out when there are none."`
}

// Fired is the last time a rule fired.
type Fired struct {
	Seq   domain.Seq `json:"seq" doc:"The event." example:"1042"`
	At    Instant    `json:"at" doc:"When."`
	Cause domain.Seq `json:"cause" doc:"The event that triggered it." example:"1041"`
	Count int64      `json:"count" doc:"How often it fired since it was made." example:"12"`
}

// RuleRequest makes a rule.
type RuleRequest struct {
	Name     Name                `json:"name" doc:"What to call it."`
	Document domain.RuleDocument `json:"document" doc:"When it does what."`
	Grants   []domain.DeviceID   `json:"grants,omitzero" nullable:"false" maxItems:"32" doc:"Devices that the owner who asks lets it open." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
}

// RuleChange says what is to be different about a rule.
type RuleChange struct {
	Name     *Name                `json:"name,omitzero" doc:"A new name."`
	Document *domain.RuleDocument `json:"document,omitzero" doc:"A new version. Not beside revert."`
	Revert   domain.Seq           `json:"revert,omitzero" minimum:"1" doc:"The version to go back to." example:"1040"`
	Grants   []domain.DeviceID    `json:"grants,omitzero" nullable:"false" maxItems:"32" doc:"Devices that the owner who asks lets the version open; a new version needs every leave anew." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
	Enabled  *bool                `json:"enabled,omitzero" doc:"Whether it may fire." example:"true"`
}

// Resolve refuses to change nothing, and two versions at once.
func (c *RuleChange) Resolve(_ huma.Context, prefix *huma.PathBuffer) []error {
	switch {
	case c.Name == nil && c.Document == nil && c.Revert == 0 && c.Grants == nil && c.Enabled == nil:
		return []error{&huma.ErrorDetail{Location: prefix.String(), Message: "must have something to change"}}
	case c.Document != nil && c.Revert != 0:
		return []error{&huma.ErrorDetail{Location: prefix.With("revert"), Message: "must not stand beside document"}}
	}
	return nil
}

// RuleDraft is a rule that may be saved some day.
type RuleDraft struct {
	Rule     *domain.RuleID      `json:"rule,omitzero" format:"uuid" doc:"The rule it is a version of; none: a new one." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a06"`
	Document domain.RuleDocument `json:"document" doc:"When it does what."`
	Grants   []domain.DeviceID   `json:"grants,omitzero" nullable:"false" maxItems:"32" doc:"Devices that an owner would let it open." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
}

// Checkup is what is wrong with a draft.
type Checkup struct {
	Faults []Fault `json:"faults" nullable:"false" doc:"Every fault by its field, as a refusal would name it; none: it may be saved."`
}

// RuleGrant lets a rule open a device.
type RuleGrant struct {
	Device domain.DeviceID `json:"device" format:"uuid" doc:"The device." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
}

// InRule is the rule an operation is about.
type InRule struct {
	InHome
	Rule domain.RuleID `path:"rule" format:"uuid" doc:"The rule." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a06"`
}

type (
	rulesOutput struct {
		Body list[Rule]
	}
	addRuleInput struct {
		InHome
		Idempotent
		Body RuleRequest
	}
	checkRuleInput struct {
		InHome
		Idempotent
		Body RuleDraft
	}
	checkRuleOutput struct {
		Body Checkup
	}
	changeRuleInput struct {
		InRule
		Based
		Body RuleChange
	}
	copyRuleInput struct {
		InRule
		Idempotent
		Body Rename
	}
	grantRuleInput struct {
		InRule
		Idempotent
		Body RuleGrant
	}
	removeRuleInput struct {
		InRule
		Based
	}
)

func (s *Server) addRules() {
	add(s, operation{
		id: "list-rules", method: http.MethodGet, path: "/homes/{home}/rules", tag: "Rules", action: access.ReadHome,
		summary: "The rules", description: "Returns the rules of the home, the oldest first.",
	}, s.listRules)
	add(s, operation{
		id: "add-rule", method: http.MethodPost, path: "/homes/{home}/rules", tag: "Rules", action: access.EditRules,
		status: http.StatusCreated, summary: "Make a rule",
		description: "Makes a rule, which may fire at once. 422 names everything that keeps it from making sense.",
	}, s.addRule)
	add(s, operation{
		id: "check-rule", method: http.MethodPost, path: "/homes/{home}/rules/check", tag: "Rules", action: access.EditRules,
		status: http.StatusOK, summary: "Check a draft", description: "Says what is wrong with a rule, and saves nothing.",
	}, s.checkRule)
	add(s, operation{
		id: "get-rule", method: http.MethodGet, path: "/homes/{home}/rules/{rule}", tag: "Rules", action: access.ReadHome,
		summary: "One rule", description: "Returns a rule in its present version.",
	}, s.getRule)
	add(s, operation{
		id: "change-rule", method: http.MethodPatch, path: "/homes/{home}/rules/{rule}", tag: "Rules", action: access.EditRules,
		summary: "Change a rule",
		description: "Brings a new version or an old one, a name, an owner's leave, or turns the rule on or off. " +
			"What it waited for is over with a new version, and the answer says what its tests make of it.",
	}, s.changeRule)
	add(s, operation{
		id: "copy-rule", method: http.MethodPost, path: "/homes/{home}/rules/{rule}/copies", tag: "Rules", action: access.EditRules,
		status: http.StatusCreated, summary: "Copy a rule",
		description: "Makes a rule with the same document, turned off. It is not checked until it is turned on.",
	}, s.copyRule)
	add(s, operation{
		id: "remove-rule", method: http.MethodDelete, path: "/homes/{home}/rules/{rule}", tag: "Rules", action: access.EditRules,
		summary: "Remove a rule", description: "Removes the rule; what it did stays in the log.",
	}, s.removeRule)
	add(s, operation{
		id: "grant-rule", method: http.MethodPost, path: "/homes/{home}/rules/{rule}/grants", tag: "Rules", action: access.GrantRules,
		dangerous: true, status: http.StatusCreated, summary: "Let a rule open something",
		description: "Gives an owner's leave to the present version of the rule: with the next version it is over.",
	}, s.grantRule)
	s.addRuleHistory()
}

func (v view) rule(r *domain.Rule) Rule {
	out := Rule{
		ID: r.ID, Name: v.named(r.ID.Entity(), "Rule"), Document: r.Document, Version: r.Version, Revision: r.Revision,
		Enabled: r.Enabled, Stopped: r.Stopped, Grants: all(r.Grants, func(g domain.Grant) domain.DeviceID { return g.Device }),
	}
	if at := r.Gateway; !at.IsZero() {
		out.Gateway, out.Placed = &at, &r.Placed
	}
	if to := r.Offered.Gateway; !to.IsZero() {
		out.Moving = &to
	}
	run, ok := v.home.Runs[r.ID]
	if !ok {
		return out
	}
	out.Next = instant(run.Due())
	if f := run.Fired; f.Seq != 0 {
		out.Fired = some(Fired{Seq: f.Seq, At: Instant{f.At}, Cause: f.Cause, Count: f.Count})
	}
	if f := run.Failed; f.Seq != 0 {
		out.Failed = some(Step{Seq: f.Seq, At: Instant{f.At}})
	}
	return out
}

func (s *Server) listRules(ctx context.Context, in *InHome) (*rulesOutput, error) {
	v, err := s.present(ctx, in.Home)
	if err != nil {
		return nil, err
	}
	return &rulesOutput{list[Rule]{all(v.home.SortedRules(), v.rule)}}, nil
}

func (s *Server) getRule(ctx context.Context, in *InRule) (*tagged[Rule], error) {
	v, err := s.present(ctx, in.Home)
	if err != nil {
		return nil, err
	}
	r, err := in.find(&v)
	if err != nil {
		return nil, err
	}
	return tag(r.Revision, v.rule(r)), nil
}

func (in InRule) find(v *view) (*domain.Rule, error) {
	r, ok := v.home.Rules[in.Rule]
	if !ok {
		return nil, domain.Errorf(domain.NotFound, "there is no such rule")
	}
	return r, nil
}

func (s *Server) checkRule(ctx context.Context, in *checkRuleInput) (*checkRuleOutput, error) {
	v, err := s.present(ctx, in.Home)
	if err != nil {
		return nil, err
	}
	p := rule.Proposal{Document: in.Body.Document, Grants: in.Body.Grants}
	if in.Body.Rule != nil {
		p.Rule = *in.Body.Rule
	}
	faults := rule.Check(v.home, p)
	return &checkRuleOutput{Checkup{Faults: all(faults, func(f domain.Fault) Fault { return Fault{Field: f.Field, Message: f.Message} })}}, nil
}

func (s *Server) addRule(ctx context.Context, in *addRuleInput) (*made[Rule], error) {
	if err := s.leave(ctx, in.Body.Grants); err != nil {
		return nil, err
	}
	return changeOnce[Rule](ctx, s, in.Home, in.Key, func(ctx context.Context, tx *eventstore.Tx, v *view) (answer, error) {
		id := eventstore.NewID[domain.RuleKind](tx.Now())
		proposal := rule.Proposal{Rule: id, Document: in.Body.Document, Grants: in.Body.Grants}
		if err := v.saveRule(ctx, tx, proposal, 0, &in.Body.Name); err != nil {
			return answer{}, err
		}
		return v.madeRule(id), nil
	})
}

func (v *view) madeRule(id domain.RuleID) answer {
	r := v.home.Rules[id]
	return answer{revision: r.Revision, location: "/homes/" + v.home.ID.String() + "/rules/" + id.String(), body: v.rule(r)}
}

// saveRule records a version of a rule, with a name for a new one, and the leave
// that comes with it. It refuses with every fault of the document.
func (v *view) saveRule(ctx context.Context, tx *eventstore.Tx, p rule.Proposal, reverts domain.Seq, name *Name) error {
	faults := rule.Check(v.home, p)
	for i := range faults {
		faults[i].Field = "document." + faults[i].Field
	}
	if len(faults) > 0 {
		return domain.InvalidInput(faults...)
	}
	who := principal(ctx)
	fact := domain.RuleEdited{Document: p.Document, Reverts: reverts}
	var err error
	if name != nil {
		err = v.rename(ctx, tx, p.Rule.Entity(), who, fact, *name)
	} else {
		err = v.record(ctx, tx, p.Rule.Entity(), who, fact)
	}
	if err != nil {
		return err
	}
	return v.grant(ctx, tx, p.Rule, p.Grants)
}

// leave refuses a request that brings an owner's leave for devices from whoever
// may not give it, has not proved lately who they are, or has no second factor.
func (s *Server) leave(ctx context.Context, devices []domain.DeviceID) error {
	if len(devices) == 0 {
		return nil
	}
	if !permit(ctx).May(access.GrantRules) {
		return domain.Errorf(domain.Forbidden, "only an owner can let a rule open something")
	}
	return s.letsOpen(ctx)
}

// grant records an owner's leave for the present version of a rule.
func (v *view) grant(ctx context.Context, tx *eventstore.Tx, id domain.RuleID, devices []domain.DeviceID) error {
	who, r := principal(ctx), v.home.Rules[id]
	for _, device := range devices {
		if _, err := v.find(device); err != nil {
			return domain.InvalidInput(domain.Fault{Field: "grants", Message: "must be devices of this home"})
		}
		if err := v.record(ctx, tx, id.Entity(), who, domain.RuleGranted{Version: r.Version, Device: device}); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) changeRule(ctx context.Context, in *changeRuleInput) (out *tagged[Rule], err error) {
	if err := s.leave(ctx, in.Body.Grants); err != nil {
		return nil, err
	}
	proposal := rule.Proposal{Rule: in.Rule, Grants: in.Body.Grants}
	if in.Body.Document != nil {
		proposal.Document = *in.Body.Document
	}
	if in.Body.Revert != 0 {
		if proposal.Document, err = s.versionOf(ctx, in.Home, in.Rule, in.Body.Revert, "revert"); err != nil {
			return nil, err
		}
	}
	err = s.changeNamed(ctx, in.Home, func(ctx context.Context, tx *eventstore.Tx, v *view) error {
		r, err := in.find(v)
		if err == nil {
			err = in.check(r.Revision)
		}
		if err == nil {
			err = in.apply(ctx, tx, v, proposal)
		}
		if err == nil {
			out = tag(r.Revision, v.rule(v.home.Rules[in.Rule]))
		}
		return err
	})
	if err == nil && (in.Body.Document != nil || in.Body.Revert != 0) && permit(ctx).May(access.ReadHistory) {
		// The version is saved: whoever cannot be told now may run the tests again.
		out.Body.Tests, _ = s.outcomes(ctx, in.Home, &TestRun{Rule: in.Rule})
	}
	return out, err
}

// apply records what is to be different.
func (in *changeRuleInput) apply(ctx context.Context, tx *eventstore.Tx, v *view, p rule.Proposal) error {
	who := principal(ctx)
	if in.Body.Name != nil {
		if err := v.rename(ctx, tx, in.Rule.Entity(), who, domain.RuleRenamed{}, *in.Body.Name); err != nil {
			return err
		}
	}
	if in.Body.Document != nil || in.Body.Revert != 0 {
		if err := v.saveRule(ctx, tx, p, in.Body.Revert, nil); err != nil {
			return err
		}
	} else if err := v.grant(ctx, tx, in.Rule, p.Grants); err != nil {
		return err
	}
	r := v.home.Rules[in.Rule]
	switch {
	case in.Body.Enabled == nil:
		return nil
	case !*in.Body.Enabled && r.Enabled:
		return v.record(ctx, tx, in.Rule.Entity(), who, domain.RuleDisabled{})
	case *in.Body.Enabled && !r.Active():
		// Meanwhile the home may have become another one.
		granted := slices.Collect(func(yield func(domain.DeviceID) bool) {
			for _, g := range r.Grants {
				if !yield(g.Device) {
					return
				}
			}
		})
		if faults := rule.Check(v.home, rule.Proposal{Rule: r.ID, Document: r.Document, Grants: granted}); len(faults) > 0 {
			return domain.InvalidInput(faults...)
		}
		return v.record(ctx, tx, in.Rule.Entity(), who, domain.RuleEnabled{})
	}
	return nil
}

func (s *Server) copyRule(ctx context.Context, in *copyRuleInput) (*made[Rule], error) {
	return changeOnce[Rule](ctx, s, in.Home, in.Key, func(ctx context.Context, tx *eventstore.Tx, v *view) (answer, error) {
		r, err := in.find(v)
		if err != nil {
			return answer{}, err
		}
		if len(v.home.Rules) >= domain.MaxRules {
			return answer{}, domain.Errorf(domain.Conflict, "the home has %d rules, the most there can be", len(v.home.Rules))
		}
		id, who := eventstore.NewID[domain.RuleKind](tx.Now()), principal(ctx)
		if err := v.rename(ctx, tx, id.Entity(), who, domain.RuleEdited{Document: r.Document}, in.Body.Name); err != nil {
			return answer{}, err
		}
		if err := v.record(ctx, tx, id.Entity(), who, domain.RuleDisabled{}); err != nil {
			return answer{}, err
		}
		return v.madeRule(id), nil
	})
}

func (s *Server) grantRule(ctx context.Context, in *grantRuleInput) (*made[Rule], error) {
	if err := s.letsOpen(ctx); err != nil {
		return nil, err
	}
	return changeOnce[Rule](ctx, s, in.Home, in.Key, func(ctx context.Context, tx *eventstore.Tx, v *view) (answer, error) {
		if _, err := in.find(v); err != nil {
			return answer{}, err
		}
		if err := v.grant(ctx, tx, in.Rule, []domain.DeviceID{in.Body.Device}); err != nil {
			return answer{}, err
		}
		return v.madeRule(in.Rule), nil
	})
}

func (s *Server) removeRule(ctx context.Context, in *removeRuleInput) (*nothing, error) {
	err := s.change(ctx, in.Home, func(ctx context.Context, tx *eventstore.Tx, v *view) error {
		r, err := in.find(v)
		if err == nil {
			err = in.check(r.Revision)
		}
		if err != nil {
			return err
		}
		return v.record(ctx, tx, in.Rule.Entity(), principal(ctx), domain.RuleRemoved{})
	})
	return &nothing{}, err
}
