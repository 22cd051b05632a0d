package crowd

import (
	"slices"

	"github.com/openstile/stile/shared/face"
)

// neighbours says, for each template, which others are like it, and how much.
// Whoever is another's neighbour has that one as a neighbour too.
type neighbours map[string][]face.Hit

// add brings id in, with those of its neighbours that are here.
func (n neighbours) add(id string, hits []face.Hit) {
	hits = slices.DeleteFunc(hits, func(h face.Hit) bool {
		_, here := n[h.ID]
		return !here
	})
	n[id] = slices.Clip(hits)
	for _, h := range hits {
		n[h.ID] = append(n[h.ID], face.Hit{ID: id, Score: h.Score})
	}
}

// remove takes id out and returns its neighbours, with which add undoes it.
func (n neighbours) remove(id string) []face.Hit {
	hits := n[id]
	delete(n, id)
	for _, h := range hits {
		n[h.ID] = slices.DeleteFunc(n[h.ID], func(other face.Hit) bool { return other.ID == id })
	}
	return hits
}

// unlike is the nearest score of somebody who has no neighbour: the lowest.
const unlike face.Score = -1

// nearest returns each one's score with its nearest other.
func (n neighbours) nearest() []face.Score {
	scores := make([]face.Score, 0, len(n))
	for _, hits := range n {
		best := unlike
		for _, h := range hits {
			best = max(best, h.Score)
		}
		scores = append(scores, best)
	}
	return scores
}

// reaching returns those who have a neighbour of that score or more.
func (n neighbours) reaching(score face.Score) map[string]bool {
	ids := map[string]bool{}
	for id, hits := range n {
		if slices.ContainsFunc(hits, func(h face.Hit) bool { return h.Score >= score }) {
			ids[id] = true
		}
	}
	return ids
}
