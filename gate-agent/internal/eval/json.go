package eval

import (
	"encoding/json"
	"io"
	"math"
	"strconv"
)

// figures are keyed by a rate that was asked for. JSON has no NaN: what could
// not be measured is null.
type figures map[string]*float64

// groupJSON are the figures of one Group.
type groupJSON struct {
	Name      string   `json:"name,omitempty"`
	Mated     int      `json:"mated"`
	NonMated  int      `json:"non_mated"`
	Rank1     *float64 `json:"rank1"`
	FNIR      figures  `json:"fnir"`
	Threshold figures  `json:"threshold"`
	// At the threshold of all.
	CommonFPIR figures `json:"common_fpir,omitempty"`
	CommonFNIR figures `json:"common_fnir,omitempty"`
}

// WriteJSON writes the report's figures as one object on a line.
func (r Report) WriteJSON(w io.Writer) error {
	out := struct {
		Gallery     int `json:"gallery"`
		NotEnrolled int `json:"not_enrolled"`
		NotDetected int `json:"not_detected"`
		Unreadable  int `json:"unreadable"`
		groupJSON
		Groups []groupJSON `json:"groups,omitempty"`
	}{
		r.Gallery, len(r.NotEnrolled), len(r.Lost.NotDetected), len(r.Lost.Unreadable),
		r.All.figures(), nil,
	}
	for _, g := range r.Groups {
		out.Groups = append(out.Groups, g.figures())
	}
	return json.NewEncoder(w).Encode(out)
}

func (g Group) figures() groupJSON {
	out := groupJSON{
		Name: g.Name, Mated: g.Mated, NonMated: g.NonMated, Rank1: number(g.Rank1),
		FNIR: make(figures), Threshold: make(figures), CommonFPIR: make(figures), CommonFNIR: make(figures),
	}
	for i, own := range g.Own {
		key := rateKey(own.FPIR)
		out.FNIR[key], out.Threshold[key] = number(own.FNIR), number(float64(own.Threshold))
		if len(g.Common) > 0 {
			out.CommonFPIR[key], out.CommonFNIR[key] = number(g.Common[i].FPIR), number(g.Common[i].FNIR)
		}
	}
	return out
}

func rateKey(rate float64) string { return strconv.FormatFloat(rate, 'g', -1, 64) }

func number(x float64) *float64 {
	if math.IsNaN(x) {
		return nil
	}
	return &x
}
