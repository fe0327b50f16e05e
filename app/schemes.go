package app

import "net/http"

func (a *App) schemeCommands(*http.ServeMux) {}
