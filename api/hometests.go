package api

import (
	"context"
	"net/http"

	"logis/access"
	"logis/domain"
	"logis/eventstore"
	"logis/history/whatif"
)

// HomeTest is a slice of the log with the firings that a rule should come to in it.
type HomeTest struct {
	ID       domain.TestID `json:"id" format:"uuid" doc:"The test." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a0a"`
	Name     string        `json:"name" doc:"What people call it." example:"Nobody was home and the light stayed off"`
	Revision domain.Seq    `json:"revision" doc:"The event that made it." example:"1042"`
	Rule     domain.RuleID `json:"rule" format:"uuid" doc:"The rule it is about." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a06"`
	After    domain.Seq    `json:"after" doc:"The event before the slice." example:"1000"`
	To       domain.Seq    `json:"to" doc:"Its last event." example:"1040"`
	Expected []Occasion    `json:"expected" nullable:"false" doc:"When the rule should fire, and at no other time."`
}

// Occasion is when a rule should fire, or would have.
type Occasion struct {
	Seq *domain.Seq `json:"seq" minimum:"1" doc:"The event that triggers it; null: the clock does." example:"1010"`
	At  *Instant    `json:"at" nullable:"true" doc:"The time, where it is one; null: an event triggers it."`
}

// TestRequest makes a test.
type TestRequest struct {
	Name     Name          `json:"name" doc:"What to call it."`
	Rule     domain.RuleID `json:"rule" format:"uuid" doc:"The rule it is about." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a06"`
	After    domain.Seq    `json:"after" minimum:"1" doc:"The event before the slice." example:"1000"`
	To       domain.Seq    `json:"to" minimum:"1" doc:"Its last event, at most 5000 later." example:"1040"`
	Expected []Occasion    `json:"expected" nullable:"false" maxItems:"100" doc:"When the rule should fire, and at no other time."`
}

// TestRun asks whether a rule comes to what its tests expect.
type TestRun struct {
	Rule     domain.RuleID        `json:"rule" format:"uuid" doc:"The rule." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a06"`
	Document *domain.RuleDocument `json:"document,omitzero" doc:"A draft of it; none: its present version."`
	Grants   []domain.DeviceID    `json:"grants,omitzero" nullable:"false" maxItems:"32" doc:"Devices that an owner would let the draft open."`
}

// TestOutcome is what came of a test.
type TestOutcome struct {
	Test       domain.TestID `json:"test" format:"uuid" doc:"The test." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a0a"`
	Name       string        `json:"name" doc:"What people call it." example:"Nobody was home and the light stayed off"`
	Passed     bool          `json:"passed" doc:"Whether the rule comes to what is expected." example:"true"`
	Missing    []Occasion    `json:"missing" nullable:"false" doc:"When it should have fired, and would not."`
	Unexpected []Occasion    `json:"unexpected" nullable:"false" doc:"When it would have fired, and should not."`
}

// InTest is the test an operation is about.
type InTest struct {
	InHome
	Test domain.TestID `path:"test" format:"uuid" doc:"The test." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a0a"`
}

type (
	testsOutput struct {
		Body list[HomeTest]
	}
	addTestInput struct {
		InHome
		Idempotent
		Body TestRequest
	}
	removeTestInput struct {
		InTest
		Based
	}
	runTestsInput struct {
		InHome
		Idempotent
		Body TestRun
	}
	runTestsOutput struct {
		Body list[TestOutcome]
	}
)

func (s *Server) addTests() {
	add(s, operation{
		id: "list-tests", method: http.MethodGet, path: "/homes/{home}/tests", tag: "Rules", action: access.ReadHistory,
		summary: "The tests of rules", description: "Returns slices of the log with the firings that rules should come to in them.",
	}, s.listTests)
	add(s, operation{
		id: "add-test", method: http.MethodPost, path: "/homes/{home}/tests", tag: "Rules", action: access.EditRules,
		status: http.StatusCreated, refusals: []int{http.StatusConflict},
		summary:     "Save a slice as a test",
		description: "Keeps a slice of the log with the firings that a rule should come to in it. 409 when there are as many as there can be.",
	}, s.addTest)
	add(s, operation{
		id: "run-tests", method: http.MethodPost, path: "/homes/{home}/tests/run", tag: "Rules", action: access.ReadHistory,
		status: http.StatusOK, summary: "Run a rule's tests",
		description: "Runs every test of a rule, in its present version or a draft. No device is asked for anything.",
	}, s.runTests)
	add(s, operation{
		id: "remove-test", method: http.MethodDelete, path: "/homes/{home}/tests/{test}", tag: "Rules", action: access.EditRules,
		summary: "Remove a test", description: "Removes a test.",
	}, s.removeTest)
}

