package dashboard

// Targets are what was promised for an indicator of a unit in a year, with the document that says so.
type Targets interface{}

// targetRoutes are the addresses of targets.
var targetRoutes []route
