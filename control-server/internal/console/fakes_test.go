package console

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/openstile/stile/control-server/internal/live"
	"github.com/openstile/stile/control-server/internal/web"
	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/face"
	"github.com/openstile/stile/shared/wire"
)

var evening = time.Date(2026, 6, 20, 19, 30, 0, 0, time.UTC)

const (
	password = "correct horse"
	token    = "3f1c-session"
)

// operators knows one operator.
type operators struct{ out bool }

func (o *operators) Login(_ context.Context, name, pass, _ string) (string, checkin.Operator, error) {
	if name != "mara" || pass != password {
		return "", checkin.Operator{}, checkin.Errorf(checkin.CodeUnauthorised, "The name or the password is wrong.")
	}
	return token, checkin.Operator{ID: "op-1", Name: "mara"}, nil
}

func (o *operators) Operator(_ context.Context, t string) (checkin.Operator, error) {
	if t != token || o.out {
		return checkin.Operator{}, checkin.Errorf(checkin.CodeUnauthorised, "no session")
	}
	return checkin.Operator{ID: "op-1", Name: "mara"}, nil
}

func (o *operators) Logout(context.Context, string) error { o.out = true; return nil }

// venue answers from its fields; what a test orders goes to the functions.
type venue struct {
	events []checkin.Event
	counts checkin.Counts
	gates  []checkin.Gate
	purge  PurgeReport
	crowd  wire.Crowd
	faces  int

	addGate    func(name string, event checkin.EventID, actor string) (checkin.Gate, string, time.Time, error)
	newCode    func(checkin.GateID, string) (string, time.Time, error)
	assignGate func(checkin.GateID, checkin.EventID, string) error
	revokeGate func(checkin.GateID, string) error
	closeEvent func(checkin.EventID, string) error
}

func (v *venue) Events(context.Context) ([]checkin.Event, error) { return v.events, nil }

func (v *venue) Event(_ context.Context, id checkin.EventID) (checkin.Event, error) {
	for _, e := range v.events {
		if e.ID == id {
			return e, nil
		}
	}
	return checkin.Event{}, checkin.Errorf(checkin.CodeNotFound, "there is no event %q", string(id))
}

func (v *venue) Counts(context.Context, checkin.EventID) (checkin.Counts, error) {
	return v.counts, nil
}

func (v *venue) Manifest(ctx context.Context, id checkin.EventID) (wire.Manifest, error) {
	if e, err := v.Event(ctx, id); err != nil || !e.Closed.IsZero() {
		return wire.Manifest{}, checkin.Errorf(checkin.CodeNotFound, "there is no gallery")
	}
	return wire.Manifest{Event: id, Epoch: 1, Version: 2431, Faces: v.faces, Tickets: 6020, Crowd: v.crowd}, nil
}

func (v *venue) CloseEvent(_ context.Context, id checkin.EventID, actor string) error {
	return v.closeEvent(id, actor)
}

func (v *venue) PurgeReport(context.Context, checkin.EventID) (PurgeReport, error) {
	return v.purge, nil
}

func (v *venue) Gates(context.Context) ([]checkin.Gate, error) { return v.gates, nil }

// sign adds a gate's receipt for the purge.
func (v *venue) sign(r checkin.Receipt) {
	r.Kind, r.Event = checkin.ReceiptPurge, "summer"
	v.purge.Signed = append(v.purge.Signed, r)
	v.purge.Receipts = append(v.purge.Receipts, r)
	v.purge.Left += r.Left
}

func (v *venue) AddGate(_ context.Context, name string, event checkin.EventID, actor string) (checkin.Gate, string, time.Time, error) {
	return v.addGate(name, event, actor)
}

func (v *venue) NewCode(_ context.Context, id checkin.GateID, actor string) (string, time.Time, error) {
	return v.newCode(id, actor)
}

func (v *venue) AssignGate(_ context.Context, id checkin.GateID, event checkin.EventID, actor string) error {
	return v.assignGate(id, event, actor)
}

