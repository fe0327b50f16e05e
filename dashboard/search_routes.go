package dashboard

import "haochaping/access"

// searchRoutes are the addresses of finding anything by name.
var searchRoutes = []route{
	{pattern: "GET /search", needs: access.ReadFigures, page: (*Dashboard).searchPage},
	{pattern: "GET /search.json", needs: access.ReadFigures, serve: (*Dashboard).searchJSON},
}
