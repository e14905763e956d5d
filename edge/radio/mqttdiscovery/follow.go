package mqttdiscovery

import (
	"maps"
	"slices"
	"strings"
)

// follows says which devices follow which topics.
type follows struct {
	exact map[string]map[*unit]bool
	wild  map[string]map[*unit]bool // topics with wildcards
}

func newFollows() follows {
	return follows{exact: map[string]map[*unit]bool{}, wild: map[string]map[*unit]bool{}}
}

func (f *follows) table(topic string) map[string]map[*unit]bool {
	if strings.Contains(topic, "+") {
		return f.wild
	}
	return f.exact
}

// set makes a device follow these topics and no others. It returns the topics
// that nobody follows any more.
func (f *follows) set(u *unit, topics []string) (abandoned []string) {
	for _, table := range []map[string]map[*unit]bool{f.exact, f.wild} {
		for topic, units := range table {
			if units[u] && !slices.Contains(topics, topic) {
				delete(units, u)
				if len(units) == 0 {
					delete(table, topic)
					abandoned = append(abandoned, topic)
				}
			}
		}
	}
	for _, topic := range topics {
		table := f.table(topic)
		if table[topic] == nil {
			table[topic] = map[*unit]bool{}
		}
		table[topic][u] = true
	}
	slices.Sort(abandoned)
	return abandoned
}

// of returns the devices that follow a topic.
func (f *follows) of(topic string) []*unit {
	found := map[*unit]bool{}
	maps.Copy(found, f.exact[topic])
	for filter, units := range f.wild {
		if matches(filter, topic) {
			maps.Copy(found, units)
		}
	}
	return slices.Collect(maps.Keys(found))
}
