package portal

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"io"
	"log/slog"
	"mime/multipart"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/openstile/stile/control-server/internal/web"
	"github.com/openstile/stile/shared/checkin"
)

var update = flag.Bool("update", false, "write the golden files anew")

var evening = time.Date(2026, 6, 20, 19, 30, 0, 0, time.UTC)

// holders is one holder whose link is "sesame".
type holders struct {
	visit    Visit
	enrol    func(checkin.Consent, []byte) (checkin.Enrolment, error)
	withdraw func() error
}

func (h *holders) Link(_ context.Context, token string) (Visit, error) {
	if token != "sesame" {
		return Visit{}, checkin.Errorf(checkin.CodeNotFound, "This link is not valid.")
	}
	return h.visit, nil
}

func (h *holders) Enrol(_ context.Context, _ string, c checkin.Consent, photo []byte) (checkin.Enrolment, error) {
	return h.enrol(c, photo)
}

func (h *holders) Withdraw(context.Context, string) error { return h.withdraw() }

func open() Visit {
	return Visit{Holder: "h-1", Event: checkin.Event{ID: "summer", Name: "Summer Nights", Policy: checkin.DefaultPolicy}}
}

func enrolled() Visit {
	v := open()
	v.Enrolment = &checkin.Enrolment{ID: "e-1", State: checkin.EnrolmentActive, Created: evening}
	v.Consent = &checkin.Consent{Given: evening}
	return v
}

func withdrawn() Visit {
	v := enrolled()
	v.Enrolment.State = checkin.EnrolmentWithdrawn
	v.Consent.Withdrawn = evening.Add(time.Hour)
	return v
}

func start(t *testing.T, h *holders) (base string) {
	t.Helper()
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	server := web.New(web.Config{Log: log})
	server.Mount(web.PortalPrefix, New(Config{Log: log, Holders: h, Zone: time.UTC, Now: func() time.Time { return evening }}).Routes)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if err := server.Stop(ctx); err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return "http://" + l.Addr().String() + "/p/"
}

func read(t *testing.T, resp *http.Response, err error) (code int, path, page string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Request.URL.RequestURI(), string(body)
}

