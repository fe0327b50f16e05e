package demo

import (
	"haochaping/calendar"
	"haochaping/record"
)

// The stages at which people rate.
const (
	stageStart = "受理"
	stageEnd   = "办结"
)

// startOf is when the acceptance of a case was rated, on the day on which it ended.
func (p *Plan) startOf(e *event) int64 {
	d := p.own(e, idStart)
	return max(p.servedAt(e)-int64(d.between(900, 4000)), p.dayStart(int(e.origin))+8*3600+1800+int64(d.below(300)))
}

// rating writes the rating of an event, or that of the acceptance of its case.
func (w *writer) rating(e *event, s *stream, p press, seq uint64) {
	served, rated := w.moments(e)
	kind, level, d := idRating, e.what, w.own(e, forRating+256)
	if p.start {
		rated = w.startOf(e)
		served, kind, level, d = rated-10, idStart, 5, w.own(e, forRating+257)
	}
	id := w.id(e, kind, rated)
	if w.resent {
		// Most come with their old ids and are the same records; some were numbered
		// anew, and only their natural keys tell that they are repetitions.
		if again := w.own(e, forResend); e.marks&withCase != 0 && again.chance(resentAnew) {
			id = w.id(e, kind-idRating+idResent, rated)
		}
	}
	w.now.Ratings = append(w.now.Ratings, record.RatingInput{
		ID: id, Source: sourceNames[s.source], ServedAt: w.at(served), RatedAt: w.at(rated), DeviceSeq: seq,
		Place: w.place(e, s), Channel: s.channelCode(), Platform: s.platform(), Object: "item",
	})
	r := &w.now.Ratings[len(w.now.Ratings)-1]
	if s.window >= 0 {
		r.DeviceID, r.Installation = w.devices[s.window], "1"
	}
	if e.marks&withCase != 0 {
		r.Object, r.CaseID = "case", w.caseNumber(e, s)
		w.stage(r, s, p.start)
	}
	if s.prompted && !p.start && e.marks&afterHours == 0 {
		r.PromptID = w.id(e, idPrompt, served)
	}
	switch level {
	case booked:
		r.Answer, r.Level = record.AnswerDefault, s.levelCode(s.bookedLevel())
	case unanswered:
		r.Answer = record.AnswerUnanswered
	case declined:
		r.Answer = record.AnswerDeclined
	default:
		r.Level = s.levelCode(level)
		w.words(r, e, level, &d)
		if s.window < 0 && d.chance(.6) {
			r.Rater = person(&d)
		}
	}
}

// resentAnew is the share of ratings that come with a new id when a month is sent again.
const resentAnew = .1

// bookedLevel is the rule of the source: text messages book 非常满意, the app of one
// city 基本满意.
func (s *stream) bookedLevel() outcome {
	if s.source == fromApp {
		return 3
	}
	return 5
}

// stage names the step of the case: the vendor numbers them, the others have words.
func (w *writer) stage(r *record.RatingInput, s *stream, start bool) {
	switch {
	case s.source == fromVendor && start:
		r.ServiceNumber = "1"
	case s.source == fromVendor:
		r.ServiceNumber = "2"
	case start:
		r.Stage = stageStart
	default:
		r.Stage = stageEnd
	}
}

// words adds reasons and comments that fit the level.
func (w *writer) words(r *record.RatingInput, e *event, level outcome, d *dice) {
	tags := tagsOf[level]
	if e.marks&afterHours != 0 {
		r.Tags = tags[len(tags)-1:]
		return
	}
	if d.chance(tagChance[level]) {
		n := d.below(len(tags))
		r.Tags = tags[n : n+1 : n+1]
		if more := d.below(len(tags)); d.chance(.25) && more != n {
			r.Tags = []string{tags[n], tags[more]}
		}
	}
	if d.chance(commentChance[level]) {
		r.Comment = commentsOf[level][d.below(len(commentsOf[level]))]
	}
}

// prompt writes what the counter reported about a service event.
func (w *writer) prompt(e *event, s *stream) {
	served := w.servedAt(e)
	d := w.own(e, forPrompt)
	w.now.Prompts = append(w.now.Prompts, record.PromptInput{
		ID: w.id(e, idPrompt, served), Source: sourceNames[s.source], DeviceID: w.devices[s.window],
		ServedAt: w.at(served), Place: w.place(e, s), Channel: s.channelCode(),
	})
	r := &w.now.Prompts[len(w.now.Prompts)-1]
	if e.marks&withCase != 0 {
		r.CaseID, r.Stage = w.caseNumber(e, s), stageEnd
	}
	if e.what != notAsked {
		r.ShownAt = w.at(served + int64(d.between(1, 3)))
	}
}

