package zwavejs_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"logis/domain/thing"
	"logis/edge/radio"
	"logis/edge/radio/radiotest"
)

// colorNode is node 2, a lamp whose colour is read in three parts.
func colorNode() string {
	texts := []string{
		`{"commandClass":38,"endpoint":0,"property":"currentValue","metadata":{"type":"number"},"value":99}`,
		`{"commandClass":38,"endpoint":0,"property":"targetValue","metadata":{"type":"number"}}`,
		`{"commandClass":51,"endpoint":0,"property":"targetColor","metadata":{"type":"any"}}`,
	}
	for key, v := range map[int]int{2: 51, 3: 255, 4: 51} {
		texts = append(texts, fmt.Sprintf(
			`{"commandClass":51,"endpoint":0,"property":"currentColor","propertyKey":%d,"metadata":{"type":"number"},"value":%d}`, key, v))
	}
	return anyNode(2, true, texts...)
}

func TestAColourIsNeverHalfOfBeforeAnOrderAndHalfOfAfterIt(t *testing.T) {
	t.Parallel()
	server := newMimic(t, controllerNode, colorNode())
	var mu sync.Mutex
	pale, withhold, withheld := "51", false, make(chan string, 1)
	server.answers(func(command string, q request) string {
		mu.Lock()
		defer mu.Unlock()
		green := strings.Contains(string(q.ValueID), `"propertyKey":3`)
		switch {
		case command == "node.set_value":
			pale = "153"
			return `{"result":{"status":254}}`
		case strings.Contains(string(q.ValueID), `"commandClass":38`):
			return `{"value":99}`
		case green && withhold:
			withhold = false
			withheld <- q.MessageID
			return ""
		case green:
			return `{"value":255}`
		}
		return `{"value":` + pale + `}`
	})
	h := server.open()
	h.UntilValue(t, at(2), "currentHue", "120")
	h.Forget()
	mu.Lock()
	withhold = true
	mu.Unlock()
	server.told(2, `"commandClass":51,"endpoint":0,"property":"currentColor","propertyKey":2`, "60") // so it is asked
	late := <-withheld

	id, err := h.OrderWithin(patience*3, radio.Order{Address: at(2), Set: values{"currentSaturation": "40"}})
	if err != nil {
		t.Fatal(err)
	}
	h.WantConfirmed(t, id, values{"currentSaturation": "40", "currentHue": "120"}) // both are made of what was read
	polls := server.count("node.poll_value")
	server.say(fmt.Sprintf(`{"type":"result","success":true,"messageId":%q,"result":{"value":255}}`, late))
	const rest, again = 1, 4 // of that reading, and another one with the level
	radiotest.Eventually(t, "it is asked again", func() bool { return server.count("node.poll_value") >= polls+rest+again })
	if hues := h.ToldOf(at(2), "currentHue"); slices.ContainsFunc(hues, func(v thing.Value) bool { return v != "120" }) {
		t.Errorf("the hue was told to be %v, want 120 always", hues)
	}
}
