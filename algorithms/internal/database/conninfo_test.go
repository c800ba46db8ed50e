package database

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/provider"
)

// isolate keeps the settings of whoever runs the tests out of them and returns an empty home directory.
func isolate(t *testing.T) string {
	t.Helper()
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "PG") {
			t.Setenv(name, "")
			require.NoError(t, os.Unsetenv(name))
		}
	}
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("PGSYSCONFDIR", filepath.Join(home, "etc"))
	return home
}

func write(t *testing.T, file, content string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o700))
	require.NoError(t, os.WriteFile(file, []byte(content), 0o600))
}

func TestParseReadsWhatLibpqReads(t *testing.T) {
	for value, want := range map[string]map[string]string{
		`host=h port=5433 dbname=d user=u`:                    {"host": "h", "port": "5433", "dbname": "d", "user": "u"},
		"  host = h\n\tuser='u v' ":                           {"host": "h", "user": "u v"},
		`password='it\'s \\ here' user=a\ b`:                  {"password": `it's \ here`, "user": "a b"},
		`password=a\`:                                         {"password": "a"},
		`host=`:                                               {"host": ""},
		`host=''port=1`:                                       {"host": "", "port": "1"},
		`host=a host=b`:                                       {"host": "b"},
		`service=central`:                                     {"service": "central"},
		`postgresql://`:                                       {},
		`postgres://h`:                                        {"host": "h"},
		`postgresql://u:p@h:5433/d`:                           {"user": "u", "password": "p", "host": "h", "port": "5433", "dbname": "d"},
		`postgresql://u%40x:p%2Fq%3A@h/d%20e`:                 {"user": "u@x", "password": "p/q:", "host": "h", "dbname": "d e"},
		`postgresql://u:p:q@h`:                                {"user": "u", "password": "p:q", "host": "h"},
		`postgresql://[2001:db8::1]:5433/d`:                   {"host": "2001:db8::1", "port": "5433", "dbname": "d"},
		`postgresql://h1:1,h2:2/d`:                            {"host": "h1,h2", "port": "1,2", "dbname": "d"},
		`postgresql://h1,h2/d`:                                {"host": "h1,h2", "port": ",", "dbname": "d"},
		`postgresql://%2Fvar%2Frun/d`:                         {"host": "/var/run", "dbname": "d"},
		`postgresql:///d?host=/var/run&port=5433`:             {"dbname": "d", "host": "/var/run", "port": "5433"},
		`postgresql://h/d?sslmode=require&options=-c%20a%3Db`: {"host": "h", "dbname": "d", "sslmode": "require", "options": "-c a=b"},
		`postgresql://h?ssl=true`:                             {"host": "h", "sslmode": "require"},
		`postgresql://h?user=a+b`:                             {"host": "h", "user": "a+b"},
	} {
		t.Run(value, func(t *testing.T) {
			got, err := parse(value)
			require.NoError(t, err)
			assert.Equal(t, want, got)
		})
	}
}

