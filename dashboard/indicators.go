package dashboard

// Indicators are the indicators that ratings cannot give, imported by evaluators.
type Indicators interface{}

// indicatorRoutes are the addresses of imported indicators.
var indicatorRoutes []route
