package demo

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/openstile/stile/control-server/internal/store"
	"github.com/openstile/stile/shared/checkin"
	"github.com/openstile/stile/shared/seal"
	"github.com/openstile/stile/shared/wire"
)

// TestFaults breaks one part of a running venue after the other. Every fault is
// seen, heals by itself, opens no gate and loses no record.
func TestFaults(t *testing.T) {
	r := newRig(t, 3)
	for _, fault := range []struct {
		name string
		test func(*rig)
	}{
		{"the camera vanishes and returns", cameraVanishes},
		{"the board is unplugged mid-pulse", unpluggedMidPulse},
		{"garbage on the serial line", garbageOnTheLine},
		{"fire", fire},
		{"the control server is killed", serverKilled},
		{"the gate agent is killed between release and passage", gateKilled},
		{"the gate agent is stopped between release and passage", gateStopped},
		{"a gate's disk holds nothing biometric", nothingBiometric},
	} {
		if !t.Run(fault.name, func(t *testing.T) { fault.test(r.in(t)) }) {
			return
		}
	}
}

func cameraVanishes(r *rig) {
	r.sim(r.south, "off", true)
	r.lane(r.south, "ready", "staff", "camera_down")
	releases := ask[int](r, r.south, "releases")
	r.sim(r.south, "on", true)
	r.lane(r.south, "ready", "face")
	if n := ask[int](r, r.south, "releases"); n != releases {
		r.Errorf("%d releases meanwhile", n-releases)
	}
	r.admits(r.south, r.ticket())
	r.booksAgree()
}

func unpluggedMidPulse(r *rig) {
	ticket, releases := r.ticket(), ask[int](r, r.south, "releases")
	r.releases(r.south, ticket)
	r.sim(r.south, "unplug", true)
	r.push(r.south) // the arm was unlocked already
	r.lane(r.south, "out_of_service", "staff", "board_down")
	r.sim(r.south, "replug", true)
	r.lane(r.south, "ready", "face")
	if ask[bool](r, r.south, "energised") || ask[bool](r, r.south, "unlocked") {
		r.Error("the barrier is released after the board is back")
	}
	if n := ask[int](r, r.south, "releases"); n != releases+1 {
		r.Errorf("%d releases, want 1", n-releases)
	}
	r.refusesUsed(r.north, ticket)
	r.admits(r.south, r.ticket())
	r.booksAgree()
}

// Noise between the answers is shrugged off: the lane goes on serving.
func garbageOnTheLine(r *rig) {
	releases := ask[int](r, r.south, "releases")
	begun := time.Now()
	for time.Since(begun) < 2*time.Second {
		r.sim(r.south, "garbage", 64)
	}
	r.lane(r.south, "ready", "face")
	if n := ask[int](r, r.south, "releases"); n != releases || ask[bool](r, r.south, "unlocked") {
		r.Errorf("%d releases", n-releases)
	}
	r.admits(r.south, r.ticket())
	r.booksAgree()
}

func fire(r *rig) {
	ticket, releases := r.ticket(), ask[int](r, r.south, "releases")
	r.sim(r.south, "fire", true)
	r.lane(r.south, "evacuate", "staff")
	if err := r.south.show(ticket, 1.5); err != nil {
		r.Fatal(err)
	}
	if !ask[bool](r, r.south, "push") { // counted, but nobody's admission
		r.Error("the arm is locked in a fire")
	}
	r.lane(r.south, "evacuate", "staff")
	r.sim(r.south, "fire", false)
	r.lane(r.south, "ready", "face")
	if n := ask[int](r, r.south, "releases"); n != releases {
		r.Errorf("%d releases in a fire", n-releases)
	}
	r.admits(r.south, ticket)
	r.booksAgree()
}

