package dashboard

import "slices"

func init() {
	composedOf = append(composedOf, func() (ids []string) {
		for _, r := range slices.Concat(workbenchRooms, qualityRooms) {
			ids = append(ids, "room."+r.id)
		}
		return ids
	})
}
