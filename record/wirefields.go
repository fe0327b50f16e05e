package record

import "reflect"

// readField takes the value of a field into in. Each field of a wire struct has its
// name and a number, by which a second one of that name is found.
func readField(s *scanner, name string, in any) {
	switch in := in.(type) {
	case *RatingInput:
		in.readField(s, name)
		in.unread = s.unread
	case *CaseInput:
		in.readField(s, name)
		in.unread = s.unread
	case *PromptInput:
		in.readField(s, name)
		in.unread = s.unread
	case *FollowUpInput:
		in.readField(s, name)
		in.unread = s.unread
	case *TallyInput:
		in.readField(s, name)
	default:
		panic("record: no wire record: " + reflect.TypeOf(in).String())
	}
}

func (p *Place) readField(s *scanner, name string) {
	switch name {
	case "region":
		s.text(0, &p.Region)
	case "hall":
		s.text(1, &p.Hall)
	case "window":
		s.text(2, &p.Window)
	case "department":
		s.text(3, &p.Department)
	case "item":
		s.text(4, &p.Item)
	case "staff":
		s.text(5, &p.Staff)
	default:
		s.unknown(name)
	}
}

func (in *RatingInput) readField(s *scanner, name string) {
	switch name {
	case "id":
		s.text(6, &in.ID)
	case "source":
		s.text(7, &in.Source)
	case "device_id":
		s.text(8, &in.DeviceID)
	case "installation":
		s.text(9, &in.Installation)
	case "device_seq":
		number(s, 10, &in.DeviceSeq)
	case "batch_id":
		s.text(11, &in.BatchID)
	case "prompt_id":
		s.text(12, &in.PromptID)
	case "object":
		s.text(13, &in.Object)
	case "case_id":
		s.text(14, &in.CaseID)
	case "service_number":
		s.text(15, &in.ServiceNumber)
	case "stage":
		s.text(16, &in.Stage)
	case "assess_number":
		number(s, 17, &in.AssessNumber)
	case "served_at":
		s.time(18, &in.ServedAt)
	case "answer":
		s.text(19, (*string)(&in.Answer))
	case "level":
		s.code(20, &in.Level)
	case "aspects":
		s.codes(21, &in.Aspects)
	case "question_set":
		s.text(22, &in.QuestionSet)
	case "channel":
		s.code(23, &in.Channel)
	case "platform":
		s.text(24, &in.Platform)
	case "tags":
		s.texts(25, &in.Tags)
	case "comment":
		s.text(26, &in.Comment)
	case "rater":
		s.text(27, &in.Rater)
	case "contact":
		s.text(28, &in.Contact)
	case "rated_at":
		s.time(29, &in.RatedAt)
	case "time_quality":
		s.text(30, &in.TimeQuality)
	case "probe":
		s.flag(31, &in.Probe)
	case "test":
		s.flag(32, &in.Test)
	default:
		in.Place.readField(s, name)
	}
}

func (in *CaseInput) readField(s *scanner, name string) {
	switch name {
	case "source":
		s.text(6, &in.Source)
	case "case_id":
		s.text(7, &in.CaseID)
	case "version":
		number(s, 8, &in.Version)
	case "batch_id":
		s.text(9, &in.BatchID)
	case "kind":
		s.code(10, &in.Kind)
	case "status":
		s.text(11, &in.Status)
	case "accepted_at":
		s.time(12, &in.AcceptedAt)
	case "promised_at":
		s.text(13, (*string)(&in.PromisedAt))
	case "statutory_at":
		s.text(14, (*string)(&in.StatutoryAt))
	case "finished_at":
		s.time(15, &in.FinishedAt)
	case "suspensions":
		s.intervals(16, &in.Suspensions)
	case "handling_seconds":
		maybeNumber(s, 17, &in.HandlingSeconds)
	case "visits":
		maybeNumber(s, 18, &in.Visits)
	case "on_the_spot":
		s.flag(19, &in.OnTheSpot)
	case "filed_online":
		s.flag(20, &in.FiledOnline)
	case "test":
		s.flag(21, &in.Test)
	default:
		in.Place.readField(s, name)
	}
}

func (in *PromptInput) readField(s *scanner, name string) {
	switch name {
	case "id":
		s.text(6, &in.ID)
	case "source":
		s.text(7, &in.Source)
	case "device_id":
		s.text(8, &in.DeviceID)
	case "batch_id":
		s.text(9, &in.BatchID)
	case "case_id":
		s.text(10, &in.CaseID)
	case "service_number":
		s.text(11, &in.ServiceNumber)
	case "stage":
		s.text(12, &in.Stage)
	case "served_at":
		s.time(13, &in.ServedAt)
	case "shown_at":
		s.time(14, &in.ShownAt)
	case "channel":
		s.code(15, &in.Channel)
	case "test":
		s.flag(16, &in.Test)
	default:
		in.Place.readField(s, name)
	}
}

func (in *FollowUpInput) readField(s *scanner, name string) {
	switch name {
	case "id":
		s.text(0, &in.ID)
	case "source":
		s.text(1, &in.Source)
	case "batch_id":
		s.text(2, &in.BatchID)
	case "rating_id":
		s.text(3, &in.RatingID)
	case "step":
		s.text(4, &in.Step)
	case "satisfied":
		s.maybe(5, &in.Satisfied)
	case "by":
		s.text(6, &in.By)
	case "at":
		s.time(7, &in.At)
	case "note":
		s.text(8, &in.Note)
	default:
		s.unknown(name)
	}
}

func (in *TallyInput) readField(s *scanner, name string) {
	switch name {
	case "source":
		s.text(6, &in.Source)
	case "from":
		s.text(7, &in.From)
	case "to":
		s.text(8, &in.To)
	case "answer":
		s.text(9, (*string)(&in.Answer))
	case "level":
		s.code(10, &in.Level)
	case "channel":
		s.code(11, &in.Channel)
	case "count":
		number(s, 12, &in.Count)
	case "version":
		number(s, 13, &in.Version)
	default:
		in.Place.readField(s, name)
	}
}
