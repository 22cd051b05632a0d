package checkin

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
)

// refused checks that err is about field and says value.
func refused(t *testing.T, err error, field, value string) {
	t.Helper()
	var e *Error
	switch {
	case field == "" && err == nil:
	case field == "":
		t.Errorf("refused: %v", err)
	case !errors.As(err, &e):
		t.Errorf("accepted, or not an Error: %v", err)
	case e.Code != CodeInvalid || e.Field != field || !strings.Contains(e.Message, value):
		t.Errorf("%s error of field %q: %s; want field %q and %q in the message", e.Code, e.Field, e.Message, field, value)
	}
}

// A moment whose year has five digits once it is written in UTC.
var endOfTime = time.Date(9999, 12, 31, 23, 59, 0, 0, time.FixedZone("", -3600))

func goodEvent() Event {
	return Event{
		ID: "concert", Name: "Concert", Doors: now, Starts: now.Add(time.Hour), Ends: now.Add(4 * time.Hour), Policy: DefaultPolicy,
	}
}

func TestEventValidate(t *testing.T) {
	for _, row := range []struct {
		name         string
		change       func(*Event)
		field, value string
	}{
		{"good", func(*Event) {}, "", ""},
		{"doors at the start", func(e *Event) { e.Starts = e.Doors }, "", ""},
		{"31 days", func(e *Event) { e.Ends = e.Doors.Add(31 * 24 * time.Hour) }, "", ""},
		{"id with a slash", func(e *Event) { e.ID = "a/b" }, "id", `"a/b"`},
		{"no name", func(e *Event) { e.Name = " \t" }, "name", "has 0"},
		{"long name", func(e *Event) { e.Name = strings.Repeat("x", 121) }, "name", "has 121"},
		{"no doors", func(e *Event) { e.Doors = time.Time{} }, "doors", "needed"},
		{"starts before doors", func(e *Event) { e.Starts = ago(time.Second) }, "starts", "2026-06-01T18:59:59Z"},
		{"ends at the start", func(e *Event) { e.Ends = e.Starts }, "ends", "2026-06-01T20:00:00Z"},
		{"more than 31 days", func(e *Event) { e.Ends = e.Doors.Add(31*24*time.Hour + time.Second) }, "ends", "2026-07-02T19:00:01Z"},
		{"ends after all years", func(e *Event) { e.Ends = endOfTime }, "ends", "9999-12-31"},
		{"doors before all years", func(e *Event) { e.Doors = time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC) }, "doors", "-0001"},
		{"policy", func(e *Event) { e.Policy.Match = "verify" }, "policy.match", `"verify"`},
	} {
		t.Run(row.name, func(t *testing.T) {
			e := goodEvent()
			row.change(&e)
			refused(t, e.Validate(), row.field, row.value)
		})
	}
}

func TestPolicyValidate(t *testing.T) {
	for _, row := range []struct {
		policy       Policy
		field, value string
	}{
		{DefaultPolicy, "", ""},
		{Policy{MatchNone, LivenessOff, OfflineDeny, 0.1}, "", ""},
		{Policy{MatchIdentify, LivenessWarn, OfflineAdmit, 0.0001}, "", ""},
		{Policy{"", LivenessOff, OfflineDeny, 0.1}, "policy.match", `""`},
		{Policy{MatchNone, "maybe", OfflineDeny, 0.1}, "policy.liveness", `"maybe"`},
		{Policy{MatchNone, LivenessOff, "yes", 0.1}, "policy.offline", `"yes"`},
		{Policy{MatchNone, LivenessOff, OfflineDeny, 0}, "policy.fpir", "0"},
		{Policy{MatchNone, LivenessOff, OfflineDeny, 0.2}, "policy.fpir", "0.2"},
		{Policy{MatchNone, LivenessOff, OfflineDeny, -0.1}, "policy.fpir", "-0.1"},
		{Policy{MatchNone, LivenessOff, OfflineDeny, math.NaN()}, "policy.fpir", "NaN"},
	} {
		t.Run(fmt.Sprint(row.policy), func(t *testing.T) {
			refused(t, row.policy.Validate(), row.field, row.value)
		})
	}
}

func goodConsent() *Consent {
	return &Consent{TextVersion: "1", TextHash: strings.Repeat("0a", 32), Language: "de", Channel: "portal", Given: now}
}

func TestConsentValidate(t *testing.T) {
	for _, row := range []struct {
		name         string
		change       func(*Consent)
		field, value string
	}{
		{"good", func(*Consent) {}, "", ""},
		{"a platform's clock is ahead", func(c *Consent) { c.Given = now.Add(5 * time.Minute) }, "", ""},
		{"no text", func(c *Consent) { c.TextVersion = "" }, "consent.text_version", "has 0"},
		{"long version", func(c *Consent) { c.TextVersion = strings.Repeat("1", 65) }, "consent.text_version", "has 65"},
		{"no hash", func(c *Consent) { c.TextHash = "" }, "consent.text_hash", `""`},
		{"short hash", func(c *Consent) { c.TextHash = "0a" }, "consent.text_hash", `"0a"`},
		{"upper-case hash", func(c *Consent) { c.TextHash = strings.Repeat("0A", 32) }, "consent.text_hash", `"0A0A`},
		{"no language", func(c *Consent) { c.Language = "" }, "consent.language", `""`},
		{"long language", func(c *Consent) { c.Language = strings.Repeat("d", 36) }, "consent.language", `"ddd`},
		{"no channel", func(c *Consent) { c.Channel = "" }, "consent.channel", "has 0"},
		{"long channel", func(c *Consent) { c.Channel = strings.Repeat("c", 65) }, "consent.channel", "has 65"},
		{"never given", func(c *Consent) { c.Given = time.Time{} }, "consent.given", "needed"},
		{"given tomorrow", func(c *Consent) { c.Given = now.Add(24 * time.Hour) }, "consent.given", "2026-06-02"},
		{"given before all years", func(c *Consent) { c.Given = time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC) }, "consent.given", "0000-01-01"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := goodConsent()
			row.change(c)
			refused(t, c.Validate(now), row.field, row.value)
		})
	}
}

