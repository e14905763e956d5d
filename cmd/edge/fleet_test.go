package main

import (
	"strings"
	"testing"

	"logis/domain"
	"logis/domain/call"
	"logis/edge/health"
	"logis/edge/identity"
	"logis/edge/link/linktest"
	"logis/edge/local"
	"logis/wire"
)

// What doctor and logs say in the home, the cloud can see, and nothing of it is a
// secret: not the claim, not a password of a radio, not a client's token.
func TestTheCloudSeesAGatewaysHealthAndItsLog(t *testing.T) {
	t.Parallel()
	cloud := linktest.NewCloud(t)
	dir := paired(t, cloud)
	_, token, err := local.AddClient(dir, "Panel", true)
	if err != nil {
		t.Fatal(err)
	}
	const password = "canary-of-the-broker"
	broker := strings.Replace(away(t), "http://", "mqtt://user:"+password+"@", 1)
	serveHome(t, dir, "--zigbee2mqtt", broker)
	until(t, dir, "the radio gave up", func(r *health.Report) bool {
		return connected(r) && len(r.Agent.Radios) == 2 && r.Agent.Radios[1].Restarts > 0
	})
	cloud.Configure(2, domain.Configuration{LogLevel: domain.LogDebug})

	var report call.HealthReport
	if err := cloud.Ask(call.Health, call.Nothing{}, &report); err != nil {
		t.Fatal(err)
	}
	levels := map[string]call.Level{}
	for _, f := range report.Findings {
		levels[f.Check] = f.Level
	}
	if report.Version != version || levels["radio simulated"] != call.Fine || levels["radio zigbee"] == call.Fine || levels["cloud"] != call.Fine {
		t.Errorf("%+v", report)
	}
	var clients call.ClientList
	if err := cloud.Ask(call.Clients, call.Nothing{}, &clients); err != nil || len(clients.Clients) != 1 {
		t.Errorf("%v, %+v", err, clients)
	}
	if err := cloud.Ask(call.EndClient, call.ClientEnd{ID: clients.Clients[0].ID}, &call.Nothing{}); err != nil {
		t.Error(err)
	}

	var page call.LogPage
	if err := cloud.Ask(call.Logs, call.LogsQuery{Lines: call.MaxLines}, &page); err != nil || page.Cut {
		t.Fatal(err)
	}
	id, err := identity.Read(dir + "/identity.json")
	if err != nil {
		t.Fatal(err)
	}
	_, secret, _ := strings.Cut(token, ".")
	all := ""
	for _, line := range page.Lines {
		all += line.Text + "\n"
	}
	for what, canary := range map[string]string{
		"the claim": cloud.Claim.String(), "a password": password, "a token": secret, "the key": string(id.Seed), "a name": "Panel",
	} {
		if strings.Contains(all, canary) {
			t.Errorf("the log holds %s:\n%s", what, all)
		}
	}
	for _, part := range []string{"connected to the cloud", "a radio ended", "a client is ended"} {
		if !strings.Contains(all, part) {
			t.Errorf("the log does not tell %q:\n%s", part, all)
		}
	}
}

// The whole way of a configuration on a real agent: wanted, told, and shown by
// status and doctor where the gateway is.
func TestWhatTheCloudWantsIsShownAtTheGateway(t *testing.T) {
	t.Parallel()
	cloud := linktest.NewCloud(t)
	dir := paired(t, cloud)
	serveHome(t, dir)
	until(t, dir, "it is connected", connected)
	cloud.Configure(7, domain.Configuration{RadiosOff: []string{"bluetooth"}})
	cloud.Wait("it is rolled back", func(entries []wire.Entry) bool {
		told := linktest.Configured(entries)
		return len(told) > 0 && told[0].To == 7 && told[0].Event == "rolled_back"
	})
	code, out, _ := say(t, "", nil, "doctor", "--data", dir)
	if code != exitOK || !strings.Contains(out, "Version 7 from the cloud was rolled back: this gateway has no radio") {
		t.Errorf("code %d, %q", code, out)
	}
}
