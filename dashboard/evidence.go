package dashboard

// Evidence is what the figures of one unit stand on, record by record.
type Evidence interface{}

// evidenceRoutes are the addresses of evidence packs.
var evidenceRoutes []route
