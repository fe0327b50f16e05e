package app

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"haochaping/access"
	"haochaping/access/signon"
	"haochaping/config"
	"haochaping/directory"
)

func TestSignOnIsBuiltFromTheConfiguration(t *testing.T) {
	a := &App{store: &lateWarehouse{}, cfg: &config.Config{BasePath: "/haochaping", PublicBaseURL: "https://pingjia.example.cn", Access: config.Access{
		OIDCIssuer: "https://id.example.cn", OIDCClientID: "c", OIDCGroupsClaim: "groups", OIDCName: "省统一身份认证",
		CASURL: "https://cas.example.cn/cas", CASGroupsAttribute: "memberOf",
		HeaderUser: "X-U", HeaderGroups: "X-G", HeaderProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.7/32")},
		Rules: []config.AccessRule{{Group: "g", Roles: []string{"leader", "auditor"}, Regions: []string{"9901"}, Departments: []string{"*"}}},
	}}}
	if err := a.openSignOn(); err != nil {
		t.Fatal(err)
	}
	want := []access.Provider{
		{ID: "oidc", Label: "省统一身份认证", Path: "/sign-in/oidc"}, {ID: "cas", Path: "/sign-in/cas"}, {ID: "header", Path: "/sign-in/header"},
	}
	if diff := cmp.Diff(want, a.signOn.Providers()); diff != "" {
		t.Errorf("providers (-want +got):\n%s", diff)
	}
	roles, scope, ok := a.signOnRules().Grant(signon.Claim{Groups: []string{"g"}})
	wantScope := directory.Scope{Regions: []string{"9901"}, Departments: []string{"*"}}
	if !ok || !slices.Equal(roles, []access.Role{access.Leader, access.Auditor}) || !cmp.Equal(scope, wantScope) {
		t.Errorf("granted %v, %v, %v", roles, scope, ok)
	}

	a.cfg.Access, a.cfg.PublicBaseURL = config.Access{}, ""
	if err := a.openSignOn(); err != nil || len(a.signOn.Providers()) != 0 {
		t.Errorf("nothing configured: %v, %v", a.signOn.Providers(), err)
	}
	if _, _, ok := a.signOnRules().Grant(signon.Claim{Groups: []string{"g"}}); ok {
		t.Error("without rules somebody gets a role")
	}
}

// The configuration knows the roles of people by their names, and takes each of them.
func TestConfigurationKnowsTheRoles(t *testing.T) {
	for _, role := range access.Roles() {
		cfg, err := config.Load(config.Options{File: "../config/testdata/good.empty.yaml", Environ: []string{
			"HAOCHAPING_ACCESS_HEADER_USER=X-U", "HAOCHAPING_ACCESS_HEADER_GROUPS=X-G", "HAOCHAPING_ACCESS_HEADER_PROXIES=10.0.0.7",
			"HAOCHAPING_ACCESS_RULES=group=g roles=" + string(role) + " regions=* departments=*",
		}})
		if err != nil || cfg.Access.Rules[0].Roles[0] != string(role) {
			t.Errorf("%s: %v", role, err)
		}
	}
}
