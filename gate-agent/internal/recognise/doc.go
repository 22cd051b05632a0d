// Package recognise watches one lane's camera: it follows everybody whom that
// sees, serves one of them at a time, the nearest in the lane's zone, fuses what
// the frames of that face show until it is certain who it is, and reads tickets
// held up to the same camera. What comes out is a presentation; pixels,
// templates and scores stay here and are gone with the track.
package recognise
