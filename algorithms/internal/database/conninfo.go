package database

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgpassfile"
	"github.com/jackc/pgservicefile"

	"github.com/lizsync/lizsync/provider"
)

// use says what becomes of a libpq keyword. pgx sends the keywords that it does not know to the server, which refuses
// the connection with an error nobody understands; so each of libpq's is listed here.
type use int

const (
	byPgx   use = iota // pgx understands it as libpq does
	byUs               // translated in config
	unused             // has no effect here, and none that a person would miss
	refused            // would be a promise that is not kept: only a value that asks for nothing is accepted
)

// keyword is a connection keyword of libpq 18.
// Source: https://www.postgresql.org/docs/18/libpq-connect.html#LIBPQ-PARAMKEYWORDS and …/libpq-envars.html.
type keyword struct {
	use      use
	env      string
	harmless []string // values of a refused keyword that ask for nothing
}

var keywords = map[string]keyword{
	"host":                      {byPgx, "PGHOST", nil},
	"hostaddr":                  {byUs, "PGHOSTADDR", nil},
	"port":                      {byPgx, "PGPORT", nil},
	"dbname":                    {byPgx, "PGDATABASE", nil},
	"user":                      {byPgx, "PGUSER", nil},
	"password":                  {byUs, "PGPASSWORD", nil},
	"passfile":                  {byUs, "PGPASSFILE", nil},
	"require_auth":              {byPgx, "PGREQUIREAUTH", nil},
	"channel_binding":           {byPgx, "PGCHANNELBINDING", nil},
	"connect_timeout":           {byUs, "PGCONNECT_TIMEOUT", nil},
	"client_encoding":           {unused, "PGCLIENTENCODING", nil}, // Go's strings are UTF-8
	"options":                   {byUs, "PGOPTIONS", nil},
	"application_name":          {byUs, "PGAPPNAME", nil},
	"fallback_application_name": {byUs, "", nil},
	"keepalives":                {byUs, "", nil},
	"keepalives_idle":           {byUs, "", nil},
	"keepalives_interval":       {byUs, "", nil},
	"keepalives_count":          {byUs, "", nil},
	"tcp_user_timeout":          {byUs, "", nil},
	"replication":               {refused, "", []string{"false", "off", "no", "0"}},
	"gssencmode":                {refused, "PGGSSENCMODE", []string{"disable", "prefer"}},
	"sslmode":                   {byPgx, "PGSSLMODE", nil},
	"requiressl":                {refused, "PGREQUIRESSL", []string{"0"}},
	"sslnegotiation":            {byPgx, "PGSSLNEGOTIATION", nil},
	"sslcompression":            {unused, "PGSSLCOMPRESSION", nil}, // libpq ignores it too
	"sslcert":                   {byPgx, "PGSSLCERT", nil},
	"sslkey":                    {byPgx, "PGSSLKEY", nil},
	"sslpassword":               {byUs, "", nil},
	"sslcertmode":               {byPgx, "PGSSLCERTMODE", nil},
	"sslrootcert":               {byPgx, "PGSSLROOTCERT", nil},
	"sslcrl":                    {refused, "PGSSLCRL", nil},
	"sslcrldir":                 {refused, "PGSSLCRLDIR", nil},
	"sslsni":                    {byPgx, "PGSSLSNI", nil},
	"sslkeylogfile":             {refused, "", nil},
	"requirepeer":               {refused, "PGREQUIREPEER", nil},
	"ssl_min_protocol_version":  {byUs, "PGSSLMINPROTOCOLVERSION", nil},
	"ssl_max_protocol_version":  {byUs, "PGSSLMAXPROTOCOLVERSION", nil},
	"min_protocol_version":      {byPgx, "PGMINPROTOCOLVERSION", nil},
	"max_protocol_version":      {byPgx, "PGMAXPROTOCOLVERSION", nil},
	"krbsrvname":                {byPgx, "PGKRBSRVNAME", nil},
	"gsslib":                    {unused, "PGGSSLIB", nil},
	"gssdelegation":             {refused, "PGGSSDELEGATION", []string{"0"}},
	"scram_client_key":          {refused, "", nil},
	"scram_server_key":          {refused, "", nil},
	"service":                   {byUs, "PGSERVICE", nil},
	"servicefile":               {byUs, "PGSERVICEFILE", nil},
	"target_session_attrs":      {byPgx, "PGTARGETSESSIONATTRS", nil},
	"load_balance_hosts":        {refused, "PGLOADBALANCEHOSTS", []string{"disable"}},
	"oauth_issuer":              {refused, "", nil},
	"oauth_client_id":           {refused, "", nil},
	"oauth_client_secret":       {refused, "", nil},
	"oauth_scope":               {refused, "", nil},
}

