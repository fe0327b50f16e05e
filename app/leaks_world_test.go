package app

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"haochaping/access"
	"haochaping/calendar"
	"haochaping/config"
	"haochaping/directory"
	"haochaping/edition"
	"haochaping/evaluation/imported"
	"haochaping/record"
	"haochaping/warehouse"
)

// side is one of two cities that share nothing but their province. Whatever is known of a city bears its marks, which
// stand nowhere else: the word in every code, the character in every name, comment, note and text.
type side struct {
	letter string // in the table
	object string // number of the objection, in each edition
	word   string
	sign   string
	pinyin string // of the city
	review uuid.UUID
}

var (
	sideA    = side{letter: "a", object: "1", word: "qzja", sign: "垚", pinyin: "yaoshi", review: uuid.MustParse("aaaaaaaa-5a00-4c3a-9d52-0a0a0a0a0a0a")}
	sideB    = side{letter: "b", object: "2", word: "qzjb", sign: "矗", pinyin: "chushi", review: uuid.MustParse("bbbbbbbb-5a00-4c3a-9d52-0b0b0b0b0b0b")}
	sideNone = side{letter: "-", object: "99", word: "qzjn", sign: "瀚", pinyin: "hanshi", review: uuid.MustParse("cccccccc-5a00-4c3a-9d52-0c0c0c0c0c0c")}
)

func (s *side) city() string       { return s.word }
func (s *side) district() string   { return s.word + "1" }
func (s *side) hall() string       { return s.word + "-hall" }
func (s *side) window() string     { return s.word + "-w1" }
func (s *side) department() string { return s.word + "-dep1" }
func (s *side) item() string       { return s.word + "-item1" }
func (s *side) device() string     { return s.word + "-tablet" }
func (s *side) source() string     { return s.word + "-portal" }

// scope is what somebody sees who sees this city alone.
func (s *side) scope() directory.Scope {
	return directory.Scope{Regions: []string{s.city()}, Departments: []string{directory.Any}}
}

// tokens are what stands for the city in example requests.
func (s *side) tokens() []string {
	return []string{
		"@region", s.city(), "@district", s.district(), "@hall", s.hall(), "@window", s.window(), "@department", s.department(),
		"@item", s.item(), "@device", s.device(), "@source", s.source(), "@review", s.review.String(), "@sign", s.sign,
		"@line", s.sign + "线", "@objection", s.object, "@account", s.word + "-account", "@refused", s.refused().String(), "@tag", s.word + "-tag", "@padded", s.word + "000000", "@name", s.sign + "市",
		"@alias", s.sign + "州", "@other", s.word + "-dep2", "@word", s.word, "@pinyin", s.pinyin,
	}
}

func (s *side) refused() uuid.UUID { return uuid.NewSHA1(s.review, []byte("refused")) }

// units are the directory's entries of a city.
func (s *side) units(part *warehouse.DirectoryPart) {
	n := s.sign
	part.Regions = append(part.Regions,
		directory.Region{Code: s.city(), Name: n + "市", NameEN: s.word + " city", Parent: "99", Aliases: []string{n + "州"}},
		directory.Region{Code: s.district(), Name: n + "区", NameEN: s.word + " district", Parent: s.city()})
	part.Halls = append(part.Halls,
		directory.Hall{Code: s.hall(), Name: n + "大厅", NameEN: s.word + " hall", Region: s.district(), OpeningHours: "Mon-Fri 09:00-17:00 " + n})
	part.Windows = append(part.Windows,
		directory.Window{Hall: s.hall(), Code: s.window(), Name: n + "一号窗口", NameEN: s.word + " window 1"},
		directory.Window{Hall: s.hall(), Code: s.word + "-w2", Name: n + "二号窗口"})
	part.Departments = append(part.Departments,
		directory.Department{Code: s.department(), Name: n + "公安局", NameEN: s.word + " police", Region: s.city(), Line: "公安"},
		directory.Department{Code: s.word + "-dep2", Name: n + "文旅局", Region: s.district(), Line: n + "线"})
	part.Items = append(part.Items,
		directory.Item{Code: s.item(), Name: n + "户口登记", NameEN: s.word + " registration", Department: s.department(), Kind: n + "类"},
		directory.Item{Code: s.word + "-item2", Name: n + "演出审批", Department: s.word + "-dep2"})
}

