package domain

// Facts about webhooks: addresses outside that are told what happens. A webhook's
// entity is the webhook; its name, address and secret stand beside the log.
type (
	// WebhookEdited brings a new webhook, or an old one anew.
	WebhookEdited struct {
		Types []string `json:"types,omitempty"` // of the events it is told; none: only what is called for
		Moved bool     `json:"moved,omitempty"` // its address is another one
	}
	// WebhookRenamed says that a webhook has another name.
	WebhookRenamed struct{}
	// WebhookStarted says that a webhook is told again what happens from here on.
	WebhookStarted struct{}
	// WebhookStopped says that a webhook is told nothing any more.
	WebhookStopped struct {
		Reason StopReason `json:"reason"`
	}
	// WebhookRemoved says that a webhook is gone.
	WebhookRemoved struct{}
	// WebhookCalled says that somebody wants the webhook called. It is told so like
	// of any other event, whatever types it asked for.
	WebhookCalled struct {
		Fired  Seq `json:"fired,omitempty"`  // the run of the rule that wants it; 0: a person does
		Action int `json:"action,omitempty"` // of the rule
	}
)

// StopReason is why a webhook is told nothing any more.
type StopReason string

// The reasons.
const (
	StopAsked   StopReason = "asked"   // somebody wanted it
	StopFailing StopReason = "failing" // it did not take what it was told for too long
	StopGone    StopReason = "gone"    // it answered that it is gone for good
)

// Facts about what people were told. The entity is the person.
type (
	// NotificationSent says that a person was told of notices. What they do with it
	// is not known.
	NotificationSent struct {
		Channel ChannelKind `json:"channel"`
		Notices []Seq       `json:"notices"`        // the notice.raised events
		More    int         `json:"more,omitempty"` // that were only counted
	}
	// NotificationFailed says that a person could not be told.
	NotificationFailed struct {
		Channel ChannelKind `json:"channel"`
		Notices []Seq       `json:"notices"`
		More    int         `json:"more,omitempty"`
		Reason  FailReason  `json:"reason"`
	}
)

// ChannelKind is a way to tell people something.
type ChannelKind string

// The channels.
const (
	ByMail    ChannelKind = "email"
	ByPush    ChannelKind = "push"    // in their browsers
	ByWebhook ChannelKind = "webhook" // a program of their own
)

// ChannelKinds returns all of them.
func ChannelKinds() []ChannelKind { return []ChannelKind{ByMail, ByPush, ByWebhook} }

// FailReason is why a person could not be told.
type FailReason string

// The reasons.
const (
	FailRefused     FailReason = "refused"     // the other side takes it from nobody: the address is wrong
	FailUnreachable FailReason = "unreachable" // the other side did not take it for as long as it was tried
)

func (WebhookEdited) EventType() string      { return "webhook.edited" }
func (WebhookRenamed) EventType() string     { return "webhook.renamed" }
func (WebhookStarted) EventType() string     { return "webhook.started" }
func (WebhookStopped) EventType() string     { return "webhook.stopped" }
func (WebhookRemoved) EventType() string     { return "webhook.removed" }
func (WebhookCalled) EventType() string      { return "webhook.called" }
func (NotificationSent) EventType() string   { return "notification.sent" }
func (NotificationFailed) EventType() string { return "notification.failed" }