// sessionEnv are the settings that libpq takes from the environment to the session.
var sessionEnv = map[string]string{"PGDATESTYLE": "datestyle", "PGTZ": "timezone", "PGGEQO": "geqo"}

const valueHint = `write a conninfo string (host=… dbname=… user=…), a URI (postgresql://user@host/dbname) or service=NAME`

// settings reads a connection value and completes it, as libpq does, with the service it names, the environment and
// libpq's defaults. In the result an empty text is an absent one. The password file comes later: it needs the host.
func settings(value string) (map[string]string, error) {
	given, err := parse(value)
	if err != nil {
		return nil, &provider.Failure{Text: "the connection cannot be read: " + err.Error(), Hint: valueHint, Err: err}
	}
	merged := map[string]string{}
	for name, k := range keywords {
		if k.env != "" {
			merged[name] = os.Getenv(k.env)
		}
	}
	if err := checkKeywords(given, "the connection"); err != nil {
		return nil, err
	}
	merged["servicefile"] = first(given["servicefile"], merged["servicefile"])
	if service := first(given["service"], merged["service"]); service != "" {
		merged["service"] = service
		defined, file, err := readService(service, merged["servicefile"])
		if err != nil {
			return nil, err
		}
		if err := checkKeywords(defined, fmt.Sprintf("service %q in %s", service, file)); err != nil {
			return nil, err
		}
		merged["servicefile"] = file
		delete(defined, "servicefile")
		maps.Copy(merged, defined)
		delete(given, "servicefile")
	}
	maps.Copy(merged, given)
	for name, k := range keywords {
		v := merged[name]
		if k.use == refused && v != "" && !slices.Contains(k.harmless, v) {
			return nil, &provider.Failure{
				Text: fmt.Sprintf("the connection sets %s, which LizSync does not support", name),
				Hint: fmt.Sprintf("remove %s%s from it", name, orEnv(k.env)),
			}
		}
	}
	if merged["user"] == "" {
		if account, err := user.Current(); err == nil {
			merged["user"] = account.Username[strings.LastIndexByte(account.Username, '\\')+1:] // DOMAIN\name on Windows
		}
	}
	merged["dbname"] = first(merged["dbname"], merged["user"])
	merged["host"] = first(merged["host"], merged["hostaddr"])
	merged["application_name"] = first(merged["application_name"], merged["fallback_application_name"], "lizsync")
	return merged, nil
}

func orEnv(env string) string {
	if env == "" {
		return ""
	}
	return " (or the variable " + env + ")"
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

func checkKeywords(given map[string]string, where string) error {
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if _, known := keywords[name]; !known {
			return &provider.Failure{
				Text: fmt.Sprintf("%s has the unknown keyword %q", where, name),
				Hint: "the keywords are those of libpq: host, port, dbname, user, password, sslmode, …; a value with spaces stands in single quotes",
			}
		}
	}
	return nil
}