// upload posts the selfie form. A nil photo is a form whose file was not chosen.
func upload(t *testing.T, url string, fields map[string]string, photo []byte) (code int, path, page string) {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, value := range fields {
		if err := w.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	name := "me.jpg"
	if photo == nil {
		name = ""
	}
	file, err := w.CreateFormFile("photo", name)
	if err != nil {
		t.Fatal(err)
	}
	file.Write(photo)
	w.Close()
	resp, err := http.Post(url, w.FormDataContentType(), &body)
	return read(t, resp, err)
}

var volatile = regexp.MustCompile(`/static/[0-9a-f]{16}/`)

func TestPagesGolden(t *testing.T) {
	closed := enrolled()
	closed.Event.Closed = evening.Add(5 * time.Hour)
	ticketsOnly := open()
	ticketsOnly.Event.Policy.Match = checkin.MatchNone
	tests := []struct {
		file  string
		path  string
		visit Visit
	}{
		{"consent", "sesame", open()},
		{"selfie", "sesame/selfie?agree=yes&text=" + textVersion, open()},
		{"enrolled", "sesame", enrolled()},
		{"withdraw", "sesame/withdraw", enrolled()},
		{"withdrawn", "sesame", withdrawn()},
		{"closed", "sesame", closed},
		{"tickets-only", "sesame", ticketsOnly},
	}
	for _, tt := range tests {
		for _, language := range []string{"en", "de"} {
			t.Run(tt.file+"-"+language, func(t *testing.T) {
				join := "?"
				if strings.Contains(tt.path, "?") {
					join = "&"
				}
				resp, err := http.Get(start(t, &holders{visit: tt.visit}) + tt.path + join + "lang=" + language)
				code, _, got := read(t, resp, err)
				if code != http.StatusOK {
					t.Fatalf("status %d: %s", code, got)
				}
				got = volatile.ReplaceAllString(got, "[]")
				golden := filepath.Join("testdata", tt.file+"."+language+".html")
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
}

// TestConsentTextsAreFixed fails when a text changes under the same version:
// the records of those who agreed would no longer say to what.
func TestConsentTextsAreFixed(t *testing.T) {
	if textVersion != "2026-11" {
		t.Fatalf("version %s: write its hashes here", textVersion)
	}
	for language, want := range map[string]string{
		"en": "ff1a53ba211acef32be4f231a79b595c745f1547df1bf61e4f4019c9ecde0a3b",
		"de": "8f53234b33a24439082afb617a89054d9a4f78919cde9edde7ff1544aab7637b",
	} {
		text := consentTexts[language]
		if text.Hash != want {
			t.Errorf("%s: the text has changed to %s; it needs a new version", language, text.Hash)
		}
		raw, err := consentFiles.ReadFile("consent/" + textVersion + "." + language + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		if sum := sha256.Sum256(raw); hex.EncodeToString(sum[:]) != text.Hash {
			t.Errorf("%s: the hash is not the file's", language)
		}
		shown := text.Title
		for _, s := range text.Sections {
			shown += " " + s.Heading + " " + strings.Join(s.Body, " ")
		}
		if want := strings.Join(strings.Fields(strings.NewReplacer("## ", "", "# ", "").Replace(string(raw))), " "); shown != want {
			t.Errorf("%s: the page does not show the whole text:\n%s\n%s", language, shown, want)
		}
	}
}

func TestLanguage(t *testing.T) {
	base := start(t, &holders{visit: open()})
	for accept, want := range map[string]string{
		"": "en", "de-AT,de;q=0.9,en;q=0.5": "de", "fr": "en", "en-GB,de;q=0.5": "en",
	} {
		req, _ := http.NewRequest(http.MethodGet, base+"sesame", nil)
		req.Header.Set("Accept-Language", accept)
		resp, err := http.DefaultClient.Do(req)
		if _, _, page := read(t, resp, err); !strings.Contains(page, `<html lang="`+want+`">`) {
			t.Errorf("Accept-Language %q: not %s", accept, want)
		}
	}
}

func TestUnknownLink(t *testing.T) {
	resp, err := http.Get(start(t, &holders{}) + "guess")
	if code, _, page := read(t, resp, err); code != http.StatusNotFound || !strings.Contains(page, "This link is not valid.") {
		t.Errorf("%d %s", code, page)
	}
}

func TestEnrol(t *testing.T) {
	agreed := map[string]string{"lang": "de", "text": textVersion, "agree": "yes"}
	h := &holders{visit: open()}
	base := start(t, h)
	photo := []byte("\xff\xd8 a photo")
	answer := func(e checkin.Enrolment, err error) func(checkin.Consent, []byte) (checkin.Enrolment, error) {
		return func(c checkin.Consent, got []byte) (checkin.Enrolment, error) {
			if !bytes.Equal(got, photo) {
				t.Errorf("photo %q", got)
			}
			want := checkin.Consent{TextVersion: textVersion, TextHash: consentTexts["de"].Hash, Language: "de", Channel: "portal", Given: evening}
			if c != want || c.Validate(evening) != nil {
				t.Errorf("consent %+v, %v", c, c.Validate(evening))
			}
			return e, err
		}
	}
	refused := checkin.Enrolment{State: checkin.EnrolmentRefused, Reasons: []checkin.QualityReason{
		{Code: "blurred", Hint: "Hold still."}, {Code: "new_code", Hint: "Something new."},
	}}
	tests := []struct {
		name   string
		fields map[string]string
		photo  []byte
		enrol  func(checkin.Consent, []byte) (checkin.Enrolment, error)
		code   int
		path   string
		shows  string
	}{
		{"good", agreed, photo, answer(checkin.Enrolment{State: checkin.EnrolmentActive}, nil), 200, "/p/sesame/consent?lang=de", ""},
		{"refused", agreed, photo, answer(refused, nil), 422, "/p/sesame/selfie", "<li>Halten Sie still und wischen Sie die Linse ab.</li>\n<li>Something new.</li>"},
		{"no image", agreed, photo, answer(checkin.Enrolment{}, checkin.Invalid("photo", "is not an image")), 422, "/p/sesame/selfie", "kein lesbares Foto"},
		{"no photo", agreed, nil, nil, 422, "/p/sesame/selfie", "Es ist kein Foto angekommen"},
		{"event closes meanwhile", agreed, photo, answer(checkin.Enrolment{}, checkin.Errorf(checkin.CodeConflict, "The event is closed.")), 409, "/p/sesame/selfie", "The event is closed."},
		{"no consent", map[string]string{"lang": "de", "text": textVersion}, photo, nil, 200, "/p/sesame/consent?lang=en", "agree"},
		{"an old text", map[string]string{"lang": "de", "text": "2020-01", "agree": "yes"}, photo, nil, 200, "/p/sesame/consent?lang=en", "agree"},
	}
	for _, tt := range tests {
		h.enrol = tt.enrol
		code, path, page := upload(t, base+"sesame/selfie", tt.fields, tt.photo)
		if code != tt.code || path != tt.path || !strings.Contains(page, tt.shows) {
			t.Errorf("%s: %d at %s, want %d at %s showing %q:\n%s", tt.name, code, path, tt.code, tt.path, tt.shows, page)
		}
	}
}

func TestWithdraw(t *testing.T) {
	h := &holders{visit: enrolled()}
	h.withdraw = func() error { h.visit = withdrawn(); return nil }
	base := start(t, h)
	resp, err := http.Post(base+"sesame/withdraw?lang=en", "application/x-www-form-urlencoded", nil)
	if code, path, page := read(t, resp, err); code != 200 || path != "/p/sesame?lang=en" || !strings.Contains(page, "You took your consent back on Sat 20 Jun 2026, 20:30.") {
		t.Errorf("%d at %s: %s", code, path, page)
	}
	resp, err = http.Get(base + "sesame/withdraw")
	if _, path, _ := read(t, resp, err); !strings.HasPrefix(path, "/p/sesame?") {
		t.Errorf("nothing is left to withdraw, but the page is %s", path)
	}
}
