package app

import "net/http"

func (a *App) findingCommands(*http.ServeMux) {}
