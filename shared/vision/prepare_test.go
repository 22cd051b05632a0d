package vision

import (
	"slices"
	"testing"
)

func TestPreparation(t *testing.T) {
	pixels := []byte{1, 2, 3, 11, 12, 13} // blue, green, red, twice
	for _, tt := range []struct {
		colours string
		want    []float32
	}{
		{"bgr", []float32{-9, 1, -8, 2, -7, 3}},
		{"rgb", []float32{-7, 3, -8, 2, -9, 1}},
		{"grey", []float32{-8, 2}},
	} {
		p := newPreparation(Input{Colours: tt.colours, Mean: 5.5, Scale: 2})
		got := make([]float32, len(tt.want))
		if err := p.fill(got, pixels); err != nil {
			t.Fatal(err)
		}
		for i := range got {
			got[i] = got[i]/2 - 4.5 // back to the value less ten
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s gives %v, want %v", tt.colours, got, tt.want)
		}
		if err := p.fill(got[1:], pixels); err == nil {
			t.Errorf("%s: a wrong length is no error", tt.colours)
		}
	}
	row := []float32{1, 2, 3, 4, 5, 6}
	if mirror(row, 3); !slices.Equal(row, []float32{3, 2, 1, 6, 5, 4}) {
		t.Errorf("mirrored rows are %v", row)
	}
}
