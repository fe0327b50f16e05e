package dashboard

import "haochaping/access"

// overviewRoutes are the addresses of the overview on one page.
var overviewRoutes = []route{
	{pattern: "GET /brief", needs: access.ReadFigures, page: (*Dashboard).brief},
}