// readService finds a service as libpq does: in the user's file, or the one that was named instead, then in the
// system's. It also returns the file.
func readService(name, file string) (map[string]string, string, error) {
	if file == "" {
		file = homeFile(".pg_service.conf", ".pg_service.conf")
	}
	directory := os.Getenv("PGSYSCONFDIR")
	if directory == "" {
		directory = "/etc/postgresql-common" // compiled into libpq; this is where Debian's looks
	}
	files := []string{file, filepath.Join(directory, "pg_service.conf")}
	for _, file := range files {
		parsed, err := pgservicefile.ReadServicefile(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, "", &provider.Failure{Text: fmt.Sprintf("the service file %s cannot be read: %v", file, err), Err: err}
		}
		for _, service := range parsed.Services {
			if service.Name != name {
				continue
			}
			if service.Settings["service"] != "" {
				return nil, "", &provider.Failure{
					Text: fmt.Sprintf("service %q in %s names another service", name, file),
					Hint: "write the settings of that service into it",
				}
			}
			return service.Settings, file, nil
		}
	}
	return nil, "", &provider.Failure{
		Text: fmt.Sprintf("there is no service %q in %s", name, strings.Join(slices.DeleteFunc(files, func(f string) bool { return f == "" }), " nor in ")),
		Hint: fmt.Sprintf("add a section [%s] with host, port, dbname and user to the first of them", name),
	}
}

// homeFile is the path of a file that libpq looks for in the user's directory, "" when there is none.
func homeFile(name, nameOnWindows string) string {
	if runtime.GOOS == "windows" {
		directory, err := os.UserConfigDir()
		if err != nil {
			return ""
		}
		return filepath.Join(directory, "postgresql", nameOnWindows)
	}
	directory, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(directory, name)
}

// parse reads what stands in a connection value. Its errors never quote the value, which may hold a password at any
// place where it is malformed.
func parse(value string) (map[string]string, error) {
	if strings.ContainsRune(value, 0) {
		return nil, errors.New("it has a NUL character")
	}
	if strings.TrimSpace(value) == "" {
		return nil, errors.New("it is empty")
	}
	for _, scheme := range []string{"postgresql://", "postgres://"} {
		if rest, ok := strings.CutPrefix(value, scheme); ok {
			return parseURI(rest)
		}
	}
	return parseKeywords(value)
}

const space = " \t\n\r\v\f"

// parseKeywords reads "keyword = value …"; a value with spaces stands in single quotes, and \ escapes.
// Source: conninfo_parse in libpq's fe-connect.c.
func parseKeywords(text string) (map[string]string, error) {
	given := map[string]string{}
	for text = strings.TrimLeft(text, space); text != ""; text = strings.TrimLeft(text, space) {
		name, rest, ok := strings.Cut(text, "=")
		name = strings.TrimRight(name, space)
		if !ok || name == "" || strings.ContainsAny(name, space) {
			return nil, errors.New(`a keyword without "="`)
		}
		rest = strings.TrimLeft(rest, space)
		quoted := strings.HasPrefix(rest, "'")
		if quoted {
			rest = rest[1:]
		}
		var value strings.Builder
		i, closed := 0, false
		for ; i < len(rest) && !closed; i++ {
			switch c := rest[i]; {
			case c == '\\':
				if i++; i < len(rest) {
					value.WriteByte(rest[i])
				}
			case quoted && c == '\'', !quoted && strings.IndexByte(space, c) >= 0:
				closed = true
			default:
				value.WriteByte(c)
			}
		}
		if quoted && !closed {
			return nil, errors.New("a quote is not closed")
		}
		text = rest[min(i, len(rest)):]
		given[name] = value.String()
	}
	return given, nil
}

