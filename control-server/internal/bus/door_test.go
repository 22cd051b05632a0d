package bus

import (
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/seal"
	"github.com/openstile/stile/shared/wire"
)

func TestStrangersStayOutside(t *testing.T) {
	h := open(t)
	stranger, err := seal.NewIdentity()
	must(t, err)
	h.gates.change("far", func(g *checkin.Gate) { g.Revoked = time.Now() })
	for name, option := range map[string]nats.Option{
		"nobody at all":     nats.Name("nobody"),
		"an unknown key":    nats.Nkey(stranger.NKey(), stranger.Sign),
		"another's key":     nats.Nkey(h.ids["north"].NKey(), stranger.Sign),
		"no signature":      nats.Nkey(h.ids["north"].NKey(), func([]byte) ([]byte, error) { return nil, nil }),
		"an old signature":  nats.Nkey(h.ids["north"].NKey(), func([]byte) ([]byte, error) { return h.ids["north"].Sign([]byte("nonce")) }),
		"a key that is not": nats.Nkey("UNKEY", stranger.Sign),
		"a revoked gate":    nats.Nkey(h.ids["far"].NKey(), h.ids["far"].Sign),
		"the server's name": nats.UserInfo(controlServer, "guess"),
		"an empty secret":   nats.UserInfo(controlServer, ""),
	} {
		if conn, err := nats.Connect(h.bus.URL(), option); err == nil {
			conn.Close()
			t.Errorf("%s was let in", name)
		}
	}
}

// What the gate north, which serves the gala, must never be able to do.
func TestPermissionsRefuse(t *testing.T) {
	h := open(t)
	h.serve()
	conn, refused := h.dial("north")
	publish := map[string]string{
		"read another event's consumer":   "$JS.API.CONSUMER.INFO.STILE_GALLERY_expo.gate-far",
		"read with another's consumer":    "$JS.API.CONSUMER.MSG.NEXT.STILE_GALLERY_gala.gate-south",
		"read another event's gallery":    "$JS.API.CONSUMER.MSG.NEXT.STILE_GALLERY_expo.gate-north",
		"get a message of a gallery":      "$JS.API.STREAM.MSG.GET.STILE_GALLERY_gala",
		"get directly from a gallery":     "$JS.API.DIRECT.GET.STILE_GALLERY_expo",
		"get the last of a gallery":       "$JS.API.DIRECT.GET.STILE_GALLERY_expo.stile.v1.gallery.expo.manifest",
		"read another event's claims":     "$JS.API.DIRECT.GET.KV_STILE_CLAIMS_expo.$KV.STILE_CLAIMS_expo.x",
		"make a consumer":                 "$JS.API.CONSUMER.CREATE.STILE_GALLERY_gala.spy.>",
		"make an unnamed consumer":        "$JS.API.CONSUMER.CREATE.STILE_GALLERY_gala",
		"make a durable consumer":         "$JS.API.CONSUMER.DURABLE.CREATE.STILE_GALLERY_gala.spy",
		"delete a consumer":               "$JS.API.CONSUMER.DELETE.STILE_GALLERY_gala.gate-south",
		"list consumers":                  "$JS.API.CONSUMER.NAMES.STILE_GALLERY_gala",
		"make a stream":                   "$JS.API.STREAM.CREATE.SPY",
		"change a stream":                 "$JS.API.STREAM.UPDATE.STILE_GALLERY_gala",
		"purge a stream":                  "$JS.API.STREAM.PURGE.STILE_GALLERY_gala",
		"delete a stream":                 "$JS.API.STREAM.DELETE.STILE_RECORDS",
		"delete a message":                "$JS.API.STREAM.MSG.DELETE.STILE_RECORDS",
		"take a snapshot":                 "$JS.API.STREAM.SNAPSHOT.STILE_GALLERY_gala",
		"list streams":                    "$JS.API.STREAM.NAMES",
		"read the account":                "$JS.API.INFO",
		"ask the system":                  "$SYS.REQ.SERVER.PING",
		"acknowledge another's message":   "$JS.ACK.STILE_RECORDS.ingest.1.1.1.1.1",
		"say hello as another gate":       wire.HelloSubject("south"),
		"follow as another gate":          wire.FollowSubject("south"),
		"report as another gate":          wire.StatusSubject("south"),
		"record as another gate":          wire.RecordSubject("south", wire.RecordAdmission),
		"command another gate":            wire.CommandSubject("south"),
		"command itself":                  wire.CommandSubject("north"),
		"answer another gate":             wire.InboxPrefix("south") + ".1.2",
		"put an entry into the gallery":   wire.EntrySubject(gala, facePlace),
		"put a manifest into the gallery": wire.ManifestSubject(gala),
		"claim at another event":          "$KV.STILE_CLAIMS_expo.credential-1",
	}
	for name, subject := range publish {
		t.Run(name, func(t *testing.T) {
			must(t, conn.PublishRequest(subject, wire.InboxPrefix("north")+".reply", nil))
			expectViolation(t, conn, refused)
		})
	}
	for name, subject := range map[string]string{
		"hear everything":         ">",
		"hear one level":          "*.v1.command.south",
		"hear another's commands": wire.CommandSubject("south"),
		"hear all commands":       "stile.v1.command.*",
		"hear another's answers":  wire.InboxPrefix("south") + ".>",
		"hear other gates":        "stile.v1.gate.>",
		"hear a gallery":          wire.GallerySubjects(gala),
		"hear claims":             "$KV.>",
		"hear the system":         "$SYS.>",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := conn.SubscribeSync(subject)
			must(t, err)
			expectViolation(t, conn, refused)
		})
	}
}

