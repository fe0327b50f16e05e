package app

import (
	"cmp"
	"net/http"

	"haochaping/access"
	"haochaping/access/signon"
	"haochaping/dashboard"
)

// openSignOn makes the ways to sign on elsewhere that are configured; the gate lets in whom they prove.
func (a *App) openSignOn() error {
	c := a.cfg.Access
	o := signon.Options{
		// Only the ways that need no public address do without one; of theirs the base path alone counts.
		BaseURL: cmp.Or(a.cfg.PublicBaseURL, "http://localhost") + a.cfg.BasePath,
		Admit: func(w http.ResponseWriter, r *http.Request, claim signon.Claim) error {
			_, err := a.gate.Admit(w, r, claim)
			return err
		},
		Now: a.now,
	}
	if c.OIDCIssuer != "" {
		o.OIDC = &signon.OIDC{
			Issuer: c.OIDCIssuer, ClientID: c.OIDCClientID, ClientSecret: c.OIDCClientSecret.Reveal(), GroupsClaim: c.OIDCGroupsClaim, Label: c.OIDCName,
		}
	}
	if c.CASURL != "" {
		o.CAS = &signon.CAS{URL: c.CASURL, GroupsAttribute: c.CASGroupsAttribute, Label: c.CASName}
	}
	if c.HeaderUser != "" {
		o.Header = &signon.Header{User: c.HeaderUser, Groups: c.HeaderGroups, Proxies: c.HeaderProxies, Label: c.HeaderName}
	}
	var err error
	a.signOn, err = signon.New(o)
	return err
}

// signOnRules are the configured rules, in the directory that is in force when somebody signs on.
func (a *App) signOnRules() signon.Rules {
	rules := signon.Rules{Within: func(region, root string) bool {
		dir := a.store.Directory()
		return dir != nil && dir.Within(region, root)
	}}
	for _, r := range a.cfg.Access.Rules {
		rule := signon.Rule{Group: r.Group, Regions: r.Regions, Departments: r.Departments}
		for _, role := range r.Roles {
			rule.Roles = append(rule.Roles, access.Role(role))
		}
		rules.List = append(rules.List, rule)
	}
	return rules
}

var _ dashboard.SignOn = (*signon.SignOn)(nil)
