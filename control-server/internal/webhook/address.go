package webhook

import (
	"net/netip"
	"net/url"

	"github.com/openstile/stile/shared/checkin"
)

const maxAddress = 2048

// CheckAddress checks where admissions may be sent: anywhere by https, and by
// http to this machine only, where a platform's own adapter may listen.
func CheckAddress(field, address string) error {
	if len(address) > maxAddress {
		return checkin.Invalid(field, "has %d bytes, at most %d", len(address), maxAddress)
	}
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Hostname() == "":
		return checkin.Invalid(field, "%q is not an address such as https://platform.example/stile", address)
	case u.User != nil:
		return checkin.Invalid(field, "holds a user name; what is sent is signed instead")
	case u.Fragment != "":
		return checkin.Invalid(field, "%q has a fragment, which is never sent", address)
	case u.Scheme == "https", u.Scheme == "http" && loopback(u.Hostname()):
		return nil
	}
	return checkin.Invalid(field, "%q must be https; http is for loopback addresses only", address)
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || (err == nil && ip.Unmap().IsLoopback())
}
