package face

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"testing"
)

// begin begins a fitting and returns it.
func (x *Index) begin() *fitting {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.fit()
	return x.fitting
}

// play makes the changes that moves say, one byte each, while codecs are being
// made, and compares what is found after each.
func play(t *testing.T, moves []byte) {
	const dim = 128
	c := faces(dim, 1)
	people := make([]Vector, 256)
	for i := range people {
		people[i] = c.shorten(c.person())
	}
	x := newPair(dim)
	for i := range 300 {
		x.put(fmt.Sprint("first", i), people[i%len(people)])
	}
	for i, m := range moves {
		id := fmt.Sprint(m % 50)
		switch {
		case m < 120:
			x.put(id, people[(i*7+int(m))%len(people)])
		case m < 200:
			x.remove(t, id)
		case m < 230:
			x.remove(t, fmt.Sprint("first", i%300))
		case m < 250:
			x.begin()
		case m < 254:
			x.Settle()
		default:
			if got, want := x.Wipe(), len(x.ledger.ids); got != want {
				t.Fatalf("wiped %d, want %d", got, want)
			}
			x.ledger = newLedger()
		}
		if got, want := x.Len(), len(x.ledger.ids); got != want {
			t.Fatalf("%d templates, want %d", got, want)
		}
		x.agrees(t, people[int(m)])
	}
	x.Settle()
	x.agrees(t, people[0])
}

func TestAnySequenceOfChangesIsExact(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, 1))
			moves := make([]byte, 250)
			for i := range moves {
				moves[i] = byte(r.Uint32())
			}
			play(t, moves)
		})
	}
}

func FuzzIndex(f *testing.F) {
	f.Add([]byte{1, 2, 3, 240, 200, 1, 130, 4, 251, 5, 255, 6})
	f.Fuzz(play)
}

// At each point of a fitting.
func TestWipeLeavesNothingOfAFitting(t *testing.T) {
	c := faces(dim, 3)
	people := make([]Vector, segmentRows+300)
	for i := range people {
		people[i] = c.person()
	}
	for point := range 4 {
		x := NewIndex(dim)
		for i, v := range people {
			x.Put(strconv.Itoa(i), v)
		}
		if point > 2 {
			x.refit() // so that there are former codes
		}
		former := x.rows.codec()
		f := x.begin()
		switch point {
		case 1:
			<-f.forgot
		case 2:
			x.Settle()
		}
		segments := slices.Clone(x.rows.segments)
		if n := x.Wipe(); n != len(people) {
			t.Errorf("wiped %d", n)
		}
		for _, v := range f.sample {
			if zeros(v) != len(v) {
				t.Fatalf("point %d: the sample survived", point)
			}
		}
		for _, s := range segments {
			if zeros(s.rows) != len(s.rows) || s.codes != nil || s.next != nil {
				t.Fatalf("point %d: a segment survived", point)
			}
		}
		if former != nil && zeros(former.basis) != len(former.basis) {
			t.Errorf("point %d: the former codec survived", point)
		}
		if x.Len() != 0 || x.fitting != nil || x.rows.codec() != nil {
			t.Errorf("point %d: something is left", point)
		}
	}
}

func TestRemoveReachesTheSample(t *testing.T) {
	c := faces(dim, 3)
	x := newPair(dim)
	for i := range 2000 {
		x.put(strconv.Itoa(i), c.person())
	}
	gone := x.ledger.rows["7"]
	f := x.begin()
	x.remove(t, "7")
	for _, v := range f.sample {
		if zeros(v) != len(v) {
			t.Fatal("the sample survived")
		}
	}
	x.mu.RLock()
	again := x.fitting
	x.mu.RUnlock()
	if again == nil || again == f {
		t.Fatal("no other fitting was begun")
	}
	x.Settle()
	x.agrees(t, gone)
	if x.rows.codec() == nil {
		t.Error("no codec")
	}
}

func TestFittingsSearchesAndChangesAtTheSameTime(t *testing.T) {
	const dim = 128
	c := faces(dim, 3)
	x := NewIndex(dim)
	stays := c.person()
	x.Put("stays", stays)
	people := make([]Vector, 1500)
	for i := range people {
		people[i] = c.person()
	}
	var all sync.WaitGroup
	for k := range 2 {
		all.Go(func() {
			for i, v := range people {
				x.Put(fmt.Sprint(k, i), v)
				if i%3 == 0 {
					x.Remove(fmt.Sprint(k, i/2))
				}
			}
		})
	}
	all.Go(func() {
		for range 5 {
			<-x.begin().forgot
		}
	})
	all.Go(func() {
		for range 300 {
			if best, _ := x.Search(stays, 0.5); best.ID != "stays" {
				t.Errorf("found %+v", best)
			}
			if hits := x.Above(stays, 0.9999); len(hits) != 1 {
				t.Errorf("found %d", len(hits))
			}
		}
	})
	all.Wait()
	x.Settle()
	if best, _ := x.Search(stays, 0.5); best.ID != "stays" {
		t.Errorf("found %+v", best)
	}
	all.Go(func() { x.begin() })
	all.Go(func() { x.Wipe() })
	all.Wait()
	if x.Wipe(); x.Len() != 0 {
		t.Errorf("%d templates after a wipe", x.Len())
	}
}
