package checkin

import (
	"strings"
	"testing"
	"time"
)

var now = time.Date(2026, 6, 1, 19, 0, 0, 0, time.UTC)

func ago(d time.Duration) time.Time { return now.Add(-d) }

// Each row says who stands there, under which policy, and what follows. An
// empty word is the ordinary case: an open event, online, identify, refuse,
// ticket offline, a live and known person with one valid ticket, seen just now.
func TestDecide(t *testing.T) {
	for _, row := range []struct {
		means   Means
		verdict Verdict
		twist   string
		outcome Outcome
		reason  Reason
	}{
		{MeansFace, VerdictKnown, "", Admitted, ReasonGranted},
		{MeansTicket, VerdictKnown, "", Admitted, ReasonGranted},

		{MeansFace, VerdictUnknown, "", Denied, ReasonNoMatch},
		{MeansFace, VerdictAmbiguous, "", Denied, ReasonAmbiguous},
		{MeansFace, VerdictLookAlike, "", Denied, ReasonLookAlike},
		{MeansFace, "", "", Denied, ReasonNoMatch},
		{MeansTicket, VerdictUnknown, "", Denied, ReasonUnknownTicket},
		{MeansTicket, VerdictAmbiguous, "", Denied, ReasonUnknownTicket},
		{MeansTicket, "", "", Denied, ReasonUnknownTicket},

		{MeansFace, VerdictKnown, "no event", Denied, ReasonNoEvent},
		{MeansTicket, VerdictKnown, "no event", Denied, ReasonNoEvent},
		{MeansTicket, VerdictUnknown, "no event", Denied, ReasonNoEvent},
		{MeansFace, VerdictKnown, "closed", Denied, ReasonEventClosed},
		{MeansTicket, VerdictUnknown, "closed", Denied, ReasonEventClosed},
		{MeansFace, VerdictUnknown, "closed", Denied, ReasonNoMatch},

		{MeansFace, VerdictKnown, "seen 700ms ago", Admitted, ReasonGranted},
		{MeansFace, VerdictKnown, "seen 701ms ago", Denied, ReasonStale},
		{MeansTicket, VerdictKnown, "seen 701ms ago", Denied, ReasonStale},

		{MeansFace, VerdictKnown, "match none", Denied, ReasonFaceOff},
		{MeansTicket, VerdictKnown, "match none", Admitted, ReasonGranted},

		{MeansFace, VerdictKnown, "not live", Denied, ReasonAttack},
		{MeansFace, VerdictKnown, "not live, liveness warn", Admitted, ReasonGranted},
		{MeansFace, VerdictKnown, "not live, liveness off", Admitted, ReasonGranted},
		{MeansTicket, VerdictKnown, "not live", Admitted, ReasonGranted},

		{MeansFace, VerdictKnown, "offline", Denied, ReasonOffline},
		{MeansTicket, VerdictKnown, "offline", Admitted, ReasonGranted},
		{MeansTicket, VerdictUnknown, "offline", Denied, ReasonUnknownTicket},
		{MeansFace, VerdictKnown, "offline, offline admit", Admitted, ReasonGranted},
		{MeansTicket, VerdictKnown, "offline, offline admit", Admitted, ReasonGranted},
		{MeansFace, VerdictKnown, "offline, offline deny", Denied, ReasonOffline},
		{MeansTicket, VerdictKnown, "offline, offline deny", Denied, ReasonOffline},
		{MeansTicket, VerdictKnown, "offline, offline unheard-of", Denied, ReasonOffline},

		{MeansFace, VerdictKnown, "no tickets", Denied, ReasonNoTicket},
		{MeansFace, VerdictKnown, "valid from now", Admitted, ReasonGranted},
		{MeansFace, VerdictKnown, "valid later", Denied, ReasonOutsideWindow},
		{MeansFace, VerdictKnown, "valid until now", Denied, ReasonOutsideWindow},
		{MeansTicket, VerdictKnown, "valid later", Denied, ReasonOutsideWindow},
		{MeansFace, VerdictKnown, "expired and a valid one", Admitted, ReasonGranted},
	} {
		t.Run(strings.Join([]string{string(row.means), string(row.verdict), row.twist}, " "), func(t *testing.T) {
			s, p := situation(t, row.means, row.verdict, row.twist)
			d := Decide(now, s, p)
			if d.Outcome != row.outcome || d.Reason != row.reason {
				t.Errorf("%s, %s; want %s, %s", d.Outcome, d.Reason, row.outcome, row.reason)
			}
			if admitted := d.Outcome == Admitted; admitted != (d.Credential.ID == "ticket") {
				t.Errorf("%s with credential %q", d.Outcome, d.Credential.ID)
			}
			if suspect := row.twist == "not live, liveness warn"; d.Suspect != suspect {
				t.Errorf("suspect %v, want %v", d.Suspect, suspect)
			}
		})
	}
}

