package bus

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/openstile/stile/shared/wire"
)

var garbage = []string{"", "{", "null", "[]", "\x00\xff", `{"id":1}`, `{"gate":"south"}`, "{}{}", `{"event":"../etc"}`, strings.Repeat("[", 20000)}

func TestGarbageIsCountedAndDropped(t *testing.T) {
	h := open(t)
	c := h.serve()
	conn, _ := h.dial("north")
	js, err := jetstream.New(conn)
	must(t, err)
	for _, subject := range []string{wire.HelloSubject("north"), wire.FollowSubject("north")} {
		for _, junk := range garbage {
			m, err := conn.Request(subject, []byte(junk), patience)
			must(t, err)
			refusal := m.Header.Get(wire.ErrorHeader) != ""
			if harmless := subject == wire.HelloSubject("north"); !refusal && !harmless {
				t.Errorf("%s: %.20q was accepted", subject, junk)
			}
		}
	}
	_, _, before := c.counts("north")
	for _, junk := range garbage {
		must(t, conn.Publish(wire.StatusSubject("north"), []byte(junk)))
		_, err := js.Publish(t.Context(), wire.RecordSubject("north", "anything.at.all"), []byte(junk))
		must(t, err)
	}
	until(t, "every piece is counted", func() bool {
		statuses, records, now := c.counts("north")
		return statuses == 0 && records == 0 && now >= before+2*len(garbage)
	})
	until(t, "no garbage is kept", func() bool { return streams(t, h)[wire.RecordStream].messages == 0 })
	_, _, now := c.counts("north")
	if now != before+2*len(garbage) {
		t.Errorf("%d pieces were counted as %d: one came again", 2*len(garbage), now-before)
	}
}

func TestRecordsOfOthersAreDropped(t *testing.T) {
	h := open(t)
	c := h.serve()
	conn, _ := h.dial("north")
	js, err := jetstream.New(conn)
	must(t, err)
	inner := admission("north", "r-2")
	inner.Admission.Gate = "south"
	for _, r := range []wire.Record{admission("south", "r-1"), inner, {ID: "r-3", Kind: wire.RecordPassage, Gate: "north"}} {
		_, err := js.Publish(t.Context(), wire.RecordSubject("north", r.Kind), wire.Encode(r))
		must(t, err)
	}
	until(t, "all are counted and gone", func() bool {
		_, records, garbage := c.counts("north")
		return records == 0 && garbage == 3 && streams(t, h)[wire.RecordStream].messages == 0
	})
}

func TestARecordThatWasNotStoredComesAgain(t *testing.T) {
	h := open(t)
	c := h.serve()
	c.mu.Lock()
	c.fail = errors.New("disk full")
	c.mu.Unlock()
	conn, _ := h.dial("north")
	js, err := jetstream.New(conn)
	must(t, err)
	_, err = js.Publish(t.Context(), wire.RecordSubject("north", wire.RecordAdmission), wire.Encode(admission("north", "r-1")))
	must(t, err)
	until(t, "it is stored the second time", func() bool {
		_, records, garbage := c.counts("north")
		return records == 1 && garbage == 0
	})
	until(t, "and then gone", func() bool { return streams(t, h)[wire.RecordStream].messages == 0 })
}

func TestFollowIsForTheGatesOwnEvent(t *testing.T) {
	h := open(t)
	h.serve()
	conn, _ := h.dial("north")
	m, err := conn.Request(wire.FollowSubject("north"), wire.Encode(wire.Follow{Event: expo}), patience)
	must(t, err)
	if m.Header.Get(wire.ErrorHeader) == "" {
		t.Error("north may follow the expo")
	}
	if strings.Contains(string(m.Data), "nats") {
		t.Errorf("the answer tells of the inside: %s", m.Data)
	}
}

func TestDeleteEventLeavesNothing(t *testing.T) {
	h := open(t)
	for range 2 {
		must(t, h.bus.DeleteEvent(t.Context(), gala))
	}
	for name := range streams(t, h) {
		if strings.Contains(name, string(gala)) {
			t.Errorf("%s is left", name)
		}
	}
	if err := h.bus.PublishManifest(t.Context(), gala, []byte("m")); err == nil {
		t.Error("a manifest was published into a stream that is gone")
	}
}

func TestStartSaysWhyItCannot(t *testing.T) {
	h := open(t)
	file := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(file, nil, 0o600))
	taken := strings.TrimPrefix(h.bus.URL(), "nats://")
	for name, tt := range map[string]struct {
		cfg  Config
		want string
	}{
		"port in use":      {Config{Dir: t.TempDir(), Listen: taken}, "address already in use"},
		"no port":          {Config{Dir: t.TempDir(), Listen: "localhost"}, `"localhost"`},
		"port is no port":  {Config{Dir: t.TempDir(), Listen: "127.0.0.1:nats"}, "nats"},
		"folder is a file": {Config{Dir: filepath.Join(file, "bus"), Listen: "127.0.0.1:0"}, file + ": not a directory"},
	} {
		tt.cfg.Gates, tt.cfg.Log = h.gates, slog.New(slog.DiscardHandler)
		b, err := Start(t.Context(), tt.cfg)
		if err == nil {
			b.Close()
			t.Errorf("%s: started", name)
		} else if !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want …%s…", name, err, tt.want)
		}
	}
}

var _ Handler = (*clerk)(nil)
