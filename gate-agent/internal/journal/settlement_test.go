package journal

import (
	"strings"
	"testing"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

func TestSettlement(t *testing.T) {
	// A step is a verb and an admission.
	for name, c := range map[string]struct {
		steps, want string
	}{
		"a claim has not ended":               {"claim a", ""},
		"confirmed":                           {"claim a, confirm a", "a+"},
		"given back":                          {"claim a, release a", "a-"},
		"given back, and taken by another":    {"claim a, release a, claim b, confirm b", "a- b+"},
		"given back, and taken again":         {"claim a, release a, claim a", ""},
		"taken again, and confirmed":          {"claim a, release a, claim a, confirm a", "a+"},
		"confirmed, and claimed again":        {"claim a, confirm a, claim a", "a+"},
		"another's is not ended":              {"claim a, confirm b, release b", ""},
		"heard":                               {"claim a, confirm a, heard +a", ""},
		"another end was heard":               {"claim a, confirm a, heard -a", "a+"},
		"survives a restart":                  {"claim a, confirm a, restart", "a+"},
		"what was heard survives a restart":   {"claim a, confirm a, heard +a, restart", ""},
		"nobody asks for it after the event":  {"claim a, confirm a, prune other", ""},
		"the event that is served is not old": {"claim a, confirm a, prune gala", "a+"},
	} {
		t.Run(name, func(t *testing.T) {
			path := journalPath(t)
			j := open(t, path, Config{})
			for step := range strings.SplitSeq(c.steps, ", ") {
				verb, arg, _ := strings.Cut(step, " ")
				a := checkin.AdmissionID(strings.Trim(arg, "+-"))
				var err error
				switch verb {
				case "claim":
					_, _, err = j.Claim(t.Context(), "gala", "c1", wire.Claim{Admission: a, At: start})
				case "confirm":
					err = j.ConfirmClaim(t.Context(), "gala", "c1", a)
				case "release":
					err = j.ReleaseClaim(t.Context(), "gala", "c1", a)
				case "heard":
					err = j.MarkSettled(t.Context(), Settlement{"gala", "c1", wire.Claim{Admission: a, At: start, Confirmed: arg[0] == '+'}})
				case "prune":
					err = j.Prune(t.Context(), checkin.EventID(arg))
				case "restart":
					j.Close()
					j = open(t, path, Config{})
				}
				if err != nil {
					t.Fatalf("%s: %v", step, err)
				}
			}
			all, err := j.Unsettled(t.Context(), 10)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, s := range all {
				sign := "-"
				if s.Claim.Confirmed {
					sign = "+"
				}
				got = append(got, string(s.Claim.Admission)+sign)
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("unsettled %q, want %q", got, c.want)
			}
		})
	}
}

func TestOpenClaims(t *testing.T) {
	path := journalPath(t)
	j := open(t, path, Config{})
	claim := func(credential checkin.CredentialID, a checkin.AdmissionID) {
		t.Helper()
		if _, _, err := j.Claim(t.Context(), "gala", credential, wire.Claim{Admission: a, At: start}); err != nil {
			t.Fatal(err)
		}
	}
	admitted, passed := admission("gala"), admission("gala")
	walked := passage("gala")
	walked.Passage.Admission = passed.Admission.ID
	mustAppend(t, j, admitted, passed, walked)
	claim("bare", "a-bare")
	claim("admitted", admitted.Admission.ID)
	claim("passed", passed.Admission.ID)
	claim("confirmed", "a-confirmed")
	if err := j.ConfirmClaim(t.Context(), "gala", "confirmed", "a-confirmed"); err != nil {
		t.Fatal(err)
	}
	j.Close()

	all, err := open(t, path, Config{}).OpenClaims(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := map[checkin.CredentialID]OpenClaim{}
	for _, c := range all {
		got[c.Credential] = c
	}
	if c := got["bare"]; len(got) != 3 || c.Claim.Admission != "a-bare" || c.Admission != nil || c.Passage != nil {
		t.Errorf("bare: %+v of %d", c, len(got))
	}
	if c := got["admitted"]; c.Admission == nil || c.Admission.ID != admitted.Admission.ID || c.Passage != nil {
		t.Errorf("admitted: %+v", c)
	}
	if c := got["passed"]; c.Admission == nil || c.Passage == nil || c.Passage.ID != walked.Passage.ID {
		t.Errorf("passed: %+v", c)
	}
}
