package app

import (
	"context"
	"time"

	"haochaping/access"
)

// openAccess makes the gate. It lets nobody in before the store has been asked.
func (a *App) openAccess(context.Context) error {
	gate, err := access.New(access.Options{
		Store: accessStore{a.store}, BasePath: a.cfg.BasePath, Demo: a.demo, Now: a.now, Logger: a.log,
		Idle: a.cfg.Access.SessionIdle, Longest: a.cfg.Access.SessionMax, Grant: a.signOnRules().Grant,
	})
	if err != nil {
		return err
	}
	a.gate = gate
	return a.openSignOn()
}

// accessStore keeps accounts, sessions and the audit record in the warehouse, once that is reached.
type accessStore struct{ late *lateWarehouse }

func (s accessStore) Accounts(ctx context.Context) ([]access.StoredAccount, error) {
	w, err := s.late.get()
	if err != nil {
		return nil, err
	}
	return w.Accounts(ctx)
}

func (s accessStore) ChangeAccount(ctx context.Context, id string, change func(*access.StoredAccount) error) error {
	w, err := s.late.get()
	if err != nil {
		return err
	}
	return w.ChangeAccount(ctx, id, change)
}

func (s accessStore) Sessions(ctx context.Context, after time.Time) ([]access.StoredSession, error) {
	w, err := s.late.get()
	if err != nil {
		return nil, err
	}
	return w.Sessions(ctx, after)
}

func (s accessStore) StoreSessions(ctx context.Context, list []access.StoredSession) error {
	w, err := s.late.get()
	if err != nil {
		return err
	}
	return w.StoreSessions(ctx, list)
}

func (s accessStore) EndSessions(ctx context.Context, account string, at time.Time) error {
	w, err := s.late.get()
	if err != nil {
		return err
	}
	return w.EndSessions(ctx, account, at)
}

func (s accessStore) AccessState(ctx context.Context) (uint64, error) {
	w, err := s.late.get()
	if err != nil {
		return 0, err
	}
	return w.AccessState(ctx)
}

func (s accessStore) AppendAudit(ctx context.Context, e access.Entry) error {
	w, err := s.late.get()
	if err != nil {
		return err
	}
	return w.AppendAudit(ctx, e)
}

func (s accessStore) Audit(ctx context.Context, f access.AuditFilter) ([]access.Entry, error) {
	w, err := s.late.get()
	if err != nil {
		return nil, err
	}
	return w.Audit(ctx, f)
}

func (s accessStore) LastAudit(ctx context.Context) (access.Entry, error) {
	w, err := s.late.get()
	if err != nil {
		return access.Entry{}, err
	}
	return w.LastAudit(ctx)
}

func (s accessStore) EachAudit(ctx context.Context, read func(access.Entry) error) error {
	w, err := s.late.get()
	if err != nil {
		return err
	}
	return w.EachAudit(ctx, read)
}