func expectViolation(t *testing.T, conn *nats.Conn, refused chan error) {
	t.Helper()
	must(t, conn.Flush())
	select {
	case err := <-refused:
		if !strings.Contains(strings.ToLower(err.Error()), "permissions violation") {
			t.Errorf("refused with %v", err)
		}
	case <-time.After(patience):
		t.Error("it was not refused")
	}
}

// NATS does not check where a request wants its answer. An answer sent to a
// subject that means something must mean nothing.
func TestAnswersReachNobodyElse(t *testing.T) {
	h := open(t)
	h.serve()
	conn, _ := h.dial("north")
	follow(t, conn, "north", gala)
	overheard, err := h.bus.conn.SubscribeSync("stile.v1.gate.south.>")
	must(t, err)
	commands, err := h.bus.conn.SubscribeSync("stile.v1.command.>")
	must(t, err)
	must(t, h.bus.conn.Flush())

	claims := "$KV.STILE_CLAIMS_gala."
	request := func(subject, reply, body string) {
		t.Helper()
		must(t, conn.PublishMsg(&nats.Msg{Subject: subject, Reply: reply, Data: []byte(body)}))
	}
	request(claims+"forged", "", `{"gate":"south"}`)
	before := streams(t, h)
	for _, target := range []string{
		"$JS.API.STREAM.DELETE.STILE_RECORDS", "$JS.API.STREAM.DELETE.STILE_GALLERY_expo",
		"$JS.API.STREAM.PURGE.STILE_GALLERY_gala", "$JS.API.STREAM.DELETE.KV_STILE_CLAIMS_expo",
		wire.EntrySubject(gala, facePlace), wire.EntrySubject(expo, facePlace), wire.ManifestSubject(gala),
		wire.RecordSubject("south", wire.RecordAdmission), wire.StatusSubject("south"), wire.CommandSubject("south"),
		"$KV.STILE_CLAIMS_expo.credential-1",
	} {
		next := "$JS.API.CONSUMER.MSG.NEXT.STILE_GALLERY_gala.gate-north"
		for range 4 { // two messages, and then the empty answer that there are no more
			request(next, target, `{"batch":1,"no_wait":true}`)
		}
		request("$JS.API.DIRECT.GET.KV_STILE_CLAIMS_gala."+claims+"forged", target, "")
		request("$JS.API.DIRECT.GET.KV_STILE_CLAIMS_gala."+claims+"absent", target, "")
		request("$JS.API.STREAM.INFO.KV_STILE_CLAIMS_gala", target, "")
		request(claims+"forged", target, `{"gate":"south"}`)
		request(wire.HelloSubject("north"), target, `{}`)
		request(wire.FollowSubject("north"), target, `{"event":"gala"}`)
		follow(t, conn, "north", gala)
	}
	after := streams(t, h)
	for name, info := range before {
		switch got, ok := after[name]; {
		case !ok:
			t.Errorf("%s is gone", name)
		case name != "KV_STILE_CLAIMS_gala" && got != info:
			t.Errorf("%s changed from %+v to %+v", name, info, got)
		}
	}
	for _, sub := range []*nats.Subscription{overheard, commands} {
		if m, err := sub.NextMsg(100 * time.Millisecond); err == nil {
			t.Errorf("%s got %q", m.Subject, m.Data)
		}
	}
}

