package config

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"
	"github.com/spf13/viper"
)

// searched are the places of the file when none is named; the first that
// exists is read, and it is no error if there is none.
var searched = []string{"haochaping.yaml", "/etc/haochaping/haochaping.yaml"}

// configFlag names the file on the command line.
const configFlag = "config"

// Options say where [Load] looks. The zero value reads the usual file and the
// process's environment.
type Options struct {
	// File is read and must exist. Empty: the flag --config, else the
	// variable HAOCHAPING_CONFIG, else ./haochaping.yaml or
	// /etc/haochaping/haochaping.yaml if there is one.
	File string
	// Flags are the parsed flags of the command, made by BindFlags and
	// BindServeFlags. Flags that are not there are not looked for.
	Flags *pflag.FlagSet
	// Environ is the environment as in os.Environ; nil means os.Environ().
	Environ []string
	// IgnoreEnv names variables that begin with HAOCHAPING_ and are meant
	// for somebody else. Any other unknown one is an error.
	IgnoreEnv []string
	// Defaults replaces defaults for one command, as key path → text.
	// They count as defaults: file, environment and flags outrank them.
	Defaults map[string]string
}

// InvalidError is a configuration that must not be used. Its problems are
// sentences for the operator, each with place, key, and what to write.
type InvalidError struct {
	Problems []string
}

// Error lists all problems, one a line.
func (e *InvalidError) Error() string {
	if len(e.Problems) == 1 {
		return "configuration: " + e.Problems[0]
	}
	return fmt.Sprintf("configuration: %d problems\n  %s", len(e.Problems), strings.Join(e.Problems, "\n  "))
}

// BindFlags declares the flags that all commands share: --config, --data-dir,
// --listen and --log-level.
func BindFlags(flags *pflag.FlagSet) {
	flags.String(configFlag, "", "configuration `file` (default ./haochaping.yaml, else /etc/haochaping/haochaping.yaml)")
	declare(flags, "data_dir", "`directory` for everything that is kept")
	declare(flags, "listen", "`address` (host:port) of pages and API")
	declare(flags, "log.level", "least important `level` to log: debug, info, warn, error")
}

// BindServeFlags declares --roles, for commands that run the service.
func BindServeFlags(flags *pflag.FlagSet) {
	declare(flags, "roles", "what this process does, as a `list` with commas")
}

func declare(flags *pflag.FlagSet, path, usage string) {
	k := knownKeys[path]
	flags.String(k.flag, k.fallback, usage)
}

// Load reads the configuration and checks it: flags over environment over
// file over defaults. An empty variable counts as not set. If anything is
// wrong it returns an *InvalidError with every problem at once.
func Load(o Options) (*Config, error) {
	l := &loader{Options: o, v: viper.New(), origins: map[string]string{}}
	if l.Environ == nil {
		l.Environ = os.Environ()
	}
	if err := l.defaults(); err != nil {
		return nil, err
	}
	env := l.environment()
	file, settings := l.file(env)
	if err := l.merge(settings, env); err != nil {
		return nil, err
	}
	l.parse(settings, env)
	if len(l.problems) > 0 {
		return nil, &InvalidError{l.problems}
	}
	cfg := &Config{file: file, origins: l.origins}
	if err := l.v.UnmarshalExact(cfg); err != nil {
		return nil, fmt.Errorf("decode configuration: %w", err)
	}
	if problems := cfg.complete(); len(problems) > 0 {
		return nil, &InvalidError{problems}
	}
	return cfg, nil
}

// loader gathers the values of one Load in viper, which holds the precedence.
type loader struct {
	Options
	v        *viper.Viper
	origins  map[string]string // key → where its value came from
	problems []string
}

func (l *loader) defaults() error {
	for _, k := range keys {
		l.v.SetDefault(k.path, k.fallback)
	}
	for path, text := range l.Defaults {
		if _, ok := knownKeys[path]; !ok {
			return fmt.Errorf("set default of configuration key %q: there is no such key", path)
		}
		l.v.SetDefault(path, text)
	}
	return nil
}

