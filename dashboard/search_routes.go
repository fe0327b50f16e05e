package dashboard

// searchRoutes are the addresses of finding anything by name.
var searchRoutes = []route{}
