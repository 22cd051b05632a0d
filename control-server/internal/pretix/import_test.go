package pretix

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// fakePretix answers as pretix's REST documentation says: lists in pages, only
// the fields that "include" names, filters, and its own error bodies.
type fakePretix struct {
	*httptest.Server
	mu      sync.Mutex
	orders  []map[string]any
	answers []func(w http.ResponseWriter) // the next requests get these instead
	next    func(string) string           // twists the next link
	asked   []*url.URL
}

const token = "team-token"

func newPretix(t *testing.T) *fakePretix {
	f := &fakePretix{next: func(s string) string { return s }}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	return f
}

func (f *fakePretix) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, r.URL)
	if len(f.answers) > 0 {
		answer := f.answers[0]
		f.answers = f.answers[1:]
		answer(w)
		return
	}
	if r.Header.Get("Authorization") != "Token "+token {
		refuse(w, 401, "Invalid token.")
		return
	}
	var list []map[string]any
	switch r.URL.Path {
	case "/api/v1/organizers/big/events/gala/items/":
		for _, i := range []map[string]any{{"id": 1, "admission": true, "name": map[string]any{"en": "Ticket"}}, {"id": 2, "admission": false}} {
			if fmt.Sprint(i["admission"]) == r.URL.Query().Get("admission") {
				list = append(list, i)
			}
		}
	case "/api/v1/organizers/big/events/gala/orders/":
		for _, o := range f.orders {
			q := r.URL.Query()
			if o["status"] == q.Get("status") && fmt.Sprint(o["testmode"]) == q.Get("testmode") {
				list = append(list, only(o, "", q["include"]))
			}
		}
	default:
		refuse(w, 403, "You do not have permission to perform this action.")
		return
	}
	f.page(w, r, list)
}

func (f *fakePretix) page(w http.ResponseWriter, r *http.Request, list []map[string]any) {
	q := r.URL.Query()
	number, _ := strconv.Atoi(q.Get("page"))
	number = max(number, 1)
	size, _ := strconv.Atoi(q.Get("page_size"))
	size = min(size, 50)
	from, to := min((number-1)*size, len(list)), min(number*size, len(list))
	body := map[string]any{"count": len(list), "next": nil, "previous": nil, "results": list[from:to]}
	if to < len(list) {
		q.Set("page", strconv.Itoa(number+1))
		body["next"] = f.next(f.URL + r.URL.Path + "?" + q.Encode())
	}
	json.NewEncoder(w).Encode(body)
}

func refuse(w http.ResponseWriter, status int, detail string) {
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"detail": %q}`, detail)
}

// only keeps the fields that were asked for, in nested lists too.
func only(o map[string]any, prefix string, include []string) map[string]any {
	kept := map[string]any{}
	for k, v := range o {
		if nested, ok := v.([]map[string]any); ok {
			var list []map[string]any
			for _, n := range nested {
				list = append(list, only(n, prefix+k+".", include))
			}
			kept[k] = list
		} else if slices.Contains(include, prefix+k) {
			kept[k] = v
		}
	}
	return kept
}

// ticket is a whole position, with everything that is not to be asked for.
func ticket(n int, changes map[string]any) map[string]any {
	p := map[string]any{
		"id": 9000 + n, "positionid": n, "canceled": false, "item": 1, "subevent": nil, "addon_to": nil,
		"secret": fmt.Sprintf("secret-%d", n), "blocked": nil, "valid_from": nil, "valid_until": nil,
		"attendee_name": "Ada Lovelace", "attendee_email": "ada@example.org", "answers": []map[string]any{{"answer": "private"}},
	}
	for k, v := range changes {
		p[k] = v
	}
	return p
}

func (f *fakePretix) order(code, status string, positions ...map[string]any) {
	for _, p := range positions {
		p["secret"] = code + "-" + p["secret"].(string)
	}
	f.orders = append(f.orders, map[string]any{
		"code": code, "status": status, "testmode": false, "email": "ada@example.org", "secret": "link", "positions": positions,
	})
}

// fakeStile is the one route of the control server's API that is used.
type fakeStile struct {
	*httptest.Server
	holders map[string]string // platform id -> body
	status  int               // when not 0, what every push is answered
	bodies  bytes.Buffer
}

func newStile(t *testing.T) *fakeStile {
	f := &fakeStile{holders: map[string]string{}}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	return f
}

func (f *fakeStile) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	f.bodies.Write(body)
	var p struct {
		PlatformID string `json:"platform_id"`
		Tickets    []struct{ Secret string }
	}
	known := json.Unmarshal(body, &p) == nil && f.holders[p.PlatformID] != ""
	switch {
	case r.Method+r.URL.Path != "POST/v1/events/evening/holders" || r.Header.Get("Authorization") != "Bearer key":
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"detail":"the API key is unknown"}`)
	case f.status != 0:
		w.WriteHeader(f.status)
		fmt.Fprint(w, `{"detail":"is not after valid_from","field":"tickets.valid_until"}`)
	case known:
		w.WriteHeader(http.StatusOK)
	default:
		f.holders[p.PlatformID] = string(body)
		w.WriteHeader(http.StatusCreated)
	}
}

