package edition

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// What can be wrong with the file of an edition. The error says it precisely; these are for programs.
var (
	ErrFormat    = errors.New("this is no edition that this program can read")
	ErrUnsigned  = errors.New("the edition is not signed")
	ErrBytes     = errors.New("the document was changed after it was signed")
	ErrSeal      = errors.New("the seal was changed after it was made")
	ErrKey       = errors.New("the edition was signed with another key")
	ErrSignature = errors.New("the signature is not one of this key over this document")
	ErrContents  = errors.New("the figures of the document contradict one another")
)

// sealFormat names the form of a seal.
const sealFormat = "haochaping edition seal 1"

// signedPrefix begins the message that is signed, so that a signature of an edition is one of nothing else.
const signedPrefix = "haochaping edition 1\n"

// seal is the second line of the file.
type seal struct {
	Format      string `json:"format"`
	Hash        string `json:"hash"`        // SHA-256 of the first line without its end, hexadecimal
	PublicKey   string `json:"public_key"`  // base64 of the SubjectPublicKeyInfo in DER
	Fingerprint string `json:"fingerprint"` // SHA-256 of the same bytes, hexadecimal
	Signature   string `json:"signature"`   // base64
}

// message is what is signed: the prefix, the hash in hexadecimal, and the end of the line.
func message(hash string) []byte { return []byte(signedPrefix + hash + "\n") }

// Hash is the SHA-256 of canonical bytes, hexadecimal.
func Hash(document []byte) string {
	sum := sha256.Sum256(document)
	return hex.EncodeToString(sum[:])
}

// Seal signs a document and returns the file: the canonical document on the first line, its seal on the second.
func Seal(e *Edition, key ed25519.PrivateKey) (file []byte, hash string, err error) {
	if !e.Published() {
		return nil, "", fmt.Errorf("sign edition %s: it lacks the step of its publication", e.Ref())
	}
	if err := Consistent(e); err != nil {
		return nil, "", fmt.Errorf("sign edition %s: %w", e.Ref(), err)
	}
	document, err := Encode(e)
	if err != nil {
		return nil, "", err
	}
	hash = Hash(document)
	public, der, err := publicKey(key)
	if err != nil {
		return nil, "", err
	}
	w := writer{}
	w.value(reflect.ValueOf(seal{
		Format: sealFormat, Hash: hash, PublicKey: base64.StdEncoding.EncodeToString(der), Fingerprint: Fingerprint(public),
		Signature: base64.StdEncoding.EncodeToString(ed25519.Sign(key, message(hash))),
	}))
	file = append(append(append(document, '\n'), w.b...), '\n')
	return file, hash, w.err
}

// Verify reads the file of an edition, to which nothing but the key of the publisher has to be known, as a key or as
// its fingerprint. The error says what does not hold; with one, nothing in the file is to be believed.
func Verify(file []byte, trusted Trust) (*Edition, error) {
	document, s, err := split(file)
	if err != nil {
		return nil, err
	}
	der, err := base64.StdEncoding.Strict().DecodeString(s.PublicKey)
	if err != nil {
		return nil, fmt.Errorf("%w: its public key is no base64", ErrSeal)
	}
	key, err := parsePublic(der)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSeal, err)
	}
	if found := Fingerprint(key); found != string(trusted) {
		return nil, fmt.Errorf("%w: its fingerprint is %s, the expected one %s", ErrKey, found, trusted)
	} else if s.Fingerprint != found {
		return nil, fmt.Errorf("%w: the fingerprint in it is not that of its key", ErrSeal)
	}
	if hash := Hash(document); hash != s.Hash {
		return nil, fmt.Errorf("%w: its SHA-256 is %s, the seal says %s", ErrBytes, hash, clip(s.Hash, 64))
	}
	signature, err := base64.StdEncoding.Strict().DecodeString(s.Signature)
	if err != nil || !ed25519.Verify(key, message(s.Hash), signature) {
		return nil, fmt.Errorf("%w (%s)", ErrSignature, trusted)
	}
	e, err := Decode(document)
	if err != nil {
		return nil, err
	}
	if !e.Published() {
		return nil, fmt.Errorf("%w: it lacks the step of its publication", ErrContents)
	}
	return e, Consistent(e)
}