func TestPushValidate(t *testing.T) {
	ticket := []Ticket{{Secret: "T1"}}
	photo := []byte("photo")
	for _, row := range []struct {
		name         string
		push         Push
		field, value string
	}{
		{"a ticket", Push{PlatformID: "p", Tickets: ticket}, "", ""},
		{"a photo with consent", Push{PlatformID: "p", Photo: photo, Consent: goodConsent()}, "", ""},
		{"no id", Push{Tickets: ticket}, "platform_id", "has 0"},
		{"long id", Push{PlatformID: strings.Repeat("p", 129), Tickets: ticket}, "platform_id", "has 129"},
		{"nothing", Push{PlatformID: "p"}, "tickets", "at least one"},
		{"21 tickets", Push{PlatformID: "p", Tickets: make([]Ticket, 21)}, "tickets", "21 tickets"},
		{"no secret", Push{PlatformID: "p", Tickets: []Ticket{{}}}, "tickets.secret", "has 0"},
		{"long secret", Push{PlatformID: "p", Tickets: []Ticket{{Secret: strings.Repeat("s", 513)}}}, "tickets.secret", "has 513"},
		{"backward window", Push{PlatformID: "p", Tickets: []Ticket{{Secret: "T1", ValidFrom: now.Add(5 * time.Hour)}}}, "tickets.valid_until", "2026-06-01T23:00:00Z"},
		{"valid after all years", Push{PlatformID: "p", Tickets: []Ticket{{Secret: "T1", ValidUntil: endOfTime}}}, "tickets.valid_until", "9999-12-31"},
		{"valid before all years", Push{PlatformID: "p", Tickets: []Ticket{{Secret: "T1", ValidFrom: time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC)}}}, "tickets.valid_from", "-0001"},
		{"a photo without consent", Push{PlatformID: "p", Tickets: ticket, Photo: photo}, "consent", "needed with a photo"},
		{"bad consent", Push{PlatformID: "p", Tickets: ticket, Consent: &Consent{}}, "consent.text_version", "has 0"},
	} {
		t.Run(row.name, func(t *testing.T) {
			refused(t, row.push.Validate(goodEvent(), now), row.field, row.value)
		})
	}
}

func TestTicketWindowDefaultsToTheEvent(t *testing.T) {
	e, early, late := goodEvent(), ago(time.Hour), now.Add(8*time.Hour)
	for _, row := range []struct{ ticket, want Ticket }{
		{Ticket{}, Ticket{ValidFrom: e.Doors, ValidUntil: e.Ends}},
		{Ticket{ValidFrom: early}, Ticket{ValidFrom: early, ValidUntil: e.Ends}},
		{Ticket{ValidUntil: late}, Ticket{ValidFrom: e.Doors, ValidUntil: late}},
	} {
		if from, until := row.ticket.Window(e); from != row.want.ValidFrom || until != row.want.ValidUntil {
			t.Errorf("%+v: %s to %s", row.ticket, from, until)
		}
	}
}

func TestCheckID(t *testing.T) {
	for _, id := range []string{"a", "0", "north", "gate-1", "019078a0-1b2c-7def-8123-456789abcdef", strings.Repeat("x", 63)} {
		refused(t, CheckID("gate", GateID(id)), "", "")
	}
	for _, id := range []string{
		"", "-a", "a-", "A", "a.b", "a b", "a*", "a>", "a/b", "..", "ä", "a\n", "a\x00", strings.Repeat("x", 64),
	} {
		refused(t, CheckID("gate", GateID(id)), "gate", fmt.Sprintf("%q", id))
	}
}

func FuzzCheckID(f *testing.F) {
	f.Add("gate-1")
	f.Add("a.b")
	f.Fuzz(func(t *testing.T, id string) {
		if CheckID("id", id) == nil && (strings.ContainsAny(id, ".*> /\\$\n\x00") || len(id) > 63 || id == "") {
			t.Fatalf("%q would break a subject, a key or a path", id)
		}
	})
}

func TestErrorCode(t *testing.T) {
	for _, row := range []struct {
		err  error
		want Code
		text string
	}{
		{Invalid("name", "%q is bad", "x"), CodeInvalid, `name: "x" is bad`},
		{Errorf(CodeNotFound, "no event %q", "x"), CodeNotFound, `no event "x"`},
		{fmt.Errorf("read: %w", Errorf(CodeConflict, "closed")), CodeConflict, "read: closed"},
		{errors.New("disk"), CodeInternal, "disk"},
	} {
		if got := ErrorCode(row.err); got != row.want || row.err.Error() != row.text {
			t.Errorf("%v: %s, want %s and %q", row.err, got, row.want, row.text)
		}
	}
}
