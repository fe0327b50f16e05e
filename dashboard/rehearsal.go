package dashboard

// rehearsalRoutes are the addresses of adding a scheme and of seeing beforehand who would move.
var rehearsalRoutes []route
