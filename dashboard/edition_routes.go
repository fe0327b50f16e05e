package dashboard

// editionRoutes are the addresses of published evaluations.
var editionRoutes = []route{}
