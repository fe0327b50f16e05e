package record

import (
	"bytes"
	"crypto/ecdh"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/nacl/box"
)

// ContactKeySize is the size in bytes of either half of a contact key (X25519).
const ContactKeySize = 32

// sealedPrefix begins every sealed contact: sealed:v1:FINGERPRINT:BASE64.
const sealedPrefix = "sealed:v1:"

// sealedBlock is what a contact is filled up to before it is sealed, so that its
// length does not tell a phone number from an address.
const sealedBlock = 64

// ErrContactKey is returned for a contact that was sealed with another key.
var ErrContactKey = errors.New("sealed with another contact key")

// NewContactKey makes the two halves of a contact key.
func NewContactKey() (public, private [ContactKeySize]byte, err error) {
	key, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		return public, private, fmt.Errorf("make a contact key: %w", err)
	}
	return [ContactKeySize]byte(key.PublicKey().Bytes()), [ContactKeySize]byte(key.Bytes()), nil
}

// ContactSealer returns what seals a contact with the public half of a contact key
// (X25519, XSalsa20 and Poly1305, as NaCl's anonymous boxes are), for Door.Seal.
func ContactSealer(public [ContactKeySize]byte) func(contact string) (string, error) {
	prefix := sealedPrefix + contactFingerprint(&public) + ":"
	return func(contact string) (string, error) {
		padded := append([]byte(contact), 0x80)
		for len(padded)%sealedBlock != 0 {
			padded = append(padded, 0)
		}
		sealed, err := box.SealAnonymous(nil, padded, &public, rand.Reader)
		if err != nil {
			return "", errors.New("seal a contact") // the cause could hold a part of it
		}
		return prefix + base64.RawStdEncoding.EncodeToString(sealed), nil
	}
}

// OpenContact opens a sealed contact with the private half of its key.
func OpenContact(private [ContactKeySize]byte, sealed string) (string, error) {
	key, err := ecdh.X25519().NewPrivateKey(private[:])
	if err != nil {
		return "", fmt.Errorf("open a contact: %w", err)
	}
	public := [ContactKeySize]byte(key.PublicKey().Bytes())
	rest, ok := strings.CutPrefix(strings.TrimSpace(sealed), sealedPrefix)
	fingerprint, text, whole := strings.Cut(rest, ":")
	if !ok || !whole {
		return "", fmt.Errorf("open a contact: it does not begin with %sFINGERPRINT", sealedPrefix)
	}
	if fingerprint != contactFingerprint(&public) {
		return "", fmt.Errorf("open a contact: %w", ErrContactKey)
	}
	b, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		return "", errors.New("open a contact: it is not whole")
	}
	padded, ok := box.OpenAnonymous(nil, b, &public, &private)
	if !ok {
		return "", errors.New("open a contact: it is not whole, or was changed")
	}
	end := bytes.LastIndexByte(padded, 0x80)
	if end < 0 {
		return "", errors.New("open a contact: it is not whole")
	}
	return string(padded[:end]), nil
}

// contactFingerprint names a public key: the first 8 bytes of its SHA-256.
func contactFingerprint(public *[ContactKeySize]byte) string {
	sum := sha256.Sum256(public[:])
	return hex.EncodeToString(sum[:8])
}
