package console

import (
	"bufio"
	"context"
	"flag"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/openstile/stile/control-server/internal/live"
	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

var update = flag.Bool("update", false, "write the golden files anew")

// frozen serves the busy evening with the clock stopped.
func frozen(t *testing.T, v *venue) string {
	now := evening
	hub := live.New(func() time.Time { return now })
	busyBoard(hub, func() time.Time { now = now.Add(90 * time.Second); return now })
	base, _ := start(t, v, hub)
	return base
}

// checksums and ports differ from build to build.
var volatile = regexp.MustCompile(`/static/[0-9a-f]{16}/|127\.0\.0\.1:\d+`)

func TestPagesGolden(t *testing.T) {
	closed := busyVenue()
	closed.events[0].Closed = evening.Add(6 * time.Hour)
	closed.sign(checkin.Receipt{ID: "r3", Gate: "north", Count: 2317, At: evening.Add(6 * time.Hour)})
	closed.sign(checkin.Receipt{ID: "r4", Gate: "vip", Count: 2000, Left: 317, At: evening.Add(6 * time.Hour)})
	crowded := busyVenue()
	crowded.faces, crowded.crowd = 12000, wire.Crowd{Shift: 0.02, LookAlikes: 1}
	tests := []struct {
		file  string
		path  string
		venue *venue
	}{
		{"board", "/console", busyVenue()},
		{"events", "/console/events", busyVenue()},
		{"event-open", "/console/events/summer", busyVenue()},
		{"event-not-armed", "/console/events/summer", crowded},
		{"event-closed", "/console/events/summer", closed},
		{"close", "/console/events/summer/close", busyVenue()},
		{"gates", "/console/gates", busyVenue()},
		{"revoke", "/console/gates/north/revoke", busyVenue()},
		{"empty-board", "/console", &venue{}},
	}
	for _, tt := range tests {
		t.Run(tt.file, func(t *testing.T) {
			base := frozen(t, tt.venue)
			if tt.file == "empty-board" {
				base, _ = start(t, tt.venue, live.New(func() time.Time { return evening }))
			}
			code, got := loggedIn(t, base).get(tt.path)
			if code != http.StatusOK {
				t.Fatalf("status %d: %s", code, got)
			}
			got = volatile.ReplaceAllString(got, "[]")
			golden := filepath.Join("testdata", tt.file+".html")
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("%s differs; see it with: go test -run Golden -update && git diff", golden)
			}
		})
	}
}

func TestLogin(t *testing.T) {
	base := frozen(t, busyVenue())
	v := visit(t, base)
	if _, page := v.get("/console"); !strings.Contains(page, `type="password"`) {
		t.Fatal("a stranger does not get the login page")
	}
	code, page := v.post("/console/login", url.Values{"name": {"mara"}, "password": {"guess"}})
	if code != http.StatusUnauthorized || !strings.Contains(page, "The name or the password is wrong.") {
		t.Fatalf("wrong password: %d %s", code, page)
	}
	if strings.Contains(page, "guess") {
		t.Error("the page repeats the password")
	}

	v.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := v.PostForm(base+"/console/login", url.Values{"name": {"mara"}, "password": {password}})
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	c := resp.Cookies()[0]
	if !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/console" || c.Secure {
		t.Errorf("cookie: %+v", c)
	}
	if code, _ := v.get("/console"); code != http.StatusOK {
		t.Errorf("board: %d", code)
	}
	v.post("/console/logout", url.Values{"csrf": {v.csrf()}})
	if code, _ := v.get("/console"); code != http.StatusSeeOther {
		t.Errorf("board after logout: %d", code)
	}
	if code, _ := v.get("/console/live"); code != http.StatusUnauthorized {
		t.Errorf("stream after logout: %d", code)
	}
}

