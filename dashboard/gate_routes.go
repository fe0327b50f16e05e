package dashboard

// gateRoutes are the addresses of signing in and out, the own account, and who may what.
var gateRoutes = []route{}
