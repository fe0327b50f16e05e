package dashboard

import "haochaping/access"

// qualityRoutes are the addresses of what arrived and what did not.
var qualityRoutes = []route{
	{pattern: "GET /quality", needs: access.ReadQuality, page: (*Dashboard).quality},
}
