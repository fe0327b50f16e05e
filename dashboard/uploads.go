package dashboard

import (
	"crypto/rand"
	"sync"
	"time"

	"haochaping/evaluation/imported"
)

// What is kept of files that wait to be imported.
const (
	uploadKept    = 30 * time.Minute
	uploadsKept   = 24      // files
	uploadsValues = 500_000 // values of all together, besides the newest file
)

// upload is a file of imported values that was read and checked, and waits for its sender to import it.
type upload struct {
	token, person string
	at            time.Time
	file          string // its name
	values        []imported.Value
	problems      []imported.Problem
	unknown       []string // units that the directory lacks
	unused        []string // indicators that no scheme has
}

// uploads are the files that wait, the oldest first. Those that take too much room or wait for too long are gone.
type uploads struct {
	mu   sync.Mutex
	list []*upload
}

// keep takes a file in and names it.
func (u *uploads) keep(file *upload, now time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	file.token, file.at = rand.Text(), now
	u.list = append(u.list, file)
	rows := 0
	for _, f := range u.list {
		rows += len(f.values)
	}
	for len(u.list) > 1 && (len(u.list) > uploadsKept || rows > uploadsValues || now.Sub(u.list[0].at) > uploadKept) {
		rows -= len(u.list[0].values)
		u.list[0] = nil
		u.list = u.list[1:]
	}
}

// find is a file of a person; nil if there is none.
func (u *uploads) find(token, person string, now time.Time) *upload {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, f := range u.list {
		if f.token == token && f.person == person && now.Sub(f.at) <= uploadKept {
			return f
		}
	}
	return nil
}

// drop forgets a file.
func (u *uploads) drop(token string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for i, f := range u.list {
		if f.token == token {
			u.list = append(u.list[:i:i], u.list[i+1:]...)
			return
		}
	}
}
