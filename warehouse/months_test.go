package warehouse

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/google/uuid"

	"haochaping/calendar"
	"haochaping/engine/enginetest"
	"haochaping/evaluation"
	"haochaping/record"
)

// A record that arrives after its day was restated and before its month is summed must
// not be taken for summed.
func TestMonthFollowsItsDays(t *testing.T) {
	e := enginetest.Start(t)
	o := Options{
		Address: e.Address(), Database: "months", Username: e.User(), Password: e.Password(),
		Zone: time.UTC, Logger: slog.New(slog.DiscardHandler), Sole: true,
	}
	conn, err := clickhouse.Open(&clickhouse.Options{Addr: []string{o.Address}, Auth: clickhouse.Auth{Username: o.Username, Password: o.Password}})
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Exec(t.Context(), "CREATE DATABASE months ENGINE = Atomic"); err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	w, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	day := calendar.MakeDay(2026, 3, 5)
	now := calendar.MakeDay(2026, 9, 1).Start(time.UTC)
	arrive := func(n int) {
		at := day.Start(time.UTC).Add(time.Duration(9+n) * time.Hour)
		r := record.Rating{
			ID: uuid.Must(uuid.NewV7()), Source: "test", AssessNumber: 1, Answer: record.AnswerActive, AnswerWeight: 3,
			Level: 5, RatedAt: at, RatedAtRaw: at, EventDay: day,
		}
		if err := w.Insert(t.Context(), &record.Batch{Ratings: []record.Rating{r}}, fmt.Sprint(n)); err != nil {
			t.Fatal(err)
		}
	}

	arrive(1)
	dirty, err := w.dirtyPeriods(t.Context(), "dirty_days", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.restateDays(t.Context(), dirty); err != nil {
		t.Fatal(err)
	}
	arrive(2)
	if _, err := w.restateMonths(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Restate(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	rows, err := w.Facts(t.Context(), evaluation.Query{By: evaluation.ByTotal, From: calendar.MakeDay(2026, 3, 1), To: calendar.MakeDay(2026, 3, 31)})
	if err != nil || len(rows) != 1 || rows[0].Valid() != 2 {
		t.Errorf("a closed month after a late record: %+v, %v; want 2 ratings", rows, err)
	}
}
