package app

import "net/http"

func (a *App) importedCommands(*http.ServeMux) {}
