package dashboard

import "container/list"

// recent keeps the values that were last asked for, at most size of them. It is not safe for use by several
// goroutines at a time.
type recent[K comparable, V any] struct {
	size  int
	at    map[K]*list.Element
	order *list.List // of *kept[K, V], most recently used first
}

type kept[K comparable, V any] struct {
	key   K
	value V
}

func newRecent[K comparable, V any](size int) recent[K, V] {
	return recent[K, V]{size: size, at: make(map[K]*list.Element), order: list.New()}
}

func (r *recent[K, V]) get(key K) (value V, ok bool) {
	e, ok := r.at[key]
	if !ok {
		return value, false
	}
	r.order.MoveToFront(e)
	k, _ := e.Value.(*kept[K, V])
	return k.value, true
}

func (r *recent[K, V]) put(key K, value V) {
	if e, ok := r.at[key]; ok {
		r.order.Remove(e)
	}
	r.at[key] = r.order.PushFront(&kept[K, V]{key, value})
	for r.order.Len() > r.size {
		oldest := r.order.Back()
		k, _ := oldest.Value.(*kept[K, V])
		r.order.Remove(oldest)
		delete(r.at, k.key)
	}
}
