package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/lizsync/lizsync/internal/pgtest"
)

// daemon is lizsync serve in a process of its own.
type daemon struct {
	command  *exec.Cmd
	lifeline io.Closer
	log      bytes.Buffer
	web      *http.Client

	URL, Token, Version, Catalogue string
	PID                            int
}

func startDaemon(t *testing.T, arguments ...string) *daemon {
	t.Helper()
	d := &daemon{web: http.DefaultClient}
	d.command = exec.CommandContext(t.Context(), "lizsync", append([]string{"serve", "--test-echo"}, arguments...)...)
	d.command.Stderr = &d.log
	var err error
	d.lifeline, err = d.command.StdinPipe()
	require.NoError(t, err)
	output, err := d.command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, d.command.Start())
	t.Cleanup(func() { _ = d.command.Process.Kill() })
	line, err := bufio.NewReader(output).ReadBytes('\n')
	require.NoError(t, err, d.log.String())
	require.NoError(t, json.Unmarshal(line, d))
	require.Equal(t, d.command.Process.Pid, d.PID)
	return d
}

// end waits until the daemon has ended by itself and returns its exit code.
func (d *daemon) end(t *testing.T) int {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = d.command.Wait()
	}()
	select {
	case <-done:
	case <-time.After(30 * time.Second):
		t.Fatal("the daemon does not end")
	}
	return d.command.ProcessState.ExitCode()
}

// call sends a request and returns the status and the JSON object of the answer.
func (d *daemon) call(t *testing.T, method, location string, body any, headers ...string) (int, map[string]any) {
	t.Helper()
	text, err := json.Marshal(body)
	require.NoError(t, err)
	if strings.HasPrefix(location, "/") {
		location = d.URL + location
	}
	request, err := http.NewRequestWithContext(t.Context(), method, location, bytes.NewReader(text))
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+d.Token)
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		request.Header.Set(name, value)
	}
	response, err := d.web.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	object := map[string]any{}
	require.NoError(t, json.NewDecoder(response.Body).Decode(&object))
	return response.StatusCode, object
}

// run executes an algorithm and waits for its results.
func (d *daemon) run(t *testing.T, id string, inputs map[string]any) map[string]any {
	t.Helper()
	status, results := d.call(t, http.MethodPost, "/processes/"+id+"/execution", map[string]any{"inputs": inputs, "response": "document"})
	require.Equal(t, http.StatusOK, status, results)
	return results
}

// begin executes an algorithm as a job and returns the path of the job.
func (d *daemon) begin(t *testing.T, id string, inputs map[string]any) string {
	t.Helper()
	status, job := d.call(t, http.MethodPost, "/processes/"+id+"/execution", map[string]any{"inputs": inputs}, "Prefer: respond-async")
	require.Equal(t, http.StatusCreated, status, job)
	return "/jobs/" + job["jobID"].(string)
}

// deployed takes a city through the whole workflow over HTTP and returns central and a clone, with the values of the
// connections to them.
func deployed(t *testing.T, d *daemon) (central, clone *pgtest.DB) {
	t.Helper()
	central, clone = pgtest.EmptyDatabase(t), pgtest.EmptyDatabase(t)
	central.Exec(t, `
		create schema city;
		create table city.tree (id serial primary key, name text, height integer);
		insert into city.tree (name, height) select 'tree ' || n, n from generate_series(1, 100) as n`)
	zip := filepath.Join(t.TempDir(), "city.zip")
	d.run(t, "create_database_structure", map[string]any{"CONNECTION_NAME": central.URL})
	d.run(t, "initialize_central_database", map[string]any{
		"CONNECTION_NAME_CENTRAL": central.URL, "ADD_UID_COLUMNS": true, "ADD_AUDIT_TRIGGERS": true,
	})
	d.run(t, "package_central_database", map[string]any{"CONNECTION_NAME_CENTRAL": central.URL, "PG_LAYERS": []string{"city.tree"}, "ZIP_FILE": zip})
	d.run(t, "deploy_database_server_package", map[string]any{
		"CONNECTION_NAME_CENTRAL": central.URL, "CONNECTION_NAME_CLONE": clone.URL, "ZIP_FILE": zip,
	})
	return central, clone
}