func (v *venue) RevokeGate(_ context.Context, id checkin.GateID, actor string) error {
	return v.revokeGate(id, actor)
}

// busyVenue is an evening with two events, six gates and mixed trouble.
func busyVenue() *venue {
	policy := checkin.DefaultPolicy
	gate := func(id checkin.GateID, name string) checkin.Gate {
		return checkin.Gate{ID: id, Name: name, Event: "summer", Created: evening, Paired: evening}
	}
	waiting := gate("press", "Press")
	waiting.Paired = time.Time{}
	revoked := gate("old", "Old kiosk")
	revoked.Revoked = evening
	return &venue{
		faces: 2318,
		crowd: wire.Crowd{Shift: 0.004, LookAlikes: 4},
		events: []checkin.Event{
			{ID: "summer", Name: "Summer Nights", Doors: evening.Add(-time.Hour), Starts: evening.Add(time.Hour), Ends: evening.Add(5 * time.Hour), Policy: policy},
			{ID: "spring", Name: "Spring Fair", Doors: evening.AddDate(0, -2, 0), Starts: evening.AddDate(0, -2, 0), Ends: evening.AddDate(0, -2, 1), Policy: policy, Closed: evening.AddDate(0, -2, 1)},
		},
		counts: checkin.Counts{
			Holders: 6020, Enrolled: 2318, AdmittedByFace: 1204, AdmittedByTicket: 1877,
			Denied:   map[checkin.Reason]int{checkin.ReasonAlreadyUsed: 23, checkin.ReasonNoMatch: 141, checkin.ReasonAttack: 2, checkin.ReasonOutsideWindow: 9},
			Passages: 3042, Unconfirmed: 212, Abandoned: 31, Incidents: 4,
		},
		gates: []checkin.Gate{
			gate("north", "North"), gate("south", "South"), gate("east", "East"), gate("west", "West"),
			gate("vip", "VIP"), gate("crew", "Crew"), waiting, revoked,
		},
		purge: PurgeReport{
			Gates: []checkin.GateID{"crew", "east", "north", "old", "south", "vip", "west"},
			Receipts: []checkin.Receipt{
				{ID: "r1", Kind: checkin.ReceiptWithdrawal, Event: "summer", Gate: "north", Count: 1, Left: 2317, At: evening},
				{ID: "r2", Kind: checkin.ReceiptWithdrawal, Event: "summer", Gate: "south", Count: 1, Left: 2317, At: evening.Add(time.Second)},
			},
		},
	}
}

