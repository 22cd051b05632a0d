// Package recognise watches one lane's camera: it finds the one face in the
// lane's zone, follows it over frames, fuses what they show, and reads tickets
// held up to the same camera. What comes out is a presentation; pixels,
// templates and scores stay here and are gone with the track.
package recognise
