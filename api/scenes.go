package api

import (
	"context"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"logis/access"
	"logis/domain"
	"logis/domain/thing"
	"logis/eventstore"
)

// Scene is a named set of desired values.
type Scene struct {
	ID        domain.SceneID `json:"id" format:"uuid" doc:"The scene." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a07"`
	Name      string         `json:"name" doc:"What people call it." example:"Evening"`
	Settings  []Setting      `json:"settings" nullable:"false" doc:"What it wants of each device."`
	Over      int64          `json:"transition_ms" doc:"Over how many milliseconds lamps that can fade do; everything else, and undoing it, happens at once. 0: all at once." example:"20000"`
	Version   domain.Seq     `json:"version" doc:"The event that brought the settings." example:"1040"`
	Revision  domain.Seq     `json:"revision" doc:"The last event that touched it." example:"1041"`
	Activated orNull[Step]   `json:"activated" doc:"The last time it was activated or undone; null: never."`
}

// Setting is what a scene wants of one device.
type Setting struct {
	Device domain.DeviceID        `json:"device" format:"uuid" doc:"The device." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
	Set    map[string]thing.Value `json:"set" minProperties:"1" maxProperties:"32" doc:"The values wanted, by property."`
}

// SceneRequest makes a scene.
type SceneRequest struct {
	Name     Name              `json:"name" doc:"What to call it."`
	Settings []Setting         `json:"settings,omitzero" nullable:"false" maxItems:"100" doc:"What it wants. Not beside capture."`
	Capture  []domain.DeviceID `json:"capture,omitzero" nullable:"false" maxItems:"100" doc:"Devices to take the present values of." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
	Over     int64             `json:"transition_ms,omitzero" minimum:"0" maximum:"600000" doc:"Over how many milliseconds lamps that can fade do; 0: at once." example:"20000"`
}

// Resolve wants one of both.
func (r *SceneRequest) Resolve(_ huma.Context, prefix *huma.PathBuffer) []error {
	if (len(r.Settings) == 0) == (len(r.Capture) == 0) {
		return []error{&huma.ErrorDetail{Location: prefix.With("settings"), Message: "must have settings or capture"}}
	}
	return nil
}

// SceneChange says what is to be different about a scene.
type SceneChange struct {
	Name     *Name     `json:"name,omitzero" doc:"A new name."`
	Settings []Setting `json:"settings,omitzero" nullable:"false" maxItems:"100" doc:"What it wants from now on."`
	Over     *int64    `json:"transition_ms,omitzero" minimum:"0" maximum:"600000" doc:"Over how many milliseconds lamps that can fade do from now on; 0: at once." example:"20000"`
}

// edit returns the scene's next version, and whether it is another one.
func (c *SceneChange) edit(v *view, scene *domain.Scene) (fact domain.SceneEdited, edits bool, err error) {
	fact = domain.SceneEdited{Settings: scene.Settings, TransitionMS: scene.TransitionMS}
	if c.Over != nil {
		fact.TransitionMS, edits = *c.Over, true
	}
	if len(c.Settings) > 0 {
		fact.Settings, err = v.settings(c.Settings)
		edits = true
	}
	return fact, edits, err
}

// Resolve refuses to change nothing.
func (c *SceneChange) Resolve(_ huma.Context, prefix *huma.PathBuffer) []error {
	if c.Name == nil && len(c.Settings) == 0 && c.Over == nil {
		return []error{&huma.ErrorDetail{Location: prefix.String(), Message: "must have name, settings or transition_ms"}}
	}
	return nil
}

// Activated is what became of activating a scene.
type Activated struct {
	Scene    Scene     `json:"scene" doc:"The scene."`
	Commands []Command `json:"commands" nullable:"false" doc:"What was asked of the devices."`
	Refused  []Refused `json:"refused" nullable:"false" doc:"What could not be asked."`
}

// Refused is a device that could not be asked.
type Refused struct {
	Device domain.DeviceID `json:"device" format:"uuid" doc:"The device." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a03"`
	Code   domain.Code     `json:"code" doc:"Why, for machines." example:"edge_offline"`
	Detail string          `json:"detail" doc:"Why, for people." example:"there is no such device"`
}

// InScene is the scene an operation is about.
type InScene struct {
	InHome
	Scene domain.SceneID `path:"scene" format:"uuid" doc:"The scene." example:"0196a3f2-7c1e-7a54-9b1c-2f6f1f0f5a07"`
}

type (
	scenesOutput struct {
		Body list[Scene]
	}
	addSceneInput struct {
		InHome
		Idempotent
		Body SceneRequest
	}
	changeSceneInput struct {
		InScene
		Based
		Body SceneChange
	}
	removeSceneInput struct {
		InScene
		Based
	}
	activateInput struct {
		InScene
		Idempotent
	}
)

