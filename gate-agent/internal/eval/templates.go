package eval

import (
	"context"
	"errors"
	"fmt"
	"image"
	"math"
	"os"
	"sync"

	"github.com/openstile/stile/shared/face"
	"github.com/openstile/stile/shared/vision"
)

// workers analyse photos at the same time, each with its own Analyser.
const workers = 2

// Person's photos as vectors; nil where there is none.
type sampled struct {
	Person
	vectors []face.Vector
}

// Unreadable is a photo that could not be decoded.
type Unreadable struct {
	Path string
	Err  error
}

// analyse makes a reference of each person's first photos, where they have
// more, and a probe of each other photo.
func analyse(ctx context.Context, models *vision.Models, people []Person, photos int, progress func(done, all int)) (out []sampled, missed []string, bad []Unreadable, err error) {
	type job struct{ person, photo int }
	jobs := make(chan job)
	out = make([]sampled, len(people))
	all, done := 0, 0
	for i, p := range people {
		out[i] = sampled{Person: p, vectors: make([]face.Vector, len(p.Photos))}
		all += len(p.Photos)
	}
	var mu sync.Mutex // over missed, bad, err and done
	take := func(j job, v face.Vector, failure error) {
		mu.Lock()
		defer mu.Unlock()
		path := people[j.person].Photos[j.photo]
		switch {
		case errors.As(failure, new(unreadable)):
			bad = append(bad, Unreadable{path, failure})
		case failure != nil:
			err = errors.Join(err, fmt.Errorf("%s: %w", path, failure))
		case v == nil:
			missed = append(missed, path)
		}
		out[j.person].vectors[j.photo] = v
		done++
		progress(done, all)
	}
	var wg sync.WaitGroup
	for range workers {
		see, failure := models.NewAnalyser()
		if failure != nil {
			err = errors.Join(err, failure)
			break
		}
		wg.Go(func() {
			defer see.Close()
			for j := range jobs {
				p := people[j.person]
				enrols := len(p.Photos) > photos && j.photo < photos && len(p.Photos) > 1
				v, failure := vectorOf(see, p.Photos[j.photo], enrols)
				take(j, v, failure)
			}
		})
	}
	if err == nil {
		send(ctx, people, func(person, photo int) { jobs <- job{person, photo} })
	}
	close(jobs)
	wg.Wait()
	return out, missed, bad, errors.Join(err, ctx.Err())
}

func send(ctx context.Context, people []Person, to func(person, photo int)) {
	for i, p := range people {
		for k := range p.Photos {
			if ctx.Err() != nil {
				return
			}
			to(i, k)
		}
	}
}

// unreadable marks the error of a photo, as opposed to one of the models.
type unreadable struct{ error }

// vectorOf returns nil where no face is found.
func vectorOf(see *vision.Analyser, path string, enrols bool) (face.Vector, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, unreadable{err}
	}
	photo, err := vision.DecodePhoto(data)
	if err != nil {
		return nil, unreadable{err}
	}
	faces, err := see.Search(photo)
	if err != nil || len(faces) == 0 {
		return nil, err
	}
	subject := inTheMiddle(faces, photo)
	if enrols {
		return see.Reference(photo, subject)
	}
	return see.Probe(photo, subject)
}

// inTheMiddle picks whom the photo is of: large, and close to its centre.
// Enrolment refuses a photo of several people; an evaluation keeps it.
func inTheMiddle(faces []vision.Face, photo vision.Frame) vision.Face {
	best, most := faces[0], -1.0
	half := float64(min(photo.Width, photo.Height)) / 2
	for _, f := range faces {
		twice := f.Box.Min.Add(f.Box.Max).Sub(image.Pt(photo.Width, photo.Height))
		near := max(0.01, 1-math.Hypot(float64(twice.X), float64(twice.Y))/2/half)
		if weight := float64(f.Box.Dx()*f.Box.Dy()) * near * near; weight > most {
			best, most = f, weight
		}
	}
	return best
}
