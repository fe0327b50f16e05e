package app

// indicatorPages is imported indicators for the workbench.
type indicatorPages struct{ app *App }
