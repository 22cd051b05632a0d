package api

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime/multipart"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/openstile/stile/control-server/internal/web"
	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

const secret = "stile_secret"

// server is everything behind the API: it knows the event gala, the holder
// holder-1 and the gate north, and fails as told.
type server struct {
	fail   error
	pushed checkin.Push
	event  checkin.Event
	actor  string
}

func known[T ~string](got T, want string) error {
	if string(got) != want {
		return checkin.Errorf(checkin.CodeNotFound, "%q is unknown", string(got))
	}
	return nil
}

func (s *server) CheckKey(_ context.Context, key string) (string, error) {
	if key != secret {
		return "", checkin.Errorf(checkin.CodeUnauthorised, "the API key is unknown")
	}
	return "shop", nil
}

func (s *server) CreateEvent(_ context.Context, e checkin.Event, actor string) (checkin.Event, error) {
	s.event, s.actor = e, actor
	return e, errors.Join(s.fail, e.Validate())
}

func (s *server) Event(_ context.Context, id checkin.EventID) (checkin.Event, error) {
	return checkin.Event{ID: id}, errors.Join(s.fail, known(id, "gala"))
}

func (s *server) Events(context.Context) ([]checkin.Event, error) {
	return []checkin.Event{{ID: "gala"}}, s.fail
}

func (s *server) Books(_ context.Context, id checkin.EventID) (Books, error) {
	return Books{Counts: checkin.Counts{Holders: 3}}, errors.Join(s.fail, known(id, "gala"))
}

func (s *server) Admissions(_ context.Context, id checkin.EventID, after int64, limit int) ([]Admission, error) {
	return []Admission{{Seq: after + int64(limit)}}, errors.Join(s.fail, known(id, "gala"))
}

func (s *server) CloseEvent(_ context.Context, id checkin.EventID, _ string) error {
	return errors.Join(s.fail, known(id, "gala"))
}

func (s *server) Purge(_ context.Context, id checkin.EventID) (Purge, error) {
	return Purge{Event: id}, errors.Join(s.fail, known(id, "gala"))
}

func (s *server) Push(_ context.Context, id checkin.EventID, p checkin.Push, actor string) (checkin.HolderStatus, bool, error) {
	s.pushed, s.actor = p, actor
	s.pushed.Photo = bytes.Clone(p.Photo)
	e := checkin.Event{ID: id, Doors: time.Now(), Ends: time.Now().Add(time.Hour)}
	return checkin.HolderStatus{}, p.PlatformID == "new", errors.Join(s.fail, known(id, "gala"), p.Validate(e, time.Now()))
}

func (s *server) Status(_ context.Context, _ checkin.EventID, id checkin.HolderID) (checkin.HolderStatus, error) {
	return checkin.HolderStatus{}, errors.Join(s.fail, known(id, "holder-1"))
}

func (s *server) Withdraw(_ context.Context, _ checkin.EventID, id checkin.HolderID, _ string) (checkin.HolderStatus, error) {
	return checkin.HolderStatus{}, errors.Join(s.fail, known(id, "holder-1"))
}

func (s *server) NewLink(_ context.Context, _ checkin.EventID, id checkin.HolderID, _ string) (string, time.Time, error) {
	return "/p/token", time.Now(), errors.Join(s.fail, known(id, "holder-1"))
}

func (s *server) AddGate(_ context.Context, name string, _ checkin.EventID, _ string) (checkin.Gate, string, time.Time, error) {
	return checkin.Gate{Name: name}, "code", time.Now(), s.fail
}

func (s *server) NewCode(_ context.Context, id checkin.GateID, _ string) (string, time.Time, error) {
	return "another", time.Now(), errors.Join(s.fail, known(id, "north"))
}

func (s *server) AssignGate(_ context.Context, id checkin.GateID, _ checkin.EventID, _ string) error {
	return errors.Join(s.fail, known(id, "north"))
}

