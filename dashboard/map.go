package dashboard

// mapRoutes are the addresses of the map that an operator supplies.
var mapRoutes []route