func (v view) homeTest(t *domain.Test) HomeTest {
	return HomeTest{
		ID: t.ID, Name: v.named(t.ID.Entity(), "Test"), Revision: t.Revision, Rule: t.Rule, After: t.After, To: t.To,
		Expected: all(t.Expected, occasion),
	}
}

func occasion(e domain.Expected) Occasion {
	return Occasion{Seq: seqOrNull(e.Seq), At: instant(e.At())}
}

func (o Occasion) expected() (e domain.Expected) {
	if o.Seq != nil {
		e.Seq = *o.Seq
	}
	if o.At != nil {
		e.AtMS = o.At.UnixMilli()
	}
	return e
}

func (s *Server) listTests(ctx context.Context, in *InHome) (*testsOutput, error) {
	v, err := s.present(ctx, in.Home)
	if err != nil {
		return nil, err
	}
	return &testsOutput{list[HomeTest]{all(ordered(v.home.Tests), v.homeTest)}}, nil
}

func (s *Server) addTest(ctx context.Context, in *addTestInput) (*made[HomeTest], error) {
	return changeOnce[HomeTest](ctx, s, in.Home, in.Key, func(ctx context.Context, tx *eventstore.Tx, v *view) (answer, error) {
		id := eventstore.NewID[domain.TestKind](tx.Now())
		ev, err := v.home.EditTest(id, domain.TestEdited{
			Rule: in.Body.Rule, After: in.Body.After, To: in.Body.To, Expected: all(in.Body.Expected, Occasion.expected),
		}, principal(ctx).Actor())
		if err != nil {
			return answer{}, err
		}
		if _, err := tx.RecordNamed(ctx, in.Home, ev, in.Body.Name.trimmed()); err != nil {
			return answer{}, err
		}
		v.names[id.Entity()] = in.Body.Name.trimmed()
		t := v.home.Tests[id]
		return answer{revision: t.Revision, location: "/homes/" + in.Home.String() + "/tests/" + id.String(), body: v.homeTest(t)}, nil
	})
}

func (s *Server) removeTest(ctx context.Context, in *removeTestInput) (*nothing, error) {
	err := s.change(ctx, in.Home, func(ctx context.Context, tx *eventstore.Tx, v *view) error {
		t, ok := v.home.Tests[in.Test]
		if !ok {
			return domain.Errorf(domain.NotFound, "there is no such test")
		}
		if err := in.check(t.Revision); err != nil {
			return err
		}
		return v.record(ctx, tx, in.Test.Entity(), principal(ctx), domain.TestRemoved{})
	})
	return &nothing{}, err
}

func (s *Server) runTests(ctx context.Context, in *runTestsInput) (*runTestsOutput, error) {
	outcomes, err := s.outcomes(ctx, in.Home, &in.Body)
	if err != nil {
		return nil, err
	}
	return &runTestsOutput{list[TestOutcome]{outcomes}}, nil
}

// outcomes returns what comes of every test of a rule.
func (s *Server) outcomes(ctx context.Context, home domain.HomeID, run *TestRun) ([]TestOutcome, error) {
	v, err := s.present(ctx, home)
	if err != nil {
		return nil, err
	}
	versions, err := s.versions(ctx, &v, &BacktestRequest{Rule: &run.Rule, Document: run.Document, Grants: run.Grants})
	if err != nil {
		return nil, err
	}
	outcomes := []TestOutcome{}
	for _, t := range ordered(v.home.Tests) {
		if t.Rule != run.Rule {
			continue
		}
		o, err := whatif.Test(ctx, s.options.Past, home, t, versions[0][0])
		if err != nil {
			return nil, err
		}
		outcomes = append(outcomes, TestOutcome{
			Test: t.ID, Name: v.named(t.ID.Entity(), "Test"), Passed: o.Passed(),
			Missing: all(o.Missing, occasion), Unexpected: all(o.Unexpected, occasion),
		})
	}
	return outcomes, nil
}
