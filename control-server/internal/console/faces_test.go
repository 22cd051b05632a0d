package console

import (
	"testing"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

func TestFacesOf(t *testing.T) {
	policy := func(fpir float64) checkin.Policy {
		return checkin.Policy{Match: checkin.MatchIdentify, FPIR: fpir}
	}
	for _, row := range []struct {
		name     string
		policy   checkin.Policy
		manifest *wire.Manifest
		want     faces
	}{
		{"tickets only", checkin.Policy{Match: checkin.MatchNone, FPIR: 0.003}, &wire.Manifest{Faces: 5}, faces{}},
		{"closed", policy(0.003), nil, faces{}},
		{"nobody", policy(0.003), &wire.Manifest{}, faces{Used: true, Armed: true, Allowed: "0.3\u00a0%", Missed: "0.96\u00a0%"}},
		{"ordinary", policy(0.003), &wire.Manifest{Faces: 2318}, faces{Used: true, Armed: true, Count: 2318, Allowed: "0.3\u00a0%", Missed: "4.5\u00a0%"}},
		{"a stricter policy", policy(0.0001), &wire.Manifest{Faces: 2318}, faces{Used: true, Count: 2318, Allowed: "0.01\u00a0%", Missed: "28\u00a0%"}},
		{"a laxer one", policy(0.03), &wire.Manifest{Faces: 2318}, faces{Used: true, Armed: true, Count: 2318, Allowed: "3\u00a0%", Missed: "2.7\u00a0%"}},
		{"more people", policy(0.003), &wire.Manifest{Faces: 12000}, faces{Used: true, Count: 12000, Allowed: "0.3\u00a0%", Missed: "13\u00a0%"}},
		{"alike people", policy(0.003), &wire.Manifest{Faces: 2318, Crowd: wire.Crowd{Shift: 0.04, LookAlikes: 7}},
			faces{Used: true, Count: 2318, LookAlikes: 7, Alike: true, Allowed: "0.3\u00a0%", Missed: "11\u00a0%"}},
	} {
		if got := facesOf(row.policy, row.manifest, calibration); got != row.want {
			t.Errorf("%s: %+v, want %+v", row.name, got, row.want)
		}
	}
}
