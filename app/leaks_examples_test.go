package app

// example is a request of a route. Words that begin with @ stand for what belongs to a city, see side.tokens, or for
// an edition; a request with one of a city is sent for both cities and for one that does not exist.
type example struct {
	path   string            // below the base path, with its query
	form   map[string]string // of a POST; what is not in order is refused before anything is changed
	ends   bool              // it ends the session that it is sent in
	file   string            // of a POST, as "file"
	follow bool              // where the answer leads is read too
	parts  bool              // the form is sent in parts
	stream bool              // only the first event is read
	whole  string            // why the page may name units outside the reader's scope; empty = it may not
}

// examples has one request for each route of the dashboard, by its pattern: a route without one fails the test. A
// route that takes codes in several ways has further ones, whose keys go on after a space.
var examples = map[string]example{
	"GET /{$}":                                            {path: "/"},
	"GET /region/{code}":                                  {path: "/region/@region"},
	"GET /region/{code} district":                         {path: "/region/@district?lang=en"},
	"GET /region/{code} above":                            {path: "/region/99?p=90d"},
	"GET /hall/{code}":                                    {path: "/hall/@hall"},
	"GET /hall/{code}/window/{window}":                    {path: "/hall/@hall/window/@window?p=90d"},
	"GET /department/{code}":                              {path: "/department/@department"},
	"GET /item/{code}":                                    {path: "/item/@item?p=12m"},
	"GET /unattributed":                                   {path: "/unattributed"},
	"GET /live":                                           {path: "/live"},
	"POST /lang":                                          {path: "/lang", form: map[string]string{"lang": "zh", "back": "/region/@region"}},
	"GET /assets/{file...}":                               {path: "/assets/nothing.js"},
	"GET /ranking":                                        {path: "/ranking?p=90d"},
	"GET /ranking within, departments":                    {path: "/ranking?by=department&within=@region&p=90d"},
	"GET /ranking of a line":                              {path: "/ranking?by=department&line=@line&p=90d"},
	"GET /ranking.csv":                                    {path: "/ranking.csv?p=90d"},
	"GET /ranking.csv within":                             {path: "/ranking.csv?by=department&within=@region&p=90d"},
	"GET /ranking.xlsx":                                   {path: "/ranking.xlsx?p=90d"},
	"GET /ranking.xlsx within":                            {path: "/ranking.xlsx?by=department&line=@line&p=90d"},
	"GET /editions":                                       {path: "/editions"},
	"GET /editions/compare":                               {path: "/editions/compare?a=@edition&b=@draft"},
	"GET /edition/{number}":                               {path: "/edition/@edition"},
	"GET /edition/{number} units":                         {path: "/edition/@edition?unit=@region&lang=en"},
	"GET /edition/{number} draft":                         {path: "/edition/@draft?unit=@region"},
	"GET /edition/{number}/file":                          {path: "/edition/@edition/file"},
	"GET /brief":                                          {path: "/brief"},
	"GET /quality":                                        {path: "/quality"},
	"GET /reviews":                                        {path: "/reviews?p=90d"},
	"GET /reviews of a region":                            {path: "/reviews?p=90d&region=@region"},
	"GET /reviews of a hall":                              {path: "/reviews?p=90d&hall=@hall&lang=en"},
	"GET /reviews with a text":                            {path: "/reviews?p=90d&text=@sign"},
	"GET /review/{id}":                                    {path: "/review/@review"},
	"GET /search":                                         {path: "/search?q=@sign"},
	"GET /search.json":                                    {path: "/search.json?q=@sign"},
	"GET /search.json code":                               {path: "/search.json?q=@department"},
	"GET /search.json pinyin":                             {path: "/search.json?q=@pinyin"},
	"GET /wall":                                           {path: "/wall"},
	"GET /wall/events":                                    {path: "/wall/events", stream: true},
	"GET /workbench":                                      {path: "/workbench"},
	"POST /workbench":                                     {path: "/workbench", parts: true, form: map[string]string{"scheme": "scheme: @word"}},
	"GET /scheme/{name}":                                  {path: "/scheme/good-bad-review"},
	"GET /map.json":                                       {path: "/map.json"},
	"POST /theme":                                         {path: "/theme", form: map[string]string{"theme": "dark", "back": "/region/@region"}},
	"GET /workbench/indicators":                           {path: "/workbench/indicators"},
	"GET /workbench/indicators/template.xlsx":             {path: "/workbench/indicators/template.xlsx?scheme=national-five-dimension@1"},
	"GET /workbench/indicators/check/{token}":             {path: "/workbench/indicators/check/none"},
	"POST /workbench/indicators":                          {path: "/workbench/indicators", file: "unit,indicator,as_of,value\n@region,guides,2026-06-30,1\n", follow: true},
	"POST /workbench/indicators by name":                  {path: "/workbench/indicators", file: "unit,indicator,as_of,value\n@name,guides,2026-06-30,1\n", follow: true},
	"POST /workbench/indicators/check/{token}":            {path: "/workbench/indicators/check/none", form: map[string]string{}},
	"GET /scheme/{name} own":                              {path: "/scheme/national-five-dimension@1?lang=en"},
	"GET /workbench/editions":                             {path: "/workbench/editions"},
	"GET /workbench/edition/{number}":                     {path: "/workbench/edition/@draft?lang=en"},
	"GET /workbench/edition/{number} published":           {path: "/workbench/edition/@edition"},
	"GET /workbench/edition/{number}/parts.zip":           {path: "/workbench/edition/@draft/parts.zip"},
	"POST /workbench/editions":                            {path: "/workbench/editions", form: map[string]string{"scheme": "national-five-dimension@1"}},
	"POST /workbench/edition/{number}/{step}":             {path: "/workbench/edition/@draft/check", form: map[string]string{}},
	"GET /workbench/objections":                           {path: "/workbench/objections"},
	"GET /workbench/objections one":                       {path: "/workbench/objections?objection=@draft.1:@objection"},
	"POST /workbench/objections":                          {path: "/workbench/objections", form: map[string]string{"edition": "@draft", "unit": "@region"}},
	"POST /workbench/objections/{number}/{revision}/{id}": {path: "/workbench/objections/@draft/1/@objection", form: map[string]string{}},
	"GET /scheme/{name}/text":                             {path: "/scheme/national-five-dimension@1/text"},
	"GET /workbench/rehearsal":                            {path: "/workbench/rehearsal"},
	"GET /workbench/rehearsal of two":                     {path: "/workbench/rehearsal?before=good-bad-review@1&after=good-bad-review@1&period=lastmonth"},
	"POST /workbench/rehearsal":                           {path: "/workbench/rehearsal", parts: true, form: map[string]string{"scheme": "scheme: @word"}},
	"GET /workbench/targets":                              {path: "/workbench/targets"},
	"GET /workbench/targets of one":                       {path: "/workbench/targets?region=@region&unit=@region"},
	"POST /workbench/targets":                             {path: "/workbench/targets", form: map[string]string{"region": "@region", "unit": "@region", "indicator": "good_rate"}},
	"POST /workbench/targets/remove":                      {path: "/workbench/targets/remove", form: map[string]string{"region": "@region", "unit": "@region", "indicator": "good_rate"}},
	"GET /quality/refusals":                               {path: "/quality/refusals"},
	"GET /quality/refusals of a source":                   {path: "/quality/refusals?source=@source"},
	"GET /quality/refusals/{id}":                          {path: "/quality/refusals/@refused"},
	"POST /quality/refusals/replay":                       {path: "/quality/refusals/replay", form: map[string]string{"id": "@refused"}},
	"GET /evidence/{kind}/{code}":                         {path: "/evidence/region/@region"},
	"GET /evidence/{kind}/{code} of a hall":               {path: "/evidence/hall/@hall"},
	"GET /evidence/{kind}/{code}/pack.zip":                {path: "/evidence/region/@region/pack.zip?from=@first&to=@last"},
	"GET /runs":                                           {path: "/runs"},
	"GET /sign-in":                                        {path: "/sign-in?back=/region/@region"},
	"POST /sign-in":                                       {path: "/sign-in", form: map[string]string{"name": "@who", "password": "wrong"}},
	"POST /sign-in/demo":                                  {path: "/sign-in/demo", form: map[string]string{"account": "demo:leader"}},
	"GET /sign-in/oidc":                                   {path: "/sign-in/oidc"},
	"GET /sign-in/oidc/callback":                          {path: "/sign-in/oidc/callback?code=x&state=y"},
	"GET /sign-in/cas":                                    {path: "/sign-in/cas"},
	"GET /sign-in/cas/callback":                           {path: "/sign-in/cas/callback?ticket=x"},
	"GET /sign-in/header":                                 {path: "/sign-in/header"},
	"POST /sign-out":                                      {path: "/sign-out", ends: true},
	"POST /account/sign-out":                              {path: "/account/sign-out", form: map[string]string{}, ends: true},
	"GET /account":                                        {path: "/account", whole: "the own scope is named"},
	"GET /account/password":                               {path: "/account/password"},
	"POST /account/password":                              {path: "/account/password", form: map[string]string{"old": "x", "new": "y"}},
	"GET /accounts":                                       {path: "/accounts", whole: whoManages},
	"POST /accounts":                                      {path: "/accounts", form: map[string]string{"id": ""}, whole: whoManages},
	"GET /accounts/{id}":                                  {path: "/accounts/@account", whole: whoManages},
	"POST /accounts/{id}":                                 {path: "/accounts/@account", form: map[string]string{"roles": ""}, whole: whoManages},
	"POST /accounts/{id}/password":                        {path: "/accounts/@account/password", form: map[string]string{}, whole: whoManages},
	"POST /accounts/{id}/revoke":                          {path: "/accounts/@account/revoke", form: map[string]string{}, whole: whoManages},
	"GET /audit":                                          {path: "/audit", whole: whoAudits},
	"POST /audit/verify":                                  {path: "/audit/verify", form: map[string]string{}, whole: whoAudits},
}

// Why a few pages know no scope.
const (
	whoManages = "an administrator decides who sees what, and therefore reads every account with its scope"
	whoAudits  = "an auditor reads what everybody did, and so the codes that they did it to"
)
