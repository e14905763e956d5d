package client

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Home is one home of the caller's.
type Home struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Role string `json:"role"`
}

// Device is a device of a home.
type Device struct {
	ID    string  `json:"id"`
	Name  string  `json:"name"`
	Kind  string  `json:"kind"`
	Room  *string `json:"room"` // nil: in none
	Since string  `json:"since"`
}

// Twin is how a device is.
type Twin struct {
	Device     string                     `json:"device"`
	Properties map[string]Property        `json:"properties"`
	Delta      map[string]json.RawMessage `json:"delta"` // asked for and not confirmed
	Available  *struct {
		Is bool `json:"is"`
	} `json:"available"` // nil: nobody knows
}

// Property is one value of a twin.
type Property struct {
	Reported *struct {
		Value json.RawMessage `json:"value"`
		At    time.Time       `json:"at"`
		Seq   int64           `json:"seq"`
	} `json:"reported"` // nil: the device never said
}

// Order is what is asked of a device: values, or one action.
type Order struct {
	Set    map[string]any `json:"set,omitempty"`
	Action string         `json:"action,omitempty"`
	Input  any            `json:"input,omitempty"`
	TTL    int64          `json:"ttl_ms,omitempty"` // milliseconds; 0: as its class says
}

// Command is something that was asked, and how far it came.
type Command struct {
	ID     string  `json:"id"`
	Device string  `json:"device"`
	Status string  `json:"status"`
	Reason *string `json:"reason"`

	Requested struct {
		Seq int64 `json:"seq"` // the event that asked for it: follow from there
	} `json:"requested"`
}

// Final reports whether the command has ended.
func (c Command) Final() bool {
	return c.Status != "requested" && c.Status != "sent" && c.Status != "delivered"
}

// Event is one fact of a home's log.
type Event struct {
	Seq        int64           `json:"seq"`
	Type       string          `json:"type"`
	Entity     string          `json:"entity"`
	OccurredAt time.Time       `json:"occurred_at"`
	RecordedAt time.Time       `json:"recorded_at"`
	Actor      Actor           `json:"actor"`
	Data       json.RawMessage `json:"data"`
}

// Actor is who did something.
type Actor struct {
	Kind string  `json:"kind"`
	Name *string `json:"name"`
}

// Link is one step back to why something happened.
type Link struct {
	Event  Event `json:"event"`
	Proven bool  `json:"proven"`
}

// Rule is what a home does by itself.
type Rule struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Enabled bool   `json:"enabled"`
	Stopped bool   `json:"stopped"`
}

// Token is what a program of the caller comes with.
type Token struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Home      string    `json:"home"`
	Actions   []string  `json:"actions"`
	ExpiresAt time.Time `json:"expires_at"`
}

// TokenRequest makes a token: for one home, these actions and classes of commands.
type TokenRequest struct {
	Name    string   `json:"name"`
	Home    string   `json:"home"`
	Actions []string `json:"actions"`
	Classes []string `json:"classes,omitempty"`
	Days    int      `json:"days"`
}

// items asks for a list.
func items[T any](ctx context.Context, c *Client, path string) ([]T, error) {
	var list struct {
		Items []T `json:"items"`
	}
	err := c.Call(ctx, Request{Method: http.MethodGet, Path: path}, &list)
	return list.Items, err
}

func at(home, path string) string { return "/homes/" + url.PathEscape(home) + path }

// Homes returns the caller's homes.
func (c *Client) Homes(ctx context.Context) ([]Home, error) { return items[Home](ctx, c, "/homes") }

// Devices returns the devices of a home that the caller sees.
func (c *Client) Devices(ctx context.Context, home string) ([]Device, error) {
	return items[Device](ctx, c, at(home, "/devices"))
}

// Twins returns how they are.
func (c *Client) Twins(ctx context.Context, home string) ([]Twin, error) {
	return items[Twin](ctx, c, at(home, "/twins"))
}

// Rules returns the rules of a home.
func (c *Client) Rules(ctx context.Context, home string) ([]Rule, error) {
	return items[Rule](ctx, c, at(home, "/rules"))
}

// Tokens returns the tokens of a person; a token may not ask.
func (c *Client) Tokens(ctx context.Context) ([]Token, error) {
	return items[Token](ctx, c, "/account/tokens")
}

// MakeToken makes a token and returns its secret, which is shown only now.
func (c *Client) MakeToken(ctx context.Context, in TokenRequest) (secret string, err error) {
	var out struct {
		Secret string `json:"secret"`
	}
	err = c.Call(ctx, Request{Method: http.MethodPost, Path: "/account/tokens", Body: in}, &out)
	return out.Secret, err
}

// EndToken ends a token.
func (c *Client) EndToken(ctx context.Context, id string) error {
	return c.Call(ctx, Request{Method: http.MethodDelete, Path: "/account/tokens/" + url.PathEscape(id)}, nil)
}

// Ask asks something of a device. The key makes it happen once, however often it is
// sent; see NewKey. How far it came, Command and Follow tell.
func (c *Client) Ask(ctx context.Context, home, device, key string, order Order) (Command, error) {
	var out Command
	err := c.Call(ctx, Request{
		Method: http.MethodPost, Path: at(home, "/devices/"+url.PathEscape(device)+"/commands"), Key: key, Body: order,
	}, &out)
	return out, err
}

// Command returns how far a command came.
func (c *Client) Command(ctx context.Context, home, command string) (Command, error) {
	var out Command
	err := c.Call(ctx, Request{Method: http.MethodGet, Path: at(home, "/commands/"+url.PathEscape(command))}, &out)
	return out, err
}

// Newest returns the newest events, the newest first, of one entity or of all.
func (c *Client) Newest(ctx context.Context, home, entity string, limit int) ([]Event, error) {
	query := url.Values{"order": {"desc"}, "limit": {strconv.Itoa(limit)}}
	if entity != "" {
		query.Set("entity", entity)
	}
	return items[Event](ctx, c, at(home, "/events?"+query.Encode()))
}

// Why leads an event back to what it began with.
func (c *Client) Why(ctx context.Context, home string, seq int64) ([]Link, error) {
	return c.why(ctx, home, url.Values{"seq": {strconv.FormatInt(seq, 10)}})
}

// WhyIs leads a value of a device back to what it began with.
func (c *Client) WhyIs(ctx context.Context, home, device, property string) ([]Link, error) {
	return c.why(ctx, home, url.Values{"device": {device}, "property": {property}})
}

func (c *Client) why(ctx context.Context, home string, query url.Values) ([]Link, error) {
	var out struct {
		Links []Link `json:"links"`
	}
	err := c.Call(ctx, Request{Method: http.MethodGet, Path: at(home, "/history/why?"+query.Encode())}, &out)
	return out.Links, err
}
