package dashboard

// qualityRoutes are the addresses of what arrived and what did not.
var qualityRoutes = []route{}