// split takes a file apart and reads its seal.
func split(file []byte) (document []byte, s seal, err error) {
	if len(file) > MaxSize+4096 {
		return nil, s, fmt.Errorf("%w: it is larger than an edition can be (%d bytes)", ErrFormat, MaxSize)
	}
	document, rest, found := bytes.Cut(file, []byte{'\n'})
	if !found || len(rest) == 0 {
		if _, err := Decode(document); err != nil {
			return nil, s, err
		}
		return nil, s, fmt.Errorf("%w: it is a draft, or its second line is lost", ErrUnsigned)
	}
	in := json.NewDecoder(bytes.NewReader(rest))
	in.DisallowUnknownFields()
	if err := in.Decode(&s); err != nil {
		return nil, s, fmt.Errorf("%w: the second line is no seal", ErrSeal)
	}
	if s.Format != sealFormat {
		return nil, s, fmt.Errorf("%w: the seal calls itself %q, this program reads %q", ErrFormat, clip(s.Format, 60), sealFormat)
	}
	w := writer{}
	w.value(reflect.ValueOf(s))
	if w.err != nil || !bytes.Equal(append(w.b, '\n'), rest) {
		return nil, s, fmt.Errorf("%w: it is not written as seals are", ErrSeal)
	}
	return document, s, nil
}

// Document is the document of a file as it came, verified or not: the first line of a signed one.
func Document(file []byte) []byte {
	document, _, _ := bytes.Cut(file, []byte{'\n'})
	return document
}

// Trust is the fingerprint of the key that an edition must be signed with.
type Trust string

// Fingerprint is the SHA-256 of a public key in DER (SubjectPublicKeyInfo), hexadecimal, as
// openssl pkey -pubin -outform DER | sha256sum prints it.
func Fingerprint(key ed25519.PublicKey) string {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return "" // an Ed25519 key always has this form
	}
	return Hash(der)
}

// ParseTrust reads a fingerprint, with or without colons and spaces, or a public key in PEM form.
func ParseTrust(text string) (Trust, error) {
	if block, _ := pem.Decode([]byte(text)); block != nil {
		if block.Type != "PUBLIC KEY" {
			return "", fmt.Errorf("the PEM block is a %s, not a PUBLIC KEY", clip(block.Type, 40))
		}
		key, err := parsePublic(block.Bytes)
		if err != nil {
			return "", err
		}
		return Trust(Fingerprint(key)), nil
	}
	plain := strings.ToLower(strings.NewReplacer(":", "", " ", "", "\n", "").Replace(text))
	if b, err := hex.DecodeString(plain); err != nil || len(b) != sha256.Size {
		return "", errors.New("neither a public key in PEM form nor a fingerprint of 64 hexadecimal digits; haochaping edition key prints both")
	}
	return Trust(plain), nil
}

func parsePublic(der []byte) (ed25519.PublicKey, error) {
	any, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return nil, fmt.Errorf("the public key cannot be read: %w", err)
	}
	key, ok := any.(ed25519.PublicKey)
	if !ok {
		return nil, errors.New("the public key is none of Ed25519")
	}
	return key, nil
}

func publicKey(key ed25519.PrivateKey) (ed25519.PublicKey, []byte, error) {
	public, ok := key.Public().(ed25519.PublicKey)
	if !ok {
		return nil, nil, errors.New("the key to sign with is none of Ed25519")
	}
	der, err := x509.MarshalPKIXPublicKey(public)
	return public, der, err
}

// EncodePublicKey writes a public key in PEM form.
func EncodePublicKey(key ed25519.PublicKey) (string, error) {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return "", err
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), nil
}

// EncodePrivateKey writes the key to sign with, PKCS #8 in PEM form, as openssl genpkey does.
func EncodePrivateKey(key ed25519.PrivateKey) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// ParsePrivateKey reads the key to sign with. Its errors never hold it.
func ParsePrivateKey(text []byte) (ed25519.PrivateKey, error) {
	block, _ := pem.Decode(text)
	if block == nil || block.Type != "PRIVATE KEY" {
		return nil, errors.New("expects one PEM block PRIVATE KEY, as openssl genpkey -algorithm ed25519 writes it")
	}
	any, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errors.New("the PEM block is no PKCS #8 key")
	}
	key, ok := any.(ed25519.PrivateKey)
	if !ok {
		return nil, errors.New("the key is none of Ed25519")
	}
	return key, nil
}
