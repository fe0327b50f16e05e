package signon

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// CAS is a server of the Central Authentication Service, protocol 3.0.
type CAS struct {
	URL string // the server's root, such as https://cas.example/cas; https, or on this machine
	// GroupsAttribute is the attribute, given once for each group.
	GroupsAttribute string
	Label           string
}

// Bounds of a server's answer.
const (
	maxValidation = 256 << 10
	maxElements   = 2000
	maxDepth      = 6
	maxTicket     = 1024
)

func (c *CAS) check() error {
	if err := checkServer("CAS server", c.URL); err != nil {
		return err
	}
	if strings.Contains(c.URL, "?") || c.GroupsAttribute == "" {
		return errors.New("CAS server: its address has parameters, or the attribute of groups is missing")
	}
	return nil
}

// login is where the browser is sent.
func (c *CAS) login(service string) string {
	return strings.TrimSuffix(c.URL, "/") + "/login?" + url.Values{"service": {service}}.Encode()
}

// prove has the server validate the ticket that the browser brought back. A ticket is valid once, and for the one
// service that it was made for: ours.
func (c *CAS) prove(ctx context.Context, client *http.Client, service string, query url.Values) (Claim, error) {
	ticket, err := one(query, "ticket")
	if err != nil {
		return Claim{}, err
	}
	if ticket == "" {
		return Claim{}, fmt.Errorf("%w: no ticket", ErrDeclined)
	}
	if len(ticket) > maxTicket || strings.ContainsFunc(ticket, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return Claim{}, fmt.Errorf("%w: the ticket is too long or damaged", ErrNotProven)
	}
	address := strings.TrimSuffix(c.URL, "/") + "/p3/serviceValidate?" + url.Values{"service": {service}, "ticket": {ticket}}.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return Claim{}, fmt.Errorf("%w: validate a ticket: %s", ErrUnavailable, reason(err))
	}
	resp, err := client.Do(req)
	if err != nil {
		return Claim{}, fmt.Errorf("%w: validate a ticket: %s", ErrUnavailable, reason(err))
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return Claim{}, fmt.Errorf("%w: validate a ticket: status %d", ErrUnavailable, resp.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxValidation+1))
	if err != nil {
		return Claim{}, fmt.Errorf("%w: validate a ticket: %s", ErrUnavailable, reason(err))
	}
	if len(body) > maxValidation {
		return Claim{}, fmt.Errorf("%w: the answer is longer than %d bytes", ErrUnavailable, maxValidation)
	}
	return c.claim(body)
}

// claim reads a server's answer.
func (c *CAS) claim(body []byte) (Claim, error) {
	root, err := parseXML(body)
	if err != nil {
		return Claim{}, fmt.Errorf("%w: the answer is not of CAS: %s", ErrUnavailable, reason(err))
	}
	if root.name != "serviceResponse" || len(root.children) != 1 {
		return Claim{}, fmt.Errorf("%w: the answer is not of CAS", ErrUnavailable)
	}
	answer := root.children[0]
	switch answer.name {
	case "authenticationFailure":
		return Claim{}, fmt.Errorf("%w: the CAS server refused the ticket: %.60q", ErrNotProven, answer.code)
	case "authenticationSuccess":
	default:
		return Claim{}, fmt.Errorf("%w: the answer is not of CAS", ErrUnavailable)
	}
	users, attributes := answer.all("user"), answer.all("attributes")
	if len(users) != 1 || len(users[0].children) > 0 || len(attributes) > 1 || len(answer.all("proxies")) > 0 {
		return Claim{}, fmt.Errorf("%w: the answer names no one person, or another service that signed on for them", ErrNotProven)
	}
	claim := Claim{Method: MethodCAS, Subject: strings.TrimSpace(users[0].text.String())}
	if len(attributes) == 0 {
		return claim, nil
	}
	for _, g := range attributes[0].all(c.GroupsAttribute) {
		if text := strings.TrimSpace(g.text.String()); text != "" {
			claim.Groups = append(claim.Groups, text)
		}
	}
	for _, name := range []string{"displayName", "cn", "name"} {
		if found := attributes[0].all(name); len(found) == 1 && claim.Name == "" {
			claim.Name = found[0].text.String()
		}
	}
	return claim, nil
}

// element is an element of the namespace of CAS; its code is the attribute of that name.
type element struct {
	name, code string
	text       strings.Builder // of all pieces, whatever stands between them
	children   []*element
}

func (e *element) all(name string) []*element {
	return slices.DeleteFunc(slices.Clone(e.children), func(c *element) bool { return c.name != name })
}

const casNamespace = "http://www.yale.edu/tp/cas"

// parseXML reads a document of CAS elements. A document type (and with it every entity of its own), a processing
// instruction, a foreign element and anything behind the end are refused.
func parseXML(body []byte) (*element, error) {
	decoder := xml.NewDecoder(bytes.NewReader(body))
	var root *element
	var open []*element
	for elements := 0; ; {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			elements++
			if t.Name.Space != casNamespace || elements > maxElements || len(open) == maxDepth || len(open) == 0 && root != nil {
				return nil, errors.New("a foreign element, or too many")
			}
			e := &element{name: t.Name.Local}
			for _, a := range t.Attr {
				if a.Name.Space == "" && a.Name.Local == "code" {
					e.code = a.Value
				}
			}
			if len(open) == 0 {
				root = e
			} else {
				open[len(open)-1].children = append(open[len(open)-1].children, e)
			}
			open = append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			switch {
			case len(open) > 0:
				open[len(open)-1].text.Write(t)
			case len(bytes.TrimSpace(t)) > 0:
				return nil, errors.New("text outside of the document")
			}
		case xml.ProcInst:
			if t.Target != "xml" {
				return nil, errors.New("a processing instruction")
			}
		case xml.Directive:
			return nil, errors.New("a document type")
		}
	}
	if root == nil {
		return nil, errors.New("an empty document")
	}
	return root, nil
}