func TestFormsNeedTheSessionsToken(t *testing.T) {
	base := frozen(t, busyVenue()) // its functions are nil: an order that got through would crash
	v := loggedIn(t, base)
	for _, path := range []string{
		"/console/logout", "/console/gates", "/console/gates/north/code", "/console/gates/north/assign", "/console/gates/north/revoke", "/console/events/summer/close",
	} {
		for _, token := range []string{"", "0000", (session{token: "another"}).csrf()} {
			if code, _ := v.post(path, url.Values{"csrf": {token}, "name": {"Summer Nights"}}); code != http.StatusForbidden {
				t.Errorf("POST %s with token %q: %d, want 403", path, token, code)
			}
		}
	}
	req, _ := http.NewRequest(http.MethodPost, base+"/console/login", strings.NewReader("name=mara"))
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	if code, _ := v.read(v.Do(req)); code != http.StatusForbidden {
		t.Errorf("login from another site: %d, want 403", code)
	}
}

func TestOrders(t *testing.T) {
	var orders []string
	note := func(words ...string) error { orders = append(orders, strings.Join(words, " ")); return nil }
	v := busyVenue()
	v.addGate = func(name string, event checkin.EventID, actor string) (checkin.Gate, string, time.Time, error) {
		if name == "" {
			return checkin.Gate{}, "", time.Time{}, checkin.Invalid("name", "is needed")
		}
		return checkin.Gate{ID: "roof", Name: name}, "7K2M-QX4P", evening, note("add", name, string(event), actor)
	}
	v.newCode = func(id checkin.GateID, actor string) (string, time.Time, error) {
		return "4T8N-ZZ01", evening, note("code", string(id), actor)
	}
	v.assignGate = func(id checkin.GateID, event checkin.EventID, actor string) error {
		return note("assign", string(id), string(event), actor)
	}
	v.revokeGate = func(id checkin.GateID, actor string) error { return note("revoke", string(id), actor) }
	v.closeEvent = func(id checkin.EventID, actor string) error { return note("close", string(id), actor) }
	base := frozen(t, v)
	who := loggedIn(t, base)
	csrf := who.csrf()

	tests := []struct {
		path  string
		form  url.Values
		code  int
		shows string
		order string
	}{
		{"/console/gates", url.Values{"name": {" "}}, 422, "name: is needed", ""},
		{"/console/gates", url.Values{"name": {"Roof"}, "event": {"summer"}}, 200, "<span>gate-agent pair --config gate.yaml</span> <span>--server " + base + "</span> <span>7K2M-QX4P</span>", "add Roof summer op-1"},
		{"/console/gates/north/code", nil, 200, "<span>gate-agent pair --config gate.yaml</span> <span>--server " + base + "</span> <span>4T8N-ZZ01</span>", "code north op-1"},
		{"/console/gates/old/code", nil, 200, "<h2>Pair Old kiosk</h2>", "code old op-1"},
		{"/console/gates/roof/code", nil, 404, "there is no gate", ""},
		{"/console/gates/north/assign", url.Values{"event": {""}}, 200, "North", "assign north  op-1"},
		{"/console/gates/north/revoke", nil, 200, "North", "revoke north op-1"},
		{"/console/events/summer/close", url.Values{"name": {"summer nights"}}, 422, "Nothing was closed", ""},
		{"/console/events/summer/close", url.Values{"name": {"Summer Nights "}}, 200, "Summer Nights", "close summer op-1"},
		{"/console/events/winter/close", url.Values{"name": {"Winter"}}, 404, "there is no event", ""},
	}
	for _, tt := range tests {
		orders = nil
		form := url.Values{"csrf": {csrf}}
		for k, values := range tt.form {
			form[k] = values
		}
		code, page := who.post(tt.path, form)
		if code != tt.code || !strings.Contains(page, tt.shows) {
			t.Errorf("POST %s %v: %d, want %d and %q", tt.path, tt.form, code, tt.code, tt.shows)
		}
		if got := strings.Join(orders, ", "); got != tt.order {
			t.Errorf("POST %s %v ordered %q, want %q", tt.path, tt.form, got, tt.order)
		}
	}
}

