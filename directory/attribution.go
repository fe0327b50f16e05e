package directory

import "strings"

// Attribution says what could not be resolved when a record was attributed. The zero value means
// that nothing is missing.
type Attribution uint8

// What can be missing. Unknown… = the record gave a code that the directory does not know.
// No… = no code of the record leads to a region (a department), so that it counts as 待归属.
const (
	UnknownRegion Attribution = 1 << iota
	UnknownHall
	UnknownWindow
	UnknownDepartment
	UnknownItem
	NoRegion
	NoDepartment
)

// unknownFields are the record's field names, in the order of the bits.
var unknownFields = [...]string{"region", "hall", "window", "department", "item"}

// Unknown lists the record's fields whose codes the directory does not know.
func (a Attribution) Unknown() []string {
	var fields []string
	for bit, name := range unknownFields {
		if a&(1<<bit) != 0 {
			fields = append(fields, name)
		}
	}
	return fields
}

// Unattributed reports whether the receipt of such a record says 待归属: a given code is unknown,
// or no code leads to a region.
func (a Attribution) Unattributed() bool { return a&^NoDepartment != 0 }

// String lists what is missing, for logs and receipts; empty when nothing is.
func (a Attribution) String() string {
	parts := a.Unknown()
	for i := range parts {
		parts[i] = "unknown " + parts[i]
	}
	if a&NoRegion != 0 {
		parts = append(parts, "no region")
	}
	if a&NoDepartment != 0 {
		parts = append(parts, "no department")
	}
	return strings.Join(parts, ", ")
}

// Attribute resolves the codes of a record to the region, department and line it counts for. This
// is the rule, which the recompute in SQL follows word for word:
//
//  1. A code is known if the directory has it: as sent, without spaces around it; a region also in
//     its canonical form ([CanonicalRegion]) if not as sent. Validity dates play no part: a code
//     that has ended is still known. Successors play no part either: facts keep the code as
//     recorded, reading applies [Directory.Current].
//  2. department = the record's department if known; else the department of the record's item, if
//     the item and that department are known; else none.
//  3. region = the record's region if known; else the region of the record's hall, if the hall and
//     that region are known; else the region of the department found in 2, if known; else none.
//  4. line = the line of the department found in 2; else none.
//  5. A window is known if the record's hall and window together are. It changes nothing in 2 to 4.
//
// None is the empty text and means 待归属 (unattributed). Codes are returned as the directory
// spells them. Empty arguments are codes that the record does not give: not known, and not missing
// either.
func (d *Directory) Attribute(
	region, hall, window, department, item string,
) (leafRegion, departmentCode, line string, missing Attribution) {
	dept, ok := d.Department(department)
	if !ok {
		missing |= given(department, UnknownDepartment)
	}
	if it, known := d.Item(item); !known {
		missing |= given(item, UnknownItem)
	} else if !ok {
		dept, ok = d.Department(it.Department)
	}
	if !ok {
		missing |= NoDepartment
	}

	at, found := d.regionIndex(region)
	if !found {
		missing |= given(region, UnknownRegion)
	}
	if h, known := d.hallAt[trimCode(hall)]; !known {
		missing |= given(hall, UnknownHall)
	} else if !found && d.hallRegion[h] != none {
		at, found = d.hallRegion[h], true
	}
	if _, known := d.Window(hall, window); !known {
		missing |= given(window, UnknownWindow)
	}
	if !found && ok {
		at, found = d.regionIndex(dept.Region)
	}
	if !found {
		return "", dept.Code, dept.Line, missing | NoRegion
	}
	return d.regions[at].Code, dept.Code, dept.Line, missing
}

func given(code string, flag Attribution) Attribution {
	if trimCode(code) == "" {
		return 0
	}
	return flag
}