type contents struct{ messages, last uint64 }

func streams(t *testing.T, h *hall) map[string]contents {
	t.Helper()
	all := map[string]contents{}
	list := h.bus.js.ListStreams(t.Context())
	for s := range list.Info() {
		all[s.Config.Name] = contents{s.State.Msgs, s.State.LastSeq}
	}
	must(t, list.Err())
	return all
}

// follow has the gate's consumer made.
func follow(t *testing.T, conn *nats.Conn, gate checkin.GateID, event checkin.EventID) {
	t.Helper()
	m, err := conn.Request(wire.FollowSubject(gate), wire.Encode(wire.Follow{Event: event}), patience)
	must(t, err)
	if m.Header.Get(wire.ErrorHeader) != "" {
		t.Fatalf("follow: %s", m.Data)
	}
}

func TestAGateCanDoWhatItMust(t *testing.T) {
	h := open(t)
	c := h.serve()
	conn, refused := h.dial("north")
	commands, err := conn.SubscribeSync(wire.CommandSubject("north"))
	must(t, err)
	must(t, conn.Flush())

	m, err := conn.Request(wire.HelloSubject("north"), wire.Encode(wire.Hello{}), patience)
	must(t, err)
	if string(m.Data) != "assignment of north" {
		t.Errorf("hello was answered with %q", m.Data)
	}
	must(t, h.bus.Command("north", []byte("go")))
	if m, err := commands.NextMsg(patience); err != nil || string(m.Data) != "go" {
		t.Errorf("command: %v, %v", m, err)
	}

	follow(t, conn, "north", gala)
	js, err := jetstream.New(conn)
	must(t, err)
	consumer, err := js.Consumer(t.Context(), wire.GalleryStream(gala), wire.ConsumerName("north"))
	must(t, err)
	for _, want := range []string{"sealed for gala", "manifest of gala"} {
		m, err := consumer.Next(jetstream.FetchMaxWait(patience))
		must(t, err)
		if string(m.Data()) != want {
			t.Errorf("gallery gave %q, want %q", m.Data(), want)
		}
	}

	kv, err := js.KeyValue(t.Context(), wire.ClaimBucket(gala))
	must(t, err)
	if _, err := kv.Create(t.Context(), "credential-1", []byte("north")); err != nil {
		t.Errorf("claim: %v", err)
	}
	if _, err := kv.Create(t.Context(), "credential-1", []byte("north")); err == nil {
		t.Error("the same claim was taken twice")
	}

	must(t, conn.Publish(wire.StatusSubject("north"), wire.Encode(wire.Status{Gate: "north"})))
	_, err = js.Publish(t.Context(), wire.RecordSubject("north", wire.RecordAdmission), wire.Encode(admission("north", "r-1")))
	must(t, err)
	until(t, "status and record arrive", func() bool {
		statuses, records, _ := c.counts("north")
		return statuses == 1 && records == 1
	})
	if len(refused) > 0 {
		t.Errorf("refused: %v", <-refused)
	}
}

// admission is a record that is well formed.
func admission(gate checkin.GateID, id string) wire.Record {
	return wire.Record{ID: id, Kind: wire.RecordAdmission, Gate: gate,
		Admission: &checkin.Admission{ID: checkin.AdmissionID(id), Gate: gate}}
}
