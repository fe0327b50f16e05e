package dashboard

// itemRoutes are the addresses of service items.
var itemRoutes = []route{}
