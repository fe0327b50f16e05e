package app

import "net/http"

func (a *App) evaluateCommands(*http.ServeMux) {}
