package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/openstile/stile/control-server/internal/store"
	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

const gala checkin.EventID = "gala"

// receiver is a platform's end: it verifies as Standard Webhooks tell a
// receiver to, and answers with the status that the test wants.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	secret string // as text
	answer func(got []string) int
	got    []string // ids that were answered with success
	tries  int
	faults []string
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{answer: func([]string) int { return http.StatusNoContent }}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	t.Cleanup(func() {
		for _, fault := range r.faults {
			t.Error(fault)
		}
	})
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tries++
	if err := verify(r.secret, req.Header, body); err != nil {
		r.faults = append(r.faults, err.Error())
	}
	var m struct {
		Type      string
		Timestamp time.Time
		Data      checkin.Admission
	}
	if err := json.Unmarshal(body, &m); err != nil || m.Type != "admission" || m.Timestamp.IsZero() || m.Data.Event != gala {
		r.faults = append(r.faults, fmt.Sprintf("body %s: %v", body, err))
	}
	if string(m.Data.ID) != req.Header.Get("webhook-id") {
		r.faults = append(r.faults, "the header's id is not the admission's")
	}
	status := r.answer(r.got)
	if status/100 == 2 {
		r.got = append(r.got, string(m.Data.ID))
	}
	if status == http.StatusFound {
		w.Header().Set("Location", "/elsewhere")
	}
	w.WriteHeader(status)
}

func (r *receiver) seen() ([]string, int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.got), r.tries
}

func verify(secret string, h http.Header, body []byte) error {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil || len(key) < 24 || len(key) > 64 {
		return fmt.Errorf("secret of %d bytes: %w", len(key), err)
	}
	seconds, err := strconv.ParseInt(h.Get("webhook-timestamp"), 10, 64)
	if err != nil || time.Since(time.Unix(seconds, 0)).Abs() > 5*time.Minute {
		return fmt.Errorf("timestamp %q: %w", h.Get("webhook-timestamp"), err)
	}
	version, signature, _ := strings.Cut(h.Get("webhook-signature"), ",")
	got, err := base64.StdEncoding.DecodeString(signature)
	if err != nil || version != "v1" {
		return fmt.Errorf("signature %q: %w", h.Get("webhook-signature"), err)
	}
	mac := hmac.New(sha256.New, key)
	mac.Write(bytes.Join([][]byte{[]byte(h.Get("webhook-id")), []byte(h.Get("webhook-timestamp")), body}, []byte(".")))
	if !hmac.Equal(got, mac.Sum(nil)) {
		return fmt.Errorf("signature %q is not right", signature)
	}
	return nil
}

// venue is a real store with one event.
type venue struct {
	*testing.T
	db   *store.DB
	log  *safeBuffer
	next int
}

type safeBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

