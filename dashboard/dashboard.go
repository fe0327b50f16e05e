// Package dashboard is what leadership reads: pages of figures by region, hall, window
// and department, and the ranking.
//
// What it promises: a page shows nothing but what the facts say, with sample size and
// time of data; "no data" is never 0, and 100 % is never printed while one bad rating
// exists; beside every chart stands a table of the same figures, and a CSV of exactly
// that table. A card that fails leaves the rest of the page alive. Nothing is loaded
// from outside and nothing inline runs. It computes no fact and stores nothing.
package dashboard

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"haochaping/access"
	"haochaping/calendar"
	"haochaping/directory"
	"haochaping/directory/outline"
	"haochaping/evaluation"
)

// Options are what a Dashboard is made of. Gate, Store, Evaluator, Directory and Logger are required.
type Options struct {
	Gate      Gate // who asks
	Store     Store
	Evaluator Evaluator                   // judges the ranking
	Editions  Editions                    // the register of editions; there are none if nil
	Workbench Workbench                   // of evaluators; its pages are not there if nil
	Breaks    Breaks                      // where series break; none are known if nil
	Reviews   Reviews                     // bad reviews one by one; none are known if nil
	Quality   Quality                     // what has arrived; nothing is known if nil
	Workdays  func() *calendar.Workdays   // the working days in force; those that are built in if nil
	Directory func() *directory.Directory // the directory in force; called once a request
	Outcomes  Outcomes                    // what became of bad ratings; nothing is known of it if nil
	Findings  Findings                    // what the overview says first; nothing if nil

	Indicators  Indicators  // imported by evaluators; its page is not there if nil
	Targets     Targets     // of indicators; none are known if nil
	EditionDesk EditionDesk // takes steps of editions; its pages are not there if nil
	Evidence    Evidence    // what figures stand on; there are no packs if nil
	// Map is where regions lie, as the operator supplies it; without it the overview has no map.
	Map         *outline.Map
	MapApproval string // 审图号 of that map, printed on it

	Refusals Refusals // the desk of refused records; its page is not there if nil

	Logger *slog.Logger

	Door         Door              // signs people in and out; without one there is no sign-in page
	Providers    []access.Provider // other places to sign on, as buttons
	SignOn       SignOn            // signs people on there; without one nobody can be
	DemoAccounts []access.Account  // ready accounts, offered in demo mode to readers on the machine itself
	Recorder     Recorder          // puts exports on record before they are sent; if nil, nothing is
	Accounts     Accounts          // who may what; without them there are no such pages
	Auditor      Auditor           // what is on record; without one there is no such page

	Now      func() time.Time // the clock; time.Now if nil
	Zone     *time.Location   // of periods and of times shown; Asia/Shanghai's +08:00 if nil
	BasePath string           // prefix of every address, such as /hcp; empty at the root
	Brand    string           // what stands at the top left; the product's own name if empty
	Language string           // of readers who ask for no language that we have: zh or en; zh if empty
	// Direction is how the arrows of changes are coloured: DirectionNeutral, also if empty, or DirectionRedUp.
	Direction string
	Demo      bool // mark every page and file as demo data

	Live        time.Duration // how long a generation is believed before the store is asked again; 1 s if zero
	CardTimeout time.Duration // what one card may take; 8 s if zero
	MinSample   uint64        // fewer ratings than these are shown as few; 300 if zero
	CacheSize   int           // answers kept; 512 if zero
}

// Dashboard serves the pages. Make one with [New], and Close it after its server.
type Dashboard struct {
	options   Options
	base      string
	evidence  evidenceDesk
	facts     *cache
	outcomes  outcomeCache
	arriving  qualityCache
	replays   replays
	searching *searching
	trials    rehearsing
	names     atomic.Pointer[unitNames]
	uploads   uploads
	streams   streams
	desk      chan struct{} // has room for the one who changes editions
	words     *words
	templates *templateSet
	assets    *assets
}

// New checks the options, the messages, the templates and the built assets.
func New(options Options) (*Dashboard, error) {
	if options.Gate == nil || options.Store == nil || options.Evaluator == nil || options.Directory == nil || options.Logger == nil {
		return nil, errors.New("make the dashboard: it needs a gate, a store, an evaluator, a directory and a logger")
	}
	if options.Map != nil && options.MapApproval == "" {
		return nil, errors.New("make the dashboard: a map needs the number under which it was approved")
	}
	options.defaults()
	if b := options.BasePath; b != "" && (!strings.HasPrefix(b, "/") || strings.HasSuffix(b, "/")) {
		return nil, fmt.Errorf("make the dashboard: base path %q: want /name without a slash at the end", b)
	}
	d := &Dashboard{options: options, base: options.BasePath, desk: make(chan struct{}, 1)}
	var err error
	if d.words, err = loadWords(options.Language); err != nil {
		return nil, fmt.Errorf("make the dashboard: %w", err)
	}
	if d.assets, err = loadAssets(); err != nil {
		return nil, fmt.Errorf("make the dashboard: %w", err)
	}
	if d.templates, err = parseTemplates(); err != nil {
		return nil, fmt.Errorf("make the dashboard: %w", err)
	}
	d.facts = newCache(options.Store, options.Evaluator, options.CacheSize, options.Live, options.CardTimeout, options.Now)
	d.evidence = evidenceDesk{readers: make(map[string]bool), surveys: newRecent[surveyKey, *answer[evaluation.EvidenceSurvey]](keptSurveys)}
	d.outcomes.answers = newRecent[calendar.Day, *outcomeAnswer](keptOutcomes)
	d.searching = newSearching(options.Logger)
	d.trials.start()
	d.streams.ended = make(chan struct{})
	d.arriving, d.replays.kept = newQualityCache(), newRecent[string, keptReplay](keptReports)
	return d, nil
}

func (o *Options) defaults() {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Zone == nil {
		o.Zone = time.FixedZone("Asia/Shanghai", 8*60*60)
	}
	if o.Language != English {
		o.Language = Chinese
	}
	if o.Direction != DirectionRedUp {
		o.Direction = DirectionNeutral
	}
	if o.Live <= 0 {
		o.Live = time.Second
	}
	if o.CardTimeout <= 0 {
		o.CardTimeout = 8 * time.Second
	}
	if o.MinSample == 0 {
		o.MinSample = 300
	}
	if o.CacheSize <= 0 {
		o.CacheSize = 512
	}
}

// Close stops the readings under way and waits for them. Requests that still come get
// no figures.
func (d *Dashboard) Close() {
	d.EndStreams()
	d.searching.close()
	d.facts.close()
}

// Handler serves everything below the base path.
func (d *Dashboard) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, route := range routes() {
		mux.Handle(route.pattern, d.guard(route))
	}
	mux.Handle("/", d.handle(func(http.ResponseWriter, *http.Request) error { return errNotFound }))
	var h http.Handler = mux
	if d.base != "" {
		h = http.StripPrefix(d.base, h)
	}
	return secure(h)
}