func TestMalformedValueIsRefusedWithoutShowingIt(t *testing.T) {
	isolate(t)
	for value, want := range map[string]string{
		"":                                "it is empty",
		"  ":                              "it is empty",
		"tr0ub4dor":                       `a keyword without "="`,
		"user=u password=my tr0ub4dor":    `a keyword without "="`,
		"password='tr0ub4dor":             "a quote is not closed",
		`password='tr0ub4dor\`:            "a quote is not closed",
		"=tr0ub4dor":                      `a keyword without "="`,
		"user=u\x00password=tr0ub4dor":    "it has a NUL character",
		"postgresql://u:tr0ub4dor%zz@h/d": "a percent sign that is not followed by two hexadecimal digits",
		"postgresql://u:tr0ub4dor%0@h/d":  "a percent sign that is not followed by two hexadecimal digits",
		"postgresql://u:tr0ub4dor%00@h/d": "a percent sign that is not followed by two hexadecimal digits",
		"postgresql://u:tr0ub4dor@[::1/d": `an IPv6 address without its "]"`,
		"postgresql://u:p@[::1]x/d":       "a character after the host that belongs to no part of a URI",
		"postgresql://h/d?tr0ub4dor":      `a parameter after "?" is not written name=value`,
		"postgresql://h/d?a=b=tr0ub4dor":  `a parameter after "?" is not written name=value`,
	} {
		t.Run(value, func(t *testing.T) {
			_, err := Resolve(value)
			require.EqualError(t, err, "the connection cannot be read: "+want)
			assert.NotContains(t, fullText(err), "tr0ub4dor")
		})
	}
}

// fullText is everything of an error that a person may see.
func fullText(err error) string {
	text := err.Error()
	var failure *provider.Failure
	if errors.As(err, &failure) {
		text += "\n" + failure.Detail + "\n" + failure.Hint
	}
	return text
}

func TestKeywordThatCannotBeKeptIsRefusedByName(t *testing.T) {
	isolate(t)
	for value, want := range map[string]string{
		"host=h colour=red":                      `the connection has the unknown keyword "colour"`,
		"postgresql://h/d?pool_max_conns=3":      `the connection has the unknown keyword "pool_max_conns"`,
		"host=h search_path=x":                   `the connection has the unknown keyword "search_path"`,
		"host=h gssencmode=require":              "the connection sets gssencmode, which LizSync does not support",
		"host=h requirepeer=postgres":            "the connection sets requirepeer, which LizSync does not support",
		"host=h replication=database":            "the connection sets replication, which LizSync does not support",
		"host=h sslcrl=/x":                       "the connection sets sslcrl, which LizSync does not support",
		"host=h port=0":                          "the connection is not valid: invalid port",
		"host=h,i,j port=1,2":                    "the connection is not valid: could not match 2 port numbers to 3 hosts",
		"host=h target_session_attrs=x":          "the connection is not valid: unknown target_session_attrs value: x",
		"host=h connect_timeout=soon":            `the connection is not valid: connect_timeout must be a whole number, not "soon"`,
		"host=h keepalives_idle=soon":            `the connection is not valid: keepalives_idle must be a whole number, not "soon"`,
		"host=h,i hostaddr=127.0.0.1":            "the connection is not valid: hostaddr must have one address for each host",
		"host=h ssl_min_protocol_version=SSLv3":  `the connection is not valid: ssl_min_protocol_version must be TLSv1, TLSv1.1, TLSv1.2 or TLSv1.3, not "SSLv3"`,
		"host=h sslmode=sometimes password=s3c1": "the connection is not valid: failed to configure TLS (sslmode is invalid)",
	} {
		t.Run(value, func(t *testing.T) {
			_, err := Resolve(value)
			require.EqualError(t, err, want)
			assert.NotContains(t, fullText(err), "s3c1")
		})
	}
}

func TestKeywordsOfLibpqDoNotBecomeServerSettings(t *testing.T) {
	isolate(t)
	target, err := Resolve("host=h user=u keepalives=1 keepalives_idle=10 keepalives_interval=5 keepalives_count=3 tcp_user_timeout=9000 " +
		"client_encoding=LATIN1 fallback_application_name=x gssencmode=prefer sslcompression=0 replication=off hostaddr=127.0.0.1 " +
		"load_balance_hosts=disable ssl_min_protocol_version=TLSv1.3 options='-c geqo=off'")
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"application_name": "x", "client_encoding": "UTF8", "options": "-c geqo=off"}, target.config.RuntimeParams)
}

func TestDefaultsAreThoseOfLibpqButForTheTimeout(t *testing.T) {
	isolate(t)
	target, err := Resolve("host=h user=u")
	require.NoError(t, err)
	assert.Equal(t, "u@h:5432/u", target.String())
	assert.Equal(t, defaultConnectTimeout, target.config.ConnectTimeout)
	assert.Equal(t, "lizsync", target.config.RuntimeParams["application_name"])

	for _, forever := range []string{"0", "-1"} {
		target, err = Resolve("host=h connect_timeout=" + forever)
		require.NoError(t, err)
		assert.Zero(t, target.config.ConnectTimeout)
	}
}

func TestEnvironmentCompletesTheValue(t *testing.T) {
	isolate(t)
	t.Setenv("PGHOST", "envhost")
	t.Setenv("PGPORT", "5444")
	t.Setenv("PGUSER", "envuser")
	t.Setenv("PGDATABASE", "envdb")
	t.Setenv("PGPASSWORD", "envpass")
	t.Setenv("PGAPPNAME", "envapp")
	t.Setenv("PGTZ", "Europe/Paris")
	target, err := Resolve("user=me")
	require.NoError(t, err)
	assert.Equal(t, "me@envhost:5444/envdb", target.String())
	assert.Equal(t, "envpass", target.config.Password)
	assert.Equal(t, map[string]string{"application_name": "envapp", "client_encoding": "UTF8", "timezone": "Europe/Paris"}, target.config.RuntimeParams)

	t.Setenv("PGREQUIREPEER", "postgres")
	_, err = Resolve("user=me")
	require.Error(t, err)
	assert.Contains(t, fullText(err), "PGREQUIREPEER")
}

func TestServiceIsFoundWhereLibpqFindsIt(t *testing.T) {
	home := isolate(t)
	named := filepath.Join(home, "named.conf")
	write(t, filepath.Join(home, ".pg_service.conf"), "# mine\n[central]\nhost=mine\nport=1\n\n[other]\nhost=o\n[central]\nhost=second\n")
	write(t, filepath.Join(home, "etc", "pg_service.conf"), "[central]\nhost=system\n[shared]\nhost=system\ndbname=shared db\nuser=u\npassword=s3cret\n")
	write(t, named, "[central]\nhost=named\n")

	host := func(value string) string {
		target, err := Resolve(value)
		require.NoError(t, err)
		return target.config.Host
	}
	assert.Equal(t, "mine", host("service=central"), "the user's file comes first, and in it the first section")
	assert.Equal(t, "system", host("service=shared"))
	assert.Equal(t, "given", host("service=central host=given"), "the value wins over the service")
	t.Setenv("PGHOST", "env")
	assert.Equal(t, "mine", host("service=central"), "the service wins over the environment")
	t.Setenv("PGSERVICE", "shared")
	assert.Equal(t, "system", host("dbname=x"))
	t.Setenv("PGSERVICEFILE", named)
	assert.Equal(t, "named", host("service=central"))
	assert.Equal(t, "system", host("service=shared"), "the system's file follows the named one")

	target, err := Resolve("service=shared port=5433")
	require.NoError(t, err)
	assert.Equal(t, "u@system:5433/shared db", target.String())
	assert.Equal(t, "s3cret", target.config.Password)
}

func TestUnusableServiceIsExplained(t *testing.T) {
	home := isolate(t)
	file := filepath.Join(home, ".pg_service.conf")
	_, err := Resolve("service=central")
	require.EqualError(t, err, fmt.Sprintf(`there is no service "central" in %s nor in %s`, file, filepath.Join(home, "etc", "pg_service.conf")))
	assert.Contains(t, fullText(err), "[central]")

	write(t, file, "[typo]\nhots=h\n[nested]\nservice=typo\n")
	_, err = Resolve("service=typo")
	require.EqualError(t, err, fmt.Sprintf(`service "typo" in %s has the unknown keyword "hots"`, file))
	_, err = Resolve("service=nested")
	require.EqualError(t, err, fmt.Sprintf(`service "nested" in %s names another service`, file))

	write(t, file, "host=h\n")
	_, err = Resolve("service=typo")
	require.EqualError(t, err, fmt.Sprintf(`the service file %s cannot be read: line 1 is not in a section`, file))
}

func TestPasswordFileIsRead(t *testing.T) {
	home := isolate(t)
	file := filepath.Join(home, ".pgpass")
	write(t, file, "# comment\nh:5432:d:u:exact\nh:*:d:v:any port\n*:*:with\\:colon:*:esc\\:aped\\\\\nlocalhost:5432:d:u:socket\nh:5432:w:w:own name\n")
	for value, want := range map[string]string{
		"host=h dbname=d user=u":                   "exact",
		"host=h port=1 dbname=d user=v":            "any port",
		"host=x dbname=with:colon user=u":          `esc:aped\`,
		"host=/var/run/postgresql dbname=d user=u": "socket",
		"host=h user=w":                            "own name",
		"host=h dbname=d user=nobody":              "",
		"host=h dbname=d user=u password=given":    "given",
	} {
		target, err := Resolve(value)
		require.NoError(t, err)
		assert.Equal(t, want, target.config.Password, value)
		assert.Empty(t, target.warnings)
	}

	other := filepath.Join(home, "other")
	write(t, other, "h:5432:d:u:other\n")
	t.Setenv("PGPASSFILE", other)
	target, err := Resolve("host=h dbname=d user=u")
	require.NoError(t, err)
	assert.Equal(t, "other", target.config.Password)

	require.NoError(t, os.Chmod(other, 0o644))
	target, err = Resolve("host=h dbname=d user=u")
	require.NoError(t, err)
	assert.Empty(t, target.config.Password)
	assert.Equal(t, []string{fmt.Sprintf("the password file %s is ignored because others may read it; chmod 600 %s", other, other)}, target.warnings)
}

func TestCommandKeepsThePasswordOffTheCommandLine(t *testing.T) {
	isolate(t)
	target, err := Resolve(`host=h dbname='my db' user=o\'neil password=s3cret sslpassword=s3cret sslmode=require client_encoding=LATIN1`)
	require.NoError(t, err)
	dbname, env := target.Command()
	assert.Equal(t, `application_name='lizsync' client_encoding='UTF8' connect_timeout='5' dbname='my db' host='h' port='5432' sslmode='require' user='o\'neil'`, dbname)
	assert.Equal(t, []string{"PGPASSWORD=s3cret"}, env)

	again, err := Resolve(dbname)
	require.NoError(t, err)
	assert.Equal(t, target.String(), again.String())
}

func TestTargetIsFormattedWithoutItsSecrets(t *testing.T) {
	isolate(t)
	target, err := Resolve("host=h1,h2 port=1,2 dbname=d user=u password=s3cret")
	require.NoError(t, err)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		assert.Equal(t, "u@h1:1,h2:2/d", fmt.Sprintf(verb, target))
	}
}