func newVenue(t *testing.T) *venue {
	t.Helper()
	db, err := store.Open(filepath.Join(t.TempDir(), "stile.db"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	v := &venue{T: t, db: db, log: &safeBuffer{}}
	v.update(func(tx *store.Tx) error {
		return tx.CreateEvent(checkin.Event{
			ID: gala, Name: "Gala", Doors: tx.Now(), Starts: tx.Now(), Ends: tx.Now().Add(time.Hour), Policy: checkin.DefaultPolicy,
		}, "key")
	})
	return v
}

func (v *venue) update(fn func(*store.Tx) error) {
	v.Helper()
	if err := v.db.Update(context.Background(), fn); err != nil {
		v.Fatal(err)
	}
}

// hook sets the webhook and tells the receiver its secret.
func (v *venue) hook(r *receiver, path string) {
	secret := NewSecret()
	r.mu.Lock()
	r.secret = secret.Text()
	r.mu.Unlock()
	v.update(func(tx *store.Tx) error {
		return tx.PutWebhook(store.Webhook{Event: gala, URL: r.URL + path, Secret: secret})
	})
}

// admit stores n admissions, a1, a2, …
func (v *venue) admit(n int) {
	v.update(func(tx *store.Tx) error {
		for range n {
			v.next++
			id := fmt.Sprintf("a%d", v.next)
			_, err := tx.SaveAdmission(wire.Record{ID: id, Gate: "north", At: tx.Now(), Admission: &checkin.Admission{
				ID: checkin.AdmissionID(id), Event: gala, Gate: "north", Lane: "a", At: tx.Now(),
				Means: checkin.MeansTicket, Outcome: checkin.Admitted, Reason: checkin.ReasonGranted,
			}})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// run starts a sender that does not dawdle, and returns how to stop it.
func (v *venue) run() (stop func()) {
	s := New(outbox{v.db}, slog.New(slog.NewTextHandler(v.log, nil)))
	s.every = time.Millisecond
	s.wait = func(int) time.Duration { return time.Millisecond }
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- s.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			v.Error(err)
		}
	})
	v.Cleanup(stop)
	return stop
}

func (v *venue) eventually(what string, ok func() bool) {
	v.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			v.Fatalf("never happened: %s\n%s", what, v.log)
		}
	}
}

func ids(from, to int) (want []string) {
	for i := from; i <= to; i++ {
		want = append(want, fmt.Sprintf("a%d", i))
	}
	return want
}

func (v *venue) delivered(r *receiver, want []string) {
	v.Helper()
	v.eventually(fmt.Sprint("delivered ", want), func() bool {
		got, _ := r.seen()
		return len(got) >= len(want)
	})
	if got, _ := r.seen(); !slices.Equal(got, want) {
		v.Errorf("delivered %v, want %v", got, want)
	}
}

// settled waits until the store knows that everything was taken.
func (v *venue) settled() {
	v.Helper()
	v.eventually("nothing is due", func() bool {
		var hooks []store.Webhook
		err := v.db.View(context.Background(), func(tx *store.Tx) (err error) {
			hooks, err = tx.DueWebhooks()
			return err
		})
		return err == nil && len(hooks) == 0
	})
}

func TestEveryAdmissionInOrder(t *testing.T) {
	v, r := newVenue(t), newReceiver(t)
	v.admit(pageSize + 1)
	v.hook(r, "")
	v.run()
	v.delivered(r, ids(1, pageSize+1))
	v.admit(3)
	v.delivered(r, ids(1, pageSize+4))
}

func TestRefusedIsSentAgainInOrder(t *testing.T) {
	for name, status := range map[string]int{"an error": 503, "a client error": 400, "gone": 410, "a redirect": http.StatusFound} {
		t.Run(name, func(t *testing.T) {
			v, r := newVenue(t), newReceiver(t)
			r.answer = func(got []string) int {
				if len(got) == 1 && r.tries < 5 {
					return status
				}
				return http.StatusOK
			}
			v.admit(3)
			v.hook(r, "/path?token=hush")
			v.run()
			v.delivered(r, ids(1, 3))
			if _, tries := r.seen(); tries != 6 {
				t.Errorf("%d requests, want 6: three taken, three refused", tries)
			}
			v.settled()
			v.log.mu.Lock()
			defer v.log.mu.Unlock()
			if log := v.log.String(); !strings.Contains(log, "failures=3") || strings.Contains(log, "hush") || strings.Contains(log, r.secret) {
				t.Errorf("the log should count failures and tell no secret:\n%s", log)
			}
		})
	}
}

func TestReceiverThatIsAwayComesBack(t *testing.T) {
	v, r := newVenue(t), newReceiver(t)
	v.hook(r, "")
	v.admit(2)
	r.Close()
	v.run()
	v.eventually("a failure is logged", func() bool {
		v.log.mu.Lock()
		defer v.log.mu.Unlock()
		return strings.Contains(v.log.String(), "failures=2")
	})
	if strings.Contains(v.log.String(), r.URL) {
		t.Errorf("the log names the address:\n%s", v.log)
	}
	again := newReceiver(t)
	v.hook(again, "") // the platform moved
	v.delivered(again, ids(1, 2))
}

func TestRestartGoesOnAtTheCursor(t *testing.T) {
	v, r := newVenue(t), newReceiver(t)
	v.hook(r, "")
	v.admit(3)
	stop := v.run()
	v.delivered(r, ids(1, 3))
	v.settled()
	stop()
	v.admit(2)
	v.run()
	v.delivered(r, ids(1, 5))
}

func TestRemovalStops(t *testing.T) {
	v, r := newVenue(t), newReceiver(t)
	v.hook(r, "")
	release := make(chan struct{})
	entered := make(chan struct{}, 1)
	r.answer = func([]string) int {
		entered <- struct{}{}
		<-release
		return http.StatusOK
	}
	v.admit(5)
	stop := v.run()
	<-entered
	v.update(func(tx *store.Tx) error { return tx.DeleteWebhook(gala) })
	close(release)
	v.eventually("the one under way is answered", func() bool { got, _ := r.seen(); return len(got) == 1 })
	stop()
	if got, _ := r.seen(); len(got) != 1 {
		t.Errorf("delivered %v after the removal", got)
	}
}

func TestStopEndsARequestUnderWay(t *testing.T) {
	v, r := newVenue(t), newReceiver(t)
	v.hook(r, "")
	entered, release := make(chan struct{}, 1), make(chan struct{})
	r.answer = func([]string) int {
		entered <- struct{}{}
		<-release
		return http.StatusOK
	}
	defer close(release)
	v.admit(1)
	stop := v.run()
	<-entered
	stop()
}
