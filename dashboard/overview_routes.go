package dashboard

// overviewRoutes are the addresses of the overview on one page.
var overviewRoutes = []route{}