// busyBoard fills a hub with 24 lanes. West went silent; crew never spoke.
func busyBoard(hub *live.Hub, tick func() time.Time) {
	at := tick()
	lane := func(i int, state, works string, conditions ...wire.Condition) wire.LaneStatus {
		last := &wire.LastOutcome{At: at.Add(-time.Duration(7*i) * time.Second), Means: checkin.MeansFace, Outcome: checkin.Admitted, Reason: checkin.ReasonGranted}
		switch i {
		case 2:
			last.Outcome, last.Reason = checkin.Denied, checkin.ReasonNoMatch
		case 3:
			last.Means = checkin.MeansTicket
		case 4:
			last.Outcome, last.Reason, last.Means = checkin.Denied, checkin.ReasonAlreadyUsed, checkin.MeansTicket
		}
		return wire.LaneStatus{
			LaneInfo: wire.LaneInfo{ID: checkin.LaneID(fmt.Sprint(i)), Name: fmt.Sprint("Lane ", i), ClosedLoop: i != 4},
			State:    state, Works: works, Last: last, Conditions: conditions,
		}
	}
	say := func(gate checkin.GateID, right bool, lanes ...wire.LaneStatus) {
		hub.Status(wire.Status{
			Gate: gate, At: at, Event: "summer", Lanes: lanes,
			Gallery: wire.GalleryStatus{Epoch: 1, Version: 2431, Faces: 2318, Tickets: 6020, Right: right, Synced: at.Add(-4 * time.Second)},
		})
		for i, l := range lanes {
			for n := range 14 - 2*i {
				hub.Record(wire.Record{Kind: wire.RecordPassage, Gate: gate, Passage: &checkin.Passage{
					ID: checkin.PassageID(fmt.Sprint(gate, l.ID, n)), Gate: gate, Lane: l.ID, At: at, Outcome: checkin.PassageCompleted,
				}})
			}
		}
	}
	ready := func(n int) (lanes []wire.LaneStatus) {
		for i := range n {
			lanes = append(lanes, lane(i+1, "ready", "face"))
		}
		return lanes
	}
	cameraDown := wire.Condition{Name: "camera_down", Text: "The camera gives no picture. Check its cable; tickets still work.", Since: at.Add(-9 * time.Minute)}
	boardDown := wire.Condition{Name: "barrier_down", Text: "The barrier’s board does not answer. Check its power and the USB cable.", Since: at.Add(-40 * time.Second)}
	unplugged := wire.Condition{Name: "bus_down", Text: "No connection to the server. Tickets are checked on the gate alone.", Since: at.Add(-3 * time.Minute)}

	say("west", true, ready(3)...)
	at = tick()
	north := ready(6)
	north[2] = lane(3, "ready", "qr_online", cameraDown)
	north[3] = lane(4, "deciding", "face")
	north[5] = lane(6, "out_of_service", "staff", boardDown)
	say("north", true, north...)
	south := ready(6)
	south[1] = lane(2, "released", "face")
	say("south", true, south...)
	say("east", false, lane(1, "ready", "qr_online"), lane(2, "ready", "qr_offline", unplugged), lane(3, "evacuate", "staff"))
	vip := ready(5)
	vip[0].Simulated = true
	say("vip", true, vip...)
}

// calibration is such that 2,318 faces and the default policy are well within
// reach, and 12,000 not.
var calibration = face.Calibration{
	Intercept: 0.142, Slope: 0.066, Floor: 0.35, Ceiling: 0.56, Margin: 0.05,
	Mated: []face.Quantile{{Share: 0.01, Score: 0.4}, {Share: 0.05, Score: 0.55}, {Share: 0.5, Score: 0.7}},
}

// start serves a console on a port of its own.
func start(t *testing.T, v *venue, hub Board) (base string, server *web.Server) {
	t.Helper()
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	server = web.New(web.Config{Log: log})
	server.Mount(web.ConsolePrefix, New(Config{Log: log, Operators: &operators{}, Venue: v, Board: hub, Calibration: calibration, Zone: time.UTC}).Routes)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if err := server.Stop(ctx); err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return "http://" + l.Addr().String(), server
}

// visitor is a browser without a screen.
type visitor struct {
	*http.Client
	t    *testing.T
	base string
}

func visit(t *testing.T, base string) visitor {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	// Connections of its own: an idle one would hold up the server's end.
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return visitor{&http.Client{Jar: jar, Transport: transport}, t, base}
}

func loggedIn(t *testing.T, base string) visitor {
	v := visit(t, base)
	if code, _ := v.post("/console/login", url.Values{"name": {"mara"}, "password": {password}}); code != http.StatusOK {
		t.Fatalf("login: status %d", code)
	}
	return v
}

func (v visitor) get(path string) (int, string) {
	v.t.Helper()
	resp, err := v.Get(v.base + path)
	return v.read(resp, err)
}

func (v visitor) post(path string, form url.Values) (int, string) {
	v.t.Helper()
	resp, err := v.PostForm(v.base+path, form)
	return v.read(resp, err)
}

func (v visitor) read(resp *http.Response, err error) (int, string) {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// csrf reads the form's token out of a page.
func (v visitor) csrf() string {
	v.t.Helper()
	_, page := v.get("/console/events")
	_, rest, ok := strings.Cut(page, `name="csrf" value="`)
	value, _, _ := strings.Cut(rest, `"`)
	if !ok || value == "" {
		v.t.Fatal("the page carries no token")
	}
	return value
}
