package calendar

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The years for which the days of the lunisolar holidays are on file. Working days can be known
// within them alone.
const (
	FirstLunarYear = 2000
	LastLunarYear  = 2050
)

// Holiday is a public holiday whose date moves against the civil year, because it follows the
// lunisolar calendar.
type Holiday string

// The moving holidays, in the order of a year.
const (
	SpringFestival Holiday = "春节"
	DragonBoat     Holiday = "端午节"
	MidAutumn      Holiday = "中秋节"
)

// movingHolidays says over which days around its date a moving holiday is felt: the Spring Festival from the eve
// to the seventh day of the first month, the two others on their day.
var movingHolidays = []struct {
	holiday       Holiday
	before, after Day
}{{SpringFestival, 1, 6}, {DragonBoat, 0, 0}, {MidAutumn, 0, 0}}

//go:embed lunar.txt
var lunarText string

// lunarDays are the days of [movingHolidays] by year, read once.
var lunarDays = sync.OnceValue(func() map[int][3]Day {
	days := make(map[int][3]Day)
	for line := range strings.Lines(lunarText) {
		fields := strings.Fields(line)
		if len(fields) == 0 || fields[0] == "#" {
			continue
		}
		year, err := strconv.Atoi(fields[0])
		if err != nil || len(fields) != 4 {
			panic(fmt.Sprintf("lunar holidays: want a year and three days: %s", line))
		}
		var of [3]Day
		for i := range of {
			if of[i], err = readMonthDay(year, fields[i+1]); err != nil {
				panic(err)
			}
		}
		days[year] = of
	}
	return days
})

// In is the day of a moving holiday in a year: the first day of the Spring Festival, the day of
// the others. ok is false outside [FirstLunarYear] to [LastLunarYear].
func (h Holiday) In(year int) (d Day, ok bool) {
	days, ok := lunarDays()[year]
	for i, m := range movingHolidays {
		if ok && m.holiday == h {
			return days[i], true
		}
	}
	return 0, false
}

// English is the holiday's English name.
func (h Holiday) English() string {
	switch h {
	case SpringFestival:
		return "Spring Festival"
	case DragonBoat:
		return "Dragon Boat Festival"
	case MidAutumn:
		return "Mid-Autumn Festival"
	default:
		return string(h)
	}
}

// pureBrightness is the day of 清明 in a year of this century, by the usual approximation of the solar term: the
// term moves by 0.2422 days a year and back by one in a leap year.
func pureBrightness(year int) Day {
	n := year - 2000
	return MakeDay(year, time.April, int(float64(n)*0.2422+4.81)-n/4)
}

// statutory are the holidays that every arrangement of a year gives as days off, whatever it swaps around
// them: by the regulation of 1999, from 2008 on by that of 2007, from 2025 on by that of 2024, which added the eve of
// the Spring Festival and the second day of May.
func statutory(year int) []WorkdayRule {
	spring, _ := SpringFestival.In(year)
	days := []WorkdayRule{{Day: MakeDay(year, time.January, 1), Name: "元旦"}}
	if year >= 2025 {
		days = append(days, WorkdayRule{Day: spring - 1, Name: string(SpringFestival)})
	}
	for i := range Day(3) {
		days = append(days, WorkdayRule{Day: spring + i, Name: string(SpringFestival)})
	}
	if year >= 2008 {
		days = append(days, WorkdayRule{Day: pureBrightness(year), Name: "清明节"})
	}
	days = append(days, WorkdayRule{Day: MakeDay(year, time.May, 1), Name: "劳动节"})
	if year >= 2025 {
		days = append(days, WorkdayRule{Day: MakeDay(year, time.May, 2), Name: "劳动节"})
	}
	if year >= 2008 {
		boat, _ := DragonBoat.In(year)
		moon, _ := MidAutumn.In(year)
		days = append(days, WorkdayRule{Day: boat, Name: string(DragonBoat)}, WorkdayRule{Day: moon, Name: string(MidAutumn)})
	}
	for i := range 3 {
		days = append(days, WorkdayRule{Day: MakeDay(year, time.October, 1+i), Name: "国庆节"})
	}
	return days
}
