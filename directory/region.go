package directory

import (
	"cmp"
	"slices"
	"time"
)

// Region is one node of the administrative tree: a province, city, county, township, village, or
// whatever levels the installation has. Nothing assumes Chinese codes or a fixed number of levels.
type Region struct {
	// Code identifies the region; it is unique in a directory and never empty.
	Code string
	// Name is the cleaned name; NameRaw the name as it was delivered; NameEN may be empty.
	Name, NameRaw, NameEN string
	// Parent is the code of the region above; empty for a root.
	Parent string
	// LevelName is what the level is called ("county", "区县"); it may be empty.
	LevelName string
	// Placeholder marks a node which only fills a level (市辖区): it keeps its place in the tree and
	// in every sum, and is left out of breadcrumbs.
	Placeholder bool
	// ValidFrom is the first day the region is valid, ValidTo the first day it no longer is, both as
	// midnight UTC of the civil day; zero means open.
	ValidFrom, ValidTo time.Time
	// Aliases are further names under which people look for the region. Callers do not modify it.
	Aliases []string
}

// Region returns the region of a code. The code is looked up as spelled (spaces around it ignored),
// then in its canonical form, see [CanonicalRegion].
func (d *Directory) Region(code string) (Region, bool) {
	i, ok := d.regionIndex(code)
	if !ok {
		return Region{}, false
	}
	return d.regions[i], true
}

// Regions lists all regions, sorted by code.
func (d *Directory) Regions() []Region { return slices.Clone(d.regions) }

// Roots lists the regions without a parent, sorted by code.
func (d *Directory) Roots() []Region { return d.pick(d.roots) }

// Children lists the regions directly below a region, sorted by code.
func (d *Directory) Children(code string) []Region {
	i, ok := d.regionIndex(code)
	if !ok {
		return nil
	}
	return d.pick(d.nodes[i].children)
}

// Path lists the codes from the root down to the region itself; nil for an unknown code.
func (d *Directory) Path(code string) []string {
	i, ok := d.regionIndex(code)
	if !ok {
		return nil
	}
	path := make([]string, d.nodes[i].level)
	for n := len(path) - 1; n >= 0; n-- {
		path[n] = d.regions[i].Code
		i = d.nodes[i].parent
	}
	return path
}

// Breadcrumb lists the regions from the root down to the region itself, as a reader wants to see
// them: without placeholder levels. The region itself is always there, even a placeholder. Missing
// levels need no skipping: the tree does not have them.
func (d *Directory) Breadcrumb(code string) []Region {
	i, ok := d.regionIndex(code)
	if !ok {
		return nil
	}
	crumbs := []Region{d.regions[i]}
	for p := d.nodes[i].parent; p != none; p = d.nodes[p].parent {
		if !d.regions[p].Placeholder {
			crumbs = append(crumbs, d.regions[p])
		}
	}
	slices.Reverse(crumbs)
	return crumbs
}

// Level is the depth of a region in the tree: 1 for a root, 0 for an unknown code. Placeholder
// levels count.
func (d *Directory) Level(code string) int {
	i, ok := d.regionIndex(code)
	if !ok {
		return 0
	}
	return int(d.nodes[i].level)
}

// MaxLevel is the depth of the deepest region; 0 for an empty directory.
func (d *Directory) MaxLevel() int { return len(d.levels) }

// RegionsAtLevel lists the regions of one depth (1 = roots), sorted by code.
func (d *Directory) RegionsAtLevel(n int) []Region {
	if n < 1 || n > len(d.levels) {
		return nil
	}
	return d.pick(d.levels[n-1])
}

// Within reports whether a region is the given root of a subtree or lies below it. Unknown codes
// are within nothing.
func (d *Directory) Within(code, root string) bool {
	i, ok := d.regionIndex(code)
	if !ok {
		return false
	}
	r, ok := d.regionIndex(root)
	if !ok {
		return false
	}
	return d.nodes[r].first <= d.nodes[i].first && d.nodes[i].first <= d.nodes[r].last
}

