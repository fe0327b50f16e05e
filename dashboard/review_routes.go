package dashboard

// reviewRoutes are the addresses of bad reviews.
var reviewRoutes = []route{}
