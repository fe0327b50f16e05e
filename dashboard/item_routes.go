package dashboard

import "haochaping/access"

// itemRoutes are the addresses of service items.
var itemRoutes = []route{
	{pattern: "GET /item/{code}", needs: access.ReadFigures, page: (*Dashboard).item},
}
