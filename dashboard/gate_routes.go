package dashboard

import "haochaping/access"

// gateRoutes are the addresses of signing in and out, the own account, and who may what.
var gateRoutes = []route{
	{pattern: "GET /sign-in", needs: access.Anybody, serve: (*Dashboard).showSignIn},
	{pattern: "POST /sign-in", needs: access.Anybody, serve: (*Dashboard).signIn},
	{pattern: "POST /sign-in/demo", needs: access.Anybody, serve: (*Dashboard).signInDemo},
	{pattern: "GET /sign-in/oidc", needs: access.Anybody, serve: signOn(access.MethodOIDC, SignOn.Begin)},
	{pattern: "GET /sign-in/oidc/callback", needs: access.Anybody, serve: signOn(access.MethodOIDC, SignOn.Return)},
	{pattern: "GET /sign-in/cas", needs: access.Anybody, serve: signOn(access.MethodCAS, SignOn.Begin)},
	{pattern: "GET /sign-in/cas/callback", needs: access.Anybody, serve: signOn(access.MethodCAS, SignOn.Return)},
	{pattern: "GET /sign-in/header", needs: access.Anybody, serve: signOn(access.MethodHeader, SignOn.Begin)},
	{pattern: "POST /sign-out", needs: access.Anybody, serve: (*Dashboard).signOut},
	{pattern: "GET /account", needs: access.SignedIn, serve: (*Dashboard).showAccount},
	{pattern: "POST /account/sign-out", needs: access.SignedIn, serve: (*Dashboard).signOutEverywhere},
	{pattern: "GET /account/password", needs: access.SignedIn, unsettled: true, serve: (*Dashboard).showPassword},
	{pattern: "POST /account/password", needs: access.SignedIn, unsettled: true, serve: (*Dashboard).changePassword},
	{pattern: "GET /accounts", needs: access.ManageAccounts, serve: (*Dashboard).showAccounts},
	{pattern: "POST /accounts", needs: access.ManageAccounts, serve: (*Dashboard).addAccount},
	{pattern: "GET /accounts/{id}", needs: access.ManageAccounts, serve: (*Dashboard).showOneAccount},
	{pattern: "POST /accounts/{id}", needs: access.ManageAccounts, serve: (*Dashboard).changeAccount},
	{pattern: "POST /accounts/{id}/password", needs: access.ManageAccounts, serve: (*Dashboard).newPassword},
	{pattern: "POST /accounts/{id}/revoke", needs: access.ManageAccounts, serve: (*Dashboard).revokeSessions},
	{pattern: "GET /audit", needs: access.ReadAudit, serve: (*Dashboard).showAudit},
	{pattern: "POST /audit/verify", needs: access.ReadAudit, serve: (*Dashboard).verifyAudit},
}
