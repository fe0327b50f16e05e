package app

import "net/http"

func (a *App) editionCommands(*http.ServeMux) {}