func (s *server) Pair(_ context.Context, req wire.PairRequest) (wire.PairReply, error) {
	if req.Code != "code" {
		return wire.PairReply{}, checkin.Errorf(checkin.CodeForbidden, "the pairing code is wrong, expired or used")
	}
	return wire.PairReply{Gate: "north"}, s.fail
}

func (s *server) GateStates(context.Context) ([]GateState, error) {
	return []GateState{{Silent: true}}, s.fail
}

// open serves the API over HTTP.
func open(t *testing.T) (*server, string) {
	t.Helper()
	s := &server{}
	w := web.New(web.Config{Log: slog.New(slog.DiscardHandler), BodyLimit: 64 << 10})
	w.Mount(web.APIPrefix, (&API{Keys: s, Events: s, Holders: s, Gates: s}).Routes)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	done := make(chan error, 1)
	go func() { done <- w.Serve(l) }()
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		must(t, w.Stop(context.Background()))
		must(t, <-done)
	})
	return s, "http://" + l.Addr().String() + web.APIPrefix
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func send(t *testing.T, method, url, key, kind, body string) (status int, answer string, header http.Header) {
	t.Helper()
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	must(t, err)
	req.Header.Set("Content-Type", kind)
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	resp, err := http.DefaultClient.Do(req)
	must(t, err)
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	must(t, err)
	return resp.StatusCode, string(data), resp.Header
}

const (
	goodEvent = `{"id":"gala","name":"Gala","doors":"2026-06-01T18:00:00Z","starts":"2026-06-01T19:00:00Z","ends":"2026-06-01T23:00:00Z"`
	goodPush  = `{"platform_id":"new","tickets":[{"secret":"T-1"}]`
)

func TestEveryEndpoint(t *testing.T) {
	_, base := open(t)
	for _, tt := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"POST", "/events", goodEvent + "}", 201, `"liveness":"refuse"`},
		{"POST", "/events", goodEvent + `,"policy":{"liveness":"warn"}}`, 201, `"match":"identify","liveness":"warn"`},
		{"GET", "/events", "", 200, `{"events":[{"id":"gala"`},
		{"GET", "/events/gala", "", 200, `"id":"gala"`},
		{"GET", "/events/gala/books", "", 200, `"holders":3`},
		{"GET", "/events/gala/admissions", "", 200, `"seq":100`},
		{"GET", "/events/gala/admissions?after=5&limit=2", "", 200, `"seq":7`},
		{"POST", "/events/gala/close", "", 200, `"event":"gala"`},
		{"GET", "/events/gala/purge", "", 200, `"event":"gala"`},
		{"POST", "/events/gala/holders", goodPush + "}", 201, `"holder"`},
		{"POST", "/events/gala/holders", strings.Replace(goodPush, "new", "old", 1) + "}", 200, `"holder"`},
		{"GET", "/events/gala/holders/holder-1", "", 200, `"holder"`},
		{"POST", "/events/gala/holders/holder-1/withdraw", "", 200, `"holder"`},
		{"POST", "/events/gala/holders/holder-1/link", "", 201, `/p/token"`},
		{"POST", "/gates", `{"name":"North"}`, 201, `"code":"code"`},
		{"GET", "/gates", "", 200, `"silent":true`},
		{"POST", "/gates/north/code", "", 201, `"code":"another"`},
		{"POST", "/gates/north/assign", `{"event":"gala"}`, 204, ""},
	} {
		if status, body, _ := send(t, tt.method, base+tt.path, secret, "application/json", tt.body); status != tt.status || !strings.Contains(body, tt.want) {
			t.Errorf("%s %s: %d %s, want %d …%s…", tt.method, tt.path, status, body, tt.status, tt.want)
		}
		for _, key := range []string{"", "stile_guess"} {
			if status, _, header := send(t, tt.method, base+tt.path, key, "application/json", tt.body); status != 401 || header.Get("WWW-Authenticate") == "" {
				t.Errorf("%s %s with the key %q: %d", tt.method, tt.path, key, status)
			}
		}
	}
	if status, body, _ := send(t, "POST", base+"/pair", "", "application/json", `{"code":"code"}`); status != 200 || !strings.Contains(body, `"gate":"north"`) {
		t.Errorf("pair: %d %s", status, body)
	}
}

