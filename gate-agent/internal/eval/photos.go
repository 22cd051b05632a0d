package eval

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/openstile/stile/shared/vision"
)

// Losses are the photos that gave nothing.
type Losses struct {
	NotDetected []string // without a face
	Unreadable  []Unreadable
}

// String says it shortly, for when nothing is left.
func (l Losses) String() string {
	said := fmt.Sprintf("%d photos show no face, %d cannot be read", len(l.NotDetected), len(l.Unreadable))
	if len(l.Unreadable) > 0 {
		said += fmt.Sprintf(" (%s: %v)", l.Unreadable[0].Path, l.Unreadable[0].Err)
	}
	return said
}

// Unreadable is a photo that could not be decoded.
type Unreadable struct {
	Path string
	Err  error
}

func (l Losses) unreadable() map[string]bool {
	paths := make(map[string]bool, len(l.Unreadable))
	for _, u := range l.Unreadable {
		paths[u.Path] = true
	}
	return paths
}

func isPhoto(path string) bool {
	return slices.Contains([]string{".jpg", ".jpeg", ".png"}, strings.ToLower(filepath.Ext(path)))
}

// photosIn lists the photos of a folder in the order of their names.
func photosIn(folder string) ([]string, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var photos []string
	for _, entry := range entries {
		if isPhoto(entry.Name()) {
			photos = append(photos, filepath.Join(folder, entry.Name()))
		}
	}
	return photos, nil
}

// each calls see with each photo, on all processors at once, and progress after
// each. see says whether it found a face. It stops at the first failure of see,
// and when ctx ends.
func each(ctx context.Context, models *vision.Models, paths []string, progress func(done, all int),
	see func(i int, a *vision.Analyser, photo vision.Frame) (found bool, err error),
) (Losses, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	unseen := make([]error, len(paths)) // why nothing was made of a photo
	var next atomic.Int64
	var mu sync.Mutex // over done and progress
	done := 0
	work := func() error {
		a, err := models.NewAnalyser()
		if err != nil {
			return err
		}
		defer a.Close()
		for i := int(next.Add(1)) - 1; i < len(paths) && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
			if photo, err := readPhoto(paths[i]); err != nil {
				unseen[i] = err
			} else if found, err := see(i, a, photo); err != nil {
				return fmt.Errorf("%s: %w", paths[i], err)
			} else if !found {
				unseen[i] = errNoFace
			}
			mu.Lock()
			done++
			progress(done, len(paths))
			mu.Unlock()
		}
		return nil
	}
	var wg sync.WaitGroup
	for range min(runtime.NumCPU(), len(paths)) {
		wg.Go(func() {
			if err := work(); err != nil {
				stop(err)
			}
		})
	}
	wg.Wait()
	if ctx.Err() != nil {
		return Losses{}, fmt.Errorf("stopped after %d of %d photos: %w", done, len(paths), context.Cause(ctx))
	}
	return lost(paths, unseen), nil
}

var errNoFace = errors.New("no face")

// lost lists the photos that gave nothing, in their order.
func lost(paths []string, unseen []error) Losses {
	var l Losses
	for i, err := range unseen {
		switch {
		case errors.Is(err, errNoFace):
			l.NotDetected = append(l.NotDetected, paths[i])
		case err != nil:
			l.Unreadable = append(l.Unreadable, Unreadable{paths[i], err})
		}
	}
	return l
}

func readPhoto(path string) (vision.Frame, error) {
	if info, err := os.Stat(path); err != nil {
		return vision.Frame{}, err
	} else if !info.Mode().IsRegular() {
		return vision.Frame{}, errors.New("not a file") // a pipe would never end
	}
	file, err := os.Open(path)
	if err != nil {
		return vision.Frame{}, err
	}
	defer file.Close()
	// One byte more than a photo may have, so that a larger one is refused.
	data, err := io.ReadAll(io.LimitReader(file, vision.MaxPhotoBytes+1))
	if err != nil {
		return vision.Frame{}, err
	}
	return vision.DecodePhoto(data)
}
