// Package demo invents a province, 示例省, and twelve months of ratings and cases
// for it, in which stories are hidden that the product should find.
//
// It promises that nothing in it is real (codes begin with 99, which GB/T 2260
// leaves free; names are made of 示, 样, 例 and counting signs), that one seed
// always gives the same records, byte for byte, and that the counts of a [Plan] are
// those of its records. It reads no clock, opens no file and no connection: what
// lives in it posts through a function that it is given.
package demo

import (
	"time"

	"haochaping/record"
)

// The words that every page and file with this data carries.
const (
	MarkZH = "演示数据"
	MarkEN = "demo data"
)

// Zone is the time zone of the province: UTC+8 without daylight saving time.
var Zone = time.FixedZone("Asia/Shanghai", 8*60*60)

// DefaultSeed is the seed of the province that docs/demo.md describes.
const DefaultSeed = 20260501

// The sources of the province. All but the vendor say 5 = very satisfied.
const (
	SourceHall   = "demo-hall"   // tablets and terminals in halls
	SourceVendor = "demo-vendor" // the tablets of one city; levels coded as in GB/T 39046, 1 = best
	SourceOnline = "demo-online" // portal, app and QR codes
	SourceApp    = "demo-app"    // the app of one city
	SourceSMS    = "demo-sms"    // text messages after a case
	SourceLive   = "demo-live"   // the simulated kiosks that go on posting; see [Kiosks]
)

var sourceNames = [...]string{SourceHall, SourceVendor, SourceOnline, SourceApp, SourceSMS}

// Sources lists the sources with their code maps, in force always.
func Sources() []record.Source {
	var all []record.Source
	for _, name := range append(sourceNames[:], SourceLive) {
		m := record.MapFiveBest
		if name == SourceVendor {
			m = record.MapGBT39046
		}
		all = append(all, record.Source{Name: name, CodeMaps: []record.DatedMap{{Map: m}}})
	}
	return all
}

// The places of sourceNames.
const (
	fromHall uint8 = iota
	fromVendor
	fromOnline
	fromApp
	fromSMS
)
