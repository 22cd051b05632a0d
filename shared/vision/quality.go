package vision

import (
	"math"

	"github.com/openstile/stile/shared/checkin"
)

// Use is what a face is measured for.
type Use int

// A stored template is compared for weeks, so enrolment is strict. A lane sees
// the next frame in 30 ms and only skips what cannot be recognised.
const (
	ForLane Use = iota
	ForEnrolment
)

// criterion is one limit on the Measures. limit is the worst value for each Use;
// good is where more brings nothing. A limit above good is an upper limit.
type criterion struct {
	reason checkin.QualityReason
	value  func(Measures) float64
	limit  [2]float64 // by Use
	good   float64
}

// criteria were set on 4,570 news pictures of one person each, of 2,250 people.
// Each limit for enrolment stands where looking at the pictures beyond it showed
// what its hint says; together they pass 96.4 % of the pictures, and those for a
// lane 98.8 %. With sharpness 0.012 a template still has cosine 0.95 with its sharp
// self, with 0.005 about 0.8. The recogniser's own grid has 35 pixels between the
// eyes. Alignment undoes a tilt, but the detector misses faces beyond the limit.
// Five of six pictures beyond the limit for closed eyes show eyes that are shut
// or screwed up; at a lane they only make a frame weigh less, because the next
// one has them open.
var criteria = []criterion{
	{
		reason: checkin.QualityReason{Code: "too_small", Hint: "Come closer to the camera."},
		value:  func(m Measures) float64 { return m.EyeDistance },
		limit:  [2]float64{20, 32}, good: 60,
	},
	{
		reason: checkin.QualityReason{Code: "cropped", Hint: "Move until your whole face is in the picture."},
		value:  func(m Measures) float64 { return m.Visible },
		limit:  [2]float64{0.85, 0.95}, good: 1,
	},
	{
		reason: checkin.QualityReason{Code: "turned_away", Hint: "Look straight at the camera."},
		value:  func(m Measures) float64 { return m.Yaw },
		limit:  [2]float64{44, 40}, good: 10,
	},
	{
		reason: checkin.QualityReason{Code: "chin_up_or_down", Hint: "Hold your head level, with the camera at the height of your eyes."},
		value:  func(m Measures) float64 { return m.Pitch },
		limit:  [2]float64{50, 45}, good: 20,
	},
	{
		reason: checkin.QualityReason{Code: "tilted", Hint: "Hold your head upright."},
		value:  func(m Measures) float64 { return m.Roll },
		limit:  [2]float64{90, 50}, good: 20,
	},
	{
		reason: checkin.QualityReason{Code: "eyes_closed", Hint: "Keep your eyes open."},
		value:  func(m Measures) float64 { return m.EyesClosed },
		limit:  [2]float64{2, 0.997}, good: 0.7,
	},
	{
		reason: checkin.QualityReason{Code: "too_dark", Hint: "Move into the light."},
		value:  func(m Measures) float64 { return m.UnderExposed },
		limit:  [2]float64{0.6, 0.5}, good: 0.3,
	},
	{
		reason: checkin.QualityReason{Code: "too_bright", Hint: "Move out of the strong light."},
		value:  func(m Measures) float64 { return m.OverExposed },
		limit:  [2]float64{0.4, 0.3}, good: 0.1,
	},
	{
		reason: checkin.QualityReason{Code: "low_contrast", Hint: "Find more and more even light, and clean the lens."},
		value:  func(m Measures) float64 { return m.Contrast },
		limit:  [2]float64{8, 15}, good: 35,
	},
	{
		reason: checkin.QualityReason{Code: "blurred", Hint: "Hold still, and clean the lens."},
		value:  func(m Measures) float64 { return m.Sharpness },
		limit:  [2]float64{0.005, 0.012}, good: 0.04,
	},
}

// Reasons returns what makes the face unfit for a use, most important first;
// none if it is fit.
func (m Measures) Reasons(use Use) []checkin.QualityReason {
	var reasons []checkin.QualityReason
	for _, c := range criteria {
		if c.share(m, use) < 0 {
			reasons = append(reasons, c.reason)
		}
	}
	return reasons
}

// Quality weighs a face among others: 1 where every measure is good, 0 where
// one is at its limit for a lane.
func (m Measures) Quality() checkin.Quality {
	quality := 1.0
	for _, c := range criteria {
		quality *= min(max(c.share(m, ForLane), 0), 1)
	}
	return checkin.Quality(quality)
}

// leastWeight is what the poorest frame that is fit for a lane counts.
const leastWeight = 0.05

// Weight is how much a frame that is fit for a lane counts among others of the
// same face: its Quality, and never nothing.
func (m Measures) Weight() float64 { return max(float64(m.Quality()), leastWeight) }

// share is where the value stands between its limit (0) and good (1). What is no
// number is beyond the limit.
func (c criterion) share(m Measures, use Use) float64 {
	share := (c.value(m) - c.limit[use]) / (c.good - c.limit[use])
	if math.IsNaN(share) {
		return -1
	}
	return share
}
