package client_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	"logis/api/apitest"
	"logis/client"
	"logis/migrations/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func lightOn(ctx context.Context, url, token, lamp string) error {
	logis := client.New(url, token)
	homes, err := logis.Homes(ctx)
	if err != nil {
		return err
	}
	home := homes[0].ID
	asked, err := logis.Ask(ctx, home, lamp, client.NewKey(), client.Order{Set: map[string]any{"onOff": true}})
	if err != nil {
		return err
	}
	for news, err := range logis.Follow(ctx, home, client.FollowOptions{After: &asked.Requested.Seq, Devices: []string{lamp}}) {
		if err != nil {
			return err
		}
		for _, twin := range news.Twins {
			if p := twin.Properties["onOff"]; p.Reported != nil && string(p.Reported.Value) == "true" {
				return nil // the lamp itself says so
			}
		}
	}
	return ctx.Err()
}

func TestTheExampleOfTheReadmeRuns(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	own, err := os.ReadFile("client_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(readme), "<!-- example -->\n```go\n")
	example, _, found := strings.Cut(example, "```")
	if !found || !strings.Contains(string(own), example) {
		t.Fatal("README.md shows another example than the one that runs here")
	}
	s := apitest.Start(t, pgtest.New(t))
	lamp := s.Device("light", "Lamp")
	token, _ := s.Token()
	done := make(chan error, 1)
	go func() { done <- lightOn(t.Context(), s.URL, token, lamp.String()) }()
	news := client.New(s.URL, token)
	for heard, err := range news.Follow(t.Context(), s.Home.String(), client.FollowOptions{After: new(int64), Types: []string{"command.requested"}}) {
		if err != nil || len(heard.Events) != 1 {
			t.Fatalf("%+v %v", heard, err)
		}
		break
	}
	s.Turn(lamp, true) // as the lamp's gateway would
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestAStreamThatIsCutGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	s := apitest.Start(t, pgtest.New(t))
	lamp := s.Device("light", "Lamp")
	token, end := s.Token()
	c := client.New(s.URL, token)
	const events = 30
	var last int64
	seen := 0
	for news, err := range c.Follow(t.Context(), s.Home.String(), client.FollowOptions{After: new(int64)}) {
		if err != nil {
			t.Fatal(err)
		}
		for _, ev := range news.Events {
			if ev.Seq != last+1 {
				t.Fatalf("event %d after %d", ev.Seq, last)
			}
			last = ev.Seq
		}
		if seen++; seen == events {
			break
		}
		if seen%10 == 0 {
			s.Cut()
		}
		s.Turn(lamp, seen%2 == 0)
	}
	end()
	for _, err := range c.Follow(t.Context(), s.Home.String(), client.FollowOptions{}) {
		var refused *client.Problem
		if !errors.As(err, &refused) || refused.Status != 401 {
			t.Errorf("ended by %v", err)
		}
	}
}

func TestAStreamEndsWithItsToken(t *testing.T) {
	t.Parallel()
	s := apitest.Start(t, pgtest.New(t))
	token, end := s.Token()
	ended := false
	for _, err := range client.New(s.URL, token).Follow(t.Context(), s.Home.String(), client.FollowOptions{After: new(int64)}) {
		if err == nil && !ended {
			ended = true
			end()
			continue
		}
		var refused *client.Problem
		if !errors.As(err, &refused) || refused.Status != 401 {
			t.Errorf("ended by %v", err)
		}
	}
	if !ended {
		t.Error("heard nothing")
	}
}

func TestARefusalSaysWhy(t *testing.T) {
	t.Parallel()
	s := apitest.Start(t, pgtest.New(t))
	lamp := s.Device("light", "Lamp").String()
	token, _ := s.Token()
	c := client.New(s.URL+"/", token)
	var refused *client.Problem
	_, err := c.Ask(t.Context(), s.Home.String(), lamp, client.NewKey(), client.Order{Set: map[string]any{"onOff": 7, "loudness": 1}})
	if !errors.As(err, &refused) || refused.Status != 422 || len(refused.Errors) == 0 {
		t.Errorf("%v %+v", err, refused)
	}
	if _, err := c.Tokens(t.Context()); !errors.As(err, &refused) || refused.Status != 403 {
		t.Errorf("a token that asks for tokens: %v", err)
	}
	if _, err := client.New("http://127.0.0.1:1", "").Homes(t.Context()); err == nil || errors.As(err, &refused) && refused.Status == 0 {
		t.Errorf("nobody there: %v", err)
	}
}