func TestProblemsNameTheField(t *testing.T) {
	_, base := open(t)
	event := func(old, new string) string { return strings.Replace(goodEvent+"}", old, new, 1) }
	for _, tt := range []struct {
		name, path, body string
		status           int
		field            string
	}{
		{"unknown event", "/events/ball/holders", goodPush + "}", 404, ""},
		{"unknown holder", "/events/gala/holders/nobody/withdraw", "", 404, ""},
		{"unknown gate", "/gates/west/assign", `{}`, 404, ""},
		{"code of an unknown gate", "/gates/west/code", "", 404, ""},
		{"unknown route", "/tickets", `{}`, 404, ""},
		{"unknown field", "/events", goodEvent + `,"nme":1}`, 422, "nme"},
		{"unknown inner field", "/events", goodEvent + `,"policy":{"livness":"off"}}`, 422, "livness"},
		{"wrong type", "/events", event(`"Gala"`, "7"), 422, "name"},
		{"wrong inner type", "/events/gala/holders", `{"tickets":[{"secret":7}]}`, 422, "tickets.secret"},
		{"bad policy", "/events", goodEvent + `,"policy":{"liveness":"maybe"}}`, 422, "policy.liveness"},
		{"bad rate", "/events", goodEvent + `,"policy":{"fpir":2}}`, 422, "policy.fpir"},
		{"bad id", "/events", event(`"gala"`, `"Gala!"`), 422, "id"},
		{"ends before it starts", "/events", event("23:00", "18:30"), 422, "ends"},
		{"starts before doors", "/events", event("19:00", "17:00"), 422, "starts"},
		{"no doors", "/events", event(`"doors":"2026-06-01T18:00:00Z",`, ""), 422, "doors"},
		{"not a date", "/events", event("2026-06-01T18:00:00Z", "tonight"), 422, "body"},
		{"not base64", "/events/gala/holders", goodPush + `,"photo":"%%"}`, 422, "body"},
		{"empty body", "/events", "", 422, "body"},
		{"no JSON", "/events", "hello", 422, "body"},
		{"half a body", "/events", goodEvent, 422, "body"},
		{"two objects", "/events", goodEvent + "}{}", 422, "body"},
		{"photo without consent", "/events/gala/holders", goodPush + `,"photo":"aGk="}`, 422, "consent"},
		{"nothing pushed", "/events/gala/holders", `{"platform_id":"p"}`, 422, "tickets"},
		{"no platform id", "/events/gala/holders", `{"tickets":[{"secret":"T"}]}`, 422, "platform_id"},
		{"wrong pairing code", "/pair", `{"code":"guess"}`, 403, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status, body, header := send(t, "POST", base+tt.path, secret, "application/json", tt.body)
			var p web.Problem
			if err := json.Unmarshal([]byte(body), &p); err != nil || header.Get("Content-Type") != "application/problem+json" {
				t.Fatalf("no problem: %s (%s)", body, header.Get("Content-Type"))
			}
			if status != tt.status || p.Status != tt.status || p.Field != tt.field || p.Detail == "" {
				t.Errorf("%d %+v, want %d about %q", status, p, tt.status, tt.field)
			}
		})
	}
	for _, query := range []string{"after=-1", "limit=0", "limit=1001"} {
		if status, body, _ := send(t, "GET", base+"/events/gala/admissions?"+query, secret, "", ""); status != 422 || !strings.Contains(body, `"field":"`+query[:5]+`"`) {
			t.Errorf("%s: %d %s", query, status, body)
		}
	}
}