// followUps writes what was done about a bad rating, and the rating after it.
func (w *writer) followUps(e *event, s *stream) {
	steps, again := w.handling(e)
	served, rated := w.moments(e)
	id := w.id(e, idRating, rated)
	by := "Q-" + w.Province.areas[s.area].code + "-1"
	for n, st := range steps {
		at := rated + int64(st.after)
		f := record.FollowUpInput{
			ID: w.id(e, idStep+uint64(n), at), Source: sourceNames[s.source], RatingID: id, Step: st.name, By: by, At: w.at(at),
		}
		if st.satisfied != 0 {
			f.Satisfied = &w.truths[(st.satisfied+1)/2]
		}
		w.now.FollowUps = append(w.now.FollowUps, f)
	}
	if again == nil {
		return
	}
	at := rated + int64(again.after)
	r := record.RatingInput{
		ID: w.id(e, idAgain, at), Source: sourceNames[s.source], Object: "case", CaseID: w.caseNumber(e, s), AssessNumber: 2,
		ServedAt: w.at(served), RatedAt: w.at(at), Level: s.levelCode(again.level), Place: w.place(e, s), Channel: s.againChannel(),
	}
	w.stage(&r, s, false)
	w.now.Ratings = append(w.now.Ratings, r)
}

// againChannel is that of the second rating, which nobody gives at a counter.
func (s *stream) againChannel() record.Code {
	if s.source == fromVendor {
		return "2"
	}
	return record.Code(record.ChannelMobile)
}

// caseSpan is when a case ran, before it is written down.
type caseSpan struct {
	run
	accepted, ends int64 // Unix seconds
	online         bool  // filed online
	visits         int
	withdrawn      bool
}

// spanOf draws the span of an event's case.
func (p *Plan) spanOf(e *event, s *stream) caseSpan {
	d := p.own(e, forRun+256)
	online := s.hall < 0
	c := caseSpan{ends: p.servedAt(e) - 15, online: online || d.chance(.28)}
	if e.marks&onSpot != 0 {
		c.accepted = c.ends - int64(d.between(240, 2400))
		sv := p.serviceOf(e)
		c.run = run{promised: sv.promised, statutory: sv.statutory}
	} else {
		c.run = p.runOf(e)
		c.accepted = p.acceptedAt(e, c.ends, online, &d)
	}
	if e.marks&stillOpen == 0 {
		c.visits = trips(c.online, &d)
		c.withdrawn = e.marks&onSpot == 0 && d.chance(.006)
	}
	return c
}

// pause is when the clock stood still, as far as it lies before the end of the case and the limit; empty when it
// did not.
func (c *caseSpan) pause(limit int64) (from, to int64) {
	if c.run.suspended == 0 {
		return 0, 0
	}
	from = c.accepted + int64(c.suspendAt)*dayLong + 1800
	return from, max(from, min(from+int64(c.run.suspended)*dayLong, c.ends, limit))
}

// suspended is how long the clock stood still, in seconds.
func (c *caseSpan) suspended(limit int64) int64 {
	from, to := c.pause(limit)
	return to - from
}

// caseOf writes the case of an event: once, or when accepted and again when finished.
func (w *writer) caseOf(e *event, s *stream) {
	c := w.spanOf(e, s)
	in := record.CaseInput{
		Source: sourceNames[s.source], CaseID: w.caseNumber(e, s), Version: 1, Place: w.place(e, s),
		FiledOnline: c.online, OnTheSpot: e.marks&onSpot != 0,
	}
	in.AcceptedAt = w.at(c.accepted)
	day := calendar.DayOf(*in.AcceptedAt, Zone)
	in.PromisedAt = record.Moment((day + calendar.Day(c.promised+c.run.suspended)).String())
	in.StatutoryAt = record.Moment((day + calendar.Day(c.statutory+c.run.suspended)).String())
	if e.marks&(twoSteps|stillOpen) != 0 {
		in.Status = "in_progress"
		w.now.Cases = append(w.now.Cases, in)
		in.Version = 2
	}
	if from, to := c.pause(w.dayStart(w.dayCount())); to > from {
		in.Suspensions = []record.Interval{{From: inZone(from), To: inZone(to)}}
	}
	if e.marks&stillOpen != 0 {
		w.now.Cases[len(w.now.Cases)-1].Suspensions = in.Suspensions
		return
	}
	in.Status, in.FinishedAt, in.Visits = "finished", w.at(c.ends), &w.visits[c.visits]
	if c.withdrawn {
		in.Status = "withdrawn"
	}
	w.now.Cases = append(w.now.Cases, in)
}

// acceptedAt is when a case was accepted that did not end on the spot.
func (p *Plan) acceptedAt(e *event, ends int64, online bool, d *dice) int64 {
	taken := p.daysTaken(e)
	c := &hallClock
	if online {
		c = &onlineClock
	}
	if taken == 0 {
		opens := p.dayStart(int(e.origin))
		if !online {
			opens += 8*3600 + 1800
		}
		return max(ends-int64(d.between(3000, 14000)), min(opens+60, ends-120))
	}
	return p.dayStart(int(e.origin)-taken) + int64(c.draw(d))
}

// trips is how often the applicant came.
func trips(online bool, d *dice) int {
	u := d.float()
	if online {
		u -= .62
	}
	switch {
	case u < .05:
		return 0
	case u < .91:
		return 1
	case u < .985:
		return 2
	default:
		return 3
	}
}
