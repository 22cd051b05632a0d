package console

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/openstile/stile/control-server/internal/live"
	"github.com/openstile/stile/control-server/internal/web/webtest"
	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/wire"
)

func logIn(base string) webtest.Action {
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
			ctx := webtest.Browser(t, base)

			webtest.Do(t, ctx,
				webtest.Screen(width),
				logIn(base),
				webtest.Until(`document.querySelectorAll(".tile").length === 24`),
				webtest.Until(`document.documentElement.scrollWidth <= innerWidth`),
				chromedp.Evaluate[chromedp.Void](`window.loadedOnce = true; document.querySelector(".strips a").focus()`),
			)

			// A gate reports: its tile changes in place, and focus stays.
			west := hub.Snapshot().Gates[4].Status
			west.At = time.Now()
			west.Lanes[0].State, west.Lanes[0].Works = "evacuate", "staff"
			stop := keepAlive(hub, west)
			webtest.Do(t, ctx,
				webtest.Until(`document.querySelector("#lane-west-1 strong").textContent === "Evacuation"`),
				webtest.Until(`document.querySelector("#alarms").textContent.includes("West, Lane 1: Evacuation")`),
				webtest.Until(`document.activeElement.closest("#strips") !== null`),
			)
			// It falls silent.
			stop()
			webtest.Do(t, ctx,
				webtest.Until(`document.querySelector("#lane-west-1 strong").textContent === "Silent"`),
				webtest.Until(`document.querySelector("#stale").hidden`),
			)
			// The server goes.
			end, cancel := context.WithTimeout(context.Background(), 30*time.Second)
			defer cancel()
			if err := server.Stop(end); err != nil {
				t.Fatal(err)
			}
			webtest.Do(t, ctx,
				webtest.Until(`!document.querySelector("#stale").hidden && document.body.classList.contains("is-stale")`),
				webtest.Until(`window.loadedOnce === true`),
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
	if os.Getenv("STILE_SCREENSHOTS") == "" {
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
	v.sign(checkin.Receipt{ID: "r3", Gate: "north", Count: 2317, At: now})
	v.sign(checkin.Receipt{ID: "r4", Gate: "vip", Count: 2317, At: now})
	base, _ := start(t, v, hub)
	ctx := webtest.Browser(t, base)

	for _, theme := range []string{"light", "dark"} {
		for _, width := range []int64{1280, 360} {
			name := func(page string) string { return fmt.Sprintf("%s-%d-%s", page, width, theme) }
			webtest.Do(t, ctx,
				webtest.Call(network.ClearBrowserCookies, cdp.Empty{}),
				webtest.Screen(width),
				webtest.Theme(theme),
				chromedp.Navigate(base+"/console/login"), webtest.Picture(name("login")),
				logIn(base), chromedp.Sleep(time.Second), webtest.Picture(name("board")),
				chromedp.Navigate(base+"/console/events"), webtest.Picture(name("events")),
				chromedp.Navigate(base+"/console/events/summer"), webtest.Picture(name("event")),
				chromedp.Navigate(base+"/console/events/spring"), webtest.Picture(name("closed")),
				chromedp.Navigate(base+"/console/events/summer/close"), webtest.Picture(name("close")),
				chromedp.Navigate(base+"/console/gates/north/revoke"), webtest.Picture(name("revoke")),
				chromedp.Navigate(base+"/console/gates"),
				chromedp.SendKeys("#name", "Roof\r"), chromedp.WaitVisible(".pairing"), webtest.Picture(name("gates")),
				chromedp.Navigate(base+"/console/nowhere"), webtest.Picture(name("error")),
			)
		}
	}
}
