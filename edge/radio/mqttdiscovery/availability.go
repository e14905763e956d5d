package mqttdiscovery

// availability says how a device tells whether it is there.
type availability struct {
	entries []availabilityEntry
	mode    string // "all", "any", or "latest" for whatever was said last
}

type availabilityEntry struct {
	topic    string
	yes, no  string
	template *template
}

// readAvailability reads the availability of an entity.
func readAvailability(f fields) (availability, error) {
	a := availability{mode: f.text("availability_mode")}
	add := func(from fields, topicKey, templateKey string) error {
		entry := availabilityEntry{
			topic: from.topic(topicKey), yes: from.payload("payload_available", "online"), no: from.payload("payload_not_available", "offline"),
		}
		var err error
		if entry.template, err = from.template(templateKey); err != nil {
			return err
		}
		if entry.topic != "" && len(a.entries) < maxEntities {
			a.entries = append(a.entries, entry)
		}
		return nil
	}
	list, isList := f["availability"].([]any)
	if one, ok := f["availability"].(map[string]any); ok {
		list, isList = []any{one}, true
	}
	if !isList {
		return a, add(f, "availability_topic", "availability_template")
	}
	for _, item := range list {
		entry, ok := objectOf(item)
		if !ok {
			continue
		}
		if err := add(entry, "topic", "value_template"); err != nil {
			return a, err
		}
	}
	return a, nil
}

// presence is what an availability has heard.
type presence struct {
	availability
	said map[int]bool // by entry
	last bool
}

// hear takes in a message.
func (p *presence) hear(r *reading) {
	for i, entry := range p.entries {
		if !matches(entry.topic, r.topic) {
			continue
		}
		said, ok := r.text(entry.template)
		if !ok || said != entry.yes && said != entry.no {
			continue
		}
		if p.said == nil {
			p.said = map[int]bool{}
		}
		p.said[i], p.last = said == entry.yes, said == entry.yes
	}
}

// available reports whether the device is there; known is false while nothing was
// said that decides it.
func (p *presence) available() (is, known bool) {
	if len(p.entries) == 0 {
		return true, true
	}
	there := 0
	for _, said := range p.said {
		if said {
			there++
		}
	}
	switch p.mode {
	case "all":
		return there == len(p.entries), len(p.said) == len(p.entries) || there < len(p.said)
	case "any":
		return there > 0, there > 0 || len(p.said) == len(p.entries)
	}
	return p.last, len(p.said) > 0
}
