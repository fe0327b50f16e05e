package dashboard

import "haochaping/access"

// wallRoutes are the addresses of the wall.
var wallRoutes = []route{
	{pattern: "GET /wall", needs: access.ReadFigures, page: (*Dashboard).wall},
	{pattern: "GET /wall/events", needs: access.ReadFigures, serve: (*Dashboard).wallEvents},
}
