package app

import (
	"bytes"
	"encoding/base64"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"haochaping/config"
	"haochaping/record"
)

// keyVariable makes this test program print the door's key of the folder that it names.
const keyVariable = "APP_TEST_DOOR_KEY"

// Two processes that start at once on a new folder, such as a server and an import, must
// agree on one key: with two, a repeat would be another record.
func TestProcessesAgreeOnTheDoorsKey(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		path := filepath.Join(t.TempDir(), "door.key")
		const processes = 4
		var outputs [processes][]byte
		var errs [processes]error
		var group sync.WaitGroup
		for i := range processes {
			group.Go(func() {
				cmd := exec.Command(program)
				cmd.Env = append(os.Environ(), keyVariable+"="+path)
				outputs[i], errs[i] = cmd.Output()
			})
		}
		group.Wait()
		key, err := os.ReadFile(path)
		if err != nil || len(key) != doorKeySize {
			t.Fatalf("the key has %d bytes: %v", len(key), err)
		}
		for i := range processes {
			if errs[i] != nil || !bytes.Equal(outputs[i], key) {
				t.Errorf("process %d has another key than the folder: %v", i, errs[i])
			}
		}
		entries, err := os.ReadDir(filepath.Dir(path))
		if err != nil || len(entries) != 1 {
			t.Errorf("left behind: %v %v", entries, err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("the key's mode: %v %v", info.Mode(), err)
		}
	}
}

func TestDamagedDoorsKeyIsAnError(t *testing.T) {
	path := filepath.Join(t.TempDir(), "door.key")
	if err := os.WriteFile(path, []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := doorKey(path); err == nil || !strings.Contains(err.Error(), "restore it from a backup") {
		t.Errorf("a key of 5 bytes: %v", err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "short" {
		t.Errorf("the damaged key was replaced: %q %v", text, err)
	}
	if _, err := doorKey(filepath.Join(filepath.Dir(path), "nothing", "door.key")); err == nil {
		t.Error("a key was made in a folder that does not exist")
	}
}

func doorConfig(dir, tokenHash string) *config.Config {
	return &config.Config{
		Timezone:  config.Zone{Location: time.UTC},
		Collector: config.Collector{DoorKeyFile: filepath.Join(dir, "door.key"), TokenHash: tokenHash},
	}
}

// With another hash, every person who comes back would be a second one.
func TestTokenHashIsFixedAtTheFirstStart(t *testing.T) {
	dir := t.TempDir()
	first, err := NewDoor(doorConfig(dir, record.TokenSM3))
	if err != nil {
		t.Fatal(err)
	}
	again, err := NewDoor(doorConfig(dir, record.TokenSM3))
	if err != nil || again.Token("13800138000") != first.Token("13800138000") {
		t.Errorf("the second start: %v", err)
	}
	if _, err := NewDoor(doorConfig(dir, record.TokenSHA256)); err == nil || !strings.Contains(err.Error(), "sm3") {
		t.Errorf("a start with another hash: %v", err)
	}

	old := t.TempDir() // of a version that had SHA-256 alone
	if err := os.WriteFile(filepath.Join(old, "door.key"), bytes.Repeat([]byte("k"), doorKeySize), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := NewDoor(doorConfig(old, record.TokenSM3)); err == nil {
		t.Error("a key in use was given another hash")
	}
	if _, err := NewDoor(doorConfig(old, record.TokenSHA256)); err != nil {
		t.Error(err)
	}
}

func TestContactKeyOfTheConfiguration(t *testing.T) {
	public, private, err := record.NewContactKey()
	if err != nil {
		t.Fatal(err)
	}
	cfg := doorConfig(t.TempDir(), record.TokenSHA256)
	cfg.Collector.ContactKey = base64.StdEncoding.EncodeToString(public[:])
	door, err := NewDoor(cfg)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := door.Seal("13800138000")
	if err != nil {
		t.Fatal(err)
	}
	if text, err := record.OpenContact(private, sealed); err != nil || text != "13800138000" {
		t.Errorf("opened: %v", err)
	}
	cfg.Collector.ContactKey = "c2hvcnQ="
	if _, err := NewDoor(cfg); err == nil {
		t.Error("a key of 5 bytes was taken")
	}
}