// follow reads a stream's events as "name data".
func follow(t *testing.T, v visitor, path string) <-chan string {
	t.Helper()
	resp, err := v.Get(v.base + path)
	if err != nil {
		t.Fatal(err)
	}
	if got := resp.Header.Get("Content-Type"); got != "text/event-stream" {
		t.Fatalf("stream: status %d, type %q", resp.StatusCode, got)
	}
	events := make(chan string)
	go func() {
		defer close(events)
		defer resp.Body.Close()
		lines := bufio.NewScanner(resp.Body)
		lines.Buffer(nil, 1<<20)
		var name, data string
		for lines.Scan() {
			switch key, value, _ := strings.Cut(lines.Text(), ": "); key {
			case "event":
				name = value
			case "data":
				data += value + "\n"
			case "":
				events <- name + " " + data
				name, data = "", ""
			}
		}
	}()
	return events
}

// next returns the first event that contains all of want.
func next(t *testing.T, events <-chan string, want ...string) string {
	t.Helper()
	deadline := time.After(60 * time.Second)
next:
	for {
		select {
		case e, open := <-events:
			if !open {
				t.Fatalf("the stream ended before %q", want)
			}
			for _, w := range want {
				if !strings.Contains(e, w) {
					continue next
				}
			}
			return e
		case <-deadline:
			t.Fatalf("no event with %q", want)
		}
	}
}

func TestStream(t *testing.T) {
	hub := live.New(time.Now)
	busyBoard(hub, time.Now)
	v := busyVenue()
	base, server := start(t, v, hub)
	who := loggedIn(t, base)
	board := follow(t, who, "/console/live")
	event := follow(t, who, "/console/events/summer/live")

	first := next(t, board, "html ", `id="lanes"`, `id="summary"`, `id="strips"`, `id="alarms"`)
	if n := strings.Count(first, "<article"); n != 24 {
		t.Errorf("the snapshot has %d tiles, want 24", n)
	}
	next(t, event, "html ", `id="gallery"`, `id="purge"`)
	next(t, board, "beat 2")

	vip := hub.Snapshot().Gates[3].Status
	vip.Lanes[0].State = "out_of_service"
	vip.At = time.Now()
	hub.Status(vip)
	next(t, board, "html ", `id="lane-vip-1"`, "Out of service")

	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := server.Stop(ctx); err != nil {
		t.Fatalf("stop with two streams open: %v", err)
	}
	for range board {
	}
	for range event {
	}
}

func TestSenderSendsWhatDiffers(t *testing.T) {
	p := parsePages(time.UTC)
	s := sender{pages: p, file: "board.html", sent: map[string]string{}}
	lanes := func(words ...string) []part {
		var tiles []tile
		var items []part
		for _, w := range words {
			tl := tile{Lane: live.Lane{Gate: checkin.GateID(w[:1])}, GateName: w}
			tiles = append(tiles, tl)
			items = append(items, part{id: tl.DOM(), template: "tile", data: tl})
		}
		return []part{{id: "lanes", template: "lanes", data: tiles, items: items}}
	}
	tests := []struct {
		name  string
		parts []part
		want  string // the ids sent
	}{
		{"at first everything", lanes("a", "b"), "lanes lane-a- lane-b- "},
		{"nothing new", lanes("a", "b"), ""},
		{"one changed", lanes("a", "b again"), "lane-b- "},
		{"another order", lanes("b again", "a"), "lanes lane-b- lane-a- "},
		{"then one changed", lanes("b again", "a again"), "lane-a- "},
		{"one gone", lanes("a again"), "lanes lane-a- "},
		{"all gone", lanes(), "lanes "},
	}
	ids := regexp.MustCompile(`<(?:div|article) id="([^"]+)"`)
	for _, tt := range tests {
		html, err := s.changes(tt.parts)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, m := range ids.FindAllStringSubmatch(html, -1) {
			got += m[1] + " "
		}
		if got != tt.want {
			t.Errorf("%s: sent %q, want %q", tt.name, got, tt.want)
		}
	}
}
