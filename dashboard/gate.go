package dashboard

import (
	"net/http"

	"haochaping/access"
)

// Gate says who asks.
type Gate interface {
	// Person is who sent the request; the zero Person if nobody has signed in.
	Person(r *http.Request) access.Person
}

// guard lets a request through to a route if its sender may what the route needs, and if it was not sent by a page
// of somebody else's.
func (d *Dashboard) guard(to route) http.Handler {
	answer := func(w http.ResponseWriter, r *http.Request) error { return to.serve(d, w, r) }
	if to.page != nil {
		answer = d.page(func(p *page) error { return to.page(d, p) })
	}
	return http.NewCrossOriginProtection().Handler(d.handle(func(w http.ResponseWriter, r *http.Request) error {
		person := d.options.Gate.Person(r)
		if !person.May(to.needs) {
			return errForbidden
		}
		return answer(w, r)
	}))
}
