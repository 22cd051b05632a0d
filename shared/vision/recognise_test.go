package vision

import (
	"image"
	"sync"
	"testing"

	"github.com/openstile/stile/shared/face"
)

var backends = []string{BackendONNXRuntime, BackendOpenCV}

// faceCounts are the faces of the six sample pictures, 22 in all.
var faceCounts = []int{3, 3, 3, 4, 5, 4}

func TestDetectsEveryFace(t *testing.T) {
	for _, backend := range backends {
		t.Run(backend, func(t *testing.T) {
			_, a := open(t, backend)
			for i, want := range faceCounts {
				faces := detect(t, a, sample(t, i+1))
				if len(faces) != want {
					t.Errorf("sample %d: %d faces, want %d", i+1, len(faces), want)
				}
				for j := 1; j < len(faces); j++ {
					if area(faces[j].Box) > area(faces[j-1].Box) {
						t.Errorf("sample %d: face %d is larger than the one before", i+1, j)
					}
				}
			}
		})
	}
}

func TestEnginesAgree(t *testing.T) {
	_, a := open(t, BackendONNXRuntime)
	_, b := open(t, BackendOpenCV)
	least := face.Score(1)
	for i := range faceCounts {
		f := sample(t, i+1)
		for _, found := range detect(t, a, f) {
			va, err := a.Features(nil, f, found)
			if err != nil {
				t.Fatal(err)
			}
			vb, err := b.Features(nil, f, found)
			if err != nil {
				t.Fatal(err)
			}
			least = min(least, face.Alike(va, vb))
			la, err := a.Liveness(f, found)
			if err != nil {
				t.Fatal(err)
			}
			lb, err := b.Liveness(f, found)
			if err != nil {
				t.Fatal(err)
			}
			if la-lb > 0.01 || lb-la > 0.01 {
				t.Errorf("sample %d: liveness is %.3f and %.3f", i+1, la, lb)
			}
		}
	}
	if least < 0.999 {
		t.Errorf("least cosine between the engines' templates is %.5f, want 0.999", least)
	}
	t.Logf("least cosine between the engines' templates: %.6f", least)
}

// The woman on the right of sample 1 is the one in the middle of sample 3;
// every other pair of faces is of two persons.
func TestSamePersonAndStrangers(t *testing.T) {
	m, a := open(t, "")
	type person struct {
		picture int
		centre  image.Point
		v       face.Vector
	}
	var people []person
	for i := range faceCounts {
		f := sample(t, i+1)
		for _, found := range detect(t, a, f) {
			measures, err := a.Measure(f, found)
			if err != nil {
				t.Fatal(err)
			}
			if len(measures.Reasons(ForLane)) > 0 {
				continue
			}
			v, err := a.Features(nil, f, found)
			if err != nil {
				t.Fatal(err)
			}
			people = append(people, person{i + 1, centre(found.Box), v})
		}
	}
	if len(people) < 20 {
		t.Fatalf("%d faces are fit for a lane, want 20 of 22 or more", len(people))
	}
	isShe := func(p person) bool {
		return p.picture == 1 && p.centre.X > 1300 || p.picture == 3 && p.centre.X > 900 && p.centre.X < 1400
	}
	for i, p := range people {
		for _, q := range people[:i] {
			score := face.Alike(p.v, q.v)
			switch threshold := m.Calibration().Threshold(1, 0.01, 0); {
			case isShe(p) && isShe(q):
				t.Logf("same person: %.3f", score)
				if score < 0.55 || score < threshold {
					t.Errorf("the same person scores %.3f", score)
				}
			case score > 0.45:
				t.Errorf("strangers in samples %d and %d score %.3f", q.picture, p.picture, score)
			}
		}
	}
}

func TestLiveness(t *testing.T) {
	_, a := open(t, "")
	f := sample(t, 1)
	for i, found := range detect(t, a, f) {
		p, err := a.Liveness(f, found)
		if err != nil {
			t.Fatal(err)
		}
		if p < 0.8 || p > 1 {
			t.Errorf("face %d of an ordinary photo: bona fide with %.2f", i, p)
		}
	}
}

func TestAnalysersInParallel(t *testing.T) {
	for _, backend := range backends {
		t.Run(backend, func(t *testing.T) {
			m, a := open(t, backend)
			f := sample(t, 3)
			want, err := a.Features(nil, f, detect(t, a, f)[0])
			if err != nil {
				t.Fatal(err)
			}
			var wg sync.WaitGroup
			for range 3 {
				wg.Go(func() {
					own, err := m.NewAnalyser()
					if err != nil {
						t.Error(err)
						return
					}
					defer own.Close()
					for range 3 {
						faces, err := own.Detect(f)
						if err != nil || len(faces) == 0 {
							t.Errorf("%d faces, error %v", len(faces), err)
							return
						}
						v, err := own.Features(nil, f, faces[0])
						if err != nil {
							t.Error(err)
							return
						}
						if score := face.Alike(v, want); score < 0.9999 {
							t.Errorf("another template than alone: cosine %.5f", score)
						}
					}
				})
			}
			wg.Wait()
		})
	}
}

func TestMalformedFrame(t *testing.T) {
	_, a := open(t, "")
	for _, f := range []Frame{{}, {Width: 10, Height: 10}, {Width: 2, Height: 2, Pix: make([]byte, 11)}, {Width: -1, Height: -1, Pix: make([]byte, 3)}} {
		if _, err := a.Detect(f); err == nil {
			t.Errorf("%dx%d with %d bytes: no error", f.Width, f.Height, len(f.Pix))
		}
	}
}
