package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"

	"haochaping/bench/gauge"
)

// signIn makes an account that reads everything, and signs the client in with it. No page is opened by that.
func signIn(ctx context.Context, client *http.Client, program, data, base string) error {
	name := fmt.Sprintf("bench-%d", time.Now().Unix()) // a folder that was kept has those of earlier runs
	oneTime, err := gauge.Run(ctx, nil, program, "user", "add", name, "--role", "leader", "--region", "*", "--department", "*", "--data-dir", data)
	if err != nil {
		return fmt.Errorf("add an account: %w", err)
	}
	if client.Jar, err = cookiejar.New(nil); err != nil {
		return err
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	const own = "fifty readers at once"
	if err := send(ctx, client, base+"/sign-in", url.Values{"name": {name}, "password": {oneTime}}); err != nil {
		return err
	}
	return send(ctx, client, base+"/account/password", url.Values{"old": {oneTime}, "new": {own}, "again": {own}})
}

// send sends a form that leads on when it is in order.
func send(ctx context.Context, client *http.Client, address string, form url.Values) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "text/html")
	answer, err := client.Do(r)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, answer.Body)
	if err := errors.Join(err, answer.Body.Close()); err != nil {
		return err
	}
	if answer.StatusCode != http.StatusSeeOther {
		return fmt.Errorf("send a form to %s: %s", address, answer.Status)
	}
	return nil
}
