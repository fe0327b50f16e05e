package app

// refusals is the desk of refused records for its page.
type refusals struct{ app *App }
