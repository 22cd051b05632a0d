package firmware

import (
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/openstile/stile/shared/strict"
)

//go:embed boards/*.yaml wirings/*.yaml
var files embed.FS

// Load returns the profile of a board. An unknown name is an error that lists
// the known ones.
func Load(name string) (Profile, error) {
	p, err := load[Profile]("boards", name)
	p.Name = name
	return p, err
}

// LoadWiring returns a wiring. An unknown name is an error that lists the known
// ones.
func LoadWiring(name string) (Wiring, error) {
	w, err := load[Wiring]("wirings", name)
	w.Name = name
	return w, err
}

// Names lists the boards, sorted.
func Names() []string { return names("boards") }

// WiringNames lists the wirings, sorted.
func WiringNames() []string { return names("wirings") }

func names(dir string) []string {
	entries, err := files.ReadDir(dir)
	if err != nil {
		panic(err) // the folder is part of this binary
	}
	var out []string
	for _, e := range entries {
		out = append(out, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	return out
}

func load[T interface{ validate() error }](dir, name string) (T, error) {
	var zero T
	if known := names(dir); !slices.Contains(known, name) {
		return zero, fmt.Errorf("unknown %s %q; known: %s",
			strings.TrimSuffix(dir, "s"), name, strings.Join(known, ", "))
	}
	file := path.Join(dir, name+".yaml")
	data, err := files.ReadFile(file)
	if err != nil {
		return zero, err
	}
	return decode[T](file, data)
}

func decode[T interface{ validate() error }](file string, data []byte) (T, error) {
	var v, zero T
	if err := strict.Decode(file, data, &v); err != nil {
		return zero, err
	}
	if err := v.validate(); err != nil {
		return zero, fmt.Errorf("%s: %w", file, err)
	}
	return v, nil
}
