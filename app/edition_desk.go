package app

// editionDesk takes steps of editions for the workbench.
type editionDesk struct{ app *App }
