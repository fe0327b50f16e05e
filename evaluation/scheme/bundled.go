package scheme

import (
	"embed"
	"fmt"
	"sync"
)

//go:embed bundled/*.yaml
var bundledFiles embed.FS

// bundledIDs are the schemes of this package, the default one first.
var bundledIDs = []string{DefaultID, "national-five-dimension", "software-testing-centre", "egdi"}

// DefaultID is the scheme of an installation that names none.
const DefaultID = "good-bad-review"

var bundled = sync.OnceValue(func() []*Scheme {
	list := make([]*Scheme, len(bundledIDs))
	for i, id := range bundledIDs {
		text, err := bundledFiles.ReadFile("bundled/" + id + ".yaml")
		if err != nil {
			panic("scheme: embedded file: " + err.Error())
		}
		if list[i], err = Load(text); err != nil {
			panic(fmt.Sprintf("scheme: bundled %s: %v", id, err))
		}
	}
	return list
})

// Bundled are the schemes that come with the product, the default one, [DefaultID], first. They are shared: change
// none.
func Bundled() []*Scheme { return append([]*Scheme(nil), bundled()...) }

// Default is the bundled scheme with [DefaultID].
func Default() *Scheme { return bundled()[0] }
