package app

// evidence is what the figures of a unit stand on.
type evidence struct{ app *App }
