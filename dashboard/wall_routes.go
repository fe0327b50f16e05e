package dashboard

// wallRoutes are the addresses of the wall.
var wallRoutes = []route{}
