package vision

import "testing"

func TestBareCountsAndRepeats(t *testing.T) {
	for _, backend := range backends {
		_, a := open(t, backend)
		frame := sample(t, 3)
		want, err := a.Features(nil, frame, detect(t, a, frame)[0])
		if err != nil {
			t.Fatal(err)
		}
		bare := a.Bare()
		faces := detect(t, a, frame)
		again, err := a.Features(nil, frame, faces[0])
		if err != nil {
			t.Fatal(err)
		}
		runs := bare.Take()
		if runs != (Runs{Detector: 1, Landmarks: (1 + refinements) * len(faces), Recogniser: 2}) {
			t.Errorf("%s: %+v for %d faces", backend, runs, len(faces))
		}
		for i := range want {
			if want[i] != again[i] {
				t.Fatalf("%s: counting changes the template", backend)
			}
		}
		if err := bare.Repeat(runs); err != nil {
			t.Error(err)
		}
		if left := bare.Take(); left != (Runs{}) {
			t.Errorf("%s: repeated runs are counted: %+v", backend, left)
		}
	}
}