func (s *Server) addScenes() {
	add(s, operation{
		id: "list-scenes", method: http.MethodGet, path: "/homes/{home}/scenes", tag: "Rules", action: access.ReadHome,
		summary: "The scenes", description: "Returns the scenes of the home, the oldest first.",
	}, s.listScenes)
	add(s, operation{
		id: "add-scene", method: http.MethodPost, path: "/homes/{home}/scenes", tag: "Rules", action: access.EditRules,
		status: http.StatusCreated, refusals: []int{http.StatusConflict},
		summary: "Make a scene", description: "Makes a scene of given values, or of how devices are now. 409 when the home has as many as it can.",
	}, s.addScene)
	add(s, operation{
		id: "change-scene", method: http.MethodPatch, path: "/homes/{home}/scenes/{scene}", tag: "Rules", action: access.EditRules,
		summary: "Change a scene", description: "Gives the scene other values, another name, or another time over which lamps fade.",
	}, s.changeScene)
	add(s, operation{
		id: "remove-scene", method: http.MethodDelete, path: "/homes/{home}/scenes/{scene}", tag: "Rules", action: access.EditRules,
		summary: "Remove a scene", description: "Removes the scene. Rules that want it fail at that point.",
	}, s.removeScene)
	add(s, operation{
		id: "activate-scene", method: http.MethodPost, path: "/homes/{home}/scenes/{scene}/activations", tag: "Rules", action: access.CommandDevice,
		status: http.StatusAccepted, summary: "Activate a scene",
		description: "Asks every device for what the scene wants. A device that cannot be asked keeps none of the others.",
	}, func(ctx context.Context, in *activateInput) (*made[Activated], error) {
		return s.activate(ctx, in, false)
	})
	add(s, operation{
		id: "undo-scene", method: http.MethodPost, path: "/homes/{home}/scenes/{scene}/undos", tag: "Rules", action: access.CommandDevice,
		status: http.StatusAccepted, refusals: []int{http.StatusConflict}, summary: "Undo a scene",
		description: "Asks every device, at once, for what it reported before the scene was last activated. 409 when there is nothing to go back to.",
	}, func(ctx context.Context, in *activateInput) (*made[Activated], error) {
		return s.activate(ctx, in, true)
	})
}

func (v view) scene(s *domain.Scene) Scene {
	out := Scene{
		ID: s.ID, Name: v.named(s.ID.Entity(), "Scene"), Version: s.Version, Revision: s.Revision, Over: s.TransitionMS,
		Settings: all(s.Settings, func(s domain.SceneSetting) Setting { return Setting(s) }),
	}
	if s.Activated.Seq != 0 {
		out.Activated = some(Step{Seq: s.Activated.Seq, At: Instant{s.Activated.At}})
	}
	return out
}

func (s *Server) listScenes(ctx context.Context, in *InHome) (*scenesOutput, error) {
	v, err := s.present(ctx, in.Home)
	if err != nil {
		return nil, err
	}
	return &scenesOutput{list[Scene]{all(ordered(v.home.Scenes), v.scene)}}, nil
}

// settings turns what was asked into a scene's, or names what makes no sense.
func (v view) settings(asked []Setting) ([]domain.SceneSetting, error) {
	var faults []domain.Fault
	settings := make([]domain.SceneSetting, 0, len(asked))
	seen := map[domain.DeviceID]bool{}
	for i, s := range asked {
		field := fmt.Sprintf("settings[%d].", i)
		d, err := v.find(s.Device)
		if err != nil || seen[s.Device] {
			faults = append(faults, domain.Fault{Field: field + "device", Message: "must be a device of this home, named once"})
			continue
		}
		seen[s.Device] = true
		for _, f := range v.home.CheckSetting(d, s.Set) {
			faults = append(faults, domain.Fault{Field: field + f.Field, Message: f.Message})
		}
		settings = append(settings, domain.SceneSetting(s))
	}
	if len(faults) > 0 {
		return nil, domain.InvalidInput(faults...)
	}
	return settings, nil
}

// captured returns how devices are now, as far as it can be set.
func (v view) captured(devices []domain.DeviceID) ([]domain.SceneSetting, error) {
	var asked []domain.SceneSetting
	for i, id := range devices {
		d, err := v.find(id)
		if err != nil {
			return nil, domain.InvalidInput(domain.Fault{Field: fmt.Sprintf("capture[%d]", i), Message: "is not a device of this home"})
		}
		asked = append(asked, v.home.Settable(d))
	}
	settings := v.home.Capture(asked)
	if len(settings) == 0 {
		return nil, domain.InvalidInput(domain.Fault{Field: "capture", Message: "has no device of which a value that can be set is known"})
	}
	return settings, nil
}

