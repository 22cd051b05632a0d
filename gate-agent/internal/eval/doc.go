// Package eval measures how well faces are recognised: open-set identification
// on folders of photos, with the code that enrolment and gates use.
package eval