// leakWorld is an installation with the two cities and everybody who asks.
type leakWorld struct {
	*App
	w        *warehouse.Warehouse
	editions map[string]string   // token → number
	tokens   map[string]string   // person → token of the session
	mu       sync.Mutex          // guards what follows
	faults   map[string][]string // what went wrong → who was told
	hows     map[string]string   // and where, the first time
}

// newLeakWorld starts the product and fills it.
func newLeakWorld(t *testing.T) *leakWorld {
	t.Helper()
	l := startLeakWorld(t)
	for _, fill := range []func(context.Context) error{l.directory, l.records, l.fillEditions, l.people} {
		if err := fill(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return l
}

// leakMap is a map of the two cities and their districts.
var leakMap = func() string {
	var features []string
	for i, name := range [][2]string{{"qzja", "垚市"}, {"qzja1", "垚区"}, {"qzjb", "矗市"}, {"qzjb1", "矗区"}} {
		features = append(features, fmt.Sprintf(`{"type": "Feature", "properties": {"code": %q, "name": %q}, "geometry": {"type": "Polygon", "coordinates": [[[%d, 30], [%d, 31], [%d, 31], [%d, 30]]]}}`,
			name[0], name[1], 100+i, 101+i, 100+i, 100+i))
	}
	return `{"type": "FeatureCollection", "features": [` + strings.Join(features, ",") + `]}`
}()

// startLeakWorld starts the product without data.
func startLeakWorld(t *testing.T) *leakWorld {
	t.Helper()
	cfg := configured(t)
	cfg.Roles = config.Roles{config.RoleCollector, config.RoleDashboard} // nothing is counted or drawn up but what the test asks for
	cfg.Dashboard.MapFile, cfg.Dashboard.MapApproval, cfg.Dashboard.MapProperty = filepath.Join(t.TempDir(), "map.json"), "test", "code"
	if err := os.WriteFile(cfg.Dashboard.MapFile, []byte(leakMap), 0o600); err != nil {
		t.Fatal(err)
	}
	a := New(cfg, slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})), false) // why a card fails
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Stop(); err != nil {
			t.Error(err)
		}
	})
	w, err := a.store.get()
	if err != nil {
		t.Fatal(err)
	}
	return &leakWorld{
		App: a, w: w, editions: map[string]string{"@first": (a.today() - 30).String(), "@last": a.today().String()}, tokens: make(map[string]string), faults: make(map[string][]string), hows: make(map[string]string),
	}
}

func (l *leakWorld) directory(ctx context.Context) error {
	part := warehouse.DirectoryPart{Regions: []directory.Region{{Code: "99", Name: "某省"}}}
	sideA.units(&part)
	sideB.units(&part)
	if problems, err := l.w.ImportDirectory(ctx, &part, "test"); err != nil {
		return fmt.Errorf("%w: %v", err, problems)
	}
	return nil
}

// records are ratings, cases, steps, counts, prompts and refusals of both cities, in the last ninety days.
func (l *leakWorld) records(ctx context.Context) error {
	five, _ := record.Preset("five-best")
	door := *l.door
	door.Codes = func(string, time.Time) (record.CodeMap, bool) { return five, true }
	for _, s := range []*side{&sideA, &sideB} {
		if err := l.w.StoreSource(ctx, record.Source{Name: s.source(), CodeMaps: []record.DatedMap{{Map: five}}}); err != nil {
			return err
		}
		if err := l.w.StoreKeys(ctx, []record.Key{
			{Name: s.device(), Kind: record.KeyDevice, Device: s.device(), Sources: []string{record.SourceKiosk}, Hall: s.hall(), Hash: sha256.Sum256([]byte(s.device()))},
		}); err != nil {
			return err
		}
		var b record.Batch
		if err := s.records(&door, &b, time.Now()); err != nil {
			return err
		}
		if err := l.w.Insert(ctx, &b, ""); err != nil {
			return err
		}
	}
	if _, err := l.w.RestateSeen(ctx, time.Now(), func(int, int) {}); err != nil {
		return err
	}
	_, err := l.w.RestateItems(ctx)
	return err
}