// The answer comes before the body: nothing that large is read.
func TestABodyThatIsTooLarge(t *testing.T) {
	_, base := open(t)
	host := strings.TrimSuffix(strings.TrimPrefix(base, "http://"), web.APIPrefix)
	conn, err := net.Dial("tcp", host)
	must(t, err)
	defer conn.Close()
	must(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
	_, err = io.WriteString(conn, "POST /v1/events/gala/holders HTTP/1.1\r\nHost: "+host+"\r\nAuthorization: Bearer "+secret+"\r\nContent-Length: 1000000\r\n\r\n")
	must(t, err)
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	must(t, err)
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusRequestEntityTooLarge || resp.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("%d %s", resp.StatusCode, resp.Header.Get("Content-Type"))
	}
}

// A few kilobytes could unfold to gigabytes, and pairing needs no key.
func TestACompressedBodyIsRefused(t *testing.T) {
	_, base := open(t)
	req, err := http.NewRequest(http.MethodPost, base+"/pair", strings.NewReader("{}"))
	must(t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Content-Encoding", "gzip")
	resp, err := http.DefaultClient.Do(req)
	must(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	must(t, err)
	if resp.StatusCode != 422 || !strings.Contains(string(body), `"field":"content-encoding"`) {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
}

func TestErrorsBecomeStatuses(t *testing.T) {
	s, base := open(t)
	for code, want := range map[checkin.Code]int{
		checkin.CodeConflict: 409, checkin.CodeForbidden: 403, checkin.CodeUnavailable: 503, checkin.CodeTooLarge: 413, checkin.CodeInternal: 500,
	} {
		s.fail = checkin.Errorf(code, "for a reason")
		if status, body, _ := send(t, "GET", base+"/gates", secret, "", ""); status != want || (want != 500) != strings.Contains(body, "for a reason") {
			t.Errorf("%s: %d %s", code, status, body)
		}
	}
	s.fail = errors.New("secret inside")
	if status, body, _ := send(t, "GET", base+"/gates", secret, "", ""); status != 500 || strings.Contains(body, "secret") {
		t.Errorf("an unknown error: %d %s", status, body)
	}
}

func TestPushAsForm(t *testing.T) {
	s, base := open(t)
	consent := `,"consent":{"text_version":"1","text_hash":"` + strings.Repeat("a", 64) + `","language":"en","channel":"shop","given":"2026-01-01T00:00:00Z"}}`
	form := func(parts ...string) (kind, body string) {
		var out bytes.Buffer
		w := multipart.NewWriter(&out)
		for i := 0; i < len(parts); i += 2 {
			if name, isFile := strings.CutPrefix(parts[i], "@"); isFile {
				f, err := w.CreateFormFile(name, "picture.jpg")
				must(t, err)
				io.WriteString(f, parts[i+1])
			} else {
				must(t, w.WriteField(parts[i], parts[i+1]))
			}
		}
		must(t, w.Close())
		return w.FormDataContentType(), out.String()
	}
	kind, body := form("holder", goodPush+consent, "@photo", "the picture")
	if status, answer, _ := send(t, "POST", base+"/events/gala/holders", secret, kind, body); status != 201 {
		t.Fatalf("%d %s", status, answer)
	}
	if string(s.pushed.Photo) != "the picture" || s.pushed.PlatformID != "new" || s.actor != "key:shop" {
		t.Errorf("pushed %+v by %q", s.pushed, s.actor)
	}
	for _, tt := range []struct {
		field string
		parts []string
	}{
		{"selfie", []string{"holder", goodPush + "}", "@selfie", "x"}},
		{"holder", []string{"@photo", "x"}},
		{"photo", []string{"holder", goodPush + "}", "@photo", "x", "@photo", "y"}},
		{"photo", []string{"holder", goodPush + "}", "@photo", ""}},
		{"photo", []string{"holder", goodPush + "}", "photo", "not a file"}},
		{"foo", []string{"holder", goodPush + "}", "foo", "bar"}},
		{"nme", []string{"holder", `{"nme":1}`}},
	} {
		kind, body := form(tt.parts...)
		if status, answer, _ := send(t, "POST", base+"/events/gala/holders", secret, kind, body); status != 422 || !strings.Contains(answer, `"field":"`+tt.field+`"`) {
			t.Errorf("%v: %d %s, want %s named", tt.parts, status, answer, tt.field)
		}
	}
}
