package thing

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

//go:embed models
var files embed.FS

// Catalog holds the models Logis knows. It is safe for concurrent use.
type Catalog struct {
	kinds        map[string]*Model // by kind
	capabilities map[string]*Model // by capability name
	described    sync.Map          // "kind+cap+cap" -> *Model
	count        atomic.Int32      // of described
}

// ErrUnknownModel is wrapped by the errors of Describe.
var ErrUnknownModel = errors.New("unknown model")

// maxCapabilities bounds how many capabilities a device may add to its kind, so
// that the descriptions kept in memory stay few.
const maxCapabilities = 8

// maxDescribed bounds the combinations kept in memory.
const maxDescribed = 2048

// Standard returns the embedded models. The error names the file at fault; a
// release never has one, a test checks.
//
//nolint:gochecknoglobals // made once and never changed: the documents are the program's own
var Standard = sync.OnceValues(func() (*Catalog, error) { return load(files) })

func load(files fs.FS) (*Catalog, error) {
	capabilities, err := readAll(files, "models/capabilities")
	if err != nil {
		return nil, err
	}
	kinds, err := readAll(files, "models/kinds")
	if err != nil {
		return nil, err
	}
	c := &Catalog{kinds: map[string]*Model{}, capabilities: map[string]*Model{}}
	for name, d := range capabilities {
		if c.capabilities[name], err = d.model(); err != nil {
			return nil, fmt.Errorf("capability %s: %w", name, err)
		}
	}
	for name, d := range kinds {
		if err := d.resolve(capabilities); err != nil {
			return nil, fmt.Errorf("kind %s: %w", name, err)
		}
		if c.kinds[name], err = d.model(); err != nil {
			return nil, fmt.Errorf("kind %s: %w", name, err)
		}
	}
	return c, nil
}

func readAll(files fs.FS, dir string) (map[string]document, error) {
	entries, err := fs.ReadDir(files, dir)
	if err != nil {
		return nil, err
	}
	documents := make(map[string]document, len(entries))
	for _, entry := range entries {
		text, err := fs.ReadFile(files, path.Join(dir, entry.Name()))
		if err != nil {
			return nil, err
		}
		d, err := parseDocument(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", entry.Name(), err)
		}
		if name := strings.TrimSuffix(entry.Name(), ".tm.json"); name != d.Kind {
			return nil, fmt.Errorf("%s: logis:kind is %q", entry.Name(), d.Kind)
		}
		documents[d.Kind] = d
	}
	return documents, nil
}

// Kinds returns the model of every kind, ordered by kind.
func (c *Catalog) Kinds() []*Model {
	models := slices.Collect(maps.Values(c.kinds))
	slices.SortFunc(models, func(a, b *Model) int { return strings.Compare(a.Kind, b.Kind) })
	return models
}

// Capabilities returns the names of the capabilities in order.
func (c *Catalog) Capabilities() []string { return sortedKeys(c.capabilities) }

// Describe returns what a device of the kind with the further capabilities can
// be and do. The order and repetition of capabilities do not matter. The error
// wraps ErrUnknownModel.
func (c *Catalog) Describe(kind string, capabilities []string) (*Model, error) {
	base, ok := c.kinds[kind]
	if !ok {
		return nil, fmt.Errorf("kind %q: %w", kind, ErrUnknownModel)
	}
	if len(capabilities) == 0 {
		return base, nil
	}
	names := slices.Compact(slices.Sorted(slices.Values(capabilities)))
	if len(names) > maxCapabilities {
		return nil, fmt.Errorf("%d capabilities, more than %d: %w", len(names), maxCapabilities, ErrUnknownModel)
	}
	key := kind + "+" + strings.Join(names, "+")
	if m, ok := c.described.Load(key); ok {
		return m.(*Model), nil //nolint:forcetypeassert // only *Model is stored, below
	}
	m := *base
	m.Properties, m.Actions, m.Events = maps.Clone(m.Properties), maps.Clone(m.Actions), maps.Clone(m.Events)
	for _, name := range names {
		capability, ok := c.capabilities[name]
		if !ok {
			return nil, fmt.Errorf("capability %q: %w", name, ErrUnknownModel)
		}
		addMissing(m.Properties, capability.Properties)
		addMissing(m.Actions, capability.Actions)
		addMissing(m.Events, capability.Events)
	}
	return c.remember(key, &m), nil
}

// remember keeps a description unless there are too many: homes share a few
// hundred combinations, and a hostile gateway must not make memory grow.
func (c *Catalog) remember(key string, m *Model) *Model {
	if c.count.Load() < maxDescribed {
		if _, known := c.described.LoadOrStore(key, m); !known {
			c.count.Add(1)
		}
	}
	return m
}

// addMissing keeps what the kind itself says of an affordance.
func addMissing[V any](into, from map[string]V) {
	for name, v := range from {
		if _, ok := into[name]; !ok {
			into[name] = v
		}
	}
}
