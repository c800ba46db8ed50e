package archive

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/lizsync/lizsync/provider"
)

const damagedHint = "copy the package again, or make a new one with package_central_database"

// Package is a package that is open for reading.
type Package struct {
	Manifest *Manifest

	path    string
	file    *os.File
	members map[string]*zip.File
}

// Open reads a package's list of contents and compares it with the manifest. [Package.Verify] looks at the contents.
func Open(path string) (_ *Package, err error) {
	file, err := os.Open(path)
	if err != nil {
		failure := &provider.Failure{Text: fmt.Sprintf("the package %s cannot be read: %v", path, errors.Unwrap(err)), Err: err}
		if errors.Is(err, fs.ErrNotExist) {
			failure.Text = fmt.Sprintf("there is no package %s", path)
			failure.Hint = "give ZIP_FILE the file that package_central_database has made"
		}
		return nil, failure
	}
	defer func() {
		if err != nil {
			_ = file.Close()
		}
	}()
	p := &Package{path: path, file: file, members: map[string]*zip.File{}}
	info, err := file.Stat()
	if err != nil {
		return nil, p.damaged("%v", err)
	}
	contents, err := zip.NewReader(file, info.Size())
	// An insecure path is an error of ours below, with the name in it.
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, p.damaged("it is not a ZIP file, or not all of one (%v)", err)
	}
	var compressed uint64
	for _, f := range contents.File {
		switch {
		case !memberName.MatchString(f.Name):
			return nil, p.damaged("it has a member with the name %q, which no package has", f.Name)
		case p.members[f.Name] != nil:
			return nil, p.damaged("it has two members %s", f.Name)
		case f.Flags&1 != 0 || f.Method != zip.Store && f.Method != zip.Deflate:
			return nil, p.damaged("its member %s is encrypted or compressed in an unknown way", f.Name)
		case !f.Mode().IsRegular():
			return nil, p.damaged("its member %s is not a file", f.Name)
		}
		p.members[f.Name] = f
		compressed += f.CompressedSize64
	}
	if compressed > uint64(info.Size()) {
		return nil, p.damaged("its members overlap")
	}
	if err := p.readManifest(); err != nil {
		return nil, err
	}
	for _, member := range p.Manifest.Members {
		f := p.members[member.Name]
		if f == nil {
			return nil, p.damaged("its member %s is missing", member.Name)
		}
		if f.UncompressedSize64 != uint64(member.Size) {
			return nil, p.damaged("its member %s has %d bytes instead of %d", member.Name, f.UncompressedSize64, member.Size)
		}
	}
	if len(p.members) != len(p.Manifest.Members)+1 {
		return nil, p.damaged("it has members that its manifest does not list: %s", strings.Join(p.unlisted(), ", "))
	}
	return p, nil
}

// Close closes the file.
func (p *Package) Close() error { return p.file.Close() }

func (p *Package) readManifest() error {
	f := p.members[manifestMember]
	if f == nil {
		return p.damaged("it has no manifest.json")
	}
	r, err := f.Open()
	if err != nil {
		return p.damaged("manifest.json: %v", err)
	}
	p.Manifest, err = readManifest(r)
	var other *formatError
	switch {
	case errors.As(err, &other):
		return &provider.Failure{
			Text: fmt.Sprintf("the package %s has format %d, and this program reads format %d", p.path, other.version, FormatVersion),
			Hint: "use the same version of LizSync to make and to deploy packages",
		}
	case err != nil:
		return p.damaged("manifest.json: %v", err)
	}
	return r.Close()
}

func (p *Package) unlisted() []string {
	listed := map[string]bool{manifestMember: true}
	for _, member := range p.Manifest.Members {
		listed[member.Name] = true
	}
	var names []string
	for name := range p.members {
		if !listed[name] {
			names = append(names, name)
		}
	}
	return names
}

// Verify compares the checksums of what is not data with the manifest. Those of the data, which may be long, are compared
// while they are loaded: whoever loads them does so in a transaction.
func (p *Package) Verify(ctx context.Context) error {
	for _, member := range p.Manifest.Members {
		if strings.HasPrefix(member.Name, dataFolder) {
			continue
		}
		r, err := p.open(ctx, member.Name)
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, r)
		if err := errors.Join(err, r.Close()); err != nil {
			return err
		}
	}
	return nil
}

// open reads a member. In place of the end of one that is not what the manifest says comes an error. What is read never
// exceeds the size that the manifest declares, which archive/zip enforces once Open has compared it with the member's.
func (p *Package) open(ctx context.Context, name string) (io.ReadCloser, error) {
	r, err := p.members[name].Open()
	if err != nil {
		return nil, p.damaged("its member %s: %v", name, err)
	}
	m := &memberReader{ctx: ctx, r: r, pack: p, digest: sha256.New()}
	for _, member := range p.Manifest.Members {
		if member.Name == name {
			m.member = member
		}
	}
	return m, nil
}

// memberReader ends with its context, and with an error when the member is not what the manifest says.
type memberReader struct {
	ctx    context.Context
	r      io.ReadCloser
	pack   *Package
	member Member
	digest hash.Hash
}

func (m *memberReader) Read(b []byte) (int, error) {
	if err := m.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := m.r.Read(b)
	m.digest.Write(b[:n])
	switch {
	case err == io.EOF:
		if got := hex.EncodeToString(m.digest.Sum(nil)); got != m.member.SHA256 {
			err = m.pack.damaged("its member %s has another checksum than its manifest says", m.member.Name)
		}
	case err != nil:
		err = m.pack.damaged("its member %s: %v", m.member.Name, err)
	}
	return n, err
}

func (m *memberReader) Close() error { return m.r.Close() }

// text reads a member with SQL.
func (p *Package) text(ctx context.Context, name string) (string, error) {
	if p.members[name] == nil {
		return "", nil
	}
	r, err := p.open(ctx, name)
	if err != nil {
		return "", err
	}
	defer func() { _ = r.Close() }()
	text, err := io.ReadAll(r)
	return string(text), err
}

func (p *Package) damaged(format string, arguments ...any) error {
	return &provider.Failure{Text: fmt.Sprintf("the package %s is damaged: ", p.path) + fmt.Sprintf(format, arguments...), Hint: damagedHint}
}
