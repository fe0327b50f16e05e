package dashboard

// Refusals is the desk of refused records: why, from which source, which fields; never a value.
type Refusals interface{}

// refusalRoutes are the addresses of the desk of refused records.
var refusalRoutes []route
