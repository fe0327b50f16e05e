package dashboard

import "haochaping/access"

// room is one page of an area that has several.
type room struct {
	id, path string // its message is room.ID
	needs    access.Permission
}

// The areas of several pages; an area whose reader may open only one of them shows no choice.
var (
	workbenchRooms = []room{
		{"schemes", "/workbench", access.Evaluate},
		{"indicators", "/workbench/indicators", access.Evaluate},
		{"targets", "/workbench/targets", access.Evaluate},
		{"editions", "/workbench/editions", access.Evaluate},
		{"objections", "/workbench/objections", access.Evaluate},
	}
	qualityRooms = []room{
		{"arrivals", "/quality", access.ReadQuality},
		{"refusals", "/quality/refusals", access.HandleRefusals},
	}
)

// stand puts a page among the others of its area.
func (p *page) stand(rooms []room, here string) {
	for _, r := range rooms {
		if p.person.May(r.needs) {
			p.Rooms = append(p.Rooms, choice{Text: p.T("room." + r.id), Href: p.link(r.path), Current: r.id == here})
		}
	}
	if len(p.Rooms) < 2 {
		p.Rooms = nil
	}
}
