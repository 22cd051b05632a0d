package vision

import (
	"slices"
	"testing"
)

func TestWipeLeavesNothing(t *testing.T) {
	for _, backend := range backends {
		t.Run(backend, func(t *testing.T) {
			_, a := open(t, backend)
			f := scene(t, a, 1280, 720)
			probe := look(t, a, f, nil)
			if _, err := a.Enrol(f); err != nil {
				t.Fatal(err)
			}
			want := slices.Clone(probe)
			a.Wipe()
			for i, s := range a.steps() {
				if some(s.net.input()) || some(s.net.output(0)) {
					t.Errorf("network %d still has something of the face", i)
				}
			}
			for i, m := range a.pictures() {
				if m.Empty() {
					continue
				}
				pix, err := m.DataPtrUint8()
				if err != nil {
					t.Fatal(err)
				}
				if some(pix) {
					t.Errorf("buffer %d still has pixels", i)
				}
			}
			if some(a.luma) || a.faces[:1][0] != (Face{}) {
				t.Error("the face is still known")
			}
			if again := look(t, a, f, nil); !slices.Equal(probe, want) || !slices.Equal(again, want) {
				t.Error("it is not the same face afterwards")
			}
		})
	}
}

func some[T byte | float32](values []T) bool {
	return slices.ContainsFunc(values, func(v T) bool { return v != 0 })
}
