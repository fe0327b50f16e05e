package engine_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"haochaping/engine"
	"haochaping/engine/enginetest"
)

// parentVariable makes this test program a service of its own with the engine in the folder it names, to be killed by a test.
const parentVariable = "HAOCHAPING_TEST_PARENT"

func TestMain(m *testing.M) {
	engine.RunChildIfAsked()
	if dir := os.Getenv(parentVariable); dir != "" {
		if err := runParent(dir); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	enginetest.Main(m)
}

func runParent(dir string) error {
	e, err := engine.New(enginetest.Options(dir))
	if err != nil {
		return err
	}
	if err := e.Start(context.Background()); err != nil {
		return err
	}
	fmt.Println(e.PID(), e.Address(), e.Password())
	time.Sleep(time.Minute)
	return e.Stop(context.Background())
}
