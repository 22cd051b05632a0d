package console

import (
	"strconv"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/face"
	"github.com/openstile/stile/shared/wire"
)

// faces is what the event's policy comes to in its gallery: whether lanes look
// for faces, and how often that fails.
type faces struct {
	Used       bool // the event uses faces, and has a gallery
	Armed      bool
	Count      int
	LookAlikes int
	Alike      bool   // the people are more alike than usual
	Allowed    string // share of strangers that may be taken for somebody
	Missed     string // share of single looks that do not recognise who is enrolled
}

func facesOf(policy checkin.Policy, m *wire.Manifest, c face.Calibration) faces {
	if m == nil || policy.Match != checkin.MatchIdentify {
		return faces{}
	}
	return faces{
		Used: true, Armed: c.Attainable(m.Faces, policy.FPIR, m.Shift), Count: m.Faces,
		LookAlikes: m.LookAlikes, Alike: m.Shift >= noticeable, Allowed: percent(policy.FPIR),
		Missed: percent(c.Missed(c.Threshold(m.Faces, policy.FPIR, m.Shift))),
	}
}

// noticeable is the shift from which a page mentions it.
const noticeable = 0.01

// percent writes a share with the two digits that count.
func percent(share float64) string {
	if share >= 0.1 {
		return strconv.FormatFloat(100*share, 'f', 0, 64) + "\u00a0%"
	}
	return strconv.FormatFloat(100*share, 'g', 2, 64) + "\u00a0%"
}
