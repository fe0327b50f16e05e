package app

// targetPages is targets for the pages.
type targetPages struct{ app *App }
