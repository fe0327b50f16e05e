package record_test

import (
	"strings"
	"testing"
	"time"

	"haochaping/record"
)

// benchZone is loaded, not fixed: that is what installations have.
func benchZone(b *testing.B) *time.Location {
	b.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		b.Skip("no time zone data:", err)
	}
	return zone
}

func benchRating(zone *time.Location) record.RatingInput {
	in := goodRating()
	in.DeviceID, in.Installation, in.DeviceSeq = "kiosk-0417", "01970a3e", 48213
	in.Object, in.CaseID, in.ServiceNumber, in.AssessNumber = "item", "99010220260504000317", "2026050400031701", 1
	in.Answer, in.Channel, in.Tags = record.AnswerActive, "tablet", []string{"patient", "quick"}
	in.Place = record.Place{
		Region: "990102000000", Hall: "990102-H03", Window: "17", Department: "990102-market", Item: "1101A00102000", Staff: "s0291",
	}
	in.RatedAt, in.ServedAt = at(noon.In(zone).Add(-time.Minute)), at(noon.In(zone).Add(-2*time.Minute))
	return in
}

// BenchmarkDoor accepts records as an installation gets them.
func BenchmarkDoor(b *testing.B) {
	d, rc := testDoor(), receipt()
	d.Zone = benchZone(b)
	rating := benchRating(d.Zone)
	commented := rating
	commented.Comment = "窗口人员很耐心，等了 25 分钟，2026-05-04 上午办完，下次还来3号窗口。"
	phoned := rating
	phoned.Comment = "请回电 138-0013-8000，谢谢。"
	closed := record.CaseInput{
		Source: "kiosk", CaseID: rating.CaseID, Version: 3, Place: rating.Place, AcceptedAt: at(noon.AddDate(0, 0, -9)),
		PromisedAt: "2026-05-08", StatutoryAt: "2026-05-20", FinishedAt: at(noon.Add(-time.Hour)),
		Suspensions: []record.Interval{{From: noon.AddDate(0, 0, -5), To: noon.AddDate(0, 0, -4)}},
	}
	prompt := record.PromptInput{
		ID: someID, Source: "kiosk", DeviceID: rating.DeviceID, CaseID: rating.CaseID, ServiceNumber: rating.ServiceNumber,
		ServedAt: rating.ServedAt, ShownAt: rating.RatedAt, Place: rating.Place, Channel: "tablet",
	}
	step := record.FollowUpInput{
		ID: someID, Source: "kiosk", RatingID: someID, Step: record.StepContacted, By: "s0291", At: rating.RatedAt,
		Note: "已电话联系，说明原因。",
	}
	for _, bm := range []struct {
		name   string
		accept func() record.Problems
	}{
		{"rating", func() record.Problems { _, ps := d.Rating(&rating, rc); return ps }},
		{"rating with a comment", func() record.Problems { _, ps := d.Rating(&commented, rc); return ps }},
		{"rating with a phone number", func() record.Problems { _, ps := d.Rating(&phoned, rc); return ps }},
		{"case", func() record.Problems { _, ps := d.Case(&closed, rc); return ps }},
		{"prompt", func() record.Problems { _, ps := d.Prompt(&prompt, rc); return ps }},
		{"follow-up", func() record.Problems { _, ps := d.FollowUp(&step, rc); return ps }},
	} {
		b.Run(strings.ReplaceAll(bm.name, " ", "_"), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if ps := bm.accept(); ps != nil {
					b.Fatal(ps)
				}
			}
		})
	}
}
