package console

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/openstile/stile/control-server/internal/live"
	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

// browser starts Chromium and fails the test if a page asks anything of another
// host.
func browser(t *testing.T, host string) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("chromium is not installed")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-sync", true),
	)
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)

	err = chromedp.Listen(ctx, func(event any) {
		sent, ok := event.(*network.EventRequestWillBeSent)
		if !ok {
			return
		}
		if u, err := url.Parse(sent.Request.URL); err != nil || u.Host != host {
			t.Errorf("a page asked for %s", sent.Request.URL)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	run(t, ctx, call(network.Enable, network.EnableParams{}))
	return ctx
}

func run(t *testing.T, ctx context.Context, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

// call sends one command of the browser's protocol.
func call[P, R any](command cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, command, params)
		return err
	})
}

func screen(width int64) chromedp.Action[chromedp.Void] {
	return call(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: width, Height: 800, DeviceScaleFactor: 1, Mobile: width < 600,
	})
}

// poll waits until an expression of the page is true.
func poll(expression string) chromedp.Action[chromedp.Void] {
	return chromedp.Poll[chromedp.Void](expression, chromedp.WithPollingTimeout(60*time.Second))
}

func logIn(base string) chromedp.Action[chromedp.Void] {
	return chromedp.Steps(
		chromedp.Navigate(base+"/"),
		chromedp.SendKeys("#name", "mara"),
		chromedp.SendKeys("#password", password+"\r"),
		chromedp.WaitVisible("#lanes"),
	)
}

func TestBoardInBrowser(t *testing.T) {
	for _, width := range []int64{360, 1280} {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			hub := live.New(time.Now)
			busyBoard(hub, time.Now)
			base, server := start(t, busyVenue(), hub)
			ctx := browser(t, strings.TrimPrefix(base, "http://"))

			run(t, ctx,
				screen(width),
				logIn(base),
				poll(`document.querySelectorAll(".tile").length === 24`),
				poll(`document.documentElement.scrollWidth <= innerWidth`),
				chromedp.Evaluate[chromedp.Void](`window.loadedOnce = true; document.querySelector(".strips a").focus()`),
			)

			// A gate reports: its tile changes in place, and focus stays.
			west := hub.Snapshot().Gates[4].Status
			west.At = time.Now()
			west.Lanes[0].State, west.Lanes[0].Works = "evacuate", "staff"
			stop := keepAlive(hub, west)
			run(t, ctx,
				poll(`document.querySelector("#lane-west-1 strong").textContent === "Evacuation"`),
				poll(`document.querySelector("#alarms").textContent.includes("West, Lane 1: Evacuation")`),
				poll(`document.activeElement.closest("#strips") !== null`),
			)
			// It falls silent.
			stop()
			run(t, ctx,
				poll(`document.querySelector("#lane-west-1 strong").textContent === "Silent"`),
				poll(`document.querySelector("#stale").hidden`),
			)
			// The server goes.
			end, cancel := context.WithTimeout(context.Background(), 30*time.Second)
			defer cancel()
			if err := server.Stop(end); err != nil {
				t.Fatal(err)
			}
			run(t, ctx,
				poll(`!document.querySelector("#stale").hidden && document.body.classList.contains("is-stale")`),
				poll(`window.loadedOnce === true`),
			)
		})
	}
}

// keepAlive says a status every 200 ms until it is stopped.
func keepAlive(hub *live.Hub, s wire.Status) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			hub.Status(s)
			select {
			case <-ctx.Done():
				return
			case <-time.After(200 * time.Millisecond):
			}
		}
	}()
	return func() { cancel(); <-done }
}

// TestScreenshots draws every page for people to look at, into the folder that
// STILE_SCREENSHOTS names.
func TestScreenshots(t *testing.T) {
	folder := os.Getenv("STILE_SCREENSHOTS")
	if folder == "" {
		t.Skip("STILE_SCREENSHOTS names no folder")
	}
	now := time.Now().Add(-3 * time.Minute)
	clock := func() time.Time { return now }
	hub := live.New(clock)
	busyBoard(hub, func() time.Time { now = now.Add(90 * time.Second); return now })
	v := busyVenue()
	v.addGate = func(name string, event checkin.EventID, _ string) (checkin.Gate, string, time.Time, error) {
		return checkin.Gate{ID: "new", Name: name, Event: event}, "7K2M-QX4P", now.Add(15 * time.Minute), nil
	}
	v.receipts = append(v.receipts,
		checkin.Receipt{ID: "r3", Kind: checkin.ReceiptPurge, Event: "summer", Gate: "north", Count: 2317, At: now},
		checkin.Receipt{ID: "r4", Kind: checkin.ReceiptPurge, Event: "summer", Gate: "vip", Count: 2317, At: now})
	base, _ := start(t, v, hub)
	ctx := browser(t, strings.TrimPrefix(base, "http://"))

	shot := func(name string) chromedp.Action[chromedp.Void] {
		return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			png, err := chromedp.FullScreenshot(100)(ctx, t)
			if err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(folder, name+".png"), png, 0o644)
		})
	}
	for _, theme := range []string{"light", "dark"} {
		for _, width := range []int64{1280, 360} {
			name := func(page string) string { return fmt.Sprintf("%s-%d-%s", page, width, theme) }
			v.events[0].Closed = time.Time{}
			run(t, ctx,
				call(network.ClearBrowserCookies, cdp.Empty{}),
				screen(width),
				call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
					Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}},
				}),
				chromedp.Navigate(base+"/console/login"), shot(name("login")),
				logIn(base), chromedp.Sleep(time.Second), shot(name("board")),
				chromedp.Navigate(base+"/console/events"), shot(name("events")),
				chromedp.Navigate(base+"/console/events/summer"), shot(name("event")),
				chromedp.Navigate(base+"/console/events/summer/close"), shot(name("close")),
				chromedp.Navigate(base+"/console/gates/north/revoke"), shot(name("revoke")),
				chromedp.Navigate(base+"/console/gates"),
				chromedp.SendKeys("#name", "Roof\r"), chromedp.WaitVisible(".pairing"), shot(name("gates")),
				chromedp.Navigate(base+"/console/nowhere"), shot(name("error")),
			)
			v.events[0].Closed = now
			run(t, ctx, chromedp.Navigate(base+"/console/events/summer"), shot(name("closed")))
		}
	}
}
