package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/openstile/stile/shared/checkin"
)

// start serves s on a port of its own; stop ends it.
func start(t *testing.T, s *Server) (base string, stop func()) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	stop = func() {
		http.DefaultClient.CloseIdleConnections()
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if err := errors.Join(s.Stop(ctx), <-done); err != nil {
			t.Error(err)
		}
	}
	return "http://" + l.Addr().String(), stop
}

func send(t *testing.T, method, url, contentType string, body io.Reader) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest(method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(text)
}

func TestErrors(t *testing.T) {
	var logged bytes.Buffer
	s := New(Config{Log: slog.New(slog.NewTextHandler(&logged, nil)), BodyLimit: 1000})
	secret := errors.New("open /var/lib/stile/stile.db: disk I/O error")
	fail := map[string]error{
		"invalid":      fmt.Errorf("create event: %w", checkin.Invalid("ends", "%s is not after starts", "20:00")),
		"not-found":    checkin.Errorf(checkin.CodeNotFound, "no such event"),
		"conflict":     checkin.Errorf(checkin.CodeConflict, "it is closed"),
		"unauthorised": checkin.Errorf(checkin.CodeUnauthorised, "which key?"),
		"forbidden":    checkin.Errorf(checkin.CodeForbidden, "not yours"),
		"too-large":    checkin.Errorf(checkin.CodeTooLarge, "9000 pixels"),
		"unavailable":  checkin.Errorf(checkin.CodeUnavailable, "the bus is down"),
		"unknown":      secret,
		"internal":     checkin.Errorf(checkin.CodeInternal, "%v", secret),
	}
	routes := func(r fiber.Router) {
		r.Get("/fail/:how", func(c *fiber.Ctx) error { return fail[c.Params("how")] })
		r.Get("/panic", func(*fiber.Ctx) error { panic(secret) })
		r.Post("/", func(c *fiber.Ctx) error { return nil })
	}
	s.Mount(APIPrefix, routes)
	s.Mount(PortalPrefix, routes)
	base, stop := start(t, s)

	tests := []struct {
		method, path string
		status       int
		code         string
		field        string
		detail       string
	}{
		{"GET", "/fail/invalid", 422, "invalid", "ends", "20:00 is not after starts"},
		{"GET", "/fail/not-found", 404, "not_found", "", "no such event"},
		{"GET", "/fail/conflict", 409, "conflict", "", "it is closed"},
		{"GET", "/fail/unauthorised", 401, "unauthorised", "", "which key?"},
		{"GET", "/fail/forbidden", 403, "forbidden", "", "not yours"},
		{"GET", "/fail/too-large", 413, "too_large", "", "9000 pixels"},
		{"GET", "/fail/unavailable", 503, "unavailable", "", "the bus is down"},
		{"GET", "/fail/unknown", 500, "internal", "", "Something went wrong here. It has been logged."},
		{"GET", "/fail/internal", 500, "internal", "", "Something went wrong here. It has been logged."},
		{"GET", "/panic", 500, "internal", "", "Something went wrong here. It has been logged."},
		{"GET", "/nowhere", 404, "not_found", "", "There is nothing at this address."},
		{"DELETE", "/", 405, "invalid", "", "Method Not Allowed"},
		{"POST", "/", 413, "too_large", "", "Request Entity Too Large"},
	}
	for _, tt := range tests {
		var body io.Reader
		if tt.method == "POST" {
			body = strings.NewReader(strings.Repeat("x", 1001))
		}
		logged.Reset()
		resp, text := send(t, tt.method, base+APIPrefix+tt.path, "text/plain", body)
		var p Problem
		if err := json.Unmarshal([]byte(text), &p); err != nil {
			t.Errorf("%s %s: %v in %q", tt.method, tt.path, err, text)
		}
		want := Problem{"urn:stile:problem:" + tt.code, http.StatusText(tt.status), tt.status, tt.detail, tt.field}
		if resp.StatusCode != tt.status || p != want {
			t.Errorf("%s %s: %d %+v, want %+v", tt.method, tt.path, resp.StatusCode, p, want)
		}
		if got := resp.Header.Get("Content-Type"); got != "application/problem+json" {
			t.Errorf("%s %s: content type %q", tt.method, tt.path, got)
		}
		if tt.code == "internal" && !strings.Contains(logged.String(), "disk I/O error") {
			t.Errorf("%s: not logged: %q", tt.path, logged.String())
		}

		if tt.method == "POST" {
			body = strings.NewReader(strings.Repeat("x", 1001))
		}
		resp, text = send(t, tt.method, base+PortalPrefix+tt.path, "text/plain", body)
		if resp.StatusCode != tt.status || !strings.Contains(text, "<h1>"+http.StatusText(tt.status)) {
			t.Errorf("page for %s %s: %d %s", tt.method, tt.path, resp.StatusCode, text)
		}
		for _, h := range []string{"Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Cache-Control"} {
			if resp.Header.Get(h) == "" {
				t.Errorf("%s %s: no %s", tt.method, tt.path, h)
			}
		}
		if strings.Contains(text, "disk I/O") {
			t.Errorf("%s shows what is inside: %s", tt.path, text)
		}
	}
	stop()
}

func TestEveryCodeHasAStatus(t *testing.T) {
	for _, code := range []checkin.Code{
		checkin.CodeInvalid, checkin.CodeNotFound, checkin.CodeConflict, checkin.CodeUnauthorised,
		checkin.CodeForbidden, checkin.CodeTooLarge, checkin.CodeUnavailable, checkin.CodeInternal,
	} {
		if statuses[code] == 0 {
			t.Errorf("%s has no status", code)
		}
	}
}

