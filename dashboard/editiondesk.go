package dashboard

// EditionDesk leads editions through their states and keeps the register of objections.
type EditionDesk interface{}

// editionDeskRoutes are the addresses of the steps of editions and of objections.
var editionDeskRoutes []route
