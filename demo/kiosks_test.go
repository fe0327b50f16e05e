package demo

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"haochaping/record"
)

func TestKiosksNeverSleepAndLoseNothing(t *testing.T) {
	for _, hour := range []int{3, 10} {
		synctest.Test(t, func(t *testing.T) {
			p := NewProvince(1)
			dir, _ := p.Directory()
			d := door()
			skew := time.Until(time.Date(2026, 11, 23, hour, 0, 0, 0, Zone))
			now := func() time.Time { return time.Now().Add(skew) }
			var got []record.RatingInput
			failures, calls := 0, 0
			last := now()
			post := func(_ context.Context, ratings []record.RatingInput) error {
				if calls++; calls%10 == 0 {
					return errors.New("no network")
				}
				if since := now().Sub(last); since > 2*longestRest {
					t.Errorf("nothing came for %v", since)
				}
				last = now()
				got = append(got, ratings...)
				return nil
			}
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
			defer cancel()
			k := Kiosks{Province: p, Seed: 1, Now: now, Post: post, Failed: func(error) { failures++ }}
			if err := k.Run(ctx); err != nil {
				t.Fatal(err)
			}
			if failures == 0 || len(got) < 300 || hour == 10 && len(got) < 900 {
				t.Errorf("at %d: %d ratings, %d failures", hour, len(got), failures)
			}
			seqs := map[string]uint64{}
			for i := range got {
				r, problems := d.Rating(&got[i], record.Receipt{Now: now()})
				if len(problems) > 0 {
					t.Fatalf("refused: %v", problems)
				}
				if _, _, _, missing := dir.Attribute(r.Region, r.Hall, r.Window, r.Department, r.Item); missing != 0 {
					t.Fatalf("not in the directory: %v", missing)
				}
				if seqs[r.DeviceID]++; r.DeviceSeq != seqs[r.DeviceID] || r.ID.Version() != 7 {
					t.Fatalf("device %s: number %d, want %d; id %v", r.DeviceID, r.DeviceSeq, seqs[r.DeviceID], r.ID)
				}
			}
		})
	}
}

func TestKiosksWaitWhileNothingArrives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		most := 0
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		k := Kiosks{Province: NewProvince(1), Now: time.Now, Post: func(_ context.Context, ratings []record.RatingInput) error {
			most = max(most, len(ratings))
			return errors.New("no network")
		}}
		if err := k.Run(ctx); err != nil {
			t.Fatal(err)
		}
		if most != unsentLimit {
			t.Errorf("at most %d ratings were unsent, want %d", most, unsentLimit)
		}
	})
}

func TestKiosksNeedTheirParts(t *testing.T) {
	if err := (Kiosks{}).Run(t.Context()); err == nil {
		t.Error("kiosks without a province ran")
	}
}
