package dashboard

import (
	"net/http"
	"slices"

	"haochaping/access"
)

// route is one address below the base path: what it needs, and who answers. Exactly one of page and serve is set.
// Every address of the dashboard stands in a table of routes, because that is where the gate is applied and what the
// test of leaks goes through.
type route struct {
	pattern string // as http.ServeMux reads it, with the method
	needs   access.Permission
	page    func(*Dashboard, *page) error
	serve   func(*Dashboard, http.ResponseWriter, *http.Request) error
	// unsettled: also for those who have to change their password before anything else.
	unsettled bool
}

// routes are all addresses, one table an area.
func routes() []route {
	return slices.Concat(
		figureRoutes,
		rankingRoutes,
		gateRoutes,
		overviewRoutes,
		itemRoutes,
		editionRoutes,
		reviewRoutes,
		qualityRoutes,
		searchRoutes,
		wallRoutes,
		workbenchRoutes,
		rehearsalRoutes,
		indicatorRoutes,
		targetRoutes,
		editionDeskRoutes,
		evidenceRoutes,
		refusalRoutes,
		mapRoutes,
	)
}

var figureRoutes = []route{
	{pattern: "GET /{$}", needs: access.ReadFigures, page: (*Dashboard).overview},
	{pattern: "GET /region/{code}", needs: access.ReadFigures, page: (*Dashboard).region},
	{pattern: "GET /hall/{code}", needs: access.ReadFigures, page: (*Dashboard).hall},
	{pattern: "GET /hall/{code}/window/{window}", needs: access.ReadFigures, page: (*Dashboard).window},
	{pattern: "GET /department/{code}", needs: access.ReadFigures, page: (*Dashboard).department},
	{pattern: "GET /unattributed", needs: access.ReadFigures, page: (*Dashboard).unattributed},
	{pattern: "GET /live", needs: access.SignedIn, serve: (*Dashboard).live},
	{pattern: "POST /lang", needs: access.Anybody, serve: (*Dashboard).setLanguage},
	{pattern: "POST /theme", needs: access.Anybody, serve: (*Dashboard).setTheme},
	{pattern: "GET /assets/{file...}", needs: access.Anybody, serve: (*Dashboard).asset},
}

var rankingRoutes = []route{
	{pattern: "GET /ranking", needs: access.ReadRankings, page: (*Dashboard).ranking},
	{pattern: "GET /ranking.csv", needs: access.ReadRankings, serve: (*Dashboard).rankingCSV},
	{pattern: "GET /ranking.xlsx", needs: access.ReadRankings, serve: (*Dashboard).rankingXLSX},
}

// unattributedPath leads to what belongs to no region, which is for those alone who see everything.
const unattributedPath = "/unattributed"

// menu is the navigation, for those who may open it; each entry has a message nav.ID.
var menu = []struct {
	id, path string
	needs    access.Permission
}{
	{"overview", "/", access.ReadFigures},
	{"ranking", "/ranking", access.ReadRankings},
	{"editions", "/editions", access.ReadRankings},
	{"reviews", "/reviews", access.ReadReviews},
	{"quality", "/quality", access.ReadQuality},
	{"unattributed", unattributedPath, access.ReadFigures},
	{"workbench", "/workbench", access.Evaluate},
	{"runs", "/runs", access.ReadRuns},
	{"accounts", "/accounts", access.ManageAccounts},
	{"audit", "/audit", access.ReadAudit},
	{"wall", "/wall", access.ReadFigures},
}

func (d *Dashboard) asset(w http.ResponseWriter, r *http.Request) error {
	d.assets.ServeHTTP(w, r)
	return nil
}

// Address is one address below the base path, and what it needs.
type Address struct {
	Pattern string // as http.ServeMux reads it, with the method
	Needs   access.Permission
	// Unsettled: also for those who have to change their password before anything else.
	Unsettled bool
}

// Addresses are all that a dashboard answers on. The test of leaks asks each of them as everybody.
func Addresses() []Address {
	all := routes()
	list := make([]Address, len(all))
	for i := range all {
		list[i] = Address{Pattern: all[i].pattern, Needs: all[i].needs, Unsettled: all[i].unsettled}
	}
	return list
}
