package protocol

import (
	"errors"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// histories is how many are played of each configuration. The numbers of the histories of TestEveryRuleIsNeeded are below it: each
// of them ends well as long as the rules are kept.
const histories = 600

// model runs the model; the output, and whether all histories ended well.
func model(t *testing.T, arguments ...string) (output string, well bool) {
	t.Helper()
	const python, wrong = "/usr/bin/python3", 3
	_, err := os.Stat(python)
	require.NoError(t, err, "the model needs Python: apt-get install python3")
	printed, err := exec.CommandContext(t.Context(), python, append([]string{"-B", "model/run.py"}, arguments...)...).CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == wrong {
		return string(printed), false
	}
	require.NoError(t, err, string(printed))
	return string(printed), true
}

// listed are the words that the list of the model has where the pattern says.
func listed(t *testing.T, pattern string) (words []string) {
	t.Helper()
	listing, _ := model(t, "--list")
	for _, found := range regexp.MustCompile(pattern).FindAllStringSubmatch(listing, -1) {
		words = append(words, strings.Fields(found[1])...)
	}
	require.NotEmpty(t, words, listing)
	return words
}

func TestModelKeepsTheGuarantees(t *testing.T) {
	t.Parallel()
	for _, configuration := range listed(t, `(?m)^Configurations: (.+)$`) {
		t.Run(configuration, func(t *testing.T) {
			t.Parallel()
			output, well := model(t, configuration, strconv.Itoa(histories))
			require.True(t, well, output)
			t.Log(output)
		})
	}
}

// neededBy names a history that goes wrong under a departure from a rule. Some parts of rules guard each other: beside is another
// departure, which alone does no harm to that history.
var neededBy = []struct {
	departure     string
	configuration string
	history       int
	beside        string
}{
	{departure: "snapshot_cursor=False", configuration: "clock", history: 0},
	{departure: "cursor_with_data=False", configuration: "cascade", history: 0},
	{departure: "pending=cursor_eats", configuration: "trig", history: 0},
	{departure: "pending=clone_forgets", configuration: "trig", history: 0},
	{departure: "pending=retry_blind", configuration: "trig", history: 0},
	{departure: "cursor_own=False", configuration: "ties", history: 0},
	{departure: "central_guard=False", configuration: "dump", history: 0},
	{departure: "clone_guard=False", configuration: "moved", history: 293},
	{departure: "deploy_reset=False", configuration: "deploy", history: 2},
	{departure: "token=False", configuration: "rewind", history: 35},
	{departure: "regress=False", configuration: "copies", history: 19, beside: "digest=False"},
	{departure: "digest=False", configuration: "copies", history: 31},
	{departure: "clone_lock=False", configuration: "two", history: 2},
	{departure: "entry_lock=False", configuration: "zombie", history: 35},
	{departure: "skip_first=False", configuration: "plain", history: 0},
	{departure: "order=time", configuration: "purge", history: 60},
	{departure: "keep_noop=False", configuration: "small", history: 78},
	{departure: "equal_time=False", configuration: "unique", history: 458},
	{departure: "field_time=False", configuration: "unique", history: 7},
	{departure: "id_nets_d=False", configuration: "plain", history: 14},
	{departure: "own_excluded=False", configuration: "plain", history: 0},
	{departure: "cause_excluded=False", configuration: "ties", history: 47},
	{departure: "drop_echo=False", configuration: "plain", history: 0},
	{departure: "strip_losers=False", configuration: "ties", history: 3},
	{departure: "split_trigger=False", configuration: "ties", history: 0},
	{departure: "log_reverted=False", configuration: "trig", history: 0},
	{departure: "altered_time=now", configuration: "purge", history: 60},
	{departure: "touch_locks=False", configuration: "small", history: 128},
	{departure: "missing=ignore", configuration: "swallow", history: 8},
	{departure: "missing_touch=False", configuration: "swallow", history: 8},
	{departure: "cascade_conflict=False", configuration: "cascade", history: 12},
	{departure: "spare_cascade=False", configuration: "setnull", history: 2, beside: "del_last=False"},
	{departure: "apply_race=keep_local", configuration: "small", history: 0},
	{departure: "apply_race=overwrite", configuration: "small", history: 0},
	{departure: "apply_race=resolve", configuration: "small", history: 0},
	{departure: "cascade_guard=False", configuration: "lossy", history: 14},
	{departure: "confirm=now", configuration: "clock", history: 0},
	{departure: "del_last=False", configuration: "setnull", history: 2, beside: "spare_cascade=False"},
	{departure: "rounds=False", configuration: "cascade", history: 2},
	{departure: "park=False", configuration: "unique", history: 317},
	{departure: "purge=offered", configuration: "purge", history: 9},
	{departure: "purge=noexc", configuration: "unique", history: 549},
}

func TestEveryRuleIsNeeded(t *testing.T) {
	t.Parallel()
	departures := listed(t, `(?m)^    (\w+=\w+): `)
	var shown []string
	for _, needed := range neededBy {
		shown = append(shown, needed.departure)
	}
	require.ElementsMatch(t, departures, shown, "the departures that the model knows, and those that are shown to do harm")

	for _, needed := range neededBy {
		t.Run(needed.departure, func(t *testing.T) {
			t.Parallel()
			require.Less(t, needed.history, histories)
			play := []string{needed.configuration, "1", "--first", strconv.Itoa(needed.history)}
			if needed.beside != "" {
				play = append(play, needed.beside)
				output, well := model(t, play...)
				require.True(t, well, output)
			}
			output, well := model(t, append(play, needed.departure)...)
			assert.False(t, well, "the history ends well without this part of the rule: %s", output)
			t.Log(output)
		})
	}
}
