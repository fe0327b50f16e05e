package app

import "net/http"

func (a *App) calendarCommands(*http.ServeMux) {}
