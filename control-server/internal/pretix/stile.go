package pretix

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/openstile/stile/shared/checkin"
)

// Stile is one event of a running control server, reached by its API, so that
// the gates hear of every ticket at once.
type Stile struct {
	holders string
	key     string
	http    *http.Client
}

// OpenStile names the server's event; nothing is sent yet.
func OpenStile(address string, event checkin.EventID, key string) (*Stile, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, fmt.Errorf("stile: %q is not an address such as http://127.0.0.1:8080", address)
	}
	if err := checkin.CheckID("event", event); err != nil {
		return nil, fmt.Errorf("stile: %w", err)
	}
	if key == "" {
		return nil, fmt.Errorf("stile: the key is missing")
	}
	return &Stile{
		holders: u.JoinPath("v1/events", string(event), "holders").String(),
		key:     key,
		http: &http.Client{
			Timeout:       requestTimeout,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}, nil
}

type push struct {
	PlatformID string           `json:"platform_id"`
	Tickets    []checkin.Ticket `json:"tickets"`
}

// push takes in one holder. created reports whether they are new. refused says
// why Stile does not want this one; the next may be fine.
func (s *Stile) push(ctx context.Context, p push) (created bool, refused string, err error) {
	body, err := json.Marshal(p)
	if err != nil {
		return false, "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.holders, bytes.NewReader(body))
	if err != nil {
		return false, "", err
	}
	req.Header.Set("Authorization", "Bearer "+s.key)
	req.Header.Set("Content-Type", "application/json")
	resp, err := s.http.Do(req)
	if err != nil {
		return false, "", fmt.Errorf("stile: %w", err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return false, "", fmt.Errorf("stile: %w", err)
	}
	if resp.StatusCode == http.StatusOK || resp.StatusCode == http.StatusCreated {
		return resp.StatusCode == http.StatusCreated, "", nil
	}
	var problem struct{ Detail, Field string }
	if json.Unmarshal(answer, &problem) != nil || problem.Detail == "" {
		return false, "", fmt.Errorf("stile: answered %s", resp.Status)
	}
	// Only what is wrong with a field of this push is this push's own fault.
	if resp.StatusCode == http.StatusUnprocessableEntity || (resp.StatusCode == http.StatusConflict && problem.Field != "") {
		return false, problem.Field + ": " + problem.Detail, nil
	}
	return false, "", fmt.Errorf("stile: %s: %s", resp.Status, problem.Detail)
}
