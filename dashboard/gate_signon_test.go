package dashboard

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"haochaping/access"
)

func init() {
	composedOf = append(composedOf, func() []string {
		return []string{"signon.away", "signon.declined", "signon.norole", "signon.refused", "signon.stale"}
	})
}

// fakeSignOn answers with an error, or with where it was called.
type fakeSignOn struct{ err error }

func (f *fakeSignOn) Begin(w http.ResponseWriter, _ *http.Request, provider string) error {
	if f.err == nil {
		_, _ = fmt.Fprint(w, "begin "+provider)
	}
	return f.err
}

func (f *fakeSignOn) Return(w http.ResponseWriter, _ *http.Request, provider string) error {
	if f.err == nil {
		_, _ = fmt.Fprint(w, "return "+provider)
	}
	return f.err
}

func TestSignOn(t *testing.T) {
	on := &fakeSignOn{}
	d := gatedDashboard(t, &fakeGate{people: map[string]access.Person{}}, func(o *Options) { o.SignOn = on })
	for path, want := range map[string]string{
		"/sign-in/oidc": "begin oidc", "/sign-in/oidc/callback": "return oidc", "/sign-in/cas": "begin cas", "/sign-in/cas/callback": "return cas",
		"/sign-in/header": "begin header",
	} {
		if w := ask(d, "", http.MethodGet, path, nil); w.Code != http.StatusOK || w.Body.String() != want {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
		if w := ask(gatedDashboard(t, &fakeGate{}, nil), "", http.MethodGet, path, nil); w.Code != http.StatusNotFound {
			t.Errorf("%s without a way to sign on: %d", path, w.Code)
		}
	}
	for _, test := range []struct {
		err    error
		status int
		says   string
	}{
		{access.ErrSignOnStale, http.StatusBadRequest, "登录超时"},
		{access.ErrSignOnDeclined, http.StatusForbidden, "统一认证未予通过"},
		{access.ErrNotProven, http.StatusForbidden, "登录未被接受"},
		{access.ErrRefused, http.StatusForbidden, "登录未被接受"},
		{access.ErrNoRole, http.StatusForbidden, "尚未获得本系统权限"},
		{access.ErrProviderAway, http.StatusServiceUnavailable, "暂无应答"},
		{access.ErrNoProvider, http.StatusNotFound, ""},
		{errors.New("broken"), http.StatusInternalServerError, ""},
	} {
		on.err = fmt.Errorf("%w: reason for the log", test.err)
		w := ask(d, "", http.MethodGet, "/sign-in/oidc/callback?code=secret", nil)
		body := w.Body.String()
		if w.Code != test.status || !strings.Contains(body, test.says) || strings.Contains(body, "reason for the log") || strings.Contains(body, "code=secret") {
			t.Errorf("%v: %d\n%s", test.err, w.Code, body)
		}
		if form := strings.Contains(body, `name="password"`); form != (test.says != "") {
			t.Errorf("%v: the sign-in page: %v", test.err, form)
		}
	}
}