func TestWholeWorkflowOverHTTPLogsNoSecret(t *testing.T) {
	t.Parallel()
	d := startDaemon(t, "--log-level", "debug")
	central, clone := deployed(t, d)
	clone.Exec(t, "update city.tree set height = 1000 where id = 1")
	both := map[string]any{"CONNECTION_NAME_CENTRAL": central.URL, "CONNECTION_NAME_CLONE": clone.URL}
	results := d.run(t, "synchronize_database", both)
	assert.Equal(t, 1.0, results["NUMBER_REPLAYED_TO_CENTRAL"])
	assert.Equal(t, "1000", central.Text(t, "select height from city.tree where id = 1"))

	// What goes wrong is logged too.
	const secret = "tr0ub4dor"
	wrong, err := url.Parse(central.URL)
	require.NoError(t, err)
	wrong.User = url.UserPassword(wrong.User.Username(), secret)
	status, problem := d.call(t, http.MethodPost, "/processes/create_database_structure/execution", map[string]any{"inputs": map[string]any{"CONNECTION_NAME": wrong.String()}})
	assert.Equal(t, http.StatusInternalServerError, status)
	assert.NotContains(t, problem["detail"], secret)
	status, _ = d.call(t, http.MethodPost, "/processes/create_database_structure/execution", map[string]any{"inputs": map[string]any{"CONNECTION_NAME": []string{secret}}})
	assert.Equal(t, http.StatusBadRequest, status)
	status, _ = d.call(t, http.MethodGet, "/processes?access_token="+secret, nil)
	assert.Equal(t, http.StatusOK, status)

	require.NoError(t, d.command.Process.Signal(syscall.SIGTERM))
	require.Equal(t, exitDone, d.end(t))
	log := d.log.String()
	assert.Regexp(t, `"job":"\w+","level":"info","msg":"job","process":"synchronize_database","status":"successful"`, log)
	assert.Regexp(t, `"commandTag":"BEGIN","database":"postgres@127.0.0.1:\d+/\w+","duration":"[^"]+","job":"\w+","level":"debug","msg":"query","pid":\d+,"sql":"begin`, log)
	assert.Regexp(t, `"sql":"alter |"sql":"create `, log)
	assert.Regexp(t, `"method":"POST","msg":"request","path":"/processes/synchronize_database/execution"`, log)
	super, err := url.Parse(central.URL)
	require.NoError(t, err)
	password, _ := super.User.Password()
	for _, hidden := range []string{secret, d.Token, password} {
		require.NotEmpty(t, hidden)
		assert.NotContains(t, log, hidden)
	}
}

func TestDismissedJobStopsItsSQLAndLeavesBothDatabasesUntouched(t *testing.T) {
	t.Parallel()
	d := startDaemon(t)
	central, clone := deployed(t, d)
	clone.Exec(t, "update city.tree set height = 1000 where id <= 10")
	editor := central.Conn(t)
	_, err := editor.Exec(t.Context(), "begin; lock table city.tree in access exclusive mode")
	require.NoError(t, err)
	job := d.begin(t, "synchronize_database", map[string]any{"CONNECTION_NAME_CENTRAL": central.URL, "CONNECTION_NAME_CLONE": clone.URL})
	watch := clone.Conn(t)
	// Both databases are on one server here.
	const working = `select count(*) from pg_catalog.pg_stat_activity
		where datname = any ($1) and application_name = 'lizsync' and (state <> 'idle' or backend_xid is not null)`
	databases := []string{central.Name, clone.Name}
	pgtest.WaitFor(t, watch, `select exists (
		select from pg_catalog.pg_stat_activity where datname = $1 and application_name = 'lizsync' and wait_event_type = 'Lock')`, central.Name)

	start := time.Now()
	status, end := d.call(t, http.MethodDelete, job, nil)
	assert.Less(t, time.Since(start), time.Second)
	assert.Equal(t, http.StatusOK, status)
	assert.Equal(t, "dismissed", end["status"])
	var left int
	require.NoError(t, watch.QueryRow(t.Context(), working, databases).Scan(&left))
	assert.Zero(t, left, "sessions that still work")
	_, err = editor.Exec(t.Context(), "rollback")
	require.NoError(t, err)
	assert.Equal(t, "0", central.Text(t, "select count(*) from audit.logged_actions"))
	assert.Equal(t, "10", clone.Text(t, "select count(*) from audit.logged_actions"), "the edits wait for the next synchronisation")
	results := d.run(t, "synchronize_database", map[string]any{"CONNECTION_NAME_CENTRAL": central.URL, "CONNECTION_NAME_CLONE": clone.URL})
	assert.Equal(t, 10.0, results["NUMBER_REPLAYED_TO_CENTRAL"])
}

