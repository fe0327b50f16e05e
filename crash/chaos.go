package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"haochaping/crash/journal"
	"haochaping/crash/load"
	"haochaping/crash/oracle"
)

// chaos is one whole run. It says whether every check is good; an error is of the run
// itself.
func chaos(ctx context.Context, p *plan) (good bool, err error) {
	fmt.Printf("crash: seed %d, at least %d kills, ClickHouse away for %v\n", p.seed, p.kills, p.outage)
	log, err := journal.Create(p.journalName())
	if err != nil {
		return false, err
	}
	r := &result{plan: p, findings: map[string]*oracle.Findings{}}
	worlds, err := r.live(ctx, p, log)
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer cancel()
		for _, w := range worlds {
			err = errors.Join(err, w.close(closing))
		}
	}()
	if err = errors.Join(err, log.Close()); err != nil {
		return false, err
	}
	if err := r.judge(ctx, worlds); err != nil {
		return false, err
	}
	good = r.print()
	if !good {
		for _, w := range worlds {
			if w.disk != nil {
				err = errors.Join(err, w.disk.save(filepath.Join(w.dir, "small.saved")))
			}
		}
	}
	return good, err
}

// live runs everything from the first start to the orderly stop of the last service.
func (r *result) live(ctx context.Context, p *plan, log *journal.Journal) (worlds []*world, err error) {
	embedded, err := newEmbedded(p.dir)
	if err != nil {
		return nil, err
	}
	own, err := newOwn(ctx, p.dir)
	if own != nil {
		worlds = append(worlds, own)
	}
	if err != nil {
		return worlds, err
	}
	worlds = append(worlds, embedded)
	r.mounted = own.disk.mounted
	for _, w := range worlds {
		r.services = append(r.services, w.services...)
	}

	keeping, stop := context.WithCancel(context.WithoutCancel(ctx))
	for _, s := range r.services {
		go s.keep(keeping)
	}
	defer func() {
		stop()
		for _, s := range r.services {
			<-s.done
		}
	}()
	starting, cancel := context.WithTimeout(ctx, p.settle)
	defer cancel()
	for _, w := range worlds {
		if err := w.provision(starting); err != nil {
			return worlds, err
		}
	}
	return worlds, r.torment(ctx, worlds, log)
}

// torment lets the senders work, breaks what was planned, and waits until all is well.
func (r *result) torment(ctx context.Context, worlds []*world, log *journal.Journal) error {
	r.base = time.Now()
	sending, stopSending := context.WithCancel(context.WithoutCancel(ctx))
	for i, w := range worlds {
		w.load = load.Start(sending, load.Options{
			World: w.name, Targets: w.targets(), Senders: w.clients, Journal: log,
			Seed: r.plan.seed + uint64(i), Base: r.base, Pace: r.plan.pace,
		})
	}
	defer func() {
		stopSending()
		for _, w := range worlds {
			w.load.Wait()
		}
	}()
	sleep(ctx, time.Second) // something is stored before the first kill
	r.breakDown(ctx, worlds)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	healed := time.Now()
	settling, cancel := context.WithTimeout(ctx, r.plan.settle)
	defer cancel()
	for _, w := range worlds {
		if err := w.load.Finish(settling); err != nil {
			r.late = append(r.late, err)
		}
	}
	for _, w := range worlds {
		if err := w.drain(settling); err != nil {
			r.late = append(r.late, err)
		}
		n, err := w.waiting()
		r.waiting += n
		if err != nil {
			r.late = append(r.late, err)
		}
	}
	r.drained = time.Since(healed)
	return nil
}

// breakDown runs the drivers until everything that was planned has happened.
func (r *result) breakDown(ctx context.Context, worlds []*world) {
	f := newFaults(r.plan)
	r.faults = f
	breaking, stop := context.WithTimeout(ctx, r.plan.bound)
	defer stop()
	var wg sync.WaitGroup
	driver := uint64(0)
	drive := func(run func()) { driver++; wg.Go(run) }
	outage, disk := make(chan struct{}, 1), make(chan struct{}, 1)
	for _, w := range worlds {
		rng := f.rng(driver)
		drive(func() { f.killer(breaking, w, rng) })
		for _, s := range w.services {
			rng := f.rng(driver)
			drive(func() { f.clocks(breaking, s, rng) })
		}
		if w.network != nil {
			line, full := f.rng(driver), f.rng(driver+100)
			drive(func() { f.lines(breaking, w, line, outage) })
			drive(func() { f.disks(breaking, w, full, disk) })
		}
	}
	<-outage
	<-disk
	for f.kills.Load() < int64(r.plan.kills) && sleep(breaking, 50*time.Millisecond) {
		continue
	}
	stop()
	wg.Wait()
	r.broke = time.Since(f.began)
}

// judge asks the oracle about every world.
func (r *result) judge(ctx context.Context, worlds []*world) error {
	ctx, cancel := context.WithTimeout(ctx, r.plan.settle)
	defer cancel()
	for _, w := range worlds {
		cfg, err := w.services[0].config()
		if err != nil {
			return err
		}
		books, err := oracle.Read(r.plan.journalName(), cfg.Timezone.Location)
		if err != nil {
			return err
		}
		e, err := w.evidence(ctx, r.base, books[w.name].Batches())
		if err != nil {
			return fmt.Errorf("read what %s stored: %w", w.name, err)
		}
		if err := e.Falsify(r.plan.sabote); err != nil {
			return err
		}
		r.findings[w.name] = books[w.name].Judge(e)
		r.quarantined += w.quarantined()
		requests, answers, serverErrors := w.load.Counts()
		r.requests += requests
		r.answers += answers
		r.serverErrors += serverErrors
	}
	return nil
}
