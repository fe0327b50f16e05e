package app

import "net/http"

func (a *App) movementCommands(*http.ServeMux) {}