// environment returns the settings in the environment by key; the file's name
// is under the empty key. It reads the given list, not the process, so that
// unknown names show up and tests do not share state.
func (l *loader) environment() map[string]setting {
	paths, names := map[string]string{envFile: ""}, []string{envFile}
	for _, k := range keys {
		paths[k.env()] = k.path
		names = append(names, k.env())
	}
	env := map[string]setting{}
	for _, line := range slices.Sorted(slices.Values(l.Environ)) {
		name, text, _ := strings.Cut(line, "=")
		if !strings.HasPrefix(strings.ToUpper(name), envPrefix) || slices.Contains(l.IgnoreEnv, name) {
			continue
		}
		path, known := paths[name]
		switch {
		case !known:
			l.problems = append(l.problems, fmt.Sprintf("environment: unknown variable %s; the nearest known one is %s", clip(name), nearest(name, names)))
		case text != "":
			env[path] = setting{text, "env " + name}
		}
	}
	return env
}

// file finds and reads the configuration file, if there is one.
func (l *loader) file(env map[string]setting) (string, map[string]setting) {
	flagged := ""
	if l.Flags != nil {
		if f := l.Flags.Lookup(configFlag); f != nil {
			flagged = f.Value.String()
		}
	}
	named := cmp.Or(l.File, flagged, env[""].text)
	candidates := searched
	if named != "" {
		candidates = []string{named}
	}
	for _, name := range candidates {
		data, err := readBounded(name, maxFile)
		if named == "" && errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			l.problems = append(l.problems, fmt.Sprintf("read configuration file: %v; name a file that exists and may be read", err))
			return name, nil
		}
		settings, problems := parseFile(name, data)
		l.problems = append(l.problems, problems...)
		return name, settings
	}
	return "", nil
}

// merge gives viper the layers between the defaults and the flags, the lower
// one first.
func (l *loader) merge(layers ...map[string]setting) error {
	for _, layer := range layers {
		nested := map[string]any{}
		for path, s := range layer {
			section, name, ok := strings.Cut(path, ".")
			if !ok {
				nested[path] = s.text
				continue
			}
			inner, _ := nested[section].(map[string]any)
			if inner == nil {
				inner = map[string]any{}
				nested[section] = inner
			}
			inner[name] = s.text
		}
		delete(nested, "") // the file's name
		if err := l.v.MergeConfigMap(nested); err != nil {
			return fmt.Errorf("merge configuration: %w", err)
		}
	}
	for _, k := range keys {
		if f := l.changed(k); f != nil {
			if err := l.v.BindPFlag(k.path, f); err != nil {
				return fmt.Errorf("bind flag --%s: %w", k.flag, err)
			}
		}
	}
	return nil
}

// changed returns the key's flag if the command line sets it.
func (l *loader) changed(k key) *pflag.Flag {
	if l.Flags == nil || k.flag == "" {
		return nil
	}
	if f := l.Flags.Lookup(k.flag); f != nil && f.Changed {
		return f
	}
	return nil
}

// parse turns the texts that prevail into values. Values that are outranked
// are not looked at: they do no harm.
func (l *loader) parse(file, env map[string]setting) {
	for _, k := range keys {
		place, origin := "default", "default"
		if s, ok := file[k.path]; ok {
			place, origin = s.place, "file "+s.place
		}
		if s, ok := env[k.path]; ok {
			place, origin = s.place, s.place
		}
		if l.changed(k) != nil {
			place = "flag --" + k.flag
			origin = place
		}
		l.origins[k.path] = origin
		text := l.v.GetString(k.path)
		if !k.form.secret {
			text = strings.TrimSpace(text)
		}
		value, err := k.form.parse(text)
		if err != nil {
			l.problems = append(l.problems, fmt.Sprintf("%s: %s: %v; write %s", place, describe(k, text), err, k.form.want))
			continue
		}
		l.v.Set(k.path, value)
	}
}

// describe names a key and its unusable value. A value with an @ may hold a
// password before it, so it is not shown; cron's @every is.
func describe(k key, text string) string {
	if k.form.secret || strings.LastIndexByte(text, '@') > 0 {
		return k.path
	}
	return k.path + " is " + clip(text)
}
