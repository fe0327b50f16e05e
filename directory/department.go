package directory

import (
	"slices"
	"time"
)

// Department is an institution (机构) which is rated.
type Department struct {
	// Code identifies the department; often the 18 characters of its credit code.
	Code string
	// Name is the cleaned name; NameRaw the name as it was delivered; NameEN may be empty.
	Name, NameRaw, NameEN string
	// Region is the code of the region which the department belongs to.
	Region string
	// Line is the kind of department (条线: 公安, 人社, …): departments of one line are comparable.
	Line string
	// ValidFrom is the first day, ValidTo the first day no longer; zero means open.
	ValidFrom, ValidTo time.Time
}

// Item is a service (事项) that people apply for.
type Item struct {
	// Code identifies the item.
	Code string
	// Name is the cleaned name; NameRaw the name as it was delivered; NameEN may be empty.
	Name, NameRaw, NameEN string
	// Department is the code of the department that is responsible for it.
	Department string
	// Kind is free: licence, confirmation, public service, ….
	Kind string
	// ValidFrom is the first day, ValidTo the first day no longer; zero means open.
	ValidFrom, ValidTo time.Time
}

// Department returns the department of a code.
func (d *Directory) Department(code string) (Department, bool) {
	i, ok := d.departmentAt[trimCode(code)]
	if !ok {
		return Department{}, false
	}
	return d.departments[i], true
}

// Departments lists all departments, sorted by code.
func (d *Directory) Departments() []Department { return slices.Clone(d.departments) }

// Lines lists the lines that occur, sorted.
func (d *Directory) Lines() []string { return slices.Clone(d.lines) }

// DepartmentsOfLine lists the departments of one line, sorted by code.
func (d *Directory) DepartmentsOfLine(line string) []Department {
	places := d.departmentsOf[line]
	if len(places) == 0 {
		return nil
	}
	out := make([]Department, len(places))
	for n, i := range places {
		out[n] = d.departments[i]
	}
	return out
}

// Item returns the item of a code.
func (d *Directory) Item(code string) (Item, bool) {
	i, ok := d.itemAt[trimCode(code)]
	if !ok {
		return Item{}, false
	}
	return d.items[i], true
}

// Items lists all items, sorted by code. The list can be long (600,000).
func (d *Directory) Items() []Item { return slices.Clone(d.items) }
