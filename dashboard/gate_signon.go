package dashboard

import (
	"errors"
	"net/http"
	"net/url"

	"haochaping/access"
)

// SignOn signs people on who are known elsewhere. Both steps answer the request, or fail with one of the errors of
// package access.
type SignOn interface {
	// Begin sends the browser to a provider; the parameter back is the page to go to afterwards.
	Begin(w http.ResponseWriter, r *http.Request, provider string) error
	// Return lets in whom a provider sends back.
	Return(w http.ResponseWriter, r *http.Request, provider string) error
}

// signOn serves one step at one provider. What goes wrong stands on the sign-in page, from where it can be begun
// again; the reason is for the log, because it would help whoever tries to forge a proof.
func signOn(provider string, step func(SignOn, http.ResponseWriter, *http.Request, string) error) func(*Dashboard, http.ResponseWriter, *http.Request) error {
	return func(d *Dashboard, w http.ResponseWriter, r *http.Request) error {
		if d.options.SignOn == nil {
			return errNotFound
		}
		err := step(d.options.SignOn, w, r, provider)
		if err == nil {
			return nil
		}
		// Codes and tickets stay out of the page and of what its links and forms lead back to.
		r.URL = &url.URL{Path: "/sign-in"}
		status, problem := signOnProblem(err)
		switch {
		case errors.Is(err, access.ErrNoProvider):
			return errNotFound
		case problem == "":
			return err
		}
		d.options.Logger.Warn("a sign-on was refused", "provider", provider, "error", err)
		return d.drawSignIn(w, r, status, &signIn{Problem: d.newPage(r).T(problem), Back: d.base + "/"})
	}
}

func signOnProblem(err error) (status int, message string) {
	switch {
	case errors.Is(err, access.ErrSignOnStale):
		return http.StatusBadRequest, "signon.stale"
	case errors.Is(err, access.ErrSignOnDeclined):
		return http.StatusForbidden, "signon.declined"
	case errors.Is(err, access.ErrNotProven), errors.Is(err, access.ErrRefused):
		return http.StatusForbidden, "signon.refused"
	case errors.Is(err, access.ErrNoRole):
		return http.StatusForbidden, "signon.norole"
	case errors.Is(err, access.ErrProviderAway), errors.Is(err, access.ErrBusy):
		return http.StatusServiceUnavailable, "signon.away"
	}
	return 0, ""
}