func (s *Server) addScene(ctx context.Context, in *addSceneInput) (*made[Scene], error) {
	return changeOnce[Scene](ctx, s, in.Home, in.Key, func(ctx context.Context, tx *eventstore.Tx, v *view) (answer, error) {
		if n := len(v.home.Scenes); n >= domain.MaxScenes {
			return answer{}, domain.Errorf(domain.Conflict, "the home has %d scenes, the most there can be", n)
		}
		settings, err := v.settings(in.Body.Settings)
		if len(in.Body.Capture) > 0 {
			settings, err = v.captured(in.Body.Capture)
		}
		if err != nil {
			return answer{}, err
		}
		id := eventstore.NewID[domain.SceneKind](tx.Now())
		if err := v.rename(ctx, tx, id.Entity(), principal(ctx), domain.SceneEdited{Settings: settings, TransitionMS: in.Body.Over}, in.Body.Name); err != nil {
			return answer{}, err
		}
		scene := v.scene(v.home.Scenes[id])
		return answer{revision: scene.Revision, location: "/homes/" + in.Home.String() + "/scenes/" + id.String(), body: scene}, nil
	})
}

func (in InScene) find(v *view) (*domain.Scene, error) {
	scene, ok := v.home.Scenes[in.Scene]
	if !ok {
		return nil, domain.Errorf(domain.NotFound, "there is no such scene")
	}
	return scene, nil
}

func (s *Server) changeScene(ctx context.Context, in *changeSceneInput) (out *tagged[Scene], err error) {
	err = s.changeNamed(ctx, in.Home, func(ctx context.Context, tx *eventstore.Tx, v *view) error {
		scene, err := in.find(v)
		if err == nil {
			err = in.check(scene.Revision)
		}
		if err == nil && in.Body.Name != nil {
			err = v.rename(ctx, tx, in.Scene.Entity(), principal(ctx), domain.SceneRenamed{}, *in.Body.Name)
		}
		if err != nil {
			return err
		}
		fact, edits, err := in.Body.edit(v, scene)
		if err == nil && edits {
			err = v.record(ctx, tx, in.Scene.Entity(), principal(ctx), fact)
		}
		if err != nil {
			return err
		}
		scene = v.home.Scenes[in.Scene]
		out = tag(scene.Revision, v.scene(scene))
		return nil
	})
	return out, err
}

func (s *Server) removeScene(ctx context.Context, in *removeSceneInput) (*nothing, error) {
	err := s.change(ctx, in.Home, func(ctx context.Context, tx *eventstore.Tx, v *view) error {
		scene, err := in.find(v)
		if err == nil {
			err = in.check(scene.Revision)
		}
		if err != nil {
			return err
		}
		return v.record(ctx, tx, in.Scene.Entity(), principal(ctx), domain.SceneRemoved{})
	})
	return &nothing{}, err
}

func (s *Server) activate(ctx context.Context, in *activateInput, undo bool) (*made[Activated], error) {
	return changeOnce[Activated](ctx, s, in.Home, in.Key, func(ctx context.Context, tx *eventstore.Tx, v *view) (answer, error) {
		p := principal(ctx)
		var ev domain.Event
		var requests []domain.CommandRequest
		var err error
		if undo {
			ev, requests, err = v.home.UndoScene(in.Scene, p.Actor())
		} else {
			ev, requests, err = v.home.ActivateScene(in.Scene, p.Actor(), 0)
		}
		if err != nil {
			return answer{}, err
		}
		_, body, err := v.askAll(ctx, tx, ev, requests)
		if err != nil {
			return answer{}, err
		}
		if scene, ok := v.home.Scenes[in.Scene]; ok { // a rule may have answered, but none removes it
			body.Scene = v.scene(scene)
		}
		return answer{revision: body.Scene.Revision, body: body}, nil
	})
}

// askAll records a deed and the commands that follow from it. It returns the deed's seq
// and what became of each request.
func (v *view) askAll(ctx context.Context, tx *eventstore.Tx, deed domain.Event, requests []domain.CommandRequest) (domain.Seq, Activated, error) {
	body := Activated{Commands: []Command{}, Refused: []Refused{}}
	rec, err := tx.Record(ctx, v.home.ID, deed)
	if err != nil {
		return 0, body, err
	}
	p := principal(ctx)
	v.people = map[domain.PersonID]string{p.Person: p.Name}
	for _, request := range requests {
		request.Causation, request.Correlation, request.Token = rec.Seq, rec.Seq, p.Token()
		if err := v.ask(ctx, tx, request, &body); err != nil {
			return 0, body, err
		}
	}
	return rec.Seq, body, nil
}

// ask records one command of a deed, or why there is none.
func (v *view) ask(ctx context.Context, tx *eventstore.Tx, request domain.CommandRequest, body *Activated) error {
	request.Command = eventstore.NewID[domain.CommandKind](tx.Now())
	events, refusal := v.home.RequestCommand(request, tx.Now())
	if refusal == nil {
		refusal = permit(ctx).Command(v.home.Devices[request.Device], asked(request.Device, events))
	}
	if refusal != nil {
		body.Refused = append(body.Refused, Refused{Device: request.Device, Code: domain.CodeOf(refusal), Detail: problemOf(refusal).Detail})
		return nil
	}
	for _, ev := range events {
		if _, err := tx.Record(ctx, v.home.ID, ev); err != nil {
			return err
		}
	}
	if c, open := v.home.Commands[request.Command]; open {
		body.Commands = append(body.Commands, v.command(c))
	}
	return nil
}
