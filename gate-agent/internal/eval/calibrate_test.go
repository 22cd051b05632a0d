package eval

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/openstile/stile/shared/face"
)

func TestLineThrough(t *testing.T) {
	l := lineThrough([]point{{3, 0.3}, {4, 0.4}, {5, 0.53}, {6, 0.6}})
	if math.Abs(l.slope-0.103) > 1e-9 || math.Abs(l.worst-0.021) > 1e-3 {
		t.Errorf("got %+v, want slope 0.103, and 0.021 to the worst point", l)
	}
}

// crowd is strangers, references and frames of their owners as a recogniser
// would see them: random directions, and frames near their references.
func crowd(references, strangers int) trial {
	const dim = 32
	r := rand.New(rand.NewPCG(1, 1))
	direction := func() face.Vector {
		v := make(face.Vector, dim)
		for i := range v {
			v[i] = float32(r.NormFloat64())
		}
		return face.Normalise(v)
	}
	var t trial
	for i := range references {
		v := direction()
		t.gallery = append(t.gallery, v)
		for range 2 {
			seen := face.Fuse(v, v, direction())
			t.probes = append(t.probes, probe{"", i, seen})
		}
	}
	for range strangers {
		v := direction()
		t.probes = append(t.probes, probe{"", -1, v})
	}
	return t
}

func TestCalibrate(t *testing.T) {
	people := crowd(160, 1000)
	answers, err := people.identify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c, err := people.calibrate(answers)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Validate(); err != nil {
		t.Error(err)
	}
	// The line must give back the thresholds that it was fitted to.
	strangers := nonMated(answers)
	for _, fpir := range []float64{0.1, 0.03, 0.01} {
		got, want := c.Threshold(len(people.gallery), fpir, 0), threshold(strangers, fpir)
		if math.Abs(float64(got-want)) > c.Worst+1e-6 || c.Worst > 0.03 {
			t.Errorf("at FPIR %v the line gives %.3f, measured %.3f, worst %.3f", fpir, got, want, c.Worst)
		}
	}
	// Random references lie to each other as random frames to them.
	if math.Abs(c.Crowd) > 0.03 {
		t.Errorf("crowd is %.3f", c.Crowd)
	}
	if got := c.Shift(nearestOthers(people.gallery)); got > 1e-6 {
		t.Errorf("shift of the calibration's own gallery is %v", got)
	}
	if c.Ceiling != c.Mated[len(c.Mated)-1].Score || math.Abs(c.Missed(c.Ceiling)-ceilingMissed) > 0.01 {
		t.Errorf("ceiling %.3f misses %.3f, quantiles %v", c.Ceiling, c.Missed(c.Ceiling), c.Mated)
	}
	if _, err := crowd(40, 1000).calibrate(nil); err == nil {
		t.Error("40 references are enough")
	}
}

func TestCloser(t *testing.T) {
	right, wrong := closer([]answer{
		{correct: true, mated: true, score: 0.8, second: 0.3},
		{correct: true, mated: true, score: 0.6, second: 0.57},
		{correct: true, mated: true, score: 0.4, second: 0.39}, // below the threshold anyway
		{mated: true, score: 0.5, second: 0.48},
		{score: 0.6, second: 0.2},
		{score: 0.5, second: 0.47},
	}, 0.5, 0.05)
	if right != 0.5 || math.Abs(wrong-2./3) > 1e-9 {
		t.Errorf("%v of the right and %v of the wrong, want 1/2 and 2/3", right, wrong)
	}
}

func TestEnough(t *testing.T) {
	var people []Person
	for range leastReferences {
		people = append(people, Person{Photos: make([]string, 3)})
	}
	if Enough(people, 1) == nil {
		t.Error("no strangers are enough")
	}
	for range leastStrangers {
		people = append(people, Person{Photos: make([]string, 1)})
	}
	if err := Enough(people, 1); err != nil {
		t.Error(err)
	}
	if Enough(people, 2) == nil {
		t.Error("80 mated probes are enough")
	}
}
