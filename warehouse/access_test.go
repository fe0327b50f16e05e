package warehouse_test

import (
	"testing"

	"haochaping/access"
	"haochaping/access/accesstest"
)

func TestAccessStore(t *testing.T) {
	accesstest.Contract(t, func(t *testing.T) access.Store { w, _ := open(t); return w })
}