func TestDaemonEndsWithItsLifelineAndItsJobsToo(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(d *daemon) error{
		"lifeline": func(d *daemon) error { return d.lifeline.Close() },
		"SIGTERM":  func(d *daemon) error { return d.command.Process.Signal(syscall.SIGTERM) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := startDaemon(t, "--lifeline", "stdin")
			job := d.begin(t, "echo", map[string]any{"input": "a", "pause": 3600})
			require.NoError(t, end(d))
			assert.Equal(t, exitDone, d.end(t), d.log.String())
			assert.Contains(t, d.log.String(), `"job":"`+strings.TrimPrefix(job, "/jobs/")+`","level":"info","msg":"job","process":"echo","status":"dismissed"`)
		})
	}
}

func TestServiceKeepsItsTokenInAFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(file, []byte("0123456789abcdef\n"), 0o600))
	d := startDaemon(t, "--token-file", file)
	assert.Empty(t, d.Token, "a journal keeps what is printed")
	d.Token = "0123456789abcdef"
	status, _ := d.call(t, http.MethodGet, "/processes", nil)
	assert.Equal(t, http.StatusOK, status)
}

func TestServeRefusesWhatIsNotSafe(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), mode))
		require.NoError(t, os.Chmod(path, mode))
		return path
	}
	certificate, key := selfSigned(t, dir)
	for name, c := range map[string]struct {
		arguments []string
		code      int
		want      string
	}{
		"token that others may read": {[]string{"--token-file", write("open", "0123456789abcdef", 0o644)}, exitFailed, "chmod 600"},
		"short token":                {[]string{"--token-file", write("short", "secret", 0o600)}, exitFailed, "at least 16 characters"},
		"no token file":              {[]string{"--token-file", filepath.Join(dir, "none")}, exitFailed, "read the token"},
		"every address without TLS":  {[]string{"--listen", "0.0.0.0:0"}, exitUsage, "without TLS"},
		"certificate without key":    {[]string{"--tls-cert", certificate}, exitUsage, "go together"},
		"key of nothing":             {[]string{"--tls-cert", key, "--tls-key", key}, exitFailed, "read the certificate"},
		"address of another machine": {[]string{"--listen", "192.0.2.1:80"}, exitFailed, "cannot listen on 192.0.2.1:80"},
		"unknown lifeline":           {[]string{"--lifeline", "rope"}, exitUsage, `no lifeline "rope"`},
		"unknown log level":          {[]string{"--log-level", "loud"}, exitUsage, `no log level "loud"`},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			command := exec.CommandContext(ctx, "lizsync", append([]string{"serve"}, c.arguments...)...)
			output, err := command.CombinedOutput()
			require.Error(t, err)
			assert.Equal(t, c.code, command.ProcessState.ExitCode())
			assert.Contains(t, string(output), c.want)
			assert.NotContains(t, string(output), `"url"`)
		})
	}
}

func TestOtherMachinesNeedTLS(t *testing.T) {
	t.Parallel()
	certificate, key := selfSigned(t, t.TempDir())
	d := startDaemon(t, "--listen", "0.0.0.0:0", "--tls-cert", certificate, "--tls-key", key)
	roots := x509.NewCertPool()
	text, err := os.ReadFile(certificate)
	require.NoError(t, err)
	require.True(t, roots.AppendCertsFromPEM(text))
	_, port, err := net.SplitHostPort(strings.TrimPrefix(d.URL, "https://"))
	require.NoError(t, err)
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, "127.0.0.1:"+port)
		},
	}
	defer transport.CloseIdleConnections()
	d.web, d.URL = &http.Client{Transport: transport}, "https://gis.example.org:"+port
	status, page := d.call(t, http.MethodGet, "/", nil)
	assert.Equal(t, http.StatusOK, status)
	assert.Equal(t, d.URL+"/", page["links"].([]any)[0].(map[string]any)["href"])
	status, _ = d.call(t, http.MethodGet, "/processes", nil)
	assert.Equal(t, http.StatusOK, status)
}

// selfSigned makes a certificate for gis.example.org.
func selfSigned(t *testing.T, dir string) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"gis.example.org"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	require.NoError(t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	certificate, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	require.NoError(t, os.WriteFile(certificate, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	require.NoError(t, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600))
	return certificate, key
}