// parseURI reads what follows postgresql://, several hosts included, which Go's net/url refuses.
// Source: conninfo_uri_parse_options in libpq's fe-connect.c.
func parseURI(rest string) (map[string]string, error) {
	given := map[string]string{}
	set := func(name, encoded string) error {
		value, err := decodePercent(encoded)
		if err != nil {
			return err
		}
		given[name] = value
		return nil
	}
	if i := strings.IndexAny(rest, "@/"); i >= 0 && rest[i] == '@' {
		name, password, _ := strings.Cut(rest[:i], ":")
		rest = rest[i+1:]
		if err := errors.Join(set("user", name), set("password", password)); err != nil {
			return nil, err
		}
	}
	var hosts, ports []string
	for more := true; more; {
		var host, port string
		if strings.HasPrefix(rest, "[") {
			end := strings.IndexByte(rest, ']')
			if end < 2 {
				return nil, errors.New(`an IPv6 address without its "]"`)
			}
			host, rest = rest[1:end], rest[end+1:]
		} else {
			host, rest = cutBefore(rest, ":/?,")
		}
		if strings.HasPrefix(rest, ":") {
			port, rest = cutBefore(rest[1:], "/?,")
		}
		hosts, ports = append(hosts, host), append(ports, port)
		if rest, more = strings.CutPrefix(rest, ","); !more && rest != "" && !strings.ContainsAny(rest[:1], "/?") {
			return nil, errors.New("a character after the host that belongs to no part of a URI")
		}
	}
	if err := set("host", strings.Join(hosts, ",")); err != nil {
		return nil, err
	}
	if err := set("port", strings.Join(ports, ",")); err != nil {
		return nil, err
	}
	path, query, _ := strings.Cut(rest, "?")
	if err := set("dbname", strings.TrimPrefix(path, "/")); err != nil {
		return nil, err
	}
	for _, unset := range []string{"user", "password", "host", "port", "dbname"} {
		if given[unset] == "" {
			delete(given, unset)
		}
	}
	for pair := range strings.SplitSeq(query, "&") {
		if pair == "" {
			continue
		}
		name, value, ok := strings.Cut(pair, "=")
		if !ok || strings.Contains(value, "=") {
			return nil, errors.New(`a parameter after "?" is not written name=value`)
		}
		name, err := decodePercent(name)
		if err != nil {
			return nil, err
		}
		if name == "ssl" && value == "true" { // as JDBC writes it
			name, value = "sslmode", "require"
		}
		if err := set(name, value); err != nil {
			return nil, err
		}
	}
	return given, nil
}

// cutBefore cuts text before the first of the given characters.
func cutBefore(text, characters string) (before, rest string) {
	if i := strings.IndexAny(text, characters); i >= 0 {
		return text[:i], text[i:]
	}
	return text, ""
}

// decodePercent decodes as libpq does: %00 is refused, and + stays +.
func decodePercent(encoded string) (string, error) {
	encoded = strings.Trim(encoded, " ")
	var b strings.Builder
	for i := 0; i < len(encoded); i++ {
		if encoded[i] != '%' {
			b.WriteByte(encoded[i])
			continue
		}
		c, err := strconv.ParseUint(encoded[i+1:min(i+3, len(encoded))], 16, 8)
		if err != nil || i+2 >= len(encoded) || c == 0 {
			return "", errors.New("a percent sign that is not followed by two hexadecimal digits")
		}
		b.WriteByte(byte(c))
		i += 2
	}
	return b.String(), nil
}

// conninfo writes settings as a conninfo string.
func conninfo(settings map[string]string) string {
	escape := strings.NewReplacer(`\`, `\\`, `'`, `\'`)
	var items []string
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		if v := settings[name]; v != "" {
			items = append(items, name+"='"+escape.Replace(v)+"'")
		}
	}
	return strings.Join(items, " ")
}

// passfilePassword looks a password up in a password file; host is "localhost" for the default socket. As libpq does, it passes
// over what is no file, and over a file that others may read.
func passfilePassword(file, host, port, dbname, user string) (password string, unsafe bool, err error) {
	info, err := os.Stat(file)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular() {
		return "", false, nil
	}
	if err != nil {
		return "", false, err
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return "", true, nil
	}
	passwords, err := pgpassfile.ReadPassfile(file)
	if err != nil {
		return "", false, err
	}
	return passwords.FindPassword(host, port, dbname, user), false, nil
}

// sessionSettings are the settings of the session that the environment asks for.
func sessionSettings() map[string]string {
	found := map[string]string{}
	for env, name := range sessionEnv {
		if v := os.Getenv(env); v != "" {
			found[name] = v
		}
	}
	return found
}