func situation(t *testing.T, means Means, verdict Verdict, twists string) (Standing, Presentation) {
	t.Helper()
	s := Standing{Event: Event{ID: "concert", Policy: DefaultPolicy}, Served: true, Online: true}
	ticket := Credential{ID: "ticket", Holder: "holder", ValidFrom: ago(time.Hour), ValidUntil: now.Add(time.Hour)}
	p := Presentation{
		Means: means, Seen: now, Verdict: verdict, Live: true, Holder: "holder", Credentials: []Credential{ticket},
	}
	policy, credential := &s.Event.Policy, &p.Credentials[0]
	for twist := range strings.SplitSeq(twists, ", ") {
		switch twist {
		case "":
		case "no event":
			s.Served = false
		case "closed":
			s.Event.Closed = ago(time.Minute)
		case "offline":
			s.Online = false
		case "not live":
			p.Live = false
		case "match none":
			policy.Match = MatchNone
		case "liveness warn", "liveness off":
			policy.Liveness = LivenessMode(strings.TrimPrefix(twist, "liveness "))
		case "offline admit", "offline deny", "offline unheard-of":
			policy.Offline = OfflineMode(strings.TrimPrefix(twist, "offline "))
		case "seen 700ms ago":
			p.Seen = ago(700 * time.Millisecond)
		case "seen 701ms ago":
			p.Seen = ago(701 * time.Millisecond)
		case "no tickets":
			p.Credentials = nil
		case "valid from now":
			credential.ValidFrom = now
		case "valid later":
			credential.ValidFrom = now.Add(time.Second)
		case "valid until now":
			credential.ValidUntil = now
		case "expired and a valid one":
			p.Credentials = []Credential{{ID: "expired", ValidFrom: ago(2 * time.Hour), ValidUntil: ago(time.Hour)}, ticket}
		default:
			t.Fatalf("unknown twist %q", twist)
		}
	}
	return s, p
}

// Whatever is shown, nobody is admitted without a verdict, an open event, a
// fresh frame and a ticket that is valid now.
func FuzzDecide(f *testing.F) {
	f.Add("face", "known", true, true, true, int64(0), int64(-1), int64(1), "identify", "refuse", "ticket")
	f.Add("ticket", "known", true, false, false, int64(700e6), int64(0), int64(0), "none", "warn", "admit")
	f.Fuzz(func(t *testing.T, means, verdict string, served, online, live bool, age, from, until int64, match, liveness, offline string) {
		s := Standing{Served: served, Online: online, Event: Event{
			Policy: Policy{Match: MatchMode(match), Liveness: LivenessMode(liveness), Offline: OfflineMode(offline)},
		}}
		c := Credential{ID: "ticket", ValidFrom: now.Add(time.Duration(from)), ValidUntil: now.Add(time.Duration(until))}
		p := Presentation{
			Means: Means(means), Seen: ago(time.Duration(age)), Verdict: Verdict(verdict), Live: live, Credentials: []Credential{c},
		}
		d := Decide(now, s, p)
		if again := Decide(now, s, p); again != d {
			t.Fatalf("%+v, and then %+v", d, again)
		}
		if d.Outcome == Denied {
			if d.Reason == ReasonGranted || d.Reason == "" || d.Credential != (Credential{}) {
				t.Fatalf("denied as %+v", d)
			}
			return
		}
		if d.Outcome != Admitted || d.Reason != ReasonGranted || d.Credential != c {
			t.Fatalf("neither admitted nor denied: %+v", d)
		}
		if p.Verdict != VerdictKnown || !served || now.Sub(p.Seen) > Freshness || !c.ValidAt(now) {
			t.Fatalf("admitted: %+v in %+v", p, s)
		}
		if p.Means == MeansFace && (s.Event.Policy.Match == MatchNone || !live && s.Event.Policy.Liveness == LivenessRefuse) {
			t.Fatalf("admitted a face: %+v in %+v", p, s)
		}
		if !online && !worksOffline(s.Event.Policy.Offline, p.Means) {
			t.Fatalf("admitted offline: %+v in %+v", p, s)
		}
	})
}