func TestStaticFiles(t *testing.T) {
	base, stop := start(t, New(Config{Log: slog.New(slog.DiscardHandler)}))
	defer stop()
	for name, kind := range map[string]string{
		"stile.css": "text/css; charset=utf-8", "live.js": "text/javascript; charset=utf-8",
		"portal.js": "text/javascript; charset=utf-8", "icon.svg": "image/svg+xml; charset=utf-8",
	} {
		resp, _ := send(t, "GET", base+Asset(name), "", nil)
		if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != kind || !strings.Contains(resp.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d %v", name, resp.StatusCode, resp.Header)
		}
	}
	if resp, _ := send(t, "GET", base+"/static/0000000000000000/stile.css", "", nil); resp.StatusCode != 404 {
		t.Errorf("an old checksum: %d, want 404", resp.StatusCode)
	}
}

// form writes a multipart body with one field and one file.
func form(t *testing.T, photo []byte) (contentType string, body []byte) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if err := w.WriteField("lang", "de"); err != nil {
		t.Fatal(err)
	}
	file, err := w.CreateFormFile("photo", "me.jpg")
	if err != nil {
		t.Fatal(err)
	}
	file.Write(photo)
	w.Close()
	return w.FormDataContentType(), b.Bytes()
}

// TestUploadNeverTouchesADisk sends the largest photo that is accepted while
// there is no folder for temporary files: whoever tried to write one would fail.
func TestUploadNeverTouchesADisk(t *testing.T) {
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "missing"))
	if f, err := os.CreateTemp("", ""); err == nil {
		t.Fatalf("a temporary file could be made: %s", f.Name())
	}
	s := New(Config{Log: slog.New(slog.DiscardHandler)})
	photo := bytes.Repeat([]byte("\xff\xd8photo\r\n--"), (BodyLimit-1000)/11)
	s.Mount(PortalPrefix, func(r fiber.Router) {
		r.Post("/", func(c *fiber.Ctx) error {
			fields, files, err := ReadForm(c)
			if err != nil {
				return err
			}
			if !bytes.Equal(files["photo"], photo) || fields["lang"][0] != "de" {
				t.Errorf("%d bytes arrived of %d, fields %v", len(files["photo"]), len(photo), fields)
			}
			return c.SendStatus(fiber.StatusNoContent)
		})
	})
	base, stop := start(t, s)
	defer stop()

	kind, body := form(t, photo)
	if resp, text := send(t, "POST", base+PortalPrefix, kind, bytes.NewReader(body)); resp.StatusCode != 204 {
		t.Errorf("%d %s", resp.StatusCode, text)
	}
	chunked := io.MultiReader(bytes.NewReader(body)) // of a length not told
	if resp, text := send(t, "POST", base+PortalPrefix, kind, chunked); resp.StatusCode != 204 {
		t.Errorf("chunked: %d %s", resp.StatusCode, text)
	}
	if resp, _ := send(t, "POST", base+PortalPrefix, "application/json", strings.NewReader("{}")); resp.StatusCode != 422 {
		t.Errorf("no form: %d, want 422", resp.StatusCode)
	}
}

func FuzzParseForm(f *testing.F) {
	f.Add([]byte("--b\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a\"\r\n\r\nxx\r\n--b--\r\n"), "b")
	f.Add([]byte("--b\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a\"\r\n\r\nxx"), "b")
	f.Add([]byte(strings.Repeat("--b\r\n\r\n\r\n", 100)+"--b--"), "b")
	f.Fuzz(func(t *testing.T, body []byte, boundary string) {
		fields, files, err := parseForm(body, boundary)
		if err != nil && checkin.ErrorCode(err) != checkin.CodeInvalid {
			t.Errorf("not a safe error: %v", err)
		}
		if n := len(fields) + len(files); n > maxParts {
			t.Errorf("%d parts", n)
		}
	})
}

func TestStreamEnds(t *testing.T) {
	s := New(Config{Log: slog.New(slog.DiscardHandler)})
	ended := make(chan string, 2)
	s.Mount(ConsolePrefix, func(r fiber.Router) {
		r.Get("/live", func(c *fiber.Ctx) error {
			return Stream(c, func(ctx context.Context, events *Events) {
				for {
					if err := events.Send("beat", "one\ntwo"); err != nil {
						ended <- "reader gone"
						return
					}
					select {
					case <-ctx.Done():
						ended <- "server stops"
						return
					case <-time.After(10 * time.Millisecond):
					}
				}
			})
		})
	})
	base, stop := start(t, s)

	leave, err := http.Get(base + ConsolePrefix + "/live")
	if err != nil {
		t.Fatal(err)
	}
	head := make([]byte, 44)
	if _, err := io.ReadFull(leave.Body, head); err != nil || string(head) != "event: beat\ndata: one\ndata: two\n\nevent: beat" {
		t.Fatalf("stream begins %q, %v", head, err)
	}
	leave.Body.Close()
	if got := <-ended; got != "reader gone" {
		t.Errorf("after the reader left: %s", got)
	}

	stay, err := http.Get(base + ConsolePrefix + "/live")
	if err != nil {
		t.Fatal(err)
	}
	defer stay.Body.Close()
	stop()
	if got := <-ended; got != "server stops" {
		t.Errorf("after stop: %s", got)
	}
	if _, err := io.Copy(io.Discard, stay.Body); err != nil {
		t.Errorf("the stream did not end cleanly: %v", err)
	}
}
