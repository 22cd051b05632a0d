package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

// client speaks the public API, as a ticketing platform would.
type client struct{ url, key string }

func newClient(url, key string) *client { return &client{url, key} }

// do sends a request and reads the answer. A problem is an error.
func (c *client) do(ctx context.Context, method, path string, body, into any) error {
	var reader io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return err
		}
		reader = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.url+path, reader)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+c.key)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s: %s", method, path, resp.Status, data)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(data, into)
}

func (c *client) createEvent(ctx context.Context, e checkin.Event) error {
	return c.do(ctx, http.MethodPost, "/v1/events", map[string]any{
		"id": e.ID, "name": e.Name, "doors": e.Doors, "starts": e.Starts, "ends": e.Ends, "policy": e.Policy,
	}, nil)
}

// push pushes a holder with one ticket, and a photo unless it is nil.
func (c *client) push(ctx context.Context, event checkin.EventID, id, ticket string, photo []byte) (s checkin.HolderStatus, err error) {
	body := map[string]any{"platform_id": id, "tickets": []checkin.Ticket{{Secret: ticket}}}
	if photo != nil {
		body["photo"] = photo
		body["consent"] = checkin.Consent{
			TextVersion: "demo-1", TextHash: fmt.Sprintf("%064x", 1), Language: "en", Channel: "demo platform", Given: time.Now(),
		}
	}
	err = c.do(ctx, http.MethodPost, "/v1/events/"+string(event)+"/holders", body, &s)
	return s, err
}

func (c *client) holder(ctx context.Context, event checkin.EventID, id checkin.HolderID) (s checkin.HolderStatus, err error) {
	err = c.do(ctx, http.MethodGet, "/v1/events/"+string(event)+"/holders/"+string(id), nil, &s)
	return s, err
}

func (c *client) withdraw(ctx context.Context, event checkin.EventID, id checkin.HolderID) error {
	return c.do(ctx, http.MethodPost, "/v1/events/"+string(event)+"/holders/"+string(id)+"/withdraw", nil, nil)
}

func (c *client) link(ctx context.Context, event checkin.EventID, id checkin.HolderID) (string, error) {
	var out struct{ URL string }
	err := c.do(ctx, http.MethodPost, "/v1/events/"+string(event)+"/holders/"+string(id)+"/link", nil, &out)
	return out.URL, err
}

func (c *client) addGate(ctx context.Context, name string, event checkin.EventID) (id checkin.GateID, code string, err error) {
	var out struct {
		Gate checkin.Gate
		Code string
	}
	err = c.do(ctx, http.MethodPost, "/v1/gates", map[string]any{"name": name, "event": event}, &out)
	return out.Gate.ID, out.Code, err
}

func (c *client) assignGate(ctx context.Context, id checkin.GateID, event checkin.EventID) error {
	return c.do(ctx, http.MethodPost, "/v1/gates/"+string(id)+"/assign", map[string]any{"event": event}, nil)
}

// gateState is a gate with its newest heartbeat.
type gateState struct {
	ID     checkin.GateID `json:"id"`
	Silent bool           `json:"silent"`
	Status *wire.Status   `json:"status"`
}

func (c *client) gates(ctx context.Context) ([]gateState, error) {
	var out struct{ Gates []gateState }
	err := c.do(ctx, http.MethodGet, "/v1/gates", nil, &out)
	return out.Gates, err
}

// admission is one line of the admissions' list.
type admission struct {
	Seq int64 `json:"seq"`
	checkin.Admission
}

func (c *client) admissions(ctx context.Context, event checkin.EventID, after int64) ([]admission, error) {
	var out struct{ Admissions []admission }
	err := c.do(ctx, http.MethodGet, fmt.Sprintf("/v1/events/%s/admissions?limit=1000&after=%d", event, after), nil, &out)
	return out.Admissions, err
}

// books are an event's counts.
type books struct {
	checkin.Counts
	FrameToRelease Milliseconds `json:"frame_to_release_ms"`
}

// Milliseconds are a distribution's median and its near-worst case.
type Milliseconds struct {
	P50 float64 `json:"p50"`
	P99 float64 `json:"p99"`
}

func (c *client) books(ctx context.Context, event checkin.EventID) (b books, err error) {
	err = c.do(ctx, http.MethodGet, "/v1/events/"+string(event)+"/books", nil, &b)
	return b, err
}

// purgeState is how far a purge has come.
type purgeState struct {
	Purged        time.Time         `json:"purged"`
	Gates         []checkin.GateID  `json:"gates"`
	Receipts      []checkin.Receipt `json:"receipts"`
	TemplatesLeft int               `json:"templates_left"`
}

func (c *client) closeEvent(ctx context.Context, event checkin.EventID) error {
	return c.do(ctx, http.MethodPost, "/v1/events/"+string(event)+"/close", nil, nil)
}

func (c *client) purge(ctx context.Context, event checkin.EventID) (p purgeState, err error) {
	err = c.do(ctx, http.MethodGet, "/v1/events/"+string(event)+"/purge", nil, &p)
	return p, err
}
