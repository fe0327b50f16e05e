package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"haochaping/engine"
	"haochaping/engine/enginetest"
)

// lifelineVariable tells a server of a script that its standard input ends with the test.
const lifelineVariable = "SCRIPT_LIFELINE"

// TestMain makes this test program two other ones: the embedded engine, and the
// command haochaping of the scripts.
func TestMain(m *testing.M) {
	engine.RunChildIfAsked()
	testscript.Main(m, map[string]func(){"haochaping": func() {
		if os.Getenv(lifelineVariable) != "" {
			go endWithTest()
		}
		main()
	}})
}

// endWithTest ends a server whose test was killed and could not stop it.
func endWithTest() {
	_, _ = io.Copy(io.Discard, os.Stdin) // an error means the same as the end
	os.Exit(4)
}

// TestScripts runs the promises of the product as its users meet them, those about what happens at the same time; the
// others are in testdata/plain. Each script has a folder of its own; scripts_test.go and its neighbours hold the
// commands that they add.
func TestScripts(t *testing.T) { runScripts(t, "script") }

func runScripts(t *testing.T, folder string) {
	t.Helper()
	enginetest.Require(t)
	examples, err := filepath.Abs("../../examples")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                filepath.Join("testdata", folder),
		RequireUniqueNames: true,
		Condition:          condition,
		Setup: func(env *testscript.Env) error {
			env.Setenv("EXAMPLES", examples)
			env.Setenv("CHECKDATA", os.Getenv("HAOCHAPING_CHECKDATA"))
			env.Setenv("HAOCHAPING_DATA_DIR", filepath.Join(env.WorkDir, "data"))
			env.Setenv("HAOCHAPING_ENGINE_MAX_MEMORY", "1GiB")
			if library, err := engine.FindLibrary(os.Getenv(enginetest.LibraryVariable)); err == nil {
				env.Setenv(enginetest.LibraryVariable, library)
			}
			s := &script{env: env.Vars}
			env.Values[scriptKey{}] = s
			env.Defer(s.end)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"server":     cmdServer,
			"engine":     cmdEngine,
			"clickhouse": cmdClickHouse,
			"http":       cmdHTTP,
			"json":       cmdJSON,
			"post":       cmdPost,
			"await":      cmdAwait,
			"figures":    cmdFigures,
			"keep":       cmdKeep,
			"certify":    cmdCertify,
			"serial":     cmdSerial,
			"encode":     cmdEncode,
			"workbook":   cmdWorkbook,
			"large":      cmdLarge,
			"devicelist": cmdDeviceList,
			"damage":     cmdDamage,
			"against":    cmdAgainst,
			"unit":       cmdUnit,
			"pack":       cmdPack,
		},
	})
}

// condition knows [checkdata]: whether HAOCHAPING_CHECKDATA names the folder with the
// real inputs. In CI they must be there.
func condition(name string) (bool, error) {
	if name != "checkdata" {
		return false, fmt.Errorf("there is no condition %q", name)
	}
	if os.Getenv("HAOCHAPING_CHECKDATA") != "" {
		return true, nil
	}
	if os.Getenv("CI") != "" {
		return false, errors.New("HAOCHAPING_CHECKDATA is not set: in CI the real input must be checked")
	}
	return false, nil
}
