// Package webhook tells ticketing platforms of admissions, as Standard Webhooks
// (standardwebhooks.com) say: one signed POST per admission, in order of
// arrival, at least once.
package webhook