func (f *fakeStile) open(t *testing.T) *Stile {
	t.Helper()
	s, err := OpenStile(f.URL, "evening", "key")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// open makes a shop that notes its waits instead of waiting.
func (f *fakePretix) open(t *testing.T, token string) (*Shop, *[]time.Duration) {
	t.Helper()
	s, err := Open(f.URL, "big", "gala", token)
	if err != nil {
		t.Fatal(err)
	}
	waits := &[]time.Duration{}
	s.wait = func(_ context.Context, d time.Duration) error {
		*waits = append(*waits, d)
		return nil
	}
	return s, waits
}

func TestImportTakesWhatAdmits(t *testing.T) {
	pretix, stile := newPretix(t), newStile(t)
	pretix.order("AAAAA", "p",
		ticket(1, map[string]any{"valid_from": "2026-06-01T18:00:00+02:00", "valid_until": "2026-06-02T02:00:00Z", "news": "unknown"}),
		ticket(2, map[string]any{"canceled": true}),
		ticket(3, map[string]any{"blocked": []string{"admin"}}),
		ticket(4, map[string]any{"addon_to": 9001}),
		ticket(5, map[string]any{"item": 2}),
		ticket(6, map[string]any{"subevent": 77}),
		ticket(7, nil))
	for i, status := range []string{"n", "e", "c"} {
		pretix.order(fmt.Sprintf("BAD%d", i), status, ticket(1, nil))
	}
	shop, _ := pretix.open(t, token)
	var out strings.Builder
	sum, err := Import(t.Context(), shop, stile.open(t), 0, &out)
	if err != nil {
		t.Fatal(err)
	}
	want := Summary{Created: 2, Skipped: map[string]int{
		"cancelled": 1, "blocked": 1, "add-ons": 1, "not for admission": 1, "of another date": 1,
	}}
	if !reflect.DeepEqual(sum, want) {
		t.Errorf("got %+v, want %+v", sum, want)
	}
	for id, body := range map[string]string{
		"pretix:AAAAA-1": `{"platform_id":"pretix:AAAAA-1","tickets":[{"secret":"AAAAA-secret-1","valid_from":"2026-06-01T18:00:00+02:00","valid_until":"2026-06-02T02:00:00Z"}]}`,
		"pretix:AAAAA-7": `{"platform_id":"pretix:AAAAA-7","tickets":[{"secret":"AAAAA-secret-7"}]}`,
	} {
		if stile.holders[id] != body {
			t.Errorf("%s: pushed %s, want %s", id, stile.holders[id], body)
		}
	}
	again, err := Import(t.Context(), shop, stile.open(t), 0, &out)
	if want.Created, want.Known = 0, 2; err != nil || !reflect.DeepEqual(again, want) {
		t.Errorf("again: got %+v, %v, want %+v", again, err, want)
	}
	if got := again.String(); got != "0 new holders; 2 already known; 0 refused; left out: 1 add-ons, 1 blocked, 1 cancelled, 1 not for admission, 1 of another date" {
		t.Errorf("summary: %s", got)
	}
	series, err := Import(t.Context(), shop, stile.open(t), 77, &out)
	if err != nil || series.Created != 1 || stile.holders["pretix:AAAAA-6"] == "" {
		t.Errorf("date 77: got %+v, %v", series, err)
	}
}

func TestImportAsksForNobodysName(t *testing.T) {
	pretix, stile := newPretix(t), newStile(t)
	pretix.order("AAAAA", "p", ticket(1, nil))
	shop, _ := pretix.open(t, token)
	if _, err := Import(t.Context(), shop, stile.open(t), 0, io.Discard); err != nil {
		t.Fatal(err)
	}
	for _, u := range pretix.asked {
		for _, private := range []string{"name", "email", "answers", "phone", token} {
			if strings.Contains(u.String(), private) {
				t.Errorf("asked for %s", u)
			}
		}
		if strings.Contains(u.Path, "orders") && len(u.Query()["include"]) == 0 {
			t.Errorf("%s asks for everything", u)
		}
	}
	if strings.Contains(stile.bodies.String(), "Ada") {
		t.Error("a name was pushed")
	}
}

func TestImportFollowsPagesThroughTrouble(t *testing.T) {
	pretix, stile := newPretix(t), newStile(t)
	for i := range 1250 {
		pretix.order(fmt.Sprintf("O%04d", i), "p", ticket(1, nil))
	}
	pretix.answers = []func(http.ResponseWriter){
		func(w http.ResponseWriter) { w.Header().Set("Retry-After", "17"); refuse(w, 429, "slow down") },
		func(w http.ResponseWriter) { refuse(w, 503, "maintenance") },
		func(w http.ResponseWriter) { w.Header().Set("Content-Length", "100") }, // breaks off
	}
	shop, waits := pretix.open(t, token)
	var out strings.Builder
	sum, err := Import(t.Context(), shop, stile.open(t), 0, &out)
	if err != nil || sum.Created != 1250 {
		t.Fatalf("got %+v, %v", sum, err)
	}
	if want := []time.Duration{17 * time.Second, 2 * time.Second, 4 * time.Second}; !slices.Equal(*waits, want) {
		t.Errorf("waited %v, want %v", *waits, want)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 25 || lines[0] != "50 of 1,250 orders" || lines[24] != "1,250 of 1,250 orders" {
		t.Errorf("progress of %d lines, from %q to %q", len(lines), lines[0], lines[len(lines)-1])
	}
}

func TestImportFails(t *testing.T) {
	always := func(status int, after string) func(*fakePretix, *fakeStile) {
		return func(p *fakePretix, _ *fakeStile) {
			p.answers = slices.Repeat([]func(http.ResponseWriter){func(w http.ResponseWriter) {
				w.Header().Set("Retry-After", after)
				w.Header().Set("Location", p.URL+"/login")
				refuse(w, status, "no")
			}}, 100)
		}
	}
	for _, tc := range []struct {
		name, token string
		set         func(*fakePretix, *fakeStile)
		want        string
		requests    int // to pretix
	}{
		{"wrong token", "other", nil, "the token is wrong or has been revoked", 1},
		{"no right", token, always(403, ""), "may not view its orders", 1},
		{"always busy", token, always(429, "1"), "given up after 6 tries: too many requests", 6},
		{"busy for a day", token, always(429, "86400"), "asked to wait for more than 10m0s", 1},
		{"always down", token, always(500, ""), "given up after 6 tries: answered 500", 6},
		{"a redirect", token, always(302, ""), "answered 302", 1},
		{"no JSON", token, func(p *fakePretix, _ *fakeStile) {
			p.answers = []func(http.ResponseWriter){func(w http.ResponseWriter) { io.WriteString(w, "<html>") }}
		}, "invalid character", 1},
		{"next page elsewhere", token, func(p *fakePretix, _ *fakeStile) {
			p.next = func(s string) string { return strings.Replace(s, p.URL, "http://thief.example", 1) }
		}, `the next page is not at`, 2},
		{"Stile is down", token, func(_ *fakePretix, s *fakeStile) { s.status = 503 }, "push pretix:O0-1: stile: 503", 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			pretix, stile := newPretix(t), newStile(t)
			for i := range 51 {
				pretix.order(fmt.Sprintf("O%d", i), "p", ticket(1, nil))
			}
			if tc.set != nil {
				tc.set(pretix, stile)
			}
			shop, _ := pretix.open(t, tc.token)
			_, err := Import(t.Context(), shop, stile.open(t), 0, io.Discard)
			if err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), token) {
				t.Errorf("got %v, want …%s…", err, tc.want)
			}
			if len(pretix.asked) != tc.requests {
				t.Errorf("%d requests, want %d", len(pretix.asked), tc.requests)
			}
		})
	}
}

