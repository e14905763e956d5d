package rule

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"

	"cel.dev/cel-go/cel"
	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/types"

	"logis/domain"
	"logis/domain/thing"
)

// Bounds of an expression. It is checked against maxCost when it is saved, by what
// it may cost at worst, and held to it whenever it is asked.
const (
	maxExpression = 1000  // bytes
	maxCost       = 10000 // of CEL's units, about one for each step: well below a millisecond
	maxPrograms   = 1000  // that are kept compiled: twice a full home's rules
)

// expression is a compiled one, with the devices it asks for.
type expression struct {
	program cel.Program
	devices []domain.DeviceID
}

// expressions keeps those that were compiled: that takes far longer than asking
// them. It is emptied when it is full.
//
//nolint:gochecknoglobals // a cache of what follows from the text alone
var expressions struct {
	sync.Mutex
	byText map[string]*expression
}

// environment is what an expression may use:
//
//	devices["018f…"].onOff   what the device last reported
//	mode                     the home's mode
//	attended                 whether a member is known to be at home
//
//nolint:gochecknoglobals // made once, never changed
var environment = sync.OnceValues(func() (*cel.Env, error) {
	return cel.NewEnv(
		cel.Variable("devices", cel.MapType(cel.StringType, cel.MapType(cel.StringType, cel.DynType))),
		cel.Variable("mode", cel.StringType),
		cel.Variable("attended", cel.BoolType),
		cel.CrossTypeNumericComparisons(true),
		cel.ParserExpressionSizeLimit(maxExpression),
	)
})

// sizes tells CEL's estimate how long the things get that it cannot know.
type sizes struct{}

func (sizes) EstimateSize(cost.AstNode) *cost.SizeEstimate {
	return &cost.SizeEstimate{Max: thing.MaxValueBytes}
}

func (sizes) EstimateCallCost(string, string, *cost.AstNode, []cost.AstNode) *cost.CallEstimate {
	return nil
}

// compile returns the expression, or in words what is wrong with it.
func compile(text string) (*expression, error) {
	expressions.Lock()
	kept, ok := expressions.byText[text]
	expressions.Unlock()
	if ok {
		return kept, nil
	}
	made, err := compileAnew(text)
	if err != nil {
		return nil, err
	}
	expressions.Lock()
	defer expressions.Unlock()
	if expressions.byText == nil || len(expressions.byText) >= maxPrograms {
		expressions.byText = map[string]*expression{}
	}
	expressions.byText[text] = made
	return made, nil
}

func compileAnew(text string) (*expression, error) {
	if len(text) > maxExpression {
		return nil, fmt.Errorf("must be at most %d bytes long", maxExpression)
	}
	env, err := environment()
	if err != nil {
		return nil, err
	}
	parsed, issues := env.Compile(text)
	if issues.Err() != nil {
		first := issues.Errors()[0]
		return nil, fmt.Errorf("cannot be read at column %d: %s", first.Location.Column()+1, first.Message)
	}
	if kind := parsed.OutputType(); !kind.IsExactType(types.BoolType) && !kind.IsExactType(types.DynType) {
		return nil, errors.New("must be true or false, and not a " + kind.String())
	}
	estimate, err := env.EstimateCost(parsed, sizes{})
	if err != nil || estimate.Max > maxCost {
		return nil, fmt.Errorf("may cost more than the %d steps an expression has", maxCost)
	}
	program, err := env.Program(parsed, cel.CostLimit(maxCost))
	if err != nil {
		return nil, err
	}
	return &expression{program: program, devices: devicesIn(parsed)}, nil
}

// devicesIn returns the devices whose ids stand in an expression.
func devicesIn(parsed *cel.Ast) []domain.DeviceID {
	var ids []domain.DeviceID
	root := celast.NavigateAST(parsed.NativeRep())
	for _, literal := range celast.MatchDescendants(root, celast.KindMatcher(celast.LiteralKind)) {
		text, ok := literal.AsLiteral().Value().(string)
		if !ok {
			continue
		}
		if id, err := domain.ParseID[domain.DeviceKind](text); err == nil {
			ids = append(ids, id)
		}
	}
	return ids
}

// expression asks an expression. One that fails, because something was never
// reported or it costs too much, is unknown.
func (e *evaluation) expression(text string) (domain.Truth, thing.Value) {
	x, err := compile(text)
	if err != nil {
		return domain.Unsure, ""
	}
	devices := make(map[string]map[string]any, len(x.devices))
	for _, id := range x.devices {
		devices[id.String()] = values(e.home, id)
	}
	out, _, err := x.program.Eval(map[string]any{
		"devices": devices, "mode": string(e.home.Mode()), "attended": e.home.Attended(),
	})
	if err != nil {
		return domain.Unsure, ""
	}
	is, ok := out.Value().(bool)
	if !ok {
		return domain.Unsure, ""
	}
	return truth(is), ""
}

// values returns what a device last reported, as CEL has it.
func values(home *domain.Home, id domain.DeviceID) map[string]any {
	all := map[string]any{}
	twin, ok := home.Twins[id]
	if !ok {
		return all
	}
	for name, p := range twin.Properties {
		if p.Reported.Seq == 0 {
			continue
		}
		var v any
		if json.NewDecoder(strings.NewReader(string(p.Reported.Value))).Decode(&v) == nil {
			all[name] = v
		}
	}
	return all
}