// records are what was taken from a city.
func (s *side) records(door *record.Door, b *record.Batch, now time.Time) error {
	place := record.Place{Region: s.district(), Hall: s.hall(), Window: s.window(), Department: s.department(), Item: s.item()}
	accept := func(in any, at time.Time, sender string) error {
		if problems := door.Accept(in, record.Receipt{Now: at, Collector: "test", Sender: sender}, b); len(problems) > 0 {
			return fmt.Errorf("%T: %w", in, problems)
		}
		return nil
	}
	for day := 1; day < 85; day += 5 { // the days are few, because each is counted by itself
		at := now.AddDate(0, 0, -day).Add(-time.Hour)
		for n := range 4 {
			rating := record.RatingInput{
				ID: uuid.NewSHA1(s.review, fmt.Append(nil, day, n)).String(), Source: s.source(), Level: record.Code(fmt.Sprint(5 - n)), Place: place, RatedAt: &at,
				Channel: record.Code("tablet"), Comment: fmt.Sprintf("%s 等了很久 %d", s.sign, n), CaseID: s.word + fmt.Sprint("-case", day, "-", n),
				Platform: s.word + "-app", Tags: []string{"214", s.word + "-tag"}, Installation: s.word + "-i", DeviceID: s.device(), DeviceSeq: uint64(2*day + n*1000 + 1),
			}
			if day == 6 && n == 3 {
				rating.ID = s.review.String()
			}
			if err := accept(&rating, at, s.device()); err != nil {
				return err
			}
		}
		accepted, finished := at.Add(-48*time.Hour), at.Add(-time.Hour)
		if err := accept(&record.CaseInput{
			Source: s.source(), CaseID: s.word + fmt.Sprint("-case", day, "-0"), Version: 1, Place: place, AcceptedAt: &accepted, FinishedAt: &finished,
			PromisedAt: record.Moment(at.Format(time.RFC3339)),
		}, at, s.source()); err != nil {
			return err
		}
		if err := accept(&record.PromptInput{ID: uuid.NewSHA1(s.review, fmt.Append(nil, "prompt", day)).String(), Source: s.source(), ServedAt: &at, ShownAt: &at, Place: place}, at, s.source()); err != nil {
			return err
		}
		date := calendar.DayOf(at, time.UTC).String()
		if err := accept(&record.TallyInput{Source: s.source(), From: date, To: date, Place: place, Level: "5", Count: 211}, at, s.source()); err != nil {
			return err
		}
	}
	for i, step := range []string{record.StepAssigned, record.StepContacted, record.StepAppealed} {
		at := now.AddDate(0, 0, -3+i).Add(-time.Hour)
		if err := accept(&record.FollowUpInput{
			ID: uuid.NewSHA1(s.review, []byte(step)).String(), Source: s.source(), RatingID: s.review.String(), Step: step, By: s.word + "-clerk", At: &at, Note: s.sign + "已联系",
		}, at, s.source()); err != nil {
			return err
		}
	}
	b.Refused = append(b.Refused, record.Refused{
		ID: s.refused(), Kind: record.KindRating, Source: s.source(), Sender: s.device(), ReceivedAt: now.Add(-time.Hour), Collector: "test", Size: 100,
		Problems: record.Problems{{Field: "level", Code: "unknown_code", Reason: "9"}}, Redacted: `{"level":9,"hall":"` + s.hall() + `","comment":"` + s.sign + `"}`,
	})
	return nil
}

// editions: one of last month, published, and one of the month before with objections.
func (l *leakWorld) fillEditions(ctx context.Context) error {
	first := calendar.MakeDay(time.Now().Year(), time.Now().Month(), 1)
	for i, token := range []string{"@edition", "@draft"} {
		to := first - 1
		if i == 1 {
			to = calendar.MakeDay(time.Now().Year(), time.Now().Month()-1, 1) - 1
		}
		y, m, _ := to.Time().Date()
		period := calendar.Range{From: calendar.MakeDay(y, m, 1), To: to}
		entry, err := l.createEdition(ctx, &EditionCreate{Scheme: SchemeRef{Name: "good-bad-review"}, Period: period, By: "li"})
		if err != nil {
			return err
		}
		l.editions[token] = entry.Number
		var events []edition.Event
		events = append(events, edition.Event{Action: edition.Open, By: "li", Until: l.today() + 20})
		for _, s := range []*side{&sideA, &sideB} {
			events = append(events,
				edition.Event{Action: edition.Narrate, By: "li", Unit: s.city(), Section: edition.Highlights, Entries: []edition.Narrative{{Section: edition.Highlights, Text: s.sign + "亮点", Source: s.word + " report"}}},
				edition.Event{Action: edition.Object, By: s.word + "-objector", Unit: s.city(), Text: s.sign + "对得分有异议"})
		}
		for _, e := range events { // one by one: an objection needs an open period
			if _, err := l.stepEdition(ctx, &EditionStep{Ref: edition.Ref{Number: entry.Number}, Events: []edition.Event{e}}); err != nil {
				return err
			}
		}
		if i == 1 {
			continue
		}
		for n, s := range []*side{&sideA, &sideB} {
			if _, err := l.stepEdition(ctx, &EditionStep{Ref: edition.Ref{Number: entry.Number}, Events: []edition.Event{
				{Action: edition.Decide, By: "wang", Objection: n + 1, Decision: edition.Rejected, Note: s.sign + "核对无误"},
			}}); err != nil {
				return err
			}
		}
		if _, err := l.stepEdition(ctx, &EditionStep{Ref: edition.Ref{Number: entry.Number}, Events: []edition.Event{{Action: edition.Check, By: "wang", Note: "all heard"}}}); err != nil {
			return err
		}
		if _, err := l.publishEdition(ctx, &EditionDraw{Number: entry.Number, By: "zhao"}); err != nil {
			return err
		}
	}
	return l.importValues(ctx)
}

