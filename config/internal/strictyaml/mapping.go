package strictyaml

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/botpenguin-exporter/botpenguin_exporter/internal/suggest"
)

// Entry is a key of a mapping with its value. Errors at the key have the path
// of the mapping.
type Entry struct {
	Name       string
	Key, Value Value
}

// Unknown reports a key that is not one of the known ones. It is shown only if it
// resembles one: any other may be a secret in a wrong place.
func (e Entry) Unknown(known []string) {
	if instead, ok := e.Key.doc.Instead[e.Name]; ok {
		e.Key.Errorf("unknown key %q, want %s", e.Name, instead)
		return
	}
	if meant, ok := suggest.Nearest(e.Name, known); ok {
		e.Key.Errorf("unknown key %q, did you mean %q?", e.Name, meant)
		return
	}
	e.Key.Errorf("unknown key, want one of %s", strings.Join(known, ", "))
}

// Entries returns the keys and values of a mapping in the order of the file,
// and whether v is a mapping.
func (v Value) Entries() ([]Entry, bool) {
	if !v.is(yaml.MappingNode) {
		return nil, false
	}
	return v.entries(), true
}

func (v Value) entries() []Entry {
	all := make([]Entry, 0, len(v.node.Content)/2)
	for i := 0; i+1 < len(v.node.Content); i += 2 {
		key, value := v.node.Content[i], v.node.Content[i+1]
		all = append(all, Entry{
			Name:  key.Value,
			Key:   Value{doc: v.doc, node: key, path: v.path},
			Value: Value{doc: v.doc, node: value, path: v.path.key(key.Value)},
		})
	}
	return all
}

// Lookup returns the value of one key of a mapping, whatever its other keys
// are, and whether v is a mapping with that key.
func (v Value) Lookup(key string) (Value, bool) {
	all, _ := v.Entries()
	i := slices.IndexFunc(all, func(e Entry) bool { return e.Name == key })
	if i < 0 {
		return Value{}, false
	}
	return all[i].Value, true
}

// Mapping is a mapping whose keys are known. The zero Mapping has no keys, and
// requires none.
type Mapping struct {
	of     Value
	values map[string]Value
}

// Mapping returns a mapping that may have the known keys, and whether v is a
// mapping. Other keys are reported.
func (v Value) Mapping(known ...string) (Mapping, bool) {
	all, ok := v.Entries()
	if !ok {
		return Mapping{}, false
	}
	m := Mapping{of: v, values: make(map[string]Value, len(all))}
	for _, e := range all {
		if !slices.Contains(known, e.Name) {
			e.Unknown(known)
			continue
		}
		m.values[e.Name] = e.Value
	}
	return m, true
}

// Get returns the value of a key, and whether the mapping has the key.
func (m Mapping) Get(key string) (Value, bool) {
	v, ok := m.values[key]
	return v, ok
}

// Has reports whether the mapping has a key.
func (m Mapping) Has(key string) bool {
	_, ok := m.values[key]
	return ok
}

// Require reports those of the keys that the mapping does not have.
func (m Mapping) Require(keys ...string) {
	if m.values == nil {
		return // no mapping, reported
	}
	for _, key := range keys {
		if !m.Has(key) {
			m.of.Errorf("%s is missing", key)
		}
	}
}
