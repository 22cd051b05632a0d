package pretix

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"time"
)

// Shop is one event of one organiser in a pretix installation.
type Shop struct {
	base  *url.URL // the event's, with a slash at its end
	token string
	http  *http.Client
	wait  func(ctx context.Context, d time.Duration) error
}

const (
	requestTimeout = time.Minute
	pageSize       = 50 // pretix gives no more
	maxPage        = 16 << 20
	maxTries       = 6
	firstWait      = time.Second
	longWait       = 10 * time.Minute // a server that asks for more is not waited for
)

// Open names the shop; nothing is sent yet. The token is that of a team with the
// right to view orders. It goes by https only, or by http to this machine.
func Open(address, organizer, event, token string) (*Shop, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.User != nil {
		return nil, fmt.Errorf("pretix: %q is not an address such as https://pretix.example", address)
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return nil, fmt.Errorf("pretix: %q must be https: the token would be sent in clear", address)
	}
	for what, value := range map[string]string{"organizer": organizer, "event": event, "token": token} {
		if value == "" {
			return nil, fmt.Errorf("pretix: the %s is missing", what)
		}
	}
	return &Shop{
		base:  u.JoinPath("api/v1/organizers", url.PathEscape(organizer), "events", url.PathEscape(event), "/"),
		token: token,
		http: &http.Client{
			Timeout:       requestTimeout,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		wait: sleep,
	}, nil
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || (err == nil && ip.IsLoopback())
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// page is how pretix gives every list.
type page[T any] struct {
	Count   int    `json:"count"`
	Next    string `json:"next"`
	Results []T    `json:"results"`
}

// each reads a list page by page. fn is told how many there are in all.
func each[T any](ctx context.Context, s *Shop, list string, query url.Values, fn func(total int, results []T) error) error {
	query.Set("page_size", strconv.Itoa(pageSize))
	next := s.base.JoinPath(list, "/")
	next.RawQuery = query.Encode()
	for {
		var p page[T]
		if err := s.get(ctx, next, &p); err != nil {
			return fmt.Errorf("pretix: read %s: %w", list, err)
		}
		if err := fn(p.Count, p.Results); err != nil || p.Next == "" {
			return err
		}
		u, err := url.Parse(p.Next)
		if err != nil || u.Scheme != s.base.Scheme || u.Host != s.base.Host {
			return fmt.Errorf("pretix: read %s: the next page is not at %s://%s but at %q", list, s.base.Scheme, s.base.Host, p.Next)
		}
		next = u
	}
}

// get reads one page. It waits as long as a 429 says, and tries again after a
// failure that may pass.
func (s *Shop) get(ctx context.Context, u *url.URL, into any) error {
	for try := 1; ; try++ {
		wait, err := s.try(ctx, u, into)
		if err == nil || wait == 0 || ctx.Err() != nil {
			return err
		}
		if try == maxTries {
			return fmt.Errorf("given up after %d tries: %w", try, err)
		}
		if err := s.wait(ctx, max(wait, firstWait<<(try-1))); err != nil {
			return err
		}
	}
}

// try makes one request. With an error, wait is the least time after which it
// may be made again, or 0 when that is useless.
func (s *Shop) try(ctx context.Context, u *url.URL, into any) (wait time.Duration, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Authorization", "Token "+s.token)
	req.Header.Set("Accept", "application/json")
	resp, err := s.http.Do(req)
	if err != nil {
		return firstWait, err
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusOK:
		body, err := io.ReadAll(io.LimitReader(resp.Body, maxPage+1))
		switch {
		case err != nil:
			return firstWait, err
		case len(body) > maxPage:
			return 0, fmt.Errorf("a page has more than %d bytes", maxPage)
		}
		return 0, json.Unmarshal(body, into)
	case resp.StatusCode == http.StatusTooManyRequests:
		err := errors.New("too many requests")
		if wait := retryAfter(resp.Header.Get("Retry-After"), time.Now()); wait <= longWait {
			return wait, err
		}
		return 0, fmt.Errorf("%w, and asked to wait for more than %s", err, longWait)
	case resp.StatusCode == http.StatusUnauthorized:
		return 0, errors.New("the token is wrong or has been revoked")
	case resp.StatusCode == http.StatusForbidden:
		return 0, errors.New("there is no such organizer or event, or the token's team may not view its orders")
	case resp.StatusCode >= 500:
		return firstWait, fmt.Errorf("answered %s", resp.Status)
	}
	return 0, fmt.Errorf("answered %s", resp.Status)
}

// retryAfter reads a Retry-After header: seconds or a date.
func retryAfter(header string, now time.Time) time.Duration {
	if n, err := strconv.ParseUint(header, 10, 31); err == nil {
		return max(firstWait, time.Duration(n)*time.Second)
	}
	if at, err := http.ParseTime(header); err == nil {
		return max(firstWait, at.Sub(now))
	}
	return firstWait
}