// ownScheme judges cities by an imported indicator.
const ownScheme = `scheme: own
version: "1"
name: {zh: 自有方案, en: Own scheme}
units: {kind: region, level: 2}
publication: bands
tiers: [{id: high, name: {zh: 高, en: High}, from: 50}, {id: low, name: {zh: 低, en: Low}, from: 0}]
indicators:
  - {id: guides, name: {zh: 指南, en: Guides}, wording: {zh: 导入, en: imported}, weight: 1, imported: true, unit: number, direction: higher, normalise: {kind: absolute, full: 100}}
`

func (l *leakWorld) importValues(ctx context.Context) error {
	if _, err := l.addScheme(ctx, &SchemeAddition{Text: []byte(ownScheme), By: "li"}); err != nil {
		return err
	}
	var values []imported.Value
	for _, s := range []*side{&sideA, &sideB} {
		values = append(values, imported.Value{Unit: s.city(), Indicator: "guides", AsOf: calendar.DayOf(time.Now(), time.UTC) - 40, Known: true, Value: 7, N: 9, Source: s.word + "-book", Note: s.sign + "说明"})
	}
	_, err := l.w.StoreImportedValues(ctx, values, "li", time.Now())
	return err
}

// What persons see: everything, one city, the other, and nothing, because a list of the scope is empty.
var leakScopes = []struct {
	name  string
	scope directory.Scope
	sees  string // letters of the cities
}{
	{"all", directory.Scope{All: true}, "ab"},
	{"A", sideA.scope(), "a"},
	{"B", sideB.scope(), "b"},
	{"none", directory.Scope{Regions: []string{sideB.city()}}, ""},
}

// people are a person of each role and scope, one of two roles, one who has to change the password, and two accounts
// that others change.
func (l *leakWorld) people(ctx context.Context) error {
	now := time.Now()
	var sessions []access.StoredSession
	add := func(id string, roles []access.Role, scope directory.Scope, fresh bool) error {
		err := accessStore{l.store}.ChangeAccount(ctx, id, func(a *access.StoredAccount) error {
			a.Account = access.Account{ID: id, Roles: roles, Scope: scope, Method: access.MethodLocal, MustChange: fresh, Created: now}
			return nil
		})
		for _, name := range []string{id, id + second} {
			l.tokens[name] = base64.RawURLEncoding.EncodeToString([]byte("a session of " + name))
			hash := sha256.Sum256([]byte(l.tokens[name]))
			sessions = append(sessions, access.StoredSession{
				Token: base64.RawURLEncoding.EncodeToString(hash[:]), Account: id, Method: access.MethodLocal, Address: "127.0.0.1", Created: now, Seen: now, Expires: now.Add(time.Hour),
			})
		}
		return err
	}
	for _, role := range access.Roles() {
		for _, s := range leakScopes {
			if err := add(string(role)+"."+s.name, []access.Role{role}, s.scope, false); err != nil {
				return err
			}
		}
	}
	for id, roles := range map[string][]access.Role{"two.A": {access.Leader, access.Operator}, "fresh.A": access.Roles(), sideA.word + "-account": {access.Leader}, sideB.word + "-account": {access.Leader}} {
		scope := sideA.scope()
		if id == sideB.word+"-account" {
			scope = sideB.scope()
		}
		if err := add(id, roles, scope, id == "fresh.A"); err != nil {
			return err
		}
	}
	if err := (accessStore{l.store}).StoreSessions(ctx, sessions); err != nil {
		return err
	}
	return l.gate.Refresh(ctx)
}
