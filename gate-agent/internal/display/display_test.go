package display

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
)

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

func start(t *testing.T, c Config) (d *Display, stop func()) {
	t.Helper()
	c.Listen, c.Log = "127.0.0.1:0", quiet
	d, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run = %v", err)
		}
	}
	t.Cleanup(stop)
	return d, stop
}

func get(t *testing.T, d *Display, path, accept string) *http.Response {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+d.Addr()+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept-Language", accept)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { res.Body.Close() })
	return res
}

func body(t *testing.T, res *http.Response) string {
	t.Helper()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

var inline = regexp.MustCompile(`(?i)<style|\sstyle=|\son[a-z]+=|<script>|https?://`)

func TestEveryStateInEveryLanguage(t *testing.T) {
	d, _ := start(t, Config{LaneName: "North <1>"})
	symbols := map[string]State{}
	for _, state := range []State{StepCloser, LookHere, OneAtATime, ThankYou, ShowTicket, SeeStaff, Closed, Evacuate, Idle} {
		d.Show(state)
		for lang, l := range languages {
			res := get(t, d, "/", lang)
			html := body(t, res)
			words := l.states[state]
			if words.Big == "" || words.Small == "" {
				t.Fatalf("%s has no words in %s", state, lang)
			}
			for _, want := range []string{`lang="` + lang + `"`, "<h1>" + words.Big + "</h1>", words.Small, l.notice, "North &lt;1&gt;", `class="` + string(state) + `"`} {
				if !strings.Contains(html, want) {
					t.Errorf("%s in %s lacks %q", state, lang, want)
				}
			}
			if found := inline.FindString(html); found != "" {
				t.Errorf("%s in %s has %q, which its policy forbids", state, lang, found)
			}
			if got := res.Header.Get("Content-Security-Policy"); got != contentPolicy {
				t.Errorf("policy %q", got)
			}
			_, svg, _ := strings.Cut(html, "<svg")
			svg, _, _ = strings.Cut(svg, "</svg>")
			if other, ok := symbols[svg]; ok && other != state || len(svg) < 100 {
				t.Errorf("%s and %s share the symbol %q", state, other, svg)
			}
			symbols[svg] = state
		}
	}
}

func TestLanguage(t *testing.T) {
	for _, c := range []struct{ configured, accept, want string }{
		{"", "", "en"},
		{"", "de-AT,de;q=0.9,en;q=0.8", "de"},
		{"", "fr, DE;q=0.5", "de"},
		{"", "fr", "en"},
		{"", ";;,,=\xff", "en"},
		{"de", "en", "de"},
	} {
		d, stop := start(t, Config{Language: c.configured})
		if html := body(t, get(t, d, "/", c.accept)); !strings.Contains(html, `<html lang="`+c.want+`">`) {
			t.Errorf("configured %q, asked for %q: not in %s", c.configured, c.accept, c.want)
		}
		stop()
	}
}

// events reads a stream: each event's name, a space, and its data in one line.
func events(t *testing.T, res *http.Response) <-chan string {
	out := make(chan string)
	go func() {
		defer close(out)
		var name, data string
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			switch line := lines.Text(); {
			case line == "":
				select {
				case out <- name + " " + data:
				case <-t.Context().Done():
					return
				}
				name, data = "", ""
			case strings.HasPrefix(line, "event: "):
				name = line[len("event: "):]
			default:
				data += strings.TrimPrefix(line, "data:")
			}
		}
	}()
	return out
}

func expect(t *testing.T, stream <-chan string, want string) {
	t.Helper()
	timeout := time.After(time.Minute)
	for {
		select {
		case e, ok := <-stream:
			if !ok {
				t.Fatalf("the stream ended before %q", want)
			}
			if strings.Contains(e, want) {
				return
			}
			if !strings.HasPrefix(e, "beat") {
				t.Errorf("event %.120q, want %q", e, want)
			}
		case <-timeout:
			t.Fatalf("no event, want %q", want)
		}
	}
}

func TestStream(t *testing.T) {
	d, stop := start(t, Config{LaneName: "North 1"})
	d.Show(LookHere)
	first := events(t, get(t, d, "/stream", "en"))
	expect(t, first, "Look here")
	d.Show(LookHere) // nothing new
	d.Show(ThankYou)
	expect(t, first, "Thank you")
	second := events(t, get(t, d, "/stream", "de"))
	expect(t, second, "Danke")
	expect(t, first, "beat ")
	d.Show(Evacuate)
	expect(t, first, "Leave now")
	expect(t, second, "Gebäude verlassen")

	stop()
	for _, s := range []<-chan string{first, second} {
		for range s { // until the server has ended it
		}
	}
	if conn, err := net.Dial("tcp", d.Addr()); err == nil {
		conn.Close()
		t.Error("the port is still open")
	}
}

func TestStreamOfAClosedPageEnds(t *testing.T) {
	d, stop := start(t, Config{})
	res := get(t, d, "/stream", "en")
	res.Body.Close()
	for range 100 {
		d.Show(LookHere)
		d.Show(Idle)
	}
	stop() // fails if a stream is left
}

func TestAssetsAndTheRest(t *testing.T) {
	d, _ := start(t, Config{})
	for path, want := range map[string]string{"/display.css": "text/css", "/display.js": "text/javascript"} {
		res := get(t, d, path, "")
		if res.StatusCode != 200 || !strings.HasPrefix(res.Header.Get("Content-Type"), want) {
			t.Errorf("%s: %d, %s", path, res.StatusCode, res.Header.Get("Content-Type"))
		}
		if strings.Contains(body(t, res), "//cdn") {
			t.Errorf("%s loads from elsewhere", path)
		}
	}
	for _, path := range []string{"/assets/page.html", "/../display.go", "/x"} {
		if res := get(t, d, path, ""); res.StatusCode != 404 {
			t.Errorf("%s: %d, want 404", path, res.StatusCode)
		}
	}
	if res, err := http.Post("http://"+d.Addr()+"/", "text/plain", strings.NewReader("hello")); err == nil && res.StatusCode < 400 {
		t.Errorf("a post: %d", res.StatusCode)
	}
}

func TestNewRefuses(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for want, c := range map[string]Config{
		"not a loopback":         {Listen: "0.0.0.0:0"},
		"address already in use": {Listen: taken.Addr().String()},
		`language "fr"`:          {Listen: "127.0.0.1:0", Language: "fr"},
		"missing port":           {Listen: "127.0.0.1"},
	} {
		if _, err := New(c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("New(%+v) = %v, want it to say %q", c, err, want)
		}
	}
}
