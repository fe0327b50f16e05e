package dashboard

import "haochaping/access"

// reviewRoutes are the addresses of bad reviews.
var reviewRoutes = []route{
	{pattern: "GET /reviews", needs: access.ReadReviews, page: (*Dashboard).reviews},
	{pattern: "GET /review/{id}", needs: access.ReadRecords, page: (*Dashboard).review},
}
