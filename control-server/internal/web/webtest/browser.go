// Package webtest drives a real browser in tests of pages.
package webtest

import (
	"context"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// Action is one step of a visit.
type Action = chromedp.Action[chromedp.Void]

// closeTime is how long a browser may take to close on a busy machine.
const closeTime = time.Minute

// Browser starts Chromium with an empty profile and a made-up camera. The test
// fails if a page asks anything of another host than base's.
func Browser(t *testing.T, base string) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("chromium is not installed: run make setup")
	}
	home, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("use-fake-device-for-media-stream", true), chromedp.Flag("use-fake-ui-for-media-stream", true),
	)
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(func() {
		defer cancel()
		// A browser that is asked to close removes what it keeps outside of its
		// profile; one that is killed does not.
		closing, stop := context.WithTimeout(ctx, closeTime)
		defer stop()
		if err := chromedp.Cancel(closing); err != nil {
			t.Errorf("close the browser: %v", err)
		}
	})
	err = chromedp.Listen(ctx, func(event any) {
		sent, ok := event.(*network.EventRequestWillBeSent)
		if !ok {
			return
		}
		if u, err := url.Parse(sent.Request.URL); err != nil || u.Host != home.Host && u.Scheme != "blob" {
			t.Errorf("a page asked for %s", sent.Request.URL)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	Do(t, ctx, Call(network.Enable, network.EnableParams{}))
	return ctx
}

// Do runs the steps in order; the test ends at the first that fails.
func Do(t *testing.T, ctx context.Context, steps ...Action) { //nolint:revive // as every helper of tests, it takes t first
	t.Helper()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

// Call sends one command of the browser's protocol.
func Call[P, R any](command cdp.Command[P, R], params P) Action {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, command, params)
		return err
	})
}

// Until waits until an expression of the page is true.
func Until(expression string) Action {
	return chromedp.Poll[chromedp.Void](expression, chromedp.WithPollingTimeout(60*time.Second))
}

// Screen sets the window's width in CSS pixels; a narrow one is a phone.
func Screen(width int64) Action {
	return Call(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: width, Height: 800, DeviceScaleFactor: 1, Mobile: width < 600,
	})
}

// Theme sets what the visitor prefers: "light" or "dark".
func Theme(theme string) Action {
	return Call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}},
	})
}

// Picture draws the whole page into the folder that STILE_SCREENSHOTS names,
// for people to look at. Without the variable it does nothing.
func Picture(name string) Action {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		folder := os.Getenv("STILE_SCREENSHOTS")
		if folder == "" {
			return nil
		}
		png, err := chromedp.FullScreenshot(100)(ctx, t)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(folder, name+".png"), png, 0o644)
	})
}
