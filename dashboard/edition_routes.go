package dashboard

import "haochaping/access"

// editionRoutes are the addresses of published evaluations.
var editionRoutes = []route{
	{pattern: "GET /editions", needs: access.ReadRankings, page: (*Dashboard).editionList},
	{pattern: "GET /editions/compare", needs: access.ReadRankings, page: (*Dashboard).editionComparison},
	{pattern: "GET /edition/{number}", needs: access.ReadRankings, page: (*Dashboard).editionPage},
	{pattern: "GET /edition/{number}/file", needs: access.ReadRankings, serve: (*Dashboard).editionFile},
}