// pick copies out the regions at the given places.
func (d *Directory) pick(places []int32) []Region {
	if len(places) == 0 {
		return nil
	}
	out := make([]Region, len(places))
	for n, i := range places {
		out[n] = d.regions[i]
	}
	return out
}

func (d *Directory) regionIndex(code string) (int32, bool) {
	if i, ok := d.regionAt[code]; ok {
		return i, true
	}
	i, ok := d.regionAt[trimCode(code)]
	if !ok {
		i, ok = d.regionAt[CanonicalRegion(code)]
	}
	return i, ok
}

// none is the place of no region: the parent of a root.
const none int32 = -1

// node is a region's place in the forest. first and last number the subtree in depth-first order,
// so that "lies below" is two comparisons.
type node struct {
	parent      int32
	level       int32
	first, last int32
	children    []int32
}

// growTree links the sorted regions to a forest. A missing parent makes a root and a cycle is cut
// at its smallest code, each with a problem: what follows may rely on a forest.
func (d *Directory) growTree(report func(code string, p Problem)) {
	d.nodes = make([]node, len(d.regions))
	for i := range d.regions {
		d.nodes[i].parent = none
		parent := d.regions[i].Parent
		if parent == "" {
			continue
		}
		p, ok := d.regionIndex(parent)
		if !ok {
			report(d.regions[i].Code, problemf("parent", "region %s: its parent %s is not in the directory; add it or correct the code", d.regions[i].Code, parent))
			d.regions[i].Parent = ""
			continue
		}
		d.nodes[i].parent = p
		d.regions[i].Parent = d.regions[p].Code
	}
	d.cutCycles(report)
	for i := range d.nodes {
		if p := d.nodes[i].parent; p == none {
			d.roots = append(d.roots, int32(i))
		} else {
			d.nodes[p].children = append(d.nodes[p].children, int32(i))
		}
	}
	d.numberTree()
}

// cutCycles follows every region upwards once. Regions are visited in code order, so the cut falls
// on the same region whatever the order of the input.
func (d *Directory) cutCycles(report func(code string, p Problem)) {
	const walking, done = 1, 2
	state := make([]uint8, len(d.nodes))
	var trail []int32
	for start := range d.nodes {
		trail = trail[:0]
		i := int32(start)
		for i != none && state[i] == 0 {
			state[i] = walking
			trail = append(trail, i)
			i = d.nodes[i].parent
		}
		if i != none && state[i] == walking {
			ring := trail[slices.Index(trail, i):]
			cut := slices.MinFunc(ring, cmp.Compare[int32])
			report(d.regions[i].Code, problemf("parent", "region %s: its parents lead back to itself (%s); correct one parent", d.regions[cut].Code, d.ringText(ring)))
			d.nodes[cut].parent = none
			d.regions[cut].Parent = ""
		}
		for _, t := range trail {
			state[t] = done
		}
	}
}

// ringText names the first few codes of a cycle.
func (d *Directory) ringText(ring []int32) string {
	const shown = 5
	text := ""
	for n, i := range ring {
		if n == shown {
			return text + " → …"
		}
		if n > 0 {
			text += " → "
		}
		text += d.regions[i].Code
	}
	return text + " → " + d.regions[ring[0]].Code
}

// numberTree gives every node its level and its depth-first interval, without recursion: the depth
// of a foreign tree is not ours to trust.
func (d *Directory) numberTree() {
	var counter int32
	type visit struct {
		at   int32
		next int
	}
	for _, root := range d.roots {
		stack := []visit{{at: root}}
		for len(stack) > 0 {
			top := &stack[len(stack)-1]
			n := &d.nodes[top.at]
			if top.next == 0 {
				n.level = int32(len(stack))
				n.first = counter
				counter++
				for len(d.levels) < len(stack) {
					d.levels = append(d.levels, nil)
				}
			}
			if top.next < len(n.children) {
				child := n.children[top.next]
				top.next++
				stack = append(stack, visit{at: child})
				continue
			}
			n.last = counter - 1
			stack = stack[:len(stack)-1]
		}
	}
	for i := range d.nodes {
		level := d.nodes[i].level
		d.levels[level-1] = append(d.levels[level-1], int32(i))
	}
}