func serverKilled(r *rig) {
	alone, twice, abandoned := r.ticket(), r.ticket(), r.abandoned()
	epochs := map[*simLane]uint64{}
	for _, l := range r.lanes {
		epochs[l] = r.status(l).Gallery.Epoch
	}
	again := r.kill("control-server")

	releases := ask[int](r, r.south, "releases")
	if err := r.south.walk(r.roles.Enrolled[0], approach); err != nil {
		r.Fatal(err)
	}
	time.Sleep(4 * time.Second) // for a face to be looked at
	if n := ask[int](r, r.south, "releases"); n != releases {
		r.Error("a face was let in offline")
	}
	if err := r.south.leave(); err != nil {
		r.Fatal(err)
	}
	r.releases(r.south, alone)
	r.push(r.south)
	r.releases(r.north, twice)
	r.push(r.north)
	time.Sleep(1500 * time.Millisecond) // for the lanes to take the next person
	r.releases(r.south, twice)          // nobody can know
	r.push(r.south)
	again()

	for _, l := range r.lanes {
		r.wait(l.Title+" has fetched its gallery anew", func() bool {
			g := r.status(l).Gallery
			return g.Right && g.Epoch > epochs[l] && g.Faces == len(r.holders)
		})
		r.lane(l, "ready", "face")
	}
	r.booksAgree()
	admitted, refused := 0, false
	seen := map[checkin.AdmissionID]bool{}
	for _, a := range r.admissions() {
		if seen[a.ID] {
			r.Errorf("admission %s is there twice", a.ID)
		}
		seen[a.ID] = true
		if a.Offline && a.Outcome == checkin.Admitted {
			admitted++
		}
		refused = refused || a.Means == checkin.MeansFace && slices.Contains(slow, a.Reason) && a.Holder == r.holders[0]
	}
	if admitted -= r.abandoned() - abandoned; admitted != 3 || !refused {
		r.Errorf("%d were admitted offline, want 3; the face was refused: %v", admitted, refused)
	}
	r.refusesUsed(r.north, alone)
	r.wait("the ticket that was used twice is seen", func() bool {
		conditions := slices.Concat(r.status(r.north).Conditions, r.status(r.south).Conditions)
		return slices.ContainsFunc(conditions, func(c wire.Condition) bool { return c.Name == "double_admission" })
	})
}

func gateKilled(r *rig) { interrupted(r, func() func() { return r.kill("gate-south") }) }

// A gate that is stopped still says what it knows.
func gateStopped(r *rig) {
	interrupted(r, func() func() { return r.stop("gate-south") })
}

// interrupted ends the gate agent behind a release and starts it again.
func interrupted(r *rig, end func() (again func())) {
	ticket := r.ticket()
	before := len(r.admissions())
	r.releases(r.south, ticket)
	again := end()
	r.south.hangUp()
	restarted := time.Now()
	again()
	r.wait("the gallery is fetched anew", func() bool {
		g := r.status(r.south).Gallery
		return g.Right && g.Faces == len(r.holders) && g.Synced.After(restarted)
	})
	r.lane(r.south, "ready", "face")
	if ask[int](r, r.south, "releases") != 0 || ask[bool](r, r.south, "energised") || ask[bool](r, r.south, "unlocked") {
		r.Error("the new agent has released the barrier")
	}
	r.wait("the admission arrives", func() bool { return len(r.admissions()) > before })
	r.unsensed++ // nobody saw whether they passed
	r.booksAgree()
	r.refusesUsed(r.north, ticket)
	r.admits(r.south, r.ticket())
	r.booksAgree()
}

// nothingBiometric looks for a template in whatever the gates have written. The
// template is opened as the server would.
func nothingBiometric(r *rig) {
	vault, err := seal.OpenVault(filepath.Join(r.dir, "server", "keys"))
	if err != nil {
		r.Fatal(err)
	}
	key, err := vault.Load(r.event)
	if err != nil {
		r.Fatal(err)
	}
	defer key.Wipe()
	db, err := store.Open(filepath.Join(r.dir, "server", "stile.db"), time.Now)
	if err != nil {
		r.Fatal(err)
	}
	defer db.Close()
	var secrets [][]byte
	for _, holder := range r.holders {
		err := db.View(r.Context(), func(tx *store.Tx) error {
			e, err := tx.ActiveEnrolment(holder)
			if err != nil {
				return err
			}
			sealed, err := tx.SealedTemplate(e.ID)
			if err != nil {
				return err
			}
			plain, err := key.Open(sealed, wire.EntryRef{Kind: wire.EntryFace, ID: string(e.ID)}.AAD(r.event))
			if err != nil {
				return err
			}
			entry, err := wire.Decode[wire.FaceEntry](plain)
			// Whole or in part, sealed or open.
			secrets = append(secrets, sealed[:64], sealed, entry.Template, entry.Template[16:48])
			return err
		})
		if err != nil {
			r.Fatal(err)
		}
	}
	secrets = append(secrets, key.Secret())
	var wrote []byte
	for i, g := range gates {
		files, err := filepath.Glob(filepath.Join(r.dir, g.lane, "*"))
		if err != nil || len(files) < 3 {
			r.Fatalf("gate %s wrote %v, %v", r.lanes[i].Gate, files, err)
		}
		files = append(files, filepath.Join(r.dir, "gate-"+string(r.lanes[i].Gate)+".log"))
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				r.Fatal(err)
			}
			for _, secret := range secrets {
				if bytes.Contains(data, secret) {
					r.Errorf("%s holds a template or the event key", file)
				}
			}
			wrote = append(wrote, data...)
		}
	}
	if !strings.Contains(string(wrote), string(r.admissions()[0].ID)) {
		r.Error("the gates' files do not hold what they must")
	}
}
