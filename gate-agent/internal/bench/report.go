package bench

import (
	"encoding/json"
	"io"
)

// Report is the figures of a run.
type Report struct {
	Backend   string    `json:"backend"`
	Pictures  int       `json:"pictures"`
	Search    []Search  `json:"search"` // by size
	Pipeline  Pipeline  `json:"pipeline"`
	Inference Inference `json:"inference"`
	Enrolment Enrolment `json:"enrolment"`
	Memory    Memory    `json:"memory"`
	Decision  Decision  `json:"decision"`
}

// WriteJSON writes the report as one object on a line.
func (r Report) WriteJSON(w io.Writer) error { return json.NewEncoder(w).Encode(r) }
