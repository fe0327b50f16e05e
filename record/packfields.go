package record

// packRecord walks over the fields of an accepted record, a pointer; it says whether
// r is one.
func packRecord(p *packer, r any) bool {
	switch r := r.(type) {
	case *Rating:
		r.pack(p)
	case *Case:
		r.pack(p)
	case *Prompt:
		r.pack(p)
	case *FollowUp:
		r.pack(p)
	case *Tally:
		r.pack(p)
	case *Refused:
		r.pack(p)
	case *Announcement:
		r.pack(p)
	default:
		return false
	}
	return true
}

// Numbers 1 to 5 are those of the stamp and 6 to 11 those of the place, in all kinds.

func (s *Stamp) pack(p *packer) {
	p.time(1, &s.ReceivedAt)
	p.text(2, &s.Collector)
	p.text(3, &s.Sender)
	p.hash(4, &s.ContentHash)
	p.text(5, &s.RegionRaw)
}

func (p *Place) pack(to *packer) {
	to.text(6, &p.Region)
	to.text(7, &p.Hall)
	to.text(8, &p.Window)
	to.text(9, &p.Department)
	to.text(10, &p.Item)
	to.text(11, &p.Staff)
}

func (r *Rating) pack(p *packer) {
	r.Stamp.pack(p)
	r.Place.pack(p)
	p.uuid(16, &r.ID)
	p.text(17, &r.Source)
	p.text(18, &r.DeviceID)
	p.text(19, &r.Installation)
	packNumber(p, 20, &r.DeviceSeq)
	p.text(21, &r.BatchID)
	p.uuid(22, &r.PromptID)
	p.text(23, &r.Object)
	p.text(24, &r.CaseID)
	p.text(25, &r.ServiceNumber)
	p.text(26, &r.Stage)
	packNumber(p, 27, &r.AssessNumber)
	p.text(28, (*string)(&r.Answer))
	packNumber(p, 29, &r.Level)
	p.text(30, &r.LevelRaw)
	p.text(31, &r.CodeMap)
	packNamed(p, 32, &r.Aspects)
	p.text(33, &r.QuestionSet)
	p.text(34, (*string)(&r.Channel))
	p.text(35, &r.ChannelRaw)
	p.text(36, &r.Platform)
	p.texts(37, &r.Tags)
	p.texts(38, &r.TagsRaw)
	p.text(39, &r.Comment)
	p.text(40, &r.RaterToken)
	p.text(41, &r.Contact)
	p.time(42, &r.RatedAt)
	p.time(43, &r.RatedAtRaw)
	p.time(44, &r.ServedAt)
	packSigned(p, 45, &r.EventDay)
	p.flag(46, &r.TimeUnsure)
	p.flag(47, &r.Probe)
	p.flag(48, &r.Test)
	p.uuid(49, &r.EventKey)
	packNumber(p, 50, &r.AnswerWeight)
}

func (c *Case) pack(p *packer) {
	c.Stamp.pack(p)
	c.Place.pack(p)
	p.text(16, &c.Source)
	p.text(17, &c.CaseID)
	packNumber(p, 18, &c.Version)
	p.text(19, &c.BatchID)
	p.text(20, &c.Kind)
	p.text(21, &c.KindRaw)
	p.text(22, &c.CodeMap)
	p.text(23, &c.Status)
	p.time(24, &c.AcceptedAt)
	p.time(25, &c.PromisedAt)
	p.time(26, &c.StatutoryAt)
	p.time(27, &c.FinishedAt)
	packSigned(p, 28, &c.AcceptedDay)
	packSigned(p, 29, &c.FinishedDay)
	packSigned(p, 30, &c.SuspendedSeconds)
	packSigned(p, 31, &c.HandlingSeconds)
	p.intervals(32, &c.Suspensions)
	packSigned(p, 33, &c.Visits)
	p.flag(34, &c.OnTheSpot)
	p.flag(35, &c.FiledOnline)
	p.flag(36, &c.Test)
}

func (r *Prompt) pack(p *packer) {
	r.Stamp.pack(p)
	r.Place.pack(p)
	p.uuid(16, &r.ID)
	p.text(17, &r.Source)
	p.text(18, &r.DeviceID)
	p.text(19, &r.BatchID)
	p.text(20, &r.CaseID)
	p.text(21, &r.ServiceNumber)
	p.text(22, &r.Stage)
	p.time(23, &r.ServedAt)
	p.time(24, &r.ShownAt)
	p.text(25, (*string)(&r.Channel))
	p.text(26, &r.ChannelRaw)
	p.flag(27, &r.Test)
	packSigned(p, 28, &r.EventDay)
	p.uuid(29, &r.EventKey)
}

func (f *FollowUp) pack(p *packer) {
	f.Stamp.pack(p)
	p.uuid(16, &f.ID)
	p.text(17, &f.Source)
	p.text(18, &f.BatchID)
	p.uuid(19, &f.RatingID)
	p.text(20, &f.Step)
	p.maybe(21, &f.Satisfied)
	p.text(22, &f.By)
	p.time(23, &f.At)
	p.text(24, &f.Note)
}

func (t *Tally) pack(p *packer) {
	t.Stamp.pack(p)
	t.Place.pack(p)
	p.text(16, &t.Source)
	packSigned(p, 17, &t.From)
	packSigned(p, 18, &t.To)
	p.text(19, (*string)(&t.Answer))
	packNumber(p, 20, &t.Level)
	p.text(21, &t.LevelRaw)
	p.text(22, (*string)(&t.Channel))
	p.text(23, &t.ChannelRaw)
	packNumber(p, 24, &t.Count)
	packNumber(p, 25, &t.Version)
}

func (r *Refused) pack(p *packer) {
	p.uuid(16, &r.ID)
	packNumber(p, 17, &r.Kind)
	p.text(18, &r.Source)
	p.text(19, &r.Sender)
	p.time(20, &r.ReceivedAt)
	p.problems(21, &r.Problems)
	p.text(22, &r.Redacted)
	packSigned(p, 23, &r.Size)
	p.text(24, &r.Collector)
	p.uuid(25, &r.RecordID)
	p.text(26, &r.BatchID)
	p.text(27, &r.DeviceID)
	p.text(28, &r.Installation)
	packNumber(p, 29, &r.DeviceSeq)
	p.bytes(30, &r.Held)
}

func (a *Announcement) pack(p *packer) {
	a.Stamp.pack(p)
	p.text(16, &a.ID)
	p.text(17, &a.Source)
	packNumber(p, 18, &a.Records)
	packNumber(p, 19, &a.Count)
	p.fixed(20, a.Hash[:], a.Hash == [32]byte{})
	p.flag(21, &a.Delivered)
	packNumber(p, 22, &a.Arrived)
	p.flag(23, &a.HashMatches)
	packNumber(p, 24, &a.Accepted)
	packNumber(p, 25, &a.Unattributed)
	packNumber(p, 26, &a.Duplicate)
	packNumber(p, 27, &a.Refused)
	packNumber(p, 28, &a.Conflicts)
	packNamed(p, 29, &a.Reasons)
}
