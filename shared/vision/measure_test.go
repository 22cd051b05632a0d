package vision

import (
	"math"
	"slices"
	"testing"
)

// A head of average proportions, seen from afar: where its five points are, in
// distances between the eyes to the right, down and towards the camera.
var head = [5][3]float64{{-0.5, 0, 0}, {0.5, 0, 0}, {0, 0.556, 0.5}, {-0.4, 1.1, 0}, {0.4, 1.1, 0}}

// posed turns the head by angles in degrees.
func posed(yaw, pitch, roll float64) (points [5]Point) {
	sin, cos := math.Sin, math.Cos
	yaw, pitch, roll = yaw*math.Pi/180, pitch*math.Pi/180, roll*math.Pi/180
	for i, p := range head {
		x, y, z := p[0], p[1]*cos(pitch)+p[2]*sin(pitch), p[2]*cos(pitch)-p[1]*sin(pitch)
		x = x*cos(yaw) + z*sin(yaw)
		points[i] = Point{100 + 60*(x*cos(roll)-y*sin(roll)), 100 + 60*(x*sin(roll)+y*cos(roll))}
	}
	return points
}

func TestPose(t *testing.T) {
	for _, want := range [][3]float64{
		{0, 0, 0}, {30, 0, 0}, {-30, 0, 0}, {0, 25, 0}, {0, -25, 0}, {0, 0, 40}, {0, 0, -40}, {25, 0, 20}, {0, 20, 30},
	} {
		yaw, pitch, roll := pose(posed(want[0], want[1], want[2]))
		for i, got := range []float64{yaw, pitch, roll} {
			if math.Abs(got-math.Abs(want[i])) > 5 {
				t.Errorf("a head at %v is measured at %.0f, %.0f, %.0f", want, yaw, pitch, roll)
				break
			}
		}
	}
}

func TestReasons(t *testing.T) {
	good := Measures{EyeDistance: 60, Sharpness: 0.1, Contrast: 40, Visible: 1}
	for _, tt := range []struct {
		name            string
		change          func(*Measures)
		enrolment, lane []string
	}{
		{"nothing", func(*Measures) {}, nil, nil},
		{"chin in the air", func(m *Measures) { m.Pitch = 48 }, []string{"chin_up_or_down"}, nil},
		{"looks at the ceiling", func(m *Measures) { m.Pitch = 60 }, []string{"chin_up_or_down"}, []string{"chin_up_or_down"}},
		{"blinks", func(m *Measures) { m.EyesClosed = 1 }, []string{"eyes_closed"}, nil},
		{"nobody knows how far", func(m *Measures) { m.EyeDistance = math.NaN() }, []string{"too_small"}, []string{"too_small"}},
		{"far away", func(m *Measures) { m.EyeDistance = 25 }, []string{"too_small"}, nil},
	} {
		m := good
		tt.change(&m)
		if got := codes(m.Reasons(ForEnrolment)); !slices.Equal(got, tt.enrolment) {
			t.Errorf("%s: reasons for enrolment are %v, want %v", tt.name, got, tt.enrolment)
		}
		if got := codes(m.Reasons(ForLane)); !slices.Equal(got, tt.lane) {
			t.Errorf("%s: reasons for a lane are %v, want %v", tt.name, got, tt.lane)
		}
		if q := m.Quality(); len(tt.enrolment) > 0 && !(q < good.Quality()) {
			t.Errorf("%s: quality is %.2f, no less than a good face's", tt.name, q)
		}
	}
}
