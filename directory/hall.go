package directory

import (
	"slices"
	"time"
)

// Hall is a place where people are served: a service centre, a township office, a police counter.
type Hall struct {
	// Code identifies the hall.
	Code string
	// Name is the cleaned name; NameRaw the name as it was delivered; NameEN may be empty.
	Name, NameRaw, NameEN string
	// Region is the code of the region in which the hall stands.
	Region string
	// Kind is free: what sort of hall this installation calls it.
	Kind string
	// OpeningHours is text such as "Mon-Fri 09:00-12:00,13:00-17:00"; empty when unknown.
	OpeningHours string
	// ValidFrom is the first day, ValidTo the first day no longer; zero means open.
	ValidFrom, ValidTo time.Time
}

// Window is a counter of a hall. Its key is the hall's code and its own: window numbers start at 1
// in every hall.
type Window struct {
	// Hall is the code of the hall, Code that of the window within it.
	Hall, Code string
	// Name is the cleaned name; NameRaw the name as it was delivered; NameEN may be empty.
	Name, NameRaw, NameEN string
	// ValidFrom is the first day, ValidTo the first day no longer; zero means open.
	ValidFrom, ValidTo time.Time
}

// Hall returns the hall of a code.
func (d *Directory) Hall(code string) (Hall, bool) {
	i, ok := d.hallAt[trimCode(code)]
	if !ok {
		return Hall{}, false
	}
	return d.halls[i], true
}

// Halls lists all halls, sorted by code.
func (d *Directory) Halls() []Hall { return slices.Clone(d.halls) }

// HallsIn lists the halls which stand in a region or anywhere below it, sorted by code.
func (d *Directory) HallsIn(region string) []Hall {
	root, ok := d.regionIndex(region)
	if !ok {
		return nil
	}
	first, last := d.nodes[root].first, d.nodes[root].last
	var halls []Hall
	for i := range d.halls {
		at := d.hallRegion[i]
		if at != none && first <= d.nodes[at].first && d.nodes[at].first <= last {
			halls = append(halls, d.halls[i])
		}
	}
	return halls
}

// Window returns a window of a hall.
func (d *Directory) Window(hall, code string) (Window, bool) {
	i, ok := d.windowAt[windowKey{trimCode(hall), trimCode(code)}]
	if !ok {
		return Window{}, false
	}
	return d.windows[i], true
}

// Windows lists all windows, sorted by hall and code.
func (d *Directory) Windows() []Window { return slices.Clone(d.windows) }

// WindowsOf lists the windows of a hall, sorted by code.
func (d *Directory) WindowsOf(hall string) []Window {
	span := d.windowsOf[trimCode(hall)]
	return slices.Clone(d.windows[span.from:span.to])
}

// windowKey identifies a window.
type windowKey struct{ hall, code string }

// span is a run of places in a sorted list.
type span struct{ from, to int }
