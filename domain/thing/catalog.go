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
	count        atomic.Int32      // of described, about
}

// ErrUnknownModel is wrapped by the errors of Describe.
var ErrUnknownModel = errors.New("unknown model")

// maxCapabilities bounds how many capabilities a device may add to its kind: the
// best equipped one known has five.
const maxCapabilities = 8

// maxDescribed bounds the combinations kept in memory: homes share a few hundred.
const maxDescribed = 2048

// Standard returns the embedded models. The error names the file at fault; a
// release never has one, a test checks.
//
//nolint:gochecknoglobals // made once and never changed: the documents are the program's own
var Standard = sync.OnceValues(func() (*Catalog, error) { return load(files) })

// Extended returns the embedded models and those of more, which lie in the same
// folders and may refer to the embedded capabilities. The error names the document
// at fault; one that takes the name of another is.
func Extended(more fs.FS) (*Catalog, error) { return load(files, more) }

func load(sources ...fs.FS) (*Catalog, error) {
	capabilities, kinds := map[string]document{}, map[string]document{}
	for _, source := range sources {
		if err := readAll(source, "models/capabilities", capabilities); err != nil {
			return nil, err
		}
		if err := readAll(source, "models/kinds", kinds); err != nil {
			return nil, err
		}
	}
	c := &Catalog{kinds: map[string]*Model{}, capabilities: map[string]*Model{}}
	var err error
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

// readAll adds the documents of a folder.
func readAll(files fs.FS, dir string, documents map[string]document) error {
	entries, err := fs.ReadDir(files, dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		text, err := fs.ReadFile(files, path.Join(dir, entry.Name()))
		if err != nil {
			return err
		}
		d, err := parseDocument(text)
		if err != nil {
			return fmt.Errorf("%s: %w", entry.Name(), err)
		}
		if name := strings.TrimSuffix(entry.Name(), ".tm.json"); name != d.Kind {
			return fmt.Errorf("%s: logis:kind is %q", entry.Name(), d.Kind)
		}
		if _, taken := documents[d.Kind]; taken {
			return fmt.Errorf("%s: there is a model of this name", entry.Name())
		}
		documents[d.Kind] = d
	}
	return nil
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
// be and do. Neither the order of capabilities nor their repetition changes it,
// and of an affordance that several name the kind's own wins. The error wraps
// ErrUnknownModel.
func (c *Catalog) Describe(kind string, capabilities []string) (*Model, error) {
	base, ok := c.kinds[kind]
	if !ok {
		return nil, fmt.Errorf("kind %q: %w", kind, ErrUnknownModel)
	}
	if len(capabilities) == 0 {
		return base, nil
	}
	if len(capabilities) > maxCapabilities {
		return nil, fmt.Errorf("%d capabilities, more than %d: %w", len(capabilities), maxCapabilities, ErrUnknownModel)
	}
	names := slices.Compact(slices.Sorted(slices.Values(capabilities)))
	for _, name := range names { // before the key is made: a name with a plus in it could be another's key
		if c.capabilities[name] == nil {
			return nil, fmt.Errorf("capability %q: %w", name, ErrUnknownModel)
		}
	}
	key := kind + "+" + strings.Join(names, "+")
	if m, ok := c.described.Load(key); ok {
		return m.(*Model), nil //nolint:forcetypeassert // only *Model is stored, below
	}
	m := *base
	m.Properties, m.Actions, m.Events = maps.Clone(m.Properties), maps.Clone(m.Actions), maps.Clone(m.Events)
	for _, name := range names {
		capability := c.capabilities[name]
		addMissing(m.Properties, capability.Properties)
		addMissing(m.Actions, capability.Actions)
		addMissing(m.Events, capability.Events)
	}
	c.remember(key, &m)
	return &m, nil
}

// remember keeps a description. When there are too many it forgets them all: the
// common ones are back at once, and a hostile gateway that asks for every
// combination can neither make memory grow nor keep the common ones out.
func (c *Catalog) remember(key string, m *Model) {
	if c.count.Add(1) > maxDescribed {
		c.described.Clear()
		c.count.Store(1)
	}
	c.described.Store(key, m)
}

// addMissing keeps what into already says of an affordance.
func addMissing[V any](into, from map[string]V) {
	for name, v := range from {
		if _, ok := into[name]; !ok {
			into[name] = v
		}
	}
}