func TestImportGoesOnAfterARefusal(t *testing.T) {
	pretix, stile := newPretix(t), newStile(t)
	pretix.order("AAAAA", "p", ticket(1, nil), ticket(2, nil))
	stile.status = http.StatusUnprocessableEntity
	shop, _ := pretix.open(t, token)
	var out strings.Builder
	sum, err := Import(t.Context(), shop, stile.open(t), 0, &out)
	if err != nil || sum.Refused != 2 {
		t.Errorf("got %+v, %v", sum, err)
	}
	if !strings.Contains(out.String(), "pretix:AAAAA-2 was refused: tickets.valid_until: is not after valid_from") {
		t.Errorf("said %s", out.String())
	}
}

func TestOpenRefuses(t *testing.T) {
	for _, tc := range []struct{ address, organizer, event, token, want string }{
		{"http://pretix.example", "o", "e", "t", "must be https"},
		{"pretix.example", "o", "e", "t", "is not an address"},
		{"https://me:pw@pretix.example", "o", "e", "t", "is not an address"},
		{"https://pretix.example", "", "e", "t", "the organizer is missing"},
		{"https://pretix.example", "o", "", "t", "the event is missing"},
		{"https://pretix.example", "o", "e", "", "the token is missing"},
	} {
		if _, err := Open(tc.address, tc.organizer, tc.event, tc.token); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%v: got %v", tc, err)
		}
	}
	for _, tc := range []struct{ address, key, want string }{
		{"127.0.0.1:8080", "k", "is not an address"},
		{"http://127.0.0.1:8080", "", "the key is missing"},
	} {
		if _, err := OpenStile(tc.address, "evening", tc.key); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%v: got %v", tc, err)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 6, 1, 18, 0, 0, 0, time.UTC)
	for header, want := range map[string]time.Duration{
		"": firstWait, "0": firstWait, "30": 30 * time.Second, "soon": firstWait, "-5": firstWait,
		"Mon, 01 Jun 2026 18:02:00 GMT": 2 * time.Minute, "Mon, 01 Jun 2026 17:00:00 GMT": firstWait,
	} {
		if got := retryAfter(header, now); got != want {
			t.Errorf("%q: got %s, want %s", header, got, want)
		}
	}
}
