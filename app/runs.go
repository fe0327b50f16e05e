package app

import "net/http"

func (a *App) runCommands(*http.ServeMux) {}
